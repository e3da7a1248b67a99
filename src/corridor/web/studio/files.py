"""Scenarios as files that leave: CSV in one long table, Excel a sheet a part; small counts blanked."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

import xlsxwriter
from fastapi import Response

from corridor.errors import CorridorError
from corridor.reports.words import SUPPRESSED, is_small
from corridor.scenarios.inputs import Input, Value
from corridor.scenarios.outcome import Outcome
from corridor.web.studio.drawn import named
from corridor.web.studio.registry import Evaluated
from corridor.web.studio.together import Column
from corridor.web.studio.words import value_words

FORMULA = ("=", "+", "-", "@", "\t", "\r")
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LONG = (
    "scenario", "part", "name", "unit", "now", "value", "low", "high", "change", "change_low", "change_high",
    "status", "words",
)  # fmt: skip
Rows = list[dict[str, Any]]


def file_of(columns: Sequence[Column], kind: str, name: str) -> Response:
    """The scenarios as a file. Raises SCENARIO-FILE for a kind there is not."""
    headers = {"Content-Disposition": f'attachment; filename="{name}.{kind}"'}
    if kind == "csv":
        out = io.StringIO()
        writer = csv.writer(out)
        writer.writerow(LONG)
        writer.writerows([_safe(row.get(column)) for column in LONG] for row in long_rows(columns))
        return Response("\ufeff" + out.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)
    if kind == "xlsx":
        return Response(_book(columns), media_type=WORKBOOK, headers=headers)
    raise CorridorError(
        "SCENARIO-FILE",
        "There is no such kind of file.",
        todo="Ask for format=csv or format=xlsx.",
        field="format",
    )


def long_rows(columns: Sequence[Column]) -> Rows:
    """Every part of every scenario, one row each."""
    rows: Rows = []
    for column in columns:
        found = column.found
        parts = [*inputs(found), *results(found.outcome), *assumptions(found.outcome)]
        rows += [{"scenario": column.name, **row} for row in parts]
    return rows


def inputs(found: Evaluated) -> Rows:
    """Every input with its default, its value, and where the default comes from."""
    return [
        {
            "part": "input", "name": named(one), "unit": one.unit, "now": may_leave(one, one.default),
            "value": may_leave(one, found.values[one.name]),
            "status": "changed" if one.name in found.changed else "as in the run",
            "words": f"{value_words(one, found.values[one.name])}; default from {one.origin}",
        }
        for one in found.inputs
    ]  # fmt: skip


def results(outcome: Outcome) -> Rows:
    """Every figure with its bands."""
    return [
        {
            "part": "result", "name": one.label, "unit": one.unit, "now": count_kept(one.now, one.unit),
            "value": count_kept(one.value, one.unit), "low": count_kept(one.low, one.unit),
            "high": count_kept(one.high, one.unit),
            "change": count_kept(one.change, one.unit), "change_low": count_kept(one.change_low, one.unit),
            "change_high": count_kept(one.change_high, one.unit), "words": one.about,
        }
        for one in outcome.figures
    ]  # fmt: skip


def assumptions(outcome: Outcome) -> Rows:
    """What was assumed, and the rules under it that are not codified or official."""
    stated: Rows = [{"part": "assumption", "name": words} for words in outcome.stated]
    return stated + [
        {
            "part": "rule", "name": one["rule"], "unit": one["unit"],
            "value": one["value"] if isinstance(one["value"], str | float | int | bool) else "a table",
            "status": f"{one['status']}{', overridden' if one.get('overridden') else ''}",
            "words": one["cite"],
        }
        for one in outcome.rules
    ]  # fmt: skip


def may_leave(one: Input, value: Value) -> Value:
    """A value of an input, as far as it may leave."""
    return SUPPRESSED if one.unit == "people" and is_small(value) else value


def count_kept(value: float | None, unit: str) -> Any:
    """A count of people under the smallest cell does not leave."""
    return SUPPRESSED if unit == "people" and is_small(value) else value


def _safe(value: Any) -> Any:
    return "'" + value if isinstance(value, str) and value.startswith(FORMULA) else value


def _book(columns: Sequence[Column]) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(
        out, {"in_memory": True, "strings_to_formulas": False, "nan_inf_to_errors": True}
    )
    heading = book.add_format({"bold": True, "bottom": 1, "bg_color": "#F4F6F8"})
    rows = long_rows(columns)
    used: set[str] = set()

    def sheet(name: str, names: Sequence[str], records: Sequence[Mapping[str, Any]]) -> None:
        title = _title(name, used)
        page = book.add_worksheet(title)
        for place, column in enumerate(names):
            page.write_string(0, place, column, heading)
            page.set_column(place, place, 40 if column in ("name", "words", "Clinician") else 16)
        for line, record in enumerate(records, start=1):
            for place, column in enumerate(names):
                _write(page, line, place, record.get(column))
        page.freeze_panes(1, 0)

    for name, part in (
        ("Results", "result"),
        ("Inputs", "input"),
        ("Assumptions", "assumption"),
        ("Rules", "rule"),
    ):
        records = [row for row in rows if row["part"] == part]
        names = [
            column
            for column in LONG
            if column != "part" and any(row.get(column) is not None for row in records)
        ]
        sheet(name, names or ["scenario"], records)
    for column in columns:
        for grid in column.found.outcome.grids:
            heads = {key: heading for key, (heading, _) in grid.columns.items()}
            units = {key: unit for key, (_, unit) in grid.columns.items()}
            records = [
                {heads[key]: count_kept(row.get(key), units[key]) for key in heads} for row in grid.rows
            ]
            name = grid.name if len(columns) == 1 else f"{grid.name} {column.name}"
            sheet(name.capitalize(), list(heads.values()), records)
    book.close()
    return out.getvalue()


def _title(name: str, used: set[str]) -> str:
    """A name that Excel takes for a sheet, used once."""
    plain = "".join(" " if letter in "[]:*?/\\'" else letter for letter in name).strip()[:31] or "Sheet"
    made, count = plain, 2
    while made.lower() in used:
        made, count = f"{plain[:27]} {count}", count + 1
    used.add(made.lower())
    return made


def _write(page: Any, line: int, place: int, value: Any) -> None:
    if value is None:
        return
    if isinstance(value, bool) or not isinstance(value, int | float):
        page.write_string(line, place, str(value))
    elif value == value:
        page.write_number(line, place, value)

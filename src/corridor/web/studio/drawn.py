"""An evaluated scenario as a page shows it: figures, one chart, tables, what was changed, its grounds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from corridor.reports.charts import svg
from corridor.reports.charts.line import YearPoint, line
from corridor.reports.charts.outlook import Case, outlook
from corridor.reports.views.page import Cell, Column, Figure, Picture, Table, TableRow, amount_cell, text_cell
from corridor.reports.words import SUPPRESSED, is_small, real, short_dollars
from corridor.scenarios.inputs import Bounds, Input, Value, same
from corridor.scenarios.outcome import Figure as Result
from corridor.scenarios.outcome import Grid, Outcome
from corridor.web.studio.registry import Evaluated
from corridor.web.studio.words import SIGNED, band, said, shown, value_words

LARGE, EXPLAIN = 4, "/scenarios/explain"
# The ends of a band stand in one column of a page, in two of a file.
LOW, HIGH, BAND_NAME = "low", "high", "Eight draws of ten"


def address(program: str, changed: Mapping[str, Value], path: str = "/scenarios/new") -> str:
    """The address of a scenario: the program and what was changed, nothing else."""
    given = {name: text_of(value) for name, value in changed.items()}
    return f"{path}?{urlencode({'program': program, **given})}"


def text_of(value: Value) -> str:
    """A value as it stands in an address."""
    return value if isinstance(value, str) else f"{value:.10g}"


def figures(outcome: Outcome) -> list[Figure]:
    """The first figures large, each beside what it is now."""
    return [_figure(one) for one in outcome.figures[:LARGE]]


def _figure(one: Result) -> Figure:
    signed = one.unit in SIGNED
    reach = band(one.low, one.high, one.unit, signed=signed)
    now = f"now {said(one.now, one.unit, signed=signed)}"
    moved = one.change or 0.0
    tone = "" if not moved or not one.better or said(moved, one.unit) in ("$0", "0", "0.0", "0.00%") else (
        "gain" if moved * one.better > 0 else "loss"
    )  # fmt: skip
    return Figure(
        said(one.value, one.unit, signed=signed), one.label, f"{now}; likely {reach}" if reach else now, tone
    )


def picture(outcome: Outcome, title: str = "This scenario") -> Picture | None:
    """What could happen, now and under the scenario; year by year where the program has years."""
    main = outcome.figures[0]
    if outcome.fan is not None:
        fan = outcome.fan
        points = [
            YearPoint(year, fan.middle[place], fan.low[place], fan.high[place])
            for place, year in enumerate(fan.years)
        ]
        finding = (
            f"{fan.years[-1]}: {short_dollars(fan.middle[-1], signed=True)} against {fan.years[0]} as now"
        )
        wide, narrow = (
            line("outlook" + size, finding, points, show=lambda value: short_dollars(value, signed=True),
                 value_name=outcome.axis, width=width)
            for size, width in (("", svg.WIDE), ("-n", svg.NARROW))
        )  # fmt: skip
        return Picture(finding, wide, narrow, "The band holds eight draws of ten.")
    if main.value is None:
        return None
    cases = [Case("As now", main.now or 0.0, outcome.now)]
    if not same(main.now, main.value) or outcome.then is not outcome.now:
        cases.append(Case(title, main.value, outcome.then, strong=True))
    return drawn(cases, main, outcome.axis)


def drawn(cases: Sequence[Case], main: Result, axis: str) -> Picture:
    """The densities of some cases on one axis."""

    def show(value: float) -> str:
        return said(value, main.unit, signed=main.unit in SIGNED)

    best = max(cases, key=lambda one: one.value)
    finding = (
        f"{best.name}: {show(best.value)}, the most of them"
        if len(cases) > 2
        else f"{main.label}: {show(cases[-1].value)}"
        + (f" rather than {show(cases[0].value)}" if len(cases) > 1 else "")
    )
    wide, narrow = (
        outlook("outlook" + size, finding, cases, show=show, axis=axis, width=width)
        for size, width in (("", svg.WIDE), ("-n", svg.NARROW))
    )  # fmt: skip
    note = f"Line: {main.line}. Bar: eight draws of ten. Triangle: where the worst twentieth begins."
    return Picture(finding, wide, narrow, note)


def tables(found: Evaluated) -> list[Table]:
    """The figures with their bands, then the tables of the program."""
    return [figure_table(found), *(grid_table(one) for one in found.outcome.grids)]


def figure_table(found: Evaluated) -> Table:
    """Every figure now and then; one that a model derives leads to its derivation."""
    outcome, program = found.outcome, found.studio.program
    subject = {one.name: found.values[one.name] for one in found.inputs if one.subject}
    columns = (
        Column("Figure"), Column("Now", "number"), Column("This scenario", "number"),
        Column("Eight draws of ten", "range"), Column("Change", "number"),
        Column("Change, eight of ten", "range"),
    )  # fmt: skip
    rows = [
        TableRow(
            (
                text_cell(one.label),
                amount_cell(shown(one.now, one.unit), one.now),
                Cell(
                    shown(one.value, one.unit),
                    one.value,
                    link=address(program, {**subject, **found.changed, "quantity": one.derives}, EXPLAIN)
                    if one.derives
                    else None,
                ),
                amount_cell(band(one.low, one.high, one.unit) or "–", one.low),
                _moved(one),
                amount_cell(
                    band(one.change_low, one.change_high, one.unit, signed=True) or "–", one.change_low
                ),
            )
        )
        for one in outcome.figures
    ]
    return Table("figures", "Every figure, now and under the scenario", columns, rows, tools=False)


def _moved(one: Result) -> Cell:
    words = shown(one.change, one.unit, signed=True)
    tone = amount_cell(words, (one.change or 0.0) * one.better, toned=True).tone if one.better else ""
    return Cell(words, one.change, tone=tone)


def grid_table(grid: Grid) -> Table:
    """A table of the program."""
    names = {key: one for key, one in grid.columns.items() if key != HIGH and key not in grid.file_only}
    columns = [
        Column(BAND_NAME, "range") if key == LOW else Column(heading, "text" if unit == "text" else "number")
        for key, (heading, unit) in names.items()
    ]
    rows = [TableRow([_cell(row, key, unit) for key, (_, unit) in names.items()]) for row in grid.rows]
    return Table(grid.name, grid.caption, columns, rows, tools=False, note=grid.note)


def _cell(row: Mapping[str, Any], key: str, unit: str) -> Cell:
    value = row.get(key)
    if key == LOW:
        return amount_cell(band(real(value), real(row.get(HIGH)), unit) or "–", real(value))
    if unit == "text":
        return (
            Cell(str(value), str(value), link=f"/clinicians/{row['npi']}")
            if key == "name"
            else text_cell(value)
        )
    if unit == "change":
        return amount_cell(shown(value, "dollars", signed=True), real(value), toned=True)
    made = amount_cell(shown(value, unit), real(value))
    if key in ("dollars", "then") and row.get("link"):
        return Cell(made.words, made.sort, link=str(row["link"]))
    return made


def table_fields(found: Evaluated) -> tuple[list[str], list[tuple[str, list[dict[str, Any]]]]]:
    """The inputs that stand in a table: its columns, and its rows by the label of their inputs."""
    numbers = [one for one in found.inputs if one.column]
    columns = list(dict.fromkeys(one.column for one in numbers))
    step = len(columns) or 1
    rows = [numbers[place : place + step] for place in range(0, len(numbers), step)]
    return columns, [(row[0].label, [field(one, found.values[one.name]) for one in row]) for row in rows]


def fields(found: Evaluated) -> list[tuple[str, list[dict[str, Any]]]]:
    """The inputs of the form under their headings, without the table and what the rest follows from."""
    shown_inputs = [one for one in found.inputs if not one.subject and not one.column]
    return [
        (group, [field(one, found.values[one.name]) for one in inputs])
        for group, inputs in groupby(shown_inputs, key=lambda one: one.group)
    ]


def field(one: Input, value: Value) -> dict[str, Any]:
    """An input as the form draws it."""
    limits = one.bounds
    counts = one.unit == "people"
    unsaid = counts and is_small(value) and same(value, one.default)
    few = counts and limits is not None and is_small(limits.high)
    return {
        "it": one,
        "value": "" if unsaid else text_of(value),
        "unsaid": SUPPRESSED if unsaid else "",  # left empty, it is as in the run
        "typed": unsaid or few,
        "words": value_words(one, value),
        "changed": not same(value, one.default),
        "default": value_words(one, one.default),
        "options": [(key, words, key == str(value)) for key, words in (one.options or {}).items()],
        "low": f"{limits.low:g}" if limits else "",
        "high": f"{limits.high:g}" if limits and not few else "",
        "step": f"{limits.step:g}" if limits else "",
        "grid": f"{limits.step:g}"
        if limits and _on_grid(limits, value) and _on_grid(limits, one.default)
        else "any",
        "now": now_words(one),
        "rule": one.origin
        if "." in one.origin and one.origin.partition(".")[0] in RULED and _is_rule(one)
        else "",
    }


def _on_grid(limits: Bounds, value: Value) -> bool:
    """Whether a browser that steps from the low end can stand on a value."""
    if isinstance(value, str):
        return False
    steps = (value - limits.low) / limits.step
    return abs(steps - round(steps)) < 1e-6


RULED = ("asm", "pfs", "primary_care", "qp")


def _is_rule(one: Input) -> bool:
    return one.origin not in ("asm.clinician_input", "asm.measure_input", "asm.result", "qp.status")


def now_words(one: Input) -> str:
    """What a change starts from."""
    if one.now is None:
        return ""
    if one.unit == "dollars" or one.name in ("cost", "part_b"):
        return f"now {shown(one.now, 'dollars')}"
    if one.unit == "percent_points":
        return f"now {one.now:.1f}%"
    return f"now {one.now:,.1f}"


def named(one: Input) -> str:
    """An input by its label, and in a table by its column too."""
    return f"{one.label}, {one.column[:1].lower()}{one.column[1:]}" if one.column else one.label


def changes(found: Evaluated) -> list[tuple[str, str, str]]:
    """What was changed: label, default, value."""
    by_name = {one.name: one for one in found.inputs}
    return [
        (
            named(by_name[name]),
            value_words(by_name[name], by_name[name].default),
            value_words(by_name[name], value),
        )
        for name, value in found.changed.items()
        if not by_name[name].subject
    ]

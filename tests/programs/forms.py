"""Files for programs settled from one form, and what the command line answers about them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from corridor.engine.tabular.form import Form
from corridor.engine.tabular.layout import Column, load_layout
from corridor.errors import CorridorError
from corridor.law import Rules
from corridor.programs.one_form import Program, settle
from tests.programs.command import Answer, corridor


def write_rows(path: Path, rows: Sequence[Mapping[str, Any]]) -> Path:
    """Rows as a CSV file; absent cells stay empty."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    lines = [",".join(names), *(",".join(str(row.get(name, "")) for name in names) for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def settle_rows(
    capsys: pytest.CaptureFixture[str],
    folder: Path,
    program: str,
    rows: Sequence[Mapping[str, Any]],
    *more: Any,
) -> Answer:
    """``corridor settle PROGRAM FILE --json`` of some rows."""
    return corridor(capsys, "settle", program, write_rows(folder / "rows.csv", rows), "--json", *more)


def refusal(program: Program, rules: Rules, rows: Sequence[Mapping[str, Any]], year: int) -> CorridorError:
    """What settling some rows is refused with, without a file and the command line around it."""
    layout = load_layout("form", program.name)
    columns = {column.name: column for column in layout.columns}
    held = [
        dict.fromkeys(columns) | {name: _typed(columns[name], value) for name, value in row.items()}
        for row in rows
    ]
    form = Form("rows.csv", layout, held, [at + 2 for at in range(len(rows))], (), [])
    with pytest.raises(CorridorError) as caught:
        settle(program, form, rules, year)
    return caught.value


def _typed(column: Column, value: Any) -> Any:
    """A value of a case as a file's reader hands it on."""
    if value is None or value == "":
        return None
    if column.type == "date":
        return date.fromisoformat(str(value))
    if column.type == "boolean":
        return {"yes": True, "no": False}[value]
    return column.values[value] if column.values else value


def close(found: Any, expected: Any, places: float = 5e-5) -> bool:
    """Equal, or equal to the digits the rule file prints."""
    if isinstance(expected, int | float) and not isinstance(expected, bool):
        return found is not None and abs(float(found) - expected) <= places * max(1, abs(expected) / 1e6)
    return bool(found == expected)

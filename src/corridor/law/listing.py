"""Rules as a reader sees them: a value in a few words, and the page of docs/rules/ for a program.

python -m corridor.law.listing docs/rules     # writes one page a program
"""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import Any

from corridor.law.force import RuleValue
from corridor.law.rules import RULES, Rules, load_rules, programs_with_rules

FEW_ROWS = 3
SHORT_LINE = 52
GROUPED_FROM = 10_000  # a year has no comma


def cell_text(value: Any) -> str:
    """A cell for reading: thousands grouped, absent as a dash, flags in words."""
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:,.0f}" if value.is_integer() else f"{value:,}"
    if isinstance(value, int):
        return f"{value:,}" if abs(value) >= GROUPED_FROM else f"{value}"
    return f"{value}"


def short_text(value: RuleValue) -> str:
    """A scalar as it is; a small table in a line; of a larger one its size."""
    if value.kind == "scalar":
        return cell_text(value.value)
    rows: list[dict[str, Any]] = value.value
    line = "; ".join(" ".join(cell_text(cell) for cell in row.values()) for row in rows[:FEW_ROWS])
    if len(rows) <= FEW_ROWS and len(line) <= SHORT_LINE:
        return line
    return f"{len(rows)} row{'s' if len(rows) > 1 else ''}"


def with_unit(value: RuleValue) -> str:
    """The value in a few words with its unit, where it has one."""
    unit = "" if value.unit in (value.kind, "choice", "flag") else " " + value.unit.replace("_", " ")
    return short_text(value) + unit


def page(rules: Rules, program: str) -> str:
    """The page of a program: every rule with what it is, its values in time, status and source."""
    lines = [
        f"# The rules of {program}",
        "",
        "Made from `src/corridor/rules/` by `python -m corridor.law.listing docs/rules`. How to read it:",
        "[the law](../rules.md). What is in force in a year: `corridor rules " + program + " --year YEAR`.",
        "",
        "| rule | what it is | value | status | source | to verify at |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    force = rules.in_force(date.max.year)
    for name in rules.names(program):
        body = rules.rule(name).body
        history = force.history(name)
        for place, value in enumerate(history):
            since = f"from {value.valid_from}: " if len(history) > 1 else ""
            head = (f"`{name}`", body.about) if place == 0 else ("", "")
            cells = (*head, since + with_unit(value), value.status, value.cite, body.verify_at or "")
            lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(lines) + "\n"


def write_pages(folder: Path, rules_folder: Path = RULES) -> list[Path]:
    """Write one page a program; what was written."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for program in programs_with_rules(rules_folder):
        file = folder / f"{program}.md"
        file.write_text(page(load_rules([program], folder=rules_folder), program), encoding="utf-8")
        written.append(file)
    return written


if __name__ == "__main__":
    write_pages(Path(sys.argv[1]))

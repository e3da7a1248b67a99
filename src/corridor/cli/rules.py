"""corridor rules: the law in force, each value with its source and how sure it is."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from datetime import date

    from corridor.law import Rules, RulesInForce, RuleValue

app = typer.Typer(add_completion=False, rich_markup_mode=None)


class StatusName(StrEnum):
    """How sure a value is."""

    codified = "codified"
    official = "official"
    secondary = "secondary"
    proposed = "proposed"
    assumed = "assumed"


@app.command()
def rules(
    program: str = typer.Argument(
        "", metavar="[PROGRAM]", help="A program (asm), or one rule (asm.risk_level); default: all programs."
    ),
    year: int | None = typer.Option(None, "--year", help="Performance year (ASM 2027 is paid in 2029)."),
    as_known_on: datetime | None = typer.Option(
        None, "--as-known-on", formats=["%Y-%m-%d"], help="The law as it was known on a day."
    ),
    status: list[StatusName] = typer.Option([], "--status", help="Only values of this status; repeatable."),
    proposed: bool = typer.Option(False, "--proposed", help="Let proposed values displace those in force."),
    config: Path | None = typer.Option(None, "--config", help="corridor.toml with [overrides]."),
    as_json: bool = typer.Option(False, "--json", help="One JSON object on stdout."),
) -> None:
    """The law in force for a performance year: value, unit, status, source.

    Status: codified (regulation text read), official (CMS document or data), secondary, proposed, assumed.

    Example: corridor rules asm --year 2027 --status assumed
    """
    import json

    from corridor.law import load_rules, programs_with_rules
    from corridor.settings import load_settings

    settings = load_settings(config)
    one, _, stem = program.partition(".")
    known: date | None = as_known_on.date() if as_known_on else settings.as_known_on
    law = load_rules(
        [one] if one else programs_with_rules(),
        as_known_on=known,
        overrides=settings.overrides,
        overrides_file=settings.file,
        proposed=proposed or settings.proposed,
    )
    chosen_year = (
        year if year is not None else settings.year if settings.year is not None else _first_year(law)
    )
    force = law.in_force(performance_year=chosen_year)
    names = [program] if stem else force.names()
    wanted = {each.value for each in status}
    values = [value for name in names for value in force.in_year(name)]
    if stem and not values:
        values = [force[program]]  # says why it has none
    found = [value for value in values if not wanted or value.status in wanted]
    if as_json:
        answer: dict[str, Any] = {
            "program": one or None,
            "year": chosen_year,
            "payment_year": force.payment_year(one) if one else None,
            "as_known_on": None if known is None else known.isoformat(),
            "rows": [value.to_dict() for value in found],
            "assumptions": force.assumptions(value.name for value in found),
            "digest": force.digest(),
        }
        if stem:
            answer["history"] = [value.to_dict() for value in force.history(program)]
        typer.echo(json.dumps(answer, ensure_ascii=False))
    elif stem:
        _print_rule(force, found)
    else:
        _print_table(force, one, found)


def _first_year(law: Rules) -> int:
    """The latest first year of the programs: one in which all of them hold."""
    from datetime import date

    years = [year for year in map(law.first_year, law.programs) if year is not None]
    return max(years, default=date.today().year)


def _print_table(force: RulesInForce, program: str, found: list[RuleValue]) -> None:
    """All rules in one table of at most the terminal's width, at least 100 columns where piped."""
    from rich.table import Table
    from rich.text import Text

    from corridor.law.listing import with_unit

    console = _console()
    known = force.rules.as_known_on
    paid = f", paid in {force.payment_year(program)}" if program else ""
    console.print(
        f"Rules of {program or 'all programs'} for performance year {force.performance_year}{paid}"
        f"{'' if known is None else f', as known on {known}'}"
    )
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0), header_style="bold")
    for title, options in _COLUMNS.items():
        table.add_column(title, **options)
    for value in found:
        name = value.name.partition(".")[2] if program else value.name
        table.add_row(
            Text(_folded(name, _COLUMNS["rule"]["width"])),
            Text(_folded(with_unit(value) + (" *" if value.overridden else ""), _COLUMNS["value"]["width"])),
            Text(value.status, style=_STYLES[value.status]),
            Text(value.cite),
        )
    console.print(table)
    counts = {status: sum(v.status == status for v in found) for status in _STYLES}
    console.print(f"{len(found)} rules: " + ", ".join(f"{n} {status}" for status, n in counts.items() if n))
    if any(value.overridden for value in found):
        console.print("* overridden in corridor.toml")
    console.print(f"One rule in full: corridor rules {found[0].name if found else 'PROGRAM.RULE'}")
    console.print(f"Digest of the rules in force: {force.digest()}", soft_wrap=True)


_COLUMNS: dict[str, dict[str, Any]] = {
    "rule": {"width": 34, "overflow": "fold"},
    "value": {"width": 26, "overflow": "fold"},
    "status": {"width": 9, "no_wrap": True},
    "source": {"min_width": 27, "overflow": "fold"},
}
_STYLES = {
    "codified": "green",
    "official": "green",
    "secondary": "cyan",
    "proposed": "magenta",
    "assumed": "yellow",
}
_NARROWEST = 100


def _console() -> Any:
    from rich.console import Console

    console = Console(highlight=False, emoji=False, markup=False)
    if not console.is_terminal:
        console = Console(highlight=False, emoji=False, markup=False, width=max(console.width, _NARROWEST))
    return console


def _folded(text: str, width: int) -> str:
    """Text whose long words break after an underscore, where they would not fit a line."""
    lines = []
    for word in text.split(" "):
        line = ""
        for part in word.replace("_", "_ ").split(" "):
            if len(line) + len(part) > width:
                lines.append(line)
                line = ""
            line += part
        lines.append(line + " ")
    return "".join(line if line.endswith(" ") else line + "\n" for line in lines).rstrip()


def _print_rule(force: RulesInForce, found: list[RuleValue]) -> None:
    """One rule in full, with its rows and every value it has had."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    from corridor.law import before
    from corridor.law.listing import cell_text, short_text

    console = _console()
    for value in found:
        console.print(f"{value.name}: {value.about}")
        lines = {
            "value": cell_text(value.value) if value.kind == "scalar" else f"{len(value.value)} rows, below",
            "unit": value.unit,
            "options": ", ".join(value.options or ()),
            "status": value.status + (", overridden in corridor.toml" if value.overridden else ""),
            "source": value.cite,
            "open at": value.url or "",
            "verify at": value.verify_at or "",
            "note": value.note or "",
            "clock": value.clock,
            "known on": value.known.isoformat(),
        }
        for title, text in lines.items():
            if text:
                console.print(f"  {title + ':':<11}{text}", soft_wrap=True)
        console.print("  values:")
        for period in force.history(value.name):
            end = "on" if period.valid_to is None else f"through {before(period.valid_to)}"
            console.print(
                f"    from {period.valid_from} {end}: {short_text(period)} ({period.status})", soft_wrap=True
            )
        if value.kind != "scalar":
            table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
            for name in value.columns:
                table.add_column(name, overflow="fold")
            for row in value.value:
                table.add_row(*(Text(cell_text(cell)) for cell in row.values()))
            console.print(table)

"""One exposure sheet: every program of a health system, every year, what may be lost and gained, jointly.

Every line is settled by its program; later years and draws are the same model with moved figures. Totals add
the dollars of a draw, so that what goes wrong together is counted together. Methods: docs/exposure.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np

from corridor.errors import CorridorError
from corridor.formulas.columns import Floats
from corridor.formulas.walk import to_plain
from corridor.scenarios.exposure_chance import DRAWS, SEED, Chance
from corridor.scenarios.exposure_law import SHOWN, Year, law_of, out_of_state
from corridor.scenarios.exposure_moves import still
from corridor.scenarios.exposure_overlap import not_computed, set_aside
from corridor.scenarios.exposure_programs import Settled, settle_line
from corridor.scenarios.exposure_system import (
    PROGRAMS,
    Line,
    System,
    assumption_rows,
    read_system,
    value_of,
)
from corridor.scenarios.exposure_totals import Totals, figures

if TYPE_CHECKING:
    from corridor.law import Rules

HORIZON = 2033
RULES = (*PROGRAMS, "qp", "performance", "population", "models", "overlap")
Row = dict[str, Any]


@dataclass(frozen=True)
class Exposure:
    """The sheet. ``rows`` are a row of a form in a year; ``totals`` the same together, draw by draw."""

    system: System
    first: int
    horizon: int
    draws: int
    seed: int
    rows: list[Row]
    totals: list[Row]
    lines: list[Row]
    not_computed: list[str]
    assumptions: list[Row]
    warnings: list[str] = field(default_factory=list)

    def to_dict(self) -> Row:
        """JSON types only."""
        one = self.system.described
        return {
            "program": "exposure",
            "system": one.system,
            "fictitious": one.fictitious,
            "first_year": self.first,
            "horizon": self.horizon,
            "draws": self.draws,
            "seed": self.seed,
            "tail": value_of(self.system, "tail"),
            "members": [member.model_dump() for member in one.members],
            "lines": self.lines,
            "rows": self.rows,
            "totals": self.totals,
            "not_computed": self.not_computed,
            "assumptions": self.assumptions,
            "warnings": self.warnings,
        }


@dataclass(frozen=True)
class Business:
    """A line as settled: its rows that count, whose they are, and the standing of every year."""

    key: str
    line: Line
    settled: Settled
    counted: list[int]
    owners: list[str]
    years: list[Year]

    def shown(self, year: Year) -> list[int]:
        """Of the counted rows those that the year has dollars of."""
        if year.status not in SHOWN:
            return []
        rows, dollars = self.settled.rows, self.settled.dollars
        return [
            at
            for at in self.counted
            if out_of_state(rows[at], year.year) is None and not np.isnan(dollars[at])
        ]


def expose(
    path: Path,
    rules: Rules,
    *,
    only: Sequence[str] = (),
    draws: int | None = None,
    seed: int | None = None,
    horizon: int | None = None,
    fallback: int | None = None,
    home: Path | None = None,
) -> Exposure:
    """The sheet of a system's file.

    only      lines that are on: programs, or names of lines; none named: those the file has on
    draws     0 for no chance
    fallback  performance year of a form that names none
    Raises EXPOSURE-*, and what the programs' doors and the law raise.
    """
    system = read_system(path)
    one = system.described
    taken = _on(system, only)
    settled = _settle(system, taken, rules, fallback, home)
    first = min(each.year for each in settled.values())
    last = horizon or one.horizon or HORIZON
    if last < first:
        raise CorridorError(
            "EXPOSURE-HORIZON",
            f"The horizon {last} lies before the first year of the forms, {first}.",
            todo="Name a later year with --horizon.",
            file=path.name,
            field="horizon",
        )
    count = next((each for each in (draws, one.draws) if each is not None), DRAWS)
    seeded = next((each for each in (seed, one.seed) if each is not None), SEED)
    chance = Chance(system, count, seeded)
    businesses = [
        _business(system, at, settled[at], [law_of(settled[at], y, rules) for y in range(first, last + 1)])
        for at in taken
    ]
    rows, totals = _draw(system, businesses, chance)
    return Exposure(
        system, first, last, count, seeded, rows, totals,
        [_line_row(each) for each in businesses],
        not_computed(sorted({each.settled.program for each in businesses}), rules, first),
        [*assumption_rows(system), *_assumed(businesses)],
        [f"{each.key}: {said}" for each in businesses for said in each.settled.warnings],
    )  # fmt: skip


def _on(system: System, only: Sequence[str]) -> list[int]:
    """Places of the lines that are on. Raises EXPOSURE-LINE."""
    lines = system.described.lines
    known = {*(system.key(at) for at in range(len(lines))), *(line.program for line in lines)}
    for name in only:
        if name not in known:
            raise CorridorError(
                "EXPOSURE-LINE",
                f"The system has no line {name!r}.",
                todo=f"Name one of: {', '.join(sorted(known))}.",
                file=system.file,
                field="--only",
            )
    if only:
        return [at for at, line in enumerate(lines) if {system.key(at), line.program} & {*only}]
    taken = [at for at, line in enumerate(lines) if line.active]
    if not taken:
        raise CorridorError(
            "EXPOSURE-LINE",
            "No line of the system is active.",
            todo="Take active: false from a line, or name one with --only.",
            file=system.file,
            line=system.line("lines"),
            field="lines",
        )
    return taken


def _settle(
    system: System, taken: Sequence[int], rules: Rules, fallback: int | None, home: Path | None
) -> dict[int, Settled]:
    """The lines that are on, each by its program. Raises what the programs' doors and the law raise."""
    from corridor.programs.writing import write_results

    found = {}
    with TemporaryDirectory(prefix="corridor-exposure-") as scratch:
        for at in taken:
            line, path = system.described.lines[at], system.form(at)
            if path is None:
                path = Path(scratch) / f"{system.key(at).replace('/', '-')}.csv"
                names = list(dict.fromkeys(name for row in line.rows or [] for name in row))
                laid = [{name: row.get(name) for name in names} for row in line.rows or []]
                write_results(path, {"rows": laid}, names)
            found[at] = settle_line(line.program, path, rules, line.year, fallback, line.national, home)
    return found


def _business(system: System, at: int, settled: Settled, years: list[Year]) -> Business:
    """Whose each row is.

    Raises EXPOSURE-ENTITY for a row of nobody, EXPOSURE-ROWS for an entity without one.
    """
    line, key = system.described.lines[at], system.key(at)
    ids = {member.id for member in system.described.members}
    counted, owners = [], []
    for place, row in enumerate(settled.rows):
        named = [row["id"], row.get("npi"), row.get("tin")]
        if line.entities and not {*named} & {*line.entities}:
            continue
        owner = line.member or next((one for one in (row.get("tin"), *named) if one in ids), None)
        if owner is None:
            raise CorridorError(
                "EXPOSURE-ENTITY",
                f"{row['id']} of {key} belongs to no member of the system.",
                why="Draws and totals go by member.",
                todo="Add it to members, name the line's member, or list in entities the rows that count.",
                file=system.file,
                line=system.line("lines", at),
                field=f"lines[{at}]",
            )
        counted.append(place)
        owners.append(owner)
    seen = {name for place in counted for name in (settled.rows[place]["id"], settled.rows[place].get("npi"),
                                                   settled.rows[place].get("tin"))}  # fmt: skip
    for name in line.entities:
        if name not in seen:
            raise CorridorError(
                "EXPOSURE-ROWS",
                f"The form of {key} has no row of {name}.",
                todo="Correct the identifier, or leave it out of entities.",
                file=system.file,
                line=system.line("lines", at, "entities"),
                field=f"lines[{at}].entities",
            )
    return Business(key, line, settled, counted, owners, years)


def _draw(system: System, businesses: list[Business], chance: Chance) -> tuple[list[Row], list[Row]]:
    """Rows and totals over all lines that are on."""
    names = {member.id: member.name for member in system.described.members}
    tail = value_of(system, "tail")
    years = [(each.settled, [(year, each.shown(year)) for year in each.years]) for each in businesses]
    aside = set_aside(years)
    totals, rows = Totals(chance.size, tail), []
    for each in businesses:
        for year in each.years:
            dollars = _dollars(each, year, chance)
            for at, place in enumerate(each.counted):
                row = _row(each, year, place, each.owners[at], names)
                row["payment_year"] = _paid(system, each, year)
                values = None if row["status"] not in SHOWN or dollars is None else dollars[place]
                row |= figures(values, tail)
                key = (row["program"], row["npi"], row["tin"], row["payment_year"])
                row["set_aside_by"] = None if values is None else aside.get(key)
                rows.append(row)
                if values is not None:
                    totals.add(row, values)
        chance.forget(each.key)
    return rows, totals.rows(names)


def _dollars(each: Business, year: Year, chance: Chance) -> Floats | None:
    """Dollars of every row of the form in a year, (rows, draws); None where none is shown."""
    if year.force is None or not each.shown(year):
        return None
    # rows that do not count may share a cohort with those that do: they stand beside the first member
    owners = dict(zip(each.counted, each.owners, strict=True))
    everyone = [owners.get(place, each.owners[0]) for place in range(len(each.settled.rows))]
    shocks = chance.shocks(each.line, each.key, everyone, each.settled.year, year.year)
    return each.settled.again(year.force, shocks)


def _row(each: Business, year: Year, place: int, owner: str, names: dict[str, str]) -> Row:
    """Who a row is and how its year stands; its figures are added."""
    settled, own = each.settled, each.settled.rows[place]
    status, note = year.status, year.note
    if status in SHOWN and np.isnan(settled.dollars[place]):
        status = "not_known"
        note = f"{own['quantity']} cannot be computed from the form"
        if own["quantity"] is None:
            note = "this part of the form holds no dollars of the system"
    outside = out_of_state(own, year.year)
    if outside is not None:
        status, note = outside
    return {
        "line": each.key,
        "program": settled.program,
        "entity": owner,
        "entity_name": names[owner],
        "id": own["id"],
        "npi": own.get("npi"),
        "tin": own.get("tin"),
        "part": own.get("part"),
        "quantity": own["quantity"],
        "performance_year": year.year,
        "payment_year": None,
        "status": status,
        "law_year": None if year.force is None else year.force.performance_year,
        "note": note or None,
    }


def _paid(system: System, each: Business, year: Year) -> int:
    """The year in which a performance year is paid: by the program's rules, else as assumed."""
    force = each.settled.force
    lag = f"{each.settled.program}.payment_lag_years"
    if lag in force.rules.names(each.settled.program):
        return year.year + force.payment_year(each.settled.program) - force.performance_year
    return year.year + int(value_of(system, "payment_lag", each.line))


def _line_row(each: Business) -> Row:
    """A line: its form's year, and what the program's own settlement says of the rows that count."""
    return {
        "line": each.key,
        "program": each.settled.program,
        "form": each.line.form,
        "performance_year": each.settled.year,
        "entities": sorted(set(each.owners)),
        "settled": [
            {"id": each.settled.rows[place]["id"], "quantity": each.settled.rows[place]["quantity"],
             "dollars": to_plain(each.settled.dollars[place])}
            for place in each.counted
        ],
    }  # fmt: skip


def _assumed(businesses: list[Business]) -> list[Row]:
    """Parameters of the programs that are neither codified nor official, each with its line: those of the
    form's year, and what later years change in their value or standing, with the first such year."""
    made = []
    for each in businesses:
        settled = each.settled
        known = {(one["rule"], one["status"], str(one["value"])) for one in settled.assumptions}
        made += [{**one, "line": each.key} for one in settled.assumptions]
        for year in each.years:
            if year.status != "projected" or year.force is None or not each.shown(year):
                continue
            for part in settled.parts(year.force, still(len(settled.rows))):
                for one in part.evaluation.assumptions([part.quantity]):
                    key = (one["rule"], one["status"], str(one["value"]))
                    if key not in known:
                        known.add(key)
                        made.append({**one, "line": each.key, "year": year.year})
    return made

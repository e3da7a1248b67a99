"""Which law a year of a line is settled by, and whether its model has such a year at all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from corridor.errors import CorridorError
from corridor.programs.models.life import begins_before, has_year, of_door

if TYPE_CHECKING:
    from corridor.law import Rules, RulesInForce
    from corridor.scenarios.exposure_programs import Settled

SHOWN = ("settled", "projected", "carried")


@dataclass(frozen=True)
class Year:
    """How a year of a row stands.

    status  settled: the form's own year; projected: by the law of the year; carried: by the law of an earlier
            one; not_begun, ended: the model has no such year; before_form: the form is of a later one;
            not_known: the dollars are not
    """

    year: int
    status: str
    force: RulesInForce | None
    note: str


def life(program: str, year: int, rules: Rules) -> tuple[str, str] | None:
    """not_begun or ended, with the words for it; None where the program has the year."""
    own = of_door(rules, program)
    if not own or any(has_year(row, year) for row in own):
        return None
    if all(begins_before(row, year) for row in own):
        first = min(own, key=lambda row: row["start_date"])
        return "not_begun", f"{first['name']} begins on {first['start_date']}"
    last = max((row for row in own if row["end_date"]), key=lambda row: row["end_date"])
    after = f"; its successor is {last['successor']}" if last["successor"] else "; no successor is known"
    return "ended", f"{last['name']} ends on {last['end_date']}{after}"


def law_of(settled: Settled, year: int, rules: Rules) -> Year:
    """The law a year is settled by: its own, or the last one that knows every parameter, which is said."""
    found = life(settled.program, year, rules)
    if found is not None:
        return Year(year, found[0], None, found[1])
    if year < settled.year:
        return Year(year, "before_form", None, f"the form is of {settled.year}")
    if year == settled.year:
        return Year(year, "settled", settled.force, "")
    lacks = ""
    for candidate in range(year, settled.year, -1):
        force = rules.in_force(candidate)
        said = lacking(settled, force)
        if said is None:
            return _named(year, candidate, force, lacks)
        lacks = lacks or said
    return _named(year, settled.year, settled.force, lacks)


def _named(year: int, candidate: int, force: RulesInForce, lacks: str) -> Year:
    if candidate == year:
        return Year(year, "projected", force, "")
    return Year(year, "carried", force, f"settled by the law of {candidate}: {lacks}")


def lacking(settled: Settled, force: RulesInForce) -> str | None:
    """What a law does not know that the form's year knew; None where it knows all."""
    try:
        lost = settled.lacks(force)
    except CorridorError as error:
        lost = [str(error.rule or error.field or error.what)]
    if lost is None:
        return None
    return f"{', '.join(lost) or 'a parameter'} not known of {force.performance_year}"


def out_of_state(row: dict[str, Any], year: int) -> tuple[str, str] | None:
    """not_begun or ended, with the words for it, where a row's state is not in its model in a year."""
    span = row.get("years")
    if not span or span[0] <= year <= span[1]:
        return None
    words = f"{row['state']} is in the model from {span[0]} to {span[1]}"
    return ("not_begun" if year < span[0] else "ended"), words

"""What programs do to one another's dollars in the whole: set aside by rule, or said to be open."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from corridor.programs.overlap.matrix import UNREAD, among, matrix

if TYPE_CHECKING:
    from corridor.law import Rules
    from corridor.scenarios.exposure_law import Year
    from corridor.scenarios.exposure_programs import Settled

LAYERS = "overlap.layer"
OPEN = (UNREAD, "hold", "watched", "apart")
Key = tuple[str, str | None, str | None, int]


def set_aside(found: Sequence[tuple[Settled, list[tuple[Year, list[int]]]]]) -> dict[Key, str]:
    """Program, clinician (NPI, TIN) and payment year -> the program that takes their place."""
    if not found:
        return {}
    force = found[0][0].force
    layers = force.rows(LAYERS) if LAYERS in force else []
    yields = {row["program"]: str(row["yields_to"] or "").split() for row in layers}
    held: dict[str, set[tuple[Any, Any, int]]] = {}
    for settled, years in found:
        lag = settled.force.payment_year(settled.program) - settled.year
        for year, shown in years:
            clinicians = [settled.rows[at] for at in shown if settled.rows[at].get("npi")]
            held.setdefault(settled.program, set()).update(
                (row["npi"], row["tin"], year.year + lag) for row in clinicians
            )
    made: dict[Key, str] = {}
    for program, mine in held.items():
        for other in yields.get(program, []):
            made |= {(program, *key): other for key in mine & held.get(other, set())}
    return made


def not_computed(programs: Sequence[str], rules: Rules, year: int) -> list[str]:
    """Pairs of the programs whose dollars act on one another in a way that is said and not worked out."""
    force = rules.in_force(year)
    if LAYERS not in force:
        return []
    return [
        f"{pair['first']} and {pair['second']}: {pair['dollars']['words']}"
        for pair in among(matrix(force), list(programs))
        if pair["dollars"]["answer"] in OPEN
    ]

"""Whether an ACO may be at its level: years under one-sided risk and the glide path (mssp.md 3.4).

The law is that of the year the agreement period begins. The ways through a whole agreement are those of
corridor.scenarios.tracks_path.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from corridor.law import Rules

YEARS, AGREEMENTS = "mssp.one_sided_years", "mssp.glide_path_agreements"
ALWAYS = ("E", "EN")  # open to every ACO


def level_refusal(
    track: str, start: float, period: float, one_sided_years: float, experienced: float, rules: Rules
) -> str | None:
    """Why the level is not open to the ACO; None where it is, or where that cannot be told.

    period           number of the agreement period, 1 for the first
    one_sided_years  performance years under one-sided risk, this one included
    experienced      1 where CMS calls the ACO experienced with risk
    """
    if track in ALWAYS or math.isnan(start):
        return None
    if experienced == 1:
        return f"level {track} is not open to an ACO experienced with risk: E or ENHANCED"
    force = rules.in_force(int(start))
    if YEARS not in force or AGREEMENTS not in force:
        return None
    allowed, most = force.number(AGREEMENTS), force.number(YEARS)
    if period > allowed:
        return (
            f"level {track} is not open in agreement period {period:g}: of agreements begun in {start:g} "
            f"the first {allowed:g} may be on the glide path, later ones are at E or ENHANCED"
        )
    one_sided = any(not row["two_sided"] for row in force.rows("mssp.track") if row["track"] == track)
    if one_sided and one_sided_years > most:
        return (
            f"level {track} is not open in year {one_sided_years:g} of one-sided risk: agreements begun in "
            f"{start:g} allow {most:g}"
        )
    return None

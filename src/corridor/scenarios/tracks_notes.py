"""What a reader must know of one ACO before a choice of track is believed: each note where it applies."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from corridor.scenarios.tracks_path import TOP

if TYPE_CHECKING:
    from corridor.law import RulesInForce
    from corridor.scenarios.tracks_case import TrackCase
    from corridor.scenarios.tracks_path import Option

UNKNOWN = (
    "The participants' revenue is not known: losses of BASIC are limited by the benchmark alone, the "
    "repayment mechanism goes by expenditure, and without CMS's category nothing is shared below the minimum "
    "rate."
)
HIGH = (
    "With high revenue the glide path is taken to be open, as CMS's results of 2022 show such ACOs at "
    "levels A to D; a secondary source limits them to E or ENHANCED. Check 42 CFR 425.600 for your start."
)


def notes_of(case: TrackCase, force: RulesInForce, options: tuple[Option, ...]) -> list[str]:
    """The notes of a case, by the law of the year the agreement starts."""
    found = []
    if math.isnan(case.participant_revenue):
        found.append(UNKNOWN)
    if _high(case, force) and any(option.levels[0] not in ("E", TOP) for option in options):
        found.append(HIGH)
    least = force.number("mssp.minimum_assigned")
    if case.assigned_beneficiaries < least:
        found.append(
            f"Fewer than {least:,.0f} assigned: the minimum rate is by size whatever is elected, nothing is "
            "shared below it, and CMS asks for a corrective action plan."
        )
        if case.agreement_start_year >= force.number("mssp.small_base_year_first_start"):
            found.append(
                f"An agreement that starts in {case.agreement_start_year} needs {least:,.0f} people in the "
                "last base year; with fewer in an earlier one only BASIC is open, with lower limits of "
                "savings and losses that no published text here states. They are not in these figures."
            )
    return found


def _high(case: TrackCase, force: RulesInForce) -> bool:
    if case.revenue_category is not None or not case.expenditure:
        return case.revenue_category == "high"
    return case.participant_revenue / case.expenditure >= force.number("mssp.low_revenue_share")

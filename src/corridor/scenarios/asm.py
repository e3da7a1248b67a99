"""ASM, what if: the run's own inputs with some values changed, settled by the formulas that settled the run.

The whole cohort is settled anew: a practice that improves moves the median and the pool it is paid from.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from corridor.law import load_rules
from corridor.programs.asm.compute import settle
from corridor.programs.asm.inputs import Array, AsmInputs
from corridor.programs.asm.settlement import Settlement

if TYPE_CHECKING:
    from corridor.law import Rules, RulesInForce

NATIONAL = "asm.national_cohort"
RISK = "asm.risk_level"
MIDPOINT = "asm.logistic_midpoint_rule"


@dataclass(frozen=True)
class AsmChange:
    """What is different. Shares are fractions (0.1 is a tenth more), rates percentage points.

    activities       attested by everyone changed; None: as they are
    interoperability added to the category's score, which stays within 0 and 1
    rates            measure -> points added to its rate, which stays within 0 and 100
    claims_measures  measure -> share added to the score CMS works out from claims
    risk_level, midpoint_rule  in place of the rule's value; None: the rule's
    others           points added to the mean final score of the rest of the country
    each             quantity, row of a clinician, share added to what is there: one by one, beside the rest
    """

    part_b: float = 0.0
    cost: float = 0.0
    activities: float | None = None
    interoperability: float = 0.0
    rates: tuple[tuple[str, float], ...] = ()
    claims_measures: tuple[tuple[str, float], ...] = ()
    risk_level: float | None = None
    midpoint_rule: str | None = None
    others: float = 0.0
    each: tuple[tuple[str, int, float], ...] = ()

    def overrides(self, force: RulesInForce) -> dict[str, Any]:
        """The rules the scenario replaces."""
        found: dict[str, Any] = {}
        if self.risk_level is not None:
            found[RISK] = self.risk_level
        if self.midpoint_rule is not None:
            found[MIDPOINT] = self.midpoint_rule
        if self.others:
            found[NATIONAL] = [
                {**row, "score_mean": row["score_mean"] + self.others} for row in force.rows(NATIONAL)
            ]
        return found


def settle_scenario(base: Settlement, rows: Array, change: AsmChange) -> Settlement:
    """The cohort of a run with the change made to some of its own clinicians (``rows``), settled anew."""
    own = change.overrides(base.force)
    rules = overlaid(base.force.rules, own) if own else base.force.rules
    return settle(changed_inputs(base, rows, change), rules, base.year, national=base.national)


def overlaid(rules: Rules, own: Mapping[str, Any]) -> Rules:
    """The same law with further overrides."""
    given = {name: one.value for name, one in rules.overrides.items()}
    return load_rules(
        list(rules.programs),
        as_known_on=rules.as_known_on,
        overrides={**given, **own},
        proposed=rules.proposed,
    )


def changed_inputs(base: Settlement, rows: Array, change: AsmChange) -> AsmInputs:
    """The inputs with the change; where one was changed, its evidence says from what."""
    inputs, force = base.inputs, base.force
    chosen = np.zeros(inputs.size, dtype=bool)
    chosen[rows] = True
    clinicians = dict(inputs.clinicians)

    def put(name: str, values: Array) -> None:
        clinicians[name] = np.where(chosen, values, inputs.clinicians[name])

    if change.part_b:
        for name in ("part_b_paid", "part_b_paid_payment_year"):
            put(name, inputs.clinicians[name] * (1 + change.part_b))
    if change.cost:
        put("cost_per_episode", inputs.clinicians["cost_per_episode"] * (1 + change.cost))
    if change.activities is not None:
        put("improvement_activities_attested", np.full(inputs.size, change.activities))
    if change.interoperability:
        missing = force.number("asm.promoting_interoperability_missing_element_score")
        score = np.nan_to_num(inputs.clinicians["promoting_interoperability_score"], nan=missing)
        put("promoting_interoperability_score", np.clip(score + change.interoperability, 0, 1))
    for quantity, row, share in change.each:
        if chosen[row]:
            clinicians[quantity] = clinicians[quantity].copy()
            clinicians[quantity][row] *= 1 + share
    sent = dict(inputs.submissions)
    sent["rate"] = changed_rates(inputs, chosen, change)
    return replace(
        inputs,
        clinicians=clinicians,
        submissions=sent,
        where=_told(inputs.where, inputs.clinicians, clinicians),
        where_submitted=_told(inputs.where_submitted, inputs.submissions, sent),
    )


def changed_rates(inputs: AsmInputs, chosen: Array, change: AsmChange) -> Array:
    """The rates of every submission, those of the chosen clinicians moved."""
    sent = inputs.submissions
    rate = np.array(sent["rate"], dtype=np.float64)
    theirs = chosen[sent["clinician"]] if len(rate) else np.zeros(0, dtype=bool)
    for measure, points in change.rates:
        at = theirs & (sent["measure_id"] == measure)
        rate[at] = np.clip(rate[at] + points, 0, 100)
    for measure, share in change.claims_measures:
        at = theirs & (sent["measure_id"] == measure)
        rate[at] = rate[at] * (1 + share)
    return rate


def _told(
    where: Callable[[int, str], str | None] | None, before: Mapping[str, Array], after: Mapping[str, Array]
) -> Callable[[int, str], str | None]:
    """Evidence that names what the scenario changed; of anything else what it was before."""

    def told(row: int, quantity: str) -> str | None:
        old, new = before.get(quantity), after.get(quantity)
        if old is not None and new is not None and row < len(old) and old is not new:
            was, now = old[row], new[row]
            if was != now and now == now:
                return (
                    f"this scenario; in the run {was:,.6g}"
                    if was == was
                    else "this scenario; absent in the run"
                )
        return where(row, quantity) if where else None

    return told

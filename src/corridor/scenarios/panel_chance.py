"""What chance does to a care-management panel: how many months are billed, and what a month is paid."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from corridor.formulas import Evaluation
from corridor.formulas.columns import Floats
from corridor.scenarios.panel import PANEL

if TYPE_CHECKING:
    from corridor.law import RulesInForce

SEED = 20260202
DRAWS = 2_000


def draw_panel(values: dict[str, float], force: RulesInForce, amounts: Floats) -> Evaluation:
    """The same in many draws: how many months are billed (Poisson), and what a month is paid on average.

    amounts  for each draw the mean payment of a month as a share of the one given
    """
    months = max(values["people"] * values["months"], 0.0)
    counts = np.random.default_rng(SEED).standard_normal(DRAWS)
    billed = np.maximum(months + np.sqrt(months) * counts, 0)
    given: dict[str, object] = {
        **values,
        "person_months": billed[np.newaxis, :],
        "month_amount": values["month_amount"] * amounts[np.newaxis, :],
    }
    return PANEL.evaluate(given, force, wanted=["margin", "revenue", "care_cost"])


def resampled_amounts(dollars: Floats, months: Floats) -> Floats:
    """The mean payment of a month in other samples of as many clinicians, as a share of theirs."""
    kept = months > 0
    dollars, months = dollars[kept], months[kept]
    if len(months) < 2 or not dollars.sum() > 0:
        return np.ones(DRAWS)
    # weights instead of picks: a Bayesian bootstrap, the same size for a thousand clinicians as for ten
    weights = np.random.default_rng(SEED + 1).exponential(size=(DRAWS, len(months)))
    drawn = (weights @ dollars) / (weights @ months)
    return np.asarray(drawn * months.sum() / dollars.sum())

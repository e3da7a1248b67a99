"""Target prices of TEAM: from baseline means to the price an episode is reconciled against."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from corridor.formulas import formula
from corridor.formulas.columns import Floats, Texts

PRICE = "42 CFR 512.540 (team.md 3)"
RECONCILED = "42 CFR 512.545 (team.md 5)"


def log_slope(*means: Any) -> npt.NDArray[np.float64]:
    """Slope of the logarithm of yearly means, oldest first, by least squares: growth a year."""
    logs = np.log(np.stack(np.broadcast_arrays(*(np.asarray(m, dtype=np.float64) for m in means))))
    years = np.arange(len(means), dtype=np.float64)
    centred = years - years.mean()
    return np.asarray(np.tensordot(centred, logs, axes=1) / (centred**2).sum())


@formula(cite=PRICE, unit="factor")
def by1_factor(baseline_trend_cell: Texts, by1_mean: Floats, by3_mean: Floats) -> Floats:
    """The first baseline year's trend to the third; computed only where its cell is the price's own."""
    return np.where(baseline_trend_cell == "price_cell", by3_mean / by1_mean, np.nan)


@formula(cite=PRICE, unit="factor")
def by2_factor(baseline_trend_cell: Texts, by2_mean: Floats, by3_mean: Floats) -> Floats:
    """The second baseline year's trend to the third; computed only where its cell is the price's own."""
    return np.where(baseline_trend_cell == "price_cell", by3_mean / by2_mean, np.nan)


@formula(cite=PRICE, unit="dollars an episode")
def benchmark(
    by1_mean: Floats,
    by1_factor: Floats,
    by1_weight: Floats,
    by2_mean: Floats,
    by2_factor: Floats,
    by2_weight: Floats,
    by3_mean: Floats,
    by3_weight: Floats,
) -> Floats:
    """The weighted mean of baseline years, trended to the third one."""
    early = by1_mean * by1_factor * by1_weight + by2_mean * by2_factor * by2_weight
    return early + by3_mean * by3_weight


@formula(cite=PRICE, unit="growth a year, logarithm")
def regional_slope(
    regional_mean_1: Floats,
    regional_mean_2: Floats,
    regional_mean_3: Floats,
    regional_mean_4: Floats,
    regional_mean_5: Floats,
) -> Floats:
    """Log-linear growth of mean spending in the region over five years."""
    return log_slope(regional_mean_1, regional_mean_2, regional_mean_3, regional_mean_4, regional_mean_5)


@formula(cite=PRICE, unit="growth a year, logarithm")
def national_slope(
    national_mean_1: Floats,
    national_mean_2: Floats,
    national_mean_3: Floats,
    national_mean_4: Floats,
    national_mean_5: Floats,
) -> Floats:
    """Log-linear growth of mean spending in the nation over five years."""
    return log_slope(national_mean_1, national_mean_2, national_mean_3, national_mean_4, national_mean_5)


@formula(cite=PRICE, unit="factor")
def regional_trend_factor(regional_slope: Floats, trend_projection_years: Floats) -> Floats:
    """The region's growth over the years that are projected."""
    return np.exp(regional_slope * trend_projection_years)


@formula(cite=PRICE, unit="factor")
def national_trend_factor(national_slope: Floats, trend_projection_years: Floats) -> Floats:
    """The nation's growth over the years that are projected."""
    return np.exp(national_slope * trend_projection_years)


@formula(cite=PRICE, unit="factor")
def prospective_trend(
    regional_trend_factor: Floats, national_trend_factor: Floats, regional_trend_weight: Floats
) -> Floats:
    """The prospective trend factor, region and nation averaged."""
    return regional_trend_factor * regional_trend_weight + national_trend_factor * (1 - regional_trend_weight)


@formula(cite=PRICE, unit="factor")
def prospective_normalization(mean_unadjusted_price: Floats, mean_adjusted_price: Floats) -> Floats:
    """What makes risk adjustment neutral in aggregate over the baseline."""
    return mean_unadjusted_price / mean_adjusted_price


@formula(cite=PRICE, unit="dollars an episode")
def preliminary_target_price(
    benchmark: Floats, prospective_trend: Floats, prospective_normalization: Floats, discount: Floats
) -> Floats:
    """The price of a cell (episode type in a region) that CMS publishes before the year."""
    return benchmark * prospective_trend * prospective_normalization * (1 - discount)


@formula(cite=RECONCILED, unit="factor")
def normalization_ratio(
    final_normalization: Floats, prospective_normalization: Floats, normalization_cap: Floats
) -> Floats:
    """Final against prospective normalization, within its cap."""
    return np.clip(
        final_normalization / prospective_normalization, 1 - normalization_cap, 1 + normalization_cap
    )


@formula(cite=RECONCILED, unit="factor")
def trend_ratio(final_trend: Floats, prospective_trend: Floats, trend_cap: Floats) -> Floats:
    """Final against prospective trend, within its cap."""
    return np.clip(final_trend / prospective_trend, 1 - trend_cap, 1 + trend_cap)


@formula(cite=RECONCILED, unit="dollars an episode")
def reconciliation_target_price(
    preliminary_target_price: Floats,
    risk_multiplier: Floats,
    normalization_ratio: Floats,
    trend_ratio: Floats,
) -> Floats:
    """What an episode is reconciled against."""
    return preliminary_target_price * risk_multiplier * normalization_ratio * trend_ratio


@formula(cite=RECONCILED, unit="dollars")
def line_target(reconciliation_target_price: Floats, episodes: Floats) -> Floats:
    """The target of the episodes of a row together."""
    return reconciliation_target_price * episodes


@formula(cite=RECONCILED, unit="dollars")
def capped_spending(
    episode_spending: Floats, stay_in_window: Floats, high_cost_cap: Floats, high_cost_percentile: Floats
) -> Floats:
    """Standardized spending of one episode, at most the high-cost percentile of its cell in the year."""
    own = episode_spending + np.where(np.isnan(stay_in_window), 0, stay_in_window)
    return np.where(high_cost_percentile == 1, own, np.minimum(own, high_cost_cap))


@formula(cite="team.md 7 (extreme and uncontrollable circumstances)", unit="dollars")
def line_spending(
    capped_spending: Floats, disaster: Floats, disaster_cap: Floats, line_target: Floats
) -> Floats:
    """What counts as spending of a row: at most its target under extreme and uncontrollable circumstances."""
    struck = (disaster == 1) & (disaster_cap == 1)
    return np.where(struck, np.minimum(capped_spending, line_target), capped_spending)


PRICE_FORMULAS = [
    by1_factor,
    by2_factor,
    benchmark,
    regional_slope,
    national_slope,
    regional_trend_factor,
    national_trend_factor,
    prospective_trend,
    prospective_normalization,
    preliminary_target_price,
    normalization_ratio,
    trend_ratio,
    reconciliation_target_price,
    line_target,
    capped_spending,
    line_spending,
]

"""Formulas of the adjustment of the historical benchmark: region, prior savings, population (mssp.md 5.6)."""

from __future__ import annotations

import numpy as np

from corridor.formulas import Formula, each, formula
from corridor.formulas.columns import Flags, Floats, Texts
from corridor.programs.mssp.by_type import weighted

REGION = "42 CFR 425.656"
HIGHEST = "42 CFR 425.652(a)(8)"


@formula(cite=REGION, unit="dollars", vector=True)
def regional_difference(regional_by3: Floats, historical_by_type: Floats) -> Floats:
    """What the region spends above the ACO."""
    return regional_by3 - historical_by_type


@formula(cite=REGION, unit="flag")
def below_region(regional_difference: Floats, by3_person_years: Floats) -> Flags:
    """The ACO spends less than its region, over all types."""
    return np.asarray(weighted(by3_person_years, regional_difference) >= 0)


@formula(cite=REGION, unit="fraction")
def regional_weight(
    below_region: Flags,
    first_weight_below: Floats,
    first_weight_above: Floats,
    later_weight_below: Floats,
    later_weight_above: Floats,
    track: Texts,
    enhanced_regional_weight_limit: float,
) -> Floats:
    """How much of the difference counts, by how often the ACO has had a regional adjustment."""
    below = np.where(np.isnan(first_weight_below), later_weight_below, first_weight_below)
    above = np.where(np.isnan(first_weight_above), later_weight_above, first_weight_above)
    positive = np.where(track == "EN", np.minimum(below, enhanced_regional_weight_limit), below)
    return np.where(below_region, positive, above)


@formula(cite=REGION, unit="fraction")
def regional_offset(dual_share: Floats, mean_risk_score: Floats, regional_offset_method: str) -> Floats:
    """How far a negative amount is softened, by the share of dually eligible people and by risk."""
    offset = np.clip(dual_share + (mean_risk_score - 1), 0, 1)
    return np.where(regional_offset_method == "dual_share_plus_risk", offset, 0)


@formula(cite=REGION, unit="dollars", vector=True)
def regional_by_type(
    regional_difference: Floats,
    regional_weight: Floats,
    national_by3: Floats,
    regional_cap_up: float,
    regional_cap_down: float,
    former_regional_cap_down: float,
    regional_offset: Floats,
    present_method: Flags,
) -> Floats:
    """The regional adjustment of each type: weighed, within its caps, a negative amount softened. Under
    earlier agreements a negative one has a cap of its own and is not softened."""
    weighed = regional_difference * each(regional_weight)
    down = np.where(present_method, regional_cap_down, former_regional_cap_down)
    capped = np.clip(weighed, -each(down) * national_by3, regional_cap_up * national_by3)
    softened = np.where(capped < 0, capped * (1 - each(regional_offset)), capped)
    return np.where(each(present_method) == 1, softened, capped)


@formula(cite=REGION, unit="dollars")
def regional_adjustment(regional_by_type: Floats, by3_person_years: Floats) -> Floats:
    """The regional adjustment over all types."""
    return weighted(by3_person_years, regional_by_type)


@formula(cite="42 CFR 425.658", unit="dollars")
def mean_prior_savings(
    by1_prior_savings_per_capita: Floats,
    by2_prior_savings_per_capita: Floats,
    by3_prior_savings_per_capita: Floats,
    base_year_count: float,
) -> Floats:
    """Savings or losses for a person-year, a simple mean of the base years; 0 for years not reconciled."""
    first_two = by1_prior_savings_per_capita + by2_prior_savings_per_capita
    return (first_two + by3_prior_savings_per_capita) / base_year_count


@formula(cite="42 CFR 425.658", unit="dollars")
def prior_savings_adjustment(
    mean_prior_savings: Floats,
    prior_savings_share: float,
    prior_person_years: Floats,
    base_person_years: Floats,
    prior_savings_proration: str,
    agreement_period: Floats,
) -> Floats:
    """The share of prior savings given back, as far as the population has not grown since."""
    part = np.minimum(prior_person_years / base_person_years, 1)
    used = np.where(prior_savings_proration == "person_years", part, 1)
    saved = (mean_prior_savings > 0) & (agreement_period > 1)
    return np.where(saved, prior_savings_share * mean_prior_savings * used, 0)


@formula(cite="42 CFR 425.662", unit="dollars")
def population_counted(
    population_adjustment: Floats, agreement_start_year: Floats, population_adjustment_first_start: float
) -> Floats:
    """The population adjustment as CMS states it; none in agreement periods begun before there was one."""
    return np.where(agreement_start_year >= population_adjustment_first_start, population_adjustment, 0)


@formula(cite=HIGHEST, unit="dollars")
def adjustment_limit(national_by3: Floats, by3_person_years: Floats, adjustment_cap: float) -> Floats:
    """The most an adjustment may add, over all types."""
    return adjustment_cap * weighted(by3_person_years, national_by3)


@formula(cite=HIGHEST, unit="dollars")
def highest_adjustment(
    regional_adjustment: Floats, prior_savings_adjustment: Floats, population_counted: Floats
) -> Floats:
    """The highest of the three; none is added together."""
    by_people = np.maximum(prior_savings_adjustment, population_counted)
    return np.maximum(np.maximum(regional_adjustment, 0), by_people)


@formula(cite=HIGHEST, unit="text")
def adjustment_used(
    present_method: Flags,
    highest_adjustment: Floats,
    regional_adjustment: Floats,
    prior_savings_adjustment: Floats,
) -> Texts:
    """Which of them it is."""
    own = np.where(highest_adjustment == prior_savings_adjustment, "prior_savings", "population")
    best = np.where(highest_adjustment == regional_adjustment, "regional", own)
    return np.where(present_method, np.where(highest_adjustment <= 0, "none", best), "regional")


@formula(cite=f"{HIGHEST}; 42 CFR 425.601", unit="dollars", vector=True)
def adjustment_by_type(
    adjustment_used: Texts,
    present_method: Flags,
    regional_by_type: Floats,
    regional_adjustment: Floats,
    highest_adjustment: Floats,
    adjustment_limit: Floats,
    former_negative_regional: bool,
) -> Floats:
    """What is added to each type: the regional amounts as they stand, the other two alike for every type,
    within the limit. Under earlier agreements the regional adjustment alone, which may be negative."""
    added = np.minimum(highest_adjustment, adjustment_limit)
    regional = adjustment_used == "regional"
    scaled = regional_by_type * each(added / regional_adjustment)
    chosen = np.where(each(regional) == 1, scaled, each(added))
    counts = former_negative_regional | (regional_adjustment > 0)
    former = np.where(each(counts) == 1, regional_by_type, 0)
    none = each(adjustment_used == "none") == 1
    present = np.where(none, 0, chosen)
    return np.where(each(present_method) == 1, present, former)


ADJUST_FORMULAS: list[Formula] = [
    regional_difference, below_region, regional_weight, regional_offset, regional_by_type,
    regional_adjustment, mean_prior_savings, prior_savings_adjustment, population_counted,
    adjustment_limit, highest_adjustment,
    adjustment_used, adjustment_by_type,
]  # fmt: skip

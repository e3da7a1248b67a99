"""Risk adjustment of an episode: the levels of its attributes, and the multiplier of their coefficients."""

from __future__ import annotations

import numpy as np

from corridor.formulas import formula
from corridor.formulas.columns import Floats, Texts

CITE = "42 CFR 512.545(a) (team.md 4)"


@formula(cite=CITE, unit="level")
def condition_level(hcc_count: Floats, condition_count_top: Floats) -> Floats:
    """Conditions counted in the lookback, up to the highest level."""
    return np.minimum(hcc_count, condition_count_top)


@formula(cite=CITE, unit="bracket")
def age_bracket(age_bracket_of: Texts) -> Texts:
    """The bracket of the age on the first day of the episode."""
    return age_bracket_of


@formula(cite=CITE, unit="group")
def bed_size(bed_size_of: Texts) -> Texts:
    """The bed-size group of the hospital."""
    return bed_size_of


@formula(cite=CITE, unit="0 or 1")
def economic_risk(
    deprivation: Floats, low_income_subsidy: Floats, full_medicaid: Floats, deprivation_percentile: Floats
) -> Floats:
    """One with a deprivation index above the percentile, the low-income subsidy or full Medicaid; what is not
    known is none of them."""
    return np.where(
        (deprivation > deprivation_percentile) | (low_income_subsidy == 1) | (full_medicaid == 1), 1, 0
    )


@formula(cite=CITE, unit="logarithm")
def coefficient_sum(
    condition_coefficient: Floats,
    age_coefficient: Floats,
    economic_risk_coefficient: Floats,
    bed_coefficient: Floats,
    safety_net_coefficient: Floats,
    episode_coefficient: Floats,
) -> Floats:
    """The coefficients of the levels of this episode together, as CMS publishes them."""
    person = condition_coefficient + age_coefficient + economic_risk_coefficient
    return person + bed_coefficient + safety_net_coefficient + episode_coefficient


@formula(cite=CITE, unit="factor")
def risk_multiplier(coefficient_sum: Floats, risk_form: Texts) -> Floats:
    """What risk adjustment multiplies the price by."""
    return np.where(risk_form == "exponential", np.exp(coefficient_sum), np.nan)


RISK_FORMULAS = [condition_level, age_bracket, bed_size, economic_risk, coefficient_sum, risk_multiplier]

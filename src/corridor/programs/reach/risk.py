"""Risk scores of the benchmark: normalized, capped, times the coding factor, limited in growth."""

from __future__ import annotations

import numpy as np

from corridor.formulas import formula
from corridor.formulas.columns import Flags, Floats, Texts

CHAIN = "ACO REACH RISKSCORE worksheets (aco-reach.md A3.2)"
REFERENCE = "CMS ACO REACH PY2026 quick reference (aco-reach.md A3.3)"


@formula(cite=CHAIN, unit="risk score")
def normalized_risk_score(raw_risk_score: Floats, normalization_factor: Floats) -> Floats:
    """The mean raw score times the normalization factor of year and population, as the worksheet has it."""
    return raw_risk_score * normalization_factor


@formula(cite=REFERENCE, unit="fraction")
def symmetric_cap(aco_type: Texts, published_symmetric_cap: Floats) -> Floats:
    """How far the score may lie from the reference year's; of High Needs ACOs the sources disagree."""
    return np.where(aco_type == "high_needs", np.nan, published_symmetric_cap)


@formula(cite=REFERENCE, unit="flag")
def cap_exempt(
    aligned_beneficiaries: Floats, reference_beneficiaries: Floats, cap_exempt_ratio: Floats
) -> Floats:
    """Whether growth of the population since the reference year exempts the ACO from the caps."""
    above = aligned_beneficiaries - cap_exempt_ratio * reference_beneficiaries
    return np.where(np.isnan(above), np.nan, above >= 0)


@formula(cite=CHAIN, unit="risk score")
def capped_risk_score(
    alignment: Texts,
    normalized_risk_score: Floats,
    reference_risk_score: Floats,
    symmetric_cap: Floats,
    cap_exempt: Floats,
) -> Floats:
    """The normalized score, held near that of the reference year; without one there is no cap."""
    low = (1 - symmetric_cap) * reference_risk_score
    high = (1 + symmetric_cap) * reference_risk_score
    held = np.clip(normalized_risk_score, low, high)
    judged = np.where(np.isnan(cap_exempt), np.nan, np.where(cap_exempt == 1, normalized_risk_score, held))
    free = (alignment == "voluntary_new") | np.isnan(reference_risk_score)
    return np.where(free, normalized_risk_score, judged)


@formula(cite=REFERENCE, unit="factor")
def limited_coding_factor(coding_intensity_factor: Floats, coding_factor_ceiling: Floats) -> Floats:
    """The coding intensity factor, no further from one than its ceiling."""
    return np.clip(coding_intensity_factor, 1 - coding_factor_ceiling, 1 + coding_factor_ceiling)


@formula(cite=CHAIN, unit="risk score")
def coding_adjusted_risk_score(
    alignment: Texts, capped_risk_score: Floats, limited_coding_factor: Floats
) -> Floats:
    """The capped score times the coding factor; newly voluntary beneficiaries have neither."""
    free = alignment == "voluntary_new"
    return np.where(free, capped_risk_score, capped_risk_score * limited_coding_factor)


@formula(cite=REFERENCE, unit="risk score")
def growth_limited_risk_score(
    aco_type: Texts,
    coding_adjusted_risk_score: Floats,
    growth_cap: Floats,
    growth_cap_applies: Floats,
    growth_base_risk_score: Floats,
) -> Floats:
    """The score, no higher than the base year's plus the cap on growth, where there is such a cap."""
    # whether there is one depends on the type: of an ACO of unknown type it is not known
    typed = (aco_type == "standard") | (aco_type == "new_entrant") | (aco_type == "high_needs")
    free: Flags = (np.isnan(growth_cap) & typed) | (growth_cap_applies == 0)
    highest = growth_base_risk_score * (1 + growth_cap)
    return np.where(free, coding_adjusted_risk_score, np.minimum(coding_adjusted_risk_score, highest))


@formula(cite=CHAIN, unit="risk score", group="score_group", statistic="mean weighted by months")
def voluntary_risk_score(growth_limited_risk_score: Floats, eligible_months: Floats) -> Floats:
    """The score of voluntary beneficiaries: that of new and continuous ones by their months."""
    weighted = np.sum(growth_limited_risk_score * eligible_months, axis=0)
    months = np.sum(eligible_months, axis=0)
    return np.asarray(weighted / np.where(months > 0, months, np.nan))


@formula(cite=CHAIN, unit="risk score")
def benchmark_risk_score(
    alignment: Texts, growth_limited_risk_score: Floats, voluntary_risk_score: Floats
) -> Floats:
    """The score of the benchmark: of claims-aligned beneficiaries their own, of voluntary ones the mean."""
    return np.where(alignment == "claims", growth_limited_risk_score, voluntary_risk_score)


RISK_FORMULAS = [
    normalized_risk_score,
    symmetric_cap,
    cap_exempt,
    capped_risk_score,
    limited_coding_factor,
    coding_adjusted_risk_score,
    growth_limited_risk_score,
    voluntary_risk_score,
    benchmark_risk_score,
]

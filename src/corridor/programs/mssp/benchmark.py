"""Formulas of the benchmark: base years -> historical -> updated (mssp.md 5.1 to 5.5, 5.7, 5.8)."""

from __future__ import annotations

import numpy as np

from corridor.formulas import Formula, each, formula
from corridor.formulas.columns import Flags, Floats
from corridor.programs.mssp.by_type import weighted

HISTORICAL = "42 CFR 425.652(a)"
UPDATE = "42 CFR 425.652(b)"
RISK = "42 CFR 425.605(a)(1)(ii), 425.610(a)(2)"


@formula(cite="42 CFR 425.652(a)", unit="flag")
def present_method(agreement_start_year: Floats, present_method_first_start: float) -> Flags:
    """The agreement period is one whose benchmark has the prospective trend."""
    return np.asarray(agreement_start_year >= present_method_first_start)


@formula(cite=HISTORICAL, unit="ratio", vector=True)
def trend_by1(market_share: Floats, national_trend_by1: Floats, regional_trend_by1: Floats) -> Floats:
    """Growth from base year 1, national growth weighing as much as the ACO does in its region."""
    return market_share * national_trend_by1 + (1 - market_share) * regional_trend_by1


@formula(cite=HISTORICAL, unit="ratio", vector=True)
def trend_by2(market_share: Floats, national_trend_by2: Floats, regional_trend_by2: Floats) -> Floats:
    """Growth from base year 2, national growth weighing as much as the ACO does in its region."""
    return market_share * national_trend_by2 + (1 - market_share) * regional_trend_by2


@formula(cite=HISTORICAL, unit="dollars", vector=True)
def by1_at_by3(
    by1_per_capita: Floats, by3_risk_score: Floats, by1_risk_score: Floats, trend_by1: Floats
) -> Floats:
    """Base year 1 at the risk and the prices of base year 3."""
    return by1_per_capita * (by3_risk_score / by1_risk_score) * trend_by1


@formula(cite=HISTORICAL, unit="dollars", vector=True)
def by2_at_by3(
    by2_per_capita: Floats, by3_risk_score: Floats, by2_risk_score: Floats, trend_by2: Floats
) -> Floats:
    """Base year 2 at the risk and the prices of base year 3."""
    return by2_per_capita * (by3_risk_score / by2_risk_score) * trend_by2


@formula(cite=HISTORICAL, unit="dollars", vector=True)
def historical_by_type(
    by1_at_by3: Floats,
    by2_at_by3: Floats,
    by3_per_capita: Floats,
    weight_by1: Floats,
    weight_by2: Floats,
    weight_by3: Floats,
) -> Floats:
    """The three base years weighed together, before adjustment."""
    earlier = each(weight_by1) * by1_at_by3 + each(weight_by2) * by2_at_by3
    return earlier + each(weight_by3) * by3_per_capita


@formula(cite=HISTORICAL, unit="dollars", vector=True)
def adjusted_historical(historical_by_type: Floats, adjustment_by_type: Floats) -> Floats:
    """The historical benchmark of each type."""
    return historical_by_type + adjustment_by_type


@formula(cite=HISTORICAL, unit="dollars")
def historical_benchmark_per_capita(adjusted_historical: Floats, by3_person_years: Floats) -> Floats:
    """The historical benchmark for a person-year, in the mix of types of base year 3."""
    return weighted(by3_person_years, adjusted_historical)


@formula(cite=RISK, unit="ratio", vector=True)
def risk_ratio(py_risk_score: Floats, by3_risk_score: Floats) -> Floats:
    """How the risk score of each type went since base year 3."""
    return py_risk_score / by3_risk_score


@formula(cite=RISK, unit="dollars", vector=True)
def risk_weight(adjusted_historical: Floats, py_person_years: Floats) -> Floats:
    """What each type weighs when risk is taken over all types."""
    return adjusted_historical * py_person_years


@formula(cite=RISK, unit="ratio")
def aggregate_risk_ratio(risk_weight: Floats, risk_ratio: Floats) -> Floats:
    """How the risk score went over all types."""
    return weighted(risk_weight, risk_ratio)


@formula(cite=RISK, unit="ratio")
def risk_cap(risk_weight: Floats, demographic_ratio: Floats, risk_growth_cap: float) -> Floats:
    """The most it may have grown: as much as demographic risk, and three points more."""
    return weighted(risk_weight, demographic_ratio) + risk_growth_cap


@formula(cite=RISK, unit="ratio", vector=True)
def capped_risk_ratio(
    risk_ratio: Floats,
    aggregate_risk_ratio: Floats,
    risk_cap: Floats,
    present_method: Flags,
    risk_growth_cap: float,
) -> Floats:
    """Growth of risk that counts: cut to the cap where it is above over all types; no floor. Under earlier
    agreements each type is cut by itself."""
    room = each(risk_cap) - each(aggregate_risk_ratio)
    capped = np.where(room < 0, np.minimum(risk_ratio, each(risk_cap)), risk_ratio)
    over_all = np.where(np.isnan(room), np.nan, capped)  # a cap that is not known is not a cap that is kept
    alone = np.minimum(risk_ratio, 1 + risk_growth_cap)
    return np.where(each(present_method) == 1, over_all, alone)


@formula(cite=UPDATE, unit="ratio", vector=True)
def two_way_update(market_share: Floats, national_update: Floats, regional_update: Floats) -> Floats:
    """Growth since base year 3, national growth weighing as much as the ACO does in its region."""
    return market_share * national_update + (1 - market_share) * regional_update


@formula(cite="CMS-1848-P, proposed", unit="ratio", vector=True)
def trend_in_bounds(
    acpt_ratio: Floats, national_update: Floats, acpt_lower_bound: Floats, acpt_upper_bound: Floats
) -> Floats:
    """The prospective trend, within its distance to national growth where the law sets one."""
    lowest = np.fmax(acpt_ratio, national_update + each(acpt_lower_bound))
    return np.where(np.isnan(acpt_ratio), np.nan, np.fmin(lowest, national_update + each(acpt_upper_bound)))


@formula(cite=UPDATE, unit="ratio", vector=True)
def three_way_update(two_way_update: Floats, trend_in_bounds: Floats, acpt_weight: float) -> Floats:
    """The same with the prospective trend."""
    return (1 - acpt_weight) * two_way_update + acpt_weight * trend_in_bounds


@formula(cite=UPDATE, unit="dollars")
def two_way_benchmark_per_capita(
    adjusted_historical: Floats, capped_risk_ratio: Floats, two_way_update: Floats, py_person_years: Floats
) -> Floats:
    """The updated benchmark without the prospective trend."""
    return weighted(py_person_years, adjusted_historical * capped_risk_ratio * two_way_update)


@formula(cite=UPDATE, unit="dollars")
def three_way_benchmark_per_capita(
    adjusted_historical: Floats, capped_risk_ratio: Floats, three_way_update: Floats, py_person_years: Floats
) -> Floats:
    """The updated benchmark with the prospective trend."""
    return weighted(py_person_years, adjusted_historical * capped_risk_ratio * three_way_update)


@formula(cite=UPDATE, unit="dollars")
def updated_benchmark_per_capita(
    present_method: Flags, three_way_benchmark_per_capita: Floats, two_way_benchmark_per_capita: Floats
) -> Floats:
    """The benchmark for a person-year of the performance year, in its own mix of types."""
    return np.where(present_method, three_way_benchmark_per_capita, two_way_benchmark_per_capita)


@formula(cite=UPDATE, unit="person-years")
def person_years(py_person_years: Floats) -> Floats:
    """Assigned person-years of all types."""
    return np.asarray(np.nansum(py_person_years, axis=-1))


@formula(cite="42 CFR 425.605(a), 425.610(a)", unit="dollars")
def performance_per_capita(py_per_capita: Floats, py_person_years: Floats) -> Floats:
    """Expenditure for a person-year of the performance year, in its own mix of types."""
    return weighted(py_person_years, py_per_capita)


@formula(cite="42 CFR 425.652(b)(4)", unit="dollars")
def two_way_benchmark_expenditure(
    present_method: Flags, two_way_benchmark_per_capita: Floats, person_years: Floats
) -> Floats:
    """The updated benchmark without the prospective trend, for the whole population."""
    return np.where(present_method, two_way_benchmark_per_capita * person_years, np.nan)


BENCHMARK_FORMULAS: list[Formula] = [
    present_method, trend_by1, trend_by2, by1_at_by3, by2_at_by3, historical_by_type, adjusted_historical,
    historical_benchmark_per_capita, risk_ratio, risk_weight, aggregate_risk_ratio, risk_cap,
    capped_risk_ratio, two_way_update, trend_in_bounds, three_way_update, two_way_benchmark_per_capita,
    three_way_benchmark_per_capita, updated_benchmark_per_capita, person_years, performance_per_capita,
    two_way_benchmark_expenditure,
]  # fmt: skip

"""The formulas of the Shared Savings Program bound to the law.

RECONCILIATION     benchmark and expenditure -> savings or losses
BENCHMARK          base years and growth -> historical and updated benchmark
FROM_BASE_YEARS    both in one, so that a dollar is derived down to the base years
"""

from __future__ import annotations

from corridor.formulas import Banded, Keyed, Model
from corridor.formulas.bindings import Binding
from corridor.programs.mssp.adjust import ADJUST_FORMULAS
from corridor.programs.mssp.benchmark import BENCHMARK_FORMULAS
from corridor.programs.mssp.by_type import TYPE_FORMULAS, TYPE_WORDS, TYPES
from corridor.programs.mssp.reconcile import RECONCILE_FORMULAS
from corridor.programs.mssp.tracks import TRACK_FORMULAS, TRACK_RULES

PROGRAMS = ("mssp", "mips", "performance", "population", "qp")  # whose rules a settlement reads

RECONCILE_RULES: dict[str, str | Binding] = {
    **TRACK_RULES,
    "minimum_assigned": "mssp.minimum_assigned",
    "low_revenue_share": "mssp.low_revenue_share",
    "reduced_sharing_share": "mssp.reduced_sharing_share",
    "reduced_sharing_first_start": "mssp.reduced_sharing_first_start",
    "guardrail": "mssp.guardrail",
    "small_base_year_first_start": "mssp.small_base_year_first_start",
    "quality_share_method": "mssp.quality_share_method",
    "alternative_standard": "mssp.alternative_standard",
    "sequestration_share": "mssp.sequestration_rate",
    "disaster_relief": "mssp.disaster_relief",
    "disaster_kind_counts": Keyed("mssp.disaster_kind", {"kind": "disaster_kind"}, "relief"),
    "advance_recoupment": "mssp.advance_recoupment",
    "repayment_expenditure_share": "mssp.repayment_expenditure_share",
    "repayment_revenue_share": "mssp.repayment_revenue_share",
}
TIMES = "regional_times"
BENCHMARK_RULES: dict[str, str | Binding] = {
    "present_method_first_start": "mssp.present_method_first_start",
    "weight_by1": Banded("mssp.base_year_weight", "agreement_period", "by1"),
    "weight_by2": Banded("mssp.base_year_weight", "agreement_period", "by2"),
    "weight_by3": Banded("mssp.base_year_weight", "agreement_period", "by3"),
    "first_weight_below": Banded("mssp.regional_weight_first", TIMES, "acos_below"),
    "first_weight_above": Banded("mssp.regional_weight_first", TIMES, "acos_above"),
    "later_weight_below": Banded("mssp.regional_weight_later", TIMES, "acos_below"),
    "later_weight_above": Banded("mssp.regional_weight_later", TIMES, "acos_above"),
    "enhanced_regional_weight_limit": "mssp.enhanced_regional_weight_limit",
    "regional_cap_up": "mssp.regional_cap_up",
    "regional_cap_down": "mssp.regional_cap_down",
    "former_regional_cap_down": "mssp.former_regional_cap_down",
    "regional_offset_method": "mssp.regional_offset_method",
    "former_negative_regional": "mssp.former_negative_regional",
    "prior_savings_share": "mssp.prior_savings_share",
    "prior_savings_proration": "mssp.prior_savings_proration",
    "base_year_count": "mssp.base_year_count",
    "adjustment_cap": "mssp.adjustment_cap",
    "population_adjustment_first_start": "mssp.population_adjustment_first_start",
    "risk_growth_cap": "mssp.risk_growth_cap",
    "acpt_weight": "mssp.prospective_trend_weight",
    "acpt_lower_bound": Banded("mssp.acpt_bound", "agreement_start_year", "lower"),
    "acpt_upper_bound": Banded("mssp.acpt_bound", "agreement_start_year", "upper"),
}

UNITS = {
    "assigned_beneficiaries": "people", "person_years": "person-years",
    "updated_benchmark_per_capita": "dollars", "performance_per_capita": "dollars",
    "elected_savings_rate": "fraction", "participant_revenue": "dollars", "quality_score": "fraction",
    "quality_standard_met": "flag", "alternative_standard_met": "flag", "agreement_start_year": "year",
    "small_base_year": "flag", "small_base_year_payment_limit": "fraction",
    "small_base_year_loss_limit": "fraction", "two_way_benchmark_expenditure": "dollars",
    "disaster_months": "months", "disaster_share": "fraction", "advance_payments_outstanding": "dollars",
    "agreement_period": "number", "regional_times": "times", "dual_share": "fraction",
    "mean_risk_score": "risk score", "by1_prior_savings_per_capita": "dollars",
    "by2_prior_savings_per_capita": "dollars", "by3_prior_savings_per_capita": "dollars",
    "prior_person_years": "person-years", "base_person_years": "person-years",
    "population_adjustment": "dollars",
    **{f"{one.name}_{kind}": one.unit for one in TYPE_FORMULAS for kind in TYPES},
}  # fmt: skip
ABOUTS = {
    "track": "A to E of BASIC, EN for ENHANCED; T1, T1P, T2, T3 before the levels.",
    "assigned_beneficiaries": "People assigned for the performance year.",
    "person_years": "Their months in all enrollment types, divided by twelve.",
    "updated_benchmark_per_capita": "The updated benchmark for a person-year.",
    "performance_per_capita": "Annualized, truncated expenditure for a person-year.",
    "elected_savings_rate": "The fixed minimum savings rate the ACO elected; absent: by size.",
    "participant_revenue": "Part A and B fee-for-service revenue of the ACO's participants.",
    "revenue_category": "low or high, as CMS determined it.",
    "quality_score": "The quality score, as a share of one.",
    "quality_standard_met": "1 where the quality performance standard is met.",
    "alternative_standard_met": "1 where the alternative standard is met.",
    "agreement_start_year": "The year the agreement period began.",
    "small_base_year": "1 where a base year has too few assigned people.",
    "small_base_year_payment_limit": "The lower payment limit that then holds, of the benchmark.",
    "small_base_year_loss_limit": "The lower loss limit that then holds, of the benchmark.",
    "two_way_benchmark_expenditure": "The updated benchmark without the prospective trend, in dollars.",
    "disaster_months": "Months of extreme and uncontrollable circumstances.",
    "disaster_share": "Share of assigned people who live in the affected areas.",
    "disaster_kind": "disaster or cyberattack.",
    "months_in_year": "Twelve.",
    "advance_payments_outstanding": "Advance investment payments and prepaid savings not yet taken back.",
    "agreement_period": "1 for the first agreement period, then 2, 3, ...",
    "regional_times": "Times the ACO has been subject to a regional adjustment, this one included.",
    "dual_share": "Share of assigned person-years who are dually eligible.",
    "mean_risk_score": "Mean renormalized risk score of the assigned people of base year 3.",
    "by1_prior_savings_per_capita": "Savings or losses for a person-year of base year 1; 0 if not settled.",
    "by2_prior_savings_per_capita": "The same in base year 2.",
    "by3_prior_savings_per_capita": "The same in base year 3.",
    "prior_person_years": "Assigned person-years of those years, on average, when savings were made.",
    "base_person_years": "Assigned person-years of the base years, on average.",
    "population_adjustment": "Dollars for a person-year, as CMS's benchmark report states it.",
    **{
        f"{one.name}_{kind}": f"{one.about.rstrip('.')}: {words}."
        for one in TYPE_FORMULAS
        for kind, words in zip(TYPES, TYPE_WORDS, strict=True)
    },
}  # fmt: skip

_BENCHMARK = [*TYPE_FORMULAS, *ADJUST_FORMULAS, *BENCHMARK_FORMULAS]
_RECONCILE = [*TRACK_FORMULAS, *RECONCILE_FORMULAS]
RECONCILIATION = Model("mssp", _RECONCILE, RECONCILE_RULES, units=UNITS, abouts=ABOUTS)
BENCHMARK = Model("mssp benchmark", _BENCHMARK, BENCHMARK_RULES, units=UNITS, abouts=ABOUTS)
FROM_BASE_YEARS = Model(
    "mssp", [*_BENCHMARK, *_RECONCILE], {**BENCHMARK_RULES, **RECONCILE_RULES}, units=UNITS, abouts=ABOUTS
)

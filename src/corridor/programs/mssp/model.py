"""The formulas of the Shared Savings Program bound to the law: RECONCILIATION and BENCHMARK."""

from __future__ import annotations

from corridor.formulas import Keyed, Model
from corridor.programs.mssp.reconcile import RECONCILE_FORMULAS
from corridor.programs.mssp.tracks import TRACK_FORMULAS, TRACK_RULES

PROGRAMS = ("mssp", "mips", "population", "qp")  # whose rules a settlement reads

RECONCILIATION = Model(
    "mssp",
    [*TRACK_FORMULAS, *RECONCILE_FORMULAS],
    {
        **TRACK_RULES,
        "minimum_assigned": "mssp.minimum_assigned",
        "low_revenue_share": "mssp.low_revenue_share",
        "reduced_sharing_share": "mssp.reduced_sharing_share",
        "reduced_sharing_first_start": "mssp.reduced_sharing_first_start",
        "guardrail": "mssp.guardrail",
        "quality_share_method": "mssp.quality_share_method",
        "alternative_standard": "mssp.alternative_standard",
        "sequestration_share": "mssp.sequestration_rate",
        "disaster_relief": "mssp.disaster_relief",
        "disaster_kind_counts": Keyed("mssp.disaster_kind", {"kind": "disaster_kind"}, "relief"),
        "months_in_year": "population.months_per_year",
        "advance_recoupment": "mssp.advance_recoupment",
        "repayment_expenditure_share": "mssp.repayment_expenditure_share",
        "repayment_revenue_share": "mssp.repayment_revenue_share",
    },
    units={
        "assigned_beneficiaries": "people", "person_years": "person-years",
        "updated_benchmark_per_capita": "dollars", "performance_per_capita": "dollars",
        "elected_savings_rate": "fraction", "participant_revenue": "dollars", "quality_score": "fraction",
        "quality_standard_met": "flag", "alternative_standard_met": "flag", "agreement_start_year": "year",
        "small_base_year": "flag", "small_base_year_payment_limit": "fraction",
        "small_base_year_loss_limit": "fraction", "two_way_benchmark_expenditure": "dollars",
        "disaster_months": "months", "disaster_share": "fraction", "advance_payments_outstanding": "dollars",
    },
    abouts={
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
        "advance_payments_outstanding": "Advance investment payments and prepaid savings not yet taken back.",
    },
)  # fmt: skip

BENCHMARK = Model("mssp benchmark", [], {})

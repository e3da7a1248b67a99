"""The models of ASM and the rules their parameters are bound to."""

from __future__ import annotations

from corridor.formulas import Banded, Keyed, Listed, Model
from corridor.programs.asm.complex_patients import COMPLEX_PATIENT_FORMULAS
from corridor.programs.asm.cost import COST_FORMULAS
from corridor.programs.asm.quality import CATEGORY_FORMULAS, MEASURE_FORMULAS, SUBMISSION_FORMULAS
from corridor.programs.asm.score import SCORE_FORMULAS
from corridor.programs.asm.settle import FORMULAS as SETTLE_FORMULAS

PERCENTILE_COLUMNS = ("p1", "p10", "p20", "p30", "p40", "p50", "p60", "p70", "p80", "p90", "p99")

POINT_RULES = {
    "point_step": "asm.point_step",
    "partial_point_cap": "asm.partial_point_cap",
    "maximum_measure_points": "asm.maximum_measure_points",
}
DEVIATION_RULES = {
    "benchmark_minimum_reporters": "asm.benchmark_minimum_reporters",
    "cost_standard_deviation_rule": "asm.cost_standard_deviation",
    "cost_point_preset": "asm.cost_point_preset",
}

SETTLEMENT_RULES = {
    "median_includes_zero": "asm.median_includes_zero",
    "median_weight": "asm.median_weight",
    "logistic_midpoint_rule": "asm.logistic_midpoint_rule",
    "fixed_midpoint": "asm.logistic_midpoint",
    "logistic_steepness": "asm.logistic_steepness",
    "redistribution_share": "asm.redistribution_share",
    "risk_level": "asm.risk_level",
    "cap_at_risk_level": "asm.cap_at_risk_level",
}

SUBMISSIONS = Model(
    "asm submissions",
    SUBMISSION_FORMULAS,
    {
        **POINT_RULES,
        **DEVIATION_RULES,
        "inverse": Keyed("asm.quality_measure", {"measure_id": "measure_id"}, "inverse"),
        "administrative_claims": Keyed(
            "asm.quality_measure", {"measure_id": "measure_id"}, "administrative_claims"
        ),
        "data_completeness_minimum": "asm.data_completeness_minimum",
        "case_minimum": "asm.case_minimum",
        "q492_case_minimum": "asm.q492_case_minimum",
        "q492_benchmark": "asm.q492_benchmark",
        "quality_benchmark_year": "asm.quality_benchmark_year",
        "percentile_levels": Listed("asm.benchmark_percentile", "percentile"),
        "stand_in_percentiles": Keyed(
            "asm.quality_benchmark",
            {"measure_id": "stand_in_measure", "collection_type": "collection_type"},
            PERCENTILE_COLUMNS,
        ),
        "stand_in_median": Keyed(
            "asm.administrative_claims_benchmark_stand_in", {"measure_id": "stand_in_measure"}, "median"
        ),
        "stand_in_deviation": Keyed(
            "asm.administrative_claims_benchmark_stand_in",
            {"measure_id": "stand_in_measure"},
            "standard_deviation",
        ),
        "band_deviations": Listed("asm.cost_point_band", "upper_sd", {"preset": "cost_point_preset"}),
        "minimum_measure_points": "asm.minimum_measure_points",
        "topped_out_cap": "asm.topped_out_cap",
        "topped_out_cap_points": "asm.topped_out_cap_points",
        "incomplete_measure_points": "asm.incomplete_measure_points",
        "low_case_measure_rule": "asm.low_case_measure_rule",
        "no_benchmark_measure_rule": "asm.no_benchmark_measure_rule",
    },
    units={"rate": "percent", "eligible_cases": "cases", "data_completeness": "percent", "topped_out": "flag",
           "whole_cohort": "flag"},
    abouts={
        "rate": "Performance rate, or the risk-standardized score of a claims-based measure.",
        "eligible_cases": "Patients eligible for the measure.",
        "data_completeness": "Share of the eligible patients that was reported.",
        "measure_id": "MIPS number of the measure.",
        "collection_type": "How it was collected.",
        "topped_out": "Whether CMS calls the benchmark topped out.",
        "whole_cohort": "Whether the rows are the whole cohort, not some clinicians of it.",
    },
)  # fmt: skip

MEASURES = Model(
    "asm measures",
    MEASURE_FORMULAS,
    {
        "measure_from_claims": Keyed(
            "asm.quality_measure", {"measure_id": "measure_id"}, "administrative_claims"
        ),
        "unreported_measure_points": "asm.unreported_measure_points",
        "unreported_measure_in_denominator": "asm.unreported_measure_in_denominator",
        "incomplete_measure_points": "asm.incomplete_measure_points",
    },
    abouts={"measure_id": "MIPS number of the measure."},
)

CLINICIANS = Model(
    "asm",
    [*CATEGORY_FORMULAS, *COST_FORMULAS, *COMPLEX_PATIENT_FORMULAS, *SCORE_FORMULAS, *SETTLE_FORMULAS],
    {
        **POINT_RULES,
        **DEVIATION_RULES,
        "cost_minimum_episodes": "asm.cost_minimum_episodes",
        "cost_maximum_points": "asm.cost_maximum_points",
        "cost_minimum_points": "asm.cost_minimum_points",
        "cost_benchmark_year": "asm.cost_benchmark_year",
        "cost_band_deviations": Listed("asm.cost_point_band", "upper_sd", {"preset": "cost_point_preset"}),
        "stand_in_cost_median": Keyed(
            "asm.cost_benchmark_stand_in", {"cohort": "stand_in_cost_cohort"}, "median"
        ),
        "stand_in_cost_deviation": Keyed(
            "asm.cost_benchmark_stand_in", {"cohort": "stand_in_cost_cohort"}, "standard_deviation"
        ),
        **{
            f"stand_in_{indicator}_{short}": Keyed(
                "asm.complex_patient_reference_stand_in",
                {"cohort": "stand_in_reference_cohort"},
                f"{indicator}_{column}",
            )
            for indicator in ("hcc", "dual")
            for short, column in (
                ("mean", "mean"), ("deviation", "standard_deviation"), ("median", "median"),
            )
        },
        "complex_patient_base": "asm.complex_patient_base",
        "complex_patient_slope": "asm.complex_patient_slope",
        "complex_patient_minimum": "asm.complex_patient_minimum",
        "complex_patient_cap": "asm.complex_patient_cap",
        "complex_patient_gate": "asm.complex_patient_gate",
        "complex_patient_reference": "asm.complex_patient_reference",
        "improvement_activity_points_lost": Keyed(
            "asm.improvement_activity_deduction",
            {"activities": "improvement_activities_attested"},
            "deduction",
        ),
        "promoting_interoperability_deduction": "asm.promoting_interoperability_deduction",
        "promoting_interoperability_small_exempt": "asm.promoting_interoperability_small_exempt",
        "promoting_interoperability_missing_element_score":
            "asm.promoting_interoperability_missing_element_score",
        "practice_class_by_size": Banded("asm.small_practice_bonus", "practice_size", "practice"),
        "practice_class_points": Keyed("asm.small_practice_bonus", {"practice": "practice_class"}, "points"),
        "minimum_submission_measures": "asm.minimum_submission_measures",
        "euc_rule": "asm.euc_rule",
        "quality_weight": "asm.quality_weight",
        "cost_weight": "asm.cost_weight",
        "no_cost_rule": "asm.no_cost_rule",
        "no_quality_rule": "asm.no_quality_rule",
        "nonreporter_bonuses_apply": "asm.nonreporter_bonuses_apply",
        "final_score_minimum": "asm.final_score_minimum",
        "final_score_maximum": "asm.final_score_maximum",
        "clamped_zero_is_zero_score": "asm.clamped_zero_is_zero_score",
        **SETTLEMENT_RULES,
    },
    units={
        "part_b_paid": "dollars", "cost_per_episode": "dollars", "attributed_episodes": "episodes",
        "practice_size": "clinicians", "improvement_activities_attested": "activities",
        "promoting_interoperability_score": "fraction", "mean_hcc_risk_score": "risk score",
        "dual_eligible_share": "fraction", "reported": "flag", "extreme_circumstances": "flag",
        "whole_cohort": "flag",
    },
    abouts={
        "part_b_paid": "Part B paid in the performance year for covered professional services.",
        "cost_per_episode": "Risk-adjusted cost an episode, payment-standardized.",
        "attributed_episodes": "Episodes attributed to the clinician under this TIN.",
        "practice_size": "Clinicians who bill under the TIN.",
        "improvement_activities_attested": "Improvement activities attested, of two.",
        "promoting_interoperability_score": "Score of the interoperability category.",
        "mean_hcc_risk_score": "Mean HCC risk score of the clinician's patients.",
        "dual_eligible_share": "Share of the clinician's patients with Medicare and Medicaid.",
        "reported": "Whether quality was reported, where the file says so outright.",
        "extreme_circumstances": "Whether CMS granted an extreme and uncontrollable circumstance.",
        "cohort": "The clinician's cohort.",
        "whole_cohort": "Whether the rows are the whole cohort, not some clinicians of it.",
    },
)  # fmt: skip

# Settlement alone, of final scores that are settled already: other midpoints, other payment years, levers.
SETTLEMENT = Model("asm settlement", SETTLE_FORMULAS, SETTLEMENT_RULES)

"""The models of MIPS and the rules their parameters are bound to."""

from __future__ import annotations

from corridor.formulas import Keyed, Model
from corridor.formulas.bindings import Binding
from corridor.programs.mips.categories import CATEGORY_FORMULAS, INTEROPERABILITY_MEASURE_FORMULAS
from corridor.programs.mips.points import (
    BAND_FORMULAS,
    CAP_FORMULAS,
    CAP_RULES,
    CUTS,
    LADDER_RULES,
    POINT_RULES,
)
from corridor.programs.mips.quality import MEASURE_FORMULAS, QUALITY_FORMULAS
from corridor.programs.mips.score import SCORE_FORMULAS, WEIGHT_FORMULAS
from corridor.programs.mips.settle import SETTLE_FORMULAS

_UNSCORED = {"result": "result", "scoring": "scoring", "practice": "practice"}
_COLLECTED = {"collection_type": "collection_type"}

MEASURES = Model(
    "mips measures",
    [*BAND_FORMULAS, *CAP_FORMULAS, *MEASURE_FORMULAS],
    {
        **POINT_RULES,
        **CAP_RULES,
        **LADDER_RULES,
        "data_completeness_minimum": "mips.data_completeness_minimum",
        "case_minimum": "mips.case_minimum",
        "from_claims": Keyed("mips.collection_type", _COLLECTED, "from_claims"),
        "is_electronic": Keyed("mips.collection_type", _COLLECTED, "is_electronic"),
        "new_measure_points": Keyed("mips.new_measure_floor", {"measure_age": "measure_age"}, "points"),
        "unscored_points": Keyed("mips.unscored_measure", _UNSCORED, "points"),
        "unscored_slots": Keyed("mips.unscored_measure", _UNSCORED, "slots"),
        "complex_organization_points": "mips.complex_organization_points",
        "complex_organization_needs_benchmark": "mips.complex_organization_needs_benchmark",
    },
    units={"rate": "percent", "eligible_cases": "cases", "data_completeness": "percent", "inverse": "flag",
           "is_capped": "flag", "measure_age": "years", "own_points": "points", "picked": "flag"},
    abouts={
        "rate": "Performance rate, or the result of a measure of cost or claims in its own scale.",
        "eligible_cases": "Cases eligible for the measure.",
        "data_completeness": "Share of the eligible cases that was reported.",
        "collection_type": "How it was collected.",
        "category": "quality or cost.",
        "inverse": "Whether lower is better.",
        "is_capped": "Whether CMS has called the benchmark topped out for long enough to cap its points.",
        "is_suppressed": "Whether CMS suppressed the measure in the year.",
        "below_sample": "Whether too few people could be surveyed.",
        "measure_age": "Which performance year of the measure this is, from 1.",
        "own_points": "Points as given in the file, in place of a rate.",
        "own_case_minimum": "Fewest cases of this measure, where it has its own.",
        "is_scorable": "0 where the result is called unscorable.",
        "picked": "Whether it is among the measures that count.",
        "measure_median": "Median from which the cut points are counted.",
        "measure_deviation": "Standard deviation in which they are counted.",
        "deviation_ladder": "Which ladder of cut points is meant.",
        **{cut: f"Cut point {cut.upper()} of the benchmark." for cut in CUTS},
    },
)  # fmt: skip

INTEROPERABILITY = Model(
    "mips interoperability",
    INTEROPERABILITY_MEASURE_FORMULAS,
    {
        "answer_kind": Keyed("mips.interoperability_measure", {"measure_id": "measure_id"}, "answer"),
        "base_points": Keyed("mips.interoperability_measure", {"measure_id": "measure_id"}, "points"),
        "interoperability_minimum_points": "mips.interoperability_minimum_points",
    },
    abouts={
        "moved_points": "Points moved here from excluded measures.",
        "excluded": "Whether an exclusion was claimed.",
        "suppressed": "Whether CMS suppressed the measure in the year.",
    },
)

_COMBINATION = {
    "framework": "framework", "practice": "practice", "no_quality": "no_quality", "no_cost": "no_cost",
    "no_improvement": "no_improvement", "no_interoperability": "no_interoperability",
}  # fmt: skip
WEIGHT_RULES: dict[str, str | Binding] = {
    f"{source}_{category}_weight": Keyed(rule, _COMBINATION, category)
    for source, rule in (
        ("shown", "mips.category_weight"),
        ("quoted", "mips.category_weight_quoted"),
        ("assumed", "mips.category_weight_assumed"),
    )
    for category in ("quality", "cost", "improvement", "interoperability")
}
REWEIGHT_RULES = {
    f"{status}_reweights": f"mips.{status}_reweights_interoperability"
    for status in ("small_practice", "non_patient_facing", "hospital_based", "asc_based")
}
SETTLEMENT_RULES: dict[str, str | Binding] = {
    "mips_threshold": "qp.mips_threshold",
    "mips_largest_cut": "qp.mips_largest_cut",
    "mips_lowest_quarter": "qp.mips_lowest_quarter",
    "mips_score_maximum": "qp.mips_score_maximum",
    "scaling_factor_maximum": "mips.scaling_factor_maximum",
    "published_scaling_factor": Keyed(
        "qp.mips_scaling_factor", {"payment_year": "factor_year"}, "factor"
    ),
}  # fmt: skip
_OWN_NAMES = (
    "small_practice_bonus", "small_practice_bonus_in_app", "complex_organization_maximum_share",
    "achievement_percent_decimals", "quality_improvement_maximum", "quality_improvement_floor",
    "cost_improvement_maximum", "cost_improvement_scale", "improvement_activity_method",
    "improvement_activity_points_high", "improvement_activity_points_medium",
    "improvement_activity_points_maximum", "improvement_activity_relief", "improvement_activities_required",
    "improvement_activities_required_relief", "improvement_apm_share", "improvement_app_share",
    "interoperability_bonus_points", "interoperability_points_maximum", "interoperability_unmet_rule",
    "categories_minimum", "final_score_decimals", "complex_patient_maximum", "complex_patient_base",
    "complex_patient_slope", "maximum_measure_points",
)  # fmt: skip
SCORE_RULES: dict[str, str | Binding] = {
    **{name: f"mips.{name}" for name in _OWN_NAMES},
    **WEIGHT_RULES,
    **REWEIGHT_RULES,
    "pathway_measures": Keyed("mips.quality_measures_required", {"pathway": "pathway"}, "measures"),
}
# The weights alone, for each combination of what decides them.
WEIGHTS = Model("mips weights", WEIGHT_FORMULAS, {**WEIGHT_RULES, **REWEIGHT_RULES})
CLINICIANS = Model(
    "mips",
    [*QUALITY_FORMULAS, *CATEGORY_FORMULAS, *SCORE_FORMULAS, *SETTLE_FORMULAS],
    {**SCORE_RULES, **SETTLEMENT_RULES},
    units={
        "part_b_paid": "dollars", "small_practice": "flag", "improvement_activities_attested": "activities",
        "prior_quality_achievement_percent": "percent", "prior_cost_percent": "percent",
        "mean_hcc_risk_score": "risk score", "dual_eligible_share": "fraction", "counts": "flag",
    },
    abouts={
        "part_b_paid": "Part B paid for covered professional services.",
        "pathway": "traditional, mvp, app or app_plus.",
        "participation": "individual, group, subgroup, virtual_group or apm_entity.",
        "small_practice": "Whether the practice is small.",
        "quality_submitted": "Whether quality data was sent.",
        "improvement_submitted": "Whether an activity was attested.",
        "interoperability_submitted": "Whether interoperability data was sent.",
        "facility_based": "Whether the score is by the hospital's results.",
        "quality_reweighted": "Whether quality was excused.",
        "cost_reweighted": "Whether cost was excused.",
        "improvement_reweighted": "Whether improvement activities were excused.",
        "interoperability_reweighted": "Whether interoperability was excused, by a hardship for instance.",
        "counts": "Whether this score counts for the TIN and NPI.",
        "equal_charges": "Whether the file gives no charges, so that all weigh alike.",
        "solves_factor": "Whether the rows are the whole cohort.",
        "factor_year": "The payment year whose published factor is taken.",
        "app_measures_asked": "Measures in the set of the APP or APP Plus.",
        "prior_quality_achievement_percent": "Achievement of the year before, without bonuses.",
        "prior_cost_percent": "Cost category of the year before.",
    },
)  # fmt: skip

# The parameters a settlement may rest on.
RULE_NAMES = tuple(
    sorted(
        {
            *MEASURES.rule_names(), *INTEROPERABILITY.rule_names(), *CLINICIANS.rule_names(),
            "mips.app_measure", "mips.survey_participation", "mips.missing_outcome_rule",
            "mips.interoperability_bonus_measure", "mips.interoperability_attestation",
            "mips.interoperability_exclusion", "mips.interoperability_move", "mips.score_priority",
            "mips.facility_quality_floor", "mips.small_practice_maximum", "mips.unpublished_factor_rule",
            "mips.applicable_measures_rule",
            "qp.payment_lag_years", "mips.payment_lag_years",
        }
    )
)  # fmt: skip

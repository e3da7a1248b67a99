"""The formulas of TEAM bound to the law: episodes or cells under categories, categories under hospitals."""

from __future__ import annotations

from corridor.formulas import Banded, Keyed, Model
from corridor.programs.team.price import PRICE_FORMULAS
from corridor.programs.team.quality import MEASURE_FORMULAS, QUALITY_FORMULAS
from corridor.programs.team.reconcile import CATEGORY_FORMULAS, HOSPITAL_FORMULAS
from corridor.programs.team.risk import RISK_FORMULAS
from corridor.programs.team.stay import STAY_FORMULAS
from corridor.programs.team.tracks import TRACK_FORMULAS

TRACK, YEAR = {"track": "track"}, {"performance_year": "performance_year"}

LINES = Model(
    "team episodes",
    [*STAY_FORMULAS, *RISK_FORMULAS, *PRICE_FORMULAS],
    {
        "baseline_trend_cell": "team.baseline_trend_cell",
        "by1_weight": "team.by1_weight",
        "by2_weight": "team.by2_weight",
        "by3_weight": "team.by3_weight",
        "trend_projection_years": "team.trend_projection_years",
        "regional_trend_weight": "team.regional_trend_weight",
        "discount": Keyed("team.discount", {"category": "category"}, "discount"),
        "normalization_cap": "team.normalization_cap",
        "trend_cap": "team.trend_cap",
        "high_cost_percentile": "team.high_cost_percentile",
        "disaster_cap": "team.disaster_cap",
        "condition_count_top": "team.condition_count_top",
        "deprivation_percentile": "team.deprivation_percentile",
        "age_bracket_of": Banded("team.age_band", "age", "bracket"),
        "bed_size_of": Banded("team.bed_band", "beds", "bed_size"),
        "risk_form": "team.risk_form",
    },
)

CATEGORIES = Model(
    "team categories",
    CATEGORY_FORMULAS,
    {
        "low_volume_episodes": "team.low_volume_episodes",
        "low_volume_placement": "team.low_volume_placement",
    },
)

MEASURES = Model(
    "team measures",
    MEASURE_FORMULAS,
    {
        "quality_least_pairs": "team.quality_least_pairs",
        "neutral_quality_score": "team.neutral_quality_score",
        "quality_weighting": "team.quality_weighting",
    },
)

HOSPITALS = Model(
    "team",
    [*TRACK_FORMULAS, *QUALITY_FORMULAS, *HOSPITAL_FORMULAS],
    {
        "request_open_to": Keyed("team.track_open", {**YEAR, "track": "track_request"}, "open_to"),
        "default_track": Keyed("team.default_track", YEAR, "track"),
        "quality_gain": Keyed("team.quality_adjustment", TRACK, "gain"),
        "quality_loss": Keyed("team.quality_adjustment", TRACK, "loss"),
        "quality_adjustment_form": "team.quality_adjustment_form",
        "gain_limit": Keyed("team.stop_limit", TRACK, "gain"),
        "loss_limit": Keyed("team.stop_limit", TRACK, "loss"),
        "post_episode_deviations": "team.post_episode_deviations",
        "post_episode_form": "team.post_episode_form",
        "track_one_floor": "team.track_one_floor",
        "money_decimals": "team.money_decimals",
        "collaborator_total_cap": "team.collaborator_total_cap",
        "collaborator_cap": "team.collaborator_cap",
        "collaborator_aco_cap": "team.collaborator_aco_cap",
    },
)

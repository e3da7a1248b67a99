"""The formulas of IOTA bound to the law."""

from __future__ import annotations

from corridor.formulas import Banded, Model
from corridor.programs.iota.pay import PAY_FORMULAS
from corridor.programs.iota.score import SCORE_FORMULAS

HOSPITALS = Model(
    "iota",
    [*SCORE_FORMULAS, *PAY_FORMULAS],
    {
        "baseline_rule": "iota.baseline_rule",
        "growth_floor": "iota.growth_floor",
        "configured_table": "iota.achievement_table",
        "points_a": Banded("iota.achievement_points_a", "target_share_a", "points"),
        "points_b": Banded("iota.achievement_points_b", "target_share_b", "points"),
        "improvement_factor": "iota.improvement_factor",
        "full_improvement": "iota.improvement_points",
        "efficiency_band_points": Banded("iota.efficiency_points", "acceptance_percentile", "points"),
        "quality_band_points": Banded("iota.quality_points", "graft_survival_percentile", "points"),
        "minimum_transplants": "iota.minimum_transplants",
        "adult_share_above": "iota.adult_share_above",
        "has_downside": "iota.downside",
        "upside_threshold": "iota.upside_threshold",
        "downside_threshold": "iota.downside_threshold",
        "upside_span": "iota.upside_span",
        "downside_span": "iota.downside_span",
        "upside_amount": "iota.upside_amount",
        "downside_amount": "iota.downside_amount",
        "count_ma_upside": "iota.count_ma_upside",
        "count_ma_downside": "iota.count_ma_downside",
    },
)

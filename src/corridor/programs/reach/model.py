"""The formulas of ACO REACH bound to the law: counties under segments, segments under ACOs."""

from __future__ import annotations

from corridor.formulas import Keyed, Model
from corridor.programs.reach.benchmark import (
    COST_SUM_FORMULAS,
    DISCOUNT_FORMULAS,
    SEGMENT_FORMULAS,
    SUM_FORMULAS,
    county_payment,
)
from corridor.programs.reach.corridor import SHARING_FORMULAS, total_monies_owed
from corridor.programs.reach.quality import COST_FORMULAS, QUALITY_FORMULAS
from corridor.programs.reach.risk import RISK_FORMULAS
from corridor.programs.reach.size import SIZE_FORMULAS

YEAR, TYPE = {"performance_year": "performance_year"}, {"aco_type": "aco_type"}
CLAIMS = {**TYPE, "alignment": "alignment"}
ARRANGEMENT = {"risk_arrangement": "risk_arrangement"}

COUNTIES = Model("reach counties", [county_payment])

SEGMENTS = Model(
    "reach segments",
    [*RISK_FORMULAS, *SEGMENT_FORMULAS],
    {
        "published_symmetric_cap": "reach.symmetric_cap",
        "cap_exempt_ratio": Keyed("reach.cap_exempt_ratio", YEAR, "ratio"),
        "coding_factor_ceiling": Keyed("reach.coding_factor_ceiling", TYPE, "ceiling"),
        "growth_cap": Keyed("reach.growth_cap", {**YEAR, **CLAIMS}, "cap"),
        "by1_weight": Keyed("reach.base_year_weight", CLAIMS, "by1"),
        "by2_weight": Keyed("reach.base_year_weight", CLAIMS, "by2"),
        "by3_weight": Keyed("reach.base_year_weight", CLAIMS, "by3"),
        "historical_share_standard": Keyed("reach.historical_share_standard", YEAR, "share"),
        "historical_share_other": Keyed("reach.historical_share_other", YEAR, "share"),
        "published_ceiling": "reach.regional_ceiling",
        "blend_floor": "reach.regional_floor",
    },
)

ACOS = Model(
    "reach",
    [
        *SUM_FORMULAS,
        *DISCOUNT_FORMULAS,
        *QUALITY_FORMULAS,
        *COST_SUM_FORMULAS,
        *COST_FORMULAS,
        *SHARING_FORMULAS,
        total_monies_owed,
        *SIZE_FORMULAS,
    ],
    {
        "professional_discount": "reach.professional_discount",
        "quality_withhold": "reach.quality_withhold",
        "unmet_gateway_multiplier": "reach.unmet_gateway_multiplier",
        "equity_reporting_maximum": "reach.equity_reporting_maximum",
        "published_top_amount": Keyed("reach.equity_amount", YEAR, "top_decile"),
        "published_second_amount": Keyed("reach.equity_amount", YEAR, "second_decile"),
        "published_down_amount": Keyed("reach.equity_amount", YEAR, "bottom_half"),
        "first_edge": Keyed("reach.corridor", ARRANGEMENT, "first_edge"),
        "second_edge": Keyed("reach.corridor_second_edge", ARRANGEMENT, "edge"),
        "third_edge": Keyed("reach.corridor", ARRANGEMENT, "third_edge"),
        "first_rate": Keyed("reach.corridor", ARRANGEMENT, "first_rate"),
        "second_rate": Keyed("reach.corridor", ARRANGEMENT, "second_rate"),
        "third_rate": Keyed("reach.corridor", ARRANGEMENT, "third_rate"),
        "fourth_rate": Keyed("reach.corridor", ARRANGEMENT, "fourth_rate"),
        "sequestration_share": "reach.sequestration_share",
        "minimum_beneficiaries": Keyed("reach.minimum_beneficiaries", TYPE, "least"),
        "claims_aligned_standard": "reach.claims_aligned_standard",
    },
)

"""The formulas of AHEAD bound to the law, one model a part."""

from __future__ import annotations

from corridor.formulas import Keyed, Model
from corridor.programs.ahead.budget import BUDGET_FORMULAS, model_year
from corridor.programs.ahead.region import GEO_FORMULAS, PRACTICE_FORMULAS, STATE_FORMULAS

START = {"start_year": Keyed("ahead.state", {"state": "state"}, "start_year")}
STEPS = (
    "payment_adjustment", "demographic", "market_shift", "service_line", "social_risk", "quality",
    "incentive", "tcoc", "effectiveness",
)  # fmt: skip
ORDER = {"composition": "composition"}

HOSPITALS = Model(
    "ahead hospitals",
    BUDGET_FORMULAS,
    {
        **START,
        "by1_weight": "ahead.by1_weight",
        "by2_weight": "ahead.by2_weight",
        "by3_weight": "ahead.by3_weight",
        "composition": "ahead.composition",
        **{f"{step}_position": Keyed("ahead.step_position", ORDER, step) for step in STEPS},
        "incentive_share": "ahead.incentive_share",
        "incentive_years": "ahead.incentive_years",
        "tcoc_first_year": "ahead.tcoc_first_year",
        "payments_per_year": "ahead.payments_per_year",
        "cent_decimals": "ahead.cent_decimals",
    },
)
STATES = Model("ahead states", [model_year, *STATE_FORMULAS], START)
PRACTICES = Model("ahead practices", PRACTICE_FORMULAS, {"payment_months": "ahead.payment_months"})
ENTITIES = Model("ahead geo entities", GEO_FORMULAS)

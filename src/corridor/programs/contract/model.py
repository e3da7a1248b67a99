"""The formulas of a value-based contract as models: the year, and what hangs under it."""

from __future__ import annotations

from corridor.formulas import Model
from corridor.programs.contract import formulas as f

DOLLARS, FRACTION, FLAG, MONTHS = "dollars", "fraction", "flag", "member months"

FIGURES = Model(
    "contract figures",
    f.FIGURE_FORMULAS,
    units={
        "member_months": MONTHS, "expenditure": DOLLARS, "excess_over_attachment": DOLLARS,
        "premium": DOLLARS,
        "base_pmpm": "dollars per member month", "trend_factor": "factor", "risk_adjusted": FLAG,
        "premium_based": FLAG, "target_loss_ratio": FRACTION, "share_above": FRACTION,
        "most_risk_change": FRACTION, "care_management_pmpm": "dollars per member month",
    },
    abouts={
        "member_months": "Member months of the line.",
        "expenditure": "Claims as the contract counts them, before stop-loss.",
        "excess_over_attachment": "Cost of members above the attachment point.",
        "premium": "Premium of the line.",
        "premium_based": "Whether the benchmark is a share of premium.",
        "target_loss_ratio": "The share of premium that care may cost.",
        "base_pmpm": "The contract's base per member month.",
        "trend_factor": "Growth from the base year, year by year multiplied.",
        "risk_adjusted": "Whether the contract adjusts for risk.",
        "base_risk_score": "The average risk score of the base year.",
        "most_risk_change": "The most the adjustment may be, up or down; absent: no limit.",
        "share_above": "The share of the excess that still counts.",
        "stop_loss_charge_pmpm": "What stop-loss costs per member month.",
        "care_management_pmpm": "What the contract pays per member month of the stratum.",
    },
)  # fmt: skip
CUTS = Model("contract cut points", f.CUT_FORMULAS)
MEASURES = Model(
    "contract measures",
    f.MEASURE_FORMULAS,
    units={"points": "points", "floor": FRACTION, "target": FRACTION, "on_ladder": FLAG},
    abouts={
        "numerator": "Cases that met the measure.",
        "denominator": "Cases of the measure.",
        "minimum_cases": "Cases from which the measure counts.",
        "on_ladder": "Whether cut points, not a line, give the points.",
        "points": "The most the measure can give.",
        "left_out_where_missing": "Whether the contract leaves out a measure that does not count.",
    },
)
BANDS = Model(
    "contract corridor",
    f.BAND_FORMULAS,
    units={"band_share": FRACTION},
    abouts={
        "band_from": "Where the band begins, as a share of the benchmark.",
        "band_below": "Where it ends; absent: open.",
        "band_share": "The provider's share in the band.",
        "over_minimum": "What is shared in all, worked out above.",
        "benchmark_expenditure": "The benchmark, worked out above.",
    },
)
FACTORS = Model("contract quality factors", f.FACTOR_FORMULAS)
GATES = Model("contract gates", f.GATE_FORMULAS)
BONUSES = Model("contract bonuses", f.BONUS_FORMULAS)
YEAR = Model(
    "contract",
    f.YEAR_FORMULAS,
    units={
        "minimum_savings_rate": FRACTION, "minimum_loss_rate": FRACTION, "most_paid": DOLLARS,
        "most_owed": DOLLARS, "most_savings_amount": DOLLARS, "most_losses_amount": DOLLARS,
        "quality_gate": FRACTION, "months_settled": "months",
    },
    abouts={
        "minimum_savings_rate": "Savings below this share of the benchmark are not shared.",
        "minimum_loss_rate": "Losses below this share of the benchmark are not shared.",
        "savings_first_dollar": "Whether, once passed, all savings are shared.",
        "losses_first_dollar": "Whether, once passed, all losses are shared.",
        "most_savings_share": "The most that is shared, as a share of the benchmark.",
        "most_losses_share": "The most that is owed, as a share of the benchmark.",
        "most_savings_amount": "The most that is shared, in dollars.",
        "most_losses_amount": "The most that is owed, in dollars.",
        "most_paid": "The most that is paid in a year.",
        "most_owed": "The most that is owed in a year.",
        "quality_gate": "The score below which no savings are shared.",
        "care_management_counts": "1 where payments per member month count as expenditure.",
        "months_settled": "Months of the year that are settled.",
    },
)  # fmt: skip

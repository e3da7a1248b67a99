"""From the price of a line to what Medicare pays: charge, deductible, coinsurance, MIPS, sequestration."""

from __future__ import annotations

from typing import Any

import numpy as np

from corridor.billing.pricing.cents import cents
from corridor.formulas import Model, formula

CHAIN = "notes on the fee schedule A.5 steps 7 to 10"


def stepped(amount: Any, payment_rounding: Any) -> Any:
    """To cents where every step of the chain is rounded, as it is where only the last is."""
    return cents(amount) if payment_rounding == "each_step" else amount


@formula(cite="CMS documentation: the lower of the actual charge or the fee schedule amount", unit="usd")
def allowed_amount(amount: Any, charge_amount: Any) -> Any:
    """What is allowed: the price, or the charge where that is lower."""
    return np.where(np.isnan(charge_amount), amount, np.minimum(charge_amount, amount))


@formula(cite=CHAIN, unit="usd")
def deductible_applied(allowed_amount: Any, deductible_left: Any) -> Any:
    """What of the year's deductible the patient still owes on this line."""
    return np.minimum(deductible_left, allowed_amount)


@formula(cite=CHAIN, unit="usd")
def coinsurance(allowed_amount: Any, deductible_applied: Any, medicare_share_amount: Any) -> Any:
    """What the patient owes behind the deductible."""
    return allowed_amount - deductible_applied - medicare_share_amount


@formula(cite=CHAIN, unit="usd")
def medicare_share_amount(
    allowed_amount: Any, deductible_applied: Any, coinsurance_share: Any, payment_rounding: Any
) -> Any:
    """Medicare's share of what is allowed, before adjustments."""
    return stepped((allowed_amount - deductible_applied) * (1 - coinsurance_share), payment_rounding)


@formula(cite="Medicare contractor text on CO-144, CO-237, N807", unit="usd")
def mips_adjusted_amount(
    medicare_share_amount: Any,
    allowed_amount: Any,
    mips_adjustment: Any,
    mips_base: Any,
    payment_rounding: Any,
) -> Any:
    """Medicare's share with the MIPS percentage, which multiplies what Medicare pays, not what is allowed."""
    base = medicare_share_amount if mips_base == "medicare_paid" else allowed_amount
    return stepped(np.maximum(medicare_share_amount + base * mips_adjustment, 0), payment_rounding)


@formula(cite="Medicare contractor text of 2024-12-11, CO-243: last of all", unit="usd")
def medicare_paid(mips_adjusted_amount: Any, sequestration_share: Any) -> Any:
    """What Medicare pays."""
    return cents(mips_adjusted_amount * (1 - sequestration_share))


@formula(cite="Medicare contractor text of 2024-12-11, CO-243", unit="usd")
def sequestration(mips_adjusted_amount: Any, medicare_paid: Any) -> Any:
    """What sequestration takes."""
    return mips_adjusted_amount - medicare_paid


PAYMENT_FORMULAS = (
    allowed_amount,
    deductible_applied,
    medicare_share_amount,
    coinsurance,
    mips_adjusted_amount,
    medicare_paid,
    sequestration,
)
PAYMENT_RULES = {
    name: f"pfs.{name}"
    for name in ("coinsurance_share", "mips_base", "payment_rounding", "sequestration_share")
}
MODEL = Model("payment", PAYMENT_FORMULAS, PAYMENT_RULES)

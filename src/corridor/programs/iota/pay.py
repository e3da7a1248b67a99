"""From the final performance score to the payment: upside, neutral, downside."""

from __future__ import annotations

from typing import Any

import numpy as np

from corridor.formulas import formula
from corridor.formulas.columns import Flags, Floats, Texts

PAYMENT = "42 CFR 512.430"
UNKNOWN: Any = None


@formula(cite=PAYMENT, unit="transplants")
def upside_transplants(
    medicare_transplants: Floats, ma_transplants: Floats, count_ma_upside: Flags
) -> Floats:
    """Medicare kidney transplants of the performance year that an upside payment counts.

    Medicare as secondary payer counts.
    """
    return np.where(count_ma_upside, medicare_transplants + ma_transplants, medicare_transplants)


@formula(cite=PAYMENT, unit="transplants")
def downside_transplants(
    medicare_transplants: Floats, ma_transplants: Floats, count_ma_downside: Flags
) -> Floats:
    """Medicare kidney transplants of the performance year that a downside payment counts."""
    return np.where(count_ma_downside, medicare_transplants + ma_transplants, medicare_transplants)


@formula(cite=PAYMENT, unit="upside, neutral or downside")
def zone(
    final_performance_score: Floats, upside_threshold: Floats, downside_threshold: Floats, has_downside: Flags
) -> Texts:
    """Where the score lies; without a downside everything below the upside is neutral."""
    low = np.where(has_downside & (final_performance_score <= downside_threshold), "downside", "neutral")
    found = np.where(final_performance_score >= upside_threshold, "upside", low).astype(object)
    return np.asarray(np.where(np.isnan(final_performance_score), UNKNOWN, found))


@formula(cite=PAYMENT, unit="dollars")
def upside_payment(
    zone: Texts,
    final_performance_score: Floats,
    upside_threshold: Floats,
    upside_span: Floats,
    upside_amount: Floats,
    upside_transplants: Floats,
) -> Floats:
    """What CMS pays: the largest amount, times how far the score lies above the threshold, a transplant."""
    share = (final_performance_score - upside_threshold) / upside_span
    return np.where(zone == "upside", upside_amount * share * upside_transplants, 0)


@formula(cite=PAYMENT, unit="dollars")
def full_downside_payment(
    zone: Texts,
    final_performance_score: Floats,
    downside_threshold: Floats,
    downside_span: Floats,
    downside_amount: Floats,
    downside_transplants: Floats,
) -> Floats:
    """What the hospital owes before relief: the largest amount, times how far the score lies below."""
    share = (downside_threshold - final_performance_score) / downside_span
    return np.where(zone == "downside", downside_amount * share * downside_transplants, 0)


@formula(cite="42 CFR 512.436", unit="dollars")
def downside_payment(full_downside_payment: Floats, disaster_reduction: Floats) -> Floats:
    """What the hospital owes after relief for extreme circumstances, which never raises an upside."""
    return full_downside_payment * (1 - disaster_reduction)


@formula(cite=PAYMENT, unit="dollars")
def payment(zone: Texts, upside_payment: Floats, downside_payment: Floats) -> Floats:
    """The lump sum: above zero CMS pays the hospital, below zero the hospital owes."""
    return np.where(zone == UNKNOWN, np.nan, upside_payment - downside_payment)


PAY_FORMULAS = [
    upside_transplants, downside_transplants, zone, upside_payment, full_downside_payment, downside_payment,
    payment,
]  # fmt: skip

"""Averted spending of a company's requests, and its payment; nothing here comes from the law's data."""

from __future__ import annotations

import numpy as np

from corridor.formulas import Model, formula
from corridor.formulas.columns import Floats

PAYMENT = "wiser.md 6 (structure only)"


@formula(cite=PAYMENT, unit="1 or 0")
def counted(
    non_affirmed: Floats,
    resubmitted_affirmed: Floats,
    overturned: Floats,
    days_to_payment: Floats,
    look_forward_days: Floats,
) -> Floats:
    """Whether the request averted spending: not affirmed, overturned, or paid all the same."""
    paid = days_to_payment <= look_forward_days
    stands = (non_affirmed == 1) & (resubmitted_affirmed == 0) & (overturned == 0) & ~paid
    return np.where(np.isnan(look_forward_days), np.nan, stands)


@formula(cite=PAYMENT, unit="dollars")
def averted_amount(counted: Floats, allowed_amount: Floats) -> Floats:
    """Allowed dollars of the service that was not furnished."""
    return np.where(counted == 0, 0, counted * allowed_amount)


@formula(cite=PAYMENT, unit="dollars", group="company", statistic="sum")
def company_averted(averted_amount: Floats) -> Floats:
    """Averted spending of the company."""
    return np.asarray(np.sum(averted_amount, axis=0))


@formula(cite=PAYMENT, unit="factor")
def limited_multiplier(
    quality_multiplier: Floats, quality_multiplier_least: Floats, quality_multiplier_most: Floats
) -> Floats:
    """The multiplier of quality and experience between its bounds."""
    return np.clip(quality_multiplier, quality_multiplier_least, quality_multiplier_most)


@formula(cite=PAYMENT, unit="dollars")
def company_payment(payment_share: Floats, company_averted: Floats, limited_multiplier: Floats) -> Floats:
    """What CMS pays the company: its share of averted spending, for quality."""
    return payment_share * company_averted * limited_multiplier


REQUESTS = Model("wiser", [counted, averted_amount, company_averted, limited_multiplier, company_payment])

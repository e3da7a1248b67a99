"""From the scores of a clinician to the status, and from the status to dollars of the payment year.

One row is one clinician under one practice (NPI and TIN). Dollars are of the clinician's own billing only.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from corridor.formulas import Formula, formula
from corridor.formulas.columns import Flags, Floats, Texts

THRESHOLDS = "42 CFR 414.1430"
MIPS = "42 CFR 414.1405"
OUTSIDE_MIPS = ("excluded_asm", "excluded_qp", "exempt", "may_opt_in", "exempt_or_opt_in")


@formula(cite="42 CFR 414.1425", unit="flag", over="score", statistic="any")
def qualifies(could_qualify: Flags, advanced: Floats) -> Any:
    """At least one score meets a threshold in an Advanced APM."""
    return could_qualify & (advanced == 1)


@formula(cite="42 CFR 414.1425", unit="flag", over="score", statistic="any")
def qualifies_partly(could_qualify_partly: Flags, advanced: Floats) -> Any:
    """At least one score meets a lower threshold in an Advanced APM."""
    return could_qualify_partly & (advanced == 1)


@formula(cite="42 CFR 414.1425", unit="flag", over="score", statistic="any")
def may_qualify(could_qualify: Flags, is_open: Flags) -> Flags:
    """At least one score would qualify if its entity is an Advanced APM, or by what is not given."""
    return could_qualify | is_open


@formula(cite="42 CFR 414.1425", unit="flag", over="score", statistic="any")
def may_qualify_partly(could_qualify_partly: Flags, is_open_partly: Flags) -> Flags:
    """The same for the lower pair of thresholds."""
    return could_qualify_partly | is_open_partly


@formula(cite="42 CFR 414.1425", unit="fraction", over="score", statistic="max")
def best_payment_score(payment_score: Floats, counted: Flags) -> Floats:
    """The highest payment score that counts."""
    return np.where(counted, payment_score, np.nan)


@formula(cite="42 CFR 414.1425", unit="fraction", over="score", statistic="max")
def best_patient_score(patient_score: Floats, counted: Flags) -> Floats:
    """The highest patient score that counts."""
    return np.where(counted, patient_score, np.nan)


@formula(cite="42 CFR 414.1425(c), (d)", unit="status")
def status(
    qualifies: Flags,
    may_qualify: Flags,
    qualifies_partly: Flags,
    may_qualify_partly: Flags,
    all_scored: Flags,
) -> Texts:
    """qp outranks partial_qp; unknown where what is not given could make it higher; none otherwise."""
    lower = np.where(qualifies_partly, "partial_qp", np.where(may_qualify_partly, "unknown", "none"))
    higher = may_qualify | ~np.asarray(all_scored, dtype=bool)
    return np.where(qualifies, "qp", np.where(higher, "unknown", lower))


@formula(cite="section 1833(z) of the Act", unit="dollars")
def incentive_base(covered_services_prior_year: Floats, part_b_paid: Floats) -> Floats:
    """Covered professional services of the year before the payment year; else those of the payment year."""
    return np.where(np.isnan(covered_services_prior_year), part_b_paid, covered_services_prior_year)


@formula(cite="section 1833(z) of the Act", unit="dollars")
def incentive_worth(incentive_base: Floats, incentive_share: Floats) -> Floats:
    """The lump sum a qualifying participant with this billing is paid; absent where the share is unknown."""
    return incentive_base * incentive_share


@formula(cite="section 1833(z) of the Act", unit="dollars")
def incentive_dollars(status: Texts, incentive_worth: Floats) -> Floats:
    """The lump sum of this clinician; none for a partial participant, absent while the status is unknown."""
    return np.where(status == "qp", incentive_worth, np.where(status == "unknown", np.nan, 0))


@formula(cite="section 1848(d) of the Act", unit="fraction")
def conversion_factor_gap(
    qualifying_factor: Floats,
    other_factor: Floats,
    qualifying_update: float,
    other_update: float,
    years_of_update: Floats,
) -> Floats:
    """By how much the conversion factor of qualifying participants is the higher one; by the yearly updates
    where the factors of the payment year are not published."""
    known = qualifying_factor / other_factor
    grown = ((1 + qualifying_update) / (1 + other_update)) ** years_of_update
    return np.where(np.isnan(known), grown, known) - 1


@formula(cite="docs/qp.md", unit="dollars")
def conversion_factor_base(part_b_allowed: Floats, part_b_paid: Floats) -> Floats:
    """Allowed charges at the lower factor; what Medicare paid of them where the charges are not given."""
    return np.where(np.isnan(part_b_allowed), part_b_paid, part_b_allowed)


@formula(cite="42 CFR 414.20", unit="dollars")
def conversion_factor_worth(conversion_factor_base: Floats, conversion_factor_gap: Floats) -> Floats:
    """What the higher conversion factor is worth on the clinician's own billing."""
    return conversion_factor_base * conversion_factor_gap


@formula(cite="42 CFR 414.20", unit="dollars")
def conversion_factor_dollars(status: Texts, conversion_factor_worth: Floats) -> Floats:
    """The same where it is paid; none for a partial participant, absent while the status is unknown."""
    return np.where(status == "qp", conversion_factor_worth, np.where(status == "unknown", np.nan, 0))


@formula(cite="docs/qp.md", unit="dollars")
def dollars(incentive_dollars: Floats, conversion_factor_dollars: Floats) -> Floats:
    """What the status pays in the payment year: lump sum and conversion factor."""
    return incentive_dollars + conversion_factor_dollars


@formula(cite="docs/qp.md", unit="dollars")
def worth(incentive_worth: Floats, conversion_factor_worth: Floats) -> Floats:
    """What the status of a qualifying participant pays, or would pay, in the payment year."""
    return incentive_worth + conversion_factor_worth


@formula(cite="42 CFR 414.1305; 414.1310(b)", unit="status")
def volume_status(low_volume: Texts) -> Texts:
    """The low-volume standing, as far as it is given: MIPS is required unless it is low."""
    open_volume = (low_volume == None) | (low_volume == "unknown")  # noqa: E711
    return np.where(open_volume, "required_unless_low_volume", low_volume)


@formula(cite="42 CFR 414.1305; 414.1310(b)", unit="status")
def mips_status(status: Texts, asm_participant: Floats, volume_status: Texts) -> Texts:
    """ASM participants and qualifying participants are out; a partial one may elect; then the volume."""
    while_unknown = np.where(
        volume_status == "required",
        "required_unless_qp",
        np.where(volume_status == "required_unless_low_volume", "unknown", volume_status),
    )
    not_qp = np.where(status == "unknown", while_unknown, volume_status)
    partly = np.where(status == "partial_qp", "may_elect", not_qp)
    by_status = np.where(status == "qp", "excluded_qp", partly)
    return np.where(asm_participant == 1, "excluded_asm", by_status)


@formula(cite=f"{MIPS}(b), (c), (e)", unit="fraction of Part B payments")
def mips_adjustment(
    mips_score: Floats,
    mips_threshold: float,
    mips_largest_cut: float,
    mips_lowest_quarter: float,
    mips_score_maximum: float,
    mips_scaling_factor: Floats,
) -> Floats:
    """The adjustment a MIPS final score gives; no score is the largest cut. A reward is scaled to what the
    cuts pay for, and absent where that factor is not published."""
    below = -mips_largest_cut * (mips_threshold - mips_score) / mips_threshold
    above = (
        mips_largest_cut
        * mips_scaling_factor
        * (mips_score - mips_threshold)
        / (mips_score_maximum - mips_threshold)
    )
    lowest = np.isnan(mips_score) | (mips_score <= mips_lowest_quarter * mips_threshold)
    scored = np.where(mips_score < mips_threshold, below, np.where(mips_score > mips_threshold, above, 0))
    return np.where(lowest, -mips_largest_cut, scored)


@formula(cite=f"{MIPS}(e)", unit="dollars")
def mips_worth(part_b_paid: Floats, mips_adjustment: Floats) -> Floats:
    """What MIPS would pay or take with this score (or with no data) if the clinician is under it."""
    return part_b_paid * mips_adjustment


@formula(cite=f"{MIPS}(e)", unit="dollars")
def mips_dollars(mips_status: Texts, mips_worth: Floats) -> Floats:
    """What MIPS pays or takes: nothing where it does not apply (unless opted into), absent while that is
    open."""
    outside = np.isin(mips_status, OUTSIDE_MIPS)
    return np.where(outside, 0, np.where(mips_status == "required", mips_worth, np.nan))


STATUS_FORMULAS: list[Formula] = [
    qualifies,
    qualifies_partly,
    may_qualify,
    may_qualify_partly,
    best_payment_score,
    best_patient_score,
    status,
]
DOLLAR_FORMULAS: list[Formula] = [
    incentive_base,
    incentive_worth,
    incentive_dollars,
    conversion_factor_gap,
    conversion_factor_base,
    conversion_factor_worth,
    conversion_factor_dollars,
    dollars,
    worth,
    volume_status,
    mips_status,
    mips_adjustment,
    mips_worth,
    mips_dollars,
]

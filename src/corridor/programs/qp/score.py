"""QP scores: one row is one score of a clinician or an APM entity, at one snapshot, on one service basis.

Three-valued throughout: what is absent (NaN) is not known, and a status says so. In words: docs/qp.md.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from corridor.formulas import Formula, formula, round_half_up
from corridor.formulas.columns import Flags, Floats, Texts

SCORES = "42 CFR 414.1435"
THRESHOLDS = "42 CFR 414.1430"


@formula(cite=f"{SCORES}(b)", unit="fraction")
def payment_score(attributed_payments: Floats, eligible_payments: Floats) -> Floats:
    """Payments for attributed beneficiaries, of those for attribution-eligible ones; of whole cents."""
    part, whole = round_half_up(100 * attributed_payments, 0), round_half_up(100 * eligible_payments, 0)
    return np.where(whole > 0, part / np.where(whole > 0, whole, 1), np.nan)


@formula(cite=f"{SCORES}(c)", unit="fraction")
def patient_score(attributed_patients: Floats, eligible_patients: Floats) -> Floats:
    """Attributed beneficiaries with a covered service, of the attribution-eligible ones."""
    some = eligible_patients > 0
    return np.where(some, attributed_patients / np.where(some, eligible_patients, 1), np.nan)


@formula(cite="42 CFR 414.1440", unit="fraction")
def combined_payment_score(
    attributed_payments: Floats,
    eligible_payments: Floats,
    other_attributed_payments: Floats,
    other_eligible_payments: Floats,
) -> Floats:
    """The same of Medicare and other payers together; absent where no other payer is given."""
    part = round_half_up(100 * (attributed_payments + other_attributed_payments), 0)
    whole = round_half_up(100 * (eligible_payments + other_eligible_payments), 0)
    return np.where(whole > 0, part / np.where(whole > 0, whole, 1), np.nan)


@formula(cite="42 CFR 414.1440", unit="fraction")
def combined_patient_score(
    attributed_patients: Floats,
    eligible_patients: Floats,
    other_attributed_patients: Floats,
    other_eligible_patients: Floats,
) -> Floats:
    """The same of the patients of Medicare and other payers together."""
    part, whole = attributed_patients + other_attributed_patients, eligible_patients + other_eligible_patients
    return np.where(whole > 0, part / np.where(whole > 0, whole, 1), np.nan)


@formula(cite="42 CFR 414.1425(c)", unit="flag")
def level_counts(level: Texts, individual_counts: bool, own_score_counts: Floats) -> Any:
    """An entity's score counts; the clinician's own only where the law of the year, or a list, says so."""
    return (level == "entity") | individual_counts | (own_score_counts == 1)


@formula(cite="42 CFR 414.1425(b), (c)", unit="flag")
def snapshot_counts(
    snapshot_decides: Flags, left_entity: Floats, level: Texts, is_last_snapshot: Flags, status_stands: bool
) -> Any:
    """One of the three snapshots, of an entity that was not left; only the last one if none stands."""
    stays = (level != "entity") | (left_entity != 1)
    return (snapshot_decides == 1) & stays & (status_stands | (is_last_snapshot == 1))


@formula(cite="42 CFR 414.1305; docs/qp.md", unit="flag")
def basis_counts(basis: Texts, visit_basis_counts: str) -> Any:
    """E/M visits alone until 2025; from 2026 the better of visits and all covered professional services."""
    return (basis == "visits") | (visit_basis_counts == "both") | (basis == "given")


@formula(cite=THRESHOLDS, unit="flag")
def counted(level_counts: Flags, snapshot_counts: Flags, basis_counts: Flags) -> Flags:
    """Whether this score can decide anything."""
    return level_counts & snapshot_counts & basis_counts


@formula(cite=f"{THRESHOLDS}(a)", unit="flag")
def meets_medicare(
    payment_score: Floats, patient_score: Floats, qualifying_payment: float, qualifying_patient: float
) -> Flags:
    """Either test suffices: payments, or patients."""
    return (payment_score >= qualifying_payment) | (patient_score >= qualifying_patient)


@formula(cite=f"{THRESHOLDS}(a)", unit="flag")
def meets_medicare_partly(
    payment_score: Floats, patient_score: Floats, partial_payment: float, partial_patient: float
) -> Flags:
    """The same for the lower pair of thresholds."""
    return (payment_score >= partial_payment) | (patient_score >= partial_patient)


@formula(cite=f"{THRESHOLDS}(b)", unit="flag")
def meets_all_payer(
    payment_score: Floats,
    patient_score: Floats,
    combined_payment_score: Floats,
    combined_patient_score: Floats,
    least_payment: float,
    least_patient: float,
    combined_qualifying_payment: float,
    combined_qualifying_patient: float,
) -> Flags:
    """Enough on Medicare alone to be let in, and enough with the other payers."""
    let_in = (payment_score >= least_payment) | (patient_score >= least_patient)
    enough = (combined_payment_score >= combined_qualifying_payment) | (
        combined_patient_score >= combined_qualifying_patient
    )
    return let_in & enough


@formula(cite=f"{THRESHOLDS}(b)", unit="flag")
def meets_all_payer_partly(
    payment_score: Floats,
    patient_score: Floats,
    combined_payment_score: Floats,
    combined_patient_score: Floats,
    least_partial_payment: float,
    least_partial_patient: float,
    combined_partial_payment: float,
    combined_partial_patient: float,
) -> Flags:
    """The same for the lower pair of thresholds."""
    let_in = (payment_score >= least_partial_payment) | (patient_score >= least_partial_patient)
    enough = (combined_payment_score >= combined_partial_payment) | (
        combined_patient_score >= combined_partial_patient
    )
    return let_in & enough


@formula(cite=THRESHOLDS, unit="flag")
def could_qualify(counted: Flags, meets_medicare: Flags, meets_all_payer: Flags, advanced: Floats) -> Any:
    """Meets a threshold in an entity that is, or for all that is known may be, an Advanced APM."""
    return counted & (meets_medicare | meets_all_payer) & (advanced != 0)


@formula(cite=THRESHOLDS, unit="flag")
def could_qualify_partly(
    counted: Flags, meets_medicare_partly: Flags, meets_all_payer_partly: Flags, advanced: Floats
) -> Any:
    """The same for the lower pair of thresholds."""
    return counted & (meets_medicare_partly | meets_all_payer_partly) & (advanced != 0)


@formula(cite=f"{SCORES}(b)", unit="flag")
def payments_open(attributed_payments: Floats, eligible_payments: Floats) -> Any:
    """The payments of a score are not given."""
    return np.isnan(attributed_payments) | np.isnan(eligible_payments)


@formula(cite=f"{SCORES}(c)", unit="flag")
def patients_open(attributed_patients: Floats, eligible_patients: Floats) -> Any:
    """The patients of a score are not given."""
    return np.isnan(attributed_patients) | np.isnan(eligible_patients)


@formula(cite=THRESHOLDS, unit="flag")
def is_unscored(
    counted: Flags,
    payments_open: Flags,
    patients_open: Flags,
    payment_score: Floats,
    patient_score: Floats,
    advanced: Floats,
) -> Any:
    """A counted score of a (possibly) Advanced APM of which one method, either of which suffices, is not
    given, or neither gives a share."""
    neither = np.isnan(payment_score) & np.isnan(patient_score)
    return counted & (payments_open | patients_open | neither) & (advanced != 0)


@formula(cite="42 CFR 414.1440", unit="flag")
def others_open(
    counted: Flags,
    combined_payment_score: Floats,
    combined_patient_score: Floats,
    other_eligible_payments: Floats,
    other_eligible_patients: Floats,
    advanced: Floats,
) -> Any:
    """Other payers are given for one method and not for the other, either of which suffices."""
    some = ~np.isnan(other_eligible_payments) | ~np.isnan(other_eligible_patients)
    lacks = np.isnan(combined_payment_score) | np.isnan(combined_patient_score)
    return counted & some & lacks & (advanced != 0)


@formula(cite=f"{THRESHOLDS}(b)", unit="flag")
def is_open(
    is_unscored: Flags,
    others_open: Flags,
    payment_score: Floats,
    patient_score: Floats,
    least_payment: float,
    least_patient: float,
) -> Any:
    """What is not given could make this score enough; other payers only where Medicare alone lets them in."""
    let_in = (payment_score >= least_payment) | (patient_score >= least_patient)
    return is_unscored | (others_open & let_in)


@formula(cite=f"{THRESHOLDS}(b)", unit="flag")
def is_open_partly(
    is_unscored: Flags,
    others_open: Flags,
    payment_score: Floats,
    patient_score: Floats,
    least_partial_payment: float,
    least_partial_patient: float,
) -> Any:
    """The same for the lower pair of thresholds."""
    let_in = (payment_score >= least_partial_payment) | (patient_score >= least_partial_patient)
    return is_unscored | (others_open & let_in)


SCORE_FORMULAS: list[Formula] = [
    payment_score,
    patient_score,
    combined_payment_score,
    combined_patient_score,
    level_counts,
    snapshot_counts,
    basis_counts,
    counted,
    meets_medicare,
    meets_medicare_partly,
    meets_all_payer,
    meets_all_payer_partly,
    could_qualify,
    could_qualify_partly,
    payments_open,
    patients_open,
    is_unscored,
    others_open,
    is_open,
    is_open_partly,
]

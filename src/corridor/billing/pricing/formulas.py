"""The fee of a line: from relative value units to what Medicare pays, one function a quantity.

The same functions price a column of a million lines, price one at the door, and are walked to explain it.
Factors and shares of the law are parameters bound to rules; rates of the published files are inputs.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from corridor.billing.pricing.cents import cents
from corridor.billing.pricing.codes import (
    ASSISTANT_NONPHYSICIAN,
    CARDIOVASCULAR,
    IMAGING,
    NOBODY,
    OPHTHALMOLOGY,
)
from corridor.formulas import Evaluation, Model, formula

FILE = "CMS RVU25D file documentation"


def product(amount: Any, factors: Iterable[Any]) -> Any:
    """The amount times every factor, in the order of operations, unrounded."""
    for factor in factors:
        amount = amount * factor
    return amount


def stepwise(amount: Any, factors: Iterable[Any]) -> Any:
    """The amount times every factor, in the order of operations, to cents behind each."""
    for factor in factors:
        amount = cents(amount * factor)
    return amount


# What the formulas multiply a line by behind its session, in the order of operations.
LINE_FACTORS = (
    "procedure_share", "bilateral_factor", "global_split_factor", "assistant_factor", "co_surgeon_factor",
    "therapy_assistant_factor", "practitioner_factor",
)  # fmt: skip


# ---- one unit


@formula(cite="notes on the fee schedule A.2", unit="usd_per_unit")
def conversion_factor(qp: Any, conversion_factor_standard: Any, conversion_factor_qualifying: Any) -> Any:
    """Dollars for one relative value unit, by whether the clinician is a qualifying participant."""
    return np.where(qp, conversion_factor_qualifying, conversion_factor_standard)


@formula(cite=f"{FILE}: payment formula", unit="RVU")
def adjusted_work(work_rvu: Any, work_gpci: Any) -> Any:
    """Work, adjusted to the locality."""
    return work_rvu * work_gpci


@formula(cite=f"{FILE}: payment formula", unit="RVU")
def adjusted_practice_expense(pe_rvu: Any, pe_gpci: Any) -> Any:
    """Practice expense of the setting, adjusted to the locality."""
    return pe_rvu * pe_gpci


@formula(cite=f"{FILE}: payment formula", unit="RVU")
def adjusted_malpractice(mp_rvu: Any, mp_gpci: Any) -> Any:
    """Malpractice, adjusted to the locality."""
    return mp_rvu * mp_gpci


@formula(cite=f"{FILE}: payment formula; one rounding, half up, to cents", unit="usd")
def schedule_fee(
    adjusted_work: Any, adjusted_practice_expense: Any, adjusted_malpractice: Any, conversion_factor: Any
) -> Any:
    """The fee of one unit by the formula of the schedule, before any rule for the line."""
    return cents((adjusted_work + adjusted_practice_expense + adjusted_malpractice) * conversion_factor)


@formula(cite=f"{FILE}: PE and MP used for OPPS payment amount", unit="usd")
def hospital_cap(
    adjusted_work: Any, opps_pe_rvu: Any, opps_mp_rvu: Any, pe_gpci: Any, mp_gpci: Any, conversion_factor: Any
) -> Any:
    """What the outpatient hospital schedule would pay for it: the cap on the technical part of imaging."""
    return cents((adjusted_work + opps_pe_rvu * pe_gpci + opps_mp_rvu * mp_gpci) * conversion_factor)


@formula(cite=f"{FILE}: OPPS cap", unit="flag")
def opps_capped(
    schedule_fee: Any, hospital_cap: Any, opps_pe_rvu: Any, opps_mp_rvu: Any, opps_cap_applies: Any
) -> Any:
    """Whether the cap binds; a code without amounts of the hospital schedule has none."""
    return opps_cap_applies & (opps_pe_rvu + opps_mp_rvu > 0) & (hospital_cap < schedule_fee)


@formula(cite=f"{FILE}: OPPS cap, the lesser of the two", unit="usd")
def unit_amount(opps_capped: Any, hospital_cap: Any, schedule_fee: Any) -> Any:
    """The schedule amount of one unit, before the rules for the line."""
    return np.where(opps_capped, hospital_cap, schedule_fee)


# ---- several services of one session


@formula(cite=f"{FILE}: MULT PROC 5", unit="usd")
def therapy_repeat_amount(
    adjusted_work: Any,
    adjusted_practice_expense: Any,
    adjusted_malpractice: Any,
    therapy_practice_expense_share: Any,
    conversion_factor: Any,
) -> Any:
    """One further unit of therapy of the day: work and malpractice in full, practice expense in part."""
    return cents(
        (adjusted_work + therapy_practice_expense_share * adjusted_practice_expense + adjusted_malpractice)
        * conversion_factor
    )


@formula(cite=f"{FILE}: MULT PROC 4, 6, 7", unit="fraction")
def technical_factor(
    kind: Any,
    technical_repeated: Any,
    imaging_technical_share: Any,
    cardiovascular_technical_share: Any,
    ophthalmology_technical_share: Any,
    film_reduction: Any,
) -> Any:
    """What is paid of the technical component: less for a further one of the session, and for film."""
    share = np.where(
        kind == IMAGING,
        imaging_technical_share,
        np.where(
            kind == CARDIOVASCULAR,
            cardiovascular_technical_share,
            np.where(kind == OPHTHALMOLOGY, ophthalmology_technical_share, 1),
        ),
    )
    return np.where(technical_repeated, share, 1) * (1 - film_reduction)


@formula(cite=f"{FILE}: MULT PROC 4", unit="fraction")
def professional_factor(professional_repeated: Any, imaging_professional_share: Any) -> Any:
    """What is paid of the professional component: less for a further image of the session."""
    return np.where(professional_repeated, imaging_professional_share, 1)


@formula(cite=f"{FILE}: PCTC IND, MULT PROC 3 to 7", unit="usd")
def session_unit_amount(
    unit_amount: Any,
    technical_amount: Any,
    technical_factor: Any,
    professional_factor: Any,
    endoscopy_base_amount: Any,
) -> Any:
    """One unit beside the other services of the session."""
    professional = (unit_amount - technical_amount) * professional_factor
    return np.maximum(professional + technical_amount * technical_factor - endoscopy_base_amount, 0)


@formula(cite=f"{FILE}: MULT PROC", unit="usd")
def session_amount(
    session_unit_amount: Any, therapy_repeat_amount: Any, units: Any, repeated_units: Any
) -> Any:
    """All units of the line beside the other services of the session."""
    return (units - repeated_units) * session_unit_amount + repeated_units * therapy_repeat_amount


@formula(cite=f"{FILE}: MULT PROC", unit="factor")
def multiple_procedure_factor(session_amount: Any, procedure_share: Any, units: Any, unit_amount: Any) -> Any:
    """What the rules for several services of one session leave of the full fee, for the reader."""
    return np.where(units * unit_amount > 0, session_amount * procedure_share / (units * unit_amount), 1)


# ---- who did it, and how


@formula(cite="Medicare contractor text; CMS RAC 0222", unit="factor")
def assistant_factor(assistant_role: Any, assistant_share: Any, assistant_nonphysician_share: Any) -> Any:
    """Share of an assistant at surgery; a nurse practitioner or physician assistant gets a part of it."""
    share = np.where(
        assistant_role == ASSISTANT_NONPHYSICIAN,
        assistant_share * assistant_nonphysician_share,
        assistant_share,
    )
    return np.where(assistant_role == NOBODY, 1, share)


@formula(cite="Medicare contractor text on modifier 62", unit="factor")
def co_surgeon_factor(co_surgeon: Any, co_surgeon_share: Any) -> Any:
    """Share of each of two surgeons."""
    return np.where(co_surgeon, co_surgeon_share, 1)


@formula(cite="notes on the fee schedule A.6", unit="factor")
def therapy_assistant_factor(therapy_assistant: Any, therapy_assistant_share: Any) -> Any:
    """Share for a service of a therapy assistant."""
    return np.where(therapy_assistant, therapy_assistant_share, 1)


@formula(cite=f"{FILE}: non-participating 95%", unit="factor")
def participation_factor(participating: Any, nonparticipating_share: Any) -> Any:
    """Share for a clinician who does not participate."""
    return np.where(participating, 1, nonparticipating_share)


@formula(cite="notes on the fee schedule A.5 steps 4 to 6", unit="usd")
def participating_amount(
    session_amount: Any,
    procedure_share: Any,
    bilateral_factor: Any,
    global_split_factor: Any,
    assistant_factor: Any,
    co_surgeon_factor: Any,
    therapy_assistant_factor: Any,
    practitioner_factor: Any,
    line_rounding: Any,
) -> Any:
    """The line after every rule but participation; rounded behind each of them only if the rule says so."""
    factors = (
        procedure_share,
        bilateral_factor,
        global_split_factor,
        assistant_factor,
        co_surgeon_factor,
        therapy_assistant_factor,
        practitioner_factor,
    )
    return (
        stepwise(session_amount, factors)
        if line_rounding == "each_step"
        else product(session_amount, factors)
    )


def rounding_matters(found: Evaluation) -> Any:
    """Of which lines the amount hangs on when its factors are rounded (pfs.line_rounding)."""
    factors = [found[name] for name in LINE_FACTORS]
    start, taken = found["session_amount"], found["participation_factor"]
    return cents(product(start, factors) * taken) != cents(stepwise(start, factors) * taken)


@formula(cite="notes on the fee schedule A.5 steps 4 to 6; half up to cents", unit="usd")
def amount(participating_amount: Any, participation_factor: Any) -> Any:
    """What the schedule pays for the line after every rule: the most that can be allowed."""
    return cents(participating_amount * participation_factor)


@formula(cite=f"{FILE}: limiting charge", unit="usd")
def limiting_charge(participating_amount: Any, limiting_charge_share: Any) -> Any:
    """The most a clinician who does not participate may charge on an unassigned claim."""
    return cents(cents(participating_amount) * limiting_charge_share)


# ---- what the amount is made of


@formula(cite="notes on the fee schedule A.1", unit="fraction")
def practice_expense_part(
    adjusted_work: Any,
    adjusted_practice_expense: Any,
    adjusted_malpractice: Any,
    opps_capped: Any,
    opps_pe_rvu: Any,
    opps_mp_rvu: Any,
    pe_gpci: Any,
    mp_gpci: Any,
    repeated_units: Any,
    units: Any,
    therapy_practice_expense_share: Any,
) -> Any:
    """Share of practice expense in the amount."""
    kept = 1 - np.where(repeated_units > 0, (1 - therapy_practice_expense_share) * repeated_units / units, 0)
    expense = np.where(opps_capped, opps_pe_rvu * pe_gpci, adjusted_practice_expense * kept)
    malpractice = np.where(opps_capped, opps_mp_rvu * mp_gpci, adjusted_malpractice)
    total = adjusted_work + expense + malpractice
    return np.where(total > 0, expense / np.where(total > 0, total, 1), 0)


@formula(cite="notes on the fee schedule A.1", unit="fraction")
def malpractice_part(
    adjusted_work: Any,
    adjusted_malpractice: Any,
    practice_expense_part: Any,
    opps_capped: Any,
    opps_mp_rvu: Any,
    mp_gpci: Any,
) -> Any:
    """Share of malpractice in the amount: of what is not practice expense, its part beside work."""
    malpractice = np.where(opps_capped, opps_mp_rvu * mp_gpci, adjusted_malpractice)
    rest = adjusted_work + malpractice
    return np.where(rest > 0, (1 - practice_expense_part) * malpractice / np.where(rest > 0, rest, 1), 0)


@formula(cite="notes on the fee schedule A.1", unit="usd")
def pe_amount(amount: Any, practice_expense_part: Any) -> Any:
    """The part of the amount that is practice expense."""
    return cents(amount * practice_expense_part)


@formula(cite="notes on the fee schedule A.1", unit="usd")
def mp_amount(amount: Any, malpractice_part: Any, pe_amount: Any) -> Any:
    """The part of the amount that is malpractice, at most what practice expense leaves."""
    return np.minimum(cents(amount * malpractice_part), amount - pe_amount)


@formula(cite="notes on the fee schedule A.1", unit="usd")
def work_amount(amount: Any, pe_amount: Any, mp_amount: Any) -> Any:
    """The part of the amount that is work: the rest, so that the parts sum to it."""
    return amount - pe_amount - mp_amount


FORMULAS = (
    conversion_factor, adjusted_work, adjusted_practice_expense, adjusted_malpractice, schedule_fee,
    hospital_cap, opps_capped, unit_amount, therapy_repeat_amount, technical_factor, professional_factor,
    session_unit_amount, session_amount, multiple_procedure_factor, assistant_factor, co_surgeon_factor,
    therapy_assistant_factor, participation_factor, participating_amount, amount, limiting_charge,
    practice_expense_part, malpractice_part, pe_amount, mp_amount, work_amount,
)  # fmt: skip
RULES = {
    "conversion_factor_standard": "pfs.conversion_factor",
    "conversion_factor_qualifying": "pfs.conversion_factor_qp",
    **{
        name: f"pfs.{name}"
        for name in (
            "opps_cap_applies",
            "therapy_practice_expense_share",
            "imaging_technical_share",
            "imaging_professional_share",
            "cardiovascular_technical_share",
            "ophthalmology_technical_share",
            "assistant_share",
            "assistant_nonphysician_share",
            "co_surgeon_share",
            "therapy_assistant_share",
            "nonparticipating_share",
            "limiting_charge_share",
            "line_rounding",
        )
    },
}
MODEL = Model("pfs", FORMULAS, RULES)

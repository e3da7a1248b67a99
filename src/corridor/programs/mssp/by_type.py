"""Quantities that stand apart for each enrollment type: four columns of a file become one short list.

The order is that of TYPES. Types nobody is assigned in may be absent: they weigh nothing.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from corridor.formulas import Formula, formula
from corridor.formulas.columns import Floats

TYPES = ("esrd", "disabled", "aged_dual", "aged_non_dual")
TYPE_WORDS = ("ESRD", "disabled", "aged, dual", "aged, not dual")
FOUR = "42 CFR 425.652(a)(1)"


def four(*values: Any) -> Floats:
    """One value a type, on a last axis."""
    return np.stack(np.broadcast_arrays(*values), axis=-1)


def weighted(weights: Floats, values: Floats) -> Floats:
    """The mean over types; a type without weight does not count, even where its value is absent."""
    counted = weights > 0
    total = np.sum(np.where(counted, weights * values, 0), axis=-1)
    return np.asarray(total / np.sum(np.where(counted, weights, 0), axis=-1))


@formula(cite=FOUR, unit="dollars", vector=True)
def by1_per_capita(
    by1_per_capita_esrd: Floats,
    by1_per_capita_disabled: Floats,
    by1_per_capita_aged_dual: Floats,
    by1_per_capita_aged_non_dual: Floats,
) -> Floats:
    """Expenditure for a person-year of base year 1."""
    return four(
        by1_per_capita_esrd, by1_per_capita_disabled, by1_per_capita_aged_dual, by1_per_capita_aged_non_dual
    )


@formula(cite=FOUR, unit="dollars", vector=True)
def by2_per_capita(
    by2_per_capita_esrd: Floats,
    by2_per_capita_disabled: Floats,
    by2_per_capita_aged_dual: Floats,
    by2_per_capita_aged_non_dual: Floats,
) -> Floats:
    """Expenditure for a person-year of base year 2."""
    return four(
        by2_per_capita_esrd, by2_per_capita_disabled, by2_per_capita_aged_dual, by2_per_capita_aged_non_dual
    )


@formula(cite=FOUR, unit="dollars", vector=True)
def by3_per_capita(
    by3_per_capita_esrd: Floats,
    by3_per_capita_disabled: Floats,
    by3_per_capita_aged_dual: Floats,
    by3_per_capita_aged_non_dual: Floats,
) -> Floats:
    """Expenditure for a person-year of base year 3."""
    return four(
        by3_per_capita_esrd, by3_per_capita_disabled, by3_per_capita_aged_dual, by3_per_capita_aged_non_dual
    )


@formula(cite=FOUR, unit="dollars", vector=True)
def py_per_capita(
    py_per_capita_esrd: Floats,
    py_per_capita_disabled: Floats,
    py_per_capita_aged_dual: Floats,
    py_per_capita_aged_non_dual: Floats,
) -> Floats:
    """Expenditure for a person-year of the performance year."""
    return four(
        py_per_capita_esrd, py_per_capita_disabled, py_per_capita_aged_dual, py_per_capita_aged_non_dual
    )


@formula(cite=FOUR, unit="risk score", vector=True)
def by1_risk_score(
    by1_risk_score_esrd: Floats,
    by1_risk_score_disabled: Floats,
    by1_risk_score_aged_dual: Floats,
    by1_risk_score_aged_non_dual: Floats,
) -> Floats:
    """Renormalized risk score of base year 1, under the model of the performance year."""
    return four(
        by1_risk_score_esrd, by1_risk_score_disabled, by1_risk_score_aged_dual, by1_risk_score_aged_non_dual
    )


@formula(cite=FOUR, unit="risk score", vector=True)
def by2_risk_score(
    by2_risk_score_esrd: Floats,
    by2_risk_score_disabled: Floats,
    by2_risk_score_aged_dual: Floats,
    by2_risk_score_aged_non_dual: Floats,
) -> Floats:
    """Renormalized risk score of base year 2, under the model of the performance year."""
    return four(
        by2_risk_score_esrd, by2_risk_score_disabled, by2_risk_score_aged_dual, by2_risk_score_aged_non_dual
    )


@formula(cite=FOUR, unit="risk score", vector=True)
def by3_risk_score(
    by3_risk_score_esrd: Floats,
    by3_risk_score_disabled: Floats,
    by3_risk_score_aged_dual: Floats,
    by3_risk_score_aged_non_dual: Floats,
) -> Floats:
    """Renormalized risk score of base year 3, under the model of the performance year."""
    return four(
        by3_risk_score_esrd, by3_risk_score_disabled, by3_risk_score_aged_dual, by3_risk_score_aged_non_dual
    )


@formula(cite=FOUR, unit="risk score", vector=True)
def py_risk_score(
    py_risk_score_esrd: Floats,
    py_risk_score_disabled: Floats,
    py_risk_score_aged_dual: Floats,
    py_risk_score_aged_non_dual: Floats,
) -> Floats:
    """Renormalized risk score of the performance year."""
    return four(
        py_risk_score_esrd, py_risk_score_disabled, py_risk_score_aged_dual, py_risk_score_aged_non_dual
    )


@formula(cite=FOUR, unit="ratio", vector=True)
def demographic_ratio(
    demographic_ratio_esrd: Floats,
    demographic_ratio_disabled: Floats,
    demographic_ratio_aged_dual: Floats,
    demographic_ratio_aged_non_dual: Floats,
) -> Floats:
    """Demographic risk score of the performance year over that of base year 3."""
    return four(
        demographic_ratio_esrd,
        demographic_ratio_disabled,
        demographic_ratio_aged_dual,
        demographic_ratio_aged_non_dual,
    )


@formula(cite=FOUR, unit="person-years", vector=True)
def by3_person_years(
    by3_person_years_esrd: Floats,
    by3_person_years_disabled: Floats,
    by3_person_years_aged_dual: Floats,
    by3_person_years_aged_non_dual: Floats,
) -> Floats:
    """Assigned person-years of base year 3."""
    return four(
        by3_person_years_esrd,
        by3_person_years_disabled,
        by3_person_years_aged_dual,
        by3_person_years_aged_non_dual,
    )


@formula(cite=FOUR, unit="person-years", vector=True)
def py_person_years(
    py_person_years_esrd: Floats,
    py_person_years_disabled: Floats,
    py_person_years_aged_dual: Floats,
    py_person_years_aged_non_dual: Floats,
) -> Floats:
    """Assigned person-years of the performance year."""
    return four(
        py_person_years_esrd,
        py_person_years_disabled,
        py_person_years_aged_dual,
        py_person_years_aged_non_dual,
    )


@formula(cite=FOUR, unit="ratio", vector=True)
def national_trend_by1(
    national_trend_by1_esrd: Floats,
    national_trend_by1_disabled: Floats,
    national_trend_by1_aged_dual: Floats,
    national_trend_by1_aged_non_dual: Floats,
) -> Floats:
    """National growth from base year 1 to base year 3."""
    return four(
        national_trend_by1_esrd,
        national_trend_by1_disabled,
        national_trend_by1_aged_dual,
        national_trend_by1_aged_non_dual,
    )


@formula(cite=FOUR, unit="ratio", vector=True)
def national_trend_by2(
    national_trend_by2_esrd: Floats,
    national_trend_by2_disabled: Floats,
    national_trend_by2_aged_dual: Floats,
    national_trend_by2_aged_non_dual: Floats,
) -> Floats:
    """National growth from base year 2 to base year 3."""
    return four(
        national_trend_by2_esrd,
        national_trend_by2_disabled,
        national_trend_by2_aged_dual,
        national_trend_by2_aged_non_dual,
    )


@formula(cite=FOUR, unit="ratio", vector=True)
def regional_trend_by1(
    regional_trend_by1_esrd: Floats,
    regional_trend_by1_disabled: Floats,
    regional_trend_by1_aged_dual: Floats,
    regional_trend_by1_aged_non_dual: Floats,
) -> Floats:
    """Growth of the region from base year 1 to base year 3."""
    return four(
        regional_trend_by1_esrd,
        regional_trend_by1_disabled,
        regional_trend_by1_aged_dual,
        regional_trend_by1_aged_non_dual,
    )


@formula(cite=FOUR, unit="ratio", vector=True)
def regional_trend_by2(
    regional_trend_by2_esrd: Floats,
    regional_trend_by2_disabled: Floats,
    regional_trend_by2_aged_dual: Floats,
    regional_trend_by2_aged_non_dual: Floats,
) -> Floats:
    """Growth of the region from base year 2 to base year 3."""
    return four(
        regional_trend_by2_esrd,
        regional_trend_by2_disabled,
        regional_trend_by2_aged_dual,
        regional_trend_by2_aged_non_dual,
    )


@formula(cite=FOUR, unit="fraction", vector=True)
def market_share(
    market_share_esrd: Floats,
    market_share_disabled: Floats,
    market_share_aged_dual: Floats,
    market_share_aged_non_dual: Floats,
) -> Floats:
    """Share of the region's assignable beneficiaries who are assigned to the ACO."""
    return four(market_share_esrd, market_share_disabled, market_share_aged_dual, market_share_aged_non_dual)


@formula(cite=FOUR, unit="dollars", vector=True)
def national_by3(
    national_by3_esrd: Floats,
    national_by3_disabled: Floats,
    national_by3_aged_dual: Floats,
    national_by3_aged_non_dual: Floats,
) -> Floats:
    """National assignable expenditure for a person-year of base year 3."""
    return four(national_by3_esrd, national_by3_disabled, national_by3_aged_dual, national_by3_aged_non_dual)


@formula(cite=FOUR, unit="dollars", vector=True)
def regional_by3(
    regional_by3_esrd: Floats,
    regional_by3_disabled: Floats,
    regional_by3_aged_dual: Floats,
    regional_by3_aged_non_dual: Floats,
) -> Floats:
    """The region's expenditure for a person-year of base year 3, at the ACO's risk."""
    return four(regional_by3_esrd, regional_by3_disabled, regional_by3_aged_dual, regional_by3_aged_non_dual)


@formula(cite=FOUR, unit="ratio", vector=True)
def national_update(
    national_update_esrd: Floats,
    national_update_disabled: Floats,
    national_update_aged_dual: Floats,
    national_update_aged_non_dual: Floats,
) -> Floats:
    """National growth from base year 3 to the performance year."""
    return four(
        national_update_esrd,
        national_update_disabled,
        national_update_aged_dual,
        national_update_aged_non_dual,
    )


@formula(cite=FOUR, unit="ratio", vector=True)
def regional_update(
    regional_update_esrd: Floats,
    regional_update_disabled: Floats,
    regional_update_aged_dual: Floats,
    regional_update_aged_non_dual: Floats,
) -> Floats:
    """Growth of the region from base year 3 to the performance year, risk adjusted."""
    return four(
        regional_update_esrd,
        regional_update_disabled,
        regional_update_aged_dual,
        regional_update_aged_non_dual,
    )


@formula(cite=FOUR, unit="ratio", vector=True)
def acpt_ratio(
    acpt_ratio_esrd: Floats,
    acpt_ratio_disabled: Floats,
    acpt_ratio_aged_dual: Floats,
    acpt_ratio_aged_non_dual: Floats,
) -> Floats:
    """The accountable care prospective trend from base year 3 to the performance year."""
    return four(acpt_ratio_esrd, acpt_ratio_disabled, acpt_ratio_aged_dual, acpt_ratio_aged_non_dual)


TYPE_FORMULAS: list[Formula] = [
    by1_per_capita,
    by2_per_capita,
    by3_per_capita,
    py_per_capita,
    by1_risk_score,
    by2_risk_score,
    by3_risk_score,
    py_risk_score,
    demographic_ratio,
    by3_person_years,
    py_person_years,
    national_trend_by1,
    national_trend_by2,
    regional_trend_by1,
    regional_trend_by2,
    market_share,
    national_by3,
    regional_by3,
    national_update,
    regional_update,
    acpt_ratio,
]
TYPE_QUANTITIES = tuple(one.name for one in TYPE_FORMULAS)

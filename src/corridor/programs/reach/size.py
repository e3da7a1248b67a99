"""Whether an ACO is large enough, and of the type it says."""

from __future__ import annotations

import numpy as np

from corridor.formulas import formula
from corridor.formulas.columns import Floats, Texts

SIZE = "aco-reach.md A2.6"


@formula(cite=SIZE, unit="flag")
def meets_minimum(aligned_beneficiaries: Floats, minimum_beneficiaries: Floats) -> Floats:
    """Whether the aligned beneficiaries reach the minimum of the type; absent where either is unknown."""
    above = aligned_beneficiaries - minimum_beneficiaries
    return np.where(np.isnan(above), np.nan, above >= 0)


@formula(cite=SIZE, unit="flag")
def is_standard_by_claims(
    by1_claims_aligned: Floats,
    by2_claims_aligned: Floats,
    by3_claims_aligned: Floats,
    claims_aligned_standard: Floats,
) -> Floats:
    """Whether one base year had enough claims-aligned beneficiaries for a Standard ACO."""
    # one such year is enough, whatever the others were; that there is none takes all three
    most = np.fmax(np.fmax(by1_claims_aligned, by2_claims_aligned), by3_claims_aligned)
    all_known = ~np.isnan(by1_claims_aligned + by2_claims_aligned + by3_claims_aligned)
    return np.where(most >= claims_aligned_standard, 1, np.where(all_known, 0, np.nan))


@formula(cite=SIZE, unit="flag")
def type_agrees(aco_type: Texts, is_standard_by_claims: Floats) -> Floats:
    """Whether the stated type, Standard or New Entrant, is the one the base years give."""
    standard = np.where(aco_type == "new_entrant", 1 - is_standard_by_claims, np.nan)
    return np.where(aco_type == "standard", is_standard_by_claims, standard)


SIZE_FORMULAS = [meets_minimum, is_standard_by_claims, type_agrees]

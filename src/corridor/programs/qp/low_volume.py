"""The low-volume threshold of MIPS: three criteria, all of which must be exceeded, in both segments.

One row is one clinician under one practice, or a whole practice. A criterion that is not given is unknown.
"""

from __future__ import annotations

import numpy as np

from corridor.formulas import Formula, formula
from corridor.formulas.columns import Floats, Texts

CITE = "42 CFR 414.1305, low-volume threshold"


@formula(cite=CITE, unit="flag")
def exceeds_charges(allowed_charges: Floats, earlier_allowed_charges: Floats, most_charges: float) -> Floats:
    """Allowed charges above the threshold, in the earlier segment too where one is given; absent: unknown."""
    both = (allowed_charges > most_charges) & ~(earlier_allowed_charges <= most_charges)
    fails = (allowed_charges <= most_charges) | (earlier_allowed_charges <= most_charges)
    return np.where(both, 1, np.where(fails, 0, np.nan))


@formula(cite=CITE, unit="flag")
def exceeds_patients(patients: Floats, earlier_patients: Floats, most_patients: float) -> Floats:
    """The same of Part B patients."""
    both = (patients > most_patients) & ~(earlier_patients <= most_patients)
    fails = (patients <= most_patients) | (earlier_patients <= most_patients)
    return np.where(both, 1, np.where(fails, 0, np.nan))


@formula(cite=CITE, unit="flag")
def exceeds_services(services: Floats, earlier_services: Floats, most_services: float) -> Floats:
    """The same of covered professional services."""
    both = (services > most_services) & ~(earlier_services <= most_services)
    fails = (services <= most_services) | (earlier_services <= most_services)
    return np.where(both, 1, np.where(fails, 0, np.nan))


@formula(cite=CITE, unit="status")
def standing(
    exceeds_charges: Floats, exceeds_patients: Floats, exceeds_services: Floats, opt_in_allowed: bool
) -> Texts:
    """required above all three; exempt at or below any, with a choice to opt in above any other."""
    every = (exceeds_charges == 1) & (exceeds_patients == 1) & (exceeds_services == 1)
    fails = (exceeds_charges == 0) | (exceeds_patients == 0) | (exceeds_services == 0)
    some = (exceeds_charges == 1) | (exceeds_patients == 1) | (exceeds_services == 1)
    unknown = np.isnan(exceeds_charges) | np.isnan(exceeds_patients) | np.isnan(exceeds_services)
    below = np.where(
        some & opt_in_allowed, "may_opt_in", np.where(unknown & opt_in_allowed, "exempt_or_opt_in", "exempt")
    )
    return np.where(every, "required", np.where(fails, below, "unknown"))


LOW_VOLUME_FORMULAS: list[Formula] = [exceeds_charges, exceeds_patients, exceeds_services, standing]

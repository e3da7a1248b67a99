"""The low-volume threshold of MIPS: three criteria, all of which must be exceeded, in both segments.

One row is one clinician under one practice, or a whole practice. A criterion that is not given is unknown.
"""

from __future__ import annotations

import numpy as np

from corridor.formulas import Formula, formula
from corridor.formulas.columns import Floats, Texts

CITE = "42 CFR 414.1305, low-volume threshold"


@formula(cite=CITE, unit="flag")
def exceeds_charges(
    allowed_charges: Floats, earlier_allowed_charges: Floats, earlier_is_open: Floats, most_charges: float
) -> Floats:
    """Allowed charges above the threshold, in the earlier segment too where one is given; absent: unknown."""
    fails = (allowed_charges <= most_charges) | (earlier_allowed_charges <= most_charges)
    earlier = (earlier_allowed_charges > most_charges) | (
        np.isnan(earlier_allowed_charges) & (earlier_is_open != 1)
    )
    return np.where(fails, 0, np.where((allowed_charges > most_charges) & earlier, 1, np.nan))


@formula(cite=CITE, unit="flag")
def exceeds_patients(
    patients: Floats, earlier_patients: Floats, earlier_is_open: Floats, most_patients: float
) -> Floats:
    """The same of Part B patients."""
    fails = (patients <= most_patients) | (earlier_patients <= most_patients)
    earlier = (earlier_patients > most_patients) | (np.isnan(earlier_patients) & (earlier_is_open != 1))
    return np.where(fails, 0, np.where((patients > most_patients) & earlier, 1, np.nan))


@formula(cite=CITE, unit="flag")
def exceeds_services(
    services: Floats, earlier_services: Floats, earlier_is_open: Floats, most_services: float
) -> Floats:
    """The same of covered professional services."""
    fails = (services <= most_services) | (earlier_services <= most_services)
    earlier = (earlier_services > most_services) | (np.isnan(earlier_services) & (earlier_is_open != 1))
    return np.where(fails, 0, np.where((services > most_services) & earlier, 1, np.nan))


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

"""A stay that starts in the window and ends after it: what of it lies inside, what is left for after."""

from __future__ import annotations

import numpy as np

from corridor.formulas import formula
from corridor.formulas.columns import Floats

CITE = "42 CFR 512.555; algorithm of CMS's shadow-bundle code (team.md 2.6)"


@formula(cite=CITE, unit="dollars")
def stay_per_diem(stay_amount: Floats, stay_gmlos: Floats) -> Floats:
    """The amount without outlier over the national geometric mean length of stay."""
    return stay_amount / stay_gmlos


@formula(cite=CITE, unit="dollars")
def stay_base_inside(
    stay_amount: Floats, stay_gmlos: Floats, stay_days_inside: Floats, stay_per_diem: Floats
) -> Floats:
    """The part inside of the amount without outlier: the first day counts double, and all of it counts from a
    day before the geometric mean."""
    counted = np.minimum((stay_days_inside + 1) * stay_per_diem, stay_amount)
    return np.where(stay_days_inside >= stay_gmlos - 1, stay_amount, counted)


@formula(cite=CITE, unit="dollars")
def stay_in_window(
    stay_base_inside: Floats, stay_outlier: Floats, stay_days_inside: Floats, stay_length: Floats
) -> Floats:
    """With the outlier amount, by days."""
    outlier = np.where(stay_outlier == 0, 0, stay_outlier * stay_days_inside / stay_length)
    return stay_base_inside + outlier


@formula(cite=CITE, unit="dollars")
def stay_spill(stay_amount: Floats, stay_outlier: Floats, stay_in_window: Floats) -> Floats:
    """What goes to the days after the episode."""
    return stay_amount + stay_outlier - stay_in_window


STAY_FORMULAS = [stay_per_diem, stay_base_inside, stay_in_window, stay_spill]

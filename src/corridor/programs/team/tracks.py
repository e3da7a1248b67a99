"""Which track a hospital has: what it asked for where that is open to it, else the default of the year."""

from __future__ import annotations

import numpy as np

from corridor.formulas import formula
from corridor.formulas.columns import Floats, Texts

CITE = "42 CFR 512.520 (team.md 1)"


@formula(cite=CITE, unit="0 or 1")
def listed_for_second_track(
    safety_net: Floats,
    rural: Floats,
    sole_community: Floats,
    essential_access: Floats,
    medicare_dependent: Floats,
    dependent_statute_in_force: Floats,
) -> Floats:
    """One for safety net, rural, sole community and essential access hospitals, and for Medicare-dependent
    hospitals while their statute has not expired when the selections are due."""
    always = (safety_net == 1) | (rural == 1) | (sole_community == 1) | (essential_access == 1)
    return np.where(always | ((medicare_dependent == 1) & (dependent_statute_in_force == 1)), 1, 0)


@formula(cite=CITE, unit="0 or 1")
def request_granted(request_open_to: Texts, safety_net: Floats, listed_for_second_track: Floats) -> Floats:
    """Whether the track that was asked for is open to the hospital in this year."""
    as_safety_net = (request_open_to == "safety_net") & (safety_net == 1)
    as_listed = (request_open_to == "listed") & (listed_for_second_track == 1)
    return np.where((request_open_to == "any") | as_safety_net | as_listed, 1, 0)


@formula(cite=CITE, unit="track")
def track(request_granted: Floats, track_request: Floats, default_track: Floats) -> Floats:
    """The track of the hospital in this year."""
    return np.where(request_granted == 1, track_request, default_track)


TRACK_FORMULAS = [listed_for_second_track, request_granted, track]

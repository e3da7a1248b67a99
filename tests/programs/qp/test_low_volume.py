"""The low-volume test: all eight combinations of the three criteria, the edges, the two segments."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest

from corridor.law import load_rules
from corridor.programs.qp.compute import evaluate_low_volume

FORCE = load_rules(["qp"]).in_force(2026)
NAN = float("nan")


def standing(charges: float, patients: float, services: float, **earlier: float) -> str:
    given: dict[str, Any] = {
        "allowed_charges": np.array([charges]),
        "patients": np.array([patients]),
        "services": np.array([services]),
        **{name: np.array([value]) for name, value in earlier.items()},
    }
    return str(evaluate_low_volume(given, FORCE)["standing"][0])


@pytest.mark.parametrize("above", list(product([False, True], repeat=3)))
def test_all_eight_combinations(above: tuple[bool, bool, bool]) -> None:
    """Required needs all three (42 CFR 414.1305): 90,000.01 dollars, 201 patients, 201 services."""
    amounts = [
        high if flag else low
        for flag, low, high in zip(above, (90000, 200, 200), (90000.01, 201, 201), strict=True)
    ]
    expected = "required" if all(above) else "may_opt_in" if any(above) else "exempt"
    assert standing(*amounts) == expected


def test_what_is_not_given_is_not_zero() -> None:
    assert standing(NAN, 300, 300) == "unknown"
    assert (
        standing(NAN, 200, 300) == "may_opt_in"
    )  # one at the threshold settles it, one above opens the door
    assert standing(NAN, 200, 200) == "exempt_or_opt_in"
    assert standing(NAN, NAN, NAN) == "unknown"


def test_both_segments_must_be_exceeded() -> None:
    above = {"earlier_allowed_charges": 90001.0, "earlier_patients": 201.0, "earlier_services": 201.0}
    assert standing(90001, 201, 201, **above) == "required"
    assert standing(90001, 201, 201, **{**above, "earlier_patients": 200.0}) == "may_opt_in"
    assert standing(200, 201, 201, **above) == "may_opt_in"


def test_who_is_new_is_judged_on_the_later_segment_alone() -> None:
    assert standing(90001, 201, 201) == "required"


def test_an_earlier_segment_that_is_not_known_leaves_it_open() -> None:
    assert standing(90001, 201, 201, earlier_is_open=1.0) == "unknown"
    assert standing(90000, 201, 201, earlier_is_open=1.0) == "exempt_or_opt_in"


def test_the_popular_reading_is_wrong() -> None:
    """Golden verdict on "exempt below 200 services or below $90,000": at them too, and patients count."""
    assert standing(100000, 200, 1000) == "may_opt_in"  # exempt by patients alone
    assert standing(90000, 1000, 1000) == "may_opt_in"  # at the threshold, not only below

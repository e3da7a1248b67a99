"""Why the conversion factor and the work RVU moved."""

from __future__ import annotations

import numpy as np
import pytest

from corridor.billing.impact_factors import conversion_factor_parts, efficiency_multiplier
from corridor.law import load_rules

FORCE = load_rules(["pfs", "qp"]).in_force(2026)
PROPOSED = load_rules(["pfs", "qp"], proposed=True).in_force(2026)


def test_2025_to_2026_without_qp_status():
    parts = conversion_factor_parts(FORCE, (2025, False, 32.3465), (2026, False, 33.4009))
    assert parts.statutory_update == pytest.approx(1.0025)
    assert parts.one_year_increase == pytest.approx(1.025)
    # 33.4009 / 32.3465 / 1.0025 / 1.025 = 1.004901: the published 1.0049, and the rounding of the factors
    assert parts.budget_neutrality == pytest.approx(1.0049, abs=5e-6)
    assert (parts.qp_status, parts.other) == (1, 1)
    assert parts.product == pytest.approx(33.4009 / 32.3465, rel=1e-14)


def test_2025_to_2026_of_a_qualifying_participant():
    parts = conversion_factor_parts(FORCE, (2025, True, 32.3465), (2026, True, 33.5675))
    assert parts.statutory_update == pytest.approx(1.0075)
    assert parts.product == pytest.approx(33.5675 / 32.3465, rel=1e-14)


def test_status_alone():
    parts = conversion_factor_parts(FORCE, (2026, False, 33.4009), (2026, True, 33.5675))
    assert parts.qp_status == pytest.approx(33.5675 / 33.4009)
    assert parts.statutory_update == parts.budget_neutrality == parts.one_year_increase == parts.other == 1


def test_status_and_year_at_once_have_no_order():
    # In 2025 status is worth nothing, in 2026 1.0075 / 1.0025: it counts the geometric mean of both.
    parts = conversion_factor_parts(FORCE, (2025, False, 32.3465), (2026, True, 33.5675))
    assert parts.qp_status == pytest.approx((1.0075 / 1.0025) ** 0.5)
    assert parts.statutory_update == pytest.approx((1.0075 * 1.0025) ** 0.5)
    assert parts.product == pytest.approx(33.5675 / 32.3465, rel=1e-14)


def test_2027_proposed_takes_the_one_year_increase_back():
    parts = conversion_factor_parts(PROPOSED, (2026, False, 33.4009), (2027, False, 32.8409))
    assert parts.one_year_increase == pytest.approx(1 / 1.025)
    assert parts.budget_neutrality == pytest.approx(1.0053, abs=5e-6)
    assert parts.other == 1


def test_back_in_time_is_the_inverse():
    forth = conversion_factor_parts(FORCE, (2025, False, 32.3465), (2026, False, 33.4009))
    back = conversion_factor_parts(FORCE, (2026, False, 33.4009), (2025, False, 32.3465))
    assert back.one_year_increase == pytest.approx(1 / forth.one_year_increase)
    assert back.product == pytest.approx(1 / forth.product, rel=1e-14)


def test_a_factor_of_ones_own_is_another_cause():
    parts = conversion_factor_parts(FORCE, (2026, False, 33.4009), (2026, False, 35.0))
    assert parts.other == pytest.approx(35 / 33.4009)


def test_anesthesia_keeps_what_is_its_own():
    # 2026: the same factors x 0.9770 for practice expense and malpractice of anesthesia
    parts = conversion_factor_parts(FORCE, (2025, True, 20.3178), (2026, True, 20.5998))
    assert parts.other == pytest.approx(0.9770, abs=5e-5)


def test_efficiency_adjustment_or_revaluation():
    # pfs.md H.1 no. 1, and 90834: revalued; 99214 unchanged; 93000 unchanged by rounding
    before = np.array([19.60, 7.35, 3.26, 2.29, 1.92, 0.17, 2.45])
    after = np.array([19.11, 7.17, 3.18, 2.23, 1.92, 0.17, 2.56])
    found = efficiency_multiplier(FORCE, before, after, 2025, 2026)
    assert found[:4] == pytest.approx((after / before)[:4])
    assert list(found[4:]) == [1, 1, 1]
    assert efficiency_multiplier(FORCE, after, before, 2026, 2025)[0] == pytest.approx(19.60 / 19.11)
    assert list(efficiency_multiplier(FORCE, before, after, 2026, 2026)) == [1] * 7

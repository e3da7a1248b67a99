"""The two conversion factors to 2030 and what the gap is worth."""

from __future__ import annotations

import pytest

from corridor.billing.impact_forecast import conversion_factors, forecast, published_factor
from corridor.law import load_rules

FINAL = load_rules(["pfs", "qp"]).in_force(2026)
PROPOSED = load_rules(["pfs", "qp"], proposed=True).in_force(2026)


def test_published_factors_stand_for_their_own_year_only():
    assert published_factor(FINAL, 2026, True).value == 33.5675
    assert published_factor(PROPOSED, 2027, True).value == 33.1693
    assert published_factor(PROPOSED, 2027, False).basis == "proposed"
    assert published_factor(PROPOSED, 2028, False) is None
    assert published_factor(FINAL, 2027, False) is None


def test_factors_after_the_last_published_one_follow_the_statute():
    years = {one.year: one for one in conversion_factors(PROPOSED, True, 2026, 2030)}
    assert years[2028].value == pytest.approx(33.1693 * 1.0075)
    assert years[2030].value == pytest.approx(33.1693 * 1.0075**3)
    assert [years[y].basis for y in range(2026, 2031)] == ["final", "proposed", *["projected"] * 3]
    final = {one.year: one for one in conversion_factors(FINAL, False, 2026, 2030)}
    # without the proposed rule: the one-year increase falls away, budget neutrality is taken as 1
    assert final[2027].value == pytest.approx(33.4009 / 1.025 * 1.0025)


def test_a_million_dollars_to_2030():
    rows = {row["year"]: row for row in forecast(PROPOSED, 1_000_000, 2026)}
    assert list(rows) == [2026, 2027, 2028, 2029, 2030]
    assert rows[2026]["billing_qp"] == pytest.approx(1_004_987.89, abs=0.01)  # pfs.md H.1 no. 10: 1,004,988
    # the gap compounds by 1.0075 / 1.0025 a year: 0.50, 1.00, 1.50, 2.01, 2.52 %
    for year, gap in (
        (2026, 0.004988),
        (2027, 0.010000),
        (2028, 0.015037),
        (2029, 0.020100),
        (2030, 0.025188),
    ):
        assert rows[year]["gap_share"] == pytest.approx(gap, abs=1.5e-6)
    # lump sums: 1.88 % in 2026 of 2025's services, none in 2027, 3.1 % in 2028 of 2027's
    assert rows[2026]["incentive_dollars"] == pytest.approx(0.0188 * 1e6 * 32.3465 / 33.4009)
    assert rows[2027]["incentive_dollars"] == 0
    assert rows[2028]["incentive_dollars"] == pytest.approx(0.031 * 1e6 * 33.1693 / 33.4009)
    assert rows[2029]["incentive_share"] is None
    assert rows[2030]["cumulative_advantage"] == pytest.approx(
        sum(row["qp_advantage"] for row in rows.values())
    )

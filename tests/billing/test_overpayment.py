"""Clocks, samples and extrapolations by hand."""

from __future__ import annotations

import math
from datetime import date
from decimal import Decimal

import pytest

from corridor.billing.overpayment import Clock, draw_sample, estimate, years_before
from corridor.billing.student import student_quantile
from corridor.errors import CorridorError


def money(*amounts: str) -> list[Decimal]:
    return [Decimal(one) for one in amounts]


def clock(**given: date) -> Clock:
    return Clock(date(2026, 3, 1), 60, 180, **given)


def test_sixty_days_from_identification() -> None:
    # 42 CFR 401.305(b)(1): 1 March plus 60 days is 30 April
    assert clock().deadline == date(2026, 4, 30)
    assert clock().phase(date(2026, 4, 30)) == "running"
    assert clock().phase(date(2026, 5, 1)) == "overdue"


def test_an_investigation_stops_the_clock_for_180_days_from_identification_at_most() -> None:
    # begun on 11 March, 10 days used; 1 March plus 180 is 28 August; the other 50 days end on 17 October
    found = clock(begun=date(2026, 3, 11))
    assert (found.suspended_until, found.deadline) == (date(2026, 8, 28), date(2026, 10, 17))
    assert found.phase(date(2026, 6, 1)) == "suspended"
    assert found.phase(date(2026, 9, 1)) == "running"
    # concluded on 10 May: 50 days later it is 29 June
    assert clock(begun=date(2026, 3, 11), concluded=date(2026, 5, 10)).deadline == date(2026, 6, 29)


def test_an_investigation_after_the_deadline_or_before_2025_suspends_nothing() -> None:
    assert clock(begun=date(2026, 5, 2)).deadline == date(2026, 4, 30)
    assert Clock(date(2024, 3, 1), 60, 0, begun=date(2024, 3, 2)).deadline == date(2024, 4, 30)


def test_six_years_back() -> None:
    assert years_before(date(2026, 11, 22), 6) == date(2020, 11, 22)
    assert years_before(date(2024, 2, 29), 6) == date(2018, 2, 28)


@pytest.mark.parametrize(
    ("free", "share", "printed"),
    # tables of Student's distribution
    [
        (1, 0.95, 6.314),
        (2, 0.95, 2.920),
        (3, 0.95, 2.353),
        (3, 0.9, 1.638),
        (9, 0.95, 1.833),
        (30, 0.95, 1.697),
    ],
)
def test_student(free: int, share: float, printed: float) -> None:
    assert student_quantile(share, free) == pytest.approx(printed, abs=5e-4)


def test_a_simple_sample_by_hand() -> None:
    # N 16, n 4: mean 10, s squared (0 + 4 + 4 + 0) / 3 = 8/3;
    # error 16 sqrt((1 - 4/16) (8/3) / 4) = 16 sqrt(1/2) = 11.3137;
    # point 160; t(0.95, 3) = 2.35336: 160 -+ 26.6253; one-sided t(0.9, 3) = 1.63774: 160 - 18.5290
    found = estimate({"all": 16}, {"all": money("10", "12", "8", "10")}, 0.9, "student")
    assert found.point == Decimal("160.00")
    assert found.standard_error == pytest.approx(16 * math.sqrt(0.5))
    assert (found.low, found.high, found.one_sided_low) == tuple(money("133.37", "186.63", "141.47"))
    assert found.amount("two_sided_lower_limit") == Decimal("133.37")
    # the normal quantile 1.644854 gives 160 - 18.6094
    assert estimate({"all": 16}, {"all": money("10", "12", "8", "10")}, 0.9, "normal").low == Decimal(
        "141.39"
    )


def test_a_stratified_sample_by_hand() -> None:
    # a as above (160, variance 128); b: N 6, n 3, mean 22, s squared (4 + 4 + 16) / 2 = 12,
    # variance 36 (1 - 1/2) 12 / 3 = 72; point 160 + 132 = 292; error sqrt(200) = 14.1421;
    # t(0.95, 5) = 2.01505: 292 -+ 28.4971
    reviewed = {"a": money("10", "12", "8", "10"), "b": money("20", "20", "26")}
    found = estimate({"a": 16, "b": 6}, reviewed, 0.9, "student")
    assert (found.point, found.low, found.high) == tuple(money("292.00", "263.50", "320.50"))
    assert found.degrees_of_freedom == 5


def test_what_was_reviewed_whole_leaves_nothing_to_chance() -> None:
    found = estimate({"all": 3}, {"all": money("1.10", "2.20", "0")}, 0.9, "student")
    assert (found.low, found.point, found.high) == tuple(money("3.30", "3.30", "3.30"))


def test_the_lower_limit_is_never_below_what_the_sample_shows() -> None:
    # N 10, n 4: mean 15, error 10 sqrt(0.6 * (500/3) / 4) = 50; 150 - 2.353 * 50 = 32 is below the 60 found
    assert estimate({"all": 10}, {"all": money("10", "20", "0", "30")}, 0.9, "student").low == Decimal(
        "60.00"
    )


def test_a_stratum_with_one_reviewed_is_refused() -> None:
    with pytest.raises(CorridorError) as refused:
        estimate({"a": 5}, {"a": money("1")}, 0.9, "student")
    assert refused.value.code == "OVERPAYMENT-SAMPLE"


FRAME = [
    {"source_id": "s", "claim_id": f"{n:03d}", "line": 1, "kind": "a" if n < 90 else "b"} for n in range(100)
]


def test_a_seed_draws_the_same_lines_whatever_the_order() -> None:
    first = draw_sample(FRAME, 10, 7, None)
    assert first == draw_sample(FRAME[::-1], 10, 7, None)
    assert first != draw_sample(FRAME, 10, 8, None)
    assert len({row["claim_id"] for row in first}) == 10


def test_strata_in_proportion_with_two_at_least() -> None:
    def counts(size: int) -> tuple[int, int]:
        drawn = [row["stratum"] for row in draw_sample(FRAME, size, 1, "kind")]
        return drawn.count("a"), drawn.count("b")

    assert counts(20) == (18, 2)
    assert counts(10) == (9, 2)  # one by proportion, two are needed
    assert counts(100) == (90, 10)


@pytest.mark.parametrize("size", [1, 101])
def test_a_sample_of_one_or_of_more_than_there_are_is_refused(size: int) -> None:
    with pytest.raises(CorridorError) as refused:
        draw_sample(FRAME, size, 1, None)
    assert refused.value.code == "OVERPAYMENT-SAMPLE-SIZE"

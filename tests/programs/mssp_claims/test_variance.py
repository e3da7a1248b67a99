"""Drivers of the variance: by hand, exact, to the cent."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corridor.programs.mssp.variance import DRIVERS, Case, Group, drivers, to_cents, total


def group(years: float, claims: float, dollars: float, risk: float | None = None) -> Group:
    """People of one type with one category of service."""
    risks = None if risk is None else np.array([risk])
    return Group(np.array([float(years)]), np.array([[float(claims)]]), np.array([[float(dollars)]]), risks)


NOBODY = group(0, 0, 0)


def one(before: Group, now: Group, **more: Any) -> Case:
    values: dict[str, Any] = {
        "left": NOBODY, "came": NOBODY, "cut_before": 0.0, "cut_now": 0.0, "benchmark": None, **more
    }  # fmt: skip
    return Case(before, now, **values)


def test_price_volume_and_risk_by_hand() -> None:
    # 100 person-years: 10 claims each at 100 dollars; then 12 claims each at 110; risk 1.0, then 1.1
    before, now = group(100, 1000, 100_000, 1.0), group(100, 1200, 132_000, 1.1)
    found = drivers(one(before, now))
    # a unit of risk: 1,000 dollars and 10 claims, then 1,200 dollars and 12 / 1.1 claims
    # risk: 0.1 x the mean of 1,000 and 1,200 = 110 a person-year
    assert found["risk"] == pytest.approx(11_000)
    # price: mean claims x 10 dollars x mean risk = (10 + 12 / 1.1) / 2 x 10 x 1.05
    price = (10 + 12 / 1.1) / 2 * 10 * 1.05
    assert found["price"] == pytest.approx(100 * price)
    # volume: (12 / 1.1 - 10) x the mean price 105 x 1.05
    volume = (12 / 1.1 - 10) * 105 * 1.05
    assert found["volume"] == pytest.approx(100 * volume)
    assert 110 + price + volume == pytest.approx(320)  # 1,320 less 1,000
    assert sum(found.values()) == pytest.approx(32_000)


def test_the_mix_of_services_by_hand() -> None:
    # 10 claims a person-year in both years; of two kinds, at 10 and 100 dollars: 5 and 5, then 4 and 6
    before = Group(np.array([10.0]), np.array([[50.0, 50.0]]), np.array([[500.0, 5000.0]]))
    now = Group(np.array([10.0]), np.array([[40.0, 60.0]]), np.array([[400.0, 6000.0]]))
    found = drivers(one(before, now))
    assert found["mix_of_services"] == pytest.approx(900)  # 10 x (-1 x 10 + 1 x 100)
    assert found["price"] == pytest.approx(0) and found["volume"] == pytest.approx(0)


def test_people_who_come_and_go_by_hand() -> None:
    # 80 stayed at 1,000 dollars; 20 left who cost 2,000; 20 came who cost 500
    case = one(
        group(80, 800, 80_000),
        group(80, 800, 80_000),
        left=group(20, 400, 40_000),
        came=group(20, 100, 10_000),
    )
    found = drivers(case)
    # 900 a person-year against 1,200
    assert total(case) == pytest.approx(-30_000)
    assert found["assignment_churn"] == pytest.approx(-30_000)


def test_the_benchmark_and_the_cut_are_drivers_of_their_own() -> None:
    # 1,000 dollars before, 1,050 now; 20 and 30 cut away; held against 1,100
    case = one(
        group(10, 100, 10_000), group(10, 100, 10_500), cut_before=-20.0, cut_now=-30.0, benchmark=1100.0
    )
    found = drivers(case)
    assert total(case) == pytest.approx(10 * (1020 - 1100))
    assert found["price"] == pytest.approx(500)
    assert found["other"] == pytest.approx(-100)
    assert found["benchmark"] == pytest.approx(10 * (980 - 1100))  # what it allows over last year's cost


AMOUNTS = st.floats(0, 1e7)
SHAPE = st.tuples(st.integers(1, 4), st.integers(1, 6))


@st.composite
def groups(draw: st.DrawFn, types: int, categories: int, risk: bool) -> Group:
    """People of some types, some of them without anybody: then without claims."""
    years = np.array([draw(st.sampled_from([0.0, 1 / 12, 3.5, 40.0, 5000.0])) for _ in range(types)])
    there = (years > 0)[:, None]
    claims = np.array(
        [[draw(st.sampled_from([0.0, 1.0, 7.0, 900.0])) for _ in range(categories)] for _ in range(types)]
    )
    dollars = np.array([[draw(AMOUNTS) for _ in range(categories)] for _ in range(types)])
    scores = np.array([draw(st.floats(0.2, 4)) for _ in range(types)]) if risk else None
    return Group(years, claims * there, dollars * there, scores)


@settings(max_examples=40)
@given(st.data())
def test_the_drivers_add_up_to_the_cent(data: st.DataObject) -> None:
    types, categories = data.draw(SHAPE)
    risk = data.draw(st.booleans())
    four = [data.draw(groups(types, categories, risk)) for _ in range(4)]
    if not (four[1].years + four[3].years and four[0].years + four[2].years):
        return
    case = Case(*four, data.draw(st.floats(-500, 0)), data.draw(st.floats(-500, 0)),
                data.draw(st.one_of(st.none(), st.floats(1, 20_000))))  # fmt: skip
    found, whole = drivers(case), total(case)
    assert set(found) == set(DRIVERS)
    size = sum(abs(value) for value in found.values()) + abs(whole) + 1
    assert sum(found.values()) == pytest.approx(whole, abs=1e-9 * size)
    cents = to_cents(found, whole)
    assert sum(cents.values()) == Decimal(repr(whole)).quantize(Decimal("0.01"))
    assert all(abs(float(cents[name]) - found[name]) < 0.02 + 1e-9 * size for name in DRIVERS)


def test_cents_go_to_the_largest_remainders() -> None:
    # 0.333 three times is 1.00 of 0.999: one cent to the first by name
    assert to_cents({"a": 0.333, "b": 0.333, "c": 0.333}, 0.999) == {
        "a": Decimal("0.34"), "b": Decimal("0.33"), "c": Decimal("0.33"),
    }  # fmt: skip

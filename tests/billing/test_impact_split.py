"""The split by cause: exact, in no order, to the cent."""

from __future__ import annotations

from itertools import permutations
from math import prod

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corridor.billing.impact_split import in_cents, product_parts

FACTOR = st.floats(0, 50, allow_subnormal=False)


def by_orders(before, after):
    """The definition itself: the change each factor makes, averaged over every order of changing them."""
    parts = [0.0] * len(before)
    orders = list(permutations(range(len(before))))
    for order in orders:
        now = list(before)
        for place in order:
            was = prod(now)
            now[place] = after[place]
            parts[place] += (prod(now) - was) / len(orders)
    return parts


def split(before, after):
    return [
        float(part[0])
        for part in product_parts(
            [np.array([float(x)]) for x in before], [np.array([float(x)]) for x in after]
        )
    ]


def test_two_factors_by_hand():
    # 2 x 10 = 20 becomes 3 x 12 = 36. First factor: 1 x (10 + 12) / 2 = 11; second: 2 x (2 + 3) / 2 = 5.
    assert split([2, 10], [3, 12]) == pytest.approx([11, 5])


def test_three_factors_by_hand():
    # 1 becomes 2 x 2 x 1 = 4: the two equal causes share the change, the one that stood still has none.
    assert split([1, 1, 1], [2, 2, 1]) == pytest.approx([1.5, 1.5, 0])


def test_a_factor_that_was_nothing():
    assert split([0, 3], [2, 3]) == pytest.approx([6, 0])


@given(st.lists(st.tuples(FACTOR, FACTOR), min_size=1, max_size=5))
def test_it_is_the_average_over_all_orders(pairs):
    before, after = zip(*pairs)
    scale = max(prod(max(a, b, 1) for a, b in pairs), 1)
    assert split(before, after) == pytest.approx(by_orders(before, after), abs=1e-9 * scale)


@given(st.lists(st.tuples(FACTOR, FACTOR), min_size=1, max_size=11))
def test_parts_sum_to_the_change(pairs):
    before, after = zip(*pairs)
    scale = max(prod(max(a, b, 1) for a, b in pairs), 1)
    assert sum(split(before, after)) == pytest.approx(prod(after) - prod(before), abs=1e-9 * scale)


@given(st.lists(st.lists(st.floats(-1e6, 1e6), min_size=3, max_size=3), min_size=1, max_size=20))
def test_cents_sum_to_the_total_and_no_part_is_off_by_a_cent(rows):
    exact = np.array(rows).T
    total = np.rint(exact.sum(axis=0) * 100).astype(np.int64)
    cents = in_cents({"a": exact[0], "b": exact[1], "c": exact[2]}, total)
    assert (sum(cents.values()) == total).all()
    for name, given_part in zip("abc", exact):
        assert (np.abs(cents[name] - given_part * 100) < 2).all()


def test_the_largest_remainder_gets_the_cent():
    cents = in_cents(
        {"a": np.array([0.333]), "b": np.array([0.333]), "c": np.array([0.334])}, np.array([100])
    )
    assert [int(cents[name][0]) for name in "abc"] == [33, 33, 34]

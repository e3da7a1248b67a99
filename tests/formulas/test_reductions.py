"""The small words of formulas: reductions over rows, lists on a last axis, steps of rounding."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from corridor.formulas import count_below, count_up_to, each, pick, round_to_step
from corridor.formulas.evaluation import reduce_children
from corridor.formulas.reductions import (
    count_of,
    deviation_of,
    mean_of,
    median_of,
    percentiles_of,
    sum_of,
    weighted_median_of,
)

NAN = float("nan")


def test_absent_rows_are_left_out() -> None:
    values = np.array([3.0, NAN, 1.0, 8.0])
    assert sum_of(values) == 12.0
    assert count_of(values > 1) == 2.0
    assert median_of(values) == 3.0
    assert mean_of(values) == 4.0
    assert deviation_of(np.array([2.0, NAN, 4.0])) == 1.0
    assert deviation_of(np.array([2.0, 4.0]), sample=True) == pytest.approx(2**0.5)
    assert percentiles_of(np.array([0.0, NAN, 10.0]), [0, 50, 100]).tolist() == [0.0, 5.0, 10.0]


def test_nothing_gives_nothing() -> None:
    nothing = np.array([NAN, NAN])
    assert sum_of(nothing) == 0.0
    for reduce in (median_of, mean_of, deviation_of):
        assert np.isnan(reduce(nothing))
    assert np.isnan(percentiles_of(nothing, [50])).all()
    assert np.isnan(deviation_of(np.array([5.0]), sample=True))
    assert np.isnan(weighted_median_of(nothing, np.ones(2)))


@given(arrays(np.float64, (5, 3), elements=st.floats(-1e6, 1e6)))
def test_draws_are_reduced_each_by_itself(values: np.ndarray) -> None:
    for reduce in (sum_of, median_of, mean_of, deviation_of):
        expected = [float(reduce(values[:, draw])) for draw in range(3)]
        assert reduce(values).tolist() == pytest.approx(expected, rel=1e-9, abs=1e-6)
    assert percentiles_of(values, [10, 90]).shape == (3, 2)


def test_a_weighted_median_is_where_half_of_the_weight_lies() -> None:
    assert weighted_median_of(np.array([1.0, 2.0, 3.0]), np.array([1.0, 1.0, 1.0])) == 2.0
    assert weighted_median_of(np.array([1.0, 2.0, 3.0]), np.array([5.0, 1.0, 1.0])) == 1.0
    two = weighted_median_of(np.array([[1.0, 9.0], [2.0, 8.0]]), np.array([[1.0, 1.0], [5.0, 5.0]]))
    assert two.tolist() == [2.0, 8.0]


def test_lists_stand_on_the_last_axis() -> None:
    cuts = np.array([[10.0, 20.0, 30.0], [NAN, NAN, NAN]])
    rates = np.array([20.0, 20.0])
    assert count_up_to(cuts, rates)[0] == 2.0
    assert count_below(cuts, rates)[0] == 1.0
    assert np.isnan(count_below(cuts, rates)[1])
    assert np.isnan(count_up_to(cuts[0], NAN))
    assert count_up_to(cuts[0], 35.0) == 3.0
    assert each(rates).shape == (2, 1)
    assert pick(cuts[0], 1) == 20.0
    assert np.isnan(pick(cuts[0], 3))
    assert np.isnan(pick(cuts[0], -1))
    assert np.isnan(pick(cuts[0], NAN))


@pytest.mark.parametrize(
    ("amount", "step", "expected"),
    [
        (7.696, 0.1, 7.7),
        (4.35, 0.1, 4.4),
        (7.25, 0.5, 7.5),
        (12.0, 5.0, 10.0),
        (12.5, 5.0, 15.0),
        (2.5, 1.0, 3.0),
    ],
)
def test_rounding_to_a_step(amount: float, step: float, expected: float) -> None:
    assert round_to_step(amount, step) == pytest.approx(expected)


def test_children_are_reduced_in_any_order() -> None:
    value = np.array([1.0, NAN, 3.0, 4.0])
    parent = np.array([2, 0, 2, 0])
    assert reduce_children(value, parent, 3, "sum").tolist() == [4.0, 0.0, 4.0]
    assert reduce_children(value, parent, 3, "count").tolist() == [1.0, 0.0, 2.0]
    assert reduce_children(value, parent, 3, "any").tolist() == [True, False, True]
    largest = reduce_children(value, parent, 3, "max")
    assert largest[[0, 2]].tolist() == [4.0, 3.0]
    assert np.isnan(largest[1])
    draws = np.array([[1.0, 10.0], [2.0, 20.0]])
    assert reduce_children(draws, np.array([1, 1]), 2, "sum").tolist() == [[0.0, 0.0], [3.0, 30.0]]

"""Half-up rounding against decimal arithmetic."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corridor.formulas import round_half_up


def oracle(amount: float, digits: int) -> float:
    """The shortest decimal that stands for the double, quantized half-up."""
    exact = Decimal(repr(amount))
    return float(exact.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP))


@pytest.mark.parametrize(
    ("amount", "digits", "expected"),
    [
        (2.675, 2, 2.68),  # binary 2.67499999..., which round() makes 2.67
        (1.005, 2, 1.01),
        (0.5, 0, 1.0),
        (1.5, 0, 2.0),
        (2.5, 0, 3.0),  # half to even would give 2
        (-2.5, 0, -3.0),
        (0.15, 1, 0.2),
        (7.2857, 1, 7.3),
        (1234.5, -1, 1230.0),
        (1235.0, -1, 1240.0),
        (0.285, 2, 0.29),
        (4.35, 1, 4.4),
    ],
)
def test_ties_go_away_from_zero(amount: float, digits: int, expected: float) -> None:
    assert round_half_up(amount, digits) == expected


@given(
    st.floats(min_value=-1e12, max_value=1e12, allow_nan=False),
    st.integers(min_value=-2, max_value=6),
)
@settings(max_examples=400)
def test_any_amount_rounds_as_decimal_arithmetic_does(amount: float, digits: int) -> None:
    assert float(round_half_up(amount, digits)) == oracle(amount, digits)


@given(st.integers(min_value=-(10**14), max_value=10**14), st.integers(min_value=1, max_value=6))
@settings(max_examples=400)
def test_exact_ties_round_as_decimal_arithmetic_does(whole: int, digits: int) -> None:
    amount = float(Decimal(whole * 10 + 5).scaleb(-digits - 1))  # ends in 5 one place further down
    assert float(round_half_up(amount, digits)) == oracle(amount, digits)


def test_shape_nan_and_infinity_pass_through() -> None:
    amounts = np.array([[1.25, np.nan], [np.inf, -0.05]])
    rounded = round_half_up(amounts, 1)
    assert rounded.shape == (2, 2)
    assert rounded[0, 0] == 1.3
    assert np.isnan(rounded[0, 1])
    assert rounded[1, 0] == np.inf
    assert rounded[1, 1] == -0.1

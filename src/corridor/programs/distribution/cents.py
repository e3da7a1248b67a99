"""Cents split without a remainder: each part is rounded down, the cents left go to the largest remainders."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction


def split_cents(cents: int, weights: Mapping[str, Fraction]) -> dict[str, int]:
    """``cents`` (negative for a loss) in proportion to ``weights`` (none negative, not all zero).

    The parts add up to ``cents`` exactly. Cents left over go to the largest remainders, ties by key.
    """
    total = sum(weights.values(), Fraction(0))
    sign, amount = (-1, -cents) if cents < 0 else (1, cents)
    exact = {key: amount * weight / total for key, weight in weights.items()}
    parts = {key: int(value) for key, value in exact.items()}
    left = amount - sum(parts.values())
    order = sorted(weights, key=lambda key: (parts[key] - exact[key], key))
    for key in order[:left]:
        parts[key] += 1
    return {key: sign * part for key, part in parts.items()}


def to_cents(amount: Decimal | float | int) -> int:
    """Dollars as whole cents, halves away from zero."""
    exact = Decimal(str(amount)) * 100
    whole = int(abs(exact) + Decimal("0.5"))
    return -whole if exact < 0 else whole


def to_dollars(cents: int) -> float:
    """Cents as dollars."""
    return float(Decimal(cents) / 100)

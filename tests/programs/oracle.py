"""ASM settlement a second time, in decimal arithmetic and plain loops: slow, short, independent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, getcontext

getcontext().prec = 40


@dataclass(frozen=True)
class Settled:
    """What asm.md 8 gives a cohort."""

    midpoint: Decimal
    scaling_factor: Decimal | None
    factors: list[Decimal]


def settle(
    scores: Sequence[Decimal | None],
    paid: Sequence[Decimal],
    risk: Decimal,
    share: Decimal = Decimal("0.85"),
    steepness: Decimal = Decimal("0.1"),
    midpoint: Decimal | None = None,
) -> Settled:
    """One cohort; a score of None is a participant without a final score."""
    present = sorted(score for score in scores if score is not None)
    if midpoint is None:
        half = len(present) // 2
        midpoint = present[half] if len(present) % 2 else (present[half - 1] + present[half]) / 2
    transformed = [
        Decimal(0) if score is None or score <= 0 else 1 / (1 + (-steepness * (score - midpoint)).exp())
        for score in scores
    ]
    base = sum((b for b, score in zip(paid, scores, strict=True) if score is not None), Decimal(0))
    weighted = sum((b * t for b, t in zip(paid, transformed, strict=True)), Decimal(0))
    scaling = share * base / weighted if weighted > 0 else None
    factors = []
    for score, t in zip(scores, transformed, strict=True):
        if score is None:
            factors.append(Decimal(0))
        elif score <= 0 or scaling is None:
            factors.append(-risk)
        else:
            factors.append(risk * t * scaling - risk)
    return Settled(midpoint, scaling, factors)


def percentile_points(rate: float, cuts: Sequence[float], *, inverse: bool) -> Decimal:
    """asm.md 3.4, read off the text. ``cuts`` are p1, p10, p20 ... p90, p99."""
    value, p = Decimal(repr(rate)), [Decimal(repr(cut)) for cut in cuts]
    tenth = Decimal("0.1")
    if inverse:
        if value <= p[1]:
            return Decimal(10)
        if value > p[10]:
            return Decimal(1)
        for d in range(9, 0, -1):  # lo = p[10(10-d)], hi = p[10(11-d)], p99 for d = 1
            low, high = p[10 - d], p[11 - d]
            if low < value <= high:
                return capped(d, (high - value) / (high - low), tenth)
    if value >= p[9]:
        return Decimal(10)
    if value < p[0]:
        return Decimal(1)
    for d in range(9, 0, -1):  # lo = p[10(d-1)] (p1 for d = 1), hi = p[10 d]
        low, high = p[d - 1], p[d]
        if low <= value < high:
            return capped(d, (value - low) / (high - low), tenth)
    raise AssertionError("no band")


def capped(points: int, part: Decimal, step: Decimal) -> Decimal:
    """Whole points and a part, rounded half-up to a tenth, at most 0.9 more."""
    from decimal import ROUND_HALF_UP

    rounded = (points + part).quantize(step, rounding=ROUND_HALF_UP)
    return min(rounded, points + Decimal("0.9"))

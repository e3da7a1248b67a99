"""Traditional MIPS of one clinician in plain Python and Decimal: from mips.md, not from the formulas."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

D = Decimal
TEN, FOUR = D(10), D("0.0001")


@dataclass(frozen=True)
class Sent:
    """One result: a rate against cut points, and what the tests need."""

    measure: str
    rate: float
    cuts: tuple[float, ...] | None
    inverse: bool = False
    capped: bool = False
    suppressed: bool = False
    outcome: bool = False
    cases: int = 100
    completeness: float = 100.0
    age: int = 9


def half_up(value: Decimal, unit: Decimal) -> Decimal:
    return value.quantize(unit, rounding=ROUND_HALF_UP)


def band_points(rate: Decimal, cuts: Sequence[float], inverse: bool) -> Decimal:
    """mips.md 4.3, as its pseudo-code has it."""
    p = [D(repr(float(cut))) for cut in cuts]
    if not inverse:
        if rate >= p[9]:
            return TEN
        if rate < p[0]:
            return D(1)
        lower = p[:9]
        k = max(n for n, bound in enumerate(lower, start=1) if rate >= bound)
        above = p[9] if k == 9 else lower[k]
        return half_up(D(k) + (rate - lower[k - 1]) / (above - lower[k - 1]), FOUR)
    if rate <= p[1]:
        return TEN
    if rate > p[10]:
        return D(1)
    upper = p[:0:-1]  # P99, P90 ... P10 of deciles 1 to 10
    k = max(n for n, bound in enumerate(upper, start=1) if rate <= bound)
    return half_up(D(k) + (upper[k - 1] - rate) / (upper[k - 1] - upper[k]), FOUR)


def result_points(one: Sent, small: bool) -> tuple[Decimal | None, int]:
    """mips.md 4.4: points, and by how much the measures asked for change."""
    floor = {1: D(7), 2: D(5)}.get(one.age, D(0))
    lost = D(3) if small else D(0)
    if one.suppressed:
        return None, -1
    if one.completeness < 75:
        return lost, 0
    if one.cases < 20 or one.cuts is None:
        return max(lost, floor), 0
    points = band_points(D(repr(one.rate)), one.cuts, one.inverse)
    return max(min(points, D(7)) if one.capped else points, floor), 0


def quality(sent: Sequence[Sent], small: bool) -> Decimal:
    """mips.md 4.1 and 4.5, in percent, without improvement."""
    scored = [(one, *result_points(one, small)) for one in sent]
    removed = sum(1 for _, _, change in scored if change < 0)
    kept = sorted(((p, one) for one, p, _ in scored if p is not None), key=lambda pair: -pair[0])
    room = 6 - removed
    outcomes = [pair for pair in kept if pair[1].outcome]
    chosen = outcomes[:1]
    rest = [pair for pair in kept if pair not in chosen]
    chosen += rest[: room - 1]  # without an outcome measure its place stays empty
    points = sum((p for p, _ in chosen), D(0)) + (6 if small and sent else 0)
    return min(D(100), half_up(100 * points / (10 * room), FOUR))


def final(
    quality_percent: Decimal,
    cost: Decimal | None,
    activities: int,
    interoperability: Decimal | None,
    small: bool,
) -> Decimal:
    """mips.md 3 and 8, of performance year 2025."""
    share = min(D(1), D(activities) / (1 if small else 2))
    if small and interoperability is None:
        weights = (D("0.5"), D(0), D("0.5"), D(0)) if cost is None else (D("0.4"), D("0.3"), D("0.3"), D(0))
    else:
        weights = (
            (D("0.55"), D(0), D("0.15"), D("0.3")) if cost is None
            else (D("0.3"), D("0.3"), D("0.15"), D("0.25"))
        )  # fmt: skip
    parts = (quality_percent, cost or D(0), 100 * share, interoperability or D(0))
    return half_up(min(D(100), sum((w * p for w, p in zip(weights, parts, strict=True)), D(0))), D("0.01"))


def adjustment(score: Decimal, factor: Decimal) -> Decimal:
    """mips.md 9.2, as a fraction."""
    if score >= 75:
        return D("0.09") * factor * (score - 75) / 25
    if score > D("18.75"):
        return D("-0.09") * (75 - score) / 75
    return D("-0.09")

"""A monthly statement: the year so far with claims still to come, by month and by practice."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from corridor.errors import CorridorError
from corridor.programs.contract.dispute import open_disputes
from corridor.programs.contract.figures import Figures, required
from corridor.programs.contract.read import Contract
from corridor.programs.contract.settle import Period, Settlement, period_of, settled
from corridor.programs.contract.triangle import Triangle

if TYPE_CHECKING:
    from corridor.law import RulesInForce

Row = dict[str, Any]
PARTS = (
    "benchmark_expenditure", "performance_expenditure", "generated_savings_or_losses", "shared_savings",
    "shared_losses", "bonus_dollars", "settlement_dollars", "care_management_paid",
)  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """Which statement: the year, the month it goes through, and of which practice (None: the contract)."""

    year: int
    month: int
    tin: str | None = None


def statement(
    contract: Contract,
    figures: Figures,
    asked: Asked,
    triangle: Triangle | None,
    disputes: Sequence[Row],
    force: RulesInForce,
) -> dict[str, Any]:
    """A statement as plain data, ready to be printed; counts of few people are left out.

    With a triangle, expenditure is completed month by month, and the settlement is worked out again at both
    ends of its range. Raises what settling raises.
    """
    plain = period_of(contract, figures, asked.year, through=asked.month)
    required(
        plain.lines, "month", lambda row: True, figures.file, "A statement is drawn up month by month.",
        "Give figures by month of service.",
    )  # fmt: skip
    middle = [completed(plain, triangle, 1.0), plain]
    coming = None if triangle is None else to_come(plain.lines, triangle)
    low = high = None
    if triangle is not None and coming is not None and coming["ibnr"]:
        low, high = (completed(plain, triangle, coming[end] / coming["ibnr"]) for end in ("low", "high"))
        middle += [low, high]
    found = settled(contract, middle, figures, force)
    rows = found.rows()
    lines = _lines(found, middle[0], plain)
    few = int(force.number("contract.small_cell"))
    own = [one for one in lines if asked.tin is None or one["tin"] == asked.tin]
    _refuse_few(plain, few, figures.file)
    ends = (rows[2], rows[3]) if low is not None else (None, None)
    head = contract.head
    practices, apart = shown_practices(
        _by(lines, "tin") if any(one["tin"] for one in lines) else [], few, max(plain.months, 1.0), asked.tin
    )
    monthly = ranged(_by(own, "month"), plain, asked.tin, triangle)
    return {
        "contract": contract.name,
        "title": head.title,
        "fictitious": head.fictitious,
        "payer": head.payer.name,
        "provider": head.provider.name if head.provider else "",
        "tin": asked.tin,
        "year": asked.year,
        "month": asked.month,
        "months": int(plain.months),
        "known_on": None if contract.known_on is None else contract.known_on.isoformat(),
        "terms_known": max(one.known for one in contract.versions).isoformat(),
        "monthly": [_blank(row) for row in monthly] if apart else hidden(monthly, few, _members, max),
        "practices": practices,
        "parts": [
            {
                "part": name,
                "dollars": rows[0][name],
                "low": None if ends[0] is None or ends[1] is None else min(ends[0][name], ends[1][name]),
                "high": None if ends[0] is None or ends[1] is None else max(ends[0][name], ends[1][name]),
            }
            for name in PARTS
        ],
        "reason": rows[0]["reason"],
        "quality_score": rows[0]["quality_score"],
        "measures": [
            without_few(one, few)
            for one in found.measures()[
                : len(plain.terms.scorecard.measures if plain.terms.scorecard else [])
            ]
        ],
        "ibnr": coming,
        "disputes": [
            {name: one[name] for name in ("dispute", "opened", "status", "about", "dollars")}
            for one in open_disputes(disputes)
        ],
        "few": few,
        "warnings": list(figures.warnings),
    }


def completed(period: Period, triangle: Triangle | None, part: float) -> Period:
    """The period with each month's expenditure carried to its end; ``part`` scales what is still to come."""
    if triangle is None:
        return period
    factors = triangle.completion()
    lines = [
        {**row, "expenditure": float(row["expenditure"]) * (1 + part * (factors.get(row["month"], 1.0) - 1))}
        for row in period.lines
    ]
    return Period(period.year, period.terms, lines, period.results, period.months, period.tin)


def _lines(found: Settlement, carried: Period, plain: Period) -> list[Row]:
    """The lines of the completed period with what counts of each, paid and to come."""
    children = found.values.children["figures"]
    benchmark = children.evaluation["benchmark_dollars"].tolist()
    counted = np.asarray(children.evaluation["counted_expenditure"], dtype=np.float64).tolist()
    paid = plain.terms.care_management
    if paid is not None and paid.counts_as_expenditure:
        beside = children.evaluation["care_management_dollars"].tolist()
        counted = [one + more for one, more in zip(counted, beside, strict=True)]
    size = len(plain.lines)
    return [
        {
            "month": row["month"],
            "tin": row["tin"],
            "member_months": float(row["member_months"]),
            "benchmark": benchmark[at],
            "expenditure": counted[at],
            "paid": counted[size + at],
        }
        for at, row in enumerate(carried.lines)
    ]


def _by(lines: Sequence[Row], name: str) -> list[Row]:
    found: dict[Any, Row] = {}
    for one in lines:
        row = found.setdefault(
            one[name],
            {name: one[name], "member_months": 0.0, "benchmark": 0.0, "expenditure": 0.0, "paid": 0.0},
        )
        for part in ("member_months", "benchmark", "expenditure", "paid"):
            row[part] += one[part]
    rows = sorted(found.values(), key=lambda row: (row[name] is None, row[name]))
    for row in rows:
        months = row["member_months"]
        row["pmpm"] = row["expenditure"] / months if months else None
        row["paid_pmpm"] = row["paid"] / months if months else None
        row["benchmark_pmpm"] = row["benchmark"] / months if months else None
        row["difference"] = row["benchmark"] - row["expenditure"]
        row["small"] = False
    return rows


def _refuse_few(period: Period, few: int, file: str) -> None:
    if sum(float(row["member_months"]) for row in period.lines) / max(period.months, 1.0) >= few:
        return
    raise CorridorError(
        "CONTRACT-FEW",
        f"The contract has fewer than {few} members in an average month.",
        why="Its totals would be figures of those few people; such a statement must not leave.",
        todo="Wait for more members; corridor contract settle works it out for your own use.",
        file=file,
        field="member_months",
        rule="contract.small_cell",
    )


def _members(row: Row) -> float:
    return float(row["member_months"])


def _blank(row: Row) -> Row:
    return {name: (value if name in ("month", "tin") else None) for name, value in row.items()} | {
        "small": True
    }


def _left_out(sizes: Sequence[float], few: int, together: Callable[[list[float]], float]) -> set[int]:
    """Places that are not shown: those below ``few``, and the next smallest until no total less what is shown
    gives one of them, or a group below ``few``, away.

    together  how many people a group surely holds: practices are of different people (sum), months mostly of
              the same (max)
    """
    small = {at for at, size in enumerate(sizes) if size < few}
    while small and len(small) < len(sizes):
        if len(small) > 1 and together([sizes[at] for at in small]) >= few:
            break
        small.add(min((at for at in range(len(sizes)) if at not in small), key=lambda at: sizes[at]))
    return small


def hidden(
    rows: list[Row], few: int, size: Callable[[Row], float], together: Callable[[list[float]], float]
) -> list[Row]:
    """Rows without the figures that would show fewer than ``few`` people, alone or by subtraction."""
    small = _left_out([size(row) for row in rows], few, together)
    return [_blank(row) if at in small else row for at, row in enumerate(rows)]


def shown_practices(rows: list[Row], few: int, months: float, own: str | None) -> tuple[list[Row], bool]:
    """Practices without those of few members, and whether the statement's own must not be shown either.

    A practice knows its own figures: what they and the total leave over must not be few people, so others
    are covered by others. Where there are none to cover them, its own figures stay away from the total.
    """

    def size(row: Row) -> float:
        return float(row["member_months"]) / months

    if own is None:
        return hidden(rows, few, size, sum), False
    others = [row for row in rows if row["tin"] != own]
    small = _left_out([size(row) for row in others], few, sum)
    left = [size(others[at]) for at in small]
    bare = bool(left) and (len(left) == 1 or sum(left) < few)
    blanked = {others[at]["tin"] for at in small}
    if bare or any(row["tin"] == own and size(row) < few for row in rows):
        blanked.add(own)
    return [_blank(row) if row["tin"] in blanked else row for row in rows], bare


def without_few(measure: Row, few: int) -> Row:
    """A result without its figures where the cases, those met or those not met are few people."""
    cases = measure["denominator"]
    small = cases is not None and cases < few
    if not small and cases is not None and measure["rate"] is not None:
        met = round(measure["rate"] * cases)
        small = any(0 < one < few for one in (met, cases - met))
    hide = {"rate": None, "denominator": None, "earned_points": None} if small else {}
    return {**measure, **hide, "small": small}


def to_come(lines: Sequence[Row], triangle: Triangle) -> Row:
    """What is still to come of these lines, with its range: their share of each month of the triangle."""
    paid = dict.fromkeys(triangle.months, 0.0)
    for row in lines:
        if row["month"] in paid:
            paid[row["month"]] += float(row["expenditure"])
    part = np.array(
        [
            paid[month] / latest if latest else 0.0
            for month, latest in zip(triangle.months, triangle.latest.tolist(), strict=True)
        ]
    )
    low, high = triangle.interval_of(part)
    mean = float((part * triangle.ibnr).sum())
    return {"ibnr": mean, "low": low, "high": high, "confidence": triangle.confidence}


def ranged(rows: list[Row], plain: Period, tin: str | None, triangle: Triangle | None) -> list[Row]:
    """Months with the range of their cost per member month."""
    for row in rows:
        row["pmpm_low"] = row["pmpm_high"] = None
        if triangle is None or not row["member_months"]:
            continue
        own = [
            line
            for line in plain.lines
            if line["month"] == row["month"] and (tin is None or line["tin"] == tin)
        ]
        coming = to_come(own, triangle)
        for end in ("low", "high"):
            row[f"pmpm_{end}"] = row["pmpm"] + (coming[end] - coming["ibnr"]) / row["member_months"]
    return rows

"""A monthly statement: the year so far with claims still to come, by month and by practice."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

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
    ends = (rows[2], rows[3]) if low is not None else (None, None)
    head = contract.head
    practices = _by(lines, "tin") if any(one["tin"] for one in lines) else []
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
        "monthly": hidden(
            ranged(_by(own, "month"), plain, asked.tin, triangle),
            few,
            lambda row: float(row["member_months"]),
        ),
        "practices": hidden(
            practices, few, lambda row: float(row["member_months"]) / max(plain.months, 1.0), both=True
        ),
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
            {
                **one,
                **(
                    {"rate": None, "denominator": None, "small": True} if _few(one, few) else {"small": False}
                ),
            }
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


def hidden(rows: list[Row], few: int, size: Callable[[Row], float], both: bool = False) -> list[Row]:
    """Rows of fewer people than ``few`` without their figures.

    both  where one alone would be left out, the next smallest goes too, so that no total gives it away
    """
    small = [at for at, row in enumerate(rows) if size(row) < few]
    if both and len(small) == 1 and len(rows) > 1:
        rest = [at for at in range(len(rows)) if at not in small]
        small.append(min(rest, key=lambda at: size(rows[at])))
    keep = ("month", "tin")
    return [
        {name: (value if name in keep else None) for name, value in row.items()} | {"small": True}
        if at in small
        else row
        for at, row in enumerate(rows)
    ]


def _few(measure: Row, few: int) -> bool:
    return measure["denominator"] is not None and measure["denominator"] < few


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

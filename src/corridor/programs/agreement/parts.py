"""What makes up the difference of a category: measure by measure, then bonus, maximum and improvement.

In percentage points of the category. A measure counts with the difference of its points over what could be
had by CMS; that ours is out of another maximum is a cause of its own. What is left are the limit at 100 and
digits that are not printed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from corridor.programs.agreement.model import Category, Measure

TINY = 1e-9
OF_MEASURES = ("quality", "cost")


@dataclass(frozen=True)
class Part:
    """One cause within a category: points or percentage points of both sides, the effect on the category.

    why  of a measure: another rate, another collection type, counted by one side only, or, for the same rate,
         another benchmark or rule
    """

    cause: str
    theirs: float | None
    ours: float | None
    effect: float
    why: str = ""

    def to_dict(self) -> dict[str, Any]:
        """The part for machines."""
        return {
            "cause": self.cause, "theirs": self.theirs, "ours": self.ours, "effect": self.effect,
            "why": self.why or None,
        }  # fmt: skip


def parts(name: str, theirs: Category, ours: Mapping[str, Any], full_points: float) -> tuple[Part, ...]:
    """The causes within a category, largest first; none where either side shows no measures.

    ours         a row with ``measures`` as ``corridor settle mips --json`` lists them
    full_points  the most points of a measure
    """
    own = [row for row in ours.get("measures") or [] if row.get("category") == name and row.get("counted")]
    counted = [one for one in theirs.measures if one.counted and one.points is not None]
    percent = ours.get(f"{name}_percent")
    if name not in OF_MEASURES or theirs.percent is None or percent is None or not (own and counted):
        return ()
    out_of_ours = _number(ours.get("quality_available")) if name == "quality" else full_points * len(own)
    out_of = theirs.available or (full_points * len(counted) if name == "cost" else out_of_ours)
    if not out_of or not out_of_ours:
        return ()
    found = list(_measures(counted, own, 100 / out_of))
    bonus = sum(_number(ours.get(one)) or 0.0 for one in ("quality_bonus", "organization_adjustment"))
    if name == "cost":
        bonus = theirs.bonus
    found.append(Part("bonus points", theirs.bonus, bonus, (bonus - theirs.bonus) * 100 / out_of))
    earned = bonus + sum(_number(row.get("points")) or 0.0 for row in own)
    moved = earned * 100 / out_of_ours - earned * 100 / out_of
    found.append(Part("points that could be had", out_of, out_of_ours, moved))
    better = _number(ours.get(f"{name}_improvement")) or 0.0
    found.append(Part("improvement", theirs.improvement, better, better - theirs.improvement))
    shown = sum(one.points or 0.0 for one in counted) + theirs.bonus
    came = shown * 100 / out_of + theirs.improvement
    found.append(
        Part("CMS's own measures come to another figure", theirs.percent, came, came - theirs.percent)
    )
    rest = float(percent) - theirs.percent - sum(one.effect for one in found)
    found.append(Part("limit and printed digits", None, None, rest))
    return tuple(
        sorted(
            (one for one in found if abs(one.effect) > TINY), key=lambda one: (-abs(one.effect), one.cause)
        )
    )


def _measures(
    theirs: Sequence[Measure], own: Sequence[Mapping[str, Any]], per_point: float
) -> Iterator[Part]:
    by_id = {str(row["measure_id"]): row for row in own}
    printed = {one.measure_id.lstrip("0") or "0": one for one in theirs}
    mine = {measure.lstrip("0") or "0": row for measure, row in by_id.items()}
    for key in sorted({*printed, *mine}):
        one, row = printed.get(key), mine.get(key)
        had = one.points or 0.0 if one is not None else 0.0
        has = (_number(row.get("points")) or 0.0) if row is not None else 0.0
        name = one.measure_id if one is not None else str((row or {})["measure_id"])
        yield Part(f"measure {name}", had, has, (has - had) * per_point, _why(one, row))


def _why(one: Measure | None, row: Mapping[str, Any] | None) -> str:
    if one is None:
        return "counted by us only"
    if row is None:
        return "counted by CMS only"
    kind, rate = str(row.get("collection_type") or ""), _number(row.get("rate"))
    if one.collection_type and kind and _plain(one.collection_type) != _plain(kind):
        return "another collection type"
    if one.rate is not None and rate is not None and abs(one.rate - rate) > TINY:
        return "another rate"
    return "benchmark or rule" if one.rate is not None and rate is not None else ""


def _plain(kind: str) -> str:
    """A collection type as it is compared: MIPS CQM and mipscqm are one."""
    return "".join(letter for letter in kind.lower() if letter.isalpha()).removesuffix("measure")


def _number(value: Any) -> float | None:
    return None if value is None or value == "" else float(value)

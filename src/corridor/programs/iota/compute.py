"""The form of IOTA: what it may not say, what a reader must know, what one more transplant is worth."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from corridor.engine.tabular.form import Form
from corridor.errors import CorridorError
from corridor.formulas.columns import Floats
from corridor.formulas.walk import to_plain
from corridor.programs.iota.exact import exact
from corridor.programs.iota.model import HOSPITALS
from corridor.programs.one_form import Part, Program, Settled, evaluated

if TYPE_CHECKING:
    from corridor.law import Rules, RulesInForce

SHOWN = (
    "baseline_volume", "transplant_target", "target_share", "achievement_table", "achievement_points",
    "efficiency_achievement_points", "efficiency_improvement_points", "efficiency_points",
    "graft_survival_rate", "quality_points", "final_performance_score", "zone", "upside_transplants",
    "downside_transplants", "upside_payment", "downside_payment", "payment", "eligible",
)  # fmt: skip
FIRST_YEAR = 2025
MAXIMA = {
    "achievement_points": "iota.achievement_maximum",
    "efficiency_points": "iota.efficiency_maximum",
    "quality_points": "iota.quality_maximum",
}
PERIOD = "iota.performance_period"


def year_of(stated: int, rules: Rules) -> int:
    """The calendar year a performance year begins in, from that year or CMS's number of it."""
    for row in rules.in_force(FIRST_YEAR).rows(PERIOD):
        if stated in (row["number"], row["performance_year"]):
            return int(row["performance_year"])
    return stated


def _prepare(form: Form, force: RulesInForce) -> None:
    """Raises IOTA-POINTS for more points than a domain has, IOTA-TARGET for a target of zero."""
    excluded = {
        row["facility"]: force.performance_year >= row["first_year"]
        for row in force.rows("iota.excluded_facility")
    }
    for row, line in zip(form.rows, form.lines, strict=True):
        row["facility_excluded"] = float(excluded.get(row.get("facility"), False))
        for name, rule in MAXIMA.items():
            if row.get(name) is not None and row[name] > force.number(rule):
                raise CorridorError(
                    "IOTA-POINTS",
                    f"{name} is {row[name]:g}; the domain has {force.number(rule):g}.",
                    todo="Correct the points of the row.",
                    file=form.file,
                    line=line,
                    field=name,
                    rule=rule,
                )
        if _is_zero_target(row):
            raise CorridorError(
                "IOTA-TARGET",
                f"{row['hospital_id']} has a transplant target of zero.",
                why="No share of it can be formed, and no rule for that case was read.",
                todo="Leave the row out and settle it by hand, or give achievement_points.",
                file=form.file,
                line=line,
                field="transplant_target",
            )


def _is_zero_target(row: dict[str, Any]) -> bool:
    if any(row.get(name) is not None for name in ("achievement_points", "final_performance_score")):
        return False
    years = [row.get(f"baseline_{number}_transplants") for number in (1, 2, 3)]
    for name in ("transplant_target", "baseline_volume"):
        if row.get(name) is not None:
            return bool(row[name] == 0)
    return all(year == 0 for year in years)


def _warn(found: Settled) -> list[str]:
    """What a figure of a file cannot say of itself."""
    said = []
    period = next(row for row in found.force.rows(PERIOD) if row["performance_year"] == found.year)
    for row, name in zip(found.form.rows, found.ids, strict=True):
        end = row.get("participation_end_date")
        if end is not None and end < period["end_date"]:
            said.append(
                f"{name}: participation ended on {end}; figures must stop on that day, and what becomes of a "
                "merged hospital was not read"
            )
    counts_ma = found.force.flag("iota.count_ma_downside")
    for row, source in zip(found.rows(), found.form.rows, strict=True):
        if row["eligible"] == 0:
            said.append(f"{row['hospital_id']}: not eligible by its baseline years; CMS's list decides")
        if counts_ma and row["zone"] == "downside" and source.get("ma_transplants") is None:
            said.append(
                f"{row['hospital_id']}: ma_transplants is blank and taken as none; a downside counts them"
            )
    found.extra["sensitivity"] = sensitivity(found)
    found.extra["deadlines"] = deadlines(found)
    return said


def deadlines(found: Settled) -> list[dict[str, Any]]:
    """When a review must be asked for, and a downside paid, by the dates of CMS's letters."""
    made = []
    for row, name in zip(found.form.rows, found.ids, strict=True):
        for column, rule, words in (
            ("results_date", "iota.review_days", "last day to ask for a targeted review"),
            ("demand_date", "iota.repayment_days", "downside payment due"),
        ):
            if row.get(column) is not None:
                value = found.force[rule]
                day = row[column] + timedelta(days=int(value.value))
                made.append(
                    {"hospital_id": name, "date": day.isoformat(), "what": words, "evidence": value.status}
                )
    return made


def sensitivity(found: Settled) -> list[dict[str, Any]]:
    """What a hospital gains by one transplant, or one percentile, more: points and dollars of each.

    Changes whose figure the row does not hold are left out, and those whose effect it cannot show: the points
    or the score they would move are stated in the row.
    """
    part = found.program.parts["hospital"]
    evaluation, mine = found.parts["hospital"]
    before = {name: evaluation[name] for name in ("final_performance_score", "payment")}
    made = []
    for change, moved in {**CHANGES, NEXT_BAND: ("adult_transplants",)}.items():
        more = _to_next_band(found) if change == NEXT_BAND else np.ones(len(mine))
        columns = {name: evaluation[name] + more for name in moved}
        other = evaluated(part, found.form, mine, found.force, columns)
        for at, row in enumerate(mine):
            gain = {name: to_plain(other[name][at] - before[name][at]) for name in before}
            known = all(isinstance(value, float) and np.isfinite(value) for value in gain.values())
            stated = found.form.rows[row]
            fixed = [*(FIXED[name] for name in moved), ("final_performance_score",)]
            if any(stated.get(one) is not None for names in fixed for one in names):
                continue
            if not known or any(stated.get(name) is None for name in moved):
                continue
            if any(name.endswith("percentile") and stated[name] + 1 > TOP for name in moved):
                continue
            made.append(
                {
                    "hospital_id": found.ids[row],
                    "change": change,
                    "by": float(more[at]),
                    "points": gain["final_performance_score"],
                    "dollars": gain["payment"],
                }
            )
    return made


def _to_next_band(found: Settled) -> Floats:
    """Transplants a hospital lacks to the next band of the achievement table it is scored by."""
    evaluation, mine = found.parts["hospital"]
    share, target = evaluation["target_share"], evaluation["transplant_target"]
    table, done = evaluation["achievement_table"], evaluation["adult_transplants"]
    more = np.full(len(mine), np.nan)
    for at in range(len(mine)):
        if table[at] is None or np.isnan(share[at]):
            continue
        rows = found.force.rows(f"iota.achievement_points_{table[at]}")
        edges = sorted(row["at_least"] for row in rows if row["at_least"] is not None)
        above = next((edge for edge in edges if edge > share[at]), None)
        if above is not None:
            more[at] = np.ceil(exact(above * target[at] - done[at]))
    return more


NEXT_BAND = "transplants to the next achievement band"
CHANGES: dict[str, tuple[str, ...]] = {
    "one more transplant, not Medicare": ("adult_transplants",),
    "one more transplant, Original Medicare": ("adult_transplants", "medicare_transplants"),
    "one percentile of offer acceptance": ("acceptance_percentile",),
    "one percentile of graft survival": ("graft_survival_percentile",),
}
# what is moved -> points that, where stated, keep it from moving anything
FIXED: dict[str, tuple[str, ...]] = {
    "adult_transplants": ("achievement_points",),
    "medicare_transplants": (),
    "acceptance_percentile": ("efficiency_points", "efficiency_achievement_points"),
    "graft_survival_percentile": ("quality_points",),
}
TOP = 100  # the highest percentile

PROGRAM = Program(
    name="iota",
    title="IOTA",
    id_column="hospital_id",
    first_year=2026,
    parts={"hospital": Part(HOSPITALS, ("final_performance_score", "payment"), SHOWN, "payment")},
    part_column=None,
    year_of=year_of,
    prepare=_prepare,
    warn=_warn,
)

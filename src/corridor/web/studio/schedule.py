"""The fee schedule in the studio: two conversion factors, proposed ones, volume, and neutrality to come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from corridor.billing.impact_forecast import FACTOR, LAST_YEAR, published_factor
from corridor.law import RulesInForce, load_rules
from corridor.reports.words import short_dollars
from corridor.scenarios.inputs import Bounds, Input, Value, bounds
from corridor.scenarios.outcome import Fan, Figure, Grid, Outcome, between, figure_of
from corridor.scenarios.schedule import Payments, ScheduleChange, payments, rules_under
from corridor.web.studio.people import WHO, nobody, who_input
from corridor.web.studio.shelf import kept
from corridor.web.studio.words import likely
from corridor.web.viewer import Viewer
from corridor.web.workbench import Workbench

FIRST_YEAR = 2000  # no conversion factor of the rules is older
PROGRAMS = ("pfs", "qp", "billing", "claims")
QUALIFIED = "qp"
BILLED = """
select performance_year as year, sum(allowed) as allowed,
       sum(case when status = ? then allowed else 0 end) as qualified
from (
    select npi, tin, performance_year, max(part_b_allowed) as allowed, max(status) as status
    from qp.status where ? = '' or npi = ? or tin = ? group by npi, tin, performance_year
)
group by performance_year order by performance_year
"""
LINES = """
select sum(part_b_lines) as lines from asm.part_b_base
where paid_year = ? and (? = '' or npi = ? or tin = ?)
"""
STATED = (
    "The services of the base year in every year, but for the growth of volume you set; only factors move.",
    "Where no factor is published it is the year before's, times the statutory update and budget neutrality.",
    "A qualifying participant's incentive is a share of the billing of the year before; unknown ones are 0.",
    "Chance: budget neutrality of years to come is drawn from the published years around their mean, and the "
    "number of lines as such a count varies by itself, each line at the mean amount.",
    "Bands hold eight draws of ten. The claims themselves are not priced again: `corridor impact` does that.",
)


@dataclass(frozen=True)
class ScheduleStudio:
    """Impact of the fee schedule."""

    program: str = "schedule"
    title: str = "Physician fee schedule"
    question: str = "What do the two conversion factors, a proposed schedule or more volume mean to 2030?"
    needs: str = "qp.status"

    def inputs(self, bench: Workbench, viewer: Viewer, given: Mapping[str, str]) -> list[Input]:
        """The inputs; the billing is what those it is about were allowed in the base year."""
        years = published_years(_law(bench, bench.settings.proposed))
        chosen = given.get("base_year", "")
        year = int(chosen) if chosen in map(str, years) else years[-1]
        found = billed(bench, viewer, given.get(WHO, "").strip(), year)
        allowed = round(found["allowed"])
        ends = bounds("schedule", "billing_share")
        proposed = "proposed" if bench.settings.proposed else "final"
        return [
            who_input(),
            Input(
                "base_year", "Base year", "year", "choice", "Who", str(years[-1]), FACTOR[False],
                options={str(one): str(one) for one in years}, subject=True,
                note="The first year; its factors are published.",
            ),
            Input(
                "billing", "Part B allowed a year", "dollars", "slider", "The billing", float(allowed),
                "qp.status",
                Bounds(ends.low, ends.high * allowed, _round_step(ends.step * allowed), ends.reason),
                note=f"In the run, services of {found['year']}.",
            ),
            Input(
                "volume", "Growth of volume a year", "percent", "slider", "The billing", 0.0, "assumed",
                bounds("schedule", "volume"),
            ),
            Input(
                "qualifying", "Paid at the higher factor", "percent", "slider", "The schedule",
                round(100 * found["qualified"] / found["allowed"], 2) if found["allowed"] else 0.0,
                "qp.status",
                bounds("schedule", "qualifying"), note="The share billed by qualifying participants.",
            ),
            Input(
                "schedule", "Factors", "name", "choice", "The schedule", proposed, FACTOR[False],
                options={"final": "Final ones only", "proposed": "Proposed ones count"},
            ),
            Input(
                "neutrality", "Budget neutrality, years to come", "percent", "slider", "The schedule", 0.0,
                "pfs.budget_neutrality_factor", bounds("schedule", "neutrality"), note="A year.",
            ),
        ]  # fmt: skip

    def evaluate(
        self, bench: Workbench, viewer: Viewer, inputs: Sequence[Input], values: Mapping[str, Value]
    ) -> Outcome:
        """The billing under the run's own values and under the scenario's."""
        found = billed(bench, viewer, str(values[WHO]), int(values["base_year"]))
        sides = []
        for side in ({one.name: one.default for one in inputs if not one.subject}, values):
            force = _law(bench, side["schedule"] == "proposed")
            change = ScheduleChange(
                int(values["base_year"]), float(side["billing"]), float(side["qualifying"]) / 100,
                float(side["volume"]) / 100, float(side["neutrality"]) / 100, found["lines"],
            )  # fmt: skip
            sides.append((force, payments(force, change)))
        return _told(sides[0][1], sides[1][1], sides[1][0], int(values["base_year"]), str(values["schedule"]))


def billed(bench: Workbench, viewer: Viewer, who: str, base_year: int) -> dict[str, Any]:
    """What those it is about were allowed in the base year, or the nearest year before; and its lines."""

    def made() -> dict[str, Any]:
        rows = [row for row in viewer.query(BILLED, [QUALIFIED, who, who, who]) if row["allowed"]]
        if not rows:
            raise nobody(who)
        row = ([one for one in rows if one["year"] <= base_year] or rows)[-1]
        lines = 0.0
        if viewer.has("asm.part_b_base"):
            lines = float(viewer.query(LINES, [row["year"], who, who, who])[0]["lines"] or 0)
        return {
            "year": int(row["year"]), "allowed": float(row["allowed"]),
            "qualified": float(row["qualified"] or 0), "lines": lines,
        }  # fmt: skip

    return kept(bench, "inputs", ("billed", viewer.run_id, viewer.scope, who, base_year), made)


def published_years(force: RulesInForce) -> list[int]:
    """Years with published factors of both kinds, from the first in which there are two."""
    end = int(force.number(LAST_YEAR))
    return [
        year
        for year in range(FIRST_YEAR, end + 1)
        if (lower := published_factor(force, year, False))
        and (higher := published_factor(force, year, True))
        and lower.value != higher.value
        and lower.basis == "final"
    ]


def _law(bench: Workbench, proposed: bool) -> RulesInForce:
    given = bench.settings

    def made() -> RulesInForce:
        own = {name: value for name, value in given.overrides.items() if name.partition(".")[0] in PROGRAMS}
        rules = load_rules(PROGRAMS, as_known_on=given.as_known_on, overrides=own, proposed=proposed)
        return rules.in_force(performance_year=_base(rules.in_force(performance_year=FIRST_YEAR)))

    return kept(bench, "inputs", ("law of the schedule", proposed), made)


def _base(force: RulesInForce) -> int:
    """The newest year with a published factor: the law of the forecast is read in it."""
    return max(
        int(one.valid_from.year) for one in force.history(FACTOR[True]) if not isinstance(one.valid_from, int)
    )


def _told(now: Payments, then: Payments, force: RulesInForce, base: int, schedule: str) -> Outcome:
    last = int(then.rows[-1]["year"])
    totals = [side.draws.sum(axis=0) for side in (now, then)]
    figures = [
        figure_of("total", f"Allowed, {base} to {last}", "amount", float(now.amounts.sum()),
                  float(then.amounts.sum()), *totals),
        figure_of("last", f"Allowed in {last}", "amount", float(now.amounts[-1]), float(then.amounts[-1]),
                  now.draws[-1], then.draws[-1]),
        figure_of("drift", f"{last} against {base}", "dollars", float(now.amounts[-1] - now.amounts[0]),
                  float(then.amounts[-1] - then.amounts[0]), now.draws[-1] - now.draws[0],
                  then.draws[-1] - then.draws[0]),
        Figure("advantage", "If all of it qualified, all years", "dollars", now.advantage, then.advantage,
               better=0),
    ]  # fmt: skip
    return Outcome(
        _sentence(figures[0], base, last), _second(figures[0], figures[2], base, last), figures, totals[0],
        totals[1], f"dollars against {base}", [_years(now, then)], _fan(now, then), STATED,
        rules_under(force, base, last),
        ["Proposed factors may change before they are final."] if schedule == "proposed" else [],
    )  # fmt: skip


def _fan(now: Payments, then: Payments) -> Fan:
    """Each year against the base year as it is now."""
    start = float(now.amounts[0])
    low, high = np.quantile(then.draws - start, [0.1, 0.9], axis=1)
    return Fan(
        [int(row["year"]) for row in then.rows], (now.amounts - start).tolist(),
        (then.amounts - start).tolist(), low.tolist(), high.tolist(),
    )  # fmt: skip


def _years(now: Payments, then: Payments) -> Grid:
    rows = []
    for place, row in enumerate(then.rows):
        low, high = between(then.draws[place])
        rows.append(
            {
                "year": row["year"], "basis": row["basis"], "lower": row["other_factor"],
                "higher": row["qp_factor"], "now": float(now.amounts[place]),
                "then": float(then.amounts[place]), "low": low, "high": high,
                "change": float(then.amounts[place] - now.amounts[place]),
            }
        )  # fmt: skip
    return Grid(
        "years",
        "Year by year",
        {
            "year": ("Year", "year"), "basis": ("Factors", "text"), "lower": ("Lower factor", "factor"),
            "higher": ("Higher factor", "factor"), "now": ("As now", "dollars"),
            "then": ("This scenario", "dollars"), "low": ("Low", "dollars"), "high": ("High", "dollars"),
            "change": ("Change", "change"),
        },
        rows,
        "Factors: dollars for one relative value unit, before the neutrality of years to come that you set.",
    )  # fmt: skip


def _sentence(main: Figure, base: int, last: int) -> str:
    total = short_dollars(main.value)
    change = main.change or 0.0
    if short_dollars(abs(change)) == "$0":
        return f"As it stands, the same services are allowed {total} from {base} to {last}"
    words = "more" if change > 0 else "less"
    moved = f"{short_dollars(abs(change))} {words} than now"
    return f"With these changes, {total} are allowed from {base} to {last}: {moved}"


def _second(main: Figure, drift: Figure, base: int, last: int) -> str:
    moved = short_dollars(abs(drift.value or 0.0))
    way = "more" if (drift.value or 0) > 0 else "less"
    return f"{likely(main.low, main.high, 'dollars')}. {last} brings {moved} {way} than {base}."


def _round_step(step: float) -> float:
    """A step of one, two or five with zeros."""
    if step <= 1:
        return 1.0
    power = 10.0 ** np.floor(np.log10(step))
    return float(next(one * power for one in (1, 2, 5, 10) if one * power >= step))

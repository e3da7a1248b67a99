"""ASM in the studio: measures, cost, activities, interoperability, payments, the risk level, the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from corridor.errors import CorridorError
from corridor.formulas import Node
from corridor.programs.asm.settlement import Settlement
from corridor.reports.words import cohort_name, counted, measure_label
from corridor.scenarios.asm import MIDPOINT, NATIONAL, RISK, AsmChange, settle_scenario
from corridor.scenarios.asm_chance import Chance, draw
from corridor.scenarios.inputs import Bounds, Input, Value, bounds, changed_values
from corridor.scenarios.outcome import Outcome
from corridor.web.pages.clinician import unknown_clinician
from corridor.web.studio.asm_outcome import Both, told
from corridor.web.studio.people import WHO, nobody, who_input
from corridor.web.studio.shelf import kept
from corridor.web.viewer import Viewer
from corridor.web.workbench import Workbench

AS_IS = "as_is"
OTHERS = "The program and the others"
MOST_EACH = 25
# What may be changed clinician by clinician: heading of the column, and the inputs behind it.
EACH = {
    "cost_of_": ("Cost an episode", ("cost_per_episode",)),
    "part_b_of_": ("Part B payments", ("part_b_paid", "part_b_paid_payment_year")),
}
KEYS = "select distinct tin, npi from asm.result where ? = '' or npi = ? or tin = ?"
Rows = npt.NDArray[np.int64]


@dataclass(frozen=True)
class AsmStudio:
    """The Ambulatory Specialty Model."""

    program: str = "asm"
    title: str = "Ambulatory Specialty Model"
    question: str = "What would better measures, lower cost or another risk level move in dollars?"
    needs: str = "asm.result"

    def inputs(self, bench: Workbench, viewer: Viewer, given: Mapping[str, str]) -> list[Input]:
        """The inputs; what measures there are, and their rates now, follow from whom it is about."""
        who = given.get(WHO, "").strip()
        return list(bench.made(viewer, ("asm inputs", who), lambda: self._inputs(bench, viewer, who)))

    def _inputs(self, bench: Workbench, viewer: Viewer, who: str) -> list[Input]:
        base, rows = chosen(bench, viewer, who)
        force = base.force
        levels = [float(one.value) for one in force.history(RISK)]
        percent = [round(100 * level, 6) for level in (min(levels), max(levels), force.number(RISK))]
        activities = sorted(
            int(row["activities"]) for row in force.rows("asm.improvement_activity_deduction")
        )
        found = [
            who_input(),
            Input(
                "cost", "Cost an episode", "percent", "slider", "Their results", 0.0, "asm.clinician_input",
                bounds("asm", "cost"), now=_mean(base.inputs.clinicians["cost_per_episode"][rows]),
                note="Mean, risk-adjusted dollars.",
            ),
            Input(
                "activities", "Improvement activities", "activities", "choice", "Their results", AS_IS,
                "asm.clinician_input",
                options={AS_IS: "As attested", **{str(n): f"{n} attested by everyone" for n in activities}},
            ),
            Input(
                "interoperability", "Interoperability score", "percent_points", "slider", "Their results",
                0.0, "asm.clinician_input", bounds("asm", "interoperability"),
                now=_scaled(_mean(base.inputs.clinicians["promoting_interoperability_score"][rows])),
                note="Mean, percent; each stays within 0 and 100.",
            ),
            Input(
                "part_b", "Part B payments", "percent", "slider", "Their results", 0.0, "asm.clinician_input",
                bounds("asm", "part_b"), now=_total(base.inputs.clinicians["part_b_paid"][rows]),
                note="Total a year.",
            ),
            *_measures(base, rows),
            Input(
                "risk_level", "Risk level", "percent", "slider", OTHERS, percent[2], RISK,
                Bounds(percent[0], percent[1], 0.5, "the rule's own values over the payment years"),
            ),
            Input(
                "midpoint", "Middle of the payment curve", "choice", "choice", OTHERS,
                force.text(MIDPOINT), MIDPOINT,
                options={"cohort_median": "The cohort's median score", "fixed": "A fixed score"},
            ),
        ]  # fmt: skip
        if base.national:
            found.append(
                Input(
                    "others", "Scores of everyone else", "points", "slider", OTHERS, 0.0,
                    NATIONAL, bounds("asm", "others"), note="Added to the stated mean of the country.",
                )
            )  # fmt: skip
        return found + _one_by_one(base, rows)

    def evaluate(
        self, bench: Workbench, viewer: Viewer, inputs: Sequence[Input], values: Mapping[str, Value]
    ) -> Outcome:
        """The cohort settled anew with the changes, and what chance does to both."""
        base, rows = chosen(bench, viewer, str(values[WHO]))
        settled = _settled(bench, viewer, base, rows, inputs, values)
        key = (viewer.run_id, rows.tobytes())
        before: Chance = kept(bench, "chance", key, lambda: draw(base, rows))
        after = before if settled is base else draw(settled, rows)
        return told(Both(base, settled, rows, before, after), changed_values(inputs, values))

    def explain(
        self, bench: Workbench, viewer: Viewer, values: Mapping[str, Value], npi: str, tin: str, quantity: str
    ) -> Node:
        """The derivation of a figure of a clinician under the scenario.

        Raises WEB-NO-CLINICIAN and WEB-QUANTITY.
        """
        base, rows = chosen(bench, viewer, str(values[WHO]))
        known = base.inputs.clinicians
        mine = [row for row in rows.tolist() if known["npi"][row] == npi and tin in ("", known["tin"][row])]
        if not mine:
            raise unknown_clinician()
        if quantity not in base.clinicians.model.formulas:
            raise CorridorError(
                "WEB-QUANTITY",
                "The Ambulatory Specialty Model computes no such figure.",
                todo="Try dollars, payment_adjustment_factor or final_score.",
                field="quantity",
            )
        inputs = self.inputs(bench, viewer, {WHO: str(values[WHO])})
        return _settled(bench, viewer, base, rows, inputs, values).explain(mine[0], quantity)


def chosen(bench: Workbench, viewer: Viewer, who: str) -> tuple[Settlement, Rows]:
    """The settlement of the run, and its rows that the viewer sees and the scenario is about."""
    base = bench.settlement(viewer)

    def made() -> Rows:
        keys = {(row["tin"], row["npi"]) for row in viewer.query(KEYS, [who, who, who])}
        tins, npis = (base.inputs.clinicians[name].tolist() for name in ("tin", "npi"))
        found = [row for row, key in enumerate(zip(tins, npis, strict=True)) if key in keys]
        return np.array(found, dtype=np.int64)

    rows = bench.made(viewer, ("asm chosen", who), made)
    if not len(rows):
        raise nobody(who)
    return base, rows


def _settled(
    bench: Workbench,
    viewer: Viewer,
    base: Settlement,
    rows: Rows,
    inputs: Sequence[Input],
    values: Mapping[str, Value],
) -> Settlement:
    """The cohort with the changes; the run's own where nothing was changed."""
    changed = {name: value for name, value in changed_values(inputs, values).items() if name != WHO}
    if not changed:
        return base
    key = (viewer.run_id, rows.tobytes(), tuple(sorted(changed.items())))
    return kept(
        bench, "settled", key, lambda: settle_scenario(base, rows, change_of(changed, _places(base, rows)))
    )


def change_of(changed: Mapping[str, Value], places: Mapping[str, int]) -> AsmChange:
    """The change that values of the inputs mean; percents become fractions. ``places``: clinician -> row."""
    number = {name: float(value) for name, value in changed.items() if isinstance(value, float | int)}
    activities = changed.get("activities", AS_IS)
    return AsmChange(
        part_b=number.get("part_b", 0) / 100,
        cost=number.get("cost", 0) / 100,
        activities=None if activities == AS_IS else float(activities),
        interoperability=number.get("interoperability", 0) / 100,
        rates=tuple((name[5:], value) for name, value in number.items() if name.startswith("rate_")),
        claims_measures=tuple(
            (name[6:], value / 100) for name, value in number.items() if name.startswith("score_")
        ),
        risk_level=number["risk_level"] / 100 if "risk_level" in number else None,
        midpoint_rule=str(changed["midpoint"]) if "midpoint" in changed else None,
        others=number.get("others", 0),
        each=tuple(
            (quantity, places[name.removeprefix(prefix)], value / 100)
            for prefix, (_, quantities) in EACH.items()
            for quantity in quantities
            for name, value in number.items()
            if name.removeprefix(prefix) in places and name.startswith(prefix)
        ),
    )


def _measures(base: Settlement, rows: Rows) -> list[Input]:
    """An input a measure that one of the chosen reported."""
    sent = base.inputs.submissions
    theirs = np.isin(sent["clinician"], rows)
    cohorts = set(base.inputs.clinicians["cohort"][rows].tolist())
    found: list[Input] = []
    listed: set[str] = set()
    for row in base.force.rows("asm.quality_measure"):
        measure = row["measure_id"]
        at = theirs & (sent["measure_id"] == measure) if len(theirs) else theirs
        if row["cohort"] not in cohorts or measure in listed or not at.any():
            continue
        listed.add(measure)
        claims, less = bool(row["administrative_claims"]), bool(row["inverse"])
        what = "score" if claims else "rate"
        reporters = counted(len(set(sent["clinician"][at].tolist())), "clinician")
        found.append(
            Input(
                f"{what}_{measure}",
                measure_label(measure),
                "percent" if claims else "percent_points",
                "slider",
                f"Measures, {cohort_name(row['cohort']).lower()}",
                0.0,
                "asm.measure_input",
                bounds("asm", "measure_score" if claims else "rate"),
                now=_mean(sent["rate"][at]),
                note=f"Mean {what} of {reporters}{'; less is better' if less else ''}.",
            )
        )
    return found


def _places(base: Settlement, rows: Rows) -> dict[str, int]:
    """Clinicians as inputs name them -> their rows."""
    known = base.inputs.clinicians
    return {f"{known['npi'][row]}_{known['tin'][row]}": row for row in rows.tolist()}


def _one_by_one(base: Settlement, rows: Rows) -> list[Input]:
    """A table of the clinicians, where they are few: each with changes of their own on top of the rest."""
    if not 1 < len(rows) <= MOST_EACH:
        return []
    known = base.inputs.clinicians
    return [
        Input(
            f"{prefix}{key}", str(known["clinician_name"][row] or f"NPI {known['npi'][row]}"), "percent",
            "number", "One by one", 0.0, "asm.clinician_input",
            bounds("asm", prefix.removesuffix("_of_")), column=heading,
        )
        for key, row in _places(base, rows).items()
        for prefix, (heading, _) in EACH.items()
    ]  # fmt: skip


def _mean(values: Any) -> float | None:
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else None


def _total(values: Any) -> float:
    return float(np.nansum(values))


def _scaled(value: float | None) -> float | None:
    return None if value is None else 100 * value

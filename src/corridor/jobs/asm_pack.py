"""The ASM pack of a run: what a practice and its clinicians must have, what is there, what lacks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from corridor.formulas.walk import to_plain
from corridor.programs.asm import open_run_inputs, settle
from corridor.programs.asm.pack import (
    DONE,
    MISSING,
    PARTLY,
    Item,
    activities_attested,
    activity_items,
    arrangement_items,
    clock_items,
    deadline,
    interoperability_items,
)
from corridor.programs.asm.pack_value import Losses, losses

if TYPE_CHECKING:
    from pathlib import Path

    from corridor.engine.runs import Run
    from corridor.law import RulesInForce
    from corridor.programs.asm.settlement import Settlement

_COMPLETENESS = """
select
  tin, npi, measure_id, collection_type, max(captured_share) as captured_share,
  cast(sum(patients_short) as bigint) as patients_short
from quality.completeness as one
where performance_year = ? and month = (
  select max(month) from quality.completeness as other
  where other.performance_year = one.performance_year and other.tin = one.tin and other.npi = one.npi
    and other.measure_id = one.measure_id and other.collection_type = one.collection_type
)
group by tin, npi, measure_id, collection_type
"""


@dataclass
class Pack:
    """The items, and what they come to.

    totals  one record a clinician: final score and dollars as things stand and with every item done
    """

    year: int
    run_id: str
    items: list[Item]
    totals: list[dict[str, Any]]
    hours_typical: float
    notes: list[str] = field(default_factory=list)
    rules: set[str] = field(default_factory=set)


def asm_pack(home: Path | str | None, today: date, *, tin: str = "", npi: str = "") -> Pack:
    """The pack of the last complete run. Errors: NO-RUN, ASM-NO-TABLE, ASM-PACK-NOBODY."""
    opened = open_run_inputs(home)
    force = opened.rules.in_force(opened.year)
    settlement = settle(opened.inputs, opened.rules, opened.year, national=opened.national)
    who = opened.inputs.clinicians
    chosen = [
        row
        for row in range(opened.inputs.size)
        if (not tin or who["tin"][row] == tin) and (not npi or who["npi"][row] == npi)
    ]
    if not chosen:
        from corridor.errors import CorridorError

        raise CorridorError(
            "ASM-PACK-NOBODY",
            "The last complete run has no such clinician or practice in ASM.",
            why="The pack is of clinicians whom ASM scores.",
            todo="corridor table asm.eligibility says who is in, and why others are not.",
            field="--tin" if tin else "--npi",
        )
    items, standing = _practices(opened.run, settlement, chosen, force, today)
    found = losses(settlement, opened.inputs, standing)
    for item in items:
        _put_practice_loss(item, found, who, chosen)
    items += _quality(opened.run, settlement, chosen, found, force)
    for item in items:
        late = item.standing == MISSING and item.due is not None and item.due < today
        if late and item.area in ("improvement_activities", "promoting_interoperability"):
            item.detail += "; the last day to begin has passed"
    items.sort(key=_order)
    rules = {str(record["rule"]) for record in settlement.assumptions()} | {
        "asm.error_notice_days", "asm.error_answer_days", "asm.reconsideration_request_days",
        "asm.promoting_interoperability_attestation", "asm.collaborative_care_element",
        "asm.submission_deadline", "asm.calibration_reporting_hours", "asm.data_completeness_minimum",
    }  # fmt: skip
    return Pack(
        opened.year,
        opened.run.run_id,
        items,
        found.totals(chosen),
        force.number("asm.calibration_reporting_hours"),
        _notes(force, found),
        rules,
    )


def _practices(
    run: Run, settlement: Settlement, chosen: Sequence[int], force: RulesInForce, today: date
) -> tuple[list[Item], dict[str, tuple[int, bool]]]:
    """Items of each practice; and by TIN the activities it has and whether interoperability is whole."""
    who = settlement.inputs.clinicians
    items: list[Item] = []
    standing: dict[str, tuple[int, bool]] = {}
    for tin in dict.fromkeys(str(who["tin"][row]) for row in chosen):
        evidence = _rows(run, "asm.evidence", tin, settlement.year)
        register = _rows(run, "asm.arrangement", tin, None)
        dollars = [settlement.clinicians["dollars"][row] for row in chosen if who["tin"][row] == tin]
        known = [float(value) for value in dollars if not np.isnan(value)]
        arrangements = arrangement_items(tin, register, force, today, sum(known) if known else None)
        activities = activity_items(tin, evidence, arrangements, force)
        interoperability = interoperability_items(tin, evidence, force)
        _say_attested(settlement, tin, activities, interoperability)
        items += [*activities, *arrangements, *interoperability, *clock_items(tin, evidence, force, today)]
        whole = all(item.standing == DONE for item in interoperability)
        standing[tin] = activities_attested(activities), whole
    return items, standing


def _say_attested(
    settlement: Settlement, tin: str, activities: Sequence[Item], interoperability: Sequence[Item]
) -> None:
    """What the practice has attested, or has a score of, without evidence on file: partly there."""
    who = settlement.inputs.clinicians
    row = int(np.flatnonzero(who["tin"] == tin)[0])
    every = len(settlement.force.rows("asm.improvement_activity"))
    for name, whole, items in (
        ("improvement_activities_attested", float(every), activities),
        ("promoting_interoperability_score", 1.0, interoperability),
    ):
        told = float(who[name][row]) if name in who else float("nan")
        for item in items:
            if item.standing == MISSING and told >= whole:
                item.standing, item.detail = PARTLY, f"attested, no evidence loaded: {item.detail}"


def _rows(run: Run, table: str, tin: str, year: int | None) -> list[dict[str, Any]]:
    if not run.has(table):
        return []
    where = "" if year is None else f" and performance_year = {int(year)}"
    return run.query(f"select * from {table} where tin = ?{where} order by all", [tin])


def _quality(
    run: Run, settlement: Settlement, chosen: Sequence[int], found: Losses, force: RulesInForce
) -> list[Item]:
    """One item a mandatory measure of a clinician that is not computed from claims."""
    who = settlement.inputs.clinicians
    complete: dict[tuple[str, ...], dict[str, Any]] = {}
    if run.has("quality.completeness"):
        for told in run.query(_COMPLETENESS, [settlement.year]):
            complete[told["tin"], told["npi"], told["measure_id"], told["collection_type"]] = told
    least, cases = force.number("asm.data_completeness_minimum"), force.number("asm.case_minimum")
    items = []
    for row in chosen:
        key = (str(who["tin"][row]), str(who["npi"][row]))
        for measure in found.measures_of(row):
            sent = found.sent(row, measure)
            keys = [(*key, measure, one.collection_type) for one in sent]
            short = next((complete[one] for one in keys if one in complete), None)
            item = Item(*key, "quality", f"measure {measure}", MISSING, due=deadline(force))
            if not sent:
                item.detail = "nothing reported"
            else:
                best = max(sent, key=lambda one: (one.data_completeness or 100.0, one.rate))
                item.completeness = best.data_completeness
                item.detail = f"{best.collection_type}, rate {best.rate:.2f}"
                lacks = []
                if best.data_completeness is not None and best.data_completeness < least:
                    lacks.append(f"completeness {best.data_completeness:.1f} of {least:g} percent")
                if best.eligible_cases is not None and best.eligible_cases < cases:
                    lacks.append(f"fewer than {cases:g} cases")
                item.standing = PARTLY if lacks else DONE
                item.detail = "; ".join([item.detail, *lacks])
            if short is not None and short["patients_short"]:
                item.detail += f"; {short['patients_short']} more patients to report"
            if item.standing != DONE:
                item.score_points_lost, item.dollars_lost = found.measure(row, measure)
            items.append(item)
    return items


def _put_practice_loss(item: Item, found: Losses, who: Any, chosen: Sequence[int]) -> None:
    """What the practice's clinicians lose while this item is open: points on average, dollars in all."""
    if item.standing == DONE or item.area not in ("improvement_activities", "promoting_interoperability"):
        return
    rows = [row for row in chosen if who["tin"][row] == item.tin]
    activity = item.item.split(" ")[0] if item.area == "improvement_activities" else None
    pairs = [found.activity(row) if activity else found.interoperability(row) for row in rows]
    points = [one[0] for one in pairs if one[0] is not None]
    dollars = [one[1] for one in pairs if one[1] is not None]
    item.score_points_lost = float(np.mean(points)) if points else None
    item.dollars_lost = float(np.sum(dollars)) if dollars else None


def _order(item: Item) -> tuple[Any, ...]:
    """Open items first, the most dollars first; then by practice, clinician, area and name."""
    lost = item.dollars_lost
    return (
        item.standing == DONE,
        lost is None,
        -(lost or 0.0),
        item.tin,
        item.npi,
        item.area,
        item.item,
    )


def _notes(force: RulesInForce, found: Losses) -> list[str]:
    notes = [
        "Lost: what one open item takes while every other one is done, the cohort as it was settled; the "
        "losses of several items do not add up, because a score ends at 0 and at 100.",
        "A measure of which nothing is reported is taken as reported at the middle of its benchmark.",
    ]
    if found.without_benchmark:
        notes.append(
            f"No benchmark is known for {', '.join(sorted(found.without_benchmark))}: no loss is given."
        )
    if force["asm.error_notice_days"].status == "assumed":
        notes.append("The days of error notices are assumed, by analogy with another model: see the rules.")
    return notes


def record(item: Item) -> dict[str, Any]:
    """An item as a row."""
    return {name: to_plain(value) for name, value in vars(item).items()}

"""The ASM pack: what a practice must have by the deadline, what of it is there, item by item.

Items of improvement activities, interoperability and arrangements are of a practice (both are attested for a
TIN); those of quality are of a clinician. ``standing``: done, partly, missing; what nothing loaded speaks of
is missing, never done.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from corridor.law import RulesInForce

Row = Mapping[str, Any]
DONE, PARTLY, MISSING = "done", "partly", "missing"
ELEMENT_COLUMNS = ("data_sharing", "co_management", "roles", "transition_planning", "referral_handling")


@dataclass
class Item:
    """One thing to have.

    area      quality, improvement_activities, promoting_interoperability, arrangement, clock
    due       the last day for it; None where no source read states one
    """

    tin: str
    npi: str
    area: str
    item: str
    standing: str
    detail: str = ""
    due: date | None = None
    owner: str | None = None
    hours: float | None = None
    document: str | None = None
    completeness: float | None = None
    score_points_lost: float | None = None
    dollars_lost: float | None = None


def deadline(force: RulesInForce) -> date:
    """The last day to submit for the performance year."""
    (row,) = force.rows("asm.submission_deadline")
    return date(force.performance_year + int(row["years_after"]), int(row["month"]), int(row["day"]))


def last_start(force: RulesInForce, rule: str) -> date:
    """The last day a period of so many days can begin and still end within the performance year."""
    last = date(force.performance_year, 12, 31)
    return last - timedelta(days=int(force.number(rule)) - 1)


# ---- arrangements ------------------------------------------------------------------------------


def arrangement_failures(row: Row, force: RulesInForce, today: date) -> list[str]:
    """What an arrangement on the register lacks, in words; empty where it counts."""
    shown = {
        "is_written": row["is_written"] is True,
        "signed_on": row["signed_on"] is not None and row["signed_on"] <= today,
        "effective_on": row["effective_on"] is not None,
        "partner_is_primary_care": row["partner_is_primary_care"] is True,
        "shared_beneficiaries": (row["shared_beneficiaries"] or 0) > 0,
        "not_conditioned_on_referrals": row["conditioned_on_referrals"] is False,
    }
    lacks = [
        f"not shown that {one['about']}"
        for one in force.rows("asm.arrangement_requirement")
        if not shown.get(str(one["requirement"]), False)
    ]
    year = force.performance_year
    if row["effective_on"] is not None:
        least = int(force.number("asm.improvement_activity_minimum_days"))
        days = _days_between(row["effective_on"], row["ended_on"], year)
        if days < least:
            lacks.append(f"in effect on {days} of {least} days of {year}")
    return lacks


def arrangement_items(
    tin: str, rows: Sequence[Row], force: RulesInForce, today: date, adjustment: float | None
) -> list[Item]:
    """One item an arrangement of the practice; ``adjustment``: the dollars its payments may not exceed."""
    elements = [str(one["element"]) for one in force.rows("asm.collaborative_care_element")]
    items = []
    for row in rows:
        lacks = arrangement_failures(row, force, today)
        held = [name for name in elements if row.get(name) is True]
        paid = float(row["payments"] or 0)
        if (
            force.text("asm.collaborative_care_payment_bound") == "sum_of_adjustments"
            and adjustment is not None
        ):
            bound = max(0.0, adjustment)
            if paid > bound:
                lacks.append(f"payments of {paid:,.2f} exceed the adjustments of the year, {bound:,.2f}")
        said = "; ".join(lacks) if lacks else f"holds {', '.join(held) or 'none of the usual elements'}"
        items.append(
            Item(
                tin,
                "",
                "arrangement",
                f"arrangement {row['arrangement_id']}",
                PARTLY if lacks else DONE,
                said,
                date(force.performance_year, 12, 31),
                row["owner"],
                document=row["document"],
            )
        )
    return items


# ---- improvement activities --------------------------------------------------------------------


def activity_items(
    tin: str, evidence: Sequence[Row], arrangements: Sequence[Item], force: RulesInForce
) -> list[Item]:
    """One item an element of an activity: attested, over long enough a period, with a document."""
    least = int(force.number("asm.improvement_activity_minimum_days"))
    due = last_start(force, "asm.improvement_activity_minimum_days")
    items = []
    for element in force.rows("asm.improvement_activity_element"):
        name = str(element["element"])
        row = _evidence(evidence, "improvement_activity", name, str(element["activity"]))
        item = Item(tin, "", "improvement_activities", f"{element['activity']} {name}", MISSING, due=due)
        if name == "executed_arrangement" and row is None:
            if any(one.standing == DONE for one in arrangements):
                item.standing, item.detail = DONE, "on the register"
            else:
                item.detail = (
                    "no arrangement on the register that counts" if arrangements else "none on the register"
                )
        elif row is None:
            item.detail = str(element["about"])
        else:
            _fill(item, row)
            days = _days_in_year(row, force.performance_year)
            lacks = [] if row["answer"] == "yes" else ["not attested"]
            if days < least:
                lacks.append(f"{days} of {least} days shown")
            if not row["document"]:
                lacks.append("no document named")
            item.standing = PARTLY if lacks else DONE
            item.detail = "; ".join(lacks) or f"{days} days"
        items.append(item)
    return items


def activities_attested(items: Sequence[Item]) -> int:
    """How many activities have every element."""
    by_activity: dict[str, list[str]] = {}
    for item in items:
        by_activity.setdefault(item.item.split(" ")[0], []).append(item.standing)
    return sum(all(standing == DONE for standing in standings) for standings in by_activity.values())


# ---- interoperability --------------------------------------------------------------------------


def interoperability_items(tin: str, evidence: Sequence[Row], force: RulesInForce) -> list[Item]:
    """One item a required element and attestation; of an element with alternatives the best of them."""
    least = int(force.number("asm.promoting_interoperability_minimum_days"))
    due = last_start(force, "asm.promoting_interoperability_minimum_days")
    elements: dict[str, dict[str, list[Row]]] = {}
    for one in force.rows("asm.promoting_interoperability_measure"):
        ways = elements.setdefault(str(one["element"]), {})
        ways.setdefault(str(one["alternative"] or ""), []).append(one)
    items = []
    for element, ways in elements.items():
        tried = [
            _way(tin, element, measures, evidence, force.performance_year, least)
            for measures in ways.values()
        ]
        order = {DONE: 0, PARTLY: 1, MISSING: 2}
        best = min(tried, key=lambda item: order[item.standing])
        best.due = due
        if best.standing == MISSING:
            best.detail = "any of: " + "; ".join(
                " and ".join(str(one["measure_id"]) for one in measures) for measures in ways.values()
            )
        items.append(best)
    for one in force.rows("asm.promoting_interoperability_attestation"):
        row = _evidence(evidence, "attestation", str(one["attestation"]))
        item = Item(
            tin, "", "promoting_interoperability", str(one["attestation"]), MISSING, str(one["about"])
        )
        item.due = date(force.performance_year, 12, 31)
        if row is not None:
            _fill(item, row)
            told = row["answer"] == "yes" or (one["attestation"] == "cehrt_id" and row["document"])
            item.standing, item.detail = (DONE, "") if told else (PARTLY, "answered no, or not answered")
        items.append(item)
    return items


def _way(
    tin: str, element: str, measures: Sequence[Row], evidence: Sequence[Row], year: int, least: int
) -> Item:
    item = Item(tin, "", "promoting_interoperability", element, MISSING)
    lacks, found = [], 0
    for one in measures:
        measure = str(one["measure_id"])
        row = _evidence(evidence, "interoperability", measure)
        if row is None:
            lacks.append(f"{measure} not reported")
            continue
        found += 1
        _fill(item, row)
        if row["answer"] == "excluded":
            if not one["exclusion"]:
                lacks.append(f"{measure}: no exclusion is known for it")
            continue
        if not (row["answer"] == "yes" or (row["numerator"] or 0) > 0):
            lacks.append(f"{measure}: answered no, or a numerator of zero")
        days = _days_in_year(row, year)
        if days < least:
            lacks.append(f"{measure}: {days} of {least} days shown")
    item.standing = MISSING if not found else PARTLY if lacks else DONE
    item.detail = "; ".join(lacks)
    return item


# ---- clocks ------------------------------------------------------------------------------------


def clock_items(tin: str, evidence: Sequence[Row], force: RulesInForce, today: date) -> list[Item]:
    """Error notices, their reconsideration, hardship applications: each with the day it must be done by."""
    notice = timedelta(days=int(force.number("asm.error_notice_days")))
    answer = timedelta(days=int(force.number("asm.error_answer_days")))
    again = timedelta(days=int(force.number("asm.reconsideration_request_days")))
    items = []
    for row in evidence:
        start, filed, answered = row["event_date"], row["filed_on"], row["answered_on"]
        item = Item(tin, row["npi"] or "", "clock", f"{row['kind']} {row['item']}", MISSING)
        _fill(item, row)
        if row["kind"] == "error_notice":
            if filed is None:
                item.due = start + notice if start else None
                item.detail = "give notice of the error" if start else "the day the report came is not stated"
            elif answered is None:
                item.standing, item.due = PARTLY, filed + answer
                item.detail = f"filed on {filed}; CMS answers by then"
            else:
                item.standing, item.due = DONE, answered + again
                item.detail = f"answered on {answered}; reconsideration can be asked for until then"
        elif row["kind"] == "reconsideration":
            item.due = start + again if start else None
            item.standing = DONE if filed else MISSING
            item.detail = f"filed on {filed}" if filed else "ask for reconsideration"
        elif row["kind"] == "hardship":
            item.standing = DONE if answered else PARTLY if filed else MISSING
            item.detail = (
                "the last day for it stands in no source that was read; apply as soon as it is known"
            )
        else:
            continue
        if item.standing != DONE and item.due is not None and item.due < today:
            item.detail += "; the day has passed"
        items.append(item)
    return items


# ---- shared ------------------------------------------------------------------------------------


def _evidence(evidence: Sequence[Row], kind: str, *names: str) -> Row | None:
    for name in names:
        for row in evidence:
            if row["kind"] == kind and str(row["item"]).lower() == name.lower():
                return row
    return None


def _fill(item: Item, row: Row) -> None:
    item.owner = row["owner"] or item.owner
    item.document = row["document"] or item.document
    if row["hours"] is not None:
        item.hours = (item.hours or 0.0) + float(row["hours"])


def _days_in_year(row: Row, year: int) -> int:
    if row["start_date"] is None:
        return 0
    return _days_between(row["start_date"], row["end_date"], year)


def _days_between(start: date, end: date | None, year: int) -> int:
    first = max(start, date(year, 1, 1))
    last = min(end or date(year, 12, 31), date(year, 12, 31))
    return max(0, (last - first).days + 1)

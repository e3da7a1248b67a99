"""Open episodes from a schedule, before claims exist: where each stands on a day, and what is due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from corridor.errors import CorridorError
from corridor.programs.team.triggers import Trigger, trigger

if TYPE_CHECKING:
    from corridor.engine.tabular.form import Form
    from corridor.law import RulesInForce

Row = dict[str, Any]
SURVEYED = ("lejr",)  # the categories of the patient-reported measure
NAMES = (
    "window_days", "survey_before_days", "survey_after_from", "survey_after_to",
)  # fmt: skip


@dataclass(frozen=True)
class Board:
    """The cases of a schedule on a day, and the rules they were judged by."""

    as_of: date
    rows: list[Row]
    rules: list[str]
    warnings: list[str]


def board(form: Form, force: RulesInForce, as_of: date, published: Form | None = None) -> Board:
    """One record a case, those that need something first.

    published  a form ``team_prices``: the price of a case that names none, by its hospital or its division
    Raises TEAM-SCHEDULE for days out of order.
    """
    prices = _prices(published)
    days = {name: int(force.number(f"team.{name}")) for name in NAMES}
    gains = {row["instrument"]: row["gain"] for row in force.rows("team.survey_gain")}
    rows, used, warnings = [], {f"team.{name}" for name in NAMES} | {"team.survey_gain"}, []
    for case, line in zip(form.rows, form.lines, strict=True):
        _check(form, case, line)
        opened = _opened(force, case, as_of)
        if opened is None:
            warnings.append(f"line {line}: {case['trigger_code']} opens no episode of TEAM; left out")
            continue
        used.add(opened.rule)
        if case["target_price"] is None:
            case = case | {"target_price": _price(prices, case, opened.price_drg)}
        rows.append(_case(case, opened.category, opened.setting, opened.price_drg, days, gains, as_of))
    rows.sort(key=lambda row: (not row["due"], row["window_end"] or date.max, row["case_id"]))
    return Board(as_of, rows, sorted(used), [*form.warnings, *warnings])


def _opened(force: RulesInForce, case: Row, as_of: date) -> Trigger | None:
    """What the code opens: a stay on the day of its discharge, a procedure on its own."""
    operated = case["procedure_date"] or case["admission_date"] or as_of
    found = trigger(force, case["trigger_code"], case["discharge_date"] or operated)
    if found is not None and found.setting == "inpatient":
        return found
    return trigger(force, case["trigger_code"], operated)


def _prices(published: Form | None) -> dict[tuple[str, str], float]:
    """Price by hospital or division, and code."""
    found: dict[tuple[str, str], float] = {}
    for row in published.rows if published else ():
        for place in (row["ccn"], row["region"]):
            if place is not None:
                found[place.casefold(), row["episode_type"]] = float(row["preliminary_target_price"])
    return found


def _price(prices: dict[tuple[str, str], float], case: Row, drg: str) -> float | None:
    """The hospital's before the division's, the code's before that of the MS-DRG it is priced as."""
    places = [place.casefold() for place in (case["ccn"], case["region"]) if place is not None]
    keys = ((place, code) for place in places for code in (case["trigger_code"], drg))
    return next((prices[key] for key in keys if key in prices), None)


def _case(
    case: Row, category: str, setting: str, drg: str, days: dict[str, int], gains: Row, as_of: date
) -> Row:
    operated = case["procedure_date"] or case["admission_date"]
    begun = case["admission_date"] or operated if setting == "inpatient" else operated
    # an outpatient procedure opens its window on its own day, whenever the patient goes home
    anchor_end = case["discharge_date"] if setting == "inpatient" else operated
    end = anchor_end + timedelta(days=days["window_days"] - 1) if anchor_end else None
    state = _state(begun, anchor_end, end, as_of)
    target = case["target_price"]
    if target is not None and case["risk_multiplier"] is not None:
        target *= case["risk_multiplier"]
    spent, completion = case["spent"], case["completion"]
    expected = spent / completion if spent is not None and completion else None
    known = expected if expected is not None else spent
    row = {
        "case_id": case["case_id"],
        "ccn": case["ccn"],
        "category": category,
        "setting": setting,
        "trigger_code": case["trigger_code"],
        "price_drg": drg,
        "surgeon_npi": case["surgeon_npi"],
        "state": state,
        "episode_start": begun,
        "window_end": end,
        "day": (as_of - anchor_end).days + 1 if state == "open" and anchor_end else None,
        "window_days": days["window_days"],
        "discharge_destination": case["discharge_destination"],
        "primary_care_referral": case["primary_care_referral"],
        "readmitted": case["readmitted"],
        "provisional_target": target,
        "spent": spent,
        "completion": completion,
        "spent_completed": expected,
        "left_of_target": None if target is None or known is None else target - known,
        **_surveys(case, category, operated, days, gains, as_of),
    }
    row["due"] = _due(row, as_of)
    return row


def _state(begun: date | None, anchor_end: date | None, end: date | None, as_of: date) -> str:
    if begun is None or as_of < begun:
        return "scheduled"
    if anchor_end is None or as_of < anchor_end:
        return "in_hospital"
    return "open" if end is not None and as_of <= end else "closed"


def _surveys(
    case: Row, category: str, operated: date | None, days: dict[str, int], gains: Row, as_of: date
) -> Row:
    """Windows of the two surveys, and where each stands; nothing for categories without them."""
    if category not in SURVEYED or operated is None:
        names = (
            "first_survey_from",
            "second_survey_from",
            "second_survey_to",
            "first_survey",
            "second_survey",
        )
        return {**dict.fromkeys(names), "substantial_gain": None}
    first_from = operated - timedelta(days=days["survey_before_days"])
    second_from = operated + timedelta(days=days["survey_after_from"])
    second_to = operated + timedelta(days=days["survey_after_to"])
    before, after = case["first_survey_score"], case["second_survey_score"]
    least = gains.get(case["instrument"])
    gained = None if before is None or after is None or least is None else after - before >= least
    return {
        "first_survey_from": first_from,
        "second_survey_from": second_from,
        "second_survey_to": second_to,
        "first_survey": _survey(case["first_survey_date"], first_from, operated, as_of),
        "second_survey": _survey(case["second_survey_date"], second_from, second_to, as_of),
        "substantial_gain": gained,
    }


def _survey(taken: date | None, start: date, end: date, as_of: date) -> str:
    if taken is not None:
        return "done" if start <= taken <= end else "outside_its_window"
    if as_of < start:
        return "not_yet"
    return "due" if as_of <= end else "missed"


def _due(row: Row, as_of: date) -> list[str]:
    """What there is to do on the day."""
    found = []
    discharged = row["state"] in ("open", "closed")
    if discharged and not row["primary_care_referral"] and row["discharge_destination"] != "expired":
        found.append("primary care referral")
    if row["state"] == "open" and row["discharge_destination"] is None:
        found.append("discharge destination")
    if row["first_survey"] == "due":
        found.append("survey before the procedure")
    if row["second_survey"] == "due":
        found.append(f"survey after the procedure, until {row['second_survey_to']:%Y-%m-%d}")
    if row["left_of_target"] is not None and row["left_of_target"] < 0:
        found.append("spending above the provisional target")
    return found


def _check(form: Form, case: Row, line: int) -> None:
    begun = case["admission_date"] or case["procedure_date"]
    pairs = (("admission_date", "procedure_date"), ("procedure_date", "discharge_date"))
    for earlier, later in (*pairs, ("admission_date", "discharge_date")):
        if case[earlier] and case[later] and case[later] < case[earlier]:
            raise _refused(form, line, later, f"{later} lies before {earlier}.", "Correct one of the two.")
    if begun is None:
        todo = "Give admission_date or procedure_date, planned or real."
        raise _refused(form, line, "procedure_date", "The case has no day.", todo)


def _refused(form: Form, line: int, field: str, what: str, todo: str) -> CorridorError:
    return CorridorError(
        "TEAM-SCHEDULE",
        what,
        why="The window of an episode is counted from these days.",
        todo=todo,
        file=form.file,
        line=line,
        field=field,
    )

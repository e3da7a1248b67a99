"""Several programs on one beneficiary, episode, payment or drug: what is kept, what yields."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from corridor.errors import CorridorError
from corridor.programs.models.life import models, standing
from corridor.programs.overlap.matrix import QUESTIONS, UNREAD, among, matrix

if TYPE_CHECKING:
    from collections.abc import Iterable

    from corridor.law import Rules, RulesInForce

LAYERS = "overlap.layer"
OUTSIDE = "overlap.excluded_state"
# programs of some states only -> the rule that lists them
PLACES = {
    "ahead": "ahead.state",
    "pc_ahead": "ahead.state",
    "geo_ahead": "ahead.state",
    "wiser": "wiser.state",
}
READ = ("overlap", "models", "ahead", "wiser")  # programs whose rules are asked
Row = dict[str, Any]


def resolve(programs: Iterable[str], on: date, rules: Rules, state: str | None = None) -> Row:
    """What becomes of some programs that meet on a day, in order.

    kept       programs that apply, in the order their dollars are worked out, with their cash
    dropped    programs that do not, each with its reason
    owner      the program whose the beneficiary is, where one of the single layer is left
    several_owners  those of which a beneficiary can be in one only; owners_open where that was not seen
    conflicts  pairs an entity may not be in at once
    holds      pairs and questions whose answer was not seen, or that ask for a review: nothing is netted
    Raises OVERLAP-PROGRAM for a program the layers do not know.
    """
    force = rules.in_force(max(on.year, 2026))
    layers = {row["program"]: row for row in force.rows(LAYERS)}
    named = list(dict.fromkeys(programs))
    for name in named:
        if name not in layers:
            raise CorridorError(
                "OVERLAP-PROGRAM",
                f"{name!r} is no program of the matrix.",
                todo=f"Programs: {', '.join(sorted(layers))}.",
                field="--programs",
            )
    dropped = _outside(named, on, rules, None if state is None else state.strip().upper(), force)
    left = [name for name in named if name not in {one["program"] for one in dropped}]
    pairs = among(matrix(force), left)
    conflicts = [pair for pair in pairs if pair["entity"]["answer"] == "no"]
    for name in list(left):
        before = str(layers[name]["yields_to"] or "").split()
        taken = [one for one in before if one in left]
        if taken:
            left.remove(name)
            dropped.append({"program": name, "reason": f"{taken[0]} comes first"})
    order = sorted(left, key=lambda name: (layers[name]["place"], name))
    owners = [name for name in order if layers[name]["layer"] == "single"]
    apart = {
        name
        for pair in pairs
        if {pair["first"], pair["second"]} <= set(owners) and pair["beneficiary"]["answer"] == "no"
        for name in (pair["first"], pair["second"])
    }
    return {
        "on": on.isoformat(),
        "kept": [
            {"program": name, "layer": layers[name]["layer"], "cash": layers[name]["cash"]} for name in order
        ],
        "dropped": dropped,
        "owner": owners[0] if len(owners) == 1 else None,
        "several_owners": [name for name in owners if name in apart],
        "owners_open": owners if len(owners) > 1 and not apart else [],
        "conflicts": [
            {"first": pair["first"], "second": pair["second"], **pair["entity"]} for pair in conflicts
        ],
        "holds": [
            {"first": pair["first"], "second": pair["second"], "question": question, **pair[question]}
            for pair in pairs
            if {pair["first"], pair["second"]} <= set(left)
            for question in QUESTIONS
            if pair[question]["answer"] in (UNREAD, "hold")
        ],
        "apart": [
            {"first": pair["first"], "second": pair["second"], **pair["dollars"]}
            for pair in pairs
            if {pair["first"], pair["second"]} <= set(left)
        ],
    }


def _outside(named: list[str], on: date, rules: Rules, state: str | None, force: RulesInForce) -> list[Row]:
    """Programs that are not in force on the day, or not in the state."""
    known = {row["model"]: row for row in models(rules, on)}
    shut = {(row["program"], row["state"]) for row in force.rows(OUTSIDE)}
    found = []
    for name in named:
        status = standing(known[name], on) if name in known else "active"
        if status != "active":
            day = known[name]["start_date" if status == "planned" else "end_date"]
            words = "begins" if status == "planned" else "ended"
            found.append({"program": name, "reason": f"{words} {day}"})
        elif (name, state) in shut:
            found.append({"program": name, "reason": f"not for hospitals of {state}"})
        elif name in PLACES and state is not None:
            own = next((row for row in force.rows(PLACES[name]) if row["state"] == state), None)
            first, last = (own.get("start_year"), own.get("end_year")) if own else (None, None)
            if own is None:
                found.append({"program": name, "reason": f"not in {state}"})
            elif first and last and not first <= on.year <= last:
                found.append({"program": name, "reason": f"in {state} from {first} to {last}"})
    return found

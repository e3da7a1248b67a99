"""What a state has to have done by now, and whether the market shifts of hospitals cancel out."""

from __future__ import annotations

from typing import Any

from corridor.programs.one_form import Settled


def obligations(found: Settled) -> list[dict[str, Any]]:
    """One record an obligation of each state or region of the file: met, not met, due later or not known."""
    force = found.force
    made = []
    for at, row in enumerate(found.form.rows):
        if found.part_of(at) != "state":
            continue
        number = found.values(at, ("model_year",))["model_year"]
        for check in force.rows("ahead.participation_check"):
            stated = row.get(check["obligation"])
            due = check["by_year"] or None
            made.append(
                {
                    "entity_id": found.ids[at],
                    "obligation": check["label"],
                    "by_performance_year": due,
                    "least": check["least"],
                    "stated": None if stated is None else float(stated),
                    "status": _status(stated, check["least"], due, number),
                }
            )
        made += [
            {"entity_id": found.ids[at], "by_performance_year": None, **one}
            for one in (_policies(found, row), _size(found, row), *_entities(found, row))
        ]
    return made


def _status(stated: Any, least: float, due: int | None, number: float | None) -> str:
    if stated is not None and float(stated) >= least:
        return "met"
    if due is not None and number is not None and number < due:
        return "due later"
    return "not known" if stated is None else "not met"


def _policies(found: Settled, row: dict[str, Any]) -> dict[str, Any]:
    """At least so many policies, and one of each group."""
    groups = {one["policy"]: one["policy_group"] for one in found.force.rows("ahead.policy")}
    needed = found.force.number("ahead.policies_needed")
    stated = row.get("policies")
    named = set() if stated is None else {one for one in str(stated).split() if one in groups}
    enough = len(named) >= needed and {groups[one] for one in named} == set(groups.values())
    return {
        "obligation": "choice and competition policies, one of each group",
        "least": needed,
        "stated": None if stated is None else float(len(named)),
        "status": "not known" if stated is None else "met" if enough else "not met",
    }


def _size(found: Settled, row: dict[str, Any]) -> dict[str, Any]:
    least, stated = found.force.number("ahead.minimum_beneficiaries"), row.get("beneficiaries")
    return {
        "obligation": "Medicare FFS beneficiaries of the state or region",
        "least": least,
        "stated": stated,
        "status": "not known" if stated is None else "met" if stated >= least else "not met",
    }


def _entities(found: Settled, row: dict[str, Any]) -> list[dict[str, Any]]:
    """Geo Entities of the state, from the year Geo AHEAD begins."""
    rules = {one["state"]: one for one in found.force.rows("ahead.geo_entities")}
    rule, stated = rules.get(row.get("state"), rules["other"]), row.get("geo_entities")
    if found.year < rule["first_year"]:
        return []
    return [
        {
            "obligation": "Geo Entities, or Geo AHEAD does not begin",
            "least": rule["least"],
            "stated": stated,
            "status": "not known" if stated is None else "met" if stated >= rule["least"] else "not met",
        }
    ]


def markets(found: Settled) -> list[dict[str, Any]]:
    """Control total of each market: volume that moved must sum to zero, and the budgets' shift with it."""
    totals: dict[str, dict[str, Any]] = {}
    for at, row in enumerate(found.form.rows):
        if found.part_of(at) != "hospital" or row.get("market") is None or row.get("shifted_revenue") is None:
            continue
        one = totals.setdefault(
            str(row["market"]),
            {"market": str(row["market"]), "hospitals": 0, "net_volume": 0.0, "net_shift": 0.0},
        )
        one["hospitals"] += 1
        one["net_volume"] += float(row["shifted_revenue"])
        one["net_shift"] += found.values(at, ("market_shift",))["market_shift"] or 0.0
    # what a losing hospital keeps of the revenue that left is the fixed cost that stays with it
    return [{**one, "retained_fixed_cost": one["net_shift"] - one["net_volume"]} for one in totals.values()]

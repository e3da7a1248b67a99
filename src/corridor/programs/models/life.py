"""What stands of every model on a day, and the refusal of a performance year that a model does not have."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from corridor.errors import CorridorError

if TYPE_CHECKING:
    from corridor.law import Rules, RulesInForce

DATED = ("models.dated_official", "models.dated_secondary", "models.dated_assumed")
ADVANCED = ("models.advanced_secondary", "models.advanced_assumed")
FIRST = 2000  # the tables hold from here on: their rows carry their own days


def models(rules: Rules, on: date, year: int | None = None) -> list[dict[str, Any]]:
    """One record a model, sorted by its first day; ``year`` keeps those with that performance year.

    status    planned, active, ended, or ended_early, on the day
    advanced  whether it is an Advanced APM, by stretches of performance years; empty where not known
    evidence  status of the source of its days
    """
    force = rules.in_force(FIRST)
    found = []
    for name in DATED:
        value = force[name]
        for row in value.value:
            if year is not None and not has_year(row, year):
                continue
            found.append(
                {
                    **row,
                    "status": standing(row, on),
                    "advanced_apm": _advanced(force, row["model"], year),
                    "evidence": value.status,
                    "cite": value.cite,
                }
            )
    return sorted(found, key=lambda row: (row["start_date"] or date.min, row["model"]))


def standing(row: dict[str, Any], on: date) -> str:
    """planned, active, ended or ended_early."""
    if row["start_date"] is not None and on < row["start_date"]:
        return "planned"
    if row["end_date"] is not None and on > row["end_date"]:
        return "ended" if row["planned_end"] is None else "ended_early"
    return "active"


def has_year(row: dict[str, Any], year: int) -> bool:
    """Whether a performance year of the model begins in a calendar year."""
    return not begins_before(row, year) and not begins_after(row, year)


def begins_before(row: dict[str, Any], year: int) -> bool:
    """Whether the performance year of that calendar year would lie before the model's first."""
    return bool(row["start_date"] is not None and year < row["start_date"].year)


def begins_after(row: dict[str, Any], year: int) -> bool:
    """Whether the performance year of that calendar year would begin after the model's last day."""
    if row["end_date"] is None:
        return False
    start = row["start_date"] or row["end_date"].replace(month=1, day=1)
    # a model begun in mid-year that then goes by calendar years has one more year, begun on its 1 January
    month, day = (start.month, start.day) if row["end_date"].month != 12 else (1, 1)
    # a year of a damaged file need not be one of a calendar
    end = row["end_date"]
    return (year, month, day) > (end.year, end.month, end.day)


def _advanced(force: RulesInForce, model: str, year: int | None) -> list[dict[str, Any]]:
    found = []
    for name in ADVANCED:
        value = force[name]
        found += [
            {
                "first_year": row["first_year"],
                "last_year": row["last_year"],
                "advanced": row["advanced"],
                "remark": row["remark"],
                "evidence": value.status,
            }
            for row in value.value
            if row["model"] == model
            and (year is None or row["first_year"] <= year <= (row["last_year"] or year))
        ]
    return sorted(found, key=lambda row: row["first_year"])


def of_door(rules: Rules, door: str) -> list[dict[str, Any]]:
    """The models a program of corridor settle settles; none of those whose days were not known on the day."""
    force = rules.in_force(FIRST)
    known = [name for name in DATED if rules.periods(name)]
    return [row for name in known for row in force.rows(name) if row["door"] == door]


def refuse_ended(door: str, year: int, rules: Rules) -> None:
    """Refuse a performance year that no model of this door has.

    Raises MODEL-NOT-BEGUN before its first year, MODEL-ENDED after its last day, naming the successor.
    A door without a model passes, and one whose models' days were not known on the day of the law.
    """
    own = of_door(rules, door)
    if not own or any(has_year(row, year) for row in own):
        return
    last = max(own, key=lambda row: row["end_date"] or date.max)
    if all(begins_before(row, year) for row in own):
        first = min(own, key=lambda row: row["start_date"])
        raise CorridorError(
            "MODEL-NOT-BEGUN",
            f"{first['name']} has no performance year {year}: it begins on {first['start_date']}.",
            why="There is no law of it to settle by.",
            todo="Correct --year or the column performance_year. All models: corridor models.",
            field="--year",
        )
    next_one = last["successor"]
    raise CorridorError(
        "MODEL-ENDED",
        f"{last['name']} has no performance year {year}: it ended on {last['end_date']}.",
        why=f"It was succeeded by {next_one}." if next_one else "It has no successor.",
        todo="Correct --year or the column performance_year. All models: corridor models.",
        field="--year",
    )

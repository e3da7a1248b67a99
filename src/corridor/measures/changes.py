"""What the newest delivery of each source changed, read from a complete run for people and programs alike."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from decimal import Decimal
from typing import Any

from corridor.engine.runs import Run
from corridor.engine.warehouse import Delivery, Warehouse
from corridor.errors import CorridorError

# The rules the tables rest on, for the list of what is assumed.
RULES = ("performance.high_cost_amount", "claims.claim_setting", "claims.cclf_allowed_indicator")
CAUSES = ("enrollment_mix", "risk", "volume", "price")
_TABLES = ("delivery", "delivery_people", "delivery_month", "delivery_change", "delivery_high_cost")


@dataclass
class Changes:
    """One source between its two newest deliveries. Dollars are net payments of Parts A and B.

    people     direction (in, out) -> reason -> people
    months     one record a month of service that changed
    pbpy       one record a year that both deliveries knew: before, now, change, and the causes that make it
    high_cost  one record a year: people newly above the threshold, and their dollars
    rejects    previous, newest -> reason -> rows set aside
    """

    source_id: str
    previous_date: str
    newest_date: str
    people: dict[str, dict[str, int]] = field(default_factory=dict)
    months: list[dict[str, Any]] = field(default_factory=list)
    pbpy: list[dict[str, Any]] = field(default_factory=list)
    high_cost: list[dict[str, Any]] = field(default_factory=list)
    rejects: dict[str, dict[str, int]] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """For ``--json``: numbers as numbers."""
        return {key: _plain(value) for key, value in asdict(self).items()}


def read_changes(run: Run, warehouse: Warehouse, source_id: str | None = None) -> list[Changes]:
    """The changes of every source with two deliveries, or of one. Empty where no source has two.

    Raises CHANGES-NOT-COMPUTED where the run does not hold the tables, CHANGES-SOURCE for an unknown source.
    """
    missing = [table for table in _TABLES if not run.has(f"measures.{table}")]
    if missing:
        raise CorridorError(
            "CHANGES-NOT-COMPUTED",
            "The last complete run did not compare deliveries.",
            why=f"It has no table measures.{missing[0]}.",
            todo="Run again: corridor run",
        )
    found = [
        _read(run, warehouse, row)
        for row in run.query("select * from measures.delivery order by source_id")
        if source_id in (None, row["source_id"])
    ]
    known = {delivery.source_id for delivery in warehouse.deliveries()}
    if source_id is not None and source_id not in known:
        raise CorridorError(
            "CHANGES-SOURCE",
            f"Nothing is loaded of a source {source_id}.",
            todo="Use one of: " + ", ".join(sorted(known)) + ".",
            field="--source",
        )
    return found


def _read(run: Run, warehouse: Warehouse, delivery: dict[str, Any]) -> Changes:
    source = str(delivery["source_id"])
    changes = Changes(source, str(delivery["previous_date"]), str(delivery["newest_date"]))
    for row in run.query(
        "select direction, reason, count(*) as people from measures.delivery_people where source_id = ? "
        "group by direction, reason order by direction, reason",
        [source],
    ):
        changes.people.setdefault(str(row["direction"]), {})[str(row["reason"])] = int(row["people"])
    changes.months = run.query(
        "select service_month, known_before, before_amount, new_claim_amount, adjustment_amount, "
        "cancellation_amount, now_amount, change_amount, new_claims, adjustments, cancellations, "
        "before_services, now_services from measures.delivery_month where source_id = ? "
        "and (new_claims <> 0 or adjustments <> 0 or cancellations <> 0 or change_amount <> 0) order by 1",
        [source],
    )
    years: dict[int, dict[str, Any]] = {}
    for row in run.query(
        "select * from measures.delivery_change where source_id = ? order by year", [source]
    ):
        year = years.setdefault(
            row["year"],
            {
                "year": row["year"],
                "before": row["before_pbpy"],
                "now": row["now_pbpy"],
                "change": row["change"],
            },
        )
        year[str(row["cause"])] = row["amount"]
    changes.pbpy = list(years.values())
    changes.high_cost = run.query(
        "select year, count(*) as people, sum(now_amount) as amount, "
        "max(threshold_amount) as threshold_amount from measures.delivery_high_cost where source_id = ? "
        "group by year order by year",
        [source],
    )
    held = [one for one in warehouse.deliveries() if one.source_id == source and one.fmt == "cclf"]
    for side, day in (("previous", changes.previous_date), ("newest", changes.newest_date)):
        changes.rejects[side] = _rejects([one for one in held if str(one.record["file_date"]) == day])
    return changes


def _rejects(deliveries: list[Delivery]) -> dict[str, int]:
    counted: dict[str, int] = {}
    for delivery in deliveries:
        for reason, rows in delivery.record["rejects"]["reasons"].items():
            counted[reason] = counted.get(reason, 0) + int(rows)
    return dict(sorted(counted.items()))


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return value

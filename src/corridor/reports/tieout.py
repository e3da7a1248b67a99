"""Tie-out: what was loaded, what was kept and set aside, against stated control totals; dollars by type and month."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from corridor.engine.connection import connect, quote
from corridor.engine.warehouse import Delivery, Warehouse
from corridor.reports.capability import lacks, matrix
from corridor.reports.tables import RunLike, columns_of
from corridor.reports.words import is_small

Row = dict[str, Any]

STILL_FILLING = 3
"""Months before the newest file in which claims still arrive: CMS closes a year with three months of run-out."""
THIN = 0.75
"""A month with fewer lines than this share of the median month is called thin."""


@dataclass(frozen=True)
class TieOut:
    """One page of trust: rows are plain dicts; counts of people and services under 11 are already taken out.

    deliveries, files, asides, controls: from delivery.json and the rejects of each load. months: claim_type,
    service_month, lines, claims, paid (None and `suppressed` where small). completeness: service_month, lines, standing.
    """

    deliveries: list[Row] = field(default_factory=list)
    files: list[Row] = field(default_factory=list)
    asides: list[Row] = field(default_factory=list)
    controls: list[Row] = field(default_factory=list)
    months: list[Row] = field(default_factory=list)
    completeness: list[Row] = field(default_factory=list)
    capability: list[Row] = field(default_factory=list)
    lacks: list[Row] = field(default_factory=list)
    has_run: bool = False

    def unmatched(self) -> list[Row]:
        """Control totals that do not agree."""
        return [row for row in self.controls if row.get("agrees") is False]

    def to_dict(self) -> dict[str, Any]:
        """For `corridor tieout --json`: deliveries under `rows`, the rest by name."""
        return {
            "rows": self.deliveries,
            "files": self.files,
            "set_aside": self.asides,
            "control_totals": self.controls,
            "dollars_by_month": self.months,
            "months": self.completeness,
            "capability": self.capability,
            "lacks_by_design": self.lacks,
            "has_run": self.has_run,
        }


def read_tieout(home: Path, run: RunLike | None = None) -> TieOut:
    """Read every delivery of the warehouse and, where there is one, the claims of the last complete run."""
    deliveries = Warehouse(home).deliveries()
    formats = [delivery.fmt for delivery in deliveries]
    months = _dollars_by_month(run) if run else []
    return TieOut(
        deliveries=[_delivery(delivery) for delivery in deliveries],
        files=[
            _file(delivery, entry) for delivery in deliveries for entry in delivery.record.get("files", [])
        ],
        asides=[row for delivery in deliveries for row in _asides(delivery)],
        controls=[row for delivery in deliveries for row in control_rows(delivery)],
        months=months,
        completeness=completeness(months, max((_file_month(delivery) for delivery in deliveries), default=0)),
        capability=matrix(formats),
        lacks=lacks(formats),
        has_run=run is not None,
    )


def _delivery(delivery: Delivery) -> Row:
    record = delivery.record
    kept = sum(int(entry["rows"]) for entry in delivery.tables.values())
    aside = int(record.get("rejects", {}).get("rows", 0))
    notes = record.get("notes", {})
    read = notes.get("rows_in") if isinstance(notes.get("rows_in"), int) else kept + aside
    return {
        "delivery_id": delivery.delivery_id,
        "source_id": delivery.source_id,
        "fmt": delivery.fmt,
        "file_date": record.get("file_date"),
        "loaded_at": record.get("loaded_at"),
        "files": len(record.get("files", [])),
        "bytes": sum(int(entry.get("bytes", 0)) for entry in record.get("files", [])),
        "rows_in": read,
        "rows_kept": kept,
        "rows_aside": aside,
        "balances": read == kept + aside,
        "tables": {table: int(entry["rows"]) for table, entry in delivery.tables.items()},
        "warnings": [str(words) for words in record.get("warnings", [])],
    }


def _file(delivery: Delivery, entry: Mapping[str, Any]) -> Row:
    return {"delivery_id": delivery.delivery_id, **{key: entry.get(key) for key in ("name", "kind", "bytes")}}


def _asides(delivery: Delivery) -> list[Row]:
    """Rows set aside, counted by file and reason; the raw text of a row is never read here."""
    pattern = delivery.path / "rejects"
    if not any(pattern.glob("*.parquet")):
        return []
    with connect() as con:
        rows = con.execute(
            "select file_name, field, reason_code, min(reason), count(*), min(line_number) "
            f"from read_parquet({quote(str(pattern / '*.parquet'))}) group by all order by 1, 3, 2"
        ).fetchall()
    keys = ("file", "field", "reason_code", "reason", "rows", "first_line")
    return [{"delivery_id": delivery.delivery_id, **dict(zip(keys, row, strict=True))} for row in rows]


def control_rows(delivery: Delivery) -> list[Row]:
    """Control totals a source noted: file, item, stated, loaded, agrees.

    Accepted shapes of the note `control_totals`: a list of such dicts, or {file: {"stated": n, "loaded": n}}, or
    {file: n} (stated only).
    """
    noted = delivery.record.get("notes", {}).get("control_totals")
    entries: Iterable[Mapping[str, Any]]
    if isinstance(noted, list):
        entries = [entry for entry in noted if isinstance(entry, Mapping)]
    elif isinstance(noted, Mapping):
        entries = [
            {"file": name, **value} if isinstance(value, Mapping) else {"file": name, "stated": value}
            for name, value in noted.items()
        ]
    else:
        entries = []
    rows = []
    for entry in entries:
        stated = _first(entry, "stated", "expected", "control", "cclf0")
        loaded = _first(entry, "loaded", "read", "rows", "found")
        rows.append(
            {
                "delivery_id": delivery.delivery_id,
                "file": _first(entry, "file", "name", "kind"),
                "item": entry.get("item", "records"),
                "stated": stated,
                "loaded": loaded,
                "agrees": None if stated is None or loaded is None else stated == loaded,
            }
        )
    return rows


def _first(entry: Mapping[str, Any], *names: str) -> Any:
    return next((entry[name] for name in names if entry.get(name) is not None), None)


def _file_month(delivery: Delivery) -> int:
    text = str(delivery.record.get("file_date") or "")
    return int(text[:4]) * 100 + int(text[5:7]) if len(text) >= 7 and text[:4].isdigit() else 0


CLAIM_TYPES = {
    "10": "Home health",
    "20": "Skilled nursing",
    "30": "Skilled nursing",
    "40": "Outpatient",
    "50": "Hospice",
    "60": "Inpatient",
    "61": "Inpatient",
    "71": "Professional",
    "72": "Professional",
    "81": "Equipment (DME)",
    "82": "Equipment (DME)",
    "part_d": "Drugs (Part D)",
}
"""NCH claim type codes in words (Medicare claim type code, CMS)."""


def _dollars_by_month(run: RunLike) -> list[Row]:
    """Claims, lines and paid dollars by claim type and service month from claims.quality_count.

    Cells that concern fewer than 11 people are taken out; a person seen in two deliveries counts once.
    """
    needed = {"claim_type_code", "service_month", "lines", "claims", "people", "paid_amount"}
    if not needed <= set(columns_of(run, "claims.quality_count")):
        return []
    found = run.query(
        "select claim_type_code, service_month, sum(lines) as lines, sum(claims) as claims, max(people) as people, "
        "cast(sum(paid_amount) as double) as paid from claims.quality_count where service_month > 0 "
        "group by 1, 2 order by 1, 2"
    )
    cells: dict[tuple[str, int], Row] = {}
    for row in found:
        kind = CLAIM_TYPES.get(str(row["claim_type_code"]), f"Type {row['claim_type_code']}")
        cell = cells.setdefault(
            (kind, int(row["service_month"])), {"lines": 0, "claims": 0, "people": 0, "paid": 0.0}
        )
        for column in ("lines", "claims", "paid"):
            cell[column] += row[column] or 0
        cell["people"] = max(cell["people"], int(row["people"] or 0))
    rows = []
    for (kind, month), cell in sorted(cells.items()):
        small = is_small(cell.pop("people"))
        shown = dict.fromkeys(cell) if small else cell
        rows.append({"claim_type": kind, "service_month": month, **shown, "suppressed": small})
    return rows


def completeness(months: list[Row], newest_file: int) -> list[Row]:
    """Each service month: lines over all types, share of the median month, and whether it is complete, thin or filling."""
    totals: dict[int, int] = {}
    for row in months:
        totals[int(row["service_month"])] = totals.get(int(row["service_month"]), 0) + int(row["lines"] or 0)
    if not totals:
        return []
    ordered = sorted(totals.values())
    middle = (ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]) / 2
    rows = []
    for month, lines in sorted(totals.items()):
        filling = bool(newest_file) and _distance(month, newest_file) < STILL_FILLING
        part = lines / middle if middle else None
        standing = "still filling" if filling else "thin" if part is not None and part < THIN else "complete"
        rows.append({"service_month": month, "lines": lines, "share_of_median": part, "standing": standing})
    return rows


def _distance(month: int, later: int) -> int:
    """Whole months from `month` to `later`, both yyyymm."""
    return (later // 100 - month // 100) * 12 + later % 100 - month % 100

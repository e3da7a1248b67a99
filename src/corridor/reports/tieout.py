"""Tie-out: what was loaded, what was kept and set aside, against stated control totals; dollars by type and
month.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from corridor.engine.connection import connect, quote
from corridor.engine.warehouse import Delivery, Warehouse
from corridor.reports.capability import lacks, matrix
from corridor.reports.tables import Row, RunLike, columns_of
from corridor.reports.words import is_small, real

STILL_FILLING = 3
"""Months before the newest file in which claims still arrive: CMS closes a year with three months of
run-out.
"""
_BENEFICIARY = re.compile(r"\b(?:[1-9][A-Z][A-Z0-9]\d[A-Z][A-Z0-9]\d[A-Z]{2}\d{2}|\d{9}[A-Z]\d?)\b")
"""An MBI or a HICN, should a reason hold one."""
THIN = 0.75
"""A month with fewer lines than this share of the median month is called thin."""


@dataclass(frozen=True)
class TieOut:
    """One page of trust: rows are plain dicts; counts of people under 11 are already taken out.

    deliveries: one row a load, rows_in = rows_kept + rows_aside where it balances. files: rows, dates and
    signed dollars of each file, against the count CCLF0 states. asides: rows set aside by file, field and
    reason. dollars: by claim type, signed dollars of the files beside paid dollars of the claims. months:
    claim_type, service_month, claims, lines, paid (None and `suppressed` where withheld). completeness:
    service_month, lines, standing.
    """

    deliveries: list[Row] = field(default_factory=list)
    files: list[Row] = field(default_factory=list)
    asides: list[Row] = field(default_factory=list)
    dollars: list[Row] = field(default_factory=list)
    months: list[Row] = field(default_factory=list)
    completeness: list[Row] = field(default_factory=list)
    capability: list[Row] = field(default_factory=list)
    lacks: list[Row] = field(default_factory=list)
    has_run: bool = False

    def unmatched(self) -> list[Row]:
        """Files whose rows do not add up, or disagree with what CCLF0 states."""
        return [row for row in self.files if row["agrees"] is False]

    def to_dict(self) -> dict[str, Any]:
        """For `corridor tieout --json`: deliveries under `rows`, the rest by name."""
        return {
            "rows": self.deliveries,
            "files": self.files,
            "set_aside": self.asides,
            "dollars": self.dollars,
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
    counts = claim_counts(run) if run else []
    months = dollars_by_month(counts)
    files = [row for delivery in deliveries for row in file_rows(delivery)]
    return TieOut(
        deliveries=[_delivery(delivery, files) for delivery in deliveries],
        files=files,
        asides=[row for delivery in deliveries for row in asides_of(delivery)],
        dollars=dollars_in_files(deliveries, counts),
        months=months,
        completeness=completeness(months, max((_file_month(delivery) for delivery in deliveries), default=0)),
        capability=matrix(formats),
        lacks=lacks(formats),
        has_run=run is not None,
    )


def _delivery(delivery: Delivery, files: list[Row]) -> Row:
    record = delivery.record
    own = [row for row in files if row["delivery_id"] == delivery.delivery_id and row["rows_in"] is not None]
    aside = sum(row["rows_aside"] for row in own) if own else int(record.get("rejects", {}).get("rows", 0))
    kept = (
        sum(row["rows_kept"] for row in own)
        if own
        else sum(int(one["rows"]) for one in delivery.tables.values())
    )
    read = sum(row["rows_in"] for row in own) if own else kept + aside
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


def file_rows(delivery: Delivery) -> list[Row]:
    """One row a file: what it holds as the source noted it (`control_totals` of CCLF, `files` of the
    others).

    `stated`: the records CCLF0 states; a delivery that disagrees with its CCLF0 is refused at load, so
    where there is one it agrees. `agrees` is None where nothing was stated.
    """
    notes = delivery.record.get("notes", {})
    totals = notes.get("control_totals")
    listed = notes.get("files")
    kinds = {str(entry.get("kind")) for entry in delivery.record.get("files", [])}
    entries: list[Mapping[str, Any]] = []
    if isinstance(totals, Mapping):
        entries = [{"kind": kind, **entry} for kind, entry in totals.items() if isinstance(entry, Mapping)]
    elif isinstance(listed, list):
        entries = [entry for entry in listed if isinstance(entry, Mapping)]
    if not entries:
        entries = list(delivery.record.get("files", []))
    rows = []
    for entry in entries:
        read, kept = _whole(entry.get("rows_in")), _whole(entry.get("rows_kept"))
        aside = _whole(entry.get("rows_set_aside"))
        stated = _whole(entry.get("stated"))
        if stated is None and "cclf0" in kinds:
            stated = read
        adds_up = read is None or kept is None or read == kept + (aside or 0)
        rows.append(
            {
                "delivery_id": delivery.delivery_id,
                "file": entry.get("file") or entry.get("name"),
                "kind": entry.get("kind"),
                "bytes": entry.get("bytes"),
                "rows_in": read,
                "rows_kept": kept,
                "rows_aside": aside,
                "stated": stated,
                "agrees": False if not adds_up else None if stated is None else stated == read,
                "first_date": entry.get("first_date") or None,
                "last_date": entry.get("last_date") or None,
                "dollars": real(entry.get("dollars")),
                "amount": entry.get("amount"),
            }
        )
    return rows


def _whole(value: Any) -> int | None:
    number = real(value)
    return None if number is None else int(number)


def asides_of(delivery: Delivery) -> list[Row]:
    """Rows set aside, counted by file and reason; the raw text of a row is never read here."""
    folder = delivery.path / "rejects"
    if not any(folder.glob("*.parquet")):
        return []
    with connect() as con:
        rows = con.execute(
            "select file_name, field, reason_code, min(reason), count(*), min(line_number) "
            f"from read_parquet({quote(str(folder / '*.parquet'))}) group by all order by 1, 3, 2"
        ).fetchall()
    keys = ("file", "field", "reason_code", "reason", "rows", "first_line")
    found = [{"delivery_id": delivery.delivery_id, **dict(zip(keys, row, strict=True))} for row in rows]
    for row in found:
        row["reason"] = _BENEFICIARY.sub("[identifier]", str(row["reason"] or ""))
    return found


def _file_month(delivery: Delivery) -> int:
    text = str(delivery.record.get("file_date") or "")
    return int(text[:4]) * 100 + int(text[5:7]) if len(text) >= 7 and text[:4].isdigit() else 0


def claim_counts(run: RunLike) -> list[Row]:
    """claims.quality_count summed over deliveries; a person seen in two of them counts once."""
    needed = {"claim_type_code", "service_month", "lines", "claims", "people", "paid_amount"}
    if not needed <= set(columns_of(run, "claims.quality_count")):
        return []
    return run.query(
        "select claim_type_code, service_month, sum(lines) as lines, sum(claims) as claims, "
        "max(people) as people, "
        "cast(sum(paid_amount) as double) as paid from claims.quality_count where service_month > 0 "
        "group by 1, 2 order by 1, 2"
    )


def dollars_in_files(deliveries: list[Delivery], counts: list[Row]) -> list[Row]:
    """By claim type: signed dollars of the files, cancellations taken off, beside paid dollars of the
    claims.
    """
    in_files: dict[str, float] = {}
    for delivery in deliveries:
        totals = delivery.record.get("notes", {}).get("control_totals")
        for kind, entry in (totals if isinstance(totals, Mapping) else {}).items():
            for cell in entry.get("by_claim_type_and_month", []) if kind != "cclf7" else []:
                name = claim_type_name(cell.get("claim_type_code"))
                in_files[name] = in_files.get(name, 0.0) + (real(cell.get("dollars")) or 0.0)
    in_claims: dict[str, float] = {}
    for row in counts:
        name = claim_type_name(row["claim_type_code"])
        in_claims[name] = in_claims.get(name, 0.0) + (row["paid"] or 0.0)
    return [
        {
            "claim_type": name,
            "in_files": in_files.get(name),
            "in_claims": in_claims.get(name),
            "difference": in_claims[name] - in_files[name]
            if name in in_files and name in in_claims
            else None,
        }
        for name in sorted({*in_files, *in_claims})
    ]


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


def claim_type_name(code: Any) -> str:
    """A claim type code in words."""
    return CLAIM_TYPES.get(str(code), f"Type {code}")


def dollars_by_month(counts: list[Row]) -> list[Row]:
    """Claims, lines and paid dollars by claim type and service month; cells of fewer than 11 people are
    taken out.
    """
    cells: dict[tuple[str, int], Row] = {}
    for row in counts:
        place = (claim_type_name(row["claim_type_code"]), int(row["service_month"]))
        cell = cells.setdefault(place, {"lines": 0, "claims": 0, "people": 0, "paid": 0.0})
        for column in ("lines", "claims", "paid"):
            cell[column] += row[column] or 0
        cell["people"] = max(cell["people"], int(row["people"] or 0))
    withheld = withheld_cells({place: cell["people"] for place, cell in cells.items()})
    rows = []
    for (kind, month), cell in sorted(cells.items()):
        small = (kind, month) in withheld
        shown = {name: None if small else cell[name] for name in ("lines", "claims", "paid")}
        rows.append({"claim_type": kind, "service_month": month, **shown, "suppressed": small})
    return rows


def withheld_cells(people: Mapping[tuple[str, int], int]) -> set[tuple[str, int]]:
    """Cells of fewer than 11 people, and where a claim type has one alone, the next smallest beside it.

    Totals of a claim type are shown: one missing month could be worked out from them.
    """
    found: set[tuple[str, int]] = set()
    for kind in {kind for kind, _ in people}:
        months = sorted((count, place) for place, count in people.items() if place[0] == kind and count)
        small = [place for count, place in months if is_small(count)]
        if len(small) == 1 and len(months) > 1:
            small.append(next(place for _, place in months if place not in small))
        found.update(small)
    return found


def completeness(months: list[Row], newest_file: int) -> list[Row]:
    """Each service month: lines over all types, share of the median month, and whether it is complete, thin
    or filling.
    """
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

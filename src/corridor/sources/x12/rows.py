"""From claims and remittances to rows of the raw tables, gathered and written in batches."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from typing import Any

import numpy as np

from corridor.engine.connection import name, quote
from corridor.engine.tabular import load_layout
from corridor.reference.states import states
from corridor.sources.tabular import Loading
from corridor.sources.x12.claim837 import Claim
from corridor.sources.x12.codes import codes
from corridor.sources.x12.parties import Person
from corridor.sources.x12.people import identifier_of
from corridor.sources.x12.remit835 import Remittance
from corridor.sources.x12.tables import PARTITIONED, RAW_TABLES

Row = dict[str, Any]
_BATCH = 200_000  # rows of all tables together


@dataclass
class Batch:
    """Rows that wait to be written."""

    loading: Loading
    source_id: str
    rows: dict[str, list[Row]] = field(default_factory=dict)
    waiting: int = 0

    def add(self, table: str, row: Row) -> None:
        """One more row of ``x12_raw.<table>``."""
        self.rows.setdefault(f"x12_raw.{table}", []).append(row)
        self.waiting += 1
        if self.waiting >= _BATCH:
            self.write()

    def write(self) -> None:
        """Write what waits as one more part of each table."""
        for table, rows in self.rows.items():
            columns = RAW_TABLES[table]
            con = self.loading.writer.con
            people = "person_id" in columns
            given = ["identifier" if column == "person_id" else column for column in columns]
            if people:
                given.append("identifier_kind")
            con.register("x12_rows", {c: _column([row.get(c) for row in rows]) for c in given})
            if people:
                for (kind,) in con.execute(
                    "select distinct identifier_kind from x12_rows order by 1"
                ).fetchall():
                    chosen = f"select identifier from x12_rows where identifier_kind = {quote(kind)}"
                    self.loading.writer.person_ids(chosen, kind)
            chosen = ", ".join(
                "who.person_id"
                if column == "person_id"
                else f"cast(given.{name(column)} as {kind}) as {name(column)}"
                for column, kind in columns.items()
            )
            join = " join person_map as who on who.identifier = given.identifier" if people else ""
            month = "service_month" if table in PARTITIONED else None
            self.loading.add(table, f"select {chosen} from x12_rows as given{join}", month)
            con.unregister("x12_rows")
        self.rows, self.waiting = {}, 0


def _column(values: list[Any]) -> np.ndarray[Any, Any]:
    column = np.empty(len(values) + 1, dtype=object)
    column[:-1] = [None if value is None else str(value) for value in values]
    return column[:-1]


@cache
def _fips() -> dict[str, str]:
    """FIPS state codes by postal code."""
    return {state["postal"]: state["fips"] for state in states()}


def month_of(day: str | None) -> int:
    """yyyymm of an ISO date; 0 where there is none."""
    return int(day[:4]) * 100 + int(day[5:7]) if day else 0


def claim_type_code(claim_type: str, bill_type: str | None) -> str | None:
    """CMS's claim type, from the bill type as the Tuva layout lists it."""
    meta = load_layout("tuva", "medical_claim").meta
    if claim_type == "professional":
        return str(meta["claim_type_code_professional"])
    found = meta["claim_type_code_by_bill_type"].get((bill_type or "")[:2])
    return None if found is None else str(found)


def span_of(values: Row, lines: list[Row], begin: str, end: str) -> tuple[str | None, str | None]:
    """First and last day of a claim: its own dates, else those of its lines."""
    firsts = [line["line_from"] for line in lines if line.get("line_from")]
    lasts = [line["line_to"] for line in lines if line.get("line_to")]
    first = values.get(begin) or (min(firsts) if firsts else None)
    last = values.get(end) or (max(lasts) if lasts else None) or first
    return first, last


def add_claim(batch: Batch, claim: Claim, claim_type: str, where: Row) -> None:
    """Rows of a claim; ``where`` holds the columns of order and the submission_id."""
    coverage, billing = claim.coverage, claim.billing
    first, last = span_of(claim.values, claim.lines, "statement_from", "statement_to")
    month = month_of(last)
    submission = {"submission_id": where["submission_id"], "service_month": month}
    identifier, kind = identifier_of(
        claim.subscriber, claim.patient, coverage.filing, batch.source_id, where["submission_id"]
    )
    batch.add(
        "claim",
        {
            **claim.values,
            **where,
            "identifier": identifier,
            "identifier_kind": kind,
            "claim_type": claim_type,
            "claim_type_code": claim_type_code(claim_type, claim.values["bill_type_code"]),
            "billing_key": billing.key,
            "billing_npi": billing.npi,
            "billing_tin": billing.tin,
            "billing_taxonomy_code": billing.taxonomy,
            "payer_id": coverage.payer_id,
            "payer_rank": coverage.rank,
            "filing_code": coverage.filing,
            "primary_payer_code": coverage.other_payer_code,
            "service_from": first,
            "service_to": last,
            "service_month": month,
        },
    )
    for line in claim.lines:
        batch.add("claim_line", {**line, **submission})
    for diagnosis in claim.diagnoses:
        batch.add("claim_diagnosis", {**diagnosis, **submission})
    for procedure in claim.procedures:
        batch.add("claim_procedure", {**procedure, **submission})
    for code in claim.codes:
        batch.add("claim_code", {**code, **submission})
    for payer in claim.other_payers:
        batch.add("other_payer", {**payer, **submission})
    for place, adjustment in enumerate(claim.adjustments, start=1):
        batch.add("other_payer_adjustment", {**adjustment, **submission, "place": place})
    add_person(
        batch, claim.patient or claim.subscriber, identifier, kind, coverage.filing, (first, last), where
    )


def add_person(
    batch: Batch,
    person: Person,
    identifier: str,
    kind: str,
    filing: str | None,
    days: tuple[str | None, str | None],
    where: Row,
) -> None:
    """What a claim says of the person."""
    known = codes()
    medicare = filing in known["medicare_filing"]
    advantage = filing in known["medicare_advantage_filing"]
    batch.add(
        "person",
        {
            "identifier": identifier,
            "identifier_kind": kind,
            "birth_date": person.birth_date,
            "death_date": person.death_date,
            "gender": person.gender,
            "state_code": _fips().get(person.state or ""),
            "zip_code": person.zip_code,
            "medicare_advantage": advantage if medicare or advantage else None,
            "service_from": days[0],
            "service_to": days[1],
            **where,
        },
    )


def add_remittance(batch: Batch, remittance: Remittance, where: Row) -> bool:
    """Rows of a remittance; whether its amounts add up: services less the adjustments of the claim."""
    values, lines = remittance.values, remittance.lines
    first, last = span_of(values, lines, "claim_from", "claim_to")
    month = month_of(last)
    facility = values["facility_code"]
    claim_type = "institutional" if facility and not any(line.get("hcpcs_code") for line in lines) else ""
    claim_type = claim_type or ("institutional" if values["drg_code"] else "professional")
    bill_type = f"{facility}{values['frequency_code'] or ''}" if claim_type == "institutional" else None
    identifier, kind = identifier_of(
        remittance.patient, None, values["filing_code"], batch.source_id, where["remittance_id"]
    )
    batch.add(
        "remittance",
        {
            **values,
            **where,
            "identifier": identifier,
            "identifier_kind": kind,
            "claim_type": claim_type,
            "claim_type_code": claim_type_code(claim_type, bill_type),
            "bill_type_code": bill_type,
            "service_from": first,
            "service_to": last,
            "service_month": month,
        },
    )
    own = {"remittance_id": where["remittance_id"], "service_month": month}
    whole = {"line_number": 1, "charge_amount": values["charge_amount"], "paid_amount": values["paid_amount"]}
    for line in lines or [whole]:
        batch.add("remittance_line", {**line, **own, "whole_claim": not lines})
    for place, adjustment in enumerate(remittance.adjustments, start=1):
        batch.add("adjustment", {**adjustment, **own, "place": place})
    paid = sum((Decimal(line.get("paid_amount") or 0) for line in lines), Decimal(0))
    held = sum(
        (Decimal(row["amount"] or 0) for row in remittance.adjustments if "line_number" not in row),
        Decimal(0),
    )
    return not lines or paid - held == Decimal(values["paid_amount"] or 0)

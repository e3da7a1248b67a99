"""Remittances of an 835: payments, claims paid, services, adjustments."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from corridor.sources.x12.claim837 import adjustment_rows, procedure_columns
from corridor.sources.x12.codes import codes
from corridor.sources.x12.parties import Person
from corridor.sources.x12.segments import Segment
from corridor.sources.x12.values import BadValue, amount, clean_code, day, days, key_of, npi_of, tin_of

Row = dict[str, Any]
_PLB_PAIRS = range(3, 14, 2)


@dataclass
class Remittance:
    """One CLP loop. ``values`` are columns of x12_raw.remittance."""

    number: int
    patient: Person
    values: Row
    lines: list[Row] = field(default_factory=list)
    adjustments: list[Row] = field(default_factory=list)
    problem: BadValue | None = None


@dataclass
class Payment:
    """One transaction set: what was paid, and what the payer held back or added beside the claims (PLB)."""

    number: int
    values: Row = field(default_factory=dict)
    provider_adjustment: Decimal = Decimal(0)
    problem: BadValue | None = None


class RemittanceReader:
    """Feeds on the segments of one 835 and yields its remittances; ``payment`` is complete at SE."""

    def __init__(self, component: str) -> None:
        self.component = component
        self.payment = Payment(0)
        self.remittance: Remittance | None = None
        self._party = ""
        self._role = ""

    def feed(self, segment: Segment) -> Iterator[Remittance]:
        """Take one segment; yields the remittance that it ends, if any."""
        name = segment.name
        if name in ("CLP", "LX", "PLB", "SE"):
            if self.remittance is not None:
                yield self.remittance
            self.remittance = None
        remittance = self.remittance
        if name == "CLP":
            self._begin(segment)
            return
        try:
            if remittance is None:
                self._head(segment)
            elif remittance.lines and name in ("DTM", "CAS", "REF", "AMT", "SVC"):
                self._line(remittance, segment)
            else:
                self._claim(remittance, segment)
        except BadValue as problem:
            holder = remittance or self.payment
            holder.problem = holder.problem or problem

    def _head(self, segment: Segment) -> None:
        values, name = self.payment.values, segment.name
        if name == "BPR":
            self.payment.number = segment.number
            values["payment_amount"] = amount(segment, 2)
            # a debit takes money back
            if segment.get(3) == "D" and values["payment_amount"]:
                values["payment_amount"] = f"-{values['payment_amount']}"
            values["payment_date"] = day(segment.get(16))
        elif name == "DTM" and segment.get(1) == "405":
            values["production_date"] = day(segment.get(2))
        elif name == "N1":
            self._party = segment.get(1)
            if self._party == "PE":
                values["payee_npi"] = npi_of(segment)
                values["payee_tin"] = tin_of(segment.get(4)) if segment.get(3) == "FI" else None
                values["payee_other"] = segment.get(4) or None
            elif self._party == "PR":
                values["payer_id"] = segment.get(4) or None
        elif name == "REF" and self._party == "PE" and segment.get(1) == "TJ":
            values["payee_tin"] = tin_of(segment.get(2))
        elif name == "PLB":
            for at in _PLB_PAIRS:
                if segment.get(at):
                    self.payment.provider_adjustment += Decimal(amount(segment, at + 1) or 0)

    def _begin(self, segment: Segment) -> None:
        known = codes()["remittance"]
        head = self.payment.values
        status = segment.get(2)
        values: Row = {
            "number_key": key_of("number", segment.get(1)),
            "payer_key": key_of("payer", segment.get(7)),
            "status_code": status or None,
            "status": next(
                (name for name, listed in known.items() if status in listed and name != "ranks"), "paid"
            ),
            "payer_rank": known["ranks"].get(status),
            "filing_code": segment.get(6) or None,
            "facility_code": segment.get(8) or None,
            "frequency_code": segment.get(9) or None,
            "drg_code": clean_code(segment.get(11)),
            **{key: head.get(key) for key in ("payee_npi", "payee_tin", "payer_id")},
            "payee_key": head.get("payee_npi") or head.get("payee_tin") or head.get("payee_other"),
            "paid_date": head.get("payment_date") or head.get("production_date"),
        }
        self.remittance = Remittance(segment.number, Person(), values)
        self._role = ""
        try:
            values["charge_amount"] = amount(segment, 3)
            values["paid_amount"] = amount(segment, 4)
            values["patient_amount"] = amount(segment, 5)
        except BadValue as problem:
            self.remittance.problem = problem

    def _claim(self, remittance: Remittance, segment: Segment) -> None:
        name, values = segment.name, remittance.values
        if name == "SVC":
            self._line(remittance, segment)
        elif name == "CAS":
            remittance.adjustments += adjustment_rows(segment)
        elif name == "NM1":
            self._role = segment.get(1)
            if self._role == "QC":
                remittance.patient.read(segment)
            elif self._role == "82":
                values["rendering_npi"] = npi_of(segment)
        elif name == "DTM":
            if segment.get(1) == "232":
                values["claim_from"] = day(segment.get(2))
            elif segment.get(1) == "233":
                values["claim_to"] = day(segment.get(2))
        elif name == "AMT" and segment.get(1) == "AU":
            values["covered_amount"] = amount(segment, 2)

    def _line(self, remittance: Remittance, segment: Segment) -> None:
        name = segment.name
        if name == "SVC":
            line: Row = {"line_number": len(remittance.lines) + 1}
            line.update(procedure_columns(segment.parts(1, self.component)))
            line["charge_amount"] = amount(segment, 2)
            line["paid_amount"] = amount(segment, 3)
            line["revenue_center_code"] = line.get("revenue_center_code") or segment.get(4) or None
            line["quantity"] = amount(segment, 5)
            remittance.lines.append(line)
            return
        line = remittance.lines[-1]
        if name == "DTM":
            first = days(segment, 0, 2)[0] if segment.get(2) else None
            if segment.get(1) in ("150", "472"):
                line["line_from"] = first
                line["line_to"] = line.get("line_to") or first
            if segment.get(1) == "151":
                line["line_to"] = first
        elif name == "CAS":
            where = {"line_number": line["line_number"]}
            remittance.adjustments += [{**where, **row} for row in adjustment_rows(segment)]
        elif name == "REF" and segment.get(1) == "6R":
            line["line_key"] = key_of("line", segment.get(2))
        elif name == "REF" and segment.get(1) == "HPI":
            line["rendering_npi"] = segment.get(2) or None
        elif name == "AMT" and segment.get(1) == "B6":
            line["allowed_amount"] = amount(segment, 2)

"""A tiny community written by hand: people, visits, stays and drugs as rows of the canonical tables."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from tests.claims.workbench import Row, Workbench, day

HF_VISIT, HF_DIAGNOSIS = "99214", "I5022"
LBP_VISIT, LBP_DIAGNOSIS = "99213", "M5450"


class Community:
    """Collects rows and loads them into a workbench as one source."""

    def __init__(self, source_id: str = "A1", fmt: str = "cclf") -> None:
        self.source_id = source_id
        self.fmt = fmt
        self.tables: dict[str, list[Row]] = {
            name: []
            for name in (
                "medical_claim",
                "claim_diagnosis",
                "claim_procedure",
                "pharmacy_claim",
                "eligibility",
            )
        }
        self._claims = 0

    def load(self, bench: Workbench) -> Workbench:
        """Give every table of the community to the bench."""
        for name, rows in self.tables.items():
            bench.give(f"{self.fmt}.{name}", rows)
        return bench

    def enrol(self, person: int, **values: Any) -> None:
        """One open span of Parts A and B from 2020, aged 70 or so; any value can be given instead."""
        self.tables["eligibility"].append(
            {
                "source_id": self.source_id,
                "delivery_id": "d1",
                "person_id": person,
                "birth_date": day("1955-06-15"),
                "gender": "female",
                "state_code": "36",
                "enrollment_start_date": day("2020-01-01"),
                "part_a": True,
                "part_b": True,
                "medicare_advantage": False,
                "part_d": False,
                "enrollment_basis": "span",
            }
            | values
        )

    def claim(
        self, kind: str, person: int, start: str, end: str, diagnoses: Sequence[str], lines: Sequence[Row]
    ) -> str:
        """One claim of a CMS claim type; returns its id."""
        self._claims += 1
        claim_id = f"C{self._claims:05d}"
        first, last = day(start), day(end)
        head = {
            "source_id": self.source_id,
            "delivery_id": "d1",
            "claim_id": claim_id,
            "person_id": person,
            "service_month": last.year * 100 + last.month,
        }
        for number, line in enumerate(lines, start=1):
            self.tables["medical_claim"].append(
                head
                | {
                    "claim_line_number": number,
                    "claim_type_code": kind,
                    "claim_type": "professional" if kind in ("71", "72") else "institutional",
                    "claim_start_date": first,
                    "claim_end_date": last,
                    "claim_line_start_date": first,
                    "claim_line_end_date": last,
                }
                | line
            )
        for number, code in enumerate(diagnoses, start=1):
            self.tables["claim_diagnosis"].append(
                head
                | {
                    "diagnosis_sequence": number,
                    "diagnosis_code": code,
                    "diagnosis_code_type": "icd-10-cm",
                }
            )
        return claim_id

    def visit(
        self,
        person: int,
        on: str | date,
        *,
        tin: str = "T1",
        npi: str = "N1",
        code: str = HF_VISIT,
        diagnoses: Sequence[str] = (HF_DIAGNOSIS,),
        allowed: float = 100,
        **line: Any,
    ) -> str:
        """One professional claim with one line."""
        text = str(on)
        values = {
            "hcpcs_code": code,
            "rendering_tin": tin,
            "rendering_npi": npi,
            "rendering_specialty_code": "06",
            "allowed_amount": allowed,
            "paid_amount": allowed * 0.8,
        }
        return self.claim("71", person, text, text, diagnoses, [values | line])

    def stay(
        self,
        person: int,
        start: str,
        end: str,
        drg: str,
        paid: float,
        diagnoses: Sequence[str] = (),
        **line: Any,
    ) -> str:
        """One inpatient claim with one line."""
        return self.claim(
            "60", person, start, end, diagnoses, [{"drg_code": drg, "paid_amount": paid, **line}]
        )

    def drug(self, person: int, on: str, ndc: str, quantity: float, npi: str = "N1", **values: Any) -> str:
        """One drug event."""
        self._claims += 1
        claim_id = f"D{self._claims:05d}"
        when = day(on)
        self.tables["pharmacy_claim"].append(
            {
                "source_id": self.source_id,
                "delivery_id": "d1",
                "claim_id": claim_id,
                "claim_line_number": 1,
                "person_id": person,
                "dispensing_date": when,
                "ndc_code": ndc,
                "quantity": quantity,
                "prescribing_npi": npi,
                "service_month": when.year * 100 + when.month,
            }
            | values
        )
        return claim_id

    def backdrop(self, first: str, last: str) -> None:
        """One unrelated claim at either end, so that the loaded period is known."""
        for on in (first, last):
            self.visit(999_999, on, tin="T0", npi="N0", diagnoses=("Z0000",), allowed=0)


def dates(start: str, *gaps: int) -> list[str]:
    """The start and the days so many days after it."""
    first = day(start)
    return [start, *(str(first + timedelta(days=gap)) for gap in gaps)]

"""Claim lines of drugs and skin substitutes by hand, and the steps of their audit over them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from tests.measures.bench_tables import Row, Tables

PROGRAMS = ("drug", "pfs")
SERVICE = {
    "source_id": "VARCHAR",
    "claim_id": "VARCHAR",
    "claim_line_number": "INTEGER",
    "person_id": "BIGINT",
    "part": "VARCHAR",
    "setting": "VARCHAR",
    "service_date": "DATE",
    "hcpcs_code": "VARCHAR",
    "modifiers": "VARCHAR",
    "quantity": "DECIMAL(18,4)",
    "npi": "VARCHAR",
    "tin": "VARCHAR",
    "facility_ccn": "VARCHAR",
    "place_of_service_code": "VARCHAR",
    "allowed_amount": "DECIMAL(18,2)",
    "paid_amount": "DECIMAL(18,2)",
    "service_month": "INTEGER",
}
CLAIM = {
    "source_id": "VARCHAR",
    "claim_id": "VARCHAR",
    "claim_line_number": "INTEGER",
    "charge_amount": "DECIMAL(18,2)",
    "service_month": "INTEGER",
}
RVU = {
    "year": "INTEGER",
    "release": "VARCHAR",
    "variant": "VARCHAR",
    "valid_from": "DATE",
    "hcpcs_code": "VARCHAR",
    "modifier": "VARCHAR",
    "status_code": "VARCHAR",
    "work_rvu": "DECIMAL(9,2)",
    "non_facility_pe_rvu": "DECIMAL(9,2)",
    "pctc_indicator": "VARCHAR",
    "global_days": "VARCHAR",
    "vintage": "VARCHAR",
}
GPCI = {
    "year": "INTEGER",
    "mac": "VARCHAR",
    "locality": "VARCHAR",
    "state": "VARCHAR",
    "pe_gpci": "DECIMAL(6,3)",
    "basis": "VARCHAR",
    "vintage": "VARCHAR",
}
LINE = {
    "source_id": "VARCHAR",
    "claim_id": "VARCHAR",
    "claim_line_number": "INTEGER",
    "mac": "VARCHAR",
    "locality": "VARCHAR",
    "qp": "BOOLEAN",
    "service_month": "INTEGER",
}
ASP = {"quarter": "VARCHAR", "hcpcs_code": "VARCHAR", "payment_limit": "DECIMAL(18,4)", "vintage": "VARCHAR"}
SAN_FRANCISCO = ("01112", "05")
ALABAMA = ("10112", "00")
# of the file of July 2026: two products by area, one priced by the contractor, one that is none
FILE = [
    ("Q4101", "A", "3.81", "3", "ZZZ"),
    ("A2001", "A", "3.81", "3", "ZZZ"),
    ("Q4112", "C", "0", "3", "XXX"),
    ("Q4081", "E", "0", "9", "XXX"),
    ("99213", "A", "1.46", "0", "XXX"),
]


class Lines:
    """Lines added one by one, then given to the tables that the steps read."""

    def __init__(self) -> None:
        self.service: list[list[Any]] = []
        self.claim: list[list[Any]] = []
        self.place: list[list[Any]] = []
        self.limits: list[list[Any]] = []

    def add(
        self,
        claim: str,
        day: date,
        code: str,
        units: float,
        allowed: str | None,
        modifiers: str | None = None,
        person: int = 1,
        line: int = 1,
        setting: str = "professional",
        charge: str | None = None,
        locality: tuple[str, str] | None = None,
        qp: bool = False,
        tin: str | None = "T1",
        ccn: str | None = None,
    ) -> None:
        """One line; paid is four fifths of what is allowed."""
        month = day.year * 100 + day.month
        amount = None if allowed is None else Decimal(allowed)
        paid = None if amount is None else (amount * 4 / 5).quantize(Decimal("0.01"))
        who = ["S", claim, line, person, "B", setting, day, code, modifiers, units, "N1", tin, ccn, "11"]
        self.service.append([*who, amount, paid, month])
        self.claim.append(["S", claim, line, None if charge is None else Decimal(charge), month])
        if locality is not None:
            self.place.append(["S", claim, line, *locality, qp, month])

    def limit(self, quarter: str, code: str, amount: str) -> None:
        self.limits.append([quarter, code, Decimal(amount), quarter])

    def tables(self, steps: Sequence[str], overrides: dict[str, Any] | None = None) -> dict[str, list[Row]]:
        """Run the steps in the order given; each step's rows."""
        made = Tables(PROGRAMS, data_year=2026, overrides=overrides)
        made.give("claims.service_line", SERVICE, self.service)
        made.give("claims.medical_claim", CLAIM, self.claim)
        made.give("billing.line", LINE, self.place)
        made.give("reference.asp_price", ASP, self.limits)
        give_schedule(made)
        return {step: made.make(step) for step in steps}


def give_schedule(made: Tables) -> None:
    """The products of FILE in the release of July 2026, and two localities."""
    rows = [
        (2026, "C", "nonqp", date(2026, 7, 1), code, "", status, Decimal(0), Decimal(pe), pctc, days, "2026C")
        for code, status, pe, pctc, days in FILE
    ]
    made.give("reference.pfs_rvu", RVU, rows)
    # pfs.md C.8
    made.give(
        "reference.pfs_gpci",
        GPCI,
        [
            (2026, *SAN_FRANCISCO, "CA", Decimal("1.410"), "recovered", "2026"),
            (2026, *ALABAMA, "AL", Decimal("0.875"), "recovered", "2026"),
        ],
    )


SKIN = (
    "billing.drug_service",
    "billing.skin_substitute_code",
    "billing.skin_substitute_rate",
    "billing.skin_substitute",
    "billing.skin_substitute_change",
    "billing.audit_skin_substitute",
)
DRUG = ("billing.drug_service", "billing.drug_usual", "billing.drug_line", "billing.audit_part_b_drug")

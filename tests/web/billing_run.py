"""A run whose billing tables are small enough to add up by hand: two practices, eleven findings."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from corridor.engine.connection import connect
from tests.web.conftest import RUN

MINE, OTHER = "990000001", "990000002"
DOC, PEER = "1999000000", "1999000001"


def finding(number: int, **given: Any) -> dict[str, Any]:
    row: dict[str, Any] = {
        "finding_id": f"{given['kind']}|S|C{number:04d}|1", "person_id": number, "npi": DOC, "tin": MINE,
        "source_id": "S", "claim_id": f"C{number:04d}", "claim_line_number": 1, "other_claim_id": None,
        "other_claim_line_number": None, "other_npi": None, "service_date": date(2026, 3, 2),
        "other_service_date": None, "month": 202603, "hcpcs_code": "G2211", "other_hcpcs_code": None,
        "dollars": Decimal("16.05"), "paid_dollars": None, "rule": "billing.g2211_base",
        "cite": "primary-care code notes E.1", "todo": "Look at the record.", "certainty": "review",
    }  # fmt: skip
    return {**row, **given}


def findings() -> list[dict[str, Any]]:
    """Mine: 8 x 16.05 = 128.40 missed, 71.02 + 20.00 paid in error (one line twice); the other's: 55.00."""
    missed = [
        finding(number, audit="g2211", kind="g2211_missed", direction="missed") for number in range(1, 9)
    ]
    twice = {
        "audit": "conflict", "direction": "paid_in_error", "certainty": "sure", "claim_id": "C0100",
        "service_date": date(2026, 8, 16), "month": 202608, "hcpcs_code": "99490",
    }  # fmt: skip
    return [
        *missed,
        finding(
            100, kind="ccm_twice", dollars=Decimal("71.02"), paid_dollars=Decimal("55.68"), person_id=100,
            other_claim_id="C0200", other_claim_line_number=1, other_npi=PEER,
            other_service_date=date(2026, 8, 9), other_hcpcs_code="99490",
            rule="primary_care.care_management_code", **twice,
        ),
        finding(
            101, kind="monthly_twice", dollars=Decimal("20.00"), paid_dollars=Decimal("15.68"), person_id=100,
            rule="primary_care.care_management_code", **twice,
        ),
        finding(
            102, audit="telehealth", kind="telehealth_place_missing", direction="at_risk", npi=PEER,
            tin=OTHER, dollars=Decimal("55.00"), paid_dollars=Decimal("43.12"), certainty="sure",
        ),
    ]  # fmt: skip


def service_lines() -> list[dict[str, Any]]:
    def line(
        claim: str, number: int, npi: str, tin: str, day: date, code: str, allowed: str
    ) -> dict[str, Any]:
        return {
            "source_id": "S", "claim_id": claim, "claim_line_number": number, "person_id": 100, "part": "B",
            "service_date": day, "hcpcs_code": code, "modifiers": None, "place_of_service_code": "11",
            "npi": npi, "tin": tin, "quantity": Decimal("1"), "allowed_amount": Decimal(allowed),
            "paid_amount": Decimal(allowed) * Decimal("0.784"), "service_month": day.year * 100 + day.month,
        }  # fmt: skip

    return [
        line("C0100", 1, DOC, MINE, date(2026, 8, 16), "99490", "71.02"),
        line("C0100", 2, DOC, MINE, date(2026, 8, 16), "99214", "145.82"),
        line("C0200", 1, PEER, OTHER, date(2026, 8, 9), "99490", "63.92"),
    ]


def medical_claims() -> list[dict[str, Any]]:
    """The lines as an overpayment case reads them."""
    kept = ("source_id", "claim_id", "claim_line_number", "person_id", "tin", "npi")
    return [
        {**{name: row[name] for name in kept}, "paid_date": row["service_date"]} for row in service_lines()
    ]


def priced() -> list[dict[str, Any]]:
    """Mine: 100.00 expected, 110.00 allowed; 60.00 without a price. The other's: 50.00 and 45.00."""

    def line(number: int, npi: str, tin: str, expected: str | None, allowed: str) -> dict[str, Any]:
        left = None if expected is None else Decimal(expected)
        return {
            "source_id": "S", "claim_id": f"P{number:04d}", "claim_line_number": 1, "person_id": number,
            "npi": npi, "tin": tin, "service_date": date(2026, 5, number), "hcpcs_code": "99214",
            "units": Decimal("1"), "mac": "13202", "locality": "03", "locality_basis": "site_zip",
            "status": "priced" if expected else "not_priced", "reason": None if expected else "unknown_code",
            "setting": "non_facility", "rvu_edition": "2026C nonqp", "gpci_edition": "2026",
            "multiple_procedure_factor": 1.0, "bilateral_factor": 1.0, "expected_allowed_amount": left,
            "allowed_amount": Decimal(allowed), "paid_amount": Decimal(allowed) * Decimal("0.784"),
            "difference": None if left is None else Decimal(allowed) - left, "service_month": 202605,
        }  # fmt: skip

    return [
        line(1, DOC, MINE, "100.00", "110.00"),
        line(2, DOC, MINE, None, "60.00"),
        line(3, PEER, OTHER, "50.00", "45.00"),
    ]


def lines() -> list[dict[str, Any]]:
    """Professional lines of 2026 to price under two schedules: three of mine, one of the other practice."""

    def line(number: int, npi: str, tin: str, code: str) -> dict[str, Any]:
        return {
            "source_id": "S", "claim_id": f"L{number:04d}", "claim_line_number": 1, "person_id": number,
            "service_date": date(2026, 7, number), "hcpcs_code": code, "place_of_service_code": "11",
            "setting": "non_facility", "mac": "13202", "locality": "03", "units": Decimal("1"), "npi": npi,
            "tin": tin, "specialty_code": "11", "participating": True, "session_id": f"s{number}",
            "charge_amount": Decimal("500"), "allowed_amount": Decimal("100"),
        }  # fmt: skip

    return [
        line(1, DOC, MINE, "99214"), line(2, DOC, MINE, "99213"), line(3, DOC, MINE, "G2211"),
        line(4, PEER, OTHER, "99214"),
    ]  # fmt: skip


def care() -> dict[str, list[dict[str, Any]]]:
    """APCM of a year: mine 1,000 missed, the other's 400; chronic care of mine with a panel of 27."""
    year = {
        "year": 2026, "months": 12, "person_months": 240, "level_1_months": 200, "level_2_months": 40,
        "level_3_months": 0, "missed_months": 230, "apcm_months": 0, "apcm_amount": 0.0,
        "care_management_amount": 300.0, "now_amount": 300.0, "all_apcm_amount": 1100.0,
        "better_amount": 1300.0, "gain_amount": 1000.0,
    }  # fmt: skip
    margin = {
        "npi": DOC, "tin": MINE, "year": 2026, "program": "ccm", "candidates": 30, "candidate_months": 300,
        "months": 12, "billed_people": 20, "billed_months": 60, "billed_amount": 3600.0, "month_amount": 60.0,
        "month_revenue": 56.0, "month_cost": 19.0, "month_margin": 37.0, "billed_revenue": 3360.0,
        "billed_margin": 2220.0, "fixed_monthly_cost": 1000.0, "break_even_people": 27,
        "open_revenue": 13440.0,
    }  # fmt: skip
    return {
        "billing.apcm_year": [
            {"npi": DOC, "tin": MINE, **year, "missed_amount": 1000.0},
            {"npi": PEER, "tin": OTHER, **year, "missed_amount": 400.0},
        ],
        "billing.care_management_margin": [margin],
    }


def write_billing_run(home: Path) -> None:
    """The tables as a complete run on disk."""
    con = connect(threads=1)
    tables = {
        "billing.finding": findings(), "claims.service_line": service_lines(), "billing.price": priced(),
        "claims.medical_claim": medical_claims(), "billing.line": lines(), **care(),
    }  # fmt: skip
    steps = []
    for table, rows in tables.items():
        folder = home / "steps" / table
        folder.mkdir(parents=True)
        con.execute("create or replace table made as select unnest(?, recursive := true)", [rows])
        con.execute(f"copy made to '{folder}/part.parquet' (format parquet)")
        steps.append({"step": table, "outputs": [f"steps/{table}"], "rows": len(rows), "digest": table})
    con.close()
    manifest = {
        "run_id": RUN, "finished": "2027-04-01T06:00:00+00:00", "corridor_version": "0.1.0",
        "setting": {"performance_year": 2027, "payment_year": 2029, "data_year": 2025},
        "settings": {"organisation": "Arbor", "synthetic": True}, "assumptions": [],
        "law": {"programs": ["asm"], "overrides": {}}, "steps": steps, "externals": {},
    }  # fmt: skip
    (home / "runs" / RUN).mkdir(parents=True)
    (home / "runs" / RUN / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    (home / "runs" / "current").write_text(RUN, encoding="utf-8")

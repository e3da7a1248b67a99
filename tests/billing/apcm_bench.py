"""Small tables for the steps of primary-care management, one call a table, nulls where a row says nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from tests.measures.bench_tables import Row, Tables

PROGRAMS = ("primary_care", "pfs", "population", "claims", "attribution")

LINE = {
    "source_id": "VARCHAR",
    "claim_id": "VARCHAR",
    "claim_line_number": "INTEGER",
    "person_id": "BIGINT",
    "service_date": "DATE",
    "service_end_date": "DATE",
    "part": "VARCHAR",
    "setting": "VARCHAR",
    "hcpcs_code": "VARCHAR",
    "npi": "VARCHAR",
    "tin": "VARCHAR",
    "quantity": "DECIMAL(18,4)",
    "place_of_service_code": "VARCHAR",
    "modifiers": "VARCHAR",
    "allowed_amount": "DECIMAL(18,2)",
    "paid_amount": "DECIMAL(18,2)",
    "service_month": "INTEGER",
}
MONTH = {
    "month": "INTEGER",
    "first_day": "DATE",
    "last_day": "DATE",
    "year": "INTEGER",
    "service_month": "INTEGER",
}
ENROLLED = {
    "person_id": "BIGINT",
    "month": "INTEGER",
    "year": "INTEGER",
    "part_a": "BOOLEAN",
    "part_b": "BOOLEAN",
    "medicare_advantage": "BOOLEAN",
    "fee_for_service": "BOOLEAN",
    "dual": "BOOLEAN",
    "service_month": "INTEGER",
}
FOCAL = {
    "person_id": "BIGINT",
    "year": "INTEGER",
    "npi": "VARCHAR",
    "tin": "VARCHAR",
    "facility_ccn": "VARCHAR",
    "evidence": "VARCHAR",
    "visits": "BIGINT",
    "last_visit": "DATE",
    "confidence": "VARCHAR",
    "points": "DOUBLE",
    "points_share": "DOUBLE",
    "is_primary_specialty": "BOOLEAN",
}
SPAN = {
    "person_id": "BIGINT",
    "source_id": "VARCHAR",
    "enrollment_start_date": "DATE",
    "enrollment_end_date": "DATE",
    "death_date": "DATE",
    "dual_status_code": "VARCHAR",
    "enrollment_basis": "VARCHAR",
}
CONDITION = {
    "person_id": "BIGINT",
    "condition": "VARCHAR",
    "first_date": "DATE",
    "window_is_loaded": "BOOLEAN",
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
    "facility_pe_rvu": "DECIMAL(9,2)",
    "mp_rvu": "DECIMAL(9,2)",
    "non_facility_na": "BOOLEAN",
    "facility_na": "BOOLEAN",
    "vintage": "VARCHAR",
}
GPCI = {
    "year": "INTEGER",
    "mac": "VARCHAR",
    "locality": "VARCHAR",
    "state": "VARCHAR",
    "work_gpci": "DECIMAL(6,3)",
    "pe_gpci": "DECIMAL(6,3)",
    "mp_gpci": "DECIMAL(6,3)",
    "basis": "VARCHAR",
    "vintage": "VARCHAR",
}
PRICED = {
    "npi": "VARCHAR",
    "tin": "VARCHAR",
    "service_date": "DATE",
    "place_of_service_code": "VARCHAR",
    "mac": "VARCHAR",
    "locality": "VARCHAR",
    "setting": "VARCHAR",
    "qp": "BOOLEAN",
}
SAN_FRANCISCO = ("1.095", "1.410", "0.425")  # CA 01112-05 of 2026: work, practice expense, malpractice
# D.1, D.5, D.6: relative values of July 2026, work / practice expense outside and in a facility / malpractice
RVUS_2026 = {
    "G0556": ("0.25", "0.22", "0.06", "0.02"),
    "G0557": ("0.77", "0.79", "0.19", "0.05"),
    "G0558": ("1.67", "1.72", "0.39", "0.12"),
    "G0568": ("1.88", "2.81", "0.42", "0.15"),
    "G0569": ("2.05", "2.17", "0.49", "0.15"),
    "G0570": ("0.93", "0.74", "0.17", "0.06"),
    "99490": ("1.00", "0.91", "0.24", "0.07"),
    "99439": ("0.70", "0.76", "0.17", "0.05"),
    "99426": ("1.00", "0.96", "0.25", "0.07"),
    "99484": ("0.93", "0.73", "0.17", "0.06"),
    "99493": ("2.05", "2.15", "0.49", "0.14"),
    "99454": ("0.00", "1.55", "1.55", "0.01"),
    "99457": ("0.61", "0.90", "0.14", "0.04"),
}


class CareTables(Tables):
    """Tables of one practice; ``rows`` gives a table of the columns named above."""

    def __init__(self, data_year: int = 2026, overrides: Mapping[str, Any] | None = None) -> None:
        super().__init__(PROGRAMS, data_year=data_year, overrides=overrides)

    def rows(self, table: str, columns: Mapping[str, str], rows: list[Row]) -> None:
        for row in rows:
            unknown = set(row) - set(columns)
            assert not unknown, f"{table} has no column {sorted(unknown)}"
        self.give(table, columns, [[row.get(name) for name in columns] for row in rows])

    def calendar(self, *months: int) -> None:
        self.rows("population.month", MONTH, [_month(month) for month in months])

    def enrolled(self, people: list[int], *months: int, **said: Any) -> None:
        plain = {"part_a": True, "part_b": True, "medicare_advantage": False, "fee_for_service": True}
        rows = [
            {"person_id": one, "month": m, "year": m // 100, "service_month": m, **plain, **said}
            for one in people
            for m in months
        ]
        self.rows("population.enrollment_month", ENROLLED, rows)

    def lines(self, rows: list[Row]) -> None:
        full = []
        for at, row in enumerate(rows):
            day: date = row["service_date"]
            plain = {
                "source_id": "S",
                "claim_id": f"C{at + 1}",
                "claim_line_number": 1,
                "part": "B",
                "setting": "professional",
                "quantity": 1,
                "place_of_service_code": "11",
                "service_month": day.year * 100 + day.month,
            }
            full.append({**plain, **row})
        self.rows("claims.service_line", LINE, full)
        self.rows("billing.line", PRICED, [{name: row.get(name) for name in PRICED} for row in full])

    def schedule_2026(self) -> None:
        """The relative values above, and CA 01112-05 of 2026 (E.7 no. 8)."""
        self.rows(
            "reference.pfs_rvu",
            RVU,
            [
                {
                    "year": 2026,
                    "release": "C",
                    "variant": "nonqp",
                    "valid_from": date(2026, 7, 1),
                    "hcpcs_code": code,
                    "modifier": "",
                    "status_code": "A",
                    "work_rvu": work,
                    "non_facility_pe_rvu": office,
                    "facility_pe_rvu": facility,
                    "mp_rvu": malpractice,
                    "non_facility_na": False,
                    "facility_na": False,
                    "vintage": "2026C",
                }
                for code, (work, office, facility, malpractice) in RVUS_2026.items()
            ],
        )
        self.rows(
            "reference.pfs_gpci",
            GPCI,
            [
                {
                    "year": 2026,
                    "mac": "01112",
                    "locality": "05",
                    "state": "CA",
                    "work_gpci": SAN_FRANCISCO[0],
                    "pe_gpci": SAN_FRANCISCO[1],
                    "mp_gpci": SAN_FRANCISCO[2],
                    "basis": "recovered",
                    "vintage": "2026",
                }
            ],
        )


def _month(month: int) -> Row:
    year, number = divmod(month, 100)
    after = date(year + number // 12, number % 12 + 1, 1)
    return {
        "month": month,
        "first_day": date(year, number, 1),
        "last_day": date.fromordinal(after.toordinal() - 1),
        "year": year,
        "service_month": month,
    }


ILLNESSES = ("diabetes", "hypertension", "chronic_kidney_disease")
JUNE = 202606


def apcm_tables(
    conditions: dict[int, tuple[str, ...]],
    qmb: dict[int, str | None] | None = None,
    lines: list[Row] | None = None,
    focal: dict[int, dict[str, Any]] | None = None,
    months: tuple[int, ...] = (202605, JUNE, 202607),
    listed: bool = True,
    loaded_since: date = date(2022, 1, 1),
    overrides: Mapping[str, Any] | None = None,
) -> CareTables:
    """The tables of people with one focal clinician, and the steps to the months of APCM made."""
    tables = CareTables(overrides=overrides)
    tables.schedule_2026()
    tables.calendar(*months)
    people = sorted(conditions)
    tables.enrolled(people, *months)
    tables.con.execute("alter table population.enrollment_month add column died boolean default false")
    status = qmb or {}
    tables.rows(
        "claims.eligibility",
        SPAN,
        [
            {
                "person_id": one,
                "source_id": "S",
                "enrollment_start_date": date(2020, 1, 1),
                "dual_status_code": status.get(one, "00"),
                "enrollment_basis": "monthly",
            }
            for one in people
        ],
    )
    tables.rows(
        "population.condition",
        CONDITION,
        [
            {"person_id": one, "condition": name, "first_date": date(2025, 3, 1), "window_is_loaded": True}
            for one, names in conditions.items()
            for name in names
        ],
    )
    tables.rows(
        "population.condition_claim",
        {
            "person_id": "BIGINT",
            "condition": "VARCHAR",
            "claim_date": "DATE",
            "setting": "VARCHAR",
            "confirms": "BOOLEAN",
            "conditional": "BOOLEAN",
        },
        [],
    )
    tables.rows(
        "population.condition_definition",
        {"condition": "VARCHAR", "not_computed_because": "VARCHAR"},
        [{"condition": "diabetes"}] if listed else [],
    )
    plain = {
        "npi": "9000000001",
        "tin": "T1",
        "evidence": "visit days: 4, the last on 2026-04-02",
        "confidence": "high",
        "is_primary_specialty": True,
        "visits": 4,
    }
    tables.rows(
        "billing.focal_year",
        FOCAL,
        [
            {"person_id": one, "year": year, **plain, **(focal or {}).get(one, {})}
            for one in people
            for year in sorted({month // 100 for month in months})
        ],
    )
    tables.rows("attribution.person", {"person_id": "BIGINT", "tin": "VARCHAR"}, [])
    tables.rows(
        "claims.period",
        {"source_id": "VARCHAR", "first_day": "DATE"},
        [{"source_id": "S", "first_day": loaded_since}],
    )
    tables.lines([visit(one) for one in people] + (lines or []))
    for step in (
        "care_line",
        "care_month",
        "qmb_month",
        "counted_condition",
        "seen_month",
        "apcm_candidate",
        "service_price",
        "clinician_base",
        "clinician_price",
        "apcm_patient_month",
    ):
        tables.make(f"billing.{step}")
    return tables


def visit(person: int, day: date = date(2026, 4, 2), **said: Any) -> Row:
    plain = {
        "person_id": person,
        "service_date": day,
        "hcpcs_code": "99214",
        "npi": "9000000001",
        "tin": "T1",
    }
    return {**plain, **said}

"""Quality results by hand, and the steps from them to rates and gaps."""

from __future__ import annotations

from datetime import date
from typing import Any

from corridor.sources.qpp.tables import RAW_TABLES
from tests.measures.bench_tables import Row, Tables

COMMON = {"source_id": "VARCHAR", "delivery_id": "VARCHAR", "file_date": "DATE"}
SAID: Row = {
    "performance_year": 2027,
    "period_start": date(2027, 1, 1),
    "period_end": date(2027, 12, 31),
    "participation": "individual",
    "tin": "T1",
    "npi": "N1",
    "measure_id": "236",
    "collection_type": "mipscqm",
    "document": "csv",
    "source_id": "north",
    "delivery_id": "d1",
    "load_order": 1,
}
MEASURE = {
    "year": "INTEGER",
    "measure_id": "VARCHAR",
    "e_measure_id": "VARCHAR",
    "e_measure_uuid": "VARCHAR",
    "is_inverse": "BOOLEAN",
}
STRATUM = {"measure_id": "VARCHAR", "stratum": "VARCHAR", "e_measure_uuid": "VARCHAR"}
ROSTER = {
    "tin": "VARCHAR",
    "npi": "VARCHAR",
    "site_id": "VARCHAR",
    "specialty_code": "VARCHAR",
    "start_date": "DATE",
    "end_date": "DATE",
}
CANONICAL = ("claims.measure_name", "claims.measure_patient", "claims.measure_result")
ROLLUP = ("quality.patient", "quality.count", "quality.rollup")


class QualityBench:
    """Rows of the raw tables, then the steps in order."""

    def __init__(self) -> None:
        self.tables = Tables(["asm", "claims", "mips"], data_year=2025)
        self.results: list[Row] = []
        self.patients: list[Row] = []
        self.names: list[Row] = []
        self.measures: list[tuple[Any, ...]] = []
        self.strata: list[tuple[Any, ...]] = []
        self.roster: list[tuple[Any, ...]] = []
        self.aliases: list[tuple[int, int]] = []

    def count(self, denominator: int, numerator: int, **more: Any) -> None:
        self.results.append({**SAID, "denominator": denominator, "numerator": numerator, **more})

    def patient(self, person_id: int, status: str, **more: Any) -> None:
        self.patients.append({**SAID, "person_id": person_id, "status": status, **more})

    def make(self, *steps: str) -> list[Row]:
        """Run the steps named after those every result goes through; the rows of the last."""
        for table, rows in (
            ("qpp_raw.measure_result", self.results),
            ("qpp_raw.measure_patient", self.patients),
            ("qpp_raw.measure_name", self.names),
        ):
            columns = {**RAW_TABLES[table], **COMMON}
            self.tables.give(table, columns, [[row.get(name) for name in columns] for row in rows])
        self.tables.give("reference.qpp_measure", MEASURE, self.measures)
        self.tables.give("reference.qpp_measure_stratum", STRATUM, self.strata)
        self.tables.give("org_raw.provider_roster", ROSTER, self.roster)
        pairs = {"person_id": "BIGINT", "kept_person_id": "BIGINT"}
        self.tables.give("identity.person_alias", pairs, self.aliases)
        found: list[Row] = []
        for step in (*CANONICAL, *(one for one in steps if one not in CANONICAL)):
            found = self.tables.make(step)
        return found

    def rollup(self, **wanted: Any) -> Row:
        """The one row of quality.rollup with these values."""
        found = [
            row for row in self.make(*ROLLUP) if all(row[name] == value for name, value in wanted.items())
        ]
        assert len(found) == 1, found
        return found[0]

"""Fee schedule tables for the pricing tests, read straight from the published files of the test data."""

from __future__ import annotations

import csv
import os
from pathlib import Path
from typing import Any

import duckdb

from corridor.engine.connection import connect

DATA = Path(os.environ.get("CORRIDOR_TEST_DATA", Path(__file__).parents[3] / "shared" / "data")) / "pfs"

RVU = """year integer, release varchar, variant varchar, valid_from date, hcpcs_code varchar,
    modifier varchar, status_code varchar, work_rvu decimal(9,2), non_facility_pe_rvu decimal(9,2),
    facility_pe_rvu decimal(9,2), mp_rvu decimal(9,2), non_facility_na boolean, facility_na boolean,
    pctc_indicator varchar,
    global_days varchar, pre_op decimal(6,4), intra_op decimal(6,4), post_op decimal(6,4),
    multiple_procedure_indicator varchar, bilateral_indicator varchar, assistant_indicator varchar,
    co_surgeon_indicator varchar, team_indicator varchar,
    endoscopic_base_code varchar, conversion_factor decimal(9,4),
    opps_non_facility_pe_rvu decimal(9,2), opps_facility_pe_rvu decimal(9,2), opps_mp_rvu decimal(9,2)"""
GPCI = """year integer, mac varchar, locality varchar, state varchar, locality_name varchar,
    work_gpci decimal(6,3), pe_gpci decimal(6,3), mp_gpci decimal(6,3), basis varchar"""
REQUEST = """request_id bigint, schedule_date date, service_date date, qp boolean, hcpcs_code varchar,
    modifier_1 varchar, modifier_2 varchar, modifier_3 varchar, modifier_4 varchar,
    place_of_service_code varchar, setting varchar, mac varchar, locality varchar, units decimal(18,4),
    charge_amount decimal(18,2), npi varchar, tin varchar, person_id bigint, specialty_code varchar,
    participating boolean, anesthesia_minutes double, session_id varchar"""
NAMES = [part.split()[0] for part in REQUEST.split(",") if not part.strip().startswith(("2)", "4)"))]


def rows_of(path: Path, starts: str) -> list[list[str]]:
    """The rows of a published CSV below the heading row that starts so."""
    with path.open(encoding="latin-1", newline="") as file:
        rows = list(csv.reader(file))
    head = next(n for n, row in enumerate(rows) if row and row[0].startswith(starts))
    return rows[head + 1 :]


def fee_schedule() -> duckdb.DuckDBPyConnection:
    """A connection with the files of 2025 and 2026, and empty tables of what is not published."""
    con = connect(threads=1)
    con.execute("create schema reference; create schema door")
    con.execute(f"create table reference.pfs_rvu ({RVU})")
    con.execute(f"create table reference.pfs_gpci ({GPCI})")
    con.execute(
        "create table reference.pfs_anesthesia (year integer, variant varchar, mac varchar, "
        "locality varchar, conversion_factor decimal(9,2))"
    )
    con.execute(
        "create table reference.anesthesia_base_unit (year integer, hcpcs_code varchar, base_units integer)"
    )
    _rvu(con, DATA / "2025/PPRRVU2025_Oct.csv", "2025, 'D', 'single', date '2025-10-01'", 0)
    _rvu(con, DATA / "2026/PPRRVU2026_Jul_nonQPP.csv", "2026, 'C', 'nonqp', date '2026-07-01'", 1)
    for row in rows_of(DATA / "2025/GPCI2025.csv", "Medicare Administrative"):
        if row[0].isdigit():
            place = [2025, row[0].zfill(5), row[2].zfill(2), row[1], row[3].strip("* ")]
            _insert(con, "reference.pfs_gpci", [*place, *row[4:7], "official"])
    for row in rows_of(DATA / "2026/GPCI2026_recovered.csv", "mac"):
        _insert(
            con,
            "reference.pfs_gpci",
            [2026, row[0], row[2], row[1], row[3].strip("* "), *row[4:7], "recovered"],
        )
    for row in rows_of(DATA / "2025/ANES2025.csv", "Contractor"):
        if row[0].strip().isdigit():
            _insert(
                con,
                "reference.pfs_anesthesia",
                [2025, "single", row[0].strip().zfill(5), row[1].strip().zfill(2), row[3]],
            )
    return con


def _rvu(con: duckdb.DuckDBPyConnection, path: Path, edition: str, shift: int) -> None:
    """Cells by position, as the heading of the file repeats its words; 2026 has one column more behind 22."""
    cells = [row for row in rows_of(path, "HCPCS") if len(row) > 28 + shift]
    columns = list(zip(*cells, strict=False))
    con.register("raw_rvu", {f"c{n}": _array(column) for n, column in enumerate(columns) if n != 2})
    s = shift
    con.execute(
        f"insert into reference.pfs_rvu select {edition}, c0, trim(c1), c3, c5, c6, c8, c10, c7 = 'NA', "
        "c9 = 'NA', case when c13 = '0.00' then '0' else c13 end, c14, c15, c16, c17, c18, c19, c20, c21, "
        f"c22, trim(c{23 + s}), c{24 + s}, c{28 + s}, c{29 + s}, c{30 + s} from raw_rvu"
    )
    con.unregister("raw_rvu")


def _array(column: tuple[str, ...]) -> Any:
    import numpy as np

    return np.array(column, dtype=object)


def _insert(con: duckdb.DuckDBPyConnection, table: str, row: list[Any]) -> None:
    con.execute(f"insert into {table} values ({', '.join('?' for _ in row)})", row)


def ask(
    con: duckdb.DuckDBPyConnection, requests: list[dict[str, Any]], table: str = "door.price_request"
) -> None:
    """A table of requests: what is not given is null; ids count from 1, schedule_date is service_date."""
    con.execute(f"create or replace table {table} ({REQUEST})")
    for number, given in enumerate(requests, 1):
        row = {"request_id": number, "schedule_date": given.get("service_date"), **given}
        unknown = set(row) - set(NAMES)
        assert not unknown, unknown
        con.execute(
            f"insert into {table} ({', '.join(row)}) values ({', '.join('?' for _ in row)})",
            list(row.values()),
        )

"""Every official price in the test data, to the cent: PFREV25C, outpatient caps, anesthesia factors."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from decimal import Decimal

import duckdb
import pytest

from corridor.billing.pricing import price_requests
from corridor.law import load_rules
from tests.billing.pfs_tables import DATA, REQUEST, ask, fee_schedule

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="no test data: see CONTRIBUTING.md")
FORCE = load_rules(["pfs"]).in_force(2026)
LOCALITIES = 109
# Rows of OPPSCAP_Oct.csv with status A, counted with awk: 6,322 of localities as the index file numbers them
# (58 rows of 109 localities), and 348 of six of them under the number of another contractor.
ACTIVE_RECORDS = 6670


@pytest.fixture(scope="module")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    con = fee_schedule()
    yield con
    con.close()


def test_every_record_of_the_revised_payment_file(con: duckdb.DuckDBPyConnection) -> None:
    # PFREV25C: fields 2 to 7 are contractor, locality, code, modifier, non-facility and facility amount.
    with (DATA / "2025/PFREV25C.txt").open(newline="") as file:
        records = [row for row in csv.reader(file) if len(row) > 6 and row[0] == "2025"]
    assert len(records) == LOCALITIES
    asked = [
        {"hcpcs_code": row[3], "modifier_1": row[4].strip() or None, "mac": row[1], "locality": row[2],
         "service_date": "2025-11-03", "setting": setting}
        for row in records
        for setting in ("non_facility", "facility")
    ]  # fmt: skip
    ask(con, asked)
    price_requests(con, FORCE)
    found = con.execute("select amount from door.price order by request_id").fetchall()
    assert [row[0] for row in found] == [Decimal(row[n]) for row in records for n in (5, 6)]


def test_every_cap_of_an_active_code(con: duckdb.DuckDBPyConnection) -> None:
    # OPPSCAP: the lesser of fee schedule and outpatient amount; with status C only the cap, so left out here.
    con.execute(
        "create or replace table cap as select row_number() over () as n, column0 as code, column1 as mod, "
        "column3 as mac, column4 as locality, cast(column5 as decimal(18,2)) as facility, "
        "cast(column6 as decimal(18,2)) as non_facility from read_csv(?, header = false, skip = 1, "
        "all_varchar = true) where column2 = 'A'",
        [str(DATA / "2025/OPPSCAP_Oct.csv")],
    )
    con.execute(f"create or replace table door.price_request ({REQUEST})")
    con.execute(
        "insert into door.price_request (request_id, schedule_date, service_date, hcpcs_code, modifier_1, "
        "mac, locality, setting) "
        "select n * 2 + side, date '2025-10-01', date '2025-10-01', code, nullif(trim(mod), ''), "
        "lpad(mac, 5, '0'), lpad(locality, 2, '0'), if(side = 0, 'facility', 'non_facility') "
        "from cap, (values (0), (1)) as sides(side)"
    )
    price_requests(con, FORCE)
    records, wrong, bound = con.execute(
        "select count(*), count(*) filter (price.unit_amount is distinct from "
        "if(request_id % 2 = 0, facility, non_facility)), count(*) filter (opps_capped) "
        "from cap join door.price on request_id // 2 = n"
    ).fetchone() or (0, 0, 0)
    assert records == 2 * ACTIVE_RECORDS
    assert wrong == 0
    assert bound > 0


def test_every_anesthesia_factor_of_a_locality_from_the_national_one(con: duckdb.DuckDBPyConnection) -> None:
    # 20.3178 x (0.769 work + 0.166 practice expense + 0.065 malpractice), half up to cents: pfs notes A.8.
    published = dict(
        con.execute(
            "select mac || '-' || locality, conversion_factor from reference.pfs_anesthesia where year = 2025"
        ).fetchall()
    )
    assert len(published) == LOCALITIES
    assert published["10112-00"] == Decimal("19.31")
    assert published["02102-01"] == Decimal("27.86")
    con.execute("create or replace temp table kept as select * from reference.pfs_anesthesia")
    con.execute("delete from reference.pfs_anesthesia")
    con.execute("insert into reference.anesthesia_base_unit values (2025, '00100', 5)")
    try:
        places = sorted(published)
        ask(con, [
            {"hcpcs_code": "00100", "mac": place[:5], "locality": place[6:], "service_date": "2025-11-03",
             "anesthesia_minutes": 60} for place in places
        ])  # fmt: skip
        price_requests(con, FORCE)
        found = con.execute("select unit_amount, amount from door.price order by request_id").fetchall()
    finally:
        con.execute("insert into reference.pfs_anesthesia select * from kept")
        con.execute("delete from reference.anesthesia_base_unit")
    assert [row[0] for row in found] == [published[place] for place in places]
    # five base units and four of time
    assert [row[1] for row in found] == [9 * published[place] for place in places]

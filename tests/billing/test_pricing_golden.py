"""Prices worked out beforehand: the national amounts of section H, its unit tests, records of localities."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from corridor.billing.pricing import price_requests
from corridor.billing.pricing.payment import MODEL as PAYMENT
from corridor.law import load_rules
from tests.billing.pfs_tables import DATA, ask, fee_schedule

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="no test data: see CONTRIBUTING.md")
FORCE = load_rules(["pfs"]).in_force(2026)
CASES = Path(__file__).parents[1] / "cases" / "pfs" / "national_amounts.csv"
SCHEDULES = (("2025", "2025-11-03", False), ("2026", "2026-07-15", False), ("2026_qp", "2026-07-15", True))
OFFICE = {"service_date": "2026-07-15", "setting": "non_facility"}


@pytest.fixture(scope="module")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    con = fee_schedule()
    yield con
    con.close()


def priced(
    con: duckdb.DuckDBPyConnection, *asked: dict[str, Any], force: Any = FORCE
) -> list[dict[str, Any]]:
    """The answers to some requests, in their order."""
    ask(con, list(asked))
    price_requests(con, force)
    found = con.execute("select * from door.price order by request_id")
    names = [column[0] for column in found.description or []]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def amounts(con: duckdb.DuckDBPyConnection, *asked: dict[str, Any]) -> list[str]:
    """The amounts of some requests as text."""
    return [str(row["amount"]) for row in priced(con, *asked)]


# ---- section H: national amounts


def test_national_amounts_of_every_code_listed(con: duckdb.DuckDBPyConnection) -> None:
    asked, expected = [], []
    with CASES.open(newline="") as file:
        cases = list(csv.DictReader(file))
    assert len(cases) == 105
    for case in cases:
        for column, day, qp in (
            ("2025", "2025-11-03", False),
            ("2026", "2026-07-15", False),
            ("2026_qp", "2026-07-15", True),
        ):
            for setting in ("non_facility", "facility"):
                if case[f"{setting}_{column}"]:
                    asked.append({
                        "hcpcs_code": case["hcpcs_code"], "modifier_1": case["modifier"] or None,
                        "setting": setting, "service_date": day, "qp": qp,
                    })  # fmt: skip
                    expected.append(Decimal(case[f"{setting}_{column}"]))
    found = priced(con, *asked)
    assert [row["amount"] for row in found] == expected
    for row in found:
        assert row["work_amount"] + row["pe_amount"] + row["mp_amount"] == row["amount"]


def test_relative_values_of_every_code_listed(con: duckdb.DuckDBPyConnection) -> None:
    with CASES.open(newline="") as file:
        for case in csv.DictReader(file):
            for year in ("2025", "2026"):
                if case[f"rvu_{year}"]:
                    row = con.execute(
                        "select work_rvu, non_facility_pe_rvu, facility_pe_rvu, mp_rvu "
                        "from reference.pfs_rvu where year = ? and hcpcs_code = ? and modifier = ?",
                        [int(year), case["hcpcs_code"], case["modifier"]],
                    ).fetchone()
                    assert "/".join(map(str, row or ())) == case[f"rvu_{year}"], case


# ---- section H.1: unit tests of rules


def test_efficiency_adjustment_shows_in_the_files(con: duckdb.DuckDBPyConnection) -> None:
    # H.1 1: 27447 19.60 to 19.11, 66984 7.35 to 7.17, 45378 3.26 to 3.18, 70553-26 2.29 to 2.23
    for code, modifier, before, after in (
        ("27447", "", "19.60", "19.11"), ("66984", "", "7.35", "7.17"), ("45378", "", "3.26", "3.18"),
        ("70553", "26", "2.29", "2.23"), ("99214", "", "1.92", "1.92"), ("93000", "", "0.17", "0.17"),
    ):  # fmt: skip
        found = con.execute(
            "select work_rvu from reference.pfs_rvu where hcpcs_code = ? and modifier = ? order by year",
            [code, modifier],
        ).fetchall()
        assert [str(row[0]) for row in found] == [before, after]


def test_global_row_is_the_sum_of_its_components(con: duckdb.DuckDBPyConnection) -> None:
    # H.1 2: 93306 5.89 = 2.02 + 3.87, 70553 9.49 = 3.15 + 6.34
    for code, parts in (("93306", ["5.89", "2.02", "3.87"]), ("70553", ["9.49", "3.15", "6.34"])):
        found = con.execute(
            "select work_rvu + non_facility_pe_rvu + mp_rvu from reference.pfs_rvu where hcpcs_code = ? "
            "and year = 2026 order by modifier",
            [code],
        ).fetchall()
        assert [str(row[0]) for row in found] == parts


def test_two_conversion_factors(con: duckdb.DuckDBPyConnection) -> None:
    # H.1 3
    visit = {**OFFICE, "hcpcs_code": "99214"}
    assert amounts(con, {**visit, "qp": True}, visit) == ["136.28", "135.61"]


def test_non_participating_and_limiting_charge(con: duckdb.DuckDBPyConnection) -> None:
    # H.1 4: 95.19 x 0.95 = 90.4305; 95.19 x 1.0925 = 103.995075
    row = priced(con, {**OFFICE, "hcpcs_code": "99213", "participating": False})[0]
    assert (str(row["amount"]), str(row["limiting_charge"])) == ("90.43", "104.00")
    assert priced(con, {**OFFICE, "hcpcs_code": "99213"})[0]["limiting_charge"] is None


def test_assistants_at_surgery(con: duckdb.DuckDBPyConnection) -> None:
    # H.1 5: 16% and 13.6% of 1,159.35; the share of a physician assistant is inside the latter
    surgery = {**OFFICE, "hcpcs_code": "27447", "setting": "facility"}
    assert amounts(
        con, {**surgery, "modifier_1": "80"}, {**surgery, "modifier_1": "AS", "specialty_code": "97"}
    ) == ["185.50", "157.67"]


def test_bilateral(con: duckdb.DuckDBPyConnection) -> None:
    # H.1 6: 150% of 68.81 = 103.215
    assert amounts(con, {**OFFICE, "hcpcs_code": "20610", "modifier_1": "50"}) == ["103.22"]


def test_two_procedures_of_a_day(con: duckdb.DuckDBPyConnection) -> None:
    # H.1 7: 132.60 + 50% of 66.47 = 165.835
    day = {**OFFICE, "person_id": 1, "npi": "1", "tin": "9"}
    found = amounts(con, {**day, "hcpcs_code": "17000"}, {**day, "hcpcs_code": "11042"})
    assert found == ["33.24", "132.60"]
    assert sum(map(Decimal, found)) == Decimal("165.84")


def test_endoscopies_of_two_families(con: duckdb.DuckDBPyConnection) -> None:
    # H.1 8: 43239 (base 43235) and 45380 (base 45378) are families of one each, ranked 479.97 before 418.85
    day = {**OFFICE, "session_id": "a"}
    assert amounts(con, {**day, "hcpcs_code": "43239"}, {**day, "hcpcs_code": "45380"}) == [
        "209.43",
        "479.97",
    ]


def test_payment_chain() -> None:
    # H.1 9: 135.61 x 0.8 = 108.49; x 0.91 = 98.73; x 0.98 = 96.76, each rounded
    chain = PAYMENT.evaluate(
        {"amount": 135.61, "charge_amount": float("nan"), "deductible_left": 0.0, "mips_adjustment": -0.09},
        FORCE,
    )
    steps = ("medicare_share_amount", "mips_adjusted_amount", "medicare_paid")
    assert [round(float(chain[step]), 2) for step in steps] == [108.49, 98.73, 96.76]


def test_a_million_dollars_at_the_other_factor() -> None:
    # H.1 10: the factor is worth 0.5%: $1,004,988 of $1,000,000
    ratio = FORCE.number("pfs.conversion_factor_qp") / FORCE.number("pfs.conversion_factor")
    assert round(1_000_000 * ratio) == 1_004_988


# ---- C.5: records of localities; primary-care notes E.7


@pytest.mark.parametrize(
    ("day", "mac", "locality", "code", "office", "facility"),
    [
        ("2026-02-02", "01112", "05", "99213", "117.58", "64.37"),  # PFALL26AR
        ("2026-02-02", "04412", "99", "99203", "114.05", None),  # CMS look-up tool
        ("2025-07-02", "01112", "05", "76145", "1339.81", "1339.81"),  # PFREV25C
        ("2025-07-02", "01112", "09", "76145", "1354.42", "1354.42"),
        ("2025-10-02", "01112", "05", "70496", "343.62", "343.62"),  # OPPSCAP; 364.27 uncapped
        ("2026-02-02", "10112", "00", "90837", "161.70", None),
        ("2026-02-02", "02102", "01", "90837", "232.44", None),
        ("2026-02-02", "13202", "01", "90837", "181.97", None),
        ("2026-02-02", "09102", "04", "90837", "169.67", None),
        ("2025-10-02", "10112", "00", "99213", "81.86", None),
        ("2026-02-02", "01112", "05", "G0557", "66.08", "37.82"),  # primary-care notes E.7 8
        ("2026-02-02", "01112", "05", "G2211", "20.36", "16.12"),
        ("2026-02-02", "04412", "99", "99213", "92.41", None),
        ("2026-02-02", "04412", "99", "G0558", "113.92", None),
        ("2026-02-02", "02102", "01", "G0557", "67.60", None),
    ],
)  # fmt: skip
def test_record_of_a_locality(
    con: duckdb.DuckDBPyConnection,
    day: str,
    mac: str,
    locality: str,
    code: str,
    office: str,
    facility: str | None,
) -> None:
    asked = {"service_date": day, "hcpcs_code": code, "mac": mac, "locality": locality}
    found = amounts(con, {**asked, "setting": "non_facility"}, {**asked, "setting": "facility"})
    assert found[0] == office
    assert facility is None or found[1] == facility


def test_the_cap_of_imaging_binds(con: duckdb.DuckDBPyConnection) -> None:
    # C.5: 343.62 in place of 364.27; with the cap off, the fee of the formula comes back
    asked = {
        "service_date": "2025-10-02",
        "hcpcs_code": "70496",
        "mac": "01112",
        "locality": "05",
        "setting": "facility",
    }
    capped = priced(con, asked)[0]
    off = load_rules(["pfs"], overrides={"pfs.opps_cap_applies": False}).in_force(2025)
    free = priced(con, asked, force=off)[0]
    assert (capped["opps_capped"], str(capped["amount"])) == (True, "343.62")
    assert (free["opps_capped"], str(free["amount"])) == (False, "364.27")


def test_units_of_therapy(con: duckdb.DuckDBPyConnection) -> None:
    # C.5: 35.72 for the first unit of the day, 25.85 for each other, here 3 units on two lines
    day = {
        "service_date": "2025-10-02",
        "mac": "01112",
        "locality": "05",
        "setting": "non_facility",
        "session_id": "a",
    }
    found = priced(
        con, {**day, "hcpcs_code": "97110", "units": 2}, {**day, "hcpcs_code": "97110", "units": 1}
    )
    assert [str(row["amount"]) for row in found] == ["61.57", "25.85"]
    assert [row["repeated_units"] for row in found] == [1, 1]


def test_a_panel_of_a_thousand_patients(con: duckdb.DuckDBPyConnection) -> None:
    # primary-care notes E.7 9: 1,000 x 12 x 53.78 allowed; 80% less 2% of it paid
    row = priced(con, {**OFFICE, "hcpcs_code": "G0557", "units": 12_000})[0]
    assert str(row["amount"]) == "645360.00"
    chain = PAYMENT.evaluate(
        {"amount": 645360.0, "charge_amount": float("nan"), "deductible_left": 0.0, "mips_adjustment": 0.0},
        FORCE,
    )
    assert round(float(chain["medicare_paid"]), 2) == 505962.24

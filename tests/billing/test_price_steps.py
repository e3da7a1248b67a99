"""The steps over claims: the locality of a line and how it is known, its price beside what was allowed."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from corridor.billing.price import home_locality, price
from corridor.billing.pricing import RULES_USED
from corridor.engine import SqlStep, StepContext
from corridor.engine.catalogue import load_catalogue
from corridor.law import load_rules
from tests.billing.pfs_tables import DATA, fee_schedule

CLAIM = """source_id varchar, claim_id varchar, claim_line_number integer, claim_type_code varchar,
    person_id bigint, claim_start_date date, claim_end_date date, claim_line_start_date date,
    place_of_service_code varchar, service_unit_quantity decimal(18,4), hcpcs_code varchar,
    hcpcs_modifier_1 varchar, hcpcs_modifier_2 varchar, hcpcs_modifier_3 varchar, hcpcs_modifier_4 varchar,
    rendering_npi varchar, rendering_tin varchar, rendering_specialty_code varchar, billing_npi varchar,
    billing_tin varchar, contractor_number varchar, paid_amount decimal(18,2), allowed_amount decimal(18,2),
    charge_amount decimal(18,2), service_month integer"""
LINE = {
    "source_id": "S", "claim_line_number": 1, "claim_type_code": "71", "person_id": 1,
    "claim_start_date": "2026-07-15", "place_of_service_code": "11", "service_unit_quantity": 1,
    "hcpcs_code": "99214", "rendering_npi": "1", "rendering_tin": "9", "allowed_amount": 130,
    "service_month": 202607,
}  # fmt: skip


def lines(
    con: duckdb.DuckDBPyConnection, billing: dict[str, str], *changes: dict[str, Any]
) -> list[dict[str, Any]]:
    """billing.line and billing.price of some claim lines, joined."""
    force = load_rules(["pfs", "claims"]).in_force(2026)
    con.execute(
        "create schema claims; create schema org_raw; create schema billing; create schema rules;"
        "create schema qp;"
        "create table qp.status as select '3' as npi, '9' as tin, 2026 as payment_year, 'qp' as status;"
        f"create table claims.medical_claim ({CLAIM});"
        "create table org_raw.provider_roster (npi varchar, tin varchar, site_id varchar, site_zip varchar, "
        "start_date date); insert into org_raw.provider_roster values ('2', '9', 'x', '35203', null), "
        "('2', '9', 'y', '99501', date '2026-01-01'), ('4', '9', 'z', '77001', null), "
        "('5', '9', 'w', '94501', null);"
        "create table reference.pfs_zip_locality (zip_code varchar, mac varchar, locality varchar, "
        "plus_four boolean, period varchar);"
        "insert into reference.pfs_zip_locality values ('35203', '10112', '00', false, '20261'), "
        "('99501', '02102', '01', false, '20261'), "
        "('77001', '04412', '99', false, '20254'), ('77001', '04412', '18', false, '20262'), "
        "('77001', '04412', '31', false, '20264'), ('94501', '01112', '05', true, '20261')"
    )
    for number, change in enumerate(changes, 1):
        row = {**LINE, "claim_id": str(number), **change}
        con.execute(
            f"insert into claims.medical_claim ({', '.join(row)}) values ({', '.join('?' for _ in row)})",
            list(row.values()),
        )
    force.register(con, ["claims.claim_setting", *RULES_USED])
    context = StepContext(con, force, {"billing": billing})
    columns, _ = home_locality(context)
    con.register("home", columns)
    con.execute("create table billing.home_locality as select * from home")
    step = load_catalogue().steps["billing.line"]
    assert isinstance(step, SqlStep)
    con.execute(f"create table billing.line as {step.sql}")
    found = con.execute(f"{price(context)} order by claim_id")
    names = [column[0] for column in found.description or []]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


@pytest.mark.skipif(not DATA.is_dir(), reason="no test data: see CONTRIBUTING.md")
def test_lines_of_claims_and_their_prices() -> None:
    con = fee_schedule()
    found = lines(
        con, {"mac": "04412", "locality": "99"},
        {},
        {"rendering_npi": "2"},
        {"contractor_number": "10112"},
        {"hcpcs_code": "J1100", "person_id": 2},
        {"claim_type_code": "40"},
    )  # fmt: skip
    # the hospital's own line is none of the fee schedule; the newest site of the roster decides
    assert [row["claim_id"] for row in found] == ["1", "2", "3", "4"]
    assert [row["locality_basis"] for row in found] == ["settings", "site_zip", "contractor", "settings"]
    assert [(row["mac"], row["locality"]) for row in found[:3]] == [
        ("04412", "99"),
        ("02102", "01"),
        ("10112", "00"),
    ]
    # Alabama: (1.92 + 2.00 x 0.875 + 0.14 x 0.566) x 33.4009 = 125.2280; 130 was allowed
    assert (found[2]["amount"], found[2]["difference"]) == (Decimal("125.23"), Decimal("4.77"))
    assert found[3]["amount"] is None
    assert found[3]["status"] == "not_priced"
    con.close()


@pytest.mark.skipif(not DATA.is_dir(), reason="no test data: see CONTRIBUTING.md")
def test_without_any_locality_the_amount_is_national() -> None:
    con = fee_schedule()
    found = lines(con, {}, {}, {"rendering_npi": "3"})
    # a qualifying participant of the payment year is priced with the factor of those: 136.28
    assert [row["qp_status"] for row in found] == ["unknown", "qp"]
    assert found[1]["amount"] == Decimal("136.28")
    assert (found[0]["locality_basis"], found[0]["amount"]) == ("national", Decimal("135.61"))
    con.close()


@pytest.mark.skipif(not DATA.is_dir(), reason="no test data: see CONTRIBUTING.md")
def test_the_edition_of_the_zip_file_is_that_of_the_service() -> None:
    """Editions of 2025Q4, 2026Q2 and 2026Q4: the newest that is not after the service, else the earliest."""
    con = fee_schedule()
    days = ["2025-03-31", "2025-10-01", "2026-03-31", "2026-04-01", "2026-09-30", "2026-10-01", "2027-01-01"]
    found = lines(
        con, {}, *[{"rendering_npi": "4", "claim_start_date": day} for day in days], {"rendering_npi": "5"}
    )
    assert [row["locality"] for row in found[:7]] == ["99", "99", "99", "18", "18", "31", "31"]
    assert {row["locality_basis"] for row in found[:7]} == {"site_zip"}
    # a ZIP code that needs four more digits: its own locality, and said
    assert (found[7]["locality"], found[7]["locality_basis"]) == ("05", "site_zip_plus_four")
    con.close()


@pytest.mark.skipif(not DATA.is_dir(), reason="no test data: see CONTRIBUTING.md")
def test_month_by_month_or_together_each_line_has_the_same_price(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Three months, two images of one session in the last of them, and a line without a date."""
    days = ["2026-01-31", "2026-02-01", "2026-02-01"]
    given = [
        {}, *[{"hcpcs_code": "74177", "claim_start_date": day, "hcpcs_modifier_1": "TC"} for day in days],
        {"claim_start_date": None},
    ]  # fmt: skip
    together, apart = [], []
    for found, rows in ((together, 1000), (apart, 1)):
        con = fee_schedule()
        con.execute(f"set temp_directory = '{tmp_path}'")
        monkeypatch.setattr("corridor.billing.price.PIECE_ROWS", rows)
        found += lines(con, {"mac": "10112", "locality": "00"}, *given)
        con.close()
    assert apart == together
    assert len(list(tmp_path.glob("price-*.parquet"))) == 4
    # the second image of the day is paid half of its technical component
    first, second = sorted(row["amount"] for row in apart[2:4])
    assert first == (second / 2).quantize(Decimal("0.01"), "ROUND_HALF_UP")
    assert (apart[4]["amount"], apart[4]["reason"]) == (None, "unknown_date")

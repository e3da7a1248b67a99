"""The rules of a line and of a session, each with amounts worked out in the case."""

from __future__ import annotations

import random
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import duckdb
import pytest

from corridor.billing.pricing import price_requests
from corridor.law import load_rules
from tests.billing.pfs_tables import DATA, ask, fee_schedule

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="no test data: see CONTRIBUTING.md")
FORCE = load_rules(["pfs"]).in_force(2026)
OFFICE = {"service_date": "2026-07-15", "setting": "non_facility"}
DAY = {**OFFICE, "session_id": "a"}
CENT = Decimal("0.01")


@pytest.fixture(scope="module")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    con = fee_schedule()
    yield con
    con.close()


def priced(con: duckdb.DuckDBPyConnection, *asked: dict[str, Any], **options: Any) -> list[dict[str, Any]]:
    ask(con, list(asked))
    price_requests(con, options.pop("force", FORCE), **options)
    found = con.execute("select * from door.price order by request_id")
    names = [column[0] for column in found.description or []]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def amounts(con: duckdb.DuckDBPyConnection, *asked: dict[str, Any]) -> list[Decimal]:
    return [row["amount"] for row in priced(con, *asked)]


def half_up(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)


@pytest.mark.parametrize(
    ("code", "modifier", "specialty", "amount"),
    [
        ("27447", "54", None, "915.89"),  # (0.10 + 0.69) x 1159.35 = 915.8865
        ("27447", "55", None, "243.46"),  # 0.21 x 1159.35 = 243.4635
        ("27447", "56", None, "115.94"),  # 0.10 x 1159.35 = 115.935
        ("27447", "78", None, "799.95"),  # 0.69 x 1159.35 = 799.9515
        ("27447", "62", None, "724.59"),  # 0.625 x 1159.35 = 724.59375
        ("99214", None, "50", "115.27"),  # nurse practitioner: 0.85 x 135.61 = 115.2685
        ("90837", None, "80", "125.25"),  # clinical social worker: 0.75 x 167.00
        ("97110", "CQ", None, "24.70"),  # 0.85 x 29.06 = 24.701
        ("70553", "26", None, "105.21"),
        ("45378", "53", None, "189.38"),
        ("99214", "25", None, "135.61"),
    ],
)
def test_modifier_or_practitioner(
    con: duckdb.DuckDBPyConnection, code: str, modifier: str | None, specialty: str | None, amount: str
) -> None:
    asked = {**OFFICE, "hcpcs_code": code, "modifier_1": modifier, "specialty_code": specialty}
    assert amounts(con, asked) == [Decimal(amount)]


@pytest.mark.parametrize(
    ("change", "status", "reason"),
    [
        ({"hcpcs_code": "XXXXX"}, "not_priced", "unknown_code"),
        ({"modifier_1": "#1"}, "not_priced", "unknown_modifier"),
        ({"modifier_1": "26"}, "not_priced", "modifier_without_row"),
        ({"setting": None, "place_of_service_code": "00"}, "not_priced", "unknown_place"),
        ({"setting": None}, "not_priced", "unknown_place"),
        ({"mac": "99999", "locality": "99"}, "not_priced", "unknown_locality"),
        ({"mac": "10112"}, "not_priced", "unknown_locality"),
        ({"service_date": None}, "not_priced", "unknown_date"),
        ({"service_date": "2019-05-05"}, "not_priced", "no_schedule"),
        ({"service_date": "2027-05-05"}, "not_priced", "no_schedule"),
        ({"units": 0}, "not_priced", "no_units"),
        ({"hcpcs_code": "17000", "modifier_1": "80"}, "not_priced", "assistant_not_paid"),
        ({"hcpcs_code": "17000", "modifier_1": "62"}, "not_priced", "co_surgeon_not_paid"),
        ({"modifier_1": "54"}, "not_priced", "no_global_split"),
        ({"hcpcs_code": "27447", "modifier_1": "52"}, "contractor_priced", "by_report_modifier"),
        ({"hcpcs_code": "27447", "modifier_1": "53"}, "contractor_priced", "by_report_53"),
        ({"hcpcs_code": "00100"}, "not_priced", "no_anesthesia_base_units"),
        ({"hcpcs_code": "0633T"}, "contractor_priced", "status_C"),
        ({"hcpcs_code": "98000"}, "not_priced", "status_I"),
    ],
)
def test_never_a_silent_zero(
    con: duckdb.DuckDBPyConnection, change: dict[str, Any], status: str, reason: str
) -> None:
    row = priced(con, {**OFFICE, "hcpcs_code": "99214", **change})[0]
    assert (row["status"], row["reason"], row["amount"]) == (status, reason, None)


def test_what_is_by_report_keeps_its_schedule_amount(con: duckdb.DuckDBPyConnection) -> None:
    assert (
        str(priced(con, {**OFFICE, "hcpcs_code": "27447", "modifier_1": "22"})[0]["unit_amount"]) == "1159.35"
    )


def test_a_family_of_endoscopies(con: duckdb.DuckDBPyConnection) -> None:
    # 45385 in full, 45380 its difference to the base 45378, the base nothing; 17000 ranks behind the family.
    codes = ("45378", "45380", "45385", "17000")
    alone = dict(zip(codes, amounts(con, *({**OFFICE, "hcpcs_code": code} for code in codes)), strict=True))
    found = priced(con, *({**DAY, "hcpcs_code": code} for code in codes))
    assert [row["amount"] for row in found] == [
        Decimal(0), alone["45380"] - alone["45378"], alone["45385"], half_up(alone["17000"] / 2),
    ]  # fmt: skip
    assert [row["reason"] for row in found] == ["endoscopy_base_included", None, None, None]
    full = load_rules(["pfs"], overrides={"pfs.endoscopy_further": "fee"}).in_force(2026)
    assert priced(con, *({**DAY, "hcpcs_code": c} for c in codes), force=full)[1]["amount"] == alone["45380"]


def test_the_sixth_procedure_is_by_report(con: duckdb.DuckDBPyConnection) -> None:
    found = priced(con, *({**DAY, "hcpcs_code": "11042"} for _ in range(6)))
    assert [str(row["amount"]) for row in found[:5]] == ["132.60", *["66.30"] * 4]
    assert (found[5]["status"], found[5]["reason"]) == ("contractor_priced", "by_report_multiple")


def test_images_of_a_session(con: duckdb.DuckDBPyConnection) -> None:
    # 70553 is the higher in both components; of 71250 half the technical and 95% of the professional remain.
    parts = amounts(con, *({**OFFICE, "hcpcs_code": "71250", "modifier_1": m} for m in ("TC", "26")))
    found = amounts(con, {**DAY, "hcpcs_code": "71250"}, {**DAY, "hcpcs_code": "70553"})
    assert found == [half_up(parts[0] / 2 + parts[1] * Decimal("0.95")), Decimal("316.97")]


def test_heart_tests_of_a_session(con: duckdb.DuckDBPyConnection) -> None:
    # 93306 129.26 of 196.73 is technical; the second of the day is paid 75% of that: 196.73 - 0.25 x 129.26
    found = amounts(con, {**DAY, "hcpcs_code": "93306"}, {**DAY, "hcpcs_code": "93306"})
    assert found == [Decimal("196.73"), half_up(Decimal("196.73") - Decimal("129.26") / 4)]


def test_therapy_of_a_day_by_practice_expense(con: duckdb.DuckDBPyConnection) -> None:
    # 97110 has the higher practice expense; 97140: (0.43 + 0.5 x 0.39 + 0.01) x 33.4009 = 21.2096
    found = amounts(con, {**DAY, "hcpcs_code": "97140"}, {**DAY, "hcpcs_code": "97110"})
    assert list(map(str, found)) == ["21.21", "29.06"]


def test_film_takes_a_fifth_of_the_technical_part(con: duckdb.DuckDBPyConnection) -> None:
    whole, technical = amounts(
        con, {**OFFICE, "hcpcs_code": "71046"}, {**OFFICE, "hcpcs_code": "71046", "modifier_1": "TC"}
    )
    assert amounts(con, {**OFFICE, "hcpcs_code": "71046", "modifier_1": "FX"}) == [
        half_up(whole - technical / 5)
    ]


def test_sessions_are_of_a_patient_a_day_and_a_clinician(con: duckdb.DuckDBPyConnection) -> None:
    first = {**OFFICE, "hcpcs_code": "11042", "person_id": 1, "npi": "1", "tin": "9"}
    assert list(map(str, amounts(con, first, {**first, "hcpcs_code": "17000"}))) == ["132.60", "33.24"]
    for change in ({"person_id": 2}, {"npi": "2"}, {"service_date": "2026-07-16"}, {"person_id": None}):
        assert str(amounts(con, first, {**first, "hcpcs_code": "17000", **change})[1]) == "66.47", change
    # images are ranked in the practice, whoever read them
    image = {**first, "hcpcs_code": "71250"}
    assert len(set(amounts(con, image, {**image, "npi": "2"}))) == 2


def test_paid_only_where_nothing_else_is(con: duckdb.DuckDBPyConnection) -> None:
    found = priced(con, {**DAY, "hcpcs_code": "36591"}, {**DAY, "hcpcs_code": "99213"})
    assert [(str(row["amount"]), row["reason"]) for row in found] == [
        ("0.00", "status_T_bundled"),
        ("95.19", None),
    ]
    assert priced(con, {**DAY, "hcpcs_code": "36591"})[0]["reason"] is None


def test_the_lesser_of_charge_and_price(con: duckdb.DuckDBPyConnection) -> None:
    found = priced(con, *({**OFFICE, "hcpcs_code": "99214", "charge_amount": c} for c in (100, 200, None)))
    assert [str(row["expected_allowed_amount"]) for row in found] == ["100.00", "135.61", "135.61"]


def test_editions_are_said(con: duckdb.DuckDBPyConnection) -> None:
    days = (("2026-07-15", False), ("2026-02-15", False), ("2026-08-01", True))
    found = priced(
        con, *({**OFFICE, "hcpcs_code": "99214", "service_date": day, "qp": qp} for day, qp in days)
    )
    assert [row["rvu_edition"] for row in found] == [
        "2026C nonqp",
        "2026C nonqp (a later release of the year)",
        "2026C nonqp (RVUs of the other variant)",
    ]


def test_anesthesia(con: duckdb.DuckDBPyConnection) -> None:
    # Alabama 2025: (5 + 61 / 15 = 4.1) x 19.31 = 175.721; half of it where medically directed; AD: 3 units
    con.execute("insert into reference.anesthesia_base_unit values (2025, '00100', 5)")
    asked = {"service_date": "2025-11-03", "hcpcs_code": "00100", "mac": "10112", "locality": "00",
             "anesthesia_minutes": 61}  # fmt: skip
    try:
        found = amounts(con, *({**asked, "modifier_1": modifier} for modifier in ("AA", "QK", "AD")))
        missing = priced(con, {**asked, "anesthesia_minutes": None})[0]["reason"]
    finally:
        con.execute("delete from reference.anesthesia_base_unit")
    assert list(map(str, found)) == ["175.72", "87.86", "57.93"]
    assert missing == "no_anesthesia_minutes"


def test_columns_agree_with_decimals_and_pieces_with_the_whole(con: duckdb.DuckDBPyConnection) -> None:
    # A second way to the amount, in Decimal, for random codes, localities, settings and factors.
    draw = random.Random(7)
    codes = con.execute(
        "select hcpcs_code, work_rvu, non_facility_pe_rvu, facility_pe_rvu, mp_rvu from reference.pfs_rvu "
        "where year = 2026 and status_code = 'A' and modifier = '' "
        "and opps_mp_rvu + opps_non_facility_pe_rvu = 0 "
        "and multiple_procedure_indicator <> '5' order by 1"
    ).fetchall()
    places = con.execute("select mac, locality, work_gpci, pe_gpci, mp_gpci from reference.pfs_gpci "
                         "where year = 2026 order by 1, 2").fetchall()  # fmt: skip
    asked, expected = [], []
    for number in range(1500):
        code, place = draw.choice(codes), draw.choice(places)
        setting, qp, takes_part = (
            draw.choice(("facility", "non_facility")),
            draw.random() < 0.5,
            draw.random() < 0.5,
        )
        specialty, share = draw.choice((("11", "1"), ("50", "0.85"), ("80", "0.75")))
        units = draw.choice((1, 2, 7))
        asked.append({
            "service_date": f"2026-07-{1 + number % 28:02d}", "hcpcs_code": code[0], "mac": place[0],
            "locality": place[1], "setting": setting, "qp": qp, "participating": takes_part,
            "specialty_code": specialty, "units": units,
        })  # fmt: skip
        expense = code[3] if setting == "facility" else code[2]
        factor = Decimal("33.5675" if qp else "33.4009")
        unit = half_up((code[1] * place[2] + expense * place[3] + code[4] * place[4]) * factor)
        expected.append(half_up(unit * units * Decimal(share) * Decimal("1" if takes_part else "0.95")))
    whole = priced(con, *asked)
    assert [row["amount"] for row in whole] == expected
    assert all(row["work_amount"] + row["pe_amount"] + row["mp_amount"] == row["amount"] for row in whole)
    assert priced(con, *asked, chunk_rows=100) == whole

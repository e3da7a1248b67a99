"""Rules of the pricer that are easy to pass over, each with its amounts worked out in the case."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import duckdb
import pytest

from corridor.billing.pricing import price_requests
from corridor.billing.pricing.explain import Explained
from corridor.billing.pricing.noted import Noted
from corridor.law import load_rules
from tests.billing.pfs_tables import DATA, ask, fee_schedule

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="no test data: see CONTRIBUTING.md")
FORCE = load_rules(["pfs"]).in_force(2026)
OFFICE = {"service_date": "2026-07-15", "setting": "non_facility"}
DAY = {**OFFICE, "session_id": "a"}
IN_PRACTICE = {**OFFICE, "person_id": 7, "tin": "9"}
CENT = Decimal("0.01")


@pytest.fixture(scope="module")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    con = fee_schedule()
    yield con
    con.close()


def priced(con: duckdb.DuckDBPyConnection, *asked: dict[str, Any], **options: Any) -> list[dict[str, Any]]:
    ask(con, list(asked))
    price_requests(con, FORCE, **options)
    found = con.execute("select * from door.price order by request_id")
    names = [column[0] for column in found.description or []]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def outcome(con: duckdb.DuckDBPyConnection, **asked: Any) -> tuple[str, str | None, Decimal | None]:
    row = priced(con, {**OFFICE, **asked})[0]
    return row["status"], row["reason"], row["amount"]


def assumed(con: duckdb.DuckDBPyConnection, *asked: dict[str, Any]) -> set[str]:
    explained = Explained(con)
    priced(con, *asked, watch=explained)
    return {name.removeprefix("pfs.") for name in explained.rules}


def half_up(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)


# ---- rows without relative values


def test_a_restricted_code_without_values_is_no_free_service(con: duckdb.DuckDBPyConnection) -> None:
    # 62 restricted codes of 2026 have rows of nothing but zeros; one stands for them
    code = con.execute(
        "select min(hcpcs_code) from reference.pfs_rvu where year = 2026 and status_code = 'R' "
        "and modifier = '' and work_rvu + non_facility_pe_rvu + mp_rvu = 0"
    ).fetchall()[0][0]
    none = ("contractor_priced", "no_relative_values", None)
    assert outcome(con, hcpcs_code=code) == none
    assert outcome(con, hcpcs_code=code, setting="facility") == none
    # it makes no other service of the day one of two: 36591 is paid where it is the only one that is
    found = priced(con, {**DAY, "hcpcs_code": code}, {**DAY, "hcpcs_code": "36591"})
    assert [row["reason"] for row in found] == ["no_relative_values", None]
    assert found[1]["amount"] > 0


# ---- a practice with qualifying participants and others


def test_therapy_is_ranked_across_the_practice(con: duckdb.DuckDBPyConnection) -> None:
    # 97110 has the higher practice expense: full, at the factor of others: 0.87 x 33.4009 = 29.06. 97140 is
    # the further one, at the factor of participants: (0.43 + 0.5 x 0.39 + 0.01) x 33.5675 = 21.3154
    other = {**IN_PRACTICE, "hcpcs_code": "97110", "npi": "1", "qp": False}
    participant = {**IN_PRACTICE, "hcpcs_code": "97140", "npi": "2", "qp": True}
    for order in ((other, participant), (participant, other)):
        found = {row["conversion_factor"]: row for row in priced(con, *order)}
        assert [str(found[Decimal(f)]["amount"]) for f in ("33.4009", "33.5675")] == ["29.06", "21.32"]
    labels = {row["rvu_edition"] for row in priced(con, other, participant)}
    assert labels == {"2026C nonqp", "2026C nonqp (RVUs of the other variant)"}


def test_images_and_heart_tests_are_ranked_across_the_practice(con: duckdb.DuckDBPyConnection) -> None:
    # 70553-TC 6.34 x 33.5675 = 212.82 in full; 93306-TC beside 93306-TC of a participant is higher there
    image = {**IN_PRACTICE, "hcpcs_code": "70553", "modifier_1": "TC"}
    found = priced(con, {**image, "npi": "1", "qp": False}, {**image, "npi": "2", "qp": True})
    # 211.76 / 2 = 105.88
    assert [str(row["amount"]) for row in found] == ["105.88", "212.82"]
    heart = {**IN_PRACTICE, "hcpcs_code": "93306", "modifier_1": "TC"}
    found = priced(con, {**heart, "npi": "1", "qp": False}, {**heart, "npi": "2", "qp": True})
    # 129.26 x 0.75 = 96.945; the participant's 129.91 is the higher
    assert [str(row["amount"]) for row in found] == ["96.95", "129.91"]


def test_both_variants_of_the_file_in_one_session() -> None:
    # The participants' file gives 97140 a practice expense of 0.60: it is the higher of the day, in full:
    # (0.43 + 0.60 + 0.01) x 33.5675 = 34.9102; 97110: (0.45 + 0.5 x 0.41 + 0.01) x 33.4009 = 22.2116
    con = fee_schedule()
    con.execute(
        "insert into reference.pfs_rvu select * replace ('qp' as variant, "
        "if(hcpcs_code = '97140', 0.60, non_facility_pe_rvu) as non_facility_pe_rvu) "
        "from reference.pfs_rvu where year = 2026"
    )
    found = priced(
        con,
        {**IN_PRACTICE, "hcpcs_code": "97110", "npi": "1", "qp": False},
        {**IN_PRACTICE, "hcpcs_code": "97140", "npi": "2", "qp": True},
    )
    assert [str(row["amount"]) for row in found] == ["22.21", "34.91"]
    assert [row["rvu_edition"] for row in found] == ["2026C nonqp", "2026C qp"]
    # a family of endoscopies in a named session of both: 45378 is the base of 45380 in either file
    family = priced(con, {**DAY, "hcpcs_code": "45378", "qp": True}, {**DAY, "hcpcs_code": "45380"})
    assert [row["reason"] for row in family] == ["endoscopy_base_included", None]
    con.close()


# ---- ranks


def test_ranks_are_by_the_fee_of_the_line(con: duckdb.DuckDBPyConnection) -> None:
    # three units of 17000, 3 x 66.47 = 199.41, outrank one of 11042, 132.60: half of that is 66.30
    noted = Noted()
    found = priced(
        con, {**DAY, "hcpcs_code": "11042"}, {**DAY, "hcpcs_code": "17000", "units": 3}, watch=noted
    )
    assert [str(row["amount"]) for row in found] == ["66.30", "199.41"]
    assert noted.units_of_multiple_procedure == {"17000": 1}
    # both sides count too: 20610-50 1.5 x 68.81 = 103.215 stays behind 11042: half of it, 51.6075
    found = priced(con, {**DAY, "hcpcs_code": "11042"}, {**DAY, "hcpcs_code": "20610", "modifier_1": "50"})
    assert [str(row["amount"]) for row in found] == ["132.60", "51.61"]
    # images: three units of 71250-TC, 3 x 83.17, count together
    alone = priced(con, {**OFFICE, "hcpcs_code": "71250", "modifier_1": "TC"})[0]["amount"]
    assert str(alone) == "83.17"
    found = priced(
        con,
        {**DAY, "hcpcs_code": "71250", "modifier_1": "TC", "units": 3},
        {**DAY, "hcpcs_code": "70553", "modifier_1": "TC"},
    )
    assert [row["amount"] for row in found] == [3 * alone, Decimal("105.88")]


def test_a_broken_off_base_is_the_base(con: duckdb.DuckDBPyConnection) -> None:
    found = priced(con, {**DAY, "hcpcs_code": "45378", "modifier_1": "53"}, {**DAY, "hcpcs_code": "45380"})
    assert [(str(row["amount"]), row["reason"]) for row in found] == [
        ("0.00", "endoscopy_base_included"),
        ("479.97", None),
    ]


def test_endoscopies_without_a_base_are_no_family(con: duckdb.DuckDBPyConnection) -> None:
    found = con.execute(
        "select count(*) from reference.pfs_rvu where multiple_procedure_indicator = '3' "
        "and status_code = 'A' and endoscopic_base_code not in (select hcpcs_code from reference.pfs_rvu)"
    ).fetchall()[0][0]
    assert found == 0  # a missing base could make a family of strangers; rank.sql gives each its own


# ---- who and where


def test_incident_to_in_a_hospital(con: duckdb.DuckDBPyConnection) -> None:
    # 90471 has indicator 5, 97110 indicator 7
    refused = ("not_priced", "incident_to_in_hospital", None)
    for place in ("19", "21", "22", "23"):
        assert outcome(con, hcpcs_code="90471", setting=None, place_of_service_code=place) == refused
    assert outcome(con, hcpcs_code="90471", setting=None, place_of_service_code="11")[0] == "priced"
    ward = {"hcpcs_code": "97110", "setting": None, "place_of_service_code": "22"}
    assert outcome(con, **ward, specialty_code="65") == refused
    assert outcome(con, **ward, specialty_code="67") == refused
    assert outcome(con, **ward, specialty_code="11") == ("priced", None, Decimal("29.06"))
    assert outcome(con, **{**ward, "place_of_service_code": "11"}, specialty_code="65")[0] == "priced"
    assert "hospital_place" in assumed(con, {**OFFICE, "hcpcs_code": "90471", "place_of_service_code": "22"})


def test_a_team_only_where_the_indicator_allows_it(con: duckdb.DuckDBPyConnection) -> None:
    codes = dict(
        con.execute(
            "select team_indicator, min(hcpcs_code) from reference.pfs_rvu where year = 2026 "
            "and status_code = 'A' and modifier = '' and work_rvu > 0 group by 1"
        ).fetchall()
    )
    for indicator, expected in (
        ("0", ("not_priced", "team_not_paid", None)),
        ("1", ("contractor_priced", "by_report_modifier", None)),
        ("2", ("contractor_priced", "by_report_modifier", None)),
        ("9", ("not_priced", "team_not_paid", None)),
    ):
        assert outcome(con, hcpcs_code=codes[indicator], modifier_1="66") == expected, indicator


def test_halves_of_a_service(con: duckdb.DuckDBPyConnection) -> None:
    both = {"hcpcs_code": "70553", "modifier_1": "26", "modifier_2": "TC"}
    assert outcome(con, **both)[:2] == ("not_priced", "contradictory_modifiers")
    # what was broken off is by report, whichever modifier stands first
    broken = ("contractor_priced", "by_report_53", None)
    assert outcome(con, **{**both, "modifier_2": "53"}) == broken
    assert outcome(con, **{**both, "modifier_1": "53", "modifier_2": "26"}) == broken


def test_what_78_pays_without_an_intra_share_is_not_invented(con: duckdb.DuckDBPyConnection) -> None:
    # 45378 has no days behind it: the file gives 0.00 for each part
    assert outcome(con, hcpcs_code="45378", modifier_1="78") == ("not_priced", "no_global_split", None)


def test_the_setting_is_the_one_that_is_paid(con: duckdb.DuckDBPyConnection) -> None:
    row = priced(con, {**OFFICE, "hcpcs_code": "27447"})[0]
    assert (row["setting"], row["na_fallback"], str(row["amount"])) == ("facility", True, "1159.35")
    row = priced(con, {**OFFICE, "hcpcs_code": "99214"})[0]
    assert (row["setting"], row["na_fallback"]) == ("non_facility", False)


# ---- what a price rests on


def test_physical_status_changes_nothing(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("insert into reference.anesthesia_base_unit values (2025, '00100', 5), (2026, '00100', 5)")
    asked = {"hcpcs_code": "00100", "mac": "10112", "locality": "00", "anesthesia_minutes": 61}
    try:
        year25 = {**asked, "service_date": "2025-11-03"}
        found = priced(con, *({**year25, "modifier_1": f"P{level}"} for level in range(1, 7)))
        # Alabama: (5 + 4.1) x 19.31 = 175.721
        assert {str(row["amount"]) for row in found} == {"175.72"}
        base = {"anesthesia_time_unit_minutes", "anesthesia_time_decimals"}
        assert assumed(con, year25) == base
        assert assumed(con, {**year25, "modifier_1": "P3"}) == base | {"modifier_informational"}
        directed = {"anesthesia_modifier", "modifier_effect_assumed"}
        assert assumed(con, {**year25, "modifier_1": "QK"}) == base | directed
        # no factor of 2026 is installed: the national one by its shares, of the clinician's status
        computed = base | {"anesthesia_share"}
        year26 = {**asked, "service_date": "2026-07-15"}
        assert assumed(con, year26) == computed | {"anesthesia_conversion_factor"}
        assert assumed(con, {**year26, "qp": True}) == computed | {"anesthesia_conversion_factor_qp"}
    finally:
        con.execute("delete from reference.anesthesia_base_unit")


def test_the_assumptions_of_a_session(con: duckdb.DuckDBPyConnection) -> None:
    assert assumed(con, {**DAY, "hcpcs_code": "11042"}) == set()
    # half of 66.47 is 33.235: 33.24, rounded once or behind each step
    two = ({**DAY, "hcpcs_code": "11042"}, {**DAY, "hcpcs_code": "17000"})
    assert assumed(con, *two) == {"multiple_procedure_scope"}
    assert assumed(con, {**DAY, "hcpcs_code": "99214", "modifier_1": "25"}) == {"modifier_informational"}
    nurse = ({**two[0], "specialty_code": "50"}, {**two[1], "specialty_code": "50"})
    # 33.235 x 0.85 = 28.24975; by steps 33.24 x 0.85 = 28.254: 28.25 either way
    assert "line_rounding" not in assumed(con, *nurse)
    # 20610 on both sides: 103.215 x 0.85 = 87.73275; by steps 103.22 x 0.85 = 87.737, a cent more
    bilateral = {**OFFICE, "hcpcs_code": "20610", "modifier_1": "50", "specialty_code": "50"}
    assert assumed(con, bilateral) == {"line_rounding", "practitioner_share"}


def test_a_global_period_that_spares_a_code() -> None:
    con = fee_schedule()
    con.execute("update reference.pfs_rvu set global_days = 'ZZZ' where hcpcs_code = '17000'")
    two = ({**DAY, "hcpcs_code": "11042"}, {**DAY, "hcpcs_code": "17000"})
    assert [str(row["amount"]) for row in priced(con, *two)] == ["132.60", "66.47"]
    assert assumed(con, *two) == {"multiple_procedure_exempt_global"}
    con.close()

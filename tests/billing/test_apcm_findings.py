"""Findings of APCM, behavioral integration and remote monitoring over the months of a few people."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from corridor.jobs.audits import FINDING_COLUMNS
from tests.billing.apcm_bench import ILLNESSES, JUNE, CareTables, apcm_tables, visit
from tests.measures.bench_tables import Row

DAY = date(2026, 6, 20)


def _findings(tables: CareTables, audit: str) -> list[Row]:
    tables.make("billing.apcm_level")
    rows = tables.make(f"billing.audit_{audit}")
    for row in rows:
        assert list(row) == list(FINDING_COLUMNS)
    return rows


def _billed(person: int, code: str, day: date = DAY, **said: Any) -> Row:
    return visit(person, day, hcpcs_code=code, **said)


def _only(rows: list[Row], kind: str) -> Row:
    (row,) = [one for one in rows if one["kind"] == kind]
    return row


def test_a_level_above_what_the_claims_bear_out() -> None:
    """One condition and G0557: 53.78 less 16.37 is 37.41; of 53.78 Medicare paid 42.16, so 29.33 of it."""
    lines = [_billed(1, "G0557", allowed_amount=53.78, paid_amount=42.16)]
    rows = _findings(apcm_tables({1: ILLNESSES[:1]}, lines=lines), "apcm")
    row = _only(rows, "apcm_level_too_high")
    assert (row["hcpcs_code"], row["other_hcpcs_code"]) == ("G0557", "G0556")
    assert (row["dollars"], row["paid_dollars"]) == (Decimal("37.41"), Decimal("29.33"))
    assert (row["direction"], row["certainty"], row["claim_id"]) == ("at_risk", "review", "C2")


def test_the_third_level_for_one_who_is_no_qmb_is_sure() -> None:
    """117.24 less 53.78 is 63.46."""
    lines = [_billed(1, "G0558", allowed_amount=117.24, paid_amount=91.92)]
    row = _only(_findings(apcm_tables({1: ILLNESSES}, lines=lines), "apcm"), "apcm_level_too_high")
    assert (row["other_hcpcs_code"], row["dollars"], row["certainty"]) == ("G0557", Decimal("63.46"), "sure")
    assert row["direction"] == "paid_in_error"


def test_a_status_not_known_accuses_nobody() -> None:
    lines = [_billed(1, "G0558", allowed_amount=117.24)]
    rows = _findings(apcm_tables({1: ILLNESSES}, {1: None}, lines=lines), "apcm")
    assert [one for one in rows if one["kind"].startswith("apcm_level")] == []


@pytest.mark.parametrize(
    ("code", "qmb", "right", "dollars", "certainty"),
    [
        ("G0556", "00", "G0557", "37.41", "review"),
        ("G0557", "01", "G0558", "63.46", "sure"),
        ("G0556", "02", "G0558", "100.87", "review"),
    ],
)
def test_a_level_below(code: str, qmb: str, right: str, dollars: str, certainty: str) -> None:
    lines = [_billed(1, code, allowed_amount=20)]
    row = _only(_findings(apcm_tables({1: ILLNESSES}, {1: qmb}, lines=lines), "apcm"), "apcm_level_too_low")
    assert (row["other_hcpcs_code"], row["dollars"]) == (right, Decimal(dollars))
    assert (row["direction"], row["certainty"]) == ("missed", certainty)


def test_a_condition_seen_later_excuses_a_level_billed_before() -> None:
    tables = apcm_tables({1: ILLNESSES[:1]}, lines=[_billed(1, "G0557", allowed_amount=53.78)])
    tables.con.execute("insert into population.condition values (1, 'asthma', '2026-07-09', true)")
    for step in ("counted_condition", "apcm_candidate", "apcm_patient_month"):
        tables.make(f"billing.{step}")
    rows = _findings(tables, "apcm")
    assert [one for one in rows if one["kind"].startswith("apcm_level")] == []


def test_a_missed_month_is_sure_once_consent_is_on_file() -> None:
    tables = apcm_tables({1: ILLNESSES}, lines=[_billed(1, "G0557", allowed_amount=53.78)])
    rows = [one for one in _findings(tables, "apcm") if one["kind"] == "apcm_missed"]
    assert {one["month"]: one["certainty"] for one in rows} == {202605: "review", 202607: "sure"}
    assert {one["dollars"] for one in rows} == {Decimal("53.78")}
    assert {str(one["service_date"]) for one in rows} == {"2026-05-01", "2026-07-01"}


def test_care_management_that_pays_less_than_the_level() -> None:
    """QMB with 99490: 117.24 less 66.13 is 51.11; without QMB the level pays less and nothing is said."""
    lines = [_billed(one, "99490", allowed_amount=66.13) for one in (1, 2)]
    rows = _findings(apcm_tables({1: ILLNESSES, 2: ILLNESSES}, {1: "01"}, lines=lines), "apcm")
    found = [one for one in rows if one["kind"] == "apcm_over_care_management"]
    assert [(one["person_id"], one["month"], one["dollars"]) for one in found] == [
        (1, JUNE, Decimal("51.11"))
    ]


def test_apcm_begun_without_a_visit() -> None:
    tables = apcm_tables({1: ILLNESSES}, lines=[_billed(1, "G0557", allowed_amount=53.78, paid_amount=42.16)])
    tables.lines([_billed(1, "G0557", allowed_amount=53.78, paid_amount=42.16)])
    for step in ("seen_month", "apcm_patient_month"):
        tables.make(f"billing.{step}")
    row = _only(_findings(tables, "apcm"), "apcm_without_initiating_visit")
    assert (row["direction"], row["dollars"]) == ("at_risk", Decimal("53.78"))


def test_a_behavioral_condition_with_apcm_and_no_integration() -> None:
    """G0570 57.78 where APCM is billed, 99484 57.45 where it is not; not where anyone helps."""
    sad = ("depressive_disorders", "hypertension")
    lines = [
        _billed(1, "G0557", allowed_amount=53.78),
        _billed(2, "G0557", allowed_amount=53.78),
        _billed(2, "99493", npi="9000000009", tin="T9"),
    ]
    tables = apcm_tables({1: sad, 2: sad, 3: sad, 4: ILLNESSES}, lines=lines, months=(JUNE,))
    rows = _findings(tables, "behavioral")
    assert {one["person_id"]: (one["kind"], one["hcpcs_code"], one["dollars"]) for one in rows} == {
        1: ("integration_missed", "G0570", Decimal("57.78")),
        3: ("integration_without_apcm", "99484", Decimal("57.45")),
    }


def test_before_2026_there_is_no_add_on() -> None:
    lines = [_billed(1, "G0557", date(2025, 6, 20), allowed_amount=48.84)]
    tables = apcm_tables({1: ("depressive_disorders", "diabetes")}, lines=lines, months=(202506,))
    assert _findings(tables, "behavioral") == []


def _remote(lines: list[tuple[str, date]], loaded_since: date = date(2024, 1, 1)) -> list[tuple[str, str]]:
    tables = CareTables()
    tables.lines([visit(1, day, hcpcs_code=code, allowed_amount=50) for code, day in lines])
    tables.rows(
        "claims.period",
        {"source_id": "VARCHAR", "first_day": "DATE"},
        [{"source_id": "S", "first_day": loaded_since}],
    )
    tables.make("billing.care_line")
    return [(one["kind"], one["claim_id"]) for one in tables.make("billing.audit_remote")]


def test_a_supply_again_before_its_thirty_days_are_over() -> None:
    setup = ("99453", DAY)
    first, late = ("99454", DAY), ("99454", DAY + timedelta(days=30))
    soon = ("99454", DAY + timedelta(days=29))
    assert _remote([setup, first, late]) == []
    assert _remote([setup, first, soon]) == [("remote_monitoring_days", "C3")]


def test_two_supply_codes_in_a_period_are_left_to_the_audit_of_conflicts() -> None:
    assert _remote([("99453", DAY), ("99454", DAY), ("99445", DAY + timedelta(days=10))]) == []


def test_a_supply_without_a_set_up() -> None:
    assert _remote([("99454", DAY)]) == [("remote_without_setup", "C1")]
    assert _remote([("99454", DAY)], loaded_since=date(2026, 1, 1)) == [], (
        "the set-up may lie before the claims"
    )
    assert _remote([("99453", DAY), ("99454", DAY)]) == []


def test_minutes_without_a_supply() -> None:
    assert _remote([("99457", DAY)]) == [("remote_time_without_device", "C1")]
    assert _remote([("99453", DAY), ("99457", DAY), ("99454", DAY + timedelta(days=5))]) == []

"""Who is a candidate for APCM in a month, at which level (E.7 no. 1), by whom, and what is missed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.billing.apcm_bench import ILLNESSES, JUNE, CareTables, apcm_tables, visit
from tests.measures.bench_tables import Row


def _month(tables: CareTables, person: int, month: int = JUNE) -> Row:
    found = tables.make("billing.apcm_patient_month")
    (row,) = [one for one in found if (one["person_id"], one["month"]) == (person, month)]
    return row


def test_the_level_is_by_number_of_conditions_and_qmb_alone() -> None:
    """E.7 no. 1: 3 conditions G0557, with QMB G0558; 1 with QMB G0556; none G0556; Medicaid is no QMB."""
    tables = apcm_tables(
        {1: ILLNESSES, 2: ILLNESSES, 3: ILLNESSES[:1], 4: (), 5: ILLNESSES[:2], 6: ILLNESSES},
        {2: "02", 3: "01", 5: "01", 6: "08"},
    )
    codes = {one: _month(tables, one)["level_code"] for one in range(1, 7)}
    assert codes == {1: "G0557", 2: "G0558", 3: "G0556", 4: "G0556", 5: "G0558", 6: "G0557"}
    amounts = {one: _month(tables, one)["level_amount"] for one in (1, 2, 4)}
    assert amounts == {1: Decimal("53.78"), 2: Decimal("117.24"), 4: Decimal("16.37")}


def test_conditions_that_overlap_count_once_and_events_not_at_all() -> None:
    tables = apcm_tables(
        {
            1: ("depressive_disorders", "depression_bipolar_or_other_depressive_mood_disorders"),
            2: ("acute_myocardial_infarction", "cataract", "hypertension"),
        }
    )
    assert _month(tables, 1)["conditions"] == 1
    assert _month(tables, 1)["behavioral_conditions"] == 1
    assert (_month(tables, 2)["conditions"], _month(tables, 2)["level_code"]) == (1, "G0556")


def test_a_condition_counts_from_the_month_of_its_first_claim() -> None:
    tables = apcm_tables({1: ILLNESSES[:1]})
    tables.con.execute("insert into population.condition values (1, 'asthma', '2026-07-09', true)")
    for step in ("counted_condition", "apcm_candidate"):
        tables.make(f"billing.{step}")
    assert _month(tables, 1, JUNE)["level_code"] == "G0556"
    assert _month(tables, 1, 202607)["level_code"] == "G0557"
    assert _month(tables, 1, JUNE)["conditions_ever"] == 2


def test_qmb_is_of_the_month() -> None:
    tables = apcm_tables({1: ILLNESSES})
    span = [1, "S", date(2026, 6, 1), None, None, "01", "monthly"]
    tables.con.execute("insert into claims.eligibility values (?, ?, ?, ?, ?, ?, ?)", span)
    for step in ("qmb_month", "apcm_candidate"):
        tables.make(f"billing.{step}")
    assert [_month(tables, 1, m)["level_code"] for m in (202605, JUNE)] == ["G0557", "G0558"]


def test_a_dual_status_not_known_leaves_the_third_level_open() -> None:
    tables = apcm_tables({1: ILLNESSES}, {1: None})
    row = _month(tables, 1)
    assert (row["level_code"], row["qmb"], row["qmb_uncertain"]) == ("G0557", None, True)


def test_without_the_list_of_conditions_the_lowest_level_stands_in() -> None:
    tables = apcm_tables({1: ILLNESSES}, listed=False, lines=[visit(1, date(2026, 7, 1), hcpcs_code="G0557")])
    row = _month(tables, 1)
    assert (row["conditions"], row["level_code"], row["missed"]) == (None, "G0556", True)
    assert row["conditions_basis"] == "list of chronic conditions not installed: the lowest level stands in"
    (billed,) = tables.make("billing.apcm_level")
    assert billed["verdict"] == "borne_out", "nothing is said of a level"


def test_an_unbilled_month_is_missed_and_worth_its_level() -> None:
    tables = apcm_tables({1: ILLNESSES})
    row = _month(tables, 1)
    assert (row["missed"], row["dollars"], row["consent_needed"]) == (True, Decimal("53.78"), True)
    assert (row["npi"], row["tin"], row["focal_certainty"]) == ("9000000001", "T1", "sure")
    assert row["evidence"] == "visit days: 4, the last on 2026-04-02"


def test_a_billed_month_is_not_missed_and_the_consent_is_known_from_then_on() -> None:
    billed = visit(1, date(2026, 6, 30), hcpcs_code="G0557", allowed_amount=53.78, paid_amount=42.16)
    tables = apcm_tables({1: ILLNESSES}, lines=[billed])
    june, july = _month(tables, 1), _month(tables, 1, 202607)
    assert (june["missed"], june["billed_code"], june["conflict"]) == (False, "G0557", False)
    assert (july["missed"], july["consent_needed"], july["consent_month"]) == (True, False, JUNE)


def test_chronic_care_of_the_same_practice_conflicts_and_of_another_does_not() -> None:
    """E.7 no. 2."""
    june = date(2026, 6, 20)
    apcm = [visit(one, june, hcpcs_code="G0557", allowed_amount=53.78) for one in (1, 2)]
    same = visit(1, june, hcpcs_code="99490", allowed_amount=66.13)
    cardiology = visit(2, june, hcpcs_code="99490", npi="9000000009", tin="T9", allowed_amount=66.13)
    tables = apcm_tables({1: ILLNESSES, 2: ILLNESSES}, lines=[*apcm, same, cardiology])
    assert [_month(tables, one)["conflict"] for one in (1, 2)] == [True, False]
    assert [_month(tables, one)["other_care_tin"] for one in (1, 2)] == [None, "T9"]


def test_a_month_of_chronic_care_can_be_switched_at_its_loss() -> None:
    """D.6: G0557 53.78 less 99490 66.13 is -12.35."""
    chronic = visit(1, date(2026, 6, 20), hcpcs_code="99490", allowed_amount=66.13)
    row = _month(apcm_tables({1: ILLNESSES}, lines=[chronic]), 1)
    assert (row["missed"], row["switchable"], row["dollars"]) == (False, True, Decimal("-12.35"))


@pytest.mark.parametrize(
    ("visits", "loaded_since", "expected"),
    [
        ([], date(2022, 1, 1), "missing"),
        ([], date(2024, 1, 1), "unknown"),
        ([("99213", date(2026, 6, 9))], date(2022, 1, 1), "satisfied"),
        ([("99211", date(2026, 6, 9))], date(2022, 1, 1), "missing"),
        ([("G0439", date(2026, 6, 9))], date(2022, 1, 1), "satisfied"),
        ([("99213", date(2023, 6, 1))], date(2022, 1, 1), "not_needed"),
        ([("99213", date(2023, 5, 31))], date(2022, 1, 1), "missing"),
        ([("99211", date(2026, 5, 2))], date(2022, 1, 1), "not_needed"),
    ],
)
def test_the_initiating_visit(visits: list[tuple[str, date]], loaded_since: date, expected: str) -> None:
    """D.2: only for people not seen in three years; level 2 to 5, wellness, welcome, transitional."""
    tables = apcm_tables({1: ILLNESSES}, loaded_since=loaded_since)
    tables.lines([visit(1, day, hcpcs_code=code) for code, day in visits] or [visit(2)])
    tables.make("billing.seen_month")
    assert _month(tables, 1)["initiating_visit"] == expected


def test_a_visit_to_a_colleague_of_the_practice_is_a_visit() -> None:
    tables = apcm_tables({1: ILLNESSES})
    tables.lines([visit(1, date(2025, 1, 5), npi="9000000002")])
    tables.make("billing.seen_month")
    row = _month(tables, 1)
    assert (row["initiating_visit"], row["missed"]) == ("not_needed", False), "seen, yet not in twelve months"


@pytest.mark.parametrize(
    ("focal", "expected"),
    [
        ({"confidence": "low"}, "review"),
        ({"is_primary_specialty": False}, "review"),
        ({"confidence": "medium"}, "sure"),
        ({"tin": None, "facility_ccn": "050001"}, "review"),
    ],
)
def test_how_sure_the_focal_clinician_is(focal: dict[str, Any], expected: str) -> None:
    row = _month(apcm_tables({1: ILLNESSES}, focal={1: focal}), 1)
    assert row["focal_certainty"] == expected
    assert row["missed"] is (focal.get("tin", "T1") is not None and focal.get("is_primary_specialty", True))


def test_a_month_of_hospice_or_death_is_left_alone() -> None:
    hospice = visit(1, date(2026, 6, 3), setting="hospice", hcpcs_code=None)
    tables = apcm_tables({1: ILLNESSES, 2: ILLNESSES}, lines=[hospice])
    tables.con.execute(
        "update population.enrollment_month set died = true where person_id = 2 and month = 202606"
    )
    tables.make("billing.apcm_candidate")
    assert [_month(tables, one)["missed"] for one in (1, 2)] == [False, False]
    assert [_month(tables, one, 202605)["missed"] for one in (1, 2)] == [True, True]


SERVICE = {
    "person_id": "BIGINT",
    "provider_id": "VARCHAR",
    "is_facility": "BOOLEAN",
    "npi": "VARCHAR",
    "service_date": "DATE",
    "clinician_group": "VARCHAR",
    "hcpcs_code": "VARCHAR",
}


def _focal(services: list[tuple[str, str, date]]) -> dict[int, str]:
    tables = CareTables()
    tables.calendar(202506, 202606)
    tables.rows(
        "attribution.primary_care_service",
        SERVICE,
        [
            {
                "person_id": 1,
                "provider_id": f"T{npi}",
                "is_facility": False,
                "npi": npi,
                "service_date": day,
                "clinician_group": group,
                "hcpcs_code": "99213",
            }
            for npi, group, day in services
        ],
    )
    tables.make("billing.focal_share")
    return {row["year"]: row["npi"] for row in tables.make("billing.focal_year")}


def test_the_focal_clinician_is_of_the_year() -> None:
    early = [("A", "primary_care_physician", date(2025, month, 3)) for month in (1, 4)]
    late = [("B", "primary_care_physician", date(2026, month, 3)) for month in (1, 4)]
    assert _focal(early + late) == {2025: "A", 2026: "B"}


def test_a_specialist_is_the_focal_point_only_where_nobody_of_primary_care_is() -> None:
    heart = [("H", "specialist", date(2026, month, 3)) for month in range(1, 9)]
    assert _focal(heart) == {2026: "H"}
    assert _focal([*heart, ("A", "primary_care_physician", date(2026, 1, 3))]) == {2026: "A"}


def test_between_equal_points_the_one_seen_on_more_days() -> None:
    """Two visits a year ago count half: one point, as one visit of this year does."""
    often = [("A", "non_physician", date(2025, month, 3)) for month in (1, 4)]
    assert _focal([*often, ("B", "non_physician", date(2026, 5, 3))])[2026] == "A"

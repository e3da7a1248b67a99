"""What APCM is worth beside care management, and what a program leaves after its work, by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.billing.apcm_bench import ILLNESSES, JUNE, CareTables, apcm_tables, visit
from tests.measures.bench_tables import Row

DAY = date(2026, 6, 20)
ENTITY = ("9000000001", "T1")


def _comparison(tables: CareTables) -> Row:
    (row,) = [one for one in tables.make("billing.apcm_comparison") if one["month"] == JUNE]
    assert (row["npi"], row["tin"]) == ENTITY
    return row


def _programs(tables: CareTables) -> dict[str, Row]:
    tables.make("billing.program_candidate")
    rows = tables.make("billing.care_management_margin")
    return {one["program"]: one for one in rows if (one["npi"], one["tin"]) == ENTITY}


def _billed(person: int, code: str, allowed: float | None = None) -> Row:
    return visit(person, DAY, hcpcs_code=code, allowed_amount=allowed)


def test_a_month_three_ways() -> None:
    """Four people of June 2026, national amounts outside a facility.

    1 nothing billed, two conditions:           now 0       all on APCM 53.78   better 53.78
    2 99490 66.13, two conditions:              now 66.13   all on APCM 53.78   better 66.13
    3 99490 66.13, two conditions and QMB:      now 66.13   all on APCM 117.24  better 117.24
    4 G0556 16.37, one condition:               now 16.37   all on APCM 16.37   better 16.37
    """
    lines = [_billed(2, "99490", 66.13), _billed(3, "99490", 66.13), _billed(4, "G0556", 16.37)]
    conditions = {1: ILLNESSES, 2: ILLNESSES, 3: ILLNESSES, 4: ILLNESSES[:1]}
    row = _comparison(apcm_tables(conditions, {3: "01"}, lines=lines))
    assert (row["people"], row["missed_people"], row["apcm_people"], row["care_management_people"]) == (
        4,
        1,
        1,
        2,
    )
    assert [row[f"level_{level}_people"] for level in (1, 2, 3)] == [1, 2, 1]
    assert (row["people_better_on_apcm"], row["people_worse_on_apcm"]) == (1, 1)
    assert row["now_amount"] == Decimal("148.63")
    assert row["all_apcm_amount"] == Decimal("241.17")
    assert row["better_amount"] == Decimal("253.52")
    assert row["missed_amount"] == Decimal("53.78")


def test_what_is_missed_is_what_the_findings_say() -> None:
    """A virtual check-in of the month, 10.00, goes with APCM: 53.78 - 10.00 = 43.78, in sum and finding."""
    tables = apcm_tables({1: ILLNESSES}, lines=[_billed(1, "98016", 10.00)])
    row = _comparison(tables)
    (month,) = [one for one in tables.make("billing.apcm_patient_month") if one["month"] == JUNE]
    assert (month["missed"], month["dollars"]) == (True, Decimal("43.78"))
    assert row["missed_amount"] == month["dollars"]


def test_a_conflict_keeps_the_higher_of_the_two() -> None:
    lines = [_billed(1, "G0557", 53.78), _billed(1, "99490", 66.13)]
    row = _comparison(apcm_tables({1: ILLNESSES}, lines=lines))
    assert (row["conflict_people"], row["now_amount"], row["better_amount"]) == (
        1,
        Decimal("119.91"),
        Decimal("66.13"),
    )


COSTS: dict[str, Any] = {
    "primary_care.staff_cost": [
        {
            "program": program,
            "staff_minutes": 30,
            "practitioner_minutes": 3,
            "consultant_minutes": 0,
            "other_cost": 1.0,
            "fixed_monthly_cost": 500.0,
        }
        for program in ("apcm", "ccm", "bhi", "cocm")
    ],
    "primary_care.hourly_cost": [
        {"role": "staff", "hourly_cost": 40.0},
        {"role": "practitioner", "hourly_cost": 120.0},
        {"role": "consultant", "hourly_cost": 0.0},
    ],
    "primary_care.collected_coinsurance": 0.5,
}


def test_a_month_of_a_program_by_hand() -> None:
    """Cost: 30/60 x 40 + 3/60 x 120 + 1 = 27.00. Of a dollar 0.8 x 0.98 + 0.2 x 0.5 = 0.884 is kept.

    APCM, two conditions: 53.78 x 0.884 = 47.54152; margin 20.54; 500 / 20.54152 = 24.34, so 25 people.
    CCM 66.13 x 0.884 = 58.45892; margin 31.46; 500 / 31.45892 = 15.89, so 16 people.
    """
    tables = apcm_tables({1: ILLNESSES}, months=(JUNE,), overrides=COSTS)
    found = _programs(tables)
    apcm, ccm = found["apcm"], found["ccm"]
    assert (apcm["month_amount"], apcm["month_revenue"], apcm["month_cost"]) == (
        Decimal("53.78"),
        Decimal("47.54"),
        Decimal("27.00"),
    )
    assert (apcm["month_margin"], apcm["break_even_people"]) == (Decimal("20.54"), 25)
    assert (ccm["month_margin"], ccm["break_even_people"]) == (Decimal("31.46"), 16)
    assert (apcm["candidates"], apcm["billed_months"], apcm["open_revenue"]) == (1, 0, Decimal("47.54"))


def test_the_first_level_alone_never_carries_its_cost() -> None:
    """16.37 x 0.884 = 14.47 is below 27.00."""
    apcm = _programs(apcm_tables({1: ()}, months=(JUNE,), overrides=COSTS))["apcm"]
    assert (apcm["month_margin"], apcm["break_even_people"]) == (Decimal("-12.53"), None)


def test_what_was_billed_leaves() -> None:
    """Two months of 99490 at 66.13: 132.26 x 0.884 = 116.91784 less 54.00 is 62.92."""
    lines = [_billed(one, "99490", 66.13) for one in (1, 2)]
    ccm = _programs(apcm_tables({1: ILLNESSES, 2: ILLNESSES}, lines=lines, months=(JUNE,), overrides=COSTS))[
        "ccm"
    ]
    assert (ccm["billed_people"], ccm["billed_months"], ccm["billed_amount"]) == (2, 2, Decimal("132.26"))
    assert (ccm["billed_margin"], ccm["open_revenue"]) == (Decimal("62.92"), Decimal("0.00"))


@pytest.mark.parametrize(
    ("conditions", "programs"),
    [
        ((), {"apcm"}),
        (("asthma",), {"apcm", "pcm", "rtm"}),
        (("hypertension", "diabetes"), {"apcm", "pcm", "ccm", "rpm"}),
        (("depressive_disorders",), {"apcm", "pcm", "bhi", "cocm", "dmht"}),
    ],
)
def test_who_could_have_which_program(conditions: tuple[str, ...], programs: set[str]) -> None:
    tables = apcm_tables({1: conditions}, months=(JUNE,))
    assert {one["program"] for one in tables.make("billing.program_candidate")} == programs


def test_a_panel_of_a_thousand_for_a_year() -> None:
    """E.7 no. 9: 1,000 x 12 x 53.78 = 645,360.00 allowed; 80% less 2% is 505,962.24."""
    months = tuple(202601 + place for place in range(12))
    comparison = {
        "npi": "VARCHAR",
        "tin": "VARCHAR",
        "month": "INTEGER",
        "people": "BIGINT",
        **{f"level_{level}_people": "BIGINT" for level in (1, 2, 3)},
        **dict.fromkeys(
            ("missed_people", "apcm_people", "people_better_on_apcm", "people_worse_on_apcm"), "BIGINT"
        ),
        **{
            f"{name}_amount": "DECIMAL(18,2)"
            for name in ("apcm", "care_management", "now", "all_apcm", "better", "missed")
        },
        "price_basis": "VARCHAR",
        "setting": "VARCHAR",
        "qp": "BOOLEAN",
    }
    tables = CareTables()
    plain = {"npi": ENTITY[0], "tin": ENTITY[1], "people": 1000, "level_2_people": 1000, "qp": False}
    worth = {"all_apcm_amount": 53780, "better_amount": 53780, "missed_amount": 53780, "now_amount": 0}
    tables.rows(
        "billing.apcm_comparison", comparison, [{**plain, **worth, "month": month} for month in months]
    )
    (row,) = tables.make("billing.apcm_year")
    assert (row["year"], row["months"], row["person_months"]) == (2026, 12, 12000)
    assert (row["all_apcm_amount"], row["all_apcm_medicare"]) == (Decimal("645360.00"), Decimal("505962.24"))

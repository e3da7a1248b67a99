"""Need tiers by hand: each criterion at its threshold, the reasons, and what is unknown."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from corridor.law import load_rules
from tests.claims.workbench import Row
from tests.population.condition_bench import ConditionBench

TABLES = {
    "population.enrollment_month": {
        "person_id": "BIGINT",
        "month": "INTEGER",
        "year": "INTEGER",
        "enrollment_type": "VARCHAR",
        "fee_for_service": "BOOLEAN",
        "died": "BOOLEAN",
    },
    "population.condition": {"person_id": "BIGINT", "condition": "VARCHAR", "first_date": "DATE"},
    "population.condition_claim": {
        "person_id": "BIGINT",
        "condition": "VARCHAR",
        "code_system": "VARCHAR",
        "claim_date": "DATE",
        "setting": "VARCHAR",
    },
    "population.risk_score": {
        "person_id": "BIGINT",
        "payment_year": "INTEGER",
        "model": "VARCHAR",
        "raw_score": "DOUBLE",
    },
    "population.person_month": {"person_id": "BIGINT", "month": "INTEGER", "expenditure": "DECIMAL(18,2)"},
    "claims.period": {"source_id": "VARCHAR", "first_day": "DATE", "last_day": "DATE", "lines": "BIGINT"},
}
CHRONIC = ("diabetes", "hypertension", "asthma")
STABLE = "no criterion of high or rising need is met"


class People:
    """People of 2025, enrolled in 2024 too."""

    def __init__(self, first_day: str = "2024-01-01", year: int = 2025) -> None:
        self.rows: dict[str, list[Row]] = {table: [] for table in (*TABLES, "claims.medical_claim")}
        self.year = year
        self.rows["claims.period"].append(
            {"source_id": "s", "first_day": date.fromisoformat(first_day), "last_day": date(year, 12, 31)}
        )

    def person(self, person: int, kind: str = "aged_non_dual", years: tuple[int, ...] = (2024, 2025)) -> None:
        for year in years:
            self.rows["population.enrollment_month"].append(
                {
                    "person_id": person,
                    "month": year * 100 + 6,
                    "year": year,
                    "enrollment_type": kind,
                    "fee_for_service": True,
                    "died": False,
                }
            )

    def add(self, table: str, person: int, **row: Any) -> None:
        self.rows[table].append({"person_id": person, **row})

    def score(self, person: int, raw: float, model: str = "v28", year: int = 2026) -> None:
        self.add("population.risk_score", person, payment_year=year, model=model, raw_score=raw)

    def claim(self, person: int, kind: str, start: str, end: str | None = None, **more: Any) -> None:
        last = date.fromisoformat(end or start)
        self.add(
            "claims.medical_claim",
            person,
            source_id="s",
            claim_id=f"c{len(self.rows['claims.medical_claim'])}",
            claim_line_number=1,
            claim_type_code=kind,
            claim_start_date=date.fromisoformat(start),
            claim_end_date=last,
            service_month=last.year * 100 + last.month,
            **more,
        )

    def tiers(self) -> dict[int, tuple[str, str]]:
        made = ConditionBench(("population.need",), data_year=self.year, tables=TABLES)
        for table, rows in self.rows.items():
            made.give(table, rows)
        return {row["person_id"]: (row["tier"], row["reason"]) for row in made.run("population.need_tier")}


def tier_of(people: People) -> str:
    return people.tiers()[1][0]


@pytest.mark.parametrize(
    ("kind", "model", "raw", "admissions", "tier"),
    [
        ("aged_non_dual", "v28", 3.0, 0, "high_need"),
        ("aged_non_dual", "v24", 3.0, 0, "high_need"),
        ("aged_non_dual", "v28", 2.999, 1, "stable"),
        ("aged_non_dual", "v28", 2.0, 2, "high_need"),
        ("disabled", "v28", 1.999, 2, "stable"),
        ("aged_non_dual", "esrd_v24", 3.0, 0, "stable"),  # a model that is not of the group
        ("esrd", "esrd_v24", 0.35, 0, "high_need"),
        ("esrd", "esrd_v24", 0.349, 1, "stable"),
        ("esrd", "esrd_v24", 0.24, 2, "high_need"),
        ("esrd", "v28", 3.5, 0, "stable"),
    ],
)
def test_risk_and_unplanned_admissions(kind: str, model: str, raw: float, admissions: int, tier: str) -> None:
    people = People()
    people.person(1, kind)
    people.score(1, raw, model)
    for number in range(admissions):
        people.claim(1, "60", f"2025-0{number + 1}-10", f"2025-0{number + 1}-14", admit_type_code="1")
    assert tier_of(people) == tier


def test_planned_admissions_and_parts_of_one_stay_do_not_count() -> None:
    people = People()
    people.person(1)
    people.score(1, 2.5)
    people.claim(1, "60", "2025-01-10", admit_type_code="3")
    people.claim(1, "60", "2025-02-10", admit_type_code="1")
    people.claim(1, "60", "2025-02-12", admit_type_code="1", admission_date=date(2025, 2, 10))  # interim bill
    people.claim(1, "60", "2024-12-10", admit_type_code="1")  # before the year
    assert tier_of(people) == "stable"
    people.claim(1, "60", "2025-03-10")  # no type: unplanned
    assert people.tiers()[1] == (
        "high_need",
        "risk score of 2 to 3: 2.50, unplanned admissions: 2",
    )


def test_days_of_post_acute_care() -> None:
    """Jan 1 to Feb 15: 45 days, discharge is none; still there is one more. At home all days count."""
    people = People()
    for person, end, status in ((1, "2025-02-15", "01"), (2, "2025-02-14", "01"), (3, "2025-02-14", "30")):
        people.person(person)
        people.claim(person, "20", "2025-01-01", end, discharge_disposition_code=status)
    for person, last in ((4, "2025-03-31"), (5, "2025-03-30")):
        people.person(person)
        people.claim(person, "10", "2025-01-01", "2025-02-28")
        people.claim(person, "10", "2025-03-01", last)  # 59 and 31 or 30 days
    assert {person: tier for person, (tier, _) in people.tiers().items()} == {
        1: "high_need",
        2: "stable",
        3: "high_need",
        4: "high_need",
        5: "stable",
    }


def test_the_post_acute_criterion_began_in_2024() -> None:
    force = load_rules(["population"])
    for year, has in ((2023, False), (2024, True)):
        rows = force.in_force(performance_year=year).rows("population.need_criterion")
        assert ("reach_skilled_nursing" in {row["criterion"] for row in rows}) is has


def test_frailty_and_mobility() -> None:
    people = People(first_day="2020-01-01")
    for person in range(1, 7):
        people.person(person)
    people.claim(1, "82", "2021-03-01", hcpcs_code="E0260")
    people.claim(1, "82", "2025-03-01", hcpcs_code="E0630")
    people.claim(2, "82", "2025-03-01", hcpcs_code="E0260")
    people.claim(2, "82", "2025-03-01", hcpcs_code="E0630")  # one day
    people.claim(3, "82", "2020-12-31", hcpcs_code="E0260")  # more than five years
    people.claim(3, "82", "2025-03-01", hcpcs_code="E0260")
    common = {"condition": "mobility_impairments", "code_system": "icd-10-cm"}
    for person, days in ((4, ["2025-01-01"]), (5, ["2025-01-01", "2025-02-01"])):
        for day in days:
            people.add(
                "population.condition_claim",
                person,
                claim_date=date.fromisoformat(day),
                setting="professional",
                **common,
            )
    people.add("population.condition_claim", 6, claim_date=date(2025, 5, 1), setting="inpatient", **common)
    found = {person: tier for person, (tier, _) in people.tiers().items()}
    assert found == {1: "high_need", 2: "stable", 3: "stable", 4: "stable", 5: "high_need", 6: "high_need"}


def test_three_chronic_conditions_and_an_admission() -> None:
    people = People()
    for person in (1, 2, 3):
        people.person(person)
        people.claim(person, "60", "2025-05-01", admit_type_code="1")
        for condition in CHRONIC[: 2 if person == 2 else 3]:
            people.add("population.condition", person, condition=condition, first_date=date(2024, 2, 1))
    people.rows["population.condition"].pop()
    people.add("population.condition", 3, condition="cataract", first_date=date(2024, 2, 1))
    found = people.tiers()
    assert {person: tier for person, (tier, _) in found.items()} == {1: "high_need", 2: "stable", 3: "stable"}
    assert found[1][1] == "chronic conditions: 3, unplanned admissions: 1"


def test_rising() -> None:
    """1: two new conditions; 2: two ED visits after one; 3: risk up by 0.5; 4: dollars 4,000 to 6,000."""
    people = People()
    for person in range(1, 9):
        people.person(person)
    for condition in CHRONIC[:2]:
        people.add("population.condition", 1, condition=condition, first_date=date(2025, 2, 1))
    for day in ("2024-05-01", "2025-02-01", "2025-03-01"):
        people.claim(2, "40", day, revenue_center_code="0450")
    people.score(3, 1.5)
    people.score(3, 1.0, year=2025)
    for month, dollars in ((202406, 4000), (202507, 6000)):
        people.add("population.person_month", 4, month=month, expenditure=dollars)
    people.add("population.condition", 5, condition="diabetes", first_date=date(2025, 2, 1))  # one
    for day in ("2024-05-01", "2024-06-01", "2025-02-01", "2025-03-01"):
        people.claim(6, "40", day, revenue_center_code="0450")  # as many as before
    for month, dollars in ((202406, 4000), (202507, 5999)):
        people.add("population.person_month", 7, month=month, expenditure=dollars)
    found = people.tiers()
    assert {person for person, (tier, _) in found.items() if tier == "rising"} == {1, 2, 3, 4}
    assert found[2][1] == "emergency department visits: 2, more than the year before by: 1"
    assert found[4][1] == "expenditure of the year in dollars: 6000, times that of the year before: 1.50"
    assert found[8] == ("stable", STABLE)


def test_without_the_year_before_there_is_no_change() -> None:
    """Claims that begin with the year make every condition look new; so does a person who came with it."""
    late = People(first_day="2025-01-01")
    late.person(1)
    newcomer = People()
    newcomer.person(1, years=(2025,))
    for people in (late, newcomer):
        for condition in CHRONIC:
            people.add("population.condition", 1, condition=condition, first_date=date(2025, 2, 1))
        for day in ("2025-02-01", "2025-03-01"):
            people.claim(1, "40", day, revenue_center_code="0450")
        assert people.tiers()[1] == (
            "stable",
            f"{STABLE} (the year before is not known: no change can be seen)",
        )


def test_several_reasons_in_their_order_and_high_need_above_rising() -> None:
    people = People()
    people.person(1)
    people.score(1, 3.25)
    for condition in CHRONIC[:2]:
        people.add("population.condition", 1, condition=condition, first_date=date(2025, 2, 1))
    assert people.tiers()[1] == (
        "high_need",
        "risk score of at least 3: 3.25; chronic conditions first seen in the year: 2",
    )


def test_only_people_with_months_that_count() -> None:
    people = People()
    people.person(1, years=(2024,))
    people.person(2)
    assert set(people.tiers()) == {2}

"""Performance from people to practices: expected rates, levels, peers, what is exploratory, movement."""

from __future__ import annotations

from typing import Any

import pytest

from tests.claims.workbench import Row, day
from tests.measures.performance_bench import Bench

SMALL = {"performance.cell_minimum": 2}


def _community(overrides: dict[str, Any] | None = None) -> Bench:
    """Four people of one cell in two practices; clinician N1 works in both; stays 2, 1, 0 and 1."""
    bench = Bench({**SMALL, **(overrides or {})})
    homes = {1: ("T1", "N1"), 2: ("T1", "N2"), 3: ("T2", "N1"), 4: ("T2", "N3")}
    bench.table(
        "attribution.person",
        [
            {"person_id": p, "tin": t, "npi": n, "aco_id": "A1", "site_id": f"S{t}", "region": "NORTH"}
            for p, (t, n) in homes.items()
        ],
    )
    for person in homes:
        bench.person(person)
    bench.stay("A", 1, "2025-01-10", "2025-01-14")
    bench.stay("B", 1, "2025-06-10", "2025-06-14")
    bench.stay("C", 2, "2025-03-10", "2025-03-14")
    bench.stay("D", 4, "2025-03-10", "2025-03-14")
    costs = {1: 20000, 2: 10000, 3: 2000, 4: 8000}
    bench.table(
        "population.person_year",
        [
            {
                "person_id": p, "year": 2025, "enrollment_type": "aged_non_dual", "member_months": 12,
                "expenditure": c, "truncated_annualized": float(c),
            }
            for p, c in costs.items()
        ],
    )  # fmt: skip
    bench.load()
    return bench


def _performance(bench: Bench, measure: str = "acute_admission") -> dict[tuple[str, str], Row]:
    bench.run("measures.performance")
    rows = bench.rows(f"select * from measures.performance where measure = '{measure}'")
    return {(row["level"], row["entity_id"]): row for row in rows}


def test_expected_is_the_rate_of_people_alike() -> None:
    found = _performance(_community())
    # 4 stays in 48 member months: each person is expected 1 in the year
    first = found["tin", "T1"]
    assert (first["people"], first["denominator"], first["observed"], first["expected"]) == (2, 24, 3.0, 2.0)
    assert first["ratio"] == pytest.approx(1.5)
    # 3 stays in 24 months are 1,500 for each 1,000 member years; 1,000 expected
    assert (first["observed_rate"], first["expected_rate"]) == pytest.approx((1500.0, 1000.0))
    assert found["tin", "T2"]["ratio"] == pytest.approx(0.5)
    assert found["aco", "A1"]["ratio"] == pytest.approx(1.0)
    assert "no risk scores" in first["expected_basis"]


def test_a_clinician_of_two_practices_is_one() -> None:
    found = _performance(_community())
    both = found["npi", "N1"]
    assert (both["people"], both["observed"], both["expected"], both["practices"]) == (2, 2.0, 2.0, 2)
    assert {level for level, _ in found} == {"npi", "tin", "site", "aco", "region"}


def test_cost_is_dollars_a_member_year() -> None:
    first = _performance(_community(), "cost")["tin", "T1"]
    # 30,000 over two member years, 40,000 / 4 expected of each
    assert (first["observed_rate"], first["expected_rate"]) == pytest.approx((15000.0, 10000.0))


def test_readmissions_are_expected_by_cohort_and_stay() -> None:
    bench = _community()
    bench.stay("E", 1, "2025-06-20", "2025-06-22")  # back six days after B
    bench.load()
    found = _performance(bench, "readmission")
    # five index stays, one readmission: 0.2 a stay; T1 has four of them
    first = found["tin", "T1"]
    assert (first["denominator"], first["cases"], first["observed"]) == (4, 4, 1.0)
    assert first["expected"] == pytest.approx(0.8)
    assert first["observed_rate"] == pytest.approx(25.0)  # for 100 stays


def test_small_cells_take_the_wider_rate() -> None:
    bench = _community({"performance.cell_minimum": 2})
    bench.table(
        "population.risk",
        [
            {"person_id": p, "payment_year": 2026, "relative_risk": r}
            for p, r in ((1, 3.0), (2, 1.0), (3, 0.5), (4, 0.7))
        ],
    )
    bench.run("measures.performance_cell")
    rows = bench.rows(
        "select * from measures.performance_cell where measure = 'acute_admission' order by cell"
    )
    # four people in ten groups of risk stand alone, whatever is left out: all take the rate of everybody
    assert [row["people"] for row in rows] == [1, 1, 1, 1]
    assert {row["basis"] for row in rows} == {"everyone"}
    assert {row["rate"] for row in rows} == {4 / 48}
    (member,) = bench.rows("select risk_group from measures.performance_member where person_id = 1")
    assert member["risk_group"] == 8  # the dearest of four: place 3 of 0 to 3, 3 x 10 / 4 = 7, counted from 1


def test_a_small_cell_leaves_out_age_before_enrolment_type() -> None:
    bench = Bench({"performance.cell_minimum": 2})
    for person, (birth, stays) in enumerate(
        [("1950-01-01", 2), ("1940-01-01", 0), ("1930-01-01", 1)], start=1
    ):
        bench.person(person, birth=birth)
        for at in range(stays):
            bench.stay(f"C{person}{at}", person, f"2025-0{at + 2}-10", f"2025-0{at + 2}-12")
    bench.person(4, birth="1980-01-01")
    for row in bench.months:
        row["enrollment_type"] = "disabled" if row["person_id"] == 4 else "aged_non_dual"
    bench.load()
    bench.run("measures.performance_cell")
    rows = bench.rows(
        "select * from measures.performance_cell where measure = 'acute_admission' order by cell"
    )
    found = {row["cell"].removesuffix(" / no risk score"): (row["basis"], row["rate"]) for row in rows}
    assert found == {
        "aged_non_dual / 75-79": ("wide_cell", 3 / 36),  # alone; three aged people have three stays
        "aged_non_dual / 85 and over": ("cell", 1 / 24),
        "disabled / 45-64": ("widest_cell", 3 / 48),  # alone among the disabled; four people in all
    }


def test_below_the_minimum_nothing_is_ranked_or_flagged() -> None:
    found = _performance(_community(), "cost")
    for row in found.values():  # 20 people are asked for
        assert (row["exploratory"], row["percentile"], row["performer"]) == (True, None, None)
    assert (found["tin", "T1"]["level_validated"], found["tin", "T1"]["case_minimum"]) == (True, 20)
    assert found["region", "NORTH"]["level_validated"] is False


def test_the_least_a_practice_needs_for_readmissions() -> None:
    bench = _community()
    bench.table("org_raw.provider_roster", [{"tin": "T1", "npi": "N1", "practice_size": 16}])
    found = _performance(bench, "readmission")
    assert (found["tin", "T1"]["clinicians"], found["tin", "T2"]["clinicians"]) == (16, 2)
    assert found["tin", "T1"]["case_minimum"] == 200
    assert found["npi", "N1"]["level_validated"] is False


def _practices(stays: dict[str, int], people: int) -> Bench:
    """Practices of so many people, the first so many of whom had one stay."""
    bench = Bench({"performance.cell_minimum": 2})
    owners = []
    person = 0
    for tin, count in stays.items():
        for at in range(people):
            person += 1
            bench.person(person, months=12, first_year=2025)
            owners.append({"person_id": person, "tin": tin, "npi": f"N{tin}"})
            if at < count:
                bench.stay(f"C{person}", person, "2025-03-10", "2025-03-14")
    bench.table("attribution.person", owners)
    cost = [
        {
            "person_id": row["person_id"], "year": 2025, "enrollment_type": "aged_non_dual",
            "member_months": 12, "expenditure": 1000,
            "truncated_annualized": 1000.0 * (1 + (at % people < stays[row["tin"]])),
        }
        for at, row in enumerate(owners)
    ]  # fmt: skip
    bench.table("population.person_year", cost)
    bench.load()
    return bench


def test_who_is_flagged_and_how_peers_rank() -> None:
    found = _performance(_practices({"T1": 19, "T2": 10, "T3": 10, "T4": 10, "T5": 1}, 20), "cost")
    ranks = [found["tin", tin]["percentile"] for tin in ("T5", "T2", "T3", "T4", "T1")]
    assert ranks == pytest.approx([0.0, 50.0, 50.0, 50.0, 100.0])
    flags = [found["tin", tin]["performer"] for tin in ("T5", "T2", "T1")]
    assert flags == ["high", None, "low"]  # the cheapest performs high
    assert found["tin", "T1"]["interval_low"] > 1 > found["tin", "T5"]["interval_high"]
    assert found["tin", "T1"]["shrunken_ratio"] < found["tin", "T1"]["ratio"]
    # of what no level validates, as stays are, nobody is ranked however clear it is
    stays = _performance(_practices({"T1": 19, "T2": 10, "T5": 1}, 20))
    assert {(row["percentile"], row["performer"]) for row in stays.values()} == {(None, None)}


def test_peers_are_of_one_specialty() -> None:
    bench = _practices({f"T{at}": at % 4 for at in range(1, 25)}, 4)
    bench.table(
        "claims.clinician_specialty",
        [
            {"service_year": 2025, "npi": f"NT{at}", "specialty_code": "06" if at <= 12 else "20"}
            for at in range(1, 25)
        ],
    )
    bench.run("measures.peer_group")
    groups = bench.rows("select peer_group, count(*) as n, max(peers) as peers from measures.peer_group "
                        "where level = 'npi' group by peer_group order by peer_group")  # fmt: skip
    # twelve of each specialty are enough; a third of twelve (by conditions) are not
    assert groups == [
        {"peer_group": "npi / specialty 06", "n": 12, "peers": 12},
        {"peer_group": "npi / specialty 20", "n": 12, "peers": 12},
    ]


def test_movement_over_twelve_months() -> None:
    bench = _community()
    months = []
    spend = []
    for at in range(24):
        year, month = 2024 + at // 12, at % 12 + 1
        number = year * 100 + month
        months.append({"month": number, "first_day": day(f"{year}-{month:02d}-01"), "year": year})
        spend += [{"person_id": p, "month": number, "expenditure": 100 * p} for p in (1, 2, 3, 4)]
    bench.table("population.month", months)
    bench.table("population.member_month", spend)
    bench.run("measures.performance_month")
    rows = bench.rows(
        "select * from measures.performance_month where level = 'tin' and entity_id = 'T1' "
        "and measure = 'cost' order by month"
    )
    assert [row["month"] for row in rows][:2] == [202412, 202501]  # the first with twelve behind it
    # (100 + 200) x 12 months; expected 40,000 / 48 a month x 24 months
    assert (rows[0]["denominator"], rows[0]["observed"], rows[0]["expected"]) == pytest.approx(
        (24, 3600, 20000)
    )
    assert rows[0]["observed_rate"] == pytest.approx(1800.0)
    stays = bench.rows(
        "select month, observed from measures.performance_month where level = 'tin' and entity_id = 'T1' "
        "and measure = 'acute_admission' order by month"
    )
    assert [row["observed"] for row in stays] == [0, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3]


def test_the_way_down_to_people_and_claims() -> None:
    bench = _community()
    bench.run("measures.performance_roster")
    people = bench.rows(
        "select person_id from measures.performance_roster where level = 'tin' and entity_id = 'T1' "
        "order by person_id"
    )
    assert people == [{"person_id": 1}, {"person_id": 2}]
    bench.run("measures.performance")
    claims = bench.rows(
        "select stay.claim_id from measures.performance_roster as roster "
        "join measures.utilization_event as event on event.person_id = roster.person_id "
        "join measures.admission_claim as stay on stay.admission_id = event.event_id "
        "where roster.level = 'tin' and roster.entity_id = 'T1' "
        "and event.measure = 'acute_admission' order by 1"
    )
    assert [row["claim_id"] for row in claims] == ["A", "B", "C"]

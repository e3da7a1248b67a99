"""Disparities over a few people worked out by hand, and what is hidden because few stand behind it."""

from __future__ import annotations

from math import exp, sqrt

import pytest

from tests.measures.bench_tables import Row, Tables

PROGRAMS = ["equity", "performance", "claims"]
PERSON = {
    "person_id": "BIGINT",
    "measure": "VARCHAR",
    "denominator": "BIGINT",
    "observed": "DOUBLE",
    "expected": "DOUBLE",
}
GROUP = {"person_id": "BIGINT", "stratifier": "VARCHAR", "stratum": "VARCHAR"}
MEMBER = {"person_id": "BIGINT", "aco_id": "VARCHAR", "tin": "VARCHAR"}
RATE = {
    "level": "VARCHAR",
    "entity_id": "VARCHAR",
    "measure": "VARCHAR",
    "stratifier": "VARCHAR",
    "stratum": "VARCHAR",
    "people": "BIGINT",
    "people_with_events": "BIGINT",
    "denominator": "DOUBLE",
    "observed": "DOUBLE",
    "expected": "DOUBLE",
    "rate": "DOUBLE",
    "ratio_to_expected": "DOUBLE",
    "rate_variance": "DOUBLE",
}


def rates(people: list[tuple[str, int, float]]) -> list[Row]:
    """(group, member months, emergency visits) a person; one practice for all."""
    made = Tables(PROGRAMS)
    made.give(
        "measures.performance_person",
        PERSON,
        [(n, "emergency_visit", months, visits, 1.0) for n, (_, months, visits) in enumerate(people)],
    )
    made.give("measures.performance_member", MEMBER, [(n, None, "T1") for n in range(len(people))])
    made.give("measures.equity_person", GROUP, [(n, "dual status", g) for n, (g, _, _) in enumerate(people)])
    return made.make("measures.equity_rate")


def test_a_rate_and_its_variance() -> None:
    """Dual: 3 visits in 12 months and 0 in 6; r = 3/18 a month, 3/18 x 12 x 1,000 = 2,000 a 1,000 years.

    Residuals y - r d: 3 - 2 = 1 and 0 - 1 = -1; variance = (1 + 1) x 2/(2-1) / 18^2 a month squared,
    = 4/324; x 12,000^2.
    """
    found = {
        (r["level"], r["stratum"]): r for r in rates([("dual", 12, 3), ("dual", 6, 0), ("not dual", 12, 1)])
    }
    assert set(found) == {("all", "dual"), ("all", "not dual"), ("tin", "dual"), ("tin", "not dual")}
    row = found["all", "dual"]
    assert (row["people"], row["people_with_events"], row["denominator"]) == (2, 1, 18)
    assert row["rate"] == pytest.approx(2_000)
    assert row["rate_variance"] == pytest.approx(4 / 324 * 12_000**2)
    assert row["ratio_to_expected"] == pytest.approx(3 / 2)
    assert found["all", "not dual"]["rate_variance"] is None  # one person has no spread


def equity(
    groups: dict[str, tuple[int, float, float]], stratifier: str = "race and ethnicity"
) -> dict[str, Row]:
    """group -> (people, rate, variance of the rate)."""
    made = Tables(PROGRAMS)
    made.give(
        "measures.equity_rate",
        RATE,
        [
            ("all", "all", "emergency_visit", stratifier, g, n, n, 12.0 * n, 1.0, 1.0, rate, 1.0, variance)
            for g, (n, rate, variance) in groups.items()
        ],
    )
    return {row["stratum"]: row for row in made.make("measures.equity")}


def test_the_size_of_a_disparity_with_its_interval() -> None:
    found = equity({"white": (500, 400.0, 100.0), "black": (200, 500.0, 576.0), "asian": (100, 410.0, 400.0)})
    black = found["black"]
    # 500 - 400 = 100, standard error = sqrt(576 + 100) = 26; 100 - 1.96 x 26 = 49.04
    assert (black["difference"], black["difference_low"]) == (100, pytest.approx(49.04))
    assert black["ratio"] == 1.25
    error = sqrt(576 / 500**2 + 100 / 400**2)
    assert black["ratio_high"] == pytest.approx(1.25 * exp(1.96 * error))
    assert (black["finding"], found["asian"]["finding"]) == ("higher", "not distinguishable")
    assert found["white"]["difference"] is None and found["white"]["rate"] == 400


def test_a_small_group_is_blanked_and_the_next_smallest_with_it() -> None:
    found = equity({"white": (500, 400.0, 100.0), "black": (200, 500.0, 576.0), "asian": (10, 900.0, 9.0)})
    for group in ("asian", "black"):  # with black shown, asian would be what is left of the total
        row = found[group]
        assert (
            row["suppressed"] and row["people"] is None and row["rate"] is None and row["difference"] is None
        )
    assert not found["white"]["suppressed"]


def test_two_small_groups_hide_each_other() -> None:
    found = equity(
        {
            "white": (500, 400.0, 1.0),
            "black": (11, 500.0, 1.0),
            "asian": (10, 9.0, 9.0),
            "other": (3, 1.0, 1.0),
        }
    )
    assert [found[g]["suppressed"] for g in ("white", "black", "asian", "other")] == [
        False,
        False,
        True,
        True,
    ]


def test_nothing_is_compared_with_a_hidden_reference() -> None:
    found = equity({"white": (5, 400.0, 1.0), "black": (50, 500.0, 1.0), "asian": (90, 9.0, 9.0)})
    assert found["asian"]["difference"] is None and found["asian"]["rate"] == 9.0


def test_who_belongs_where() -> None:
    made = Tables(PROGRAMS)
    made.give("measures.performance_member", {"person_id": "BIGINT", "age": "INTEGER"}, [(1, 64), (2, 85)])
    made.give(
        "population.enrollment_month",
        {"person_id": "BIGINT", "year": "INTEGER", "dual": "BOOLEAN"},
        [(1, 2025, False), (1, 2025, True), (2, 2024, True), (2, 2025, False)],
    )
    made.give(
        "claims.person",
        {
            "person_id": "BIGINT",
            "gender": "VARCHAR",
            "race_code": "VARCHAR",
            "county_code": "VARCHAR",
            "zip_code": "VARCHAR",
        },
        [(1, "female", "2", "01001", "36003"), (2, "male", None, None, "36004-1234")],
    )
    made.give(
        "reference.county_type", {"county_code": "VARCHAR", "county_type": "VARCHAR"}, [("01001", "micro")]
    )
    made.give(
        "reference.area_deprivation", {"zip_code": "VARCHAR", "national_rank": "DOUBLE"}, [("36004", 81.0)]
    )
    found = {(r["person_id"], r["stratifier"]): r["stratum"] for r in made.make("measures.equity_person")}
    assert found == {
        (1, "dual status"): "dual",
        (1, "age band"): "under 65",
        (1, "sex"): "female",
        (1, "race and ethnicity"): "black",
        (1, "rurality"): "rural",
        (2, "dual status"): "not dual",
        (2, "age band"): "85 and over",
        (2, "sex"): "male",
        (2, "area deprivation"): "most deprived",
    }

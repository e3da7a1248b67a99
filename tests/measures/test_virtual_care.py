"""Virtual care, the network and staffing, over a handful of visits worked out by hand."""

from __future__ import annotations

from datetime import date
from math import sqrt

import pytest

from tests.measures.bench_tables import Tables

LINE = {
    "source_id": "VARCHAR",
    "claim_id": "VARCHAR",
    "claim_line_number": "INTEGER",
    "person_id": "BIGINT",
    "service_date": "DATE",
    "month": "INTEGER",
    "npi": "VARCHAR",
    "tin": "VARCHAR",
    "part": "VARCHAR",
    "hcpcs_code": "VARCHAR",
    "virtual_mode": "VARCHAR",
    "service_category": "VARCHAR",
    "allowed_amount": "DECIMAL(18,2)",
    "paid_amount": "DECIMAL(18,2)",
    "expenditure_amount": "DECIMAL(18,2)",
    "service_month": "INTEGER",
}
PROGRAMS = ["virtual_care", "equity"]


def line(
    number: int, person: int, day: date, code: str, mode: str | None, **other: object
) -> tuple[object, ...]:
    month = day.year * 100 + day.month
    return (
        "S",
        f"C{number}",
        1,
        person,
        day,
        month,
        other.get("npi", "N1"),
        "T1",
        "B",
        code,
        mode,
        other.get("category", "professional"),
        100,
        80,
        other.get("spent", 80),
        month,
    )


def tables(lines: list[tuple[object, ...]]) -> Tables:
    made = Tables(PROGRAMS)
    made.give("population.claim_line", LINE, lines)
    made.give(
        "claims.period", {"first_day": "DATE", "last_day": "DATE"}, [(date(2025, 1, 1), date(2025, 12, 31))]
    )
    return made


def test_how_a_visit_was_done_and_what_the_law_of_the_day_said() -> None:
    made = tables(
        [
            line(1, 1, date(2025, 9, 30), "99213", "home"),
            line(2, 1, date(2025, 10, 1), "99213", None),
            line(3, 1, date(2026, 1, 31), "98016", None),  # a code that is virtual by itself
            line(4, 1, date(2028, 1, 1), "99213", "audio_only"),
            line(5, 1, date(2025, 5, 1), "71046", "home"),  # no visit
        ]
    )
    found = {row["claim_id"]: row for row in made.make("measures.virtual_visit")}
    assert set(found) == {"C1", "C2", "C3", "C4"}
    assert [found[c]["mode"] for c in ("C1", "C2", "C3", "C4")] == [
        "home",
        "in_person",
        "other",
        "audio_only",
    ]
    assert [found[c]["flexibility"] for c in ("C1", "C2", "C3", "C4")] == [
        "in_force",
        "restored",
        "restored",
        "ended",
    ]


PERSON = {
    "person_id": "BIGINT",
    "enrollment_type": "VARCHAR",
    "age": "INTEGER",
    "age_band": "VARCHAR",
    "gender": "VARCHAR",
    "county_code": "VARCHAR",
    "zip_code": "VARCHAR",
    "member_months": "INTEGER",
    "expenditure": "DECIMAL(18,2)",
}


def people(count: int) -> list[tuple[object, ...]]:
    return [
        (n, "aged_non_dual", 70, "65 to 74", "female", "01001", "36003", 12, 0) for n in range(1, count + 1)
    ]


def test_courses_open_after_clean_days_and_are_followed_for_as_long() -> None:
    made = tables(
        [
            line(1, 1, date(2025, 1, 20), "99213", None),  # fewer than 30 loaded days before: none
            line(2, 1, date(2025, 3, 1), "99213", "home"),  # opens; 40 days after the last
            line(3, 1, date(2025, 3, 20), "99213", None),  # its follow-up, 19 days on
            line(4, 1, date(2025, 3, 10), "99285", None, category="emergency", spent=500),
            line(5, 2, date(2025, 6, 1), "99213", None),  # opens in person
            line(
                6, 2, date(2025, 5, 20), "99285", None, category="emergency", spent=400
            ),  # acute care before
            line(7, 3, date(2025, 12, 20), "99213", "home"),  # not followed for 30 loaded days
        ]
    )
    made.give("measures.virtual_person", PERSON, people(3))
    made.make("measures.virtual_visit")
    made.make("measures.person_day")
    rows = made.make("measures.virtual_course")
    assert [(r["person_id"], r["service_date"], r["is_virtual"]) for r in rows] == [
        (1, date(2025, 3, 1), True),
        (2, date(2025, 6, 1), False),
    ]
    first, second = rows
    # 80 on the day + 500 nine days on + 80 nineteen days on
    assert (first["followed_up"], first["emergency_after"], float(first["expenditure_after"])) == (
        1,
        1,
        660.0,
    )
    assert (second["acute_before"], second["followed_up"], float(second["expenditure_after"])) == (1, 0, 80.0)


COURSE = {
    "person_id": "BIGINT",
    "service_line": "VARCHAR",
    "service_date": "DATE",
    "npi": "VARCHAR",
    "is_virtual": "BOOLEAN",
    "age_band": "VARCHAR",
    "gender": "VARCHAR",
    "enrollment_type": "VARCHAR",
    "month": "INTEGER",
    "acute_before": "INTEGER",
    "followed_up": "INTEGER",
    "emergency_after": "INTEGER",
    "inpatient_after": "INTEGER",
    "expenditure_after": "DECIMAL(18,2)",
}


def test_the_comparison_is_weighted_as_the_virtual_visits_are() -> None:
    """Stratum A: virtual 100, 200; in person 300, 500. Stratum B: virtual 0, 0, 60, 100; in person 40, 60.

    Means: A 150 against 400, B 40 against 50; weights 2 and 4. Virtual (2x150 + 4x40)/6 = 76.667, in person
    (2x400 + 4x50)/6 = 166.667, difference -90. Variances: A 5,000/2 + 20,000/2 = 12,500; B virtual squares
    13,600 - 160^2/4 = 7,200 over 3 = 2,400, /4 = 600; in person 200/2 = 100. (4x12,500 + 16x700)/36 = 1,700.
    A third stratum has one virtual visit only and is left out.
    """
    made = Tables(PROGRAMS)
    rows = []
    strata = {
        "female": ([100, 200], [300, 500]),
        "male": ([0, 0, 60, 100], [40, 60]),
        "unknown": ([900], [1, 2]),
    }
    person = 0
    for sex, (virtual, in_person) in strata.items():
        for kind, amounts in ((True, virtual), (False, in_person)):
            for amount in amounts:
                person += 1
                rows.append(
                    (
                        person,
                        "office_visit",
                        date(2025, 3, 1),
                        "N1",
                        kind,
                        "65 to 74",
                        sex,
                        "aged_non_dual",
                        202503,
                        0,
                        0,
                        0,
                        0,
                        amount,
                    )
                )
    made.give("measures.virtual_course", COURSE, rows)
    found = {row["outcome"]: row for row in made.make("measures.virtual_comparison")}
    spent = found["expenditure"]
    assert (spent["strata"], spent["matched_virtual_visits"], spent["matched_in_person_visits"]) == (2, 6, 4)
    assert spent["virtual_visits"] == 7 and spent["people"] == 13
    assert spent["virtual_mean"] == pytest.approx(460 / 6)
    assert spent["difference"] == pytest.approx(-90)
    assert spent["interval_high"] == pytest.approx(-90 + 1.96 * sqrt(1_700))
    assert found["admission"]["difference"] == 0


def test_adoption_counts_visits_and_people() -> None:
    made = tables(
        [
            line(1, 1, date(2025, 2, 1), "99213", "home"),
            line(2, 1, date(2025, 2, 9), "99213", None),
            line(3, 2, date(2025, 2, 9), "99213", None),
            line(4, 2, date(2024, 2, 9), "99213", "home"),  # another year
        ]
    )
    made.give("measures.virtual_person", PERSON, people(2))
    made.make("measures.virtual_visit")
    rows = {(r["level"], r["entity_id"]): r for r in made.make("measures.virtual_adoption")}
    mine = rows["clinician", "N1"]
    assert (mine["visits"], mine["virtual_visits"], mine["people"], mine["virtual_people"]) == (3, 1, 2, 1)
    assert mine["virtual_share"] == pytest.approx(1 / 3) and float(mine["virtual_allowed"]) == 100
    assert rows["age_band", "65 to 74"]["visits"] == 3


ROSTER = {
    "npi": "VARCHAR",
    "specialty_code": "VARCHAR",
    "site_zip": "VARCHAR",
    "start_date": "DATE",
    "end_date": "DATE",
}


def network(county_type: str, miles: float, minutes: float | None, ratio: float | None) -> dict[str, object]:
    """One degree of latitude is 3,958.8 x pi / 180 = 69.09 miles in a straight line, 89.8 by road (x 1.3)."""
    made = Tables(PROGRAMS)
    made.give(
        "measures.virtual_person", PERSON, [*people(3), (4, None, 70, None, None, "01001", "99999", 12, 0)]
    )
    made.give(
        "org_raw.provider_roster",
        ROSTER,
        [("N1", "06", "36004", None, None), ("N2", "06", "36004", None, date(2024, 6, 30))],
    )
    made.give(
        "reference.zip_centroid",
        {"zip_code": "VARCHAR", "latitude": "DOUBLE", "longitude": "DOUBLE"},
        [("36003", 32.0, -86.0), ("36004", 33.0, -86.0)],
    )
    made.give(
        "reference.county_type",
        {"county_code": "VARCHAR", "county_type": "VARCHAR"},
        [("01001", county_type)],
    )
    made.give(
        "reference.network_standard",
        {
            "county_type": "VARCHAR",
            "specialty_code": "VARCHAR",
            "maximum_miles": "DOUBLE",
            "maximum_minutes": "DOUBLE",
            "minimum_ratio": "DOUBLE",
            "adequate_share": "DOUBLE",
            "vintage": "VARCHAR",
        },
        [(county_type, "06", miles, minutes, ratio, None, "2026")],
    )
    (row,) = made.make("measures.network_access")
    return row


def test_reach_by_road_and_by_time() -> None:
    near = network("rural", 90, None, None)
    assert near["farthest_nearest_miles"] == pytest.approx(89.82, abs=0.01)
    # three of four are placed and within 90 miles; 75 percent is not the 90 that is asked for
    assert (near["people"], near["people_within"], near["people_unplaced"]) == (4, 3, 1)
    assert near["adequate_distance"] is False and near["adequate_count"] is True
    # 89.8 miles at 45 miles an hour are 119.8 minutes
    assert network("rural", 90, 119, None)["people_within"] == 0
    assert network("rural", 90, 120, None)["people_within"] == 3
    assert network("rural", 89, None, None)["people_within"] == 0


def test_clinicians_required_round_up_and_who_has_left_does_not_count() -> None:
    row = network("metro", 100, None, 300)
    # 4 people x 300 per 1,000 = 1.2: two are required, one is there (N2 left in 2024)
    assert (row["clinicians"], row["clinicians_required"], row["adequate_count"]) == (1, 2, False)


def test_staffing() -> None:
    """N1 works 2 days with 4 visits (1 virtual), N2 1 day with 4; 75 percent do not pass 4."""
    lines = [line(n, n, date(2025, 2, 1 + n // 3), "99213", "home" if n == 1 else None) for n in range(1, 5)]
    lines += [line(10 + n, n, date(2025, 2, 1), "99213", None, npi="N2") for n in range(1, 5)]
    made = tables(lines)
    made.give(
        "claims.clinician_specialty",
        {"npi": "VARCHAR", "service_year": "INTEGER", "specialty_code": "VARCHAR"},
        [("N1", 2025, "06"), ("N2", 2025, "06")],
    )
    made.give(
        "attribution.person",
        {"person_id": "BIGINT", "npi": "VARCHAR"},
        [(1, "N1"), (2, "N1"), (3, "N2"), (4, None)],
    )
    made.make("measures.virtual_visit")
    first, second = made.make("measures.staffing")
    assert (first["days_worked"], first["visits"], first["virtual_visits"]) == (2, 4, 1)
    assert first["full_time_equivalent"] == pytest.approx(2 / 220)
    assert first["busy_day"] == 4
    assert first["capacity_visits"] == 8 and first["spare_visits"] == 4
    assert first["room_days_freed"] == pytest.approx(0.5)  # one visit at two a day
    # 8 visits for 3 people with a clinician
    assert first["demand_visits"] == pytest.approx(2 * 8 / 3)
    assert second["spare_visits"] == 0 and second["capacity_visits"] == 4

"""Enrolment by month: type, hierarchy, deaths, plans, what a month rests on. Months are counted by hand."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.population.month_bench import MonthBench, Row, community, line, span

WHOLE_YEAR = [line("a", 99, "2025-01-10", 0), line("b", 99, "2025-12-10", 0)]
FLAGS = {f"enrollflag_{month}": 0 for month in range(1, 13)}


def months_of(bench: MonthBench, person: int = 1) -> list[Row]:
    bench.run("population.enrollment_month")
    return bench.rows(f"select * from population.enrollment_month where person_id = {person} order by month")


def counting(rows: list[Row]) -> list[int]:
    return [row["month"] % 100 for row in rows if row["fee_for_service"]]


def test_months_are_those_the_claims_cover_even_without_a_claim() -> None:
    # claims in January and December alone: twelve months all the same, carried by the month of claims before
    bench = community([span(1, "2010-01-01")], WHOLE_YEAR)
    assert len(months_of(bench)) == 12
    rows = bench.rows(
        "select month, first_day, last_day, year, service_month from population.month order by 1"
    )
    assert [row["month"] for row in rows] == [202500 + month for month in range(1, 13)]
    assert rows[1] == {
        "month": 202502,
        "first_day": date(2025, 2, 1),
        "last_day": date(2025, 2, 28),
        "year": 2025,
        "service_month": 202501,
    }
    assert rows[11]["service_month"] == 202512


@pytest.mark.parametrize(
    ("status", "dual", "wanted"),
    [
        ("10", "NA", "aged_non_dual"),
        ("10", "02", "aged_dual"),
        ("10", "01", "aged_dual"),  # premiums and cost sharing alone count too
        ("10", "09", "aged_non_dual"),  # 09: no Medicaid
        ("11", "02", "esrd"),  # ESRD goes first, dual or not
        ("20", "02", "disabled"),
        ("21", "NA", "esrd"),
        ("31", "NA", "esrd"),
    ],
)
def test_enrolment_type(status: str, dual: str, wanted: str) -> None:
    bench = community([span(1, "2010-01-01", medicare_status_code=status, dual_status_code=dual)], WHOLE_YEAR)
    assert {row["enrollment_type"] for row in months_of(bench)} == {wanted}


def test_dual_month_by_month() -> None:
    spans = [span(1, "2025-01-01", "2025-03-31"), span(1, "2025-04-01", "2025-12-31", dual_status_code="08")]
    kinds = [row["enrollment_type"] for row in months_of(community(spans, WHOLE_YEAR))]
    assert kinds == ["aged_non_dual"] * 3 + ["aged_dual"] * 9


def test_death_ends_the_months_and_its_month_counts() -> None:
    bench = community([span(1, "2010-01-01", death_date=date(2025, 5, 3))], WHOLE_YEAR)
    rows = months_of(bench)
    assert counting(rows) == [1, 2, 3, 4, 5]
    assert [row["died"] for row in rows] == [False] * 4 + [True]


def test_plan_and_single_part_months_do_not_count() -> None:
    spans = [
        span(1, "2025-01-01", "2025-02-28", part_b=False),
        span(1, "2025-03-01", "2025-06-30"),
        span(1, "2025-07-01", "2025-09-30", medicare_advantage=True),
        span(1, "2025-10-01", None),
    ]
    rows = months_of(community(spans, WHOLE_YEAR))
    assert len(rows) == 12
    assert counting(rows) == [3, 4, 5, 6, 10, 11, 12]


def test_an_unknown_status_goes_by_age_and_original_reason() -> None:
    # 65 on 10 July 2025: disabled through June, aged from July on
    spans = [
        span(
            1,
            "2020-01-01",
            birth_date=date(1960, 7, 10),
            medicare_status_code=None,
            original_reason_entitlement_code="1",
        ),
        # under 65 for ESRD
        span(
            2,
            "2020-01-01",
            birth_date=date(1970, 7, 10),
            medicare_status_code=None,
            original_reason_entitlement_code="2",
        ),
    ]
    bench = community(spans, WHOLE_YEAR)
    assert [row["enrollment_type"] for row in months_of(bench)] == ["disabled"] * 6 + ["aged_non_dual"] * 6
    assert {row["enrollment_type"] for row in months_of(bench, 2)} == {"esrd"}


def test_the_month_before_a_birthday_on_the_first_is_aged() -> None:
    # who is born on the first reaches 65 on the last day of the month before
    spans = [span(1, "2020-01-01", birth_date=date(1960, 7, 1), medicare_status_code=None)]
    kinds = [row["enrollment_type"] for row in months_of(community(spans, WHOLE_YEAR))]
    assert kinds == ["disabled"] * 5 + ["aged_non_dual"] * 7


def test_a_status_carried_back_does_not_make_anyone_aged_before_65() -> None:
    spans = [
        span(1, "2020-01-01", birth_date=date(1960, 7, 10), enrollment_basis="current_status_carried_back")
    ]
    rows = months_of(community(spans, WHOLE_YEAR))
    assert [row["enrollment_type"] for row in rows] == ["disabled"] * 6 + ["aged_non_dual"] * 6
    assert {row["basis"] for row in rows} == {"current_status_carried_back"}


def test_monthly_status_goes_before_one_carried_back() -> None:
    spans = [
        span(
            1,
            "2020-01-01",
            source_id="C",
            dual_status_code="02",
            enrollment_basis="current_status_carried_back",
        ),
        span(1, "2025-03-01", "2025-05-31"),
    ]
    rows = months_of(community(spans, WHOLE_YEAR))
    assert [row["enrollment_type"] for row in rows] == (
        ["aged_dual"] * 2 + ["aged_non_dual"] * 3 + ["aged_dual"] * 7
    )
    assert [row["basis"] for row in rows[1:4]] == ["current_status_carried_back", "monthly", "monthly"]


def listed(person: int, period: str, flags: dict[str, Any], delivery: str = "d1") -> Row:
    return {
        "person_id": person,
        "performance_year": 2025,
        "report_period": period,
        "source_id": "S",
        "delivery_id": delivery,
        "file_date": date(2025, 12, 1),
        **FLAGS,
        **flags,
    }


def test_assignment_list_flags_go_before_everything_and_stop_where_the_report_stops() -> None:
    # first quarter: flags of April 2024 to March 2025, so that flags 10 to 12 are of this year
    bench = community([span(1, "2020-01-01"), span(2, "2020-01-01")], WHOLE_YEAR)
    first = {"enrollflag_1": 2, "enrollflag_10": 3, "enrollflag_11": 0, "enrollflag_12": 1}
    bench.give(
        "org_raw.assignment_list",
        [listed(1, "2025Q1", first), listed(2, "2025Q1", {"enrollflag_10": 4, "enrollflag_11": 4})],
    )
    rows = months_of(bench)
    assert [row["enrollment_type"] for row in rows[:4]] == ["aged_dual", None, "esrd", "aged_non_dual"]
    assert [row["basis"] for row in rows[:4]] == ["assignment_list"] * 3 + ["monthly"]
    assert counting(rows) == [1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]
    assert counting(months_of(bench, 2)) == [1, 2, 4, 5, 6, 7, 8, 9, 10, 11, 12]  # a zero in March counts


def test_a_later_report_replaces_an_earlier_one() -> None:
    bench = community([span(1, "2020-01-01")], WHOLE_YEAR)
    bench.give(
        "org_raw.assignment_list",
        [
            listed(1, "2025Q1", {"enrollflag_10": 3, "enrollflag_11": 3, "enrollflag_12": 3}),
            listed(1, "2025Q2", {f"enrollflag_{m}": 4 for m in range(7, 13)}, "d2"),
        ],
    )
    assert [row["enrollment_type"] for row in months_of(bench)[:4]] == ["aged_non_dual"] * 4


def test_a_quarterly_report_flags_the_twelve_months_to_the_end_of_its_quarter() -> None:
    bench = community([span(1, "2020-01-01")], [*WHOLE_YEAR, line("b", 1, "2024-10-05", 1)])
    # third quarter: flag 1 is October 2024, flag 3 December, flag 4 January 2025, flag 12 September
    flags = {"enrollflag_1": 1, "enrollflag_3": 2, "enrollflag_4": 3, "enrollflag_12": 1}
    # the annual report of 2024 knows December 2024 too: its year is closed, and its word counts
    annual = listed(1, "2024", {"enrollflag_12": 4}, "d0") | {"performance_year": 2024}
    bench.give("org_raw.assignment_list", [listed(1, "2025Q3", flags), annual])
    bench.run("population.enrollment_listed")
    rows = bench.rows("select * from population.enrollment_listed where counts order by month")
    assert [(row["month"], row["enrollment_type"]) for row in rows] == [
        (202412, "aged_non_dual"),
        (202501, "aged_dual"),
        (202509, "esrd"),
    ]


def test_who_is_only_on_the_assignment_list_has_months() -> None:
    bench = community([], WHOLE_YEAR)
    bench.give("org_raw.assignment_list", [listed(7, "2025Q4", {f"enrollflag_{m}": 2 for m in range(1, 13)})])
    rows = months_of(bench, 7)
    assert counting(rows) == list(range(1, 13))
    assert {row["enrollment_type"] for row in rows} == {"disabled"}

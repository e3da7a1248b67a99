"""Dollars for each beneficiary and year, by hand from the text of the rule."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.population.month_bench import MonthBench, Row, community, line, span

THRESHOLDS = [
    {"year": 2025, "enrollment_type": "aged_non_dual", "threshold": 60_000.0},
    {"year": 2025, "enrollment_type": "esrd", "threshold": 200_000.0},
]
CUT = {"population.truncation_threshold": THRESHOLDS}


def example(**overrides: Any) -> MonthBench:
    """Four people in 2025; the arithmetic stands beside each."""
    spans = [
        span(1, "2020-01-01"),  # 12 months, 12,000
        span(2, "2020-01-01", death_date=date(2025, 6, 9)),  # 6 months, 60,000: 120,000 a year
        span(3, "2020-01-01"),  # 12 months, nothing
        span(4, "2020-01-01", "2025-03-31"),  # 3 months of age, 3,000: 12,000 a year
        span(4, "2025-04-01", medicare_status_code="11"),  # 9 months of ESRD, 90,000: 120,000 a year
    ]
    lines = [
        line("a", 1, "2025-01-20", 12_000, paid_date=date(2025, 2, 10)),
        line("b", 2, "2025-02-20", 60_000, paid_date=date(2025, 3, 10)),
        line("c", 4, "2025-03-20", 3_000, paid_date=date(2025, 4, 10)),
        line("d", 4, "2025-12-20", 90_000, paid_date=date(2026, 3, 10)),
    ]
    return community(spans, lines, overrides={"population.completion_method": "none", **CUT, **overrides})


def by_type(bench: MonthBench) -> dict[str, Row]:
    return {row["enrollment_type"]: row for row in bench.run("population.pbpy") if row["year"] == 2025}


def test_annualized_then_truncated_then_weighted() -> None:
    found = by_type(example())
    aged = found["aged_non_dual"]
    # 12 + 6 + 12 + 3 = 33 months
    assert aged["people"] == 4
    assert aged["person_years"] == pytest.approx(2.75, abs=1e-12)
    # person 2 is cut from 120,000 to 60,000 and weighs half a year:
    # (12,000 x 1 + 60,000 x 0.5 + 0 x 1 + 12,000 x 0.25) / 2.75 = 45,000 / 2.75
    assert aged["pbpy"] == pytest.approx(45_000 / 2.75, abs=1e-6)
    assert aged["untruncated_pbpy"] == pytest.approx(75_000 / 2.75, abs=1e-6)
    assert aged["truncated_people"] == 1
    esrd = found["esrd"]
    # 90,000 in 9 months is 120,000 a year, under the threshold
    assert (esrd["people"], esrd["person_years"]) == (1, 0.75)
    assert esrd["pbpy"] == pytest.approx(120_000, abs=1e-6)
    # all types: weighted by person-years, (45,000 + 90,000) / 3.5; person 4 is one person
    assert found["all"]["people"] == 4
    assert found["all"]["pbpy"] == pytest.approx(135_000 / 3.5, abs=1e-6)
    share = {kind: found[kind]["person_years"] / 3.5 for kind in ("aged_non_dual", "esrd")}
    assert found["all"]["pbpy"] == pytest.approx(sum(share[k] * found[k]["pbpy"] for k in share), abs=1e-6)


def test_who_cost_nothing_counts() -> None:
    bench = example()
    bench.run("population.person_year")
    rows = bench.rows("select * from population.person_year where person_id = 3")
    assert [
        (row["member_months"], row["person_years"], row["annualized"], row["completed"]) for row in rows
    ] == [(12, 1.0, 0.0, 0.0)]


def test_national_factor_after_truncation() -> None:
    # paid through 10 March 2026: every month has three months of run-out or more
    found = by_type(example(**{"population.completion_method": "table"}))
    assert found["aged_non_dual"]["completion_method"] == "table"
    assert found["aged_non_dual"]["pbpy"] == pytest.approx(45_000 * 1.013 / 2.75, abs=1e-6)
    assert found["aged_non_dual"]["uncompleted_pbpy"] == pytest.approx(45_000 / 2.75, abs=1e-6)


def test_without_an_installed_threshold_the_percentile_of_the_population() -> None:
    # 101 people cost 0, 1, ... 100 dollars: 99 % of the way from the first to the last is 99 dollars
    spans = [span(n, "2020-01-01", "2025-12-31") for n in range(101)]
    lines = [line(f"c{n}", n, f"2025-{1 + n % 12:02d}-10", n) for n in range(101)]
    bench = community(spans, lines)
    bench.run("population.truncation")
    (row,) = bench.rows("select * from population.truncation")
    assert (row["people"], row["threshold_source"]) == (101, "this_population")
    assert row["threshold"] == pytest.approx(99, abs=1e-9)
    found = by_type(bench)["aged_non_dual"]
    # 0 + ... + 99 and 99 once more for the one who cost 100
    assert found["pbpy"] == pytest.approx((4_950 + 99) / 101, abs=1e-9)
    assert found["threshold_source"] == "this_population"


def triangle() -> list[Row]:
    """Four months; paid within the month, one later and two later, as seen by the end of April."""
    paid = {1: (100, 50, 10), 2: (200, 100, 20), 3: (300, 150), 4: (400,)}
    return [
        line(
            f"m{month}lag{lag}",
            1,
            f"2025-{month:02d}-05",
            amount,
            paid_date=date(2025, month + lag, 28),
        )
        for month, amounts in paid.items()
        for lag, amount in enumerate(amounts)
    ]


def test_chain_ladder() -> None:
    bench = community(
        [span(1, "2020-01-01")], triangle(), overrides={"population.development_minimum_months": 1}
    )
    bench.run("population.pmpm", "population.development")
    growth = {row["lag"]: row for row in bench.rows("select * from population.development")}
    # from lag 0 to 1: (150 + 300 + 450) / (100 + 200 + 300); from 1 to 2: (160 + 320) / (150 + 300)
    assert growth[0]["factor"] == pytest.approx(1.5)
    assert growth[1]["factor"] == pytest.approx(480 / 450)
    assert growth[0]["factor_to_end"] == pytest.approx(1.6)
    rows = bench.rows(
        "select month, expenditure, completed_pmpm, completion_factor from population.pmpm "
        "where enrollment_type = 'all' and service_category = 'total' order by month"
    )
    assert [row["expenditure"] for row in rows] == [Decimal(n) for n in (160, 320, 450, 400)]
    assert [row["completed_pmpm"] for row in rows] == pytest.approx([160, 320, 480, 640])


def test_growth_seen_in_too_few_months_does_not_count() -> None:
    bench = community([span(1, "2020-01-01")], triangle())  # three months at least: lag 0 alone
    assert [row["lag"] for row in bench.run("population.development")] == [0]


def test_claims_without_dates_of_payment_are_taken_as_they_are() -> None:
    bench = community([span(1, "2020-01-01")], [line("a", 1, "2025-01-10", 100)])
    (row,) = [
        r
        for r in bench.run("population.pmpm")
        if (r["enrollment_type"], r["service_category"]) == ("all", "total")
    ]
    assert (row["completion_method"], row["completion_factor"], row["completed_pmpm"]) == ("none", 1.0, 100.0)


def test_trend_between_whole_years_only() -> None:
    spans = [span(1, "2020-01-01")]
    lines = [
        line("a", 1, "2024-01-10", 1_000),
        line("b", 1, "2025-12-10", 1_100),
        line("c", 1, "2026-03-10", 500),
    ]
    bench = community(spans, lines, overrides={"population.truncation_quantile": 1.0})
    rows = {row["year"]: row for row in bench.run("population.pbpy") if row["enrollment_type"] == "all"}
    assert rows[2025]["trend"] == pytest.approx(0.1)
    assert rows[2024]["trend"] is None
    assert rows[2026]["trend"] is None  # January to March: 500 / 0.25 is the season's
    assert (rows[2026]["pbpy"], rows[2026]["months_covered"]) == (pytest.approx(2_000), 3)


def test_the_national_factor_is_not_for_years_that_are_complete() -> None:
    lines = [
        line("a", 1, "2024-01-10", 1_200, paid_date=date(2024, 2, 1)),
        line("b", 1, "2025-12-10", 1_200, paid_date=date(2026, 3, 20)),
    ]
    bench = community([span(1, "2020-01-01")], lines, overrides={"population.completion_method": "table"})
    rows = {row["year"]: row for row in bench.run("population.pbpy") if row["enrollment_type"] == "all"}
    # paid through March 2026: December 2025 has 3 months of run-out, December 2024 has 15
    assert rows[2025]["pbpy"] == pytest.approx(1_200 * 1.013)
    assert rows[2024]["pbpy"] == pytest.approx(1_200)
    assert rows[2025]["trend"] == pytest.approx(0.013)


def test_one_wrong_date_of_payment_does_not_make_claims_look_complete() -> None:
    wrong = line("wrong", 1, "2025-01-06", 1, paid_date=date(2031, 1, 1))
    options = {"population.development_minimum_months": 1, "population.paid_month_least_share": 0.6}
    bench = community([span(1, "2020-01-01")], [*triangle(), wrong], overrides=options)
    rows = {
        row["month"]: row for row in bench.run("population.completion") if row["enrollment_type"] == "esrd"
    }
    # lines by month of payment: 1, 2, 3, 3 and the 1 of 2031, 2 on average: months under 1.2 are passed over
    assert {row["paid_through"] for row in rows.values()} == {date(2025, 4, 28)}
    # as without the wrong date: 900 / 600 from lag 0 to 1, 480 / 450 from 1 to 2
    assert rows[202504]["completion_factor"] == pytest.approx(1.5 * 480 / 450)
    assert (rows[202504]["run_out_months"], rows[202504]["lag"]) == (0, 0)

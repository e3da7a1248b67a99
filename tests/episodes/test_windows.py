"""Trigger, confirmation, reaffirming and the cut into episodes, each date worked by hand."""

from __future__ import annotations

from datetime import date

import pytest

from tests.claims.community import LBP_DIAGNOSIS, LBP_VISIT, Community, dates
from tests.claims.workbench import Row, Workbench, day


def _windows(visits: list[str], *, cohort: str = "heart_failure", **line: object) -> list[tuple[date, date]]:
    community = Community()
    community.backdrop("2023-01-01", "2026-12-31")
    if cohort == "low_back_pain":
        line = {"code": LBP_VISIT, "diagnoses": (LBP_DIAGNOSIS,)} | line
    for on in visits:
        community.visit(1, on, **line)  # type: ignore[arg-type]
    bench = community.load(Workbench())
    bench.run("episodes.chronic_window")
    rows = bench.rows(
        f"select window_start, window_end from episodes.chronic_window where cohort = '{cohort}' order by 1"
    )
    return [(row["window_start"], row["window_end"]) for row in rows]


def test_one_visit_opens_nothing() -> None:
    assert _windows(["2025-01-10"]) == []


def test_a_second_claim_on_the_same_day_confirms_nothing() -> None:
    assert _windows(["2025-01-10", "2025-01-10"]) == []


@pytest.mark.parametrize(
    ("cohort", "gap", "opens"),
    [
        ("heart_failure", 180, True),
        ("heart_failure", 181, False),
        ("low_back_pain", 60, True),
        ("low_back_pain", 61, False),
    ],
)
def test_the_confirming_claim_must_come_soon_enough(cohort: str, gap: int, opens: bool) -> None:
    assert bool(_windows(dates("2025-01-10", gap), cohort=cohort)) is opens


def test_every_claim_of_the_practice_reaffirms_for_another_window() -> None:
    # confirmed on day 100; the last claim, day 100, keeps the window open 365 days: through day 464
    start = day("2024-01-10")
    (window,) = _windows(dates("2024-01-10", 100))
    assert window == (start, date.fromordinal(start.toordinal() + 464))
    # a claim on day 464 is inside and carries it on: through day 464 + 364
    (window,) = _windows(dates("2024-01-10", 100, 464))
    assert window[1] == date.fromordinal(start.toordinal() + 828)


def test_a_claim_after_the_window_starts_anew_and_needs_its_own_confirmation() -> None:
    # day 465 is outside: a new chain, which day 500 confirms (through day 864)
    start = day("2023-01-10")
    windows = _windows(dates("2023-01-10", 100, 465, 500))
    assert windows == [
        (start, date.fromordinal(start.toordinal() + 464)),
        (date.fromordinal(start.toordinal() + 465), date.fromordinal(start.toordinal() + 864)),
    ]
    assert len(_windows(dates("2023-01-10", 100, 465))) == 1


def test_the_window_opens_with_the_first_trigger_that_is_confirmed_in_time() -> None:
    # day 0 is not confirmed within 180 days; day 200 is, by day 250
    (window,) = _windows(dates("2024-01-10", 200, 250))
    assert window[0] == date.fromordinal(day("2024-01-10").toordinal() + 200)


def test_a_service_that_only_confirms_cannot_open() -> None:
    # 93297 (device check) on day 0, a visit on day 30, another on day 60: the visit on day 30 opens
    community = Community()
    community.backdrop("2024-01-01", "2026-12-31")
    first, second, third = dates("2025-01-10", 30, 60)
    community.visit(1, first, code="93297")
    community.visit(1, second)
    community.visit(1, third)
    bench = community.load(Workbench())
    (window,) = bench.run("episodes.chronic_window")
    assert window["window_start"] == day(second)


@pytest.mark.parametrize("line", [{"diagnoses": ("I10",)}, {"code": "99285"}])
def test_other_diagnoses_and_other_services_open_nothing(line: Row) -> None:
    assert _windows(dates("2025-01-10", 30), **line) == []


def test_a_diagnosis_on_the_line_counts_as_one_on_the_claim() -> None:
    assert _windows(dates("2025-01-10", 30), diagnoses=("I10",), line_diagnosis_code="I5032")


def test_practices_do_not_confirm_each_other() -> None:
    community = Community()
    community.backdrop("2024-01-01", "2026-12-31")
    community.visit(1, "2025-01-10", tin="T1")
    community.visit(1, "2025-02-10", tin="T2")
    assert community.load(Workbench()).run("episodes.chronic_window") == []


def _segments(visits: list[str], cohort: str = "heart_failure") -> list[tuple[str, str, int, bool]]:
    community = Community()
    community.backdrop("2023-01-01", "2026-12-31")
    for year in ("2024-06-01", "2025-06-01"):
        community.visit(99, year, diagnoses=("Z0000",))
    code, diagnosis = (LBP_VISIT, LBP_DIAGNOSIS) if cohort == "low_back_pain" else ("99214", "I5022")
    for on in visits:
        community.visit(1, on, code=code, diagnoses=(diagnosis,))
    bench = community.load(Workbench())
    bench.run("episodes.chronic_segment")
    return [
        (str(row["episode_start"]), str(row["episode_end"]), row["performance_year"], row["long_enough"])
        for row in bench.rows("select * from episodes.chronic_segment order by episode_start")
    ]


def test_the_first_segment_waits_for_a_year_end_at_least_a_year_away() -> None:
    # 2023-04-01: to the end of 2023 are 275 days, too few; to the end of 2024 are 641, at least 365 and
    # fewer than 730. Then whole years, and the rest of the window.
    visits = ["2023-04-01", "2023-05-01", "2024-03-01", "2024-12-01", "2025-10-01"]
    # last claim 2025-10-01 + 364 = 2026-09-30: the 273 days of 2026 are too short
    assert _segments(visits) == [
        ("2023-04-01", "2024-12-31", 2024, True),
        ("2025-01-01", "2025-12-31", 2025, True),
        ("2026-01-01", "2026-09-30", 2026, False),
    ]


def test_a_window_that_ends_before_the_year_end_is_one_episode_of_its_own_length() -> None:
    # 2024-02-10 .. last claim 2024-03-11 + 364 = 2025-03-10: 395 days, which end in 2025
    assert _segments(["2024-02-10", "2024-03-11"]) == [("2024-02-10", "2025-03-10", 2025, True)]


def test_a_start_on_new_years_day_gives_exactly_one_year() -> None:
    assert _segments(["2025-01-01", "2025-02-01"]) == [
        ("2025-01-01", "2025-12-31", 2025, True),
        ("2026-01-01", "2026-01-31", 2026, False),
    ]


def test_an_episode_is_shorter_than_two_years_even_with_a_leap_day() -> None:
    # 2023-01-02 .. 2024-12-31 are 730 days (2024 has 366): the first day is let go, 729 remain
    first = _segments(["2023-01-02", "2023-02-01", "2024-01-15", "2025-01-01"])[0]
    assert first == ("2023-01-03", "2024-12-31", 2024, True)


def test_low_back_pain_episodes_may_be_short() -> None:
    # 2025-01-10 and 2025-02-10: the window ends 2025-02-10 + 119 days = 2025-06-09: 151 days
    assert _segments(["2025-01-10", "2025-02-10"], "low_back_pain") == [
        ("2025-01-10", "2025-06-09", 2025, True)
    ]


def test_a_low_back_pain_window_across_new_year_waits_where_too_little_lies_before_it() -> None:
    # 2024-11-01: 61 days to the year end are fewer than 120; it ends 2024-12-01 + 119 = 2025-03-30
    assert _segments(["2024-11-01", "2024-12-01"], "low_back_pain") == [
        ("2024-11-01", "2025-03-30", 2025, True)
    ]


def test_days_are_never_counted_twice() -> None:
    found = _segments(["2023-04-01", "2023-05-01", "2024-03-01", "2024-12-01", "2025-10-01"])
    days = [
        each for start, end, _, _ in found for each in range(day(start).toordinal(), day(end).toordinal() + 1)
    ]
    assert len(days) == len(set(days))

"""Every reason that sets an episode aside, and that none does without cause."""

from __future__ import annotations

from typing import Any

import pytest

from tests.claims.community import Community
from tests.claims.workbench import Row, Workbench, day

# A heart failure episode of one year: 2024-09-01 .. 2025-08-31 + ... worked out in `_base`.
START, LAST = "2024-09-01", "2024-09-30"


def _base(**person: Any) -> Community:
    """Visits on 2024-09-01 and 2024-09-30: one episode 2024-09-01 .. 2025-09-29 (394 days)."""
    community = Community()
    community.backdrop("2024-01-01", "2025-12-31")
    community.enrol(1, **person)
    for on in (START, LAST):
        community.visit(1, on)
    return community


def _episode(community: Community, **overrides: object) -> Row:
    bench = community.load(Workbench(overrides=overrides))
    bench.run("episodes.chronic_episode")
    (episode,) = bench.rows("select * from episodes.chronic_episode where person_id = 1")
    return episode


def test_an_episode_counts() -> None:
    episode = _episode(_base())
    assert (episode["excluded"], episode["exclusion_reason"]) == (False, None)
    assert (episode["episode_start"], episode["episode_end"]) == (day(START), day("2025-09-29"))
    assert (episode["episode_days"], episode["performance_year"]) == (394, 2025)
    # the look-back of 120 days begins 2024-05-04, and claims are loaded from 2024-01-01
    assert (episode["lookback_start"], episode["lookback_covered"]) == (day("2024-05-04"), True)
    assert episode["attributed_clinicians"] == 1


@pytest.mark.parametrize(
    ("person", "reason"),
    [
        ({"birth_date": None}, "missing_age"),
        ({"death_date": day("2025-09-29")}, "death_in_window"),
        ({"death_date": day("2025-09-30")}, None),
        ({"death_date": day("2024-09-01")}, "death_in_window"),
        # enrolled from the first day of the look-back, and a day late
        ({"enrollment_start_date": day("2024-05-04")}, None),
        ({"enrollment_start_date": day("2024-05-05")}, "not_continuously_enrolled"),
        ({"enrollment_end_date": day("2025-09-29")}, None),
        ({"enrollment_end_date": day("2025-09-28")}, "not_continuously_enrolled"),
        ({"part_b": False}, "not_continuously_enrolled"),
        ({"part_a": False}, "not_continuously_enrolled"),
        ({"medicare_advantage": True}, "not_continuously_enrolled"),
        # what a source does not know is no proof
        ({"part_a": None, "part_b": None, "medicare_advantage": None}, None),
        ({"state_code": "72"}, None),
        ({"state_code": "98"}, "resident_abroad"),
        ({"state_code": None}, None),
    ],
)
def test_people(person: dict[str, Any], reason: str | None) -> None:
    assert _episode(_base(**person))["exclusion_reason"] == reason


def test_monthly_spans_without_a_gap_are_one_enrolment() -> None:
    community = _base(enrollment_end_date=day("2024-12-31"))
    community.enrol(1, enrollment_start_date=day("2025-01-01"), enrollment_end_date=day("2025-06-30"))
    community.enrol(1, enrollment_start_date=day("2025-07-01"))
    assert _episode(community)["exclusion_reason"] is None
    gap = _base(enrollment_end_date=day("2024-12-31"))
    gap.enrol(1, enrollment_start_date=day("2025-01-02"))
    assert _episode(gap)["exclusion_reason"] == "not_continuously_enrolled"


@pytest.mark.parametrize(
    ("on", "reason"),
    [("2024-05-03", None), ("2024-05-04", "other_primary_payer"), ("2025-09-29", "other_primary_payer"),
     ("2025-09-30", None)],
)  # fmt: skip
def test_another_primary_payer_in_look_back_or_episode(on: str, reason: str | None) -> None:
    community = _base()
    community.visit(1, on, diagnoses=("Z0000",), primary_payer_code="A")
    assert _episode(community)["exclusion_reason"] == reason


def test_claims_that_end_before_the_episode_does() -> None:
    community = Community()
    community.backdrop("2024-01-01", "2025-08-15")  # loaded through 2025-08-31
    community.enrol(1)
    for on in (START, LAST):
        community.visit(1, on)
    assert _episode(community)["exclusion_reason"] == "claims_end_first"


def test_a_look_back_before_the_first_loaded_month_is_said_and_not_excluded() -> None:
    community = Community()
    community.backdrop("2024-08-10", "2025-12-31")
    community.enrol(1, enrollment_start_date=day("2024-08-01"))
    for on in (START, LAST):
        community.visit(1, on)
    episode = _episode(community)
    assert (episode["exclusion_reason"], episode["lookback_covered"]) == (None, False)


def test_no_clinician_reaches_the_share() -> None:
    community = Community()
    community.backdrop("2024-01-01", "2025-12-31")
    community.enrol(1)
    # five clinicians, one claim each: 0.2 for everybody
    for at, npi in enumerate("ABCDE"):
        community.visit(1, f"2024-09-{at + 1:02d}", npi=npi)
    assert _episode(community)["exclusion_reason"] == "unattributable"


def test_a_short_rest_is_listed_with_its_reason() -> None:
    community = _base()
    community.visit(1, "2025-02-01")  # the window now ends 2026-01-31: 2024-09-01 .. 2025-12-31, then 31 days
    community.visit(2, "2026-12-31", diagnoses=("Z0000",))  # claims are loaded through 2026
    bench = community.load(Workbench())
    bench.run("episodes.chronic_episode")
    rows = bench.rows("select * from episodes.chronic_episode order by episode_start")
    assert [(str(r["episode_start"]), r["episode_days"], r["exclusion_reason"]) for r in rows] == [
        ("2024-09-01", 487, None),
        ("2026-01-01", 31, "too_short"),
    ]
    assert rows[1]["exclusion_about"] == "Shorter than the shortest episode"


def test_an_exclusion_taken_out_of_the_rule_excludes_no_more() -> None:
    kept = [{"reason": "missing_age", "about": "No birth date"}]
    episode = _episode(_base(death_date=day("2025-01-01")), **{"asm.episode_exclusion": kept})
    assert not episode["excluded"]

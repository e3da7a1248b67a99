"""A hospital's own lists of IOTA: counts for the form, notices due, supports."""

from __future__ import annotations

import pytest

from tests.programs.command import corridor
from tests.programs.forms import settle_rows, write_rows

TRANSPLANTS = [
    # baseline years of performance year 2: July 2022 to June 2025
    *({"transplant_date": f"{year}-0{month}-10", "age": 50, "payer": "commercial"}
      for year, month in ((2022, 7), (2023, 6), (2023, 7), (2024, 6), (2024, 7), (2025, 6))),
    {"transplant_date": "2024-06-30", "age": 17, "payer": "medicaid"},
    {"transplant_date": "2022-06-30", "age": 50, "payer": "medicare"},  # the day before the first one
    # since 2025-07-01: four adults, of whom one graft failed and one patient died
    {"transplant_date": "2025-07-01", "age": 18, "payer": "medicare", "graft_failure_date": "2026-01-01"},
    {"transplant_date": "2026-07-01", "age": 70, "payer": "medicare"},
    {"transplant_date": "2026-08-01", "age": 70, "payer": "medicare_secondary", "death_date": "2026-12-01"},
    {"transplant_date": "2026-09-01", "age": 70, "payer": "medicare_advantage"},
    {"transplant_date": "2026-09-01", "age": 17, "payer": "medicare"},
    {"transplant_date": "2027-03-01", "age": 60, "payer": "medicare"},  # after the day asked for
]  # fmt: skip


def test_counts_for_the_form(tmp_path, capsys) -> None:
    file = write_rows(tmp_path / "t.csv", TRANSPLANTS)
    options = ("--hospital", "H", "--year", 2026, "--as-of", "2026-12-31")
    answer = corridor(capsys, "iota", "count", file, *options, "--json").json()
    row = answer["rows"][0]
    numbered = ("--hospital", "H", "--year", 2, "--as-of", "2026-12-31", "--json")  # as CMS numbers it
    assert corridor(capsys, "iota", "count", file, *numbered).json() == answer
    assert [row[f"baseline_{n}_transplants"] for n in (1, 2, 3)] == [2, 2, 2]
    assert [row[f"baseline_{n}_all_ages"] for n in (1, 2, 3)] == [2, 3, 2]
    assert (row["adult_transplants"], row["medicare_transplants"], row["ma_transplants"]) == (3, 2, 1)
    assert (row["functioning_grafts"], row["cumulative_transplants"]) == (2, 4)
    assert {one["rule"] for one in answer["assumptions"]} == {
        "iota.performance_period",
        "iota.death_ends_graft",
    }
    settled = settle_rows(capsys, tmp_path, "iota", [{**row, "final_performance_score": 80}]).json()["rows"][
        0
    ]
    assert settled["payment"] == 15_000  # 15,000 x 20/40 x 2
    assert settled["graft_survival_rate"] == 0.5 and settled["baseline_volume"] == 2
    assert "estimate" in corridor(capsys, "iota", "count", file, *options).out
    assert (
        corridor(capsys, "iota", "count", file, "--year", 2031, "--json").json()["error"]["code"]
        == "IOTA-YEAR"
    )


SAID = dict.fromkeys(("says_date", "says_reason", "says_no_offers", "says_how_active", "says_contact"), "yes")


def test_notices_and_supports(tmp_path, capsys) -> None:
    rows = [
        {"inactive_date": "2026-11-20"},  # ten days: 30 November
        {"inactive_date": "2026-11-01"},  # 11 November is over
        {"inactive_date": "2025-10-01", "last_notice_date": "2025-10-05", **SAID, "copy_in_record": "yes"},
        {"inactive_date": "2026-02-01", "last_notice_date": "2026-02-20", **SAID},  # late, and no copy
        {"inactive_date": "2026-11-01", "active_date": "2026-11-05"},
        *({"support": "immunosuppressive_cost_sharing", "support_date": "2026-09-01", "support_dollars": 10}
          for _ in range(11)),
        {"support": "travel", "support_date": "2026-09-01", "support_dollars": 5},
        {"support": "travel", "support_date": "2027-09-01", "support_dollars": 5},
    ]  # fmt: skip
    file = write_rows(tmp_path / "w.csv", rows)
    answer = corridor(capsys, "iota", "notices", file, "--as-of", "2026-11-22", "--json").json()
    found = [(row["due_date"], row["status"]) for row in answer["rows"]]
    assert found == [
        ("2026-11-30", "due"), ("2026-11-11", "overdue"), ("2026-10-05", "overdue"), ("2027-02-20", "due"),
        (None, "no longer inactive"),
    ]  # fmt: skip
    assert (
        answer["rows"][3]["lacking"] == ["copy in the medical record"] and answer["rows"][3]["first_was_late"]
    )
    assert answer["rows"][1]["days"] == -11
    assert answer["supports"] == [
        {"support": "immunosuppressive_cost_sharing", "given": 11, "dollars": 110},
        {"support": "travel", "given": None, "dollars": None},
    ]
    assert "2 notices overdue" in corridor(capsys, "iota", "notices", file, "--as-of", "2026-11-22").out


@pytest.mark.parametrize("name", ["active_date", "last_notice_date"])
def test_dates_that_contradict_each_other(name, tmp_path, capsys) -> None:
    file = write_rows(tmp_path / "w.csv", [{"inactive_date": "2026-11-20", name: "2026-11-01"}])
    error = corridor(capsys, "iota", "notices", file, "--json").json()["error"]
    assert (error["code"], error["field"]) == ("IOTA-NOTICE", name)

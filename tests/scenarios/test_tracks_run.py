"""A choice of track from a run: what it fills in, what the form beats, by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from corridor.errors import CorridorError
from corridor.scenarios.tracks_run import case_of_run, shared
from tests.scenarios.test_tracks import ROW

BLANK = {
    name: value
    for name, value in ROW.items()
    if not name.endswith("_all") and name != "assigned_beneficiaries"
}


class FakeRun:
    """Three people of an ACO in 2026, a benchmark, and two whole years."""

    def __init__(self, people: bool = True, whole: tuple[int, ...] = (2025, 2026)) -> None:
        self.people, self.whole = people, whole
        self.manifest = {"setting": {"data_year": 2026}}

    def has(self, table: str) -> bool:
        return True

    def query(self, sql: str, parameters: Any = None) -> list[dict[str, Any]]:
        if "mssp.benchmark" in sql:
            return [{"enrollment_type": kind, "updated_benchmark": 30_000.0} for kind in ("esrd", "all")]
        if "whole_year" in sql:
            return [{"year": year} for year in self.whole]
        if "count(distinct person_id)" in sql:
            return [{"n": 3}]
        if "earlier" in sql:
            assert parameters[1:] == [2026, 2025]
            return [{"first": 1.0, "second": 2.0}, {"first": 2.0, "second": 4.0}]
        rows = [("esrd", 1.0, 40_000.0), ("esrd", 0.5, 10_000.0), ("unknown", 1.0, 1.0)]
        names = ("enrollment_type", "person_years", "expenditure")
        return [dict(zip(names, row, strict=True)) for row in rows] if self.people else []


def test_the_run_fills_in_what_the_form_leaves_blank() -> None:
    run: Any = FakeRun()
    case = case_of_run(BLANK, 5, run)
    (group,) = case.groups
    # (1 x 40,000 + 0.5 x 10,000) / 1.5
    assert (group.people, group.person_years, group.mean) == (2, 1.5, 30_000)
    assert (group.benchmark, case.assigned_beneficiaries) == (30_000, 3)
    # both move together; two of the three of 2026 were there in 2025
    assert case.expenditure_correlation == pytest.approx(2 / 3)


def test_what_the_form_states_stays() -> None:
    run: Any = FakeRun(whole=(2026,))
    case = case_of_run({**BLANK, "assigned_beneficiaries": 7_000, "benchmark_esrd": 31_000}, 5, run)
    assert (case.assigned_beneficiaries, case.groups[0].benchmark) == (7_000, 31_000)
    assert case.expenditure_correlation == 0


def test_an_aco_nobody_is_assigned_to_is_refused() -> None:
    run: Any = FakeRun(people=False)
    with pytest.raises(CorridorError) as refused:
        case_of_run(BLANK, 5, run)
    assert (refused.value.code, refused.value.field) == ("TRACK-RUN", "aco_id")


def test_a_correlation_is_none_where_it_cannot_be_known() -> None:
    assert shared(np.array([1.0]), np.array([1.0]), 1) == 0
    assert shared(np.array([1.0, 1.0]), np.array([1.0, 2.0]), 2) == 0
    assert shared(np.array([1.0, 2.0]), np.array([2.0, 1.0]), 2) == 0

"""Charts of episodes, models and pairs: what they say, and that no label covers another."""

from __future__ import annotations

from itertools import combinations

import pytest

from corridor.reports.charts.climb import Rise, climb
from corridor.reports.charts.grid import grid
from corridor.reports.charts.lives import Life, lives
from corridor.reports.charts.svg import NARROW, WIDE, Chart
from corridor.reports.words import short_dollars

RISES = (
    Rise(-2, "Anchor stay", 16000.0), Rise(18, "Readmission", 8100.0), Rise(19, "Nursing facility", 3700.0),
    Rise(20, "Professional", 500.0),
)  # fmt: skip


def apart(chart: Chart) -> None:
    clashes = [(a.words, b.words) for a, b in combinations(chart.labels, 2) if a.meets(b)]
    assert clashes == []


@pytest.mark.parametrize("width", [WIDE, NARROW])
@pytest.mark.parametrize("level", [None, 20000.0, 30000.0])
def test_an_episode_climbs_to_its_cost(width: float, level: float | None) -> None:
    chart = climb(
        "c", "f", RISES, last_day=29, level=level, level_name="target", show=short_dollars, width=width
    )
    apart(chart)
    assert "$28k in all" in chart.svg and "Readmission $8.1k" in chart.svg
    assert ("target" in chart.svg) is (level is not None)


def test_an_episode_of_one_day_and_of_nothing() -> None:
    one = climb("c", "f", RISES[:1], last_day=29, level=None, level_name="", show=short_dollars)
    none = climb("c", "f", (), last_day=29, level=None, level_name="", show=short_dollars)
    assert "nan" not in one.svg + none.svg


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_lives_by_year(width: float) -> None:
    rows = [
        Life("Long name of a model that goes on and on", "2012", 2012.0, None, False),
        Life("TEAM", "2026 to 2030", 2026.0, 2031.0),
        Life("Ended", "ended early", 2021.0, 2025.9, early=True),
    ]
    chart = lives("l", "f", rows, 2026.9, width=width)
    apart(chart)
    assert chart.svg.count("<rect") == 3 and "✕" in chart.svg and "hollow" in chart.svg


def test_a_grid_of_pairs() -> None:
    chart = grid(
        "g", "f", ["ASM", "MIPS & more", "TEAM"], {(0, 1): ("✕", "not both"), (2, 0): ("●", "both")},
        {"✕": "may not", "●": "may"},
    )  # fmt: skip
    apart(chart)
    assert "MIPS &amp; more" in chart.svg and "not both" in chart.svg
    assert chart.description == "ASM and MIPS & more: may not; TEAM and ASM: may"

"""The chart of what could happen: one axis for all cases, no label on another, every case in words."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from corridor.reports.charts import svg
from corridor.reports.charts.outlook import Case, outlook
from corridor.reports.words import short_dollars

DRAWS = np.random.default_rng(1).normal(20_000, 8_000, 2_000)


def show(value: float) -> str:
    return short_dollars(value, signed=True)


@pytest.mark.parametrize("width", [svg.WIDE, svg.NARROW])
def test_cases_stand_below_each_other(width: float) -> None:
    cases = [Case(f"Case {place}", 20_000.0 + place, DRAWS + place, strong=not place) for place in range(4)]
    chart = outlook("o", "What could happen", cases, show=show, axis="dollars", width=width)
    assert not [pair for pair in combinations(chart.labels, 2) if pair[0].meets(pair[1])]
    assert chart.svg.count('class="peers"') == 4 and chart.svg.count('class="bar plain"') == 1
    low, high = np.quantile(DRAWS, [0.1, 0.9])
    assert f"between {show(float(low))} and {show(float(high))}" in chart.description
    assert "<title" in chart.svg and "What could happen" in chart.svg


def test_what_does_not_vary_is_a_line() -> None:
    chart = outlook("o", "f", [Case("Alone", 500.0, np.zeros(0))], show=show, axis="dollars")
    assert chart.description == "Alone: +$500." and 'class="peers"' not in chart.svg
    same = outlook("o", "f", [Case("Same", 0.0, np.zeros(50))], show=show, axis="dollars")
    assert "Same: $0" in same.description
    assert outlook("o", "f", [], show=show, axis="dollars").description == "Nothing to show."

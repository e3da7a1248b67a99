"""Charts: parts that sum, marks where the numbers are, names that cover nothing, markup a reader's tools
can read.
"""

from __future__ import annotations

import math
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corridor.reports.charts.bars import Bar, bars
from corridor.reports.charts.funnel import Dot, funnel, standing
from corridor.reports.charts.line import YearPoint, line
from corridor.reports.charts.months import Series, months
from corridor.reports.charts.rows import SIDE, STACKED
from corridor.reports.charts.scale import Linear, nice_ticks
from corridor.reports.charts.strip import Landmark, OwnPoint, strip
from corridor.reports.charts.svg import NARROW, WIDE, Chart
from corridor.reports.charts.timeline import Service, timeline
from corridor.reports.charts.waterfall import Part, closing_difference, waterfall

NAMES = (
    "Alder",
    "Birch & Sons",
    "Cedar <West>",
    "Dogwood",
    "Elm",
    "Fir",
    "Ginkgo",
    "Hazel",
    "Ironwood",
    "Yew",
)


def dollars(value: float) -> str:
    return f"${value:,.0f}"


def make_strip(width: float) -> Chart:
    peers = np.clip(np.random.default_rng(1).normal(55, 15, 500), 0, 100)
    own = [OwnPoint(52 + 1.3 * place, name, place % 3 - 1) for place, name in enumerate(NAMES)]
    marks = [Landmark(55.0, "national median 55"), Landmark(59.0, "breaks even at 59", strong=True)]
    return strip("s", "Where they stand", peers, own, axis="Final score", landmarks=marks, width=width)


def make_funnel(width: float) -> Chart:
    dots = [Dot(name, 20 + 12 * place, 0.75 + 0.07 * place) for place, name in enumerate(NAMES)]
    return funnel("f", "Who differs", dots, spread=0.5, width=width)


def make_waterfall(width: float) -> Chart:
    parts = [Part("Blood pressure control", -12.5), Part("Episode cost", -20.25), Part("Bonus", 10.0)]
    return waterfall(
        "w", "From 100", Part("Full marks", 100), parts, Part("Final score", 77.25), show=dollars,
        show_change=dollars, layout=SIDE if width > NARROW else STACKED,
    )  # fmt: skip


def make_bars(width: float) -> Chart:
    rows = [Bar(name, 1000.0 * (place - 4), 900.0 * (place - 4) - 300, 1000.0 * (place - 4) + 300)
            for place, name in enumerate(NAMES)]  # fmt: skip
    return bars("b", "Who loses", rows, show=dollars, layout=SIDE if width > NARROW else STACKED)


def make_line(width: float) -> Chart:
    years = [YearPoint(2029 + n, -100_000.0 * (n + 1), -130_000.0 * (n + 1), -80_000.0 * (n + 1), "9%")
             for n in range(5)]  # fmt: skip
    return line("l", "It grows", years, show=lambda v: f"{v / 1000:,.0f}k", value_name="dollars", width=width)


def make_timeline(width: float) -> Chart:
    services = [Service(7 * n, NAMES[n % 4], 120.0 * (n % 5) + 20) for n in range(30)]
    return timeline("t", "One episode", [*services, Service(180, "Stay", 9000.0)], 365, show=dollars)


def make_months(width: float) -> Chart:
    series = [Series("Professional", (1.0, 2.0, None)), Series("Inpatient", (0.0, 5.0, 3.0))]
    return months(
        "m", "Dollars", ["Jan", "Feb", "Mar"], series, show=dollars, incomplete=[False, False, True]
    )


MAKERS = (make_strip, make_funnel, make_waterfall, make_bars, make_line, make_timeline, make_months)


@pytest.mark.parametrize("width", [WIDE, NARROW])
@pytest.mark.parametrize("make", MAKERS)
def test_is_xml_with_a_name_and_a_description(make: Callable[[float], Chart], width: float) -> None:
    chart = make(width)
    root = ElementTree.fromstring(chart.svg.replace("<svg", "<svg xmlns='http://www.w3.org/2000/svg'", 1))
    space = "{http://www.w3.org/2000/svg}"
    assert root.get("role") == "img"
    named, described = root.get("aria-labelledby"), root.get("aria-describedby")
    title, description = root.find(f"{space}title"), root.find(f"{space}desc")
    assert title is not None and title.get("id") == named and title.text == chart.finding
    assert description is not None and description.get("id") == described and description.text
    assert not any("nan" in value.lower() for node in root.iter() for value in node.attrib.values())


@pytest.mark.parametrize("width", [WIDE, NARROW])
@pytest.mark.parametrize("make", MAKERS)
def test_no_label_covers_another(make: Callable[[float], Chart], width: float) -> None:
    chart = make(width)
    assert len(chart.labels) > 3
    clashes = [(a.words, b.words) for a, b in combinations(chart.labels, 2) if a.meets(b)]
    assert clashes == []


@given(st.lists(st.floats(0, 100), min_size=1, max_size=40))
def test_names_of_a_crowded_strip_never_meet(values: list[float]) -> None:
    own = [OwnPoint(value, f"Clinician {place}") for place, value in enumerate(values)]
    chart = strip("s", "f", np.empty(0), own, axis="Final score", width=NARROW)
    names = [box for box in chart.labels if box.words.startswith("Clinician")]
    assert len(names) + chart.unnamed == len(values)
    assert not any(a.meets(b) for a, b in combinations(names, 2))
    assert all(box.left >= 0 and box.left + box.width <= NARROW for box in names)


def test_the_parts_of_a_waterfall_sum_exactly() -> None:
    parts = [Part("a", 0.1), Part("b", 0.2), Part("c", -0.3)]
    assert closing_difference(50.0, parts, 50.0) == pytest.approx(0.0, abs=1e-12)
    # 100 - 12.5 - 20.25 + 10 = 77.25
    assert "77.25" not in make_waterfall(WIDE).description
    assert (
        "Full marks $100; Blood pressure control $-12; Episode cost $-20; Bonus $10"
        in make_waterfall(WIDE).description
    )


def test_a_waterfall_that_does_not_close_is_refused() -> None:
    with pytest.raises(ValueError, match="do not sum"):
        waterfall(
            "w", "f", Part("s", 100), [Part("a", -10)], Part("e", 89), show=dollars, show_change=dollars
        )


def test_a_bar_starts_at_zero_and_is_as_long_as_its_value() -> None:
    chart = bars("b", "f", [Bar("a", 50.0), Bar("b", -100.0)], show=dollars)
    root = ElementTree.fromstring(chart.svg)
    gain, loss = root.iter("rect")
    # the plot runs from -100 to 50 over 99.2% of the width: zero lies at two thirds of it
    assert float(str(gain.get("width")).rstrip("%")) == pytest.approx(99.2 / 3, abs=0.02)
    assert float(str(loss.get("width")).rstrip("%")) == pytest.approx(2 * 99.2 / 3, abs=0.02)
    assert gain.get("class") == "bar gain" and loss.get("class") == "bar loss"


def test_gain_and_loss_differ_by_sign_and_shape() -> None:
    chart = bars("b", "f", [Bar("a", 50.0), Bar("b", -100.0)], show=lambda v: f"{v:+.0f}")
    assert "▲ +50" in chart.svg and "▼ -100" in chart.svg


@pytest.mark.parametrize(
    ("volume", "value", "expected"),
    [
        # spread 0.5, 25 episodes: one standard error is 0.1
        (25, 1.19, 0), (25, 1.20, 1), (25, 1.31, 2), (25, 0.81, 0), (25, 0.80, -1), (25, 0.69, -2),
    ],
)  # fmt: skip
def test_control_limits_by_volume(volume: float, value: float, expected: int) -> None:
    assert standing(Dot("x", volume, value), 1.0, 0.5) == expected


def test_a_funnel_limit_is_where_the_arithmetic_says() -> None:
    chart = make_funnel(WIDE)
    # limits are 1 ± 1.96 × 0.5 / sqrt(n): at n = 100 the inner ones are 0.902 and 1.098
    assert 1 + 1.96 * 0.5 / math.sqrt(100) == pytest.approx(1.098)
    assert chart.svg.count('class="limit near"') == 2 and chart.svg.count('class="limit far"') == 2


@given(st.floats(-1e6, 1e6), st.floats(0.001, 1e6), st.integers(2, 9))
def test_ticks_are_round_and_cover_the_data(low: float, span: float, wanted: int) -> None:
    high = low + span
    ticks = nice_ticks(low, high, wanted)
    step = ticks[1] - ticks[0]
    assert ticks[0] <= low + step * 1e-6 and ticks[-1] >= high - step * 1e-6
    assert len(ticks) <= wanted + 3
    mantissa = step / 10 ** math.floor(math.log10(step) + 1e-9)
    assert min(abs(mantissa - nice) for nice in (1, 2, 2.5, 5, 10)) < 1e-3


def test_a_scale_maps_its_ends() -> None:
    scale = Linear(0, 10, 100, 200)
    assert (scale(0), scale(10), scale(5), scale.inside(99)) == (100, 200, 150, 200)

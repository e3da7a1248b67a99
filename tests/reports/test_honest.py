"""What a report may say and must not: drivers from the clinician's own episodes, ranges named, no rank below
the case minimum, tags where the data see a part, zeros that read as what they are.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from corridor.reports import ReportData, terminal_summary
from corridor.reports.categories import REST, Mix, Slice
from corridor.reports.charts.strip import OwnPoint, at_zero, strip
from corridor.reports.html import LARGEST, letters_html, report_html
from corridor.reports.readers import dollars_of
from corridor.reports.views.clinician import clinician_page, rate_words
from corridor.reports.views.dollars import dollars_section
from corridor.reports.views.index import DEEPEST, Depth, Index
from corridor.reports.views.letters import letter
from corridor.reports.views.scores import cost_section, ratio_interval, scores_section
from corridor.reports.views.spending import cost_action, standout
from corridor.reports.words import SYNTHETIC, near_dollars
from tests.reports.community import FakeRun

KEY = ("990000001", "1999000000")
THERAPY = Mix(
    30,
    19,
    (
        Slice("visits", 700.0, 690.0),
        Slice("therapy", 820.0, 400.0),
        Slice("inpatient", 90.0, 100.0),
        Slice(REST, 900.0, 100.0),
    ),
)


def changed(data: ReportData, **values: Any) -> ReportData:
    rows = [{**row, **values} if (row["tin"], row["npi"]) == KEY else row for row in data.clinicians]
    return replace(data, clinicians=rows)


def first(data: ReportData) -> dict[str, Any]:
    return next(row for row in data.clinicians if (row["tin"], row["npi"]) == KEY)


def test_what_stands_out_is_said_in_dollars(data: ReportData) -> None:
    index = Index(replace(data, mixes={KEY: THERAPY}))
    part = standout(THERAPY)
    assert part is not None and part.category == "therapy"  # the rest is never named, though it is larger
    words = cost_action(index, first(data))
    assert words.startswith(
        "Therapy is $420 an episode above the 19 other heart failure clinicians loaded here"
    )
    assert words.endswith("look at your three costliest episodes first.")
    assert any(words == action for action, _ in letter(index, first(data)).actions)


def test_nothing_is_blamed_where_nothing_stands_out(data: ReportData) -> None:
    even = Mix(30, 19, (Slice("visits", 500.0, 490.0), Slice("therapy", 100.0, 110.0)))
    words = cost_action(Index(replace(data, mixes={KEY: even})), first(data))
    assert words.startswith("No kind of service of yours costs clearly more")
    for row in data.clinicians:
        assert "hospital stays and post-acute care drive" not in cost_action(Index(data), row)


def test_too_few_episodes_say_no_number(data: ReportData) -> None:
    few = next(row for row in data.clinicians if row["attributed_episodes"] == 9)
    assert (few["tin"], few["npi"]) not in data.mixes
    words = cost_action(Index(data), few)
    assert "too few of your episodes" in words and "$" not in words


@pytest.mark.parametrize(
    ("amount", "words"), [(418.2, "$420"), (-87, "$90"), (996, "$1k"), (1240, "$1.2k"), (None, "–")]
)
def test_near_dollars(amount: float | None, words: str) -> None:
    assert near_dollars(amount) == words


def test_nobody_below_the_case_minimum_is_ranked(data: ReportData) -> None:
    thin = changed(data, scored=False, cost_ratio=9.9, attributed_episodes=19)
    section = cost_section(Index(thin))
    cells = [row.cells[0] for row in section.tables[0].rows]  # last: this one, and the one with 9 episodes
    assert {cell.link for cell in cells[-2:]} == {"#npi-1999000000", "#npi-1999000005"}
    assert (
        [cell.tag for cell in cells].count("not ranked")
        == 2
        == [cell.tag for cell in cells[-2:]].count("not ranked")
    )
    assert "Alder" not in section.lead and all(
        "Alder" not in one.wide.description for one in section.pictures
    )
    assert any("2 clinicians have too few episodes" in words for words in section.notes)
    figure = next(one for one in clinician_page(Index(thin), first(thin)).figures if "ratio" in one.label)
    assert figure.tag == "not scored"


def test_coverage_below_the_setting_is_tagged_everywhere(run: FakeRun) -> None:
    run.manifest["settings"]["indicative_below_coverage"] = 0.6
    try:
        data = ReportData.from_run(run)
    finally:
        del run.manifest["settings"]["indicative_below_coverage"]
    row = next(one for one in data.clinicians if 0.565 < one["panel_coverage"] < 0.575)
    key = (row["tin"], row["npi"])
    index = Index(data)
    page = clinician_page(index, row)
    assert page.tags[0][0] == "indicative" and "57%" in page.tags[0][1] and "60% asked for" in page.tags[0][1]
    assert letter(index, row).tag == "indicative"
    for table in (dollars_section(index).tables[1], scores_section(index).tables[0]):
        cell = next(line.cells[0] for line in table.rows if line.cells[0].link == f"#{index.anchors[key]}")
        assert cell.tag == "indicative"
    whole = next(one for one in data.clinicians if one["panel_coverage"] > 0.61)
    assert not clinician_page(index, whole).tags


def test_synthetic_data_are_called_so_once_on_top(data: ReportData, page: str) -> None:
    assert page[: page.index("</header>")].count(SYNTHETIC) == 1
    assert page[page.index("</header>") : page.index('id="clinicians"')].count(SYNTHETIC) == 0
    assert SYNTHETIC in letters_html(data) and terminal_summary(data).startswith(SYNTHETIC)
    real = replace(data, synthetic=False)
    assert SYNTHETIC not in report_html(real) and SYNTHETIC not in terminal_summary(real)


def test_both_ranges_are_named(data: ReportData) -> None:
    known = changed(data, dollars_cost_low=-21_000.0, dollars_cost_high=-9_000.0)
    index = Index(known)
    figure = next(one for one in clinician_page(index, first(known)).figures if "expected in" in one.label)
    assert "over both readings of the rule" in figure.comparison
    assert "−$21k to −$9k over the interval of the cost estimate" in figure.comparison
    assert any("−$21k to −$9k" in words for words in letter(index, first(known)).paragraphs)
    table = dollars_section(index).tables[1]
    assert [one.name for one in table.columns][-1] == "Cost range"
    assert "Cost range" not in [one.name for one in dollars_section(Index(data)).tables[1].columns]


def test_the_cost_range_is_no_part_of_the_range_of_the_rule() -> None:
    row = {"tin": "1", "npi": "2", "payment_year": 2029, "dollars": -5.0, "dollars_low": -6.0,
           "dollars_high": -4.0, "dollars_cost_low": -90.0, "dollars_cost_high": 90.0}  # fmt: skip
    found = dollars_of([row], [row])[0]
    assert (found["low"], found["high"]) == (-6.0, -4.0)


def test_the_interval_of_the_cost_stands_beside_the_ratio(data: ReportData) -> None:
    # cost 2,000 at a ratio of 1.25; 1,600 to 2,400 dollars are 1.00 to 1.50
    row = {"cost_per_episode": 2000.0, "cost_ratio": 1.25, "cost_interval_low": None, "interval_low": 1600.0,
           "interval_high": 2400.0}  # fmt: skip
    assert ratio_interval(row) == (pytest.approx(1.0), pytest.approx(1.5))
    figure = next(
        one for one in clinician_page(Index(data), first(data)).figures if "cost ratio" in one.label
    )
    assert re.search(r"cost ratio \(\d\.\d\d to \d\.\d\d\), 1 is expected", figure.label)


def test_the_origin_of_part_b_is_shown_where_it_is_known(data: ReportData) -> None:
    given = changed(data, part_b_origin="published", published_year=2024, part_b_paid_loaded=100.0)
    section = dollars_section(Index(given))
    assert [one.name for one in section.tables[1].columns][4] == "From"
    assert section.tables[1].rows[0].cells[4].words == "published"
    assert "Part B payments come from CMS's published file for 1 clinician." in section.notes
    steps = clinician_page(Index(given), first(given)).derivation
    assert "from CMS's published file of 2024 (the loaded claims hold $100)" in steps[1][1]
    assert "From" not in [one.name for one in dollars_section(Index(data)).tables[1].columns]


def test_claims_that_hold_a_part_of_the_payments_say_so(data: ReportData) -> None:
    half = replace(
        data, clinicians=[{**row, "part_b_paid_published": 2 * row["part_b_paid"]} for row in data.clinicians]
    )
    assert "50% of the " in report_html(half)[: report_html(half).index("</section>")]


def test_a_factor_on_no_payments_is_no_good_news(data: ReportData) -> None:
    none = changed(
        data, final_score=0.0, payment_adjustment_factor=-0.09, part_b_paid=0.0, dollars=0.0, status="zero",
        part_b_paid_payment_year=None, reason="no quality measure reported completely",
    )  # fmt: skip
    index = Index(none)
    one = letter(index, first(none))
    assert one.subject == "Your Medicare payments in 2029 are likely to be 9.0% lower"
    assert "−9.0%" in clinician_page(index, first(none)).lead
    assert any("No Part B payments are loaded for Dr. Alder (−9.00%)" in note
               for note in dollars_section(index).notes)  # fmt: skip


def test_what_is_not_reported_comes_before_any_step_on_a_rate(data: ReportData) -> None:
    silent = [
        {**row, "outcome": "not reported", "reported": False, "points": 0.0}
        if (row["tin"], row["npi"]) == KEY and row["measure_id"] == "008"
        else row
        for row in data.measures
    ]
    actions = letter(Index(replace(data, measures=silent)), first(data)).actions
    assert actions[0][0] == "Report every quality measure in full: beta-blocker therapy (008) is missing."
    assert not any("no beta-blocker" in words for words, _ in actions)


def test_admissions_are_no_percentage() -> None:
    assert rate_words({"measure_id": "492"}, 67.41) == "67.4 per 100 years"
    assert rate_words({"measure_id": "236"}, 67.41) == "67.4%"


def test_those_at_zero_are_a_bar_of_their_own() -> None:
    peers = np.concatenate([np.zeros(100), np.linspace(30, 90, 900)])
    drawn = strip("z", "Where", peers, [OwnPoint(50, "own")], axis="Final score")
    assert at_zero(peers) == 100 and "10% did not report" in drawn.svg and 'class="zero"' in drawn.svg
    hill = re.search(r'class="peers" d="([^"]+)"', drawn.svg)
    assert hill is not None
    heights = [float(point.split(" ")[1]) for point in re.findall(r"[ML]([\d.]+ [\d.]+)", hill[1])]
    assert heights[1] == heights[0]  # the hill starts flat: no triangle at 0
    assert 'class="zero"' not in strip("z", "Where", peers[100:], [], axis="Final score").svg


def many(data: ReportData, times: int) -> ReportData:
    """The same clinicians again and again, under other NPIs."""

    def again(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [{**row, "npi": f"{int(row['npi']) + 1000 * turn}"} for turn in range(times) for row in rows]

    return replace(
        data,
        clinicians=again(data.clinicians),
        eligibility=again(data.eligibility),
        measures=again(data.measures),
        dollars=again(data.dollars),
        levers=again(data.levers),
        episodes=again(data.episodes),
        services={},
        mixes={
            (tin, f"{int(npi) + 1000 * turn}"): mix
            for (tin, npi), mix in data.mixes.items()
            for turn in range(times)
        },
    )


def test_three_hundred_clinicians_stay_small_and_say_what_is_left_out(data: ReportData) -> None:
    text = report_html(many(data, 13))
    assert len(text.encode()) <= LARGEST < 3_000_000
    assert "So that this file stays small, the pages leave out" in text
    assert text.count('<details class="page"') == 13 * 24 and "Where the episode dollars go" in text


def test_every_depth_holds_less(data: ReportData) -> None:
    assert Depth().note() == ""
    notes = [Depth(level).note() for level in range(DEEPEST + 1)]
    assert [len(one) for one in notes] == sorted(len(one) for one in notes)
    assert all(clinician_page(Index(data, Depth(level)), first(data)).lead for level in range(DEEPEST + 1))

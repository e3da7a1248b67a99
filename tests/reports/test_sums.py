"""What one section says is what another adds up to: dollars, eligibility, tie-out, episode dollars."""

from __future__ import annotations

import math
import re
from dataclasses import replace

import pytest

from corridor.reports import ReportData
from corridor.reports.categories import REST, Mix
from corridor.reports.html import report_html
from corridor.reports.views.dollars import dollars_section
from corridor.reports.views.index import Index
from corridor.reports.views.loads import tieout_section
from corridor.reports.views.opening import opening
from corridor.reports.views.page import Table
from corridor.reports.views.people import people_section
from corridor.reports.words import dollars, short_dollars
from tests.reports.community import FakeRun


def column(table: Table, name: str) -> list[float]:
    place = [one.name for one in table.columns].index(name)
    return [float(row.cells[place].sort or 0.0) for row in table.rows]


def footer(table: Table, name: str) -> str:
    return table.total[[one.name for one in table.columns].index(name)].words


def test_rows_by_clinician_and_by_practice_sum_to_the_headline(data: ReportData) -> None:
    index = Index(data)
    practice, clinician = dollars_section(index).tables
    first = opening(index)
    assert first.table is not None
    for total, line in zip(index.totals, first.table.rows, strict=True):
        year = str(total.year)
        by_practice, by_clinician = (math.fsum(column(one, year)) for one in (practice, clinician))
        assert by_practice == pytest.approx(total.dollars) == pytest.approx(by_clinician)
        assert footer(practice, year) == footer(clinician, year) == dollars(total.dollars, signed=True)
        assert line.cells[4].words == dollars(total.dollars, signed=True)
    assert short_dollars(abs(index.totals[0].dollars)) in first.sentence
    assert math.fsum(column(clinician, "Part B paid")) == pytest.approx(index.part_b)
    assert footer(practice, "Part B paid") == footer(clinician, "Part B paid") == dollars(index.part_b)
    assert len(practice.total) == len(practice.columns) and len(clinician.total) == len(clinician.columns)
    assert sum(column(practice, "Clinicians")) == len(data.clinicians) == len(clinician.rows)


def test_losses_and_gains_sum_to_the_headline(data: ReportData) -> None:
    index = Index(data)
    rows = [row for row in data.dollars if row["payment_year"] == 2029]
    lost = math.fsum(row["dollars"] for row in rows if row["dollars"] < 0)
    gained = math.fsum(row["dollars"] for row in rows if row["dollars"] > 0)
    assert gained + lost == pytest.approx(index.totals[0].dollars)
    lead = dollars_section(index).lead
    assert f"losses come to {short_dollars(-lost)} and gains to {short_dollars(gained)}" in lead


def test_losers_gainers_and_the_rest_are_everyone(data: ReportData) -> None:
    second = opening(Index(data)).second
    found = re.search(r"(\d+) clinicians? loses?, (\d+) gain, (\d+) ha", second)
    assert found and sum(map(int, found.groups())) == len(data.clinicians)


def test_everyone_considered_is_in_or_out(data: ReportData) -> None:
    section = people_section(Index(data))
    everyone = section.tables[-1]
    inside = sum(row.cells[4].words == "in" for row in everyone.rows)
    assert section.lead.startswith(f"{inside} of {len(everyone.rows)} clinicians considered")
    found = re.findall(r"(\d+) in (?:heart|low)", section.lead)
    assert sum(map(int, found)) == inside == len(data.clinicians)


def test_the_tie_out_says_the_same_dollars_everywhere(data: ReportData) -> None:
    assert data.tieout is not None
    section = tieout_section(data.tieout)
    held = math.fsum(row["in_claims"] or 0.0 for row in data.tieout.dollars)
    assert section.pictures[0].title.startswith(f"{short_dollars(held)} paid")
    shown = math.fsum(row["paid"] or 0.0 for row in data.tieout.months)
    if held - shown >= 1:
        assert f"withheld, {short_dollars(held - shown)} in all" in section.pictures[0].note
    for row in data.tieout.dollars:
        if row["in_files"] is not None and row["in_claims"] is not None:
            assert row["difference"] == pytest.approx(row["in_claims"] - row["in_files"])
    read = sum(row["rows_in"] for row in data.tieout.deliveries)
    assert read == sum(row["rows_kept"] + row["rows_aside"] for row in data.tieout.deliveries)
    assert f"{read:,} rows" in section.lead


def test_service_categories_sum_to_what_the_cost_measure_saw(run: FakeRun, data: ReportData) -> None:
    assert set(data.mixes) == {
        (row["tin"], row["npi"]) for row in data.clinicians if row["attributed_episodes"] >= 11
    }
    observed = {
        (row["tin"], row["npi"]): row["mean"]
        for row in run.query(
            "select a.tin, a.npi, avg(c.observed_cost) as mean from episodes.chronic_cost as c "
            "join episodes.chronic_attribution as a on a.episode_id = c.episode_id group by 1, 2"
        )
    }
    for key, mix in data.mixes.items():
        assert mix.own == pytest.approx(observed[key], rel=1e-9)


def test_the_others_are_brought_to_the_same_expected_cost(run: FakeRun, data: ReportData) -> None:
    # by hand for one clinician: others' observed x (own expected / others' expected), means over episodes
    key, mix = sorted(data.mixes.items())[0]
    cohort = next(row["cohort"] for row in data.clinicians if (row["tin"], row["npi"]) == key)
    own, rest = (
        run.query(
            "select avg(c.observed_cost) as observed, avg(c.expected_cost) as expected, "
            "count(distinct a.npi) as clinicians from episodes.chronic_cost as c "
            "join episodes.chronic_attribution as a "
            f"on a.episode_id = c.episode_id where c.cohort = ? and (a.npi = ?) is {side}",
            [cohort, key[1]],
        )[0]
        for side in ("true", "false")
    )
    assert mix.others == pytest.approx(rest["observed"] * own["expected"] / rest["expected"])
    assert mix.clinicians == rest["clinicians"]


def test_a_category_of_few_episodes_is_folded(run: FakeRun, data: ReportData) -> None:
    counts: dict[tuple[str, str], dict[str, int]] = {}
    for row in run.query(
        "select a.tin, a.npi, s.service_category as name, count(distinct s.episode_id) as n "
        "from episodes.chronic_service as s join episodes.chronic_attribution as a "
        "on a.episode_id = s.episode_id group by 1, 2, 3"
    ):
        counts.setdefault((row["tin"], row["npi"]), {})[row["name"]] = row["n"]
    folded = 0
    for key, mix in data.mixes.items():
        named = {part.category for part in mix.slices if part.category != REST}
        assert all(counts[key].get(name, 0) not in range(1, 11) for name in named)
        if len(named) < len(mix.slices):
            folded += 1
            assert max(counts[key][name] for name in set(counts[key]) - named) >= 11
    assert folded


def _page(data: ReportData) -> str:
    return report_html(data)


def test_a_waterfall_and_a_mix_stand_on_the_page(data: ReportData, page: str) -> None:
    own = page[page.index('id="npi-1999000000"') :]
    own = own[: own.index('<details class="page"')]
    assert "Where the episode dollars go" in own and "at the same expected cost" in own
    assert isinstance(next(iter(data.mixes.values())), Mix)
    without = _page(replace(data, mixes={}))
    assert "Where the episode dollars go" not in without

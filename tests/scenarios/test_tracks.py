"""Choice of track: hand arithmetic where nothing varies, invariants where it does, the ways that are open."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from corridor.errors import CorridorError
from corridor.law import load_rules
from corridor.programs.mssp.model import PROGRAMS
from corridor.scenarios.tracks import Choice, choose
from corridor.scenarios.tracks_advice import Appetite, advise
from corridor.scenarios.tracks_case import TrackCase, case_of
from corridor.scenarios.tracks_chance import SEED
from corridor.scenarios.tracks_path import settings_of
from corridor.scenarios.tracks_sensitivity import sensitivity

FILE = Path(__file__).parents[1] / "cases" / "tracks" / "still.yaml"
STILL = yaml.safe_load(FILE.read_text(encoding="utf-8"))
RULES = load_rules(list(PROGRAMS))
YEARS = 5
ROW: dict[str, Any] = {
    **STILL["common"], "mean_all": 12000, "standard_deviation_all": 21000, "benchmark_all": 12240,
    "expenditure_trend": 0.05, "expenditure_trend_sd": 0.015, "benchmark_trend": 0.05,
    "benchmark_trend_sd": 0.01, "trend_correlation": 0.5, "risk_trend_sd": 0.01, "quality_score_sd": 0.05,
}  # fmt: skip


@pytest.fixture(scope="module")
def moving() -> Choice:
    """An ACO with all that varies, on few draws."""
    return choose(case_of(ROW, YEARS), RULES, draws=400, appetite=Appetite(1_000_000, 0.05))


@pytest.mark.parametrize("case", STILL["cases"], ids=lambda case: case["name"])
def test_where_nothing_varies_every_draw_is_the_hand_arithmetic(case: dict[str, Any]) -> None:
    rows = {row["option"]: row for row in choose(case_of(case["row"], YEARS), RULES, draws=2).rows()}
    for expected in case["options"]:
        found = rows[expected["option"]]
        assert found["mean"] == pytest.approx(expected["mean"], abs=0.01)
        assert found["mean_error"] == 0
        assert found["repayment_mechanism"] == pytest.approx(expected["repayment_mechanism"], abs=0.01)
        assert found["probability_of_loss"] == float(expected["mean"] < 0)
        assert found["value_at_risk"] == pytest.approx(-expected["mean"], abs=0.01)
        assert found["tail_mean"] == pytest.approx(-expected["mean"], abs=0.01)


def test_one_sided_never_owes_and_losses_keep_their_limits(moving: Choice) -> None:
    benchmark = moving.futures.benchmark * moving.futures.risk * moving.case.person_years
    revenue = moving.case.participant_revenue * moving.futures.growth
    limits = {"A": 0.0 * revenue, "B": 0.0 * revenue, "C": np.minimum(0.02 * revenue, 0.01 * benchmark),
              "D": np.minimum(0.04 * revenue, 0.02 * benchmark),
              "E": np.minimum(0.08 * revenue, 0.04 * benchmark), "EN": 0.15 * benchmark}  # fmt: skip
    for cell, (level, _) in enumerate(moving.settings.cells):
        assert (-moving.dollars[cell] <= limits[level] + 0.01).all()
        assert (-moving.dollars[cell] > limits[level] - 0.01).any() == (level != "EN")


def test_a_total_is_the_sum_of_its_years_and_options_share_their_draws(moving: Choice) -> None:
    places = {option.name: n for n, option in enumerate(moving.settings.options)}
    glide, late = moving.totals[places["A>B>C>D>E"]], moving.totals[places["A>B>C>E x2"]]
    option = moving.settings.options[places["A>B>C>D>E"]]
    assert np.allclose(glide, moving.by_year(option).sum(axis=0))
    # the two differ in the fourth year alone
    e, d = moving.settings.cells.index(("E", "variable")), moving.settings.cells.index(("D", "variable"))
    assert np.allclose(late - glide, moving.dollars[e, 3] - moving.dollars[d, 3])


def test_the_same_seed_gives_the_same_draws_and_another_others() -> None:
    case = case_of(ROW, YEARS)
    first, again, other = (choose(case, RULES, draws=50, seed=seed).totals[0] for seed in (1, 1, 2))
    assert (first == again).all() and not (first == other).all()


def names(case: TrackCase) -> set[tuple[str, ...]]:
    """The ways an ACO may take, whatever its election."""
    return {option.levels for option in settings_of(case, RULES.in_force(case.agreement_start_year)).options}


def test_the_way_of_a_new_aco_rises_and_the_fixed_tracks_are_open() -> None:
    ways = names(case_of(ROW, YEARS))
    assert {("A",) * 5, tuple("ABCDE"), tuple("BCDEE"), ("E",) * 5, ("EN",) * 5, tuple("AAAAE")} <= ways
    for way in ways - {("EN",) * 5}:
        assert list(way) == sorted(way)
        assert not any(a == b and a in "BCD" for a, b in pairwise(way))


def test_five_one_sided_years_from_2027_and_only_in_the_first_agreement() -> None:
    new = case_of(ROW, YEARS)
    assert names(replace(new, agreement_period=2)) == {("E",) * 5, ("EN",) * 5}
    assert names(replace(new, experienced=True)) == {("E",) * 5, ("EN",) * 5}
    used = names(replace(new, one_sided_years_used=4))
    assert ("A", "C", "D", "E", "E") in used and ("A", "B", "C", "D", "E") not in used
    assert not any(way[:1] in (("A",), ("B",)) for way in names(replace(new, one_sided_years_used=5)))


def test_what_must_be_known_beside_the_figures_is_noted() -> None:
    case = case_of(ROW, YEARS)
    assert choose(case, RULES, draws=2).notes() == []
    (high,) = choose(replace(case, revenue_category="high"), RULES, draws=2).notes()
    assert "high revenue" in high
    # an experienced ACO has no glide path to ask about
    assert choose(replace(case, revenue_category="high", experienced=True), RULES, draws=2).notes() == []
    small = choose(replace(case, assigned_beneficiaries=4_999), RULES, draws=2)
    assert ["5,000" in one for one in small.notes()] == [True, True]
    assert small.recommendation()["notes"] == small.notes()
    earlier = replace(case, assigned_beneficiaries=4_999, agreement_start_year=2026)
    assert len(choose(earlier, RULES, draws=2).notes()) == 1


def test_a_revenue_that_is_not_known_leaves_the_limit_of_the_benchmark() -> None:
    bad = replace(
        case_of(ROW, YEARS), participant_revenue=float("nan"), benchmark_trend=-0.5, risk_trend_sd=0
    )
    found = choose(bad, RULES, draws=50)
    e = found.settings.cells.index(("E", "0.01"))
    benchmark = found.futures.benchmark * bad.person_years
    # the last year stands so far below cost that the limit binds in every draw: 4 percent of the benchmark
    capped = np.minimum(0.3 * (found.futures.expenditure * bad.person_years - benchmark), 0.04 * benchmark)[4]
    assert np.allclose(-found.dollars[e, 4], capped) and (found.dollars[e, 4] < 0).all()
    assert found.repayment[e, 0] == pytest.approx(
        0.005 * found.futures.expenditure[0].mean() * bad.person_years
    )
    assert not np.isnan(found.dollars).any() and any("not known" in one for one in found.notes())


def test_before_2027_seven_years_over_two_agreements() -> None:
    second = replace(
        case_of(ROW, YEARS), agreement_start_year=2026, agreement_period=2, one_sided_years_used=5
    )
    assert ("A", "B", "C", "D", "E") in names(second)
    assert ("A", "A", "B", "C", "D") not in names(second)


def test_one_sided_years_of_an_earlier_agreement_are_asked_for() -> None:
    """Five at level A before, and seven are allowed: none used would open five more."""
    row = {**ROW, "agreement_period": 2, "agreement_start_year": 2026}
    with pytest.raises(CorridorError) as refused:
        names(case_of(row, YEARS))
    assert (refused.value.code, refused.value.field) == ("TRACK-MISSING", "one_sided_years_used")
    assert ("A",) * 5 not in names(case_of({**row, "one_sided_years_used": 5}, YEARS))
    # where no glide path is open nothing hangs on it
    assert names(case_of({**row, "agreement_start_year": 2027}, YEARS)) == {("E",) * 5, ("EN",) * 5}


def test_a_start_the_law_does_not_know_is_refused() -> None:
    with pytest.raises(CorridorError) as refused:
        names(replace(case_of(ROW, YEARS), agreement_start_year=2020))
    assert refused.value.code == "TRACK-START"


def test_the_advice_filters_by_the_appetite_and_takes_the_highest_mean() -> None:
    noise = np.random.default_rng(3).standard_normal(4_000)
    safe, bold = 100 + noise, 300 + 400 * noise
    # bold owes more than 0 where noise < -0.75: 22.7 percent of a normal
    assert advise([safe, bold], Appetite(0, 0.3)).chosen == 1
    told = advise([safe, bold], Appetite(0, 0.1))
    assert told.chosen == 0 and told.broken[0] == () and "owes more than $0" in told.broken[1][0]
    assert advise([safe, bold], Appetite(0, None, tail_budget=200)).chosen == 0
    assert advise([safe, bold], Appetite()).chosen is None
    assert advise([bold], Appetite(0, 0.1)).chosen is None


def test_of_options_the_draws_cannot_tell_apart_the_smallest_tail_is_taken() -> None:
    noise = np.random.default_rng(4).standard_normal(1_000)
    wide, narrow = 101 + 50 * noise, 100 - 5 * noise
    told = advise([wide, narrow], Appetite(1_000, 0.5))
    assert told.highest == int(narrow.mean() > wide.mean()) and told.level == (0, 1)
    assert told.chosen == 1


def test_a_row_says_all_of_an_option(moving: Choice) -> None:
    rows = moving.rows()
    assert sum(row["recommended"] for row in rows) == 1 and rows[0]["recommended"]
    assert not rows[0]["breaks"] and rows[0]["probability_above_bound"] <= 0.05
    assert all(row["tail_mean"] >= row["value_at_risk"] - 0.01 for row in rows)
    assert {"mssp.repayment_revenue_share", "mssp.one_sided_years"} <= {
        one["rule"] for one in moving.assumptions
    }


def oracle(level: str, rate: float, benchmark: float, spend: float, quality: float, revenue: float) -> float:
    """Earned or owed by mssp.md 3.1, 3.2, 6 and 6.4, in plain numbers, of an ACO of 12,000 people."""
    share, pay, limit = {
        "A": (0.4, 0.1, 0.0), "B": (0.4, 0.1, 0.0), "C": (0.5, 0.1, min(0.02 * revenue, 0.01 * benchmark)),
        "D": (0.5, 0.1, min(0.04 * revenue, 0.02 * benchmark)),
        "E": (0.5, 0.1, min(0.08 * revenue, 0.04 * benchmark)), "EN": (0.75, 0.2, 0.15 * benchmark),
    }[level]  # fmt: skip
    minimum = 0.03 - 2000 / 4999 * 0.003 if rate != rate or level in "AB" else rate
    saved = benchmark - spend
    ratio = saved / benchmark
    # the alternative standard is met in every draw: its share is the score
    kept = share * (1.0 if quality >= 0.7385 else quality)
    if ratio >= minimum:
        return min(saved * kept, pay * benchmark) * 0.98
    if ratio > 0 and level != "EN" and revenue / spend < 0.35:
        return min(saved * kept / 2, pay * benchmark) * 0.98
    if level not in "AB" and ratio <= -minimum:
        bears = min(max(1 - 0.75 * quality, 0.4), 0.75) if level == "EN" else 0.3
        return -min(-saved * bears, limit)
    return 0.0


def test_every_cell_and_draw_is_what_an_independent_settlement_says(moving: Choice) -> None:
    futures, case = moving.futures, moving.case
    points = np.minimum(futures.risk, 1.03)  # three points over a demographic ratio of one
    for cell, (level, election) in enumerate(moving.settings.cells):
        rate = float("nan") if election == "variable" else float(election)
        for year in range(case.years):
            for draw in range(0, 400, 16):
                expected = oracle(
                    level, rate, futures.benchmark[year, draw] * points[year, draw] * 11_700,
                    futures.expenditure[year, draw] * 11_700, futures.quality[year, draw],
                    40e6 * futures.growth[year, draw],
                )  # fmt: skip
                assert moving.dollars[cell, year, draw] == pytest.approx(expected, abs=0.01)


def test_the_risk_ratio_counts_to_three_points_over_the_demographic_one() -> None:
    row = {**STILL["cases"][0]["row"], "risk_trend": 0.05, "demographic_trend": 0.01}
    rows = {one["option"]: one for one in choose(case_of(row, YEARS), RULES, draws=2).rows()}
    # 1.05^k is above 1.01^k + 0.03 in every year: benchmark 143,208,000 x that, expenditure 140,400,000
    earned = [(143_208_000 * (1.01**k + 0.03) - 140_400_000) * 0.75 * 0.98 for k in range(1, 6)]
    assert rows["EN x5, 0.0%"]["mean_by_year"] == pytest.approx(earned)


def test_what_is_proposed_counts_where_it_is_asked_for() -> None:
    proposed = load_rules(list(PROGRAMS), proposed=True)
    rows = choose(case_of(STILL["cases"][0]["row"], YEARS), proposed, draws=2).rows()
    # BASIC E would share 60 percent: 2,808,000 x 0.60 x 0.98 x 5
    found = next(one for one in rows if one["option"] == "E x5, 1.0%")
    assert found["mean"] == pytest.approx(8_255_520) and found["advanced_apm_years"] == 5


def test_each_assumption_is_moved_by_its_own_deviation(moving: Choice) -> None:
    rows = sensitivity(moving, RULES, SEED)
    assert [(row["assumption"], round(row["moved_to"], 4)) for row in rows] == [
        ("expenditure_trend", 0.035), ("expenditure_trend", 0.065), ("benchmark_trend", 0.04),
        ("benchmark_trend", 0.06), ("risk_trend", -0.01), ("risk_trend", 0.01), ("quality_score", 0.77),
        ("quality_score", 0.87),
    ]  # fmt: skip
    cheap, dear = rows[0]["mean"], rows[1]["mean"]
    assert cheap > moving.rows()[0]["mean"] > dear
    assert all(row["option"] == moving.rows()[0]["option"] for row in rows)
    without = choose(moving.case, RULES, draws=10)
    assert sensitivity(without, RULES, SEED) == []


def test_a_figure_derives_from_one_draw(moving: Choice) -> None:
    option = moving.settings.options[0]
    node, draw = moving.derived(option.name, 1)
    value = moving.by_year(option)[1, draw]
    assert node.value == pytest.approx(value) and node.children
    middle = np.median(moving.by_year(option)[1])
    assert abs(value - middle) == np.abs(moving.by_year(option)[1] - middle).min()
    with pytest.raises(CorridorError) as refused:
        moving.derived("Z x5", 0)
    assert refused.value.code == "TRACK-OPTION"

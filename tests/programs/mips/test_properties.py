"""What holds whatever the numbers: points, weights, selection, the scaling factor."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from corridor.law import load_rules
from corridor.programs.mips.compute import WEIGHT_NAMES, score
from corridor.programs.mips.points import CUTS, measure_points

RULES = load_rules(["mips", "qp"])
FORCE = RULES.in_force(2026)
rates = st.floats(0, 100, allow_nan=False).map(lambda x: round(x, 2))
ladders = st.lists(rates, min_size=11, max_size=11).map(sorted)


@given(ladders, rates, rates, st.booleans(), st.booleans())
@settings(max_examples=200, deadline=None)
def test_points_never_fall_as_performance_rises(
    cuts: list[float], one: float, other: float, inverse: bool, capped: bool
) -> None:
    low, high = sorted((one, other), reverse=inverse)
    worse, better = measure_points([low, high], cuts, inverse, FORCE, capped=capped)
    assert worse <= better
    assert worse >= 1 and better <= (7 if capped else 10)


@given(st.lists(st.integers(1, 9000), min_size=11, max_size=11, unique=True), st.booleans())
@settings(max_examples=100, deadline=None)
def test_points_are_continuous_between_strictly_rising_cut_points(places: list[int], inverse: bool) -> None:
    cuts = np.sort(np.array(places) / 100)
    inner = cuts[2:-2]
    step = 1e-7
    below, above = (measure_points(inner + side * step, cuts, inverse, FORCE) for side in (-1, 1))
    assert np.allclose(below, above, atol=2 * step / np.diff(cuts).min() + 2e-4)


def test_a_direct_and_an_inverse_measure_are_mirrors() -> None:
    cuts = np.array([1, 10, 20, 30, 40, 50, 60, 70, 80, 90, 99], dtype=float)
    values = np.linspace(0, 100, 201)
    mirrored = measure_points(100 - values, np.sort(100 - cuts), True, FORCE)
    assert np.allclose(measure_points(values, cuts, False, FORCE), mirrored, atol=1e-4)


def test_weights_sum_to_one_under_every_reweighting() -> None:
    flags = ("quality_reweighted", "cost_reweighted", "improvement_reweighted", "interoperability_reweighted",
             "small_practice", "hospital_based", "non_patient_facing", "asc_based")  # fmt: skip
    table = np.array(list(itertools.product((0.0, 1.0), repeat=len(flags))))
    for pathway, participation in itertools.product(
        ("traditional", "mvp", "app", "app_plus"), ("individual", "group", "apm_entity")
    ):
        for year in (2024, 2027):
            count = len(table)
            result = score(
                None, {},
                {"tin": ["T"] * count, "npi": [str(n) for n in range(count)], "pathway": [pathway] * count,
                 "participation": [participation] * count, "cost_percent": np.full(count, 80.0),
                 **{name: table[:, n] for n, name in enumerate(flags)}},
                RULES, year,
            )  # fmt: skip
            columns = result.columns()
            total = sum(columns[name] for name in WEIGHT_NAMES)
            nothing = np.all([columns[name] == 0 for name in WEIGHT_NAMES], axis=0)
            assert np.allclose(total[~nothing], 1.0, atol=1e-12)
            assert not np.isnan(total).any()


measured = st.lists(
    st.tuples(
        st.sampled_from([f"{n:03d}" for n in range(1, 13)]), st.floats(0, 10).map(lambda x: round(x, 4)),
        st.booleans(), st.booleans(),
    ),
    min_size=1, max_size=12, unique_by=lambda one: one[0],
)  # fmt: skip


@given(measured, st.randoms(use_true_random=False))
@settings(max_examples=25, deadline=None)
def test_permuting_measures_changes_nothing(measures: list[tuple[Any, ...]], random: Any) -> None:
    other = measures[:]
    random.shuffle(other)
    scores = [_quality(some) for some in (measures, other)]
    assert scores[0] == scores[1]
    # and it is the most that any allowed choice gives: the outcome measure first, then the best others
    assert scores[0] == _best(measures)


def _quality(measures: list[tuple[Any, ...]]) -> float:
    count = len(measures)
    result = score(
        {"clinician": [0] * count, "measure_id": [m for m, _, _, _ in measures],
         "own_points": [p for _, p, _, _ in measures], "is_outcome": [float(o) for _, _, o, _ in measures],
         "is_high_priority": [float(h) for _, _, _, h in measures]},
        {}, {"tin": ["T"], "npi": ["N"]}, RULES, 2026,
    )  # fmt: skip
    return round(float(result.columns()["quality_points"][0]), 6)


def _best(measures: list[tuple[Any, ...]]) -> float:
    """Points by trying every set of six."""
    outcomes = [n for n, one in enumerate(measures) if one[2]]
    lead = outcomes or [n for n, one in enumerate(measures) if one[3]]
    if not lead:
        return round(sum(sorted((one[1] for one in measures), reverse=True)[:5]), 6)
    first = max(lead, key=lambda n: measures[n][1])
    others = sorted((one[1] for n, one in enumerate(measures) if n != first), reverse=True)[:5]
    return round(measures[first][1] + sum(others), 6)


scores = st.lists(
    st.tuples(st.floats(0, 100).map(lambda x: round(x, 2)), st.integers(1, 10**6)), min_size=2, max_size=30
)


@given(scores, st.integers(2, 1000), st.randoms(use_true_random=False))
@settings(max_examples=25, deadline=None)
def test_the_factor_depends_neither_on_the_scale_of_charges_nor_on_the_order(
    rows: list[tuple[float, int]], scale: int, random: Any
) -> None:
    shuffled = rows[:]
    random.shuffle(shuffled)
    found = [_factor(rows), _factor([(s, p * scale) for s, p in rows]), _factor(shuffled)]
    assert np.allclose(found, found[0], rtol=1e-12, equal_nan=True)


@given(scores)
@settings(max_examples=25, deadline=None)
def test_rewards_spend_what_cuts_collect_unless_the_factor_is_at_its_limit(
    rows: list[tuple[float, int]],
) -> None:
    result = _settled(rows)
    dollars, factor = result.columns()["dollars"], _factor(rows)
    if np.isnan(factor):
        assert not (result.final_score > 75).any()
    elif factor < 3:
        assert abs(dollars.sum()) < 1e-6 * max(1.0, np.abs(dollars).sum())
    else:
        assert dollars.sum() <= 1e-6


def test_adjustments_rise_with_the_score_with_one_jump_at_the_lowest_quarter() -> None:
    points = np.round(np.arange(0, 100.005, 0.01), 2)
    result = score(
        None, {}, {"tin": ["T"] * len(points), "npi": [str(n) for n in range(len(points))],
                   "final_score": points}, RULES, 2024,
    )  # fmt: skip
    steps = np.diff(result.columns()["payment_adjustment_factor"])
    assert (steps >= 0).all()
    assert points[1:][steps > 0.001].tolist() == [18.76]


def _settled(rows: list[tuple[float, int]]) -> Any:
    return score(
        None, {},
        {"tin": ["T"] * len(rows), "npi": [str(n) for n in range(len(rows))],
         "final_score": [s for s, _ in rows], "part_b_paid": [float(p) for _, p in rows]},
        RULES, 2026, whole_cohort=True,
    )  # fmt: skip


def _factor(rows: list[tuple[float, int]]) -> float:
    return float(_settled(rows).columns()["scaling_factor"][0])


def test_the_points_of_one_file_do_not_depend_on_how_results_are_grouped() -> None:
    cuts = dict(zip(CUTS, (1, 10, 20, 30, 40, 50, 60, 70, 80, 90, 99), strict=True))
    count = 20
    values = np.linspace(0, 100, count)
    result = score(
        {"clinician": np.arange(count), "measure_id": ["236"] * count, "rate": values,
         **{name: np.full(count, float(value)) for name, value in cuts.items()}},
        {}, {"tin": ["T"] * count, "npi": [str(n) for n in range(count)]}, RULES, 2026,
    )  # fmt: skip
    alone = measure_points(values, list(cuts.values()), False, FORCE)
    assert np.array_equal(result.scored.measured.columns["points"], alone)

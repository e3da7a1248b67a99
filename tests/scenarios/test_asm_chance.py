"""Chance in an ASM scenario: nothing where nothing varies, else as much as the run's own figures say."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from corridor.law import load_rules
from corridor.programs.asm.compute import settle
from corridor.programs.asm.inputs import NUMBER_QUANTITIES, AsmInputs, empty_submissions
from corridor.programs.asm.settlement import Settlement
from corridor.scenarios.asm import AsmChange, changed_inputs, settle_scenario
from corridor.scenarios.asm_chance import ENOUGH_DRAWS, TAKEN, _enough, draw

YEAR = 2027
MEDIAN, DEVIATION = 10_000.0, 2_000.0


def settled(
    rows: int,
    *,
    national: bool = False,
    measures: dict[str, tuple[float, float]] | None = None,
    **columns: Any,
) -> Settlement:
    """Clinicians of heart failure alike but for some columns; ``measures``: rate and cases, sent by all."""
    made: dict[str, Any] = {name: np.full(rows, np.nan) for name in NUMBER_QUANTITIES}
    made |= {
        "tin": np.array([f"{row:09d}" for row in range(rows)], dtype=object),
        "npi": np.array([f"{row:010d}" for row in range(rows)], dtype=object),
        "cohort": np.full(rows, "heart_failure", dtype=object),
        "clinician_name": np.full(rows, None, dtype=object),
        "practice_class": np.full(rows, None, dtype=object),
        "part_b_paid": np.full(rows, 100_000.0),
        "improvement_activities_attested": np.full(rows, 2.0),
        "promoting_interoperability_score": np.ones(rows),
        "interval_low": np.full(rows, np.nan),
        "interval_high": np.full(rows, np.nan),
    }
    for name, value in columns.items():
        made[name] = np.broadcast_to(np.asarray(value, dtype=float), (rows,)).copy()
    sent = empty_submissions()
    given = measures or {}
    if given:
        ids = np.array(list(given), dtype=object)
        sent = {
            "clinician": np.repeat(np.arange(rows), len(ids)),
            "measure_id": np.tile(ids, rows),
            "collection_type": np.full(rows * len(ids), "ecqm", dtype=object),
            "rate": np.tile([rate for rate, _ in given.values()], rows),
            "eligible_cases": np.tile([cases for _, cases in given.values()], rows),
            "data_completeness": np.full(rows * len(ids), 95.0),
            "topped_out": np.full(rows * len(ids), np.nan),
        }
    inputs = AsmInputs(made, sent, has_measures=np.full(rows, bool(given)))
    return settle(inputs, load_rules(["asm"]), YEAR, national=national)


def test_given_scores_among_themselves_do_not_vary() -> None:
    base = settled(3, final_score=[80, 60, 40])
    chance = draw(base, np.arange(3))
    assert chance.total == pytest.approx(np.full(len(chance.total), base.clinicians["dollars"].sum()))
    assert chance.low == pytest.approx(base.clinicians["dollars"])
    assert chance.scores == pytest.approx(np.full(len(chance.scores), 60))


def costly(**more: Any) -> Settlement:
    """One clinician at the median cost, 200 dollars of standard error, a quality score given."""
    half = 1.959964 * 200
    return settled(
        1, quality_score=0.5, cost_per_episode=MEDIAN, cost_median=MEDIAN, cost_standard_deviation=DEVIATION,
        attributed_episodes=40, interval_low=MEDIAN - half, interval_high=MEDIAN + half, reported=1, **more,
    )  # fmt: skip


def test_the_cost_varies_with_its_standard_error() -> None:
    """The band around the median is a deviation wide: 200 dollars are a tenth of a point, half a score point.

    Points are rounded to tenths, which adds the deviation of a uniform step of half a score point.
    """
    base = costly()
    chance = draw(base, np.arange(1))
    assert len(chance.scores) == 2_000
    assert chance.scores.mean() == pytest.approx(base.clinicians["final_score"][0], abs=0.1)
    assert chance.scores.std() == pytest.approx(math.sqrt(0.5**2 + 0.5**2 / 12), rel=0.08)


def test_without_an_interval_the_cost_stands() -> None:
    base = settled(
        1, quality_score=0.5, cost_per_episode=MEDIAN, cost_median=MEDIAN, reported=1,
        cost_standard_deviation=DEVIATION, attributed_episodes=40,
    )  # fmt: skip
    assert np.ptp(draw(base, np.arange(1)).scores) == 0


def test_a_rate_varies_with_its_cases() -> None:
    """With a tenth of the cases the score varies about three times as far: it is a binomial rate."""
    spread = {}
    for cases in (1_000.0, 100.0):
        base = settled(
            1, measures={"236": (65.0, cases)}, cost_score=0.75, reported=1,
        )  # fmt: skip
        scores = draw(base, np.arange(1)).scores
        assert scores.mean() == pytest.approx(base.clinicians["final_score"][0], abs=1)
        spread[cases] = float(scores.std())
    assert spread[100.0] / spread[1_000.0] == pytest.approx(math.sqrt(10), rel=0.15)
    certain = settled(1, measures={"236": (100.0, 50.0)}, cost_score=0.75, reported=1)
    assert np.ptp(draw(certain, np.arange(1)).scores) == 0  # nothing of a rate of 100 varies


def test_the_rest_of_the_country_is_one_sample() -> None:
    """A score given for certain still meets another median: the dollars vary, the score does not."""
    base = settled(1, national=True, final_score=62.0)
    chance = draw(base, np.arange(1))
    assert np.ptp(chance.scores) == 0
    assert 0 < chance.total.std() < 0.02 * 0.09 * 100_000 * 10
    assert chance.total.mean() == pytest.approx(base.clinicians["dollars"][0], abs=chance.total.std())


def test_the_same_chance_meets_every_scenario() -> None:
    base = costly(national=True)
    rows = np.arange(1)
    once, again = draw(base, rows), draw(base, rows)
    assert np.array_equal(once.total, again.total)
    dearer = draw(settle_scenario(base, rows, AsmChange(part_b=0.1)), rows)
    assert np.corrcoef(once.total, dearer.total)[0, 1] > 0.999


def test_many_clinicians_take_few_draws() -> None:
    size = 2_000
    base = settled(size, final_score=np.linspace(20, 90, size))
    chance = draw(base, np.arange(size))
    assert len(chance.total) >= ENOUGH_DRAWS and len(chance.low) == size


def test_few_draws_stay_paired() -> None:
    """Before 1 and -1 in turn, after the opposite: every difference is 2 or -2, half of them each."""
    before = np.tile([1.0, -1.0], 60)
    difference = _enough(-before) - _enough(before)
    assert len(difference) == TAKEN
    assert set(difference.tolist()) == {2.0, -2.0}
    assert difference.mean() == pytest.approx(0, abs=0.2)
    assert np.ptp(_enough(before + 5) - _enough(before)) == 0


def test_a_change_leaves_the_run_alone_and_stays_within_its_limits() -> None:
    base = settled(
        2, measures={"236": (95.0, 50.0), "492": (40.0, 50.0)}, cost_per_episode=MEDIAN, reported=1,
        attributed_episodes=40, promoting_interoperability_score=[0.9, np.nan],
    )  # fmt: skip
    before = {name: values.copy() for name, values in base.inputs.clinicians.items()}
    change = AsmChange(
        cost=-0.1, activities=1, interoperability=0.5, rates=(("236", 10.0),), claims_measures=(("492", 0.1),)
    )
    made = changed_inputs(base, np.array([0]), change)
    assert made.clinicians["cost_per_episode"].tolist() == [9_000, 10_000]
    assert made.clinicians["improvement_activities_attested"].tolist() == [1, 2]
    assert made.clinicians["promoting_interoperability_score"][0] == 1
    assert made.submissions["rate"].tolist() == pytest.approx([100, 44, 95, 40])
    assert made.where is not None and made.where(0, "cost_per_episode") == "this scenario; in the run 10,000"
    assert made.where(1, "cost_per_episode") is None
    for name, values in before.items():
        assert np.array_equal(base.inputs.clinicians[name], values, equal_nan=values.dtype.kind == "f")


def test_the_others_move_by_the_stated_mean() -> None:
    base = settled(1, national=True, final_score=62.0)
    better = settle_scenario(base, np.arange(1), AsmChange(others=5))
    moved = better.clinicians["cohort_median_score"][0] - base.clinicians["cohort_median_score"][0]
    assert moved == pytest.approx(5, abs=0.7)  # the scores are cut at 100
    assert better.clinicians["dollars"][0] < base.clinicians["dollars"][0]
    assert any(one["rule"] == "asm.national_cohort" and one["overridden"] for one in better.assumptions())

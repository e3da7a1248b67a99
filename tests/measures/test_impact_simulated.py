"""Effects of care programs in simulated towns where the true effect is known."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from corridor.measures.impact import Arms, effect_row
from corridor.measures.matching import (
    COVARIATES,
    Columns,
    Pairs,
    Pool,
    match,
    pool_of,
    standardized_difference,
)

INDEX = 202501
Values = NDArray[Any]
STABLE = ("age", "female", "chronic_conditions", "risk_score")


def simulated(seed: int, effect: float, chosen_by: str = "spending", people: int = 900) -> Columns:
    """A town where spending follows sickness and noise, prices rise for all, and the effect is known.

    Who is enrolled hangs on what was seen (spending before, risk score), or on a lasting level nobody sees.
    """
    draw = np.random.default_rng(seed)
    sick = draw.normal(0, 1, people)
    level = np.exp(6.3 + 0.5 * sick + draw.normal(0, 0.3, people))
    risk = np.exp(0.4 * sick + draw.normal(0, 0.2, people))
    far, near, post = (level * months * draw.gamma(4, 0.25, people) for months in (6, 6, 12))
    seen = np.log((far + near) / 12) - 6.3 if chosen_by == "spending" else np.log(level) - 6.3
    treated = draw.random(people) < 1 / (1 + np.exp(1.8 - 0.9 * seen - 0.4 * np.log(risk)))

    def events(months: int, factor: Values) -> Values:
        return draw.poisson(0.02 * np.exp(0.4 * sick) * months * factor)

    one = np.ones(people)
    return {
        "person_id": np.arange(people),
        "treated": treated,
        "is_member": one.astype(bool),
        "age": np.round(74 + 3 * sick + draw.normal(0, 4, people)),
        "gender": np.where(draw.random(people) < 0.55, "female", "male").astype(object),
        "index_month": np.full(people, INDEX),
        "age_band": np.full(people, "all", dtype=object),
        "enrollment_type": np.full(people, "aged_non_dual", dtype=object),
        "chronic_conditions": draw.poisson(np.exp(0.8 + 0.3 * sick)),
        "risk_score": risk,
        "far_months": 6 * one,
        "near_months": 6 * one,
        "post_months": 12 * one,
        "far_expenditure": far,
        "near_expenditure": near,
        "post_expenditure": post + 12 * (30 + effect * treated),
        "far_admissions": events(6, one),
        "near_admissions": events(6, one),
        "post_admissions": events(12, np.where(treated, 0.5, 1.0)),
        **{f"{phase}_emergency_visits": events(6, one) for phase in ("far", "near")},
        "post_emergency_visits": events(12, one),
        "died": draw.random(people) < 0.05,
    }


def estimated(
    rows: Columns, matched: Collection[str] = tuple(COVARIATES)
) -> tuple[dict[str, tuple[Any, ...]], Pool, Pairs]:
    made, rows = pool_of(rows, 6, matched)
    pairs = match(made, 0.2)
    outcomes = ("expenditure", "admissions", "emergency_visits", "mortality")
    return {name: effect_row(Arms(rows, pairs), name, 1, 1.96, 11) for name in outcomes}, made, pairs


def towns(chosen_by: str, matched: Collection[str], count: int = 200) -> tuple[int, float, float]:
    """Of so many towns: intervals that hold -100, the mean effect, the mean plain difference."""
    held, effects, plain = 0, [], []
    for seed in range(count):
        rows = simulated(seed, -100, chosen_by)
        spend = estimated(rows, matched)[0]["expenditure"]
        effects.append(spend[4])
        held += bool(spend[6] <= -100 <= spend[7])
        monthly = rows["post_expenditure"] / 12
        plain.append(monthly[rows["treated"]].mean() - monthly[~rows["treated"]].mean())
    return held, float(np.mean(effects)), float(np.mean(plain))


@pytest.mark.heavy
@pytest.mark.parametrize(("chosen_by", "matched"), [("spending", tuple(COVARIATES)), ("level", STABLE)])
def test_a_planted_effect_is_recovered_within_its_interval(chosen_by: str, matched: tuple[str, ...]) -> None:
    """200 towns of 900 people, about 150 enrolled, effect -100 dollars a month.

    A 95 percent interval holds the truth in 190 of 200, give or take 2 x sqrt(200 x 0.95 x 0.05) = 6. The
    plain difference of the groups has the wrong sign: those who cost more are enrolled.
    """
    held, effect, plain = towns(chosen_by, matched)
    assert held >= 184
    assert effect == pytest.approx(-100, abs=10)
    assert plain > 0


@pytest.mark.heavy
def test_what_is_matched_on_must_fit_how_people_were_chosen() -> None:
    """Said in the docs: the fall back to the mean is credited to the program, or blamed on it, otherwise."""
    credited = towns("spending", STABLE, 100)[1]
    blamed = towns("level", tuple(COVARIATES), 100)[1]
    assert credited < -110
    assert blamed > -90


def test_matching_balances_what_differs() -> None:
    rows = simulated(3, 0)
    _, made, pairs = estimated(rows)
    for name in ("risk_score", "expenditure_before", "expenditure_recent"):
        values = made.covariates[name]
        ours, others = values[made.treated], values[~made.treated]
        deviation = float(np.sqrt((ours.var(ddof=1) + others.var(ddof=1)) / 2))
        before = standardized_difference(ours, others, deviation)
        after = standardized_difference(values[pairs.treated], values[pairs.control], deviation)
        assert before > 0.3, name
        assert abs(after) < 0.15, (name, after)


def test_the_same_pairs_on_every_run() -> None:
    first, second = (estimated(simulated(5, -100))[2] for _ in range(2))
    assert first.control.tolist() == second.control.tolist()
    assert len(set(first.control.tolist())) == len(first.control)

"""What a care program changed: matched difference-in-differences, its interval, and the checks beside it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corridor.engine import StepContext, python_step
from corridor.measures.matching import (
    COVARIATES,
    Columns,
    Floats,
    Pairs,
    Pool,
    as_columns,
    pools,
    standardized_difference,
)

Term = tuple[int, Floats, Floats]
MORTALITY = "mortality"


def ratio_difference(terms: Iterable[Term]) -> tuple[float, float]:
    """A sum of signed ratios of totals over pairs, and its standard error.

    Each term is (sign, numerators, denominators), one value a pair. The ratio of a term is the total of its
    numerators over that of its denominators (dollars over member months); the error is that of linearization,
    with the pair as the cluster, so that what a pair has in common, and one person's months, count once.
    """
    effect, influence, pairs = 0.0, np.zeros(0), 0
    for sign, above, below in terms:
        total = float(below.sum())
        if total <= 0:
            return float("nan"), float("nan")
        ratio = float(above.sum()) / total
        effect += sign * ratio
        pairs = len(above)
        part = sign * (above - ratio * below) / (total / pairs)
        influence = part if not len(influence) else influence + part
    if pairs < 2:
        return effect, float("nan")
    return effect, float(np.sqrt((influence**2).sum() / (pairs * (pairs - 1))))


class Arms:
    """The matched pairs with what they had in each phase."""

    def __init__(self, rows: Columns, pairs: Pairs) -> None:
        self.rows, self.sides = rows, (pairs.treated, pairs.control)

    def of(self, side: int, column: str) -> Floats:
        """One column of the enrolled (0) or of the controls (1), one value a pair."""
        return np.asarray(self.rows[column], dtype=float)[self.sides[side]]

    def phase(self, side: int, outcome: str, phases: Sequence[str]) -> tuple[Floats, Floats]:
        """Outcome and member months, summed over phases."""
        above = sum((self.of(side, f"{phase}_{outcome}") for phase in phases), np.zeros(len(self.sides[0])))
        below = sum((self.of(side, f"{phase}_months") for phase in phases), np.zeros(len(self.sides[0])))
        return above, below

    def terms(self, outcome: str, after: Sequence[str], before: Sequence[str]) -> list[Term]:
        """The four terms of a difference-in-differences."""
        return [
            (1, *self.phase(0, outcome, after)),
            (-1, *self.phase(0, outcome, before)),
            (-1, *self.phase(1, outcome, after)),
            (1, *self.phase(1, outcome, before)),
        ]

    def deaths(self) -> list[Term]:
        """Deaths of the enrolled less those of the controls, for one person."""
        one = np.ones(len(self.sides[0]))
        return [(1, self.of(0, "died"), one), (-1, self.of(1, "died"), one)]


def _rate(above: NDArray[Any], below: NDArray[Any]) -> float:
    total = float(below.sum())
    return float(above.sum()) / total if total > 0 else float("nan")


def effect_row(arms: Arms, outcome: str, scale: float, deviations: float, fewest: int) -> tuple[Any, ...]:
    """Rates of both arms before and after, effect with interval, placebo with interval, flags; scaled."""
    nothing = float("nan")
    placebo, placebo_error = nothing, nothing
    if outcome == MORTALITY:
        effect, error = ratio_difference(arms.deaths())
        counts = [float(above.sum()) for _, above, _ in arms.deaths()]
        (_, ours, one), (_, theirs, _) = arms.deaths()
        rates = [nothing, _rate(ours, one), nothing, _rate(theirs, one)]
    else:
        terms = arms.terms(outcome, ["post"], ["far", "near"])
        effect, error = ratio_difference(terms)
        placebo, placebo_error = ratio_difference(arms.terms(outcome, ["near"], ["far"]))
        counts = [] if outcome == "expenditure" else [float(above.sum()) for _, above, _ in terms]
        after, before, control_after, control_before = (_rate(above, below) for _, above, below in terms)
        rates = [before, after, control_before, control_after]
    wide, placebo_wide = deviations * error, deviations * placebo_error
    small = len(arms.sides[0]) < fewest or any(0 < count < fewest for count in counts)
    told = [*rates, effect, error, effect - wide, effect + wide]
    told += [placebo, placebo - placebo_wide, placebo + placebo_wide]
    parallel = bool(abs(placebo) <= placebo_wide) if np.isfinite(placebo_wide) else None
    return (*(scale * value for value in told), parallel, small)


@python_step(
    step="measures.impact_balance",
    makes="one row per program and covariate: means of both groups before and after matching",
    key=["program", "covariate"],
    reads=["measures.impact_window", "measures.impact_match"],
    rules=["impact.minimum_pre_months", "impact.covariate", "impact.balance_limit"],
    cites="Austin 2009 (standardized differences); docs/program-effect.md",
    evidence="measures.impact_window(program)",
)
def impact_balance(ctx: StepContext) -> tuple[Columns, dict[str, str]]:
    """Standardized mean differences; the deviation is that before matching, pooled over both groups."""
    limit = ctx.force.number("impact.balance_limit")
    made: list[tuple[Any, ...]] = []
    for program, (pool, rows) in pools(ctx).items():
        pairs = paired(ctx, program, pool, rows)
        made += [(program, *balance_row(pool, pairs, name, limit)) for name in COVARIATES]
    types = {"program": "VARCHAR", "covariate": "VARCHAR"}
    for when in ("before", "after"):
        for what in ("enrolled_mean", "control_mean", "difference"):
            types[f"{what}_{when}"] = "DOUBLE"
    types["balanced"] = "BOOLEAN"
    return as_columns(made, types), types


def balance_row(pool: Pool, pairs: Pairs, name: str, limit: float) -> tuple[Any, ...]:
    """The covariate, means and standardized difference before and after, and whether it is balanced."""
    values = pool.covariates[name]
    ours, others = values[pool.eligible & pool.treated], values[pool.eligible & ~pool.treated]
    deviation = _pooled(ours, others)
    made: list[Any] = [name]
    for one, other in ((ours, others), (values[pairs.treated], values[pairs.control])):
        made += [
            float(one.mean()) if len(one) else None,
            float(other.mean()) if len(other) else None,
            standardized_difference(one, other, deviation),
        ]
    after = made[-1]
    return (*made, None if np.isnan(after) else abs(after) <= limit)


def _pooled(ours: Floats, others: Floats) -> float:
    if len(ours) < 2 or len(others) < 2:
        return 0.0
    return float(np.sqrt((ours.var(ddof=1) + others.var(ddof=1)) / 2))


@python_step(
    step="measures.impact_effect",
    makes="one row per program and outcome: rates of both groups, effect, interval and placebo test",
    key=["program", "outcome"],
    reads=["measures.impact_window", "measures.impact_match", "measures.impact_balance"],
    rules=[
        "impact.minimum_pre_months",
        "impact.covariate",
        "impact.outcome",
        "impact.interval_deviations",
        "impact.minimum_cell",
    ],
    cites="docs/program-effect.md",
    evidence="measures.impact_match(program)",
)
def impact_effect(ctx: StepContext) -> tuple[Columns, dict[str, str]]:
    """Matched difference-in-differences of every outcome; deaths are compared after enrollment alone."""
    deviations = ctx.force.number("impact.interval_deviations")
    fewest = int(ctx.force.number("impact.minimum_cell"))
    outcomes = sorted(ctx.force.rows("impact.outcome"), key=lambda row: row["place"])
    balanced = ctx.numpy(
        "select program, min(case when balanced then 1 else 0 end) as balanced "
        "from measures.impact_balance group by program order by program"
    )
    fair = dict(zip(balanced["program"], balanced["balanced"]))
    made: list[tuple[Any, ...]] = []
    for program, (pool, rows) in pools(ctx).items():
        pairs = paired(ctx, program, pool, rows)
        enrolled, matched = int(pool.treated.sum()), len(pairs.treated)
        for row in outcomes:
            told: tuple[Any, ...] = (None,) * len(_TOLD)
            if matched:
                told = effect_row(Arms(rows, pairs), row["outcome"], row["scale"], deviations, fewest)
            counts = (row["place"], row["reads"], enrolled, matched, enrolled - matched)
            made.append((program, row["outcome"], *counts, *told, bool(matched and fair.get(program))))
    types = {"program": "VARCHAR", "outcome": "VARCHAR", "place": "INTEGER", "reads": "VARCHAR"}
    types |= {"enrolled": "BIGINT", "matched": "BIGINT", "unmatched": "BIGINT"}
    types |= _TOLD | {"balanced": "BOOLEAN"}
    return as_columns(made, types), types


_TOLD = {
    **dict.fromkeys(("enrolled_before", "enrolled_after", "control_before", "control_after"), "DOUBLE"),
    **dict.fromkeys(("effect", "standard_error", "interval_low", "interval_high"), "DOUBLE"),
    **dict.fromkeys(("placebo_effect", "placebo_low", "placebo_high"), "DOUBLE"),
    "parallel": "BOOLEAN",
    "small_cell": "BOOLEAN",
}


def paired(ctx: StepContext, program: str, pool: Pool, rows: Columns) -> Pairs:
    """The pairs of measures.impact_match as places in the pool."""
    text = program.replace("'", "''")
    listed = ctx.numpy(
        "select person_id, index_month, control_person_id from measures.impact_match "
        f"where matched and program = '{text}' order by person_id"
    )
    keys = zip(pool.person.tolist(), rows["index_month"].tolist())
    place = {(int(person), int(month)): at for at, (person, month) in enumerate(keys)}
    sides = [
        np.array(
            [place[int(person), int(month)] for person, month in zip(listed[name], listed["index_month"])],
            dtype=np.int64,
        )
        for name in ("person_id", "control_person_id")
    ]
    return Pairs(sides[0], sides[1], np.zeros(len(sides[0])), np.zeros(0), {})

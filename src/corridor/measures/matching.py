"""Pairs of enrolled people and controls: same cell, near in propensity, nearest in what went before."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corridor.engine import StepContext, python_step

Columns = dict[str, np.ndarray[Any, Any]]
Floats = NDArray[np.float64]
# covariate -> whether it is money, which is matched on a logarithmic scale and told in dollars
COVARIATES = {
    "age": False,
    "female": False,
    "chronic_conditions": False,
    "risk_score": False,
    "expenditure_before": True,
    "expenditure_recent": True,
    "admissions_before": False,
    "emergency_visits_before": False,
}
CELL = ("index_month", "gender", "age_band", "enrollment_type")
NOT_MEMBER = "not a fee-for-service member, or no claims are loaded, in the month of enrollment"
TOO_FEW = "too few fee-for-service months before enrollment are loaded"
NO_CANDIDATE = "nobody else of the same month, sex, age band and enrollment type has enough months before"
NOT_NEAR = "no candidate that is still free lies within the caliper of the propensity score"
_RIDGE = 1e-5
_ROUNDS = 50
_STILL = 1e-9
_READS = "select * from measures.impact_window order by program, index_month, person_id"


@dataclass(frozen=True)
class Pool:
    """The people of one program: who was enrolled, who may be matched, covariates by name (rows: people).

    ``matched`` names the covariates pairs are matched on; the others are only compared.
    """

    person: NDArray[Any]
    treated: NDArray[np.bool_]
    eligible: NDArray[np.bool_]
    cell: NDArray[Any]
    covariates: Mapping[str, Floats]
    matched: Collection[str] = tuple(COVARIATES)

    def design(self) -> Floats:
        """The covariates as they are matched on, each with mean 0 and deviation 1 over who may be matched."""
        columns = []
        for name, values in self.covariates.items():
            if name not in self.matched:
                continue
            column = np.log1p(np.maximum(values, 0)) if COVARIATES.get(name, False) else values
            spread = column[self.eligible].std() if self.eligible.any() else 0.0
            if spread > _STILL:
                columns.append((column - column[self.eligible].mean()) / spread)
        return np.column_stack(columns) if columns else np.zeros((len(self.person), 1))


@dataclass(frozen=True)
class Pairs:
    """Places in the pool: who was enrolled and the control of each, with distances; why others have none."""

    treated: NDArray[np.int64]
    control: NDArray[np.int64]
    distance: Floats
    logit: Floats
    reason: Mapping[int, str]


def logits(design: Floats, treated: NDArray[np.bool_]) -> Floats:
    """The linear predictor of a logistic regression of enrollment on the covariates.

    Newton's method with a slight ridge on the slopes, so that a covariate that parts the groups fully does
    not run away. Unit: log odds.
    """
    with_one = np.column_stack([np.ones(len(design)), design])
    penalty = np.full(with_one.shape[1], _RIDGE * len(design))
    penalty[0] = 0
    beta = np.zeros(with_one.shape[1])
    share = min(max(treated.mean(), _RIDGE), 1 - _RIDGE)
    beta[0] = np.log(share / (1 - share))
    for _ in range(_ROUNDS):
        chance = 1 / (1 + np.exp(-np.clip(with_one @ beta, -30, 30)))
        weight = np.maximum(chance * (1 - chance), _STILL)
        gradient = with_one.T @ (treated - chance) - penalty * beta
        curvature = (with_one * weight[:, None]).T @ with_one + np.diag(penalty)
        step = np.linalg.lstsq(curvature, gradient, rcond=None)[0]
        beta = beta + step
        if np.abs(step).max() < _STILL:
            break
    return np.asarray(with_one @ beta)


def whitened(design: Floats) -> Floats:
    """The covariates turned and scaled so that Euclidean distance is Mahalanobis distance."""
    if len(design) < 2:
        return design
    values, vectors = np.linalg.eigh(np.atleast_2d(np.cov(design, rowvar=False)))
    kept = values > values.max() * _STILL
    return np.asarray(design @ (vectors[:, kept] / np.sqrt(values[kept])))


def match(pool: Pool, caliper: float) -> Pairs:
    """One control for each enrolled person, none used twice.

    The most likely to be enrolled choose first (ties by person), each the nearest by Mahalanobis distance
    among the candidates of the cell whose logit differs by at most ``caliper`` pooled deviations.
    """
    usable = np.flatnonzero(pool.eligible)
    logit = np.full(len(pool.person), np.nan)
    place = np.zeros((len(pool.person), 1))
    reason: dict[int, str] = {}
    ours = usable[pool.treated[usable]]
    others = usable[~pool.treated[usable]]
    if len(ours) and len(others):
        design = pool.design()
        logit[usable] = logits(design[usable], pool.treated[usable])
        turned = whitened(design[usable])
        place = np.zeros((len(pool.person), turned.shape[1]))
        place[usable] = turned
    widest = caliper * _pooled_deviation(logit[ours], logit[others])
    cells: dict[Any, list[int]] = {}
    for at in others:
        cells.setdefault(pool.cell[at], []).append(int(at))
    candidates = {cell: np.array(places) for cell, places in cells.items()}
    taken: set[int] = set()
    found: list[tuple[int, int, float]] = []
    for at in sorted(ours, key=lambda one: (-logit[one], pool.person[one])):
        near = candidates.get(pool.cell[at])
        if near is None:
            reason[int(at)] = NO_CANDIDATE
            continue
        near = near[np.abs(logit[near] - logit[at]) <= widest]
        near = near[[int(pool.person[one]) not in taken for one in near]] if len(near) else near
        if not len(near):
            reason[int(at)] = NOT_NEAR
            continue
        far = np.sqrt(((place[near] - place[at]) ** 2).sum(axis=1))
        best = int(near[np.lexsort((pool.person[near].astype(np.int64), far))[0]])
        taken.add(int(pool.person[best]))
        found.append((int(at), best, float(far.min())))
    found.sort(key=lambda pair: pair[0])
    ints = [np.array([pair[side] for pair in found], dtype=np.int64) for side in (0, 1)]
    return Pairs(ints[0], ints[1], np.array([pair[2] for pair in found]), logit, reason)


def _pooled_deviation(ours: Floats, others: Floats) -> float:
    if len(ours) < 2 or len(others) < 2:
        return float("inf")
    return float(np.sqrt((ours.var(ddof=1) + others.var(ddof=1)) / 2))


def standardized_difference(ours: Floats, others: Floats, deviation: float) -> float:
    """The difference of the means in standard deviations; 0 where nothing varies."""
    if not len(ours) or not len(others):
        return float("nan")
    difference = float(ours.mean() - others.mean())
    return (
        difference / deviation if deviation > _STILL else (0.0 if abs(difference) < _STILL else float("inf"))
    )


def pools(ctx: StepContext) -> dict[str, tuple[Pool, Columns]]:
    """The pool of each program with the rows it is made of, from measures.impact_window."""
    rows = ctx.numpy(_READS)
    fewest_before = int(ctx.force.number("impact.minimum_pre_months"))
    matched = [row["covariate"] for row in ctx.force.rows("impact.covariate") if row["matched"]]
    return {
        str(program): pool_of(
            {name: values[rows["program"] == program] for name, values in rows.items()},
            fewest_before,
            matched,
        )
        for program in sorted(set(rows["program"]))
    }


def pool_of(
    rows: Columns, fewest_before: int, matched: Collection[str] = tuple(COVARIATES)
) -> tuple[Pool, Columns]:
    """A pool from rows of measures.impact_window of one program."""
    before = rows["far_months"].astype(float) + rows["near_months"].astype(float)
    months = np.maximum(before, 1)
    near = np.maximum(rows["near_months"].astype(float), 1)
    covariates: dict[str, Floats] = {
        "age": _known(rows["age"]),
        "female": (rows["gender"] == "female").astype(float),
        "chronic_conditions": rows["chronic_conditions"].astype(float),
        "risk_score": _known(rows["risk_score"]),
        "expenditure_before": (_money(rows, "far") + _money(rows, "near")) / months,
        "expenditure_recent": _money(rows, "near") / near,
    }
    for event in ("admissions", "emergency_visits"):
        count = rows[f"far_{event}"].astype(float) + rows[f"near_{event}"].astype(float)
        covariates[f"{event}_before"] = 1000 * count / months
    member = rows["is_member"].astype(bool)
    eligible = member & (before >= fewest_before) & (rows["post_months"].astype(float) > 0)
    cell = np.array(["/".join(str(part) for part in key) for key in zip(*(rows[name] for name in CELL))])
    return Pool(rows["person_id"], rows["treated"].astype(bool), eligible, cell, covariates, matched), rows


def _known(values: NDArray[Any]) -> Floats:
    """Numbers; who has none counts as the mean of the others."""
    numbers = np.asarray(values, dtype=float)
    known = numbers[~np.isnan(numbers)]
    return np.where(np.isnan(numbers), known.mean() if len(known) else 0.0, numbers)


def _money(rows: Columns, phase: str) -> Floats:
    return np.asarray(rows[f"{phase}_expenditure"], dtype=float)


def why_not(pool: Pool, rows: Columns, pairs: Pairs, at: int, fewest_before: int) -> str:
    """Why an enrolled person has no control."""
    if pool.eligible[at]:
        return pairs.reason[at]
    before = int(rows["far_months"][at]) + int(rows["near_months"][at])
    if not rows["is_member"][at]:
        return NOT_MEMBER
    return f"{TOO_FEW}: {before} of {fewest_before} asked for"


@python_step(
    step="measures.impact_match",
    makes="one row per program and enrolled person: the matched control, or why there is none",
    key=["program", "person_id"],
    reads=["measures.impact_window"],
    rules=["impact.minimum_pre_months", "impact.covariate", "impact.caliper_deviations"],
    cites="Austin 2011 (caliper); Rubin and Thomas 2000 (Mahalanobis in calipers); docs/program-effect.md",
    evidence="measures.impact_window(program, person_id)",
)
def impact_match(ctx: StepContext) -> tuple[Columns, dict[str, str]]:
    """Match every program by itself."""
    fewest = int(ctx.force.number("impact.minimum_pre_months"))
    caliper = ctx.force.number("impact.caliper_deviations")
    made: list[tuple[Any, ...]] = []
    for program, (pool, rows) in pools(ctx).items():
        pairs = match(pool, caliper)
        control = dict(zip(pairs.treated.tolist(), zip(pairs.control.tolist(), pairs.distance.tolist())))
        for at in np.flatnonzero(pool.treated).tolist():
            key = (program, int(pool.person[at]), int(rows["index_month"][at]))
            if at in control:
                other, distance = control[at]
                scores = (float(pairs.logit[at]), float(pairs.logit[other]))
                made.append((*key, True, int(pool.person[other]), distance, *scores, None))
            else:
                made.append((*key, False, None, None, None, None, why_not(pool, rows, pairs, at, fewest)))
    types = {
        "program": "VARCHAR",
        "person_id": "BIGINT",
        "index_month": "INTEGER",
        "matched": "BOOLEAN",
        "control_person_id": "BIGINT",
        "distance": "DOUBLE",
        "logit": "DOUBLE",
        "control_logit": "DOUBLE",
        "reason": "VARCHAR",
    }
    return as_columns(made, types), types


def as_columns(rows: Sequence[tuple[Any, ...]], types: Mapping[str, str]) -> Columns:
    """Rows as columns; objects, so that what is unknown stays null."""
    return {name: np.array([_null(row[at]) for row in rows], dtype=object) for at, name in enumerate(types)}


def _null(value: Any) -> Any:
    return None if isinstance(value, float) and not np.isfinite(value) else value

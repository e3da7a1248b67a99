"""What chance does to a settled ASM scenario: thousands of draws with one seed, by the formulas themselves.

Three things vary, each as far as the run's own figures say. The cost an episode: its standard error, from the
interval of the measure. A rate reported on n cases: as n such cases would come out again (binomial). The rest
of the country: as another sample of as many would come out, in midpoint and scaling factor. Activities,
interoperability, bonuses and payments stand still, and so does the score CMS works out from claims.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from corridor.formulas.columns import Floats
from corridor.programs.asm import quality
from corridor.programs.asm.inputs import Array
from corridor.programs.asm.levers import HELD
from corridor.programs.asm.model import CLINICIANS, SETTLEMENT
from corridor.programs.asm.settlement import SETTLED, Settlement

SEED = 20270101
# Cells (clinicians x draws) of one simulation: what stays well under a fifth of a second on one core.
MOST_CELLS, MOST_DRAWS, FEWEST_DRAWS = 50_000, 2_000, 48
# Under so many draws they are drawn again from themselves, the same ones in every scenario of one choice.
ENOUGH_DRAWS = 400
TAKEN = 1_000
BENCHMARK = ("cost_median", "cost_standard_deviation")
INTERVAL_RULE = "asm.cost_interval_deviations"
STEPS = 9
REACH = 3.0


@dataclass(frozen=True)
class Chance:
    """Draws of a scenario.

    total   dollars of all chosen clinicians, one a draw, paired by draw across scenarios of one choice
    scores  their mean final score
    low, high  a clinician's dollars at the tenth and ninetieth of a hundred draws, in the order of the rows
    """

    total: Floats
    scores: Floats
    low: Floats
    high: Floats


def draw(settlement: Settlement, rows: npt.NDArray[np.int64]) -> Chance:
    """Draws of the chosen clinicians in a settled scenario; the same rows give the same chance."""
    scored = rows[~np.isnan(settlement.clinicians["final_score"][rows])]
    if not len(scored):
        nothing = np.zeros(TAKEN)
        return Chance(nothing, np.full(TAKEN, np.nan), np.zeros(len(rows)), np.zeros(len(rows)))
    count = int(np.clip(MOST_CELLS // len(scored), FEWEST_DRAWS, MOST_DRAWS))
    rng = np.random.default_rng(SEED)
    midpoint, scaling = _cohorts(settlement, scored, rng.standard_normal((2, count)))
    evaluated = CLINICIANS.evaluate(
        {
            **_held(settlement, scored),
            "cost_per_episode": _costs(settlement, scored, rng, count),
            "quality_score": _quality(settlement, scored, rng, count),
            "logistic_midpoint": midpoint,
            "scaling_factor": scaling,
        },
        settlement.force,
        groups={"cohort": settlement.inputs.clinicians["cohort"][scored]},
        wanted=["final_score", "dollars"],
    )
    known = np.nan_to_num(_each_draw(evaluated["dollars"], count))
    low, high = np.zeros(len(rows)), np.zeros(len(rows))
    place = np.searchsorted(rows, scored)
    low[place], high[place] = np.quantile(known, [0.1, 0.9], axis=1)
    scores = _each_draw(evaluated["final_score"], count).mean(axis=0)
    return Chance(_enough(known.sum(axis=0)), _enough(scores), low, high)


def _each_draw(values: Floats, count: int) -> Floats:
    """A quantity for every draw, also where it is the same in all of them."""
    return np.broadcast_to(values[:, np.newaxis] if values.ndim == 1 else values, (len(values), count))


def _enough(draws: Floats) -> Floats:
    """The draws; where there are few, as many as are looked at, drawn again from them.

    The seed alone settles which: before and after take the same ones, and their difference stays paired.
    """
    if len(draws) >= ENOUGH_DRAWS:
        return draws
    return np.asarray(draws[np.random.default_rng(SEED).integers(0, len(draws), TAKEN)])


def _held(settlement: Settlement, rows: Array) -> dict[str, Array]:
    """What of a clinician does not vary."""
    names = [
        name
        for name in HELD
        if name not in ("cost_score", "quality_score", "logistic_midpoint", "scaling_factor")
    ]
    given = {name: np.array(settlement.clinicians[name][rows]) for name in (*names, *BENCHMARK)}
    given["attributed_episodes"] = settlement.inputs.clinicians["attributed_episodes"][rows]
    # A score that was given, not computed, stays as it is.
    for name in ("final_score", "cost_score"):
        given[name] = settlement.inputs.clinicians[name][rows]
    return given


def _costs(settlement: Settlement, rows: Array, rng: np.random.Generator, count: int) -> Floats:
    """Cost an episode in each draw: the measure and its standard error, as far as it has an interval."""
    clinicians = settlement.inputs.clinicians
    cost = clinicians["cost_per_episode"][rows]
    chance = rng.standard_normal((len(rows), count))
    if "interval_low" not in clinicians:
        return np.repeat(cost[:, np.newaxis], count, axis=1)
    width = clinicians["interval_high"][rows] - clinicians["interval_low"][rows]
    error = np.nan_to_num(width / (2 * settlement.force.number(INTERVAL_RULE)))
    return np.asarray(np.maximum(cost[:, np.newaxis] + error[:, np.newaxis] * chance, 0))


def _quality(settlement: Settlement, rows: Array, rng: np.random.Generator, count: int) -> Floats:
    """Quality scores: each scored measure's points at a rate as its cases would come out again."""
    score = np.array(settlement.clinicians["quality_score"][rows])
    found = np.repeat(score[:, np.newaxis], count, axis=1)
    measures = settlement.clinicians.children["measure"]
    sent = measures.evaluation.children["submission"]
    if not len(sent.parent):
        return found
    best = np.array(settlement._best_submissions(len(measures.parent)), dtype=np.int64)
    place = np.full(settlement.own, -1, dtype=np.int64)
    place[rows] = np.arange(len(rows))
    at = np.flatnonzero((best >= 0) & (place[measures.parent] >= 0))
    inner, chosen = sent.evaluation, best[at]
    cases = inner["eligible_cases"][chosen]
    varies = (
        (inner["outcome"][chosen] == "scored")
        & ~inner["counts_deviations"][chosen].astype(bool)
        & (cases > 0)
    )
    at, chosen, cases = at[varies], chosen[varies], cases[varies]
    if not len(at):
        return found
    rate = inner["rate"][chosen]
    error = np.sqrt(rate * (100 - rate) / cases)
    drawn = np.clip(
        rate[:, np.newaxis] + error[:, np.newaxis] * rng.standard_normal((len(at), count)), 0, 100
    )
    gained = _points(settlement, chosen, drawn) - inner["submission_points"][chosen][:, np.newaxis]
    owner = measures.parent[at]
    counted = settlement.clinicians["quality_measures_counted"][owner]
    top = settlement.force.number("asm.maximum_measure_points")
    # a quality score that was given does not move with measures
    given = settlement.inputs.clinicians.get("quality_score", np.full(settlement.own, np.nan))[owner]
    share = np.where((counted > 0) & np.isnan(given), 1 / (top * np.maximum(counted, 1)), 0)
    np.add.at(found, place[owner], gained * share[:, np.newaxis])
    return found


def _points(settlement: Settlement, chosen: Array, rate: Floats) -> Floats:
    """Points of submissions at other rates: the formulas of the measure, on draws."""
    inner = settlement.clinicians.children["measure"].evaluation.children["submission"].evaluation
    force = settlement.force
    inverse = inner["inverse"][chosen].astype(bool)[:, np.newaxis]
    cuts = inner["cut_points"][chosen][:, np.newaxis, :]
    top = force.number("asm.maximum_measure_points")
    band = quality.point_band(rate, inverse, cuts, top)
    low = quality.band_from(band, inverse, cuts, top)
    high = quality.band_to(band, inverse, cuts, top)
    inside = quality.unrounded_points(band, rate, inverse, low, high)
    earned = quality.achievement_points(
        band, inside, force.number("asm.point_step"), force.number("asm.partial_point_cap"), top,
        force.number("asm.minimum_measure_points"),
    )  # fmt: skip
    return np.asarray(
        quality.topped_out_points(
            earned, inner["topped_out"][chosen][:, np.newaxis], force.text("asm.topped_out_cap"),
            force.number("asm.topped_out_cap_points"),
        )
    )  # fmt: skip


def _cohorts(settlement: Settlement, rows: Array, chance: Floats) -> tuple[Floats, Floats]:
    """Midpoint and scaling factor of each row's cohort in each draw.

    Both statistics of another sample of the cohort are nearly normal; their errors are read off the sample:
    of a median from the density around it, of a ratio of sums from its residuals. How the scaling factor
    follows the midpoint is settled at a few midpoints and read between. Without the rest of the country the
    file is the whole cohort, and nothing of it is sampled.
    """
    whole = settlement.clinicians
    midpoint = np.repeat(whole["logistic_midpoint"][rows][:, np.newaxis], chance.shape[1], axis=1)
    scaling = np.repeat(whole["scaling_factor"][rows][:, np.newaxis], chance.shape[1], axis=1)
    if not settlement.national:
        return midpoint, scaling
    settled = {name: whole[name] for name in SETTLED}
    cohort = whole["cohort"]
    moves = settlement.force.text("asm.logistic_midpoint_rule") == "cohort_median"
    error = np.zeros(len(cohort))
    groups = whole.groups["cohort"]
    for members in groups.members:
        error[members] = _median_error(whole["final_score"][members]) if moves else 0.0
    steps = np.linspace(-REACH, REACH, STEPS)
    grid = whole["logistic_midpoint"][:, np.newaxis] + error[:, np.newaxis] * steps
    evaluated = SETTLEMENT.evaluate(
        {**settled, "logistic_midpoint": grid}, settlement.force, groups={"cohort": cohort},
        wanted=["scaling_factor"],
    )  # fmt: skip
    codes = groups.codes[rows]
    for code, members in enumerate(groups.members):
        mine = np.flatnonzero(codes == code)
        if not len(mine):
            continue
        first = members[0]
        curve = np.broadcast_to(evaluated["scaling_factor"], grid.shape)[first]
        spread = _ratio_error(whole, members, float(whole["scaling_factor"][first]))
        midpoint[mine] = whole["logistic_midpoint"][first] + error[first] * chance[0]
        scaling[mine] = np.interp(chance[0], steps, curve) * (1 + spread * chance[1])
    return midpoint, scaling


def _median_error(scores: Floats) -> float:
    """Standard error of the median: 1 / (2 f sqrt n), the density f from the middle fifth of the scores."""
    known = scores[~np.isnan(scores)]
    if len(known) < STEPS:
        return 0.0
    low, high = np.quantile(known, [0.4, 0.6])
    return float((high - low) / 0.2 / (2 * np.sqrt(len(known))))


def _ratio_error(whole: object, members: Array, scaling: float) -> float:
    """Relative standard error of a ratio of two sums: what the cohort is paid, what it is spread over."""
    paid, share = (np.nan_to_num(whole[name][members]) for name in ("part_b_paid", "transformed_final_score"))  # type: ignore[index]
    weighed = paid * share
    total = weighed.sum()
    if not total > 0 or np.isnan(scaling):
        return 0.0
    ratio = paid.sum() / total
    return float(np.sqrt(((paid - ratio * weighed) ** 2).sum()) / paid.sum())

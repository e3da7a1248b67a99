"""A projected year settled under the ACO's terms, and how that comes about."""

from __future__ import annotations

from statistics import NormalDist
from typing import TYPE_CHECKING, Any

import numpy as np

from corridor.errors import CorridorError

if TYPE_CHECKING:
    from corridor.formulas import Node
    from corridor.jobs.aco import Standing
    from corridor.jobs.context import Context
    from corridor.law import Rules

Row = dict[str, Any]
POINTS = 401  # of the projection's distribution, evenly spread by probability, at which it is settled
ONE_SIDED, BASIC, TWO_SIDED_BASIC = ("A", "B"), ("A", "B", "C", "D", "E"), ("C", "D", "E")
# what a settlement needs, where it stands, and the levels that need it (None: all)
NEEDED: dict[str, tuple[str, tuple[str, ...] | None]] = {
    "track": ("the level, A to E of BASIC or EN: the ACO's agreement", None),
    "minimum_savings_election": (
        "the elected rate, or variable: the ACO's agreement (one-sided levels have it by size)",
        ("C", "D", "E", "EN"),
    ),
    "quality_score": ("a fraction: CMS's quality performance report", None),
    "quality_standard_met": ("yes or no: CMS's quality performance report", None),
    "revenue_category": ("low or high: CMS's determination for the agreement", BASIC),
    "participant_revenue": (
        "Part A and B revenue of the participants, which limits losses: CMS's report of revenue",
        TWO_SIDED_BASIC,
    ),
}
GIVEN = (
    "track", "agreement_start_year", "revenue_category", "participant_revenue", "quality_score",
    "quality_standard_met", "alternative_standard_met",
)  # fmt: skip


def lacking(projection: Row | None, terms: Row) -> list[str]:
    """What a settlement of the projected year needs and nobody has stated, each with where it stands."""
    if projection is None:
        return ["a projection: the whole year before, and payments of this one"]
    if projection.get("per_capita") is None:
        return ["more people: so few are assigned that nothing of them is told"]
    if projection.get("benchmark") is None:
        return ["the updated benchmark (see gap, benchmark)"]
    track = terms.get("track")
    return [
        f"{name}: {where} (corridor load aco-terms)"
        for name, (where, levels) in NEEDED.items()
        if terms.get(name) is None and (levels is None or track is None or track in levels)
    ]


def settled(projection: Row | None, terms: Row, context: Context, year: int) -> Row:
    """What the projected year would earn or owe: expected, and at the ends of the interval.

    ``missing`` names what a settlement needs and nobody has stated: nothing is put in its place.
    """
    missing = lacking(projection, terms)
    if missing or projection is None:
        return {"missing": missing}
    from corridor.programs.mssp.compute import reconcile

    spread = NormalDist(projection["per_capita"], max(projection["deviation"], 1e-9))
    points = np.array([spread.inv_cdf((place + 0.5) / POINTS) for place in range(POINTS)])
    inputs = {**_inputs(projection, terms), "performance_per_capita": points[None, :]}
    done = reconcile(inputs, _rules(context), year)
    earned = np.asarray(done["earned_savings_or_losses"], dtype=np.float64).reshape(-1)
    generated = np.asarray(done["generated_savings_or_losses"], dtype=np.float64).reshape(-1)
    tail = (1 - float(projection["level"])) / 2
    return {
        "missing": [],
        "earned_expected": float(earned.mean()), "earned_low": float(np.quantile(earned, tail)),
        "earned_high": float(np.quantile(earned, 1 - tail)),
        "chance_of_savings": float((generated > 0).mean()), "chance_of_losses": float((generated < 0).mean()),
        "minimum_savings_rate": float(np.asarray(done["minimum_savings_rate"]).reshape(-1)[0]),
        "sharing_rate": float(np.asarray(done["sharing_rate"]).reshape(-1)[0]),
        "assumptions": done.assumptions(),
    }  # fmt: skip


def _rules(context: Context) -> Rules:
    from corridor.law import load_rules
    from corridor.programs.mssp.model import PROGRAMS

    settings = context.settings
    own = {name: value for name, value in settings.overrides.items() if name.partition(".")[0] in PROGRAMS}
    return load_rules(PROGRAMS, as_known_on=settings.as_known_on, overrides=own, proposed=settings.proposed)


def _inputs(projection: Row, terms: Row) -> dict[str, Any]:
    """The quantities of reconciliation but for the expenditure."""
    inputs: dict[str, Any] = {
        name: np.array([terms[name]], dtype=object if isinstance(terms[name], str) else np.float64)
        for name in GIVEN
        if name in terms
    }
    if "minimum_savings_election" in terms:
        inputs["minimum_savings_election"] = [terms["minimum_savings_election"]]
    people = terms.get("assigned_beneficiaries") or projection["people"]
    inputs["assigned_beneficiaries"] = np.array([float(people)])
    inputs["person_years"] = np.array([float(projection["person_years"])])
    inputs["updated_benchmark_per_capita"] = np.array([float(projection["benchmark_per_capita"])])
    return inputs


def derived(context: Context, one: Standing, estimate: list[Row]) -> list[tuple[str, Node]]:
    """The derivation of what the year would earn at the projected expenditure, and of CMS's estimate of the
    updated benchmark where its workbooks are loaded (``estimate``: the rows of mssp.estimate, newest period).

    Raises ACO-DERIVE where there is neither.
    """
    from corridor.programs.mssp.compute import reconcile
    from corridor.programs.mssp.update_estimate import ESTIMATE

    found: list[tuple[str, Node]] = []
    missing = lacking(one.projection, one.terms)
    if not missing and one.projection is not None:
        projection, table = one.projection, f"mssp.projection, {one.projection['as_of_month']}"
        places = {"performance_per_capita": table, "person_years": table, "assigned_beneficiaries": table}
        places["updated_benchmark_per_capita"] = f"mssp.benchmark, {one.year}"
        inputs = {
            **_inputs(projection, one.terms), "performance_per_capita": np.array([projection["per_capita"]])
        }  # fmt: skip
        done = reconcile(
            inputs,
            _rules(context),
            one.year,
            evidence=lambda _, name: places.get(name, f"mssp.terms, {one.year}"),
        )
        found.append(("Earned or owed at the projected expenditure", done.explain(0)))
    if estimate and all(row["calculable"] for row in estimate):
        columns = {
            name: np.array([np.nan if row[name] is None else float(row[name]) for row in estimate])
            for name in ESTIMATE.inputs()
        }
        kinds = [str(row["enrollment_type"]) for row in estimate]
        worked = ESTIMATE.evaluate(
            columns, context.rules.in_force(one.year), groups={"aco": np.zeros(len(kinds), dtype=int)},
            evidence=lambda row, name: f"mssp.estimate, {kinds[row]}",
        )  # fmt: skip
        for place, kind in enumerate(kinds):
            title = f"CMS's estimate of the updated benchmark, {kind.replace('_', ' ')}"
            found.append((title, worked.explain(place, "updated_benchmark")))
        found.append(("CMS's estimate of savings", worked.explain(0, "projected_savings_rate")))
    if not found:
        raise CorridorError(
            "ACO-DERIVE",
            f"There is nothing to derive for {one.aco_id} in {one.year}.",
            why="A settlement lacks: " + "; ".join(missing) + ". No workbooks of the year are complete.",
            todo="Load what lacks, run again.",
            field="--derive",
        )
    return found

"""The steps that score MIPS over the tables of a run: points of each result, scores of each clinician."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from corridor.engine import StepContext, python_step
from corridor.formulas import Evaluation
from corridor.programs.mips.compute import Scored, known, score_inputs, settle_scores, which_counts
from corridor.programs.mips.inputs import APP_PATHWAYS, Array, clinician_columns
from corridor.programs.mips.model import RULE_NAMES
from corridor.programs.mips.result import PARTS
from corridor.programs.mips.run_inputs import TABLES, RunYear, member_column, run_years
from corridor.programs.mips.scored_rows import assumption, merge_assumption
from corridor.programs.qp.status import laid

if TYPE_CHECKING:
    from corridor.law import RulesInForce

Row = dict[str, Any]
RULES = (
    *RULE_NAMES, "mips.collection_type", "mips.reporting_adjusts", "mips.default_pathway",
    "mips.registration",
)  # fmt: skip
OWNER = ("tin", "npi")
CITES = "42 CFR 414.1380, 414.1405; docs/mips.md"
SCORE_TYPES = {
    "performance_year": "INTEGER", "payment_year": "INTEGER", "tin": "VARCHAR", "npi": "VARCHAR",
    "participation": "VARCHAR", "entity_id": "VARCHAR", "pathway": "VARCHAR", "mvp_id": "VARCHAR",
    "final_score": "DOUBLE",
    "counts": "BOOLEAN", "adjusts": "BOOLEAN", "reporting": "VARCHAR", "status": "VARCHAR",
    "payment_adjustment_factor": "DOUBLE", "scaling_factor": "DOUBLE", "part_b_paid": "DOUBLE",
    "dollars": "DOUBLE", **dict.fromkeys(PARTS, "DOUBLE"), "missing": "VARCHAR", "provisional": "BOOLEAN",
    "is_proxy": "BOOLEAN",
}  # fmt: skip
POINT_TYPES = {
    "performance_year": "INTEGER", "tin": "VARCHAR", "npi": "VARCHAR", "entity_id": "VARCHAR",
    "participation": "VARCHAR", "pathway": "VARCHAR", "mvp_id": "VARCHAR", "category": "VARCHAR",
    "measure_id": "VARCHAR",
    "collection_type": "VARCHAR", "rate": "DOUBLE", "eligible_cases": "DOUBLE", "data_completeness": "DOUBLE",
    "result": "VARCHAR", "points": "DOUBLE", "counted": "BOOLEAN", "provisional": "BOOLEAN",
    "is_proxy": "BOOLEAN", "basis": "VARCHAR",
}  # fmt: skip
ASSUMPTION_TYPES = {
    "performance_year": "INTEGER", "rule": "VARCHAR", "about": "VARCHAR", "value": "VARCHAR",
    "unit": "VARCHAR", "status": "VARCHAR", "cite": "VARCHAR", "overridden": "BOOLEAN",
}  # fmt: skip
SENT = {
    "quality": "quality_submitted", "improvement activities": "improvement_submitted",
    "promoting interoperability": "interoperability_submitted",
}  # fmt: skip


@dataclass(frozen=True)
class ScoredYear:
    """A year of a run with its units scored."""

    year: RunYear
    scored: Scored
    final: Array


def scored_years(ctx: StepContext) -> list[ScoredYear]:
    """Every year that can be scored."""
    found = []
    for one in run_years(ctx):
        scored = score_inputs(one.inputs, one.book, ctx.force.rules.in_force(one.year))
        final = np.where(known(one.inputs, scored), scored.evaluation["final_score"], np.nan)
        found.append(ScoredYear(one, scored, final))
    return found


@python_step(
    step="mips.measure_points",
    makes="one row per reporting unit (clinician; practice, npi ''; entity) and result: points, why",
    key=(
        "performance_year", "tin", "npi", "entity_id", "pathway", "mvp_id", "category", "measure_id",
        "collection_type",
    ),
    reads=TABLES, rules=RULES, cites=CITES, evidence="quality.rollup(performance_year, tin, npi, measure_id)",
    owner=OWNER,
)  # fmt: skip
def mips_measure_points(ctx: StepContext) -> tuple[dict[str, Array], dict[str, str]]:
    """Points of every result of every unit, in the pathway of its level."""
    rows: list[Row] = []
    for one in scored_years(ctx):
        columns, clinicians = one.scored.measured.columns, one.year.inputs.clinicians
        for place, unit in enumerate(columns["clinician"].tolist()):
            points = float(columns["points"][place])
            quality = columns["category"][place] == "quality"
            basis = one.year.proxies.get((unit, columns["measure_id"][place]))
            rows.append(
                {
                    "performance_year": one.year.year,
                    **{name: clinicians[name][unit] for name in ("tin", "npi", "participation", "pathway")},
                    "entity_id": clinicians["entity_id"][unit] or "",
                    "mvp_id": clinicians["mvp_id"][unit] or "",
                    **{name: columns[name][place] for name in POINT_TYPES if name in columns},
                    "points": points,
                    "counted": bool(columns["picked"][place] > 0) if quality else points == points,
                    "provisional": bool(columns["is_provisional"][place]),
                    "is_proxy": basis is not None, "basis": basis,
                }
            )  # fmt: skip
    return laid(rows, POINT_TYPES)


@python_step(
    step="mips.score",
    makes="one row per clinician (TIN/NPI) and unit that has results: score, whether it counts, dollars",
    key=("performance_year", "tin", "npi", "participation", "entity_id", "pathway", "mvp_id"),
    reads=TABLES, rules=RULES, cites=CITES, evidence="mips.measure_points(performance_year, tin, npi)",
    owner=OWNER,
)  # fmt: skip
def mips_score(ctx: StepContext) -> tuple[dict[str, Array], dict[str, str]]:
    """The scores a clinician has, which of them counts, and what it is worth."""
    rows: list[Row] = []
    for one in scored_years(ctx):
        rows += _members(ctx, one)
    return laid(rows, SCORE_TYPES)


@dataclass(frozen=True)
class _Settled:
    """The members of a year with the score that counts for each, and what it is worth."""

    columns: dict[str, Array]
    final: Array
    counts: Array
    settlement: Evaluation


def _settled(one: ScoredYear, force: RulesInForce) -> _Settled:
    members = one.year.members
    unit = np.array([row["unit"] for row in members], dtype=np.int64)
    names = ("tin", "npi", "participation", "entity_id", "pathway", "part_b_paid")
    columns = clinician_columns({name: member_column(members, name) for name in names})
    final = one.final[unit]
    # a score that cannot adjust this clinician does not count for it
    may = np.array([row["adjusts"] is not False for row in members], dtype=bool)
    counts = which_counts(columns, np.where(may, final, np.nan), force)
    settlement, _ = settle_scores(columns, final, counts, force, False)
    return _Settled(columns, final, counts, settlement)


def _members(ctx: StepContext, one: ScoredYear) -> list[Row]:
    members, force = one.year.members, ctx.force.rules.in_force(one.year.year)
    if not members:
        return []
    settled = _settled(one, force)
    columns, final, counts = settled.columns, settled.final, settled.counts
    settlement = settled.settlement
    provisional = _provisional(one)
    proxy = {row for row, _ in one.year.proxies}
    found = []
    for place, member in enumerate(members):
        row, sent = member["unit"], one.scored.inputs
        missing = [name for name, column in SENT.items() if not sent[column][row] > 0]
        found.append(
            {
                **member, "entity_id": member["entity_id"] or "", "mvp_id": member["mvp_id"] or "",
                "performance_year": one.year.year,
                "payment_year": force.payment_year("mips"),
                "final_score": float(final[place]),
                "counts": bool(counts[place]),
                **{n: float(settlement[n][place]) for n in (
                    "payment_adjustment_factor", "scaling_factor", "dollars")},
                "part_b_paid": float(columns["part_b_paid"][place]),
                "status": str(settlement["status"][place]),
                **{name: float(one.scored.evaluation[name][row]) for name in PARTS},
                "missing": ", ".join(missing) or None,
                "provisional": bool(provisional[row]), "is_proxy": row in proxy,
            }
        )  # fmt: skip
    return found


def _provisional(one: ScoredYear) -> Array:
    columns = one.scored.measured.columns
    rests = columns["is_provisional"] & ~np.isnan(columns["points"])
    rests &= (columns["picked"] > 0) | (columns["category"] == "cost")
    found: Array = np.bincount(columns["clinician"][rests], minlength=len(one.year.units)) > 0
    return found


@python_step(
    step="mips.assumption",
    makes="one row per performance year and parameter under the scores not codified or official",
    key=("performance_year", "rule"), reads=TABLES, rules=RULES, cites="Corridor", evidence="none",
)  # fmt: skip
def mips_assumption(ctx: StepContext) -> tuple[dict[str, Array], dict[str, str]]:
    """What a reader must know to trust the scores."""
    rows: list[Row] = []
    for one in scored_years(ctx):
        if not one.year.members:
            continue
        found: dict[str, Row] = {}
        force = ctx.force.rules.in_force(one.year.year)
        settled = _settled(one, force)
        for record in (*one.scored.measured.assumptions, *settled.settlement.assumptions()):
            merge_assumption(found, record)
        for name in _chosen(one, settled, force):
            stated = assumption(force[name])
            if stated is not None:
                merge_assumption(found, stated)
        for name in sorted(found):
            record = found[name]
            value = json.dumps(record["value"], default=str)
            rows.append({"performance_year": one.year.year, **record, "value": value})
    return laid(rows, ASSUMPTION_TYPES)


def _chosen(one: ScoredYear, settled: _Settled, force: RulesInForce) -> list[str]:
    """Rules that decided without a formula: the pathways, which measures and which scores count."""
    names = ["mips.default_pathway", "mips.reporting_adjusts", "mips.missing_outcome_rule"]
    if (~np.isnan(settled.final)).sum() > settled.counts.sum():
        names.append("mips.score_priority")
    if np.isin(one.year.inputs.clinicians["pathway"], APP_PATHWAYS).any():
        names += ["mips.app_measure", "mips.survey_participation"]
    if len(settled.final) and settled.settlement["factor_year"][0] != force.payment_year("mips"):
        names.append("mips.unpublished_factor_rule")
    return [name for name in names if name in force]

"""The steps that settle ASM over the tables of a run: results, measures, years, levers, cohorts."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from corridor.engine import StepContext, python_step
from corridor.programs.asm.compute import settle
from corridor.programs.asm.inputs import Array
from corridor.programs.asm.interval import intervals
from corridor.programs.asm.levers import levers
from corridor.programs.asm.model import CLINICIANS, MEASURES, SUBMISSIONS
from corridor.programs.asm.national import RULES as NATIONAL_RULES
from corridor.programs.asm.run_inputs import (
    CLINICIAN_QUERY,
    CLINICIAN_TABLE,
    MEASURE_QUERY,
    MEASURE_TABLE,
    inputs_from_tables,
    settles_nationally,
)
from corridor.programs.asm.settlement import Settlement

READS = (CLINICIAN_TABLE, MEASURE_TABLE)
RULES = tuple(
    sorted(
        {
            *CLINICIANS.rule_names(), *MEASURES.rule_names(), *SUBMISSIONS.rule_names(), *NATIONAL_RULES,
            "asm.quality_measure", "asm.unloaded_category", "asm.performance_years",
            "asm.promoting_interoperability_form", "asm.part_b_base_source",
        }
    )
)  # fmt: skip
CITES = "42 CFR 512.725 to 512.750; docs/asm.md"
OWNER = ("tin", "npi")
Columns = dict[str, Array]
Types = dict[str, str]
FLAGS = ("counted", "indicative", "overridden")
WHOLE = (
    "performance_year", "payment_year", "size", "own", "scored", "place", "eligible_cases",
    "quality_measures_counted",
)  # fmt: skip
TEXTS = (
    "tin", "npi", "cohort", "clinician_name", "status", "reason", "measure_id", "collection_type", "outcome",
    "measure", "change", "rule", "about", "value", "unit", "cite", "midpoint_rule", "cost_cut_points",
    "assumed_categories",
)  # fmt: skip


def settlement_of(ctx: StepContext) -> Settlement:
    """The settlement of the clinicians of a run, inside the national cohort unless the settings say alone."""
    inputs = inputs_from_tables(ctx.numpy(CLINICIAN_QUERY), ctx.numpy(MEASURE_QUERY), ctx.force)
    return settle(
        inputs, ctx.force.rules, ctx.force.performance_year, national=settles_nationally(ctx.settings)
    )


@python_step(
    step="asm.result", makes="one row per eligible TIN/NPI: scores, adjustment and dollars",
    key=("performance_year", "tin", "npi"), reads=READS, rules=RULES, cites=CITES,
    evidence=f"{CLINICIAN_TABLE}(performance_year, tin, npi)", owner=OWNER,
)  # fmt: skip
def asm_result(ctx: StepContext) -> tuple[Columns, Types]:
    """Every published quantity of every clinician."""
    settlement = settlement_of(ctx)
    count = settlement.own
    years: Columns = {
        "performance_year": np.full(count, settlement.year),
        "payment_year": np.full(count, settlement.payment_year),
    }
    return typed({**years, **settlement.columns()})


@python_step(
    step="asm.measure_score", makes="one row per eligible TIN/NPI and required measure: points and why",
    key=("performance_year", "tin", "npi", "measure_id"), reads=READS, rules=RULES, cites="42 CFR 512.725",
    evidence=f"{MEASURE_TABLE}(performance_year, tin, npi, measure_id, collection_type)", owner=OWNER,
)  # fmt: skip
def asm_measure_score(ctx: StepContext) -> tuple[Columns, Types]:
    """Points of each measure of each clinician whose quality came from measures."""
    settlement = settlement_of(ctx)
    names = (
        "performance_year", "tin", "npi", "cohort", "measure_id", "collection_type", "rate", "eligible_cases",
        "data_completeness", "points", "counted", "outcome", "benchmark",
    )  # fmt: skip
    return typed(laid(settlement.measure_rows(), names, performance_year=settlement.year))


@python_step(
    step="asm.dollars_by_year", makes="one row per eligible TIN/NPI and payment year, the score held",
    key=("tin", "npi", "payment_year"), reads=READS, rules=RULES, cites="42 CFR 512.750",
    evidence="asm.result(tin, npi)", owner=OWNER,
)  # fmt: skip
def asm_dollars_by_year(ctx: StepContext) -> tuple[Columns, Types]:
    """What the score of this year is worth in each payment year, for both midpoints."""
    names = (
        "tin", "npi", "cohort", "performance_year", "payment_year", "risk_level", "factor", "dollars",
        "dollars_low", "dollars_high",
    )  # fmt: skip
    return typed(laid(settlement_of(ctx).dollars_by_year(), names))


@python_step(
    step="asm.lever", makes="one row per eligible TIN/NPI and lever: what one step of it is worth",
    key=("performance_year", "tin", "npi", "measure"), reads=READS, rules=RULES, cites=CITES,
    evidence="asm.result(performance_year, tin, npi)", owner=OWNER,
)  # fmt: skip
def asm_lever(ctx: StepContext) -> tuple[Columns, Types]:
    """Each lever moved alone, against the same cohort."""
    settlement = settlement_of(ctx)
    names = ("performance_year", "tin", "npi", "cohort", "measure", "change", "final_score", "dollars")
    return typed(laid(levers(settlement), names, performance_year=settlement.year))


@python_step(
    step="asm.interval",
    makes="one row per eligible TIN/NPI: score and dollars at either end of the interval of its cost measure",
    key=("performance_year", "tin", "npi"), reads=READS, rules=RULES, cites="Corridor: docs/episodes.md",
    evidence="asm.result(performance_year, tin, npi)", owner=OWNER,
)  # fmt: skip
def asm_interval(ctx: StepContext) -> tuple[Columns, Types]:
    """The clinician's own cost moved alone, against the same cohort."""
    settlement = settlement_of(ctx)
    names = (
        "performance_year", "tin", "npi", "cohort", "cost_per_episode_low", "cost_per_episode",
        "cost_per_episode_high", "cost_points_low", "cost_points", "cost_points_high", "final_score_low",
        "final_score", "final_score_high", "dollars_low", "dollars", "dollars_high",
    )  # fmt: skip
    return typed(laid(intervals(settlement), names, performance_year=settlement.year))


@python_step(
    step="asm.cohort", makes="one row per cohort: size, pool, midpoint, scaling factor, cost benchmark",
    key=("performance_year", "cohort"), reads=READS, rules=RULES, cites="42 CFR 512.750; 512.730",
    evidence="none",
)  # fmt: skip
def asm_cohort(ctx: StepContext) -> tuple[Columns, Types]:
    """What couples the clinicians of a cohort."""
    settlement = settlement_of(ctx)
    names = (
        "performance_year", "cohort", "size", "own", "scored", "pool", "part_b_paid", "midpoint",
        "midpoint_rule", "median_final_score", "scaling_factor", "neutral_score", "ceiling", "cost_median",
        "cost_standard_deviation", "cost_cut_points",
    )  # fmt: skip
    return typed(laid(settlement.cohorts(), names, performance_year=settlement.year))


@python_step(
    step="asm.national_cohort", makes="one row per participant of the stated rest of the country",
    key=("cohort", "place"), reads=READS, rules=RULES, cites="Corridor: docs/asm.md", evidence="none",
)  # fmt: skip
def asm_national_cohort(ctx: StepContext) -> tuple[Columns, Types]:
    """The final scores among which the clinicians of the run were set; no rows where they stood alone."""
    records = [
        {"cohort": cohort, "place": place, "final_score": score}
        for cohort, scores in settlement_of(ctx).national_scores().items()
        for place, score in enumerate(scores, start=1)
    ]
    return typed(laid(records, ("cohort", "place", "final_score")))


@python_step(
    step="asm.assumption", makes="one row per parameter under the results not codified or official",
    key=("rule",), reads=READS, rules=RULES, cites="Corridor", evidence="none",
)  # fmt: skip
def asm_assumption(ctx: StepContext) -> tuple[Columns, Types]:
    """What a reader must know to trust the results."""
    names = ("rule", "about", "value", "unit", "status", "cite", "overridden")
    records = [
        {**record, "value": json.dumps(record["value"], default=str)}
        for record in settlement_of(ctx).assumptions()
    ]
    return typed(laid(records, names))


def laid(records: Sequence[Mapping[str, Any]], names: Sequence[str], **same: Any) -> Columns:
    """Records as columns; lists become JSON text, ``same`` values are repeated."""
    columns: Columns = {}
    for name in names:
        values = [same.get(name, record.get(name)) for record in records]
        if any(isinstance(value, list) for value in values):
            values = [None if value is None else json.dumps(value) for value in values]
        columns[name] = np.array(values, dtype=object)
    return columns


def typed(columns: Columns) -> tuple[Columns, Types]:
    """Columns as text with the SQL type each is cast to, so that an empty column keeps its type."""
    types = {
        name: "BIGINT" if name in WHOLE else "BOOLEAN" if name in FLAGS
        else "VARCHAR" if name in TEXTS else "DOUBLE"
        for name in columns
    }  # fmt: skip
    made = {
        name: np.array([_cell(value, types[name]) for value in values.tolist()], dtype=object)
        for name, values in columns.items()
    }
    return made, types


def _cell(value: Any, kind: str) -> str | None:
    if value is None or value != value:
        return None
    if kind == "BIGINT":
        return str(int(value))
    if kind == "BOOLEAN":
        return "true" if value else "false"
    return repr(float(value)) if kind == "DOUBLE" else str(value)

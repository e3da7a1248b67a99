"""The derivation of one row: its inputs taken out and the whole model evaluated on them once more.

Scoring goes a benchmark at a time; a derivation wants one tree from the final score to the cut points. The
formulas are the same, the scaling factor is that of all rows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from corridor.formulas import Children, Evaluation, Node
from corridor.programs.mips.inputs import RESULT_NUMBERS, Array
from corridor.programs.mips.model import CLINICIANS, MEASURES
from corridor.programs.mips.points import CUTS, DEVIATION
from corridor.programs.mips.reported import reported
from corridor.programs.mips.scored_rows import group_inputs

if TYPE_CHECKING:
    from corridor.programs.mips.result import Result

CATEGORY_PERCENTS = ("quality_percent", "cost_percent")


def derive(result: Result, row: int, quantity: str) -> Node:
    """The tree of one quantity of one row. Raises what a model raises for a quantity it does not know."""
    scored = result.scored
    known = {*CLINICIANS.formulas, *CLINICIANS.inputs()}
    one: dict[str, Any] = {
        name: np.asarray(values)[[row]] for name, values in scored.inputs.items() if name in known
    }
    if scored.facility[row]:
        for name in CATEGORY_PERCENTS:
            one[name] = scored.evaluation[name][[row]]
    settlement = result.settlement
    for name in ("counts", "equal_charges", "solves_factor", "factor_year", "cuts_collected",
                 "rewards_unscaled", "weighing_charges"):  # fmt: skip
        one[name] = np.broadcast_to(settlement[name], (result.inputs.size,))[[row]]
    answers = result.inputs.answers
    mine = answers["clinician"] == row
    taken = {name: values[mine] for name, values in answers.items()}
    taken["clinician"] = np.zeros(int(mine.sum()), dtype=np.int64)
    where = result.inputs.where
    children = {
        "measure": _measures(result, row),
        "interoperability": reported(taken, 1, result.force).children,
    }
    evaluation = CLINICIANS.evaluate(
        one,
        result.force,
        groups={"cohort": np.zeros(1, dtype=np.int64)},
        children=children,
        wanted=[],
        evidence=(lambda _, name: where(row, name)) if where else None,
    )
    return evaluation.explain(0, quantity)


def _measures(result: Result, row: int) -> Children:
    columns = result.scored.measured.columns
    rows = np.flatnonzero(columns["clinician"] == row)
    return Children(_evaluation(result, row, rows), np.zeros(len(rows), dtype=np.int64))


def _evaluation(result: Result, row: int, rows: Array) -> Evaluation:
    columns, statuses = result.scored.measured.columns, result.scored.inputs
    facts = result.scored.measured.facts
    laid: dict[str, list[Any]] = {name: [] for name in (*RESULT_NUMBERS, "category", "collection_type")}
    for one in rows.tolist():
        inputs = group_inputs(columns, np.array([one]), facts[int(columns["fact_code"][one])])
        for name, values in laid.items():
            values.append(np.asarray(inputs[name]).reshape(-1)[0])
    found: dict[str, Any] = {name: np.array(values, dtype=np.float64) for name, values in laid.items()
                             if name in RESULT_NUMBERS}  # fmt: skip
    found |= {name: np.array(laid[name], dtype=object) for name in ("category", "collection_type")}
    found |= {name: found[name] > 0 for name in ("inverse", "is_capped")}
    found |= {
        name: np.full(len(rows), statuses[name][row], dtype=object) for name in ("framework", "practice")
    }
    found["picked"], found["deviation_ladder"] = columns["picked"][rows], DEVIATION
    found["measure_id"] = columns["measure_id"][rows]
    if len(rows) and not np.isnan(found["own_points"]).any():
        found |= {"point_band": np.zeros(len(rows)), "capped_points": np.zeros(len(rows))}
    labels = [f"measure {m}" for m in found["measure_id"].tolist()]
    return MEASURES.evaluate(
        found,
        result.force,
        labels=labels,
        wanted=[],
        evidence=lambda one, name: _evidence(result, row, int(rows[one]), name),
    )


def _evidence(result: Result, row: int, place: int, name: str) -> str | None:
    """Where an input of a result came from: the installed benchmark, or the line of the file."""
    columns = result.scored.measured.columns
    own = name in columns and columns[name][place] == columns[name][place]
    known = result.scored.measured.facts[int(columns["fact_code"][place])]
    if name in (*CUTS, "inverse", "is_capped", "is_suppressed", "measure_age") and not own and known:
        said = f"; {known.provisional}" if known.provisional else ""
        return f"CMS, measure {known.measure_id} {known.collection_type} of {result.year}{said}"
    if own and result.inputs.file and len(result.inputs.lines) > row:
        return f"{result.inputs.file}, line {result.inputs.lines[row]}"
    return None

"""Results scored a benchmark at a time: what a million rows need, with the formulas of one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from corridor.programs.mips.inputs import RESULT_NUMBERS, Array, Facts
from corridor.programs.mips.model import MEASURES
from corridor.programs.mips.points import CUTS, DEVIATION

if TYPE_CHECKING:
    from corridor.law import RulesInForce, RuleValue

WANTED = ("points", "slots", "organization_points", "result")


def score_rows(
    columns: Mapping[str, Array],
    facts: list[Facts | None],
    clinicians: Mapping[str, Array],
    force: RulesInForce,
    assumptions: dict[str, dict[str, Any]],
) -> dict[str, Array]:
    """Points, slots, organization_points and result of each row; adds to ``assumptions``.

    columns     results with ``fact_code``, the place of their measure in ``facts``
    clinicians  framework and practice of each clinician
    """
    clinician = columns["clinician"]
    count = len(clinician)
    found: dict[str, Array] = {
        "points": np.full(count, np.nan), "slots": np.zeros(count), "organization_points": np.zeros(count),
        "result": np.full(count, "not_reported", dtype=object),
    }  # fmt: skip
    statuses = {name: clinicians[name] for name in ("framework", "practice")}
    for rows, one in _groups(columns["fact_code"], facts):
        inputs = group_inputs(columns, rows, one)
        inputs |= {name: values[clinician[rows]] for name, values in statuses.items()}
        scored = MEASURES.evaluate(inputs, force, wanted=WANTED)
        for name in WANTED:
            found[name][rows] = scored[name]
        for record in scored.assumptions():
            merge_assumption(assumptions, record)
    return found


def assumption(rule: RuleValue) -> dict[str, Any] | None:
    """The record of a rule that decided without a formula; None where it is codified or official."""
    if rule.status in ("codified", "official") and not rule.overridden:
        return None
    return {
        "rule": rule.name, "about": rule.about, "value": rule.value, "unit": rule.unit,
        "status": rule.status, "cite": rule.cite, "overridden": bool(rule.overridden),
    }  # fmt: skip


def merge_assumption(found: dict[str, dict[str, Any]], record: dict[str, Any]) -> None:
    """Add a record to those by rule; rows of a table are joined, in an order that is their own."""
    known = found.setdefault(record["rule"], {**record})
    if isinstance(record["value"], list) and isinstance(known["value"], list):
        joined = [*known["value"], *(v for v in record["value"] if v not in known["value"])]
        known["value"] = sorted(joined, key=lambda row: json.dumps(row, default=str, sort_keys=True))


def group_inputs(columns: Mapping[str, Array], rows: Array, facts: Facts | None) -> dict[str, Any]:
    """The inputs of results of one measure and collection type: what the rows give beats the facts."""
    known: dict[str, Any] = {}
    if facts is not None:
        known = {
            "inverse": float(facts.inverse), "is_capped": float(facts.capped),
            "is_suppressed": float(facts.suppressed), "measure_age": facts.measure_age,
            "own_case_minimum": facts.case_minimum,
            **(dict(zip(CUTS, facts.cuts, strict=True)) if facts.cuts is not None else {}),
        }  # fmt: skip
    first = int(rows[0])
    inputs: dict[str, Any] = {
        "category": columns["category"][first], "collection_type": columns["collection_type"][first],
        "deviation_ladder": DEVIATION,
    }  # fmt: skip
    for name in RESULT_NUMBERS:
        own = columns[name][rows] if name in columns else None
        fallback = known.get(name)
        fallback = np.nan if fallback is None else float(fallback)
        if own is None or np.isnan(own).all():
            inputs[name] = fallback
        else:
            inputs[name] = np.where(np.isnan(own), fallback, own) if fallback == fallback else own
    if not np.isnan(inputs["own_points"]).any():  # no benchmark is looked at
        inputs |= {"point_band": 0.0, "capped_points": 0.0}
    for name in ("inverse", "is_capped"):
        inputs[name] = np.asarray(inputs[name]) > 0
    if np.ndim(inputs["rate"]) == 0:
        inputs["rate"] = np.full(len(rows), inputs["rate"])
    return inputs


def _groups(codes: Array, facts: list[Facts | None]) -> list[tuple[Array, Facts | None]]:
    """Rows of each measure and collection type, with what the book knows of it."""
    order = np.argsort(codes, kind="stable")
    bounds = np.searchsorted(codes[order], np.arange(len(facts) + 1))
    parts = [(order[bounds[n] : bounds[n + 1]], facts[n]) for n in range(len(facts))]
    return [(rows, fact) for rows, fact in parts if len(rows)]

"""Scenarios for programs: what was saved, one of them evaluated, and any values evaluated."""

from __future__ import annotations

from typing import Any

import numpy as np
from fastapi import Response
from fastapi.responses import JSONResponse

from corridor.programs.writing import plain
from corridor.scenarios.outcome import worst
from corridor.web import scenario_store as store
from corridor.web.guard import VisitDep
from corridor.web.pages.scenarios import given_of
from corridor.web.scenario_store import Saved
from corridor.web.studio import drawn
from corridor.web.studio.files import assumptions, count_kept, may_leave, results
from corridor.web.studio.registry import STUDIOS, Evaluated, evaluated

QUANTILES = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)


def scenarios(visit: VisitDep) -> Response:
    """One's own scenarios and those that are shared, with their values; no results."""
    rows = [_kept(one) for one in store.saved_scenarios(visit.bench.state, visit.who)]
    return JSONResponse({"rows": rows, "programs": list(STUDIOS)})


def scenario(visit: VisitDep, scenario_id: int) -> Response:
    """A saved scenario, evaluated in the scope of the account."""
    found = store.find_scenario(visit.bench.state, visit.who, scenario_id)
    viewer = visit.run_viewer()
    answer = evaluated(visit.bench, viewer, found.program, found.given)
    return JSONResponse(plain({**_kept(found), "run_id": viewer.run_id, **told(answer)}))


def evaluate(visit: VisitDep, program: str = "asm") -> Response:
    """Any values evaluated: every other word of the address is the name of an input. Nothing is saved."""
    viewer = visit.run_viewer()
    answer = evaluated(visit.bench, viewer, program, given_of(visit))
    return JSONResponse(plain({"program": program, "run_id": viewer.run_id, **told(answer)}))


def told(found: Evaluated) -> dict[str, Any]:
    """An evaluated scenario for machines: inputs, figures, quantiles of the draws, tables, its grounds."""
    outcome = found.outcome
    return {
        "inputs": [
            {
                "name": one.name, "label": one.label, "unit": one.unit, "kind": one.kind,
                "value": may_leave(one, found.values[one.name]), "default": may_leave(one, one.default),
                "changed": one.name in found.changed,
                "origin": one.origin, "least": one.bounds.low if one.bounds else None,
                "most": may_leave(one, one.bounds.high) if one.bounds else None,
                "options": dict(one.options) if one.options else None,
            }
            for one in found.inputs
        ],
        "sentence": outcome.sentence,
        "rows": [{key: value for key, value in row.items() if key != "part"} for row in results(outcome)],
        "draws": {
            side: {
                "quantiles": {
                    str(at): float(value)
                    for at, value in zip(QUANTILES, np.quantile(values, QUANTILES), strict=True)
                },
                "worst_twentieth": worst(values),
            }
            if len(values)
            else None
            for side, values in (("now", outcome.now), ("scenario", outcome.then))
        },
        "tables": {
            grid.name: [
                {key: count_kept(row.get(key), unit) for key, (_, unit) in grid.columns.items()}
                for row in grid.rows
            ]
            for grid in outcome.grids
        },
        "stated": list(outcome.stated),
        "assumptions": [row for row in assumptions(outcome) if row["part"] == "rule"],
        "link": drawn.address(found.studio.program, found.changed),
    }  # fmt: skip


def _kept(one: Saved) -> dict[str, Any]:
    return {
        "scenario_id": one.scenario_id, "name": one.name, "program": one.program, "owner": one.owner,
        "shared": one.shared, "changed_at": one.changed_at, "values": dict(one.given),
    }  # fmt: skip

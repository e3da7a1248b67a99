"""Derivations for the pages and the API: only of clinicians whom the viewer sees."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import Any

from corridor.errors import CorridorError
from corridor.explain import assumptions_of
from corridor.formulas import Node
from corridor.web.guard import Visit
from corridor.web.pages.clinician import unknown_clinician

# What a reader asks for by name; any other formula of the model can be asked for too.
QUANTITIES = (
    "dollars", "payment_adjustment_factor", "final_score", "quality_score", "cost_score",
    "improvement_activities_adjustment", "promoting_interoperability_adjustment",
)  # fmt: skip


@dataclass(frozen=True)
class Derivation:
    """One figure of one clinician under one TIN, derived."""

    tin: str
    npi: str
    cohort: str
    name: str
    quantity: str
    node: Node
    assumptions: list[dict[str, Any]]
    year: int
    payment_year: int
    factor: float
    dollars: float | None


def derive(visit: Visit, npi: str, tin: str, quantity: str) -> list[Derivation]:
    """The derivations of a quantity, one a TIN. Raises WEB-NO-CLINICIAN and WEB-QUANTITY."""
    viewer = visit.run_viewer()
    allowed = (
        viewer.query(
            "select distinct tin, npi from asm.result where npi = ? and (? = '' or tin = ?)", [npi, tin, tin]
        )
        if viewer.has("asm.result")
        else []
    )
    if not allowed:
        raise unknown_clinician()
    settlement = visit.bench.settlement(viewer)
    formulas = settlement.clinicians.model.formulas
    if quantity not in formulas:
        near = difflib.get_close_matches(quantity, list(formulas), n=3)
        raise CorridorError(
            "WEB-QUANTITY",
            "The Ambulatory Specialty Model computes no such figure.",
            todo=f"Did you mean {', '.join(near)}?" if near else f"Try {', '.join(QUANTITIES[:3])}.",
            field="quantity",
        )
    keys = {(row["tin"], row["npi"]) for row in allowed}
    known = settlement.inputs.clinicians
    found = []
    for row in range(settlement.own):
        key = (str(known["tin"][row]), str(known["npi"][row]))
        if key not in keys:
            continue
        node = settlement.explain(row, quantity)
        under = {record["rule"]: record for record in settlement.assumptions_of_inputs()}
        under |= {record["rule"]: record for record in assumptions_of([node])}
        amount = float(settlement.clinicians["dollars"][row])
        found.append(
            Derivation(
                *key,
                str(known["cohort"][row]),
                str(known["clinician_name"][row] or f"NPI {key[1]}"),
                quantity,
                node,
                [under[name] for name in sorted(under)],
                settlement.year,
                settlement.payment_year,
                float(settlement.clinicians["payment_adjustment_factor"][row]),
                None if amount != amount else amount,
            )
        )
    if not found:
        raise unknown_clinician()
    return found

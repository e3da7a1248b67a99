"""Derivations for the pages and the API: only of clinicians whom the viewer sees."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from corridor.errors import CorridorError
from corridor.explain import assumptions_of
from corridor.formulas import Node
from corridor.web.guard import Visit
from corridor.web.pages.clinician import unknown_clinician
from corridor.web.viewer import Viewer

# What a reader asks for by name; any other formula of the model can be asked for too.
QUANTITIES = (
    "dollars", "payment_adjustment_factor", "final_score", "quality_score", "cost_score",
    "improvement_activities_adjustment", "promoting_interoperability_adjustment",
)  # fmt: skip


QP_QUANTITIES = (
    "status", "worth", "dollars", "best_payment_score", "best_patient_score", "incentive_worth",
    "conversion_factor_worth", "mips_status",
)  # fmt: skip
# The tables the models of QP read, of one clinician; ``open`` because a score is set by all of an entity.
QP_ROWS = (
    "select year, tin, npi, cast(sum(paid_amount) as double) as part_b_paid, "
    "cast(sum(allowed_amount) as double) as part_b_allowed "
    "from qp.service where npi = ? group by year, tin, npi order by year, tin, npi",
    "select * from qp.member where npi = ? and performance_year = ? "
    "order by performance_year, tin, npi, apm_entity_id",
    "select * from qp.score where (subject = ? or subject in (select apm_entity_id from qp.member where "
    "npi = ?)) "
    "and performance_year = ? order by performance_year, level, subject, basis, snapshot",
)


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
    reason: str = ""
    years: tuple[int, ...] = ()


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
        raise no_quantity("Ambulatory Specialty Model", quantity, formulas, QUANTITIES)
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


def derive_qp(visit: Visit, npi: str, tin: str, quantity: str, year: int | None) -> list[Derivation]:
    """The derivations of a quantity of QP status, one a TIN. Raises WEB-NO-CLINICIAN and WEB-QUANTITY."""
    from corridor.law import programs_with_rules
    from corridor.programs.qp.status import QUERIES, result_of

    viewer = visit.run_viewer()
    if not viewer.has("qp.status"):
        raise unknown_clinician()
    seen = viewer.query(
        "select distinct tin, performance_year, payment_year from qp.status where npi = ? and (? = '' or "
        "tin = ?) "
        "order by performance_year",
        [npi, tin, tin],
    )
    years = sorted({int(row["performance_year"]) for row in seen})
    if not years:
        raise unknown_clinician()
    chosen = year if year in years else years[-1]
    rules = visit.bench.law(tuple(programs_with_rules()))
    whole = visit.bench.whole()
    # a run made before the lump sum had a year of its own took the performance year
    dated = "incentive_year" in viewer.query("select * from qp.status where npi = ? limit 1", [npi])[0]
    tables = [
        whole.query(QP_ROWS[0], [npi]),
        whole.query(QP_ROWS[1], [npi, chosen]),
        whole.query(QP_ROWS[2], [npi, npi, chosen]),
        whole.query(QUERIES[3]) if dated and whole.has("claims.period") else [],
    ]
    result = result_of(tables, rules, chosen)
    if result is None:
        raise CorridorError(
            "QP-YEAR",
            f"There is nothing to derive for performance year {chosen}.",
            why="Its law is not known here.",
            todo=f"Name another year: {', '.join(map(str, years))}.",
            field="year",
        )
    formulas = result.clinicians.model.formulas
    if quantity not in formulas:
        raise no_quantity("QP status", quantity, formulas, QP_QUANTITIES)
    practices = {str(row["tin"]) for row in seen}
    name = clinician_name(viewer, npi)
    found = []
    for row, stated in enumerate(result.rows()):
        if stated["npi"] != npi or str(stated["tin"]) not in practices:
            continue
        node = result.clinicians.explain(row, quantity)
        worth = stated["worth"]
        found.append(
            Derivation(
                str(stated["tin"]), npi, str(stated["status"]), name, quantity, node, assumptions_of([node]),
                result.year, result.payment_year, 0.0, _known(worth),
                str(stated["reason"]), tuple(years),
            )
        )  # fmt: skip
    if not found:
        raise unknown_clinician()
    return found


def clinician_name(viewer: Viewer, npi: str) -> str:
    """The name of the roster, else the number."""
    if viewer.has("asm.roster"):
        for row in viewer.query("select clinician_name from asm.roster where npi = ? limit 1", [npi]):
            if row["clinician_name"]:
                return str(row["clinician_name"])
    return f"NPI {npi}"


def _known(amount: float | None) -> float | None:
    """An amount; None for what is absent or not a number."""
    return None if amount is None or amount != amount else float(amount)


def no_quantity(
    program: str, quantity: str, formulas: Collection[str], usual: Sequence[str]
) -> CorridorError:
    """A figure that the model does not compute, and those near it."""
    near = difflib.get_close_matches(quantity, list(formulas), n=3)
    return CorridorError(
        "WEB-QUANTITY",
        f"The {program} computes no such figure." if program[:1] == "A" else f"{program} has no such figure.",
        todo=f"Did you mean {', '.join(near)}?" if near else f"Try {', '.join(usual[:3])}.",
        field="quantity",
    )

"""Growth of risk against the cap of the Shared Savings Program, by the program's own formulas."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np

from corridor.engine import StepContext, python_step
from corridor.programs.mssp.benchmark import (
    aggregate_risk_ratio,
    capped_risk_ratio,
    present_method,
    risk_cap,
    risk_weight,
)
from corridor.programs.mssp.tables import TYPES, Row, laid, rows_of

BASES = {"reported": "reported_ratio", "claims": "claims_ratio"}
COLUMNS = {
    "aco_id": "VARCHAR", "year": "INTEGER", "basis": "VARCHAR", "base_year": "INTEGER",
    "base_basis": "VARCHAR", "types": "VARCHAR", "person_years": "DOUBLE", "aggregate_risk_ratio": "DOUBLE",
    "demographic_ratio": "DOUBLE", "risk_cap": "DOUBLE", "beyond_demographic": "DOUBLE", "room": "DOUBLE",
    "above_cap": "BOOLEAN", "counted_risk_ratio": "DOUBLE", "lost_to_cap": "DOUBLE", "method": "VARCHAR",
    "small_cell": "BOOLEAN",
}  # fmt: skip


@python_step(
    step="integrity.cap",
    makes="one row per ACO, loaded year after the base year, and kind of score (of CMS, from claims): "
    "growth of risk over all types, that of demographics, the cap, and the room left or lost",
    key=("aco_id", "year", "basis"),
    reads=("integrity.trend",),
    rules=("mssp.risk_growth_cap", "mssp.present_method_first_start", "claims.cell_size_minimum"),
    cites="42 CFR 425.605(a)(1)(ii), 425.610(a)(2); MSSP notes 5.7; docs/risk-integrity.md",
    evidence="integrity.trend(aco_id, year)",
    owner=("aco_id",),
)
def integrity_cap(ctx: StepContext) -> tuple[dict[str, Any], dict[str, str]]:
    """Types without a score, a base or a demographic ratio are left out, and ``types`` says which count."""
    rows: dict[tuple[str, int], dict[str, Row]] = defaultdict(dict)
    for row in rows_of(ctx, "select * from integrity.trend order by aco_id, year, enrollment_type"):
        rows[row["aco_id"], int(row["year"])][row["enrollment_type"]] = row
    found = [
        one
        for (aco, year), types in rows.items()
        for basis, ratio in BASES.items()
        for one in _judged(ctx, aco, year, basis, ratio, types)
    ]
    return laid(found, COLUMNS)


def _judged(
    ctx: StepContext, aco: str, year: int, basis: str, ratio: str, types: dict[str, Row]
) -> list[Row]:
    some = next(iter(types.values()))
    if year <= int(some["base_year"]):
        return []

    def four(name: str) -> Any:
        return np.array([float(types[one][name]) if one in types else np.nan for one in TYPES])

    ratios, demographic = four(ratio), four("demographic_ratio")
    weights = risk_weight(four("base_expenditure"), four("person_years"))
    counted = ~np.isnan(ratios) & ~np.isnan(demographic) & ~np.isnan(weights)
    if not counted.any():
        return []
    weights, growth = np.where(counted, weights, 0.0), ctx.force.number("mssp.risk_growth_cap")
    overall = aggregate_risk_ratio(weights, ratios)
    cap = risk_cap(weights, demographic, growth)
    start = some["agreement_start_year"]
    first = ctx.force.number("mssp.present_method_first_start")
    present = np.asarray(True) if start is None or start != start else present_method(start, first)
    fewest = ctx.force.number("claims.cell_size_minimum")
    known = [types[name] for name, holds in zip(TYPES, counted, strict=True) if holds]
    kept = aggregate_risk_ratio(weights, capped_risk_ratio(ratios, overall, cap, present, growth))
    return [
        {
            "aco_id": aco, "year": year, "basis": basis, "base_year": int(some["base_year"]),
            "base_basis": some["base_basis"],
            "types": " ".join(name for name, holds in zip(TYPES, counted, strict=True) if holds),
            "person_years": float(np.nansum(four("person_years"))),
            "aggregate_risk_ratio": float(overall), "demographic_ratio": float(cap) - growth,
            "risk_cap": float(cap), "beyond_demographic": float(overall) - (float(cap) - growth),
            "room": float(cap) - float(overall), "above_cap": bool(overall > cap),
            "counted_risk_ratio": float(kept), "lost_to_cap": float(overall) - float(kept),
            "method": "over all types" if bool(present) else "each type by itself",
            "small_cell": all(one["small_cell"] or one["people"] < fewest for one in known),
        }
    ]  # fmt: skip

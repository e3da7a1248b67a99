"""Fewest cases of the measures CMS works out from claims, where the law knows them by measure."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from corridor.law import RulesInForce

ADMINISTRATIVE, EXCEPTION, KIND = (
    "mips.administrative_measure", "mips.cost_case_minimum_exception", "mips.cost_case_minimum",
)  # fmt: skip
READMISSION = "performance.measure_level"  # of 479, which has no minimum of its own in the list
KIND_OF = "mips.cost_measure_kind"
MINIMUM_RULES = (ADMINISTRATIVE, EXCEPTION, KIND, KIND_OF, READMISSION)


def claims_minimums(force: RulesInForce) -> dict[str, float]:
    """Measure -> fewest cases: of claims, of cost measures by their kind, and exceptions."""
    found: dict[str, float] = {}
    if ADMINISTRATIVE in force:
        for row in force.rows(ADMINISTRATIVE):
            minimum = row["case_minimum"]
            if minimum is None and READMISSION in force:
                minimum = next(
                    (r["case_minimum"] for r in force.rows(READMISSION)
                     if r["measure"] == "readmission" and r["level"] == "tin"), None,
                )  # fmt: skip
            if minimum is not None:
                found[str(row["measure_id"])] = float(minimum)
    if KIND in force and KIND_OF in force:
        kinds = {str(row["kind"]): float(row["cases"]) for row in force.rows(KIND)}
        found |= {
            str(row["measure_id"]): kinds[str(row["kind"])]
            for row in force.rows(KIND_OF)
            if row["kind"] in kinds
        }
    if EXCEPTION in force:
        found |= {str(row["measure_id"]): float(row["cases"]) for row in force.rows(EXCEPTION)}
    return found

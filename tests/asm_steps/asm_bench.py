"""A bench whose cost measure is given, so that eligibility can be tested without building episodes."""

from __future__ import annotations

from typing import Any

from tests.claims.community import Community
from tests.claims.workbench import Row, Workbench

COST = {
    "performance_year": "INTEGER", "cohort": "VARCHAR", "tin": "VARCHAR", "npi": "VARCHAR",
    "attributed_episodes": "BIGINT", "cost_per_episode": "DOUBLE", "cost_ratio": "DOUBLE",
    "interval_low": "DOUBLE", "interval_high": "DOUBLE", "imputed_share": "DOUBLE",
    "unpriced_lines": "BIGINT", "specialty_adjustment": "DOUBLE",
}  # fmt: skip
ADMISSION = {
    "performance_year": "INTEGER", "tin": "VARCHAR", "npi": "VARCHAR", "eligible_cases": "BIGINT",
    "rate": "DOUBLE",
}  # fmt: skip


class AsmBench(Workbench):
    """A workbench with a community, cost measures and admissions given by the test."""

    def __init__(self, community: Community | None = None, **values: Any) -> None:
        super().__init__(**values)
        self.community = community or Community()
        self.costs: list[Row] = []
        self.admissions: list[Row] = []

    def cost(self, episodes: int, *, npi: str = "N1", year: int = 2025, **values: Any) -> None:
        """A cost measure of a TIN/NPI."""
        cohort = values.pop("cohort", "heart_failure")
        row = {
            "performance_year": year, "cohort": cohort, "tin": "T1", "npi": npi,
            "attributed_episodes": episodes, "cost_per_episode": 14000.0, "cost_ratio": 1.0,
            "imputed_share": 0.0, "unpriced_lines": 0,
        }  # fmt: skip
        self.costs.append(row | values)

    def go(self, *targets: str) -> list[Row]:
        """Load everything and run; the rows of the last target."""
        self.community.load(self)
        self.give("measures.asm_cost", self.costs, COST)
        self.give("measures.asm_admission", self.admissions, ADMISSION)
        return self.run(*targets)


def loaded(first: str = "2023-01-01", last: str = "2027-12-31") -> Community:
    """A community whose claims cover a period, with a claim in every year of it; N1 works to its end."""
    community = Community()
    community.backdrop(first, last)
    still = {"person_id": None, "rendering_specialty_code": None}
    community.visit(999_999, last, diagnoses=(), allowed=0, **still)
    for year in range(int(first[:4]), int(last[:4]) + 1):
        if first <= f"{year}-06-15" <= last:
            community.visit(999_999, f"{year}-06-15", tin="T0", npi="N0", diagnoses=("Z0000",), allowed=0)
    return community

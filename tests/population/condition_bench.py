"""The steps of conditions, need tiers and DRGs alone, over rows that a test gives."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from corridor.engine.catalogue import load_catalogue
from corridor.engine.connection import connect
from corridor.law import load_rules
from tests.claims.canonical import CANONICAL, INPUTS
from tests.claims.workbench import Row, Workbench

PROGRAMS = ("claims", "population", "impact")
PERSON = {
    "person_id": "BIGINT",
    "birth_date": "DATE",
    "death_date": "DATE",
    "gender": "VARCHAR",
    "medicare_status_code": "VARCHAR",
}
CODES = dict.fromkeys(
    (
        *("condition_id", "condition_name", "condition", "condition_type", "category", "additional_logic"),
        *("claims_qualification", "inclusion_type", "code_system", "code", "vintage"),
    ),
    "VARCHAR",
)
TABLES = {f"claims.{name}": columns for name, columns in CANONICAL.items()} | {
    "claims.person": PERSON,
    "reference.chronic_condition_code": CODES,
    "run.setting": INPUTS["run.setting"],
}


class ConditionBench(Workbench):
    """A workbench whose own steps are those of which the name begins with one of ``steps``."""

    def __init__(
        self,
        steps: tuple[str, ...],
        data_year: int = 2025,
        overrides: Mapping[str, Any] | None = None,
        programs: tuple[str, ...] = PROGRAMS,
        tables: Mapping[str, Mapping[str, str]] | None = None,
    ) -> None:
        self.steps = steps
        self.tables = {**TABLES, **(tables or {})}
        self.con = connect(threads=1)
        self.force = load_rules(list(programs), overrides=overrides).in_force(performance_year=data_year)
        self.catalogue = load_catalogue()
        self.made: set[str] = set()
        self.give(
            "run.setting",
            [{"performance_year": data_year, "payment_year": data_year + 1, "data_year": data_year}],
        )

    def give(self, table: str, rows: Iterable[Row], columns: Mapping[str, str] | None = None) -> None:
        """Rows of a table; columns as tests know it, or as named."""
        super().give(table, rows, columns or self.tables.get(table) or INPUTS[table])

    def _needed(self, targets: Iterable[str]) -> set[str]:
        needed: set[str] = set()
        stack = list(targets)
        while stack:
            name = stack.pop()
            if name in needed or name in self.made or name not in self.catalogue.steps:
                continue
            if name.startswith(self.steps):
                needed.add(name)
                stack.extend(self.catalogue.steps[name].reads)
        for name in sorted(needed):
            for table in self.catalogue.steps[name].reads:
                if table not in self.made and table not in needed:
                    self.give(table, [])
        return needed

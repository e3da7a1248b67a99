"""Every step there is, every raw table, and the order in which steps can run."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from corridor.engine.step import PythonStep, Step, parse_sql_step
from corridor.errors import CorridorError

# Modules that hold Python steps; imported by name so that the engine stays below the rooms.
PYTHON_STEP_MODULES = (
    "corridor.episodes.expected_cost",
    "corridor.population.drg",
    "corridor.measures.reliability",
    "corridor.measures.impact",
    "corridor.measures.matching",
    "corridor.programs.asm.result",
    "corridor.programs.qp.status",
    "corridor.programs.qp.entity",
    "corridor.programs.qp.clinician_year",
    "corridor.programs.mips.run",
    "corridor.programs.mssp.benchmark_step",
    "corridor.programs.mssp.held_against",
    "corridor.programs.mssp.projection_step",
    "corridor.programs.mssp.variance_step",
    "corridor.programs.integrity.cap",
    "corridor.programs.team.standing",
    "corridor.programs.action.mips_lever",
    "corridor.billing.price",
    "corridor.billing.repeats",
)
# Modules that declare raw tables: RAW_TABLES = {"cclf_raw.cclf1": {"column": "TYPE"}}
RAW_TABLE_MODULES = tuple(
    f"corridor.sources.{room}.tables"
    for room in ("cclf", "rif", "synpuf", "tuva", "fhir", "x12", "org", "qpp", "aco_report")
)
# Added to every raw table by the delivery writer.
COMMON_COLUMNS = {"source_id": "VARCHAR", "delivery_id": "VARCHAR", "file_date": "DATE"}
# Tables the run itself provides.
RUN_TABLES: dict[str, dict[str, str]] = {
    "identity.person_alias": {"person_id": "BIGINT", "kept_person_id": "BIGINT"},
    "run.setting": {"performance_year": "INTEGER", "payment_year": "INTEGER", "data_year": "INTEGER"},
}


@dataclass(frozen=True)
class Catalogue:
    """Steps by name, raw tables with their columns."""

    steps: Mapping[str, Step]
    raw_tables: Mapping[str, Mapping[str, str]]

    def order(self, targets: Iterable[str] | None = None) -> list[Step]:
        """The steps needed for ``targets`` (all by default), each after what it reads."""
        wanted = set(self.steps) if targets is None else self._upstream(targets)
        graph = {
            name: sorted(read for read in self.steps[name].reads if read in self.steps)
            for name in sorted(wanted)
        }
        try:
            names = list(TopologicalSorter(graph).static_order())
        except CycleError as error:
            circle = " -> ".join(reversed(error.args[1]))
            raise CorridorError(
                "STEP-CYCLE",
                f"Steps read each other in a circle: {circle}.",
                why="No order exists in which they could run.",
                todo="Break the circle in the `reads` of one of them.",
            ) from error
        return [self.steps[name] for name in names]

    def _upstream(self, targets: Iterable[str]) -> set[str]:
        seen: set[str] = set()
        stack = list(targets)
        while stack:
            name = stack.pop()
            if name in seen or name not in self.steps:
                continue
            seen.add(name)
            stack.extend(self.steps[name].reads)
        return seen


@cache
def load_catalogue() -> Catalogue:
    """Read every step file and declaration of the package."""
    package = Path(__file__).parent.parent
    steps: dict[str, Step] = {}
    for path in sorted(package.rglob("steps/*.sql")):
        _add(steps, parse_sql_step(path.read_text(encoding="utf-8"), str(path.relative_to(package))))
    for module_name in PYTHON_STEP_MODULES:
        if not _exists(module_name):
            continue
        module = importlib.import_module(module_name)
        for value in vars(module).values():
            declared = getattr(value, "corridor_step", None)
            if isinstance(declared, PythonStep) and value.__module__ == module_name:
                _add(steps, declared)
    raw: dict[str, Mapping[str, str]] = {}
    for module_name in RAW_TABLE_MODULES:
        if _exists(module_name):
            for table, columns in importlib.import_module(module_name).RAW_TABLES.items():
                raw[table] = {**columns, **COMMON_COLUMNS}
    return Catalogue(steps, raw)


def _add(steps: dict[str, Step], step: Step) -> None:
    if step.step in steps:
        raise CorridorError(
            "STEP-TWICE",
            f"Two steps make {step.step}: {steps[step.step].where} and {step.where}.",
            todo="Rename one of them.",
            file=step.where,
        )
    steps[step.step] = step


def _exists(module_name: str) -> bool:
    try:
        return importlib.util.find_spec(module_name) is not None
    except ModuleNotFoundError:
        return False

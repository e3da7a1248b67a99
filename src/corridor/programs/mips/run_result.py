"""The scores of the last complete run, worked out again from its tables: for a derivation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from corridor.errors import CorridorError
from corridor.programs.mips.compute import known, score_inputs, settle_scores
from corridor.programs.mips.result import Result
from corridor.programs.mips.run_inputs import TABLES, RunYear, run_years

if TYPE_CHECKING:
    from corridor.law import RulesInForce


@dataclass(frozen=True)
class RunResult:
    """A year of a run: a result whose rows are the units, and whose members' score each of them is."""

    year: RunYear
    result: Result

    def rows_of(self, npi: str, tin: str | None) -> list[int]:
        """The units whose score a clinician has."""
        mine = [m for m in self.year.members if m["npi"] == npi and tin in (None, m["tin"])]
        return sorted({int(m["unit"]) for m in mine})


def open_run_results(home: Path | str | None = None) -> list[RunResult]:
    """Every scored year of the last complete run, under the law of that run.

    Raises NO-RUN where there is none, and MIPS-NO-TABLE where the run did not reach MIPS.
    """
    from corridor.engine.runs import open_run
    from corridor.engine.step import StepContext
    from corridor.law import load_rules

    run = open_run(home)
    missing = [table for table in TABLES if not (table.startswith("reference.") or run.has(table))]
    if missing:
        raise CorridorError(
            "MIPS-NO-TABLE",
            f"The last complete run made no table {missing[0]}.",
            why="MIPS is scored from it.",
            todo="Run again: corridor run.",
            file=run.home,
        )
    law = run.manifest["law"]
    on = law.get("as_known_on")
    programs = ("mips", "qp", "performance")
    rules = load_rules(
        programs,
        as_known_on=date.fromisoformat(on) if on else None,
        proposed=bool(law.get("proposed", False)),
        overrides={n: v for n, v in law.get("overrides", {}).items() if n.partition(".")[0] in programs},
    )
    force = rules.in_force(int(run.manifest["setting"]["performance_year"]))
    absent = [table for table in TABLES if table.startswith("reference.") and not run.given.get(table)]
    years = run_years(StepContext(run.con, force), absent)
    return [_result(year, rules.in_force(year.year)) for year in years]


def _result(year: RunYear, force: RulesInForce) -> RunResult:
    inputs = year.inputs
    inputs.where = lambda row, name: f"mips.score, {_named(year, row)}, {name}"
    scored = score_inputs(inputs, year.book, force)
    final = np.where(known(inputs, scored), scored.evaluation["final_score"], np.nan)
    counts = ~np.isnan(final)
    settlement, warnings = settle_scores(inputs.clinicians, final, counts, force, False)
    return RunResult(year, Result(inputs, force, scored, final, counts, settlement, warnings, year.book))


def _named(year: RunYear, row: int) -> str:
    tin, npi, entity = year.units[row].place
    return f"entity {entity}" if entity else f"TIN {tin}" + (f", NPI {npi}" if npi else "")

"""What is collected, from the tables of a run: the units that report, with their results and statuses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import duckdb
import numpy as np

from corridor.engine import StepContext
from corridor.errors import CorridorError
from corridor.programs.mips.run_inputs import RunYear, run_years

if TYPE_CHECKING:
    from corridor.engine.runs import Run
    from corridor.law import RulesInForce


class _OfRun(StepContext):
    """The tables of a run as a step sees them; one that was not given has no rows."""

    def numpy(self, query: str) -> dict[str, np.ndarray[Any, Any]]:
        try:
            return super().numpy(query)
        except duckdb.CatalogException:
            return {}


def collected(run: Run, force: RulesInForce) -> RunYear:
    """The units of a performance year. Raises BEST-MIX-RUN where the run holds none with a result."""
    found: list[RunYear] = []
    if run.has("mips.eligibility"):
        found = [one for one in run_years(_OfRun(run.con, force)) if one.year == force.performance_year]
    if not found or not len(found[0].inputs.results["clinician"]):
        raise CorridorError(
            "BEST-MIX-RUN",
            f"The last complete run holds no results of measures for {force.performance_year}.",
            why="A choice is made among what was collected in the performance year.",
            todo="Load results with `corridor load quality-results`, run, or give a file.",
            field="--run",
        )
    return found[0]

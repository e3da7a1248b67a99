"""The run: every table and program over what is loaded, then the report of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from corridor.engine.catalogue import load_catalogue
from corridor.engine.run import Runner
from corridor.engine.runs import Run
from corridor.errors import CorridorError
from corridor.jobs.context import Context
from corridor.reference import reference_tables
from corridor.reports import ReportData, ReportFiles, terminal_summary, write_report
from corridor.settings import Settings

Progress = Callable[[str, int, int, str], None]


@dataclass(frozen=True)
class Outcome:
    """A complete run and the files it left for people."""

    run: Run
    data: ReportData
    files: ReportFiles

    def summary(self) -> str:
        """The page of plain text that ends the command."""
        return terminal_summary(self.data, self.files.html)

    def file_names(self) -> dict[str, str]:
        """Where the report's files are."""
        files = self.files
        return {
            "html": str(files.html),
            "letters": str(files.letters),
            "xlsx": str(files.xlsx),
            "parquet": str(files.parquet_dir),
        }


def targets_of(only: Sequence[str]) -> list[str]:
    """The steps that rooms ("population") and tables ("population.pmpm") stand for. Raises RUN-ONLY."""
    steps = load_catalogue().steps
    rooms = {step.partition(".")[0] for step in steps}
    targets: list[str] = []
    for wanted in only:
        if wanted in steps:
            targets.append(wanted)
        elif wanted in rooms:
            targets.extend(step for step in steps if step.partition(".")[0] == wanted)
        else:
            raise CorridorError(
                "RUN-ONLY",
                f"Corridor makes no table, and has no room, called {wanted}.",
                why="--only takes the names of tables and of the rooms they stand in.",
                todo="Rooms: " + ", ".join(sorted(rooms)) + ". Tables are listed in docs/steps.md.",
                field="--only",
            )
    return sorted(set(targets))


def compute(context: Context, progress: Progress | None = None, only: Sequence[str] = ()) -> Run:
    """Run every step, or those that ``only`` needs; returns the complete run.

    Raises NOTHING-LOADED where there is nothing to run over, and RUN-ONLY.
    """
    targets = targets_of(only) if only else None
    if not context.warehouse.deliveries():
        raise CorridorError(
            "NOTHING-LOADED",
            "Nothing is loaded in this warehouse.",
            why="A run computes its tables from loaded claims.",
            todo="Load a delivery first: corridor load cclf FOLDER. To look around: corridor demo.",
            file=context.warehouse.home,
        )
    runner = _runner(context.settings)(
        context.warehouse,
        context.force,
        context.setting,
        settings=context.settings.for_steps(),
        law=context.law(),
        externals=reference_tables(context.warehouse),
        threads=context.settings.threads,
        memory_limit=context.settings.memory_limit,
        progress=progress,
    )
    return Run(context.warehouse.home, runner.run(targets))


def _runner(settings: Settings) -> Callable[..., Runner]:
    """What computes the steps: DuckDB in this process, or Spark."""
    if settings.engine == "duckdb":
        return Runner
    from corridor.engine.spark import SparkRunner

    return partial(SparkRunner, spark=settings.spark)


def run_and_report(context: Context, out: Path | None = None, progress: Progress | None = None) -> Outcome:
    """Run, then write the report of the run to ``out`` (default: home/reports/<run id>)."""
    run = compute(context, progress)
    if progress:
        progress("report", 1, 1, "writing")
    data = ReportData.from_run(run)
    return Outcome(run, data, write_report(data, out or context.warehouse.home / "reports" / run.run_id))

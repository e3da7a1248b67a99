"""One run: every step in order, reusing what is unchanged, complete or not there at all."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

import duckdb

from corridor import __version__
from corridor.engine.catalogue import RUN_TABLES, Catalogue, load_catalogue
from corridor.engine.connection import connect, name, parquet
from corridor.engine.files import digest_of, read_json, remove_tree, write_atomically, write_json, writer_lock
from corridor.engine.passing import pass_on
from corridor.engine.step import PythonStep, SqlStep, Step, StepContext
from corridor.engine.store import Output, Store, as_table, folders
from corridor.engine.tables import Part, Table, raw_table
from corridor.engine.warehouse import Warehouse
from corridor.errors import CorridorError

RUNS_KEPT = 2
# A partitioned step takes so many rows of the tables it reads at once; more months wait for the next batch.
BATCH_ROWS = int(os.environ.get("CORRIDOR_BATCH_ROWS", "20000000"))
# From so many rows on, a month is computed alone where it can be read alone.
ALONE_ROWS = int(os.environ.get("CORRIDOR_ALONE_ROWS", "50000"))
# What of a manifest says whether a table would come out the same again.
RESTS_ON = ("corridor_version", "engine", "setting", "settings", "law", "deliveries", "externals")
# progress(step, place, of how many, what is done with it)
Progress = Callable[[str, int, int, str], None]
Made = Output | dict[int, Output]


class RulesInForce(Protocol):
    """What the engine needs of the law."""

    def register(self, con: duckdb.DuckDBPyConnection, names: Iterable[str] | None = None) -> None:
        """Make the named rules tables of schema ``rules``."""

    def digest(self, names: Iterable[str] | None = None) -> str:
        """A stable digest of the named rules in force."""


class Runner:
    """Runs the steps over one warehouse.

    ``setting`` is the row of run.setting (years); ``settings`` what Python steps may read of
    corridor.toml; ``law`` what the manifest says of the rules beside their digest.
    """

    def __init__(
        self,
        warehouse: Warehouse,
        force: RulesInForce,
        setting: Mapping[str, int],
        *,
        settings: Mapping[str, Any] | None = None,
        law: Mapping[str, Any] | None = None,
        externals: Iterable[Table] = (),
        threads: int | None = None,
        memory_limit: str | None = None,
        progress: Progress | None = None,
        catalogue: Catalogue | None = None,
    ) -> None:
        self.warehouse = warehouse
        self.force = force
        self.setting = dict(setting)
        self.settings = dict(settings or {})
        self.law = dict(law or {})
        self.externals = {table.name: table for table in externals}
        self.threads = threads
        self.memory_limit = memory_limit
        self.progress = progress or (lambda step, place, total, what: None)
        self.catalogue = catalogue or load_catalogue()
        self.store = Store(warehouse.home)
        self.tables: dict[str, Table] = {}
        self._con: duckdb.DuckDBPyConnection | None = None

    def run(self, targets: Iterable[str] | None = None) -> str:
        """Run the steps ``targets`` need (all by default); returns the id of the complete run."""
        with writer_lock(self.warehouse.home):
            remove_tree(self.warehouse.spill)  # what a killed run left
            started = datetime.now(UTC)
            self._find_inputs()
            steps = self.catalogue.order(targets)
            entries = []
            kept: list[Path] = []
            try:
                for place, step in enumerate(steps, start=1):
                    entry, made = self._run_step(step, place, len(steps))
                    self.tables[step.step] = as_table(step, made)
                    kept.extend(folders(made))
                    entry["outputs"] = [str(path.relative_to(self.warehouse.home)) for path in folders(made)]
                    entries.append(entry)
            finally:
                if self._con is not None:
                    self._con.close()
                    self._con = None
            remove_tree(self.warehouse.spill)
            return self._complete(started, entries, kept)

    # ---- inputs ---------------------------------------------------------------------------

    def _find_inputs(self) -> None:
        for table, columns in self.catalogue.raw_tables.items():
            self.tables[table] = raw_table(self.warehouse, table, columns)
        self.tables.update(self.externals)
        alias = tuple(self.warehouse.alias_parts())
        with connect() as con:
            total = 0
            if alias:
                found = con.execute(
                    f"select coalesce(sum(hash(person_id, kept_person_id)), 0) from {parquet(alias)}"
                ).fetchone()
                total = int(found[0]) if found else 0
        self.tables["identity.person_alias"] = Table(
            "identity.person_alias",
            RUN_TABLES["identity.person_alias"],
            Part(alias if total else (), str(total), 0),
        )
        folder = self.warehouse.home / "tmp" / "setting"
        folder.mkdir(parents=True, exist_ok=True)
        columns = RUN_TABLES["run.setting"]
        chosen = ", ".join(
            f"cast({int(self.setting[column])} as {kind}) as {name(column)}"
            for column, kind in columns.items()
        )
        path = folder / "part.parquet"
        with connect() as con:
            con.execute(
                f"copy (select {chosen}) to '{str(path).replace(chr(39), chr(39) * 2)}' (format parquet)"
            )
        self.tables["run.setting"] = Table("run.setting", columns, Part((path,), digest_of(self.setting), 1))

    # ---- one step -------------------------------------------------------------------------

    def _run_step(self, step: Step, place: int, total: int) -> tuple[dict[str, Any], Made]:
        reads = [self._table(read, step) for read in step.reads]
        months = sorted({m for t in reads if t.partitioned for m, part in t.months.items() if part.rows})
        began = time.perf_counter()
        made: Made
        if step.partition and months:
            made, fresh, seconds = self._by_month(step, reads, months, place, total)
        else:
            key = self._key(step, reads, None)
            found = self.store.find(step.step, key)
            fresh = 0 if found else 1
            self.progress(step.step, place, total, "reused" if found else "running")
            made = found or self._make_whole(step, reads, key)
            seconds = time.perf_counter() - began
        table = as_table(step, made)
        return {
            "step": step.step,
            "rows": table.whole.rows,
            "digest": table.whole.digest,
            "months": len(months) if step.partition else None,
            "made": fresh,
            "seconds": round(seconds, 3),
        }, made

    def _by_month(
        self, step: Step, reads: Sequence[Table], months: Sequence[int], place: int, total: int
    ) -> tuple[dict[int, Output], int, float]:
        began = time.perf_counter()
        keys = {month: self._key(step, reads, month) for month in months}
        outputs = {
            month: found for month, key in keys.items() if (found := self.store.find(step.step, key, month))
        }
        dirty = {month: key for month, key in keys.items() if month not in outputs}
        self.progress(step.step, place, total, f"{len(dirty)} of {len(months)} months" if dirty else "reused")
        if dirty:
            if not isinstance(step, SqlStep):
                raise CorridorError(
                    "STEP-PARTITION", f"Python step {step.step} cannot be partitioned.", file=step.where
                )
            outputs.update(self._make_months(step, reads, dirty))
        return dict(sorted(outputs.items())), len(dirty), time.perf_counter() - began

    def _make_months(
        self, step: SqlStep, reads: Sequence[Table], keys: Mapping[int, str]
    ) -> dict[int, Output]:
        passed = pass_on(self.store, step, reads, keys)
        rest = {month: key for month, key in keys.items() if month not in passed}
        for batch in _batches(reads, list(rest)):
            with self._desk(step, reads, batch) as con, naming(step):
                keys_of_batch = {month: rest[month] for month in batch}
                passed.update(self.store.write_months(con, step, step.sql, keys_of_batch))
        return passed

    def _make_whole(self, step: Step, reads: Sequence[Table], key: str) -> Output:
        if isinstance(step, SqlStep):
            with self._desk(step, reads, None) as con, naming(step):
                return self.store.write_whole(con, step, step.sql, key)
        with self._connect(step, reads, None) as con, naming(step):
            assert isinstance(step, PythonStep) and step.function is not None
            result = step.function(StepContext(con, self.force, self.settings))
            if isinstance(result, str):
                return self.store.write_whole(con, step, result, key)
            columns, types = result if isinstance(result, tuple) else (result, {})
            return self.store.write_arrays(con, step, columns, types, key)

    @contextmanager
    def _desk(
        self, step: Step, reads: Sequence[Table], months: Sequence[int] | None
    ) -> Iterator[duckdb.DuckDBPyConnection]:
        """The connection of the SQL steps, with what this one reads on it; cleared for the next.

        One for all of them: opening another costs more than many a step does.
        """
        if self._con is None:
            self._con = connect(self.warehouse.spill, self.threads, self.memory_limit)
        con = self._con
        try:
            self._lay_out(con, step, reads, months)
            yield con
            for schema in {table.name.partition(".")[0] for table in reads} | {"rules"}:
                con.execute(f"drop schema if exists {name(schema)} cascade")
        except BaseException:
            self._con = None
            con.close()
            raise

    def _lay_out(
        self, con: duckdb.DuckDBPyConnection, step: Step, reads: Sequence[Table], months: Sequence[int] | None
    ) -> None:
        for table in reads:
            table.register(con, months)
        if step.rules:
            self.force.register(con, list(step.rules))

    def _connect(
        self, step: Step, reads: Sequence[Table], months: Sequence[int] | None
    ) -> duckdb.DuckDBPyConnection:
        """A connection that sees only what the step says it reads."""
        con = connect(self.warehouse.spill, self.threads, self.memory_limit)
        self._lay_out(con, step, reads, months)
        return con

    def _table(self, read: str, step: Step) -> Table:
        if read not in self.tables:
            raise CorridorError(
                "STEP-READS",
                f"Step {step.step} reads {read}, which nothing makes.",
                why="A step may only read other steps, raw tables and installed references.",
                todo="Correct `reads`, or declare the table in its source.",
                file=step.where,
                field="reads",
            )
        return self.tables[read]

    def engine(self, step: Step | None = None) -> str:
        """The engine that computes a step, or the SQL steps of the run, with its version."""
        return f"duckdb {duckdb.__version__}"

    def _key(self, step: Step, reads: Sequence[Table], month: int | None) -> str:
        """What the output of a step depends on: its text, the rules it names, the rows it reads."""
        return digest_of(
            {
                "step": step.source_digest,
                "engine": f"{__version__} {self.engine(step)}",
                "rules": self.force.digest(list(step.rules)) if step.rules else "",
                # a Python step may read settings, and rules of other years than the run's
                "python": [self.settings, self.law] if isinstance(step, PythonStep) else None,
                "reads": [(table.name, table.digest(month)) for table in reads],
            }
        )[:32]

    # ---- the end --------------------------------------------------------------------------

    def _complete(self, started: datetime, entries: list[dict[str, Any]], kept: list[Path]) -> str:
        home = self.warehouse.home
        finished = datetime.now(UTC)
        run_id = f"{started:%Y%m%dT%H%M%S%f}-{digest_of([entries, started])[:8]}"
        manifest = {
            "run_id": run_id,
            "started": started.isoformat(timespec="seconds"),
            "finished": finished.isoformat(timespec="seconds"),
            "seconds": round((finished - started).total_seconds(), 1),
            "corridor_version": __version__,
            "engine": self.engine(),
            "duckdb_version": duckdb.__version__,
            "setting": self.setting,
            "settings": self.settings,
            "law": {**self.law, "digest": self.force.digest()},
            "deliveries": [
                {
                    "delivery_id": d.delivery_id,
                    "fmt": d.fmt,
                    "source_id": d.source_id,
                    "files": d.record["files"],
                    "tables": {table: entry["rows"] for table, entry in d.tables.items()},
                    "rejects": d.record["rejects"],
                }
                for d in self.warehouse.deliveries()
            ],
            "steps": entries,
            "externals": {
                table.name: [_from(home, path) for path in table.whole.files]
                for table in self.externals.values()
            },
        }
        entries.extend(self._carried(manifest))
        write_json(home / "runs" / run_id / "manifest.json", manifest)
        write_atomically(home / "runs" / "current", run_id + "\n")
        self._sweep(kept)
        return run_id

    def _carried(self, manifest: Mapping[str, Any]) -> list[dict[str, Any]]:
        """The tables of the last run that this one was not asked for, if all they rest on is as it was."""
        current = self.warehouse.home / "runs" / "current"
        if not current.exists():
            return []
        file = current.parent / current.read_text(encoding="utf-8").strip() / "manifest.json"
        last = read_json(file) if file.exists() else {}
        as_read = json.loads(json.dumps({name: manifest[name] for name in RESTS_ON}, default=str))
        if any(last.get(name) != as_read[name] for name in RESTS_ON):
            return []
        made = {entry["step"] for entry in manifest["steps"]}
        return [
            {**entry, "made": 0, "carried": True}
            for entry in last["steps"]
            if entry["step"] not in made
            and all((self.warehouse.home / output / "output.json").exists() for output in entry["outputs"])
        ]

    def _sweep(self, kept: list[Path]) -> None:
        """Remove runs, and outputs no run names: all but the last few, and any that alone holds some step."""
        runs = sorted(path.parent for path in (self.warehouse.home / "runs").glob("*/manifest.json"))
        keep = set(kept)
        seen: set[str] = set()
        for place, folder in enumerate(reversed(runs)):
            entries = read_json(folder / "manifest.json")["steps"]
            steps = {str(entry["step"]) for entry in entries}
            if place >= RUNS_KEPT and steps <= seen:
                remove_tree(folder)
                continue
            seen |= steps
            for entry in entries:
                keep.update(self.warehouse.home / output for output in entry["outputs"])
        self.store.sweep(keep)


def _batches(reads: Sequence[Table], months: Sequence[int]) -> list[list[int]]:
    """The months to compute together: as many as keep the rows read within BATCH_ROWS, at least one.

    A row depends on rows of its own month only, so months can be taken apart; joins and windows over a few
    of them stay in memory where all of them would spill. A large month that can be read without the others is
    taken alone: to sort rows into months while they are written costs more than all the rest of it.
    """
    batches: list[list[int]] = []
    alone: list[list[int]] = []
    held = 0
    apart = all(
        table.in_order or not table.filtered for table in reads if table.partitioned and table.whole.rows
    )
    for month in months:
        rows = sum(table.months[month].rows for table in reads if table.partitioned and month in table.months)
        if apart and rows >= ALONE_ROWS:
            alone.append([month])
            continue
        if not batches or held + rows > BATCH_ROWS:
            batches.append([])
            held = 0
        batches[-1].append(month)
        held += rows
    return batches + alone


class naming:
    """Say which step failed when DuckDB refuses its SQL."""

    def __init__(self, step: Step) -> None:
        self.step = step

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, duckdb.Error):
            raise CorridorError(
                "STEP-FAILED",
                f"Step {self.step.step} could not be computed: {str(error).splitlines()[0]}",
                why="What it makes is missing; the last complete run is unharmed.",
                todo="If memory or disk ran out, set memory_limit or free space and run again; "
                "otherwise keep the files and report it.",
                file=self.step.where,
            ) from error


def _from(home: Path, path: Path) -> str:
    """A file as the manifest names it: from the warehouse on, where it is in it."""
    inside = path.resolve()
    return str(inside.relative_to(home.resolve()) if inside.is_relative_to(home.resolve()) else inside)

"""Outputs of steps, named by what went into them: found again, they need not be made again."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from corridor.engine.connection import name, parquet, quote
from corridor.engine.files import digest_of, read_json, remove_tree, write_json
from corridor.engine.step import Step
from corridor.engine.tables import PARTITION, Part, Table
from corridor.errors import CorridorError

Measured = tuple[int, str]  # rows, and their digest
FORMAT = "format parquet, compression zstd"
# Above this many rows the uniqueness of a step's key is taken from its tests, not checked in each run.
KEY_CHECK_ROWS = int(os.environ.get("CORRIDOR_KEY_CHECK_ROWS", "5000000"))


def _unmeasured(folder: Path) -> Measured | None:
    """What another engine knows of the rows of a folder: nothing, there is none."""
    return None


@dataclass(frozen=True)
class Output:
    """One stored output: of a whole step, or of one service month of it."""

    folder: Path
    record: Mapping[str, Any]

    def part(self) -> Part:
        files = tuple(sorted(self.folder.glob("*.parquet")))
        return Part(files, str(self.record["digest"]), int(self.record["rows"]))


class Store:
    """The folder home/steps."""

    def __init__(self, home: Path) -> None:
        self.root = home / "steps"
        self.drafts = home / "tmp" / "steps"

    def find(self, step: str, key: str, month: int | None = None) -> Output | None:
        """A stored output, if it is complete."""
        folder = self._folder(step, key, month)
        record = folder / "output.json"
        return Output(folder, read_json(record)) if record.exists() else None

    def _folder(self, step: str, key: str, month: int | None) -> Path:
        base = self.root / step
        return base / key if month is None else base / f"{PARTITION}={month}" / key

    def write_whole(self, con: duckdb.DuckDBPyConnection, step: Step, query: str, key: str) -> Output:
        """Run ``query`` and store its rows."""
        draft = self.draft(step.step)
        con.execute(f"copy (\n{query}\n) to {quote(str(draft / 'part.parquet'))} ({FORMAT})")
        return self.keep(con, step, draft, key, None)

    def write_months(
        self, con: duckdb.DuckDBPyConnection, step: Step, query: str, keys: Mapping[int, str]
    ) -> dict[int, Output]:
        """Run ``query`` once for several service months and store each month's rows apart."""
        draft = self.draft(step.step)
        if len(keys) == 1:
            return {
                month: self._write_month(con, step, query, draft, month, key) for month, key in keys.items()
            }
        con.execute(
            f"copy (\n{query}\n) to {quote(str(draft))} ({FORMAT}, partition_by ({PARTITION}), "
            f"write_partition_columns true, overwrite_or_ignore true)"
        )
        return self.keep_months(con, step, query, draft, keys)

    def _write_month(
        self, con: duckdb.DuckDBPyConnection, step: Step, query: str, draft: Path, month: int, key: str
    ) -> Output:
        """One month alone needs not be told from others while it is written."""
        target = draft / "part.parquet"
        con.execute(f"copy (\n{query}\n) to {quote(str(target))} ({FORMAT})")
        found = con.execute(
            f"select min({name(PARTITION)}), max({name(PARTITION)}), count(*) - count({name(PARTITION)}) "
            f"from {parquet([target])}"
        ).fetchone()
        least, most, nulls = found or (None, None, 0)
        if nulls or not {least, most} <= {month, None}:
            raise _stray(step, "a null month" if nulls else sorted({least, most} - {month}))
        return self.keep(con, step, draft, key, month)

    def keep_months(
        self,
        con: duckdb.DuckDBPyConnection,
        step: Step,
        query: str,
        draft: Path,
        keys: Mapping[int, str],
        measure: Callable[[Path], Measured | None] = _unmeasured,
    ) -> dict[int, Output]:
        """Store the months that lie in the folders of a draft; one without rows keeps its columns."""
        made = {
            int(path.name.partition("=")[2]): path for path in draft.glob(f"{PARTITION}=*") if _month(path)
        }
        stray = sorted(set(made) - set(keys))
        if stray or len(made) != len(list(draft.glob(f"{PARTITION}=*"))):
            raise _stray(step, stray or "a null month")
        outputs = {}
        together = self._measure_months(con, step, made) if measure is _unmeasured else {}
        empty = draft / "empty.parquet"  # a month without rows keeps the columns; one file serves them all
        for month, key in keys.items():
            folder = made.get(month)
            if folder is None:
                folder = draft / f"{PARTITION}={month}"
                folder.mkdir()
                if not empty.exists():
                    nothing = f"select * from (\n{query}\n) where false"
                    con.execute(f"copy ({nothing}) to {quote(str(empty))} ({FORMAT})")
                shutil.copyfile(empty, folder / "part.parquet")
            measured = together.get(month)
            outputs[month] = self.keep(
                con, step, folder, key, month, measured or measure(folder), bool(measured)
            )
        remove_tree(draft)
        return outputs

    def write_arrays(
        self,
        con: duckdb.DuckDBPyConnection,
        step: Step,
        columns: Mapping[str, Any],
        types: Mapping[str, str],
        key: str,
    ) -> Output:
        """Store the columns a Python step returned."""
        con.register("python_step_output", dict(columns))
        chosen = [
            f"cast({name(column)} as {types[column]}) as {name(column)}" if column in types else name(column)
            for column in columns
        ]
        return self.write_whole(con, step, f"select {', '.join(chosen)} from python_step_output", key)

    def draft(self, step: str) -> Path:
        """A new, empty folder for rows that are not complete yet."""
        draft = self.drafts / f"{step}.{os.getpid()}"
        remove_tree(draft)
        draft.mkdir(parents=True)
        return draft

    def keep(
        self,
        con: duckdb.DuckDBPyConnection,
        step: Step,
        draft: Path,
        key: str,
        month: int | None,
        measured: Measured | None = None,
        sound: bool = False,
    ) -> Output:
        """Store what lies in the draft as the complete output of a step, or of one month of it.

        Rows and digest are ``measured`` here unless another engine, that holds more than this machine, did;
        ``sound`` if its columns and keys have been looked at already.
        """
        if measured and sound:
            return self._settle(step, draft, key, month, measured, True)
        source = parquet(sorted(draft.glob("*.parquet")))
        columns = [row[0] for row in con.execute(f"describe select * from {source}").fetchall()]
        missing = [column for column in step.key if column not in columns]
        if missing:
            raise CorridorError(
                "STEP-KEY",
                f"Step {step.step} has no column {missing[0]}, which its key names.",
                file=step.where,
            )
        rows, digest = measured or _measure(con, source, columns)
        checked = rows <= KEY_CHECK_ROWS
        if checked:
            check_key(con, step, source)
        return self._settle(step, draft, key, month, (rows, digest), checked)

    def _measure_months(
        self, con: duckdb.DuckDBPyConnection, step: Step, made: Mapping[int, Path]
    ) -> dict[int, Measured]:
        """Rows and digest of every month of a draft, and their keys looked at, in one pass over all of them.

        Nothing where there are too many rows for one pass: then each month is taken alone.
        """
        files = sorted(path for folder in made.values() for path in folder.glob("*.parquet"))
        if not files:
            return {}
        source = parquet(files)
        columns = [row[0] for row in con.execute(f"describe select * from {source}").fetchall()]
        if any(column not in columns for column in step.key):
            return {}
        hashed = ", ".join(name(column) for column in columns)
        counted = con.execute(
            f"select {name(PARTITION)}, count(*), coalesce(sum(hash({hashed})), 0) from {source} group by 1"
        ).fetchall()
        if sum(int(rows) for _, rows, _ in counted) > KEY_CHECK_ROWS:
            return {}
        check_key(con, step, source, (PARTITION,))
        return {
            int(month): (int(rows), _digest(columns, int(rows), int(total))) for month, rows, total in counted
        }

    def _settle(
        self, step: Step, draft: Path, key: str, month: int | None, measured: Measured, checked: bool
    ) -> Output:
        """Give a draft its record and its place."""
        rows, digest = measured
        record = {"step": step.step, "rows": rows, "digest": digest, "key_checked": checked}
        folder = self._folder(step.step, key, month)
        write_json(draft / "output.json", record)
        remove_tree(folder)
        folder.parent.mkdir(parents=True, exist_ok=True)
        draft.rename(folder)
        return Output(folder, record)

    def adopt(self, step: Step, key: str, month: int, part: Part) -> Output:
        """Store, as a month of ``step``, rows that another step has stored already: its files, linked."""
        draft = self.draft(step.step)
        _link(part.files, draft)
        return self._settle(step, draft, key, month, (part.rows, part.digest), True)

    def sweep(self, keep: Collection[Path]) -> None:
        """Remove drafts, and every output that none of the kept runs names."""
        remove_tree(self.drafts)
        wanted = {path.resolve() for path in keep}
        for record in list(self.root.rglob("output.json")):
            if record.parent.resolve() not in wanted:
                remove_tree(record.parent)


def _stray(step: Step, months: object) -> CorridorError:
    return CorridorError(
        "STEP-PARTITION",
        f"Step {step.step} makes rows of service months it did not read: {months}.",
        why="A partitioned step may only make rows of the months it is given.",
        todo="Give every row the service_month of the rows it comes from.",
        file=step.where,
    )


def _measure(con: duckdb.DuckDBPyConnection, source: str, columns: Sequence[str]) -> Measured:
    """How many rows there are, and a digest of them that does not depend on their order."""
    hashed = ", ".join(name(column) for column in columns)
    found = con.execute(f"select count(*), coalesce(sum(hash({hashed})), 0) from {source}").fetchone()
    rows, total = (int(found[0]), int(found[1])) if found else (0, 0)
    return rows, _digest(columns, rows, total)


def _digest(columns: Sequence[str], rows: int, total: int) -> str:
    return digest_of([sorted(columns), rows, total])


def check_key(con: duckdb.DuckDBPyConnection, step: Step, source: str, within: Sequence[str] = ()) -> None:
    """Refuse rows that share the key the step's header promises to be unique (``within`` the same month)."""
    columns = ", ".join(name(column) for column in (*step.key, *(set(within) - set(step.key))))
    twice = con.execute(
        f"select count(*) from (select 1 from {source} group by {columns} having count(*) > 1)"
    ).fetchone()
    if twice and twice[0]:
        raise CorridorError(
            "STEP-KEY",
            f"Step {step.step} made {twice[0]} keys more than once ({', '.join(step.key)}).",
            why="Rows that share a key would be counted twice further on.",
            todo="This is a defect of Corridor or of the data it was given; keep the files and report it.",
            file=step.where,
        )


def as_table(step: Step, outputs: Mapping[int, Output] | Output) -> Table:
    """The stored outputs of a step as a table that other steps read."""
    if isinstance(outputs, Output):
        return Table(step.step, None, outputs.part())
    months = {month: output.part() for month, output in sorted(outputs.items())}
    whole = Part(
        tuple(path for part in months.values() for path in part.files),
        digest_of([(month, part.digest) for month, part in months.items() if part.rows]),
        sum(part.rows for part in months.values()),
    )
    return Table(step.step, None, whole, months, partitioned=True)


def folders(outputs: Mapping[int, Output] | Output) -> Sequence[Path]:
    """Where the outputs of a step lie."""
    return [outputs.folder] if isinstance(outputs, Output) else [output.folder for output in outputs.values()]


def _month(path: Path) -> bool:
    return path.name.partition("=")[2].isdigit()


def _link(files: Sequence[Path], folder: Path) -> None:
    """Give the files a second name in ``folder``; where the disk knows no links, copy them."""
    for place, file in enumerate(files):
        target = folder / f"part-{place:05d}.parquet"
        try:
            os.link(file, target)
        except OSError:
            shutil.copyfile(file, target)

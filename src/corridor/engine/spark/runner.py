"""A run whose SQL steps Spark computes: the same warehouse, order, files and manifest."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from corridor.engine.connection import connect, name, parquet, quote
from corridor.engine.files import digest_of, remove_tree
from corridor.engine.run import Runner, naming
from corridor.engine.spark.session import open_session, require_spark
from corridor.engine.spark.translate import shaped, translate, view_name
from corridor.engine.spark.types import spark_type
from corridor.engine.step import PythonStep, SqlStep, Step
from corridor.engine.store import FORMAT, Output
from corridor.engine.tables import PARTITION, Table
from corridor.errors import CorridorError
from corridor.settings import SparkSettings

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

Columns = list[tuple[str, str]]
# The column by which Spark sorts rows into folders; it is not among the columns of the files.
FOLDER = "corridor_folder"


class SparkRunner(Runner):
    """Runs the SQL steps on Spark and the Python steps on the driver, over one warehouse.

    Spark computes and writes; DuckDB on the driver tells the types, checks the keys, digests the rows and
    feeds the Python steps. ``session`` lends an open session; otherwise one is opened for the run.
    """

    def __init__(self, *args: Any, spark: SparkSettings | None = None, session: Any = None, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.spark = spark or SparkSettings()
        self.scratch = self.warehouse.home / "tmp" / "spark"
        self._session: SparkSession | None = session
        self._stack = ExitStack()
        self._translated: dict[str, str] = {}
        self._columns: dict[str, Columns] = {}

    def run(self, targets: Any = None) -> str:
        """Run the steps ``targets`` need on Spark; returns the id of the complete run."""
        require_spark()
        lent = self._session
        with self._stack:
            self._stack.callback(remove_tree, self.scratch)
            self._stack.callback(setattr, self, "_session", lent)
            return super().run(targets)

    def engine(self, step: Step | None = None) -> str:
        """Spark for the run and its SQL steps, DuckDB for a Python step.

        Of a SQL step the translation is part of the answer: what it computes hangs on that, too.
        """
        if isinstance(step, PythonStep):
            return super().engine(step)
        version = f"spark {metadata.version('pyspark')}"
        return f"{version} {digest_of(self._text(step))}" if isinstance(step, SqlStep) else version

    def _text(self, step: SqlStep) -> str:
        if step.step not in self._translated:
            self._translated[step.step] = translate(step)
        return self._translated[step.step]

    # ---- one step -------------------------------------------------------------------------

    def _make_whole(self, step: Step, reads: Sequence[Table], key: str) -> Output:
        if not isinstance(step, SqlStep):
            return super()._make_whole(step, reads, key)
        with self._typing(step, reads) as con, naming(step):
            draft = self.store.draft(step.step)
            self._write(step, self._rows(con, step, reads, None), draft)
            if not any(draft.glob("*.parquet")):
                _write_nothing(con, step.sql, draft)
            return self.store.keep(con, step, draft, key, None, self._measured(con, draft))

    def _make_months(
        self, step: SqlStep, reads: Sequence[Table], keys: Mapping[int, str]
    ) -> dict[int, Output]:
        with self._typing(step, reads) as con, naming(step):
            draft = self.store.draft(step.step)
            self._write(step, self._rows(con, step, reads, list(keys)), draft, by_month=True)
            for folder in draft.glob(f"{FOLDER}=*"):
                folder.rename(draft / folder.name.replace(FOLDER, PARTITION, 1))
            measure = partial(self._measured, con)
            return self.store.keep_months(con, step, step.sql, draft, keys, measure)

    def _rows(
        self,
        con: duckdb.DuckDBPyConnection,
        step: SqlStep,
        reads: Sequence[Table],
        months: Collection[int] | None,
    ) -> DataFrame:
        """The rows of the step, not computed yet."""
        session = self._open()
        for table in reads:
            self._view(table, months)
        for rule in step.rules:
            self._rule_view(con, rule)
        columns = [
            (column, spark_type(kind, column, step.where)) for column, kind in _described(con, step.sql)
        ]
        session.sparkContext.setJobDescription(step.step)
        try:
            return session.sql(shaped(self._text(step), columns))
        except Exception as error:
            raise _failed(step, error) from error

    def _write(self, step: SqlStep, rows: DataFrame, draft: Path, by_month: bool = False) -> None:
        from pyspark.sql import functions

        if by_month:
            # files of even size, however uneven the months: a large month is split, small ones share a task
            rows = rows.withColumn(FOLDER, functions.col(PARTITION)).hint("rebalance", FOLDER)
        writer = rows.write.mode("append").option("compression", "zstd")
        try:
            (writer.partitionBy(FOLDER) if by_month else writer).parquet(self._seen(draft))
        except Exception as error:
            raise _failed(step, error) from error
        for checksum in draft.rglob(".*.crc"):
            checksum.unlink()

    def _measured(self, con: duckdb.DuckDBPyConnection, draft: Path) -> tuple[int, str] | None:
        """Rows and digest by Spark where there are more than the driver should read; else None."""
        files = sorted(draft.glob("*.parquet"))
        if not files:
            return None
        found = con.execute(f"select count(*) from {parquet(files)}").fetchone()  # reads the footers alone
        rows = int(found[0]) if found else 0
        if rows <= self.spark.driver_rows:
            return None
        frame = self._open().read.parquet(self._seen(draft))
        hashed = frame.selectExpr("cast(xxhash64(*) as decimal(38, 0)) as h").selectExpr("sum(h) as total")
        return rows, digest_of([sorted(frame.columns), rows, str(hashed.first()[0])])  # type: ignore[index]

    # ---- what Spark sees ------------------------------------------------------------------

    def _open(self) -> SparkSession:
        """The session; opened when the first step needs it."""
        if self._session is None:
            master = self.spark.master or (f"local[{self.threads}]" if self.threads else None)
            opened = open_session(master, self.spark.conf, self.scratch)
            self._session = self._stack.enter_context(opened)
        return self._session

    def _seen(self, path: Path) -> str:
        """A path of the warehouse as Spark reaches it."""
        home = self.warehouse.home.absolute()
        if self.spark.warehouse is None:
            return f"file://{path.absolute()}"
        return f"{self.spark.warehouse.rstrip('/')}/{path.absolute().relative_to(home).as_posix()}"

    def _view(self, table: Table, months: Collection[int] | None) -> None:
        files, only = table.chosen(months)
        columns = [(column, spark_type(kind, column)) for column, kind in self._columns_of(table)]
        self._read(files, columns, only).createOrReplaceTempView(view_name(table.name))

    def _read(self, files: Sequence[Path], columns: Columns, only: Sequence[int] | None = None) -> DataFrame:
        session = self._open()
        if not files:
            empty = ", ".join(f"cast(null as {kind}) as `{column}`" for column, kind in columns)
            return session.sql(f"select {empty} where false")
        schema = ", ".join(f"`{column}` {kind}" for column, kind in columns)
        reader = session.read.schema(schema).option("recursiveFileLookup", "true")
        frame = reader.parquet(*(self._seen(path) for path in files))
        return frame if only is None else frame.where(frame[PARTITION].isin(list(only)))

    def _rule_view(self, con: duckdb.DuckDBPyConnection, rule: str) -> None:
        """A rule's table, small enough that Spark sends it to every executor by itself."""
        table = f"rules.{rule.replace('.', '_', 1)}"
        path = self.scratch / "rules" / f"{table}.parquet"
        columns = _described(con, f"select * from {name(*table.split('.'))}")
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            con.execute(f"copy {name(*table.split('.'))} to {quote(str(path))} ({FORMAT})")
        frame = self._read([path], [(column, spark_type(kind, column)) for column, kind in columns])
        frame.createOrReplaceTempView(view_name(table))

    # ---- types ----------------------------------------------------------------------------

    def _typing(self, step: Step, reads: Sequence[Table]) -> duckdb.DuckDBPyConnection:
        """A connection in which every table the step reads is there with its columns and without rows."""
        con = self._connect(step, (), None)
        for table in reads:
            schema, short = table.name.split(".")
            columns = ", ".join(f"{name(column)} {kind}" for column, kind in self._columns_of(table))
            con.execute(f"create schema if not exists {name(schema)}")
            con.execute(f"create table {name(schema, short)} ({columns})")
        return con

    def _columns_of(self, table: Table) -> Columns:
        key = f"{table.name} {table.whole.digest}"
        if key not in self._columns:
            with connect() as con:
                table.register(con)
                self._columns[key] = _described(con, f"select * from {name(*table.name.split('.'))}")
        return self._columns[key]


def _described(con: duckdb.DuckDBPyConnection, query: str) -> Columns:
    return [(str(row[0]), str(row[1])) for row in con.execute(f"describe {query}").fetchall()]


def _write_nothing(con: duckdb.DuckDBPyConnection, query: str, draft: Path) -> None:
    con.execute(
        f"copy (select * from (\n{query}\n) where false) to {quote(str(draft / 'part.parquet'))} ({FORMAT})"
    )


def _failed(step: Step, error: Exception) -> CorridorError:
    """What Spark said in one line: its first, which names the cause."""
    if isinstance(error, CorridorError):
        return error
    said = str(error).strip().splitlines() or [type(error).__name__]
    return CorridorError(
        "STEP-FAILED",
        f"Step {step.step} could not be computed on Spark: {said[0]}",
        why="What it makes is missing; the last complete run is unharmed.",
        todo="If an executor was lost or ran out of memory or disk, give it more in the table spark.conf and "
        "run again: what is complete is reused. Otherwise keep the files and report it.",
        file=step.where,
    )

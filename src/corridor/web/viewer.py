"""The one way to the rows of a run: a viewer sees what its account may see, and nothing else exists for it.

Every table is a view whose condition is the account's scope, made before any query runs: a query cannot
forget the filter, because the unfiltered table has no name on the viewer's connection.
"""

from __future__ import annotations

import re
import secrets
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb

from corridor.engine.connection import connect, name, parquet, quote
from corridor.engine.runs import Run
from corridor.errors import CorridorError
from corridor.web.panel import SCHEMA, Panels, panel_tables
from corridor.web.rows_kept import RowsKept, lasting
from corridor.web.scope import (
    COLUMNS,
    KINDS,
    LINES_OF_EPISODE,
    OF_EPISODE,
    OF_PERSON,
    OPTED_OUT,
    PARTICIPANTS,
    REACH_PARTICIPANTS,
    ROSTER,
    Scope,
    condition,
    of_patients,
)

NAMED = re.compile(r'"?\b([a-z][a-z0-9_]*)"?\."?([a-z][a-z0-9_]*)\b"?')


class Viewer(Run):
    """A run as one account sees it; stands wherever a run does.

    ``patients``: whether rows about single people, claims and episodes are seen at all.
    """

    def __init__(self, run: Run, scope: Scope, patients: bool, panels: Panels | None = None) -> None:
        self.scope = scope
        self._panels = panels
        self.patients = patients
        self.home = run.home
        self.run_id = run.run_id
        self.manifest = run.manifest
        self._files: dict[str, list[Path]] = {
            str(entry["step"]): [
                file for output in entry["outputs"] for file in sorted((run.home / output).glob("*.parquet"))
            ]
            for entry in run.manifest["steps"]
        }
        self._given = run.given
        # What the run made: its files are never written again. What it was given, or was lent later, may be.
        self._lasting = frozenset({*self._files, *panel_tables()})
        self._kept = RowsKept()
        self._lock = threading.RLock()
        self._made: dict[str, bool] = {}
        self._own = connect()
        self._own.execute("create schema scope")
        for kind in KINDS:
            self._own.execute(f"create table scope.{kind} (value varchar)")
            for value in scope.values(kind):
                self._own.execute(f"insert into scope.{kind} values (?)", [value])
        self._whose_episodes()
        self._whose_people()
        self._who_takes_part()

    # -- what is asked of a run ---------------------------------------------------------------

    @property
    def con(self) -> duckdb.DuckDBPyConnection:
        """The connection of this viewer: it holds what ``query`` was asked for, and only what is in scope."""
        return self._own

    def files(self, table: str) -> list[Path]:
        """None: the files of a table hold every row of it."""
        return []

    def has(self, table: str) -> bool:
        """Whether the run made this table, and this viewer may see it."""
        return (table in self._files or table in panel_tables()) and self._make(table)

    def query(self, sql: str, parameters: Sequence[Any] | None = None) -> list[dict[str, Any]]:
        """The rows of a query, one dict a row; values only as parameters.

        Raises WEB-OLD-RUN where the run lacks a table or column that the query names.
        """
        values = list(parameters or [])
        if not lasting(sql, self._lasting):
            return self._ask(sql, values)
        return self._kept.get((sql, repr(values)), lambda: self._ask(sql, values))

    def _ask(self, sql: str, values: list[Any]) -> list[dict[str, Any]]:
        for schema, table in NAMED.findall(sql):
            if schema == SCHEMA or f"{schema}.{table}" in self._files or f"{schema}.{table}" in self._given:
                self._make(f"{schema}.{table}")
        cursor = self._own.cursor()
        try:
            found = cursor.execute(sql, values)
            columns = [column[0] for column in found.description or []]
            return [dict(zip(columns, row, strict=True)) for row in found.fetchall()]
        except (duckdb.BinderException, duckdb.CatalogException) as error:
            raise CorridorError(
                "WEB-OLD-RUN",
                "The last complete run lacks a table or column that this page shows.",
                why="It was limited with --only, or was made by an older Corridor.",
                todo="Run again: corridor run.",
            ) from error
        finally:
            cursor.close()

    def lend(self, table: str, files: Sequence[Path]) -> None:
        """A table made from the run for every account: seen here cut to the scope, as the run's own are."""
        with self._lock:
            self._given.setdefault(table, list(files))

    # -- what pages ask -----------------------------------------------------------------------

    def tables(self) -> list[str]:
        """The tables this viewer may see, by name."""
        return sorted(table for table in self._files if self.has(table))

    def table(self, table: str) -> None:
        """Make sure of a table. Raises WEB-FORBIDDEN where it is there, and not for this account."""
        if table in self._files and not self.has(table):
            raise CorridorError(
                "WEB-FORBIDDEN",
                f"{table} holds rows about single patients, which your role does not see.",
                todo="Ask an administrator for a role that works with patients.",
                field="table",
            )

    def of_patients(self, table: str) -> bool:
        """Whether a row of a table is about one person, claim or episode."""
        return of_patients(table, [str(row["column_name"]) for row in self.query(f"describe {table}")])

    def sees(self, npi: str, tin: str | None = None) -> bool:
        """Whether a clinician has a row in what this viewer sees."""
        for table in ("asm.result", "asm.roster", "qp.status"):
            if self.has(table):
                found = self.query(
                    f"select 1 as found from {table} where npi = ? and (? is null or tin = ?) limit 1",
                    [npi, tin, tin],
                )
                if found:
                    return True
        return False

    def practices(self) -> list[str]:
        """The practices that take part whole in the ACOs of the scope."""
        return [str(row["value"]) for row in self.query("select value from scope.practice order by value")]

    # -- how the views are made ---------------------------------------------------------------

    def _make(self, table: str) -> bool:
        """Make the view of a table, once; False where this viewer may not see it."""
        with self._lock:
            if table not in self._made:
                self._made[table] = self._view(table)
            return self._made[table]

    def _view(self, table: str) -> bool:
        source = self._source(table)
        if source is None:
            return False
        columns = self._columns(source)
        if not self.patients and of_patients(table, columns):
            return False
        schema, short = table.split(".")
        where = (
            "true"
            if self.scope.every_row
            else condition(
                table,
                columns,
                episodes=bool(self._files.get(OF_EPISODE)),
                lines=self._has_lines,
                people=bool(self._files.get(OF_PERSON)),
                participants=bool(self.scope.aco and self._files.get(PARTICIPANTS)),
            )
        )
        self._own.execute(f"create schema if not exists {name(schema)}")
        self._own.execute(f"create view {name(schema, short)} as select * from {source} where {where}")
        return True

    def _source(self, table: str) -> str | None:
        """Where the rows of a table lie: in a panel, else in the files of the run; None where nowhere.

        A panel is attached under a name that no query can be written with: what has no condition keeps none
        that is known.
        """
        panel = self._panels.file(table) if self._panels is not None and table not in self._given else None
        if panel is not None:
            alias = f"panel_{secrets.token_hex(16)}"
            self._own.execute(f"attach {quote(str(panel))} as {alias} (read_only)")
            return f"{alias}.rows"
        files = self._files.get(table) or self._given.get(table)
        return parquet(files) if files else None

    def _columns(self, source: str) -> list[str]:
        found = self._own.execute(f"describe select * from {source}").fetchall()
        return [str(row[0]) for row in found]

    @property
    def _has_lines(self) -> bool:
        return bool(self._files.get(LINES_OF_EPISODE)) and bool(self._files.get(OF_EPISODE))

    def _whose_episodes(self) -> None:
        """scope.episode and scope.line: the episodes attributed to the scope, and their claim lines.

        A clinician answers for all care in an episode: its lines are seen whoever rendered them.
        """
        if self.scope.every_row or not self.patients or not self._files.get(OF_EPISODE):
            self._own.execute("create table scope.episode (episode_id varchar)")
        else:
            self._own.execute(
                f"create table scope.episode as select distinct episode_id "
                f"from {parquet(self._files[OF_EPISODE])} where attributed and "
                "(tin in (select value from scope.tin) or npi in (select value from scope.npi))"
            )
        if self._has_lines:
            self._own.execute(
                "create view scope.line as select source_id, claim_id, claim_line_number "
                f"from {parquet(self._files[LINES_OF_EPISODE])} "
                "where episode_id in (select episode_id from scope.episode)"
            )

    def _whose_people(self) -> None:
        """scope.person: the people the scope answers for under THE attribution of the run.

        Whoever opted out of data sharing is in nobody's scope.
        """
        if self.scope.every_row or not self.patients or not self._files.get(OF_PERSON):
            self._own.execute("create table scope.person (person_id bigint)")
            return
        files = self._files[OF_PERSON]
        present = self._columns(parquet(files))
        mine = " or ".join(
            f"{name(column)} in (select value from scope.{kind})"
            for kind, columns in COLUMNS.items()
            for column in columns
            if column in present
        )
        out = self._files.get(OPTED_OUT)
        kept = f"and person_id not in (select person_id from {parquet(out)} where opted_out)" if out else ""
        self._own.execute(
            f"create table scope.person as select distinct person_id from {parquet(files)} "
            f"where ({mine or 'false'}) {kept}"
        )

    def _who_takes_part(self) -> None:
        """scope.practice, scope.pair and scope.clinician: who takes part in the ACOs of the scope.

        A Shared Savings participant is a practice with all who bill under it, a REACH participant a clinician
        in a practice, unless its list names the practice alone. Where no REACH ACO is listed the run tries
        the others as if they were: that is no participation.
        """
        con, files = self._own, self._files
        con.execute("create table scope.practice (value varchar)")
        con.execute("create table scope.pair (tin varchar, npi varchar)")
        con.execute("create table scope.clinician (value varchar)")
        if self.scope.every_row or not self.scope.aco or not files.get(PARTICIPANTS):
            return
        mine = "aco_id in (select value from scope.aco)"
        listed = parquet(files[PARTICIPANTS])
        whole = "program = 'mssp'" if "program" in self._columns(listed) else "true"
        con.execute(f"insert into scope.practice select tin from {listed} where {mine} and {whole}")
        if files.get(REACH_PARTICIPANTS):
            named = parquet(files[REACH_PARTICIPANTS])
            real = f"{mine} and not is_trial"
            con.execute(
                f"insert into scope.practice select distinct tin from {named} where {real} and npi = 'every'"
            )
            con.execute(
                f"insert into scope.pair select tin, npi from {named} where {real} and npi <> 'every'"
            )
        if files.get(ROSTER):
            con.execute(
                f"insert into scope.clinician select npi from {parquet(files[ROSTER])} group by npi having "
                "bool_and(tin in (select value from scope.practice) "
                "or (tin, npi) in (select tin, npi from scope.pair))"
            )

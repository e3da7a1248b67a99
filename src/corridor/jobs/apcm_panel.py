"""APCM of a panel without claims: the steps of a run, over twelve ordinary months of a list of patients.

The rows of the form become the tables these steps read (who is enrolled, how many conditions, what is
billed), so that a list and a run give the same answers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from corridor.engine import SqlStep
from corridor.engine.catalogue import load_catalogue
from corridor.engine.connection import connect, parquet
from corridor.engine.tabular.form import Form, read_form
from corridor.errors import CorridorError
from corridor.jobs.apcm_stage import (
    PANEL,
    panel_warnings,
    price_year,
    refuse_rows,
    stage_lines,
    stage_months,
)
from corridor.jobs.audits import AuditAnswer, precision_of, summarize, unofficial
from corridor.jobs.context import Context
from corridor.reference import reference_tables

COUNTS = "apcm_counts"
BY_MINUTES = "primary_care.ccm_minutes"
CCM = "99490"  # the code the columns of the counts form name
MISSING_COLUMN = "TABULAR-MISSING-COLUMN"
_GIVEN = "not given"
_STEPS = (
    *("billing.care_line", "billing.care_month", "billing.apcm_candidate", "billing.apcm_patient_month"),
    *("billing.apcm_level", "billing.audit_apcm", "billing.audit_behavioral", "billing.apcm_comparison"),
    *("billing.apcm_year", "billing.program_candidate", "billing.care_management_margin"),
)
_COLUMNS: dict[str, str] = {
    "person_id": "BIGINT",
    "patient_id": "VARCHAR",
    "npi": "VARCHAR",
    "tin": "VARCHAR",
    "conditions": "INTEGER",
    "qmb": "BOOLEAN",
    "behavioral": "BOOLEAN",
    "last_seen": "DATE",
    "codes": "VARCHAR",
    "minutes": "INTEGER",
    "mac": "VARCHAR",
    "locality": "VARCHAR",
    "setting": "VARCHAR",
    "qp": "BOOLEAN",
    "line": "INTEGER",
}
Row = dict[str, Any]


@dataclass(frozen=True)
class Panel:
    """A panel with the steps made of it; ``con`` is the caller's to close."""

    con: duckdb.DuckDBPyConnection
    year: int
    used: frozenset[str]
    warnings: list[str]
    form: str

    def query(self, sql: str) -> list[Row]:
        """Records of a query."""
        found = self.con.execute(sql)
        columns = [column[0] for column in found.description or []]
        return [dict(zip(columns, row, strict=True)) for row in found.fetchall()]


def make_panel(path: Path, context: Context, year: int | None = None) -> Panel:
    """Twelve ordinary months of a panel (apcm_panel) or of counts (apcm_counts) in a calendar year.

    Without a year the newest with an installed fee schedule. Raises APCM-PRICE where none is installed,
    APCM-CODE, APCM-LOCALITY, APCM-PLACES, APCM-COUNTS, and what reading a form raises.
    """
    rows, form = _rows(path, context)
    con = connect(context.warehouse.spill, threads=context.settings.threads)
    try:
        con.execute(
            "create schema door; create schema billing; create schema reference; create schema claims"
        )
        con.execute("create schema population; create schema attribution")
        _reference(con, context)
        used: set[str] = set()
        _make(con, context, "billing.service_price", used)
        chosen = price_year(con, year)
        _table(con, "door.panel", rows)
        refuse_rows(con, form.file, chosen)
        context.force.register(con, ["primary_care.chronic_condition"])
        stage_months(con, chosen)
        _make(con, context, "billing.clinician_price", used)
        stage_lines(con)
        for step in _STEPS:
            _make(con, context, step, used)
        context.force.register(con, [BY_MINUTES])
        used.add(BY_MINUTES)
        return Panel(
            con, chosen, frozenset(used), [*form.warnings, *panel_warnings(con, form)], form.layout.name
        )
    except BaseException:
        con.close()
        raise


def audit_panel(path: Path, context: Context) -> AuditAnswer:
    """Findings of APCM in one ordinary month of a panel."""
    return _findings(path, context, "billing.audit_apcm")


def audit_behavioral(path: Path, context: Context) -> AuditAnswer:
    """Behavioral integration left out in one ordinary month of a panel."""
    return _findings(path, context, "billing.audit_behavioral")


def _findings(path: Path, context: Context, table: str) -> AuditAnswer:
    panel = make_panel(path, context)
    try:
        rows = panel.query(
            f"select * from {table} where month = (select min(month) from population.month) "
            "order by finding_id"
        )
        for row in rows:
            row["person_id"] = None  # numbers of this file only
        note = f"Findings are of one ordinary month of {panel.year}; the same stand in every month."
        return AuditAnswer(
            rows,
            summarize(rows, precision_of(context)),
            unofficial(context, panel.used),
            [*panel.warnings, note],
        )
    finally:
        panel.con.close()


# ---- the rows of the form ---------------------------------------------------------------------------


def _rows(path: Path, context: Context) -> tuple[list[Row], Form]:
    try:
        form = read_form(path, PANEL)
    except CorridorError as error:
        if error.code != MISSING_COLUMN:
            raise
        try:
            form = read_form(path, COUNTS)
        except CorridorError as second:
            raise (second if second.code != MISSING_COLUMN else error) from None
        return _expanded(form, context), form
    return [
        {
            **_shared(row, line),
            "patient_id": row["patient_id"],
            "conditions": row["chronic_conditions"],
            "qmb": bool(row["qmb"]),
            "behavioral": bool(row["behavioral"]) and row["chronic_conditions"] > 0,
            "last_seen": row["last_seen"],
            "codes": " ".join(
                (row["apcm_code"] or "", *(row["care_management"] or "").replace(",", " ").split())
            ).strip(),
            "minutes": row["minutes"],
        }
        for row, line in zip(form.rows, form.lines, strict=True)
    ], form


def _expanded(form: Form, context: Context) -> list[Row]:
    """Counts as people: of each level as many conditions, and the status, that make it."""
    levels = {
        int(row["level"]): {"conditions": int(row["conditions_at_least"]), "qmb": bool(row["qmb"])}
        for row in context.force.history("primary_care.apcm_code")[-1].value
    }
    rows: list[Row] = []
    for row, line in zip(form.rows, form.lines, strict=True):
        for level, made in levels.items():
            people = row[f"level_{level}_patients"] or 0
            managed = row.get(f"level_{level}_ccm") or 0
            if managed > people:
                raise CorridorError(
                    "APCM-COUNTS",
                    f"Of {people:,} patients of level {level}, {managed:,} are said to be billed {CCM}.",
                    todo="Correct one of the two numbers.",
                    file=form.file,
                    line=line,
                    field=f"level_{level}_ccm",
                )
            own = {**_shared(row, line), **made, "behavioral": False}
            rows += [{**own, "codes": CCM if at < managed else ""} for at in range(people)]
    return rows


def _shared(row: Row, line: int) -> Row:
    return {
        "npi": row["npi"] or _GIVEN,
        "tin": row["tin"] or _GIVEN,
        "mac": row["mac"],
        "locality": row["locality"],
        "setting": row["setting"] or "non_facility",
        "qp": bool(row["qp"]),
        "line": line,
    }


def _table(con: duckdb.DuckDBPyConnection, table: str, rows: Sequence[Row]) -> None:
    listed = ", ".join(f"{name} {kind}" for name, kind in _COLUMNS.items())
    con.execute(f"create table {table} ({listed})")
    cells = [[at + 1, *(row.get(name) for name in list(_COLUMNS)[1:])] for at, row in enumerate(rows)]
    # a thousand rows in one statement: row by row a large panel would take minutes
    for start in range(0, len(cells), 1000):
        part = cells[start : start + 1000]
        marks = ", ".join(f"({', '.join('?' * len(_COLUMNS))})" for _ in part)
        con.execute(f"insert into {table} values {marks}", [cell for row in part for cell in row])


# ---- the tables of twelve ordinary months -----------------------------------------------------------


def _reference(con: duckdb.DuckDBPyConnection, context: Context) -> None:
    for table in reference_tables(context.warehouse):
        if table.name not in ("reference.pfs_rvu", "reference.pfs_gpci") or table.columns is None:
            continue
        columns = ", ".join(f'"{name}" {kind}' for name, kind in table.columns.items())
        con.execute(f"create table {table.name} ({columns})")
        if table.whole.files:
            listed = ", ".join(f'"{name}"' for name in table.columns)
            con.execute(f"insert into {table.name} select {listed} from {parquet(table.whole.files)}")


def _make(con: duckdb.DuckDBPyConnection, context: Context, name: str, used: set[str]) -> None:
    step = load_catalogue().steps[name]
    assert isinstance(step, SqlStep)
    context.force.register(con, list(step.rules))
    used.update(step.rules)
    con.execute(f"create table {name} as {step.sql}")

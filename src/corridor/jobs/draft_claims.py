"""Draft claims checked before they are sent: the audit steps of a run, over the lines of one file.

The file becomes `billing.audit_line`, the one table of claims these steps read, so that what is found before
submission and after it is the same. What only a run knows (who is the focal clinician, discharges) is empty.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb

from corridor.engine import PythonStep, SqlStep, Step, StepContext
from corridor.engine.catalogue import load_catalogue
from corridor.engine.connection import connect, parquet
from corridor.engine.tabular import Found, Layout, load_layout, open_table, scratch_folder, stage
from corridor.engine.tabular.stage import refuse_columns
from corridor.errors import CorridorError
from corridor.jobs.audits import AuditAnswer, precision_of, summarize, unofficial
from corridor.jobs.context import Context
from corridor.jobs.draft_amounts import fill_amounts
from corridor.reference import reference_tables
from corridor.words import and_more

FORM = "claims_to_check"
CHECKED = (
    "billing.audit_conflict",
    "billing.audit_g2211",
    "billing.audit_wellness",
    "billing.audit_telehealth",
    "billing.audit_duplicate",
)
_LINES = "billing.audit_line"
# What the steps read of a run and a file does not hold: empty, so that nothing is concluded from it.
_UNKNOWN = {
    "billing.discharge": "person_id bigint, discharge_date date",
    "billing.part_b_start": "person_id bigint, start_date date",
    "attribution.focal_clinician": (
        "person_id bigint, npi varchar, confidence varchar, is_primary_specialty boolean"
    ),
    "attribution.primary_care_service": (
        "source_id varchar, claim_id varchar, claim_line_number integer, clinician_group varchar"
    ),
}


def all_findings(path: Path, context: Context) -> AuditAnswer:
    """Every audit of draft claims."""
    return _audit(path, context, CHECKED)


def conflicts(path: Path, context: Context) -> AuditAnswer:
    """Services that exclude one another."""
    return _audit(path, context, ("billing.audit_conflict",))


def g2211(path: Path, context: Context) -> AuditAnswer:
    """The visit-complexity add-on where it is not payable."""
    return _audit(path, context, ("billing.audit_g2211",))


def wellness(path: Path, context: Context) -> AuditAnswer:
    """Wellness visits and assessments before they are due."""
    return _audit(path, context, ("billing.audit_wellness",))


def telehealth(path: Path, context: Context) -> AuditAnswer:
    """Telehealth codes, modifiers and places."""
    return _audit(path, context, ("billing.audit_telehealth",))


def duplicates(path: Path, context: Context) -> AuditAnswer:
    """Lines and claims that stand in the file twice."""
    return _audit(path, context, ("billing.audit_duplicate",))


def _audit(path: Path, context: Context, tables: tuple[str, ...]) -> AuditAnswer:
    con = connect(context.warehouse.spill, threads=context.settings.threads)
    try:
        with scratch_folder(context.warehouse.home) as scratch:
            absent = stage_drafts(con, path, scratch)
            _prepare(con, context)
            filled = fill_amounts(con, _LINES, context)
            rows = [row for table in tables for row in _run(con, context, table)]
        rows.sort(key=lambda row: (row["kind"], str(row["service_date"]), row["claim_id"], row["finding_id"]))
        for row in rows:
            row["person_id"] = None  # numbers of this file only, of no use to anyone
        used = {rule for table in tables for step in _needed(table) for rule in _step(step).rules}
        return AuditAnswer(
            rows,
            summarize(rows, precision_of(context)),
            unofficial(context, used),
            [*_warnings(absent, _blank(con)), *filled],
        )
    finally:
        con.close()


def stage_drafts(con: duckdb.DuckDBPyConnection, path: Path, scratch: Path) -> tuple[str, ...]:
    """Make billing.audit_line from a file of draft claims; returns the optional columns it lacks.

    Raises FILE-NOT-FOUND, AUDIT-NOBODY for a file without rows, AUDIT-ROW for the first row that cannot be
    used, AUDIT-LINE-TWICE, and what reading a table raises.
    """
    if not path.is_file():
        raise CorridorError("FILE-NOT-FOUND", "There is no such file.", todo="Check the path.", file=path)
    layout: Layout = load_layout("form", FORM)
    table = open_table(Found(path, path.name), [layout], scratch)
    if any(not ({*column.headers} & {*table.columns}) for column in layout.required):
        refuse_columns(table, layout)
    staged = stage(con, table, layout, "drafts")
    if staged.rows_rejected:
        first = con.execute(
            f"select line_number, field, reason from ({staged.rejects}) order by line_number limit 1"
        ).fetchone()
        assert first is not None
        raise CorridorError(
            "AUDIT-ROW",
            f"A row cannot be used: {first[2]}.",
            why=and_more(staged.rows_rejected, "A line left out may hide a finding."),
            todo="Correct the row, or take it out.",
            file=path.name,
            line=int(first[0]),
            field=str(first[1]),
        )
    _refuse(con, path.name)
    con.execute("create schema billing")
    con.execute(
        f"""create table {_LINES} as select 'draft' as source_id, claim_id,
            cast(line as integer) as claim_line_number,
            cast(dense_rank() over (order by patient_id) as bigint) as person_id, date as service_date,
            cx_month_of(date) as month, npi, tin, code as hcpcs_code,
            concat(' ', coalesce(trim(regexp_replace(modifiers, '[^0-9A-Z]+', ' ', 'g')), ''), ' ')
                as modifiers,
            pos as place_of_service_code, coalesce(units, 1) as units, amount as allowed_amount,
            cast(null as decimal(18, 2)) as paid_amount, diagnosis as line_diagnosis_code, true as draft,
            cx_month_of(date) as service_month
        from drafts"""
    )
    return staged.absent


def _refuse(con: duckdb.DuckDBPyConnection, file: str) -> None:
    if not con.execute("select 1 from drafts limit 1").fetchone():
        raise CorridorError(
            "AUDIT-NOBODY",
            "The file holds no claim line.",
            why="It has its column names, but no row below them.",
            todo="Write one row for each claim line.",
            file=file,
        )
    twice = con.execute(
        "select min(line_number), max(line_number) from drafts group by claim_id, line having count(*) > 1 "
        "order by 1 limit 1"
    ).fetchone()
    if twice:
        raise CorridorError(
            "AUDIT-LINE-TWICE",
            f"A claim line stands on line {twice[0]} and again on line {twice[1]}.",
            why="Findings name a claim line: each may stand there once.",
            todo="Number the lines of a claim 1, 2, 3; a service sent twice gets two lines.",
            file=file,
            line=int(twice[1]),
            field="line",
        )


def _prepare(con: duckdb.DuckDBPyConnection, context: Context) -> None:
    """The tables beside the lines: installed reference files, and what a file cannot know, empty."""
    con.execute("create schema attribution; create schema reference")
    for name, columns in _UNKNOWN.items():
        con.execute(f"create table {name} ({columns})")
    wanted = {read for table in CHECKED for step in _needed(table) for read in _step(step).reads}
    for table in reference_tables(context.warehouse):
        if table.name not in wanted or table.columns is None:
            continue
        columns = ", ".join(f'"{name}" {kind}' for name, kind in table.columns.items())
        con.execute(f"create table {table.name} ({columns})")
        if table.whole.files:
            listed = ", ".join(f'"{name}"' for name in table.columns)
            con.execute(f"insert into {table.name} select {listed} from {parquet(table.whole.files)}")


def _step(name: str) -> Step:
    return load_catalogue().steps[name]


def _needed(table: str) -> list[str]:
    """The steps from the lines to a table, in order."""
    wanted: list[str] = []

    def visit(name: str) -> None:
        if name in wanted or name == _LINES or name in _UNKNOWN or name not in load_catalogue().steps:
            return
        for read in _step(name).reads:
            visit(read)
        wanted.append(name)

    visit(table)
    return wanted


def _run(con: duckdb.DuckDBPyConnection, context: Context, table: str) -> list[dict[str, Any]]:
    for name in _needed(table):
        step = _step(name)
        context.force.register(con, list(step.rules))
        con.execute(f"create or replace table {name} as {_query(step, con, context)}")
    found = con.execute(f"select * from {table}")
    columns = [column[0] for column in found.description or []]
    return [dict(zip(columns, row, strict=True)) for row in found.fetchall()]


def _query(step: Step, con: duckdb.DuckDBPyConnection, context: Context) -> str:
    """The select of a step; a Python step of these audits leaves its rows on the connection and gives one."""
    if isinstance(step, SqlStep):
        return step.sql
    assert isinstance(step, PythonStep) and step.function is not None
    query: str = step.function(StepContext(con, context.force))
    return query


def _warnings(absent: tuple[str, ...], blank: Mapping[str, int]) -> list[str]:
    warnings = [
        "Only the lines of this file were compared with one another: what was billed before and is not in it "
        "is not known."
    ]
    meanings = {
        "npi": "add-ons, visits of the same clinician and repeats cannot be told apart by clinician",
        "tin": "another clinician of the same practice is not recognized",
        "pos": "places of service are not checked",
        "modifiers": "every line counts as without modifiers",
    }
    warnings += [f"The file has no {name}: {meanings[name]}." for name in meanings if name in absent]
    return warnings + [
        f"{count:,} {'line names' if count == 1 else 'lines name'} no {name}: for them {meanings[name]}."
        for name, count in blank.items()
        if count and name not in absent
    ]


def _blank(con: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """How many lines leave a cell empty whose absence changes what can be found."""
    counts = con.execute(
        "select count(*) - count(npi), count(*) - count(tin), count(*) - count(place_of_service_code) "
        f"from {_LINES}"
    ).fetchone()
    assert counts is not None
    return dict(zip(("npi", "tin", "pos"), counts, strict=True))

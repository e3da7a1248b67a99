"""Drugs and skin substitutes of a practice without claims files: the audit's steps over one file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb

from corridor.engine import SqlStep
from corridor.engine.catalogue import load_catalogue
from corridor.engine.connection import connect, parquet
from corridor.engine.tabular import Found, load_layout, open_table, scratch_folder, stage
from corridor.engine.tabular.stage import refuse_columns
from corridor.errors import CorridorError
from corridor.jobs.audits import AuditAnswer, precision_of, summarize, unofficial
from corridor.jobs.context import Context
from corridor.reference import reference_tables
from corridor.words import and_more

FORM = "drug_lines"
DRUGS = "billing.audit_part_b_drug"
SKIN = "billing.audit_skin_substitute"
CHANGE = "billing.skin_substitute_change"
# What the steps read and the file gives.
_GIVEN = ("claims.service_line", "claims.medical_claim", "billing.line")


def drugs(path: Path, context: Context) -> AuditAnswer:
    """Part B drugs: price, units, wastage, 340B."""
    return _audit(path, context, DRUGS)


def skin_substitutes(path: Path, context: Context) -> AuditAnswer:
    """Skin substitutes: application, area, what is thrown away, the rate of 2026."""
    return _audit(path, context, SKIN)


def _audit(path: Path, context: Context, table: str) -> AuditAnswer:
    con = connect(context.warehouse.spill, threads=context.settings.threads)
    try:
        with scratch_folder(context.warehouse.home) as scratch:
            absent = stage_lines(con, path, scratch)
            warnings = _warnings(absent) + _references(con, context, table)
            rows = _run(con, context, table)
            if table == SKIN:
                warnings += _change(_run(con, context, CHANGE))
        rows.sort(key=lambda row: (row["kind"], str(row["service_date"]), row["claim_id"], row["finding_id"]))
        for row in rows:
            row["person_id"] = None  # numbers of this file only, of no use to anyone
        used = {rule for name in _needed(table) for rule in _step(name).rules}
        return AuditAnswer(rows, summarize(rows, precision_of(context)), unofficial(context, used), warnings)
    finally:
        con.close()


def stage_lines(con: duckdb.DuckDBPyConnection, path: Path, scratch: Path) -> tuple[str, ...]:
    """Make the tables of ``_GIVEN`` from a file; returns the optional columns it lacks.

    Raises FILE-NOT-FOUND, DRUG-NOBODY for a file without rows, DRUG-ROW for the first row that cannot be
    used, DRUG-LINE-TWICE, and what reading a table raises.
    """
    if not path.is_file():
        raise CorridorError("FILE-NOT-FOUND", "There is no such file.", todo="Check the path.", file=path)
    layout = load_layout("form", FORM)
    table = open_table(Found(path, path.name), [layout], scratch)
    if any(not ({*column.headers} & {*table.columns}) for column in layout.required):
        refuse_columns(table, layout)
    staged = stage(con, table, layout, "given")
    if staged.rows_rejected:
        first = con.execute(
            f"select line_number, field, reason from ({staged.rejects}) order by line_number limit 1"
        ).fetchone()
        assert first is not None
        raise CorridorError(
            "DRUG-ROW",
            f"A row cannot be used: {first[2]}.",
            why=and_more(staged.rows_rejected, "A line left out changes what others mean."),
            todo="Correct the row, or take it out.",
            file=path.name,
            line=int(first[0]),
            field=str(first[1]),
        )
    _refuse(con, path.name)
    con.execute("create schema claims; create schema billing; create schema reference")
    # no modifier on a line is known to be none, where the file has the column
    blank = "null" if "modifiers" in staged.absent else "''"
    con.execute(
        f"""create table claims.service_line as select 'file' as source_id, claim_id,
            cast(line as integer) as claim_line_number,
            cast(dense_rank() over (order by patient_id) as bigint) as person_id, 'B' as part,
            coalesce(setting, 'professional') as setting, date as service_date, code as hcpcs_code,
            coalesce(trim(regexp_replace(modifiers, '[^0-9A-Z]+', ' ', 'g')), {blank}) as modifiers,
            units as quantity, npi, tin, ccn as facility_ccn, pos as place_of_service_code,
            allowed as allowed_amount, paid as paid_amount, cx_month_of(date) as service_month
        from given"""
    )
    con.execute(
        """create table claims.medical_claim as select 'file' as source_id, claim_id,
            cast(line as integer) as claim_line_number, charge as charge_amount,
            cx_month_of(date) as service_month
        from given"""
    )
    con.execute(
        """create table billing.line as select 'file' as source_id, claim_id,
            cast(line as integer) as claim_line_number, mac, locality, coalesce(qp, false) as qp,
            cx_month_of(date) as service_month
        from given"""
    )
    return staged.absent


def _refuse(con: duckdb.DuckDBPyConnection, file: str) -> None:
    if not con.execute("select 1 from given limit 1").fetchone():
        raise CorridorError(
            "DRUG-NOBODY",
            "The file holds no claim line.",
            why="It has its column names, but no row below them.",
            todo="Write one row for each claim line.",
            file=file,
        )
    twice = con.execute(
        "select min(line_number), max(line_number) from given group by claim_id, line having count(*) > 1 "
        "order by 1 limit 1"
    ).fetchone()
    if twice:
        raise CorridorError(
            "DRUG-LINE-TWICE",
            f"A claim line stands on line {twice[0]} and again on line {twice[1]}.",
            why="Findings name a claim line: each may stand there once.",
            todo="Number the lines of a claim 1, 2, 3.",
            file=file,
            line=int(twice[1]),
            field="line",
        )


def _references(con: duckdb.DuckDBPyConnection, context: Context, table: str) -> list[str]:
    """The installed reference files the steps read; what is missing, in words."""
    wanted = {read for name in _needed(table) for read in _step(name).reads if read.startswith("reference.")}
    warnings = []
    for one in reference_tables(context.warehouse):
        if one.name not in wanted or one.columns is None:
            continue
        columns = ", ".join(f'"{name}" {kind}' for name, kind in one.columns.items())
        con.execute(f"create table {one.name} ({columns})")
        if one.whole.files:
            listed = ", ".join(f'"{name}"' for name in one.columns)
            con.execute(f"insert into {one.name} select {listed} from {parquet(one.whole.files)}")
        elif one.name in _MISSING:
            warnings.append(_MISSING[one.name])
    return warnings


_MISSING = {
    "reference.asp_price": "No payment limits (ASP) are installed: prices of drugs are not checked. "
    "Install CMS's files with `corridor reference add`.",
    "reference.pfs_rvu": "No relative value file of 2026 is installed: skin substitutes are not told apart "
    "and their rate is not checked. Install it with `corridor reference add`.",
    "reference.pfs_gpci": "No geographic indices are installed: "
    "skin substitutes are priced at the national index.",
}


def _step(name: str) -> SqlStep:
    step = load_catalogue().steps[name]
    assert isinstance(step, SqlStep)
    return step


def _needed(table: str) -> list[str]:
    """The steps from the lines to a table, in order."""
    wanted: list[str] = []

    def visit(name: str) -> None:
        if name in wanted or name in _GIVEN or name not in load_catalogue().steps:
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
        con.execute(f"create or replace table {name} as {step.sql}")
    found = con.execute(f"select * from {table}")
    columns = [column[0] for column in found.description or []]
    return [dict(zip(columns, row, strict=True)) for row in found.fetchall()]


def _change(rows: list[dict[str, Any]]) -> list[str]:
    """What the area billed before the one rate would be allowed under it, in words."""
    before = [row for row in rows if row["lines_before"] and row["flat_amount_before"] is not None]
    if not before:
        return []
    units, allowed, flat = (
        sum(row[name] for row in before) for name in ("units_before", "allowed_before", "flat_amount_before")
    )
    return [
        f"Before 2026 the file has {units:,.0f} square centimeters allowed at ${allowed:,.2f}; "
        f"the one rate of 2026 gives ${flat:,.2f} for what of them was applied."
    ]


def _warnings(absent: tuple[str, ...]) -> list[str]:
    meanings = {
        "allowed": "findings carry no dollars",
        "charge": "a line charged below the payment limit looks underpaid",
        "modifiers": "nothing is said of wastage and 340B",
        "locality": "skin substitutes are priced at the national index",
        "tin": "lines of two practices on one day count as one practice's",
    }
    return [f"The file has no {name}: {meanings[name]}." for name in meanings if name in absent]

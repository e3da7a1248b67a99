"""The lines whose impact is measured: a run's professional lines, or the rows of a volumes form."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from corridor.engine.connection import parquet
from corridor.engine.runs import Run
from corridor.engine.tabular.form import read_form
from corridor.engine.warehouse import Warehouse
from corridor.errors import CorridorError
from corridor.jobs.impact_months import in_words, like_months
from corridor.jobs.impact_scenarios import NATIONAL
from corridor.law import RulesInForce
from corridor.words import counted

FAMILY = "billing.code_family"
LINE = "billing.line"
STATUS = "qp.status"
ROSTER = "org_raw.provider_roster"
UNKNOWN = "unknown"  # half of a place that was not given: no contractor or locality is called so
MODIFIERS = ("modifier_1", "modifier_2", "modifier_3", "modifier_4")
PIECE_ROWS = 3_000_000  # lines of claims priced together
COLUMNS: dict[str, str] = {
    "request_id": "BIGINT",
    "side": "VARCHAR",
    "service_date": "DATE",
    "hcpcs_code": "VARCHAR",
    **dict.fromkeys(MODIFIERS, "VARCHAR"),
    "modifiers": "VARCHAR",
    "place_of_service_code": "VARCHAR",
    "given_setting": "VARCHAR",
    "mac": "VARCHAR",
    "locality": "VARCHAR",
    "units": "DECIMAL(18,4)",
    "repeat": "DECIMAL(28,4)",  # wide: dollars of an amount times this overflow 18 digits
    "charge_amount": "DECIMAL(18,2)",
    "known_amount": "DECIMAL(18,2)",
    "npi": "VARCHAR",
    "tin": "VARCHAR",
    "person_id": "BIGINT",
    "specialty_code": "VARCHAR",
    "site": "VARCHAR",
    "participating": "BOOLEAN",
    "anesthesia_minutes": "DOUBLE",
    "session_id": "VARCHAR",
    "qp_from": "BOOLEAN",
    "qp_to": "BOOLEAN",
    "family": "VARCHAR",
}


@dataclass(frozen=True)
class Periods:
    """Which claims, by calendar year of service: one year for both schedules, or a year for each.

    Without a year the newest with claims. Two years are compared over the calendar months that both have;
    ``every`` takes all months of either.
    """

    one: int | None = None
    before: int | None = None
    after: int | None = None
    every: bool = False


@dataclass(frozen=True)
class Staged:
    """``door.impact_line`` holds a piece of the lines; ``words`` say which, where it is not all of them."""

    warnings: list[str]
    words: str


def stage_volumes(
    con: duckdb.DuckDBPyConnection, force: RulesInForce, file: Path, place: tuple[str, str] | None
) -> list[str]:
    """Make ``door.impact_line`` of a volumes form, each unit priced alone. Returns warnings.

    Raises IMPACT-MODIFIERS, and what reading a form raises.
    """
    form = read_form(file, "impact_volumes")
    mac, locality = place or NATIONAL
    only = _only_localities(con)
    rows: list[list[Any]] = []
    national = unplaced = 0
    for number, (row, line) in enumerate(zip(form.rows, form.lines)):
        modifiers = (row["modifier"] or "").replace(",", " ").split()
        if len(modifiers) > len(MODIFIERS):
            raise CorridorError(
                "IMPACT-MODIFIERS",
                f"A row has {len(modifiers)} modifiers.",
                why="A claim line has room for four.",
                todo="Keep the ones that decide the payment.",
                file=form.file,
                line=line,
                field="modifier",
            )
        # half a place is never priced elsewhere; a contractor of one locality leaves no choice
        given = row["mac"] is not None or row["locality"] is not None
        own = row["locality"] or only.get(row["mac"])
        unplaced += given and (row["mac"] is None or own is None)
        national += not given and place is None
        setting = row["setting"] or (None if row["place"] else "non_facility")
        values: dict[str, Any] = {
            "request_id": number,
            "side": "both",
            "hcpcs_code": row["code"],
            **dict(zip(MODIFIERS, modifiers)),
            "modifiers": " ".join(modifiers),
            "place_of_service_code": row["place"],
            "given_setting": setting,
            "mac": (row["mac"] or UNKNOWN) if given else mac,
            "locality": (own or UNKNOWN) if given else locality,
            "units": 1,
            "repeat": row["units"],
            "npi": row["npi"],
            "tin": row["tin"],
            "specialty_code": row["specialty"],
            "site": row["site"],
            "session_id": f"row {number}",
            "qp_from": bool(row["qp"]),
            "qp_to": bool(row["qp"]),
        }
        rows.append([values.get(name) for name in COLUMNS])
    _create(con)
    con.executemany(f"insert into door.impact_line values ({', '.join('?' for _ in COLUMNS)})", rows)
    _families(con, force)
    warnings = [*form.warnings, "Each unit is priced alone: no reduction for several procedures of a day."]
    if national:
        many = counted(national, "row names", "rows name")
        warnings.append(f"{many} no locality: priced at the national amount (all indices 1).")
    if unplaced:
        many = counted(unplaced, "row names", "rows name")
        warnings.append(
            f"{many} a contractor of several localities without saying which, or a locality "
            "without its contractor: not priced (unknown_locality)."
        )
    return warnings


def stage_claims(
    con: duckdb.DuckDBPyConnection,
    force: RulesInForce,
    warehouse: Warehouse,
    run: Run,
    periods: Periods,
    years_paid: tuple[int, int],
) -> Iterator[Staged]:
    """Make ``door.impact_line`` of the lines of a run, anew for each piece. Raises IMPACT-NO-CLAIMS.

    Many lines of one period come by whole months of service: what is ranked within a day is together, and
    neither the lines nor their prices need to be in memory all at once.

    years_paid  the years of the two schedules, whose status of qualifying participant each line takes
    """
    if not run.has(LINE):
        raise CorridorError(
            "IMPACT-NO-CLAIMS",
            f"The last complete run did not make {LINE}.",
            why="It was limited with --only, or is older than this table.",
            todo="Run again: corridor run. Or give a volumes file: corridor template impact_volumes",
        )
    files = run.files(LINE)
    lines = parquet(files) if files else "(select 1 where false)"
    found = con.execute(f"select distinct year(service_date) from {lines} order by 1") if files else None
    years = [int(row[0]) for row in found.fetchall()] if found else []
    wanted = [year for year in (periods.one, periods.before, periods.after) if year is not None] or years[-1:]
    absent = [str(year) for year in wanted if year not in years]
    if absent or not wanted:
        raise CorridorError(
            "IMPACT-NO-CLAIMS",
            f"There are no professional lines of {', '.join(absent) or 'any year'} in the last complete run.",
            why=f"It has those of {', '.join(map(str, years)) or 'no year'}.",
            todo="Name another year, or load its claims and run again.",
            field="--claims",
        )
    two = periods.before is not None and periods.after is not None
    months = list(range(1, 13))
    warnings: list[str] = []
    if periods.before is not None and periods.after is not None:
        months, warnings = like_months(con, lines, periods.before, periods.after, periods.every)
    side = "case when year(service_date) = ? then 'from' else 'to' end" if two else "'both'"
    parameters: list[Any] = [periods.before] if two else []
    sites = _sites(warehouse)
    known = {row[0] for row in con.execute(f"describe select * from {lines}").fetchall()}
    taken = {
        "request_id": "row_number() over (order by source_id, claim_id, claim_line_number)",
        "side": side,
        "modifiers": "concat_ws(' ', modifier_1, modifier_2, modifier_3, modifier_4)",
        "given_setting": _column("setting", known),
        # A charge of the year of the claim says nothing of what would be charged under another schedule.
        "charge_amount": "null",
        "known_amount": "coalesce(allowed_amount, charge_amount)",
        "repeat": "1",
        "site": "site.site_id",
        "qp_from": "false",
        "qp_to": "false",
        "family": "null",
    }
    chosen = ", ".join(f"{taken.get(name) or _column(name, known)} as {name}" for name in COLUMNS)
    pieces = [months] if two else _pieces(con, lines, wanted, months)
    for piece in pieces:
        _create(con)
        con.execute(
            f"insert into door.impact_line select {chosen} from {lines} as line "
            f"left join ({sites}) as site on site.site_npi = line.npi and site.site_tin = line.tin "
            f"where year(service_date) in ({', '.join(map(str, wanted))}) "
            f"and month(service_date) in ({', '.join(map(str, piece))})",
            parameters,
        )
        _families(con, force)
        statuses = _statuses(con, run, years_paid)
        yield Staged(warnings + statuses, "" if len(pieces) == 1 else f"the lines of {in_words(piece)}")


def _pieces(
    con: duckdb.DuckDBPyConnection, lines: str, years: Sequence[int], months: Sequence[int]
) -> list[list[int]]:
    """Calendar months whose lines are priced together, about PIECE_ROWS each."""
    rows = dict(
        con.execute(
            f"select month(service_date), count(*) from {lines} "
            f"where year(service_date) in ({', '.join(map(str, years))}) group by 1"
        ).fetchall()
    )
    pieces: list[list[int]] = []
    held = 0
    for month in months:
        if not pieces or held + rows.get(month, 0) > PIECE_ROWS:
            pieces.append([])
            held = 0
        pieces[-1].append(month)
        held += rows.get(month, 0)
    return pieces


def _statuses(con: duckdb.DuckDBPyConnection, run: Run, years_paid: tuple[int, int]) -> list[str]:
    """Give each line the status its clinician has in the year of each schedule, as far as it is known."""
    files = run.files(STATUS)
    known: set[int] = set()
    if files:
        con.execute(
            "create or replace temp table qualifying as select distinct npi, tin, payment_year, status "
            f"from {parquet(files)} where status <> 'unknown'"
        )
        known = {
            int(row[0]) for row in con.execute("select distinct payment_year from qualifying").fetchall()
        }
        for side, year in zip(("from", "to"), years_paid):
            con.execute(
                f"update door.impact_line set qp_{side} = true from qualifying as one "
                "where one.status = 'qp' and one.npi = impact_line.npi "
                "and one.tin is not distinct from impact_line.tin and one.payment_year = ?",
                [year],
            )
    missing = sorted({str(year) for year in years_paid} - {str(year) for year in known})
    if not missing:
        return []
    return [
        f"No status of qualifying participants is known for {' and '.join(missing)}: priced without it; "
        "--from-qp and --to-qp price with it."
    ]


def _column(name: str, known: set[str]) -> str:
    return f"line.{name}" if name in known else "null"


def _sites(warehouse: Warehouse) -> str:
    """The site of each clinician under a practice, by the newest entry of a loaded roster."""
    present = [path for delivery in warehouse.deliveries() for path in delivery.parts(ROSTER)]
    if not present:
        return "select null as site_npi, null as site_tin, null as site_id where false"
    return (
        "select npi as site_npi, tin as site_tin, arg_max(site_id, (coalesce(start_date, date '1900-01-01'), "
        f"site_id)) as site_id from {parquet(present)} where site_id is not null group by npi, tin"
    )


def _only_localities(con: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """The locality of each contractor that has one."""
    found = con.execute(
        "select mac, min(locality) from reference.pfs_gpci group by mac having min(locality) = max(locality)"
    )
    return dict(found.fetchall())


def _create(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("create schema if not exists door")
    columns = ", ".join(f"{name} {kind}" for name, kind in COLUMNS.items())
    con.execute(f"create or replace table door.impact_line ({columns})")


def _families(con: duckdb.DuckDBPyConnection, force: RulesInForce) -> None:
    """The family of each code by rule; ``other`` for a code in none of its ranges."""
    force.register(con, [FAMILY])
    # by code, not by line: a few thousand codes stand behind millions of lines
    con.execute(
        "create or replace temp table family_of as select code.hcpcs_code, min(range.family) as family "
        "from (select distinct hcpcs_code from door.impact_line) as code "
        "join rules.billing_code_family as range "
        "on code.hcpcs_code between range.first_code and range.last_code group by code.hcpcs_code"
    )
    con.execute("update door.impact_line set family = 'other'")
    con.execute(
        "update door.impact_line set family = one.family from family_of as one "
        "where one.hcpcs_code = impact_line.hcpcs_code"
    )

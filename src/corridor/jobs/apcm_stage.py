"""The tables of twelve ordinary months of a panel, as the steps of APCM read them, and what is refused."""

from __future__ import annotations

import duckdb

from corridor.engine.tabular.form import Form
from corridor.errors import CorridorError

PANEL = "apcm_panel"


def price_year(con: duckdb.DuckDBPyConnection, year: int | None) -> int:
    """The year asked for, or the newest, among those with a fee schedule. Raises APCM-PRICE."""
    known = [
        row[0] for row in con.execute("select distinct year from billing.service_price order by 1").fetchall()
    ]
    if not known or (year is not None and year not in known):
        raise CorridorError(
            "APCM-PRICE",
            f"No fee schedule of {year} is installed." if year else "No fee schedule is installed.",
            why="Without relative values APCM has no price."
            + (f" Installed: {', '.join(map(str, known))}." if known else ""),
            todo="corridor reference add with CMS's PPRRVU file of the year, and its GPCI file.",
            field="--year" if year else None,
        )
    return year or int(max(known))


def refuse_rows(con: duckdb.DuckDBPyConnection, file: str, year: int) -> None:
    """Raises APCM-PLACES, APCM-LOCALITY or APCM-CODE for the first row that cannot be priced."""
    split = con.execute(
        "select npi, tin, max(line) from door.panel group by npi, tin having count(distinct "
        "concat_ws('/', coalesce(mac, ''), coalesce(locality, ''), setting, cast(qp as varchar))) > 1 "
        "order by 1, 2 limit 1"
    ).fetchone()
    if split:
        raise CorridorError(
            "APCM-PLACES",
            f"The clinician {split[0]} of {split[1]} stands in two localities, settings or statuses.",
            why="The patients of one clinician under one practice are priced alike.",
            todo="Write one MAC, locality, setting and status, or give the second place a tin of its own.",
            file=file,
            line=int(split[2]),
        )
    unknown = con.execute(
        "select mac, locality, min(line) from door.panel "
        "where coalesce(mac, locality) is not null and not exists "
        "(select 1 from billing.service_price as price where price.year = ? and price.mac = panel.mac "
        "and price.locality = panel.locality) group by mac, locality order by 3 limit 1",
        [year],
    ).fetchone()
    if unknown:
        raise CorridorError(
            "APCM-LOCALITY",
            f"There is no locality {unknown[1] or '(none)'} of the MAC {unknown[0] or '(none)'} in {year}.",
            why="Its indices decide the price; another locality must not stand in.",
            todo="corridor price --zip finds the MAC and locality; leave both away for the national amount.",
            file=file,
            line=int(unknown[2]),
            field="locality",
        )
    code = con.execute(
        "select code, min(line) from (select unnest(string_split(codes, ' ')) as code, line from door.panel) "
        "where code <> '' and code not in (select hcpcs_code from billing.service_price) "
        "group by code order by 2 limit 1"
    ).fetchone()
    if code:
        raise CorridorError(
            "APCM-CODE",
            f"{code[0]} is no code of APCM or care management with a price in {year}.",
            why="Only codes that APCM replaces or stands beside are compared.",
            todo="Write the codes of an ordinary month, as 99490 99439, or leave the cell blank.",
            file=file,
            line=int(code[1]),
            field="care_management",
        )


def panel_warnings(con: duckdb.DuckDBPyConnection, form: Form) -> list[str]:
    """What the form leaves open and how it was filled in."""
    warnings = [
        "No claims: conditions, status and visits are as the form says; consent is still to be asked for."
    ]
    if "npi" in form.absent and "tin" in form.absent:
        warnings.append("The form names no clinician or practice: all patients count as one panel.")
    if con.execute("select 1 from door.panel where mac is null limit 1").fetchone():
        warnings.append("Some rows have no MAC and locality: national amounts stand in.")
    if (
        form.layout.name == PANEL
        and con.execute("select 1 from door.panel where last_seen is null limit 1").fetchone()
    ):
        warnings.append("Some patients have no last_seen: they count as seen within the last twelve months.")
    return warnings


def stage_months(con: duckdb.DuckDBPyConnection, year: int) -> None:
    """Everyone in Part B all year; visits as far back in every month as the form says of the newest."""
    con.execute(
        f"""
        create table population.month as
        select {year} * 100 + number as month, make_date({year}, number, 1) as first_day,
            last_day(make_date({year}, number, 1)) as last_day, {year} as year,
            {year} * 100 + number as service_month
        from (select cast(unnest(range(1, 13)) as integer) as number);
        create table population.enrollment_month as
        select panel.person_id, calendar.month, true as part_b, false as medicare_advantage, false as died
        from door.panel as panel cross join population.month as calendar;
        create table population.condition_definition as
        select 'panel' as condition, cast(null as varchar) as not_computed_because;
        create table billing.qmb_month as
        select panel.person_id, calendar.month, panel.qmb, cast(null as varchar) as dual_status_code,
            'panel' as basis
        from door.panel as panel cross join population.month as calendar;
        create table billing.counted_condition as
        -- which behavioral condition it is the form does not ask: the first of the list stands in
        select person_id,
            case
                when behavioral and place = 1 then (
                    select min(counts_as) from rules.primary_care_chronic_condition where behavioral
                )
                else concat('condition ', cast(place as varchar))
            end as counts_as,
            make_date({year} - 1, 1, 1) as first_date,
            ({year} - 1) * 100 + 1 as first_month, behavioral and place = 1 as behavioral, true as serious,
            true as window_is_loaded, place
        from (select *, unnest(range(1, conditions + 1)) as place from door.panel);
        create table billing.focal_year as
        select person_id, {year} as year, npi, tin, cast(null as varchar) as facility_ccn,
            'the panel names the clinician' as evidence,
            cast(null as bigint) as visits, last_seen as last_visit, 'high' as confidence,
            cast(1 as double) as points_share, true as is_primary_specialty
        from door.panel;
        create table attribution.person (person_id bigint, tin varchar);
        create schema run;
        create table run.setting as select {year} as data_year;
        create table claims.period as select 'panel' as source_id, make_date({year} - 10, 1, 1) as first_day;
        create table billing.clinician_base as
        select distinct npi, tin, {year} as year, mac, locality, setting, qp from door.panel;
        create table billing.seen_month as
        select panel.person_id, calendar.month,
            calendar.first_day - cast(coalesce(newest.day - panel.last_seen, 0) + 1 as integer)
                as last_seen_before,
            cast(null as date) as last_seen_in_month, cast(null as date) as initiating_date
        from door.panel as panel
        cross join population.month as calendar
        cross join (select max(last_seen) as day from door.panel) as newest;
        """
    )


def stage_lines(con: duckdb.DuckDBPyConnection) -> None:
    """The codes of an ordinary month as lines of every month, at the clinician's own price."""
    con.execute(
        """
        create table claims.service_line as
        select 'panel' as source_id, cast(code.person_id as varchar) as claim_id,
            row_number() over (partition by code.person_id order by calendar.month, code.code)
                as claim_line_number,
            code.person_id, calendar.first_day as service_date, calendar.first_day as service_end_date,
            'B' as part, 'professional' as setting, code.code as hcpcs_code, code.npi, code.tin,
            cast(1 as decimal(18, 4)) as quantity, cast(null as varchar) as place_of_service_code,
            cast(null as varchar) as modifiers, price.amount as allowed_amount,
            cast(null as decimal(18, 2)) as paid_amount, calendar.month as service_month
        from (select person_id, npi, tin, unnest(string_split(codes, ' ')) as code from door.panel) as code
        cross join population.month as calendar
        join billing.clinician_price as price
            on price.npi = code.npi and price.tin = code.tin and price.hcpcs_code = code.code
            and calendar.first_day >= price.valid_from and calendar.first_day < price.valid_to
        where code.code <> ''
        """
    )

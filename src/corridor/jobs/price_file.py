"""A hospital's or payer's published prices beside what was allowed and paid in the loaded claims."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from corridor.billing.price_file import Head, Price, Providers, SetAside, open_prices
from corridor.engine.connection import quote
from corridor.engine.runs import Run, open_run
from corridor.engine.tabular import scratch_folder
from corridor.errors import CorridorError
from corridor.jobs.context import Context
from corridor.jobs.tables import suppress_small_cells

Row = dict[str, Any]

LINES = "claims.service_line"
PRICED = ("billing.price", "billing.line")
# What is public: the file's own figures stay when few of one's own people are behind a row.
PUBLIC = (
    "file", "code_type", "code", "modifiers", "setting", "payer", "plan", "methodology", "price_kind",
    "prices", "gross", "cash", "least", "largest", "negotiated", "negotiated_least", "negotiated_largest",
    "negotiated_basis", "observed", "medicare_amount", "negotiated_to_medicare",
)  # fmt: skip
_SHOWN = 5  # services named in a warning
_DECIMAL = "DECIMAL(18,4)"
_PRICE_TYPES = {
    "line": "BIGINT", "code_type": "VARCHAR", "code": "VARCHAR", "modifiers": "VARCHAR", "setting": "VARCHAR",
    "payer": "VARCHAR", "plan": "VARCHAR", "kind": "VARCHAR", "negotiated": _DECIMAL, "percentage": _DECIMAL,
    "observed": _DECIMAL, "gross": _DECIMAL, "cash": _DECIMAL, "least": _DECIMAL, "largest": _DECIMAL,
    "methodology": "VARCHAR",
}  # fmt: skip
assert tuple(_PRICE_TYPES) == Price._fields


@dataclass(frozen=True)
class Ours:
    """Which of the loaded lines are compared; empty asks for all. Of a payer's file, whose rates too."""

    npis: frozenset[str] = frozenset()
    tins: frozenset[str] = frozenset()
    ccns: frozenset[str] = frozenset()
    codes: frozenset[str] = frozenset()
    year: int | None = None


@dataclass
class Comparison:
    """Rows by service and payer, and what was read.

    ``rows`` hold the figures of few people too; ``safe_rows`` blanks them.
    """

    rows: list[Row]
    files: list[Row]
    minimum: float
    warnings: list[str] = field(default_factory=list)

    def safe_rows(self) -> list[Row]:
        """The rows as they may leave: own figures blanked where fewer than ``minimum`` people are behind."""
        return suppress_small_cells(self.rows, PUBLIC, self.minimum)


def compare(
    paths: Sequence[Path], context: Context, ours: Ours | None = None, skip_bad: bool = False
) -> Comparison:
    """Compare price files with the claims of the last complete run.

    Raises PRICE-FILE-NO-CLAIMS where the run has none that fit, and what reading a price file raises.
    """
    chosen = ours or Ours()
    run = open_run(context.warehouse.home)
    if not run.has(LINES):
        raise _no_claims("The last complete run holds no claim lines.", "It was limited with --only.")
    con = run.con
    con.execute(_own_lines(chosen))
    codes = frozenset(str(row[0]) for row in con.execute("select distinct code from own_line").fetchall())
    if not codes:
        raise _no_claims(
            "No loaded claim line fits what was asked for.",
            "Lines need a code and an allowed amount, and must be of the named NPI, TIN, CCN, code and year.",
        )
    _medicare(con, run)
    minimum = context.force.number("claims.cell_size_minimum")
    found = Comparison([], [], minimum)
    with scratch_folder(context.warehouse.home) as scratch:
        for path in paths:
            head, set_aside, read = _stage(con, path, scratch, codes, chosen, skip_bad)
            rows = _joined(con, path.name)
            found.rows += rows
            found.files.append(
                {"file": path.name, **asdict(head), "prices": read, "services": len(rows)}
                | {"set_aside": set_aside.rows}
            )
            found.warnings += _warnings(path.name, head, set_aside, read, rows)
            if rows:
                found.warnings += _unmatched(con, path.name)
    if not run.has(PRICED[0]):
        found.warnings.append("The run priced no lines: ratios to the Medicare schedule amount are blank.")
    return found


def _no_claims(what: str, why: str) -> CorridorError:
    return CorridorError(
        "PRICE-FILE-NO-CLAIMS",
        what,
        why=why,
        todo="Load claims with `corridor load`, then `corridor run`; or ask for less.",
    )


# ---- our side --------------------------------------------------------------------------------------


def _listed(column: str, values: Iterable[str]) -> str:
    chosen = ", ".join(quote(value) for value in sorted(values))
    return f"{column} in ({chosen})" if chosen else "true"


def _own_lines(ours: Ours) -> str:
    """Lines by HCPCS code, stays by DRG; amounts of one unit."""
    year = "true" if ours.year is None else f"year(service_date) = {int(ours.year)}"
    whose = " and ".join(
        [
            _listed("npi", ours.npis),
            _listed("tin", ours.tins),
            _listed("facility_ccn", ours.ccns),
            year,
        ]
    )
    return f"""create or replace temp table own_line as
        select 'hcpcs' as system, hcpcs_code as code, coalesce(modifiers, '') as modifiers, setting,
            source_id, claim_id, claim_line_number, person_id,
            cast(allowed_amount as double) / coalesce(nullif(cast(quantity as double), 0), 1) as allowed,
            cast(paid_amount as double) / coalesce(nullif(cast(quantity as double), 0), 1) as paid,
            allowed_amount as dollars,
            case when concat(' ', modifiers, ' ') like '% 26 %' then '26'
                when concat(' ', modifiers, ' ') like '% TC %' then 'TC' else '' end as component
        from {LINES}
        where part = 'B' and setting in ('professional', 'outpatient') and hcpcs_code is not null
            and allowed_amount > 0 and {_listed("hcpcs_code", ours.codes)} and {whose}
        union all
        select 'drg' as system, lpad(max(drg_code), 3, '0') as code, '' as modifiers, 'inpatient' as setting,
            source_id, claim_id, 0 as claim_line_number, max(person_id) as person_id,
            cast(sum(allowed_amount) as double) as allowed, cast(sum(paid_amount) as double) as paid,
            sum(allowed_amount) as dollars, '' as component
        from {LINES}
        where setting = 'inpatient' and {whose}
        group by source_id, claim_id
        having max(drg_code) is not null and sum(allowed_amount) > 0
            and {_listed("lpad(max(drg_code), 3, '0')", ours.codes)}"""


def _medicare(con: duckdb.DuckDBPyConnection, run: Run) -> None:
    """The schedule amount of one unit by code and component, the middle of the lines that were priced."""
    con.execute(
        "create or replace temp table medicare (code varchar, modifiers varchar, medicare_amount double)"
    )
    if all(run.has(table) for table in PRICED):
        con.execute(
            """insert into medicare
            select own.code, own.component, median(cast(price.unit_amount as double))
            from own_line as own
            join billing.price as price on price.source_id = own.source_id and price.claim_id = own.claim_id
                and price.claim_line_number = own.claim_line_number
            where own.setting = 'professional' and price.status = 'priced' group by 1, 2"""
        )


# ---- the file's side -------------------------------------------------------------------------------


def _stage(
    con: duckdb.DuckDBPyConnection,
    path: Path,
    scratch: Path,
    codes: frozenset[str],
    ours: Ours,
    skip_bad: bool,
) -> tuple[Head, SetAside, int]:
    """Read the prices of our codes into temp table file_price; returns how many there are."""
    # a hospital may write DRG 1 for 001
    wanted = codes | {code.lstrip("0") for code in codes if code.isdigit() and len(code) == 3}
    target = scratch / "prices.csv"
    read = 0
    with (
        open_prices(path, wanted, Providers(ours.npis, ours.tins), skip_bad) as prices,
        target.open("w", encoding="utf-8", newline="") as sink,
    ):
        writer = csv.writer(sink)
        for price in prices.rows():
            code = price.code.zfill(3) if price.code_type == "MS-DRG" else price.code
            writer.writerow(price._replace(code=code))
            read += 1
        head, set_aside = prices.head, prices.set_aside
    types = ", ".join(f"{quote(name)}: {quote(kind)}" for name, kind in _PRICE_TYPES.items())
    con.execute(
        f"create or replace temp table file_price as select * from read_csv({quote(str(target))}, header = "
        f"false, auto_detect = false, delim = ',', quote = '\"', escape = '\"', columns = {{{types}}})"
    )
    return head, set_aside, read


def _joined(con: duckdb.DuckDBPyConnection, file: str) -> list[Row]:
    """A row a service and payer that both sides know."""
    # the modifiers of a line that the file prices apart; half a service (26, TC) is never a whole one
    con.execute(
        """create or replace temp table matched as
        with pattern as (
            select distinct code, modifiers from file_price where coalesce(modifiers, '') <> ''
        ),
        apart as (
            select own.source_id, own.claim_id, own.claim_line_number, own.code,
                max(pattern.modifiers) as modifiers
            from own_line as own join pattern on pattern.code = own.code
            where list_has_all(string_split(own.modifiers, ' '), string_split(pattern.modifiers, ' '))
            group by 1, 2, 3, 4
        )
        select own.system, own.code, coalesce(apart.modifiers, own.component) as modifiers, own.setting,
            count(distinct own.person_id) as people, count(*) as lines,
            cast(sum(own.dollars) as decimal(18, 2)) as allowed_total,
            median(own.allowed) as allowed_median, min(own.allowed) as allowed_least,
            max(own.allowed) as allowed_largest, median(own.paid) as paid_median
        from own_line as own
        left join apart on apart.source_id = own.source_id and apart.claim_id = own.claim_id
            and apart.claim_line_number = own.claim_line_number and apart.code = own.code
        group by 1, 2, 3, 4"""
    )
    found = con.execute(
        f"""
        with stated as (
            select *, case when code_type = 'MS-DRG' then 'drg' else 'hcpcs' end as system,
                coalesce(modifiers, '') as marks,
                -- a rate of a day is none of a stay
                case when code_type = 'MS-DRG' and lower(methodology) = 'per diem' then cast(null as double)
                    else cast(coalesce(negotiated, percentage * gross / 100, observed) as double) end
                    as amount,
                case when code_type = 'MS-DRG' and lower(methodology) = 'per diem' then null
                    when negotiated is not null then 'dollar'
                    when percentage is not null and gross is not null then 'percent_of_gross'
                    when observed is not null then 'observed' end as basis
            from file_price where code_type in ('CPT', 'HCPCS', 'MS-DRG')
        ),
        summed as (
            select code_type, system, code, marks, setting, payer, plan, min(methodology) as methodology,
                min(kind) as price_kind, count(*) as prices, median(cast(gross as double)) as gross,
                median(cast(cash as double)) as cash, min(cast(least as double)) as least,
                max(cast(largest as double)) as largest, median(amount) as negotiated,
                min(amount) as negotiated_least, max(amount) as negotiated_largest,
                min(basis) as negotiated_basis, median(cast(observed as double)) as observed
            from stated group by all
        )
        select {quote(file)} as file, summed.code_type, summed.code, summed.marks as modifiers, own.setting,
            summed.payer, summed.plan, own.people, own.lines, own.allowed_total, own.allowed_median,
            own.allowed_least, own.allowed_largest, own.paid_median, summed.gross, summed.cash, summed.least,
            summed.largest, summed.negotiated, summed.negotiated_least, summed.negotiated_largest,
            summed.negotiated_basis, summed.observed, summed.price_kind, summed.methodology, summed.prices,
            medicare.medicare_amount, summed.gross / own.allowed_median as gross_to_allowed,
            summed.cash / own.allowed_median as cash_to_allowed,
            summed.negotiated / own.allowed_median as negotiated_to_allowed,
            own.allowed_median / medicare.medicare_amount as allowed_to_medicare,
            summed.negotiated / medicare.medicare_amount as negotiated_to_medicare
        from summed
        join matched as own on own.system = summed.system and own.code = summed.code
            and own.modifiers = summed.marks
            and (own.setting = summed.setting
                or (summed.setting = 'both' and own.setting in ('inpatient', 'outpatient')))
        left join medicare on medicare.code = own.code and own.setting = 'professional'
            and medicare.modifiers = case when summed.marks in ('26', 'TC') then summed.marks else '' end
        order by own.allowed_total desc, summed.code, summed.marks, own.setting, summed.payer nulls first,
            summed.plan nulls first"""
    )
    columns = [column[0] for column in found.description or []]
    return [dict(zip(columns, row, strict=True)) for row in found.fetchall()]


def _unmatched(con: duckdb.DuckDBPyConnection, file: str) -> list[str]:
    """What the file prices of our codes, but in settings or with modifiers that none of our lines has."""
    found = con.execute(
        """
        with stated as (
            select distinct case when code_type = 'MS-DRG' then 'drg' else 'hcpcs' end as system, code,
                coalesce(modifiers, '') as marks, setting
            from file_price where code_type in ('CPT', 'HCPCS', 'MS-DRG')
        )
        select code, marks, setting from stated
        where not exists (
            select 1 from matched as own
            where own.system = stated.system and own.code = stated.code and own.modifiers = stated.marks
                and (own.setting = stated.setting
                    or (stated.setting = 'both' and own.setting in ('inpatient', 'outpatient')))
        ) order by all"""
    ).fetchall()
    if not found:
        return []
    shown = [f"{' '.join(filter(None, row[:2]))} {row[2] or 'of no setting'}" for row in found[:_SHOWN]]
    more = ", ..." if len(found) > _SHOWN else ""
    services = "1 service" if len(found) == 1 else f"{len(found):,} services"
    return [
        f"{file}: {services} of codes that the loaded claims hold, but not in this setting with these "
        f"modifiers, cannot be compared: {', '.join(shown)}{more}."
    ]


def _warnings(file: str, head: Head, set_aside: SetAside, read: int, rows: list[Row]) -> list[str]:
    warnings = []
    if set_aside.rows:
        many = "1 row holds" if set_aside.rows == 1 else f"{set_aside.rows:,} rows hold"
        was = "was" if set_aside.rows == 1 else "were"
        warnings.append(
            f"{file}: {many} a price that is no number and {was} set aside, the first "
            f"at {set_aside.first_line:,}, {set_aside.first_field} ({(set_aside.first_text or '')[:40]!r})."
        )
    if not read:
        warnings.append(f"{file}: none of its services is in the loaded claims that were asked for.")
    elif not rows:
        warnings.append(
            f"{file}: it prices codes of the loaded claims, none in the same setting with the same modifiers."
        )
    words = sum(1 for row in rows if row["price_kind"] == "algorithm" and row["negotiated"] is None)
    if words:
        many = "1 rate is" if words == 1 else f"{words:,} rates are"
        warnings.append(f"{file}: {many} stated in words only and not compared.")
    return warnings

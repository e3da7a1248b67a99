"""From lines priced under two schedules to cells of equal lines, and the lines that cannot be compared.

What it reads of a connection:

``door.impact_line``  one row a line or row of volumes: request_id, side (``both``: priced under both
    schedules; ``from`` or ``to``: a line of one of two periods), tin, npi, specialty_code, site, family,
    hcpcs_code, modifiers, mac, locality, person_id, units, repeat (how many such lines it stands for),
    qp_from, qp_to, known_amount (what is known to have been allowed or charged; null where nothing is)
``door.price_from``, ``door.price_to``  what the pricer makes of the requests

A line counts where it is priced under each schedule it is meant for; the others are listed, never counted
as nothing. Lines of many months may be brought a piece at a time (``gather``), each with its prices: what is
kept of a piece is its groups of equal lines, whom they are of, and what is not compared.
"""

from __future__ import annotations

from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt

Columns = dict[str, npt.NDArray[Any]]

KEY = ("tin", "npi", "specialty_code", "site", "family", "hcpcs_code", "setting")
_WHERE = ("modifiers", "mac", "locality")
_FACTORS = (
    "conversion_factor",
    "work_rvu",
    "pe_rvu",
    "mp_rvu",
    "work_gpci",
    "pe_gpci",
    "mp_gpci",
)
_AMOUNTS = ("work_amount", "pe_amount", "mp_amount", "other_amount")
_HALF_CENT = "0.005"
# what is not compared, by person: people of several pieces are counted once
_LEFT = """
    select line.side, line.hcpcs_code, line.modifiers, line.family,
        case when line.side = 'to' then null else a.reason end as reason_from,
        case when line.side = 'from' then null else b.reason end as reason_to, line.person_id,
        sum(line.repeat) as lines, sum(line.units * line.repeat) as units,
        sum(case when line.side <> 'to' and a.status = 'priced' then a.amount * line.repeat end)
            as amount_from,
        sum(case when line.side <> 'from' and b.status = 'priced' then b.amount * line.repeat end)
            as amount_to,
        sum(line.known_amount) as claimed_amount
    from door.impact_line as line
    left join door.price_from as a on a.request_id = line.request_id
    left join door.price_to as b on b.request_id = line.request_id
    where (line.side <> 'to' and a.status is distinct from 'priced')
        or (line.side <> 'from' and b.status is distinct from 'priced')
    group by all"""


def begin(con: duckdb.DuckDBPyConnection) -> None:
    """Forget what was gathered before."""
    for table in ("impact_part", "impact_left", *(f"impact_people_{one}" for one in ("total", *KEY))):
        con.execute(f"drop table if exists temp.{table}")


def gather(con: duckdb.DuckDBPyConnection) -> None:
    """Take in ``door.impact_line`` with its prices: the next piece, or all there is.

    The lines of one of two periods must come in one piece: their factors are means over all of them.
    """
    _priced(con, "from")
    _priced(con, "to")
    same = """
        with same as (
            select a.*, b.* exclude (person_id) from impact_from as a
            join impact_to as b on b.request_id_to = a.request_id_from
            where a.side_from = 'both' and a.settled_from and b.settled_to
        )
        select """
    same += ", ".join(f"{name}_from as {name}" for name in KEY)
    same += ", plain_from and plain_to as plain, 'both' as side, "
    same += "sum(lines_from) as lines_from, sum(lines_to) as lines_to, "
    same += ", ".join(_sums(side) for side in ("from", "to")) + " from same group by all"
    _add(con, "impact_part", same)
    for column in (None, *KEY):
        sides = " union ".join(
            f"select {f'{column}_{side}' if column else 'null::varchar'} as id, person_id from impact_{side} "
            f"where settled_{side} and person_id is not null"
            for side in ("from", "to")
        )
        _add(con, f"impact_people_{column or 'total'}", sides)
    _add(con, "impact_left", _LEFT)


def _add(con: duckdb.DuckDBPyConnection, table: str, query: str) -> None:
    (present,) = con.execute(
        "select count(*) from duckdb_tables() where temporary and table_name = ?", [table]
    ).fetchall()[0]
    con.execute(f"insert into {table} {query}" if present else f"create temp table {table} as {query}")


def cells(con: duckdb.DuckDBPyConnection) -> Columns:
    """One entry a cell of equal lines that were gathered, both schedules side by side, ordered by its key.

    The columns of ``KEY``; cell (the number of the key, from 0); lines_from, lines_to; plain; and of each
    side s: units_s, qp_s, cents_s (whole cents), the factors and the amounts of the components (dollars).
    A side a cell has nothing of has units 0.
    """
    summed = ", ".join(
        f"sum({name}_{side}) as {name}_{side}"
        for side in ("from", "to")
        for name in ("lines", "units", *_AMOUNTS)
    )
    whole = ", ".join(f"cast(sum(cents_{side}) as bigint) as cents_{side}" for side in ("from", "to"))
    equal = ", ".join(f"{name}_{side}" for side in ("from", "to") for name in ("qp", *_FACTORS))
    con.execute(
        f"create or replace temp table impact_one as select {', '.join(KEY)}, plain, side, {summed}, "
        f"{whole}, {equal} from impact_part group by all"
    )
    con.execute(
        "create or replace temp table impact_two as with "
        + ", ".join(
            f"{side}_side as (select "
            + ", ".join(f"{name}_{side} as {name}" for name in (*KEY, *_WHERE))
            + f", bool_and(plain_{side}) as plain_{side}, sum(lines_{side}) as lines_{side}, "
            + _means(side)
            + f" from impact_{side} where side_{side} = '{side}' and settled_{side} group by all)"
            for side in ("from", "to")
        )
        + " select "
        + ", ".join(f"coalesce(a.{name}, b.{name}) as {name}" for name in KEY)
        + ", coalesce(a.plain_from, true) and coalesce(b.plain_to, true) as plain, 'two' as side, "
        + "coalesce(a.lines_from, 0) as lines_from, coalesce(b.lines_to, 0) as lines_to, "
        + ", ".join(
            f"coalesce({alias}.{name}_{side}, {empty}) as {name}_{side}"
            for alias, side in (("a", "from"), ("b", "to"))
            for name, empty in _measures()
        )
        + " from from_side as a full outer join to_side as b on "
        + " and ".join(f"a.{name} is not distinct from b.{name}" for name in (*KEY, *_WHERE))
    )
    columns = ", ".join(KEY)
    found = con.execute(
        f"with every as (select * from impact_one union all by name select * from impact_two) "
        f"select *, dense_rank() over (order by {columns}) - 1 as cell from every "
        f"order by {columns}, cents_from, cents_to, units_from, units_to"
    ).fetchnumpy()
    return {name: _filled(values) for name, values in found.items()}


def not_compared(con: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """Lines not priced under a schedule they are meant for, by code, modifiers and reason.

    side                    both, or the one period the lines are of
    amount_from, amount_to  what the schedule that knows the code pays; null where neither side priced it
    people                  how many people the lines are of; none of volumes
    claimed_amount          what the claims say was allowed, or charged; null where they say nothing
    """
    found = con.execute(
        """
        with listed as (select side, hcpcs_code, modifiers, family, reason_from, reason_to,
            cast(sum(lines) as double) as lines, cast(sum(units) as double) as units,
            sum(amount_from) as amount_from, sum(amount_to) as amount_to,
            sum(claimed_amount) as claimed_amount, count(distinct person_id) as people
        from impact_left
        group by all)
        select * from listed
        order by greatest(coalesce(amount_from, 0), coalesce(amount_to, 0), coalesce(claimed_amount, 0)) desc,
            lines desc, side, hcpcs_code, modifiers, reason_from, reason_to
        """
    )
    names = [column[0] for column in found.description or []]
    return [dict(zip(names, row)) for row in found.fetchall()]


def _priced(con: duckdb.DuckDBPyConnection, side: str) -> None:
    """``impact_<side>``: the lines of a side, their price and factors, and whether it is the bare formula."""
    # An amount without relative values behind it (anesthesia, a cent of rounding) is no work, expense or
    # malpractice that could have moved: it is split by conversion factor and policy alone.
    own = {
        f"{c}_amount": f"case when price.{c}_rvu * price.{c}_gpci > 0 "
        f"then coalesce(price.{c}_amount, 0) else 0 end"
        for c in ("work", "pe", "mp")
    }
    amounts = ", ".join(f"({amount}) * line.repeat as {name}_{side}" for name, amount in own.items())
    parts = " + ".join(f"({amount})" for amount in own.values())
    factors = ", ".join(f"cast(coalesce(price.{name}, 0) as double) as {name}_{side}" for name in _FACTORS)
    values = " + ".join(
        f"coalesce(price.{c}_rvu, 0) * coalesce(price.{c}_gpci, 0)" for c in ("work", "pe", "mp")
    )
    keys = ", ".join(f"line.{name} as {name}_{side}" for name in (*KEY, *_WHERE) if name != "setting")
    con.execute(
        f"""
        create or replace temp table impact_{side} as
        select line.request_id as request_id_{side}, line.side as side_{side}, line.person_id, {keys},
            price.setting as setting_{side}, line.repeat as lines_{side},
            cast(line.units * line.repeat as double) as units_{side},
            cast(coalesce(line.qp_{side}, false) as integer) as qp_{side},
            price.status = 'priced' as settled_{side},
            cast(price.amount * line.repeat * 100 as bigint) as cents_{side},
            abs(price.amount - line.units * cast({values} as double) * price.conversion_factor)
                <= {_HALF_CENT} * greatest(line.units, 1) + 1e-6 as plain_{side},
            {factors}, {amounts}, (price.amount - ({parts})) * line.repeat as other_amount_{side}
        from door.impact_line as line
        join door.price_{side} as price on price.request_id = line.request_id
        where line.side in ('both', '{side}')
        """
    )


def _sums(side: str) -> str:
    """Of cells of the same lines: amounts summed, factors equal by the grouping."""
    listed = [
        f"sum(units_{side}) as units_{side}",
        f"qp_{side}",
        f"cast(sum(cents_{side}) as bigint) as cents_{side}",
    ]
    listed += [f"{name}_{side}" for name in _FACTORS]
    listed += [f"cast(sum({name}_{side}) as double) as {name}_{side}" for name in _AMOUNTS]
    return ", ".join(listed)


def _means(side: str) -> str:
    """Of a cell of one period: amounts summed; factors equal, or the mean of the units where they are not."""
    listed = [f"sum(units_{side}) as units_{side}", f"max(qp_{side}) as qp_{side}"]
    listed += [f"cast(sum(cents_{side}) as bigint) as cents_{side}"]
    listed += [
        f"case when min({name}_{side}) = max({name}_{side}) then min({name}_{side}) "
        f"else sum({name}_{side} * units_{side}) / nullif(sum(units_{side}), 0) end as {name}_{side}"
        for name in _FACTORS
    ]
    listed += [f"cast(sum({name}_{side}) as double) as {name}_{side}" for name in _AMOUNTS]
    return ", ".join(listed)


def _measures() -> list[tuple[str, str]]:
    return [("units", "0"), ("qp", "0"), ("cents", "0"), *((name, "0") for name in (*_FACTORS, *_AMOUNTS))]


def _filled(values: Any) -> npt.NDArray[Any]:
    """A column without a mask: text null becomes None, numbers have no nulls."""
    if isinstance(values, np.ma.MaskedArray):
        plain = np.asarray(values.data, dtype=object if values.dtype == object else values.dtype)
        if values.dtype == object:
            plain = plain.copy()
            plain[np.ma.getmaskarray(values)] = None
        return plain
    return np.asarray(values)

"""Control totals of a delivery, so that an analyst can trust or distrust the load in one page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import duckdb

from corridor.engine.connection import quote
from corridor.sources.summary import FileSummary

# What each file pays: the amount, and the dates that bound it.
_DOLLARS = {
    "cclf1": "clm_pmt_amt",
    "cclf5": "clm_line_cvrd_pd_amt",
    "cclf6": "clm_line_cvrd_pd_amt",
    "cclf7": "clm_line_bene_pmt_amt",
}


def control_totals(
    con: duckdb.DuckDBPyConnection, parts: Callable[[str], list[str]], files: Sequence[FileSummary]
) -> dict[str, Any]:
    """File type -> bytes, rows, and where it holds money: signed dollars by claim type and month.

    Dollars are text with two decimals, cancellations subtracted (Information Packet v38, 5.3.1);
    of CCLF7 they are what beneficiaries paid.
    """
    totals: dict[str, Any] = {}
    for one in files:
        entry: dict[str, Any] = {
            "file": one.name,
            "bytes": one.bytes,
            "rows_in": one.rows_in,
            "rows_kept": one.rows_kept,
            "rows_set_aside": one.rows_set_aside,
        }
        if one.kind in _DOLLARS and parts(one.kind):
            entry |= _money(con, one.kind, parts(one.kind))
        totals[one.kind] = entry
    return totals


def _money(con: duckdb.DuckDBPyConnection, kind: str, parts: Sequence[str]) -> dict[str, Any]:
    first = "clm_line_from_dt" if kind == "cclf7" else "clm_from_dt"
    last = "clm_line_from_dt" if kind == "cclf7" else "clm_thru_dt"
    rows = con.execute(
        f"select coalesce(clm_type_cd, ''), service_month, count(*), "
        f"sum(case when clm_adjsmt_type_cd = '1' then -{_DOLLARS[kind]} else {_DOLLARS[kind]} end), "
        f"min({first}) filter (not cx_is_missing_date({first})), "
        f"max({last}) filter (not cx_is_missing_date({last})) "
        f"from read_parquet([{', '.join(quote(part) for part in parts)}]) group by 1, 2 order by 1, 2"
    ).fetchall()
    return {
        "amount": _DOLLARS[kind],
        "first_date": str(min((row[4] for row in rows if row[4]), default="")),
        "last_date": str(max((row[5] for row in rows if row[5]), default="")),
        "dollars": str(sum(row[3] or 0 for row in rows)),
        "by_claim_type_and_month": [
            {"claim_type_code": row[0], "service_month": row[1], "rows": row[2], "dollars": str(row[3] or 0)}
            for row in rows
        ],
    }

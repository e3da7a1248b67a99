"""Dollars of draft claim lines that name none: the national amount of the installed fee schedule."""

from __future__ import annotations

import duckdb

from corridor.errors import CorridorError
from corridor.jobs.context import Context
from corridor.jobs.price import open_schedule, price_lines


def fill_amounts(con: duckdb.DuckDBPyConnection, table: str, context: Context) -> list[str]:
    """Set allowed_amount of the lines of a table without one; what was done and what was left, in words.

    Where no fee schedule is installed nothing is set: the dollars of such findings stay unknown.
    """
    rows = con.execute(
        f"select source_id, claim_id, claim_line_number, service_date, hcpcs_code, trim(modifiers), "
        f"place_of_service_code, units, npi, tin, person_id from {table} where allowed_amount is null"
    ).fetchall()
    if not rows:
        return []
    try:
        schedule = open_schedule(context.warehouse)
    except CorridorError as error:
        if error.code != "PRICE-REFERENCE":
            raise
        return [f"{_lines(len(rows))} no amount and no fee schedule is installed: their dollars are unknown."]
    try:
        priced = price_lines(schedule, context.rules, [_request(row) for row in rows], refuse_zip=False).rows
    finally:
        schedule.close()
    known = [
        [answer["amount"], *row[:3]]
        for row, answer in zip(rows, priced, strict=True)
        if answer["amount"] is not None
    ]
    for values in known:
        con.execute(
            f"update {table} set allowed_amount = ? "
            "where source_id = ? and claim_id = ? and claim_line_number = ?",
            values,
        )
    left = len(rows) - len(known)
    said = f"{_lines(len(rows))} no amount: the national amount of the fee schedule stands in"
    return [
        f"{said}; {left:,} of them it does not price, so that their dollars are unknown."
        if left
        else f"{said}."
    ]


def _lines(count: int) -> str:
    return "1 line names" if count == 1 else f"{count:,} lines name"


def _request(row: tuple[object, ...]) -> dict[str, object]:
    _, _, _, day, code, modifiers, place, units, npi, tin, person = row
    marks = str(modifiers or "").split()[:4]
    asked = {f"modifier_{number}": mark for number, mark in enumerate(marks, 1)}
    return {
        **asked,
        "service_date": day,
        "hcpcs_code": code,
        "place_of_service_code": place,
        "units": units,
        "npi": npi,
        "tin": tin,
        "person_id": person,
    }

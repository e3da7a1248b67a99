"""From a request to what it is priced with: its rate, its locality, its modifiers; or why it is not."""

from __future__ import annotations

import duckdb
import numpy as np

from corridor.billing.pricing.codes import (
    ALONE,
    ANESTHESIA,
    CONTRACTOR,
    NOBODY,
    NOT_PAID,
    PAYABLE,
    REASON,
    REFUSED,
)
from corridor.billing.pricing.modifiers import combinations
from corridor.billing.pricing.shape import Array, Law, Lines
from corridor.billing.pricing.tables import array_table, small_table, sql_text

SLOTS = range(1, 5)
SPLIT = ("pre", "intra", "post")


def resolve(con: duckdb.DuckDBPyConnection, law: Law, requests: str, rows: str) -> Lines:
    """The lines of a chunk in any order, each with its reason where it cannot be priced."""
    slots = [f"modifier_{slot}" for slot in SLOTS]
    counts = con.execute(
        f"select {', '.join(f'count(request.{name})' for name in slots)} "
        f"from {requests} as request where {rows}"
    ).fetchall()[0]
    # slots that no line uses need no comparison
    names = [name for name, count in zip(slots, counts, strict=True) if count] or slots[:1]
    listed = con.execute(
        f"select distinct {', '.join(f'coalesce(request.{name}, {chr(39) * 2})' for name in names)} "
        f"from {requests} as request where {rows} order by all"
    ).fetchall()
    combined = combinations(law.modifiers, listed)
    small_table(
        con,
        f"price_combination (combination_id integer, {', '.join(f'{name} varchar' for name in names)}, "
        "row_modifier varchar)",
        [[number, *found, combined.effects[number].row_modifier] for number, found in enumerate(listed)],
    )
    variant = "and rate.qp = coalesce(request.qp, false)" if len(law.rates.files) > 1 else ""
    same = " and ".join(f"combination.{name} = coalesce(request.{name}, '')" for name in names)
    query = sql_text("resolve", requests=requests, rows=rows, variant=variant, modifiers=same)
    fetched = con.execute(query).fetchnumpy()
    columns = {name: np.ma.getdata(values) for name, values in fetched.items()}
    lines = Lines(columns, combined, np.zeros(len(columns["request_id"]), dtype=np.int16), {})
    _judge(con, law, lines, requests, rows)
    return lines


def _judge(con: duckdb.DuckDBPyConnection, law: Law, lines: Lines, requests: str, rows: str) -> None:
    """Write the reason why a line is not priced: the first that holds."""
    columns, combined, rates = lines.columns, lines.combined, law.rates
    rate, combination = columns["rate_id"], columns["combination_id"]
    unknown = REASON["status_unknown"]
    by_status = np.array([REASON.get(f"status_{letter}", unknown) for letter in rates.status], dtype=np.int16)
    paid = ~np.isin(rates.treatment, (CONTRACTOR, NOT_PAID))
    lines.reason[:] = np.where(paid, 0, by_status)[rate]
    missing = np.flatnonzero(rate < 0)
    if len(missing):
        lines.reason[missing] = _unfound(con, lines, missing, requests, rows)
    placed = rates.treatment[rate] != ANESTHESIA
    assistant = combined.assistant_role[combination]
    has_split = combined.has_split[combination]
    split = np.ones(len(lines))
    if has_split.any():
        parts = combined.split[combination[has_split]]
        split[has_split] = sum(
            parts[:, place] * rates.values[name][rate[has_split]] for place, name in enumerate(SPLIT)
        )
    lines.inputs["global_split_factor"] = split
    without_values = np.isin(rates.treatment, (PAYABLE, ALONE)) & rates.without_values
    team = combined.team[combination]
    for fails, reason in (
        (combined.unknown[combination], "unknown_modifier"),
        (combined.contradictory[combination], "contradictory_modifiers"),
        (placed & (columns["facility"] < 0), "unknown_place"),
        (columns["locality_id"] < 0, "unknown_locality"),
        (~(columns["units"] > 0), "no_units"),
        (_refused_in_hospital(law, lines), "incident_to_in_hospital"),
        (without_values[np.maximum(columns["facility"], 0), rate], "no_relative_values"),
        ((assistant != NOBODY) & ~rates.assistant_allowed[rate], "assistant_not_paid"),
        (combined.co_surgeon[combination] & ~rates.co_surgeon_allowed[rate], "co_surgeon_not_paid"),
        (has_split & (split == 0), "no_global_split"),
        (team & ~rates.team_allowed[rate], "team_not_paid"),
        (team | combined.by_report[combination], "by_report_modifier"),
    ):
        lines.reason[fails & (lines.reason == 0)] = REASON[reason]


def _refused_in_hospital(law: Law, lines: Lines) -> Array:
    """Which lines are of patients of a hospital and of a kind not paid to this clinician for them.

    hospital   0 elsewhere, 1 in a hospital, 2 there and by a therapist in private practice
    """
    hospital = lines.columns["hospital"]
    refused = law.rates.refused[lines.columns["rate_id"]]
    anyone, therapist = REFUSED.index("anyone"), REFUSED.index("private_therapist")
    found: Array = ((hospital > 0) & (refused == anyone)) | ((hospital > 1) & (refused == therapist))
    return found


def _unfound(con: duckdb.DuckDBPyConnection, lines: Lines, missing: Array, requests: str, rows: str) -> Array:
    """Why a line has no row: its modifier asks for one its code does not have, or the code is unknown."""
    array_table(con, "price_unfound", {"request_id": lines.columns["request_id"][missing]})
    known = con.execute(
        f"select request.request_id from {requests} as request "
        f"join price_unfound as unfound on unfound.request_id = request.request_id "
        f"where {rows} and request.hcpcs_code in (select hcpcs_code from price_row)"
    ).fetchnumpy()["request_id"]
    exists = np.isin(lines.columns["request_id"][missing], np.ma.getdata(known))
    discontinued = lines.combined.discontinued[lines.columns["combination_id"][missing]]
    without_row = np.where(discontinued, REASON["by_report_53"], REASON["modifier_without_row"])
    return np.where(exists, without_row, REASON["unknown_code"]).astype(np.int16)

"""Lines whose price hangs on other lines of the day: which they are, their places, what follows."""

from __future__ import annotations

import duckdb
import numpy as np

from corridor.billing.pricing.codes import ALONE, ENDOSCOPY, IMAGING, KINDS, NONE, PROCEDURE, REASON, THERAPY
from corridor.billing.pricing.columns import ALONE as WITHOUT_NEIGHBOURS
from corridor.billing.pricing.columns import rate_inputs, unit_amounts
from corridor.billing.pricing.shape import Array, Law, Lines
from corridor.billing.pricing.tables import array_table, sql_text

SURGICAL = (PROCEDURE, ENDOSCOPY)


def rank(con: duckdb.DuckDBPyConnection, law: Law, lines: Lines, requests: str, rows: str) -> None:
    """Give every line what its neighbours make of it; a line without any is left as it is."""
    kind = law.rates.kind[lines.columns["rate_id"]]
    _technical(law, lines, kind)
    candidates = np.flatnonzero((kind != NONE) & (lines.reason == 0))
    if len(candidates):
        position, session = _in_company(law, lines, kind, candidates)
        if len(position):
            _places(con, law, lines, position, session, kind)
    _alone(con, law, lines, requests, rows)


def _in_company(law: Law, lines: Lines, kind: Array, at: Array) -> tuple[Array, Array]:
    """Of some lines those that share a session, or whose rule counts their own units; and their sessions.

    Lines are of one session where patient and the number of their day and clinician (or practice) agree.
    """
    scopes = {str(row["kind"]): str(row["scope"]) for row in law.day.rows("pfs.multiple_procedure_scope")}
    in_practice = np.array([scopes.get(name) == "practice" for name in KINDS])[kind[at]]
    columns = lines.columns
    number = np.where(in_practice, columns["practice_session"][at], columns["clinician_session"][at])
    person = columns["person_id"][at]
    order = np.lexsort((number, person))
    number, person = number[order], person[order]
    new = np.ones(len(at), dtype=bool)
    new[1:] = (number[1:] != number[:-1]) | (person[1:] != person[:-1])
    session = np.cumsum(new) - 1
    counts_units = (kind[at][order] == THERAPY) & (columns["units"][at][order] > 1)
    kept = (np.bincount(session)[session] > 1) | counts_units
    return at[order][kept], session[kept]


def _technical(law: Law, lines: Lines, kind: Array) -> None:
    """The technical component of the lines that may be paid less of it."""
    reduced = lines.combined.film_reduction[lines.columns["combination_id"]] > 0
    if not reduced.any() and not np.isin(kind, SURGICAL, invert=True).any():
        return
    rate = lines.columns["rate_id"]
    technical = law.rates.technical[rate]
    at = np.flatnonzero(
        (reduced | (kind >= IMAGING)) & (kind != THERAPY) & (technical >= 0) & (lines.reason == 0)
    )
    if len(at):
        amounts = np.zeros(len(lines))
        amounts[at] = unit_amounts(
            law,
            technical[at],
            lines.columns["facility"][at],
            lines.columns["locality_id"][at],
            lines.qualifying(law, at),
        )
        lines.inputs["technical_amount"] = amounts


def _places(
    con: duckdb.DuckDBPyConnection, law: Law, lines: Lines, at: Array, session: Array, kind: Array
) -> None:
    columns = lines.columns
    rate, facility, locality = columns["rate_id"][at], columns["facility"][at], columns["locality_id"][at]
    qp = lines.qualifying(law, at)
    base = law.rates.base[rate]
    unit = unit_amounts(law, rate, facility, locality, qp)
    technical = lines.inputs.get("technical_amount", np.zeros(len(lines)))[at]
    own = rate_inputs(law, rate, facility, locality, qp)
    bilateral = np.where(
        lines.combined.bilateral[columns["combination_id"][at]], law.rates.bilateral[rate], 1.0
    )
    fees = {
        "position": at, "request_id": columns["request_id"][at],
        "session_number": session, "kind_id": kind[at], "service": law.rates.service[rate],
        "base_service": law.rates.base_service[rate],
        "is_surgical": np.isin(kind[at], SURGICAL), "is_endoscopy": kind[at] == ENDOSCOPY,
        "is_imaging": kind[at] == IMAGING, "is_therapy": kind[at] == THERAPY,
        "unit_fee": unit, "base_fee": unit_amounts(law, base, facility, locality, qp), "bilateral": bilateral,
        "technical_fee": technical, "professional_fee": unit - technical,
        "expense": own["pe_rvu"] * own["pe_gpci"], "units": columns["units"][at],
    }  # fmt: skip
    con.register("price_session_fee", fees)
    try:
        difference = str(law.day.text("pfs.endoscopy_further") == "difference").lower()
        found = con.execute(sql_text("rank", difference=difference)).fetchnumpy()
    finally:
        con.unregister("price_session_fee")
    ranked = {name: np.ma.getdata(values) for name, values in found.items()}
    place = ranked["position"]
    for name in ("procedure_share", "endoscopy_base_amount", "technical_repeated", "professional_repeated",
                 "repeated_units"):  # fmt: skip
        neutral = WITHOUT_NEIGHBOURS[name]
        lines.inputs[name] = np.full(len(lines), neutral)
        lines.inputs[name][place] = ranked[name]
    lines.reason[place[ranked["is_base"]]] = REASON["endoscopy_base_included"]
    by_report = place[ranked["procedure_share"] < 0]
    lines.inputs["procedure_share"][by_report] = 1.0
    lines.reason[by_report] = REASON["by_report_multiple"]


def _alone(con: duckdb.DuckDBPyConnection, law: Law, lines: Lines, requests: str, rows: str) -> None:
    """Services paid only where they are the only one of the day."""
    treatment = law.rates.treatment[lines.columns["rate_id"]]
    at = np.flatnonzero((treatment == ALONE) & (lines.reason == 0))
    if not len(at):
        return
    identity = lines.columns["request_id"]
    array_table(con, "price_alone", {"position": at, "request_id": identity[at]})
    found = con.execute(sql_text("alone", requests=requests, rows=rows)).fetchnumpy()
    beside = np.ma.getdata(found["beside"])
    payable = identity[np.isin(identity, beside) & (treatment != ALONE) & (lines.reason == 0)]
    bundled = np.ma.getdata(found["position"])[np.isin(beside, payable)]
    lines.reason[bundled] = REASON["status_T_bundled"]

"""Lines whose price hangs on other lines of the day: which they are, their places, what follows."""

from __future__ import annotations

import duckdb
import numpy as np

from corridor.billing.pricing.codes import ALONE, ENDOSCOPY, IMAGING, KINDS, NONE, PROCEDURE, REASON, THERAPY
from corridor.billing.pricing.columns import ALONE as WITHOUT_NEIGHBOURS
from corridor.billing.pricing.columns import rate_inputs, unit_amounts
from corridor.billing.pricing.shape import Array, Law, Lines
from corridor.billing.pricing.tables import array_table, small_table, sql_text

SURGICAL = (PROCEDURE, ENDOSCOPY)


def rank(con: duckdb.DuckDBPyConnection, law: Law, lines: Lines, requests: str, rows: str) -> None:
    """Give every line what its neighbours make of it; a line without any is left as it is."""
    kind = law.rates.kind[lines.columns["rate_id"]]
    _technical(law, lines, kind)
    candidates = np.flatnonzero((kind != NONE) & (lines.reason == 0))
    if len(candidates):
        _rank(con, law, lines, kind, candidates, requests, rows)
    _alone(con, law, lines, requests, rows)


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
            law, technical[at], lines.columns["facility"][at], lines.columns["locality_id"][at]
        )
        lines.inputs["technical_amount"] = amounts


def _rank(
    con: duckdb.DuckDBPyConnection, law: Law, lines: Lines, kind: Array, at: Array, requests: str, rows: str
) -> None:
    scopes = {row["kind"]: row["scope"] for row in law.day.rows("pfs.multiple_procedure_scope")}
    small_table(
        con,
        "price_kind (kind_id tinyint, kind varchar, scope varchar)",
        [[number, name, scopes.get(name, "clinician")] for number, name in enumerate(KINDS)],
    )
    units = lines.columns["units"]
    array_table(
        con,
        "price_candidate_line",
        {
            "position": at, "kind_id": kind[at], "request_id": lines.columns["request_id"][at],
            "counts_units": (kind[at] == THERAPY) & (units[at] > 1),
        },
    )  # fmt: skip
    con.execute(
        "create or replace temp table price_candidate as "
        "select line.position, line.request_id, line.counts_units, kind.kind, kind.scope "
        "from price_candidate_line as line join price_kind as kind on kind.kind_id = line.kind_id"
    )
    con.execute(sql_text("session", requests=requests, rows=rows))
    found = con.execute(
        "select position, kind, session_number from price_session_line order by position"
    ).fetchnumpy()
    position = np.ma.getdata(found["position"])
    if len(position):
        _places(con, law, lines, position, np.ma.getdata(found["session_number"]), kind)


def _places(
    con: duckdb.DuckDBPyConnection, law: Law, lines: Lines, at: Array, session: Array, kind: Array
) -> None:
    columns = lines.columns
    rate, facility, locality = columns["rate_id"][at], columns["facility"][at], columns["locality_id"][at]
    base = law.rates.base[rate]
    unit = unit_amounts(law, rate, facility, locality)
    technical = lines.inputs.get("technical_amount", np.zeros(len(lines)))[at]
    own = rate_inputs(law, rate, facility, locality)
    bilateral = np.where(
        lines.combined.bilateral[columns["combination_id"][at]], law.rates.bilateral[rate], 1.0
    )
    array_table(
        con,
        "price_session_fee_line",
        {
            "position": at, "session_number": session, "kind_id": kind[at], "rate_id": rate, "base_id": base,
            "unit_fee": unit, "base_fee": unit_amounts(law, base, facility, locality), "bilateral": bilateral,
            "technical_fee": technical, "professional_fee": unit - technical,
            "expense": own["pe_rvu"] * own["pe_gpci"], "units": columns["units"][at],
        },
    )  # fmt: skip
    con.execute(
        "create or replace temp table price_session_fee as select line.*, kind.kind "
        "from price_session_fee_line as line join price_kind as kind on kind.kind_id = line.kind_id"
    )
    difference = str(law.day.text("pfs.endoscopy_further") == "difference").lower()
    con.execute(sql_text("rank", difference=difference))
    ranked = {
        name: np.ma.getdata(values)
        for name, values in con.execute("select * from price_rank order by position").fetchnumpy().items()
    }
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
    others = np.flatnonzero((treatment != ALONE) & (lines.reason == 0))
    array_table(con, "price_payable", {"request_id": identity[others]})
    con.execute(sql_text("alone", requests=requests, rows=rows))
    found = con.execute("select position from price_bundled").fetchnumpy()["position"]
    lines.reason[np.ma.getdata(found)] = REASON["status_T_bundled"]

"""Pricing a table of lines: SQL finds rates and ranks, formulas price columns, SQL gives the words back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import duckdb
import numpy as np

from corridor.billing.pricing import anesthesia
from corridor.billing.pricing.chunks import CHUNK_ROWS, chunks
from corridor.billing.pricing.codes import CONTRACTOR_PRICED, NOT_PRICED, PRICED, REASON, REASONS
from corridor.billing.pricing.codes import SETTINGS as SETTING_WORDS
from corridor.billing.pricing.columns import figures as price_columns
from corridor.billing.pricing.day import RulesOnDay, change_days
from corridor.billing.pricing.formulas import MODEL
from corridor.billing.pricing.modifiers import ModifierLaw
from corridor.billing.pricing.rates import (
    Edition,
    choose,
    edition_labels,
    editions,
    load_localities,
    load_rates,
    locality_labels,
)
from corridor.billing.pricing.resolve import resolve
from corridor.billing.pricing.sessions import rank
from corridor.billing.pricing.shape import Array, Law, Lines
from corridor.billing.pricing.tables import small_table, sql_text
from corridor.law import RulesInForce

# What is answered for each request.
ANSWER = {
    "request_id": "BIGINT", "status": "VARCHAR", "reason": "VARCHAR", "amount": "DECIMAL(18,2)",
    "unit_amount": "DECIMAL(18,2)", "setting": "VARCHAR", "conversion_factor": "DECIMAL(9,4)",
    "work_rvu": "DECIMAL(9,2)", "pe_rvu": "DECIMAL(9,2)", "mp_rvu": "DECIMAL(9,2)",
    "work_gpci": "DECIMAL(6,3)", "pe_gpci": "DECIMAL(6,3)", "mp_gpci": "DECIMAL(6,3)",
    "work_amount": "DECIMAL(18,2)", "pe_amount": "DECIMAL(18,2)", "mp_amount": "DECIMAL(18,2)",
    "rvu_edition": "VARCHAR", "gpci_edition": "VARCHAR", "multiple_procedure_factor": "DOUBLE",
    "bilateral_factor": "DOUBLE", "assistant_factor": "DOUBLE", "co_surgeon_factor": "DOUBLE",
    "global_split_factor": "DOUBLE", "therapy_assistant_factor": "DOUBLE", "technical_factor": "DOUBLE",
    "practitioner_factor": "DOUBLE", "participation_factor": "DOUBLE", "opps_capped": "BOOLEAN",
    "na_fallback": "BOOLEAN", "repeated_units": "DOUBLE", "anesthesia_units": "DOUBLE",
    "limiting_charge": "DECIMAL(18,2)",
    "expected_allowed_amount": "DECIMAL(18,2)",
}  # fmt: skip
# Rules that choose rows and factors before the formulas.
LISTS = tuple(
    f"pfs.{name}"
    for name in (
        "anesthesia_conversion_factor", "anesthesia_conversion_factor_qp", "anesthesia_modifier",
        "anesthesia_share", "assistant_allowed", "bilateral_factor", "co_surgeon_allowed",
        "discontinued_code", "endoscopy_further", "film_reduction", "global_split", "gpci_floor",
        "hospital_place", "locality_alias",
        "modifier_effect", "modifier_effect_assumed", "modifier_informational",
        "multiple_procedure_exempt_global", "multiple_procedure_kind", "multiple_procedure_scope",
        "pctc_not_payable", "place_of_service_setting", "practitioner_share", "private_therapist",
        "procedure_share", "status_treatment", "team_allowed", "work_gpci_floor",
    )
)  # fmt: skip
RULES_USED = tuple(sorted({*LISTS, *MODEL.rule_names(), *anesthesia.MODEL.rule_names()}))
# The positions of lines must stand still within a chunk; and a table in memory that is written once gains
# nothing from a checkpoint, which would rewrite it.
SETTINGS = {"preserve_insertion_order": "true", "checkpoint_threshold": "1 TB"}
FACTOR = {False: "pfs.conversion_factor", True: "pfs.conversion_factor_qp"}
OF_STATUS = {False: "not coalesce(request.qp, false)", True: "request.qp"}
Watch = Callable[[Law, Lines], None]


def price_requests(
    con: duckdb.DuckDBPyConnection,
    force: RulesInForce,
    requests: str = "door.price_request",
    into: str = "door.price",
    *,
    chunk_rows: int = CHUNK_ROWS,
    watch: Watch | None = None,
) -> list[str]:
    """Price every row of ``requests`` into the new view ``into``; returns the rules that were used.

    con        sees reference.pfs_rvu, pfs_gpci, pfs_anesthesia and anesthesia_base_unit
    requests   columns as docs/pricing.md lists them; request_id is unique
    watch      called for each chunk with what priced it, for those who explain
    A line that cannot be priced has a status and a reason and no amount.
    """
    answers = _make_answers(con, into)
    before = {name: _setting(con, name) for name in SETTINGS}
    for name, value in SETTINGS.items():
        con.execute(f"set {name} = '{value}'")
    try:
        small_table(
            con,
            "price_reason (reason_id smallint, reason varchar, status varchar)",
            [[number, reason, status] for number, (reason, status) in enumerate(REASONS)],
        )
        _price_all(con, force, requests, answers, chunk_rows, watch)
    finally:
        for name, value in before.items():
            con.execute(f"set {name} = '{value}'")
        for (name,) in con.execute(
            "select table_name from duckdb_tables() where temporary and starts_with(table_name, 'price_')"
        ).fetchall():
            con.execute(f"drop table temp.{name}")
    return list(RULES_USED)


@dataclass(frozen=True)
class Answers:
    """Where the answers go: the table that stores them, and the types of the words in it."""

    stored: str
    words: Mapping[str, str]


def _make_answers(con: duckdb.DuckDBPyConnection, into: str) -> Answers:
    """The table that stores the answers, words as numbers of a list, and the view ``into`` that spells them.

    A word is sixteen bytes in memory and its number one: over millions of lines that is half a table.
    """
    lists = {
        "status": [PRICED, NOT_PRICED, CONTRACTOR_PRICED],
        "reason": [reason for reason, _ in REASONS if reason],
        "setting": list(SETTING_WORDS),
        "rvu_edition": edition_labels(editions(con)),
        "gpci_edition": locality_labels(con),
    }
    words = {name: f"enum ({', '.join(map(_quoted, given))})" for name, given in lists.items() if given}
    stored = f"{into}_stored"
    con.execute(f"drop view if exists {into}")
    con.execute(
        f"create or replace table {stored} "
        f"({', '.join(f'{name} {words.get(name, kind)}' for name, kind in ANSWER.items())})"
    )
    spelled = ", ".join(f"cast({name} as {kind}) as {name}" for name, kind in ANSWER.items())
    con.execute(f"create view {into} as select {spelled} from {stored}")
    return Answers(stored, words)


def _quoted(word: str) -> str:
    return "'" + word.replace("'", "''") + "'"


def _setting(con: duckdb.DuckDBPyConnection, name: str) -> str:
    (row,) = con.execute("select current_setting(?)", [name]).fetchall()
    return str(row[0])


def _price_all(
    con: duckdb.DuckDBPyConnection,
    force: RulesInForce,
    requests: str,
    answers: Answers,
    chunk_rows: int,
    watch: Watch | None,
) -> None:
    installed = editions(con)
    rule_changes = change_days(force, RULES_USED)
    changes = sorted({*rule_changes, *(one[3] for one in installed)})
    law: Law | None = None
    space: dict[str, Array] = {}
    for chunk in chunks(con, requests, changes, chunk_rows):
        day = RulesOnDay(force, chunk.day)
        served = {qp: edition for qp in FACTOR if (edition := choose(installed, chunk.day, qp)) is not None}
        priced = frozenset(qp for qp in chunk.statuses if qp in served and FACTOR[qp] in day)
        rows = chunk.rows
        for qp in chunk.statuses - priced:
            _refuse(con, requests, answers.stored, f"{chunk.rows} and {OF_STATUS[qp]}", "no_schedule")
            rows = f"{chunk.rows} and {OF_STATUS[not qp]}"
        if not priced:
            continue
        if law is None or law.served != served or not _same_rules(law.day, day, rule_changes):
            law = _law(con, served, day, answers)
        law.qp = None if len(priced) > 1 else True in priced
        lines = resolve(con, law, requests, rows)
        if len(lines):
            rank(con, law, lines, requests, rows)
            found = price_columns(law, lines, space)
            anesthesia.price(con, law, lines, found)
            _take_out(lines, found)
            _answer(con, law, lines, found, answers)
            if watch is not None:
                watch(law, lines)
    _refuse(con, requests, answers.stored, "request.schedule_date is null", "unknown_date")


def _same_rules(one: RulesOnDay, other: RulesOnDay, changes: Sequence[date]) -> bool:
    low, high = sorted((one.day, other.day))
    return low.year == high.year and not any(low < day <= high for day in changes)


def _law(
    con: duckdb.DuckDBPyConnection, served: dict[bool, Edition], day: RulesOnDay, answers: Answers
) -> Law:
    """Read what serves the day, and leave the small tables that lines are joined with."""
    year = served[False].year
    rates = load_rates(con, served, day)
    places = load_localities(con, year, day)
    own = [[row["hcpcs_code"]] for row in day.rows("pfs.discontinued_code")]
    small_table(con, "price_discontinued (hcpcs_code varchar)", own)
    con.execute(
        "delete from price_rate where modifier = '53' "
        "and hcpcs_code not in (select hcpcs_code from price_discontinued)"
    )
    hospitals = {row["place_of_service_code"] for row in day.rows("pfs.hospital_place")}
    therapists = {row["specialty_code"] for row in day.rows("pfs.private_therapist")}
    shares = dict.fromkeys(sorted(therapists), 1.0) | {
        row["specialty_code"]: row["share"] for row in day.rows("pfs.practitioner_share")
    }
    small_table(
        con,
        "price_setting (place_of_service_code varchar, facility tinyint, hospital tinyint)",
        [
            [code, int(row["setting"] == "facility"), int(code in hospitals)]
            for row in day.rows("pfs.place_of_service_setting")
            for code in (row["place_of_service_code"],)
        ],
    )
    small_table(
        con,
        "price_practitioner (specialty_code varchar, share double, private_therapist tinyint)",
        [[code, share, int(code in therapists)] for code, share in shares.items()],
    )
    small_table(
        con,
        "price_share (procedure_rank integer, share double)",
        [[row["procedure_rank"], row["share"]] for row in day.rows("pfs.procedure_share")],
    )
    labels = zip(places.label, places.work, places.pe, places.mp, strict=True)
    small_table(
        con,
        f"price_label (locality_id integer, label {answers.words['gpci_edition']}, "
        "work_gpci decimal(6, 3), pe_gpci decimal(6, 3), mp_gpci decimal(6, 3))",
        [[number, *map(_plain, label)] for number, label in enumerate(list(labels)[:-1])],
    )
    anesthesia.load_base_units(con, year)
    return Law(day, rates, places, ModifierLaw(day), served)


def _refuse(con: duckdb.DuckDBPyConnection, requests: str, into: str, rows: str, reason: str) -> None:
    con.execute(
        f"insert into {into} (request_id, status, reason) "
        f"select request.request_id, 'not_priced', ? from {requests} as request where {rows}",
        [reason],
    )


def _by_status(law: Law, texts: dict[bool, str]) -> str:
    """An SQL expression of what differs between qualifying participants and others."""
    if law.qp is not None:
        return texts[law.qp]
    return f"case when figure.qp then {texts[True]} else {texts[False]} end"


def _plain(value: Any) -> Any:
    return value if isinstance(value, str) else float(value)


# Priced at nothing because of a neighbour; everything else with a reason has no amount.
NOTHING = [REASON["endoscopy_base_included"], REASON["status_T_bundled"]]
CONTRACTORS = [number for number, (_, status) in enumerate(REASONS) if status == CONTRACTOR_PRICED]


def _take_out(lines: Lines, found: dict[str, Any]) -> None:
    """Nothing is paid for what another line includes."""
    at = np.flatnonzero(np.isin(lines.reason, NOTHING))
    if not len(at):
        return
    for name in ("amount", "work_amount", "pe_amount", "mp_amount", "multiple_procedure_factor"):
        found[name] = np.array(np.broadcast_to(found[name], len(lines)))
        found[name][at] = 0.0


def _answer(
    con: duckdb.DuckDBPyConnection, law: Law, lines: Lines, found: dict[str, Any], answers: Answers
) -> None:
    """Hand the figures of a chunk back to SQL, which gives them words and exact decimals."""
    columns, reason = lines.columns, lines.reason
    nothing = np.isin(reason, NOTHING)
    priced = (reason == 0) | nothing
    by_units = ~np.isnan(found["anesthesia_units"])
    charge = columns["charge_amount"]
    rate = columns["rate_id"]
    # beside NA of an office the facility amount is paid, and said to be
    na_fallback = law.rates.office_na[rate] & (columns["facility"] == 0)
    rated = (rate >= 0) & (columns["locality_id"] >= 0) & (columns["facility"] >= 0)
    given = {
        **found,
        "request_id": columns["request_id"],
        "reason_id": reason,
        "facility": columns["facility"] + na_fallback if na_fallback.any() else columns["facility"],
        "na_fallback": na_fallback,
        "qp": lines.qualifying(law, slice(None)),
        "locality_id": columns["locality_id"],
        "participating": columns["participating"],
        "repeated_units": lines.inputs.get("repeated_units", np.float64(0)),
        "has_amount": priced,
        "has_parts": priced & ~by_units,
        "has_unit": (priced | (np.isin(reason, CONTRACTORS) & (found["unit_amount"] > 0)))
        & (rated | by_units),
        "expected_allowed": np.where(charge >= 0, np.minimum(charge, found["amount"]), found["amount"]),
    }
    # what is the same for all lines need not travel as a column
    same = [
        f"cast('{value}' as {'boolean' if value.dtype == bool else 'double'}) as {name}"
        for name, value in given.items()
        if not isinstance(value, np.ndarray)
    ]
    words = {
        "rvu_edition": _by_status(
            law,
            {
                qp: f"cast({_quoted(one.label)} as {answers.words['rvu_edition']})"
                for qp, one in law.served.items()
            },
        ),
        # as numbers of the list from the start: spelled out they would be looked up line by line
        **{word: f"cast('{word}' as {answers.words['setting']})" for word in SETTING_WORDS},
        "conversion_factor": _by_status(
            law,
            {
                qp: f"cast({law.day.number(name)!r} as decimal(9, 4))"
                for qp, name in FACTOR.items()
                if name in law.day
            },
        ),
    }
    plain = (reason == 0) & ~by_units
    arrays = {name: value for name, value in given.items() if isinstance(value, np.ndarray)}
    # few lines are exceptions: only they travel to the longer query, and only they are copied
    for part, at, chosen, which in (
        ("answer_plain", plain, arrays | {"plain": plain}, "where plain"),
        ("answer", ~plain, {}, ""),
    ):
        if not at.any():
            continue
        con.register("price_array", chosen or {name: value[at] for name, value in arrays.items()})
        figure = f"(select *{''.join(', ' + one for one in same)} from price_array {which})"
        try:
            con.execute(sql_text(part, into=answers.stored, figure=figure, **words))
        finally:
            con.unregister("price_array")

"""The steps that evaluate the models of QP over the tables of a run: status and low volume."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from corridor.engine import StepContext, python_step
from corridor.formulas.walk import to_plain
from corridor.law import Rules, RulesInForce
from corridor.programs.qp.compute import (
    OTHER_FACTOR,
    PARTLY,
    QUALIFYING_FACTOR,
    Result,
    evaluate_low_volume,
    settle,
)
from corridor.programs.qp.inputs import SCORE_NUMBERS, Array, Clinician, QpInputs, Score, track_of
from corridor.programs.qp.model import CLINICIANS, LOW_VOLUME, SCORES
from corridor.programs.qp.volume import CRITERIA, why

Row = dict[str, Any]
Columns = dict[str, Array]
OWNER = ("tin", "npi")
TRACK_RULES = ("qp.entity_track", "qp.advanced_track", "qp.reach_is_advanced")
STATUS_RULES = tuple(
    sorted(
        {
            *SCORES.rule_names(), *CLINICIANS.rule_names(), *TRACK_RULES, "qp.known_status",
            "qp.status_scope", "qp.payment_lag_years", "qp.loaded_claims_are_all",
            QUALIFYING_FACTOR, OTHER_FACTOR,
        }
    )
)  # fmt: skip
AS_LOADED = "; by the loaded claims, which may lack patients that others see"
STATUS_TYPES = {
    "npi": "VARCHAR", "tin": "VARCHAR", "performance_year": "INTEGER", "payment_year": "INTEGER",
    "apm_entity_id": "VARCHAR", "advanced_apm": "BOOLEAN", "status": "VARCHAR", "reason": "VARCHAR",
    "source": "VARCHAR", "best_payment_score": "DOUBLE", "best_patient_score": "DOUBLE",
    "decided_level": "VARCHAR", "decided_basis": "VARCHAR", "decided_snapshot": "INTEGER",
    "decided_by": "VARCHAR", "part_b_paid": "DECIMAL(18,2)", "part_b_allowed": "DECIMAL(18,2)",
    "dollars": "DOUBLE", "incentive_dollars": "DOUBLE", "conversion_factor_dollars": "DOUBLE",
    "worth": "DOUBLE", "incentive_worth": "DOUBLE", "conversion_factor_worth": "DOUBLE",
    "conversion_factor_gap": "DOUBLE", "incentive_base": "DOUBLE", "incentive_year": "INTEGER",
}  # fmt: skip
VOLUME_TYPES = {
    "performance_year": "INTEGER", "tin": "VARCHAR", "npi": "VARCHAR", "standing": "VARCHAR",
    "practice_standing": "VARCHAR", "why": "VARCHAR", "exceeds_charges": "BOOLEAN",
    "exceeds_patients": "BOOLEAN", "exceeds_services": "BOOLEAN", "allowed_charges": "DECIMAL(18,2)",
    "patients": "BIGINT", "services": "BIGINT", "earlier_allowed_charges": "DECIMAL(18,2)",
    "earlier_patients": "BIGINT", "earlier_services": "BIGINT", "is_whole": "BOOLEAN",
    "earlier_is_whole": "BOOLEAN",
}  # fmt: skip

QUERIES = (
    "select year, tin, npi, cast(sum(paid_amount) as double) as part_b_paid, "
    "cast(sum(allowed_amount) as double) as part_b_allowed "
    "from qp.service group by year, tin, npi order by year, tin, npi",
    "select * from qp.member order by performance_year, tin, npi, apm_entity_id",
    "select * from qp.score order by performance_year, level, subject, basis, snapshot",
    # a period is of whole months: the first and the last year that it covers from January to December
    "select cast(year(min(first_day)) + case when month(min(first_day)) > 1 then 1 else 0 end as integer) "
    "as first_whole_year, "
    "cast(year(max(last_day)) - case when month(max(last_day)) < 12 then 1 else 0 end as integer) "
    "as last_whole_year from claims.period having count(*) > 0",
)
"""What the models take from the tables of a run: billing, members, scores, the years loaded whole."""


@python_step(
    step="qp.status",
    makes="one row per clinician, practice and performance year: qualifying or not, and its worth",
    key=("npi", "tin", "performance_year"), reads=("qp.service", "qp.member", "qp.score", "claims.period"),
    rules=STATUS_RULES, cites="42 CFR 414.1425, 414.1430, 414.1435; docs/qp.md",
    evidence="qp.service(npi, tin)", owner=OWNER,
)  # fmt: skip
def qp_status(ctx: StepContext) -> tuple[Columns, dict[str, str]]:
    """Each year of loaded claims under the law of that year; the dollars are of that year's own billing, but
    the lump sum's, of the year before the payment where that is loaded whole (``incentive_year``)."""
    tables = [rows_of(ctx, query) for query in QUERIES]
    found: list[Row] = []
    for year in sorted({int(row["year"]) for row in tables[0]}):
        force = ctx.force.rules.in_force(year)
        mine = [row for row in tables[0] if int(row["year"]) == year]
        result = result_of(tables, ctx.force.rules, year)
        if result is None:
            found += [_unsettled(row, year, force) for row in mine]
            continue
        given = {
            str(row["npi"]): str(row["status"])
            for row in force.rows("qp.known_status")
            if int(row["performance_year"]) == year
        }
        unseen = {
            str(row["npi"])
            for row in tables[1]
            if int(row["performance_year"]) == year and _absent(row["first_snapshot"])
        }
        for row, pair in zip(result.rows(), mine, strict=True):
            own = {"incentive_year": incentive_year(tables, force, year)}
            found.append(_stated({**pair, **row, **own}, given, unseen, force))
    return laid(found, STATUS_TYPES)


def result_of(tables: Sequence[Sequence[Row]], rules: Rules, year: int) -> Result | None:
    """The models evaluated over the rows of QUERIES for one performance year; None without its law."""
    force = rules.in_force(year)
    if "qp.threshold" not in force or "qp.mips_threshold" not in force:
        return None
    pairs = [row for row in tables[0] if int(row["year"]) == year]
    if not pairs:
        return None
    members, scores = ([row for row in rows if int(row["performance_year"]) == year] for rows in tables[1:3])
    inputs = _inputs(pairs, members, scores, force)
    base = incentive_year(tables, force, year)
    if base != year:
        paid = {
            (str(row["npi"]), str(row["tin"])): float(row["part_b_paid"])
            for row in tables[0]
            if int(row["year"]) == base
        }
        for one in inputs.clinicians:
            # nothing of a year that is loaded whole is nothing, not unknown
            one.numbers["covered_services_prior_year"] = paid.get((one.npi, one.tin), 0.0)
    return settle(inputs, rules, year)


def incentive_year(tables: Sequence[Sequence[Row]], force: RulesInForce, year: int) -> int:
    """The year whose services the lump sum is of: the one before the payment year where the claims cover all
    of it, else the performance year stands in."""
    before = force.payment_year("qp") - 1
    whole = any(int(row["first_whole_year"]) <= before <= int(row["last_whole_year"]) for row in tables[3])
    return before if whole else year


def _inputs(
    pairs: Sequence[Row], members: Sequence[Row], scores: Sequence[Row], force: RulesInForce
) -> QpInputs:
    people = {
        (str(row["npi"]), str(row["tin"])): Clinician(
            str(row["npi"]),
            str(row["tin"]),
            numbers={name: float(row[name]) for name in ("part_b_paid", "part_b_allowed")},
        )
        for row in pairs
    }
    advanced: dict[str, float] = {}
    own: dict[str, set[str]] = {}
    left: set[str] = set()
    for row in members:
        entity, npi = str(row["apm_entity_id"]), str(row["npi"])
        first = row["first_snapshot"]
        if row["left_entity"]:
            left.add(entity)
        if entity not in advanced:
            advanced[entity] = track_of(entity, force, bool(row["is_reach"]))
        if _absent(first):
            continue
        one = people[(npi, str(row["tin"]))]
        one.entities.append(entity)
        one.since[entity] = int(first)
        own.setdefault(npi, set()).add(entity)
    made: list[Score] = []
    for row in scores:
        if str(row["level"]) == "entity":
            entity = str(row["subject"])
            made.append(_score(row, advanced[entity], 1.0 if entity in left else math.nan))
        else:
            made += _own_scores(row, [advanced[one] for one in sorted(own[str(row["subject"])] - left)])
    return QpInputs(list(people.values()), made, advanced)


def _own_scores(row: Row, tracks: list[float]) -> list[Score]:
    """A clinician's own score counts people of Advanced APMs; with those of entities that may be one it is a
    second score, which can leave the status open and never give it."""
    found = []
    open_tracks = any(math.isnan(one) for one in tracks)
    if not open_tracks or 1.0 in tracks:
        found.append(_score(row, 1.0 if 1.0 in tracks else 0.0))
    if open_tracks and (row["open_patients"] > 0 or not found):
        found.append(_score(row, math.nan, with_open=True))
    return found


def _score(row: Row, advanced: float, left: float = math.nan, with_open: bool = False) -> Score:
    """A score as the model takes it; of a snapshot that is not loaded whole no figure is known."""
    numbers = dict.fromkeys(SCORE_NUMBERS, math.nan)
    if row["is_whole"]:
        for kind in ("payments", "patients"):
            added = float(row[f"open_{kind}"]) if with_open else 0.0
            numbers[f"attributed_{kind}"] = float(row[f"attributed_{kind}"]) + added
            numbers[f"eligible_{kind}"] = float(row[f"eligible_{kind}"])
    which = (str(row["level"]), str(row["subject"]), str(row["basis"]), int(row["snapshot"]))
    return Score(*which, numbers, advanced, left)


def _absent(value: Any) -> bool:
    return value is None or bool(value != value)


def _stated(row: Row, given: Mapping[str, str], unseen: set[str], force: RulesInForce) -> Row:
    """The row, with CMS's own status where the settings hold one, and what the claims can carry."""
    row = {**row, "source": "loaded claims"}
    if row["npi"] in given:
        row |= {"status": given[row["npi"]], "source": "stated", "reason": "as CMS has published it"}
        paid = row["status"] == "qp"
        row["incentive_dollars"] = row["incentive_worth"] if paid else 0.0
        row["conversion_factor_dollars"] = row["conversion_factor_worth"] if paid else 0.0
        parts = (row["incentive_dollars"], row["conversion_factor_dollars"])
        row["dollars"] = None if None in parts else sum(parts)
    elif row["status"] in ("qp", "partial_qp"):
        row["reason"] += "" if force.flag("qp.loaded_claims_are_all") else AS_LOADED
    elif row["status"] == "unknown":
        row["reason"] = _why_open(row, unseen)
    return row


def _why_open(row: Row, unseen: set[str]) -> str:
    """Why a status is unknown, in words of a run: the model speaks of cells of a form."""
    said = str(row["reason"])
    if row["apm_entity_id"] is None:
        listed = row["npi"] in unseen
        return (
            "listed, but on the last day of no snapshot"
            if listed
            else "on no participant list that is loaded"
        )
    if "score that counts gives no" in said:
        before = f"{PARTLY}; " if said.startswith(PARTLY) else ""
        return f"{before}not every snapshot is loaded whole, and a later one may be enough"
    if said.startswith("no score that counts is known"):
        return "no score: nobody's attribution is known for this year"
    return said


def _unsettled(pair: Row, year: int, force: RulesInForce) -> Row:
    words = f"the law of {year} is not known here"
    return {
        **pair,
        "performance_year": year,
        "payment_year": force.payment_year("qp"),
        "status": "unknown",
        "reason": words,
        "source": "loaded claims",
    }


@python_step(
    step="qp.low_volume",
    makes="one row per performance year of MIPS, practice and clinician: of low volume or not",
    key=("performance_year", "tin", "npi"), reads=("qp.volume",),
    rules=(*LOW_VOLUME.rule_names(), "qp.loaded_claims_are_all"),
    cites="42 CFR 414.1305 (low-volume threshold); docs/qp.md",
    evidence="qp.volume(performance_year, tin, npi)", owner=OWNER,
)  # fmt: skip
def qp_low_volume(ctx: StepContext) -> tuple[Columns, dict[str, str]]:
    """What is exceeded is certain however little is loaded; what is not is only where all is loaded."""
    rows = rows_of(ctx, "select * from qp.volume order by performance_year, tin, npi")
    found: list[Row] = []
    for year in sorted({int(row["performance_year"]) for row in rows}):
        force = ctx.force.rules.in_force(year)
        mine = [row for row in rows if int(row["performance_year"]) == year]
        if "qp.low_volume" in force and "qp.low_volume_opt_in" in force:
            found += _judged(mine, force)
    practice = {
        (row["performance_year"], row["tin"]): row["standing"] for row in found if row["npi"] == "practice"
    }
    for row in found:
        row["practice_standing"] = practice[(row["performance_year"], row["tin"])]
    return laid(found, VOLUME_TYPES)


def _judged(rows: Sequence[Row], force: RulesInForce) -> list[Row]:
    most = {str(row["criterion"]): float(row["most"]) for row in force.rows("qp.low_volume")}
    all_loaded = force.flag("qp.loaded_claims_are_all")
    given: dict[str, Any] = {}
    for name in CRITERIA:
        value, earlier = (np.array([float(row[k]) for row in rows]) for k in (name, f"earlier_{name}"))
        known, earlier_known = (
            np.array([all_loaded and bool(row[k]) for row in rows]) for k in ("is_whole", "earlier_is_whole")
        )
        given[name] = np.where(known | (value > most[name]), value, np.nan)
        # nothing at all in an earlier segment that is known is a clinician new to the practice
        shown = (earlier > most[name]) | (
            earlier_known & np.array([row["earlier_services"] > 0 for row in rows])
        )
        given[f"earlier_{name}"] = np.where(shown, earlier, np.nan)
    given["earlier_is_open"] = np.array(
        [float(not (all_loaded and bool(row["earlier_is_whole"]))) for row in rows]
    )
    found = evaluate_low_volume(given, force)
    standing = [str(value) for value in found["standing"].tolist()]
    flags = {name: [to_plain(value) for value in found[name].tolist()] for name in CRITERIA.values()}
    judged = []
    for at, row in enumerate(rows):
        mine = {name: values[at] for name, values in flags.items()}
        exceeds = {name: None if value is None else bool(value) for name, value in mine.items()}
        judged.append({**row, "standing": standing[at], "why": why(standing[at], mine, force), **exceeds})
    return judged


def laid(rows: Sequence[Mapping[str, Any]], types: Mapping[str, str]) -> tuple[Columns, dict[str, str]]:
    """Records as columns of text, with the SQL type each is cast to."""
    columns = {name: np.array([_cell(row.get(name)) for row in rows], dtype=object) for name in types}
    return columns, dict(types)


def _cell(value: Any) -> str | None:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    return repr(float(value)) if isinstance(value, float) else str(value)


def rows_of(ctx: StepContext, query: str) -> list[Row]:
    """The answer of a query as records."""
    columns = ctx.numpy(query)
    return [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]

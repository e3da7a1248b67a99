"""Tables beneath the ranked actions, a few rows by hand."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Any

from corridor.engine import StepContext
from corridor.engine.catalogue import load_catalogue
from corridor.programs.action.mips_lever import from_mips
from tests.measures.bench_tables import Row, Tables

PROGRAMS = (
    "action", "asm", "billing", "mips", "mssp", "overlap", "performance", "pfs", "primary_care", "team", "qp",
)  # fmt: skip
NPI, TIN, ACO = "9000000015", "000000001", "A1"
TEXT, MONEY, REAL = "VARCHAR", "DECIMAL(18,2)", "DOUBLE"
FINDING = {
    "finding_id": TEXT, "kind": TEXT, "direction": TEXT, "certainty": TEXT, "person_id": "BIGINT",
    "npi": TEXT, "tin": TEXT, "source_id": TEXT, "claim_id": TEXT, "claim_line_number": "INTEGER",
    "service_date": "DATE", "month": "INTEGER", "todo": TEXT, "dollars": MONEY, "paid_dollars": MONEY,
}  # fmt: skip
# columns of the tables that other rooms make; empty where a test gives none
GIVEN: dict[str, dict[str, str]] = {
    "billing.finding": FINDING,
    "attribution.person": {"person_id": "BIGINT", "aco_id": TEXT},
    "attribution.participant": {"tin": TEXT, "aco_id": TEXT, "program": TEXT},
    "attribution.reach_participant": {"aco_id": TEXT, "is_trial": "BOOLEAN"},
    "mssp.terms": {"aco_id": TEXT, "track": TEXT, "performance_year": "INTEGER"},
    "asm.lever": {"performance_year": "BIGINT", "tin": TEXT, "npi": TEXT, "measure": TEXT, "change": TEXT,
                  "dollars": REAL},
    "asm.result": {"performance_year": "BIGINT", "tin": TEXT, "npi": TEXT, "risk_level": REAL,
                   "scaling_factor": REAL, "part_b_paid": REAL, "part_b_paid_payment_year": REAL,
                   "dollars": REAL},
    "qp.clinician_year": {"npi": TEXT, "tin": TEXT, "payment_year": "INTEGER", "adjustment": REAL,
                          "adjustment_lowest": REAL},
    "qp.status": {"npi": TEXT, "tin": TEXT, "performance_year": "INTEGER", "worth": REAL, "status": TEXT,
                  "best_payment_score": REAL, "apm_entity_id": TEXT},
    "billing.prior_auth_exposure": {"npi": TEXT, "tin": TEXT, "service_year": "INTEGER", "result": TEXT,
                                    "services": "BIGINT", "dollars": MONEY},
    "billing.care_management_margin": {
        "npi": TEXT, "tin": TEXT, "year": "INTEGER", "program": TEXT, "candidates": "BIGINT",
        "candidate_months": "BIGINT", "billed_months": "BIGINT", "month_revenue": MONEY, "month_cost": MONEY,
        "open_revenue": MONEY},
    "billing.audit_line": {"npi": TEXT, "tin": TEXT, "month": "INTEGER", "hcpcs_code": TEXT,
                           "allowed_amount": MONEY},
    "measures.performance_panel": {"aco_id": TEXT, "tin": TEXT, "measure": TEXT, "people": "BIGINT",
                                   "observed": REAL, "expected": REAL, "squared_difference": REAL,
                                   "dollars": MONEY},
    "integrity.recapture": {"person_id": "BIGINT", "aco_id": TEXT, "tin": TEXT, "only_assessed": "BOOLEAN",
                            "days_recorded": "BIGINT", "coefficient": REAL},
    "integrity.trend": {"aco_id": TEXT, "year": "INTEGER", "expenditure": REAL, "person_years": REAL,
                        "claims_score": REAL, "small_cell": "BOOLEAN"},
    "integrity.cap": {"aco_id": TEXT, "year": "INTEGER", "room": REAL},
    "team.episode_cost": {"definition_set": TEXT, "facility_ccn": TEXT, "category": TEXT, "price_code": TEXT,
                          "division": "INTEGER", "price_year": "INTEGER", "person_id": "BIGINT",
                          "snf_amount": MONEY, "rehabilitation_amount": MONEY, "home_health_amount": MONEY,
                          "readmission_amount": MONEY},
    "mips.score": {
        "npi": TEXT, "tin": TEXT, "performance_year": "INTEGER", "participation": TEXT, "entity_id": TEXT,
        "pathway": TEXT, "mvp_id": TEXT, "counts": "BOOLEAN", "adjusts": "BOOLEAN", "final_score": REAL,
        "scaling_factor": REAL, "part_b_paid": REAL, "quality_weight": REAL, "quality_available": REAL,
        **{f"{name}_{part}": REAL
           for name in ("cost", "improvement_activities", "promoting_interoperability")
           for part in ("weight", "contribution", "percent")}},
    "mips.measure_points": {
        "npi": TEXT, "tin": TEXT, "entity_id": TEXT, "participation": TEXT, "pathway": TEXT, "mvp_id": TEXT,
        "performance_year": "INTEGER", "counted": "BOOLEAN", "points": REAL, "category": TEXT, "result": TEXT,
        "measure_id": TEXT},
}  # fmt: skip
ORDER = (
    "aco_share", "billing", "from_billing", "from_asm", "from_care", "from_use", "from_recapture",
    "from_team", "from_status", "from_mips", "from_programs", "candidate", "effect", "ranked",
)  # fmt: skip


def finding(kind: str, direction: str, dollars: float, **said: Any) -> Row:
    plain: Row = {
        "kind": kind, "direction": direction, "certainty": "sure", "person_id": 1, "npi": NPI, "tin": TIN,
        "source_id": "s", "service_date": date(2025, 3, 4), "month": 202503, "todo": "do it",
        "dollars": dollars,
    }  # fmt: skip
    made = {**plain, **said}
    made.setdefault(
        "finding_id", "|".join(str(made.get(n)) for n in ("kind", "claim_id", "person_id", "month"))
    )
    return made


@cache
def _base() -> Tables:
    """Every table empty and every step made over them: a test makes anew only what hangs on its rows."""
    tables = Tables(PROGRAMS)
    for table, columns in GIVEN.items():
        tables.give(table, columns, [])
    for step in ORDER:
        _make(tables, step)
    return tables


_FILLED: set[str] = set()


def action_tables(**given: list[Row]) -> Tables:
    """Tables of a run over data of 2025; names with two underscores for the dot. One set at a time."""
    tables = _base()
    rows = {name.replace("__", "."): value for name, value in given.items()}
    assert set(rows) <= set(GIVEN), set(rows) - set(GIVEN)
    for table in _FILLED | set(rows):
        columns = GIVEN[table]
        tables.give(table, columns, [[row.get(name) for name in columns] for row in rows.get(table, [])])
    stale = _FILLED | set(rows)
    _FILLED.clear()
    _FILLED.update(rows)
    for step in ORDER:
        if stale & set(load_catalogue().steps[f"action.{step}"].reads):
            _make(tables, step)
            stale.add(f"action.{step}")
    return tables


def ranked(tables: Tables) -> dict[str, Row]:
    """The ranked actions by their id."""
    cursor = tables.con.execute("select * from action.ranked order by action_id")
    names = [column[0] for column in cursor.description or []]
    rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return {str(row["action_id"]): row for row in rows}


def _make(tables: Tables, step: str) -> None:
    if step == "from_mips":
        _from_mips(tables)
    else:
        tables.make(f"action.{step}")


def _from_mips(tables: Tables) -> None:
    columns, types = from_mips(StepContext(tables.con, tables.force))
    names = list(types)
    rows = list(zip(*(columns[name].tolist() for name in names), strict=True))
    tables.give("action.from_mips", types, rows)


def effects(tables: Tables, action: str) -> dict[str, float]:
    found = tables.con.execute(
        "select effect, dollars from action.effect where action_id = ?", [action]
    ).fetchall()
    return {str(effect): float(dollars) for effect, dollars in found}

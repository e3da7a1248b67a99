"""Billing audits by name: what a run found, or what a file of draft claims would be found for.

Another audit is one more entry of AUDITS. Every table holds findings of the columns of FINDING_COLUMNS;
an audit that also takes a file names a function of (path, context) that gives an AuditAnswer.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from corridor.engine.connection import name as quoted
from corridor.engine.runs import Run, open_run
from corridor.errors import CorridorError
from corridor.jobs.audit_order import ordered
from corridor.jobs.context import Context
from corridor.jobs.tables import rules_of

Row = dict[str, Any]

FINDING_COLUMNS: dict[str, str] = {
    "finding_id": "VARCHAR",
    "audit": "VARCHAR",
    "kind": "VARCHAR",
    "direction": "VARCHAR",
    "person_id": "BIGINT",
    "npi": "VARCHAR",
    "tin": "VARCHAR",
    "source_id": "VARCHAR",
    "claim_id": "VARCHAR",
    "claim_line_number": "INTEGER",
    "other_claim_id": "VARCHAR",
    "other_claim_line_number": "INTEGER",
    "other_npi": "VARCHAR",
    "service_date": "DATE",
    "other_service_date": "DATE",
    "month": "INTEGER",
    "hcpcs_code": "VARCHAR",
    "other_hcpcs_code": "VARCHAR",
    "dollars": "DECIMAL(18,2)",
    "paid_dollars": "DECIMAL(18,2)",
    "rule": "VARCHAR",
    "cite": "VARCHAR",
    "todo": "VARCHAR",
    "certainty": "VARCHAR",
}
"""The columns every audit step makes, with their types."""

PRECISION_RULE = "billing.audit_precision"
WORDING_RULE = "finding_kind"  # of each program: what is said of a finding


@dataclass(frozen=True)
class AuditSpec:
    """One audit.

    name     as asked for on the command line
    about    one sentence
    table    the table of a run that holds its findings
    program  the program whose rules it applies
    columns  what the screen shows of a finding beside what it shows of every one
    door     "module:function" of (path, context) that audits a file, or None
    form     the layout of that file, as `corridor template` names it, or None
    sums     columns by whose values findings of a run are summed too, beside kind and clinician
    """

    name: str
    about: str
    table: str
    program: str = "billing"
    columns: tuple[str, ...] = ()
    door: str | None = None
    form: str | None = None
    sums: tuple[str, ...] = ()


@dataclass(frozen=True)
class AuditAnswer:
    """What an audit gives: findings, their sums, what was assumed, what the reader must know."""

    rows: list[Row]
    summary: list[Row]
    assumptions: list[dict[str, Any]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Wanted:
    """Which findings of a run are asked for; None asks for all. ``year`` and ``month`` are of the service."""

    year: int | None = None
    month: int | None = None
    npi: str | None = None
    tin: str | None = None
    kind: str | None = None
    direction: str | None = None
    certainty: str | None = None


_DRAFTS, _FORM = "corridor.jobs.draft_claims", "claims_to_check"

AUDITS: dict[str, AuditSpec] = {
    spec.name: spec
    for spec in (
        AuditSpec(
            "all",
            "Every finding of every audit the run made.",
            "billing.finding",
            door=f"{_DRAFTS}:all_findings",
            form=_FORM,
        ),
        AuditSpec(
            "conflicts",
            "Services that exclude one another: in one month, or by one practitioner.",
            "billing.audit_conflict",
            "primary_care",
            door=f"{_DRAFTS}:conflicts",
            form=_FORM,
        ),
        AuditSpec(
            "g2211",
            "The visit-complexity add-on: not allowed, and left out.",
            "billing.audit_g2211",
            "billing",
            door=f"{_DRAFTS}:g2211",
            form=_FORM,
        ),
        AuditSpec(
            "wellness",
            "Wellness visits and assessments before they are due again.",
            "billing.audit_wellness",
            "billing",
            door=f"{_DRAFTS}:wellness",
            form=_FORM,
        ),
        AuditSpec(
            "telehealth",
            "Telehealth codes, modifiers and places by the law of the day.",
            "billing.audit_telehealth",
            "billing",
            door=f"{_DRAFTS}:telehealth",
            form=_FORM,
        ),
        AuditSpec(
            "duplicates",
            "Lines and claims billed twice.",
            "billing.audit_duplicate",
            "billing",
            door=f"{_DRAFTS}:duplicates",
            form=_FORM,
        ),
        AuditSpec(
            "apcm",
            "Advanced primary care management: months unbilled, wrong levels.",
            "billing.audit_apcm",
            "primary_care",
            door="corridor.jobs.apcm_panel:audit_panel",
            form="apcm_panel",
        ),
        AuditSpec(
            "behavioral",
            "Behavioral health integration that is not billed.",
            "billing.audit_behavioral",
            "primary_care",
            door="corridor.jobs.apcm_panel:audit_behavioral",
            form="apcm_panel",
        ),
        AuditSpec(
            "remote",
            "Remote monitoring that the claims do not bear out.",
            "billing.audit_remote",
            "primary_care",
        ),
        AuditSpec(
            "prior-auth",
            "Services that need prior authorization or prepayment review.",
            "billing.audit_prior_auth",
            "wiser",
            (
                "state",
                "result",
                "order_result",
                "reason",
                "reviewed_by",
                "flags",
                "bill_check",
                "bill_reason",
            ),
            "corridor.jobs.prior_auth:orders_from_file",
            "prior_auth_orders",
            ("state", "hcpcs_code"),
        ),
        AuditSpec(
            "affirmations",
            "Requests for prior authorization: when due, what became of them, what they cover.",
            "billing.audit_prior_auth",
            "wiser",
            ("request_id", "status", "due_at", "hours", "on_time", "valid_through", "why"),
            "corridor.jobs.prior_auth:requests_from_file",
            "prior_auth_requests",
        ),
        AuditSpec(
            "drugs",
            "Part B drugs: price against its limit, units, wastage and 340B modifiers.",
            "billing.audit_part_b_drug",
            "drug",
            ("units", "day_units", "usual_units", "payment_limit", "expected_amount"),
            door="corridor.jobs.drug_door:drugs",
            form="drug_lines",
        ),
        AuditSpec(
            "skin-substitutes",
            "Skin substitutes: the application of the day, area, what is thrown away, the rate of 2026.",
            "billing.audit_skin_substitute",
            "drug",
            ("units", "applied_area", "covered_area", "discarded_share", "flat_rate"),
            door="corridor.jobs.drug_door:skin_substitutes",
            form="drug_lines",
        ),
    )
}


def spec_of(name: str) -> AuditSpec:
    """The audit of a name. Raises AUDIT-UNKNOWN."""
    if name not in AUDITS:
        raise CorridorError(
            "AUDIT-UNKNOWN",
            f"There is no audit called {name!r}.",
            todo=f"Name one of {', '.join(AUDITS)}.",
            field="NAME",
        )
    return AUDITS[name]


def from_run(spec: AuditSpec, context: Context, wanted: Wanted) -> AuditAnswer:
    """The findings of the last complete run. Raises AUDIT-NOT-MADE where it has no such table."""
    run = open_run(context.warehouse.home)
    if not run.has(spec.table):
        raise CorridorError(
            "AUDIT-NOT-MADE",
            f"The last complete run did not make {spec.table}.",
            why="It was limited with --only, or is older than this audit.",
            todo=f"Run again: corridor run, or corridor run --only {spec.table}",
        )
    rows = ordered(_findings(run, spec.table, wanted))
    summary = [*summarize(rows, precision_of(context)), *sums_by(rows, spec.sums)]
    return AuditAnswer(rows, summary, assumptions_of(context, spec.table))


def from_file(spec: AuditSpec, path: Path, context: Context) -> AuditAnswer:
    """The findings of a file. Raises AUDIT-NO-FILE where this audit takes none."""
    if spec.door is None:
        able = [one.name for one in AUDITS.values() if one.door is not None]
        raise CorridorError(
            "AUDIT-NO-FILE",
            f"The audit {spec.name} takes no file.",
            why="It needs the history of claims that only a run has.",
            todo=f"Load claims and run, or name one of {', '.join(able)}."
            if able
            else "Load claims and run.",
            field="FILE",
        )
    module, _, function = spec.door.partition(":")
    answer: AuditAnswer = getattr(importlib.import_module(module), function)(path, context)
    return replace(answer, rows=ordered(answer.rows))


def narrow(answer: AuditAnswer, wanted: Wanted, context: Context) -> AuditAnswer:
    """An answer of a file, to the findings asked for."""
    rows = [row for row in answer.rows if _asked(row, wanted)]
    if len(rows) == len(answer.rows):
        return answer
    return AuditAnswer(rows, summarize(rows, precision_of(context)), answer.assumptions, answer.warnings)


def summarize(rows: Sequence[Row], precision: Mapping[str, float]) -> list[Row]:
    """Counts and dollars of findings by kind, then by whom they concern.

    Records of ``by`` ('kind' or 'clinician'), audit, kind, direction, npi, tin, findings, sure, dollars,
    paid_dollars and precision (a fraction measured on seeded cases; None where it was not measured).
    Dollars of a clinician count each claim line once in a direction, with the largest of its findings:
    several audits may speak of a line, and its money goes back once.
    """
    sums: dict[tuple[str, ...], Row] = {}
    counted: dict[tuple[Any, ...], Decimal] = {}
    for row in rows:
        texts = {name: str(row.get(name) or "") for name in ("audit", "kind", "direction", "npi", "tin")}
        for by in ("kind", "clinician"):
            parts = ("audit", "kind", "direction") if by == "kind" else ("npi", "tin", "direction")
            key = (by, *(texts[name] for name in parts))
            if key not in sums:
                blank = {name: (texts[name] if name in parts else None) for name in texts}
                known = precision.get(texts["kind"]) if by == "kind" else None
                sums[key] = {"by": by, **blank, "findings": 0, "sure": 0, "dollars": Decimal(0)}
                sums[key] |= {"paid_dollars": Decimal(0), "precision": known}
            total = sums[key]
            total["findings"] += 1
            total["sure"] += 1 if row.get("certainty") == "sure" else 0
            for name in ("dollars", "paid_dollars"):
                amount = row.get(name) or Decimal(0)
                total[name] += amount if by == "kind" else _beyond(counted, (name, *key), row, amount)
    order = {"kind": 0, "clinician": 1}
    return sorted(
        sums.values(),
        key=lambda one: (
            order[one["by"]],
            -one["dollars"],
            -one["findings"],
            str(one["kind"]),
            str(one["npi"]),
        ),
    )


def _beyond(
    counted: dict[tuple[Any, ...], Decimal], key: tuple[Any, ...], row: Row, amount: Decimal
) -> Decimal:
    """What a finding adds to what was counted of its claim line under a key; one without a line adds all."""
    if row.get("claim_id") is None:
        return amount
    line = (*key, row.get("source_id"), row["claim_id"], row.get("claim_line_number"))
    before = counted.get(line, Decimal(0))
    counted[line] = max(before, amount)
    return counted[line] - before


def sums_by(rows: Sequence[Row], columns: Sequence[str]) -> list[Row]:
    """Findings and dollars by the values of further columns, the largest sum first within each."""
    found: list[Row] = []
    for column in columns:
        sums: dict[str, Row] = {}
        for row in rows:
            value = str(row.get(column))
            blank = {
                "by": column,
                "value": value,
                "findings": 0,
                "dollars": Decimal(0),
                "paid_dollars": Decimal(0),
            }
            total = sums.setdefault(value, blank)
            total["findings"] += 1
            total["dollars"] += row.get("dollars") or 0
            total["paid_dollars"] += row.get("paid_dollars") or 0
        found += sorted(sums.values(), key=lambda one: (-one["dollars"], one["value"]))
    return found


def precision_of(context: Context) -> dict[str, float]:
    """The measured precision of each kind of finding, a fraction; a kind not measured is absent."""
    if PRECISION_RULE not in context.force:
        return {}
    return {str(row["kind"]): float(row["precision"]) for row in context.force.rows(PRECISION_RULE)}


def assumptions_of(context: Context, table: str) -> list[dict[str, Any]]:
    """The parameters under a table that are neither codified nor official."""
    return unofficial(context, rules_of(table))


def unofficial(context: Context, names: Iterable[str]) -> list[dict[str, Any]]:
    """Of some rules those neither codified nor official; the words of a finding are no parameter of it."""
    return context.force.assumptions(
        name for name in names if name in context.force and name.partition(".")[2] != WORDING_RULE
    )


def _findings(run: Run, table: str, wanted: Wanted) -> list[Row]:
    tests, values = [], []
    for column, value in (
        ("cast(service_date as varchar)", None if wanted.year is None else f"{wanted.year}-%"),
        ("cast(month as varchar)", None if wanted.month is None else str(wanted.month)),
        ("npi", wanted.npi),
        ("tin", wanted.tin),
        ("kind", wanted.kind),
        ("direction", wanted.direction),
        ("certainty", wanted.certainty),
    ):
        if value is not None:
            tests.append(f"{column} like ?" if value.endswith("%") else f"{column} = ?")
            values.append(value)
    where = " and ".join(tests) or "true"
    return run.query(f"select * from {quoted(*table.split('.'))} where {where}", values)


def _asked(row: Row, wanted: Wanted) -> bool:
    if wanted.year is not None and str(row.get("service_date"))[:4] != str(wanted.year):
        return False
    for name in ("month", "npi", "tin", "kind", "direction", "certainty"):
        value = getattr(wanted, name)
        if value is not None and str(row.get(name)) != str(value):
            return False
    return True

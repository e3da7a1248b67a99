"""The doors of ``corridor audit prior-auth`` and ``affirmations``: files of orders and of requests."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from corridor.billing.prior_auth import CHECK_RULES, EXPOSED, Affirmation, Answer, Order, OrderChecker
from corridor.billing.prior_auth_ledger import LEDGER_RULES, Request, ledger, link, summary
from corridor.engine.tabular.form import Form, read_form
from corridor.errors import CorridorError
from corridor.jobs.audits import AuditAnswer, summarize, sums_by
from corridor.jobs.context import Context

Row = dict[str, Any]
FINDINGS = "billing.audit_prior_auth"
NO_FINDING = "no_finding"
ASKING = (*EXPOSED, "EXEMPT")
CAUTION = "An answer says what the model asks for. It is not a coverage decision."


def orders_from_file(path: Path, context: Context) -> AuditAnswer:
    """The answer for each code of each order of a file (form prior_auth_orders).

    Raises FORM-*, TABULAR-* for the file and PRIOR-AUTH-CODE for a code that is none.
    """
    form = read_form(path, "prior_auth_orders")
    checker = OrderChecker(context.force)
    rows: list[Row] = []
    for row, line in zip(form.rows, form.lines, strict=True):
        order = _order(form, row, line)
        answers = checker.check(order)
        demanding = checker.most_demanding(answers)
        for answer in answers:
            found = _finding(checker, row, line, order, answer, answer is demanding)
            rows.append({**found, "order_result": demanding.result})
    asking = [row for row in rows if row["direction"] != NO_FINDING]
    sums = [*summarize(asking, {}), *sums_by(asking, ("state", "hcpcs_code"))]
    return AuditAnswer(rows, sums, context.force.assumptions(CHECK_RULES), [*form.warnings, CAUTION])


def _order(form: Form, row: Row, line: int) -> Order:
    codes = _words(row["hcpcs_codes"])
    for code in codes:
        if len(code) != 5 or not code.isalnum():
            raise CorridorError(
                "PRIOR-AUTH-CODE",
                f"{code!r} is no HCPCS code.",
                why="A code has five letters and digits.",
                todo="Separate the codes by spaces, without modifiers.",
                file=form.file,
                line=line,
                field="hcpcs_codes",
            )
    return Order(
        service_date=row["service_date"],
        state=str(row["state"]).upper(),
        setting=row["setting"],
        codes=codes,
        payer=row["payer"],
        diagnoses=tuple(one.replace(".", "") for one in _words(row["diagnosis_codes"])),
        emergency=bool(row["emergency"]),
        indication_met=row["indication_met"],
        revenue_center_code=row["revenue_center_code"],
        modifiers=_words(row["modifiers"]),
        exempt_from=row["exempt_from"],
        exempt_to=row["exempt_to"],
        team_hospital=bool(row["team_hospital"]),
    )


def _words(cell: str | None) -> tuple[str, ...]:
    text = (cell or "").upper()
    for separator in ",;|":
        text = text.replace(separator, " ")
    return tuple(dict.fromkeys(text.split()))


def _finding(
    checker: OrderChecker, row: Row, line: int, order: Order, answer: Answer, is_demanding: bool
) -> Row:
    said = checker.results[answer.result]
    bill, bill_words = None, None
    if row["utn"] is not None or row["affirmation_date"] is not None:
        affirmation = Affirmation(row["utn"], row["affirmation_date"], _words(row["affirmed_codes"]))
        bill, bill_words = checker.check_bill(order, answer, affirmation)
    order_id = row["order_id"] or str(line)
    return {
        "finding_id": f"{order_id}|{answer.hcpcs_code}",
        "audit": "prior_auth",
        "kind": said["kind"],
        # what asks for nothing is an answer all the same, and no finding
        "direction": "at_risk" if answer.result in ASKING else NO_FINDING,
        "order_id": order_id,
        "npi": row["npi"],
        "tin": row["tin"],
        "state": order.state,
        "service_date": order.service_date,
        "month": order.service_date.year * 100 + order.service_date.month,
        "hcpcs_code": answer.hcpcs_code,
        "result": answer.result,
        "most_demanding": is_demanding,
        "words": said["words"],
        "reason": answer.reason,
        "family": answer.family,
        "policy": answer.policy,
        "reviewed_by": answer.reviewed_by,
        "contractor": answer.contractor,
        "flags": "; ".join(answer.flags) or None,
        "bill_check": bill,
        "bill_reason": bill_words,
        # what the order is worth stands once, with its most demanding code
        "dollars": row["expected_dollars"] if is_demanding and answer.result in EXPOSED else Decimal(0),
        "paid_dollars": None,
        "rule": "wiser.service",
        "cite": checker.force["wiser.service"].cite,
        "todo": said["todo"],
        "certainty": said["certainty"],
    }


def requests_from_file(path: Path, context: Context, now: datetime | None = None) -> AuditAnswer:
    """The ledger of a file of requests (form prior_auth_requests), with the services of the last run that
    need an affirmation and have none in it.

    Raises FORM-*, TABULAR-* for the file, PRIOR-AUTH-TIME for a time without a zone, PRIOR-AUTH-ORDER for a
    decision before its receipt and PRIOR-AUTH-TWICE.
    """
    form = read_form(path, "prior_auth_requests")
    moment = now or datetime.now(UTC)
    requests = [_request(form, row, line) for row, line in zip(form.rows, form.lines, strict=True)]
    _refuse_twice(form, requests)
    rows = ledger(requests, context.force, moment)
    warnings = [*form.warnings, CAUTION]
    services = _services(context, warnings)
    findings = [_request_finding(row, context) for row in rows]
    for service, linked in zip(services, link(rows, services, context.force), strict=True):
        if linked["request_id"] is None:
            findings.append({**service, "kind": "prior_auth_unlinked", "why": linked["why"]})
    for one in summary(rows)[:1]:
        shares = {name: one[name] for name in ("on_time_share", "affirmed_share", "first_pass_share")}
        said = ", ".join(f"{name} {'-' if v is None else f'{v:.0%}'}" for name, v in shares.items())
        hours = "-" if one["median_hours"] is None else f"{one['median_hours']:.1f}"
        warnings.append(f"{one['requests']:,} requests: {said}, median hours {hours}")
    figures = [{**one, "direction": "figures", "kind": None} for one in summary(rows)]
    return AuditAnswer(
        findings,
        [*summarize(findings, {}), *figures],
        context.force.assumptions(LEDGER_RULES),
        warnings,
    )


def _request(form: Form, row: Row, line: int) -> Request:
    received = _moment(form, row, line, "received_at")
    decided = _moment(form, row, line, "decided_at")
    assert received is not None
    if decided is not None and decided < received:
        raise CorridorError(
            "PRIOR-AUTH-ORDER",
            "The decision is before the receipt.",
            why="The hours between them would be negative.",
            todo="Correct one of the two times, with its zone.",
            file=form.file,
            line=line,
            field="decided_at",
        )
    return Request(
        request_id=row["request_id"],
        received_at=received,
        hcpcs_code=row["hcpcs_code"],
        kind=row["kind"] or "request",
        expedited=bool(row["expedited"]),
        route=row["route"] or "portal",
        state=row["state"],
        npi=row["npi"],
        tin=row["tin"],
        decision=row["decision"],
        decided_at=decided,
        utn=row["utn"],
        resubmission_of=row["resubmission_of"],
        dollars=None if row["dollars"] is None else float(row["dollars"]),
    )


def _moment(form: Form, row: Row, line: int, name: str) -> datetime | None:
    text = row[name]
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise CorridorError(
            "PRIOR-AUTH-TIME",
            f"{text!r} is no day and time with a zone.",
            why="A clock of hours cannot run from a time whose zone is not known.",
            todo="Write for instance 2026-02-01T09:30-06:00.",
            file=form.file,
            line=line,
            field=name,
        )
    return moment


def _refuse_twice(form: Form, requests: list[Request]) -> None:
    seen: set[str] = set()
    for request, line in zip(requests, form.lines, strict=True):
        if request.request_id in seen:
            raise CorridorError(
                "PRIOR-AUTH-TWICE",
                f"The request {request.request_id} stands in the file twice.",
                todo="Keep one row for each; a repeated request has its own number and resubmission_of.",
                file=form.file,
                line=line,
                field="request_id",
            )
        seen.add(request.request_id)


def _services(context: Context, warnings: list[str]) -> list[Row]:
    """Claim lines of the last run that need an affirmation; none where there is no such run."""
    from corridor.engine.runs import open_run

    try:
        run = open_run(context.warehouse.home)
    except CorridorError:
        run = None
    if run is None or not run.has(FINDINGS):
        warnings.append("No run has looked for services that need one, so no claim is linked: corridor run")
        return []
    return run.query(f"select * from {FINDINGS} where kind = 'prior_auth_recommended' order by finding_id")


def _request_finding(row: Row, context: Context) -> Row:
    received = datetime.fromisoformat(row["received_at"]).date()
    return {
        "finding_id": row["request_id"],
        "audit": "prior_auth",
        "direction": "at_risk",
        "service_date": received,
        "month": received.year * 100 + received.month,
        "paid_dollars": None,
        "rule": "wiser.standard_decision_hours",
        "cite": context.force["wiser.standard_decision_hours"].cite,
        "todo": "Follow up what is overdue; what is not affirmed may be sent again with more evidence.",
        "certainty": "sure",
        **row,
        "kind": f"request_{'prepayment' if row['kind'] == 'prepayment' else row['decision'] or 'open'}",
    }

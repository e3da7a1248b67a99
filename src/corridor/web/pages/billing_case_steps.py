"""The steps of a case of overpayment, each by the job the command line calls, then the page again."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

from fastapi import Response
from fastapi.responses import RedirectResponse

from corridor.errors import CorridorError
from corridor.jobs import overpayment
from corridor.jobs.overpayment_case import Case, read_case
from corridor.jobs.overpayment_refund import refund as write_refund
from corridor.web.guard import Visit, VisitDep
from corridor.web.overpayments import seen_case
from corridor.web.pages.billing_cases import case_page, list_page, refund_path
from corridor.web.whole_number import whole_number

FORMATS = ("csv", "xlsx")
SEED_DIGITS = 12


def open_new(visit: VisitDep) -> Response:
    """Take the findings of the form into a new case; a limited account names a practice of its own."""
    try:
        tin = visit.text("tin").strip() or None
        scope = visit.who.scope
        if not scope.every_row and (tin is None or tin not in scope.tin):
            raise CorridorError(
                "WEB-FORBIDDEN",
                "A case is opened for a practice you may see.",
                todo="Name one of your TINs.",
                field="tin",
            )
        year = visit.text("year").strip()
        wanted = overpayment.Scope(
            None, visit.text("kind") or None, visit.text("npi").strip() or None, tin,
            whole_number(year),
        )  # fmt: skip
        made = overpayment.open_case(
            visit.bench.context(), wanted, _day(visit, "identified") or date.today(), date.today(),
            visit.text("name").strip() or None,
        )  # fmt: skip
    except CorridorError as error:
        return list_page(visit, error)
    visit.note("overpayment_opened", made.name)
    return RedirectResponse(f"/billing/overpayments/{made.name}", 303)


def investigate(visit: VisitDep, case: str) -> Response:
    """Note when an investigation began, or was concluded."""
    return _step(
        visit, case,
        lambda: overpayment.investigate(
            visit.bench.context(), case, _day(visit, "begun"), _day(visit, "concluded"), date.today()
        ),
    )  # fmt: skip


def sample(visit: VisitDep, case: str) -> Response:
    """Draw a sample; its seed stays in the case."""

    def do() -> None:
        size, seed = _number(visit, "size"), _number(visit, "seed")
        if seed is None:
            raise _missing("seed", "A number of your choice: the same one draws the same lines again.")
        overpayment.sample(
            visit.bench.context(), case, size, seed, visit.text("stratify") or None, date.today()
        )

    return _step(visit, case, do)


def extrapolate(visit: VisitDep, case: str) -> Response:
    """Extrapolate what was typed beside each line of the sample."""
    found = seen_case(visit, case)
    drawn = found.last("sampled") or {"chosen": []}
    typed = {f"line-{place}": visit.text(f"line-{place}").strip() for place in range(len(drawn["chosen"]))}

    def do() -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "reviewed.csv"
            with path.open("w", encoding="utf-8", newline="") as sink:
                writer = csv.writer(sink)
                writer.writerow(["source_id", "claim_id", "line", "overpayment"])
                for place, (source, claim, number, _) in enumerate(drawn["chosen"]):
                    writer.writerow([source, claim, number, typed[f"line-{place}"].lstrip("$")])
            overpayment.extrapolate(
                visit.bench.context(), case, path, date.today(), visit.text("amount") or None
            )

    return _step(visit, case, do, typed)


def refund(visit: VisitDep, case: str) -> Response:
    """Write the refund file beside the case."""
    kind = visit.text("format") if visit.text("format") in FORMATS else "csv"
    path = refund_path(visit.bench.home, f"{case}-refund.{kind}")
    return _step(
        visit, case, lambda: write_refund(visit.bench.context(), case, path, False, date.today())
    )  # fmt: skip


def close(visit: VisitDep, case: str) -> Response:
    """Close the case."""
    reason = visit.text("reason").strip() or None
    return _step(visit, case, lambda: overpayment.close(visit.bench.context(), case, reason, date.today()))


def _step(visit: Visit, name: str, do: Callable[[], object], typed: dict[str, str] | None = None) -> Response:
    """One step of a case in scope: done and shown again, or refused beside what was typed."""
    case: Case = seen_case(visit, name)
    try:
        do()
    except CorridorError as error:
        return case_page(visit, read_case(visit.bench.home, case.name), error, typed)
    return RedirectResponse(f"/billing/overpayments/{case.name}", 303)


def _day(visit: Visit, field: str) -> date | None:
    text = visit.text(field).strip()
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise CorridorError(
            "OVERPAYMENT-DATE", "That is no day.", todo="Write it as 2026-07-15.", field=field
        ) from error


def _number(visit: Visit, field: str) -> int | None:
    text = visit.text(field).strip()
    if not text:
        return None
    found = whole_number(text, SEED_DIGITS)
    if found is None:
        raise _missing(field, "Write a whole number.")
    return found


def _missing(field: str, todo: str) -> CorridorError:
    return CorridorError("WEB-REQUEST", f"The {field} is missing or no number.", todo=todo, field=field)

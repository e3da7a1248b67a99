"""The form of WISeR's requests: terms of a company handed to its rows, and what a dashboard carries."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING, Any

from corridor.engine.tabular.form import Form
from corridor.errors import CorridorError
from corridor.programs.one_form import Part, Program, Settled
from corridor.programs.wiser.model import REQUESTS

if TYPE_CHECKING:
    from corridor.law import Rules, RulesInForce

TERMS = (
    "payment_share", "look_forward_days", "quality_multiplier", "quality_multiplier_least",
    "quality_multiplier_most",
)  # fmt: skip
SHOWN = ("counted", "averted_amount", "company_averted", "limited_multiplier", "company_payment")


def _year_of(stated: int, rules: Rules) -> int:
    return stated


def _prepare(form: Form, force: RulesInForce) -> None:
    """Raises WISER-DIFFERS where a company has two values of a term, SETTLE-REQUIRED for a day it needs."""
    held: dict[tuple[str, str], Any] = {}
    for row, line in zip(form.rows, form.lines, strict=True):
        for name in TERMS:
            if row[name] is None:
                continue
            if held.setdefault((row["company"], name), row[name]) != row[name]:
                raise CorridorError(
                    "WISER-DIFFERS",
                    f"{row['company']} has two values of {name}.",
                    why="A company has one term for the year.",
                    todo="Correct one of them, or leave one blank.",
                    file=form.file,
                    line=line,
                    field=name,
                )
        declined = row["decision"] == "non_affirmed"
        if declined and row["later_paid_date"] is not None and row["decision_date"] is None:
            raise CorridorError(
                "SETTLE-REQUIRED",
                f"{row['request_id']} needs decision_date.",
                why="A later payment undoes averted spending by the days since the decision.",
                todo="Fill in decision_date: your ledger of requests.",
                file=form.file,
                line=line,
                field="decision_date",
            )
    for row in form.rows:
        for name in TERMS:
            row[name] = held.get((row["company"], name))
        row["non_affirmed"] = float(row["decision"] == "non_affirmed")
        row["overturned"] = float(bool(row["appeal_overturned"] or row["peer_to_peer_overturned"]))
        paid, decided = row["later_paid_date"], row["decision_date"]
        row["days_to_payment"] = None if paid is None or decided is None else float((paid - decided).days)


def _warn(found: Settled) -> list[str]:
    found.extra["dashboard"] = dashboard(found.form)
    return ["No term of payment was published; the shares, days and bounds of the file are its own."]


def dashboard(form: Form) -> list[dict[str, Any]]:
    """By company: what wiser.md 7 asks for beside rates and hours (those: corridor audit affirmations)."""
    made = []
    for company in dict.fromkeys(row["company"] for row in form.rows):
        rows = [row for row in form.rows if row["company"] == company]
        declined = [row for row in rows if row["decision"] == "non_affirmed"]
        waits = [
            (row["service_date"] - row["order_date"]).days
            for row in rows
            if row["service_date"] is not None and row["order_date"] is not None
        ]
        made.append(
            {
                "company": company,
                "requests": len(rows),
                "non_affirmed": len(declined),
                "peer_to_peer_rate": _share(declined, "peer_to_peer"),
                "peer_to_peer_overturned": _share(
                    [r for r in rows if r["peer_to_peer"]], "peer_to_peer_overturned"
                ),
                "prepayment_denials": sum(bool(row["prepayment_denied"]) for row in rows),
                "appeal_overturned": _share([r for r in rows if r["appealed"]], "appeal_overturned"),
                "cancelled": sum(bool(row["cancelled"]) for row in rows),
                "median_days_order_to_service": float(median(waits)) if waits else None,
            }
        )
    return made


def _share(rows: list[dict[str, Any]], name: str) -> float | None:
    return sum(bool(row[name]) for row in rows) / len(rows) if rows else None


PROGRAM = Program(
    name="wiser",
    title="WISeR",
    id_column="request_id",
    first_year=2026,
    parts={
        "request": Part(
            REQUESTS, ("company_payment",), SHOWN, "company_payment", ("company",), {"company": "company"}
        )
    },
    part_column=None,
    year_of=_year_of,
    prepare=_prepare,
    warn=_warn,
)

"""From findings that were paid in error to a case: opened, sampled, extrapolated, refunded, closed."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from corridor.billing.overpayment import Clock, Estimate, draw_sample, estimate, years_before
from corridor.engine.runs import open_run
from corridor.errors import CorridorError
from corridor.jobs.context import Context
from corridor.jobs.overpayment_case import Case, add_event, begin_case, case_names, held_lines, read_case
from corridor.jobs.overpayment_review import reviewed_lines

RULES = (
    "billing.overpayment_identified",
    "billing.overpayment_return_days",
    "billing.overpayment_investigation_days",
    "billing.overpayment_lookback_years",
    "billing.extrapolation_confidence",
    "billing.extrapolation_amount",
    "billing.extrapolation_quantile",
    "billing.sample_size",
)
STRATA = ("kind", "npi", "tin", "code")
AMOUNTS = {
    "lower-limit": "two_sided_lower_limit",
    "one-sided": "one_sided_lower_limit",
    "point": "point_estimate",
}
"""The figures of an extrapolation that can be returned, as asked for."""


@dataclass(frozen=True)
class Scope:
    """Which findings a case takes up; None takes all. ``review``: those still to be looked at too.

    A case is one practice's: it returns its own money. ``all_practices`` takes those of several all the same.
    """

    audit: str | None = None
    kind: str | None = None
    npi: str | None = None
    tin: str | None = None
    year: int | None = None
    review: bool = False
    all_practices: bool = False


def open_case(context: Context, scope: Scope, identified: date, today: date, name: str | None = None) -> Case:
    """Take the findings of the last run that were paid in error into a new case, one row a claim line.

    Left out and counted: lines Medicare paid nothing for, lines refunded before, lines of other open cases,
    lines paid before the look-back. Raises OVERPAYMENT-DATE, OVERPAYMENT-NOT-MADE, OVERPAYMENT-NOTHING,
    OVERPAYMENT-PRACTICES, OVERPAYMENT-EXISTS.
    """
    _not_after(identified, today, "--identified")
    force, home = context.force, context.warehouse.home
    law = {rule: force.on(rule, identified) for rule in RULES}
    since = years_before(identified, int(law["billing.overpayment_lookback_years"].value))
    run_id, found = _paid_in_error(context, scope)
    taken, refunded = held_lines(home)
    lines: list[dict[str, Any]] = []
    left = {"nothing_paid": 0, "refunded_before": 0, "in_another_case": 0, "before_lookback": 0}
    for row in found:
        if not row["paid_dollars"] or row["paid_dollars"] <= 0:
            left["nothing_paid"] += 1
        elif (row["source_id"], row["claim_id"], row["line"]) in refunded:
            left["refunded_before"] += 1
        elif (row["source_id"], row["claim_id"], row["line"]) in taken:
            left["in_another_case"] += 1
        elif row["received"] < since:
            left["before_lookback"] += 1
        else:
            lines.append(row)
    if not lines:
        raise CorridorError(
            "OVERPAYMENT-NOTHING",
            "No finding that was paid in error belongs into such a case.",
            why=", ".join(f"{count:,} {words.replace('_', ' ')}" for words, count in left.items())
            + " were left out.",
            todo="See what there is: corridor audit all --direction paid_in_error",
        )
    if not scope.all_practices:
        _one_practice(lines)
    content = {
        "identified": identified,
        "standard": law["billing.overpayment_identified"].value,
        "return_days": int(law["billing.overpayment_return_days"].value),
        "investigation_days": int(law["billing.overpayment_investigation_days"].value),
        "lookback_from": since,
        "scope": asdict(scope),
        "run_id": run_id,
        "left_out": left,
        "paid_dollars": sum((row["paid_dollars"] for row in lines), Decimal(0)),
        "lines": lines,
        "law": [
            {key: value.to_dict()[key] for key in ("rule", "value", "unit", "status", "cite", "overridden")}
            for value in law.values()
        ],
    }
    return begin_case(home, name or _next_name(home, identified), today, content)


def _one_practice(lines: list[dict[str, Any]]) -> None:
    """Raises OVERPAYMENT-PRACTICES where claim lines of several practices would become one case."""
    paid: dict[str, Decimal] = {}
    for line in lines:
        paid[line["tin"] or "none"] = paid.get(line["tin"] or "none", Decimal(0)) + line["paid_dollars"]
    if len(paid) < 2:
        return
    largest = sorted(paid.items(), key=lambda one: (-one[1], one[0]))
    named = ", ".join(f"{tin} ({dollars:,.2f})" for tin, dollars in largest[:12])
    more = f" and {len(paid) - 12:,} more" if len(paid) > 12 else ""
    raise CorridorError(
        "OVERPAYMENT-PRACTICES",
        f"The findings are of {len(paid):,} practices, and a case is of one.",
        why="Each practice identifies, reports and returns its own overpayment, within its own days.",
        todo=f"Name one with --tin: {named}{more}. Or take all into one case with --all-practices.",
        field="--tin",
    )


def investigate(context: Context, name: str, begun: date | None, concluded: date | None, today: date) -> Case:
    """Note that an investigation of related overpayments began, or was concluded. Raises OVERPAYMENT-DATE."""
    case = read_case(context.warehouse.home, name)
    known = case.last("investigated") or {}
    begun = begun or (date.fromisoformat(known["begun"]) if known.get("begun") else None)
    for day, field in ((begun, "--begun"), (concluded, "--concluded")):
        if day is not None:
            _not_after(day, today, field)
    first = date.fromisoformat(case.opened["identified"])
    if begun is None:
        raise CorridorError(
            "OVERPAYMENT-DATE",
            f"No investigation of the case {name} has begun.",
            why="The deadline stands still from the day it begins.",
            todo="Give that day with --begun; --concluded follows when it is over.",
            field="--begun",
        )
    if begun < first or (concluded is not None and concluded < begun):
        raise CorridorError(
            "OVERPAYMENT-DATE",
            "The days of the investigation do not follow one another.",
            why=f"It begins on {first.isoformat()}, when the overpayment was identified, or later, and ends "
            "on the day it begins or later.",
            todo="Correct --begun or --concluded.",
            field="--begun",
        )
    content = {"begun": begun, "concluded": concluded}
    return add_event(context.warehouse.home, name, "investigated", today, content)


def sample(
    context: Context, name: str, size: int | None, seed: int, stratify: str | None, today: date
) -> tuple[Case, list[dict[str, Any]]]:
    """Draw a sample of a case's claim lines; it and how it was drawn stay in the case.

    Raises OVERPAYMENT-STRATUM, OVERPAYMENT-SAMPLE-SIZE, OVERPAYMENT-ORDER.
    """
    case = read_case(context.warehouse.home, name)
    if stratify is not None and stratify not in STRATA:
        raise CorridorError(
            "OVERPAYMENT-STRATUM",
            f"A sample is not stratified by {stratify!r}.",
            todo=f"Name one of {', '.join(STRATA)}.",
            field="--stratify",
        )
    _before(case, "refunded", "A sample comes before the refund.")
    wanted = size if size is not None else min(int(_law(case, "billing.sample_size")), len(case.lines))
    drawn = draw_sample(case.lines, wanted, seed, stratify)
    units: dict[str, int] = {}
    for line in case.lines:
        stratum = str(line[stratify]) if stratify else "all"
        units[stratum] = units.get(stratum, 0) + 1
    chosen = [[row["source_id"], row["claim_id"], row["line"], row["stratum"]] for row in drawn]
    content = {"seed": seed, "size": len(drawn), "stratify": stratify, "units": units, "chosen": chosen}
    return add_event(context.warehouse.home, name, "sampled", today, content), drawn


def extrapolate(
    context: Context, name: str, path: Path, today: date, amount: str | None = None
) -> tuple[Case, Estimate]:
    """Extrapolate the reviewed sample to all claim lines of the case; ``amount``: what is returned (AMOUNTS).

    Raises OVERPAYMENT-ORDER without a sample, OVERPAYMENT-REVIEW, OVERPAYMENT-SAMPLE, OVERPAYMENT-AMOUNT.
    """
    case = read_case(context.warehouse.home, name)
    drawn = case.last("sampled")
    if drawn is None:
        raise _order("There is no sample to extrapolate.", "Draw one with `corridor overpayment sample`.")
    _before(case, "refunded", "An extrapolation comes before the refund.")
    reviewed = reviewed_lines(context, case, drawn, path)
    values: dict[str, list[Decimal]] = {}
    for stratum, _, overpaid in reviewed:
        values.setdefault(stratum, []).append(overpaid)
    found = estimate(
        drawn["units"],
        values,
        float(_law(case, "billing.extrapolation_confidence")),
        str(_law(case, "billing.extrapolation_quantile")),
    )
    which = _chosen(case, found, amount)
    content = {**asdict(found), "which": which, "amount": found.amount(which), "sample": drawn["number"]}
    content["reviewed"] = [[*key, overpaid] for _, key, overpaid in reviewed]
    return add_event(context.warehouse.home, name, "extrapolated", today, content), found


def close(context: Context, name: str, reason: str | None, today: date) -> Case:
    """Close a case after its refund, or without one for a stated reason. Raises OVERPAYMENT-ORDER."""
    case = read_case(context.warehouse.home, name)
    if case.last("refunded") is None and not reason:
        raise _order(
            "Nothing was refunded in this case.",
            "Make the refund first, or say with --reason why none is due.",
        )
    return add_event(context.warehouse.home, name, "closed", today, {"reason": reason})


def clock_of(case: Case) -> Clock:
    """The clock of a case as it stands."""
    opened, investigated = case.opened, case.last("investigated") or {}

    def day(text: str | None) -> date | None:
        return date.fromisoformat(text) if text else None

    return Clock(
        date.fromisoformat(opened["identified"]),
        int(opened["return_days"]),
        int(opened["investigation_days"]),
        day(investigated.get("begun")),
        day(investigated.get("concluded")),
    )


def amount_of(case: Case) -> Decimal:
    """What is to be returned: the figure of the newest extrapolation, else all that was paid in error."""
    extrapolated = case.last("extrapolated")
    return Decimal(str(extrapolated["amount"] if extrapolated else case.opened["paid_dollars"]))


def summaries(home: Path, today: date) -> tuple[list[dict[str, Any]], list[CorridorError]]:
    """A row about each case, and what is wrong with those that cannot be read."""
    rows, damaged = [], []
    for name in case_names(home):
        try:
            rows.append(summary_of(read_case(home, name), today))
        except CorridorError as error:
            damaged.append(error)
    return rows, damaged


def summary_of(case: Case, today: date) -> dict[str, Any]:
    """One row about a case: its state, its clock on a day, its dollars."""
    clock, closed = clock_of(case), case.last("closed")
    over = closed is not None or case.last("refunded") is not None
    return {
        "case": case.name,
        "state": case.state,
        "identified": clock.identified,
        "phase": None if over else clock.phase(today),
        "suspended_until": clock.suspended_until,
        "deadline": clock.deadline,
        "days_left": None if over else (clock.deadline - today).days,
        "lookback_from": case.opened["lookback_from"],
        "claim_lines": len(case.lines),
        "paid_dollars": Decimal(str(case.opened["paid_dollars"])),
        "amount": amount_of(case),
    }


# ---- what a case is made of ------------------------------------------------------------------------


def _paid_in_error(context: Context, scope: Scope) -> tuple[str, list[dict[str, Any]]]:
    """The findings of a scope, one row a claim line: where several speak of one, the one worth most."""
    run = open_run(context.warehouse.home)
    for table in ("billing.finding", "claims.medical_claim"):
        if not run.has(table):
            raise CorridorError(
                "OVERPAYMENT-NOT-MADE",
                f"The last complete run did not make {table}.",
                todo="Run again: corridor run --only billing.finding",
            )
    tests, values = ["finding.direction = 'paid_in_error'"], []
    if scope.review:
        tests = ["(finding.direction = 'paid_in_error' or finding.direction = 'at_risk')"]
    for column in ("audit", "kind", "npi", "tin"):
        if (value := getattr(scope, column)) is not None:
            tests.append(f"finding.{column} = ?")
            values.append(value)
    if scope.year is not None:
        tests.append("cx_year_of(finding.service_date) = ?")
        values.append(scope.year)
    rows = run.query(
        f"""
        with numbered as (
            select finding.*, row_number() over (
                partition by source_id, claim_id, claim_line_number
                order by paid_dollars desc nulls last, certainty desc, finding_id
            ) as place
            from billing.finding as finding
            where finding.claim_id is not null and {" and ".join(tests)}
        )
        select numbered.source_id, numbered.claim_id, numbered.claim_line_number as line,
            numbered.service_date, coalesce(lines.paid_date, numbered.service_date) as received, numbered.npi,
            numbered.tin, numbered.hcpcs_code as code, numbered.kind, numbered.dollars, numbered.paid_dollars,
            numbered.rule, numbered.cite, numbered.certainty, numbered.finding_id
        from numbered
        left join claims.medical_claim as lines
            on lines.source_id = numbered.source_id and lines.claim_id = numbered.claim_id
            and lines.claim_line_number = numbered.claim_line_number
        where numbered.place = 1
        order by numbered.source_id, numbered.claim_id, numbered.claim_line_number""",
        values,
    )
    return run.run_id, rows


def _next_name(home: Path, identified: date) -> str:
    names = set(case_names(home))
    stem = f"OP-{identified:%Y%m%d}"
    return next(f"{stem}-{n}" for n in range(1, len(names) + 2) if f"{stem}-{n}" not in names)


def _chosen(case: Case, found: Estimate, amount: str | None) -> str:
    """Which figure goes back: as asked, or as the user's own rule of the case says; never by default."""
    if amount is None and any(
        one["rule"] == "billing.extrapolation_amount" and one.get("overridden") for one in case.opened["law"]
    ):
        return str(_law(case, "billing.extrapolation_amount"))
    if amount not in AMOUNTS:
        figures = ", ".join(f"{name} {found.amount(which):,.2f}" for name, which in AMOUNTS.items())
        raise CorridorError(
            "OVERPAYMENT-AMOUNT",
            f"It is not said which figure goes back: {figures}.",
            why="The lower limit of the two-sided interval is the least of them; which is owed depends on "
            "who asks for it: a matter of counsel.",
            todo=f"Choose with --amount: {', '.join(AMOUNTS)}.",
            field="--amount",
        )
    return AMOUNTS[amount]


def _law(case: Case, rule: str) -> Any:
    """A rule as it stood for the case when it was opened."""
    return next(one["value"] for one in case.opened["law"] if one["rule"] == rule)


def _before(case: Case, event: str, why: str) -> None:
    if case.last(event) is not None:
        raise _order(
            f"The case {case.name} is {event} already.", "Open a new case for what was found since.", why
        )


def _order(what: str, todo: str, why: str = "The steps of a case follow one another.") -> CorridorError:
    return CorridorError("OVERPAYMENT-ORDER", what, why=why, todo=todo, field="CASE")


def _not_after(day: date, today: date, field: str) -> None:
    if day > today:
        raise CorridorError(
            "OVERPAYMENT-DATE",
            f"{day.isoformat()} is not over yet.",
            why="A clock starts on a day that has come.",
            todo="Give the day it happened.",
            field=field,
        )

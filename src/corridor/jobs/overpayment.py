"""From findings that were paid in error to a case: opened, sampled, extrapolated, refunded, closed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from corridor.billing.overpayment import Clock, Estimate, draw_sample, estimate, years_before
from corridor.engine.runs import open_run
from corridor.engine.tabular import Found, load_layout, open_table, scratch_folder, stage
from corridor.engine.tabular.stage import refuse_columns
from corridor.errors import CorridorError
from corridor.jobs.context import Context
from corridor.jobs.overpayment_case import Case, add_event, begin_case, case_names, read_case

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


@dataclass(frozen=True)
class Scope:
    """Which findings a case takes up; None takes all. ``review``: those still to be looked at too."""

    audit: str | None = None
    kind: str | None = None
    npi: str | None = None
    tin: str | None = None
    year: int | None = None
    review: bool = False


def open_case(context: Context, scope: Scope, identified: date, today: date, name: str | None = None) -> Case:
    """Take the findings of the last run that were paid in error into a new case, one row a claim line.

    Left out and counted: lines Medicare paid nothing for, lines of other open cases, lines paid before the
    look-back. Raises OVERPAYMENT-DATE, OVERPAYMENT-NOT-MADE, OVERPAYMENT-NOTHING, OVERPAYMENT-EXISTS.
    """
    _not_after(identified, today, "--identified")
    force, home = context.force, context.warehouse.home
    law = {rule: force.on(rule, identified) for rule in RULES}
    since = years_before(identified, int(law["billing.overpayment_lookback_years"].value))
    run_id, found = _paid_in_error(context, scope)
    taken = {
        (line["source_id"], line["claim_id"], line["line"])
        for other in case_names(home)
        for case in [read_case(home, other)]
        if not case.last("closed")
        for line in case.lines
    }
    lines: list[dict[str, Any]] = []
    left = {"nothing_paid": 0, "in_another_case": 0, "before_lookback": 0}
    for row in found:
        if not row["paid_dollars"] or row["paid_dollars"] <= 0:
            left["nothing_paid"] += 1
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
            {key: value.to_dict()[key] for key in ("rule", "value", "unit", "status", "cite")}
            for value in law.values()
        ],
    }
    return begin_case(home, name or _next_name(home, identified), today, content)


def investigate(context: Context, name: str, begun: date | None, concluded: date | None, today: date) -> Case:
    """Note that an investigation of related overpayments began, or was concluded. Raises OVERPAYMENT-DATE."""
    case = read_case(context.warehouse.home, name)
    known = case.last("investigated") or {}
    begun = begun or (date.fromisoformat(known["begun"]) if known.get("begun") else None)
    for day, field in ((begun, "--begun"), (concluded, "--concluded")):
        if day is not None:
            _not_after(day, today, field)
    first = date.fromisoformat(case.opened["identified"])
    if begun is None or begun < first or (concluded is not None and concluded < begun):
        raise CorridorError(
            "OVERPAYMENT-DATE",
            "The days of the investigation do not follow one another.",
            why="It begins with or after the identification, and ends after that.",
            todo="Give --begun, and --concluded when it is over.",
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


def extrapolate(context: Context, name: str, path: Path, today: date) -> tuple[Case, Estimate]:
    """Extrapolate the reviewed sample to all claim lines of the case.

    Raises OVERPAYMENT-ORDER without a sample, OVERPAYMENT-REVIEW, OVERPAYMENT-SAMPLE.
    """
    case = read_case(context.warehouse.home, name)
    drawn = case.last("sampled")
    if drawn is None:
        raise _order("There is no sample to extrapolate.", "Draw one with `corridor overpayment sample`.")
    _before(case, "refunded", "An extrapolation comes before the refund.")
    reviewed = _reviewed(context, case, drawn, path)
    values: dict[str, list[Decimal]] = {}
    for stratum, _, overpaid in reviewed:
        values.setdefault(stratum, []).append(overpaid)
    found = estimate(
        drawn["units"],
        values,
        float(_law(case, "billing.extrapolation_confidence")),
        str(_law(case, "billing.extrapolation_quantile")),
    )
    which = str(_law(case, "billing.extrapolation_amount"))
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


def _law(case: Case, rule: str) -> Any:
    """A rule as it stood for the case when it was opened."""
    return next(one["value"] for one in case.opened["law"] if one["rule"] == rule)


def _reviewed(
    context: Context, case: Case, drawn: Mapping[str, Any], path: Path
) -> list[tuple[str, tuple[str, str, int], Decimal]]:
    """Stratum, claim line, reviewed overpayment: the sample's lines, no other, none above what was paid."""
    from corridor.engine.connection import connect

    if not path.is_file():
        raise CorridorError("FILE-NOT-FOUND", "There is no such file.", todo="Check the path.", file=path)
    layout = load_layout("form", "overpayment_review")
    con = connect(context.warehouse.spill)
    try:
        with scratch_folder(context.warehouse.home) as scratch:
            table = open_table(Found(path, path.name), [layout], scratch)
            if any(not ({*column.headers} & {*table.columns}) for column in layout.required):
                refuse_columns(table, layout)
            staged = stage(con, table, layout, "reviewed")
            if staged.rows_rejected:
                first = con.execute(
                    f"select line_number, field, reason from ({staged.rejects}) order by 1 limit 1"
                ).fetchone()
                assert first is not None
                raise _review(f"A row cannot be used: {first[2]}.", path, int(first[0]), str(first[1]))
            rows = con.execute(
                "select source_id, claim_id, line, overpayment, line_number from reviewed order by 5"
            ).fetchall()
    finally:
        con.close()
    paid = {(one["source_id"], one["claim_id"], one["line"]): one["paid_dollars"] for one in case.lines}
    strata = {(source, claim, line): stratum for source, claim, line, stratum in drawn["chosen"]}
    waiting = dict(strata)
    found = []
    for source, claim, line, overpaid, number in rows:
        fitting = [key for key in waiting if key[1:] == (claim, line) and source in (None, key[0])]
        if len(fitting) != 1:
            raise _review(
                "The claim line is not in the sample, or stands there twice.", path, number, "claim_id"
            )
        if overpaid > Decimal(str(paid[fitting[0]])):
            raise _review(
                "More is called overpaid than Medicare paid for the line.", path, number, "overpayment"
            )
        found.append((waiting.pop(fitting[0]), fitting[0], overpaid))
    if waiting:
        raise _review(f"{len(waiting):,} claim lines of the sample are not reviewed.", path, None, "claim_id")
    return found


def _review(what: str, path: Path, line: int | None, field: str) -> CorridorError:
    return CorridorError(
        "OVERPAYMENT-REVIEW",
        what,
        why="An extrapolation rests on every line of the sample, and on no other.",
        todo="Fill in the file `corridor overpayment sample` wrote: one row a line, 0 where nothing is owed.",
        file=path.name,
        line=line,
        field=field,
    )


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

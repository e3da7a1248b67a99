"""Programs, dates, derivations of QP status and MIPS scores, the way down to claims, for programs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated

from fastapi import Query, Response
from fastapi.responses import JSONResponse

from corridor.programs.calendar import PROGRAMS as WITH_DATES
from corridor.programs.calendar import deadlines as dates_of
from corridor.programs.writing import plain
from corridor.web.explaining import Derivation, derive_qp
from corridor.web.guard import VisitDep
from corridor.web.mips_explaining import derive_mips
from corridor.web.pages.evidence import asked_rows
from corridor.web.programs.registry import PROGRAMS
from corridor.web.state import now

AHEAD_DAYS = 1100


def programs(visit: VisitDep) -> Response:
    """Where the account stands under each program of the last run, and the dollars that hang on it."""
    viewer = visit.run_viewer()
    rows = []
    for one in PROGRAMS:
        there = one.there(visit, viewer)
        told = one.card(visit, viewer) if there else None
        rows.append(
            {
                "program": one.key,
                "name": one.name,
                "computed": there,
                "status": told.status if told else None,
                "dollars": told.dollars if told else None,
                "what": told.what if told else None,
                "at_stake": told.at_stake if told else None,
                "not_yet": one.not_yet or None,
            }
        )
    return JSONResponse(plain({"run_id": viewer.run_id, "rows": rows}))


def deadlines(visit: VisitDep) -> Response:
    """Every date ahead that a rule states; `day` is null where only the month is known."""
    found = dates_of(visit.bench.law(WITH_DATES), now().date(), AHEAD_DAYS)
    rows = [{**asdict(one), "day": one.day.isoformat() if one.day else None} for one in found]
    return JSONResponse(plain({"rows": rows}))


def explain_qp(
    visit: VisitDep,
    npi: str,
    tin: str = "",
    quantity: str = "status",
    year: Annotated[int | None, Query(ge=2000, le=2100)] = None,
) -> Response:
    """The derivation of a figure of QP status, one a practice."""
    return _told("qp", derive_qp(visit, npi, tin, quantity, year))


def explain_mips(
    visit: VisitDep,
    npi: str,
    tin: str = "",
    quantity: str = "final_score",
    year: Annotated[int | None, Query(ge=2000, le=2100)] = None,
) -> Response:
    """The derivation of a MIPS figure, one a practice: of the score that counts."""
    return _told("mips", derive_mips(visit, npi, tin, quantity, year))


def _told(program: str, found: Sequence[Derivation]) -> Response:
    """Derivations as `corridor explain --json` prints them; a status is of QP, who reports of MIPS."""
    named = "status" if program == "qp" else "participation"
    rows = [
        {
            "tin": one.tin, "npi": one.npi, named: one.cohort, "reason": one.reason,
            "quantity": one.quantity, "value": one.node.value, "tree": one.node.to_dict(),
        }
        for one in found
    ]  # fmt: skip
    under = {record["rule"]: record for one in found for record in one.assumptions}
    answer = {
        "program": program, "year": found[0].year, "payment_year": found[0].payment_year, "rows": rows,
        "assumptions": [under[name] for name in sorted(under)],
    }  # fmt: skip
    return JSONResponse(plain(answer))


def evidence(
    visit: VisitDep,
    table: str,
    open: Annotated[str, Query(max_length=120, description="places of the rows opened, with points")] = "",
    start: Annotated[int, Query(ge=0, le=100_000_000)] = 0,
) -> Response:
    """Fifty rows of a level, and the levels passed; any other parameter is a column and its value."""
    viewer = visit.run_viewer()
    found = asked_rows(visit, table, open, start)
    levels = [
        {"table": one.table, "makes": one.makes, "total": one.total, "opened": one.opened}
        for one in found.levels
    ]
    return JSONResponse(
        plain({"run_id": viewer.run_id, "levels": levels, "below": list(found.below), "rows": found.rows})
    )

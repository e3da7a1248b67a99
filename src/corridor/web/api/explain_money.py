"""Derivations of fees and of the change of a fee schedule, for programs."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query, Response
from fastapi.responses import JSONResponse

from corridor.programs.writing import plain
from corridor.web.guard import VisitDep
from corridor.web.impact_cell import Asked, cell_of
from corridor.web.pages.billing_impact import asked_impact
from corridor.web.pages.explain_money import schedules
from corridor.web.price_asked import PriceAsked


def price(
    visit: VisitDep,
    code: Annotated[str, Query(max_length=120, description="codes, with modifiers as 45378-53")],
    year: Annotated[int | None, Query(ge=2000, le=2100)] = None,
    mac: Annotated[str, Query(pattern=r"^(\d{1,5})?$")] = "",
    locality: Annotated[str, Query(pattern=r"^(\d{1,2})?$")] = "",
    zip: Annotated[str, Query(pattern=r"^([\d-]{5,10})?$")] = "",
    setting: Annotated[str, Query(description="non_facility or facility")] = "non_facility",
    units: float = 1.0,
    qp: bool = False,
) -> Response:
    """The fee of services of one patient and day with its derivation."""
    asked = PriceAsked(code, year, mac, locality, zip, setting, units, qp)
    return JSONResponse(plain(asked.priced(visit).to_dict(True)))


def impact(
    visit: VisitDep,
    before: Annotated[str, Query(alias="from", max_length=20)] = "",
    after: Annotated[str, Query(alias="to", max_length=20)] = "",
    claims: Annotated[str, Query(pattern=r"^(\d{4})?$")] = "",
    level: str = "tin",
    id: Annotated[str, Query(max_length=60, description="the row; none: all of them together")] = "",
    setting: str = "non_facility",
) -> Response:
    """The change of one row by cause; of a code with its fee under both schedules.

    202 while it is measured: ask again.
    """
    _, work = asked_impact(visit, visit.run_viewer(), schedules(visit), before, after, claims, level)
    if not work.over.is_set():
        return JSONResponse({"state": "running", "doing": work.doing, "seconds": work.seconds}, 202)
    cell = cell_of(visit, Asked(before, after, claims, level, id, setting), work.made[level])
    return JSONResponse(plain(cell.to_dict()))

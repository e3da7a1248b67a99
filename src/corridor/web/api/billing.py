"""Prices and cases of overpayment for programs, as the command line prints them."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query, Response
from fastapi.responses import JSONResponse

from corridor.programs.writing import plain
from corridor.web.guard import VisitDep
from corridor.web.overpayments import seen_cases
from corridor.web.price_asked import PriceAsked


def overpayments(visit: VisitDep) -> Response:
    """The cases of overpayment in scope, with clock and dollars."""
    rows = [one.row for one in seen_cases(visit)[0]]
    return JSONResponse(plain({"program": "billing", "rows": rows}))


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
    nonpar: bool = False,
    specialty: Annotated[str, Query(max_length=2)] = "",
    explain: bool = False,
) -> Response:
    """What services of one patient and day are paid under the installed fee schedule."""
    asked = PriceAsked(code, year, mac, locality, zip, setting, units, qp, nonpar, specialty)
    return JSONResponse(plain(asked.priced(visit).to_dict(explain)))

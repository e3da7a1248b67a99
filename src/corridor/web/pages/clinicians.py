"""Every clinician in scope: search, sort, page, download; one row an NPI under a TIN."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query, Response

from corridor.web.guard import VisitDep
from corridor.web.listing import Asked, Listing, Shown, open_listing
from corridor.web.render import page
from corridor.web.viewer import Viewer

COLUMNS = (
    Shown("name", "Clinician", sql="coalesce(clinician_name, 'NPI ' || npi)", link="/clinicians/{npi}"),
    Shown("npi", "NPI", link="/clinicians/{npi}"),
    Shown("tin", "TIN", link="/practices/{tin}"),
    Shown("cohort", "ASM cohort", "words"),
    Shown("score", "Final score", "number", "final_score"),
    Shown("dollars", "ASM dollars", "signed", link="/explain/asm/{npi}?tin={tin}"),
    Shown("qp", "QP status", "words", "qp_status"),
    Shown("lines", "Claim lines", "count", "claim_lines"),
)
SOURCE = """
select roster.npi, roster.tin, roster.clinician_name, roster.claim_lines, result.cohort, result.final_score,
       result.dollars, {status} as qp_status
from asm.roster as roster
left join asm.result as result on result.npi = roster.npi and result.tin = roster.tin
{joined}
"""
STATUS = """
left join (select npi, tin, arg_max(status, performance_year) as status from qp.status
           where performance_year <= ? group by npi, tin) as qp
    on qp.npi = roster.npi and qp.tin = roster.tin
"""


def clinicians(
    visit: VisitDep,
    q: Annotated[str, Query(max_length=80)] = "",
    sort: str = "",
    down: bool | None = None,
    start: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
    format: Annotated[str, Query(max_length=8)] = "",
) -> Response:
    """The list, or for the search as one types only its table, or all of it as a file."""
    viewer = visit.viewer()
    if viewer is None or not (viewer.has("asm.roster") and viewer.has("asm.result")):
        return page(visit, "empty.html.j2", "Clinicians", loaded=viewer is not None)
    it, given = listing_of(viewer)
    found = open_listing(visit, viewer, it, Asked(q, sort, down, start, format), given)
    if isinstance(found, Response):
        return found
    part = visit.request.headers.get("hx-request") == "true"
    return page(
        visit,
        "listing_rows.html.j2" if part else "list.html.j2",
        "Clinicians",
        list=found,
        heading=f"{found.found:,} clinicians under a practice" + (f" for “{found.q}”" if found.q else ""),
        second="Everyone of the roster whom you may see, those who lose most first.",
    )


def listing_of(viewer: Viewer) -> tuple[Listing, list[int]]:
    """The list over what the run has, and the values of its query."""
    known = viewer.has("qp.status")
    source = SOURCE.format(status="qp.status" if known else "null", joined=STATUS if known else "")
    it = Listing(
        "clinicians", "Clinicians", COLUMNS, source, "dollars", ("npi", "tin"),
        ("clinician_name", "npi", "tin"),
        empty="You may see no clinician yet: an administrator sets your ACOs, TINs and NPIs.",
    )  # fmt: skip
    return it, [int(viewer.manifest["setting"]["performance_year"])] if known else []

"""Every clinician in scope: search, sort, page; one row an NPI under a TIN."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Query, Response

from corridor.reports.words import cohort_name, dollars, plain
from corridor.web.guard import VisitDep
from corridor.web.render import page
from corridor.web.viewer import Viewer

PAGE = 50
# What the list may be sorted by; nothing of the address reaches the SQL but through this table.
ORDERS = {
    "name": "clinician_name", "npi": "npi", "tin": "tin", "cohort": "cohort", "score": "final_score",
    "dollars": "dollars", "lines": "claim_lines",
}  # fmt: skip
HEADS = (
    ("name", "Clinician", False), ("npi", "NPI", False), ("tin", "TIN", False),
    ("cohort", "ASM cohort", False), ("score", "Final score", True), ("dollars", "Dollars", True),
    ("lines", "Claim lines", True),
)  # fmt: skip
LIST = """
with listed as (
    select roster.npi, roster.tin, roster.clinician_name, roster.claim_lines, result.cohort,
           result.final_score, result.dollars
    from asm.roster as roster
    left join asm.result as result on result.npi = roster.npi and result.tin = roster.tin
)
select *, count(*) over () as found
from listed
where ? = '' or npi like ? || '%' or tin like ? || '%' or contains(lower(coalesce(clinician_name, '')), ?)
"""


def clinicians(
    visit: VisitDep,
    q: Annotated[str, Query(max_length=80)] = "",
    sort: str = "dollars",
    down: bool = False,
    start: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
) -> Response:
    """The list, or for the search as one types only its table."""
    viewer = visit.viewer()
    if viewer is None or not (viewer.has("asm.roster") and viewer.has("asm.result")):
        return page(visit, "empty.html.j2", "Clinicians", loaded=viewer is not None)
    order = sort if sort in ORDERS else "dollars"
    rows = listed(viewer, q, order, down, start)
    found = int(rows[0]["found"]) if rows else 0
    part = visit.request.headers.get("hx-request") == "true"
    return page(
        visit,
        "clinician_rows.html.j2" if part else "clinicians.html.j2",
        "Clinicians",
        rows=[_shown(row) for row in rows],
        heads=[_head(key, name, number, q, order, down) for key, name, number in HEADS],
        q=q,
        sort=order,
        down=down,
        found=found,
        first=start + 1,
        last=start + len(rows),
        earlier=_address(q, order, down, max(start - PAGE, 0)) if start else "",
        later=_address(q, order, down, start + PAGE) if start + len(rows) < found else "",
    )


def listed(viewer: Viewer, q: str, sort: str, down: bool, start: int) -> list[dict[str, Any]]:
    """One page of the list; absent values last, ties by NPI and TIN."""
    direction = "desc" if down else "asc"
    sql = LIST + f" order by {ORDERS[sort]} {direction} nulls last, npi, tin limit {PAGE} offset ?"
    words = q.strip()
    return viewer.query(sql, [words, words, words, words.lower(), start])


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    amount = row["dollars"]
    return {
        "npi": row["npi"],
        "tin": row["tin"],
        "name": row["clinician_name"] or f"NPI {row['npi']}",
        "cohort": cohort_name(row["cohort"]) if row["cohort"] else "–",
        "score": plain(row["final_score"]),
        "dollars": dollars(amount, signed=True),
        "tone": "" if not amount or round(amount) == 0 else "gain" if amount > 0 else "loss",
        "lines": f"{row['claim_lines'] or 0:,}",
    }


def _head(key: str, name: str, number: bool, q: str, sort: str, down: bool) -> dict[str, Any]:
    chosen = key == sort
    return {
        "name": name,
        "number": number,
        "sorted": ("descending" if down else "ascending") if chosen else "",
        "link": _address(q, key, not down if chosen else False, 0),
    }


def _address(q: str, sort: str, down: bool, start: int) -> str:
    given = {"q": q, "sort": sort, "down": "true" if down else "", "start": str(start) if start else ""}
    return "/clinicians?" + urlencode({key: value for key, value in given.items() if value})

"""Practices (TINs): the list, and the page of one with every program, its clinicians, cost, quality and "
"work."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Query, Response

from corridor.errors import CorridorError
from corridor.reports.words import counted
from corridor.web import entity
from corridor.web.actions import Filter, few_table, link_of
from corridor.web.guard import VisitDep
from corridor.web.listing import Asked, Listing, Shown, open_listing
from corridor.web.programs.asm_trend import quarters
from corridor.web.programs.shape import Whose
from corridor.web.render import page
from corridor.web.roles import PATIENTS
from corridor.web.viewer import Viewer

COLUMNS = (
    Shown("tin", "TIN", link="/practices/{tin}"),
    Shown("clinicians", "Clinicians", "count"),
    Shown("asm_clinicians", "In ASM", "count"),
    Shown("asm_dollars", "ASM dollars", "signed"),
    Shown(
        "qp_worth", "QP worth", "dollars", about="What QP status would add, newest year whose worth is known"
    ),
    Shown("people", "People", "people", about="Answered for by the practice"),
    Shown("cost_ratio", "Cost ratio", "ratio", about="Observed over expected cost"),
    Shown("missed", "Not billed", "dollars", about="What billing audits say was not billed"),
    Shown("paid_in_error", "Paid in error", "dollars", about="As billing audits say; a claim line once"),
    Shown("at_risk", "At risk", "dollars", about="In an audit, as billing audits say; a claim line once"),
    Shown("claim_lines", "Claim lines", "count"),
)
# table a column comes from -> (its query, the columns it gives)
PARTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "asm.result": (
        "select tin, count(distinct npi) as asm_clinicians, sum(dollars) as asm_dollars from asm.result "
        "group by tin",
        ("asm_clinicians", "asm_dollars"),
    ),
    "qp.status": (
        "select tin, sum(worth) as qp_worth from qp.status where performance_year = (select "
        "max(performance_year) "
        "from qp.status where worth is not null) group by tin",
        ("qp_worth",),
    ),
    "panel.answer": ("select tin, sum(people) as people from panel.answer group by tin", ("people",)),
    "measures.performance": (
        "select entity_id as tin, ratio as cost_ratio from measures.performance where level = 'tin' and "
        "measure = 'cost'",
        ("cost_ratio",),
    ),
    "panel.billing_finding": (  # a claim line that several findings of a direction name counts once
        "select tin, sum(dollars) filter (where direction = 'missed') as missed, "
        "sum(dollars - again_dollars) filter (where direction = 'paid_in_error') as paid_in_error, "
        "sum(dollars - again_dollars) filter (where direction = 'at_risk') as at_risk "
        "from panel.billing_finding group by tin",
        ("missed", "paid_in_error", "at_risk"),
    ),
}
CLINICIANS = (
    Shown("clinician_name", "Clinician", link="/clinicians/{npi}?tin={tin}"),
    Shown("npi", "NPI", link="/clinicians/{npi}?tin={tin}"),
    Shown("tin", "TIN"),
    Shown("specialty_code", "Specialty"),
    Shown("cohort", "ASM cohort", "words"),
    Shown("final_score", "Final score", "number", link="/explain/asm/{npi}?tin={tin}&quantity=final_score"),
    Shown("dollars", "ASM dollars", "signed", link="/explain/asm/{npi}?tin={tin}"),
    Shown("claim_lines", "Claim lines", "count"),
)
OF_PRACTICE = """
select roster.npi, roster.tin, coalesce(roster.clinician_name, 'NPI ' || roster.npi) as clinician_name,
       roster.specialty_code, roster.claim_lines, result.cohort, result.final_score, result.dollars
from asm.roster as roster
left join asm.result as result on result.npi = roster.npi and result.tin = roster.tin
where roster.tin = ?
"""


def practices(
    visit: VisitDep,
    q: Annotated[str, Query(max_length=80)] = "",
    sort: str = "",
    down: bool | None = None,
    start: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
    format: Annotated[str, Query(max_length=8)] = "",
) -> Response:
    """Every practice in scope, with the dollars of each program beside each other."""
    viewer = visit.viewer()
    if viewer is None or not viewer.has("asm.roster"):
        return page(visit, "empty.html.j2", "Practices", loaded=viewer is not None)
    it = Listing(
        "practices", "Practices", COLUMNS, _source(viewer), "claim_lines", ("tin",), ("tin",), "TIN",
        down=True,
        empty="You may see no practice yet: an administrator sets your ACOs, TINs and NPIs.", key=("tin",),
    )  # fmt: skip
    found = open_listing(visit, viewer, it, Asked(q, sort, down, start, format))
    if isinstance(found, Response):
        return found
    if visit.request.headers.get("hx-request") == "true":
        return page(visit, "listing_rows.html.j2", "Practices", list=found)
    return page(
        visit, "list.html.j2", "Practices", list=found,
        heading=counted(found.found, "practice") + (f" for “{found.q}”" if found.q else ""),
        second="A row a practice (TIN), with the dollars of each program; the busiest first.",
    )  # fmt: skip


def _source(viewer: Viewer) -> str:
    """The practices of the roster, joined with what the run has of each."""
    columns, joins = [], []
    for place, (table, (sql, names)) in enumerate(PARTS.items()):
        there = viewer.has(table)
        columns += [f"part{place}.{name}" if there else f"null as {name}" for name in names]
        if there:
            joins.append(f"left join ({sql}) as part{place} on part{place}.tin = roster.tin")
    return (
        f"select roster.*, {', '.join(columns)} from (select tin, count(distinct npi) as clinicians, "
        f"sum(claim_lines) as claim_lines from asm.roster group by tin) as roster {' '.join(joins)}"
    )


def practice(
    visit: VisitDep,
    tin: str,
    measure: Annotated[str, Query(max_length=60)] = "cost",
    q: Annotated[str, Query(max_length=80)] = "",
    sort: str = "",
    down: bool | None = None,
    start: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
    format: Annotated[str, Query(max_length=8)] = "",
) -> Response:
    """One practice: every program, its clinicians, cost and quality beside peers, findings, work."""
    viewer = visit.run_viewer()
    head = _head(viewer, tin)
    it = Listing(
        f"practice-{tin}", "Clinicians of the practice", CLINICIANS, OF_PRACTICE, "claim_lines", ("npi",),
        ("clinician_name", "npi"), "Name or NPI", down=True,
    )  # fmt: skip
    found = open_listing(visit, viewer, it, Asked(q, sort, down, start, format, {"measure": measure}), [tin])
    if isinstance(found, Response):
        return found
    if visit.request.headers.get("hx-request") == "true":
        return page(visit, "listing_rows.html.j2", f"TIN {tin}", list=found)
    whose = Whose(tin)
    stands = entity.stands(visit, viewer, whose)
    pictures, tables, _ = quarters(visit, viewer, tin)
    return page(
        visit, "practice.html.j2", f"TIN {tin}",
        tin=tin, head=head, said=entity.said_of(stands), programs=entity.stands_table(stands), list=found,
        best=few_table(visit, viewer, Filter(tin=tin)), best_link=link_of(Filter(tin=tin)),
        performance=entity.performance_table(viewer, "tin", tin),
        drawn=entity.funnel_picture(visit, viewer, "tin", tin, measure, f"TIN {tin}"),
        months=entity.months_picture(viewer, "tin", tin, measure),
        measure=measure, measures=entity.measures_of(viewer, "tin", tin), base=f"/practices/{tin}",
        quality=entity.quality_table(visit, viewer, "tin", tin),
        findings=entity.findings_table(viewer, whose),
        work=entity.work_counts(visit, whose), pictures=pictures, tables=tables,
        opens=visit.who.any_of(PATIENTS),
    )  # fmt: skip


def _head(viewer: Viewer, tin: str) -> dict[str, Any]:
    """Who the practice is. Raises WEB-NO-PRACTICE for one that is not there, or not in scope."""
    rows = (
        viewer.query(
            "select count(distinct npi) as clinicians, sum(claim_lines) as lines, max(last_claim_date) as "
            "last "
            "from asm.roster where tin = ?",
            [tin],
        )
        if viewer.has("asm.roster")
        else []
    )
    if not rows or not rows[0]["clinicians"]:
        raise CorridorError(
            "WEB-NO-PRACTICE",
            "There is no such practice in what you may see.",
            todo="Search the list of practices; an administrator can widen what you see.",
            field="tin",
        )
    row = rows[0]
    return {
        "words": f"{counted(int(row['clinicians']), 'clinician')}, {int(row['lines'] or 0):,} claim lines"
        + (f", the last on {row['last']}" if row["last"] else ""),
    }

"""One clinician: every program's standing, the ASM result, cost and quality beside peers, findings, work."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Query, Response

from corridor.errors import CorridorError
from corridor.reports.views.clinician import ClinicianPage, clinician_page
from corridor.web import entity
from corridor.web.actions import Filter, few_table, link_of
from corridor.web.guard import Visit, VisitDep
from corridor.web.programs.asm_one import index_of
from corridor.web.programs.shape import Whose
from corridor.web.render import page
from corridor.web.roles import PATIENTS
from corridor.web.viewer import Viewer

ROSTER = """
select tin, clinician_name, specialty_code, practice_size, claim_lines, last_claim_date
from asm.roster where npi = ? and (? = '' or tin = ?) order by tin
"""


def clinician(
    visit: VisitDep, npi: str, tin: str = "", measure: Annotated[str, Query(max_length=60)] = "cost"
) -> Response:
    """The page of an NPI; ``tin`` keeps to one of their practices, ``measure`` chooses what is drawn."""
    viewer = visit.run_viewer()
    if not viewer.sees(npi, tin or None):
        raise unknown_clinician()
    roster = viewer.query(ROSTER, [npi, tin, tin]) if viewer.has("asm.roster") else []
    results = _results(visit, viewer, npi, tin)
    named = next((row["clinician_name"] for row in roster if row["clinician_name"]), "") or f"NPI {npi}"
    if results and visit.who.any_of(PATIENTS):
        visit.note("clinician_episodes", npi)
    whose = Whose(tin, npi)
    stands = entity.stands(visit, viewer, whose)
    lead = "" if results else _no_result(viewer, npi)
    return page(
        visit,
        "clinician.html.j2",
        named,
        npi=npi,
        tin=tin,
        name=named,
        said=entity.said_of(stands),
        practices=roster,
        results=results,
        programs=entity.stands_table(stands),
        best=few_table(visit, viewer, Filter(npi=npi, tin=tin)),
        best_link=link_of(Filter(npi=npi, tin=tin)),
        performance=entity.performance_table(viewer, "npi", npi),
        drawn=entity.funnel_picture(visit, viewer, "npi", npi, measure, named),
        months=entity.months_picture(viewer, "npi", npi, measure),
        measure=measure,
        measures=entity.measures_of(viewer, "npi", npi),
        base=f"/clinicians/{npi}",
        quality=entity.quality_table(visit, viewer, "npi", npi),
        findings=entity.findings_table(viewer, whose),
        work=entity.work_counts(visit, whose),
        opens=visit.who.any_of(PATIENTS),
        lead=lead,
    )


def unknown_clinician() -> CorridorError:
    """The same answer for who is not there and for who is not in scope."""
    return CorridorError(
        "WEB-NO-CLINICIAN",
        "There is no such clinician in what you may see.",
        todo="Search the list of clinicians; an administrator can widen what you see.",
        field="npi",
    )


def _results(visit: Visit, viewer: Viewer, npi: str, tin: str) -> list[dict[str, Any]]:
    """The report's page of each row of the result, with the episodes this account may see."""
    if not viewer.has("asm.result"):
        return []
    index = index_of(visit, viewer, npi, tin)
    if index is None:
        return []
    shown = []
    for row in index.data.clinicians:
        made: ClinicianPage = clinician_page(index, row)
        shown.append({"it": made, "tin": row["tin"], "explain": f"/explain/asm/{npi}?tin={row['tin']}"})
    return shown


def _no_result(viewer: Viewer, npi: str) -> str:
    """Why there is no result, in the words of the step that decided it."""
    if viewer.has("asm.eligibility"):
        for row in viewer.query("select reason from asm.eligibility where npi = ? order by cohort", [npi]):
            if row["reason"]:
                return f"Not in the Ambulatory Specialty Model: {row['reason']}."
    return "Not considered for the Ambulatory Specialty Model: the specialty is not one of its cohorts."

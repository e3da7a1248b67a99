"""One clinician under each of their TINs: the ASM result, performance beside peers, other statuses."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from fastapi import Response

from corridor.errors import CorridorError
from corridor.reports import ReportData
from corridor.reports import episodes as episode_reader
from corridor.reports.tables import key_of
from corridor.reports.views.clinician import ClinicianPage, clinician_page
from corridor.reports.views.index import Index
from corridor.reports.views.page import Column, Table, TableRow, amount_cell, text_cell
from corridor.reports.words import counted, dollars, people, plain, real, short_dollars
from corridor.web.guard import Visit, VisitDep
from corridor.web.render import page
from corridor.web.roles import PATIENTS
from corridor.web.viewer import Viewer

PERFORMANCE = """
select measure, people, observed_rate, expected_rate, dollars, ratio, shrunken_ratio, interval_low,
       interval_high, peers, reliability, exploratory
from measures.performance where level = 'npi' and entity_id = ? order by measure
"""
STATUS = """
select tin, performance_year, payment_year, status, reason, best_payment_score, worth
from qp.status where npi = ? and (? = '' or tin = ?) order by tin, performance_year
"""
ROSTER = """
select tin, clinician_name, specialty_code, practice_size, claim_lines, last_claim_date
from asm.roster where npi = ? and (? = '' or tin = ?) order by tin
"""


def clinician(visit: VisitDep, npi: str, tin: str = "") -> Response:
    """The page of an NPI; ``tin`` keeps to one of their practices."""
    viewer = visit.run_viewer()
    if not viewer.sees(npi, tin or None):
        raise unknown_clinician()
    roster = viewer.query(ROSTER, [npi, tin, tin]) if viewer.has("asm.roster") else []
    results = _results(visit, viewer, npi, tin)
    named = next((row["clinician_name"] for row in roster if row["clinician_name"]), "")
    if results and visit.who.any_of(PATIENTS):
        visit.note("clinician_episodes", npi)
    return page(
        visit,
        "clinician.html.j2",
        named or f"NPI {npi}",
        npi=npi,
        name=named or f"NPI {npi}",
        practices=roster,
        results=results,
        performance=_performance(viewer, npi),
        status=_status(viewer, npi, tin),
        opens=visit.who.any_of(PATIENTS),
        lead="" if results else _no_result(viewer, npi),
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
    data = visit.bench.report(viewer)
    rows = [row for row in data.clinicians if row.get("npi") == npi and tin in ("", row.get("tin"))]
    if not rows:
        return []
    index = Index(_of(data, viewer, rows))
    shown = []
    for row in rows:
        made: ClinicianPage = clinician_page(index, row)
        shown.append({"it": made, "tin": row["tin"], "explain": f"/explain/asm/{npi}?tin={row['tin']}"})
    return shown


def _of(data: ReportData, viewer: Viewer, rows: list[dict[str, Any]]) -> ReportData:
    """The data of these rows alone, completed by their episodes."""
    keys = {key_of(row) for row in rows}
    found = episode_reader.read(viewer, rows, data.years_used)
    return replace(
        data,
        clinicians=rows,
        measures=[row for row in data.measures if key_of(row) in keys],
        dollars=[row for row in data.dollars if key_of(row) in keys],
        levers=[row for row in data.levers if key_of(row) in keys],
        episodes=found.episodes,
        services=found.services,
    )


def _no_result(viewer: Viewer, npi: str) -> str:
    """Why there is no result, in the words of the step that decided it."""
    if viewer.has("asm.eligibility"):
        for row in viewer.query("select reason from asm.eligibility where npi = ? order by cohort", [npi]):
            if row["reason"]:
                return f"Not in the Ambulatory Specialty Model: {row['reason']}."
    return "Not considered for the Ambulatory Specialty Model: the specialty is not one of its cohorts."


def _performance(viewer: Viewer, npi: str) -> Table | None:
    """Observed against expected, drawn towards peers as far as chance could explain it."""
    rows = viewer.query(PERFORMANCE, [npi]) if viewer.has("measures.performance") else []
    if not rows:
        return None
    columns = (
        Column("Measure"),
        Column("People", "number"),
        Column("Observed", "number", "Rate as counted"),
        Column("Expected", "number", "Rate expected for these people"),
        Column("Ratio", "number", "Observed to expected"),
        Column("Drawn towards peers", "number", "The ratio, as far as chance does not explain it"),
        Column("Interval", "range"),
        Column("Reliability", "number", "0 is noise, 1 is certain"),
        Column("Spent", "number"),
    )
    body = [
        TableRow(
            (
                replace(
                    text_cell(str(row["measure"]).replace("_", " ").capitalize()),
                    tag="exploratory" if row["exploratory"] else "",
                    why="Not validated at this level, or too few cases: shown, never ranked.",
                ),
                amount_cell(people(row["people"]), real(row["people"])),
                amount_cell(plain(row["observed_rate"]), real(row["observed_rate"])),
                amount_cell(plain(row["expected_rate"]), real(row["expected_rate"])),
                amount_cell(plain(row["ratio"], 2), real(row["ratio"])),
                amount_cell(plain(row["shrunken_ratio"], 2), real(row["shrunken_ratio"])),
                amount_cell(
                    f"{plain(row['interval_low'], 2)} to {plain(row['interval_high'], 2)}",
                    real(row["interval_low"]),
                ),
                amount_cell(plain(row["reliability"], 2), real(row["reliability"])),
                amount_cell(dollars(row["dollars"]), real(row["dollars"])),
            )
        )
        for row in rows
    ]
    peers = counted(int(rows[0]["peers"] or 0), "clinician")
    note = f"Compared with {peers}. A ratio over 1 is more than expected."
    return Table("performance", "Performance beside peers", columns, body, note=note)


def _status(viewer: Viewer, npi: str, tin: str) -> Table | None:
    """Where the clinician stands under the Quality Payment Program."""
    rows = viewer.query(STATUS, [npi, tin, tin]) if viewer.has("qp.status") else []
    if not rows:
        return None
    columns = (
        Column("TIN"),
        Column("Performance year"),
        Column("Paid in"),
        Column("Status"),
        Column("Why"),
        Column("Worth", "number", "What being a qualifying participant would add"),
    )
    body = [
        TableRow(
            (
                text_cell(row["tin"]),
                text_cell(row["performance_year"]),
                text_cell(row["payment_year"]),
                text_cell(str(row["status"]).replace("_", " ")),
                text_cell(row["reason"]),
                amount_cell(short_dollars(row["worth"]), real(row["worth"])),
            )
        )
        for row in rows
    ]
    return Table("qp-status", "Qualifying participant status", columns, body, tools=False)

"""Prior authorization under WISeR: which claim lines it asks for, what they are worth, who bills them."""

from __future__ import annotations

from typing import Any

from fastapi import Response

from corridor.reports.charts.bars import Bar
from corridor.reports.views.page import Column, Table, TableRow, amount_cell, text_cell
from corridor.reports.words import dollars, real, short_dollars, whole
from corridor.web.guard import Visit
from corridor.web.listing import Listing, Shown, open_listing
from corridor.web.programs import stands
from corridor.web.programs.drawing import bar_picture
from corridor.web.programs.shape import Ask, Card, Panel, Program, View
from corridor.web.viewer import Viewer

NAME = "WISeR prior authorization"
ASKED = ("PA_RECOMMENDED", "NEEDS_REVIEW")
WORDS = {
    "NOT_APPLICABLE": "not applicable",
    "NOT_IN_MODEL": "outside the states of the model",
    "NOT_ACTIVE": "outside the days of the model",
    "EXCLUDED": "excluded setting",
    "NOT_ON_LIST": "code not listed",
    "POSTPONED": "code postponed",
    "LIKELY_OUT": "probably out of the model",
    "NEEDS_REVIEW": "needs review",
    "EXEMPT": "provider exempt",
    "PA_RECOMMENDED": "prior authorization recommended",
}
RESULTS = """
select result_when_active as result, is_active, sum(lines) as lines, max(people) as people, sum(dollars) as
    dollars
from panel.prior_auth group by result_when_active, is_active order by dollars desc nulls last, result,
    is_active
"""
EXPOSURE = """
select npi, tin, state, hcpcs_code, family, service_year, result, is_active, reviewed_by, lines, services,
    people,
       dollars from billing.prior_auth_exposure
"""
WHO = (
    Shown("npi", "NPI", link="/clinicians/{npi}"),
    Shown("tin", "TIN", link="/practices/{tin}"),
    Shown("state", "State"),
    Shown("hcpcs_code", "Code"),
    Shown("family", "Family", "words"),
    Shown("service_year", "Year"),
    Shown("result", "Answer", "words"),
    Shown("is_active", "Model active", "flag"),
    Shown("people", "People", "people"),
    Shown("services", "Services", "people"),
    Shown("dollars", "Allowed", "dollars"),
)


def _rows(visit: Visit, viewer: Viewer) -> list[dict[str, Any]]:
    found = viewer.has("panel.prior_auth")
    return visit.bench.made(viewer, "wiser", lambda: viewer.query(RESULTS) if found else [])


def _exposed(rows: list[dict[str, Any]]) -> float:
    return float(sum(row["dollars"] or 0 for row in rows if row["result"] in ASKED))


def _said(visit: Visit, viewer: Viewer) -> tuple[str, str]:
    rows = _rows(visit, viewer)
    lines = sum(row["lines"] for row in rows)
    if not lines:
        return "No claim line you may see has a code that the model lists", ""
    asked = [row for row in rows if row["result"] in ASKED]
    if not asked:
        top = max(rows, key=lambda row: row["lines"])
        return (
            f"{whole(lines)} claim lines have a listed code, and none of them needs prior authorization",
            f"Most of them: {WORDS.get(str(top['result']), str(top['result']))}.",
        )
    now = sum(row["dollars"] or 0 for row in asked if row["is_active"])
    return (
        f"{short_dollars(_exposed(rows))} of services have codes for which the model asks for prior "
        "authorization",
        f"{short_dollars(now)} of it on days on which the model is active.",
    )


def standing(visit: Visit, viewer: Viewer, ask: Ask) -> Panel | Response:
    """What the model says of every line with a listed code."""
    rows = _rows(visit, viewer)
    sentence, second = _said(visit, viewer)
    if not rows:
        return Panel(sentence, "It names codes of a few services in six states.")
    body = [
        TableRow(
            (
                text_cell(WORDS.get(str(row["result"]), str(row["result"]))),
                text_cell("yes" if row["is_active"] else "no"),
                amount_cell(whole(row["lines"]), real(row["lines"])),
                amount_cell(dollars(row["dollars"]), real(row["dollars"])),
            )
        )
        for row in rows
    ]
    columns = (
        Column("Answer"),
        Column("Model active"),
        Column("Lines", "number"),
        Column("Allowed", "number"),
    )
    sums: dict[str, float] = {}
    for row in rows:
        key = WORDS.get(str(row["result"]), str(row["result"]))
        sums[key] = sums.get(key, 0.0) + float(row["dollars"] or 0)
    return Panel(
        sentence,
        second,
        pictures=[
            bar_picture(
                "wiser",
                "Allowed charges of lines with a listed code, by answer",
                [Bar(key, value) for key, value in sums.items()],
                show=short_dollars,
                gains=False,
            )
        ],
        tables=[Table("wiser", "What the model says of the lines", columns, body)],
        notes=["An answer says what the model asks for. It is never a coverage decision."],
        links=(("/billing", "Billing audits"), ("/rules?program=wiser", "The rules")),
    )


def trend(visit: Visit, viewer: Viewer, ask: Ask) -> Panel | Response:
    """The exposure by year of service."""
    rows = (
        viewer.query(
            "select service_year, result, sum(lines) as lines, sum(services) as services, sum(dollars) as "
            "dollars "
            "from billing.prior_auth_exposure group by 1, 2 order by 1, 2"
        )
        if viewer.has("billing.prior_auth_exposure")
        else []
    )
    if not rows:
        return Panel("No year has a service that the model asks for", _said(visit, viewer)[0] + ".")
    by_year: dict[int, float] = {}
    for row in rows:
        by_year[int(row["service_year"])] = by_year.get(int(row["service_year"]), 0.0) + float(
            row["dollars"] or 0
        )
    last = max(by_year)
    finding = f"{short_dollars(by_year[last])} of services in {last}"
    body = [
        TableRow(
            (
                text_cell(row["service_year"]),
                text_cell(WORDS.get(str(row["result"]), str(row["result"]))),
                amount_cell(whole(row["lines"]), real(row["lines"])),
                amount_cell(dollars(row["dollars"]), real(row["dollars"])),
            )
        )
        for row in rows
    ]
    columns = (Column("Year"), Column("Answer"), Column("Lines", "number"), Column("Allowed", "number"))
    return Panel(
        f"What the model asks for, or would have asked for: {finding}",
        pictures=[
            bar_picture(
                "wiser-years",
                finding,
                [Bar(str(year), value) for year, value in sorted(by_year.items())],
                show=short_dollars,
                gains=False,
            )
        ],
        tables=[Table("wiser-years", "By year of service", columns, body)],
    )


def who(visit: Visit, viewer: Viewer, ask: Ask) -> Panel | Response:
    """The exposure by clinician, code and state."""
    sentence, second = _said(visit, viewer)
    if not viewer.has("billing.prior_auth_exposure"):
        return Panel(sentence, second)
    it = Listing(
        "prior-authorization",
        "Exposure by clinician and code",
        WHO,
        EXPOSURE,
        "dollars",
        ("npi", "tin", "hcpcs_code", "state", "service_year", "result", "is_active"),
        ("npi", "tin", "hcpcs_code", "state"),
        "NPI, TIN, code or state",
        down=True,
        empty="No service of a clinician you may see is exposed.",
        key=("npi", "tin", "state", "hcpcs_code", "family", "service_year", "result", "is_active"),
    )
    found = open_listing(visit, viewer, it, ask.asked)
    return found if isinstance(found, Response) else Panel(sentence, second, listed=found)


def card(visit: Visit, viewer: Viewer) -> Card:
    """The dollars of services the model asks for."""
    sentence, second = _said(visit, viewer)
    exposed = _exposed(_rows(visit, viewer))
    words = f"{sentence}. {second}".strip()
    return Card(words, exposed or None, "allowed charges exposed" if exposed else "", exposed)


PROGRAM = Program(
    "wiser",
    NAME,
    "Which services need prior authorization, what they are worth, and who bills them",
    ("billing.prior_auth_line",),
    card,
    (View("standing", "Standing", standing), View("trend", "Trend", trend), View("who", "Who", who)),
    missing="Load claims, then `corridor run`.",
    not_yet="Averted spending: the terms of payment of the reviewing companies are not known.",
    of=stands.wiser,
)

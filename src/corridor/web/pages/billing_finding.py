"""One finding: what the rule says, the claim lines it stands on, dollars, what to do, how sure it is."""

from __future__ import annotations

import re
from typing import Any

from fastapi import Response

from corridor.errors import CorridorError
from corridor.reports.words import month_name
from corridor.web.billing import (
    CERTAINTIES,
    DIRECTIONS,
    LISTED,
    Row,
    audit_name,
    kind_name,
    made,
    precision_words,
    precisions,
)
from corridor.web.guard import Visit, VisitDep
from corridor.web.pages.billing import MEASURED, waiting
from corridor.web.render import page
from corridor.web.viewer import Viewer

ADDRESS = re.compile(r"(\d{1,12})-([0-9a-f]{16})")
LINES, PRICES = "claims.service_line", "billing.price"
SURE = {
    "sure": "The claim lines meet the rule as it is stated.",
    "review": "The claims alone do not settle it: the record decides.",
}


def finding(visit: VisitDep, finding_id: str) -> Response:
    """The page; who looked at whose claim is written down first."""
    viewer = visit.run_viewer()
    work = made(visit, viewer, LISTED, "Findings")
    if not work.over.is_set():
        return waiting(visit, work)
    row = found(viewer, finding_id) if work.made else None
    if row is None:
        raise CorridorError(
            "WEB-NO-FINDING",
            "There is no such finding in what you may see.",
            why="A new run may have settled it, or it is another practice's.",
            todo="Look it up in the list of its audit.",
            field="finding_id",
        )
    visit.note("finding", f"{row['kind']}, person {row['person_id']}")
    known = precisions(visit)
    return page(
        visit,
        "billing_finding.html.j2",
        kind_name(row["kind"]),
        row=row,
        name=kind_name(row["kind"]),
        audit=audit_name(row["audit"]),
        headline=_headline(row),
        direction=DIRECTIONS.get(str(row["direction"]), row["direction"]),
        certainty=CERTAINTIES.get(str(row["certainty"]), row["certainty"]),
        why=SURE.get(str(row["certainty"]), ""),
        precision=precision_words([(str(row["kind"]), 1)], known),
        measured=MEASURED,
        when=str(row["service_date"])
        if row["claim_id"]
        else month_name(row["month"])
        if row["month"]
        else "–",
        rule=_rule(visit, str(row["rule"])),
        claims=_claims(viewer, row),
    )


def found(viewer: Viewer, finding_id: str) -> Row | None:
    """The finding of an address: by its place in the list, and where a new run moved it by its key."""
    parts = ADDRESS.fullmatch(finding_id)
    if parts is None:
        return None
    for test, value in (("place", int(parts[1])), ("finding_key", parts[2])):
        rows = viewer.query(f"select * from {LISTED} where {test} = ? and finding_key = ?", [value, parts[2]])
        if rows:
            return rows[0]
    return None


def _headline(row: Row) -> str:
    if row["dollars"] is None:
        said_of = "could be billed and is not" if row["direction"] == "missed" else "is to be looked at"
        return f"{kind_name(row['kind'])}: a service that {said_of}; its dollars are not known"
    amount = f"${row['dollars']:,.2f}"
    said = {
        "missed": f"{amount} could be billed and is not",
        "paid_in_error": f"{amount} was allowed that the rule does not allow",
        "at_risk": f"{amount} is at risk",
    }[str(row["direction"])]
    return f"{kind_name(row['kind'])}: {said[:1].lower() + said[1:]}"


def _rule(visit: Visit, name: str) -> dict[str, Any]:
    """What the rule is about; nothing for a rule of a program that is not loaded."""
    force = visit.bench.context().force
    if name not in force:
        return {"name": name, "about": "", "status": ""}
    value = force.history(name)[-1]
    return {"name": name, "about": value.about, "status": value.status}


def _claims(viewer: Viewer, row: Row) -> list[dict[str, Any]]:
    """The claim of the finding and the one it stands against, whole, the lines it names marked."""
    shown = []
    for prefix, heading in (("", "The claim"), ("other_", "The claim it stands against")):
        claim = row[f"{prefix}claim_id"]
        if claim is None or (prefix and claim == row["claim_id"]):
            continue
        marked = {row[f"{prefix}claim_line_number"]}
        if claim == row["other_claim_id"]:
            marked.add(row["other_claim_line_number"])
        shown.append(
            {
                "heading": heading,
                "claim": claim,
                "lines": _lines(viewer, row, prefix, marked),
                "said": {name: row.get(f"{prefix}{name}") for name in ("hcpcs_code", "service_date", "npi")},
            }
        )
    return shown


def _lines(viewer: Viewer, row: Row, prefix: str, marked: set[Any]) -> list[dict[str, Any]]:
    day = row[f"{prefix}service_date"] or row["service_date"]
    if not viewer.has(LINES) or day is None:
        return []
    expected = "price.expected_allowed_amount" if viewer.has(PRICES) else "null"
    joined = (
        f"left join {PRICES} as price on price.source_id = line.source_id and price.claim_id = line.claim_id "
        "and price.claim_line_number = line.claim_line_number and price.service_date = line.service_date"
        if viewer.has(PRICES)
        else ""
    )
    # the month keeps the search to one part of the table; a claim's lines rarely lie in two
    rows = viewer.query(
        "select line.claim_line_number, line.service_date, line.hcpcs_code, line.modifiers, "
        "line.place_of_service_code, line.npi, line.tin, line.quantity, line.allowed_amount, "
        "line.paid_amount, "
        f"{expected} as expected_amount from {LINES} as line {joined} "
        "where line.source_id = ? and line.claim_id = ? and line.person_id = ? "
        "and line.service_date between ?::date - interval 31 day and ?::date + interval 31 day "
        "order by line.claim_line_number",
        [row["source_id"], row[f"{prefix}claim_id"], row["person_id"], day, day],
    )
    return [{**line, "marked": line["claim_line_number"] in marked} for line in rows]

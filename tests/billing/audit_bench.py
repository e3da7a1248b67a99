"""Cases of billing audits: lines by hand, the steps of one audit, what must be found, no more."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from tests.measures.bench_tables import Tables

PROGRAMS = ("billing", "primary_care", "virtual_care", "attribution", "claims", "pfs")
CASES = Path(__file__).parent.parent / "cases" / "billing"

LINE = {
    "source_id": "VARCHAR",
    "claim_id": "VARCHAR",
    "claim_line_number": "INTEGER",
    "person_id": "BIGINT",
    "service_date": "DATE",
    "month": "INTEGER",
    "npi": "VARCHAR",
    "tin": "VARCHAR",
    "hcpcs_code": "VARCHAR",
    "modifiers": "VARCHAR",
    "place_of_service_code": "VARCHAR",
    "units": "DECIMAL(18,4)",
    "allowed_amount": "DECIMAL(18,2)",
    "paid_amount": "DECIMAL(18,2)",
    "line_diagnosis_code": "VARCHAR",
    "draft": "BOOLEAN",
    "service_month": "INTEGER",
}
STEPS: dict[str, tuple[str, ...]] = {
    "conflict": (
        "billing.duplicate_pair",
        "billing.apcm_line",
        "billing.conflict_apcm",
        "billing.repeated_month",
        "billing.conflict_month",
        "billing.audit_conflict",
    ),
    "g2211": ("billing.g2211_visit", "billing.g2211_amount", "billing.g2211_relation", "billing.audit_g2211"),
    "wellness": ("billing.duplicate_pair", "billing.repeated_visit", "billing.audit_wellness"),
    "telehealth": ("billing.audit_telehealth",),
    "duplicate": ("billing.duplicate_pair", "billing.audit_duplicate"),
}


def read_cases(name: str) -> list[dict[str, Any]]:
    """The cases of one audit; each cites where its answer is read."""
    cases: list[dict[str, Any]] = yaml.safe_load((CASES / f"{name}.yaml").read_text(encoding="utf-8"))
    return cases


def line(place: int, given: Mapping[str, Any]) -> list[Any]:
    """A line of a case in short: claim (``C1.2`` is line 2), date, code, npi, tin, mod, pos, and amounts."""
    claim, _, number = str(given.get("claim", f"C{place}")).partition(".")
    day = given["date"] if isinstance(given["date"], date) else date.fromisoformat(given["date"])
    month = day.year * 100 + day.month
    npi = given.get("npi", "A")
    return [
        given.get("source", "s1"),
        claim,
        int(number or 1),
        given.get("person", 1),
        day,
        month,
        npi,
        given.get("tin", {"A": "T1", "B": "T1", "C": "T2", "D": "T3"}.get(npi)),
        str(given["code"]),
        f" {given['mod']} " if given.get("mod") else "  ",
        str(given.get("pos", "11")),
        given.get("units", 1),
        given.get("allowed", 100),
        given.get("paid", 78.4),
        given.get("dx"),
        given.get("draft", False),
        month,
    ]


def findings(audit: str, lines: Sequence[Mapping[str, Any]], **given: Any) -> list[dict[str, Any]]:
    """The findings of one audit over lines by hand; ``given``: discharges, focal clinicians, ..."""
    tables = Tables(PROGRAMS, overrides=given.get("overrides"))
    tables.give("billing.audit_line", LINE, [line(i, one) for i, one in enumerate(lines, 1)])
    tables.give(
        "billing.discharge", {"person_id": "BIGINT", "discharge_date": "DATE"}, given.get("discharges", [])
    )
    tables.give(
        "billing.part_b_start", {"person_id": "BIGINT", "start_date": "DATE"}, given.get("part_b", [])
    )
    tables.give(
        "attribution.focal_clinician",
        {"person_id": "BIGINT", "npi": "VARCHAR", "confidence": "VARCHAR", "is_primary_specialty": "BOOLEAN"},
        [[*row, True] for row in given.get("focal", [])],
    )
    groups = given.get("groups", {})
    tables.give(
        "attribution.primary_care_service",
        {
            "source_id": "VARCHAR",
            "claim_id": "VARCHAR",
            "claim_line_number": "INTEGER",
            "clinician_group": "VARCHAR",
        },
        [
            [*line(i, one)[:3], groups.get(one.get("npi", "A"), "specialist")]
            for i, one in enumerate(lines, 1)
        ],
    )
    tables.give(
        "reference.telehealth_code",
        {"vintage": "VARCHAR", "year": "INTEGER", "hcpcs_code": "VARCHAR"},
        given.get("listed", []),
    )
    tables.give("reference.pfs_rvu", RVU, given.get("rvu", []))
    rows: list[dict[str, Any]] = []
    for step in STEPS[audit]:
        rows = tables.make(step)
    return rows


RVU = {
    "year": "INTEGER",
    "valid_from": "DATE",
    "variant": "VARCHAR",
    "hcpcs_code": "VARCHAR",
    "modifier": "VARCHAR",
    "non_facility_total": "DECIMAL(9,2)",
    "facility_total": "DECIMAL(9,2)",
    "conversion_factor": "DECIMAL(9,4)",
}


def shown(rows: Iterable[Mapping[str, Any]]) -> list[str]:
    """A finding in one line of a case: kind, the line, the other line, certainty."""
    found = []
    for row in rows:
        other = row["other_claim_id"]
        against = f" against {other}.{row['other_claim_line_number']}" if other else ""
        found.append(
            f"{row['kind']} {row['claim_id']}.{row['claim_line_number']}{against} {row['certainty']}"
        )
    return sorted(found)

"""FHIR MeasureReport (R4): summaries as counts, individual reports as one status a patient."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

Resource = Mapping[str, Any]
_POPULATION = {
    "initial-population": "initial_population",
    "denominator": "denominator",
    "denominator-exclusion": "exclusion",
    "denominator-exception": "exception",
    "numerator": "numerator",
    "numerator-exclusion": "numerator_exclusion",
}
MONTHS = 12
MOST_EVENTS = 10_000  # of one patient: more is a summary under the wrong type
FULL_URL = "_fullUrl"  # where a resource stood in its Bundle, by which others may point to it
_MBI_SYSTEM = "http://hl7.org/fhir/sid/us-mbi"
_NPI_SYSTEMS = ("http://hl7.org/fhir/sid/us-npi", "urn:oid:2.16.840.1.113883.4.6")
_TIN_SYSTEMS = ("urn:oid:2.16.840.1.113883.4.4", "http://hl7.org/fhir/sid/us-ein")
_ECQM = re.compile(r"CMS0*(\d+)(?:FHIR)?(?:v\d+)?", re.IGNORECASE)


def report_rows(resources: Iterable[Resource]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """(rows of counts, rows of patients) of every MeasureReport among the resources.

    Reporters are looked up among the other resources, for their TIN and NPI.
    """
    every = list(resources)
    known = {f"{one.get('resourceType')}/{one.get('id')}": one for one in every}
    known |= {str(one[FULL_URL]): one for one in every if one.get(FULL_URL)}
    counts: list[dict[str, Any]] = []
    patients: list[dict[str, Any]] = []
    for report in every:
        if report.get("resourceType") != "MeasureReport" or report.get("status") == "error":
            continue
        for row in _groups(report, _whose(report, known)):
            (patients if report.get("type") == "individual" else counts).append(row)
    return counts, [row for one in patients for row in _patient(one)]


def measure_of(canonical: str) -> str:
    """The number a measure goes by: CMS165 where the address holds it, else the bare address."""
    found = _ECQM.search(canonical)
    return f"CMS{found.group(1)}" if found else canonical.partition("|")[0]


def _groups(report: Resource, whose: dict[str, Any]) -> Iterator[dict[str, Any]]:
    groups = report.get("group") or []
    for place, group in enumerate(groups, start=1):
        row = dict(whose)
        if len(groups) > 1:
            row["stratum"] = _code(group.get("code")) or group.get("id") or str(place)
        for population in group.get("population") or []:
            name = _POPULATION.get(_code(population.get("code")) or "")
            if name:
                row[name] = int(population.get("count") or 0)
        yield row


def _patient(row: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """One row a patient, or one an event where the measure counts events: as a measure is calculated."""
    denominator = int(row.get("denominator") or 0)
    counts = [int(row.get(name) or 0) for name in _POPULATION.values()]
    if min(counts) < 0:
        raise ValueError("no population has fewer than nobody")
    if max(counts) > MOST_EVENTS:
        raise ValueError("no patient has so many events of a measure")
    parts = [(name, int(row.get(count) or 0)) for name, count in
             (("exclusion", "exclusion"), ("met", "numerator"), ("exception", "exception"))]  # fmt: skip
    met_out = int(row.get("numerator_exclusion") or 0)
    statuses = [name for name, count in parts for _ in range(count - (met_out if name == "met" else 0))]
    statuses = statuses[:denominator]
    statuses += ["not_met"] * (denominator - len(statuses))
    whose = {name: value for name, value in row.items() if name not in _POPULATION.values()}
    for place, status in enumerate(statuses, start=1):
        yield {**whose, "status": status, "event_id": str(place) if denominator > 1 else ""}


def _whose(report: Resource, known: Mapping[str, Resource]) -> dict[str, Any]:
    period = report.get("period") or {}
    end = _day(period.get("end"), last=True)
    row: dict[str, Any] = {
        "document": "measure_report",
        "performance_year": end[:4],
        "period_start": _day(period.get("start"), last=False),
        "period_end": end,
        "measure_id": measure_of(str(report.get("measure") or "")),
        "collection_type": "ecqm",
        "patient_id": str((report.get("subject") or {}).get("reference") or "").rsplit("/", 1)[-1],
    }
    contained = {f"#{one.get('id')}": one for one in report.get("contained") or []}
    for reference in (
        report.get("reporter"),
        report.get("subject") if report.get("type") != "individual" else None,
    ):
        for identifier in _identifiers(reference or {}, {**known, **contained}):
            value = re.sub(r"\D", "", str(identifier.get("value") or ""))
            if identifier.get("system") in _NPI_SYSTEMS:
                row.setdefault("npi", value)
            elif identifier.get("system") in _TIN_SYSTEMS:
                row.setdefault("tin", value)
    if report.get("type") != "individual":
        row.pop("patient_id")
        return row
    for identifier in _identifiers(report.get("subject") or {}, {**known, **contained}):
        if identifier.get("system") == _MBI_SYSTEM:
            row["bene_mbi_id"] = str(identifier.get("value") or "")
    return row


def _day(text: Any, *, last: bool) -> str:
    """A day of a FHIR time, which may be a year or a month alone: its first day, or its last."""
    parts = str(text or "")[:10].split("-")
    if not parts[0].isdigit() or len(parts) > 2:
        return "-".join(parts)
    year = int(parts[0])
    month = int(parts[1]) if len(parts) > 1 else MONTHS if last else 1
    return f"{year:04d}-{month:02d}-{monthrange(year, month)[1] if last else 1:02d}"


def _identifiers(reference: Resource, known: Mapping[str, Resource]) -> Iterator[Resource]:
    if reference.get("identifier"):
        yield reference["identifier"]
    target = known.get(str(reference.get("reference") or ""))
    if target:
        yield from target.get("identifier") or []


def _code(concept: Any) -> str | None:
    for coding in (concept or {}).get("coding") or []:
        if coding.get("code"):
            return str(coding["code"])
    text = (concept or {}).get("text")
    return str(text) if text else None

"""FHIR MeasureReport (R4): summaries as counts, individual reports as one status a patient."""

from __future__ import annotations

import re
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
_NPI_SYSTEMS = ("http://hl7.org/fhir/sid/us-npi", "urn:oid:2.16.840.1.113883.4.6")
_TIN_SYSTEMS = ("urn:oid:2.16.840.1.113883.4.4", "http://hl7.org/fhir/sid/us-ein")
_ECQM = re.compile(r"CMS0*(\d+)(?:FHIR)?(?:v\d+)?", re.IGNORECASE)


def report_rows(resources: Iterable[Resource]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """(rows of counts, rows of patients) of every MeasureReport among the resources.

    Reporters are looked up among the other resources, for their TIN and NPI.
    """
    every = list(resources)
    known = {f"{one.get('resourceType')}/{one.get('id')}": one for one in every}
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
    end = str(period.get("end") or "")[:10]
    row: dict[str, Any] = {
        "document": "measure_report",
        "performance_year": end[:4],
        "period_start": str(period.get("start") or "")[:10],
        "period_end": end,
        "measure_id": measure_of(str(report.get("measure") or "")),
        "collection_type": "ecqm",
        "patient_id": str((report.get("subject") or {}).get("reference") or "").partition("/")[2],
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

"""Documents of quality results made rows: QRDA III, QPP JSON, FHIR MeasureReport."""

from __future__ import annotations

import csv
import json
import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from corridor.engine.tabular import Found, Layout, Table, open_table
from corridor.errors import CorridorError
from corridor.sources.qpp.measure_report import FULL_URL, report_rows
from corridor.sources.qpp.model import SingleRate, Submission

COUNTS, PATIENTS = "measure_counts", "measure_patients"
_START = 4096
_COLLECTION = {
    "electronicHealthRecord": "ecqm",
    "registry": "mipscqm",
    "claims": "claims",
    "certifiedSurveyVendor": "cahps",
    "administrativeClaims": "administrative_claims",
}


def as_table(file: Found, layouts: Sequence[Layout], scratch: Path) -> Table | None:
    """A document as a table of its results; None for a file that is a table already.

    Errors: QUALITY-JSON, QUALITY-SHAPE, QUALITY-NO-RESULTS, QUALITY-MIXED, and those of QRDA III.
    """
    kind = what_it_is(file.path)
    if kind is None:
        return None
    rows = read_rows(file, kind)
    known = next(one for one in layouts if one.name == (PATIENTS if "status" in rows[0] else COUNTS))
    columns = [column.headers[0] for column in known.columns]
    handle, path = tempfile.mkstemp(suffix=".csv", dir=scratch)
    with os.fdopen(handle, "w", encoding="utf-8", newline="") as sink:
        writer = csv.DictWriter(sink, columns, restval="", extrasaction="ignore")
        writer.writeheader()
        try:
            for row in rows:
                writer.writerow({"corridor_document": row["document"], **row})
        except UnicodeEncodeError:  # half of a character, which JSON can write and no text can hold
            raise _broken(file, 1) from None
    return open_table(Found(Path(path), file.name, file.named), [known], scratch)


def what_it_is(path: Path) -> str | None:
    """ "xml" or "json" by its first character; None for anything else."""
    with path.open("rb") as stream:
        start = stream.read(_START).lstrip(b"\xef\xbb\xbf \t\r\n")
    return {b"<": "xml", b"{": "json", b"[": "json"}.get(start[:1])


def read_rows(file: Found, kind: str) -> list[dict[str, Any]]:
    """The results of one document, keys as in the layouts, and ``document``: what it was. Never empty."""
    if kind == "xml":
        from corridor.sources.qpp.qrda3 import read_qrda3

        rows = list(submission_rows(read_qrda3(file.path), "qrda3"))
        return rows or _nothing(file)
    objects = _objects(file)
    try:
        resources = [one for each in objects for one in _resources(each)]
    except (AttributeError, RecursionError, TypeError):
        raise _misshapen(file) from None
    if not resources:
        rows = [row for one in objects for row in _submission(one, file)]
        return rows or _nothing(file)
    try:
        counts, patients = report_rows(resources)
    except (AttributeError, KeyError, OverflowError, TypeError, ValueError):
        raise _misshapen(file) from None
    if counts and patients:
        raise CorridorError(
            "QUALITY-MIXED",
            "The file holds both summaries and reports of single patients.",
            why="Counted together, every patient would count twice.",
            todo="Load the reports of single patients alone; the summary follows from them.",
            file=file.name,
        )
    return counts or patients or _nothing(file)


def submission_rows(submission: Submission, document: str) -> Iterator[dict[str, Any]]:
    """One row a rate of the quality measures of a submission; other categories are no measure results."""
    for one_set, measurement in submission.measurements():
        if one_set.category != "quality":
            continue
        for rate in measurement.rates():
            yield {
                "document": document,
                "performance_year": submission.performance_year,
                "period_start": one_set.performance_start.isoformat(),
                "period_end": one_set.performance_end.isoformat(),
                "participation": submission.participation,
                "tin": submission.tin or "",
                "npi": submission.npi or "",
                "entity_id": submission.entity_id or "",
                "program_name": one_set.program_name,
                "measure_id": measurement.measure_id or measurement.e_measure_uuid or "",
                "collection_type": _COLLECTION.get(one_set.submission_method, one_set.submission_method),
                **_counts(rate),
            }


def _counts(rate: SingleRate) -> dict[str, Any]:
    told = {
        "stratum": rate.stratum,
        "initial_population": rate.initial_population,
        "denominator": rate.eligible_population,
        "numerator": rate.performance_met,
        "not_met": rate.performance_not_met,
        "exclusion": rate.eligible_population_exclusion,
        "exception": rate.eligible_population_exception,
    }
    return {name: value for name, value in told.items() if value is not None}


def _submission(found: Any, file: Found) -> Iterator[dict[str, Any]]:
    from corridor.sources.qpp.submission_json import read_submission

    for name in ("data", "submission"):  # as the API answers
        if isinstance(found, Mapping) and isinstance(found.get(name), Mapping):
            found = found[name]
    if isinstance(found, Mapping) and "measurementSets" in found:
        yield from submission_rows(read_submission(found, file.name), "qpp_json")


def _objects(file: Found) -> list[Any]:
    """The JSON values of a file: one, or one a line."""
    try:
        text = file.path.read_text(encoding="utf-8-sig")
        return [json.loads(text)]
    except (UnicodeDecodeError, RecursionError):
        raise _broken(file, 1) from None
    except json.JSONDecodeError as error:
        lines = [(number, line) for number, line in enumerate(text.split("\n"), start=1) if line.strip()]
        if len(lines) < 2 or "Extra data" not in error.msg:
            raise _broken(file, error.lineno) from None
    except ValueError:  # a number of thousands of digits
        raise _broken(file, 1) from None
    objects = []
    for number, line in lines:
        try:
            objects.append(json.loads(line))
        except (RecursionError, ValueError):
            raise _broken(file, number) from None
    return objects


def _resources(found: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(found, list):
        for one in found:
            yield from _resources(one)
    elif isinstance(found, Mapping):
        if found.get("resourceType") == "Bundle":
            for entry in found.get("entry") or []:
                if isinstance(entry.get("resource"), Mapping):
                    yield {**entry["resource"], FULL_URL: entry.get("fullUrl")}
        elif "resourceType" in found:
            yield found


def _misshapen(file: Found) -> CorridorError:
    return CorridorError(
        "QUALITY-SHAPE",
        "A resource of the file has not the shape of FHIR.",
        why="A list, a count or a reference is something else than FHIR says.",
        todo="Export the reports again as FHIR R4.",
        file=file.name,
    )


def _broken(file: Found, line: int) -> CorridorError:
    return CorridorError(
        "QUALITY-JSON",
        "This is no JSON, nor a line of JSON a record.",
        why="The file breaks off, or was edited by hand.",
        todo="Export it again.",
        file=file.name,
        line=line,
    )


def _nothing(file: Found) -> list[dict[str, Any]]:
    raise CorridorError(
        "QUALITY-NO-RESULTS",
        "The file holds no result of a quality measure.",
        why="It has no MeasureReport, and no measurement set of the quality category.",
        todo="Name the file with the quality results; other categories are loaded as attestation.",
        file=file.name,
    )

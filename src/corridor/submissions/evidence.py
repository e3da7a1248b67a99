"""The patients behind each count: as they are, or so that nobody can be known by them.

De-identified means: patients numbered by chance, anew in each package, of dates the year alone, and nothing
else of them but what they counted as. The numbers follow from nothing: whoever holds the package cannot lead
them back.
"""

from __future__ import annotations

import csv
import hashlib
import io
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from corridor.engine.tabular.form import read_form
from corridor.sources.qpp.model import Submission

PLAIN_COLUMNS = (
    "participation",
    "tin",
    "npi",
    "entity_id",
    "measure_id",
    "collection_type",
    "stratum",
    "patient",
    "event",
    "event_date",
    "status",
)
DEIDENTIFIED_COLUMNS = tuple("event_year" if name == "event_date" else name for name in PLAIN_COLUMNS)
STATUSES = ("met", "not_met", "exclusion", "exception", "not_captured")


@dataclass(frozen=True)
class Patient:
    """What one patient (or event of one) counted as, in one measure of one entity."""

    participation: str
    tin: str
    npi: str
    entity_id: str
    measure_id: str
    collection_type: str
    stratum: str
    patient: str
    event: str
    event_date: date | None
    status: str


def read_evidence(path: Path) -> tuple[list[Patient], list[str]]:
    """The patients of a form, and warnings of the reader. Errors: FORM-* and TABULAR-*."""
    form = read_form(path, "qpp_evidence")
    found = []
    for row in form.rows:
        said = {name: "" if value is None and name != "event_date" else value for name, value in row.items()}
        who = "apm_entity" if said["entity_id"] else "individual" if said["npi"] else "group"
        found.append(_patient({**said, "patient": said["patient_id"], "event": said["event_id"]}, who))
    return found, form.warnings


def evidence_of_rows(rows: Iterable[Mapping[str, Any]], participations: Mapping[str, str]) -> list[Patient]:
    """The patients of rows of ``quality.patient``, each at its own level."""
    return [
        _patient(
            {**row, "patient": str(row["person_id"]), "event": row["event_key"]}, participations[row["level"]]
        )
        for row in rows
    ]


def _patient(row: Mapping[str, Any], participation: str) -> Patient:
    named = ("tin", "npi", "entity_id", "measure_id", "collection_type", "stratum", "patient", "event")
    texts = {name: str(row.get(name) or "") for name in named}
    if participation != "individual":
        texts["npi"] = ""
    if texts["entity_id"]:  # as results: an entity is known by its identifier alone
        texts["tin"] = ""
    return Patient(
        participation=participation, event_date=row.get("event_date"), status=row["status"], **texts
    )


def method_of(collection_type: str) -> str:
    """The submission method of what single patients are known of."""
    return "electronicHealthRecord" if collection_type == "ecqm" else "registry"


def patients_of(submission: Submission, patients: Iterable[Patient]) -> list[Patient]:
    """The patients behind the rates of a submission, under its entity; all others have no place beside it.

    A file says of an entity only its identifier: whether it is an APM entity, a virtual group or a subgroup,
    the submission says. What is of no rate submitted stays out, so that nothing of a patient is packed that
    no count needs, as where the columns of a file are swapped.
    """
    if submission.entity_id:
        asked = ("", "", submission.entity_id)
    else:
        asked = (submission.tin or "", submission.npi or "", "")
    rates = {
        (one.measure_id, one_set.submission_method, (rate.stratum or "").lower())
        for one_set, one in submission.measurements()
        for rate in one.rates()
    }
    tin, npi, entity_id = submission.tin or "", submission.npi or "", submission.entity_id or ""
    return [
        replace(one, participation=submission.participation, tin=tin, npi=npi, entity_id=entity_id)
        for one in patients
        if (one.tin, one.npi, one.entity_id) == asked
        and (one.measure_id, method_of(one.collection_type), one.stratum.lower()) in rates
    ]


def as_csv(patients: Sequence[Patient], deidentified: bool) -> bytes:
    """The patients as a CSV file, in an order that says nothing of them."""
    number = _numbers(one.patient for one in patients) if deidentified else {}
    events = _numbers(f"{one.patient} {one.event}" for one in patients if one.event) if deidentified else {}
    rows = []
    for one in patients:
        row = {name: getattr(one, name) for name in PLAIN_COLUMNS}
        row["event_date"] = one.event_date.isoformat() if one.event_date else ""
        if deidentified:
            row["patient"] = f"P{number[one.patient]:06}"
            row["event"] = f"E{events[f'{one.patient} {one.event}']:06}" if one.event else ""
            row["event_year"] = str(one.event_date.year) if one.event_date else ""
        rows.append(row)
    columns = DEIDENTIFIED_COLUMNS if deidentified else PLAIN_COLUMNS
    rows.sort(key=lambda row: [str(row[name]) for name in columns])
    sink = io.StringIO(newline="")
    writer = csv.DictWriter(sink, columns, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return sink.getvalue().encode("utf-8")


def _numbers(names: Iterable[str]) -> dict[str, int]:
    """A number for each name, by chance: in the order of a digest with a salt that is thrown away."""
    salt = secrets.token_bytes(32)
    ordered = sorted(set(names), key=lambda name: hashlib.sha256(salt + name.encode()).digest())
    return {name: place for place, name in enumerate(ordered, start=1)}


Key = tuple[str, str, str, str, str, str, str]


def counted(text: bytes) -> dict[Key, dict[str, int]]:
    """Patients by status, for each entity, measure, collection type and stratum of an evidence file.

    A ValueError where it is none that a package holds.
    """
    found: dict[Key, dict[str, int]] = {}
    reader = csv.DictReader(io.StringIO(text.decode("utf-8")))
    try:
        columns, rows = tuple(reader.fieldnames or ()), list(reader)
    except csv.Error as error:
        raise ValueError(f"the evidence is no CSV: {error}") from error
    if columns not in (PLAIN_COLUMNS, DEIDENTIFIED_COLUMNS):
        raise ValueError("the evidence has other columns than a package's")
    for row in rows:
        if row["status"] not in STATUSES:
            raise ValueError("the evidence has a status that is none")
        key = (
            row["participation"],
            row["tin"],
            row["npi"],
            row["entity_id"],
            row["measure_id"],
            row["collection_type"],
            row["stratum"],
        )
        counts = found.setdefault(key, dict.fromkeys(STATUSES, 0))
        counts[row["status"]] += 1
    return found

"""What is to be loaded, checked as far as it can be without reading the records."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from corridor.engine.files import InputFile
from corridor.errors import CorridorError
from corridor.layouts.cclf import FILE_TYPES
from corridor.sources.cclf.checksums import check_sums
from corridor.sources.cclf.detect import Form, delivery_version, detect
from corridor.sources.cclf.gather import Found, Group
from corridor.sources.cclf.summary_file import check_against, read_summary

NO_SOURCE = "unknown"


@dataclass
class Plan:
    """One delivery, ready to be read: its files by type, in the order in which they load."""

    source_id: str
    day: date | None
    run: str
    version: str
    inputs: list[InputFile]
    forms: dict[str, Form]
    empty: list[Found]
    warnings: list[str] = field(default_factory=list)

    @property
    def size(self) -> int:
        """Bytes of all records to be read."""
        return sum(form.size for form in self.forms.values())


def make_plan(group: Group, source_id: str | None) -> Plan:
    """Check the files of a delivery against each other and against CCLF0; raises where they disagree."""
    files = {kind: _only(kind, found) for kind, found in group.files.items()}
    inputs = [InputFile.of(one.path, kind, one.path.name) for kind, one in sorted(files.items())]
    warnings: list[str] = []
    forms: dict[str, Form] = {}
    empty: list[Found] = []
    for kind in FILE_TYPES:
        if kind in files:
            form = detect(files[kind])
            if form is None:
                empty.append(files[kind])
            else:
                forms[kind] = form
    version = delivery_version(list(forms.values()))
    if "cclf0" in files:
        warnings += _check_summary(files, forms, empty)
    else:
        warnings.append("There is no CCLF0 in this delivery: the number of records could not be checked.")
        for one in empty:
            raise _empty(one, "no CCLF0 says that it should be")
    check_sums(files.values(), inputs)
    if not source_id and not group.source_id:
        warnings.append("The file names do not say whose data this is; --source-id names it.")
    return Plan(
        source_id or group.source_id or NO_SOURCE,
        group.day,
        group.run,
        version,
        inputs,
        forms,
        empty,
        warnings,
    )


def _check_summary(files: dict[str, Found], forms: dict[str, Form], empty: Sequence[Found]) -> list[str]:
    warnings = []
    stated = read_summary(files["cclf0"])
    for kind, form in forms.items():
        warning = check_against(
            files["cclf0"], stated, kind, form.found.shown, form.rows, form.layout.record_length
        )
        if warning:
            warnings.append(warning)
    for one in empty:
        row = stated.get(one.file_type)
        if row is None or row.rows:
            raise _empty(one, f"CCLF0 states {row.rows:,} records" if row else "CCLF0 does not name it")
    missing = [kind.upper() for kind, row in sorted(stated.items()) if row.rows and kind not in files]
    if missing:
        warnings.append(f"CCLF0 states records of {', '.join(missing)}, which the delivery does not hold.")
    return warnings


def _only(kind: str, found: Sequence[Found]) -> Found:
    first = found[0]
    if len(found) > 1:
        sums = {InputFile.of(one.path, kind).sha256 for one in found}
        if len(sums) > 1:
            raise CorridorError(
                "CCLF-TWICE",
                f"Two different files of one delivery are {kind.upper()}; the other is {first.shown}.",
                why="Which of them belongs to the delivery cannot be told.",
                todo="Load the files of one delivery only, under the names CMS gave them.",
                file=found[1].shown,
                line=1,
            )
    return first


def _empty(found: Found, said: str) -> CorridorError:
    return CorridorError(
        "CCLF-EMPTY",
        f"{found.file_type.upper()} holds nothing, and {said}.",
        why="An empty file is the trace of a transfer that failed.",
        todo="Fetch the delivery again from CMS.",
        file=found.shown,
        line=1,
    )

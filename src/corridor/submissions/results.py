"""Results to submit: rows of a form someone filled in, or of a run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from pathlib import Path
from typing import Any

from corridor.engine.tabular.form import read_form

# level of quality.rollup -> who reports
PARTICIPATION_OF_LEVEL = {"clinician": "individual", "practice": "group", "entity": "apm_entity"}


@dataclass(frozen=True)
class Result:
    """One result of an entity: the counts of a rate, or an answer.

    ``denominator`` counts those excluded too, as QRDA III and electronic measures do.
    """

    participation: str
    tin: str
    npi: str
    entity_id: str
    measure_id: str
    program: str = "mips"
    collection_type: str | None = None
    stratum: str = ""
    denominator: int | None = None
    exclusion: int | None = None
    exception: int | None = None
    numerator: int | None = None
    not_met: int | None = None
    not_captured: int | None = None
    rate: float | None = None
    answer: bool | None = None
    period_start: date | None = None
    period_end: date | None = None
    cehrt_id: str | None = None
    line: int | None = None

    @property
    def entity(self) -> tuple[str, str, str, str]:
        """Who reports."""
        return self.participation, self.tin, self.npi, self.entity_id

    @classmethod
    def of_dict(cls, found: Mapping[str, Any]) -> Result:
        """The result of an audit package."""
        days = {
            name: found[name] and date.fromisoformat(found[name]) for name in ("period_start", "period_end")
        }
        return cls(**{**found, **days})

    def to_dict(self) -> dict[str, Any]:
        """The result as it goes into an audit package."""
        found = {one.name: getattr(self, one.name) for one in fields(self) if one.name != "line"}
        return {
            name: value.isoformat() if isinstance(value, date) else value for name, value in found.items()
        }


def with_defaults(results: Iterable[Result], program: str | None, cehrt_id: str | None) -> list[Result]:
    """The results with a program in place of traditional MIPS, and a certification where they name none."""
    return [
        replace(
            one,
            program=program if program and one.program == "mips" else one.program,
            cehrt_id=one.cehrt_id or cehrt_id,
        )
        for one in results
    ]


def read_results(path: Path) -> tuple[list[Result], list[str]]:
    """The results of a form, and warnings of the reader. Errors: FORM-* and TABULAR-*."""
    form = read_form(path, "qpp_results")
    return [_of_form(row, line) for row, line in zip(form.rows, form.lines, strict=True)], form.warnings


def _of_form(row: Mapping[str, Any], line: int) -> Result:
    given = {name: value for name, value in row.items() if value is not None}
    given.setdefault("participation", "individual" if given.get("npi") else "group")
    if given["participation"] != "individual":
        given.pop("npi", None)
    if given["participation"] not in ("individual", "group"):
        given.pop("tin", None)
    return Result(**{"tin": "", "npi": "", "entity_id": "", **given}, line=line)


def results_of_rollup(rows: Iterable[Mapping[str, Any]]) -> list[Result]:
    """The results of rows of ``quality.rollup``, each at its own level."""
    return [
        Result(
            participation=PARTICIPATION_OF_LEVEL[row["level"]],
            tin=row["tin"],
            npi=row["npi"],
            entity_id=row["entity_id"],
            measure_id=row["measure_id"],
            collection_type=row["collection_type"],
            stratum=row["stratum"],
            denominator=row["denominator"],
            exclusion=row["exclusion"],
            exception=row["exception"],
            numerator=row["numerator"],
            not_met=row["not_met"],
            not_captured=row["not_captured"],
            rate=row["rate"],
            period_end=row["period_end"],
        )
        for row in rows
    ]

"""Files of CMS's measures repository: which one is this, of which year, and its rows."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corridor.errors import CorridorError
from corridor.reference.qpp.ladder import is_served
from corridor.reference.qpp.rows import Kind, Tables, kind_of, stated_year

_YEAR = re.compile(r"(?<!\d)(20\d\d)(?!\d)")
_UP = 3  # folders above a file that may name its year


@dataclass(frozen=True)
class Read:
    """One file as rows of its tables."""

    kind: Kind
    year: int
    tables: Tables


def read(path: Path, name: str, vintage: str | None = None) -> Read | None:
    """A file of the Quality Payment Program; None where it is of another kind.

    ``vintage`` as the user gave it. Errors: QPP-JSON, QPP-OLD, QPP-ROW, QPP-YEAR, QPP-KEY.
    """
    document = _document(path, name)
    kind = kind_of(document)
    if kind is None:
        return None
    try:
        _refuse_form(kind, document)
        year = _year(kind, document, path, name, vintage)
        if not is_served(year):
            raise old(f"The file is of {year}, a year before those that Corridor scores")
        tables = kind.rows(document, year)
        for table, rows in tables.items():
            _refuse_twice(table, rows)
    except CorridorError as error:
        error.file = error.file or name
        raise
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise CorridorError(
            "QPP-ROW",
            f"A record cannot be read: {type(error).__name__} at {error}.",
            why=f"CMS's file of {kind.name} has no such record.",
            todo="Fetch the file again from CMS's repository of measures and add it unchanged.",
            file=name,
        ) from error
    return Read(kind, year, tables)


OLD = "QPP-OLD"


def old(what: str) -> CorridorError:
    """QPP-OLD: what is right and of no use."""
    return CorridorError(
        "QPP-OLD",
        f"{what}.",
        why="Scores of that year followed other rules, which Corridor does not hold.",
        todo="Add the files of the years you score; a folder may hold the others too.",
    )


def _refuse_form(kind: Kind, document: Any) -> None:
    """Benchmarks to 2022 had deciles in place of cut points."""
    if kind.dated and any("deciles" in record for record in document):
        raise old("The file has deciles, as benchmarks to 2022 had")


def _document(path: Path, name: str) -> Any:
    """The JSON of a file, or None where it begins like none."""
    text = path.read_text(encoding="utf-8-sig", errors="replace")
    if text.lstrip()[:1] not in ("[", "{"):
        return None
    try:
        return json.loads(text)
    except ValueError as error:
        raise CorridorError(
            "QPP-JSON",
            f"The file is no complete JSON: {error}.",
            why="It begins as JSON and breaks off or is damaged, as after a broken transfer.",
            todo="Fetch the file again.",
            file=name,
        ) from error


def _year(kind: Kind, document: Any, path: Path, name: str, vintage: str | None) -> int:
    """Of the rows, else as the user says, else of the name, else of the nearest folder that names one."""
    stated = stated_year(document) if kind.dated else None
    given = _YEAR.search(vintage) if vintage else None
    if stated is not None:
        if given is not None and int(given[1]) != stated:
            raise CorridorError(
                "QPP-YEAR",
                f"The file is of {stated}, not of {given[1]}.",
                why="Its rows state their performance year.",
                todo=f"Leave --vintage away, or write one of {stated}.",
                field="--vintage",
            )
        return stated
    said = [given, *(_YEAR.search(part) for part in (name, *reversed(path.parts[-1 - _UP : -1])))]
    year = next((int(match[1]) for match in said if match), None)
    if year is None:
        raise CorridorError(
            "QPP-YEAR",
            f"The performance year of this file of {kind.name} is unknown.",
            why="Neither its rows, its name nor its folder states one.",
            todo="Name it: --vintage 2026; or keep CMS's folders (measures/2026/...), and unpack an archive.",
        )
    return year


KEYS: Mapping[str, tuple[str, ...]] = {
    "qpp_measure": ("measure_id",),
    "qpp_measure_method": ("measure_id", "submission_method"),
    "qpp_measure_stratum": ("measure_id", "stratum"),
    "qpp_benchmark": ("measure_id", "submission_method"),
    "qpp_cost_average": ("measure_id",),
    "qpp_mvp": ("mvp_id",),
}


def _refuse_twice(table: str, rows: list[dict[str, Any]]) -> None:
    """Keys are unique, also where two records say the same: one of them is then of something else."""
    seen: set[tuple[Any, ...]] = set()
    for row in rows:
        key = tuple(row[column] for column in KEYS.get(table, ()))
        if key and key in seen:
            raise CorridorError(
                "QPP-KEY",
                f"The file has two records of {' '.join(map(str, key))}.",
                why=f"{' and '.join(KEYS[table])} must be unique within a year.",
                todo="Fetch the file again from CMS's repository of measures and add it unchanged.",
                field=KEYS[table][0],
            )
        if key:
            seen.add(key)

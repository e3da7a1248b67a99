"""The files of the physician fee schedule: which one is this, and its rows as the importer reads them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corridor.engine.tabular import Found
from corridor.errors import CorridorError
from corridor.reference.pfs_amounts import (
    is_anesthesia,
    is_caps,
    is_payments,
    read_anesthesia,
    read_caps,
    read_payments,
)
from corridor.reference.pfs_drugs import is_base_units, is_drug_prices, read_base_units, read_drug_prices
from corridor.reference.pfs_gpci import is_indices, read_indices
from corridor.reference.pfs_places import (
    is_counties,
    is_zip5,
    is_zip9,
    read_counties,
    read_zip5,
    read_zip9,
)
from corridor.reference.pfs_rvu import is_relative_values, read_relative_values
from corridor.reference.pfs_sheet import Edition, Said, Sheet, opened, said_by_name, said_by_user

_SUFFIXES = (".csv", ".txt", ".xlsx", ".xlsm", ".dat", "")
_FEE_SCHEDULE = re.compile(r"RVU|GPCI|ANES|LOCCO|OPPSCAP|PFREV|PFALL", re.IGNORECASE)


@dataclass(frozen=True)
class Kind:
    """One kind of file: the reference it becomes, how it is known, how it is read."""

    reference: str
    known: Callable[[Sheet], bool]
    read: Callable[[Sheet, Path, Said, int | None], Edition]


KINDS = (
    Kind("pfs_rvu", is_relative_values, read_relative_values),
    Kind("pfs_gpci", is_indices, read_indices),
    Kind("pfs_locality_county", is_counties, read_counties),
    Kind("pfs_zip9_locality", is_zip9, read_zip9),
    Kind("pfs_zip_locality", is_zip5, read_zip5),
    Kind("pfs_payment_amount", is_payments, read_payments),
    Kind("pfs_opps_cap", is_caps, read_caps),
    Kind("asp_price", is_drug_prices, read_drug_prices),
    Kind("pfs_anesthesia", is_anesthesia, read_anesthesia),
    Kind("anesthesia_base_unit", is_base_units, read_base_units),
)


def fee_schedule(
    found: Found,
    scratch: Path,
    vintage: str | None = None,
    name: str | None = None,
    beside: int | None = None,
) -> Edition | None:
    """A file of the fee schedule, checked and rewritten; None for any other file.

    ``vintage`` as the user gave it, ``name`` the reference the user says it is, ``beside`` the year of the
    files in its folder. Errors: those of the readers, and PFS-COLUMNS where it is not what the user says.
    """
    if found.suffix not in _SUFFIXES or found.path.stat().st_size == 0:
        return None
    sheet = opened(found)
    for kind in KINDS:
        if name in (None, kind.reference) and kind.known(sheet):
            return kind.read(sheet, scratch, said_by_user(vintage), beside)
    if name in {kind.reference for kind in KINDS}:
        raise CorridorError(
            "PFS-COLUMNS",
            f"This is no file that can be read as {name}.",
            why="Neither its header nor its records are those of that file.",
            todo="See what the file must be with: corridor reference list --json",
            file=found.name,
            field="--name",
        )
    return None


def neighbours(files: Iterable[Found]) -> dict[Path, int]:
    """The year of each folder: the one that its files of the fee schedule name, else the folder's own.

    Some files of CMS (OPPSCAP_Oct.csv) carry no year; those of their release lie beside them.
    """
    named: dict[Path, set[int]] = {}
    for found in files:
        year = said_by_name(found.name).year
        if year is not None and _FEE_SCHEDULE.search(found.name):
            named.setdefault(found.path.parent, set()).add(year)
        else:
            named.setdefault(found.path.parent, set())
    years: dict[Path, int] = {}
    for folder, said in named.items():
        own = said_by_name(f"{folder.name}.x").year
        chosen = said if said else {own} - {None}
        if len(chosen) == 1:
            years[folder] = int(next(iter(chosen)) or 0)
    return years


def passed_over(
    edition: Edition, there: Sequence[Edition], records: Iterable[Mapping[str, Any]]
) -> str | None:
    """Why a file is not needed beside those of its edition, or None where it takes their place.

    Of one edition the same rows are taken once, the file released last before others, and CMS's own before
    a recovered one. Error: PFS-TWO-FILES, for two files of one edition that differ.
    """
    recovered = edition.notes.get("basis") == "recovered"
    for other in there:
        if other.content == edition.content:
            return f"the same rows as {other.found.name}"
        if edition.joined:
            continue
        others = other.notes.get("basis") == "recovered"
        if recovered and not others:
            return f"{other.found.name} is CMS's own file of that year"
        ours, theirs = edition.notes.get("released", ""), other.notes.get("released", "")
        dated = bool(ours and theirs)
        if dated and ours < theirs:
            return f"{other.found.name} of the same edition was released later, {theirs}"
        if recovered == others and not (dated and ours > theirs):
            raise CorridorError(
                "PFS-TWO-FILES",
                f"It differs from {other.found.name}, which is of the same edition, {edition.vintage}.",
                why="An edition has one file, and only one of the two can be right.",
                todo="Add one of them alone: the one CMS released last.",
                file=edition.found.name,
            )
    for record in records:
        if record["vintage"] == edition.vintage and record.get("edition"):
            if record["edition"]["content"] == edition.content:
                return f"the same rows are installed, from {record['files'][0]['name']}"
            later = record["edition"].get("released", "")
            if "" < edition.notes.get("released", "") < later:
                return f"one of the same edition that was released later, {later}, is installed"
            if recovered and record["edition"].get("basis") == "official":
                return "CMS's own file of that year is installed"
    return None

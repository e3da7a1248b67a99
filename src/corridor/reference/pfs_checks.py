"""What must be true of a relative value file before it is installed.

The figures stand in ``layouts/reference/_pfs_relative_values.yaml``, the conversion factors in the rules.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib import resources
from typing import Any

import yaml

from corridor.errors import CorridorError
from corridor.reference.pfs_law import FACTOR, factors
from corridor.reference.pfs_sheet import Sheet

_SUMS = {
    "non_facility_total": ("work_rvu", "non_facility_pe_rvu", "mp_rvu"),
    "facility_total": ("work_rvu", "facility_pe_rvu", "mp_rvu"),
}
_KNOWN = ("work_rvu", "non_facility_pe_rvu", "facility_pe_rvu", "mp_rvu")
_SAME = "CMS's file does not differ from itself: this one was changed, mixed or made up."
_AGAIN = "Fetch the file from CMS again and add it unchanged."


@dataclass(frozen=True)
class Checked:
    """What was found true, in words, and what could not be checked."""

    text: str
    warnings: tuple[str, ...] = ()


@cache
def figures(name: str) -> Mapping[str, Any]:
    """``layouts/reference/_<name>.yaml``."""
    path = resources.files("corridor").joinpath(f"layouts/reference/_{name}.yaml")
    loaded: Mapping[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return loaded


def check_relative_values(
    sheet: Sheet, year: int, release: str, variant: str, rows: Sequence[tuple[int, Mapping[str, str]]]
) -> Checked:
    """Row count, sums of components, one conversion factor, rows that must exist, values that are known.

    Errors: PFS-RVU-ROWS, PFS-RVU-SUM, PFS-CONVERSION-FACTOR, PFS-RVU-MISSING, PFS-RVU-CELL, PFS-RVU-TWICE.
    """
    known = figures("pfs_relative_values")
    _check_count(sheet, known, len(rows))
    by_key = _check_keys(sheet, rows)
    _check_sums(sheet, rows)
    warnings = _check_factor(sheet, year, release, variant, rows)
    absent = [name for name in known["must_exist"] if tuple((name + "-").split("-")[:2]) not in by_key]
    if absent:
        raise CorridorError(
            "PFS-RVU-MISSING",
            f"{len(absent)} codes that every relative value file has are missing: {', '.join(absent[:6])}.",
            why="CMS sorts the file by code: what is missing at its end was cut off."
            if set(known["last"]) & set(absent)
            else "A service without a row would be without a price.",
            todo=_AGAIN,
            file=sheet.found.name,
            field="HCPCS",
        )
    cells, differing = _check_cells(sheet, known, f"{year}{release}", by_key)
    text = f"totals are the sums of their parts on {len(rows):,} rows; {cells} known values"
    return Checked(text, (*warnings, *differing))


def _check_count(sheet: Sheet, known: Mapping[str, Any], count: int) -> None:
    least, most = int(known["rows"]["least"]), int(known["rows"]["most"])
    if not least <= count <= most:
        raise CorridorError(
            "PFS-RVU-ROWS",
            f"The file has {count:,} rows; a relative value file has {least:,} to {most:,}.",
            why="It was cut, or is a selection: services left out would have no price.",
            todo=_AGAIN,
            file=sheet.found.name,
        )


def _check_keys(
    sheet: Sheet, rows: Sequence[tuple[int, Mapping[str, str]]]
) -> dict[tuple[str, str], tuple[int, Mapping[str, str]]]:
    by_key: dict[tuple[str, str], tuple[int, Mapping[str, str]]] = {}
    for line, row in rows:
        key = (row["hcpcs_code"], row["modifier"])
        if key in by_key:
            raise CorridorError(
                "PFS-RVU-TWICE",
                f"Code {'-'.join(filter(None, key))} stands on lines {by_key[key][0]} and {line}.",
                why="A code and modifier have one row in a release; its price could be either.",
                todo=_AGAIN,
                file=sheet.found.name,
                line=line,
                field="HCPCS",
            )
        by_key[key] = (line, row)
    return by_key


def _check_sums(sheet: Sheet, rows: Sequence[tuple[int, Mapping[str, str]]]) -> None:
    wrong = [
        (line, row, total)
        for line, row in rows
        for total, parts in _SUMS.items()
        if Decimal(row[total]) != sum(Decimal(row[part]) for part in parts)
    ]
    if wrong:
        line, row, total = wrong[0]
        parts = " + ".join(row[part] for part in _SUMS[total])
        raise CorridorError(
            "PFS-RVU-SUM",
            f"On {len({line for line, _, _ in wrong}):,} of {len(rows):,} rows the total is not the sum of "
            f"its parts; the first is {row['hcpcs_code']} {row['modifier']}: {parts} is not {row[total]}.",
            why=f"Work, practice expense and malpractice make the total on every row. {_SAME}",
            todo=_AGAIN,
            file=sheet.found.name,
            line=line,
            field=total,
        )


# ---- conversion factor -----------------------------------------------------------------------------


def variant_of_factor(year: int, release: str, factor: Decimal) -> str | None:
    """Which of the files of a release a conversion factor belongs to; None where it cannot be told."""
    if year < int(figures("pfs_relative_values")["two_files_from"]):
        return "single"
    fitting = [each for each in ("qp", "nonqp") if factor in factors(year, release, each).values]
    return fitting[0] if len(fitting) == 1 else None


def _check_factor(
    sheet: Sheet, year: int, release: str, variant: str, rows: Sequence[tuple[int, Mapping[str, str]]]
) -> list[str]:
    found: dict[str, int] = {}
    for line, row in rows:
        found.setdefault(row["conversion_factor"], line)
    if len(found) > 1:
        raise CorridorError(
            "PFS-CONVERSION-FACTOR",
            f"The file has {len(found)} conversion factors: {', '.join(sorted(found)[:4])}.",
            why="A file has one factor on every row; rows of two editions were mixed.",
            todo=_AGAIN,
            file=sheet.found.name,
            line=max(found.values()),
            field="CONV FACTOR",
        )
    factor = Decimal(next(iter(found)))
    wanted = factors(year, release, variant)
    if factor in wanted.values:
        return []
    if not wanted.whole:
        return [
            f"the conversion factor {factor} was not checked: the rules know none for all of {year} {release}"
        ]
    allowed = " or ".join(str(value) for value in sorted(wanted.values))
    raise CorridorError(
        "PFS-CONVERSION-FACTOR",
        f"The conversion factor is {factor}; that of {year} {variant} is {allowed}.",
        why="The file is of another year or variant than its name or heading says, or was changed.",
        todo="Find out which edition the file is, and give it the name CMS gave it.",
        file=sheet.found.name,
        line=min(found.values()),
        field="CONV FACTOR",
        rule=FACTOR if variant != "qp" else f"{FACTOR}_qp",
    )


# ---- known values ----------------------------------------------------------------------------------


def _check_cells(
    sheet: Sheet,
    known: Mapping[str, Any],
    edition: str,
    by_key: Mapping[tuple[str, str], tuple[int, Mapping[str, str]]],
) -> tuple[int, list[str]]:
    """Values of the same release must agree; those of another release of its year are a warning."""
    of_release = known["known"].get(edition)
    nearest = [name for name in known["known"] if name[:4] == edition[:4]]
    cells = of_release or (known["known"][nearest[0]] if nearest else [])
    different = []
    for cell in cells:
        line, row = by_key.get((cell["code"], cell["modifier"]), (0, {}))
        wanted = [Decimal(str(value)) for value in cell["rvu"]]
        there = [Decimal(row[column]) for column in _KNOWN] if row else []
        if there != wanted:
            different.append((cell["code"], cell["modifier"], line, there, wanted))
    if of_release and different:
        code, modifier, line, there, wanted = different[0]
        reads = "/".join(map(str, there)) or "absent"
        raise CorridorError(
            "PFS-RVU-CELL",
            f"{len(different)} of {len(cells)} known values differ; the first is {code} {modifier}".rstrip()
            + f": {reads} where CMS has {'/'.join(map(str, wanted))}.",
            why=f"Read as work, non-facility, facility, malpractice. {_SAME}",
            todo=_AGAIN,
            file=sheet.found.name,
            line=line or None,
            field="HCPCS",
        )
    if different:
        shown = ", ".join(f"{code} {modifier}".strip() for code, modifier, *_ in different[:4])
        return 0, [f"{len(different)} of {len(cells)} values differ from release {nearest[0]}: {shown}"]
    return len(cells), []


# ---- localities ------------------------------------------------------------------------------------


def known_localities(year: int) -> frozenset[tuple[str, str]]:
    """The pairs of MAC and locality number of a year; empty where the year is not known."""
    known = figures("pfs_geographic_indices")
    if year not in known["localities"]:
        return frozenset()
    return frozenset((cell["mac"], cell["locality"]) for cell in next(iter(known["known"].values())))


def check_localities(
    sheet: Sheet, year: int, there: Collection[tuple[str, str]], retired: bool = False
) -> Checked:
    """Every locality of the year is there and no other (``retired``: those CMS still lists may be).

    Error: PFS-LOCALITIES. A year whose localities are unknown is a warning.
    """
    wanted = known_localities(year)
    if not wanted:
        return Checked(
            f"{len(set(there))} localities", (f"the localities of {year} are unknown: not checked",)
        )
    absent, strange = sorted(wanted - set(there)), sorted(set(there) - wanted)
    if absent or (strange and not retired):
        which = ", ".join("-".join(key) for key in (absent or strange)[:4])
        raise CorridorError(
            "PFS-LOCALITIES",
            f"{len(absent)} of the {len(wanted)} localities of {year} are absent, and {len(strange)} "
            f"are none of them: {which}.",
            why="The file is cut, of another year, or not CMS's.",
            todo=_AGAIN,
            file=sheet.found.name,
            field="locality",
        )
    extra = f", {len(strange)} retired" if strange else ""
    return Checked(f"{len(wanted)} localities{extra}")

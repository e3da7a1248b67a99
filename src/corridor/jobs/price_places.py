"""The Medicare locality of lines that name a ZIP code in place of contractor and locality."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import duckdb

from corridor.errors import CorridorError
from corridor.words import counted

NOWHERE = (None, "unknown")
"""Contractor and locality of a line whose ZIP code is not in the file: it is not priced, not national."""


def find_places(
    con: duckdb.DuckDBPyConnection, lines: Sequence[dict[str, Any]], refuse: bool = True
) -> list[str]:
    """Put contractor and locality into the lines that give a ZIP code. Returns warnings.

    Raises PRICE-ZIP-FILE where no ZIP file is installed, and PRICE-ZIP for a ZIP code that is not in it;
    without ``refuse`` the lines of such a code have an unknown locality and are counted.
    """
    asked = sorted({_digits(line["zip"]) for line in lines if line.get("zip") and not line.get("mac")})
    if not asked:
        return []
    if not con.execute("select 1 from reference.pfs_zip_locality limit 1").fetchall():
        raise CorridorError(
            "PRICE-ZIP-FILE",
            "No file of ZIP codes and localities is installed.",
            why="A ZIP code names a locality only through CMS's ZIP Code to Carrier Locality File.",
            todo="Install it: corridor reference add ZIP5_...txt. Or give --mac and --locality.",
            field="--zip",
        )
    places: dict[str, tuple[str | None, str]] = {}
    unsure, unknown = [], []
    for digits in asked:
        found = _place(con, digits)
        if found is None:
            unknown.append(digits[:5])
            places[digits] = NOWHERE
            continue
        place, needs_four = found
        if needs_four:
            unsure.append(digits[:5])
        places[digits] = place
    if unknown and refuse:
        raise CorridorError(
            "PRICE-ZIP",
            f"The ZIP code {unknown[0]} is not in the installed file of localities.",
            todo="Check it, or give --mac and --locality.",
            field="--zip",
        )
    lost = 0
    for line in lines:
        if line.get("zip") and not line.get("mac"):
            line["mac"], line["locality"] = places[_digits(line["zip"])]
            lost += line["mac"] is None
    warnings = []
    if unknown:
        many = f"{counted(len(unknown), 'ZIP code')} of {counted(lost, 'line')}"
        warnings.append(
            f"{many} {'is' if len(unknown) == 1 else 'are'} not in the installed file of localities "
            f"({', '.join(unknown[:5])})."
        )
    if unsure:
        warnings.append(
            f"{len(unsure):,} ZIP codes lie in several localities ({', '.join(unsure[:5])}): "
            "that of the five digits is used; give nine digits, with the file ZIP9 installed."
        )
    return warnings


def _digits(zip_code: Any) -> str:
    """The digits of a ZIP code, with the zeros that a spreadsheet takes off its front."""
    digits = "".join(character for character in str(zip_code) if character.isdigit())
    return digits.zfill(5 if len(digits) <= 5 else 9)


def _place(con: duckdb.DuckDBPyConnection, digits: str) -> tuple[tuple[str, str], bool] | None:
    """The locality of a ZIP code, and whether four more digits would decide it; None for an unknown one."""
    listed = con.execute(
        "select mac, locality, coalesce(plus_four, false) from reference.pfs_zip_locality "
        "where zip_code = ? order by period desc limit 1",
        [digits[:5]],
    ).fetchall()
    if not listed:
        return None
    found = listed[0]
    nine = None
    if found[2] and len(digits) > 5:
        nine = con.execute(
            "select mac, locality from reference.pfs_zip9_locality "
            "where zip_code = ? and plus_four_digits = ? order by period desc limit 1",
            [digits[:5], digits[5:9]],
        ).fetchall()
    mac, locality = nine[0] if nine else found[:2]
    return (str(mac), str(locality)), bool(found[2]) and not nine

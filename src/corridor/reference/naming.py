"""What the name of a reference file says: its year, its vintage, and whether it is preliminary."""

from __future__ import annotations

import re

from corridor.errors import CorridorError
from corridor.reference.catalogue import UNDATED

_DAY = re.compile(r"(?<!\d)(20\d\d)[-_]?(0[1-9]|1[0-2])[-_]?(0[1-9]|[12]\d|3[01])(?!\d)")
_MONTH = re.compile(r"(?<!\d)(20\d\d)[-_](0[1-9]|1[0-2])(?!\d)")
_YEAR = re.compile(r"(?<!\d)(20\d\d)(?!\d)")
_DATA_YEAR = re.compile(r"_DY?(\d\d)_", re.IGNORECASE)  # CMS: MUP_PHY_R25_P05_V20_D23_Prov.csv


def stage_of(file_name: str) -> str:
    """proposed, preliminary, or final."""
    name = file_name.lower()
    return "proposed" if "proposed" in name else "preliminary" if "prelim" in name else "final"


def year_of(file_name: str, vintage: str | None) -> int | None:
    """The year of the data: of the vintage where one is given, else of the name."""
    if vintage is not None:
        given = _YEAR.search(vintage)
        return int(given.group(1)) if given else None
    short = _DATA_YEAR.search(file_name)
    if short:
        return 2000 + int(short.group(1))
    match = _YEAR.search(_DAY.sub(lambda found: f" {found.group(1)} ", file_name))
    return int(match.group(1)) if match else None


def vintage_of(file_name: str, given: str | None, year: int | None) -> str:
    """The vintage given, else the day, month or year in the name. Error: REFERENCE-VINTAGE."""
    if given is not None:
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", given):
            raise CorridorError(
                "REFERENCE-VINTAGE",
                f"A vintage may not read {given!r}.",
                why="It names a folder, and the newest vintage is the last in text order.",
                todo="Use a year or a date: 2026, 2026-10, 2026-10-31.",
                field="--vintage",
            )
        return given
    for pattern in (_DAY, _MONTH):
        match = pattern.search(file_name)
        if match:
            return "-".join(match.groups())
    return UNDATED if year is None else str(year)

"""What the name of a CCLF file says: P.A9901.ACO.ZC5Y24.D240901.T0102030 and its relatives."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from corridor.errors import CorridorError

# Information Packet v38, sections 2 and 4.2. W: weekly feed, S and E: first and last day of its window.
_STAMPED = re.compile(
    r"^(?P<prefix>[PT])\.(?P<owner>.+?)\.ZC(?P<letter>[0-9AB]?)(?P<weekly>W?)(?P<run>[YR])(?P<year>\d{2})"
    r"(?:\.S\d{6}\.E\d{6})?\.D(?P<day>\d{6})\.T(?P<time>\d{7})(?:\.(?:txt|dat|zip))?$",
    re.IGNORECASE,
)
# Test sets carry bare names.
_BARE = re.compile(r"^ZC(?P<letter>[0-9AB])(?:[YR]\d{2})?(?:\.(?:txt|dat))?$", re.IGNORECASE)
_MODEL_ID = re.compile(r"^[A-Z]{1,2}\d{2,8}$")
CENTURY = "20"


@dataclass(frozen=True)
class CclfName:
    """A file name taken apart.

    file_type   "cclf0" .. "cclfb", or "" for the zip of a whole delivery
    source_id   the ACO, REACH, KCC or other model id ("A9901"); "" where the name has none
    run         "Y" for the year's own files, "R" for run-out; weekly files are "WY" or "WR"
    day         the day of the file, None for bare names
    """

    file_type: str
    source_id: str
    run: str
    year: str
    day: date | None
    test: bool


def read_name(name: str) -> CclfName | None:
    """Take a name apart; None where it is not the name of a CCLF file.

    Raises CCLF-FILE-NAME where it is one but its date is impossible.
    """
    bare = _BARE.match(name)
    if bare:
        return CclfName(f"cclf{bare['letter'].lower()}", "", "", "", None, False)
    match = _STAMPED.match(name)
    if match is None:
        return None
    letter = match["letter"].lower()
    return CclfName(
        file_type=f"cclf{letter}" if letter else "",
        source_id=_owner(match["owner"].upper()),
        run=(match["weekly"] + match["run"]).upper(),
        year=match["year"],
        day=_day(match["day"], name),
        test=match["prefix"].upper() == "T",
    )


def _owner(text: str) -> str:
    """The model id among the dotted parts: A9901.ACO, BCD.A0001, P123456."""
    parts = text.split(".")
    return next((part for part in parts if _MODEL_ID.match(part)), parts[0])


def _day(text: str, name: str) -> date:
    try:
        return date(int(CENTURY + text[:2]), int(text[2:4]), int(text[4:]))
    except ValueError as error:
        raise CorridorError(
            "CCLF-FILE-NAME",
            "The name of a CCLF file carries an impossible date.",
            why="The date decides which of two deliveries is the newer one.",
            todo="Give the file the name CMS gave it (P.A****.ACO.ZC5Y24.Dyymmdd.Thhmmsst).",
            file=name,
            line=1,
        ) from error

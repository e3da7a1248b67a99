"""What is refused before a price is made: numbers out of range, options that contradict each other."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from corridor.errors import CorridorError
from corridor.law import RulesInForce


@dataclass(frozen=True)
class Range:
    """The values a number may have, and what it counts."""

    least: float
    most: float
    about: str
    above: bool = False  # least itself is too little

    def __str__(self) -> str:
        words = f"{self.about} {'above' if self.above else 'from'} {self.least:,g}"
        return words + (f" up to {self.most:,.0f}" if self.above else f" to {self.most:,.0f}")


RANGES = {
    "units": Range(0, 1_000_000, "units", above=True),
    "charge": Range(0, 1e9, "dollars"),
    "deductible": Range(0, 1e9, "dollars"),
    "minutes": Range(0, 100_000, "minutes"),
    "mips": Range(-1, 1, "a fraction"),
}


def check_number(
    name: str, value: float | None, field: str, file: Path | None = None, line: int | None = None
) -> None:
    """Raise PRICE-NUMBER for a number that is none, or outside its range. ``None`` passes."""
    allowed = RANGES[name]
    if value is None:
        return
    inside = allowed.least <= value <= allowed.most and not (allowed.above and value == allowed.least)
    if math.isfinite(value) and inside:
        return
    hint = f" Is {value:g} meant as {value / 100:g}?" if name == "mips" and 1 < abs(value) <= 100 else ""
    raise CorridorError(
        "PRICE-NUMBER",
        f"{value:g} is outside the range of {name}.",
        why=f"It is {allowed}.",
        todo=f"Correct the number.{hint}",
        file=file,
        line=line,
        field=field,
    )


def check_options(
    year: int | None, day: date | None, zip_code: str | None, mac: str | None, modifiers: list[list[str]]
) -> None:
    """Raise PRICE-CONTRADICTION for two options of which one would be passed over."""
    if year is not None and day is not None and year != day.year:
        raise _contradiction(f"--year {year} and --date {day} name different years.", "--date")
    if zip_code is not None and mac is not None:
        raise _contradiction("Both a ZIP code and a contractor name the locality.", "--zip")
    if any({"26", "TC"} <= set(own) for own in modifiers):
        raise _contradiction("26 and TC are on one line: it is one half of the service or the other.", "TC")


def check_place(force: RulesInForce, place: str | None, facility: bool) -> None:
    """Raise PRICE-CONTRADICTION where --facility stands beside a place that is paid as an office."""
    settings = {
        str(row["place_of_service_code"]): row["setting"]
        for row in force.rows("pfs.place_of_service_setting")
    }
    if facility and place is not None and settings.get(place, "facility") != "facility":
        raise _contradiction(f"Place of service {place} is paid at the non-facility rate.", "--facility")


def check_specialty(specialty: str | None) -> None:
    """Raise PRICE-SPECIALTY for what is no specialty code: it would be paid as a physician without a word."""
    if specialty is not None and not re.fullmatch(r"[0-9A-Z][0-9]", specialty.upper()):
        raise CorridorError(
            "PRICE-SPECIALTY",
            f"{specialty!r} is no specialty code of CMS.",
            why="Some specialties are paid a share of the physician's amount; others all of it.",
            todo="Write two characters, such as 11 (internal medicine), 50 (nurse practitioner) or C3.",
            field="--specialty",
        )


def _contradiction(what: str, field: str) -> CorridorError:
    return CorridorError(
        "PRICE-CONTRADICTION", what, why="One of the two would be passed over.", todo="Drop one.", field=field
    )

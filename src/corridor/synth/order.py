"""What a user asks for, checked."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from corridor.errors import CorridorError
from corridor.synth.cclf_common import Delivery
from corridor.synth.days import Period

DEFAULT_START = "2024-07"
DEFAULT_MONTHS = 42
_MOST_PEOPLE = 10_000_000
_FIRST_YEAR, _LAST_YEAR = 2022, 2034
_FEWEST_MONTHS, _MOST_MONTHS = 3, 96
_LOADING_DAYS = 5  # from the last load of claims to the day of the file


@dataclass(frozen=True)
class Order:
    """What to write: how many people, from which seed, over which months, delivered how, where."""

    people: int
    seed: int
    period: Period
    monthly: bool
    out: Path

    def deliveries(self) -> list[Delivery]:
        """The file sets: one with everything, or one up to a month before and one with the rest."""
        last = self.period.file_day(2)
        if not self.monthly:
            return [Delivery("single", last, -1, last - _LOADING_DAYS)]
        first = self.period.file_day(1)
        cut = first - _LOADING_DAYS
        return [Delivery("initial", first, -1, cut), Delivery("monthly", last, cut, last - _LOADING_DAYS)]

    def folder(self, delivery: Delivery) -> Path:
        """Where the files of a delivery go."""
        return self.out / "cclf" / delivery.name if self.monthly else self.out / "cclf"


def default_order(people: int, seed: int, out: Path) -> Order:
    """The order of the demo: July 2024 to December 2027, one delivery. Errors as ``check_order``."""
    return check_order(people, seed, DEFAULT_START, DEFAULT_MONTHS, "single", out)


def check_order(people: int, seed: int, start: str, months: int, delivery: str, out: Path) -> Order:
    """Check what was asked for.

    Raises SYNTH-PEOPLE, SYNTH-PERIOD, SYNTH-DELIVERY, SYNTH-SEED or SYNTH-OUT-NOT-EMPTY.
    """
    if not 1 <= people <= _MOST_PEOPLE:
        raise CorridorError(
            "SYNTH-PEOPLE",
            f"A community of {people:,} people cannot be written.",
            todo=f"Ask for 1 to {_MOST_PEOPLE:,} people with --beneficiaries.",
        )
    if seed < 0:
        raise CorridorError(
            "SYNTH-SEED", "The seed is negative.", todo="Give a whole number from 0 with --seed."
        )
    found = re.fullmatch(r"(\d{4})-(0[1-9]|1[0-2])", start)
    if not found or not _FIRST_YEAR <= int(found[1]) <= _LAST_YEAR:
        raise CorridorError(
            "SYNTH-PERIOD",
            f"{start!r} is not a month a community can begin in.",
            todo=f"Write --start as YYYY-MM, from {_FIRST_YEAR}-01 to {_LAST_YEAR}-12.",
        )
    if not _FEWEST_MONTHS <= months <= _MOST_MONTHS:
        raise CorridorError(
            "SYNTH-PERIOD",
            f"A period of {months} months cannot be written.",
            todo=f"Ask for {_FEWEST_MONTHS} to {_MOST_MONTHS} months with --months.",
        )
    if delivery not in ("single", "monthly"):
        raise CorridorError(
            "SYNTH-DELIVERY",
            f"There is no delivery {delivery!r}.",
            todo="Use --delivery single or --delivery monthly.",
        )
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise CorridorError(
            "SYNTH-OUT-NOT-EMPTY",
            "The folder to write to is not empty.",
            why="A community must not be mixed with other files.",
            todo="Name a new folder with --out, or empty this one.",
            file=out,
        )
    return Order(people, seed, Period(int(found[1]), int(found[2]), months), delivery == "monthly", out)

"""What a form in the browser is: its tables, what may be chosen beside them, and who answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corridor.formulas import Node
from corridor.jobs.context import Context

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Choice:
    """Something chosen beside the rows: a list, or a year. options: (value, words); none: a year is typed."""

    name: str
    label: str
    options: tuple[tuple[str, str], ...] = ()
    default: str = ""
    about: str = ""


@dataclass(frozen=True)
class Asked:
    """What was asked: a file for each form, the choices, and what the doors need."""

    files: Mapping[str, Path]
    chosen: Mapping[str, str]
    context: Context

    @property
    def year(self) -> int | None:
        """The year that was typed; None for the newest, or the one of the settings."""
        return int(self.chosen["year"]) if self.chosen.get("year") else None


@dataclass(frozen=True)
class Answer:
    """What came out: a sentence, tables (the first is the result), what was assumed, what to know.

    shown   the columns of the first table that the page shows; all of them are in the download
    signed  the columns that are gains and losses
    trees   derives a quantity of a row of the first table, where formulas made it
    derived the quantities of a row that are asked for by name, the usual one first
    """

    sentence: str
    sheets: Mapping[str, Sequence[Row]]
    shown: tuple[str, ...] = ()
    assumptions: Sequence[Row] = ()
    warnings: Sequence[str] = ()
    notes: Sequence[str] = ()
    signed: tuple[str, ...] = ()
    trees: Callable[[int, str], Node] | None = None
    derived: Callable[[int], Sequence[str]] | None = None


@dataclass(frozen=True)
class Door:
    """One form, or two that belong together.

    group   the heading it is listed under
    about   what it is for, where the words of the form are those of the command line
    run     it also reads the last run, so that only accounts that see every row and patients may ask
    """

    name: str
    group: str
    answer: Callable[[Asked], Answer]
    forms: tuple[str, ...] = ()
    choices: tuple[Choice, ...] = ()
    run: bool = False
    about: str = ""

    @property
    def tables(self) -> tuple[str, ...]:
        """The forms that are filled in."""
        return self.forms or (self.name,)

"""What every door of MSSP hands to the models, and how a cell of text becomes a number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from corridor.errors import CorridorError
from corridor.programs.table import DoorTable

if TYPE_CHECKING:
    from corridor.law import RulesInForce
    from corridor.programs.mssp.measured import Quality

Array = npt.NDArray[Any]
ABSENT = ("", "-", "*", ".", "na", "n/a")
FLAGS = {"yes": 1.0, "y": 1.0, "true": 1.0, "no": 0.0, "n": 0.0, "false": 0.0}
TRACKS = {
    **{letter: letter.upper() for letter in "abcde"},
    **{f"basic {letter}": letter.upper() for letter in "abcde"},
    **{f"basic level {letter}": letter.upper() for letter in "abcde"},
    **{f"level {letter}": letter.upper() for letter in "abcde"},
    "en": "EN", "enhanced": "EN",
    "1": "T1", "t1": "T1", "track 1": "T1",
    "1+": "T1P", "t1+": "T1P", "t1p": "T1P", "track 1+": "T1P",
    "2": "T2", "t2": "T2", "track 2": "T2",
    "3": "T3", "t3": "T3", "track 3": "T3",
}  # fmt: skip


@dataclass(frozen=True)
class MsspInputs:
    """ACOs of one performance year.

    columns    quantity -> one value an ACO; NaN or None where absent
    published  CMS's own figures, by the name of the quantity they are compared with; empty without any
    source     quantity -> the column of the file it came from
    public     whether it is CMS's public results file
    """

    aco_ids: list[str]
    names: list[str]
    columns: dict[str, Array]
    published: dict[str, Array]
    source: Mapping[str, str]
    lines: list[int]
    file: str
    public: bool
    year: int | None = None
    warnings: list[str] = field(default_factory=list)
    quality: Quality | None = None

    def evidence(self, row: int, quantity: str) -> str | None:
        """Where an input stands: file, line and column."""
        column = self.source.get(quantity)
        return None if column is None else f"{self.file}, line {self.lines[row]}, {column}"


def number(text: str, table: DoorTable, row: int, column: str) -> float:
    """A cell as a number; ``-``, ``*`` and blank are absent, ``6.46%`` is 0.0646. Raises MSSP-NUMBER."""
    cell = text.strip().lower()
    if cell in ABSENT:
        return float("nan")
    bare = cell.rstrip("%").replace(",", "").replace("$", "").strip()
    negative = bare.startswith("(") and bare.endswith(")")
    try:
        found = float(bare.strip("()"))
    except ValueError:
        found = float("nan")
    if found != found or found in (float("inf"), float("-inf")):
        raise CorridorError(
            "MSSP-NUMBER",
            f"{text!r} is not a number.",
            why="Amounts are dollars; shares are fractions or carry a percent sign; - and * are absent.",
            todo="Correct the cell, or leave it blank.",
            file=table.file,
            line=table.lines[row],
            field=column,
        )
    found = -found if negative else found
    return found / 100 if cell.endswith("%") else found


def numbers(table: DoorTable, column: str) -> Array:
    """A column of the file as numbers."""
    cells = table.cells[column]
    return np.array([number(text, table, row, column) for row, text in enumerate(cells)], dtype=np.float64)


def require_track(table: DoorTable) -> str:
    """The column of the track. Raises MSSP-NEEDS for a file without one."""
    for name in ("current_track", "track"):
        if name in table.cells:
            return name
    raise CorridorError(
        "MSSP-NEEDS",
        f"{table.cells['aco_id'][0]} cannot be settled without track.",
        why="It has no default.",
        todo="Add the column track: A, B, C, D, E or EN.",
        file=table.file,
        field="track",
    )


def tracks(table: DoorTable, column: str, force: RulesInForce) -> Array:
    """A column of tracks by their fixed names. Raises MSSP-TRACK, also for one the year does not have."""
    first = {str(row["track"]): int(row["first_year"]) for row in force.rows("mssp.track")}
    last = {str(row["track"]): int(row["last_year"]) for row in force.rows("mssp.former_track")}
    year, found = force.performance_year, []
    for row, text in enumerate(table.cells[column]):
        known = TRACKS.get(" ".join(text.lower().replace("_", " ").split()))
        early = known in first and year < first[str(known)]
        late = known in last and year > last[str(known)]
        if known is None or early or late:
            why = ""
            if early:
                why = f"The levels began in {first[str(known)]}; the settlement is that of {year}."
            elif late:
                why = f"It ended with {last[str(known)]}; the settlement is that of {year}."
            raise CorridorError(
                "MSSP-TRACK",
                f"{text!r} is no track of the Shared Savings Program{f' in {year}' if known else ''}.",
                why=why,
                todo="Use A, B, C, D, E or EN; T1, T1P, T2 or T3 before the levels.",
                file=table.file,
                line=table.lines[row],
                field=column,
            )
        found.append(known)
    return np.array(found, dtype=object)


def texts(table: DoorTable, column: str) -> Array:
    """A column of words, lower case, None where absent."""
    cells = (text.strip().lower() for text in table.cells[column])
    return np.array([None if text in ABSENT else text for text in cells], dtype=object)


def identifiers(table: DoorTable) -> list[str]:
    """The ACOs of the file. Raises MSSP-ACO where one is missing or named twice."""
    named = table.cells.get("aco_id")
    if named is None:
        raise CorridorError(
            "MSSP-ACO",
            "The file has no column aco_id.",
            why="Every row is one ACO.",
            todo="Add the column ACO_ID.",
            file=table.file,
            field="aco_id",
        )
    seen: dict[str, int] = {}
    for row, aco in enumerate(named):
        key = aco.strip().upper()
        if not key or key in seen:
            raise CorridorError(
                "MSSP-ACO",
                f"The ACO {aco} stands on line {seen[key]} too." if key else "The row names no ACO.",
                why="Every row is one ACO, settled once.",
                todo="Keep one row an ACO.",
                file=table.file,
                line=table.lines[row],
                field="aco_id",
            )
        seen[key] = table.lines[row]
    return list(named)


def years_of(values: Sequence[str]) -> Array:
    """The year of dates as CMS writes them (07/01/2019, 2019-07-01, 2019)."""
    found = []
    for text in values:
        parts = [part for part in text.replace("-", "/").split("/") if len(part) == 4 and part.isdigit()]
        found.append(float(parts[0]) if parts else float("nan"))
    return np.array(found, dtype=np.float64)

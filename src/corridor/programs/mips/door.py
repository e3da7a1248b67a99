"""The calculator door of MIPS: a file with one row a score becomes the inputs of the models."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from corridor.errors import CorridorError
from corridor.programs.asm.cells import (
    ABSENT,
    Kind,
    npi_is_valid,
    read_code,
    read_flag,
    read_number,
    tin_is_valid,
)  # fmt: skip
from corridor.programs.mips.checks import Checks
from corridor.programs.mips.columns import (
    CLINICIAN_COLUMNS,
    COLLECTION_CODES,
    KNOWN_NAMES,
    PARTICIPATION_CODES,
    PATHWAY_CODES,
    RESULT_PARTS,
    MeasureColumn,
    measure_column,
)
from corridor.programs.mips.inputs import (
    APP_PATHWAYS,
    FLAGS,
    NUMBERS,
    Array,
    Book,
    MipsInputs,
    answer_columns,
    clinician_columns,
    result_columns,
)
from corridor.programs.mips.minimums import claims_minimums
from corridor.programs.mips.points import CUTS
from corridor.programs.mips.select import app_sets, foundation_measures
from corridor.programs.table import DoorTable, read_door_table

if TYPE_CHECKING:
    from corridor.law import RulesInForce

SHOWN_WARNINGS = 20
KEY = ("tin", "npi", "participation", "entity_id", "pathway", "mvp_id")
KINDS_HERE = {
    "factor": Kind("a factor of at least 0, such as 0.1167", 0),
    "result": Kind("a number, such as 82.5", percent=1),
}
SAYS_SOMETHING = (
    "final_score", "quality_percent", "cost_percent", "improvement_activities_percent", "quality_points",
    "promoting_interoperability_percent", "improvement_activities_attested",
)  # fmt: skip


def read_mips_file(path: Path, force: RulesInForce, book: Book | None = None) -> MipsInputs:
    """Read and check a file. Identifiers are echoed unchanged; nothing is dropped.

    book  facts of measures where public data is installed: a rate needs them, or cut points of its own
    Raises DOOR-* for the file, MIPS-COLUMN-MISSING, MIPS-VALUE, MIPS-DUPLICATE, MIPS-COLLECTION-TYPE and
    MIPS-BENCHMARK-MISSING with file, line and field.
    """
    return _Door(read_door_table(path, sorted(KNOWN_NAMES)), force, book).inputs()


class _Door:
    """One file on its way to the models."""

    def __init__(self, table: DoorTable, force: RulesInForce, book: Book | None) -> None:
        self.table, self.force, self.book = table, force, book
        self.size = len(table.lines)
        self.warnings = list(table.warnings)
        self.minimums = claims_minimums(force)
        self.checks = Checks(table.file, table.lines, force)
        self.measures = [m for name in table.columns if (m := measure_column(name)) is not None]

    def inputs(self) -> MipsInputs:
        self._columns()
        given: dict[str, Any] = {name: self.table.cells[name] for name in ("tin", "npi")}
        for name in ("clinician_name", "entity_id", "mvp_id"):
            cells = self.table.cells.get(name, [""] * self.size)
            given[name] = np.array([c.strip() or None for c in cells], dtype=object)
        given["mvp_id"] = np.array([m and m.upper() for m in given["mvp_id"].tolist()], dtype=object)
        given["participation"] = self._codes("participation", PARTICIPATION_CODES, "a level of participation")
        given["pathway"] = self._codes("pathway", PATHWAY_CODES, "a pathway")
        for column in CLINICIAN_COLUMNS:
            if column.name in (*FLAGS, *NUMBERS) and column.name in self.table.cells:
                given[column.name] = self._numbers(column.name, column.kind)
                self.checks.most(column.name, column.name, given[column.name])
        self._small(given)
        clinicians = clinician_columns(given)
        self._identifiers(clinicians)
        self._sets(clinicians)
        results = self._results(clinicians)
        return MipsInputs(
            clinicians,
            result_columns(results),
            answer_columns(self._answers()),
            file=self.table.file,
            lines=self.table.lines,
            where=self._where,
            warnings=self.warnings,
        )

    # -- columns -------------------------------------------------------------------------------

    def _columns(self) -> None:
        of_measures = {measure.name for measure in self.measures}
        for name in self.table.columns:
            if name not in KNOWN_NAMES and name not in of_measures:
                near = difflib.get_close_matches(name, sorted(KNOWN_NAMES), n=1)
                hint = f"; did you mean {near[0]}?" if near else ""
                self.warnings.append(
                    f"{self.table.file}: the column {name!r} is not known and is ignored{hint}"
                )
        for name in ("tin", "npi"):
            if name not in self.table.cells:
                self._missing(name, "A score is that of a TIN and an NPI.")
        if not of_measures and not any(name in self.table.cells for name in SAYS_SOMETHING):
            self._missing("final_score", "Without a score, or anything it is made of, nobody can be settled.")

    def _missing(self, name: str, why: str) -> None:
        close = difflib.get_close_matches(name, list(self.table.columns), n=1)
        raise CorridorError(
            "MIPS-COLUMN-MISSING",
            f"The file has no column {name!r}.",
            why=why,
            todo=f"Rename the column {close[0]!r}."
            if close
            else "Add it. Forms with all columns: corridor template mips, corridor template mips_scores",
            file=self.table.file,
            field=name,
        )

    def _numbers(self, name: str, kind: str) -> Array:
        return self._read(name, _reader(kind)).astype(np.float64)

    def _codes(self, name: str, codes: dict[str, str], what: str) -> Array | None:
        return self._read(name, read_code(codes, what)) if name in self.table.cells else None

    def _read(self, name: str, read: Callable[[str], Any]) -> Array:
        values: list[Any] = [None] * self.size
        memo: dict[str, Any] = {}
        for row, cell in enumerate(self.table.cells[name]):
            if cell not in memo:
                try:
                    memo[cell] = None if cell.lower() in ABSENT else read(cell)
                except ValueError as error:
                    raise CorridorError(
                        "MIPS-VALUE",
                        f"{cell!r} is not {error}.",
                        why="The score cannot be computed with it.",
                        todo="Correct the cell, or leave it blank.",
                        file=self.table.file,
                        line=self.table.lines[row],
                        field=name,
                    ) from error
            values[row] = memo[cell]
        return np.array(values, dtype=object)

    def _small(self, given: dict[str, Any]) -> None:
        """A practice is small by its size where that is given, else as it says."""
        if "practice_size" not in self.table.cells:
            return
        size = self._numbers("practice_size", "size")
        said = np.nan_to_num(np.asarray(given.get("small_practice", np.zeros(self.size)), dtype=np.float64))
        most = self.force.number("mips.small_practice_maximum")
        given["small_practice"] = np.where(np.isnan(size), said, size <= most)

    # -- rows ----------------------------------------------------------------------------------

    def _identifiers(self, clinicians: dict[str, Array]) -> None:
        seen: dict[tuple[Any, ...], int] = {}
        for row, key in enumerate(zip(*(clinicians[name].tolist() for name in KEY), strict=True)):
            if key in seen:
                raise CorridorError(
                    "MIPS-DUPLICATE",
                    f"The same score of NPI {key[1]} under TIN {key[0]} stands on line "
                    f"{self.table.lines[seen[key]]}.",
                    why="One who is scored has one row for each pathway and level of participation.",
                    todo="Keep one of the two, or say how they differ.",
                    file=self.table.file,
                    line=self.table.lines[row],
                    field="npi",
                )
            seen[key] = row
        for name, valid, what in (
            ("npi", npi_is_valid, "ten digits with a right check digit"),
            ("tin", tin_is_valid, "nine digits"),
        ):  # fmt: skip
            odd = sorted({str(v) for v in clinicians[name].tolist() if v and not valid(str(v))})
            for value in odd[:SHOWN_WARNINGS]:
                self.warnings.append(f"{name.upper()} {value!r} is not {what}")
            if len(odd) > SHOWN_WARNINGS:
                self.warnings.append(f"{len(odd) - SHOWN_WARNINGS} more {name.upper()}s likewise")

    def _sets(self, clinicians: dict[str, Array]) -> None:
        """An APP whose set is not known in the year can be scored only where its quality is given."""
        given = [
            ~np.isnan(clinicians[name]) for name in ("final_score", "quality_percent", "quality_available")
        ]
        known, pathway = app_sets(self.force), clinicians["pathway"]
        for row in np.flatnonzero(np.isin(pathway, APP_PATHWAYS) & ~np.any(given, axis=0)).tolist():
            if pathway[row] not in known:
                raise CorridorError(
                    "MIPS-VALUE",
                    f"The measures of {pathway[row]} in {self.force.performance_year} are not known.",
                    why="All measures of its set are asked for; APP Plus begins in 2025.",
                    todo="Correct the pathway, or give quality_percent.",
                    file=self.table.file,
                    line=self.table.lines[row],
                    field="pathway",
                )

    def _results(self, clinicians: dict[str, Array]) -> dict[str, Any]:
        by_measure: dict[tuple[str, str, str], dict[str, MeasureColumn]] = {}
        for column in self.measures:
            if column.category != "interoperability":
                key = (column.category, column.measure_id, column.collection_type)
                by_measure.setdefault(key, {})[column.part] = column
        laid: dict[str, list[Array]] = {}
        for (category, measure, stated), columns in by_measure.items():
            numbers = {
                RESULT_PARTS[part][0]: self._numbers(column.name, RESULT_PARTS[part][1])
                for part, column in columns.items()
                if part in RESULT_PARTS
            }
            if "own_points" in numbers:
                self.checks.most("own_points", columns["points"].name, numbers["own_points"])
            if cut := next((part for part in CUTS if part in columns), None):
                self.checks.cuts(numbers, columns[cut].name)
            rows = self._told(numbers)
            if not len(rows):
                continue
            types = self._types(measure, stated, columns, numbers, rows)
            self._check(measure, types, numbers, rows, columns)
            part: dict[str, Array] = {name: values[rows] for name, values in numbers.items()}
            part["clinician"] = rows
            part["measure_id"] = np.full(len(rows), measure, dtype=object)
            part["category"] = np.full(len(rows), category, dtype=object)
            part["collection_type"] = types
            if measure in self.minimums:
                own = part.get("own_case_minimum", np.full(len(rows), np.nan))
                part["own_case_minimum"] = np.where(np.isnan(own), self.minimums[measure], own)
            if category == "cost" and "inverse" not in part:
                part["inverse"] = np.ones(len(rows))
            _append(laid, part)
        return {name: np.concatenate(values) for name, values in laid.items()}

    def _told(self, numbers: dict[str, Array]) -> Array:
        """Rows in which the measure has a result: a rate, points, or a survey that could not be made."""
        said = np.zeros(self.size, dtype=bool)
        for name in ("rate", "own_points"):
            if name in numbers:
                said |= ~np.isnan(numbers[name])
        if "below_sample" in numbers:
            said |= numbers["below_sample"] > 0
        return np.flatnonzero(said)

    def _types(
        self,
        measure: str,
        stated: str,
        columns: dict[str, MeasureColumn],
        numbers: dict[str, Array],
        rows: Array,
    ) -> Array:
        types = np.full(self.size, stated or None, dtype=object)
        if "collection_type" in columns:
            name = columns["collection_type"].name
            types = self._read(name, read_code(COLLECTION_CODES, "a collection type"))
        possible = sorted(kind for one, kind in self.book or {} if one == measure)
        if measure in foundation_measures(self.force):
            possible = ["administrative_claims"]
        for row in rows.tolist():
            if types[row] is None and len(possible) == 1:
                types[row] = possible[0]
            unclear = types[row] is None and len(possible) > 1 and "own_points" not in numbers
            if unclear or (types[row] is not None and possible and types[row] not in possible):
                raise CorridorError(
                    "MIPS-COLLECTION-TYPE",
                    f"Measure {measure} is not collected as {types[row]}."
                    if types[row]
                    else f"How measure {measure} was collected is not said.",
                    why="Each collection type has a benchmark of its own.",
                    todo=f"Fill in q{measure.lower()}_collection_type: {', '.join(possible)}.",
                    file=self.table.file,
                    line=self.table.lines[row],
                    field=f"q{measure.lower()}_collection_type",
                )
        found: Array = np.array([kind or "" for kind in types[rows].tolist()], dtype=object)
        return found

    def _check(
        self,
        measure: str,
        types: Array,
        numbers: dict[str, Array],
        rows: Array,
        columns: dict[str, MeasureColumn],
    ) -> None:
        """A rate needs a benchmark: installed, or cut points beside it."""
        own_cuts = {*CUTS} <= numbers.keys() or {"measure_median", "measure_deviation"} <= numbers.keys()
        if "rate" not in numbers or own_cuts or self.book:
            if self.book and not any(one == measure for one, _ in self.book) and not own_cuts:
                self.warnings.append(
                    f"measure {measure} is not in the public data of {self.force.performance_year}"
                )
            return
        bare = [
            row
            for row in rows.tolist()
            if "own_points" not in numbers or np.isnan(numbers["own_points"][row])
        ]
        if bare:
            raise CorridorError(
                "MIPS-BENCHMARK-MISSING",
                f"There is no benchmark for measure {measure} in {self.force.performance_year}.",
                why="A rate earns points by the cut points of its benchmark; no public data is installed.",
                todo="Install CMS's files (corridor reference add), or give the cut points in columns "
                "such as q236_p1, q236_p10 to q236_p99.",
                file=self.table.file,
                line=self.table.lines[bare[0]],
                field=next(c.name for part, c in columns.items() if part in ("rate", "value")),
            )

    def _answers(self) -> dict[str, Any]:
        by_measure: dict[str, dict[str, Array]] = {}
        for column in self.measures:
            if column.category == "interoperability":
                kind = "flag" if column.part == "answer" else "count"
                by_measure.setdefault(column.measure_id, {})[column.part] = self._numbers(column.name, kind)
        laid: dict[str, list[Array]] = {}
        for measure, numbers in by_measure.items():
            rows = np.flatnonzero(~np.isnan(np.stack(list(numbers.values()))).all(axis=0))
            part = {name: values[rows] for name, values in numbers.items()}
            for name in ("numerator", "denominator", "answer"):
                part.setdefault(name, np.full(len(rows), np.nan))
            self.checks.ratio(measure, part, rows)
            part["clinician"] = rows
            part["measure_id"] = np.full(len(rows), measure, dtype=object)
            _append(laid, part)
        return {name: np.concatenate(values) for name, values in laid.items()}

    def _where(self, row: int, name: str) -> str | None:
        if name not in self.table.cells:
            return None
        return f"{self.table.file}, {self.table.place} {self.table.lines[row]}, column {name}"


def _reader(kind: str) -> Callable[[str], Any]:
    if kind == "flag":
        return read_flag
    if kind in KINDS_HERE:
        return lambda text: _number(text, KINDS_HERE[kind])
    return lambda text: read_number(text, kind)


def _number(text: str, rule: Kind) -> float:
    plain = text.strip().removesuffix("%") if rule.percent is not None else text
    value = read_number(plain, "number")
    if rule.low is not None and value < rule.low:
        raise ValueError(rule.expected)
    return value


def _append(laid: dict[str, list[Array]], part: dict[str, Array]) -> None:
    """Add the rows of one measure; a column that earlier rows lack is absent there."""
    before = sum(len(values) for values in laid.get("clinician", []))
    for name in {*laid, *part}:
        size = len(part["clinician"])
        values: Sequence[Array] = [part[name]] if name in part else [np.full(size, np.nan)]
        if name not in laid:
            laid[name] = [np.full(before, np.nan)] if before else []
        laid[name].extend(values)

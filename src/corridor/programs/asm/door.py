"""The calculator door of ASM: a file with one row a clinician becomes the inputs of the models."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from corridor.errors import CorridorError
from corridor.programs.asm.cells import (
    ABSENT,
    COHORTS,
    COLLECTION_TYPES,
    npi_is_valid,
    read_code,
    read_flag,
    read_number,
    tin_is_valid,
)
from corridor.programs.asm.inputs import (
    NUMBER_QUANTITIES,
    SCORE_COLUMNS,
    Array,
    AsmInputs,
    DoorColumn,
    collection_types,
    door_columns,
    empty_submissions,
)
from corridor.programs.table import DoorTable, read_door_table

if TYPE_CHECKING:
    from corridor.law import RulesInForce

SHOWN_WARNINGS = 20  # of one kind; the rest is counted


def read_asm_file(path: Path, force: RulesInForce, *, national: bool = False) -> AsmInputs:
    """Read and check a file. Identifiers are echoed unchanged; nothing is dropped.

    Raises DOOR-* for the file, ASM-COLUMN-MISSING, ASM-VALUE, ASM-DUPLICATE and ASM-COLLECTION-TYPE with
    file, line and field.
    """
    columns = door_columns(force)
    table = read_door_table(path, list(columns))
    return _Door(table, columns, force, national).inputs()


class _Door:
    """One file on its way to the models."""

    def __init__(
        self, table: DoorTable, columns: dict[str, DoorColumn], force: RulesInForce, national: bool
    ) -> None:
        self.table = table
        self.columns = columns
        self.force = force
        self.national = national
        self.rows = len(table.lines)
        self.warnings = list(table.warnings)

    def inputs(self) -> AsmInputs:
        self._columns()
        self.activities = {
            float(r["activities"]) for r in self.force.rows("asm.improvement_activity_deduction")
        }
        texts = {name: self._texts(name) for name in ("tin", "npi", "cohort", "clinician_name")}
        self._identifiers(texts)
        clinicians: dict[str, Array] = {**texts, **{n: self._numbers(n) for n in NUMBER_QUANTITIES}}
        clinicians["practice_class"] = self._practice_class()
        measured = [m for m in self._measures() if f"q{m}_rate" in self.table.cells]
        self._cost_benchmark(clinicians)
        known = ~np.isnan(clinicians["final_score"]) | ~np.isnan(clinicians["quality_score"])
        has_measures = np.isin(clinicians["cohort"], self._cohorts_with(measured)) & ~known
        # Where the file has no measures, or a result is given outright, reporting is not in question.
        reported = clinicians["reported"]
        clinicians["reported"] = np.where(np.isnan(reported) & ~has_measures, 1.0, reported)
        self.submissions = self._submissions(measured, clinicians)
        self._defaults(clinicians, has_measures)
        return AsmInputs(
            clinicians,
            self.submissions,
            has_measures,
            where=self._where,
            where_submitted=self._where_submitted,
            file=self.table.file,
            lines=self.table.lines,
            warnings=self.warnings,
        )

    # -- columns -------------------------------------------------------------------------------

    def _columns(self) -> None:
        for name in self.table.columns:
            if name not in self.columns:
                near = difflib.get_close_matches(name, list(self.columns), n=1)
                hint = f"; did you mean {near[0]}?" if near else ""
                self.warnings.append(
                    f"{self.table.file}: the column {name!r} is not known and is ignored{hint}"
                )
        needed = [column.name for column in self.columns.values() if column.required]
        for name in (*needed, *(() if self.national else ("part_b_paid",))):
            if name not in self.table.cells:
                about = self.columns[name].about
                close = difflib.get_close_matches(name, list(self.table.columns), n=1)
                raise CorridorError(
                    "ASM-COLUMN-MISSING",
                    f"The file has no column {name!r}.",
                    why="The pool of a cohort is a share of its Part B payments."
                    if name == "part_b_paid"
                    else "A participant is a TIN and an NPI in a cohort.",
                    todo=f"Rename the column {close[0]!r}."
                    if close
                    else f"Add it: {about}. A form with all columns: corridor template asm",
                    file=self.table.file,
                    field=name,
                )
        rates = [f"q{measure}_rate" for measure in self._measures()]
        if not any(name in self.table.cells for name in (*SCORE_COLUMNS, *rates)):
            close = difflib.get_close_matches("final_score", list(self.table.columns), n=1)
            raise CorridorError(
                "ASM-COLUMN-MISSING",
                "The file has no column 'final_score', nor any that a score is made of.",
                why="Without one nobody has a score, and everyone would be settled at 0 dollars.",
                todo=f"Rename the column {close[0]!r}."
                if close
                else "Add final_score, or what it is made of: quality_score, cost_score, cost_per_episode "
                f"or results of measures such as {rates[0]}.",
                file=self.table.file,
                field="final_score",
            )

    def _texts(self, name: str) -> Array:
        cells = self.table.cells.get(name, [""] * self.rows)
        if name == "cohort":
            return self._read(name, cells, read_code(COHORTS, "a cohort"), required=True)
        return np.array([cell or None for cell in cells] if name == "clinician_name" else cells, dtype=object)

    def _numbers(self, name: str) -> Array:
        if name not in self.table.cells:
            return np.full(self.rows, np.nan)
        kind = self.columns[name].kind
        if kind == "flag":
            return self._read(name, self.table.cells[name], read_flag).astype(np.float64)
        if kind == "activities":
            return self._read(name, self.table.cells[name], self._activities).astype(np.float64)
        most = self.force.number("asm.complex_patient_cap") if kind == "bonus" else None
        return self._read(name, self.table.cells[name], lambda text: read_number(text, kind, most)).astype(
            np.float64
        )

    def _activities(self, text: str) -> float:
        try:
            value = read_number(text, "count")
        except ValueError:
            value = np.nan
        if value not in self.activities:
            raise ValueError("one of " + ", ".join(f"{n:g}" for n in sorted(self.activities)))
        return value

    def _read(
        self, name: str, cells: list[str], read: Callable[[str], Any], *, required: bool = False
    ) -> Array:
        values: list[Any] = [None] * len(cells)
        faults: list[tuple[int, str, str]] = []
        memo: dict[str, Any] = {}
        for row, cell in enumerate(cells):
            if cell in memo:
                values[row] = memo[cell]
                continue
            try:
                if cell.lower() in ABSENT and not required:
                    value = None
                else:
                    value = read(cell)
            except ValueError as error:
                faults.append((row, cell, str(error)))
                continue
            values[row] = memo[cell] = value
        if faults:
            row, cell, expected = faults[0]
            others = len(faults) - 1
            more = f" {others} more in this column." if others else ""
            raise CorridorError(
                "ASM-VALUE",
                f"{cell!r} is not {expected}." if cell else f"The value is missing: {expected}.",
                why=f"The quantity cannot be computed without it.{more}",
                todo="Correct the cell" + (", or leave it blank." if not required else "."),
                file=self.table.file,
                line=self.table.lines[row],
                field=name,
            )
        return np.array(values, dtype=object)

    # -- rows ----------------------------------------------------------------------------------

    def _identifiers(self, texts: dict[str, Array]) -> None:
        seen: dict[tuple[str, str, str], int] = {}
        for row, key in enumerate(zip(texts["tin"], texts["npi"], texts["cohort"], strict=True)):
            if key in seen:
                raise CorridorError(
                    "ASM-DUPLICATE",
                    f"TIN {key[0]} and NPI {key[1]} appear twice in {key[2]}, "
                    f"first on {self.table.place} {self.table.lines[seen[key]]}.",
                    why="A participant is settled once.",
                    todo="Remove one of the two rows.",
                    file=self.table.file,
                    line=self.table.lines[row],
                    field="npi",
                )
            seen[key] = row
        self._warn_rows(
            [r for r, npi in enumerate(texts["npi"]) if not npi_is_valid(npi)],
            lambda r: f"NPI {texts['npi'][r]!r} is not ten digits with a right check digit",
        )
        self._warn_rows(
            [r for r, tin in enumerate(texts["tin"]) if not tin_is_valid(tin)],
            lambda r: f"TIN {texts['tin'][r]!r} is not nine digits",
        )

    def _warn_rows(self, rows: list[int], text: Callable[[int], str]) -> None:
        for row in rows[:SHOWN_WARNINGS]:
            self.warnings.append(f"{self.table.file} {self.table.place} {self.table.lines[row]}: {text(row)}")
        if len(rows) > SHOWN_WARNINGS:
            more = len(rows) - SHOWN_WARNINGS
            self.warnings.append(f"{self.table.file}: the same on {more:,} more rows")

    def _cost_benchmark(self, clinicians: dict[str, Array]) -> None:
        """A cohort has one median and one standard deviation of cost, and they come together."""
        names = ("cost_median", "cost_standard_deviation")
        for name in names:
            first: dict[str, int] = {}
            for row in np.flatnonzero(~np.isnan(clinicians[name])).tolist():
                cohort = clinicians["cohort"][row]
                one = first.setdefault(cohort, row)
                if clinicians[name][row] != clinicians[name][one]:
                    raise CorridorError(
                        "ASM-VALUE",
                        f"{name} of {cohort} is {clinicians[name][row]:,g} here and "
                        f"{clinicians[name][one]:,g} on {self.table.place} {self.table.lines[one]}.",
                        why="It is one number for the whole cohort.",
                        todo="Give every row of the cohort the same value, or leave the cells blank.",
                        file=self.table.file,
                        line=self.table.lines[row],
                        field=name,
                    )
        for name, other in (names, names[::-1]):
            alone = ~np.isnan(clinicians[name]) & np.isnan(clinicians[other])
            if alone.any():
                self.warnings.append(
                    f"{self.table.file}: {name} is given without {other} for {int(alone.sum())} clinicians; "
                    f"{other} is taken from the file or the stand-in"
                )

    def _practice_class(self) -> Array:
        solo, small = self._flags("solo"), self._flags("small_practice")
        unknown = np.array(
            [cell.lower() in ABSENT for cell in self.table.cells.get("practice_size", [""] * self.rows)]
        )
        chosen = np.full(self.rows, None, dtype=object)
        chosen[unknown & (small == 0) & (solo != 1)] = "none"
        chosen[unknown & (small == 1)] = "small"
        chosen[unknown & (solo == 1)] = "solo"
        return chosen

    def _flags(self, name: str) -> Array:
        if name not in self.table.cells:
            return np.full(self.rows, np.nan)
        return self._read(name, self.table.cells[name], read_flag).astype(np.float64)

    # -- measures ------------------------------------------------------------------------------

    def _measures(self) -> list[str]:
        return [row["measure_id"] for row in self.force.rows("asm.quality_measure")]

    def _submissions(self, measured: list[str], clinicians: dict[str, Array]) -> dict[str, Array]:
        cohort_of = {row["measure_id"]: row["cohort"] for row in self.force.rows("asm.quality_measure")}
        allowed = collection_types(self.force)
        parts: list[dict[str, Array]] = []
        missing: dict[str, int] = {"cases": 0, "completeness": 0}
        for measure in measured:
            rate = self._numbers(f"q{measure}_rate")
            mine = clinicians["cohort"] == cohort_of[measure]
            foreign = np.flatnonzero(~np.isnan(rate) & ~mine).tolist()
            self._warn_rows(foreign, partial(_not_of_cohort, measure, clinicians["cohort"]))
            rows = np.flatnonzero(~np.isnan(rate) & mine)
            types = self._types(measure, allowed[measure])
            cases, complete = self._numbers(f"q{measure}_cases"), self._numbers(f"q{measure}_completeness")
            if allowed[measure] != ["administrative_claims"]:
                missing["completeness"] += int(np.isnan(complete[rows]).sum())
            missing["cases"] += int(np.isnan(cases[rows]).sum())
            parts.append(
                {
                    "clinician": rows,
                    "measure_id": np.full(len(rows), measure, dtype=object),
                    "collection_type": types[rows],
                    "rate": rate[rows],
                    "eligible_cases": cases[rows],
                    "data_completeness": complete[rows],
                    "topped_out": self._numbers(f"q{measure}_topped_out")[rows],
                }
            )
            if len(rows) and (rate[rows] <= 1).all() and measure in self._high_rates():
                text = f"all values of q{measure}_rate are at most 1; they are read as percent"
                self.warnings.append(f"{self.table.file}: {text}")
            small = int(((complete[rows] > 0) & (complete[rows] <= 1)).sum())
            if small:
                text = f"{small} values of q{measure}_completeness are at most 1; they are read as percent"
                self.warnings.append(f"{self.table.file}: {text}")
        for part, taken in (("cases", "enough"), ("completeness", "complete")):
            if missing[part]:
                self.warnings.append(f"{part} is blank for {missing[part]} results and taken as {taken}")
        if not parts:
            return empty_submissions()
        return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}

    def _cohorts_with(self, measured: list[str]) -> list[str]:
        """Cohorts for which the file has a column of a measure that clinicians report."""
        rows = self.force.rows("asm.quality_measure")
        return [r["cohort"] for r in rows if r["measure_id"] in measured and not r["administrative_claims"]]

    def _high_rates(self) -> set[str]:
        """Measures whose published rates lie above 1 % nearly everywhere."""
        rows = self.force.rows("asm.quality_benchmark")
        return {row["measure_id"] for row in rows if row["p20"] > 1}

    def _types(self, measure: str, allowed: list[str]) -> Array:
        name = f"q{measure}_collection_type"
        cells = self.table.cells.get(name, [""] * self.rows)
        found = self._read(name, cells, read_code(COLLECTION_TYPES, "a collection type"))
        for row, value in enumerate(found):
            if value is not None and value not in allowed:
                raise CorridorError(
                    "ASM-COLLECTION-TYPE",
                    f"Measure {measure} cannot be collected as {value} in ASM.",
                    why="The rule allows: " + ", ".join(allowed) + ".",
                    todo="Correct the cell, or leave it blank.",
                    file=self.table.file,
                    line=self.table.lines[row],
                    field=name,
                )
        found[np.array([value is None for value in found], dtype=bool)] = allowed[0]
        return found

    # -- what blank means ------------------------------------------------------------------------

    def _defaults(self, clinicians: dict[str, Array], has_measures: Array) -> None:
        scored_here = np.isnan(clinicians["final_score"]) & (
            has_measures | ~np.isnan(clinicians["quality_score"])
        )
        for name, taken in (
            ("improvement_activities_attested", "as none attested"),
            ("promoting_interoperability_score", "as not reported"),
        ):
            blank = np.isnan(clinicians[name]) & scored_here
            if blank.any():
                clinicians[name] = np.where(blank, 0.0, clinicians[name])
                self.warnings.append(f"{name} is blank for {int(blank.sum())} clinicians and taken {taken}")
        if "part_b_paid_payment_year" not in self.table.cells:
            self.warnings.append(
                "part_b_paid_payment_year is not given; part_b_paid stands for it in dollars"
            )

    def _where(self, row: int, quantity: str) -> str | None:
        column = quantity
        if quantity == "practice_class":
            column = "solo" if self.table.cells.get("solo", [""] * self.rows)[row] else "small_practice"
        if row >= self.rows or not self.table.cells.get(column, [""] * self.rows)[row]:
            return None
        return f"{self.table.file} {self.table.place} {self.table.lines[row]}, {column}"

    def _where_submitted(self, row: int, quantity: str) -> str | None:
        parts = {"eligible_cases": "cases", "data_completeness": "completeness"}
        column = f"q{self.submissions['measure_id'][row]}_{parts.get(quantity, quantity)}"
        return self._where(int(self.submissions["clinician"][row]), column)


def _not_of_cohort(measure: str, cohort: Array, row: int) -> str:
    return f"measure {measure} is not one of {cohort[row]}; ignored"

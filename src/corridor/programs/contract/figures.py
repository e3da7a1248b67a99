"""The doors of a value-based contract: figures and scorecard results, as known on a day, checked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from corridor.engine.tabular.form import read_form
from corridor.errors import CorridorError

Row = dict[str, Any]
NAN = float("nan")
MONTHS = 12  # of a year
ROUNDED = 0.00501  # a rate stated in whole percents


@dataclass(frozen=True)
class Figures:
    """Lines of figures and results of measures; ``file`` names where they came from."""

    lines: list[Row]
    results: list[Row]
    file: str
    results_file: str
    warnings: list[str]

    def years(self) -> list[int]:
        return sorted({int(row["performance_year"]) for row in self.lines})

    def of(self, year: int, tin: str | None = None, through: int | None = None) -> list[Row]:
        """The lines of a year, of one practice, up to a month."""
        return [
            row
            for row in self.lines
            if row["performance_year"] == year
            and (tin is None or row["tin"] == tin)
            and (through is None or row["month"] is None or row["month"] <= through)
        ]

    def results_of(self, year: int, tin: str | None = None) -> dict[str, Row]:
        """Results of a year by measure: the contract's own, or those of a practice."""
        return {
            str(row["measure"]): row
            for row in self.results
            if row["performance_year"] == year and row["tin"] == tin
        }


def read_figures(file: Path, quality: Path | None, known_on: date | None) -> Figures:
    """Read the forms contract_figures and contract_quality; of restated rows the latest known by the day.

    Raises FORM-*, CONTRACT-TWICE, CONTRACT-MONTH and CONTRACT-COUNTS.
    """
    form = read_form(file, "contract_figures")
    lines = latest(
        form.rows, form.lines, ("performance_year", "month", "tin", "stratum"), known_on, form.file
    )
    _refuse_mixed(lines, form.file)
    _refuse_months(lines, form.file)
    _refuse_excess(lines, form.file)
    results: list[Row] = []
    warnings = list(form.warnings)
    if quality is not None:
        results, more = read_quality(quality, known_on)
        warnings += more
    return Figures(lines, results, form.file, quality.name if quality else "", warnings)


def read_quality(file: Path, known_on: date | None) -> tuple[list[Row], list[str]]:
    """Results of measures (form contract_quality) and warnings. Raises as ``read_figures``."""
    form = read_form(file, "contract_quality")
    results = latest(form.rows, form.lines, ("performance_year", "measure", "tin"), known_on, form.file)
    _refuse_counts(results, form.file)
    return results, list(form.warnings)


def latest(
    rows: Sequence[Row], numbers: Sequence[int], key: Sequence[str], known_on: date | None, file: str
) -> list[Row]:
    """Of the rows with one key the latest known by ``known_on``; each with its line under ``line``.

    Raises CONTRACT-TWICE where two rows of one key became known on the same day.
    """
    found: dict[tuple[Any, ...], Row] = {}
    for row, line in zip(rows, numbers, strict=True):
        known = row["known"]
        if known_on is not None and known is not None and known > known_on:
            continue
        one = {**row, "line": line}
        mark = tuple(row[name] for name in key)
        before = found.get(mark)
        if before is not None and before["known"] == known:
            raise CorridorError(
                "CONTRACT-TWICE",
                f"The row repeats that of line {before['line']}.",
                why=f"There is one row for each {', '.join(key)}, or one more with a later day under known.",
                todo="Remove one of the two, or say under known when the newer one became known.",
                file=file,
                line=line,
                field="known",
            )
        if before is None or (known or date.min) > (before["known"] or date.min):
            found[mark] = one
    return sorted(found.values(), key=lambda row: int(row["line"]))


def _refuse_mixed(lines: Iterable[Row], file: str) -> None:
    for name in ("month", "tin", "stratum"):
        seen: dict[int, tuple[bool, int]] = {}
        for row in lines:
            fine = row[name] is not None
            before = seen.setdefault(row["performance_year"], (fine, row["line"]))
            if before[0] != fine:
                raise CorridorError(
                    "CONTRACT-TWICE",
                    f"One row of {row['performance_year']} has a {name}, that of line {before[1]} has none.",
                    why="The second would be counted on top of the first.",
                    todo=f"Give the {name} on every row of the year, or on none.",
                    file=file,
                    line=row["line"],
                    field=name,
                )


def _refuse_excess(lines: Iterable[Row], file: str) -> None:
    for row in lines:
        excess = row["excess_over_attachment"]
        if excess is None or excess == 0 or excess <= row["expenditure"]:
            continue
        raise CorridorError(
            "CONTRACT-FIGURE",
            "More lies above the attachment point than was spent at all.",
            why="Stop-loss would turn the cost of these members negative.",
            todo="Correct expenditure (before stop-loss) or excess_over_attachment.",
            file=file,
            line=row["line"],
            field="excess_over_attachment",
        )


def _refuse_months(lines: Iterable[Row], file: str) -> None:
    for row in lines:
        month = row["month"]
        if month is not None and not (month // 100 == row["performance_year"] and 1 <= month % 100 <= MONTHS):
            raise CorridorError(
                "CONTRACT-MONTH",
                f"{month} is no month of {row['performance_year']}.",
                why="A performance year is a calendar year here.",
                todo="Correct the month or the year.",
                file=file,
                line=row["line"],
                field="month",
            )


def _refuse_counts(results: Iterable[Row], file: str) -> None:
    for row in results:
        numerator, denominator = row["numerator"], row["denominator"]
        counts = numerator is not None and denominator is not None
        if not counts and row["rate"] is None:
            fault = "The row has neither numerator and denominator nor a rate."
        elif counts and numerator > denominator:
            fault = "More cases met the measure than there are."
        elif counts and row["rate"] is not None and _apart(numerator, denominator, float(row["rate"])):
            fault = "The rate is not that of the numerator and denominator."
        else:
            continue
        raise CorridorError(
            "CONTRACT-COUNTS",
            fault,
            why="There would be no rate, none that can be, or two.",
            todo="Correct the counts, or give a rate alone.",
            file=file,
            line=row["line"],
            field="numerator",
        )


def _apart(numerator: float, denominator: float, rate: float) -> bool:
    """Whether a stated rate differs from the counts by more than rounding to whole percents does."""
    return denominator > 0 and abs(numerator / denominator - rate) > ROUNDED


def numbers(rows: Sequence[Mapping[str, Any]], name: str, where_absent: float = NAN) -> list[float]:
    """A column as floats."""
    return [where_absent if row[name] is None else float(row[name]) for row in rows]


def required(
    rows: Sequence[Row], name: str, needed: Callable[[Row], bool], file: str, why: str, todo: str
) -> None:
    """Raises CONTRACT-FIGURE for the first row that needs a column and has none."""
    for row in rows:
        if row[name] is None and needed(row):
            raise CorridorError(
                "CONTRACT-FIGURE",
                f"The row has no {name}.",
                why=why,
                todo=todo,
                file=file,
                line=row.get("line"),
                field=name,
            )

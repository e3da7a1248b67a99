"""The calculator door of MSSP: CMS's public results file, or a row an ACO by the names of the quantities."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from corridor.errors import CorridorError
from corridor.programs.mssp.bounds import bounded, refuse_share
from corridor.programs.mssp.compute import TEXTS
from corridor.programs.mssp.inputs import (
    Array,
    MsspInputs,
    identifiers,
    numbers,
    require_track,
    texts,
    tracks,
)
from corridor.programs.mssp.measured import GIVEN, Quality, measure_names, read_quality
from corridor.programs.mssp.model import FROM_BASE_YEARS
from corridor.programs.mssp.public_file import is_public_file, read_public_file
from corridor.programs.table import DoorTable, read_door_table

if TYPE_CHECKING:
    from corridor.law import Rules, RulesInForce

IDENTITY = (
    "aco_id",
    "aco_name",
    "performance_year",
    "minimum_savings_election",
    "one_sided_years",
    "experienced",
)
FROM_MEASURES = ("quality_score", "quality_standard_met", "alternative_standard_met")
VECTORS = [name for name, one in FROM_BASE_YEARS.formulas.items() if one.vector]  # four values a row


def read_file(
    path: Path, rules: Rules, year: int | None, default: int | None, home: Path | None = None
) -> MsspInputs:
    """The ACOs of a file, for the year asked for, that the file states, or ``default``.

    home  the warehouse whose installed benchmarks give measures their points
    Raises DOOR-* and TABULAR-* for the file, MSSP-YEAR, MSSP-ACO, MSSP-TRACK, MSSP-NUMBER, MSSP-SHARE,
    MSSP-WORD, MSSP-ELECTION, MSSP-BENCHMARK.
    """
    table = read_door_table(path, ("aco_id", "track", "current_track"))
    public = is_public_file(table)
    chosen = chosen_year(table, path, year, default, public)
    if public:
        return read_public_file(table, rules.in_force(chosen), chosen)
    return _read_own(table, rules.in_force(chosen), read_quality(table, rules, chosen, home))


def chosen_year(table: DoorTable, path: Path, year: int | None, default: int | None, public: bool) -> int:
    """--year, else the column performance_year, else the name of CMS's file, else ``default``."""
    stated = sorted({int(value) for value in _stated(table)})
    asked = stated if year is None else sorted({*stated, year})
    if len(asked) > 1:
        raise CorridorError(
            "MSSP-YEAR",
            f"More than one performance year is meant: {', '.join(map(str, asked))}.",
            why="Rates, limits and sequestration hang on the year.",
            todo="Settle one year at a time; let --year and the column performance_year agree.",
            file=table.file,
            field="performance_year",
        )
    if asked:
        return asked[0]
    named = re.findall(r"(?<!\d)20\d\d(?!\d)", path.name)
    if public and len(named) == 1:
        return int(named[0])
    if default is not None and not public:
        return default
    raise CorridorError(
        "MSSP-YEAR",
        "The performance year is not known.",
        why="Neither --year nor the file says it.",
        todo="Name it: --year 2024.",
        file=table.file,
        field="performance_year",
    )


def _stated(table: DoorTable) -> list[float]:
    if "performance_year" not in table.cells:
        return []
    return [value for value in numbers(table, "performance_year").tolist() if value == value]


def _read_own(table: DoorTable, force: RulesInForce, quality: Quality | None) -> MsspInputs:
    known = {*IDENTITY, *FROM_BASE_YEARS.inputs(), *FROM_BASE_YEARS.formulas} - {*VECTORS}
    aco_ids = identifiers(table)
    require_track(table)
    columns: dict[str, Array] = {}
    strange = []
    measured = [*measure_names(table), *GIVEN]
    for name in table.cells:
        if name in ("aco_id", "aco_name", "performance_year", *measured):
            continue
        if name not in known:
            strange.append(name)
        elif name == "track":
            columns[name] = tracks(table, name, force)
        elif name in TEXTS:
            columns[name] = _words(table, name)
        elif name == "minimum_savings_election":
            columns[name] = _elections(table, force)
        else:
            columns[name] = bounded(table, name, force)
    warnings = [*table.warnings, *(quality.warnings if quality else [])]
    if quality is not None:
        for name in FROM_MEASURES:
            own = columns.get(name, np.full(len(aco_ids), np.nan))
            columns[name] = np.where(np.isnan(own) & quality.has, quality.evaluation[name], own)
    if strange:
        warnings.append(f"{table.file}: not known and ignored: {', '.join(strange)}")
    return MsspInputs(
        aco_ids,
        list(table.cells.get("aco_name", [""] * len(aco_ids))),
        columns,
        {},
        {name: name for name in columns if name in table.cells},
        table.lines,
        table.file,
        False,
        force.performance_year,
        warnings,
        quality,
    )


WORDS = {"revenue_category": ("low", "high"), "disaster_kind": ("disaster", "cyberattack")}


def _words(table: DoorTable, column: str) -> Array:
    found = texts(table, column)
    for row, text in enumerate(found):
        if text is not None and text not in WORDS[column]:
            raise CorridorError(
                "MSSP-WORD",
                f"{text!r} is not a value of {column}.",
                todo=f"Use {' or '.join(WORDS[column])}.",
                file=table.file,
                line=table.lines[row],
                field=column,
            )
    return found


def _elections(table: DoorTable, force: RulesInForce) -> Array:
    """``variable``, or a fraction that may be elected. Raises MSSP-ELECTION."""
    name = "minimum_savings_election"
    laid = [text.strip().lower() for text in table.cells[name]]
    blanked = DoorTable(
        table.file, table.columns, {name: ["" if t == "variable" else t for t in laid]}, table.lines
    )
    rates = numbers(blanked, name)
    refuse_share(table, name, rates)
    allowed = [float(row["rate"]) for row in force.rows("mssp.minimum_savings_election")]
    for row, rate in enumerate(rates.tolist()):
        if rate == rate and rate not in allowed:
            raise CorridorError(
                "MSSP-ELECTION",
                f"A minimum savings rate of {rate:.2%} cannot be elected.",
                why="Two-sided ACOs choose between fixed rates and the variable one.",
                todo=f"Use variable, {', '.join(map(str, allowed))}; or give minimum_savings_rate.",
                file=table.file,
                line=table.lines[row],
                field=name,
            )
    return np.array(
        ["variable" if t == "variable" else None if r != r else r for t, r in zip(laid, rates, strict=True)],
        dtype=object,
    )

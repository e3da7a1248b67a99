"""Measures of an ACO from a file to quality score and standards: points by MIPS, the rest by QUALITY."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from corridor.errors import CorridorError
from corridor.formulas import Children, Evaluation
from corridor.programs.mips.book import MEDICARE_SUFFIX, installed_book
from corridor.programs.mips.columns import RESULT_PARTS, measure_column
from corridor.programs.mips.compute import score
from corridor.programs.mips.inputs import Array, Book, base_measure
from corridor.programs.mssp.bounds import bounded, flags, refuse_beyond
from corridor.programs.mssp.inputs import numbers
from corridor.programs.mssp.quality import QUALITY, QUALITY_MEASURES
from corridor.programs.table import DoorTable

if TYPE_CHECKING:
    from corridor.law import Rules, RulesInForce

PATHWAY = "app_plus"
SURVEY = "cahps"
ELECTRONIC = ("ecqm", "mipscqm")  # over the patients of all payers
GIVEN = ("stated_standard_score", "health_equity_points", "disaster_quality", "first_performance_year")
LISTED = ("measure_id", "collection_type", "rate", "eligible_cases", "data_completeness", "result", "points")


@dataclass(frozen=True)
class Quality:
    """Quality of the ACOs of a file; ``has`` marks those with a measure."""

    evaluation: Evaluation
    measures: list[list[dict[str, Any]]]
    has: Array
    assumptions: list[dict[str, Any]]
    warnings: list[str]


def measure_names(table: DoorTable) -> list[str]:
    """The columns of the file that are about a measure, such as q236_ecqm_rate."""
    found = ((name, measure_column(name)) for name in table.cells)
    return [name for name, one in found if one is not None and one.category == "quality"]


def read_quality(table: DoorTable, rules: Rules, year: int, home: Path | None) -> Quality | None:
    """Quality from the measures of a file; None where it has none.

    Raises MSSP-BENCHMARK for a rate without a benchmark, MSSP-NUMBER, and what scoring raises.
    """
    names = measure_names(table)
    if not names:
        return None
    force = rules.in_force(year)
    clinical = _clinical(force, table, names)
    book, _ = installed_book(home, force)
    submissions = _submissions(table, names, book, force)
    size = len(table.lines)
    acos = np.array(table.cells["aco_id"], dtype=object)
    scored = score(
        submissions,
        book,
        {
            "tin": acos, "npi": acos,
            "participation": np.full(size, "apm_entity", dtype=object),
            "pathway": np.full(size, PATHWAY, dtype=object),
        },
        rules,
        year,
    )  # fmt: skip
    records: list[list[dict[str, Any]]] = [[] for _ in range(size)]
    for record in scored.measure_rows():
        if record["category"] == "quality":
            records[int(record["row"])].append({name: record[name] for name in LISTED})
    has = np.bincount(submissions["clinician"], minlength=size) > 0
    percent = np.where(has, scored.scored.evaluation["quality_percent"], np.nan)
    flat = [(row, one) for row, found in enumerate(records) for one in _by_measure(found)]
    measures = QUALITY_MEASURES.evaluate(_measure_columns(flat, clinical), force)
    given = {name: _given(table, name, size, force) for name in GIVEN}
    evaluation = QUALITY.evaluate(
        {
            **given,
            "mips_quality_score": percent / 100,
            "lacks_benchmark": _flags(records, lambda one: one["result"] == "no_benchmark"),
            "clinical_measures": np.full(size, float(len(clinical))),
            "survey_made": _flags(records, lambda one: one["collection_type"] == SURVEY and _is_there(one)),
            "performance_year": np.full(size, float(year)),
        },
        force,
        children={"measure": Children(measures, np.array([row for row, _ in flat], dtype=np.int64))},
        labels=list(table.cells["aco_id"]),
    )
    assumptions = [*scored.assumptions(), *evaluation.assumptions()]
    told = [text for text in scored.warnings if not text.startswith("interoperability")]
    return Quality(evaluation, records, has, assumptions, told)


def _clinical(force: RulesInForce, table: DoorTable, names: list[str]) -> set[str]:
    """The measures an ACO reports itself. Raises MSSP-MEASURES for a year without a set of them."""
    sets = force.rows("mips.app_measure") if "mips.app_measure" in force else []
    found = {
        str(row["measure_id"]) for row in sets if row["pathway"] == PATHWAY and row["kind"] == "clinical"
    }
    if not found:
        raise CorridorError(
            "MSSP-MEASURES",
            f"Corridor knows no APP Plus set of measures for {force.performance_year}.",
            why="APP Plus begins in 2025; without the set it is not known whether everything was reported.",
            todo="Leave the measures away: give quality_score and quality_standard_met.",
            file=table.file,
            field=names[0],
        )
    return found


def _by_measure(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One entry a measure, however many ways it was collected: the most points of them, and reported over all
    payers where one way was. A measure counts once."""
    own: dict[str, list[dict[str, Any]]] = {}
    for one in found:
        own.setdefault(base_measure(str(one["measure_id"])), []).append(one)
    merged = []
    for ways in own.values():
        best = max(ways, key=lambda one: -1.0 if one["points"] is None else float(one["points"]))
        over_all = [one for one in ways if one["collection_type"] in ELECTRONIC and _is_complete(one)]
        chosen = (over_all or [one for one in ways if _is_complete(one)] or [best])[0]
        merged.append({**chosen, "points": best["points"]})
    return merged


def _measure_columns(flat: list[tuple[int, dict[str, Any]]], clinical: set[str]) -> dict[str, Any]:
    own = [base_measure(str(one["measure_id"])) for _, one in flat]
    points = [np.nan if one["points"] is None else float(one["points"]) for _, one in flat]
    return {
        "measure_id": np.array(own, dtype=object),
        "collection_type": np.array([str(one["collection_type"] or "") for _, one in flat], dtype=object),
        "points": np.array(points, dtype=np.float64),
        "clinical": np.array([float(measure in clinical) for measure in own]),
        "reported": np.array([float(_is_there(one)) for _, one in flat]),
        "complete": np.array([float(_is_complete(one)) for _, one in flat]),
    }


def _is_complete(one: dict[str, Any]) -> bool:
    """Whether there is a result of enough of the eligible cases."""
    return _is_there(one) and one["result"] != "incomplete"


def _is_there(one: dict[str, Any]) -> bool:
    """Whether there is a result, or points, of the measure."""
    return one["rate"] is not None or one["points"] not in (None, 0.0)


def _flags(records: list[list[dict[str, Any]]], test: Any) -> Array:
    return np.array([float(any(test(one) for one in found)) for found in records], dtype=np.float64)


def _given(table: DoorTable, name: str, size: int, force: RulesInForce) -> Array:
    """A quantity of the file; absent is 0, but for the score of the standard, which is then CMS's."""
    if name not in table.cells:
        return np.full(size, np.nan if name == GIVEN[0] else 0.0)
    found = bounded(table, name, force)
    return found if name == GIVEN[0] else np.nan_to_num(found)


def _cells(table: DoorTable, name: str, part: str, force: RulesInForce) -> Array:
    """A column of a measure: percent parts in hundredths with or without the sign, points within the most."""
    quantity, kind, _ = RESULT_PARTS[part]
    if kind == "flag":
        return flags(table, name)
    values = numbers(table, name)
    if kind in ("result", "percent"):
        signed = np.array(["%" in text for text in table.cells[name]])
        values = np.where(signed, values * 100, values)
    if quantity == "own_points":
        refuse_beyond(table, name, values, (0.0, force.number("mips.maximum_measure_points")))
    return values


def _submissions(table: DoorTable, names: list[str], book: Book, force: RulesInForce) -> dict[str, Any]:
    """One entry a measure and ACO that has a result."""
    by_measure: dict[tuple[str, str], dict[str, Array]] = {}
    for name in names:
        column = measure_column(name)
        assert column is not None
        if column.part not in RESULT_PARTS:
            continue
        measure = column.measure_id
        if column.collection_type == "medicare_cqm" and not measure.endswith(MEDICARE_SUFFIX):
            measure += MEDICARE_SUFFIX
        quantity = RESULT_PARTS[column.part][0]
        cells = _cells(table, name, column.part, force)
        by_measure.setdefault((measure, column.collection_type), {})[quantity] = cells
    laid: dict[str, list[Any]] = {"clinician": [], "measure_id": [], "collection_type": [], "category": []}
    quantities = sorted({quantity for parts in by_measure.values() for quantity in parts})
    laid |= {quantity: [] for quantity in quantities}
    for (measure, collection_type), parts in by_measure.items():
        absent = np.full(len(table.lines), np.nan)
        rate, points = parts.get("rate", absent), parts.get("own_points", absent)
        for row in np.flatnonzero(~np.isnan(rate) | ~np.isnan(points)).tolist():
            facts = book.get((measure, collection_type))
            if np.isnan(points[row]) and facts is None and "p1" not in parts:
                raise CorridorError(
                    "MSSP-BENCHMARK",
                    f"There is no benchmark for measure {measure} ({collection_type}) in "
                    f"{force.performance_year}.",
                    why="A rate earns points by the cut points of its benchmark.",
                    todo="Install CMS's files (corridor reference add), or give the points themselves: "
                    f"q{base_measure(measure).lower()}_{collection_type}_points.",
                    file=table.file,
                    line=table.lines[row],
                    field=f"q{base_measure(measure).lower()}_{collection_type}_rate",
                )
            laid["clinician"].append(row)
            laid["measure_id"].append(measure)
            laid["collection_type"].append(collection_type)
            laid["category"].append("quality")
            for quantity in quantities:
                laid[quantity].append(float(parts.get(quantity, absent)[row]))
    found: dict[str, Any] = {name: np.array(values) for name, values in laid.items()}
    for name in ("measure_id", "collection_type", "category"):
        found[name] = np.array(laid[name], dtype=object)
    found["clinician"] = np.array(laid["clinician"], dtype=np.int64)
    return found

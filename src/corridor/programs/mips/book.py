"""Facts of measures from the public data the user installed: the book that scoring looks measures up in."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from corridor.programs.mips.inputs import Facts

if TYPE_CHECKING:
    from corridor.law import RulesInForce
    from corridor.reference.qpp.model import Measure, Qpp

MEDICARE_SUFFIX = "SSP"


def measure_book(qpp: Qpp, force: RulesInForce) -> dict[tuple[str, str], Facts]:
    """Quality and cost measures of a year by measure and collection type."""
    types: dict[str, list[str]] = {}
    for row in force.rows("mips.collection_type"):
        types.setdefault(str(row["submission_method"]), []).append(str(row["collection_type"]))
    book: dict[tuple[str, str], Facts] = {}
    for measure in qpp.measures.values():
        if measure.category not in ("quality", "cost"):
            continue
        for method in measure.methods:
            for collection_type in types.get(method, ()):
                if _collected(measure, collection_type):
                    book[measure.measure_id, collection_type] = _facts(qpp, measure, method, collection_type)
    return book


def installed_book(
    home: Path | None, force: RulesInForce
) -> tuple[dict[tuple[str, str], Facts], dict[str, str]]:
    """The book of what is installed of the year, and the digests of its files; both empty without any."""
    qpp = installed(home, force)
    return (measure_book(qpp, force), dict(qpp.digests)) if qpp.measures else ({}, {})


def installed(home: Path | None, force: RulesInForce) -> Qpp:
    """The public data installed of the year in the warehouse at ``home``; empty without any."""
    from corridor.engine.warehouse import Warehouse
    from corridor.reference.qpp import load_qpp

    return load_qpp(Warehouse.open(home).home, force.performance_year)


def _collected(measure: Measure, collection_type: str) -> bool:
    """A method of CMS's stands for several collection types: the measure says which of them it is."""
    medicare = measure.measure_id.endswith(MEDICARE_SUFFIX)
    if collection_type == "medicare_cqm":
        return medicare
    if collection_type == "qcdr":
        return measure.is_qcdr
    return collection_type != "mipscqm" or not (medicare or measure.is_qcdr)


def _facts(qpp: Qpp, measure: Measure, method: str, collection_type: str) -> Facts:
    benchmark = qpp.benchmark(measure.measure_id, method)
    first = measure.first_performance_year
    return Facts(
        measure.measure_id,
        collection_type,
        measure.category,
        None if benchmark is None else benchmark.cuts,
        bool(measure.is_inverse if benchmark is None else benchmark.is_inverse),
        benchmark is not None and bool(benchmark.is_capped) and method not in measure.cap_removed,
        method in measure.suppressed,
        measure.is_outcome,
        bool(measure.is_high_priority),
        None if first is None else qpp.year - first + 1,
        None,
        benchmark.provisional_reason or "placeholder"
        if benchmark is not None and benchmark.is_provisional
        else None,
        measure.programs,
    )

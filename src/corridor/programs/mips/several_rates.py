"""One rate of a measure of several rates, for entities of a run (mips.md 4.7).

Clinicians and practices have theirs from quality.reported, which joins rates in the same way.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from statistics import fmean
from typing import Any

Row = dict[str, Any]
OVERALL, SPLIT, MEAN, WEIGHTED, NUMERATORS = (
    "overall", "split", "simpleAverage", "weightedAverage", "sumNumerators",
)  # fmt: skip


def one_rate_each(rows: Iterable[Row], algorithms: Mapping[str, str | None]) -> list[Row]:
    """Rows of quality.rollup with one row an entity, measure and collection type.

    algorithms  CMS's overallAlgorithm by measure; rates that CMS scores apart (split) have no one rate and
                are left out, as rates are that nothing says how to join
    """
    groups: dict[tuple[Any, ...], list[Row]] = {}
    for row in rows:
        groups.setdefault((row["entity_id"], row["measure_id"], row["collection_type"]), []).append(row)
    found = []
    for (_, measure, _), ones in groups.items():
        overall = [one for one in ones if one["stratum"] == OVERALL]
        alone = overall or (ones if len(ones) == 1 and ones[0]["stratum"] == "" else [])
        if alone:
            found.append(alone[0])
        elif algorithms.get(measure) in (MEAN, WEIGHTED, NUMERATORS):
            found.append(_joined(ones, str(algorithms[measure])))
    return found


def _joined(ones: Sequence[Row], algorithm: str) -> Row:
    met, measured = [_number(one, "numerator") for one in ones], [_measured(one) for one in ones]
    if algorithm == MEAN:
        rates = [float(one["rate"]) for one in ones if one["rate"] is not None]
        rate = fmean(rates) if rates else None
    else:
        of = max(measured) if algorithm == NUMERATORS else sum(measured)
        rate = 100 * sum(met) / of if of else None
    cases = [_number(one, "case_count") for one in ones]
    complete = [float(one["completeness"]) for one in ones if one["completeness"] is not None]
    return {
        **ones[0], "stratum": "", "rate": rate,
        "case_count": sum(cases) if algorithm == WEIGHTED else max(cases),
        "completeness": min(complete) if complete else None,
    }  # fmt: skip


def _measured(one: Row) -> float:
    """Cases the rate is of; in an electronic measure who is not captured is not met."""
    missed = _number(one, "not_captured") if one["collection_type"] == "ecqm" else 0.0
    return _number(one, "numerator") + _number(one, "not_met") + missed


def _number(one: Row, name: str) -> float:
    return float(one.get(name) or 0)

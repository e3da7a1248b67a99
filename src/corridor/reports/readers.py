"""Reading a run for the report: rows of its tables, put together by clinician; and the law they stand on."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from corridor.errors import CorridorError
from corridor.law import load_rules
from corridor.reports.tables import Key, Row, RunLike, columns_of, key_of, rows_of
from corridor.reports.words import SUPPRESSED, is_small, real

if TYPE_CHECKING:
    from corridor.law import RulesInForce

MIDPOINT = "_midpoint"
LAW = ("quality_weight", "cost_weight", "maximum_measure_points", "redistribution_share")
"""Rule values the words of the report need."""

_COUNTED = re.compile(r"\b(\d[\d,]*)(?= attributed episodes?\b| of [\d,]+ claims\b| claims\b| patients?\b)")


def mask_counts(words: Any) -> str | None:
    """A reason in words with every count of episodes, claims or patients under 11 taken out."""
    if words is None:
        return None
    return _COUNTED.sub(
        lambda found: SUPPRESSED if is_small(found[1].replace(",", "")) else found[1], str(words)
    )


def years_of(run: RunLike) -> list[Row]:
    """asm.year_used: which year of claims stands for each year the rule asks for, by cohort."""
    return rows_of(run, "asm.year_used", ("cohort",))


def measure_year(years: Sequence[Row], cohort: Any, otherwise: Any) -> Any:
    """The year whose episodes make the cost score of a cohort."""
    return next((row["measure_year"] for row in years if row.get("cohort") == cohort), otherwise)


def eligibility_of(run: RunLike, year: int) -> list[Row]:
    """asm.eligibility of the performance year, its words free of small counts."""
    rows = [
        row
        for row in rows_of(run, "asm.eligibility", ("cohort", "tin", "npi"))
        if not year or row.get("performance_year") in (None, year)
    ]
    for row in rows:
        for column in ("reason", "list_difference"):
            row[column] = mask_counts(row.get(column))
    return rows


def clinicians_of(run: RunLike, years: Sequence[Row], coverage: float | None = None) -> list[Row]:
    """asm.result, completed by inputs, cost and eligibility of the clinician; the first non-null wins.

    coverage: share of the panel below which a result is indicative, 0 to 1 (a setting); the run's own mark
    stands beside it.
    """
    order = ("cohort", "tin", "npi")
    cost = [
        row
        for row in rows_of(run, "measures.asm_cost", order)
        if row.get("performance_year") == measure_year(years, row.get("cohort"), row.get("performance_year"))
    ]
    others: list[dict[Key, Row]] = [
        {key_of(row): row for row in rows}
        for rows in (
            rows_of(run, "asm.clinician_input", order),
            cost,
            rows_of(run, "asm.eligibility", order),
            [_cost_range(row) for row in rows_of(run, "asm.interval", order)],
        )
    ]
    cohorts = {str(row.get("cohort")): row for row in rows_of(run, "asm.cohort", ("cohort",))}
    merged: list[Row] = []
    for result in rows_of(run, "asm.result", order):
        row = dict(result)
        for column in ("neutral_score", "cost_median"):
            if row.get(column) is None:
                row[column] = cohorts.get(str(row.get("cohort")), {}).get(column)
        for other in others:
            for column, value in other.get(key_of(result), {}).items():
                if row.get(column) is None:
                    row[column] = value
        row["tin"], row["npi"] = key_of(row)
        row["reason"] = mask_counts(result.get("reason"))
        covered = real(row.get("panel_coverage"))
        if coverage is not None and covered is not None and covered < coverage:
            row["indicative"], row["coverage_wanted"] = True, coverage
        merged.append(row)
    return merged


def _cost_range(row: Row) -> Row:
    """What asm.interval says, under names that do not clash with the range of the rule."""
    ends = ("final_score_low", "final_score_high", "dollars_low", "dollars_high")
    renamed = {end.replace("_low", "_cost_low").replace("_high", "_cost_high"): row.get(end) for end in ends}
    return {"cohort": row.get("cohort"), "tin": row.get("tin"), "npi": row.get("npi"), **renamed}


def measures_of(run: RunLike, clinicians: Sequence[Row]) -> list[Row]:
    """One row a clinician and measure; points and benchmark from asm.measure_score, else from the result's
    columns.
    """
    scored = rows_of(run, "asm.measure_score", ("tin", "npi", "measure_id", "collection_type"))
    rows = scored or rows_of(run, "asm.measure_input", ("tin", "npi", "measure_id", "collection_type"))
    if not rows:
        return measures_from_wide(clinicians)
    results = {key_of(row): row for row in clinicians}
    for row in rows:
        result = results.get(key_of(row), {})
        wide = f"q{row.get('measure_id')}"
        for column in ("points", "benchmark", "counted", "outcome"):
            if row.get(column) is None:
                row[column] = result.get(f"{wide}_{column}")
    return rows


def measures_from_wide(clinicians: Sequence[Row]) -> list[Row]:
    """Measures from columns q<measure>_rate, _cases, _completeness, _collection_type, _points."""
    rows: list[Row] = []
    for clinician in clinicians:
        names = sorted(
            {
                column[1:4]
                for column, value in clinician.items()
                if column[:1] == "q" and column[1:4].isdigit() and column[4:5] == "_" and value is not None
            }
        )
        for measure in names:
            rows.append(
                {
                    "tin": clinician["tin"],
                    "npi": clinician["npi"],
                    "measure_id": measure,
                    "rate": clinician.get(f"q{measure}_rate"),
                    "eligible_cases": clinician.get(f"q{measure}_cases"),
                    "data_completeness": clinician.get(f"q{measure}_completeness"),
                    "collection_type": clinician.get(f"q{measure}_collection_type"),
                    "points": clinician.get(f"q{measure}_points"),
                    "counted": clinician.get(f"q{measure}_counted"),
                    "benchmark": clinician.get(f"q{measure}_benchmark"),
                    "outcome": clinician.get(f"q{measure}_outcome"),
                }
            )
    return rows


def dollars_of(rows: Sequence[Row], clinicians: Sequence[Row]) -> list[Row]:
    """One row a clinician and payment year: the midpoint in force, and the range over every midpoint given.

    Rows may come once (with or without `dollars_low`, `dollars_high`) or once per `logistic_midpoint`; then
    the row with `in_force` true, else the first, is the figure. A row may also carry a column
    `dollars_<rule>_midpoint` each.
    """
    results = {key_of(row): row for row in clinicians}
    groups: dict[tuple[str, str, int], list[Row]] = {}
    for row in rows:
        groups.setdefault((*key_of(row), int(row["payment_year"])), []).append(row)
    merged = []
    for (tin, npi, year), members in sorted(groups.items()):
        main = next((row for row in members if row.get("in_force")), members[0])
        amounts = [
            amount
            for row in members
            for column in _dollar_columns(row)
            if (amount := real(row.get(column))) is not None
        ]
        merged.append(
            {
                **main,
                "tin": tin,
                "npi": npi,
                "payment_year": year,
                "dollars": real(main.get("dollars")),
                "low": min(amounts) if amounts else None,
                "high": max(amounts) if amounts else None,
                "midpoints": _midpoints(members) or _ordered(results.get((tin, npi), {}), main),
            }
        )
    return merged


def _dollar_columns(row: Mapping[str, Any]) -> list[str]:
    """The columns of dollars of a row: the figure, and one for each midpoint."""
    ends = (MIDPOINT, "dollars_low", "dollars_high")
    return ["dollars", *(name for name in sorted(row) if name.startswith("dollars_") and name.endswith(ends))]


def _amounts(row: Mapping[str, Any]) -> list[float]:
    return [amount for name in _dollar_columns(row) if (amount := real(row.get(name))) is not None]


def _midpoints(rows: Sequence[Row]) -> dict[str, float | None]:
    """Dollars by midpoint rule, from a row each or from a column each."""
    found: dict[str, float | None] = {}
    for row in rows:
        if row.get("logistic_midpoint") is not None:
            found[str(row["logistic_midpoint"])] = real(row.get("dollars"))
        for name in (name for name in _dollar_columns(row) if name.endswith(MIDPOINT)):
            found[name.removeprefix("dollars_").removesuffix(MIDPOINT)] = real(row.get(name))
    return found


def _ordered(result: Row, row: Row) -> dict[str, float | None]:
    """Low and high of a later year by midpoint: which is which does not change, as risk only scales both."""
    first = _midpoints([result])
    low, high = real(row.get("dollars_low")), real(row.get("dollars_high"))
    if len(first) != len(("low", "high")) or low is None or high is None:
        return {}
    lower, upper = sorted(first, key=lambda name: (first[name] or 0.0, name))
    return {lower: low, upper: high}


def first_dollars(clinicians: Sequence[Row], payment_year: Any) -> list[Row]:
    """Dollars of the one payment year a settlement holds."""
    rows = []
    for row in clinicians:
        year = row.get("payment_year") or payment_year
        amount = real(row.get("dollars"))
        if year is None or amount is None:
            continue
        rows.append(
            {
                "tin": row["tin"],
                "npi": row["npi"],
                "payment_year": int(year),
                "dollars": amount,
                "low": min(_amounts(row)),
                "high": max(_amounts(row)),
                "risk_level": row.get("risk_level"),
                "factor": row.get("payment_adjustment_factor"),
                "midpoints": _midpoints([row]),
            }
        )
    return rows


def national_of(
    run: RunLike, clinicians: Sequence[Row], force: RulesInForce | None
) -> dict[str, NDArray[np.float64]]:
    """Final scores of the national cohort by cohort: asm.national_cohort, else as the rules state it."""
    scores: dict[str, list[float]] = {}
    if "final_score" in columns_of(run, "asm.national_cohort"):
        for row in run.query(
            "select cohort, final_score from asm.national_cohort where final_score is not null "
            "order by cohort, final_score"
        ):
            scores.setdefault(str(row["cohort"]), []).append(float(row["final_score"]))
    elif force is not None and run.manifest.get("settings", {}).get("cohort") == "national" and clinicians:
        from corridor.programs.asm.national import national_cohort

        own = np.array([str(row.get("cohort")) for row in clinicians], dtype=object)
        rest = national_cohort(own, force)
        for cohort, score in zip(rest.cohort, rest.final_score, strict=True):
            scores.setdefault(str(cohort), []).append(float(score))
    return {cohort: np.asarray(sorted(values), dtype=np.float64) for cohort, values in sorted(scores.items())}


def spread_of(run: RunLike, years: Sequence[Row]) -> dict[str, float]:
    """Standard deviation of the cost ratio of one episode, by cohort, over the episodes that count."""
    columns = columns_of(run, "episodes.chronic_cost")
    if "cohort" not in columns:
        return {}
    kept = "not dropped and " if "dropped" in columns else ""
    rows = run.query(
        "select cohort, performance_year, stddev_samp(ratio) as spread from episodes.chronic_cost "
        f"where {kept}ratio is not null group by cohort, performance_year order by cohort, performance_year"
    )
    return {
        str(row["cohort"]): float(row["spread"])
        for row in rows
        if row["spread"]
        and row["performance_year"] == measure_year(years, row["cohort"], row["performance_year"])
    }


def force_of(manifest: Mapping[str, Any], year: int) -> RulesInForce | None:
    """The law the run stood on, from what its manifest says; None for a year the law does not know."""
    law = manifest.get("law")
    law = law if isinstance(law, Mapping) else {}
    overrides = law.get("overrides")
    try:
        return load_rules(["asm"], overrides=_of_asm(overrides)).in_force(performance_year=year)
    except CorridorError:
        return None


def _of_asm(overrides: Any) -> dict[str, Any]:
    given = overrides if isinstance(overrides, Mapping) else {}
    return {str(name): value for name, value in given.items() if str(name).startswith("asm.")}


def law_of(clinicians: Sequence[Row], force: RulesInForce | None) -> dict[str, float]:
    """Rule values the words need: from the result's columns, else the law."""
    first = clinicians[0] if clinicians else {}
    values = {name: value for name in LAW if (value := real(first.get(name))) is not None}
    if force is not None:
        for name in LAW:
            if f"asm.{name}" in force:
                values.setdefault(name, force.number(f"asm.{name}"))
    return values


def assumptions_of(run: RunLike, force: RulesInForce | None) -> list[Row]:
    """Parameters under the result that are not codified or official.

    From asm.assumption where the run made it, else what its manifest lists, else every such rule of the
    program.
    """
    rows = rows_of(run, "asm.assumption", ("rule",))
    if rows:
        return [{**row, "value": _decoded(row.get("value"))} for row in rows]
    held = run.manifest.get("assumptions")
    if isinstance(held, list):
        return [dict(row) for row in held]
    if force is None:
        return []
    found = []
    for row in force.assumptions():
        found.append({**row, "about": force[str(row["rule"])].about})
    return found


def _decoded(value: Any) -> Any:
    """A rule value that a table holds as JSON text."""
    try:
        return json.loads(value) if isinstance(value, str) else value
    except json.JSONDecodeError:
        return value

"""What an ACO is measured against: CMS's workbooks, its own terms, or loaded benchmark years."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np

from corridor.engine import StepContext, python_step
from corridor.programs.mssp.model import BENCHMARK
from corridor.programs.mssp.tables import TYPES, Row, laid, present, rows_of

Key = tuple[str, int]
TERMS = "select * from mssp.terms order by aco_id, performance_year"
BASE_YEARS = (3, 2, 1)  # years before the agreement began

BENCHMARK_TYPES = {
    "aco_id": "VARCHAR", "year": "INTEGER", "enrollment_type": "VARCHAR", "source": "VARCHAR",
    "stage": "VARCHAR", "submission_id": "VARCHAR", "period": "VARCHAR", "historical_benchmark": "DOUBLE",
    "update_factor": "DOUBLE", "updated_benchmark": "DOUBLE", "person_years": "DOUBLE",
    "share_source": "VARCHAR", "people": "INTEGER", "missing": "VARCHAR",
}  # fmt: skip
SPENT = (
    "select aco_id, year, enrollment_type, people, person_years, per_capita, risk_score, whole_year "
    "from mssp.expenditure where tin = '' order by aco_id, year, enrollment_type"
)
ESTIMATED = "select * from mssp.estimate order by aco_id, performance_year, period, enrollment_type"
NO_HISTORY = (
    "historical benchmark: load the benchmark report (corridor load aco-report BNMRK...), or state it in "
    "aco-terms (historical_benchmark_*), or the trends of three loaded benchmark years (trend_by1_*, "
    "trend_by2_*)"
)
NO_UPDATE = (
    "update factor: the nation's and the region's growth are in no claims of yours; load the quarterly "
    "report (QEXPU) with BNMRK and AEXPU, or state it in aco-terms (update_factor_*)"
)


@python_step(
    step="mssp.benchmark",
    makes="one row per ACO, year and enrolment type (and all): the historical benchmark, the update and the "
    "updated benchmark for a person-year, from CMS's workbooks where loaded, else from stated terms, else "
    "from loaded benchmark years; what is missing is said",
    key=("aco_id", "year", "enrollment_type"),
    reads=("mssp.estimate", "mssp.terms", "mssp.expenditure"), rules=("mssp.base_year_weight",),
    cites="42 CFR 425.652; MSSP notes section 5; docs/aco.md",
    evidence="mssp.estimate(aco_id, performance_year, enrollment_type)", owner=("aco_id",),
)  # fmt: skip
def mssp_benchmark(ctx: StepContext) -> tuple[dict[str, Any], dict[str, str]]:
    """All four types of every year of which an ACO has expenditure or a workbook, and all together."""
    spent: dict[Key, dict[str, Row]] = defaultdict(dict)
    for row in rows_of(ctx, SPENT):
        spent[(row["aco_id"], int(row["year"]))][str(row["enrollment_type"])] = row
    estimated: dict[Key, dict[str, Row]] = defaultdict(dict)
    for row in rows_of(ctx, ESTIMATED):  # the newest quarter comes last and stays
        estimated[(row["aco_id"], int(row["performance_year"]))][str(row["enrollment_type"])] = row
    terms = {(row["aco_id"], int(row["performance_year"])): row for row in rows_of(ctx, TERMS)}
    found: list[Row] = []
    for key in sorted({*spent, *estimated}):
        base = base_years(key[0], terms.get(key), spent, ctx.force.rules.in_force(key[1]))
        found += _benchmark(key, spent.get(key, {}), estimated.get(key, {}), terms.get(key), base)
    return laid(found, BENCHMARK_TYPES)


def base_years(aco: str, terms: Row | None, spent: dict[Key, dict[str, Row]], force: Any) -> dict[str, float]:
    """Historical benchmark by type from three whole benchmark years and stated trends; empty where one lacks.

    Before the regional, prior savings and population adjustments.
    """
    start, period = (
        present((terms or {}).get(name)) for name in ("agreement_start_year", "agreement_period")
    )
    if terms is None or start is None or period is None:
        return {}
    years = [spent.get((aco, int(start) - before), {}) for before in BASE_YEARS]
    if not all("all" in year and bool(year["all"]["whole_year"]) for year in years):
        return {}
    columns: dict[str, Any] = {"agreement_start_year": start, "agreement_period": period}
    for kind in TYPES:
        for number, year in enumerate(years, start=1):
            row = year.get(kind, {})
            columns[f"by{number}_per_capita_{kind}"] = _or_nan(row.get("per_capita"))
            columns[f"by{number}_risk_score_{kind}"] = _or_nan(row.get("risk_score"))
        # the stated trend is the blend already: all of it is put where the nation's stands
        columns[f"market_share_{kind}"] = 1.0
        for number in BASE_YEARS[1:]:
            stated = _or_nan(terms.get(f"trend_by{number}_{kind}"))
            columns[f"national_trend_by{number}_{kind}"] = stated
            columns[f"regional_trend_by{number}_{kind}"] = stated
    laid_out = {name: np.array([value]) for name, value in columns.items()}
    worked = BENCHMARK.evaluate(laid_out, force, wanted=["historical_by_type"])
    values = np.asarray(worked["historical_by_type"], dtype=np.float64).reshape(-1)
    return {kind: float(one) for kind, one in zip(TYPES, values, strict=True) if not np.isnan(one)}


def _or_nan(value: Any) -> float:
    found = present(value)
    return float("nan") if found is None else found


def _benchmark(
    key: Key, spent: dict[str, Row], estimated: dict[str, Row], terms: Row | None, base: dict[str, float]
) -> list[Row]:
    rows: list[Row] = []
    for kind in TYPES:
        printed = estimated.get(kind, {})
        stated = terms or {}
        history, update = present(printed.get("historical_benchmark")), present(printed.get("update_factor"))
        sources = ["workbook" if value is not None else "" for value in (history, update)]
        if history is None:
            history = present(stated.get(f"historical_benchmark_{kind}"))
            sources[0] = "terms" if history is not None else ""
        if history is None and kind in base:
            history, sources[0] = base[kind], "benchmark years"
        if update is None:
            update = present(stated.get(f"update_factor_{kind}"))
            sources[1] = "terms" if update is not None else ""
        years = present(spent[kind]["person_years"]) if kind in spent else (0.0 if spent else None)
        share_source = "claims" if spent else "workbook"
        if not spent:
            years = present(printed.get("type_person_years"))
        rows.append(
            {
                "aco_id": key[0],
                "year": key[1],
                "enrollment_type": kind,
                "source": " and ".join(sorted({one for one in sources if one})) or None,
                "stage": printed.get("benchmark_stage"),
                "submission_id": printed.get("benchmark_submission_id"),
                "period": printed.get("period"),
                "historical_benchmark": history,
                "update_factor": update,
                "updated_benchmark": None if history is None or update is None else history * update,
                "person_years": years,
                "share_source": share_source,
                "people": _people(spent, kind),
                "missing": "; ".join(
                    text for value, text in ((history, NO_HISTORY), (update, NO_UPDATE)) if value is None
                )
                or None,
            }
        )
    return [*rows, _all(key, rows, spent)]


def _people(spent: dict[str, Row], kind: str) -> int | None:
    """People behind our person-years; None where there are none of ours."""
    return int(spent[kind]["people"]) if kind in spent else None


def _all(key: Key, rows: list[Row], spent: dict[str, Row]) -> Row:
    """The types weighed by person-years; a type with nobody in it needs no benchmark."""
    needed = [row for row in rows if row["person_years"]]
    years = sum(float(row["person_years"]) for row in needed)
    whole: Row = {
        "aco_id": key[0], "year": key[1], "enrollment_type": "all", "person_years": years,
        "source": " and ".join(sorted({row["source"] for row in needed if row["source"]})) or None,
        "stage": rows[0]["stage"], "submission_id": rows[0]["submission_id"], "period": rows[0]["period"],
        "share_source": "claims" if spent else "workbook", "people": _people(spent, "all"),
        "missing": "; ".join(sorted({row["missing"] for row in needed if row["missing"]})) or None,
    }  # fmt: skip
    for name in ("historical_benchmark", "updated_benchmark"):
        values = [row[name] for row in needed]
        if needed and all(value is not None for value in values):
            whole[name] = sum(row[name] * float(row["person_years"]) for row in needed) / years
    history, updated = whole.get("historical_benchmark"), whole.get("updated_benchmark")
    whole["update_factor"] = updated / history if history and updated is not None else None
    return whole

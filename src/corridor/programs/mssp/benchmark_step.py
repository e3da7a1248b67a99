"""CMS's workbooks through CMS's own steps, and the benchmark an ACO is measured against."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import numpy as np

from corridor.engine import StepContext, python_step
from corridor.programs.mssp.tables import TYPES, Row, laid, present, rows_of
from corridor.programs.mssp.update_estimate import ESTIMATE

# letter of CMS's steps -> quantity of the formulas
LETTERS = {
    "A": "national_base", "B": "national_current", "D": "regional_base", "E": "regional_current",
    "G": "national_weight", "H": "regional_weight", "J": "prospective_trend", "L": "historical_benchmark",
    "N": "type_person_years",
}  # fmt: skip
WHERE = {
    "A": "AEXPU of benchmark year 3, Table 1", "B": "QEXPU Table 1", "D": "QEXPU Table 2",
    "E": "QEXPU Table 2", "G": "QEXPU Table 2", "H": "QEXPU Table 2",
    "J": "BNMRK Table 6, section F, and agreement_start_year in aco-terms",
    "L": "BNMRK Table 1, section L", "N": "QEXPU Table 1",
}  # fmt: skip
ESTIMATE_TYPES = {
    "aco_id": "VARCHAR", "performance_year": "INTEGER", "period": "VARCHAR", "enrollment_type": "VARCHAR",
    "benchmark_stage": "VARCHAR", "benchmark_submission_id": "VARCHAR", "submission_id": "VARCHAR",
    **dict.fromkeys(LETTERS.values(), "DOUBLE"), "total_person_years": "DOUBLE",
    "expenditure_per_capita": "DOUBLE", "assigned_beneficiaries": "DOUBLE", "national_growth": "DOUBLE",
    "regional_growth": "DOUBLE", "blended_growth": "DOUBLE", "update_factor": "DOUBLE",
    "updated_benchmark": "DOUBLE", "type_share": "DOUBLE", "updated_benchmark_per_capita": "DOUBLE",
    "projected_savings_rate": "DOUBLE", "calculable": "BOOLEAN", "missing": "VARCHAR",
}  # fmt: skip
LINES = (
    "select aco_id, performance_year, report, stage, submission_id, period, letter, detail, enrollment_type, "
    "value from mssp.report_line where newest "
    "order by aco_id, performance_year, period, letter, detail, enrollment_type"
)
TERMS = "select * from mssp.terms order by aco_id, performance_year"
Key = tuple[str, int]


@python_step(
    step="mssp.estimate",
    makes="one row per ACO, performance year, quarterly report and enrolment type: CMS's own steps of the "
    "updated benchmark, from its workbooks; what is missing is named and nothing is put in its place",
    key=("aco_id", "performance_year", "period", "enrollment_type"),
    reads=("mssp.report_line", "mssp.terms"), rules=tuple(ESTIMATE.rule_names()),
    cites="CMS's steps of the updated benchmark estimate; 42 CFR 425.652(b); MSSP notes 5.8",
    evidence="mssp.report_line(aco_id, performance_year)", owner=("aco_id",),
)  # fmt: skip
def mssp_estimate(ctx: StepContext) -> tuple[dict[str, Any], dict[str, str]]:
    """Empty where no workbook is loaded."""
    terms = {(row["aco_id"], int(row["performance_year"])): row for row in rows_of(ctx, TERMS)}
    return laid(estimates(rows_of(ctx, LINES), terms, ctx.force.rules), ESTIMATE_TYPES)


def estimates(lines: list[Row], terms: Mapping[Key, Row], rules: Any) -> list[Row]:
    """Rows of mssp.estimate."""
    by_year: dict[Key, list[Row]] = defaultdict(list)
    for line in lines:
        by_year[(line["aco_id"], int(line["performance_year"]))].append(line)
    found: list[Row] = []
    for key, own in sorted(by_year.items()):
        force = rules.in_force(key[1])
        if not all(name in force for name in ESTIMATE.rule_names()):
            continue
        for period in sorted({str(line["period"]) for line in own if line["report"] == "QEXPU"}) or [""]:
            found += _estimate(key, period, own, terms.get(key), force)
    return found


def _estimate(key: Key, period: str, lines: list[Row], terms: Row | None, force: Any) -> list[Row]:
    values: dict[tuple[str, str], float] = {}
    heads: dict[str, Row] = {}
    for line in lines:
        if line["report"] == "QEXPU" and line["period"] != period:
            continue
        if not _counts(line, lines, key, terms):
            continue
        heads.setdefault(str(line["report"]), line)
        values[(str(line["letter"]), str(line["enrollment_type"]))] = float(line["value"])
    total, spent = values.get(("N", "total")), values.get(("Q", "total"))
    columns: dict[str, Any] = {
        quantity: np.array([values.get((letter, kind), np.nan) for kind in TYPES])
        for letter, quantity in LETTERS.items()
    }
    columns["total_person_years"] = np.full(len(TYPES), np.nan if total is None else total)
    columns["expenditure_per_capita"] = np.full(len(TYPES), np.nan if spent is None else spent)
    missing = [
        f"[{letter}] {quantity.replace('_', ' ')} ({WHERE[letter]})"
        for letter, quantity in LETTERS.items()
        if np.isnan(columns[quantity]).any()
    ]
    if total is None:
        missing.append("[N] total person years (QEXPU Table 1)")
    with np.errstate(divide="ignore", invalid="ignore"):
        worked = ESTIMATE.evaluate(columns, force, groups={"aco": np.zeros(len(TYPES), dtype=int)})
    rows: list[Row] = []
    for at, kind in enumerate(TYPES):
        row: Row = {
            "aco_id": key[0], "performance_year": key[1], "period": period, "enrollment_type": kind,
            "benchmark_stage": _of(heads, "BNMRK", "stage"),
            "benchmark_submission_id": _of(heads, "BNMRK", "submission_id"),
            "submission_id": _of(heads, "QEXPU", "submission_id"),
            "assigned_beneficiaries": values.get(("S", "total")), "calculable": not missing,
            "missing": "; ".join(missing) or None,
        }  # fmt: skip
        for name in ESTIMATE_TYPES:
            if name in columns:
                row[name] = present(columns[name][at])
            elif name in ESTIMATE.formulas:
                row[name] = present(np.broadcast_to(worked[name], (len(TYPES),))[at])
        rows.append(row)
    return rows


def _of(heads: Mapping[str, Row], report: str, column: str) -> Any:
    return heads[report][column] if report in heads else None


def _counts(line: Row, lines: list[Row], key: Key, terms: Row | None) -> bool:
    """Of columns by quarter the newest with a number, of the trend the agreement's own year, of the annual
    reports that of the third benchmark year (the newest where the agreement's first year is not stated)."""
    letter, detail = str(line["letter"]), str(line["detail"])
    if letter in ("E", "G", "H"):
        last = max(
            str(one["detail"]) for one in lines if one["letter"] == letter and one["period"] == line["period"]
        )
        return detail == last
    if letter == "J":
        start = present(terms["agreement_start_year"]) if terms else None
        return start is not None and detail == f"PY{int(key[1] - start + 1)}"
    if line["report"] == "AEXPU":
        start = present(terms["agreement_start_year"]) if terms else None
        if start is not None:
            return detail == str(int(start) - 1)  # no other benchmark year stands in for the third
        return detail.isdigit() and detail == max(
            str(one["detail"]) for one in lines if one["letter"] == letter
        )
    return True

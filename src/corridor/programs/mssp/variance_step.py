"""The step that splits a year's difference to its benchmark, or to the year before, into drivers."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np

from corridor.engine import StepContext, python_step
from corridor.formulas.columns import Floats
from corridor.programs.mssp.projection import MONTHS
from corridor.programs.mssp.tables import Row, laid, present, rows_of
from corridor.programs.mssp.variance import DRIVERS, Case, Group, drivers, to_cents, total

VARIANCE_TYPES = {
    "aco_id": "VARCHAR", "year": "INTEGER", "driver": "VARCHAR", "against": "VARCHAR",
    "dollars": "DECIMAL(18,2)", "per_capita": "DOUBLE", "people": "INTEGER", "person_years": "DOUBLE",
    "expenditure": "DOUBLE", "held_against": "DOUBLE", "risk_known": "BOOLEAN",
}  # fmt: skip
UNITS = (
    "select aco_id, year, was_assigned, stays_assigned, enrollment_type, service_category, member_months, "
    "claims, expenditure from mssp.service_unit "
    "order by aco_id, year, was_assigned, stays_assigned, enrollment_type, service_category"
)
SPENT = (
    "select aco_id, year, people, per_capita from mssp.expenditure "
    "where tin = '' and enrollment_type = 'all' and whole_year order by aco_id, year"
)
BENCHMARKS = (
    "select aco_id, year, updated_benchmark from mssp.benchmark where enrollment_type = 'all' order by 1, 2"
)
# the same people's mean scores in two years in a row
RISK = (
    "select this.aco_id, this.year, this.enrollment_type, other.year as other_year, "
    "cx_exact_sum(this.risk_score * this.person_years) / nullif(cx_exact_sum(case when this.risk_score "
    "is not null then this.person_years end), 0) as risk_score "
    "from mssp.person_year as this "
    "join (select distinct aco_id, person_id, year from mssp.assigned) as other "
    "on other.aco_id = this.aco_id and other.person_id = this.person_id "
    "and (other.year = this.year + 1 or other.year = this.year - 1) "
    "group by this.aco_id, this.year, this.enrollment_type, other.year "
    "order by this.aco_id, this.year, this.enrollment_type, other.year"
)
Cells = dict[tuple[bool, bool, str, str], Row]


@python_step(
    step="mssp.variance",
    makes="one row per ACO, whole year with a whole year before it, and driver (and total): dollars by which "
    "the year is dearer than its updated benchmark, or than the year before where no benchmark is known; the "
    "drivers add up to the total to the cent",
    key=("aco_id", "year", "driver"),
    reads=("mssp.service_unit", "mssp.expenditure", "mssp.benchmark", "mssp.person_year", "mssp.assigned"),
    cites="Corridor (docs/aco.md, drivers of the variance)",
    evidence="mssp.service_unit(aco_id, year)", owner=("aco_id",),
)  # fmt: skip
def mssp_variance(ctx: StepContext) -> tuple[dict[str, Any], dict[str, str]]:
    """Empty where no two whole years in a row are loaded."""
    cells: dict[tuple[str, int], Cells] = defaultdict(dict)
    for row in rows_of(ctx, UNITS):
        place = (bool(row["was_assigned"]), bool(row["stays_assigned"]), row["enrollment_type"])
        cells[(row["aco_id"], int(row["year"]))][(*place, row["service_category"])] = row
    spent = {(row["aco_id"], int(row["year"])): row for row in rows_of(ctx, SPENT)}
    benchmarks = {
        (row["aco_id"], int(row["year"])): present(row["updated_benchmark"])
        for row in rows_of(ctx, BENCHMARKS)
    }
    risks = {
        (row["aco_id"], int(row["year"]), int(row["other_year"]), row["enrollment_type"]): present(
            row["risk_score"]
        )
        for row in rows_of(ctx, RISK)
    }
    found: list[Row] = []
    for aco, year in sorted(spent):
        if (aco, year - 1) not in spent or not cells[(aco, year)] or not cells[(aco, year - 1)]:
            continue
        before, now = cells[(aco, year - 1)], cells[(aco, year)]
        types = sorted({kind for _, _, kind, _ in (*before, *now)})
        categories = sorted({category for _, _, _, category in (*before, *now)} - {"total"})
        risk = [_risk(risks, aco, one, other, types) for one, other in ((year - 1, year), (year, year - 1))]
        known = all(one is not None for one in risk)
        whole_before, whole_now = (_group(one, types, categories) for one in (before, now))
        case = Case(
            _group(before, types, categories, stays=True, risk=risk[0] if known else None),
            _group(now, types, categories, was=True, risk=risk[1] if known else None),
            _group(before, types, categories, stays=False), _group(now, types, categories, was=False),
            float(spent[(aco, year - 1)]["per_capita"]) - whole_before.per_capita,
            float(spent[(aco, year)]["per_capita"]) - whole_now.per_capita,
            benchmarks.get((aco, year)),
        )  # fmt: skip
        found += _rows(aco, year, case, spent, whole_now.years, known)
    return laid(found, VARIANCE_TYPES)


def _rows(
    aco: str, year: int, case: Case, spent: dict[tuple[str, int], Row], years: float, known: bool
) -> list[Row]:
    held = float(spent[(aco, year - 1)]["per_capita"]) if case.benchmark is None else case.benchmark
    whole = total(case)
    cents = to_cents(drivers(case), whole)
    head: Row = {
        "aco_id": aco, "year": year, "against": "prior_year" if case.benchmark is None else "benchmark",
        "people": int(spent[(aco, year)]["people"]), "person_years": years,
        "expenditure": float(spent[(aco, year)]["per_capita"]) * years, "held_against": held * years,
        "risk_known": known,
    }  # fmt: skip
    rows = [
        {**head, "driver": name, "dollars": cents[name], "per_capita": float(cents[name]) / years}
        for name in DRIVERS
    ]
    together = sum(cents.values())
    return [*rows, {**head, "driver": "total", "dollars": together, "per_capita": float(together) / years}]


def _group(
    cells: Cells, types: list[str], categories: list[str], *, was: bool | None = None,
    stays: bool | None = None, risk: Floats | None = None,
) -> Group:  # fmt: skip
    years, claims = np.zeros(len(types)), np.zeros((len(types), len(categories)))
    dollars = np.zeros((len(types), len(categories)))
    for (was_assigned, stays_assigned, kind, category), row in cells.items():
        if (was is not None and was_assigned != was) or (stays is not None and stays_assigned != stays):
            continue
        at = types.index(kind)
        if category == "total":
            years[at] += float(row["member_months"]) / MONTHS
            continue
        claims[at, categories.index(category)] += float(row["claims"])
        dollars[at, categories.index(category)] += float(row["expenditure"])
    return Group(years, claims, dollars, risk)


def _risk(
    risks: dict[tuple[str, int, int, str], float | None], aco: str, year: int, other: int, types: list[str]
) -> Floats | None:
    """Mean scores by type of the people of both years; 1 for a type without people, None: none is known."""
    found = [risks.get((aco, year, other, kind)) for kind in types]
    if all(value is None for value in found):
        return None
    return np.array([1.0 if value is None else value for value in found])

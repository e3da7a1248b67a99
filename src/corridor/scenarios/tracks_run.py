"""A choice of track from a run: the ACO's own people, their cost and its correlation, its benchmark and size.

What the form of the choice leaves blank of these comes from the last complete run; what it states stays.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from corridor.errors import CorridorError
from corridor.scenarios.rerun import needed
from corridor.scenarios.tracks_case import TYPES, TrackCase, case_of, with_people

if TYPE_CHECKING:
    from corridor.engine.runs import Run
    from corridor.formulas.columns import Floats

PEOPLE, BENCHMARK = "mssp.person_year", "mssp.benchmark"
OWN = (
    "select enrollment_type, person_years, expenditure from mssp.person_year "
    "where aco_id = ? and year = ? and person_years > 0 order by enrollment_type, person_id"
)
# a person's cost in two years, both as whole years, whatever the type
PAIRS = """
with yearly as (
  select year, person_id, sum(expenditure * person_years) / sum(person_years) as dollars
  from mssp.person_year where aco_id = ? and person_years > 0 group by year, person_id
)
select earlier.dollars as first, later.dollars as second
from yearly as later join yearly as earlier on earlier.person_id = later.person_id
where later.year = ? and earlier.year = ? order by later.person_id"""
WHOLE = "select year from mssp.expenditure where aco_id = ? and tin = '' and whole_year group by year"


def case_of_run(
    row: Mapping[str, Any], years: int, run: Run, *, file: str | None = None, line: int | None = None
) -> TrackCase:
    """The case of a form's row with the people of the run resampled; the baseline is the measured year.

    Raises TRACK-RUN where the run has nobody of the ACO, RERUN-TABLE where it lacks the table, and what
    case_of raises for what neither gives.
    """
    needed(run, (PEOPLE,))
    aco = str(row.get("aco_id") or "")
    year = int(run.manifest["setting"]["data_year"])
    own = people_of(run, aco, year)
    if not own:
        raise CorridorError(
            "TRACK-RUN",
            f"The run has nobody assigned to {aco or 'an ACO without a name'} in {year}.",
            why="People are resampled from those of the ACO.",
            todo="Check aco_id, or load its participant list (corridor load participants) and run again.",
            file=file,
            line=line,
            field="aco_id",
        )
    filled = {
        **figures_of(run, aco, year, own),
        **{name: value for name, value in row.items() if value is not None},
    }
    return with_people(case_of(filled, years, file=file, line=line), own)


def people_of(run: Run, aco: str, year: int) -> dict[str, Floats]:
    """Person-years and dollars of each of the ACO's people in a year, by type: arrays (people, 2)."""
    found: dict[str, list[tuple[float, float]]] = {}
    for row in run.query(OWN, [aco, year]):
        if row["enrollment_type"] in TYPES:
            one = (float(row["person_years"]), float(row["expenditure"]))
            found.setdefault(str(row["enrollment_type"]), []).append(one)
    return {kind: np.array(rows) for kind, rows in found.items()}


def figures_of(run: Run, aco: str, year: int, own: Mapping[str, Floats]) -> dict[str, Any]:
    """What the run says of the columns of the form."""
    (count,) = run.query(
        "select count(distinct person_id) as n from mssp.person_year where aco_id = ? and year = ?",
        [aco, year],
    )
    found: dict[str, Any] = {
        "assigned_beneficiaries": int(count["n"]),
        "expenditure_correlation": correlation(run, aco, year),
    }
    for kind, people in own.items():
        found[f"people_{kind}"] = len(people)
        found[f"person_years_{kind}"] = float(people[:, 0].sum())
        found[f"mean_{kind}"] = float(np.average(people[:, 1], weights=people[:, 0]))
        found[f"standard_deviation_{kind}"] = float(people[:, 1].std())
    if run.has(BENCHMARK):
        for row in run.query(
            "select enrollment_type, updated_benchmark from mssp.benchmark where aco_id = ? and year = ?",
            [aco, year],
        ):
            if row["updated_benchmark"] is not None:
                found[f"benchmark_{row['enrollment_type']}"] = float(row["updated_benchmark"])
    found.pop("benchmark_all", None)
    return found


def correlation(run: Run, aco: str, year: int) -> float | None:
    """What the means of two successive years share: the correlation of the cost of the people in both, times
    their share of the people of the later year; None without two whole years."""
    if not run.has("mssp.expenditure"):
        return None
    whole = {int(row["year"]) for row in run.query(WHOLE, [aco])}
    first, second = (year - 1, year) if year - 1 in whole else (year, year + 1)
    if not {first, second} <= whole:
        return None
    rows = run.query(PAIRS, [aco, second, first])
    (later,) = run.query(
        "select count(distinct person_id) as n from mssp.person_year where aco_id = ? and year = ?",
        [aco, second],
    )
    return shared(
        np.array([float(row["first"]) for row in rows]), np.array([float(row["second"]) for row in rows]),
        int(later["n"]),
    )  # fmt: skip


def shared(first: Floats, second: Floats, people: int) -> float:
    """Correlation of the two columns times their share of ``people``; 0 where it is negative or unknown."""
    if len(first) < 2 or first.std() == 0 or second.std() == 0:
        return 0.0
    return max(float(np.corrcoef(first, second)[0, 1]), 0.0) * len(first) / people

"""The derivation of a MIPS figure of one clinician: the score that counts, worked out once more.

Only rows of the clinician, of the practice and of the entities that report for it are read; the step that
made the run and the formulas are the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from corridor.engine import StepContext
from corridor.engine.connection import connect, name, parquet, quote
from corridor.explain import assumptions_of
from corridor.law import programs_with_rules
from corridor.programs.mips.compute import settle
from corridor.programs.mips.inputs import Array, MipsInputs
from corridor.programs.mips.model import CLINICIANS
from corridor.programs.mips.run_inputs import TABLES, RunYear, run_years
from corridor.web.explaining import Derivation, clinician_name, no_quantity
from corridor.web.guard import Visit
from corridor.web.pages.clinician import unknown_clinician

if TYPE_CHECKING:
    import duckdb

    from corridor.engine.runs import Run
    from corridor.programs.mips.result import Result

MIPS_QUANTITIES = (
    "final_score", "payment_adjustment_factor", "dollars", "quality_percent", "cost_percent",
    "improvement_activities_percent", "promoting_interoperability_percent",
)  # fmt: skip
SAME = 0.005  # scores have two decimals
SEEN = """
select tin, performance_year, bool_or(counts) over (partition by tin, performance_year) as counted,
       counts, entity_id, participation, pathway, mvp_id, final_score
from mips.score where npi = ? and (? = '' or tin = ?) order by performance_year, tin
"""


def derive_mips(visit: Visit, npi: str, tin: str, quantity: str, year: int | None) -> list[Derivation]:
    """The derivations of a quantity, one a TIN. Raises WEB-NO-CLINICIAN and WEB-QUANTITY."""
    viewer = visit.run_viewer()
    seen = viewer.query(SEEN, [npi, tin, tin]) if viewer.has("mips.score") else []
    if not seen:
        raise unknown_clinician()
    if quantity not in CLINICIANS.formulas:
        raise no_quantity("MIPS", quantity, CLINICIANS.formulas, MIPS_QUANTITIES)
    years = sorted({int(row["performance_year"]) for row in seen})
    counted = [int(row["performance_year"]) for row in seen if row["counted"]]
    chosen = year if year in years else max(counted or years)
    mine = [row for row in seen if row["performance_year"] == chosen]
    words = clinician_name(viewer, npi)
    found = []
    for practice in sorted({str(row["tin"]) for row in mine}):
        entities = [str(row["entity_id"]) for row in mine if row["tin"] == practice and row["entity_id"]]
        result = visit.bench.made(
            viewer, ("mips result", npi, practice, chosen),
            partial(_result, visit, npi, practice, entities, chosen),
        )  # fmt: skip
        if result is None:
            continue
        row = int(np.argmax(np.where(result.counts, np.inf, np.nan_to_num(result.final_score))))
        node = result.explain(row, quantity)
        amount = float(result.settlement["dollars"][row])
        found.append(
            Derivation(
                practice, npi, str(result.inputs.clinicians["participation"][row]), words, quantity, node,
                assumptions_of([node]), chosen, result.payment_year,
                float(np.nan_to_num(result.settlement["payment_adjustment_factor"][row])),
                None if amount != amount else amount,
                _score(result, row, [one for one in mine if one["tin"] == practice]), tuple(years),
            )
        )  # fmt: skip
    if not found:
        raise unknown_clinician()
    return found


def _score(result: Result, row: int, stated: Sequence[Mapping[str, Any]]) -> str:
    """The score; and what the run says where it says something else, as one of an older Corridor may."""
    score = float(result.final_score[row])
    said = [one["final_score"] for one in stated if one["counts"]] or [one["final_score"] for one in stated]
    if score == score and any(one is not None and abs(float(one) - score) < SAME for one in said):
        return f"{score:.2f}"
    told = ", ".join(f"{one:.2f}" for one in said if one is not None) or "none"
    return f"{score:.2f} (the last run: {told}; run again, it was made from other inputs or rules)"


def _result(visit: Visit, npi: str, tin: str, entities: Sequence[str], year: int) -> Result | None:
    """Every score of the clinician under one TIN, settled: who shows it has asked the viewer first."""
    run = visit.bench.run()
    assert run is not None
    rules = visit.bench.law(tuple(programs_with_rules()))
    con = connect()
    try:
        for table in TABLES:
            _cut(con, run, table, npi, tin, entities, year)
        made = [one for one in run_years(StepContext(con, rules.in_force(year))) if one.year == year]
    finally:
        con.close()
    if not made or not made[0].members:
        return None
    return settle(_inputs(made[0], npi, tin), made[0].book, rules, year, whole_cohort=False)


def _inputs(one: RunYear, npi: str, tin: str) -> MipsInputs:
    """The scores of this clinician, in the order of the run: its payments, and whether each may adjust it."""
    order = np.array([member["unit"] for member in one.members], dtype=np.int64)
    size = len(order)
    columns = {key: np.asarray(values)[order] for key, values in one.inputs.clinicians.items()}
    columns |= {
        "tin": np.full(size, tin, dtype=object),
        "npi": np.full(size, npi, dtype=object),
        "part_b_paid": np.array(
            [np.nan if m["part_b_paid"] is None else float(m["part_b_paid"]) for m in one.members]
        ),
        "mips_eligible": np.array([0.0 if m["adjusts"] is False else 1.0 for m in one.members]),
    }
    place = {int(unit): at for at, unit in enumerate(order.tolist())}
    return replace(
        one.inputs,
        clinicians=columns,
        results=_moved(one.inputs.results, place),
        answers=_moved(one.inputs.answers, place),
    )


def _moved(rows: dict[str, Array], place: Mapping[int, int]) -> dict[str, Array]:
    """Rows of units under their new places, those of others left out."""
    at = np.array([place.get(int(unit), -1) for unit in rows["clinician"].tolist()], dtype=np.int64)
    kept = np.flatnonzero(at >= 0)
    kept = kept[np.argsort(at[kept], kind="stable")]
    return {key: at[kept] if key == "clinician" else np.asarray(values)[kept] for key, values in rows.items()}


def _cut(
    con: duckdb.DuckDBPyConnection,
    run: Run,
    table: str,
    npi: str,
    tin: str,
    entities: Sequence[str],
    year: int,
) -> None:
    """A table of the run on its own connection, cut to what reports for the clinician; else empty."""
    schema, short = table.split(".")
    con.execute(f"create schema if not exists {name(schema)}")
    files = run.files(table) or run.given.get(table, [])
    if not files:
        con.execute(f"create table {name(schema, short)} (performance_year integer)")
        return
    columns = {str(row[0]) for row in con.execute(f"describe select * from {parquet(files)}").fetchall()}
    listed = ", ".join(map(quote, entities)) or "null"
    tests = []
    if "tin" in columns:
        mine = f"tin = {quote(tin)}"
        if "npi" in columns:
            mine += f" and coalesce(npi, '') in ('', {quote(npi)})"
        if "entity_id" in columns:
            mine = f"({mine}) or entity_id in ({listed})"
        tests.append(mine)
    elif "apm_entity_id" in columns:
        tests.append(f"apm_entity_id in ({listed})")
    tests += [f"{column} = {int(year)}" for column in ("performance_year", "year") if column in columns]
    where = " and ".join(f"({test})" for test in tests) or "true"
    con.execute(f"create view {name(schema, short)} as select * from {parquet(files)} where {where}")

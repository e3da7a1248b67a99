"""Every status of a clinician and payment year side by side: ASM, MIPS, QP, conversion factor, adjustment.

They are not exclusive: an ASM participant may be a qualifying participant too. Each has its own column.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from corridor.engine import StepContext, python_step
from corridor.formulas.walk import to_plain
from corridor.law import RulesInForce
from corridor.programs.qp.compute import MIPS_WORDS, OTHER_FACTOR, QUALIFYING_FACTOR, published_factors
from corridor.programs.qp.inputs import Array
from corridor.programs.qp.model import CLINICIANS
from corridor.programs.qp.status import laid

Row = dict[str, Any]
TYPES = {
    "npi": "VARCHAR", "tin": "VARCHAR", "payment_year": "INTEGER", "performance_year": "INTEGER",
    "asm_participant": "BOOLEAN", "asm_reason": "VARCHAR", "mips_status": "VARCHAR", "mips_reason": "VARCHAR",
    "low_volume": "VARCHAR", "qp_status": "VARCHAR", "qp_reason": "VARCHAR", "conversion_factor": "DOUBLE",
    "conversion_factor_kind": "VARCHAR", "adjustment": "DOUBLE", "adjustment_lowest": "DOUBLE",
    "adjustment_reason": "VARCHAR", "part_b_paid": "DECIMAL(18,2)",
}  # fmt: skip
PAIRS = """
select npi, tin, payment_year, performance_year, status, reason, part_b_paid from qp.status
union all
select latest.npi, latest.tin, setting.payment_year, setting.performance_year, 'unknown',
  'no claims of the performance year are loaded', null
from (
  select npi, tin from qp.status where performance_year = (select max(performance_year) from qp.status)
  union
  select npi, tin from asm.eligibility
) as latest
cross join run.setting as setting
where not exists (
  select 1 from qp.status as known
  where known.npi = latest.npi and known.tin = latest.tin
    and known.performance_year = setting.performance_year
)
order by npi, tin, payment_year
"""
ASM_FIRST = "asm.performance_years"


@python_step(
    step="qp.clinician_year",
    makes="one row per clinician, practice and payment year: every status side by side, each with its reason",
    key=("npi", "tin", "payment_year"),
    reads=("qp.status", "qp.low_volume", "asm.eligibility", "asm.result", "run.setting"),
    rules=(
        "qp.mips_largest_cut", "qp.payment_lag_years", ASM_FIRST, QUALIFYING_FACTOR, OTHER_FACTOR,
    ),
    cites="42 CFR 414.1305, 414.1425, 414.1405(c); ASM specification 1.3; docs/qp.md",
    evidence="qp.status(npi, tin)", owner=("tin", "npi"),
)  # fmt: skip
def qp_clinician_year(ctx: StepContext) -> tuple[dict[str, Array], dict[str, str]]:
    """The years of loaded claims as performance years, and the year ASM is settled for."""
    rows = _rows(ctx, PAIRS)
    volume = {
        (row["npi"], row["tin"], int(row["performance_year"])): str(row["standing"])
        for row in _rows(ctx, "select npi, tin, performance_year, standing from qp.low_volume")
    }
    asm = {
        (row["npi"], row["tin"], int(row["performance_year"])): row
        for row in _rows(
            ctx,
            "select one.npi, one.tin, one.performance_year, one.eligible, one.reason, "
            "found.payment_adjustment_factor from asm.eligibility as one "
            "left join asm.result as found on found.npi = one.npi and found.tin = one.tin "
            "and found.performance_year = one.performance_year",
        )
    }
    setting = _rows(ctx, "select performance_year from run.setting")[0]
    settled = int(setting["performance_year"])
    first = min(int(row["performance_year"]) for row in ctx.force.rows(ASM_FIRST))
    found: list[Row] = []
    for year in sorted({int(row["performance_year"]) for row in rows}):
        force = ctx.force.rules.in_force(year)
        mine = [row for row in rows if int(row["performance_year"]) == year]
        for row in mine:
            key = (row["npi"], row["tin"], year)
            row |= _asm(asm.get(key), year, first, settled)
            row["low_volume"] = volume.get(key)
        found += _statuses(mine, force)
    return laid(found, TYPES)


def _asm(listed: Row | None, year: int, first: int, settled: int) -> Row:
    """Whether ASM applies, and with which adjustment; absent for a year it was not settled for."""
    if year < first:
        return {"asm_participant": False, "asm_reason": f"ASM begins with performance year {first}"}
    if year != settled:
        return {"asm_participant": None, "asm_reason": f"the run settles ASM for {settled} only"}
    if listed is None:
        return {"asm_participant": False, "asm_reason": "no candidate: neither specialty, episodes nor list"}
    factor = listed["payment_adjustment_factor"]
    return {
        "asm_participant": bool(listed["eligible"]),
        "asm_reason": str(listed["reason"]),
        "asm_factor": None if factor is None or math.isnan(factor) else float(factor),
    }


def _statuses(rows: list[Row], force: RulesInForce) -> list[Row]:
    payment_year = force.payment_year("qp")
    qualifying, other = published_factors(force, payment_year)
    asm = np.array([math.nan if r["asm_participant"] is None else float(r["asm_participant"]) for r in rows])
    evaluated = CLINICIANS.evaluate(
        {
            "status": np.array([row["status"] for row in rows], dtype=object),
            "asm_participant": asm,
            "low_volume": np.array([row["low_volume"] for row in rows], dtype=object),
        },
        force,
        wanted=["mips_status"],
    )
    known = "qp.mips_largest_cut" in force
    largest = force.number("qp.mips_largest_cut") if known else None
    made = []
    for row, value in zip(rows, evaluated["mips_status"].tolist(), strict=True):
        mips = str(to_plain(value))
        status = str(row["status"])
        factor = {"qp": qualifying, "unknown": math.nan}.get(status, other)
        same = qualifying == other
        made.append(
            {
                **row,
                "payment_year": payment_year,
                "qp_status": status,
                "qp_reason": row["reason"],
                "mips_status": mips,
                "mips_reason": MIPS_WORDS[mips],
                "conversion_factor": other if same else factor,
                "conversion_factor_kind": "single"
                if same
                else {"qp": "qualifying", "unknown": "unknown"}.get(status, "other"),
                **_adjustment(row, mips, largest),
            }
        )
    return made


def _adjustment(row: Row, mips: str, largest: float | None) -> Row:
    """The fraction added to Part B payments where it is known; else the lowest it can be."""
    if mips == "excluded_asm":
        factor = row.get("asm_factor")
        words = "ASM" if factor is not None else "ASM, without a result"
        return {"adjustment": factor, "adjustment_lowest": factor, "adjustment_reason": words}
    if mips in ("excluded_qp", "exempt"):
        return {"adjustment": 0.0, "adjustment_lowest": 0.0, "adjustment_reason": "none: outside MIPS"}
    lowest = None if largest is None else -largest
    if mips in ("may_opt_in", "exempt_or_opt_in"):
        return {"adjustment": 0.0, "adjustment_lowest": lowest, "adjustment_reason": "none unless opting in"}
    if mips == "may_elect":
        return {
            "adjustment": None,
            "adjustment_lowest": lowest,
            "adjustment_reason": "none unless MIPS is elected",
        }
    words = "MIPS: the score is not known here; no data would be the largest cut"
    if row["asm_participant"] is None:
        words += "; or ASM"
    return {"adjustment": None, "adjustment_lowest": lowest, "adjustment_reason": words}


def _rows(ctx: StepContext, query: str) -> list[Row]:
    columns = ctx.numpy(query)
    return [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]

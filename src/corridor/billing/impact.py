"""The impact of a schedule: the change of payment split by cause, summed at any level, to the cent.

The finest cell is a TIN, NPI, specialty, site, family, code and setting. Its parts are cut to whole cents so
that they sum to its change exactly (``in_cents``); every level is a sum of cells, so parts sum to the total
at every level, and the rows of a level sum to those of every other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt

from corridor.billing.impact_cells import KEY, Columns, begin, cells, gather, not_compared
from corridor.billing.impact_factors import FactorParts, conversion_factor_parts, efficiency_multiplier
from corridor.billing.impact_split import in_cents, product_parts
from corridor.law import RulesInForce

# part -> what it is; the order is that of every table
PARTS: dict[str, str] = {
    "statutory_update": "conversion factor: the yearly update of the statute",
    "budget_neutrality": "conversion factor: budget neutrality, and rounding of the published factors",
    "one_year_increase": "conversion factor: an increase of one year only, given or taken back",
    "conversion_factor_other": "conversion factor: what no rule explains; a scenario's own factor",
    "qp_status": "conversion factor: status of qualifying participant gained or lost",
    "work_efficiency": "work RVU: the efficiency adjustment",
    "work_revaluation": "work RVU: any other change",
    "practice_expense_non_facility": "practice expense RVU, outside facilities",
    "practice_expense_facility": "practice expense RVU, in facilities",
    "malpractice": "malpractice RVU",
    "gpci": "geographic indices",
    "policy": "modifiers and indicators: several procedures, caps, charges below the fee",
    "rounding": "rounding of each line to cents",
    "volume": "mix: more or fewer units of what is billed in both periods",
    "new_codes": "mix: what is billed in the later period only",
    "ended_codes": "mix: what is billed in the earlier period only",
}
CONVERSION_FACTOR = (
    "statutory_update",
    "budget_neutrality",
    "one_year_increase",
    "conversion_factor_other",
)
MIX = ("volume", "new_codes", "ended_codes")
LEVELS = {
    "total": None,
    "tin": "tin",
    "npi": "npi",
    "specialty": "specialty_code",
    "family": "family",
    "site": "site",
    "code": "hcpcs_code",
    "setting": "setting",
}
_COMPONENTS = ("work", "pe", "mp", "other")


@dataclass(frozen=True)
class Years:
    """The years whose factors the two schedules carry."""

    before: int
    after: int


def make_impact(con: duckdb.DuckDBPyConnection, force: RulesInForce, years: Years) -> list[dict[str, Any]]:
    """Make ``door.impact_cell`` of all lines at once; returns what could not be compared."""
    begin(con)
    gather(con)
    return gathered_impact(con, force, years)


def gathered_impact(
    con: duckdb.DuckDBPyConnection, force: RulesInForce, years: Years
) -> list[dict[str, Any]]:
    """Make ``door.impact_cell`` from what was gathered; returns what could not be compared.

    ``door.impact_cell``: the columns of ``KEY``, lines_from, lines_to, units_from, units_to, and whole cents:
    from_cents, to_cents, change_cents and one column for each of ``PARTS``.
    """
    fine = cells(con)
    count = int(fine["cell"].max()) + 1 if len(fine["cell"]) else 0
    parts = parts_of(fine, force, years)
    index = fine["cell"].astype(np.int64)
    summed = {
        name: np.bincount(index, weights=values, minlength=count).astype(float)
        for name, values in parts.items()
    }
    before, after = (_summed(index, fine[f"cents_{side}"], count) for side in ("from", "to"))
    change = after - before
    cents = in_cents(summed, change) if count else dict.fromkeys(PARTS, change)
    first = np.unique(index, return_index=True)[1] if count else index
    columns: Columns = {name: _text(fine[name][first]) for name in KEY}
    for side in ("from", "to"):
        for what in ("lines", "units"):
            weights = np.asarray(fine[f"{what}_{side}"], dtype=float)
            columns[f"{what}_{side}"] = np.bincount(index, weights=weights, minlength=count)
    columns |= {"from_cents": before, "to_cents": after, "change_cents": change, **cents}
    con.execute("create schema if not exists door")
    con.register("impact_columns", columns)
    texts = ", ".join(f"nullif({name}, '\x01') as {name}" for name in KEY)
    con.execute(
        f"create or replace table door.impact_cell as select * replace ({texts}) from impact_columns"
        if count
        else "create or replace table door.impact_cell ("
        + ", ".join([f"{name} varchar" for name in KEY])
        + ", lines_from double, units_from double, lines_to double, units_to double, "
        + ", ".join(f"{name} bigint" for name in ("from_cents", "to_cents", "change_cents", *PARTS))
        + ")"
    )
    con.unregister("impact_columns")
    return not_compared(con)


def parts_of(fine: Columns, force: RulesInForce, years: Years) -> dict[str, npt.NDArray[np.float64]]:
    """The parts of the change of each cell of equal lines, in dollars; they sum to its change."""
    number = {
        name: np.asarray(values, dtype=float)
        for name, values in fine.items()
        if name not in (*KEY, "side", "plain", "cell")
    }
    size = len(fine["cell"])
    parts = {name: np.zeros(size) for name in PARTS}
    new, ended = number["units_from"] == 0, number["units_to"] == 0
    both = ~(new | ended)
    change = (number["cents_to"] - number["cents_from"]) / 100
    parts["new_codes"] = np.where(new, change, 0.0)
    parts["ended_codes"] = np.where(ended & ~new, change, 0.0)
    plain = np.asarray(fine["plain"], dtype=bool)
    facility = np.asarray(fine["setting"] == "facility", dtype=bool)
    multipliers = _multipliers(number, force, years)
    efficiency = efficiency_multiplier(
        force, number["work_rvu_from"], number["work_rvu_to"], years.before, years.after
    )
    lawful = [number[f"{name}_{side}"] for name in ("conversion_factor",) for side in ("from", "to")]
    for component in _COMPONENTS:
        before, after, names = _factors(component, number, multipliers, efficiency, lawful)
        shares = product_parts(before, after)
        for name, share in zip(names, shares):
            share = np.where(both, share, 0.0)
            if name == "practice_expense":
                parts["practice_expense_facility"] += np.where(facility, share, 0.0)
                parts["practice_expense_non_facility"] += np.where(facility, 0.0, share)
            elif name == "policy":
                parts["rounding"] += np.where(plain, share, 0.0)
                parts["policy"] += np.where(plain, 0.0, share)
            else:
                parts[name] += share
    return parts


def _multipliers(
    number: Mapping[str, npt.NDArray[np.float64]], force: RulesInForce, years: Years
) -> dict[str, npt.NDArray[np.float64]]:
    """What moved the conversion factor, as multipliers a cell; few pairs of factors stand behind them."""
    names = ("qp_from", "conversion_factor_from", "qp_to", "conversion_factor_to")
    stacked = np.stack([number[name] for name in names], axis=1) if number else np.zeros((0, 4))
    pairs, place = np.unique(stacked, axis=0, return_inverse=True)
    found: list[FactorParts] = []
    for was_qp, old, is_qp, new in pairs:
        if old > 0 and new > 0:
            before, after = (years.before, bool(was_qp), float(old)), (years.after, bool(is_qp), float(new))
            found.append(conversion_factor_parts(force, before, after))
        else:
            found.append(FactorParts(1.0, 1.0, 1.0, 1.0, 1.0))
    place = np.asarray(place).reshape(-1)
    taken = {
        "statutory_update": [one.statutory_update for one in found],
        "budget_neutrality": [one.budget_neutrality for one in found],
        "one_year_increase": [one.one_year_increase for one in found],
        "qp_status": [one.qp_status for one in found],
        "conversion_factor_other": [one.other for one in found],
    }
    return {name: np.asarray(values, dtype=float)[place] for name, values in taken.items()}


def _factors(
    component: str,
    number: Mapping[str, npt.NDArray[np.float64]],
    multipliers: Mapping[str, npt.NDArray[np.float64]],
    efficiency: npt.NDArray[np.float64],
    conversion: Sequence[npt.NDArray[np.float64]],
) -> tuple[list[npt.NDArray[np.float64]], list[npt.NDArray[np.float64]], list[str]]:
    """The factors of one component before and after, and the part each belongs to.

    The last two are policy (what the amount is of the bare formula) and units; their product with the others
    is the amount, whatever was done to the line.
    """
    ones = np.ones_like(efficiency)
    before = [ones for _ in multipliers]
    after = list(multipliers.values())
    names = list(multipliers)
    # What the multipliers start from: the conversion factor before, the same on both sides.
    base = np.where((conversion[0] > 0) & (conversion[1] > 0), conversion[0], 1.0)
    reached = base * np.prod(after, axis=0)
    if component == "other":
        bare_before, bare_after = base, reached
    else:
        rvu = [number[f"{component}_rvu_{side}"] for side in ("from", "to")]
        gpci = [number[f"{component}_gpci_{side}"] for side in ("from", "to")]
        cut = efficiency if component == "work" else ones
        before += [ones, rvu[0], gpci[0]]
        after += [cut, rvu[1] / cut, gpci[1]]
        named = {"work": "work_revaluation", "pe": "practice_expense", "mp": "malpractice"}[component]
        names += ["work_efficiency", named, "gpci"]
        bare_before, bare_after = base * rvu[0] * gpci[0], reached * rvu[1] * gpci[1]
    # The base multiplies every product alike, so it rides with policy: no change of its own.
    policy = [
        _policy(number, component, side, bare) for side, bare in (("from", bare_before), ("to", bare_after))
    ]
    policy = [
        np.where(np.isnan(policy[0]), policy[1], policy[0]),
        np.where(np.isnan(policy[1]), policy[0], policy[1]),
    ]
    policy = [np.where(np.isnan(one), 1.0, one) * base for one in policy]
    before += [policy[0], number["units_from"]]
    after += [policy[1], number["units_to"]]
    return before, after, [*names, "policy", "volume"]


def _policy(
    number: Mapping[str, npt.NDArray[np.float64]], component: str, side: str, bare: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """The amount of a component of a unit, as a share of the bare formula; not a number where that is 0."""
    units = number[f"units_{side}"]
    full = bare * units
    share = np.divide(
        number[f"{component}_amount_{side}"], full, out=np.full_like(full, np.nan), where=full != 0
    )
    return share


def rows_of_level(con: duckdb.DuckDBPyConnection, level: str) -> list[dict[str, Any]]:
    """The rows of a level, the largest loss first; dollars as decimals, exact to the cent."""
    column = LEVELS[level]
    sums = ", ".join(
        f"cast(sum({name}) as bigint) as {name}"
        for name in ("from_cents", "to_cents", "change_cents", *PARTS)
    )
    named = f"coalesce({column}, '(none)')" if column else "'all'"
    found = con.execute(
        f"select {named} as id, sum(lines_from) as lines_from, sum(lines_to) as lines_to, "
        f"sum(units_from) as units_from, sum(units_to) as units_to, {sums} "
        "from door.impact_cell group by 1 order by change_cents, id"
    )
    names = [one[0] for one in found.description or []]
    return [_row(level, dict(zip(names, values))) for values in found.fetchall()]


def _row(level: str, sums: dict[str, Any]) -> dict[str, Any]:
    dollars = {
        name: Decimal(int(sums[name] or 0)).scaleb(-2)
        for name in ("from_cents", "to_cents", "change_cents", *PARTS)
    }
    before, change = dollars["from_cents"], dollars["change_cents"]
    grouped = {
        "conversion_factor": sum((dollars[name] for name in CONVERSION_FACTOR), Decimal(0)),
        "mix": sum((dollars[name] for name in MIX), Decimal(0)),
    }
    return {
        "level": level,
        "id": sums["id"],
        **{name: float(sums[name] or 0) for name in ("lines_from", "lines_to", "units_from", "units_to")},
        "from_amount": before,
        "to_amount": dollars["to_cents"],
        "change": change,
        "change_share": float(change / before) if before else None,
        **grouped,
        **{name: dollars[name] for name in PARTS},
    }


def _summed(index: npt.NDArray[np.int64], values: npt.NDArray[Any], count: int) -> npt.NDArray[np.int64]:
    """Whole numbers summed by cell, exactly."""
    total = np.zeros(count, dtype=np.int64)
    np.add.at(total, index, values.astype(np.int64))
    return total


def _text(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Text for the engine: what is missing gets a mark that no key holds."""
    return np.array(["\x01" if value is None else str(value) for value in values], dtype=object)


def people_of_level(con: duckdb.DuckDBPyConnection, level: str) -> dict[str, int]:
    """How many people stand behind each row of a level; none of volumes."""
    table = f"impact_people_{LEVELS[level] or 'total'}"
    named = "coalesce(id, '(none)')" if LEVELS[level] else "'all'"
    found = con.execute(f"select {named}, count(distinct person_id) from {table} group by 1").fetchall()
    return {str(name): int(count) for name, count in found}

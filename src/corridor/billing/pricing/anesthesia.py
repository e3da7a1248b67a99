"""Anesthesia: base and time units at the factor of the locality."""

from __future__ import annotations

from typing import Any

import duckdb
import numpy as np

from corridor.billing.pricing.cents import cents
from corridor.billing.pricing.codes import ANESTHESIA, REASON
from corridor.billing.pricing.shape import Array, Law, Lines
from corridor.formulas import Evaluation, Model, formula, round_half_up

CITE = "notes on the fee schedule A.8"


@formula(cite=CITE, unit="usd")
def anesthesia_locality_factor(
    published_factor: Any,
    anesthesia_conversion_factor: Any,
    work_gpci: Any,
    pe_gpci: Any,
    mp_gpci: Any,
    anesthesia_work_share: Any,
    anesthesia_pe_share: Any,
    anesthesia_mp_share: Any,
) -> Any:
    """Dollars of a unit in the locality: as published, else the national factor by shares of the indices."""
    index = anesthesia_work_share * work_gpci + anesthesia_pe_share * pe_gpci + anesthesia_mp_share * mp_gpci
    return np.where(np.isnan(published_factor), cents(anesthesia_conversion_factor * index), published_factor)


@formula(cite=CITE, unit="units")
def time_units(
    anesthesia_minutes: Any, anesthesia_time_unit_minutes: Any, anesthesia_time_decimals: Any
) -> Any:
    """Units of time."""
    return round_half_up(anesthesia_minutes / anesthesia_time_unit_minutes, anesthesia_time_decimals)


@formula(cite=CITE, unit="units")
def anesthesia_units(base_units: Any, time_units: Any, fixed_units: Any) -> Any:
    """Units paid: base and time, or the fixed units of supervision of many."""
    return np.where(np.isnan(fixed_units), base_units + time_units, fixed_units)


@formula(cite=CITE, unit="usd")
def anesthesia_amount(
    anesthesia_units: Any,
    anesthesia_locality_factor: Any,
    anesthesia_share: Any,
    participating: Any,
    nonparticipating_share: Any,
) -> Any:
    """What is paid for an anesthesia service."""
    taken = np.where(participating, 1, nonparticipating_share)
    return cents(anesthesia_units * anesthesia_locality_factor * anesthesia_share * taken)


FORMULAS = (anesthesia_locality_factor, time_units, anesthesia_units, anesthesia_amount)
MODEL = Model(
    "anesthesia",
    FORMULAS,
    {
        "anesthesia_time_unit_minutes": "pfs.anesthesia_time_unit_minutes",
        "anesthesia_time_decimals": "pfs.anesthesia_time_decimals",
        "nonparticipating_share": "pfs.nonparticipating_share",
    },
)


def load_base_units(con: duckdb.DuckDBPyConnection, year: int) -> None:
    """Leave the temporary table price_base_unit (hcpcs_code, base_units) of a year."""
    con.execute(
        "create or replace temp table price_base_unit as "
        "select hcpcs_code, max(cast(base_units as double)) as base_units "
        "from reference.anesthesia_base_unit where year = ? group by hcpcs_code",
        [year],
    )


NATIONAL = {False: "pfs.anesthesia_conversion_factor", True: "pfs.anesthesia_conversion_factor_qp"}


def national_factors(law: Law, lines: Lines, at: Array) -> Array:
    """The national factor of the day for each of some lines, NaN where the law has none."""
    found = {qp: law.day.number(name) if name in law.day else np.nan for qp, name in NATIONAL.items()}
    return np.where(lines.columns["qp"][at], found[True], found[False])


def price(con: duckdb.DuckDBPyConnection, law: Law, lines: Lines, figures: dict[str, Any]) -> None:
    """Write the amounts of the anesthesia lines into the figures, or the reason why there is none."""
    rate = lines.columns["rate_id"]
    figures["anesthesia_units"] = np.full(len(lines), np.nan)
    figures["anesthesia_factor"] = np.float64(np.nan)
    at = np.flatnonzero((law.rates.treatment[rate] == ANESTHESIA) & (lines.reason == 0))
    if not len(at):
        return
    units = base_units(con, law, lines, at)
    factor = national_factors(law, lines, at)
    fixed = lines.combined.anesthesia_units[lines.columns["combination_id"][at]]
    minutes = lines.columns["minutes"][at]
    for fails, reason in (
        (np.isnan(units) & np.isnan(fixed), "no_anesthesia_base_units"),
        ((minutes < 0) & np.isnan(fixed), "no_anesthesia_minutes"),
        (np.isnan(factor), "no_anesthesia_factor"),
    ):
        here = at[fails]
        lines.reason[here[lines.reason[here] == 0]] = REASON[reason]
    kept = lines.reason[at] == 0
    if not kept.any():
        return
    found = evaluate(law, lines, at[kept], units[kept], factor[kept])
    for name, values in (
        ("amount", found["anesthesia_amount"]),
        ("anesthesia_units", found["anesthesia_units"]),
        ("unit_amount", found["anesthesia_locality_factor"]),
        ("anesthesia_factor", factor[kept]),
    ):
        figures[name] = np.array(np.broadcast_to(figures[name], len(lines)))
        figures[name][at[kept]] = values


def base_units(con: duckdb.DuckDBPyConnection, law: Law, lines: Lines, at: Array) -> Array:
    """The base units of some lines; NaN where none are installed."""
    known = dict(con.execute("select hcpcs_code, base_units from price_base_unit").fetchall())
    codes = law.rates.code[lines.columns["rate_id"][at]]
    return np.array([known.get(code, np.nan) for code in codes], dtype=np.float64)


def published_factors(law: Law, lines: Lines, at: Array) -> Array:
    """The published factor of the locality of each of some lines, NaN where none is installed."""
    locality, places = lines.columns["locality_id"][at], law.places
    return np.where(lines.columns["qp"][at], places.anesthesia_qp[locality], places.anesthesia[locality])


def evaluate(law: Law, lines: Lines, at: Array, base_units: Array, factor: Array) -> Evaluation:
    """The anesthesia formulas over some lines."""
    columns = lines.columns
    locality, combination = columns["locality_id"][at], columns["combination_id"][at]
    shares = {str(row["component"]): float(row["share"]) for row in law.day.rows("pfs.anesthesia_share")}
    published = published_factors(law, lines, at)
    return MODEL.evaluate(
        {
            "published_factor": published,
            "anesthesia_conversion_factor": factor,
            "work_gpci": law.places.work[locality],
            "pe_gpci": law.places.pe[locality],
            "mp_gpci": law.places.mp[locality],
            "anesthesia_work_share": shares["work"],
            "anesthesia_pe_share": shares["pe"],
            "anesthesia_mp_share": shares["mp"],
            "anesthesia_minutes": columns["minutes"][at],
            "base_units": base_units,
            "fixed_units": lines.combined.anesthesia_units[combination],
            "anesthesia_share": lines.combined.anesthesia_share[combination],
            "participating": columns["participating"][at],
        },
        law.day,
    )

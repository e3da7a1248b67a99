"""A proposed year of the fee schedule: its factors on the newest installed files."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import duckdb

from corridor.law import Rules

FACTOR = "pfs.conversion_factor"


def proposed_years(rules: Rules) -> list[int]:
    """The years whose conversion factor, as these rules have it, is a proposed one."""
    days = [period.start for period in rules.periods(FACTOR) if period.entry.status == "proposed"]
    return sorted({day.year for day in days if isinstance(day, date)})


def lend_newest(con: duckdb.DuckDBPyConnection, rules: Rules, years: Iterable[int]) -> list[str]:
    """Lay the newest relative values and indices under the proposed years among ``years``. Returns notes.

    A year with a relative value file of its own keeps it. Published anesthesia factors are not lent: they
    hold the factors of their year.
    """
    notes = []
    for year in sorted(set(years) & set(proposed_years(rules))):
        newest = con.execute(
            "select year, max_by(release, valid_from) from reference.pfs_rvu where year = "
            "(select max(year) from reference.pfs_rvu where year <= ?) group by year",
            [year],
        ).fetchone()
        if newest is None or newest[0] == year:
            continue
        edition = f"{newest[0]}{newest[1]}"
        con.execute(
            "insert into reference.pfs_rvu select * replace (cast(? as integer) as year, "
            "cast(? as varchar) as release, cast(? as date) as valid_from) "
            "from reference.pfs_rvu where year = ? and release = ?",
            [year, f" proposed, on {edition}", date(year, 1, 1), *newest],
        )
        con.execute(
            "insert into reference.pfs_gpci select * replace (cast(? as integer) as year, "
            "concat('as of ', year, ', ', basis) as basis) from reference.pfs_gpci as index "
            "where year = (select max(year) from reference.pfs_gpci where year < ?) "
            "and not exists (select 1 from reference.pfs_gpci as own where own.year = ?)",
            [year, year, year],
        )
        con.execute(
            "insert into reference.anesthesia_base_unit select * replace (cast(? as integer) as year) "
            "from reference.anesthesia_base_unit "
            "where year = (select max(year) from reference.anesthesia_base_unit where year <= ?) "
            "and year < ?",
            [year, year, year],
        )
        notes.append(
            f"{year} is priced with the proposed conversion factors on the relative values of {edition} and "
            "the newest installed indices; what else is proposed is not applied."
        )
    return notes

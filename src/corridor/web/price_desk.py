"""The pricer behind the look-up: the installed fee schedule read once, a few codes priced at a time."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from corridor.engine.warehouse import Warehouse
from corridor.jobs.price import Prices, default_day, open_schedule, price_lines
from corridor.jobs.price_proposed import lend_newest, proposed_years
from corridor.law import Rules

TABLE, WHOLE = "reference.pfs_rvu", "desk.pfs_rvu"


class PriceDesk:
    """One connection for every visitor: they take turns, each for some tens of milliseconds.

    The relative values of the codes asked for are laid out alone: reading all of an edition is what takes
    long. One row of every edition stays, so that an unknown code is not taken for a missing schedule.
    """

    def __init__(self, home: Path, rules: Rules) -> None:
        """Raises PRICE-REFERENCE where no relative value file is installed."""
        self.rules = rules
        self._lock = threading.Lock()
        self._con = con = open_schedule(Warehouse.open(home), threads=1)
        self.notes = lend_newest(con, rules, proposed_years(rules))
        con.execute("create schema desk")
        con.execute(f"create table {WHOLE} as select * from {TABLE} order by hcpcs_code")
        con.execute(f"create index by_code on {WHOLE} (hcpcs_code)")
        con.execute(
            f"create table desk.first as select * from {WHOLE} "
            "qualify row_number() over "
            "(partition by year, release, variant order by hcpcs_code, modifier) = 1"
        )
        found = con.execute(
            f"select year, release, variant, max(valid_from), count(*) from {WHOLE} group by all order by all"
        )
        self.editions = [
            {"year": year, "release": release, "variant": variant, "from": first, "rows": rows}
            for year, release, variant, first, rows in found.fetchall()
        ]
        localities = con.execute(
            "select distinct mac, locality, any_value(locality_name) from reference.pfs_gpci "
            "group by mac, locality order by mac, locality"
        ).fetchall()
        self.localities = [(str(mac), str(locality), str(name or "")) for mac, locality, name in localities]

    @property
    def years(self) -> list[int]:
        """The years with a relative value file, the newest first."""
        return sorted({int(one["year"]) for one in self.editions}, reverse=True)

    def day(self, year: int | None) -> date:
        """A day on which the newest release of a year serves. Raises PRICE-YEAR."""
        days: list[date] = [one["from"] for one in self.editions if one["year"] == (year or self.years[0])]
        if days:
            return max(days)
        with self._lock:
            return default_day(self._con, year)  # it says what there is

    def price(self, lines: Sequence[dict[str, Any]], explain: bool = True) -> Prices:
        """Price lines, as ``jobs.price.price_lines`` does. Raises what it raises."""
        with self._lock:
            self._lay_out([str(line["hcpcs_code"]) for line in lines])
            return price_lines(self._con, self.rules, lines, explain=explain)

    def _lay_out(self, codes: Sequence[str]) -> None:
        """The rows of the codes, of the base of their endoscopic family, and one of every edition."""
        asked = list(dict.fromkeys(codes))
        marks = ", ".join("?" for _ in asked) or "null"
        bases = self._con.execute(
            f"select distinct endoscopic_base_code from {WHOLE} where hcpcs_code in ({marks}) "
            "and endoscopic_base_code is not null",
            asked,
        ).fetchall()
        asked += [str(base) for (base,) in bases if base not in asked]
        marks = ", ".join("?" for _ in asked) or "null"
        self._con.execute(
            f"create or replace table {TABLE} as select * from {WHOLE} where hcpcs_code in ({marks}) "
            f"union all select * from desk.first where not coalesce(hcpcs_code in ({marks}), false)",
            [*asked, *asked],
        )

"""What is still missing for a date, as far as the loaded data and the last complete run can tell.

Corridor sees files and results, not CMS's portal: what only the organization knows (whether it registered,
applied or elected) is ``unseen``, never counted as done. What cannot be there yet is ``later``.
"""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

from corridor.engine.connection import connect, parquet
from corridor.engine.warehouse import Warehouse

STATES = ("done", "partly", "missing", "later", "unseen")
YYYYMM = 100
# the lists of the organization that carry a performance year, and what one row of them must say to count
LISTS: dict[str, tuple[tuple[str, str], ...]] = {
    "quality": (
        ("org_raw.quality_result", "rate is not null"),
        ("qpp_raw.measure_result", "true"),
        ("qpp_raw.measure_patient", "true"),
    ),
    "activities": (("org_raw.category_attestation", "improvement_activities_attested is not null"),),
    "interoperability": (("org_raw.category_attestation", "promoting_interoperability_score is not null"),),
}


class Tables(Protocol):
    """A complete run, or what an account may see of one."""

    @property
    def manifest(self) -> dict[str, Any]: ...
    def has(self, table: str) -> bool: ...
    def query(self, sql: str, parameters: Sequence[Any] | None = None) -> list[dict[str, Any]]: ...


@dataclass(frozen=True)
class Need:
    """One thing a date asks for. ``state`` is one of STATES; ``todo`` the command or file that closes it."""

    what: str
    state: str
    detail: str = ""
    todo: str = ""

    def to_dict(self) -> dict[str, str]:
        """The need for machines."""
        return {"what": self.what, "state": self.state, "detail": self.detail, "todo": self.todo}


@dataclass(frozen=True)
class Evidence:
    """What is there, gathered once for a whole calendar.

    today       the day that is looked from
    through     the last day the loaded claims cover; None: no claims
    practices   list -> performance year -> practices (TINs) with a row that counts
    measures    performance year -> quality measures with a result
    tables      raw tables that have rows
    installed   public reference files, by name
    compared    performance years of which CMS's feedback was compared
    run         the last complete run; None: none
    """

    today: date = field(default_factory=date.today)
    through: date | None = None
    practices: dict[str, dict[int, int]] = field(default_factory=dict)
    measures: dict[int, int] = field(default_factory=dict)
    tables: frozenset[str] = frozenset()
    installed: frozenset[str] = frozenset()
    compared: frozenset[int] = frozenset()
    run: Tables | None = None

    @classmethod
    def gather(cls, warehouse: Warehouse, run: Tables | None, today: date) -> Evidence:
        """Read it off a warehouse and its last run. An empty warehouse gives empty evidence."""
        deliveries = warehouse.deliveries()
        files: dict[str, list[Path]] = {}
        months: set[int] = set()
        for one in deliveries:
            for table, about in one.tables.items():
                if about.get("rows"):
                    files.setdefault(table, []).extend(one.parts(table))
                if table.endswith("_claim"):
                    months |= {int(month) for month in about.get("months") or {}}
        practices, measures = _counts(tuple((table, tuple(parts)) for table, parts in sorted(files.items())))
        return cls(
            today=today,
            through=_through(months, run),
            practices=practices,
            measures=measures,
            tables=frozenset(files),
            installed=frozenset(
                path.parent.parent.name for path in (warehouse.home / "reference").glob("*/*/reference.json")
            ),
            compared=_years(warehouse.home / "agreement"),
            run=run,
        )

    def of_year(self, year: int) -> Tables | None:
        """The run, if it is one of this performance year."""
        if self.run is None or int(self.run.manifest["setting"]["performance_year"]) != year:
            return None
        return self.run


@lru_cache(maxsize=4)
def _counts(
    given: tuple[tuple[str, tuple[Path, ...]], ...],
) -> tuple[dict[str, dict[int, int]], dict[int, int]]:
    """Read once: what a delivery holds is never written again, and another delivery has another folder."""
    files = dict(given)
    practices: dict[str, dict[int, int]] = {}
    measures: dict[int, int] = {}
    con = connect(threads=1)
    for name, lists in LISTS.items():
        parts = [
            f"select performance_year, tin, {'measure_id' if name == 'quality' else 'null as measure_id'} "
            f"from {parquet(files[table])} where performance_year is not null and {counts}"
            for table, counts in lists
            if table in files
        ]
        if not parts:
            continue
        rows = con.execute(
            "select performance_year, count(distinct tin), count(distinct measure_id) "
            f"from ({' union all '.join(parts)}) group by performance_year"
        ).fetchall()
        practices[name] = {int(year): int(count) for year, count, _ in rows}
        if name == "quality":
            measures = {int(year): int(count) for year, _, count in rows}
    con.close()
    return practices, measures


def _through(months: set[int], run: Tables | None) -> date | None:
    """The last day of claims by the run; before the first run the last month any load names."""
    if run is not None and run.has("claims.period"):
        (row,) = run.query("select max(last_day) as last_day from claims.period")
        if row["last_day"] is not None:
            return date.fromisoformat(str(row["last_day"])[:10])
    last = max((month for month in months if month), default=0)
    if not last:
        return None
    year, month = divmod(last, YYYYMM)
    return date(year, month, calendar.monthrange(year, month)[1])


def _years(folder: Path) -> frozenset[int]:
    """The performance years that have a folder of their own: ``agreement/2025``."""
    return frozenset(int(path.name) for path in folder.glob("[0-9][0-9][0-9][0-9]") if any(path.iterdir()))


def counted_need(what: str, have: int, of: int | None, unit: str, todo: str) -> Need:
    """A need that is counted: nothing is missing where everybody has it."""
    if not have:
        return Need(what, "missing", f"none of {of:,} {unit}" if of else f"no {unit} yet", todo)
    if of is not None and have < of:
        return Need(what, "partly", f"{have:,} of {of:,} {unit}", todo)
    return Need(what, "done", f"{have:,} {unit}")

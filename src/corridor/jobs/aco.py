"""How an ACO of the Shared Savings Program stands: benchmark, expenditure, projection, variance, gap."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from numbers import Number
from typing import TYPE_CHECKING, Any

from corridor.engine.runs import Run, open_run
from corridor.errors import CorridorError

if TYPE_CHECKING:
    from corridor.jobs.context import Context
    from corridor.programs.mssp.backtest import Answer

Row = dict[str, Any]
TABLES = ("mssp.expenditure", "mssp.benchmark", "mssp.projection", "mssp.variance", "mssp.gap")
BACK_TEST_MONTHS = (2, 4, 6, 8, 10, 12, 13, 15)


@dataclass(frozen=True)
class Standing:
    """One ACO in one year; every part as rows of the run's tables, unrounded."""

    aco_id: str
    year: int
    projection: Row | None
    months: list[Row]
    expenditure: list[Row]
    benchmark: list[Row]
    variance: list[Row]
    gap: list[Row]
    settlement: Row
    terms: Row

    def to_dict(self) -> Row:
        """The standing for machines."""
        return {
            "aco_id": self.aco_id, "year": self.year, "projection": self.projection, "months": self.months,
            "expenditure": self.expenditure, "benchmark": self.benchmark, "variance": self.variance,
            "gap": self.gap, "settlement": self.settlement, "terms": self.terms or None,
        }  # fmt: skip


def standings(
    context: Context, aco: str = "", year: int | None = None, month: int | None = None
) -> list[Standing]:
    """Every ACO of the last run, or one; its newest year or ``year``, as of ``month`` (yyyymm) or the newest.

    Raises ACO-NOT-MADE, ACO-UNKNOWN, ACO-YEAR, ACO-MONTH.
    """
    run = _run(context)
    least = float(context.force.number("claims.cell_size_minimum"))
    known = run.query(
        "select distinct aco_id, year from mssp.expenditure where tin = '' order by aco_id, year"
    )
    if aco and aco not in {row["aco_id"] for row in known}:
        raise CorridorError(
            "ACO-UNKNOWN",
            f"The last run has nobody assigned to {aco}.",
            why="People are assigned by the list of participants and the assignment list of the ACO.",
            todo="There are: " + (", ".join(sorted({str(row["aco_id"]) for row in known})) or "none") + ".",
            field="ACO",
        )
    found = []
    for one in sorted({str(row["aco_id"]) for row in known if not aco or row["aco_id"] == aco}):
        years = [int(row["year"]) for row in known if row["aco_id"] == one]
        if year is not None and year not in years:
            raise CorridorError(
                "ACO-YEAR",
                f"No claims of {year} are loaded for {one}.",
                todo="There are: " + ", ".join(map(str, years)) + ".",
                field="--year",
            )
        found.append(_standing(run, context, one, years[-1] if year is None else year, month, least))
    return found


def _run(context: Context) -> Run:
    run = open_run(context.warehouse.home)
    lacking = [table for table in TABLES if not run.has(table)]
    if lacking:
        raise CorridorError(
            "ACO-NOT-MADE",
            "The last complete run has no standing of an ACO.",
            why=f"It lacks {', '.join(lacking)}: it was limited with --only, or is older than these tables.",
            todo="Run again: corridor run (or corridor run --only " + ",".join(lacking) + ").",
        )
    return run


def _standing(run: Run, context: Context, aco: str, year: int, month: int | None, least: float) -> Standing:
    from corridor.jobs.aco_settle import settled
    from corridor.jobs.tables import suppress_small_cells

    def of(table: str, more: str = "", order: str = "enrollment_type") -> list[Row]:
        rows = run.query(
            f"select * from {table} where aco_id = ? and year = ? {more} order by {order}", [aco, year]
        )
        return suppress_small_cells(rows, ("aco_id", "year"), least)

    months = of("mssp.projection", order="as_of_month")
    spent = run.query(
        "select * from mssp.expenditure where aco_id = ? and year = ? and tin = '' order by enrollment_type",
        [aco, year],
    )
    hidden = types_of_few({str(row["enrollment_type"]): int(row["people"]) for row in spent}, least)
    expenditure = [
        blanked(row) if row["enrollment_type"] in hidden else row
        for row in suppress_small_cells(spent, ("aco_id", "year"), least)
    ]
    held = [blanked(row) if row["enrollment_type"] in hidden else row for row in of("mssp.benchmark")]
    chosen = months[-1] if months and month is None else None
    if month is not None:
        chosen = next((row for row in months if row["as_of_month"] == month), None)
        if chosen is None:
            raise CorridorError(
                "ACO-MONTH",
                f"There is no projection of {year} for {aco} as of {month}.",
                why="A year is projected as of each of its months up to the last payment, where the whole "
                "year before it is loaded.",
                todo="There are: " + (", ".join(str(row["as_of_month"]) for row in months) or "none") + ".",
                field="--month",
            )
    listed = run.query("select * from mssp.terms where aco_id = ? and performance_year = ?", [aco, year])
    terms = {name: value for name, value in (listed[0] if listed else {}).items() if value is not None}
    return Standing(
        aco, year, chosen, months, expenditure, held,
        of("mssp.variance", order="driver"), of("mssp.gap", order="item"),
        settled(chosen, terms, context, year), terms,
    )  # fmt: skip


KEY = ("aco_id", "year", "tin", "enrollment_type")


def types_of_few(people: Mapping[str, int], least: float) -> set[str]:
    """Enrollment types to blank such that none of few people can be had from the whole and the other types:
    those of few, with the next smallest where they are one alone or hold fewer than ``least`` together."""
    whole = people.get("all", 0)
    if 0 < whole < least:
        return set(people)
    order = sorted((count, kind) for kind, count in people.items() if kind != "all" and count > 0)
    hidden = [pair for pair in order if pair[0] < least]
    if hidden:
        while len(hidden) < len(order) and (len(hidden) == 1 or sum(pair[0] for pair in hidden) < least):
            hidden.append(order[len(hidden)])
    return {kind for _, kind in hidden}


def blanked(row: Row) -> Row:
    """The row without its figures."""
    return {
        name: None if name not in KEY and isinstance(value, Number) and not isinstance(value, bool) else value
        for name, value in row.items()
    } | {"suppressed": True}


def estimate_of(context: Context, one: Standing) -> list[Row]:
    """The rows of CMS's steps of the newest quarterly report of the year; empty where none is loaded."""
    run = _run(context)
    if not run.has("mssp.estimate"):
        return []
    return run.query(
        "select * from mssp.estimate where aco_id = ? and performance_year = ? and period = "
        "(select max(period) from mssp.estimate where aco_id = ? and performance_year = ?) "
        "order by enrollment_type",
        [one.aco_id, one.year, one.aco_id, one.year],
    )


def _paid_through(run: Run) -> int | None:
    """The month (yyyymm) up to which payments are known, where the run says so."""
    if not run.has("population.paid_through"):
        return None
    days = run.query("select day from population.paid_through where day is not null")
    return int(days[0]["day"].year) * 100 + int(days[0]["day"].month) if days else None


def back_tested(
    context: Context, aco: str, years: int, people: int, seed: int,
    told: Callable[[int, int], None] | None = None, as_of: Sequence[int] = BACK_TEST_MONTHS,
) -> Answer:  # fmt: skip
    """Back-test the projection on made-up years drawn from an ACO's own people (docs/aco.md).

    Raises ACO-NOT-MADE, and ACO-BACK-TEST where nobody of the ACO is loaded for two years.
    """
    from corridor.programs.mssp.backtest import back_test, community_of
    from corridor.programs.mssp.projection_data import loaded

    run = _run(context)
    try:
        community = community_of(loaded(run.con, aco, _paid_through(run)))
    except ValueError as error:
        raise CorridorError(
            "ACO-BACK-TEST",
            f"Nobody assigned to {aco} is loaded for two whole years.",
            why="Made-up years are drawn from people whose months are known.",
            todo="Load more months of claims, or try it with corridor demo.",
        ) from error
    newest = run.query("select max(year) as year from mssp.person_month where aco_id = ?", [aco])[0]["year"]
    force = context.rules.in_force(int(newest))
    return back_test(community, force, years=years, people=people, as_of=as_of, seed=seed, told=told)

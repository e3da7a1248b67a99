"""What a number of a file can be: a share, a flag, an amount, a ratio of growth. Others are refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from corridor.errors import CorridorError
from corridor.programs.mssp.by_type import TYPES
from corridor.programs.mssp.inputs import FLAGS, Array, numbers
from corridor.programs.mssp.model import FROM_BASE_YEARS, UNITS
from corridor.programs.table import DoorTable

if TYPE_CHECKING:
    from corridor.law import RulesInForce

MONTHS = 12.0
ENDLESS = float("inf")
RATIOS = (  # of growth: 1.05 for five percent
    "national_trend_by1", "national_trend_by2", "regional_trend_by1", "regional_trend_by2", "national_update",
    "regional_update", "acpt_ratio", "demographic_ratio",
)  # fmt: skip
GROWTH = (0.5, 2.0)  # no type halves or doubles: it is a percentage, or growth without the one
RISK = (0.01, ENDLESS)  # scores are about one, and are divided by
SHARES = (
    "elected_savings_rate", "minimum_savings_rate", "minimum_loss_rate", "quality_score", "quality_share",
    "sharing_rate", "loss_rate", "disaster_share", "small_base_year_payment_limit",
    "small_base_year_loss_limit", "dual_share", "stated_standard_score", "health_equity_points",
    *(f"market_share_{kind}" for kind in TYPES),
)  # fmt: skip
FLAG_COLUMNS = {
    "experienced", "disaster_quality", "first_performance_year", "reducedss", "met_qps", "met_altqps",
    *(name for name, unit in UNITS.items() if unit == "flag"),
    *(name for name, one in FROM_BASE_YEARS.formulas.items() if one.unit == "flag"),
}  # fmt: skip
RANGES: dict[str, tuple[float, float]] = {
    **dict.fromkeys(
        (
            "assigned_beneficiaries", "person_years", "performance_expenditure", "performance_per_capita",
            "participant_revenue", "two_way_benchmark_expenditure", "disaster_adjustment",
            "advance_payments_outstanding", "loss_limit", "payment_limit", "prior_person_years",
            "base_person_years", "mean_risk_score",
            "population_adjustment", "one_sided_years",
            *(
                f"{year}_{what}_{kind}"
                for year in ("by1", "by2", "by3", "py")
                for what in ("per_capita", "person_years")
                for kind in TYPES
            ),
            *(f"{where}_by3_{kind}" for where in ("national", "regional") for kind in TYPES),
        ),
        (0.0, ENDLESS),
    ),
    **{f"{name}_{kind}": GROWTH for name in RATIOS for kind in TYPES},
    **{f"{year}_risk_score_{kind}": RISK for year in ("by1", "by2", "by3", "py") for kind in TYPES},
    "disaster_months": (0.0, MONTHS),
    "benchmark_expenditure": (1.0, ENDLESS),  # dollars: rates are shares of it
    "updated_benchmark_per_capita": (1.0, ENDLESS),
    "agreement_period": (1.0, ENDLESS),
    "regional_times": (1.0, ENDLESS),
}  # fmt: skip
HINTS = {
    **{f"{name}_{kind}": "Growth is a ratio: 1.05 for five percent." for name in RATIOS for kind in TYPES},
    "agreement_period": "The first agreement period is 1.",
    "regional_times": "This one is counted: the first is 1.",
}


def bounded(table: DoorTable, column: str, force: RulesInForce) -> Array:
    """A column as numbers that can be. Raises MSSP-NUMBER, MSSP-SHARE."""
    if column in FLAG_COLUMNS:
        return flags(table, column)
    values = numbers(table, column)
    check_bounds(table, column, values, force, column)
    return values


def check_bounds(table: DoorTable, quantity: str, values: Array, force: RulesInForce, column: str) -> None:
    """Raises MSSP-NUMBER, MSSP-SHARE for values that cannot be; ``column`` is where they stand."""
    if quantity in SHARES:
        refuse_share(table, column, values)
    if quantity == "agreement_start_year":
        refuse_beyond(table, column, values, (0.0, float(force.performance_year)))
    if quantity in RANGES:
        refuse_beyond(table, column, values, RANGES[quantity])


def flags(table: DoorTable, column: str) -> Array:
    """A column of yes and no, or 1 and 0. Raises MSSP-NUMBER."""
    plain = [str(FLAGS.get(text.strip().lower(), text)) for text in table.cells[column]]
    values = numbers(DoorTable(table.file, table.columns, {column: plain}, table.lines), column)
    wrong = np.flatnonzero(~np.isnan(values) & (values != 0) & (values != 1))
    if len(wrong):
        raise CorridorError(
            "MSSP-NUMBER",
            f"{table.cells[column][int(wrong[0])]!r} is neither yes nor no.",
            todo="Use yes or no, or 1 and 0; leave blank what is not known.",
            file=table.file,
            line=table.lines[int(wrong[0])],
            field=column,
        )
    return values


def refuse_beyond(table: DoorTable, column: str, values: Array, bounds: tuple[float, float]) -> None:
    """Raises MSSP-NUMBER for a number below the least or above the most it can be."""
    least, most = bounds
    wrong = np.flatnonzero((values < least) | (values > most))
    if len(wrong):
        value = values[wrong[0]]
        raise CorridorError(
            "MSSP-NUMBER",
            f"{value:g} cannot be.",
            why="It is below zero." if value < 0 else f"It is {'below' if value < least else 'above'} "
            f"{least if value < least else most:g}.",
            todo=HINTS.get(column, "Correct the cell."),
            file=table.file,
            line=table.lines[int(wrong[0])],
            field=column,
        )  # fmt: skip


def refuse_share(table: DoorTable, column: str, values: Array) -> None:
    """Raises MSSP-SHARE for a share above one: hundredths without a percent sign, most likely."""
    wrong = np.flatnonzero((values > 1) | (values < 0))
    if len(wrong):
        raise CorridorError(
            "MSSP-SHARE",
            f"{values[wrong[0]]:g} is not a share of one.",
            why="Shares are fractions (0.5) or carry a percent sign (50%).",
            todo="Write it so.",
            file=table.file,
            line=table.lines[int(wrong[0])],
            field=column,
        )

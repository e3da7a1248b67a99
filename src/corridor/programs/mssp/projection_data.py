"""The people of one ACO by month, and their payments by lag, as arrays a projection can be made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt

from corridor.formulas.columns import Floats
from corridor.programs.mssp.projection import MONTHS

Ints = npt.NDArray[np.int64]
MEMBERS = (
    "select person_id, month, year, truncation_threshold, threshold_source from mssp.person_month "
    "where aco_id = ? order by person_id, month"
)
PAID = "select person_id, month, paid_month, expenditure from mssp.person_paid where aco_id = ?"
MOST_LAGS = 12  # what is paid later than a year after its month is paid in that month's last lag


@dataclass(frozen=True)
class Loaded:
    """One ACO: months count from the first of ``first_year``; a row a person.

    counted    (people, months) 1 where the month counts      cap  (people, months) threshold of its type
    installed  whether every threshold is CMS's own
    row, column, lag, amount   payments: whose, for which month, how many months later, dollars
    lags       how many lags there are                        last  the last month of payment
    """

    first_year: int
    counted: Floats
    cap: Floats
    installed: bool
    row: Ints
    column: Ints
    lag: Ints
    amount: Floats
    lags: int
    last: int

    @classmethod
    def of_cube(
        cls, first_year: int, counted: Floats, cap: Floats, installed: bool, paid: Floats, last: int
    ) -> Loaded:
        """From payments laid out as (people, months, lags)."""
        row, column, lag = np.nonzero(paid)
        return cls(
            first_year, counted, cap, installed, row, column, lag, paid[row, column, lag], paid.shape[2], last
        )

    def triangle(self, first: int, width: int) -> Floats:
        """Dollars paid up to each lag, of ``width`` months from ``first`` on: (months, lags)."""
        inside = (self.column >= first) & (self.column < first + width)
        place = (self.column[inside] - first) * self.lags + self.lag[inside]
        laid = np.bincount(place, weights=self.amount[inside], minlength=width * self.lags)
        return np.asarray(np.cumsum(laid.reshape(width, self.lags), axis=1), dtype=np.float64)

    def dollars(self, first: int, width: int, observed: Ints) -> Floats:
        """Dollars of each person and month, paid up to the month's last observed lag: (people, months)."""
        inside = (self.column >= first) & (self.column < first + width)
        column, lag = self.column[inside] - first, self.lag[inside]
        known = lag <= observed[column]
        place = self.row[inside][known] * width + column[known]
        people = self.counted.shape[0]
        laid = np.bincount(place, weights=self.amount[inside][known], minlength=people * width)
        return np.asarray(laid.reshape(people, width), dtype=np.float64)


def loaded(con: duckdb.DuckDBPyConnection, aco: str) -> Loaded:
    """The months and payments of one ACO; ``con`` sees mssp.person_month and mssp.person_paid."""
    members = con.execute(MEMBERS, [aco]).fetchnumpy()
    paid = con.execute(PAID, [aco]).fetchnumpy()
    first_year = int(members["year"].min())
    people, row = np.unique(np.asarray(members["person_id"]), return_inverse=True)
    column = _place(members["month"], first_year)
    paid_column, paid_at = _place(paid["month"], first_year), _place(paid["paid_month"], first_year)
    shape = (len(people), int(column.max()) + 1)
    counted, cap = np.zeros(shape), np.zeros(shape)
    counted[row, column] = 1
    cap[row, column] = np.nan_to_num(np.ma.filled(members["truncation_threshold"], np.inf), nan=np.inf)
    installed = bool(np.all(np.asarray(members["threshold_source"]) == "installed"))
    lag = np.clip(paid_at - paid_column, 0, MOST_LAGS)
    whose = np.searchsorted(people, np.asarray(paid["person_id"]))
    return Loaded(
        first_year, counted, cap, installed, whose, paid_column, lag,
        np.asarray(paid["expenditure"], dtype=np.float64), int(lag.max(initial=0)) + 1,
        int(paid_at.max(initial=0)),
    )  # fmt: skip


def _place(month: Any, first_year: int) -> Ints:
    number = np.asarray(month, dtype=np.int64)
    return np.asarray((number // 100 - first_year) * MONTHS + number % 100 - 1, dtype=np.int64)

"""The people of one ACO by month, and their payments by lag, as arrays a projection can be made of.

A million people with three years of claims have tens of millions of payments: they are read in pieces of
people and held in small types, and what is worked out of them is worked out in the same pieces.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt

from corridor.formulas.columns import Floats
from corridor.programs.mssp.projection import MONTHS

Ints = npt.NDArray[np.signedinteger[Any]]
Codes = npt.NDArray[np.uint16]
PIECE = 50_000  # people at a time
MOST_LAGS = 12  # what is paid later than a year after its month is paid in that month's last lag
PEOPLE = "select distinct person_id from mssp.person_month where aco_id = ? order by person_id"
CUTS = (
    "select coalesce(truncation_threshold, 'inf'::double) as cut, min(year) as first_year, "
    "max(month) as last_month, min(case when threshold_source = 'installed' then 1 else 0 end) as installed "
    "from mssp.person_month where aco_id = ? group by 1 order by 1"
)
MEMBERS = (
    "select person_id, month, coalesce(truncation_threshold, 'inf'::double) as cut from mssp.person_month "
    "where aco_id = ? and person_id between ? and ? order by person_id, month"
)
PAYMENTS = "select count(*) from mssp.person_paid where aco_id = ?"
PAID = (
    "select person_id, month, paid_month, cast(expenditure as double) as expenditure from mssp.person_paid "
    "where aco_id = ? and person_id between ? and ? order by person_id, month, paid_month"
)


@dataclass(frozen=True)
class Loaded:
    """One ACO: months count from the first of ``first_year``; a row a person.

    counted    (people, months) whether the month counts
    kind       (people, months) place in ``cuts`` of the threshold of its type
    cuts       the thresholds there are, dollars a year
    installed  whether every threshold is CMS's own
    row, column, lag, amount   payments: whose, for which month, how many months later, dollars; by row
    lags       how many lags there are                        last  the last month of payment
    """

    first_year: int
    counted: npt.NDArray[np.bool_]
    kind: Codes
    cuts: Floats
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
        cuts, kind = np.unique(cap, return_inverse=True)
        return cls(
            first_year, counted > 0, kind.reshape(cap.shape).astype(np.uint16), cuts, installed,
            row, column, lag, paid[row, column, lag], paid.shape[2], last,
        )  # fmt: skip

    def pieces(self) -> Iterator[Loaded]:
        """The same people, ``PIECE`` at a time."""
        people = len(self.counted)
        for begin in range(0, people, PIECE):
            end = min(begin + PIECE, people)
            if (begin, end) == (0, people):
                yield self
                return
            # bounds of the rows' own type: of another one, the rows would be copied every time
            of = slice(*np.searchsorted(self.row, np.array([begin, end], dtype=self.row.dtype)))
            yield Loaded(
                self.first_year, self.counted[begin:end], self.kind[begin:end], self.cuts, self.installed,
                self.row[of] - begin, self.column[of], self.lag[of], self.amount[of], self.lags, self.last,
            )  # fmt: skip

    @cached_property
    def _paid(self) -> Floats:
        """Dollars by month of service and lag: (months, lags)."""
        months = self.counted.shape[1]
        found = np.zeros(months * self.lags)
        for begin in range(0, len(self.row), PIECE * MONTHS):
            of = slice(begin, begin + PIECE * MONTHS)
            place = self.column[of].astype(np.int64) * self.lags + self.lag[of]
            found += np.bincount(place, weights=self.amount[of], minlength=len(found))
        return found.reshape(months, self.lags)

    @cached_property
    def _counts(self) -> Floats:
        """Member months by month and threshold: (months, thresholds)."""
        return np.array(
            [
                np.bincount(self.kind[self.counted[:, at], at], minlength=len(self.cuts))
                for at in range(self.counted.shape[1])
            ],
            dtype=np.float64,
        )

    def triangle(self, first: int, width: int) -> Floats:
        """Dollars paid up to each lag, of ``width`` months from ``first`` on: (months, lags)."""
        return np.asarray(np.cumsum(self._paid[first : first + width], axis=1), dtype=np.float64)

    def mean_cut(self, first: int, width: int) -> float:
        """The mean threshold of the member months of ``width`` months from ``first`` on; 0 without any."""
        counts = self._counts[first : first + width].sum(axis=0)
        there = counts > 0
        return float((counts[there] * self.cuts[there]).sum() / counts.sum()) if there.any() else 0.0

    def cap(self, first: int, width: int) -> Floats:
        """Thresholds of the months that count, 0 of the others: (people, months)."""
        months = slice(first, first + width)
        return np.where(self.counted[:, months], self.cuts[self.kind[:, months]], 0.0)

    def dollars(self, first: int, width: int, observed: Ints) -> Floats:
        """Dollars of each person and month, paid up to the month's last observed lag: (people, months)."""
        inside = (self.column >= first) & (self.column < first + width)
        column = self.column[inside].astype(np.int64) - first
        known = self.lag[inside] <= observed[column]
        place = self.row[inside][known].astype(np.int64) * width + column[known]
        people = self.counted.shape[0]
        laid = np.bincount(place, weights=self.amount[inside][known], minlength=people * width)
        return np.asarray(laid.reshape(people, width), dtype=np.float64)


def loaded(con: duckdb.DuckDBPyConnection, aco: str, through: int | None = None) -> Loaded:
    """The months and payments of one ACO; ``con`` sees mssp.person_month and mssp.person_paid.

    ``through`` (yyyymm) is the month up to which payments are known: a later one is a wrong date.
    Raises ValueError where the ACO has nobody.
    """
    people = _ids(con.execute(PEOPLE, [aco]).fetchnumpy()["person_id"])
    if not len(people):
        raise ValueError(f"nobody is assigned to {aco}")
    cuts = con.execute(CUTS, [aco]).fetchnumpy()
    values = np.asarray(cuts["cut"], dtype=np.float64)
    first_year = int(cuts["first_year"].min())
    shape = (len(people), int(_place(cuts["last_month"], first_year).max()) + 1)
    counted, kind = np.zeros(shape, dtype=np.bool_), np.zeros(shape, dtype=np.uint16)
    (payments,) = con.execute(PAYMENTS, [aco]).fetchone() or (0,)
    row, column = np.empty(payments, dtype=np.int32), np.empty(payments, dtype=np.int16)
    lag, amount = np.empty(payments, dtype=np.int8), np.empty(payments, dtype=np.float64)
    last, done = 0, 0
    for begin in range(0, len(people), PIECE):
        within = [aco, int(people[begin]), int(people[min(begin + PIECE, len(people)) - 1])]
        members = con.execute(MEMBERS, within).fetchnumpy()
        place = (np.searchsorted(people, _ids(members["person_id"])), _place(members["month"], first_year))
        counted[place] = True
        kind[place] = np.searchsorted(values, np.asarray(members["cut"], dtype=np.float64))
        paid = con.execute(PAID, within).fetchnumpy()
        of = slice(done, done + len(paid["person_id"]))
        served, paid_at = _place(paid["month"], first_year), _place(paid["paid_month"], first_year)
        row[of], column[of] = np.searchsorted(people, _ids(paid["person_id"])), served
        lag[of] = np.clip(paid_at - served, 0, MOST_LAGS)
        amount[of] = np.asarray(paid["expenditure"], dtype=np.float64)
        last, done = max(last, int(paid_at.max(initial=0))), of.stop
    if through is not None:
        last = min(last, int(_place(through, first_year)))
    return Loaded(
        first_year, counted, kind, values, bool(np.all(np.asarray(cuts["installed"]) == 1)),
        row, column, lag, amount, int(lag.max(initial=0)) + 1, last,
    )  # fmt: skip


def _ids(values: Any) -> npt.NDArray[np.int64]:
    return np.asarray(values, dtype=np.int64)


def _place(month: Any, first_year: int) -> npt.NDArray[np.int64]:
    number = np.asarray(month, dtype=np.int64)
    return np.asarray((number // 100 - first_year) * MONTHS + number % 100 - 1, dtype=np.int64)

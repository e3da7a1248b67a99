"""Claims triangles: what is still to come, by chain ladder, and how sure that is, by Mack.

Mack, T. (1993), Distribution-free calculation of the standard error of chain ladder reserve estimates,
ASTIN Bulletin 23(2). No tail beyond the last lag that is seen.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from statistics import NormalDist
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from corridor.engine.tabular.form import read_form
from corridor.errors import CorridorError

if TYPE_CHECKING:
    from corridor.law import RulesInForce

Row = dict[str, Any]
Array = npt.NDArray[np.float64]
YEAR = 12


@dataclass(frozen=True)
class Triangle:
    """Cumulative payments (months of service x lags, NaN where not yet seen) and what follows from them."""

    months: list[int]
    cumulative: Array
    factors: Array
    to_end: Array
    latest: Array
    ultimate: Array
    process: Array
    shared: Array
    confidence: float

    @property
    def ibnr(self) -> Array:
        """Still to come by month of service."""
        return self.ultimate - self.latest

    @property
    def errors(self) -> Array:
        """Standard error of each month."""
        return np.sqrt(self.process + np.diag(self.shared))

    @property
    def total_error(self) -> float:
        """Standard error of all months together."""
        return self.error_of(np.ones(len(self.months)))

    def error_of(self, part: Array) -> float:
        """Standard error of a part of the claims (a share of each month).

        What the factors get wrong falls on a part as on the whole; the chance of single claims weighs more on
        fewer of them: its variance goes with the volume, not with its square.
        """
        return math.sqrt(max(float((part * self.process).sum() + part @ self.shared @ part), 0.0))

    def interval(self, place: int | None = None) -> tuple[float, float]:
        """The range of what is still to come, of one month or of all together."""
        part = np.ones(len(self.months)) if place is None else np.eye(len(self.months))[place]
        return self.interval_of(part)

    def interval_of(self, part: Array) -> tuple[float, float]:
        """The range of a part of the claims (a share of each month)."""
        return spread(float((part * self.ibnr).sum()), self.error_of(part), self.confidence)

    def completion(self) -> dict[int, float]:
        """By month of service, what paid amounts are multiplied by."""
        return {
            month: float(self.ultimate[at] / self.latest[at]) if self.latest[at] else 1.0
            for at, month in enumerate(self.months)
        }

    def rows(self) -> list[Row]:
        """One record a month of service."""
        found = []
        for at, month in enumerate(self.months):
            low, high = self.interval(at)
            found.append(
                {
                    "service_month": month,
                    "lag": int((~np.isnan(self.cumulative[at])).sum()) - 1,
                    "paid": float(self.latest[at]),
                    "factor_to_end": float(self.to_end[at]),
                    "ultimate": float(self.ultimate[at]),
                    "ibnr": float(self.ibnr[at]),
                    "standard_error": float(self.errors[at]),
                    "ibnr_low": low,
                    "ibnr_high": high,
                }
            )
        return found

    def to_dict(self, assumptions: list[Row]) -> dict[str, Any]:
        """Everything for machines; the triangle itself month by month, null where not yet seen."""
        low, high = self.interval()
        cells = [[None if math.isnan(one) else one for one in line] for line in self.cumulative.tolist()]
        return {
            "program": "contract",
            "year": None,
            "rows": self.rows(),
            "paid": float(self.latest.sum()),
            "ibnr": float(self.ibnr.sum()),
            "ibnr_low": low,
            "ibnr_high": high,
            "standard_error": self.total_error,
            "confidence": self.confidence,
            "factors": self.factors.tolist(),
            "triangle": [
                {"service_month": month, "cumulative": line}
                for month, line in zip(self.months, cells, strict=True)
            ],
            "assumptions": assumptions,
            "warnings": [],
        }


def spread(mean: float, error: float, confidence: float) -> tuple[float, float]:
    """The middle part of a lognormal of this mean and error; of a normal where the mean is not above 0."""
    if error == 0:
        return mean, mean
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    if mean <= 0:
        return mean - z * error, mean + z * error
    variance = math.log1p((error / mean) ** 2)
    middle = math.log(mean) - variance / 2
    return math.exp(middle - z * math.sqrt(variance)), math.exp(middle + z * math.sqrt(variance))


def read_payments(path: Path, known_on: date | None, tin: str | None = None) -> list[tuple[int, int, float]]:
    """(month of service, month of payment, dollars) of the form contract_payments, paid by ``known_on``.

    Raises FORM-* and CONTRACT-TRIANGLE for a payment before its service.
    """
    form = read_form(path, "contract_payments")
    last = None if known_on is None else known_on.year * 100 + known_on.month
    found: list[tuple[int, int, float]] = []
    latest = 0
    for row, line in zip(form.rows, form.lines, strict=True):
        for name in ("service_month", "paid_month"):
            if not 1 <= row[name] % 100 <= YEAR:
                raise _refused(f"{row[name]} is no month.", form.file, line, name)
        if row["paid_month"] < row["service_month"]:
            raise _refused("It was paid before the month of service.", form.file, line, "paid_month")
        if last is not None and row["paid_month"] > last:
            continue
        latest = max(latest, row["paid_month"])
        if tin is None or row["tin"] == tin:
            found.append((row["service_month"], row["paid_month"], float(row["paid_amount"])))
    if found and max(paid for _, paid, _ in found) < latest:
        # a practice without payments in the latest month was paid nothing in it: its triangle is as late
        found.append((max(found)[0], latest, 0.0))
    return found


def _refused(what: str, file: str | None, line: int | None = None, field: str | None = None) -> CorridorError:
    return CorridorError(
        "CONTRACT-TRIANGLE",
        what,
        why="Development is read off payments in the months after the service.",
        todo="Correct the months, or give more months of service and payment.",
        file=file,
        line=line,
        field=field,
    )


def build(
    payments: Sequence[tuple[int, int, float]], force: RulesInForce, file: str | None = None
) -> Triangle:
    """The triangle of all months between the first and the last. Raises CONTRACT-TRIANGLE for too few."""
    if not payments:
        raise _refused("There are no payments.", file)
    first, last = _index(min(one[0] for one in payments)), _index(max(one[1] for one in payments))
    count = last - first + 1
    fewest = int(force.number("contract.fewest_months"))
    if count < fewest:
        raise _refused(f"There are {count} months of service; it takes {fewest}.", file)
    increments = np.zeros((count, count))
    for service, paid, amount in payments:
        increments[_index(service) - first, _index(paid) - _index(service)] += amount
    cumulative = np.cumsum(increments, axis=1)
    cumulative[np.add.outer(np.arange(count), np.arange(count)) >= count] = np.nan
    months = [_month(first + at) for at in range(count)]
    return develop(cumulative, months, force.number("contract.ibnr_interval"))


def _index(month: int) -> int:
    return (month // 100) * YEAR + month % 100 - 1


def _month(index: int) -> int:
    return (index // YEAR) * 100 + index % YEAR + 1


def develop(cumulative: Array, months: list[int], confidence: float) -> Triangle:
    """Chain ladder and Mack on a square of cumulative payments (NaN below the diagonal)."""
    size = cumulative.shape[0]
    factors, sigma = np.ones(size - 1), np.zeros(size - 1)
    for lag in range(size - 1):
        seen = size - lag - 1
        before, after = cumulative[:seen, lag], cumulative[:seen, lag + 1]
        if before.sum() == 0:
            continue
        factors[lag] = after.sum() / before.sum()
        used = before > 0
        if seen > 1 and used.sum() > 1:
            ratio = after[used] / before[used]
            sigma[lag] = (before[used] * (ratio - factors[lag]) ** 2).sum() / (used.sum() - 1)
        elif lag > 1 and sigma[lag - 2] > 0:
            # one development is seen once: Mack's extrapolation of the two before it
            sigma[lag] = min(sigma[lag - 1] ** 2 / sigma[lag - 2], sigma[lag - 2], sigma[lag - 1])
    latest = np.array([cumulative[at, size - 1 - at] for at in range(size)])
    filled = cumulative.copy()
    for at in range(size):
        for lag in range(size - 1 - at, size - 1):
            filled[at, lag + 1] = filled[at, lag] * factors[lag]
    ultimate = filled[:, -1]
    to_end = np.array([np.prod(factors[size - 1 - at :]) for at in range(size)])
    process, shared = _mack(cumulative, filled, factors, sigma, ultimate)
    return Triangle(months, cumulative, factors, to_end, latest, ultimate, process, shared, confidence)


def _mack(
    cumulative: Array, filled: Array, factors: Array, sigma: Array, ultimate: Array
) -> tuple[Array, Array]:
    """Variances of what is still to come: of the process, by month; of the factors, months x months.

    A factor that is estimated wrongly is wrong for every month it is applied to: that is what months share.
    """
    size = len(ultimate)
    column = [float(np.nansum(cumulative[: size - lag - 1, lag])) for lag in range(size - 1)]
    relative = np.divide(sigma, factors**2, out=np.zeros(size - 1), where=factors != 0)
    process, shared = np.zeros(size), np.zeros((size, size))
    for at in range(1, size):
        lags = range(size - 1 - at, size - 1)
        own = sum(relative[lag] / filled[at, lag] for lag in lags if filled[at, lag] > 0)
        common = sum(relative[lag] / column[lag] for lag in lags if column[lag] > 0)
        process[at] = own * ultimate[at] ** 2
        for other in range(at, size):
            shared[at, other] = shared[other, at] = common * ultimate[at] * ultimate[other]
    return process, shared

"""The lump sum is of the services of the year before the payment year, where the claims cover all of it."""

from __future__ import annotations

from datetime import date

import pytest

from tests.measures.bench_tables import Row
from tests.programs.qp.test_claims import (
    TRACK,
    bench,
    computed,
    service,
    with_members,
    with_people,
    with_services,
)

# Paid in 2028: 3.1 percent of the services of 2027 (performance 2026); paid in 2027: none.
STATED = {"qp.known_status": [{"npi": npi, "performance_year": 2026, "status": "qp"} for npi in ("N1", "N2")]}


def statuses(last: date) -> dict[tuple[str, int], Row]:
    """N1: $1,000 in 2026 and $3,000 in 2027. N2: $500 in 2026 and nothing in 2027."""
    tables = bench({**TRACK, **STATED})
    with_services(
        tables,
        [
            service(202603, "N1", 1, 1000),
            service(202702, "N1", 1, 1000),
            service(202711, "N1", 2, 2000),
            service(202603, "N2", 1, 500),
        ],
        last,
    )
    with_members(tables, [(2026, "T1", npi, "A1", False, 1, False) for npi in ("N1", "N2")])
    with_people(tables, {1, 2})
    tables.make("qp.score")
    return {(row["npi"], row["performance_year"]): row for row in computed(tables, "qp.status")}


def test_the_year_before_the_payment_where_it_is_loaded_whole() -> None:
    """3.1 percent of $3,000 are $93; of nothing in a whole year, nothing; the factor's gap is of 2026."""
    found = statuses(date(2027, 12, 31))
    one, other = found["N1", 2026], found["N2", 2026]
    assert (one["payment_year"], one["incentive_year"], one["incentive_base"]) == (2028, 2027, 3000)
    assert one["incentive_dollars"] == pytest.approx(93)
    assert one["conversion_factor_dollars"] == pytest.approx(1000 * ((1.0075 / 1.0025) ** 3 - 1))
    assert (other["incentive_year"], other["incentive_dollars"]) == (2027, 0)


def test_else_the_performance_year_stands_in() -> None:
    """With claims to November 2027 the year is not whole: 3.1 percent of the $1,000 of 2026 are $31."""
    found = statuses(date(2027, 11, 30))
    one, other = found["N1", 2026], found["N2", 2026]
    assert (one["incentive_year"], one["incentive_base"]) == (2026, 1000)
    assert one["incentive_dollars"] == pytest.approx(31)
    assert other["incentive_dollars"] == pytest.approx(15.5)

"""What the API works out from counts: qpp-data.md 4.3, by hand."""

from __future__ import annotations

import pytest

from corridor.reference.qpp import Measure, Stratum
from corridor.submissions.derived import (
    case_count,
    cases,
    overall_rate,
    performance_rate,
    reported,
    reporting_rate,
)
from tests.submissions.base import counts

# met, not met, exclusion, exception, eligible
ONE = counts(12, 61, 0, 0, 156)


def test_the_worked_answer_of_the_documentation() -> None:
    """The developer guide's second measurement: reportingRate 46.79, performanceRate 16.44."""
    assert reported(ONE) == 73
    assert reporting_rate(ONE) == pytest.approx(46.79, abs=0.005)
    assert performance_rate(ONE) == pytest.approx(16.44, abs=0.005)


def test_nobody_to_measure() -> None:
    assert performance_rate(counts(0, 0, 5, 5, 10)) is None
    assert reporting_rate(counts(0, 0, 0, 0, 0)) is None


def test_cases() -> None:
    """CQM: the eligible population; eCQM: less those excluded."""
    assert cases(counts(5, 5, 3, 0, 13), electronic=False) == 13
    assert cases(counts(5, 5, 3, 0, 13), electronic=True) == 10


def several(algorithm: str) -> Measure:
    strata = (Stratum("a"), Stratum("b"))
    return Measure(2026, "1", "quality", "multiPerformanceRate", overall_algorithm=algorithm, strata=strata)


STRATA = {
    "strata": [{"stratum": "a", **counts(8, 2, 0, 0, 10)}, {"stratum": "b", **counts(10, 30, 0, 0, 40)}]
}


@pytest.mark.parametrize(
    ("algorithm", "rate", "number"),
    [
        ("simpleAverage", (80 + 25) / 2, 40),  # mean of the rates; the largest stratum
        ("weightedAverage", 100 * 18 / 50, 50),  # 18 of 50 together; the sum
        ("split", None, 10),  # each for itself; the smallest decides
    ],
)
def test_strata_together(algorithm: str, rate: float | None, number: int) -> None:
    found = overall_rate(STRATA, several(algorithm))
    assert found is None if rate is None else found == pytest.approx(rate)
    assert case_count(STRATA, several(algorithm), electronic=False) == number


def test_the_overall_stratum_only() -> None:
    """238: the rate and the cases are those of the stratum called overall."""
    strata = [
        {"stratum": "overall", **counts(5, 95, 10, 0, 110)},
        {"stratum": "total", **counts(9, 91, 10, 0, 110)},
    ]
    assert overall_rate({"strata": strata}, several("overallStratumOnly")) == pytest.approx(5)
    assert case_count({"strata": strata}, several("overallStratumOnly"), electronic=True) == 100
    assert overall_rate({"strata": strata[1:]}, several("overallStratumOnly")) is None

"""What the eleven cut points of a benchmark are: CMS's file calls all of them percentiles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from types import MappingProxyType

from corridor.errors import CorridorError
from corridor.law import RulesInForce, load_rules
from corridor.reference.qpp.model import CUT_NAMES

CUT_KEYS = ("1", "10", "20", "30", "40", "50", "60", "70", "80", "90", "99")  # as CMS's file names them
PERCENTILE, DEVIATION, FLAT, LIMITED = "percentile", "deviation", "flat", "limited_choice"
ADMINISTRATIVE = "administrativeClaims"
FIT = 0.002  # of a standard deviation, within which cut points stand on the ladder (qpp-data 2.6)
_UNITS = 2  # or within so many units of the last decimal they are printed with: deviations of rates are small
LADDER_RULE = "mips.benchmark_ladder"
PUBLISHED_RULE = "mips.performance_benchmark_published"
_WHOLE = 100.0  # percent: a mirrored ladder counts down from it


@cache
def force(year: int) -> RulesInForce:
    """The law of MIPS in a performance year."""
    return load_rules(["mips"]).in_force(year)


@cache
def is_served(year: int) -> bool:
    """Whether the law of MIPS is held for that performance year."""
    try:
        return bool(force(year).rows(LADDER_RULE))
    except CorridorError:
        return False


@cache
def _steps(year: int) -> Mapping[str, Mapping[str, float]]:
    """ladder -> cut point -> its value; of the deviation ladder in standard deviations from the median."""
    steps: dict[str, dict[str, float]] = {}
    for row in force(year).rows(LADDER_RULE):
        steps.setdefault(row["ladder"], {})[row["cut"]] = float(row["value"])
    return MappingProxyType(steps)


def ladder_of(cuts: Sequence[float], method: str, year: int) -> str:
    """percentile, deviation, flat or limited_choice, told by the cut points themselves.

    No file has a flag for it. The ladder of a measure where lower is better is the mirror of the other one.
    """
    steps = _steps(year)
    for name in (FLAT, LIMITED):
        listed = [steps[name][cut] for cut in CUT_NAMES]
        if list(cuts) in (listed, [_WHOLE - value for value in reversed(listed)]):
            return name
    return DEVIATION if method == ADMINISTRATIVE and fits_deviation(cuts, year) else PERCENTILE


def fits_deviation(cuts: Sequence[float], year: int) -> bool:
    """Whether cut points are steps of the standard deviation round their median, as far as printed."""
    decimals = max(len(repr(float(cut)).partition(".")[2]) for cut in cuts)
    error, deviation = deviation_error(cuts, year), cuts[4] - cuts[3]
    return error <= FIT or error * deviation <= _UNITS * 10.0**-decimals


def deviation_error(cuts: Sequence[float], year: int) -> float:
    """How far, in standard deviations, cut points at most stand from the ladder of their own deviation."""
    named = dict(zip(CUT_NAMES, cuts))
    median, deviation = (named["p30"] + named["p40"]) / 2, named["p40"] - named["p30"]
    if deviation <= 0:
        return float("inf")
    steps = _steps(year)[DEVIATION]
    return max(abs(named[cut] - median - step * deviation) / deviation for cut, step in steps.items())


def is_published(year: int, through: int | None = None) -> bool:
    """Whether CMS can have published benchmarks of that performance year's own period.

    ``through``: the last year it has, where the user says so; else the law.
    """
    return year <= (int(force(year).scalar(PUBLISHED_RULE)) if through is None else through)

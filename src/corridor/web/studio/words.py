"""Figures of a scenario in words, by their unit."""

from __future__ import annotations

from typing import Any

from corridor.reports.words import dollars, people, plain, real, share, short_dollars, whole
from corridor.scenarios.inputs import Input, Value

# Gains and losses are signed wherever they stand; an amount or a chance has no sign of its own.
DOLLARS, SIGNED = ("dollars", "amount"), ("dollars", "share")


def shown(value: Any, unit: str, *, signed: bool = False) -> str:
    """A value in a table."""
    number = real(value)
    if unit == "text":
        return "–" if value in (None, "") else str(value)
    if number is None:
        return "–"
    if unit in DOLLARS:
        return dollars(number, signed=signed)
    if unit == "cents":
        return ("−" if number < 0 else "+" if signed and number > 0 else "") + f"${abs(number):,.2f}"
    if unit == "factor":
        return plain(number, 4, signed=signed)
    if unit in ("share", "chance"):
        return share(number, 2, signed=signed)
    if unit == "points":
        return plain(number, 1, signed=signed)
    if unit == "people":
        return people(number)
    if unit == "year":
        return str(int(number))
    found = whole(number)
    return f"+{found}" if signed and number > 0 else found


def said(value: Any, unit: str, *, signed: bool = False) -> str:
    """A value in prose: dollars to thousands."""
    return short_dollars(value, signed=signed) if unit in DOLLARS else shown(value, unit, signed=signed)


def band(low: float | None, high: float | None, unit: str, *, signed: bool = False) -> str:
    """An interval, or nothing."""
    if low is None or high is None:
        return ""
    first, last = said(low, unit, signed=signed), said(high, unit, signed=signed)
    return f"{first} to {last}" if first != last else first


def likely(low: float | None, high: float | None, unit: str, *, signed: bool = False) -> str:
    """An interval as a sentence begins with it."""
    if low is None or high is None:
        return "Chance does not reach it"
    first, last = said(low, unit, signed=signed), said(high, unit, signed=signed)
    return (
        f"About {first}, eight times in ten"
        if first == last
        else f"Between {first} and {last}, eight times in ten"
    )


SUFFIX = {
    "percent": "%",
    "percent_points": " points",
    "points": " points",
    "minutes": " minutes",
    "people": " patients",
}


def value_words(one: Input, value: Value) -> str:
    """The value of an input as a reader says it."""
    if one.kind == "choice":
        return (one.options or {}).get(str(value), str(value))
    if isinstance(value, str):
        return value or "everyone you may see"
    number = f"{value:,.2f}".rstrip("0").rstrip(".")
    if one.unit == "dollars":
        return f"${number}"
    sign = "+" if value > 0 and one.bounds is not None and one.bounds.low < 0 else ""
    return f"{sign}{number}{SUFFIX.get(one.unit, '')}".replace("-", "−")

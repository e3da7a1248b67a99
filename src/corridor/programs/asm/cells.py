"""Values of the calculator door: from what people write in a cell to a number, a flag or a code."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

ABSENT = frozenset({"", "na", "n/a", "null", "none", "nan", "-"})
YES = frozenset({"yes", "y", "true", "t", "1"})
NO = frozenset({"no", "n", "false", "f", "0"})
COHORTS: Mapping[str, str] = {
    "heart_failure": "heart_failure",
    "hf": "heart_failure",
    "low_back_pain": "low_back_pain",
    "lbp": "low_back_pain",
}
COLLECTION_TYPES: Mapping[str, str] = {
    "ecqm": "ecqm",
    "mipscqm": "mipscqm",
    "mips_cqm": "mipscqm",
    "cqm": "mipscqm",
    "administrative_claims": "administrative_claims",
    "administrativeclaims": "administrative_claims",
    "claims": "administrative_claims",
}


# More than all of Part B pays in a year, so no clinician is paid it; sums over any file stay finite.
MOST_DOLLARS = 1e12
# A sign, one dollar sign, digits with thousands in threes or without, decimals, an exponent: nothing else, so
# that 410000,50 is refused and not read as 41,000,050.
NUMBER = re.compile(
    r"(?P<sign>[+-]?)\$?"
    r"(?P<digits>(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]*)?|\.[0-9]+)"
    r"(?P<power>[eE][+-]?[0-9]+)?"
)


@dataclass(frozen=True)
class Kind:
    """How the cells of a column are read. ``expected`` ends the sentence of an error."""

    expected: str
    low: float | None = None
    high: float | None = None
    percent: float | None = None  # what 80% means: 0.8 of a fraction, 80 of a percentage
    whole: bool = False


KINDS: Mapping[str, Kind] = {
    "score": Kind("a score from 0 to 100, such as 74.3", 0, 100),
    "dollars": Kind(
        "an amount of dollars from 0 to a trillion, such as 400000 or $400,000.00", 0, MOST_DOLLARS
    ),
    "deviation": Kind("an amount of dollars of at least 0.01, such as 3500", 0.01, MOST_DOLLARS),
    "number": Kind("a number, such as 0.3"),
    "size": Kind("a whole number of at least 1", 1, whole=True),
    "count": Kind("a whole number of at least 0", 0, whole=True),
    "fraction": Kind("a share from 0 to 1, such as 0.8 or 80%", 0, 1, percent=0.01),
    "percent": Kind("a percentage from 0 to 100, such as 80 or 80%", 0, 100, percent=1),
    "measure_score": Kind("a measure score of at least 0, such as 66.0", 0, percent=1),
    "bonus": Kind("points of at least 0, such as 3.2", 0),
}


def read_number(text: str, kind: str, most: float | None = None) -> float:
    """The number in a cell; ``most`` is a limit the law sets. Raises ValueError with what was expected."""
    rule = KINDS[kind]
    if most is not None:
        rule = replace(rule, expected=f"{rule.expected}, and at most {most:g}", high=most)
    plain = text.strip()
    scale = 1.0
    if plain.endswith("%") and rule.percent is not None:
        plain, scale = plain[:-1].strip(), rule.percent
    match = NUMBER.fullmatch(plain)
    if match is None:
        raise ValueError(rule.expected)
    value = float(match["sign"] + match["digits"].replace(",", "") + (match["power"] or "")) * scale
    low = rule.low is not None and value < rule.low
    high = rule.high is not None and value > rule.high
    if low or high or value != value or abs(value) == float("inf") or (rule.whole and not value.is_integer()):
        raise ValueError(rule.expected)
    return value


def read_flag(text: str) -> float:
    """1 for yes, 0 for no. Raises ValueError with what was expected."""
    lower = text.lower()
    if lower in YES:
        return 1.0
    if lower in NO:
        return 0.0
    raise ValueError("Yes or No")


def read_code(codes: Mapping[str, str], what: str) -> Callable[[str], str]:
    """A reader of one of some codes, without regard to case, spaces and hyphens."""

    def read(text: str) -> str:
        key = text.strip().lower().replace(" ", "_").replace("-", "_")
        if key not in codes:
            raise ValueError(f"{what}: {', '.join(dict.fromkeys(codes.values()))}")
        return codes[key]

    return read


def npi_is_valid(npi: str) -> bool:
    """Ten digits whose last one is the Luhn check digit over the prefix 80840 (45 CFR 162.406)."""
    if len(npi) != 10 or not npi.isascii() or not npi.isdigit():
        return False
    total = 0
    for place, digit in enumerate(reversed("80840" + npi)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def tin_is_valid(tin: str) -> bool:
    """Nine digits, with or without hyphens; a TIN has no check digit."""
    plain = tin.replace("-", "")
    return len(plain) == 9 and plain.isascii() and plain.isdigit()

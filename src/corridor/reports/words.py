"""Numbers in words and tables: never more digits than are known, losses as plainly as gains, small cells
suppressed.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

MINUS = "\u2212"
DASH = "\u2013"
SMALLEST_CELL = 11
"""CMS cell-size policy: counts of people or services under 11 do not leave."""
SUPPRESSED = f"<{SMALLEST_CELL}"
ABSENT = DASH
SYNTHETIC = "Synthetic data: no patient, clinician or practice here is real."

COHORTS = {"heart_failure": "Heart failure", "low_back_pain": "Low back pain"}

MEASURES = {
    "492": "Unplanned cardiovascular admissions",
    "008": "Beta-blocker therapy",
    "005": "ACE inhibitor, ARB or ARNI therapy",
    "236": "Blood pressure control",
    "377": "Functional status assessment",
    "238": "High-risk medications in older adults",
    "134": "Depression screening and follow-up",
    "128": "BMI screening and follow-up",
    "220": "Functional status change, low back",
    "cost": "Episode cost",
    "improvement_activities": "Improvement activities",
    "promoting_interoperability": "Promoting interoperability",
    "final_score": "Final score",
}

COLLECTION_TYPES = {"ecqm": "eCQM", "mipscqm": "MIPS CQM", "administrative_claims": "claims"}


def real(value: Any) -> float | None:
    """A float, or None for what is absent or not a number."""
    if value is None or isinstance(value, bool):
        return None
    if isinstance(value, (int, float, Decimal)):
        number = float(value)
        return None if math.isnan(number) else number
    try:
        return float(str(value))
    except ValueError:
        return None


def cohort_name(cohort: Any) -> str:
    """The reader's name of a cohort."""
    return COHORTS.get(str(cohort), str(cohort).replace("_", " ").capitalize())


def measure_name(measure: Any) -> str:
    """Our short name of a measure, or of a category that works as a lever."""
    key = str(measure).lower().removeprefix("q")
    return MEASURES.get(key, str(measure).replace("_", " ").capitalize())


def measure_label(measure: Any) -> str:
    """Name with the measure number, where it has one."""
    key = str(measure).removeprefix("q")
    return f"{measure_name(key)} ({key})" if key.isdigit() else measure_name(key)


def _sign(value: float, signed: bool) -> str:
    if value < 0:
        return MINUS
    return "+" if signed and value > 0 else ""


def dollars(value: Any, *, signed: bool = False) -> str:
    """To the dollar, for tables: −$13,783."""
    amount = real(value)
    if amount is None:
        return ABSENT
    whole = math.floor(abs(amount) + 0.5)
    return f"{_sign(amount if whole else 0.0, signed)}${whole:,}"


def short_dollars(value: Any, *, signed: bool = False) -> str:
    """Two or three digits, for prose and charts: −$212k, $7.1M, $2.4k, $900, $60."""
    amount = real(value)
    if amount is None:
        return ABSENT
    size = abs(amount)
    if size >= 999_500:
        digits = f"{size / 1e6:.1f}".removesuffix(".0") + "M"
    elif size >= 9_950:
        digits = f"{math.floor(size / 1e3 + 0.5):,}k"
    elif size >= 950:
        digits = f"{math.floor(size / 100 + 0.5) / 10:.1f}".removesuffix(".0") + "k"
    elif size >= 100:
        digits = f"{math.floor(size / 100 + 0.5) * 100}"
    else:
        digits = str(math.floor(size / 10 + 0.5) * 10)
    if digits == "0":
        return "$0"
    return f"{_sign(amount, signed)}${digits}"


def near_dollars(value: Any) -> str:
    """The size of a difference for a sentence: $420 to tens below a thousand, then as `short_dollars`."""
    amount = real(value)
    if amount is None:
        return ABSENT
    tens = math.floor(abs(amount) / 10 + 0.5) * 10
    return f"${tens}" if tens < 1000 else short_dollars(abs(amount))


def magnitude(value: Any) -> str:
    """The size of an amount without its sign, in thousands."""
    amount = real(value)
    return ABSENT if amount is None else short_dollars(abs(amount))


def share(value: Any, digits: int = 1, *, signed: bool = False) -> str:
    """A fraction as a percentage: −3.6%."""
    fraction = real(value)
    if fraction is None:
        return ABSENT
    text = f"{abs(fraction) * 100:.{digits}f}"
    return f"{_sign(fraction if float(text) else 0.0, signed)}{text}%"


def plain(value: Any, digits: int = 1, *, signed: bool = False) -> str:
    """A number with a fixed count of decimals and a true minus sign."""
    amount = real(value)
    if amount is None:
        return ABSENT
    text = f"{abs(amount):,.{digits}f}"
    return f"{_sign(amount if float(text.replace(',', '')) else 0.0, signed)}{text}"


def points(value: Any) -> str:
    """Score points to one decimal, always signed."""
    return plain(value, 1, signed=True)


def whole(value: Any) -> str:
    """A count that needs no suppression: rows, clinicians, files."""
    amount = real(value)
    return ABSENT if amount is None else f"{round(amount):,}".replace("-", MINUS)


def people(value: Any) -> str:
    """A count of beneficiaries, episodes or eligible cases: under 11 it is suppressed; zero is zero."""
    amount = real(value)
    if amount is None:
        return ABSENT
    count = int(amount)
    return SUPPRESSED if 0 < count < SMALLEST_CELL else f"{count:,}"


def is_small(value: Any) -> bool:
    """True where a count must not leave."""
    amount = real(value)
    return amount is not None and 0 < amount < SMALLEST_CELL


def listed(words: Sequence[str]) -> str:
    """a, b and c."""
    if not words:
        return ""
    if len(words) == 1:
        return words[0]
    return ", ".join(words[:-1]) + " and " + words[-1]


def counted(count: int, one: str, many: str | None = None) -> str:
    """1 clinician, 2 clinicians."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def lower_first(words: str) -> str:
    """For the middle of a sentence: the first letter small, unless the word is an abbreviation."""
    return words if words[:2].isupper() else words[:1].lower() + words[1:]


_SMALL = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def spelled(count: int) -> str:
    """Small numbers as words."""
    return _SMALL[count] if 0 <= count < len(_SMALL) else f"{count:,}"


def month_name(month: Any) -> str:
    """202703 as Mar 2027."""
    names = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
    value = int(month)
    place = value % 100
    return f"{names[place - 1]} {value // 100}" if 1 <= place <= len(names) else str(month)

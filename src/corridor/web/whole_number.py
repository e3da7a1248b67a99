"""A whole number somebody typed, and nothing that only looks like one."""

from __future__ import annotations

DIGITS = 9


def whole_number(text: str, most: int = DIGITS) -> int | None:
    """The number in at most so many digits; None for anything else.

    str.isdigit alone is not enough: it is true of a superscript two, of which int() makes no number.
    """
    return int(text) if text.isascii() and text.isdigit() and len(text) <= most else None

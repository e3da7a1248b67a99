"""Counts in words, as every message writes them."""

from __future__ import annotations


def counted(count: int, one: str, many: str = "") -> str:
    """``1 row``, ``2,000 rows``; ``many`` where it is not ``one`` and an s."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def and_more(rejected: int, none: str) -> str:
    """What to say beside the first of ``rejected`` rows that are wrong; ``none`` where it is the only one."""
    others = rejected - 1
    if others <= 0:
        return none
    return f"{counted(others, 'more row has', 'more rows have')} something wrong."

"""Check digits of public identifiers."""

from __future__ import annotations

_PREFIX = "80840"  # of the card issuer number that an NPI is part of
_DIGITS = 10


def npi_is_valid(npi: str) -> bool:
    """Whether a text is an NPI: ten digits, the last by the Luhn formula over 80840 and the others.

    Source: CMS, National Provider Identifier standard, check digit.
    """
    if len(npi) != _DIGITS or not npi.isascii() or not npi.isdigit():
        return False
    total = 0
    for place, digit in enumerate(reversed(_PREFIX + npi)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0

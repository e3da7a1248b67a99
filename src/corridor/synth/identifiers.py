"""Identifiers that look right and belong to nobody.

- MBI: CMS's format with the letter S in second place, which CMS keeps for synthetic people (S is not in the
  alphabet of real ones).
- NPI: ten digits with a valid check digit (Luhn over 80840 and the number), beginning with 9; real ones begin
  with 1 or 2.
- TIN: nine digits beginning with 00, a prefix the IRS does not issue.
- CCN: six digits beginning with 00, which is no state.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_LETTERS = np.frombuffer(b"ACDEFGHJKMNPQRTUVWXY", dtype=np.uint8)
_DIGITS = np.frombuffer(b"0123456789", dtype=np.uint8)
_BOTH = np.concatenate([_DIGITS, _LETTERS])
_MBI_PLACES = (_DIGITS[1:], _BOTH, _DIGITS, _LETTERS, _BOTH, _DIGITS, _LETTERS, _LETTERS, _DIGITS, _DIGITS)
_MBI_COUNT = 9 * 30 * 10 * 20 * 30 * 10 * 20 * 20 * 10 * 10
_MBI_STEP = 320_255_973_503  # has no factor in common with the count, so every index has its own number
_MBI_SHIFT = 271_828_182_845
_NPI_PREFIX_SUM = 24  # what the prefix 80840 adds to the Luhn sum of an NPI

Bytes = NDArray[np.uint8]
Ints = NDArray[np.int64]


def mbi(index: Ints) -> Bytes:
    """Medicare beneficiary identifiers of the given indices: shape (n, 11), one row a number."""
    rest = (index.astype(np.uint64) * np.uint64(_MBI_STEP) + np.uint64(_MBI_SHIFT)) % np.uint64(_MBI_COUNT)
    out = np.empty((len(index), 11), dtype=np.uint8)
    out[:, 1] = ord("S")
    for place, letters in zip((10, 9, 8, 7, 6, 5, 4, 3, 2, 0), reversed(_MBI_PLACES), strict=True):
        size = np.uint64(len(letters))
        out[:, place] = letters[(rest % size).astype(np.int64)]
        rest //= size
    return out


def npi(index: Ints) -> Ints:
    """National provider identifiers of the given indices (below 100 million)."""
    nine = 900_000_000 + index.astype(np.int64)
    total = np.full(len(nine), _NPI_PREFIX_SUM, dtype=np.int64)
    rest = nine.copy()
    for place in range(9):
        digit = rest % 10
        rest //= 10
        if place % 2 == 0:  # every second digit counts double, beginning beside the check digit
            digit = digit * 2
            digit = np.where(digit > 9, digit - 9, digit)
        total += digit
    return nine * 10 + (10 - total % 10) % 10


def is_npi(number: str) -> bool:
    """Whether the check digit of a ten-digit NPI is right."""
    if len(number) != 10 or not number.isdigit():
        return False
    total = _NPI_PREFIX_SUM
    for place, letter in enumerate(reversed(number)):
        digit = int(letter) * (2 if place % 2 == 1 else 1)
        total += digit - 9 if digit > 9 else digit
    return total % 10 == 0


def tin(block: int, place: int) -> str:
    """The taxpayer number of practice ``place`` (below 1000) of block ``block`` (below 10,000)."""
    return f"00{block:04d}{place:03d}"

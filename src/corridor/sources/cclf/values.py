"""Whether one value of one field is what the packet says it is, and if not, in which way.

Slow and exact: it is asked only about the values that shape.py found suspicious.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from corridor.layouts.cclf import Field

SCALE = {"amount": 2, "quantity": 4}
# What the SQL types of the raw tables hold: DECIMAL(18, scale), INTEGER.
DECIMAL_DIGITS = 18
LARGEST_INTEGER = 2_147_483_647

_DATE = re.compile(rb"(\d{4})-(\d\d)-(\d\d)")
# Amounts with up to four decimals are known; they are rounded half up to the cent.
_NUMBER = re.compile(rb"[+-]?(?:\d+(?:\.\d{0,4})?|\.\d{1,4})")
_DIGITS = re.compile(rb"\d+")
_CODE = re.compile(rb"[A-Z0-9.\-]+")
# One character apart from the rest of a text, which one changed bit makes of a blank (0 apart).
_LONE = re.compile(rb"(?:^|  )[!\"$(`](?=  )")
# CMS, "Understanding the Medicare Beneficiary Identifier format": which positions are letters and digits.
_MBI = re.compile(rb"[1-9][A-Z][A-Z0-9]\d[A-Z][A-Z0-9]\d[A-Z]{2}\d{2}")


@dataclass(frozen=True)
class Fault:
    """What is wrong with a value.

    damaged  True where one character is of the wrong kind and one changed bit explains it:
             such a file was damaged on its way, while other faults are ordinary bad data
    minor    True for text that is merely unusual and can be kept
    """

    code: str
    reason: str
    damaged: bool = False
    minor: bool = False


@lru_cache(maxsize=65536)
def fault(field: Field, value: bytes, mbi_form: bool = False) -> Fault | None:
    """What is wrong with ``value`` (all the characters of the field), None if nothing."""
    if not value.strip():
        return Fault("BLANK-KEY", f"{field.name} is blank") if field.required else None
    if field.type == "date":
        if not _DATE.fullmatch(value):
            return Fault("BAD-DATE", f"{field.name} is not a date YYYY-MM-DD", _one_bit_off(field, value))
        return None if _calendar(value) else Fault("BAD-DATE", f"{field.name} is a day that does not exist")
    if field.type == "text":
        lone = _LONE.search(value + b"  ")
        return (
            Fault("UNUSUAL-TEXT", f"{field.name} holds a lone character", True, minor=True) if lone else None
        )
    if _fits(field, value, mbi_form):
        return _size(field, value)
    damaged = _one_bit_off(field, value, mbi_form)
    if field.type in SCALE or field.type == "integer":
        return Fault("BAD-NUMBER", f"{field.name} is not a number of the form {field.format}", damaged)
    if field.type == "digits":
        return Fault("NON-NUMERIC-ID", f"{field.name} holds something other than digits", damaged)
    return Fault("UNUSUAL-TEXT", f"{field.name} holds an unusual character", damaged, minor=True)


def _fits(field: Field, value: bytes, mbi_form: bool = False) -> bool:
    """Whether the characters are of the right kind at the right place; True for blank."""
    text = value.strip(b" ")
    if not text or field.type == "text":
        return True
    if field.type == "date":
        return _DATE.fullmatch(value) is not None and _calendar(value)
    if field.type in SCALE:
        return _NUMBER.fullmatch(text) is not None
    if field.type in ("digits", "integer"):
        return _DIGITS.fullmatch(text) is not None
    return (_MBI if mbi_form and field.identifies == "mbi" else _CODE).fullmatch(text) is not None


def _one_bit_off(field: Field, value: bytes, mbi_form: bool = False) -> bool:
    """Whether changing one bit of one character would make the value what it should be."""
    for at, byte in enumerate(value):
        for bit in range(8):
            other = value[:at] + bytes([byte ^ (1 << bit)]) + value[at + 1 :]
            if _fits(field, other, mbi_form) and (other.strip() or not field.required):
                return True
    return False


def one_bit_off_blank(value: bytes) -> bool:
    """Whether one changed bit of one character made this of a blank field."""
    rest = value.replace(b" ", b"")
    return len(rest) == 1 and (rest[0] ^ ord(" ")).bit_count() == 1


def _calendar(value: bytes) -> bool:
    try:
        date(int(value[:4]), int(value[5:7]), int(value[8:]))
    except ValueError:
        return False
    return True


def _size(field: Field, value: bytes) -> Fault | None:
    if field.type == "integer" and int(value) > LARGEST_INTEGER:
        return Fault("NUMBER-TOO-LARGE", f"{field.name} is larger than {LARGEST_INTEGER}")
    if field.type in SCALE:
        whole = value.strip().lstrip(b"+-").partition(b".")[0].lstrip(b"0")
        if len(whole) > DECIMAL_DIGITS - SCALE[field.type]:
            return Fault("NUMBER-TOO-LARGE", f"{field.name} has more than {DECIMAL_DIGITS} digits")
    return None

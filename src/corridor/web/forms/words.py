"""The names of columns, and what stands in a cell, for a reader."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

SHORT = {
    "tin": "TIN", "npi": "NPI", "aco": "ACO", "id": "ID", "hcpcs": "HCPCS", "mac": "MAC", "qp": "QP",
    "mips": "MIPS", "apcm": "APCM", "ccm": "CCM", "b": "B", "hccs": "HCCs", "pos": "POS", "cbsa": "CBSA",
    "zip": "ZIP", "utn": "UTN", "qmb": "QMB", "gpci": "GPCI", "apm": "APM",
}  # fmt: skip
NAMES = {"todo": "What to do", "words": "In words", "part_b_paid": "Part B paid", "why": "Why"}
MONEY = re.compile(r"dollars|amount|paid|charge|worth|cost|change|revenue|margin|medicare")
SHARE = re.compile(r"factor|share|percent|adjustment(?!s)|^best_.*_score$")
WHOLE = re.compile(r"year|month$|line_number|^line$")


def heading(name: str) -> str:
    """A column's name: ``part_b_paid`` is Part B paid."""
    if name in NAMES:
        return NAMES[name]
    words = " ".join(SHORT.get(one, one) for one in name.split("_"))
    return words[:1].upper() + words[1:]


def cell(name: str, value: Any, signed: Collection[str] = ()) -> tuple[str, str]:
    """A cell in words, and its tone where the column is a gain or loss."""
    if value is None or value == "":
        return "–", ""
    if isinstance(value, bool):
        return ("yes" if value else "no"), ""
    if isinstance(value, int | float):
        tone = ("gain" if value > 0 else "loss" if value < 0 else "") if name in signed else ""
        money = bool(MONEY.search(name)) or (name in signed and not name.endswith("adjustment_factor"))
        return _figure(name, float(value), bool(tone), money), tone
    if isinstance(value, list):
        return " ".join(map(str, value)), ""
    text = str(value)
    return (text.replace("_", " ") if text.islower() else text), ""


def _figure(name: str, value: float, signed: bool, money: bool) -> str:
    mark = "−" if value < 0 else "+" if signed else ""
    size = abs(value)
    if SHARE.search(name) and size <= 1 and not (money and signed):
        return f"{mark}{size:.2%}"
    if money:
        return f"{mark}${size:,.2f}" if size < 1000 and not size.is_integer() else f"{mark}${size:,.0f}"
    if WHOLE.search(name):
        return f"{mark}{size:.0f}"
    return mark + (f"{size:,.0f}" if size.is_integer() else f"{size:,.3f}".rstrip("0").rstrip("."))

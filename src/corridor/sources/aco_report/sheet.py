"""One sheet of a workbook as cells with their labels.

Every table of these workbooks is written alike: rows of title, one row of column names (two, where columns
stand in groups), then headings and rows by turns, and notes at the end. A heading may carry a letter in
brackets, ``[L]``, by which CMS's own steps of calculation name it; above lettered headings stand groups
without one. A row that carries the text of its heading is the total CMS prints.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from corridor.engine.tabular.layout import normalised

_LETTER = re.compile(r"^\[([A-Z]\d?)\]\s*(.*)$")
_NOTES = re.compile(r"^(notes?\b|\*|†|‡|\d+\s*[.)]\s|source:)", re.IGNORECASE)
_TYPES = {
    "esrd": "esrd",
    "end_stage_renal_disease": "esrd",
    "disabled": "disabled",
    "aged_dual": "aged_dual",
    "aged_dual_eligible": "aged_dual",
    "aged_non_dual": "aged_non_dual",
    "aged_non_dual_eligible": "aged_non_dual",
    "aged_nondual": "aged_non_dual",
    "aged_disabled": "aged_disabled",
    "total": "total",
    "overall": "total",
}
# headings of sheets without letters, which may carry the printed total in their own row
_HEADINGS = (
    "enrollment_type",
    "component_expenditures",
    "additional_utilization",
    "transition_of_care",
    "non_claims_based_payments",
    "declined_data_sharing",
    "regional_expenditures",
    "national_weight",
    "regional_weight",
)
NOT_APPLICABLE = frozenset({"-", "–", "—", "n/a", "na", "*"})


@dataclass(frozen=True)
class Cell:
    """One value. ``value`` is None where CMS prints "-" (not applicable, which is not zero) or text."""

    row_number: int
    group_label: str | None
    section_code: str | None
    section_label: str | None
    row_label: str
    enrollment_type: str | None
    column_group: str | None
    column_label: str
    value: float | None
    value_text: str


Rows = Iterable[tuple[int, Sequence[str]]]


def cells(rows: Rows, is_key_value: bool = False) -> list[Cell]:
    """The cells of a sheet; ``is_key_value``: the Parameters sheet, a name and a value a row."""
    found = [(number, [text.strip() for text in row]) for number, row in rows]
    if is_key_value:
        return [
            Cell(number, None, None, None, row[0], None, None, "Value", number_of(row[1]), row[1])
            for number, row in found
            if len(row) > 1 and row[0] and row[1]
        ]
    header, body = _header(found)
    if not header:
        return []
    lettered = any(_LETTER.match(row[0]) for _, row in body if row)
    return _body(body, header, lettered)


def _header(
    rows: Sequence[tuple[int, list[str]]],
) -> tuple[dict[int, tuple[str | None, str]], list[tuple[int, list[str]]]]:
    """Column place -> (its group, its label), and the rows below."""
    for place, (_, row) in enumerate(rows):
        if not _is_header(row):
            continue
        below = rows[place + 1][1] if place + 1 < len(rows) else []
        first = {at: text for at, text in enumerate(row) if at and text}
        if below and not below[0] and _is_header(below):
            group: str | None = None
            both: dict[int, tuple[str | None, str]] = {}
            for at in range(1, max(len(row), len(below))):
                group = row[at] if at < len(row) and row[at] else group
                under = below[at] if at < len(below) else ""
                if under:
                    both[at] = (group, under)
                elif at in first:
                    both[at] = (None, first[at])
            return both, list(rows[place + 2 :])
        return {at: (None, text) for at, text in first.items()}, list(rows[place + 1 :])
    return {}, []


def _is_header(row: Sequence[str]) -> bool:
    values = [text for text in row[1:] if text]
    return bool(values) and all(
        number_of(text) is None and text.lower() not in NOT_APPLICABLE for text in values
    )


def _body(
    rows: Sequence[tuple[int, list[str]]], header: dict[int, tuple[str | None, str]], lettered: bool
) -> list[Cell]:
    found: list[Cell] = []
    group = code = section = None
    for number, row in rows:
        label = row[0] if row else ""
        if not label:
            continue
        values = {at: row[at] for at in header if at < len(row) and row[at]}
        if not values and _NOTES.match(label):
            break
        letter = _LETTER.match(label)
        if letter:
            code, section = letter[1], letter[2] or letter[1]
            label = section
        elif not values:
            group, code, section = (label, None, None) if lettered else (None, None, label)
        elif not lettered and any(part in normalised(label) for part in _HEADINGS):
            code, section = None, label
        kind = _TYPES.get(normalised(label)) or (
            "total" if section is not None and label == section else None
        )
        for at, text in values.items():
            over, column = header[at]
            found.append(Cell(number, group, code, section, label, kind, over, column, number_of(text), text))
    return found


def number_of(text: str) -> float | None:
    """A cell as a number: "$1,234" and "(12)" are read, "12.5%" as a fraction; None for "-" and words."""
    plain = text.strip().replace("$", "").replace(",", "").replace("−", "-")
    negative = plain.startswith("(") and plain.endswith(")")
    plain = plain[1:-1] if negative else plain
    percent = plain.endswith("%")
    plain = plain.rstrip("%").strip()
    if not re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", plain):
        return None
    value = float(plain) / (100 if percent else 1)
    return -value if negative else value

"""Infusions that cannot be settled as they stand: keys that identify, patients who left before they came."""

from __future__ import annotations

import re
from collections.abc import Sequence

from corridor.errors import CorridorError
from corridor.programs.contract.figures import Row

# A Medicare Beneficiary Identifier (with or without hyphens), or a social security number.
_LETTER, _EITHER = "[AC-HJKMNP-RT-Y]", "[AC-HJKMNP-RT-Y0-9]"
IDENTIFIER = re.compile(
    rf"[1-9]{_LETTER}{_EITHER}[0-9]-?{_LETTER}{_EITHER}[0-9]-?{_LETTER}{{2}}[0-9]{{2}}"
    r"|[0-9]{3}-?[0-9]{2}-?[0-9]{4}[A-Z]?"
)


def refuse_identifiers(rows: Sequence[Row], lines: Sequence[int], file: str) -> None:
    """Raises CONTRACT-IDENTIFIER for a key that looks like a person's number; it is not repeated."""
    for row, line in zip(rows, lines, strict=True):
        if IDENTIFIER.fullmatch(row["episode"].strip().upper()):
            raise CorridorError(
                "CONTRACT-IDENTIFIER",
                "The key of the infusion has the shape of a Medicare or social security number.",
                why="Keys are printed in results, ledgers and derivations, and must identify nobody.",
                todo="Give each infusion a key of your own, such as E001.",
                file=file,
                line=line,
                field="episode",
            )


def refuse_leaving(rows: Sequence[Row], file: str) -> None:
    """Raises CONTRACT-FIGURE for a reason without a day, or a day without one or before the infusion."""
    for row in rows:
        day, reason = row["left_on"], row["left_reason"]
        if reason is not None and day is None:
            what, field = f"The patient {reason}, and no day says when.", "left_on"
        elif day is not None and reason is None:
            what, field = "The patient left, and nothing says why.", "left_reason"
        elif day is not None and day < row["infusion_date"]:
            what, field = "The patient left before the infusion.", "left_on"
        else:
            continue
        raise CorridorError(
            "CONTRACT-FIGURE",
            what,
            why="Which time points can be measured, and by which rule the others count, follows from it.",
            todo="Give left_on, the last day of follow-up, and left_reason: lost, died or moved.",
            file=file,
            line=row["line"],
            field=field,
        )

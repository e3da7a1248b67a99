"""What became of each file that was to be installed as a reference."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from corridor.errors import CorridorError

UNKNOWN = "REFERENCE-UNKNOWN"


@dataclass
class Outcome:
    """What became of one file: ``added``, ``replaced``, ``passed over`` or ``refused``."""

    file: str
    status: str
    reference: str | None = None
    vintage: str | None = None
    rows: int = 0  # of the file that were kept
    rows_set_aside: int = 0
    rows_in_table: int = 0  # of the whole edition, which may say a thing once that files say twice
    why: str = ""
    error: CorridorError | None = None
    warnings: list[str] = field(default_factory=list)

    def to_dict(self) -> dict[str, Any]:
        """JSON types; every key is always present."""
        values = {key: value for key, value in vars(self).items() if key != "error"}
        return {**values, "error": None if self.error is None else self.error.to_dict()}


def settled(outcomes: list[Outcome]) -> list[Outcome]:
    """A folder may hold more than references; one that holds none of them is refused."""
    strange = [one for one in outcomes if one.status == "passed over" and one.error is not None]
    nothing = len(strange) == len(outcomes)
    for one in strange:
        if nothing and one.error is not None:
            one.status, one.why = "refused", one.error.what
        else:
            one.error = None
    return outcomes

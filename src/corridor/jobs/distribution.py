"""A distribution plan run on its recipients, and the statements written from it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from corridor.errors import CorridorError
from corridor.law import load_rules

if TYPE_CHECKING:
    from corridor.programs.distribution.split import Distribution


def run_distribution(plan: Path, file: Path, amounts: list[str]) -> Distribution:
    """Read, split and flag. ``amounts`` are POOL=DOLLARS. Raises DISTRIBUTION-* and FORM-*."""
    from corridor.programs.distribution.plan import read_plan
    from corridor.programs.distribution.split import distribute, read_recipients

    read = read_plan(plan)
    force = load_rules(["distribution"]).in_force(read.plan.year)
    return distribute(read, read_recipients(file), _amounts(amounts), force)


def _amounts(texts: list[str]) -> dict[str, float]:
    found: dict[str, float] = {}
    for text in texts:
        name, _, value = text.partition("=")
        try:
            found[name.strip()] = float(value.replace(",", ""))
        except ValueError:
            raise CorridorError(
                "DISTRIBUTION-AMOUNT",
                f"{text!r} is not POOL=DOLLARS.",
                todo="Write for instance --amount shared_savings=564288.00",
                field="--amount",
            ) from None
    return found


def write_statements(found: Distribution, folder: Path, npi: str = "") -> list[Path]:
    """A PDF and a workbook for each clinician (or one of them). Returns the files."""
    raise NotImplementedError

"""What scenarios are made of, kept while it is used, apart from the runs and viewers of the pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from corridor.web.workbench import Shelf, Workbench

# Outcomes are small; a settled cohort holds every quantity of every participant, some megabytes; a choice of
# track holds every draw, and takes seconds: it is not to make way for cohorts.
MOST = {"outcome": 128, "chance": 32, "settled": 6, "choice": 6, "inputs": 64}
Made = TypeVar("Made")


def kept(bench: Workbench, kind: str, key: Any, make: Callable[[], Made]) -> Made:
    """What is kept of a kind under a key; made first where it is not there."""
    shelf = bench._shelf.get(("scenarios", kind), lambda: Shelf(MOST[kind]))
    return shelf.get(key, make)

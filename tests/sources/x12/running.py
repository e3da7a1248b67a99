"""Run the steps of the X12 room over a warehouse; rows as dicts."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from corridor.engine.catalogue import load_catalogue
from corridor.engine.run import Runner
from corridor.engine.runs import Run
from corridor.engine.warehouse import Warehouse
from corridor.law import Rules, load_rules

SETTING = {"performance_year": 2027, "payment_year": 2029, "data_year": 2025}
Ask = Callable[[str], list[dict[str, Any]]]


@cache
def law() -> Rules:
    return load_rules(["asm", "claims"])


def run(home: Path, threads: int | None = None) -> Ask:
    """Run every X12 step; what asks the run."""
    runner = Runner(Warehouse.open(home), law().in_force(2027), SETTING, threads=threads)
    made = runner.run([name for name in load_catalogue().steps if name.startswith("x12.")])
    return Run(home, made).query


def one(ask: Ask, query: str) -> tuple[Any, ...]:
    """The single row of a query, as a tuple."""
    (row,) = ask(query)
    return tuple(row.values())

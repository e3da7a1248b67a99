"""What a plan leaves unsaid: cells that count as nothing, money held back without a pool for it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from corridor.programs.distribution.plan import PRODUCTS, Plan, Pool

Row = dict[str, Any]
SHOWN = 5


def warnings_of(plan: Plan, rows: Sequence[Row], file: str) -> list[str]:
    """Warnings, each with the lines it is about."""
    found: list[str] = []
    for pool in plan.pools:
        for name in quantities(pool):
            blank = [row["line"] for row in rows if row[name] is None]
            text = (
                f"{file}: {name} is blank on {_lines(blank)}: counted as nothing, so those take no part by it"
            )
            if 0 < len(blank) < len(rows) and text not in found:
                found.append(text)
    held = [row["line"] for row in rows if row["withheld"]]
    if held and not any(pool.withholds for pool in plan.pools):
        found.append(
            f"{file}: withheld stands on {_lines(held)}, and no pool of the plan has withholds: "
            "it is neither used nor given back here"
        )
    return found


def quantities(pool: Pool) -> list[str]:
    """The columns the steps of a pool ask about, each once."""
    names: dict[str, None] = {}
    for step in pool.steps:
        for one in step.weights:
            if one.by != "equal":
                names |= dict.fromkeys(PRODUCTS.get(one.by, (one.by,)))
        names |= dict.fromkeys(gate.column for gate in step.gates)
    return list(names)


def _lines(numbers: Sequence[int]) -> str:
    listed = ", ".join(str(one) for one in numbers[:SHOWN])
    more = f" and {len(numbers) - SHOWN} more" if len(numbers) > SHOWN else ""
    return f"line{'' if len(numbers) == 1 else 's'} {listed}{more}"

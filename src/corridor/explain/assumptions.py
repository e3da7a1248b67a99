"""The rules in a derivation that a reader should know are not settled law."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from corridor.formulas import Node
from corridor.formulas.walk import SETTLED


def assumptions_of(nodes: Iterable[Node]) -> list[dict[str, Any]]:
    """One record a rule of these derivations that is neither codified nor official, or was overridden.

    A rule that gave several values (a row of a table for each measure) lists them under ``value``.
    """
    found: dict[str, dict[str, Any]] = {}
    for root in nodes:
        for node in root.walk():
            if node.kind != "rule" or node.rule is None or (node.status in SETTLED and not node.overridden):
                continue
            record = found.setdefault(
                node.rule,
                {
                    "rule": node.rule, "about": node.about, "value": [], "unit": node.unit,
                    "status": node.status, "cite": node.cite, "overridden": node.overridden,
                },
            )  # fmt: skip
            if node.value not in record["value"]:
                record["value"].append(node.value)
    for record in found.values():
        if len(record["value"]) == 1:
            record["value"] = record["value"][0]
    return [found[name] for name in sorted(found)]

"""How a derivation writes a value: enough digits to follow the arithmetic, with its unit."""

from __future__ import annotations

from typing import Any

from corridor.formulas import Node

UNSPOKEN_UNITS = ("", "choice", "code", "name", "factor", "count")
FLAG_UNITS = ("flag",)
SHOWN_DIGITS = 6
SHOWN_ENTRIES = 12


def value_text(node: Node) -> str:
    """The value of a node for a reader: $1,234.56, 74.3 points, 0.0287 (+2.87 %), yes, or not known."""
    value, unit = node.value, node.unit or ""
    if value is None:
        return "not known"
    if unit in FLAG_UNITS or isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return entries_text(value)
    if isinstance(value, str):
        return value
    if unit == "usd_per_unit":
        return f"${value:,.4f}"
    if unit in ("dollars", "usd"):
        return f"-${abs(value):,.2f}" if value < 0 else f"${value:,.2f}"
    if unit.startswith("fraction of Part B"):
        return f"{number_text(value)} ({value:+.4%})"
    plain = number_text(value)
    return plain if unit in UNSPOKEN_UNITS else f"{plain} {unit.replace('_', ' ')}"


def number_text(value: float) -> str:
    """Up to six decimals, thousands parted, no trailing zeros."""
    text = f"{value:,.{SHOWN_DIGITS}f}"
    text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def entries_text(values: list[Any]) -> str:
    """A short list in one line."""
    shown = [number_text(v) if isinstance(v, int | float) else str(v) for v in values[:SHOWN_ENTRIES]]
    if all(v is None for v in values):
        return "not known"
    more = f" and {len(values) - SHOWN_ENTRIES} more" if len(values) > SHOWN_ENTRIES else ""
    return ", ".join(shown) + more


def origin_text(node: Node) -> str:
    """Where the value comes from, in one phrase: the group, the rule with its status, the file and line."""
    if node.kind == "rule":
        status = f"{node.status}, overridden" if node.overridden else str(node.status)
        found = f" [{node.label}]" if node.label else ""
        return f"rule {node.rule}{found}, {status}: {node.cite}"
    if node.kind == "input":
        return f"given: {node.evidence}" if node.evidence else "given"
    parts = []
    if node.group_size is not None:
        noun = "row" if node.group_size == 1 else "rows"
        of = "of" if node.kind == "group" else "over the"
        parts.append(f"{node.statistic} {of} {node.group}, {node.group_size:,} {noun}")
    if node.cite:
        parts.append(node.cite)
    return "; ".join(parts)

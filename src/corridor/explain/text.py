"""A derivation as plain text: a tree of at most 100 columns."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

from corridor.explain.condense import condensed
from corridor.explain.values import entries_text, number_text, origin_text, value_text
from corridor.formulas import Node

WIDTH = 100


def tree_text(node: Node, *, depth: int | None = None, full: bool = False, width: int = WIDTH) -> str:
    """The tree below a node; ``depth`` levels of it (None: all).

    What only decided between branches is named in one line, and a value that is passed on is shown once;
    ``full`` shows every step.
    """
    lines: list[str] = []
    _Tree(lines, full, width).add(node if full else condensed(node), "", "", depth, None)
    return "\n".join(lines)


class _Tree:
    def __init__(self, lines: list[str], full: bool, width: int) -> None:
        self.lines = lines
        self.full = full
        self.width = width
        self.told: set[tuple[str, str | None]] = set()

    def add(self, node: Node, first: str, rest: str, depth: int | None, label: str | None) -> None:
        children = [] if depth is not None and depth <= 0 else node.children
        tests = [child for child in node.children if child.role == "test"]
        if not self.full:
            children = [child for child in children if child.role != "test"]
        self.wrap(self.head(node, label), first, rest)
        bar = rest + ("│  " if children else "   ")
        if not self.again(node):
            for line in self.notes(node, children, tests):
                self.wrap(line, bar, bar + "  ")
        own = node.label if node.kind != "rule" else label
        for place, child in enumerate(children):
            last = place == len(children) - 1
            joint, below = ("└─ ", "   ") if last else ("├─ ", "│  ")
            down = None if depth is None else depth - 1
            self.add(child, rest + joint, rest + below, down, own or label)

    def head(self, node: Node, label: str | None) -> str:
        named = f" [{node.label}]" if node.label and node.kind != "rule" and node.label != label else ""
        if self.again(node) and not self.full:
            shown = "as above" if isinstance(node.value, list) else f"{value_text(node)} (as above)"
            return f"{node.name}{named}: {shown}"
        return f"{node.name}{named}: {value_text(node)}"

    def again(self, node: Node) -> bool:
        """Whether the reader has seen this node; asking does not tell it."""
        if node.kind in ("rule", "input"):
            return not self.full and (node.name, node.label) in self.told
        return node.repeated

    def notes(self, node: Node, children: Sequence[Node], tests: Sequence[Node]) -> list[str]:
        self.told.add((node.name, node.label))
        lines = []
        shown = node.formula if self.full else node.applied or node.formula
        if shown and shown != only_name(children):
            lines.append(f"= {shown}")
        if tests and not self.full:
            decided = "; ".join(f"{test.name} {value_text(test)}" for test in tests)
            lines.append(f"given {decided}")
        origin = origin_text(node)
        return [*lines, f"({origin})"] if origin else lines

    def wrap(self, text: str, first: str, rest: str) -> None:
        self.lines += _wrapped(text, first, rest, self.width)


def only_name(children: Sequence[Node]) -> str | None:
    """The name of an only child, which as a formula would say nothing."""
    return children[0].name if len(children) == 1 else None


def _wrapped(text: str, first: str, rest: str, width: int) -> list[str]:
    """Text wrapped behind its branches; a tree deeper than the page keeps a readable strip."""
    room = max(width, len(rest) + 40)
    return textwrap.wrap(
        text, room, initial_indent=first, subsequent_indent=rest, break_long_words=False,
        break_on_hyphens=False,
    )  # fmt: skip


def assumptions_text(records: Sequence[Mapping[str, Any]], width: int = WIDTH) -> str:
    """The parameters that are neither codified nor official, one line each."""
    if not records:
        return "Every parameter under this result is codified or official."
    noun = "parameter" if len(records) == 1 else "parameters"
    lines = [f"{len(records)} {noun} under this result not codified or official:"]
    for record in records:
        status = f"{record['status']}, overridden" if record.get("overridden") else record["status"]
        text = f"{record['rule']} = {assumed_value(record)} [{status}] {record['cite']}"
        lines += textwrap.wrap(
            text, width, initial_indent="  ", subsequent_indent="      ", break_on_hyphens=False
        )
    return "\n".join(lines)


def assumed_value(record: Mapping[str, Any]) -> str:
    """The value of an assumption in a few words."""
    value = record["value"]
    if isinstance(value, list):
        if value and all(isinstance(entry, int | float) for entry in value):
            return entries_text(value)
        return f"{len(value)} row{'s' if len(value) != 1 else ''} of a table"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return number_text(value)
    return entries_text([value])

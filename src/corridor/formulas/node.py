"""The node of a derivation: one quantity, its value, and what it was made of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, TypeAlias

Plain: TypeAlias = "float | int | str | bool | list[Any] | None"


@dataclass
class Node:
    """One quantity of a derivation tree.

    kind        ``formula`` (computed), ``rule`` (a parameter of the law), ``input`` (given by the
                user or read from a table) or ``group`` (reduced over the rows of a group)
    value       plain Python, None where the quantity is absent
    about       what it is, in words (from the docstring or the rule)
    cite        the paragraph or document; for a rule also its status in ``status``
    formula     the text of the return expression, derived from the source that computed it
    applied     the same for this row: locals put in, branches that were not taken left out
    role        ``test`` where the quantity only decided between branches of the one above
    group       name and member of the group, for instance ``cohort heart_failure``
    statistic   what the group was reduced to: median, sum, ...
    evidence    where to look further down: a file and line, or a table and key
    label       which row of a child model this is, for instance ``measure 008, ecqm``
    repeated    True where the subtree was shown before and is not repeated
    """

    name: str
    value: Plain
    unit: str | None = None
    kind: str = "formula"
    about: str | None = None
    cite: str | None = None
    status: str | None = None
    formula: str | None = None
    applied: str | None = None
    role: str | None = None
    group: str | None = None
    group_size: int | None = None
    statistic: str | None = None
    evidence: str | None = None
    label: str | None = None
    rule: str | None = None
    overridden: bool = False
    repeated: bool = False
    children: list[Node] = field(default_factory=list)

    def to_dict(self) -> dict[str, Any]:
        """The tree as plain dictionaries, every key always present."""
        own = {name: getattr(self, name) for name in self.__dataclass_fields__ if name != "children"}
        return {**own, "children": [child.to_dict() for child in self.children]}

    def walk(self) -> Iterator[Node]:
        """This node and all below it, parents first."""
        yield self
        for child in self.children:
            yield from child.walk()

    def find(self, name: str) -> Node | None:
        """The first node of that name, parents first."""
        return next((node for node in self.walk() if node.name == name), None)

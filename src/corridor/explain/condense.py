"""A derivation made shorter for a reader; the whole tree stays in --json and --full."""

from __future__ import annotations

from dataclasses import replace

from corridor.formulas import Node


def condensed(node: Node) -> Node:
    """The tree with chains of quantities that only pass a value on drawn into one node.

    ``measure_points`` that is ``most_points`` that is ``achievement_points`` is one node whose ``applied``
    names the chain. Conditions along the chain are kept as its tests.
    """
    chain, tests, cites = [], [], []
    last = node
    while (below := _passes_on(last)) is not None:
        tests += [child for child in last.children if child.role == "test"]
        cites.append(last.cite)
        chain.append(below.name)
        last = below
    tests += [child for child in last.children if child.role == "test"]
    kept = [condensed(child) for child in last.children if child.role != "test"]
    if not chain:
        return replace(node, children=[*kept, *_once(tests)])
    told = [*chain, *([last.applied or last.formula] if last.applied or last.formula else [])]
    return replace(
        node,
        applied=" = ".join(str(step) for step in told),
        cite="; ".join(dict.fromkeys(str(cite) for cite in (*cites, last.cite) if cite)),
        group=last.group,
        group_size=last.group_size,
        statistic=last.statistic,
        kind=last.kind,
        children=[*kept, *_once(tests)],
    )


def _passes_on(node: Node) -> Node | None:
    """The one formula below whose value this node merely repeats."""
    used = [child for child in node.children if child.role != "test"]
    if node.kind != "formula" or node.repeated or len(used) != 1:
        return None
    below = used[0]
    one_row = node.group is not None and node.group_size == 1 and node.statistic in ("sum", "max", "min")
    same = node.applied == below.name or (one_row and node.value == below.value)
    return below if same and below.kind == "formula" and not below.repeated else None


def _once(tests: list[Node]) -> list[Node]:
    return list({test.name: test for test in tests}.values())

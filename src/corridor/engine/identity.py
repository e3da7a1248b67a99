"""Which person ids are one person: groups of linked ids, each named by its smallest."""

from __future__ import annotations

from collections.abc import Iterable


def merged(pairs: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """(person_id, kept_person_id) for every id that another id of its group replaces.

    Links may chain (a to b, b to c) and may run in circles; a group keeps its smallest id.
    """
    parent: dict[int, int] = {}

    def root(node: int) -> int:
        parent.setdefault(node, node)
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    for one, other in pairs:
        first, second = sorted((root(one), root(other)))
        parent[second] = first
    return sorted((node, root(node)) for node in list(parent) if root(node) != node)

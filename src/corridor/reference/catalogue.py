"""The public reference files Corridor can use, and the tables they become."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from corridor.engine.tabular import Layout, load_layouts

VINTAGE = "vintage"
UNDATED = "0000"  # the vintage of a file that carries no date: any dated one is newer


@dataclass(frozen=True)
class Reference:
    """One kind of reference file.

    columns  of the table ``reference.<name>``, with their SQL types; ``vintage`` comes last
    key      what is unique within a vintage
    """

    name: str
    layout: Layout
    columns: Mapping[str, str]
    key: tuple[str, ...]

    @property
    def about(self) -> str:
        return self.layout.about

    @property
    def source(self) -> str:
        return self.layout.source


@cache
def catalogue() -> dict[str, Reference]:
    """Every reference, by name; from ``layouts/reference/*.yaml``."""
    references = {}
    for name, layout in load_layouts("reference").items():
        own = layout.meta.get("columns") or {column.name: column.sql_type for column in layout.columns}
        columns = {**own, **layout.meta.get("adds", {}), VINTAGE: "VARCHAR"}
        references[name] = Reference(name, layout, columns, tuple(layout.meta["key"]))
    return references

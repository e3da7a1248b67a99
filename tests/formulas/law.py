"""A law of a few lines for tests: what a model reads of RulesInForce, and nothing else."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any


class SmallLaw:
    """scalars: rule -> (value, status); tables: rule -> rows (assumed)."""

    def __init__(
        self, scalars: dict[str, tuple[Any, str]], tables: dict[str, list[dict[str, Any]]] | None = None
    ):
        self.scalars = scalars
        self.tables = tables or {}

    def scalar(self, name: str) -> Any:
        return self.scalars[name][0]

    def rows(self, name: str) -> list[dict[str, Any]]:
        return self.tables[name]

    def __getitem__(self, name: str) -> Any:
        value, status = self.scalars.get(name, (self.tables.get(name), "assumed"))
        return SimpleNamespace(
            value=value, status=status, unit="fraction", kind="scalar", about=f"the rule {name}",
            cite=f"document of {name}", overridden=False,
        )  # fmt: skip

"""What is installed, and the tables that steps see."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corridor.engine.files import digest_of, read_json
from corridor.engine.tables import Part, Table
from corridor.engine.warehouse import Warehouse
from corridor.reference.catalogue import catalogue


@dataclass(frozen=True)
class Installed:
    """One vintage of one reference."""

    folder: Path
    record: dict[str, Any]

    @property
    def name(self) -> str:
        return str(self.record["name"])

    @property
    def vintage(self) -> str:
        return str(self.record["vintage"])

    @property
    def rows(self) -> int:
        return int(self.record["rows"])

    @property
    def parts(self) -> tuple[Path, ...]:
        """Its Parquet files."""
        return tuple(sorted(self.folder.glob("*.parquet")))

    @property
    def digests(self) -> list[str]:
        """The SHA-256 of the files it was made from."""
        return sorted(str(file["sha256"]) for file in self.record["files"])


def installed(warehouse: Warehouse, name: str | None = None) -> Iterator[Installed]:
    """Every installed vintage, of one reference or of all, in name and vintage order."""
    root = warehouse.home / "reference"
    for record in sorted(root.glob(f"{name or '*'}/*/reference.json")):
        if not record.parent.name.startswith("."):
            yield Installed(record.parent, read_json(record))


def reference_tables(warehouse: Warehouse) -> list[Table]:
    """``reference.<name>`` for every reference of the catalogue; one that is not installed has no rows."""
    tables = []
    for name, reference in catalogue().items():
        vintages = [
            one for one in installed(warehouse, name) if set(reference.columns) <= set(one.record["columns"])
        ]
        files = tuple(path for one in vintages for path in one.parts)
        digest = digest_of(
            [name, sorted(reference.columns.items()), [(v.vintage, v.digests) for v in vintages]]
        )
        rows = sum(one.rows for one in vintages)
        tables.append(Table(f"reference.{name}", reference.columns, Part(files, digest, rows)))
    return tables

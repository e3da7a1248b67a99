"""The warehouse: a folder of Parquet and JSON that holds what was loaded and computed.

    home/deliveries/<delivery_id>/   one load, immutable: delivery.json, raw/, identity/, rejects/
    home/reference/                  public files the user installed
    home/steps/                      outputs of steps, named by what went into them
    home/runs/<run_id>/manifest.json one complete run; runs/current names the last

Whatever is written appears whole by one rename, or not at all.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

from corridor.engine.delivery import DeliveryWriter
from corridor.engine.files import InputFile, digest_of, read_json, remove_tree, writer_lock
from corridor.errors import CorridorError


@dataclass(frozen=True)
class Delivery:
    """A load that is in the warehouse."""

    path: Path
    record: dict[str, Any]

    @property
    def delivery_id(self) -> str:
        return str(self.record["delivery_id"])

    @property
    def source_id(self) -> str:
        return str(self.record["source_id"])

    @property
    def fmt(self) -> str:
        return str(self.record["fmt"])

    @property
    def sequence(self) -> int:
        return int(self.record["sequence"])

    @property
    def tables(self) -> dict[str, dict[str, Any]]:
        """Table name -> {"rows": n, "months": {"202701": n, ...} or null}."""
        tables: dict[str, dict[str, Any]] = self.record["tables"]
        return tables

    def parts(self, table: str) -> list[Path]:
        """The Parquet files of one raw table, in name order."""
        return sorted((self.path / "raw" / table).glob("*.parquet"))


class Warehouse:
    """One CORRIDOR_HOME."""

    def __init__(self, home: Path) -> None:
        self.home = home

    @classmethod
    def open(cls, home: Path | str | None = None) -> Warehouse:
        """Open the warehouse at ``home``, else $CORRIDOR_HOME, else ./corridor-data. Creates nothing."""
        chosen = Path(home or os.environ.get("CORRIDOR_HOME") or "corridor-data")
        if chosen.exists() and not chosen.is_dir():
            raise CorridorError(
                "WAREHOUSE-NOT-A-FOLDER",
                "CORRIDOR_HOME names a file, not a folder.",
                todo="Name a folder, or a path that does not exist yet.",
                file=chosen,
            )
        return cls(chosen)

    @property
    def spill(self) -> Path:
        """Where a computation larger than memory may put its temporary files."""
        return self.home / "tmp" / "spill"

    def deliveries(self) -> list[Delivery]:
        """Every complete load, oldest first."""
        found = [
            Delivery(path.parent, read_json(path))
            for path in sorted((self.home / "deliveries").glob("*/delivery.json"))
            if not path.parent.name.startswith(".")
        ]
        return sorted(found, key=lambda delivery: delivery.sequence)

    def delivery_exists(self, delivery_id: str) -> bool:
        return (self.home / "deliveries" / delivery_id / "delivery.json").exists()

    def has_file(self, sha256: str) -> bool:
        """Whether a file with these bytes is part of a load already."""
        return sha256 in self._loaded_files

    @cached_property
    def _loaded_files(self) -> set[str]:
        return {file["sha256"] for delivery in self.deliveries() for file in delivery.record["files"]}

    @staticmethod
    def delivery_id(files: Sequence[InputFile]) -> str:
        """The id of a load: what its files are and hold, not what they are called or when they came."""
        return digest_of(sorted((file.kind, file.sha256) for file in files))[:16]

    @contextmanager
    def begin_delivery(
        self,
        fmt: str,
        source_id: str,
        files: Sequence[InputFile],
        file_date: date | None = None,
        threads: int | None = None,
        memory_limit: str | None = None,
    ) -> Iterator[DeliveryWriter]:
        """Write one load. On leaving without error it appears whole; on an error nothing of it remains."""
        with writer_lock(self.home):
            delivery_id = self.delivery_id(files)
            target = self.home / "deliveries" / delivery_id
            if self.delivery_exists(delivery_id):
                raise CorridorError(
                    "DELIVERY-EXISTS",
                    "These files are loaded already.",
                    why="Loading them again would count every claim twice.",
                    todo="Nothing: the warehouse holds them.",
                    file=files[0].name if files else None,
                )
            staging = target.with_name(f".{delivery_id}.{os.getpid()}")
            for left_over in (self.home / "deliveries").glob(".*"):
                remove_tree(left_over)  # of a load that was killed
            earlier = self.deliveries()
            writer = DeliveryWriter(
                staging=staging,
                delivery_id=delivery_id,
                fmt=fmt,
                source_id=source_id,
                files=list(files),
                file_date=file_date,
                sequence=1 + max((delivery.sequence for delivery in earlier), default=0),
                earlier=[delivery.path for delivery in earlier],
                spill=self.spill,
                threads=threads,
                memory_limit=memory_limit,
            )
            try:
                yield writer
                writer.finish()
                staging.rename(target)
            finally:
                writer.close()
                remove_tree(staging)
                remove_tree(self.spill)
            self.__dict__.pop("_loaded_files", None)

    def alias_parts(self) -> list[Path]:
        """The Parquet of ``identity.person_alias`` (person_id, kept_person_id): the newest complete one."""
        for delivery in reversed(self.deliveries()):
            part = delivery.path / "identity" / "alias.parquet"
            if part.exists():
                return [part]
        return []

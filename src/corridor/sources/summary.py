"""What a load did: the one shape that every source hands back to the command line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

# progress(what is read, megabytes or files done, of how many, how it goes), as cli/progress.py shows it.
Progress = Callable[[str, int, int, str], None]


@dataclass
class FileSummary:
    """One file of a load. ``rows_in`` = ``rows_kept`` + ``rows_set_aside``; rows are records of the file."""

    name: str
    kind: str
    bytes: int
    rows_in: int = 0
    rows_kept: int = 0
    rows_set_aside: int = 0


@dataclass
class DeliverySummary:
    """One delivery: added now, or found to be in the warehouse already (``added`` false)."""

    delivery_id: str
    source_id: str
    added: bool
    file_date: date | None = None
    files: list[FileSummary] = field(default_factory=list)
    tables: dict[str, int] = field(default_factory=dict)
    reasons: dict[str, int] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)

    @property
    def rows_in(self) -> int:
        """Records read over all files."""
        return sum(one.rows_in for one in self.files)

    @property
    def rows_kept(self) -> int:
        """Records kept over all files."""
        return sum(one.rows_kept for one in self.files)

    @property
    def rows_set_aside(self) -> int:
        """Records set aside over all files, each with its reason in the delivery."""
        return sum(one.rows_set_aside for one in self.files)


@dataclass
class LoadSummary:
    """Everything one ``corridor load`` did. ``passed_over``: (file name, why it was not read)."""

    fmt: str
    deliveries: list[DeliverySummary] = field(default_factory=list)
    passed_over: list[tuple[str, str]] = field(default_factory=list)

    @property
    def rows_in(self) -> int:
        """Records read over all deliveries."""
        return sum(one.rows_in for one in self.deliveries)

    @property
    def rows_kept(self) -> int:
        """Records kept over all deliveries."""
        return sum(one.rows_kept for one in self.deliveries)

    @property
    def rows_set_aside(self) -> int:
        """Records set aside over all deliveries."""
        return sum(one.rows_set_aside for one in self.deliveries)

    def to_dict(self) -> dict[str, Any]:
        """For ``--json``: totals, and one record a file under ``rows``."""
        return {
            "format": self.fmt,
            "rows_in": self.rows_in,
            "rows_kept": self.rows_kept,
            "rows_set_aside": self.rows_set_aside,
            "rows": [
                {
                    "delivery_id": delivery.delivery_id,
                    "source_id": delivery.source_id,
                    "added": delivery.added,
                    "file": one.name,
                    "kind": one.kind,
                    "bytes": one.bytes,
                    "rows_in": one.rows_in,
                    "rows_kept": one.rows_kept,
                    "rows_set_aside": one.rows_set_aside,
                }
                for delivery in self.deliveries
                for one in delivery.files
            ],
            "deliveries": [
                {
                    "delivery_id": delivery.delivery_id,
                    "source_id": delivery.source_id,
                    "added": delivery.added,
                    "file_date": None if delivery.file_date is None else delivery.file_date.isoformat(),
                    "rows_in": delivery.rows_in,
                    "rows_kept": delivery.rows_kept,
                    "rows_set_aside": delivery.rows_set_aside,
                    "tables": delivery.tables,
                    "reasons": delivery.reasons,
                    "warnings": delivery.warnings,
                }
                for delivery in self.deliveries
            ],
            "passed_over": [{"file": name, "why": why} for name, why in self.passed_over],
        }

"""A table as the run sees it: its Parquet files, whole or by service month, with their digests."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from corridor.engine.connection import name, parquet
from corridor.engine.files import digest_of
from corridor.engine.warehouse import Warehouse

PARTITION = "service_month"


@dataclass(frozen=True)
class Part:
    """Some rows of a table: where they are and what they are."""

    files: tuple[Path, ...]
    digest: str
    rows: int


@dataclass(frozen=True)
class Table:
    """A table in Parquet.

    ``months`` is given where the table can be taken by service month: month -> its part.
    Several months may share a file (``filtered``); then a month is a where clause, cheap where the file is
    written month after month (``in_order``).
    """

    name: str
    columns: Mapping[str, str] | None
    whole: Part
    months: Mapping[int, Part] = field(default_factory=dict)
    partitioned: bool = False
    filtered: bool = False
    in_order: bool = False

    def digest(self, month: int | None = None) -> str:
        """What the rows are; of one service month where asked and possible."""
        if month is None or not self.partitioned:
            return self.whole.digest
        part = self.months.get(month)
        return part.digest if part else ""

    def chosen(self, months: Collection[int] | None = None) -> tuple[Sequence[Path], list[int] | None]:
        """The files that hold the table, or ``months`` of it where it is partitioned; and the months to
        filter by where the files hold others too."""
        # a filter that keeps everything would only mislead the planner about how much is left
        some = self.partitioned and months is not None and not set(self.months) <= set(months)
        if not some:
            return self.whole.files, None
        wanted = sorted(months or ())
        if self.filtered:
            return self.whole.files, wanted
        return [file for month in wanted if month in self.months for file in self.months[month].files], None

    def register(self, con: duckdb.DuckDBPyConnection, months: Collection[int] | None = None) -> None:
        """Make the table (only ``months`` of it, where it is partitioned) a view of its name."""
        schema, table = self.name.split(".")
        con.execute(f"create schema if not exists {name(schema)}")
        files, only = self.chosen(months)
        if not files:
            # the columns of a step are those of its files: one of them, read for none of its rows
            empty = (
                f"select * from {parquet(self.whole.files[:1])} where false"
                if self.columns is None and self.whole.files
                else empty_select(self.columns or {})
            )
            con.execute(f"create or replace view {name(schema, table)} as {empty}")
            return
        where = "" if only is None else f" where {PARTITION} in ({', '.join(map(str, only)) or 'null'})"
        columns = "*" if self.columns is None else ", ".join(name(column) for column in self.columns)
        con.execute(
            f"create or replace view {name(schema, table)} as select {columns} from {parquet(files)}{where}"
        )


def empty_select(columns: Mapping[str, str]) -> str:
    """A select of no rows with these columns."""
    chosen = ", ".join(f"cast(null as {kind}) as {name(column)}" for column, kind in columns.items())
    return f"select {chosen or 'null as nothing'} where false"


def raw_table(warehouse: Warehouse, table: str, columns: Mapping[str, str]) -> Table:
    """A raw table: the union of what every delivery holds of it."""
    files: list[Path] = []
    ids: list[str] = []
    rows = 0
    in_order = True
    by_month: dict[int, list[tuple[str, int, tuple[Path, ...]]]] = {}
    for delivery in warehouse.deliveries():
        entry = delivery.tables.get(table)
        if entry is None:
            continue
        parts = tuple(delivery.parts(table))
        files.extend(parts)
        ids.append(delivery.delivery_id)
        rows += int(entry["rows"])
        in_order = in_order and bool(entry.get("in_order"))
        for month, count in (entry["months"] or {}).items():
            by_month.setdefault(int(month), []).append((delivery.delivery_id, int(count), parts))
    months = {
        month: Part(
            tuple(path for _, _, parts in found for path in parts),
            digest_of([(delivery_id, count) for delivery_id, count, _ in found]),
            sum(count for _, count, _ in found),
        )
        for month, found in sorted(by_month.items())
    }
    return Table(
        table,
        columns,
        Part(tuple(files), digest_of([table, ids, sorted(columns.items())]), rows),
        months,
        partitioned=PARTITION in columns,
        filtered=True,
        in_order=in_order,
    )

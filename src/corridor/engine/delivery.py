"""Writing one load: raw tables, surrogate person ids, and rows that were set aside."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from corridor import __version__
from corridor.engine.connection import connect, name, parquet, quote
from corridor.engine.files import InputFile, write_json
from corridor.engine.identity import merged

REJECT_COLUMNS = ("file_name", "line_number", "field", "reason_code", "reason", "raw_text")


class DeliveryWriter:
    """A load under way, in a folder of its own that nothing reads until it is renamed.

    ``con`` is a DuckDB connection for the load. Identifiers of beneficiaries go to
    ``identity/`` only; the raw tables carry the surrogate ``person_id``.
    """

    def __init__(
        self,
        *,
        staging: Path,
        delivery_id: str,
        fmt: str,
        source_id: str,
        files: Sequence[InputFile],
        file_date: date | None,
        sequence: int,
        earlier: Sequence[Path],
        spill: Path,
        threads: int | None,
        memory_limit: str | None,
    ) -> None:
        self.delivery_id = delivery_id
        self.source_id = source_id
        self.fmt = fmt
        self.file_date = file_date
        self._staging = staging
        self._files = list(files)
        self._sequence = sequence
        self._earlier = list(earlier)
        self._tables: dict[str, dict[str, Any]] = {}
        self._notes: dict[str, Any] = {}
        self._warnings: list[str] = []
        self._rejects = 0
        self._parts = 0
        self._identity_open = False
        staging.mkdir(parents=True)
        self.con = connect(spill, threads, memory_limit)

    # ---- rows -----------------------------------------------------------------------------

    def add_table(
        self, table: str, query: str, month_column: str | None = None, in_order: bool = False
    ) -> int:
        """Write the rows of ``query`` as one more part of raw table ``table``; returns how many.

        ``source_id``, ``delivery_id`` and ``file_date`` are added. ``month_column`` (yyyymm,
        not null) lets later runs see which service months this load touches; ``in_order`` writes the rows
        month after month, so that a run reads one of them without the others.
        """
        folder = self._staging / "raw" / table
        folder.mkdir(parents=True, exist_ok=True)
        self._parts += 1
        part = folder / f"part-{self._parts:05d}.parquet"
        day = "null::date" if self.file_date is None else f"date {quote(self.file_date.isoformat())}"
        order = f" order by {name(month_column)}" if month_column and in_order else ""
        if order:
            self.con.execute("set preserve_insertion_order = true")
        rows = self._copy(
            f"select *, {quote(self.source_id)} as source_id, {quote(self.delivery_id)} as delivery_id, "
            f"{day} as file_date from ({query}){order}",
            part,
        )
        if order:
            self.con.execute("set preserve_insertion_order = false")
        entry = self._tables.setdefault(table, {"rows": 0, "months": {} if month_column else None})
        entry["rows"] += rows
        if order:
            entry["in_order"] = True
        if month_column and rows:
            months = self.con.execute(
                f"select {name(month_column)}, count(*) from {parquet([part])} group by 1"
            ).fetchall()
            for month, count in months:
                key = str(int(month or 0))
                entry["months"][key] = entry["months"].get(key, 0) + int(count)
        return rows

    def parts(self, table: str) -> list[Path]:
        """The Parquet files that this load has written of a raw table so far."""
        return sorted((self._staging / "raw" / table).glob("*.parquet"))

    # ---- people ---------------------------------------------------------------------------

    def person_ids(self, query: str, kind: str) -> None:
        """Give every ``identifier`` of ``query`` a person_id, in temp table person_map.

        Known identifiers keep theirs; new ones are numbered in sorted order, so the same
        loads in the same order give the same numbers whatever the number of threads.
        """
        self._open_identity()
        self.con.execute(
            f"""
            insert into person_map
            select identifier, (select coalesce(max(person_id), 0) from person_map)
                   + row_number() over (order by identifier), {quote(kind)}, true
            from (select distinct trim(cast(identifier as varchar)) as identifier from ({query})) as wanted
            where identifier <> '' and not exists (
              select 1 from person_map as known where known.identifier = wanted.identifier)
            """
        )

    def merge_persons(self, query: str, kind: str = "mbi") -> None:
        """Record that identifier pairs (``previous``, ``current``) are one person.

        Chains and cycles are one group; it keeps its smallest person_id. Ids given out
        earlier that lose out are kept as rows of ``identity.person_alias``.
        """
        self._open_identity()
        self.con.execute(
            f"create or replace temp table new_link as select distinct trim(previous) as previous, "
            f"trim(current) as current from ({query}) where trim(previous) <> '' and trim(current) <> '' "
            f"and trim(previous) <> trim(current)"
        )
        self.person_ids(
            "select previous as identifier from new_link union select current from new_link", kind
        )
        self.con.execute("insert into person_link select previous, current, true from new_link")

    def add_identity(self, table: str, query: str) -> int:
        """Keep identifying columns (names, addresses) in ``identity/<table>.parquet``, read by no step."""
        folder = self._staging / "identity"
        folder.mkdir(exist_ok=True)
        self._parts += 1
        part = folder / f"{table}-{self._parts:05d}.parquet"
        return self._copy(query, part)

    def _copy(self, query: str, part: Path) -> int:
        counted = self.con.execute(f"copy ({query}) to {quote(str(part))} (format parquet)").fetchone()
        return int(counted[0]) if counted else 0

    def _open_identity(self) -> None:
        if self._identity_open:
            return
        self._identity_open = True
        self.con.execute(
            "create temp table person_map (identifier varchar, person_id bigint, kind varchar, fresh boolean)"
        )
        self.con.execute("create temp table person_link (previous varchar, current varchar, fresh boolean)")
        for table, columns in (("person", "identifier, person_id, kind"), ("link", "previous, current")):
            target = "person_map" if table == "person" else "person_link"
            found = [folder / "identity" / f"{table}.parquet" for folder in self._earlier]
            if parts := [part for part in found if part.exists()]:
                self.con.execute(f"insert into {target} select {columns}, false from {parquet(parts)}")

    # ---- what was set aside, and what is worth knowing -------------------------------------

    def reject_query(self, query: str) -> int:
        """Set rows aside: columns file_name, line_number, field, reason_code, reason, raw_text."""
        folder = self._staging / "rejects"
        folder.mkdir(exist_ok=True)
        self._parts += 1
        part = folder / f"part-{self._parts:05d}.parquet"
        rows = self._copy(f"select {', '.join(REJECT_COLUMNS)} from ({query})", part)
        self._rejects += rows
        if not rows:
            part.unlink()
        return rows

    def reject(self, rows: Sequence[tuple[str, int, str, str, str, str]]) -> int:
        """Set rows aside; each is (file_name, line_number, field, reason_code, reason, raw_text)."""
        if not rows:
            return 0
        self.con.execute(
            "create or replace temp table reject_row (file_name varchar, line_number bigint, field varchar, "
            "reason_code varchar, reason varchar, raw_text varchar)"
        )
        self.con.executemany("insert into reject_row values (?, ?, ?, ?, ?, ?)", [list(row) for row in rows])
        return self.reject_query("select * from reject_row")

    def note(self, key: str, value: Any) -> None:
        """Keep a JSON-able fact of the load (control totals, coverage) in delivery.json."""
        self._notes[key] = value

    def warn(self, text: str) -> None:
        """Keep a warning of the load; the command shows it too."""
        self._warnings.append(text)

    @property
    def warnings(self) -> list[str]:
        return list(self._warnings)

    # ---- the end --------------------------------------------------------------------------

    def finish(self) -> None:
        """Write identity and delivery.json, and make the files durable."""
        if self._identity_open:
            self._write_identity()
        reasons: dict[str, int] = {}
        if self._rejects:
            parts = sorted((self._staging / "rejects").glob("*.parquet"))
            counted = f"select reason_code, count(*) from {parquet(parts)} group by 1 order by 1"
            reasons = dict(self.con.execute(counted).fetchall())
        write_json(
            self._staging / "delivery.json",
            {
                "delivery_id": self.delivery_id,
                "fmt": self.fmt,
                "source_id": self.source_id,
                "file_date": self.file_date,
                "sequence": self._sequence,
                "loaded_at": datetime.now(UTC).isoformat(timespec="seconds"),
                "corridor_version": __version__,
                "files": [
                    {"name": f.name, "kind": f.kind, "sha256": f.sha256, "bytes": f.bytes}
                    for f in self._files
                ],
                "tables": self._tables,
                "rejects": {"rows": self._rejects, "reasons": reasons},
                "notes": self._notes,
                "warnings": self._warnings,
            },
        )
        identity = self._staging / "identity"
        if identity.exists():  # whoever else uses this machine has no business with it
            identity.chmod(0o700)
            for path in identity.iterdir():
                path.chmod(0o600)
        for path in self._staging.rglob("*.parquet"):
            descriptor = os.open(path, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)

    def _write_identity(self) -> None:
        folder = self._staging / "identity"
        folder.mkdir(exist_ok=True)
        self._copy(
            "select identifier, person_id, kind from person_map where fresh order by person_id",
            folder / "person.parquet",
        )
        self._copy(
            "select distinct previous, current from person_link where fresh order by 1, 2",
            folder / "link.parquet",
        )
        pairs = self.con.execute(
            "select distinct p.person_id, c.person_id from person_link "
            "join person_map as p on p.identifier = previous "
            "join person_map as c on c.identifier = current order by 1, 2"
        ).fetchall()
        if not pairs:
            return
        alias = merged(pairs)
        self.con.execute("create temp table alias_row (person_id bigint, kept_person_id bigint)")
        if alias:
            self.con.executemany("insert into alias_row values (?, ?)", [list(row) for row in alias])
        self._copy("select * from alias_row order by 1", folder / "alias.parquet")

    def close(self) -> None:
        self.con.close()

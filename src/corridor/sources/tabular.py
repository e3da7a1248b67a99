"""What every source of delimited files does alike: recognise, stage, count, and keep one delivery."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from importlib import resources
from pathlib import Path
from string import Template
from typing import Any

from corridor.engine.connection import quote
from corridor.engine.delivery import DeliveryWriter
from corridor.engine.files import InputFile
from corridor.engine.tabular import (
    Found,
    Layout,
    Staged,
    Table,
    gather,
    matching,
    open_table,
    scratch_folder,
    stage,
)
from corridor.engine.tabular.stage import refuse_columns
from corridor.engine.warehouse import Warehouse
from corridor.errors import CorridorError
from corridor.sources.summary import DeliverySummary, FileSummary, LoadSummary, Progress


@dataclass
class Loading:
    """One delivery under way.

    sequence     the place of this load among all loads of the warehouse, from 1
    file_number  the place of the file in this load, from 1
    """

    writer: DeliveryWriter
    sequence: int
    file_number: int = 0
    tables: dict[str, int] = field(default_factory=dict)
    aside: int = 0

    def add(self, table: str, query: str, month_column: str | None = None, in_order: bool = False) -> int:
        """Write rows of one more part of a raw table, and count them."""
        rows = self.writer.add_table(table, query, month_column, in_order)
        self.tables[table] = self.tables.get(table, 0) + rows
        return rows

    def set_aside(self, query: str) -> int:
        """Set rows of the file under way aside (the columns of ``DeliveryWriter.reject_query``)."""
        rows = self.writer.reject_query(query)
        self.aside += rows
        return rows


@dataclass(frozen=True)
class Recognised:
    """A file, what it is, and its layout."""

    found: Found
    table: Table
    layout: Layout
    input: InputFile


Writer = Callable[[Loading, Staged], None]
Opener = Callable[[Found, Sequence[Layout], Path], Table]


def load_files(
    paths: Iterable[Path | str],
    warehouse: Warehouse,
    *,
    fmt: str,
    source_id: str,
    layouts: Sequence[Layout],
    write: Writer,
    finish: Callable[[Loading], None] | None = None,
    settings: Mapping[str, Any] | None = None,
    progress: Progress | None = None,
    opened: Opener = open_table,
    date_of: Callable[[str], date | None] | None = None,
) -> LoadSummary:
    """Load files of one format as one delivery.

    Each file is recognised by its header among ``layouts``, staged, and handed to ``write``;
    ``finish`` is called once after the last; ``date_of`` reads the day off a file name, and the
    newest is that of the delivery. Files that are in the warehouse already are passed
    over; where all are, nothing is written. A file of a folder or zip that is no table of this
    format is passed over with a line; a file that was named is an error then.
    Errors: SOURCE-FILE-UNKNOWN, and those of the tabular reader. Nothing is half loaded.
    """
    settings = settings or {}
    given = [Path(path) for path in paths]
    named = {path for path in given if path.is_file() and path.suffix.lower() != ".zip"}
    summary = LoadSummary(fmt)
    with scratch_folder(warehouse.home) as scratch:
        files: list[Recognised] = []
        for found in gather(given, scratch):
            recognised = _recognise(found, layouts, scratch, found.path in named, fmt, opened)
            if recognised is None:
                summary.passed_over.append((found.name, f"not a file of {fmt}"))
            elif "pass_over" in recognised.layout.meta:
                summary.passed_over.append((found.name, str(recognised.layout.meta["pass_over"])))
            elif any(recognised.input.sha256 == other.input.sha256 for other in files):
                summary.passed_over.append((found.name, "the same bytes as another file of this load"))
            else:
                files.append(recognised)
        if not files:
            raise _nothing(summary) if summary.passed_over else _unknown(given, layouts, fmt)
        new = [file for file in files if not warehouse.has_file(file.input.sha256)]
        if not new:
            summary.deliveries.append(_known(warehouse, files, source_id))
            return summary
        for file in files:
            if file not in new:
                summary.passed_over.append((file.found.name, "loaded already"))
        days = [day for file in new if date_of and (day := date_of(file.found.name))]
        day = max(days, default=None)
        summary.deliveries.append(
            _write(warehouse, new, fmt, source_id, write, finish, settings, progress, day)
        )
    return summary


def _write(
    warehouse: Warehouse,
    files: Sequence[Recognised],
    fmt: str,
    source_id: str,
    write: Writer,
    finish: Callable[[Loading], None] | None,
    settings: Mapping[str, Any],
    progress: Progress | None,
    file_date: date | None,
) -> DeliverySummary:
    inputs = [file.input for file in files]
    sequence = 1 + max((delivery.sequence for delivery in warehouse.deliveries()), default=0)
    counts: list[FileSummary] = []
    with warehouse.begin_delivery(
        fmt, source_id, inputs, file_date, settings.get("threads"), settings.get("memory_limit")
    ) as writer:
        loading = Loading(writer, sequence)
        for number, file in enumerate(files, start=1):
            if progress:
                progress(file.found.name, number, len(files), "reading")
            loading.file_number, loading.aside = number, 0
            staged = stage(writer.con, file.table, file.layout, "staged")
            for warning in staged.warnings:
                writer.warn(warning)
            loading.set_aside(staged.rejects)
            write(loading, staged)
            kept = staged.rows_in - loading.aside
            one = FileSummary(file.found.name, file.layout.name, file.input.bytes)
            one.rows_in, one.rows_kept, one.rows_set_aside = staged.rows_in, kept, loading.aside
            counts.append(one)
            writer.con.execute("drop view staged")
            writer.con.execute("drop table staged_all")
        if finish:
            finish(loading)
        writer.note("files", [vars(one) for one in counts])
        delivery_id, warnings = writer.delivery_id, writer.warnings
    record = next(d for d in warehouse.deliveries() if d.delivery_id == delivery_id).record
    return DeliverySummary(
        delivery_id,
        source_id,
        True,
        file_date,
        counts,
        dict(loading.tables),
        record["rejects"]["reasons"],
        warnings,
    )


def _known(warehouse: Warehouse, files: Sequence[Recognised], source_id: str) -> DeliverySummary:
    """What to say of files that are all loaded already."""
    wanted = {file.input.sha256 for file in files}
    holder = next(
        delivery
        for delivery in reversed(warehouse.deliveries())
        if wanted & {file["sha256"] for file in delivery.record["files"]}
    )
    counts = [FileSummary(file.found.name, file.layout.name, file.input.bytes) for file in files]
    return DeliverySummary(holder.delivery_id, holder.source_id, False, files=counts)


# the lists of an organization that corridor template has a form for
_FORMS = ("provider_roster", "participant_list", "quality_result", "category_attestation")


def _recognise(
    found: Found, layouts: Sequence[Layout], scratch: Path, was_named: bool, fmt: str, opened: Opener
) -> Recognised | None:
    """What a file is; None for one that is none of these and was not asked for by name."""
    try:
        table = opened(found, layouts, scratch)
    except CorridorError as error:
        if was_named or error.code not in ("TABULAR-NOT-TEXT", "TABULAR-EMPTY"):
            raise
        if error.code == "TABULAR-EMPTY" and found.suffix in (".csv", ".txt", ".parquet", ".xlsx"):
            raise
        return None
    fitting = matching(table, layouts)
    if fitting:
        layout = fitting[0]
        return Recognised(found, table, layout, InputFile.of(found.path, f"{fmt}.{layout.name}", found.name))
    nearest = max(layouts, key=lambda layout: len(set(layout.by_header()) & set(table.columns)))
    shared = len(set(nearest.by_header()) & set(table.columns))
    if was_named and 3 * shared >= len(nearest.required):
        refuse_columns(table, nearest, nearest.name if nearest.name in _FORMS else None)
    if was_named:
        raise _unknown([found.path], layouts, fmt)
    return None


def _nothing(summary: LoadSummary) -> CorridorError:
    name, why = summary.passed_over[0]
    return CorridorError(
        "SOURCE-NOTHING-TO-LOAD",
        "None of the files holds what this format loads.",
        why=f"{name}: {why}.",
        todo="Name the file that does.",
        file=name,
    )


def _unknown(paths: Sequence[Path], layouts: Sequence[Layout], fmt: str) -> CorridorError:
    known = "; ".join(
        f"{layout.name} ({', '.join(column.headers[0] for column in layout.required[:4])})"
        for layout in layouts
    )
    return CorridorError(
        "SOURCE-FILE-UNKNOWN",
        f"This is no {fmt} file that Corridor knows.",
        why=f"Its header has the columns of none of these: {known}.",
        todo="Check the format named on the command line, and that the first row holds the column names.",
        file=paths[0] if paths else None,
    )


def prefixed(kind: str, source_id: str, column: str) -> str:
    """SQL for an identifier that is unique within its source only."""
    return f"{quote(f'{kind}:{source_id}:')} || {column}"


def source_sql(room: str, name: str, **values: object) -> str:
    """The query ``sources/<room>/raw/<name>.sql``, its $names replaced by SQL text or numbers."""
    path = resources.files("corridor").joinpath("sources", room, "raw", f"{name}.sql")
    return Template(path.read_text(encoding="utf-8")).substitute({k: str(v) for k, v in values.items()})

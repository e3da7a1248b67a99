"""The public data of a performance year: installed, or straight from files."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from corridor.engine.connection import connect, parquet
from corridor.engine.files import sha256_of
from corridor.engine.tabular import Found, gather
from corridor.engine.warehouse import Warehouse
from corridor.errors import CorridorError
from corridor.reference.installed import installed
from corridor.reference.qpp.build import built
from corridor.reference.qpp.checks import reports_of
from corridor.reference.qpp.files import OLD, Read, read
from corridor.reference.qpp.model import Qpp
from corridor.reference.qpp.provisional import cuts_of, is_mock, is_staging, mark
from corridor.reference.qpp.rows import BENCHMARK, Tables

PREFIX = "qpp_"


def load_qpp(home: Path, year: int) -> Qpp:
    """What is installed of a performance year in the warehouse at ``home``.

    Empty mappings where nothing is. ``digests`` hold the SHA-256 of each file by reference and file name.
    """
    warehouse = Warehouse.open(home)
    tables: dict[str, list[dict[str, Any]]] = {}
    digests: dict[str, str] = {}
    con = connect()
    try:
        for one in installed(warehouse):
            if not one.name.startswith(PREFIX) or not one.parts or one.vintage != str(year):
                continue
            found = con.execute(f"select * from {parquet(one.parts)} order by all")
            names = [column[0] for column in found.description]
            tables.setdefault(one.name, []).extend(dict(zip(names, row)) for row in found.fetchall())
            digests.update((str(file["name"]), str(file["sha256"])) for file in one.record["files"])
    finally:
        con.close()
    return _checked(built(year, tables, digests))


def qpp_from_files(paths: Iterable[Path | str], year: int | None = None) -> Qpp:
    """The data of one year in CMS's files, folders or zips, without a warehouse; other files are passed over.

    ``year`` where they hold several; benchmarks of the year before tell placeholders. Errors: those of the
    reader, FILE-NOT-FOUND, and QPP-YEAR where the files are of several years and none was asked for.
    """
    tables: Tables = {}
    digests: dict[int, dict[str, str]] = {}
    benchmarks: list[tuple[int, Path, list[dict[str, Any]]]] = []
    with tempfile.TemporaryDirectory() as scratch:
        for found in gather(paths, Path(scratch)):
            beside = (is_mock(found.path) or is_staging(found.path)) and not found.named
            strange = found.suffix != ".json" or beside
            got = None if strange else _read(found)
            if got is None:
                continue
            for name, rows in got.tables.items():
                tables.setdefault(name, []).extend(rows)
            digests.setdefault(got.year, {})[found.name] = sha256_of(found.path)
            if BENCHMARK in got.tables:
                benchmarks.append((got.year, found.path, got.tables[BENCHMARK]))
    for of, path, rows in benchmarks:
        mark(rows, path, cuts_of(row for other, _, many in benchmarks if other == of - 1 for row in many))
    if year is None and len(digests) != 1:
        raise CorridorError(
            "QPP-YEAR",
            f"The files are of {'several years' if digests else 'no year of the Quality Payment Program'}.",
            why="Measures and benchmarks belong to one performance year.",
            todo="Name one of the years, or the files of one year alone.",
        )
    chosen = year if year is not None else next(iter(digests))
    return _checked(built(chosen, tables, digests.get(chosen, {})))


def _read(found: Found) -> Read | None:
    """A file as rows; None for one that is of no use, unless it was named itself."""
    try:
        return read(found.path, found.name)
    except CorridorError as error:
        if error.code == OLD and not found.named:
            return None
        raise


def _checked(qpp: Qpp) -> Qpp:
    return replace(qpp, reports=tuple(reports_of(qpp)))

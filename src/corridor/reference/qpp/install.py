"""A file of the Quality Payment Program as the importer reads it: one rewritten table a reference."""

from __future__ import annotations

import csv
import hashlib
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corridor.engine.connection import connect, parquet
from corridor.engine.tabular import Found
from corridor.engine.warehouse import Warehouse
from corridor.errors import CorridorError
from corridor.reference.catalogue import catalogue
from corridor.reference.installed import installed
from corridor.reference.outcome import Outcome
from corridor.reference.pfs_sheet import Edition
from corridor.reference.qpp.checks import gaps_of
from corridor.reference.qpp.files import read
from corridor.reference.qpp.load import load_qpp
from corridor.reference.qpp.provisional import Before, cuts_of, is_mock, is_staging, mark
from corridor.reference.qpp.rows import BENCHMARK

# Flat lists whose content stands in another file of the same repository, told by how they begin.
_LISTS = {
    "Measure ID,DATA ELEMENT NAME": "a flat list; the codes with their combinations stand in "
    "qpp-single-source-yyyy.json",
    "MVP Title,MVP ID": "a list for reading; the same pathways stand in mvp.json",
}
_BEGINNING = 64
PREFIX = "qpp_"


@dataclass(frozen=True)
class Known:
    """What tells placeholders: the cut points of other years, and the last year CMS has published of itself.

    published  as the user says; None: as the law says
    """

    cuts: Callable[[int], Before]
    published: int | None = None


def not_needed(found: Found) -> str | None:
    """Why a file of CMS's repository is passed over, or None for any other file."""
    if found.suffix not in (".json", ".csv"):
        return None
    with found.path.open(encoding="utf-8-sig", errors="replace") as source:
        begins = source.read(_BEGINNING)
    listed = next((why for head, why in _LISTS.items() if begins.startswith(head)), None)
    rates = "measureId" in begins or found.suffix == ".json"
    if listed is None and rates and is_mock(Path(found.name)):
        return "placeholders by its own name: no fact"
    if listed is None and rates and is_staging(found.path):
        return "an input of CMS's generator, not what CMS publishes"
    return listed


def editions(
    found: Found, scratch: Path, vintage: str | None, name: str | None, known: Known
) -> list[Edition] | None:
    """The tables of a JSON file of the program, rewritten as text; None for any other file.

    ``name`` the reference the user says it is. A vintage is the performance year: of each year one edition
    is installed. Errors: those of the reader.
    """
    if found.suffix != ".json":
        return None
    got = read(found.path, found.name, vintage)
    if got is None or (name is not None and name not in got.tables):
        return None
    warnings: dict[str, tuple[str, ...]] = {}
    basis: dict[str, str] = {}
    if BENCHMARK in got.tables:
        rows = got.tables[BENCHMARK]
        count = mark(rows, found.path, known.cuts(got.year - 1), known.published)
        if count:
            basis[BENCHMARK] = f"{count} provisional"
            warnings[BENCHMARK] = (
                f"{count} of {len(rows)} benchmarks of {got.year} are placeholders, and are marked "
                "provisional: every score that rests on one says so.",
            )
    return [
        _edition(found, scratch, table, rows, got.year, basis.get(table), warnings.get(table, ()))
        for table, rows in got.tables.items()
        if rows and name in (None, table)
    ]


def passed_over(
    edition: Edition, there: Sequence[Edition], records: Iterable[Mapping[str, Any]]
) -> str | None:
    """Why a file is not needed beside those of its year; None where it takes the place of what is installed.

    Error: QPP-TWO-FILES, for two files of one year that differ.
    """
    which = f"{edition.reference} {edition.vintage}"
    for other in there:
        if other.content == edition.content:
            return f"{which}: the same rows as {other.found.name}"
        raise CorridorError(
            "QPP-TWO-FILES",
            f"It differs from {other.found.name}, which holds {which} too.",
            why="CMS changes its files during the year; results rest on one state of them.",
            todo="Add one of them alone: the one of the later state.",
            file=edition.found.name,
        )
    for record in records:
        of = record.get("edition") or {}
        if record["vintage"] == edition.vintage and of.get("content") == edition.content:
            return f"{which}: the same rows are installed, from {record['files'][0]['name']}"
    return None


def warn(warehouse: Warehouse, outcomes: Sequence[Outcome]) -> None:
    """Say of each year that was installed what does not fit together between its files."""
    last: dict[str, Outcome] = {}
    for outcome in outcomes:
        if outcome.status in ("added", "replaced") and (outcome.reference or "").startswith(PREFIX):
            last[str(outcome.vintage)] = outcome
    for vintage, outcome in last.items():
        outcome.warnings.extend(gaps_of(load_qpp(warehouse.home, int(vintage))))


def known_of(files: Sequence[Found], warehouse: Warehouse, published: int | None = None) -> Known:
    """The cut points of each year: of the files that are added together, else as installed."""
    held: dict[int, dict[tuple[str, str], list[float]]] = {}

    def of(year: int) -> Before:
        if not held:
            held[0] = {}  # looked up once
            for one in installed(warehouse, BENCHMARK):
                held.update(_by_year(_installed_rows(one.parts)))
            held.update(_by_year(_added_rows(files)))
        return held.get(year, {})

    return Known(of, published)


def _by_year(rows: Iterable[dict[str, Any]]) -> dict[int, dict[tuple[str, str], list[float]]]:
    years: dict[int, list[dict[str, Any]]] = {}
    for row in rows:
        years.setdefault(int(row["year"]), []).append(row)
    return {year: cuts_of(many) for year, many in years.items()}


def _installed_rows(parts: Sequence[Path]) -> list[dict[str, Any]]:
    con = connect()
    try:
        found = con.execute(f"select * from {parquet(parts)}")
        names = [column[0] for column in found.description]
        return [dict(zip(names, row)) for row in found.fetchall()]
    finally:
        con.close()


def _added_rows(files: Sequence[Found]) -> Iterator[dict[str, Any]]:
    for found in files:
        if found.suffix != ".json" or not_needed(found):
            continue
        try:
            got = read(found.path, found.name)
        except CorridorError:  # said when its turn comes
            continue
        if got is not None:
            yield from got.tables.get(BENCHMARK, ())


def _edition(
    found: Found,
    scratch: Path,
    table: str,
    rows: Sequence[dict[str, Any]],
    year: int,
    basis: str | None,
    warnings: tuple[str, ...],
) -> Edition:
    header = [column.name for column in catalogue()[table].layout.columns]
    path = Path(tempfile.mkdtemp(prefix="qpp-", dir=scratch)) / "rows.csv"
    digest = hashlib.sha256()
    lines = sorted([_text(row.get(column)) for column in header] for row in rows)
    with path.open("w", encoding="utf-8", newline="") as sink:
        writer = csv.writer(sink, lineterminator="\n")
        writer.writerow(header)
        for line in lines:
            writer.writerow(line)
            digest.update("\x1f".join(line).encode() + b"\x1e")
    return Edition(
        Found(path, found.name),
        table,
        str(year),
        year,
        f"{len(lines)}:{digest.hexdigest()}",
        notes={"basis": basis} if basis else {},
        warnings=warnings,
    )


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return " ".join(str(value).split())  # a title may run over lines

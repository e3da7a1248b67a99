"""Install reference files: recognise, check, and put each vintage in its place whole."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path
from string import Template
from typing import Any

import duckdb

from corridor.engine.connection import connect, quote
from corridor.engine.connection import name as sql_name
from corridor.engine.files import remove_tree, sha256_of, write_json, writer_lock
from corridor.engine.tabular import Found, Table, gather, matching, open_table, scratch_folder, stage
from corridor.engine.tabular.stage import refuse_columns
from corridor.engine.warehouse import Warehouse
from corridor.errors import CorridorError
from corridor.reference import bundle_lists
from corridor.reference.catalogue import UNDATED, VINTAGE, Reference, catalogue
from corridor.reference.hcc_software import edition, plain_stem, readable
from corridor.reference.installed import installed
from corridor.reference.naming import stage_of, vintage_of, year_of
from corridor.reference.outcome import UNKNOWN, Outcome, settled
from corridor.reference.pfs_files import fee_schedule, neighbours, passed_over
from corridor.reference.pfs_sheet import Edition
from corridor.reference.qpp import install as qpp
from corridor.reference.qpp.files import OLD
from corridor.reference.refuse import check_key, refuse_many, unknown

# What CMS puts beside its tables: not a table, and not an error.
_DOCUMENT = re.compile(
    r"lay-?out|lyout|read ?me|record|dictionary|method|documentation|notes|terms", re.IGNORECASE
)
_DOCUMENT_SUFFIXES = (".pdf", ".doc", ".docx", ".rtf", ".html", ".htm", ".md", ".json", ".ppt", ".pptx")

# progress(file, place, of how many, how), as the command line shows it
Progress = Callable[[str, int, int, str], None]


@dataclass(frozen=True)
class _Candidate:
    found: Found
    table: Table
    reference: Reference
    vintage: str
    year: int | None
    stage: str
    sha256: str
    edition: Edition | None = None  # of a file of the fee schedule: what it says of itself


def add_references(
    paths: Iterable[Path | str],
    warehouse: Warehouse,
    name: str | None = None,
    vintage: str | None = None,
    stage: str | None = None,
    progress: Progress | None = None,
    published: int | None = None,
) -> list[Outcome]:
    """Install the files behind ``paths`` (files, folders, zips); one Outcome a file and table, in order.

    A file's reference is found by its columns, or is ``name``. ``vintage`` (2026, 2026-10) is read
    off the file name where it is not given; files of one vintage that are added together are one
    table, and take the place of what was installed of that vintage. Files met in a folder that are of no
    reference are passed over, where another of its files is of one. ``stage`` of an ASM list:
    preliminary or final. ``published``: the last performance year of which CMS has published benchmarks of
    itself (those of later years are placeholders); else the law says. A file that is refused does not keep
    the others from being installed. Raises FILE-NOT-FOUND, REFERENCE-NAME; other errors stand in the
    outcomes.
    """
    if name is not None and name not in catalogue():
        raise CorridorError(
            "REFERENCE-NAME",
            f"There is no reference called {name!r}.",
            todo="See the names with: corridor reference list",
            field="--name",
        )
    outcomes: list[Outcome] = []
    with scratch_folder(warehouse.home) as scratch, writer_lock(warehouse.home):
        have: dict[str, set[tuple[str, str]]] = {}  # digest -> what was made of it
        for one in installed(warehouse):
            for digest in one.digests:
                have.setdefault(digest, set()).add((one.name, one.vintage))
        groups: dict[tuple[str, str], list[_Candidate]] = {}
        files = gather(paths, scratch)
        years, known = neighbours(files), qpp.known_of(files, warehouse, published)
        for place, found in enumerate(files, start=1):
            if progress:
                progress(found.name, place, len(files), "recognizing")
            beside = years.get(found.path.parent)
            for outcome, candidate in _of_qpp(found, scratch, name, vintage, known) or [
                _recognise(found, scratch, have, name, vintage, stage, beside)
            ]:
                if candidate is not None:
                    group = groups.setdefault((candidate.reference.name, candidate.vintage), [])
                    outcome, candidate = _among(warehouse, group, outcome, candidate, outcomes)
                if candidate is not None:
                    made = (candidate.reference.name, candidate.vintage)
                    have.setdefault(candidate.sha256, set()).add(made)
                    group.append(candidate)
                else:
                    outcomes.append(outcome)
        groups = {which: candidates for which, candidates in groups.items() if candidates}
        for place, (which, candidates) in enumerate(groups.items(), start=1):
            if progress:
                progress(" ".join(which), place, len(groups), "installing")
            outcomes.extend(_install(warehouse, candidates))
        remove_tree(warehouse.spill)
    qpp.warn(warehouse, outcomes)
    return settled(outcomes)


# ---- which reference -----------------------------------------------------------------------------


def _of_qpp(
    found: Found, scratch: Path, name: str | None, vintage: str | None, law: qpp.Known
) -> list[tuple[Outcome, _Candidate | None]]:
    """The tables of a file of the Quality Payment Program, of which one has several; none of any other."""
    try:
        why = qpp.not_needed(found)
        if why is not None:
            return [(Outcome(found.name, "passed over", why=why), None)]
        met: list[tuple[Outcome, _Candidate | None]] = []
        for own in qpp.editions(found, scratch, vintage, name, law) or ():
            reference = catalogue()[own.reference]
            table = open_table(own.found, [reference.layout], scratch)
            digest = sha256_of(found.path)
            known = _Candidate(found, table, reference, own.vintage, own.year, "final", digest, own)
            met.append((Outcome(found.name, ""), known))
        return met
    except CorridorError as error:
        if error.code == OLD and not found.named:
            return [(Outcome(found.name, "passed over", why=error.what.rstrip(".")), None)]
        return [(Outcome(found.name, "refused", why=error.what, error=error), None)]


def _recognise(
    found: Found,
    scratch: Path,
    have: dict[str, set[tuple[str, str]]],
    name: str | None,
    vintage: str | None,
    stage_name: str | None,
    beside: int | None,
) -> tuple[Outcome, _Candidate | None]:
    """Pass over what is installed already: the same file, and where a vintage is given, as that vintage."""
    if found.suffix in _DOCUMENT_SUFFIXES:
        return Outcome(found.name, "passed over", why="a document, not a table"), None
    digest = sha256_of(found.path)
    there = Outcome(found.name, "passed over", why="installed already")
    if digest in have and vintage is None:
        return there, None
    layouts = [
        reference.layout
        for reference in catalogue().values()
        if name in (None, reference.name) and not reference.layout.meta.get("rewritten")
    ]
    try:
        own = fee_schedule(found, scratch, vintage, name, beside)
        if own is not None:
            reference = catalogue()[own.reference]
            table = open_table(own.found, [reference.layout], scratch)
            known = _Candidate(found, table, reference, own.vintage, own.year, "final", digest, own)
            if (reference.name, own.vintage) in have.get(digest, ()):
                return there, None
            return Outcome(found.name, ""), known
        source = readable(bundle_lists.readable(found, scratch), scratch)
        if source is None:
            return Outcome(found.name, "passed over", why="a program of CMS's software, not a table"), None
        table = open_table(source, layouts, scratch)
        fitting = matching(table, layouts)
        if not fitting:
            if _DOCUMENT.search(found.name):
                return Outcome(found.name, "passed over", why="a description of a layout"), None
            if name is not None:
                refuse_columns(table, layouts[0])
            raise unknown(table)
        reference = catalogue()[fitting[0].name]
        year = year_of(found.name, vintage)
        if reference.layout.meta.get("needs_year") and year is None:
            raise CorridorError(
                "REFERENCE-YEAR",
                "The year of this file is unknown.",
                why=f"{reference.about.rstrip('.')}: without its year the amounts cannot be placed in time.",
                todo="Name the year of the data, for instance: --vintage 2024",
                file=found.name,
            )
        issued = stage_name or stage_of(found.name)
        chosen = vintage_of(found.name, vintage, year)
        if chosen == UNDATED and edition(found) is not None:
            chosen = f"{UNDATED}-{edition(found)}"  # beside the other undated files, not in place of them
        elif chosen == UNDATED and reference.layout.meta.get("beside"):
            chosen = f"{UNDATED}-{plain_stem(found.name)}"  # the readers of it add up what its files say
        if (reference.name, chosen) in have.get(digest, ()):
            return there, None
        return Outcome(found.name, ""), _Candidate(found, table, reference, chosen, year, issued, digest)
    except CorridorError as error:
        if _DOCUMENT.search(found.name) and error.code == "TABULAR-NOT-TEXT":
            return Outcome(found.name, "passed over", why="a description of a layout"), None
        if error.code == UNKNOWN and not found.named and name is None:
            return Outcome(found.name, "passed over", why="no reference Corridor uses", error=error), None
        return Outcome(found.name, "refused", why=error.what, error=error), None


def _among(
    warehouse: Warehouse,
    group: list[_Candidate],
    outcome: Outcome,
    candidate: _Candidate,
    outcomes: list[Outcome],
) -> tuple[Outcome, _Candidate | None]:
    """An edition of the fee schedule is one file: the same in another form is passed over."""
    if candidate.edition is None:
        return outcome, candidate
    there = [one.edition for one in group if one.edition is not None]
    records = [one.record for one in installed(warehouse, candidate.reference.name)]
    try:
        judge = qpp.passed_over if candidate.reference.name.startswith(qpp.PREFIX) else passed_over
        why = judge(candidate.edition, there, records)
    except CorridorError as error:
        return Outcome(candidate.found.name, "refused", why=error.what, error=error), None
    if why:
        return Outcome(candidate.found.name, "passed over", why=why), None
    for lesser in [] if candidate.edition.joined else list(group):
        group.remove(lesser)
        because = f"{candidate.found.name} of the same edition is better"
        outcomes.append(Outcome(lesser.found.name, "passed over", why=because))
    return outcome, candidate


# ---- installing ----------------------------------------------------------------------------------


def _install(warehouse: Warehouse, candidates: Sequence[_Candidate]) -> list[Outcome]:
    """Write one vintage of one reference; where one file of it is refused, none of it is installed."""
    reference, vintage = candidates[0].reference, candidates[0].vintage
    root = warehouse.home / "reference" / reference.name
    target = root / vintage
    draft = root / f".{vintage}.{os.getpid()}"
    remove_tree(draft)
    draft.mkdir(parents=True)
    outcomes: list[Outcome] = []
    con = connect(warehouse.spill)
    try:
        for candidate in candidates:
            outcomes.append(_stage(con, candidate, first=candidate is candidates[0]))
        check_key(con, reference, candidates[0].found.name)
        columns = ", ".join(
            f"cast({sql_name(column)} as {kind}) as {sql_name(column)}"
            for column, kind in reference.columns.items()
            if column != VINTAGE
        )
        query = f"select distinct {columns}, {quote(vintage)} as {VINTAGE} from reference_rows order by all"
        part = quote(str(draft / "part.parquet"))
        rows = con.execute(f"copy ({query}) to {part} (format parquet)").fetchone()
        write_json(
            draft / "reference.json",
            _record(reference, vintage, candidates, outcomes, rows[0] if rows else 0),
        )
        replaced = target.exists()
        instead = _instead(warehouse, candidates) if replaced else None
        old = root / f".{vintage}.old"
        remove_tree(old)
        if replaced:
            target.rename(old)
        draft.rename(target)
        remove_tree(old)
        for outcome in outcomes:
            outcome.status = "replaced" if replaced else "added"
            outcome.rows_in_table = rows[0] if rows else 0
        if instead:
            outcomes[0].warnings.append(instead)
        return outcomes
    except CorridorError as error:
        whole = len(candidates) > 1
        because = f"{error.what} (nothing of vintage {vintage} was installed)" if whole else error.what
        return [
            Outcome(candidate.found.name, "refused", reference.name, vintage, why=because, error=error)
            for candidate in candidates
        ]
    finally:
        con.close()
        remove_tree(draft)


def _instead(warehouse: Warehouse, candidates: Sequence[_Candidate]) -> str | None:
    """What to say where files of other names stood under this vintage."""
    reference, vintage = candidates[0].reference, candidates[0].vintage
    there = [one for one in installed(warehouse, reference.name) if one.vintage == vintage]
    names = {str(file["name"]) for one in there for file in one.record["files"]}
    gone = sorted(names - {candidate.found.name for candidate in candidates})
    if not gone:
        return None
    rows = sum(one.rows for one in there)
    return (
        f"{', '.join(gone)} stood there before ({rows:,} {'row' if rows == 1 else 'rows'}), and is no "
        f"longer installed. To keep both, add one of them with another --vintage."
    )


def _stage(con: duckdb.DuckDBPyConnection, candidate: _Candidate, first: bool) -> Outcome:
    reference = candidate.reference
    staged = stage(con, candidate.table, reference.layout, "staged")
    refuse_many(con, staged)
    query = _query(candidate)
    con.execute(
        f"create or replace temp table reference_rows as {query}"
        if first
        else f"insert into reference_rows {query}"
    )
    outcome = Outcome(
        candidate.found.name,
        "",
        reference.name,
        candidate.vintage,
        staged.rows_kept,
        staged.rows_rejected,
        warnings=[*staged.warnings, *(candidate.edition.warnings if candidate.edition else ())],
    )
    con.execute("drop view staged")
    con.execute("drop table staged_all")
    return outcome


def _query(candidate: _Candidate) -> str:
    """The rows of the table from the staged file: ``raw/<name>.sql``, or the columns as they are."""
    reference = candidate.reference
    columns = ", ".join(sql_name(column.name) for column in reference.layout.columns)
    path = resources.files("corridor").joinpath("reference", "raw", f"{reference.name}.sql")
    if not path.is_file():
        return f"select {columns} from staged"
    return Template(path.read_text(encoding="utf-8")).substitute(
        columns=columns, stage=candidate.stage, year=str(candidate.year)
    )


def _record(
    reference: Reference,
    vintage: str,
    candidates: Sequence[_Candidate],
    outcomes: Sequence[Outcome],
    rows: int,
) -> dict[str, Any]:
    return {
        "name": reference.name,
        "vintage": vintage,
        "stage": candidates[0].stage,
        "rows": int(rows),
        "columns": dict(reference.columns),
        "edition": candidates[0].edition.record() if candidates[0].edition else None,
        "installed_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "files": [
            {
                "name": candidate.found.name,
                "sha256": candidate.sha256,
                "bytes": candidate.found.path.stat().st_size,
                "rows_kept": outcome.rows,
                "rows_set_aside": outcome.rows_set_aside,
            }
            for candidate, outcome in zip(candidates, outcomes)
        ],
    }

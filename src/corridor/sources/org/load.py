"""Load an organisation's own lists: roster, alr, participants, voluntary, quality and the like."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from corridor.engine.connection import quote
from corridor.engine.tabular import Found, Layout, Staged, Table, load_layouts, matching, open_table
from corridor.engine.warehouse import Warehouse
from corridor.errors import CorridorError
from corridor.reference.numbers import npi_is_valid
from corridor.sources.org.optout import is_preference_file, open_preference_file
from corridor.sources.org.tables import RAW_TABLES
from corridor.sources.summary import LoadSummary, Progress
from corridor.sources.tabular import Loading, load_files, source_sql

FORMAT = "org"
# format of ``corridor load`` -> the layouts it takes
_TAKEN = {
    "roster": ("roster",),
    "alr": ("alr",),
    "participants": ("participants",),
    "voluntary": ("voluntary",),
    "quality": ("quality", "attestation"),
    "attestation": ("attestation", "quality"),
    "optout": ("optout",),
    "program": ("program",),
    "asm-evidence": ("asm-evidence",),
    "aco-terms": ("aco-terms",),
}
FORMATS = tuple(_TAKEN)
_QUARTER = re.compile(r"(?<!\d)(20\d\d)[-_.]?Q([1-4])(?!\d)", re.IGNORECASE)
_YEAR = re.compile(r"(?:^|[._ -])(?:PY|BY|Y)?(20\d\d)(?=[._ -]|$)", re.IGNORECASE)
_CMS_DAY = re.compile(r"\.D(\d\d)(\d\d)(\d\d)\.")
_ISO_DAY = re.compile(r"(?<!\d)(20\d\d)-?([01]\d)-?([0-3]\d)(?!\d)")


def load(
    paths: Iterable[Path | str],
    warehouse: Warehouse,
    settings: Mapping[str, Any] | None = None,
    progress: Progress | None = None,
) -> LoadSummary:
    """Load files of ``settings["format"]`` (one of FORMATS) as one delivery; also settings: source_id.

    Errors: ORG-FORMAT, ORG-OTHER-LIST, and those of the tabular reader.
    """
    settings = settings or {}
    fmt = str(settings.get("format") or "")
    if fmt not in _TAKEN:
        raise CorridorError(
            "ORG-FORMAT",
            f"There is no list called {fmt!r}.",
            todo="Use one of: " + ", ".join(FORMATS) + ".",
            field="format",
        )
    every = list(load_layouts(FORMAT).values())
    taken = [layout for layout in every if layout.meta["format"] in _TAKEN[fmt]]

    def opened(file: Found, layouts: Sequence[Layout], scratch: Path) -> Table:
        if is_preference_file(file.path):
            table = open_preference_file(file)
        else:
            table = open_table(file, every, scratch)
        _refuse_other_list(table, fmt, every)
        return table

    return load_files(
        paths,
        warehouse,
        fmt=fmt,
        source_id=str(settings.get("source_id") or FORMAT),
        layouts=taken,
        write=_write,
        opened=opened,
        date_of=file_day,
        settings=settings,
        progress=progress,
    )


def _refuse_other_list(table: Table, fmt: str, every: Sequence[Layout]) -> None:
    """A participant list read as a roster would pass, and say nothing: the header knows better."""
    fitting = matching(table, every)
    if fitting and fitting[0].meta["format"] not in _TAKEN[fmt]:
        own = [layout for layout in fitting if layout.meta["format"] in _TAKEN[fmt]]
        known = set(table.columns)
        if own and len(known & set(own[0].by_header())) >= len(known & set(fitting[0].by_header())):
            return
        right = fitting[0].meta["format"]
        raise CorridorError(
            "ORG-OTHER-LIST",
            f"This is not what `corridor load {fmt}` reads: {fitting[0].about}",
            why="Its header has the columns of that list.",
            todo=f"Load it with: corridor load {right} FILE",
            file=table.file.name,
        )


def file_day(name: str) -> date | None:
    """The day a file name carries: CMS's .D280415. or 2028-04-15."""
    match = _CMS_DAY.search(name)
    parts = ("20" + match.group(1), *match.groups()[1:]) if match else None
    if parts is None:
        iso = _ISO_DAY.search(name)
        parts = iso.groups() if iso else None
    if parts is None:
        return None
    try:
        return date(*(int(part) for part in parts))
    except ValueError:
        return None


def report_period(name: str) -> tuple[int | None, str | None]:
    """(performance year, period such as 2027Q1) of an assignment list report, from its file name."""
    quarter = _QUARTER.search(name)
    if quarter:
        return int(quarter.group(1)), f"{quarter.group(1)}Q{quarter.group(2)}"
    year = _YEAR.search(_CMS_DAY.sub(".", name))
    return (int(year.group(1)), year.group(1)) if year else (None, None)


def _write(loading: Loading, staged: Staged) -> None:
    con, writer, layout = loading.writer.con, loading.writer, staged.layout
    table = str(layout.meta["table"])
    if any(column.name == "bene_mbi_id" for column in layout.columns):
        writer.person_ids("select bene_mbi_id as identifier from staged", kind="mbi")
    if table in ("assignment_list", "assignment_service", "assignment_turnover"):
        _write_assigned(loading, staged, table)
        return
    if table == "voluntary_alignment":
        loading.add("org_raw.voluntary_alignment", source_sql(FORMAT, "voluntary_alignment"))
        _warn(loading, staged, table)
        return
    if table == "program_enrollment":
        _write_program(loading, staged)
        return
    if table == "opt_out":
        loading.add("org_raw.opt_out", source_sql(FORMAT, "opt_out"))
        silent = con.execute("select count(*) from staged where preference is null").fetchone()
        writer.note("records_without_preference", int(silent[0]) if silent else 0)
        return
    columns = ", ".join(RAW_TABLES[f"org_raw.{table}"])
    loading.add(f"org_raw.{table}", f"select {columns} from staged")
    _warn(loading, staged, table)


def _write_program(loading: Loading, staged: Staged) -> None:
    """Who was enrolled when; an end before its beginning is said."""
    loading.add("org_raw.program_enrollment", source_sql(FORMAT, "program_enrollment"))
    row = loading.writer.con.execute("select count(*) from staged where ended_on < enrolled_on").fetchone()
    if row and row[0]:
        loading.writer.warn(
            f"{row[0]:,} enrollments in {staged.file_name} end before they begin; the end is passed over."
        )


def _write_assigned(loading: Loading, staged: Staged, table: str) -> None:
    year, period = report_period(staged.file_name)
    values: dict[str, object] = {
        "year": "cast(null as integer)" if year is None else year,
        "period": "cast(null as varchar)" if period is None else quote(period),
    }
    if table == "assignment_list":
        flags = [f"enrollflag{n}" for n in range(1, 13)]
        has_flags = not any(flag in staged.absent for flag in flags)
        values["flags"] = ", ".join(flags)
        values["flag_columns"] = ", ".join(f"enrollflag{n} as enrollflag_{n}" for n in range(1, 13))
        values["has_flags"] = str(has_flags).lower()
        if not has_flags:
            loading.writer.warn(
                f"{staged.file_name} has no monthly enrollment flags (ENROLLFLAG1..12): "
                "months assigned are unknown."
            )
    if year is None and ("performance_year" in staged.absent or table == "assignment_service"):
        loading.writer.warn(
            f"The year of {staged.file_name} is unknown: CMS writes it into the name, such as QALR.2027Q1."
        )
    loading.add(f"org_raw.{table}", source_sql(FORMAT, table, **values))


def _warn(loading: Loading, staged: Staged, table: str) -> None:
    """What a list may say and hardly means."""
    con, writer, name = loading.writer.con, loading.writer, staged.file_name
    if any(column.name == "npi" for column in staged.layout.columns):
        npis = con.execute("select distinct npi from staged where npi is not null").fetchall()
        wrong = sum(not npi_is_valid(npi) for (npi,) in npis)
        if wrong:
            writer.warn(
                f"{wrong:,} of {len(npis):,} NPIs in {name} are not ten digits with a right check digit."
            )
    if table == "quality_result":
        row = con.execute("select count(*), max(rate), count(*) filter (rate > 100) from staged").fetchone()
        if row and row[0] and row[1] is not None and row[1] <= 1:
            writer.warn(
                f"No rate in {name} is above 1: rates are read as percent (85 for 85 %), not as fractions."
            )
        if row and row[2]:
            writer.warn(f"{row[2]:,} rates in {name} are above 100 percent.")

"""The 1-800-MEDICARE preference file (NGD1800): fixed width, a header and a trailer record."""

from __future__ import annotations

from pathlib import Path

from corridor.engine.tabular import Found, Layout, Table, load_layout
from corridor.engine.tabular.source import text_lines
from corridor.errors import CorridorError


def is_preference_file(path: Path) -> bool:
    """Whether the first record is the header of a preference file."""
    mark = str(load_layout("org", "opt_out_1800").meta["header"]).encode()
    with path.open("rb") as stream:
        return stream.read(len(mark)) == mark


def open_preference_file(file: Found) -> Table:
    """A preference file as a table, its header and trailer checked.

    Errors: OPTOUT-LENGTH, OPTOUT-COUNT. A missing trailer is a warning: nothing states how many records
    were sent.
    """
    layout = load_layout("org", "opt_out_1800")
    length = int(layout.meta["length"])
    trailer_mark = str(layout.meta["trailer"])
    records, stated, warnings = 0, None, []
    with file.path.open(encoding="latin-1", newline="") as stream:
        for number, line in enumerate(stream, start=1):
            record = line.rstrip("\r\n")
            if number == 1 or not record.strip():
                continue
            if record.startswith(trailer_mark):
                stated = _stated(record, layout)
                continue
            records += 1
            if len(record) != length:
                raise CorridorError(
                    "OPTOUT-LENGTH",
                    f"A record is {len(record)} characters long where {length} belong.",
                    why="The preference stands at a fixed place, which another length moves.",
                    todo="Fetch the file again; a transfer may have cut it or changed its line ends.",
                    file=file.name,
                    line=number,
                )
    if stated is None:
        warnings.append(f"{file.name} has no trailer record: nothing states how many records were sent.")
    elif stated != records:
        raise CorridorError(
            "OPTOUT-COUNT",
            f"The trailer states {stated} records, the file holds {records}.",
            why="Preferences are missing or doubled.",
            todo="Fetch the file again.",
            file=file.name,
        )
    places = layout.meta["positions"]
    cells = ", ".join(
        f"substr(line, {first}, {last - first + 1})"
        for first, last in (places[column.name] for column in layout.columns)
    )
    marks = f"not starts_with(line, '{trailer_mark}') and trim(line) <> ''"
    relation = (
        f"select line_number, [{cells}] as f from ({text_lines(file.path)}) where line_number > 1 and {marks}"
    )
    names = tuple(column.name for column in layout.columns)
    return Table(file, names, 1, relation, "", None, tuple(warnings), layout.name)


def _stated(record: str, layout: Layout) -> int | None:
    first, last = layout.meta["trailer_count"]
    text = record[first - 1 : last].strip()
    return int(text) if text.isdigit() else None

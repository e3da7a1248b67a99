"""A list that the server searches, sorts, pages and hands out as a file: declared once, used by many."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from fastapi import Response

from corridor.jobs.tables import PEOPLE_COLUMNS, SOME_PEOPLE_COLUMNS
from corridor.reports.readers import mask_counts
from corridor.reports.words import dollars, is_small, people, plain, share, whole
from corridor.web.downloads import file_of
from corridor.web.guard import Visit
from corridor.web.viewer import Viewer

PAGE = 50
MOST_IN_FILE = 200_000
LONGEST_WORDS = 80
LONG = 40  # what is longer wraps, also where it leads somewhere

SHOW: dict[str, Callable[[Any], str]] = {
    "text": lambda value: "–" if value is None or value == "" else str(value),
    "words": lambda value: "–" if value is None or value == "" else str(value).replace("_", " "),
    "reason": lambda value: mask_counts(value) or "–",
    "count": whole,
    "people": people,
    "number": plain,
    "ratio": lambda value: plain(value, 2),
    "share": lambda value: share(value, 1),
    "signed_share": lambda value: share(value, 2, signed=True),
    "dollars": dollars,
    "signed": lambda value: dollars(value, signed=True),
    "flag": lambda value: "–" if value is None else "yes" if value else "no",
}
LEFT = ("text", "words", "flag", "reason")


@dataclass(frozen=True)
class Shown:
    """One column: its key in the address and the file, its heading, what it is, how it reads, where it leads.

    sql    the expression over the columns of the source; "" for the column called as the key
    link   an address with ``{column}`` of the row in it
    hidden  not shown: for links and files
    """

    key: str
    name: str
    kind: str = "text"
    sql: str = ""
    link: str = ""
    about: str = ""
    hidden: bool = False

    @property
    def expression(self) -> str:
        """What is selected."""
        return self.sql or self.key


@dataclass(frozen=True)
class Listing:
    """A list over a query. Only keys of ``columns`` can be sorted by: nothing of an address reaches the SQL.

    source   a query, with ``?`` for ``parameters``; its rows are the list
    search   expressions that what one types is looked for in: at the start, or anywhere in lower case
    order    what it is sorted by unasked; ``tie`` breaks ties, so that pages never overlap
    """

    name: str
    caption: str
    columns: Sequence[Shown]
    source: str
    order: str
    tie: Sequence[str]
    search: Sequence[str] = ()
    looked_for: str = "Name, NPI or TIN"
    down: bool = False
    empty: str = "Nothing to list."
    key: Sequence[str] = ("npi", "tin")


@dataclass(frozen=True)
class Asked:
    """How a list is asked for: words, order, the first row, and what else the address of the page holds."""

    q: str = ""
    sort: str = ""
    down: bool | None = None
    start: int = 0
    file: str = ""
    more: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Listed:
    """One page of a list, as a template draws it."""

    it: Listing
    rows: list[list[dict[str, str]]]
    heads: list[dict[str, Any]]
    found: int
    first: int
    last: int
    q: str
    sort: str
    down: bool
    more: Mapping[str, str]
    path: str
    earlier: str
    later: str
    files: list[tuple[str, str]]


def open_listing(
    visit: Visit, viewer: Viewer, it: Listing, asked: Asked, parameters: Sequence[Any] = ()
) -> Listed | Response:
    """One page of the list; or, where a file is asked for, every row that fits as a file."""
    keys = {column.key: column for column in it.columns}
    sort = asked.sort if asked.sort in keys else it.order
    down = it.down if asked.down is None or asked.sort not in keys else asked.down
    words = asked.q.strip()[:LONGEST_WORDS]
    tests, given = _search(it, words)
    chosen = ", ".join(f"{column.expression} as {column.key}" for column in it.columns)
    ties = "".join(f", {column}" for column in it.tie)
    sql = (
        f"with listed as ({it.source}) select {chosen}, count(*) over () as found_ from listed "
        f"where {tests} order by {sort} {'desc' if down else 'asc'} nulls last{ties}"
    )
    values = [*parameters, *given]
    if asked.file:
        found = viewer.query(f"{sql} limit {MOST_IN_FILE}", values)
        visit.note("download", it.name)
        rows = [{key: _leaving(column, row[key]) for key, column in keys.items()} for row in found]
        return file_of(viewer, asked.file, it.name, rows, it.key)
    found = viewer.query(f"{sql} limit {PAGE} offset ?", [*values, asked.start])
    total = int(found[0]["found_"]) if found else 0
    path = visit.request.url.path

    def address(**change: str) -> str:
        asked_for = {
            **asked.more, "q": words, "sort": sort, "down": "true" if down else "false", **change,
        }  # fmt: skip
        return f"{path}?" + urlencode({key: value for key, value in asked_for.items() if value})

    return Listed(
        it=it,
        rows=[[_cell(column, row) for column in it.columns if not column.hidden] for row in found],
        heads=[
            {
                "name": column.name,
                "number": column.kind not in LEFT,
                "about": column.about,
                "sorted": ("descending" if down else "ascending") if column.key == sort else "",
                "link": address(
                    sort=column.key, down="true" if column.key == sort and not down else "false", start=""
                ),
            }
            for column in it.columns
            if not column.hidden
        ],
        found=total,
        first=asked.start + 1,
        last=asked.start + len(found),
        q=words,
        sort=sort,
        down=down,
        more=asked.more,
        path=path,
        earlier=address(start=str(max(asked.start - PAGE, 0))) if asked.start else "",
        later=address(start=str(asked.start + PAGE)) if asked.start + len(found) < total else "",
        files=[("CSV", address(format="csv")), ("Excel", address(format="xlsx"))] if total else [],
    )


def _leaving(column: Shown, value: Any) -> Any:
    """A value of a file: what counts people or their episodes is blank where it is small.

    What ``suppress_small_cells`` knows is left to it: it blanks the row that rests on such a count.
    """
    if column.kind == "reason":
        return mask_counts(value)
    if column.key in (*PEOPLE_COLUMNS, *SOME_PEOPLE_COLUMNS):
        return value
    return None if column.kind == "people" and is_small(value) else value


def _search(it: Listing, words: str) -> tuple[str, list[str]]:
    """The condition for what was typed: the start of a number, or anywhere in a name."""
    if not words or not it.search:
        return "true", []
    tests = [
        f"(starts_with(cast({one} as varchar), ?) or contains(lower(cast({one} as varchar)), ?))"
        for one in it.search
    ]
    given = [value for _ in it.search for value in (words, words.lower())]
    return "coalesce(" + " or ".join(tests) + ", false)", given


def _cell(column: Shown, row: Mapping[str, Any]) -> dict[str, str]:
    value = row[column.key]
    words = SHOW[column.kind](value)
    tone = ""
    if column.kind in ("signed", "signed_share") and any(letter in "123456789" for letter in words):
        tone = "gain" if value > 0 else "loss"
    link = ""
    if column.link and value not in (None, ""):
        link = column.link.format(**{key: one for key, one in row.items() if one is not None})
    return {
        "words": words, "tone": tone, "link": link,
        "kind": _kind(column, words, bool(link)),
        "number": "" if column.kind in LEFT else "number",
    }  # fmt: skip


def _kind(column: Shown, words: str, linked: bool) -> str:
    """A name stands in one line; what is longer wraps."""
    if linked and column.kind in LEFT and len(words) <= LONG:
        return "name"
    return "words" if len(words) > 24 else ""

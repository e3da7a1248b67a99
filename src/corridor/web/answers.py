"""A page that answers one question: a sentence, a chart, the table; narrowed to an ACO, practice or
clinician.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Depends, Query, Response

from corridor.errors import CorridorError
from corridor.jobs.tables import rules_of as rules_under
from corridor.reports.charts import svg
from corridor.reports.charts.svg import Chart
from corridor.reports.views.page import Figure, Picture, Section
from corridor.web.guard import Visit
from corridor.web.panel import panel_tables
from corridor.web.render import page
from corridor.web.scope import COLUMNS
from corridor.web.viewer import Viewer

NAMES = {"aco": "ACO", "tin": "TIN", "npi": "NPI"}
LONGEST = 20


@dataclass(frozen=True)
class Whom:
    """Whose figures are asked for: all in scope, or an ACO, practice or clinician (of a practice)."""

    aco: str = ""
    tin: str = ""
    npi: str = ""

    def given(self) -> dict[str, str]:
        """What is asked for, kind -> value; empty for all."""
        chosen = {"aco": self.aco, "tin": self.tin, "npi": self.npi}
        return {kind: value for kind, value in chosen.items() if value}

    def where(self, *kinds: str) -> tuple[str, list[str]]:
        """A condition on the columns of these kinds (all by default) and its parameters.

        A kind that is asked for and that the table lacks leaves nothing, rather than too much.
        """
        had = kinds or tuple(COLUMNS)
        tests, values = [], []
        for kind, value in self.given().items():
            if kind in had:
                tests.append(f"{COLUMNS[kind][0]} = ?")
                values.append(value)
            else:
                tests.append("false")
        return " and ".join(tests) or "true", values

    def entity(self) -> tuple[str, str] | None:
        """The narrowest entity asked for, as tables by level name it; None for all."""
        for kind in ("npi", "tin", "aco"):
            value = self.given().get(kind)
            if value:
                return kind, value
        return None

    def words(self) -> str:
        """Whose they are, for the middle of a sentence."""
        return ", ".join(f"{NAMES[kind]} {value}" for kind, value in self.given().items())

    def of(self) -> str:
        """The same after a noun; nothing for all."""
        return f" of {self.words()}" if self.given() else ""


Word = Annotated[str, Query(max_length=LONGEST, pattern=r"^[A-Za-z0-9 ]*$")]


def whom(aco: Word = "", tin: Word = "", npi: Word = "") -> Whom:
    """The filter of an address."""
    return Whom(aco.strip(), tin.strip(), npi.strip())


WhomDep = Annotated[Whom, Depends(whom)]


@dataclass(frozen=True)
class Choice:
    """One more thing a page may be asked for: its name in the address, its label, and what there is."""

    key: str
    label: str
    options: Sequence[tuple[str, str]]
    chosen: str


@dataclass(frozen=True)
class Answer:
    """What a page says and shows.

    closed   what this account does not see here, and what an administrator can do
    files    label -> address of a download
    """

    name: str
    sentence: str
    second: str = ""
    sections: Sequence[Section] = ()
    figures: Sequence[Figure] = ()
    views: Sequence[tuple[str, str]] = ()
    view: str = ""
    choices: Sequence[Choice] = ()
    filters: Sequence[str] = ("aco", "tin", "npi")
    files: Mapping[str, str] = field(default_factory=dict)
    tags: Sequence[tuple[str, str]] = ()
    closed: Sequence[str] = ()
    todo: Sequence[str] = ()


def show_answer(visit: Visit, asked: Whom, answer: Answer) -> Response:
    """The page."""
    path = visit.request.url.path
    kept = {**asked.given(), **{one.key: one.chosen for one in answer.choices if one.chosen}}
    first = answer.views[0][0] if answer.views else ""

    def view_link(key: str) -> str:
        given = {"view": "" if key == first else key, **kept}
        query = urlencode({name: value for name, value in given.items() if value})
        return path + (f"?{query}" if query else "")

    return page(
        visit,
        "answer.html.j2",
        answer.name,
        answer=answer,
        tags=[*answer.tags, *_unsettled(visit, answer)],
        path=path,
        view_links=[(view_link(key), name, key == answer.view) for key, name in answer.views],
        first_view=first,
        filters=[(kind, NAMES[kind], asked.given().get(kind, "")) for kind in answer.filters],
        narrowed=bool(asked.given()),
        clear=view_link(answer.view) if not asked.given() else _without(path, answer, first),
    )


MOST_NAMED = 6
UNSETTLED = ("assumed", "secondary", "proposed")


def _unsettled(visit: Visit, answer: Answer) -> list[tuple[str, str]]:
    """A tag where parameters under the page's tables were not read from regulation or CMS, and which they
    are.
    """
    tables = tuple(
        link.partition("/tables/")[2].partition("?")[0]
        for link in answer.files.values()
        if "/tables/" in link
    )
    if not tables:
        return []
    return visit.bench.listed_law(("unsettled", tables), lambda: _tag_of(visit, tables))


def _tag_of(visit: Visit, tables: tuple[str, ...]) -> list[tuple[str, str]]:
    panels = panel_tables()
    sources = [one for table in tables for one in (panels[table].reads if table in panels else (table,))]
    names = sorted({rule for source in sources for rule in rules_under(source)})
    found: dict[str, list[str]] = {}
    for name in names:
        history = visit.bench.law((name.partition(".")[0],)).in_force(date.max.year).history(name)
        if history and history[-1].status in UNSETTLED:
            found.setdefault(history[-1].status, []).append(name)
    if not found:
        return []
    parts = [
        f"{len(rules)} {status}: {', '.join(rules[:MOST_NAMED])}"
        + (" and more" if rules[MOST_NAMED:] else "")
        for status, rules in sorted(found.items())
    ]
    why = f"Of {len(names)} parameters under these figures, {'; '.join(parts)}. The page Rules has each."
    return [("assumed" if "assumed" in found else "indicative", why)]


def _without(path: str, answer: Answer, first: str) -> str:
    given = {"view": "" if answer.view == first else answer.view}
    given |= {one.key: one.chosen for one in answer.choices}
    query = urlencode({name: value for name, value in given.items() if value})
    return path + (f"?{query}" if query else "")


def wide_and_narrow(draw: Callable[[str, float], Chart], name: str, note: str = "") -> Picture:
    """A fixed chart drawn for a wide and for a narrow page; the name is its id."""
    wide = draw(name, svg.WIDE)
    return Picture(wide.finding, wide, draw(f"{name}-n", svg.NARROW), note)


def fluid(chart: Chart, note: str = "") -> Picture:
    """A chart that fits any page."""
    return Picture(chart.finding, chart, None, note)


def chosen_view(view: str, views: Sequence[tuple[str, str]]) -> str:
    """The view asked for, the first unasked. Raises WEB-NOT-FOUND."""
    keys = [key for key, _ in views]
    if view and view not in keys:
        raise CorridorError(
            "WEB-NOT-FOUND", "There is no such view.", todo="Choose one of: " + ", ".join(keys) + "."
        )
    return view or keys[0]


def table_file(table: str, asked: Whom | None = None, limit: int = 10_000) -> str:
    """The address of a table's rows as CSV, narrowed as the page is."""
    given: list[tuple[str, str]] = [("format", "csv"), ("limit", str(limit))]
    for kind, value in (asked or Whom()).given().items():
        given.append(("where", f"{COLUMNS[kind][0]}={value}"))
    return f"/api/v1/tables/{table}?" + urlencode(given)


def shut(viewer: Viewer, what: str) -> str:
    """What a limited account misses because a table names no ACO, practice or clinician."""
    return (
        f"{what} cover everybody loaded and cannot be cut to {viewer.scope.words()}: they are shown to "
        f"accounts "
        "that see every row. An administrator can give yours that scope under Administration, Accounts."
    )


def rows_of(viewer: Viewer, table: str, sql: str, values: Sequence[Any] = ()) -> list[dict[str, Any]]:
    """The rows of a query where the run has the table, else none."""
    return viewer.query(sql, values) if viewer.has(table) else []


def data_year(viewer: Viewer) -> int:
    """The measured year of the run; the performance year where it names none."""
    setting = viewer.manifest["setting"]
    return int(setting.get("data_year") or setting["performance_year"])

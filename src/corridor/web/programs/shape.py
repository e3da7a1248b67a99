"""The shape of a program's pages, and what a module of this package fills it with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from fastapi import Response

from corridor.reports.views.opening import Opening
from corridor.reports.views.page import Figure, Picture, Section, Table
from corridor.web.guard import Visit
from corridor.web.listing import Asked, Listed
from corridor.web.viewer import Viewer


@dataclass(frozen=True)
class Panel:
    """What one view shows: the sentence that answers its question, figures, charts, tables, and a list."""

    sentence: str
    second: str = ""
    figures: Sequence[Figure] = ()
    pictures: Sequence[Picture] = ()
    tables: Sequence[Table] = ()
    notes: Sequence[str] = ()
    links: Sequence[tuple[str, str]] = ()
    listed: Listed | None = None
    # parts that the report draws: shown after the rest
    section: Section | None = None
    opening: Opening | None = None
    choices: Sequence[tuple[str, str, bool]] = ()
    choice_name: str = ""


@dataclass(frozen=True)
class Ask:
    """How a view is asked for: a year, a choice within it, and how its list is to be."""

    year: int | None = None
    show: str = ""
    asked: Asked = field(default_factory=Asked)


Draw = Callable[[Visit, Viewer, Ask], "Panel | Response"]


@dataclass(frozen=True)
class View:
    """One view of a program: its key in the address, its name, and what draws it."""

    key: str
    name: str
    draw: Draw


@dataclass(frozen=True)
class Card:
    """A program in a few words: where it stands, and the dollars that hang on it (None: not computed).

    at_stake  how much it can move, without a sign: what attention is ranked by
    """

    status: str
    dollars: float | None = None
    what: str = ""
    at_stake: float = 0.0
    tag: str = ""
    why: str = ""
    signed: bool = False


@dataclass(frozen=True)
class Stand:
    """Where one clinician or practice stands under a program: one row of the page of either.

    explain  where the figure opens: its derivation, or the rows it was made of
    said     the dollars in a few words, for the first sentence; "" where it is not told there
    """

    program: str
    name: str
    status: str
    why: str = ""
    dollars: float | None = None
    what: str = ""
    link: str = ""
    explain: str = ""
    signed: bool = True
    said: str = ""


@dataclass(frozen=True)
class Whose:
    """A clinician (``npi``, perhaps under one ``tin``), or a practice (``tin`` alone)."""

    tin: str = ""
    npi: str = ""

    @property
    def given(self) -> list[str]:
        """The values of ``MINE``."""
        return [self.tin, self.tin, self.npi, self.npi]


MINE = "(? = '' or tin = ?) and (? = '' or npi = ?)"
"""The condition that keeps the rows of a ``Whose``."""


@dataclass(frozen=True)
class Program:
    """One program: name, the question it answers, the tables it cannot do without, its card and views.

    missing   what to load and run where the run holds none of its tables
    not_yet   what Corridor does not compute of it
    of        where one clinician or practice stands
    forms     the forms it is settled from where no claims tell of it: then it is shown without any run
    """

    key: str
    name: str
    question: str
    needs: tuple[str, ...]
    card: Callable[[Visit, Viewer], Card]
    views: Sequence[View]
    missing: str
    not_yet: str = ""
    of: Callable[[Visit, Viewer, Whose], Sequence[Stand]] | None = None
    forms: tuple[str, ...] = ()

    def there(self, visit: Visit, viewer: Viewer) -> bool:
        """Whether the run holds it: by the manifest, since a role may not see the rows themselves."""
        made = {str(entry["step"]) for entry in viewer.manifest["steps"]}
        return all(table in made for table in self.needs)

"""A contract file becomes a contract: read strictly, its terms laid in time, each fault with its line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from corridor.errors import CorridorError
from corridor.law.document import Document, Where, dotted, read_document
from corridor.programs.contract.schema import Head, Strict, Terms
from corridor.programs.contract.schema_drug import OutcomesTerms, ReferenceTerms

SCHEMAS: dict[str, type[Strict]] = {
    "value": Terms,
    "outcomes_based_agreement": OutcomesTerms,
    "reference_price": ReferenceTerms,
}
CLOCKS = ("from", "known", "note")
StrictT = TypeVar("StrictT", bound=Strict)


@dataclass(frozen=True)
class Version:
    """Sections of terms: for periods that begin on or after ``start``, agreed on ``known``."""

    start: date
    known: date
    place: int
    sections: dict[str, Any]
    note: str


@dataclass(frozen=True)
class Contract:
    """A contract as read; ``terms_on`` lays its versions together for a day."""

    head: Head
    versions: list[Version]
    document: Document
    known_on: date | None

    @property
    def name(self) -> str:
        return self.head.contract

    @property
    def file(self) -> str:
        return self.document.file.name

    def years(self) -> list[int]:
        """The performance years of the term."""
        return list(range(self.head.term.start.year, self.head.term.through.year + 1))

    def terms(self, year: int) -> Terms:
        """The terms of a performance year of a value-based contract. Raises as ``terms_on``."""
        found = self.terms_on(max(date(year, 1, 1), self.head.term.start), year)
        if not isinstance(found, Terms):
            raise self.wrong_kind("value")
        return found

    def terms_on(self, day: date, year: int | None = None) -> Strict:
        """The terms of a period that begins on ``day``: the latest version of each section.

        Raises CONTRACT-TERM outside the term, or where nothing was agreed by the day asked about.
        """
        if not self.head.term.start <= day <= self.head.term.through:
            raise CorridorError(
                "CONTRACT-TERM",
                f"{year or day} is outside the term of the contract {self.name}.",
                why=f"It runs from {self.head.term.start} through {self.head.term.through}.",
                todo="Settle a year of the term, or extend the term in the file.",
                file=self.file,
                line=self.document.line(("term",)),
                field="term",
            )
        return read_model(SCHEMAS[self.head.kind], self._laid(day), self.document, self._where(day))

    def amended(self, day: date, sections: dict[str, Any], level: int) -> Terms:
        """The terms of a day with the sections of a level of renewal in place of today's."""
        place = next(one.place for one in reversed(self._in_force(day)) if "renewal" in one.sections)
        own: dict[str, Where] = {name: ("terms", place, "renewal", level, "terms", name) for name in sections}
        return read_model(Terms, {**self._laid(day), **sections}, self.document, {**self._where(day), **own})

    def place_of(self, day: date, section: str) -> str:
        """File, line and section, as evidence names it."""
        for one in reversed(self._in_force(day)):
            if section in one.sections:
                return f"{self.file}, line {self.document.line(('terms', one.place, section))}, {section}"
        return f"{self.file}, no {section} agreed"

    def line_of(self, day: date, section: str) -> int:
        """The line of the section that holds on a day."""
        for one in reversed(self._in_force(day)):
            if section in one.sections:
                return self.document.line(("terms", one.place, section))
        return self.document.line(("terms",))

    def wrong_kind(self, wanted: str) -> CorridorError:
        return CorridorError(
            "CONTRACT-KIND",
            f"The contract {self.name} is of the kind {self.head.kind}, not {wanted}.",
            why="This command is about contracts of that kind.",
            todo="Name another contract; corridor contract list shows the kind of each.",
            file=self.file,
            line=self.document.line(("kind",)),
            field="kind",
        )

    def refuse_later(self) -> None:
        """Raises CONTRACT-TERM for a version that begins within the term, where one set must hold."""
        for one in self.versions:
            if one.start > self.head.term.start:
                raise CorridorError(
                    "CONTRACT-TERM",
                    f"A version of the terms of {self.name} holds only from {one.start}.",
                    why="Time points and counted patients reach across years: one set of terms holds.",
                    todo="Date an amendment from the first day of the term (with its own known), or write "
                    "the terms of later infusions as a contract of its own.",
                    file=self.file,
                    line=self.document.line(("terms", one.place)),
                    field=f"terms[{one.place}].from",
                )

    def _in_force(self, day: date) -> list[Version]:
        return [one for one in self.versions if one.start <= day]

    def _laid(self, day: date) -> dict[str, Any]:
        held = self._in_force(day)
        if not held:
            raise CorridorError(
                "CONTRACT-TERM",
                f"No terms of the contract {self.name} hold on {day}"
                + (f" as known on {self.known_on}." if self.known_on else "."),
                why="Each version of the terms says from when it holds and when it was agreed (known).",
                todo="Ask about a later day, or add a version.",
                file=self.file,
                line=self.document.line(("terms",)),
                field="terms",
            )
        laid: dict[str, Any] = {}
        for one in held:
            laid.update(one.sections)
        return laid

    def _where(self, day: date) -> dict[str, Where]:
        found: dict[str, Where] = {}
        for one in self._in_force(day):
            found |= {section: ("terms", one.place, section) for section in one.sections}
        return found


def read_contract(path: Path, known_on: date | None = None) -> Contract:
    """Read and check a contract. ``known_on`` leaves out what was agreed after that day.

    Raises CONTRACT-FILE, CONTRACT-SCHEMA, CONTRACT-TERM, and what reading strict YAML raises (LAW-*).
    """
    if not path.is_file():
        raise CorridorError(
            "CONTRACT-FILE", "There is no such contract.", todo="Name a YAML file.", file=path
        )
    document = read_document(path)
    if not isinstance(document.data, dict):
        raise CorridorError(
            "CONTRACT-SCHEMA",
            "A contract is a mapping of names.",
            why="The file holds something else: mostly it is not the contract but its figures.",
            todo="Name the YAML file first, then the figures; docs/contracts.md shows a contract.",
            file=path.name,
            line=1,
        )
    head = read_model(Head, document.data, document, {})
    versions = [_version(one, place, document) for place, one in enumerate(head.terms)]
    if known_on is not None:
        versions = [one for one in versions if one.known <= known_on]
    versions.sort(key=lambda one: (one.start, one.known, one.place))
    contract = Contract(head, versions, document, known_on)
    _refuse_twice(versions, document)
    if known_on is None:
        # what a later amendment replaced is still asked about with --as-known-on
        for one in versions:
            then = [other for other in versions if other.known <= one.known]
            Contract(head, then, document, one.known).terms_on(max(one.start, head.term.start))
        for day in sorted({max(one.start, head.term.start) for one in versions}):
            terms = contract.terms_on(day)
            for at, level in enumerate(terms.renewal if isinstance(terms, Terms) else []):
                contract.amended(day, level.terms, at)
    return contract


def _refuse_twice(versions: list[Version], document: Document) -> None:
    """Raises CONTRACT-TWICE for a section that two versions state for the same days."""
    seen: dict[tuple[date, date, str], int] = {}
    for one in versions:
        for section in one.sections:
            before = seen.setdefault((one.start, one.known, section), one.place)
            if before != one.place:
                raise CorridorError(
                    "CONTRACT-TWICE",
                    f"Two versions from {one.start}, both known on {one.known}, state {section!r}.",
                    why=f"Which of them holds is not said; the other is on line "
                    f"{document.line(('terms', before, section))}.",
                    todo="Keep one of the two, or say with from or known which follows which.",
                    file=document.file.name,
                    line=document.line(("terms", one.place, section)),
                    field=f"terms[{one.place}].{section}",
                )


def _version(given: dict[str, Any], place: int, document: Document) -> Version:
    for clock in ("from", "known"):
        if not isinstance(given.get(clock), date):
            raise CorridorError(
                "CONTRACT-SCHEMA",
                f"A version of the terms lacks {clock!r}, a day such as 2026-01-01.",
                why="Terms are dated: from when they hold, and when they were agreed.",
                todo=f"Add {clock}.",
                file=document.file.name,
                line=document.line(("terms", place)),
                field=f"terms[{place}].{clock}",
            )
    sections = {name: value for name, value in given.items() if name not in CLOCKS}
    return Version(given["from"], given["known"], place, sections, str(given.get("note", "")))


def read_model(
    model: type[StrictT], data: dict[str, Any], document: Document, where: dict[str, Where]
) -> StrictT:
    """``data`` as a model; the first complaint as an error. ``where`` says where a top key stands."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        loc: Where = tuple(part for part in first["loc"])
        if loc and loc[0] in where:
            loc = (*where[str(loc[0])], *loc[1:])
        message = first["msg"].removeprefix("Value error, ")
        if first["type"] == "extra_forbidden":
            message = f"unknown key {loc[-1]!r}"
        elif first["type"] == "missing":
            message = f"the key {loc[-1]!r} is missing"
        raise CorridorError(
            "CONTRACT-SCHEMA",
            f"The contract is not well formed: {message[0].lower()}{message[1:]}.",
            why="A term that is misread would be settled wrongly, so nothing is guessed.",
            todo="Mend it there; docs/contracts.md says what a contract may hold.",
            file=document.file.name,
            line=document.line(loc),
            field=dotted(loc) or None,
        ) from error

"""What a rule file may say. The models hold its shape; ``read_rule`` adds what spans fields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from corridor.errors import CorridorError
from corridor.law.document import Document, Where, dotted, read_document
from corridor.law.typed import Shape, check_cell, check_rows

Kind = Literal["scalar", "bands", "table", "codes"]
Clock = Literal["service_date", "performance_year", "payment_year"]
Status = Literal["codified", "official", "secondary", "proposed", "assumed"]
Type = Literal["number", "integer", "text", "flag", "date"]
Moment = int | date
"""A year on the year clocks, a day on the service_date clock."""


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


ModelT = TypeVar("ModelT", bound=_Model)


class Citation(_Model):
    """Where a value was read: a document of sources.yaml and the place in it."""

    doc: str
    para: str | None = None
    quoted_by: str | None = None
    checked: date | None = None


class Column(_Model):
    """A column of a table: its type follows from its unit where it is not given."""

    unit: str | None = None
    type: Type | None = None
    about: str | None = None
    nullable: bool = False


class Entry(_Model):
    """One value with its two clocks: ``from`` when it holds, ``known`` when it became known."""

    start: Moment = Field(alias="from")
    through: Moment | None = None
    value: Any = None
    rows: list[dict[str, Any]] | None = None
    status: Status
    known: date
    cite: Citation
    note: str | None = None


class RuleFile(_Model):
    """A rule file: one concept, all its values."""

    about: str = Field(min_length=1)
    kind: Kind
    unit: str | None = None
    clock: Clock
    options: list[str] | None = None
    columns: dict[str, Column] | None = None
    key: list[str] | None = None
    verify_at: str | None = None
    values: list[Entry] = Field(min_length=1)


class Unit(_Model):
    """A unit of units.yaml: what type its values have and between what bounds they lie."""

    about: str
    type: Type
    at_least: float | int | None = None
    at_most: float | int | None = None


class Source(_Model):
    """A document of sources.yaml. ``short`` is how a citation names it."""

    short: str
    title: str
    url: str | None = None


@dataclass(frozen=True)
class Rule:
    """A rule file read and checked. ``shape`` types its value, or each column of its rows."""

    name: str
    file: Path
    body: RuleFile
    shape: Mapping[str, Shape]
    unit: str


def schema_error(error: ValidationError, document: Document, what: str) -> CorridorError:
    """The first complaint of a model, as an error with file, line and key."""
    first = error.errors()[0]
    where: Where = tuple(part for part in first["loc"] if part not in ("int", "date"))
    message = first["msg"][0].lower() + first["msg"][1:]
    if first["type"] == "extra_forbidden":
        message = f"unknown key {where[-1]!r}"
    elif first["type"] == "missing":
        message = f"the key {where[-1]!r} is missing"
    return CorridorError(
        "LAW-SCHEMA",
        f"{what} is not well formed: {message}.",
        why="Every value of the law needs unit, dates, source and status, and nothing unread.",
        todo="See docs/rules.md for what the file may hold.",
        file=document.file,
        line=document.line(where),
        field=dotted(where) or None,
    )


def read_registry(file: Path, model: type[ModelT]) -> dict[str, ModelT]:
    """units.yaml or sources.yaml: a mapping from a name to its entry."""
    document = read_document(file)
    if not isinstance(document.data, dict):
        raise CorridorError("LAW-SCHEMA", "The file must map names to entries.", file=file, line=1)
    entries: dict[str, ModelT] = {}
    for name, body in document.data.items():
        try:
            entries[name] = model.model_validate(body)
        except ValidationError as error:
            moved = Document(file, None, {w[1:]: n for w, n in document.lines.items() if w[:1] == (name,)})
            raise schema_error(error, moved, f"The entry {name!r}") from error
    return entries


def read_rule(file: Path, name: str, units: Mapping[str, Unit], sources: Mapping[str, Source]) -> Rule:
    """Read and check one rule file.

    Raises LAW-SCHEMA, LAW-UNKNOWN-UNIT, LAW-UNKNOWN-DOCUMENT, LAW-TYPE, LAW-BANDS, LAW-ROW-KEY,
    LAW-GAP or LAW-OVERLAP with file, line and key.
    """
    document = read_document(file)
    try:
        body = RuleFile.model_validate(document.data)
    except ValidationError as error:
        raise schema_error(error, document, f"The rule {name}") from error
    check = _Check(document, name, body, units)
    shape = check.shape()
    for index, entry in enumerate(body.values):
        check.entry(index, entry, shape, sources)
    check.periods()
    return Rule(name, file, body, shape, body.unit if body.unit is not None else body.kind)


def after(moment: Moment) -> Moment:
    """The year after a year, the day after a day."""
    return moment + 1 if isinstance(moment, int) else moment + timedelta(days=1)


def before(moment: Moment) -> Moment:
    """The year before a year, the day before a day."""
    return moment - 1 if isinstance(moment, int) else moment - timedelta(days=1)


def ordinal(moment: Moment) -> int:
    """A number that orders moments of one clock."""
    return moment if isinstance(moment, int) else moment.toordinal()


class _Check:
    """The checks of one rule file that no single field can make."""

    def __init__(self, document: Document, name: str, body: RuleFile, units: Mapping[str, Unit]) -> None:
        self.document = document
        self.name = name
        self.body = body
        self.units = units

    def fail(self, code: str, what: str, where: Where, todo: str = "") -> CorridorError:
        return CorridorError(
            code,
            what,
            todo=todo,
            file=self.document.file,
            line=self.document.line(where),
            field=dotted(where) or None,
            rule=self.name,
        )

    def unit(self, name: str, where: Where) -> Unit:
        if name not in self.units:
            raise self.fail(
                "LAW-UNKNOWN-UNIT",
                f"The unit {name!r} is not in units.yaml.",
                where,
                "Use a unit of rules/units.yaml, or add it there.",
            )
        return self.units[name]

    def shape(self) -> dict[str, Shape]:
        body = self.body
        if body.kind == "scalar":
            for key in ("columns", "key"):
                if getattr(body, key) is not None:
                    raise self.fail("LAW-SCHEMA", f"A scalar has no {key}.", (key,), "Remove it.")
            if body.unit is None:
                raise self.fail("LAW-SCHEMA", "A scalar needs its unit.", (), "Add unit:.")
            unit = self.unit(body.unit, ("unit",))
            if unit.type == "date":
                raise self.fail(
                    "LAW-SCHEMA", "A scalar cannot be a date.", ("unit",), "Use a table of one row."
                )
            if (body.unit == "choice") != (body.options is not None):
                raise self.fail(
                    "LAW-SCHEMA", "The unit choice and a list of options belong together.", ("unit",)
                )
            options = None if body.options is None else tuple(body.options)
            return {"value": Shape(unit.type, unit.at_least, unit.at_most, False, options, body.unit)}
        if body.options is not None:
            raise self.fail("LAW-SCHEMA", "Only a scalar has options.", ("options",), "Remove them.")
        if not body.columns:
            raise self.fail("LAW-SCHEMA", f"A rule of kind {body.kind} needs columns.", (), "Add columns:.")
        return self.column_shapes(body.columns)

    def column_shapes(self, columns: Mapping[str, Column]) -> dict[str, Shape]:
        shape: dict[str, Shape] = {}
        for name, column in columns.items():
            where: Where = ("columns", name)
            if not name.isidentifier() or name != name.lower() or name in ("valid_from", "valid_to"):
                raise self.fail("LAW-SCHEMA", f"{name!r} cannot be the name of a column.", where)
            unit = None if column.unit is None else self.unit(column.unit, (*where, "unit"))
            kind = column.type or (None if unit is None else unit.type)
            if kind is None:
                raise self.fail("LAW-SCHEMA", f"The column {name!r} needs a type or a unit.", where)
            low = None if unit is None else unit.at_least
            high = None if unit is None else unit.at_most
            shape[name] = Shape(kind, low, high, column.nullable, None, column.unit)
        if self.body.kind == "bands":
            for name in ("at_least", "below"):
                if name not in shape:
                    raise self.fail("LAW-BANDS", f"Bands need a column {name!r}.", ("columns",))
        for index, name in enumerate(self.body.key or []):
            if name not in shape:
                raise self.fail("LAW-ROW-KEY", f"The key names no column: {name!r}.", ("key", index))
        return shape

    def entry(
        self, index: int, entry: Entry, shape: Mapping[str, Shape], sources: Mapping[str, Source]
    ) -> None:
        where: Where = ("values", index)
        if entry.cite.doc not in sources:
            raise self.fail(
                "LAW-UNKNOWN-DOCUMENT",
                f"The document {entry.cite.doc!r} is not in sources.yaml.",
                (*where, "cite", "doc"),
                "Cite a document of rules/sources.yaml, or add it there.",
            )
        for moment, key in ((entry.start, "from"), (entry.through, "through")):
            if moment is not None and isinstance(moment, date) != (self.body.clock == "service_date"):
                wanted = "a day" if self.body.clock == "service_date" else "a year"
                raise self.fail(
                    "LAW-SCHEMA", f"The clock {self.body.clock} counts in {wanted}.", (*where, key)
                )
        if self.body.kind == "scalar":
            if entry.rows is not None or entry.value is None:
                raise self.fail("LAW-SCHEMA", "A scalar has a value and no rows.", where)
            problem = check_cell(entry.value, shape["value"])
            if problem:
                raise self.fail("LAW-TYPE", f"The value {problem}.", (*where, "value"))
            return
        if entry.rows is None or entry.value is not None:
            raise self.fail("LAW-SCHEMA", f"A rule of kind {self.body.kind} has rows and no value.", where)
        trouble = check_rows(entry.rows, shape, self.body.kind, self.body.key)
        if trouble is not None:
            raise self.fail(trouble.code, trouble.what, (*where, "rows", *trouble.where))

    def periods(self) -> None:
        """No version twice, and no gap or overlap between a period that ends and the next."""
        seen: dict[tuple[Moment, date, bool], int] = {}
        for index, entry in enumerate(self.body.values):
            mark = (entry.start, entry.known, entry.status == "proposed")
            if mark in seen:
                raise self.fail(
                    "LAW-OVERLAP",
                    f"Two values hold from {entry.start} and were known on {entry.known}.",
                    ("values", index),
                    "Keep one of them, or date them apart.",
                )
            seen[mark] = index
        final = [(e, i) for i, e in enumerate(self.body.values) if e.status != "proposed"]
        starts = sorted({e.start for e, _ in final}, key=ordinal)
        for entry, index in final:
            if entry.through is None:
                continue
            later = [start for start in starts if ordinal(start) > ordinal(entry.start)]
            ends = after(entry.through)
            if ordinal(ends) <= ordinal(entry.start):
                raise self.fail("LAW-OVERLAP", "The value ends before it begins.", ("values", index))
            if later and ends != later[0]:
                code = "LAW-GAP" if ordinal(ends) < ordinal(later[0]) else "LAW-OVERLAP"
                kind = "leaves a gap before" if code == "LAW-GAP" else "overlaps"
                raise self.fail(
                    code,
                    f"The value from {entry.start} through {entry.through} {kind} the one from {later[0]}.",
                    ("values", index),
                    "Let one value end where the next begins.",
                )

"""A layout: the columns of one kind of file, as YAML, checked when it is read."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from importlib import resources
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from corridor.errors import CorridorError

Kind = Literal[
    "text", "code", "person", "integer", "money", "quantity", "number", "percent", "date", "boolean"
]
SQL_TYPES: Mapping[str, str] = {
    "text": "VARCHAR",
    "code": "VARCHAR",
    "person": "VARCHAR",
    "integer": "INTEGER",
    "money": "DECIMAL(18,2)",
    "quantity": "DECIMAL(18,4)",
    "number": "DOUBLE",
    "percent": "DOUBLE",
    "date": "DATE",
    "boolean": "BOOLEAN",
}
DATE_FORMATS = ("%Y-%m-%d", "%m/%d/%Y", "%Y%m%d", "%d-%b-%Y")
_REPEAT = re.compile(r"\{(\d+)\.\.(\d+)\}")


class Column(BaseModel):
    """One column: what it is called in files, and what its values may be.

    type      text, code (upper case), person (an identifier of a beneficiary), integer, money
              (two decimals), quantity (four), number, percent (85.5 for 85.5 %), date, boolean
    header    its names in files; matched without regard to case, spaces and punctuation
    required  the file must have the column; ``filled``: every row must have a value
    formats   of a date, as in strptime
    values    a closed list: what files write -> what it means; anything else sets the row aside
    pattern   a regular expression the whole text must match; ``about`` says it in words
    least     the smallest number allowed; ``most``: the largest
    bare      hyphens and spaces are taken out; ``pad``: digits get leading zeros up to so many;
              ``cut``: so many characters are kept
    private   its values identify a person and are never quoted in a message
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    type: Kind = "text"
    header: tuple[str, ...] = ()
    required: bool = False
    filled: bool = False
    formats: tuple[str, ...] = ()
    values: dict[str, str | int | bool | None] | None = None
    pattern: str | None = None
    least: float | None = None
    most: float | None = None
    bare: bool = False
    pad: int | None = None
    cut: int | None = None
    private: bool = False
    about: str = ""

    @property
    def sql_type(self) -> str:
        return SQL_TYPES[self.type]

    @property
    def secret(self) -> bool:
        return self.private or self.type == "person"

    @property
    def headers(self) -> tuple[str, ...]:
        return self.header or (self.name,)


class Layout(BaseModel):
    """The shape of one kind of file; ``columns`` in the order they are staged."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    about: str
    source: str = ""
    delimiter: str | None = None
    quoted: bool = True
    missing: tuple[str, ...] = ()
    columns: tuple[Column, ...]
    meta: dict[str, Any] = Field(default_factory=dict)

    def column(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)

    @property
    def required(self) -> tuple[Column, ...]:
        return tuple(column for column in self.columns if column.required)

    def by_header(self) -> dict[str, Column]:
        """Normalised header name -> column."""
        return {normalised(header): column for column in self.columns for header in column.headers}


def normalised(header: str) -> str:
    """A header name as it is compared: lower case, every run of other characters one underscore."""
    return re.sub(r"[^a-z0-9]+", "_", header.lower()).strip("_")


def parse_layout(text: str, where: str, beside: Callable[[str], str] | None = None) -> Layout:
    """Read a layout from YAML text.

    ``columns`` is a mapping of name to its properties; ``icd_dgns_cd{1..25}`` stands for 25
    columns, and ``{n}`` in their headers for the number. ``include: _name`` starts from the
    columns of that layout of the same folder; a column given again changes those properties.
    """
    try:
        loaded = _loaded(text)
        columns: dict[str, dict[str, Any]] = {}
        base = loaded.pop("include", None)
        if base is not None and beside is not None:
            columns.update(_columns(_loaded(beside(base))["columns"]))
        for name, properties in _columns(loaded.pop("columns")).items():
            columns[name] = {**columns.get(name, {"name": name}), **properties}
        return Layout.model_validate({**loaded, "columns": list(columns.values())})
    except (yaml.YAMLError, ValidationError, AttributeError, KeyError, TypeError, ValueError) as error:
        raise CorridorError(
            "LAYOUT-INVALID",
            f"A layout cannot be read: {str(error).splitlines()[0]}.",
            why="Files of this kind cannot be understood without it.",
            todo="Compare it with the other layouts, or install Corridor again.",
            file=where,
        ) from error


def _loaded(text: str) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return loaded


def _columns(given: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        each: {"name": each, **_numbered(dict(properties or {}), number)}
        for name, properties in given.items()
        for each, number in _repeated(name)
    }


def _repeated(name: str) -> list[tuple[str, int | None]]:
    match = _REPEAT.search(name)
    if match is None:
        return [(name, None)]
    first, last = int(match.group(1)), int(match.group(2))
    return [(_REPEAT.sub(str(number), name), number) for number in range(first, last + 1)]


def _numbered(properties: dict[str, Any], number: int | None) -> dict[str, Any]:
    header = properties.get("header")
    if isinstance(header, str):
        header = [header]
    if header is not None:
        properties["header"] = [h.replace("{n}", str(number)) if number is not None else h for h in header]
    return properties


@cache
def load_layout(room: str, name: str) -> Layout:
    """The layout ``layouts/<room>/<name>.yaml`` of the package."""
    folder = resources.files("corridor").joinpath("layouts", room)

    def text(name: str) -> str:
        return folder.joinpath(f"{name}.yaml").read_text(encoding="utf-8")

    return parse_layout(text(name), f"layouts/{room}/{name}.yaml", text)


@cache
def load_layouts(room: str) -> dict[str, Layout]:
    """Every layout of ``layouts/<room>/``, by name, in name order (not those it includes: _name)."""
    folder = resources.files("corridor").joinpath("layouts", room)
    files = [path.name for path in folder.iterdir() if path.name.endswith(".yaml")]
    names = sorted(name[: -len(".yaml")] for name in files if not name.startswith("_"))
    return {name: load_layout(room, name) for name in names}

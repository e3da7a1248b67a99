"""The forms of calculators, audits and loads: their columns as someone who fills them in must know them.

A form of ``layouts/form`` says everything itself; ``layouts/template.yaml`` adds the forms of doors whose
columns stand elsewhere. ``corridor.jobs.template_book`` writes them as Excel files.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib import resources
from typing import Any

import yaml

from corridor.engine.tabular import Column, Layout, load_layout, load_layouts
from corridor.errors import CorridorError
from corridor.law import RulesInForce
from corridor.programs.asm.cells import COHORTS, COLLECTION_TYPES, KINDS
from corridor.programs.asm.inputs import DoorColumn, door_columns
from corridor.programs.mips.columns import form_columns
from corridor.programs.mips.inputs import COLLECTION_TYPES as MIPS_COLLECTION_TYPES
from corridor.programs.mips.inputs import PARTICIPATIONS, PATHWAYS

UNITS: Mapping[str, str] = {
    "text": "text",
    "code": "text",
    "person": "text",
    "integer": "whole number",
    "money": "dollars",
    "quantity": "number",
    "number": "number",
    "percent": "percent, 85.5 for 85.5 %",
    "date": "date, YYYY-MM-DD",
    "boolean": "Yes or No",
    "list": "one of the list",
}


@dataclass(frozen=True)
class Field:
    """One column of a form.

    kind      text, integer, money, quantity, number, percent, date, boolean or list
    unit      in words; ``about``: what to write, in one sentence
    required  the file must have the column; ``filled``: every row must have a value
    choices   of a list; ``least``, ``most``: bounds of a number
    names     other names the door takes
    """

    name: str
    kind: str
    unit: str
    about: str
    required: bool = False
    filled: bool = False
    choices: tuple[str, ...] = ()
    least: float | None = None
    most: float | None = None
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Template:
    """One form: who reads it (``source``), whose rules it serves, its columns, a worked example.

    next  the commands that read it, with FILE where its name goes
    """

    name: str
    title: str
    about: str
    source: str
    program: str
    fields: tuple[Field, ...]
    worked: tuple[dict[str, Any], ...]
    next: tuple[str, ...] = ()

    def commands(self, file: str) -> list[str]:
        """The commands that read the filled form ``file``."""
        named = f'"{file}"' if " " in file else file
        return [one.replace("FILE", named) for one in self.next or (f"{self.source} FILE",)]

    def field(self, name: str) -> Field:
        """A column by its name."""
        return next(one for one in self.fields if one.name == name)


def templates(force: RulesInForce) -> dict[str, Template]:
    """Every form by name: of the doors' own layouts first, then the others. Raises TEMPLATE-FORM."""
    found = {name: _of_form(layout) for name, layout in load_layouts("form").items()}
    for name, given in _others().items():
        found[name] = _of_other(name, given, force)
    for one in found.values():
        _check(one)
    return found


def template(name: str, force: RulesInForce) -> Template:
    """The form of a name. Raises TEMPLATE-UNKNOWN."""
    found = templates(force)
    if name not in found:
        raise CorridorError(
            "TEMPLATE-UNKNOWN",
            f"There is no form called {name!r}.",
            todo=f"Name one of {', '.join(found)}.",
            field="NAME",
        )
    return found[name]


def _others() -> dict[str, dict[str, Any]]:
    text = resources.files("corridor").joinpath("layouts", "template.yaml").read_text(encoding="utf-8")
    loaded: dict[str, dict[str, Any]] = yaml.safe_load(text)
    return loaded


def _of_form(layout: Layout) -> Template:
    meta = layout.meta
    return Template(
        layout.name,
        str(meta.get("title", layout.about)),
        str(meta.get("about", layout.about)).strip(),
        layout.source,
        str(meta.get("program", "")),
        tuple(_of_column(column) for column in layout.columns),
        tuple(meta.get("worked", ())),
        tuple(meta.get("next", ())),
    )


def _of_other(name: str, given: dict[str, Any], force: RulesInForce) -> Template:
    if given["door"] == "asm":
        wanted = given.get("columns")
        columns = [one for one in door_columns(force).values() if wanted is None or one.name in wanted]
        fields = tuple(_of_door(one) for one in columns)
    elif given["door"] == "mips":
        fields = tuple(_of_door(one) for one in form_columns(given["columns"]))
    else:
        wanted = given.get("columns")
        every = load_layout(given["door"], given["layout"]).columns
        columns_of = [one for one in every if wanted is None or one.name in wanted]
        said = given.get("say", {})
        fields = tuple(_said(_of_column(one), said) for one in columns_of)
    return Template(
        name,
        given["title"],
        given["about"].strip(),
        given["source"],
        given["program"],
        fields,
        tuple(given["worked"]),
        tuple(given["next"]),
    )


def _said(field: Field, said: Mapping[str, str]) -> Field:
    """A column with words of its own, where its layout has none."""
    return replace(field, about=said.get(field.name) or field.about)


def _of_column(column: Column) -> Field:
    choices = _choices(column)
    kind = {"code": "text", "person": "text"}.get(column.type, column.type)
    kind = "list" if choices else kind
    others = tuple(name for name in column.headers if name != column.name)
    return Field(
        column.name,
        kind,
        UNITS[kind],
        column.about,
        column.required,
        column.filled,
        choices,
        column.least,
        column.most,
        others,
    )


def _choices(column: Column) -> tuple[str, ...]:
    """What to write for each value: the meaning itself where files may write it, else the first way to."""
    out: dict[Any, str] = {}
    for written, meant in (column.values or {}).items():
        if meant not in out or str(written).lower() == str(meant).lower():
            out[meant] = str(written)
    return tuple(out.values())


_DOOR_KINDS: Mapping[str, tuple[str, str]] = {
    "text": ("text", "text"),
    "flag": ("boolean", UNITS["boolean"]),
    "cohort": ("list", UNITS["list"]),
    "collection": ("list", UNITS["list"]),
    "participation": ("list", UNITS["list"]),
    "pathway": ("list", UNITS["list"]),
    "mips_collection": ("list", UNITS["list"]),
    "dollars": ("money", "dollars"),
    "deviation": ("money", "dollars"),
    "count": ("integer", "whole number"),
    "size": ("integer", "whole number"),
    "percent": ("percent", UNITS["percent"]),
    "fraction": ("number", "fraction, 0 to 1"),
    "score": ("number", "points, 0 to 100"),
    "bonus": ("number", "points"),
}


_DOOR_CHOICES: Mapping[str, tuple[str, ...]] = {
    "cohort": tuple(dict.fromkeys(COHORTS.values())),
    "collection": tuple(dict.fromkeys(COLLECTION_TYPES.values())),
    "participation": PARTICIPATIONS,
    "pathway": PATHWAYS,
    "mips_collection": MIPS_COLLECTION_TYPES,
}


def _of_door(column: DoorColumn) -> Field:
    kind, unit = _DOOR_KINDS.get(column.kind, ("number", "number"))
    known = KINDS.get(column.kind)
    choices = _DOOR_CHOICES.get(column.kind, ())
    return Field(
        column.name,
        kind,
        unit,
        column.about,
        column.required,
        column.required,
        choices,
        None if known is None else known.low,
        None if known is None else known.high,
    )


def _check(one: Template) -> None:
    """A worked example uses the form's own columns and fills what must be filled."""
    names = {field.name for field in one.fields}
    needed = {field.name for field in one.fields if field.filled}
    for row in one.worked:
        strange, empty = sorted(set(row) - names), sorted(needed - set(row))
        if strange or empty:
            raise CorridorError(
                "TEMPLATE-FORM",
                f"The worked example of the form {one.name} does not fit its columns: "
                f"{', '.join(strange or empty)}.",
                why="The form is damaged, or was changed by hand.",
                todo="Install Corridor again.",
            )

"""A health system as a YAML file: its members, its lines of business with their forms, what is assumed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from corridor.errors import CorridorError
from corridor.law.document import Document, dotted, read_document

Share = Annotated[float, Field(ge=0, le=1)]
Spread = Annotated[float, Field(ge=0, le=2)]
Growth = Annotated[float, Field(gt=-1, le=1)]
PROGRAMS = ("asm", "mips", "mssp", "reach", "lead", "team", "iota", "ahead")
KINDS = Literal["hospital", "aco", "practice", "clinician"]


class Strict(BaseModel):
    """Nothing is guessed: an unknown key or a number written as text is an error."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


class Assumed(Strict):
    """Assumptions of chance and growth, of the system or of one line; what is absent is taken from above."""

    cost_trend: Growth | None = None
    benchmark_trend: Growth | None = None
    volume_growth: Growth | None = None
    loading: Annotated[float, Field(ge=0, le=10)] | None = None
    benchmark_follows: Share | None = None
    common_cost_deviation: Spread | None = None
    entity_cost_deviation: Spread | None = None
    own_cost_deviation: Spread | None = None
    persistence: Share | None = None
    quality_deviation: Spread | None = None
    own_quality_deviation: Spread | None = None
    volume_deviation: Spread | None = None
    payment_lag: Annotated[int, Field(ge=0, le=5)] | None = None


class SystemAssumed(Assumed):
    """Those of the system, with what there is only once."""

    tail: Annotated[float, Field(gt=0, lt=0.5)] | None = None


class Member(Strict):
    """An entity of the system; ``id`` is the CCN, TIN, NPI or ACO identifier that stands in the forms."""

    id: str = Field(min_length=1)
    kind: KINDS
    name: str = ""


class Line(Strict):
    """One line of business: a program and the form that ``corridor settle`` reads of it.

    entities  members of which the form has rows that count; none named: all
    member    whose every row is, where a row names no member itself (a practice's clinicians)
    """

    program: str
    form: str | None = None
    rows: list[dict[str, Any]] | None = None
    entities: list[str] = []
    member: str | None = None
    active: bool = True
    year: Annotated[int, Field(ge=2000, le=2100)] | None = None
    national: bool = False
    name: str = ""
    assumptions: Assumed = Assumed()

    @model_validator(mode="after")
    def _one(self) -> Line:
        if self.program not in PROGRAMS:
            raise ValueError(f"{self.program!r} is no program of the sheet: {', '.join(PROGRAMS)}")
        if (self.form is None) == (self.rows is None):
            raise ValueError("a line has a form or rows, one of the two")
        return self


class Shared(Strict):
    """Two members with the same patients: the share of one's cost that is also the other's."""

    between: list[str] = Field(min_length=2, max_length=2)
    share: Share


class Described(Strict):
    """The file."""

    system: str = Field(min_length=1)
    fictitious: bool = False
    note: str = ""
    horizon: Annotated[int, Field(ge=2020, le=2100)] | None = None
    draws: Annotated[int, Field(ge=0, le=100_000)] | None = None
    seed: Annotated[int, Field(ge=0)] | None = None
    members: list[Member] = Field(min_length=1)
    lines: list[Line] = Field(min_length=1)
    shared_patients: list[Shared] = []
    assumptions: SystemAssumed = SystemAssumed()


@dataclass(frozen=True)
class System:
    """A health system as read, and where it stood."""

    described: Described
    document: Document

    @property
    def file(self) -> str:
        return self.document.file.name

    def line(self, *where: str | int) -> int:
        """The line of a place of the file."""
        return self.document.line(where)

    def key(self, at: int) -> str:
        """The name of a line of business: its own, else its program and place."""
        one = self.described.lines[at]
        return one.name or one.program

    def form(self, at: int) -> Path | None:
        """The form of a line, beside the file."""
        named = self.described.lines[at].form
        return None if named is None else self.document.file.parent / named


def read_system(path: Path) -> System:
    """Read and check a system.

    Raises EXPOSURE-FILE, EXPOSURE-SCHEMA, EXPOSURE-TWICE, EXPOSURE-MEMBER, and what YAML raises (LAW-*).
    """
    if not path.is_file():
        raise CorridorError("EXPOSURE-FILE", "There is no such file.", todo="Name a YAML file.", file=path)
    document = read_document(path)
    try:
        described = Described.model_validate(document.data)
    except ValidationError as error:
        first = error.errors()[0]
        where = tuple(first["loc"])
        said = first["msg"].removeprefix("Value error, ")
        if first["type"] == "extra_forbidden":
            said = f"unknown key {where[-1]!r}"
        elif first["type"] == "missing":
            said = f"the key {where[-1]!r} is missing"
        raise CorridorError(
            "EXPOSURE-SCHEMA",
            f"The system is not well formed: {said[:1].lower()}{said[1:]}.",
            why="What is misread would be projected wrongly, so nothing is guessed.",
            todo="Mend it there; docs/exposure.md says what a system may hold.",
            file=path.name,
            line=document.line(where),
            field=dotted(where) or None,
        ) from error
    system = System(described, document)
    _check(system)
    return system


def _check(system: System) -> None:
    """Raises EXPOSURE-TWICE, EXPOSURE-MEMBER and EXPOSURE-FILE."""
    one = system.described
    ids = [member.id for member in one.members]
    keys = [system.key(at) for at in range(len(one.lines))]
    for what, names, place in (("member", ids, "members"), ("line", keys, "lines")):
        for at, name in enumerate(names):
            if name in names[:at]:
                raise CorridorError(
                    "EXPOSURE-TWICE",
                    f"The {what} {name!r} stands twice.",
                    why="Totals go by it.",
                    todo="Give each its own" + (" name." if what == "line" else " identifier."),
                    file=system.file,
                    line=system.line(place, at),
                    field=f"{place}[{at}]",
                )
    named: list[tuple[str, tuple[str | int, ...]]]
    named = [(name, ("lines", at, "entities")) for at, line in enumerate(one.lines) for name in line.entities]
    named += [(line.member, ("lines", at, "member")) for at, line in enumerate(one.lines) if line.member]
    named += [
        (name, ("shared_patients", at)) for at, two in enumerate(one.shared_patients) for name in two.between
    ]
    for name, where in named:
        if name not in ids:
            raise CorridorError(
                "EXPOSURE-MEMBER",
                f"{name!r} is not among the members.",
                todo=f"Add it to members, or name one of: {', '.join(ids)}.",
                file=system.file,
                line=system.line(*where),
                field=dotted(where),
            )
    for at in range(len(one.lines)):
        form = system.form(at)
        if form is not None and not form.is_file():
            raise CorridorError(
                "EXPOSURE-FILE",
                f"There is no form {one.lines[at].form!r}.",
                why="A line is settled from its form; its path is relative to the system's file.",
                todo="Correct the path; corridor template writes the forms.",
                file=system.file,
                line=system.line("lines", at, "form"),
                field=f"lines[{at}].form",
            )


@cache
def defaults() -> dict[str, dict[str, Any]]:
    """What is taken for granted where the file says nothing: name -> value, unit, about."""
    text = resources.files("corridor.scenarios").joinpath("exposure.yaml").read_text(encoding="utf-8")
    found: dict[str, dict[str, Any]] = yaml.safe_load(text)
    return found


def value_of(system: System, name: str, line: Line | None = None) -> float:
    """An assumption as it holds: the line's, else the system's, else the default."""
    for one in (line.assumptions if line else None, system.described.assumptions):
        stated = getattr(one, name, None)
        if stated is not None:
            return float(stated)
    return float(defaults()[name]["value"])


def assumption_rows(system: System) -> list[dict[str, Any]]:
    """Every assumption of chance and growth with its value, whether the file gave it or it is our own."""
    made = []
    for name, one in defaults().items():
        stated = getattr(system.described.assumptions, name, None)
        made.append(_record(name, None, one, stated))
        for at, line in enumerate(system.described.lines):
            own = getattr(line.assumptions, name, None)
            if own is not None:
                made.append(_record(name, system.key(at), one, own))
    for two in system.described.shared_patients:
        about = {
            "value": two.share,
            "unit": "fraction",
            "about": f"patients shared by {' and '.join(two.between)}",
        }
        made.append(_record("shared_patients", None, about, two.share))
    return made


def _record(name: str, line: str | None, one: dict[str, Any], stated: float | None) -> dict[str, Any]:
    return {
        "rule": f"exposure.{name}",
        "line": line,
        "value": one["value"] if stated is None else stated,
        "unit": one["unit"],
        "status": "assumed" if stated is None else "given",
        "cite": one["about"],
    }

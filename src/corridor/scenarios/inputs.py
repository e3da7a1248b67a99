"""The inputs of a scenario: what may be changed, between which bounds, and from where its default comes."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

import yaml

from corridor.errors import CorridorError

Value = float | str


@dataclass(frozen=True)
class Bounds:
    """How far a slider reaches and how finely it steps; ``reason`` says why, for it is no rule."""

    low: float
    high: float
    step: float
    reason: str


@dataclass(frozen=True)
class Input:
    """One thing to change.

    kind     slider or number (between bounds), choice (one of ``options``) or text
    group    the heading it stands under
    default  its value in the run or in the rules: a scenario with all defaults is the run itself
    origin   where the default comes from: a rule's name, or a table of the run
    options  of a choice: value -> words
    now      of a change: what it changes; None where there is nothing
    column   of a number: the column of the table it stands in; its row is the label
    subject  whether other inputs and their defaults follow from it (who, which year)
    """

    name: str
    label: str
    unit: str
    kind: str
    group: str
    default: Value
    origin: str
    bounds: Bounds | None = None
    options: Mapping[str, str] | None = None
    now: float | None = None
    note: str = ""
    subject: bool = False
    column: str = ""


def bounds(program: str, name: str) -> Bounds:
    """The declared bounds of an input. Presentation only: bounds.yaml says why each is where it is."""
    return _declared()[program][name]


@lru_cache(maxsize=1)
def _declared() -> dict[str, dict[str, Bounds]]:
    text = (resources.files("corridor.scenarios") / "bounds.yaml").read_text(encoding="utf-8")
    return {
        program: {name: Bounds(**one) for name, one in inputs.items()}
        for program, inputs in yaml.safe_load(text).items()
    }


def read_values(inputs: Sequence[Input], given: Mapping[str, str]) -> dict[str, Value]:
    """The value of every input: given, else its default; unknown names are passed over.

    Raises SCENARIO-VALUE.
    """
    return {one.name: _read(one, given[one.name].strip()) if given.get(one.name, "").strip() else one.default
            for one in inputs}  # fmt: skip


def _read(one: Input, text: str) -> Value:
    if one.kind == "choice":
        if text not in (one.options or {}):
            raise _refused(one, "it is none of the choices", "Choose one that the page offers.")
        return text
    if one.kind == "text":
        return text[:80]
    try:
        value = float(text.replace(",", "").replace("\u2212", "-").lstrip("$"))
    except ValueError:
        raise _refused(one, "it is not a number", "Write a number.") from None
    limits = one.bounds
    assert limits is not None
    if not math.isfinite(value) or not limits.low - 1e-9 <= value <= limits.high + 1e-9:
        between = f"between {limits.low:g} and {limits.high:g}"
        raise _refused(one, f"it is not {between}", f"Choose a value {between}.")
    return value


def _refused(one: Input, why: str, todo: str) -> CorridorError:
    return CorridorError(
        "SCENARIO-VALUE",
        f"The value of “{one.label}” cannot be used.",
        why=f"For this input, {why}.",
        todo=todo,
        field=one.name,
    )


def changed_values(inputs: Sequence[Input], values: Mapping[str, Value]) -> dict[str, Value]:
    """The values that are not the default: what a scenario is kept and linked by."""
    return {one.name: values[one.name] for one in inputs if not same(values[one.name], one.default)}


def same(value: Any, default: Any) -> bool:
    """Whether a value is the default: numbers to nine digits, anything else exactly."""
    if isinstance(value, float | int) and isinstance(default, float | int):
        return math.isclose(value, default, rel_tol=1e-9, abs_tol=1e-9)
    return bool(value == default)

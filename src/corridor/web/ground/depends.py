"""What rests on a rule: tables by their steps, formulas by their models, and rules that speak of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from corridor.engine.catalogue import load_catalogue
from corridor.explain.listing import models
from corridor.formulas import Formula, Model
from corridor.law import Rules


@dataclass(frozen=True)
class Named:
    """A formula where it stands: its page of methods, the heading of its model, and the model."""

    page: str
    title: str
    heading: str
    model: Model
    it: Formula

    @property
    def link(self) -> str:
        """Its address among the methods."""
        return f"/methods/formulas/{self.page}/{self.it.name}"


@lru_cache(maxsize=1)
def every_formula() -> tuple[Named, ...]:
    """Every formula of every program and of the pricer."""
    return tuple(
        Named(page, title, heading, model, one)
        for page, (title, parts) in models().items()
        for heading, model in parts
        for one in model.formulas.values()
    )


@lru_cache(maxsize=1)
def _steps_by_rule() -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for step in load_catalogue().steps.values():
        for used in step.rules:
            found.setdefault(used, []).append(step.step)
    return {rule: tuple(sorted(steps)) for rule, steps in found.items()}


@lru_cache(maxsize=1)
def _formulas_by_rule() -> dict[str, tuple[Named, ...]]:
    found: dict[str, list[Named]] = {}
    for one in every_formula():
        for parameter in one.it.parameters:
            binding = one.model.rules.get(parameter)
            if binding is not None and one not in found.setdefault(binding.rule, []):
                found[binding.rule].append(one)
    return {rule: tuple(formulas) for rule, formulas in found.items()}


@lru_cache(maxsize=1)
def _readers() -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for step in load_catalogue().steps.values():
        for read in step.reads:
            found.setdefault(read, []).append(step.step)
    return {table: tuple(sorted(steps)) for table, steps in found.items()}


def tables_on(rule: str) -> tuple[str, ...]:
    """The tables whose step reads this rule."""
    return _steps_by_rule().get(rule, ())


def formulas_on(rule: str) -> tuple[Named, ...]:
    """The formulas one of whose parameters is bound to this rule."""
    return _formulas_by_rule().get(rule, ())


def readers_of(table: str) -> tuple[str, ...]:
    """The steps that read a table."""
    return _readers().get(table, ())


def downstream(tables: Sequence[str]) -> tuple[str, ...]:
    """Every table that is made, over any number of steps, of these; they themselves left out."""
    seen: set[str] = set()
    waiting = list(tables)
    while waiting:
        for step in readers_of(waiting.pop()):
            if step not in seen:
                seen.add(step)
                waiting.append(step)
    return tuple(sorted(seen - set(tables)))


def rules_on(rule: str, law: Rules) -> tuple[str, ...]:
    """Other rules of its program whose text names it."""
    program, _, stem = rule.partition(".")
    found = []
    for name in law.names(program):
        if name == rule:
            continue
        body = law.rule(name).body
        notes = " ".join([body.about, *(entry.note or "" for entry in body.values)])
        if rule in notes or f"`{stem}`" in notes:
            found.append(name)
    return tuple(found)

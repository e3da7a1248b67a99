"""The prelude on Spark: its functions are written into the step that calls them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import sqlglot
from sqlglot import exp

from corridor.engine.connection import prelude_text

# What needs no parentheses wherever it is written in.
_ATOMS = (exp.Column, exp.Literal, exp.Func, exp.Cast, exp.Paren, exp.Null)
_MACRO = re.compile(r"create or replace macro (\w+)\(([^)]*)\) as \((.*)\)$", re.DOTALL)


@dataclass(frozen=True)
class Macro:
    """One function of the prelude: its parameters, and the Spark expression it stands for."""

    name: str
    parameters: tuple[str, ...]
    body: exp.Expr


@cache
def macros(engine: str = "spark") -> Mapping[str, Macro]:
    """The functions of a prelude file, by name."""
    lines = (line for line in prelude_text(engine).splitlines() if not line.startswith("--"))
    found = {}
    for statement in "\n".join(lines).split(";"):
        match = _MACRO.match(statement.strip())
        if match:
            name, parameters, body = match.groups()
            names = tuple(parameter.strip() for parameter in parameters.split(","))
            found[name] = Macro(name, names, spark_expression(body))
    return found


def spark_expression(text: str, **values: exp.Expr) -> exp.Expr:
    """A Spark SQL expression in which the columns named are replaced by the expressions given."""
    return _filled(sqlglot.parse_one(text, read="spark"), values)


def call(macro: Macro, arguments: list[exp.Expr]) -> exp.Expr:
    """The expression that a call of the macro with these arguments stands for."""
    if len(arguments) != len(macro.parameters):
        raise ValueError(f"{macro.name} takes {len(macro.parameters)} arguments, not {len(arguments)}")
    body = macro.body.copy()
    return exp.paren(_filled(body, dict(zip(macro.parameters, arguments, strict=True))), copy=False)


def _filled(body: exp.Expr, values: Mapping[str, exp.Expr]) -> exp.Expr:
    def fill(node: exp.Expr) -> exp.Expr:
        if isinstance(node, exp.Column) and not node.table and node.name in values:
            value = values[node.name].copy()
            return value if isinstance(value, _ATOMS) else exp.paren(value, copy=False)
        return node

    return body.transform(fill, copy=False) if values else body

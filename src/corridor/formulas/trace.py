"""What a formula did for one row: which branch of its conditions was taken, read off its source.

A formula is straight-line Python: assignments, then a return. Its locals are put into the return expression,
and ``np.where`` is followed where the condition is known for the row. What only a condition reads is a test.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

LONGEST = 4000  # characters of an inlined expression; beyond it the branches are not followed


@dataclass(frozen=True)
class Trace:
    """The expression that gave the row's value, and which parameters it reads.

    applied  its text, without the branches that were not taken
    used     parameters in it, in order of appearance
    tests    parameters that only decided between branches
    """

    applied: str
    used: tuple[str, ...]
    tests: tuple[str, ...]


def trace(
    function: Callable[..., Any], parameters: tuple[str, ...], values: Mapping[str, Any]
) -> Trace | None:
    """Follow a function for one row; None where its shape does not allow it.

    values  parameter -> the row's value as the function would see it (numbers, text, lists)
    """
    expression = inlined(function)
    if expression is None:
        return None
    branch = _Branches(function.__globals__, values)
    chosen = branch.visit(ast.parse(expression, mode="eval").body)
    read = _names(chosen)
    used = tuple(dict.fromkeys(name for name in read if name in parameters))
    tests = tuple(p for p in parameters if p in branch.tested and p not in used)
    return Trace(plain_text(chosen), used, tests)


@lru_cache(maxsize=1024)
def inlined(function: Callable[..., Any]) -> str | None:
    """The return expression with every local replaced by what it stands for; None if not straight-line."""
    definition = ast.parse(textwrap.dedent(inspect.getsource(function))).body[0]
    if not isinstance(definition, ast.FunctionDef):
        return None
    local: dict[str, ast.expr] = {}
    for statement in definition.body:
        if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
            continue
        if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
            target = statement.targets[0]
            if isinstance(target, ast.Name):
                local[target.id] = _Inline(local).visit(statement.value)
                continue
        if isinstance(statement, ast.Return) and statement.value is not None:
            text = ast.unparse(_Inline(local).visit(statement.value))
            return text if len(text) <= LONGEST else None
        return None
    return None


def plain_text(expression: ast.expr) -> str:
    """An expression as a reader of the rule sees it, without the ``np.`` prefix."""
    return _without_module(ast.unparse(expression))


@lru_cache(maxsize=4096)
def _without_module(text: str) -> str:
    copied = ast.parse(text, mode="eval").body
    return ast.unparse(ast.fix_missing_locations(_WithoutModule().visit(copied)))


class _Inline(ast.NodeTransformer):
    def __init__(self, local: Mapping[str, ast.expr]) -> None:
        self.local = local

    def visit_Name(self, node: ast.Name) -> ast.AST:
        return self.local.get(node.id, node)


class _Branches(ast.NodeTransformer):
    """Replaces ``np.where(condition, a, b)`` and ``a if condition else b`` by the branch that was taken."""

    def __init__(self, module: Mapping[str, Any], values: Mapping[str, Any]) -> None:
        self.module = module
        self.values = values
        self.tested: set[str] = set()

    def visit_Call(self, node: ast.Call) -> ast.AST:
        if ast.unparse(node.func) == "np.where" and len(node.args) == 3:
            return self._choose(node, *node.args)
        return self.generic_visit(node)

    def visit_IfExp(self, node: ast.IfExp) -> ast.AST:
        return self._choose(node, node.test, node.body, node.orelse)

    def _choose(self, node: ast.AST, condition: ast.expr, then: ast.expr, other: ast.expr) -> ast.AST:
        outcome = self._outcome(condition)
        if outcome is None:
            return self.generic_visit(node)
        self.tested.update(_names(condition))
        chosen: ast.AST = self.visit(then if outcome else other)
        return chosen

    def _outcome(self, condition: ast.expr) -> bool | None:
        code = compile(ast.fix_missing_locations(ast.Expression(condition)), "<condition>", "eval")
        try:
            with np.errstate(all="ignore"):
                found = np.asarray(eval(code, dict(self.module), dict(self.values)))
        except (TypeError, ValueError, NameError, AttributeError, IndexError):
            return None
        return bool(found.reshape(-1)[0]) if found.size == 1 else None


def _names(expression: ast.AST) -> list[str]:
    """The names in an expression, as they are read from left to right."""
    if isinstance(expression, ast.Name):
        return [expression.id]
    return [name for child in ast.iter_child_nodes(expression) for name in _names(child)]


class _WithoutModule(ast.NodeTransformer):
    """``np.where`` reads as ``where`` to someone who knows the rule and not the library."""

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.value, ast.Name) and node.value.id == "np":
            return ast.Name(id=node.attr, ctx=ast.Load())
        return node

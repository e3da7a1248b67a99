"""A formula in the signs of mathematics: LaTeX made from the source of the very function that computes.

Quantities that have a customary letter get it; the others stand by their names. What has no sign (a lookup, a
reduction of the program's own) stands as a function of its name.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Mapping
from typing import Any

# Quantity -> the letter that docs/method uses for it.
LETTERS: Mapping[str, str] = {
    "final_score": "F",
    "transformed_final_score": "T",
    "scaling_factor": "S",
    "risk_level": "R",
    "redistribution_share": r"\rho",
    "logistic_steepness": "k",
    "logistic_midpoint": "x_0",
    "part_b_paid": "B",
    "cohort_part_b_paid": r"\Sigma B",
    "cohort_transformed_part_b_paid": r"\Sigma BT",
    "incentive_pool": "P",
    "quality_weight": "w_Q",
    "cost_weight": "w_C",
    "quality_score": "Q",
    "cost_score": "C",
    "payment_adjustment_factor": "a",
    "payment_multiplier": "m",
    "conversion_factor": r"\mathit{CF}",
    "work_rvu": r"\mathit{RVU}_w",
    "pe_rvu": r"\mathit{RVU}_p",
    "mp_rvu": r"\mathit{RVU}_m",
    "work_gpci": r"\mathit{GPCI}_w",
    "pe_gpci": r"\mathit{GPCI}_p",
    "mp_gpci": r"\mathit{GPCI}_m",
}
SIGNS: Mapping[type, str] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: r"\cdot", ast.Lt: "<", ast.LtE: r"\le", ast.Gt: ">",
    ast.GtE: r"\ge", ast.Eq: "=", ast.NotEq: r"\ne", ast.And: r"\text{ and }", ast.Or: r"\text{ or }",
    ast.BitAnd: r"\text{ and }", ast.BitOr: r"\text{ or }", ast.In: r"\in", ast.NotIn: r"\notin",
    ast.Is: "=", ast.IsNot: r"\ne",
}  # fmt: skip
FUNCTIONS: Mapping[str, str] = {
    "minimum": r"\min", "maximum": r"\max", "fmin": r"\min", "fmax": r"\max", "exp": r"\exp",
    "log": r"\ln", "sum_of": r"\sum",
    "median_of": r"\operatorname{median}", "count_of": r"\operatorname{count}", "sqrt": r"\sqrt",
}  # fmt: skip
# How strongly an operator binds its operands; one that binds less stands in parentheses.
BINDS: Mapping[type, int] = {
    ast.Or: 1, ast.BitOr: 1, ast.And: 2, ast.BitAnd: 2, ast.Not: 5, ast.Invert: 5, ast.Add: 5, ast.Sub: 5,
    ast.Mult: 6, ast.Div: 9, ast.USub: 6, ast.Pow: 8,
}  # fmt: skip
COMPARED, NAME = 4, 9


def word(name: str) -> str:
    """A name as it stands in a formula: its letter, else its words."""
    return LETTERS.get(name) or r"\text{" + name.replace("_", " ") + "}"


def in_symbols(name: str, function: Callable[..., Any]) -> list[str]:
    """The lines of a formula: what its locals stand for, then the quantity itself; [] without such a form."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(function))).body[0]
    lines = []
    for statement in getattr(tree, "body", []):
        if isinstance(statement, ast.Expr):
            continue
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
            lines.append(f"{word(statement.targets[0].id)} = {latex(statement.value)}")
        elif isinstance(statement, ast.Return) and statement.value is not None:
            lines.append(f"{word(name)} = {latex(statement.value)}")
        else:
            return []
    return lines


def latex(node: ast.expr) -> str:
    """An expression; the parts that mathematics has no sign for keep their Python words."""
    if isinstance(node, ast.Name):
        return word(node.id)
    if isinstance(node, ast.Constant):
        return f"{node.value}" if isinstance(node.value, int | float) else _text(node.value)
    if isinstance(node, ast.BinOp):
        return _binary(node)
    if isinstance(node, ast.UnaryOp):
        if _absent(node.operand) is not None and not isinstance(node.op, ast.USub):
            return rf"{_absent(node.operand)} \text{{ is given}}"
        inner = _inside(node.operand, BINDS[type(node.op)])
        return f"-{inner}" if isinstance(node.op, ast.USub) else rf"\text{{not }} {inner}"
    if isinstance(node, ast.Compare):
        pieces = [latex(node.left)]
        for sign, right in zip(node.ops, node.comparators, strict=True):
            pieces += [SIGNS[type(sign)], latex(right)]
        return " ".join(pieces)
    if isinstance(node, ast.BoolOp):
        return f" {SIGNS[type(node.op)]} ".join(_inside(value, BINDS[type(node.op)]) for value in node.values)
    if isinstance(node, ast.IfExp):
        return _cases(node.test, node.body, node.orelse)
    if isinstance(node, ast.Call):
        return _call(node)
    if isinstance(node, ast.Attribute):
        return r"\text{none}" if node.attr == "nan" else word(node.attr)
    return _text(ast.unparse(node))


def _text(value: Any) -> str:
    kept = "".join(c if c.isalnum() or c in " .,()[]:=-+*/'<>" else " " for c in f"{value}")
    return r"\text{" + kept + "}"


def _strength(node: ast.expr) -> int:
    if isinstance(node, ast.BoolOp | ast.BinOp | ast.UnaryOp):
        return BINDS.get(type(node.op), NAME)
    if _branch(node) is not None:
        return 0
    return COMPARED if isinstance(node, ast.Compare) else NAME


def _inside(node: ast.expr, binding: int) -> str:
    """An operand, in parentheses where it binds less."""
    return rf"\left({latex(node)}\right)" if _strength(node) < binding else latex(node)


def _binary(node: ast.BinOp) -> str:
    if isinstance(node.op, ast.Div):
        return rf"\frac{{{latex(node.left)}}}{{{latex(node.right)}}}"
    if isinstance(node.op, ast.Pow):
        return f"{{{_inside(node.left, NAME)}}}^{{{latex(node.right)}}}"
    sign = SIGNS.get(type(node.op))
    if sign is None:
        return _text(ast.unparse(node))
    binding = BINDS[type(node.op)]
    after = binding + (1 if isinstance(node.op, ast.Sub) else 0)
    return f"{_inside(node.left, binding)} {sign} {_inside(node.right, after)}"


def _absent(node: ast.expr) -> str | None:
    """What ``isnan`` asks of, where that is what the expression does."""
    if isinstance(node, ast.Call) and _called(node) == "isnan" and len(node.args) == 1:
        return latex(node.args[0])
    return None


def _cases(test: ast.expr, then: ast.expr, other: ast.expr) -> str:
    """Branches one under another; a branch of the last one continues the list."""
    rows = [(then, test)]
    while (inner := _branch(other)) is not None:
        rows.append((inner[1], inner[0]))
        other = inner[2]
    shown = [rf"{latex(value)} & \text{{if }} {latex(condition)}" for value, condition in rows]
    return r"\begin{cases}" + r" \\ ".join([*shown, rf"{latex(other)} & \text{{else}}"]) + r"\end{cases}"


def _branch(node: ast.expr) -> tuple[ast.expr, ast.expr, ast.expr] | None:
    if isinstance(node, ast.IfExp):
        return node.test, node.body, node.orelse
    if isinstance(node, ast.Call) and _called(node) == "where" and len(node.args) == 3:
        return node.args[0], node.args[1], node.args[2]
    return None


def _called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else ast.unparse(node.func)


def _call(node: ast.Call) -> str:
    branch = _branch(node)
    if branch is not None:
        return _cases(*branch)
    name = _called(node)
    absent = _absent(node)
    if absent is not None:
        return rf"{absent} \text{{ is absent}}"
    given = [latex(one) for one in node.args]
    if name == "abs":
        return rf"\left|{given[0]}\right|"
    if name == "sqrt":
        return rf"\sqrt{{{given[0]}}}"
    sign = FUNCTIONS.get(name) or r"\text{" + name.replace("_", " ") + "}"
    return rf"{sign}\left({', '.join(given)}\right)"

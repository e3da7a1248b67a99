"""What a formula is: a plain function named for the quantity it computes, and its paragraph."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from corridor.errors import CorridorError
from corridor.formulas.trace import plain_text


@dataclass(frozen=True)
class Formula:
    """A function that computes one quantity from the quantities its parameters name.

    function   elementwise on scalars and arrays; or, with ``group``, given the rows of one group
    group      rows are reduced within this group (one value a group, one a draw)
    over       rows of this child model are computed elementwise, then reduced by ``statistic``
    statistic  for ``group`` a word for the reader; for ``over`` one of sum, count, max, min, any
    vector     the value of one row is a short list (cut points), kept on a last axis
    """

    name: str
    function: Callable[..., Any]
    parameters: tuple[str, ...]
    cite: str
    unit: str
    group: str | None = None
    over: str | None = None
    statistic: str | None = None
    vector: bool = False

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.function(*args, **kwargs)

    @cached_property
    def about(self) -> str:
        """First paragraph of the docstring, on one line."""
        text = inspect.getdoc(self.function) or ""
        return " ".join(text.split("\n\n")[0].split())

    @cached_property
    def text(self) -> str:
        """The return expression, from the source of the very function that computes."""
        return return_expression(self.function)


OVER_STATISTICS = ("sum", "count", "max", "min", "any")


def formula(
    *,
    cite: str,
    unit: str,
    group: str | None = None,
    over: str | None = None,
    statistic: str | None = None,
    vector: bool = False,
) -> Callable[[Callable[..., Any]], Formula]:
    """Make a formula of a function; its name is the quantity, its parameters what it is made of.

    Raises FORMULA-DEFINITION where the function cannot be one (no docstring, variable
    parameters, a reduction without a statistic).
    """

    def define(function: Callable[..., Any]) -> Formula:
        name = function.__name__
        kinds = inspect.signature(function).parameters.values()
        if any(p.kind in (p.VAR_POSITIONAL, p.VAR_KEYWORD) for p in kinds):
            raise _bad(name, "has variable parameters", "Name every quantity it needs.")
        if not inspect.getdoc(function):
            raise _bad(name, "has no docstring", "Say in one sentence what the quantity is.")
        if group is not None and over is not None:
            raise _bad(name, "reduces over a group and over a child model", "Make two formulas.")
        if over is not None and statistic not in OVER_STATISTICS:
            raise _bad(name, f"reduces {over} by {statistic!r}", f"Use one of {', '.join(OVER_STATISTICS)}.")
        if group is not None and not statistic:
            raise _bad(name, "reduces a group without a statistic", "Name the statistic for the reader.")
        return Formula(
            name, function, tuple(p.name for p in kinds), cite, unit, group, over, statistic, vector
        )

    return define


def _bad(name: str, fault: str, todo: str) -> CorridorError:
    return CorridorError(
        "FORMULA-DEFINITION",
        f"The formula {name} {fault}.",
        why="It could not be evaluated or explained.",
        todo=todo,
    )


def return_expression(function: Callable[..., Any]) -> str:
    """Text of the last return expression of a function, without the ``np.`` prefix."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    returned = [n.value for n in ast.walk(tree) if isinstance(n, ast.Return) and n.value is not None]
    return plain_text(returned[-1]) if returned else ""

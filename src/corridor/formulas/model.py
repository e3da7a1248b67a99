"""A model: the formulas of one program, bound to its rules, in one explicit list."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from corridor.errors import CorridorError
from corridor.formulas.bindings import Binding, Scalar
from corridor.formulas.definition import Formula
from corridor.formulas.evaluation import Children, Evaluation

if TYPE_CHECKING:
    from corridor.law import RulesInForce


class Model:
    """Formulas that hang together: a parameter is another formula, a rule, or an input.

    name      for messages, for instance ``asm``
    formulas  each defines the quantity of its name, once
    rules     parameter -> rule name (a scalar of the law), or a binding to a row of a table
    units     optional, input -> unit, for the reader of a derivation
    abouts    optional, input -> what it is
    """

    def __init__(
        self,
        name: str,
        formulas: Sequence[Formula],
        rules: Mapping[str, str | Binding] | None = None,
        *,
        units: Mapping[str, str] | None = None,
        abouts: Mapping[str, str] | None = None,
    ) -> None:
        self.name = name
        self.formulas: dict[str, Formula] = {}
        self.rules: dict[str, Binding] = {
            parameter: Scalar(rule) if isinstance(rule, str) else rule
            for parameter, rule in (rules or {}).items()
        }
        self.units = dict(units or {})
        self.abouts = dict(abouts or {})
        for one in formulas:
            if one.name in self.formulas or one.name in self.rules:
                raise CorridorError(
                    "FORMULA-TWICE",
                    f"The model {name} defines {one.name} twice.",
                    why="A quantity has one definition.",
                    todo="Remove one of the two, or rename it.",
                )
            self.formulas[one.name] = one
        self._refuse_cycles()

    def needs(self, quantity: str) -> tuple[str, ...]:
        """What a quantity is made of, one step down, within this model."""
        if quantity in self.formulas:
            own = self.formulas[quantity]
            return () if own.over else own.parameters
        if quantity in self.rules:
            return self.rules[quantity].keys
        return ()

    def inputs(self) -> list[str]:
        """The names that no formula and no rule supplies, sorted."""
        named = {n for q in (*self.formulas, *self.rules) for n in self.needs(q)}
        return sorted(named - set(self.formulas) - set(self.rules))

    def rule_names(self) -> list[str]:
        """Every rule the model may read, sorted."""
        return sorted({binding.rule for binding in self.rules.values()})

    def evaluate(
        self,
        inputs: Mapping[str, Any],
        force: RulesInForce,
        *,
        groups: Mapping[str, Any] | None = None,
        children: Mapping[str, Children] | None = None,
        wanted: Sequence[str] | None = None,
        labels: Sequence[str] | None = None,
        evidence: Callable[[int, str], str | None] | None = None,
    ) -> Evaluation:
        """Evaluate on scalars, columns (rows,) or draws (rows, draws).

        inputs    quantity -> scalar, array (rows,), or array (rows, draws). A formula's own quantity
                  may be given: it beats the formula on each row where it is present (not NaN, None)
        groups    group name -> code of each row; formulas with ``group`` reduce within equal codes
        children  name of a child model -> its evaluation and the parent row of each of its rows
        wanted    quantities to compute now (default: all); others are computed when asked for
        labels    what each row is called where a parent's derivation descends into it
        evidence  (row, quantity) -> where that input came from
        Raises FORMULA-MISSING-INPUT, FORMULA-UNKNOWN-QUANTITY, FORMULA-SHAPE.
        """
        evaluation = Evaluation(self, inputs, force, groups or {}, children or {}, labels, evidence)
        for quantity in self.formulas if wanted is None else wanted:
            evaluation.compute(quantity)
        return evaluation

    def _refuse_cycles(self) -> None:
        done: set[str] = set()
        path: list[str] = []

        def visit(quantity: str) -> None:
            if quantity in path:
                ring = " <- ".join([*path[path.index(quantity) :], quantity])
                raise CorridorError(
                    "FORMULA-CYCLE",
                    f"In the model {self.name}, {quantity} depends on itself: {ring}.",
                    why="No order of evaluation exists.",
                    todo="Break the ring: one of these quantities must be an input.",
                )
            if quantity in done:
                return
            path.append(quantity)
            for below in self.needs(quantity):
                visit(below)
            path.pop()
            done.add(quantity)

        for quantity in (*self.formulas, *self.rules):
            visit(quantity)

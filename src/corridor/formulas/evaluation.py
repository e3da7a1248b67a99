"""One evaluation of a model: values of quantities, computed once, in the order they are needed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from corridor.errors import CorridorError
from corridor.formulas.bindings import Array, Bound, bind
from corridor.formulas.definition import Formula
from corridor.formulas.node import Node

if TYPE_CHECKING:
    from corridor.formulas.model import Model
    from corridor.law import RulesInForce


@dataclass(frozen=True)
class Children:
    """A child model's evaluation, and for each of its rows the row of the parent it belongs to."""

    evaluation: Evaluation
    parent: npt.NDArray[np.int64]


@dataclass(frozen=True)
class Grouping:
    """Rows sorted into groups: row -> code, and for each code its rows."""

    labels: list[Any]
    codes: npt.NDArray[np.int64]
    members: list[npt.NDArray[np.int64]]


class Evaluation:
    """Values of a model's quantities. Rows are axis 0, draws axis 1, a list the last axis."""

    def __init__(
        self,
        model: Model,
        inputs: Mapping[str, Any],
        force: RulesInForce,
        groups: Mapping[str, Any],
        children: Mapping[str, Children],
        labels: Sequence[str] | None,
        evidence: Callable[[int, str], str | None] | None,
    ) -> None:
        self.model = model
        self.force = force
        self.children = dict(children)
        self.labels = labels
        self.evidence = evidence
        arrays = {name: _as_array(value) for name, value in inputs.items() if value is not None}
        self.draws = _one_size("draws", {n: a.shape[1] for n, a in arrays.items() if a.ndim > 1})
        for child in self.children.values():
            if child.evaluation.draws is not None:
                self.draws = max(self.draws or 1, child.evaluation.draws)
        sizes = {n: a.shape[0] for n, a in arrays.items() if a.ndim and a.shape[0] != 1}
        if not sizes:
            sizes = {n: 1 for n, a in arrays.items() if a.ndim}
        sizes.update({n: len(codes) for n, codes in groups.items()})
        rows = _one_size("rows", sizes)
        self.scalar = rows is None
        self.rows = 1 if rows is None else rows
        self._given = {name: self._lay(array, vector=False) for name, array in arrays.items()}
        self.groups = {name: _grouping(codes) for name, codes in groups.items()}
        self._values: dict[str, Any] = {}
        self.bound: dict[str, Bound] = {}
        self._asked: list[str] = []

    # -- values ----------------------------------------------------------------------------

    def __getitem__(self, quantity: str) -> Array:
        """The values of a quantity: () where all inputs were scalars, else (rows,), (rows, draws)
        where it varies by draw, with a last axis where it is a list."""
        value = np.asarray(self.compute(quantity))
        if value.ndim == 0:
            return value if self.scalar else np.broadcast_to(value, (self.rows,))
        if self.draws is not None and value.shape[1] == 1 and self.draws != 1:
            value = value[:, 0]
        return value[0] if self.scalar else self._every_row(value)

    def __contains__(self, quantity: str) -> bool:
        return quantity in self._given or quantity in self.model.formulas or quantity in self.model.rules

    def is_vector(self, quantity: str) -> bool:
        """Whether the value of one row is a list."""
        if quantity in self.model.formulas:
            return self.model.formulas[quantity].vector
        return quantity in self.bound and self.bound[quantity].vector

    def is_given(self, quantity: str, row: int, draw: int = 0) -> bool:
        """Whether the value of this row was given rather than computed."""
        if quantity not in self._given:
            return False
        mask = _present(self._given[quantity])
        return bool(mask[min(row, mask.shape[0] - 1)].reshape(-1)[min(draw, mask[0].size - 1)])

    def given(self, quantity: str) -> npt.NDArray[np.bool_]:
        """Of each row, whether the value was given (in the first draw) rather than computed."""
        if quantity not in self._given:
            return np.zeros(self.rows, dtype=bool)
        mask = _present(self._given[quantity])
        return np.array(np.broadcast_to(mask.reshape(len(mask), -1)[:, 0], (self.rows,)))

    def is_given_throughout(self, quantity: str) -> bool:
        """Whether the value of every row was given, so that nothing lies under it."""
        return quantity in self._given and bool(_present(self._given[quantity]).all())

    def computed(self) -> list[str]:
        """The formulas computed so far."""
        return [quantity for quantity in self._values if quantity in self.model.formulas]

    def compute(self, quantity: str) -> Any:
        """The value in the internal layout: rows (or 1), then draws (or 1) if there are any."""
        if quantity in self._values:
            return self._values[quantity]
        self._asked.append(quantity)
        model = self.model
        if quantity in model.rules:
            value = self._rule(quantity)
        elif quantity in model.formulas:
            value = self._formula(model.formulas[quantity])
        elif quantity in self._given:
            value = self._given[quantity]
        else:
            raise self._missing(quantity)
        self._asked.pop()
        self._values[quantity] = value
        return value

    def _rule(self, parameter: str) -> Any:
        binding = self.model.rules[parameter]
        values = {key: np.asarray(self.compute(key)) for key in binding.keys}
        bound = bind(binding, self.force, values, self.rows)
        self.bound[parameter] = bound
        if np.ndim(bound.value):
            bound.value = self._lay(bound.value, vector=bound.vector)
        return bound.value

    def _formula(self, one: Formula) -> Any:
        given = self._given.get(one.name)
        mask = None if given is None else _present(given)
        if given is not None and mask is not None and mask.all():
            return given
        with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
            if one.over is not None:
                computed = self._over(one, one.over)
            elif one.group is not None:
                computed = self._group(one, one.group)
            else:
                arguments = {p: self.compute(p) for p in one.parameters}
                computed = self._lay(self._call(one, arguments), vector=one.vector)
                self._check_shape(one, computed)
        if given is not None and mask is not None and mask.any():
            return np.where(mask, given, computed)
        return computed

    def _call(self, one: Formula, arguments: Mapping[str, Any]) -> Array:
        return np.asarray(one.function(**arguments))

    def _group(self, one: Formula, group: str) -> Array:
        if group not in self.groups:
            raise self._missing(group)
        grouping = self.groups[group]
        arguments = {p: self.compute(p) for p in one.parameters}
        full = {p: v if np.ndim(v) == 0 else self._every_row(v) for p, v in arguments.items()}
        results = []
        allowed = int(self.draws is not None) + int(one.vector)
        for members in grouping.members:
            part = {p: v if np.ndim(v) == 0 else v[members] for p, v in full.items()}
            reduced = self._call(one, part)
            if reduced.ndim > allowed:
                raise CorridorError(
                    "FORMULA-SHAPE",
                    f"The formula {one.name} does not reduce its group: it returned shape {reduced.shape}.",
                    why=f"A formula of the group {group} has one value for all its rows.",
                    todo="Reduce over axis 0.",
                )
            while reduced.ndim < allowed:
                reduced = reduced[np.newaxis]
            results.append(reduced)
        if not results:
            return np.full((0,) + (1,) * allowed, np.nan)
        return np.stack(np.broadcast_arrays(*results))[grouping.codes]

    def _over(self, one: Formula, child_name: str) -> Array:
        if child_name not in self.children:
            raise self._missing(child_name)
        child = self.children[child_name]
        inner = child.evaluation
        value = self._call(one, {p: inner.compute(p) for p in one.parameters})
        value = inner._every_row(value) if value.ndim else np.full(inner.rows, value)
        if self.draws is not None and value.ndim == 1:
            value = value[:, np.newaxis]
        return reduce_children(value, child.parent, self.rows, str(one.statistic))

    def _every_row(self, value: Array) -> Array:
        return value if value.shape[0] == self.rows else np.broadcast_to(value, (self.rows, *value.shape[1:]))

    def _check_shape(self, one: Formula, value: Array) -> None:
        expected = 1 + int(self.draws is not None) + int(one.vector)
        if value.ndim != expected or value.shape[0] not in (1, self.rows):
            raise CorridorError(
                "FORMULA-SHAPE",
                f"The formula {one.name} returned shape {value.shape} for {self.rows} rows.",
                why="Rows are axis 0 and draws axis 1.",
                todo="Return one value a row; declare group= for a reduction, vector= for a list.",
            )

    def _lay(self, value: Array, *, vector: bool) -> Array:
        """Bring an array to rows, draws, list."""
        if value.ndim == 0:
            return value.reshape((1,) * self._axes)
        expected = self._axes + int(vector)
        if vector and value.ndim == 1:
            value = value[np.newaxis]
        if self.draws is not None and value.ndim == expected - 1:
            value = value[:, np.newaxis]
        return value

    @property
    def _axes(self) -> int:
        return 1 if self.draws is None else 2

    def _missing(self, quantity: str) -> CorridorError:
        asked = [name for name in self._asked if name != quantity]
        known = {*self.model.formulas, *self.model.inputs()}
        code = "FORMULA-MISSING-INPUT" if quantity in known or asked else "FORMULA-UNKNOWN-QUANTITY"
        chain = " <- ".join([*asked, quantity])
        self._asked.clear()
        return CorridorError(
            code,
            f"The model {self.model.name} needs {quantity}, which is neither given nor computed."
            if code == "FORMULA-MISSING-INPUT"
            else f"The model {self.model.name} knows no quantity {quantity!r}.",
            why=f"It is needed for {chain}." if asked else "It was asked for.",
            todo=f"Give {quantity}, or give {asked[-1]} itself." if asked else "Check the name.",
            field=quantity,
        )

    def again(
        self,
        other: Mapping[str, Any],
        force: RulesInForce | None = None,
        children: Mapping[str, Children] | None = None,
    ) -> Evaluation:
        """The same rows once more: ``other`` values stand for those given, or for formulas of their names.

        force     another law than the one of this evaluation
        children  those that stand for the children of the same names
        """
        return Evaluation(
            self.model,
            {**self._given, **other},
            force or self.force,
            {name: one.codes for name, one in self.groups.items()},
            {**self.children, **(children or {})},
            self.labels,
            self.evidence,
        )

    # -- what lies under it ----------------------------------------------------------------

    def explain(self, row: int, quantity: str, draw: int = 0) -> Node:
        """The derivation of one value, walked over the functions that computed it."""
        from corridor.formulas.walk import explain

        return explain(self, row, quantity, draw)

    def assumptions(
        self, quantities: Iterable[str] | None = None, stop_at: Collection[str] = ()
    ) -> list[dict[str, Any]]:
        """The parameters under these quantities (default: what was computed) not codified or official."""
        from corridor.formulas.walk import assumptions

        return assumptions(self, quantities, stop_at)


def reduce_children(value: Array, parent: npt.NDArray[np.int64], rows: int, statistic: str) -> Array:
    """Reduce child rows to their parents: (children, ...) to (rows, ...).

    NaN is absent: a sum without anything is 0, a max or min NaN. count counts what is not 0.
    """
    numbers = value.astype(np.float64)
    if statistic in ("count", "any"):
        numbers = np.where(np.isnan(numbers), 0.0, numbers != 0)
    fill, ufunc = {
        "max": (-np.inf, np.maximum), "min": (np.inf, np.minimum),
    }.get(statistic, (0.0, np.add))  # fmt: skip
    numbers = np.where(np.isnan(numbers), fill, numbers)
    reduced = np.full((rows, *value.shape[1:]), fill, dtype=np.float64)
    if len(parent):
        order = np.argsort(parent, kind="stable")
        present, starts = np.unique(parent[order], return_index=True)
        reduced[present] = ufunc.reduceat(numbers[order], starts, axis=0)
    if statistic == "any":
        return reduced > 0
    return np.where(np.isinf(reduced), np.nan, reduced) if np.isinf(fill) else reduced


def _as_array(value: Any) -> Array:
    array = np.asarray(value)
    if array.dtype.kind in "US":
        array = array.astype(object)
    elif array.dtype.kind in "iu":
        array = array.astype(np.float64)
    elif array.dtype.kind == "O" and array.size:
        flat = array.reshape(-1)
        kinds = {type(v) for v in flat}
        if kinds <= {int, float, type(None), np.float64, np.int64} and kinds != {type(None)}:
            numbers = np.array([np.nan if v is None else v for v in flat], dtype=np.float64)
            array = numbers.reshape(array.shape)
    return array


def _present(array: Array) -> npt.NDArray[np.bool_]:
    if array.dtype.kind == "f":
        return np.asarray(~np.isnan(array))
    if array.dtype.kind == "O":
        # a float NaN differs from itself; None and the empty text are absent too
        return np.asarray((array != None) & (array != "") & (array == array), dtype=bool)  # noqa: E711
    return np.ones(array.shape, dtype=bool)


def _one_size(axis: str, sizes: Mapping[str, int]) -> int | None:
    found = sorted(set(sizes.values()))
    if axis == "draws":
        found = [n for n in found if n != 1] or found
    if len(found) > 1:
        example = {n: next(name for name, size in sizes.items() if size == n) for n in found}
        raise CorridorError(
            "FORMULA-SHAPE",
            f"The inputs have different numbers of {axis}: "
            + ", ".join(f"{name} {n}" for n, name in example.items()) + ".",
            why="All columns of one evaluation describe the same rows and draws.",
            todo="Give columns of one length, or single values.",
        )  # fmt: skip
    return found[0] if found else None


def _grouping(codes: Any) -> Grouping:
    flat = np.asarray(codes)
    labels, inverse = np.unique(flat.astype(str) if flat.dtype.kind == "O" else flat, return_inverse=True)
    inverse = inverse.reshape(-1).astype(np.int64)
    order = np.argsort(inverse, kind="stable")
    bounds = np.searchsorted(inverse[order], np.arange(len(labels) + 1))
    members = [order[start:stop] for start, stop in pairwise(bounds)]
    return Grouping(labels.tolist(), inverse, members)

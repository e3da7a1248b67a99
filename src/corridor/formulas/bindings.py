"""How a parameter of a formula finds its value in the law: a scalar, a row, a band, a list."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import numpy.typing as npt

from corridor.errors import CorridorError

if TYPE_CHECKING:
    from corridor.law import RulesInForce

Array: TypeAlias = "npt.NDArray[Any]"


@dataclass(frozen=True)
class Scalar:
    """A rule with one value for everybody."""

    rule: str

    @property
    def keys(self) -> tuple[str, ...]:
        return ()


@dataclass(frozen=True)
class Keyed:
    """The row of a table whose key columns equal the row's own quantities.

    by    table column -> name of the quantity (or rule parameter) it must equal
    take  one column; or several, which make a vector
    A row without a match has no value (NaN or None): the law says nothing about it.
    """

    rule: str
    by: Mapping[str, str]
    take: str | tuple[str, ...]

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(self.by.values())


@dataclass(frozen=True)
class Banded:
    """The row of a band table that holds ``by``: at_least <= value < below, open where null."""

    rule: str
    by: str
    take: str

    @property
    def keys(self) -> tuple[str, ...]:
        return (self.by,)


@dataclass(frozen=True)
class Listed:
    """One column of a table as a vector, in ascending order, the same for every row.

    where  table column -> rule parameter it must equal (for instance a preset)
    """

    rule: str
    take: str
    where: Mapping[str, str] = field(default_factory=dict)

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(self.where.values())


Binding: TypeAlias = Scalar | Keyed | Banded | Listed


@dataclass
class Bound:
    """A rule value laid out for the rows of an evaluation.

    value   a scalar; or an array with axis 0 of rows (size 1 where all rows share it)
    vector  the last axis is a list
    used    the table rows that at least one row took; [] where the rule was not needed
    key     for a row number, the key it was found by, in words
    """

    value: Any
    vector: bool = False
    used: Sequence[Mapping[str, Any]] = field(default_factory=list)
    key: Callable[[int], str | None] = lambda row: None


def bind(binding: Binding, force: RulesInForce, values: Mapping[str, Array], rows: int) -> Bound:
    """The value of ``binding`` for each of ``rows`` rows; ``values`` hold its key quantities."""
    if isinstance(binding, Scalar):
        value = force.scalar(binding.rule)
        return Bound(value, used=[{"value": value}])
    try:
        table = force.rows(binding.rule)
    except CorridorError:
        if rows or not isinstance(binding, Keyed):
            raise
        table = []  # nobody asks: a rule that is not in force takes nothing from no rows
    if isinstance(binding, Keyed):
        return _keyed(binding, table, values, rows)
    if isinstance(binding, Banded):
        return _banded(binding, table, values)
    return _listed(binding, table, values)


def _column(binding: Binding, row: Mapping[str, Any], name: str) -> Any:
    if name not in row:
        raise CorridorError(
            "FORMULA-RULE-COLUMN",
            f"The rule table has no column {name!r}.",
            why="A formula reads that column.",
            todo=f"Give every row of the table the columns it had: {', '.join(row)}.",
            rule=binding.rule,
            field=name,
        )
    return row[name]


def _keyed(binding: Keyed, table: list[dict[str, Any]], values: Mapping[str, Array], rows: int) -> Bound:
    columns = list(binding.by)
    index = {tuple(_column(binding, row, c) for c in columns): n for n, row in enumerate(table)}
    keys = [_as_list(values[quantity], rows) for quantity in binding.by.values()]
    missing = len(table)
    single = len(columns) == 1
    found = np.fromiter(
        (index.get((key,), missing) for key in keys[0]) if single
        else (index.get(key, missing) for key in zip(*keys, strict=True)),
        dtype=np.int64,
        count=rows,
    )  # fmt: skip
    take = (binding.take,) if isinstance(binding.take, str) else binding.take
    laid = [[_column(binding, row, c) for c in take] for row in table]
    numeric = all(v is None or _is_number(v) for r in laid for v in r)
    none: Any = float("nan") if numeric else None
    laid.append([none] * len(take))
    if numeric:
        options = np.array([[none if v is None else v for v in r] for r in laid], dtype=np.float64)
    else:
        options = np.array(laid, dtype=object)
        if all(isinstance(v, bool) for r in laid[:-1] for v in r):
            options[-1] = False
            options = options.astype(bool)
    chosen = options[found] if not isinstance(binding.take, str) else options[found, 0]
    taken = [table[int(n)] for n in np.unique(found) if n < missing]

    def key(row: int) -> str:
        found = ((c, k[row]) for c, k in zip(columns, keys, strict=True))
        return ", ".join(f"{c} {v:g}" if isinstance(v, float) else f"{c} {v}" for c, v in found)

    return Bound(chosen, not isinstance(binding.take, str), taken, key)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _as_list(value: Array, rows: int) -> list[Any]:
    flat = np.asarray(value, dtype=object).reshape(-1)
    if flat.size not in (1, rows):
        raise ValueError(
            f"a key of a rule table has {flat.size} values for {rows} rows: it may not vary by draw"
        )
    return [flat[0]] * rows if flat.size == 1 and rows != 1 else flat.tolist()


def _banded(binding: Banded, table: list[dict[str, Any]], values: Mapping[str, Array]) -> Bound:
    quantity = np.asarray(values[binding.by], dtype=np.float64)
    text_valued = any(isinstance(_column(binding, row, binding.take), str) for row in table)
    laid: Array = np.full(quantity.shape, None if text_valued else np.nan)
    used = []
    names: dict[int, str] = {}
    for row in table:
        low, high = _column(binding, row, "at_least"), _column(binding, row, "below")
        inside = np.isfinite(quantity)
        if low is not None:
            inside &= quantity >= low
        if high is not None:
            inside &= quantity < high
        if inside.any():
            used.append(row)
            laid[inside] = _column(binding, row, binding.take)
            ends = (("at least", low), ("below", high))
            text = " and ".join(f"{word} {end:g}" for word, end in ends if end is not None)
            first_draw = inside.reshape(len(quantity), -1)[:, 0]
            names.update(dict.fromkeys(np.flatnonzero(first_draw).tolist(), text))
    return Bound(laid, used=used, key=names.get)


def _listed(binding: Listed, table: list[dict[str, Any]], values: Mapping[str, Array]) -> Bound:
    wanted = {c: np.asarray(values[q], dtype=object).reshape(-1)[0] for c, q in binding.where.items()}
    chosen = [row for row in table if all(_column(binding, row, c) == v for c, v in wanted.items())]
    if not chosen:
        raise CorridorError(
            "FORMULA-RULE-EMPTY",
            f"The rule table has no row for {', '.join(f'{c} {v}' for c, v in wanted.items())}.",
            why="A formula needs that list.",
            todo="Choose one of the presets of the rule, or add rows for this one.",
            rule=binding.rule,
        )
    numbers = [v for v in (_column(binding, row, binding.take) for row in chosen) if v is not None]
    laid = np.sort(np.array(numbers, dtype=np.float64))[np.newaxis, :]
    text = ", ".join(f"{c} {v}" for c, v in wanted.items())
    return Bound(laid, True, list(chosen), lambda row: text or None)

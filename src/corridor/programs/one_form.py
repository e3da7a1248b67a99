"""A program settled from one form: every row stands alone, a given figure beats its formula, what lacks is
refused by name with the place where it is to be had.

A program of several parts (a hospital's budget, a state's target) has one model a part; a column of the form
says which part a row is of.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from corridor.engine.tabular.form import Form, read_form
from corridor.errors import CorridorError
from corridor.formulas import Evaluation, Formula, Model, Node
from corridor.formulas.walk import plain, to_plain

if TYPE_CHECKING:
    from corridor.law import Rules, RulesInForce

Array = npt.NDArray[Any]
Row = dict[str, Any]
TEXTS = ("text", "code")


@dataclass(frozen=True)
class Part:
    """One kind of row.

    wanted  quantities that must be known, or the settlement is refused
    shown   quantities of a record; those that are not wanted may be absent
    main    what is derived by default
    groups  group of the model -> column of the form whose equal values make it
    """

    model: Model
    wanted: Sequence[str]
    shown: Sequence[str]
    main: str
    texts: Sequence[str] = ()
    groups: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Program:
    """A program with its form.

    part_column  column that names the part of a row, None where there is one
    year_of      what the form's performance_year says -> the calendar year the law knows it by
    prepare      fills cells that follow from others and refuses what the form itself contradicts
    warn         what a reader must know of a settled file
    """

    name: str
    title: str
    id_column: str
    first_year: int
    parts: Mapping[str, Part]
    part_column: str | None
    year_of: Callable[[int, Rules], int]
    prepare: Callable[[Form, RulesInForce], None]
    warn: Callable[[Settled], list[str]]


@dataclass
class Settled:
    """A settled file: ``parts`` maps a part to its evaluation and the rows of the form it is of."""

    program: Program
    form: Form
    force: RulesInForce
    parts: dict[str, tuple[Evaluation, list[int]]]
    warnings: list[str] = field(default_factory=list)
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def year(self) -> int:
        return self.force.performance_year

    @property
    def ids(self) -> list[str]:
        return [str(row[self.program.id_column]) for row in self.form.rows]

    def part_of(self, row: int) -> str:
        return _part(self.program, self.form.rows[row])

    def values(self, row: int, names: Sequence[str]) -> Row:
        """Figures of a row of the form, absent None."""
        evaluation, mine = self.parts[self.part_of(row)]
        at = mine.index(row)
        return {name: to_plain(evaluation[name].tolist()[at]) for name in names}

    def rows(self) -> list[Row]:
        """One record a row of the form, in its order; dollars and fractions unrounded."""
        made: list[Row | None] = [None] * len(self.form.rows)
        for name, (evaluation, mine) in self.parts.items():
            part = self.program.parts[name]
            columns = {shown: evaluation[shown].tolist() for shown in part.shown}
            head = {} if self.program.part_column is None else {self.program.part_column: name}
            for at, row in enumerate(mine):
                made[row] = {
                    self.program.id_column: self.ids[row],
                    "performance_year": self.year,
                    **head,
                    **{text: self.form.rows[row].get(text) for text in part.texts},
                    **{shown: to_plain(column[at]) for shown, column in columns.items()},
                }
        return [row for row in made if row is not None]

    def explain(self, row: int, quantity: str) -> Node:
        """The derivation of a figure; inputs say what they are and where they stood."""
        evaluation, mine = self.parts[self.part_of(row)]
        node = evaluation.explain(mine.index(row), quantity)
        abouts = {column.name: column.about for column in self.form.layout.columns}
        for one in node.walk():
            if one.kind == "input":
                one.about = one.about or abouts.get(one.name)
        return node

    def assumptions(self) -> list[Row]:
        """Parameters under the results that are neither codified nor official."""
        found: dict[str, Row] = {}
        for name, (evaluation, _) in self.parts.items():
            known = [q for q in self.program.parts[name].shown if any(not _absent(v) for v in evaluation[q])]
            found |= {str(one["rule"]): one for one in evaluation.assumptions(known)}
        return [found[name] for name in sorted(found)]

    def to_dict(self) -> Row:
        """JSON types only."""
        return {
            "program": self.program.name,
            "year": self.year,
            "rows": self.rows(),
            **self.extra,
            "assumptions": self.assumptions(),
            "warnings": self.warnings,
        }


def read_rows(program: Program, path: Path, rules: Rules, year: int | None) -> tuple[Form, int | None]:
    """The form of a file, and the performance year it names.

    Raises FORM-* and TABULAR-* for the file, SETTLE-YEAR for several years, or another than ``year``.
    """
    form = read_form(path, program.name)
    named = {
        program.year_of(int(row["performance_year"]), rules): line
        for row, line in zip(form.rows, form.lines, strict=True)
        if row.get("performance_year") is not None
    }
    stated = sorted({*named, *([] if year is None else [year])})
    if len(stated) > 1:
        raise CorridorError(
            "SETTLE-YEAR",
            f"Several performance years are named: {', '.join(map(str, stated))}.",
            why="One settlement is of one year; what holds differs from year to year.",
            todo="Give each year a file of its own, or correct --year or the column performance_year.",
            file=form.file,
            line=max(named.values()),
            field="performance_year",
        )
    return form, next(iter(named), None)


def settle(program: Program, form: Form, rules: Rules, year: int, wanted: Sequence[str] = ()) -> Settled:
    """Settle the rows of a form for a performance year; ``wanted`` stands for the parts' own.

    Raises SETTLE-REQUIRED with the name of what lacks and where it is to be had, what the program's own
    checks refuse, and what the law raises for a year it does not know.
    """
    force = rules.in_force(year)
    program.prepare(form, force)
    found = Settled(program, form, force, {}, list(form.warnings))
    for name, part in program.parts.items():
        mine = [at for at, row in enumerate(form.rows) if _part(program, row) == name]
        if not mine:
            continue
        evaluation = evaluated(part, form, mine, force, {})
        found.parts[name] = evaluation, mine
        for at, row in enumerate(mine):
            for quantity in wanted or part.wanted:
                if quantity in evaluation and _absent(evaluation[quantity][at]):
                    raise _required(found, row, at, evaluation, quantity)
    found.warnings += program.warn(found)
    return found


def evaluated(
    part: Part, form: Form, mine: Sequence[int], force: RulesInForce, other: Mapping[str, Array]
) -> Evaluation:
    """The model of a part over rows of the form; ``other`` columns stand for the form's own (a what-if)."""
    model, rows = part.model, [form.rows[at] for at in mine]
    known = {column.name: column.type for column in form.layout.columns}
    defaults = form.layout.meta.get("defaults", {})
    columns: dict[str, Array] = {}
    for name in {*model.inputs(), *model.formulas} - {"performance_year"}:
        if name not in known:
            if name not in model.formulas:
                columns[name] = _laid([row.get(name) for row in rows])
            continue
        values = [defaults.get(name) if row.get(name) is None else row[name] for row in rows]
        columns[name] = np.array(values, dtype=object) if known[name] in TEXTS else _laid(values)
    columns["performance_year"] = np.full(len(rows), float(force.performance_year))
    groups = {group: [f"{row.get(column)}" for row in rows] for group, column in part.groups.items()}
    return model.evaluate(
        {**columns, **other},
        force,
        groups=groups,
        wanted=[],
        labels=[str(row[form.layout.meta["id"]]) for row in rows],
        evidence=lambda at, name: _place(form, mine[at], name),
    )


def _laid(values: Sequence[Any]) -> Array:
    """Numbers with NaN for absent; text stays as it is."""
    if any(isinstance(value, str) for value in values):
        return np.array(values, dtype=object)
    return np.array([np.nan if value is None else float(value) for value in values], dtype=np.float64)


def _place(form: Form, row: int, name: str) -> str | None:
    return f"{form.file}, line {form.lines[row]}" if form.rows[row].get(name) is not None else None


def _part(program: Program, row: Row) -> str:
    stated = None if program.part_column is None else row.get(program.part_column)
    return next(iter(program.parts)) if stated is None else str(stated)


def _absent(value: Any) -> bool:
    return value is None or bool(value != value)


def _required(found: Settled, row: int, at: int, evaluation: Evaluation, quantity: str) -> CorridorError:
    form, where = found.form, found.form.layout.meta["where"]
    mine = found.parts[found.part_of(row)][1]
    stated = [{name for name, value in form.rows[one].items() if value is not None} for one in mine]
    asked = _Lacking(evaluation, at, where, stated).under(quantity) or [quantity]
    about = next((column.about for column in form.layout.columns if column.name == asked[0]), "")
    return CorridorError(
        "SETTLE-REQUIRED",
        f"{found.ids[row]} needs {', '.join(asked)}.",
        why=f"{quantity} cannot be computed without it"
        + (f": {about}" if about else "")
        + "; no published value of it was found that Corridor may take.",
        todo="Fill in " + "; ".join(f"{one}: {where.get(one, 'the notice of CMS')}" for one in asked) + ".",
        file=form.file,
        line=form.lines[row],
        field=asked[0],
    )


class _Lacking:
    """What to ask for below a figure that is absent: the highest figures with nothing stated under them."""

    def __init__(
        self, evaluation: Evaluation, row: int, where: Mapping[str, str], stated: list[set[str]]
    ) -> None:
        self.evaluation, self.row, self.where, self.rows = evaluation, row, where, stated
        self.stated = stated[row]

    def under(self, quantity: str) -> list[str]:
        value = plain(self.evaluation, quantity, self.row)
        if value is not None and not (isinstance(value, list) and any(one is None for one in value)):
            return []
        if quantity in self.where and not self.touched(quantity):
            return [quantity]
        one = self.evaluation.model.formulas.get(quantity)
        if one is not None and one.group is not None:
            return self.in_group(one)
        node = self.evaluation.explain(self.row, quantity)
        below = [child.name for child in node.children]
        if quantity in self.evaluation.model.rules:
            below = list(self.evaluation.model.rules[quantity].keys)
        found = [name for child in below for name in self.under(child)]
        if not found and quantity in self.where:
            return [quantity]
        return list(dict.fromkeys(found))

    def in_group(self, one: Formula) -> list[str]:
        """What lacks in any row that is reduced together with this one."""
        grouping = self.evaluation.groups[str(one.group)]
        members = grouping.members[int(grouping.codes[self.row])].tolist()
        others = [_Lacking(self.evaluation, row, self.where, self.rows) for row in members]
        return list(dict.fromkeys(n for each in others for p in one.parameters for n in each.under(p)))

    def touched(self, quantity: str) -> bool:
        """Whether the row states anything the figure is made of."""
        return any(one in self.stated or self.touched(one) for one in self.evaluation.model.needs(quantity))

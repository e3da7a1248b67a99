"""From a form to a settlement, for ACO REACH and LEAD: models evaluated together, what lacks refused."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from corridor.errors import CorridorError
from corridor.formulas import Children, Evaluation, Model, Node
from corridor.formulas.walk import plain, to_plain
from corridor.programs.reach.form import AcoForm, Level, described

if TYPE_CHECKING:
    from corridor.law import Rules, RulesInForce


@dataclass(frozen=True)
class Program:
    """What the two models differ in.

    wanted       what must be known of every ACO, or the settlement is refused
    rows         quantities of a record of an ACO; some may be absent
    beside       other quantities whose assumptions are listed where they are known
    per_segment  quantities of a record of a segment
    unless       quantity of an ACO -> quantity of its segments that it is made of
    group        what makes the rows of a score group, beside the ACO
    check        refuses what the form itself contradicts
    """

    name: str
    title: str
    first_year: int
    acos: Model
    segments: Model
    counties: Model | None
    wanted: Sequence[str]
    rows: Sequence[str]
    beside: Sequence[str]
    per_segment: Sequence[str]
    unless: dict[str, Sequence[str]]
    group: Callable[[dict[str, Any]], str]
    check: Callable[[AcoForm, RulesInForce], None]
    warn: Callable[[Settlement], list[str]]


@dataclass
class Settlement:
    """A settled file. ``rows`` and ``segments`` are records, ``explain`` the derivation of a figure."""

    program: Program
    form: AcoForm
    force: RulesInForce
    acos: Evaluation
    segments: Evaluation
    counties: Evaluation | None
    warnings: list[str] = field(default_factory=list)

    @property
    def year(self) -> int:
        return self.force.performance_year

    @property
    def ids(self) -> list[str]:
        return [str(row["aco_id"]) for row in self.form.acos.values]

    def rows(self) -> list[dict[str, Any]]:
        """One record an ACO; dollars and fractions unrounded, absent None."""
        columns = {name: self.acos[name].tolist() for name in self.program.rows}
        texts = ("aco_type", "risk_arrangement")
        return [
            {
                "aco_id": aco,
                "performance_year": self.year,
                **{name: self.form.acos.values[row].get(name) for name in texts},
                **{name: to_plain(column[row]) for name, column in columns.items()},
                "lacking_for_total": self.lacking(row, "total_monies_owed"),
            }
            for row, aco in enumerate(self.ids)
        ]

    def segment_rows(self) -> list[dict[str, Any]]:
        """One record a segment."""
        columns = {name: self.segments[name].tolist() for name in self.program.per_segment}
        keys = self.form.layout.meta["segment_key"]
        return [
            {
                "aco_id": self.ids[parent],
                **{key: values[key] for key in keys},
                **{name: to_plain(column[row]) for name, column in columns.items()},
            }
            for row, (values, parent) in enumerate(
                zip(self.form.segments.values, self.form.segments.parent, strict=True)
            )
        ]

    def explain(self, row: int, quantity: str) -> Node:
        """The derivation of a figure of an ACO; inputs say what they are and where they stood."""
        node = self.acos.explain(row, quantity)
        for one in node.walk():
            if one.kind == "input":
                column = described(self.form.layout, one.name)
                one.about = one.about or (column.about if column else None)
        return node

    def lacking(self, row: int, quantity: str) -> list[str]:
        """The inputs without which a figure of an ACO is absent; none where it is there."""
        return _lacking(self.acos.explain(row, quantity), self.acos, row, self.form)

    def assumptions(self) -> list[dict[str, Any]]:
        """Parameters under the results that are neither codified nor official."""
        shown = (*self.program.wanted, *self.program.beside)
        return self.acos.assumptions([n for n in shown if any(not _absent(v) for v in self.acos[n])])

    def to_dict(self) -> dict[str, Any]:
        """JSON types only."""
        return {
            "program": self.program.name,
            "year": self.year,
            "rows": self.rows(),
            "segments": self.segment_rows(),
            "assumptions": self.assumptions(),
            "warnings": self.warnings,
        }


def settle(
    program: Program,
    form: AcoForm,
    rules: Rules,
    year: int,
    wanted: Sequence[str] | None = None,
    only: str | None = None,
) -> Settlement:
    """Settle a form for a performance year.

    wanted  quantities that must be known (default: those of a settlement)
    only    the ACO of which they must be known (default: all)
    Raises REACH-REQUIRED with the name of what lacks and where it stands, REACH-BENCHMARK, what the
    program's own check refuses, and what the law raises for a year it does not know.
    """
    force = rules.in_force(year)
    program.check(form, force)
    acos, segments, counties = _evaluate(program, form, force, year)
    found = Settlement(program, form, force, acos, segments, counties, list(form.warnings))
    asked = [row for row, aco in enumerate(found.ids) if only is None or aco == only]
    for row in asked:
        for quantity in program.wanted if wanted is None else wanted:
            _require(found, row, quantity)
        _refuse_no_benchmark(found, row)
    found.warnings += [*_contradicted(found), *program.warn(found)]
    return found


def _refuse_no_benchmark(found: Settlement, row: int) -> None:
    benchmark, form = found.acos["benchmark_expenditure"][row], found.form
    if _absent(benchmark) or benchmark > 0:
        return
    raise CorridorError(
        "REACH-BENCHMARK",
        f"The benchmark of {found.ids[row]} is {benchmark:,.2f} dollars.",
        why="Savings, losses and the edges of corridors are shares of it.",
        todo="Correct the benchmark, or the figures it is worked out from.",
        file=form.file,
        line=form.acos.lines[row].get("benchmark_expenditure"),
        field="benchmark_expenditure",
    )


def _contradicted(found: Settlement) -> list[str]:
    """Given savings that are not those of the given totals, and savings no benchmark leaves room for."""
    warnings, acos = [], found.acos
    for row, aco in enumerate(found.ids):
        stated, benchmark, cost, rate, edge = (
            float(to_plain(acos[name][row]) or 0.0)
            for name in (
                "generated_savings_or_losses", "benchmark_expenditure", "performance_expenditure",
                "savings_rate", "third_edge",
            )
        )  # fmt: skip
        if benchmark and cost and abs(benchmark - cost - stated) > 1:
            warnings.append(
                f"{aco}: savings are given as {stated:,.0f}, benchmark less cost is {benchmark - cost:,.0f}"
            )
        if edge and abs(rate) > edge:
            warnings.append(
                f"{aco}: {rate:.0%} of the benchmark is beyond the last corridor; check that benchmark "
                "and cost are both in dollars"
            )
    return warnings


def _evaluate(
    program: Program, form: AcoForm, force: RulesInForce, year: int
) -> tuple[Evaluation, Evaluation, Evaluation | None]:
    below: dict[str, Children] = {}
    counties = None
    if program.counties is not None:
        counties = _one(program.counties, form, form.counties, force, year, {}, {}, "county_code")
        below = {"counties": Children(counties, _parents(form.counties))}
    groups = [
        f"{parent} {program.group(values)}"
        for values, parent in zip(form.segments.values, form.segments.parent, strict=True)
    ]
    segments = _one(
        program.segments, form, form.segments, force, year, below, {"score_group": groups}, "population"
    )
    above = {"segments": Children(segments, _parents(form.segments))}
    return _one(program.acos, form, form.acos, force, year, above, {}, "aco_id"), segments, counties


def _parents(level: Level) -> Any:
    return np.array(level.parent, dtype=np.int64)


def _one(
    model: Model,
    form: AcoForm,
    level: Level,
    force: RulesInForce,
    year: int,
    children: dict[str, Children],
    groups: dict[str, Any],
    label: str,
) -> Evaluation:
    known = [column.name for column in form.layout.columns]
    mine = {*model.inputs(), *model.formulas}
    names = [name for name in known if name in mine and name != "performance_year"]
    columns = level.columns(names, form.layout, form.layout.meta["defaults"])
    count = len(level.values)
    columns |= {name: np.full(count, np.nan) for name in model.inputs() if name not in columns}
    columns["performance_year"] = np.full(count, float(year))
    return model.evaluate(
        columns,
        force,
        children=children,
        groups=groups,
        wanted=[],
        labels=[
            " ".join(str(row[key]) for key in (label, "alignment") if row.get(key)) for row in level.values
        ],
        evidence=lambda row, name: form.place(level, row, name),
    )


def _require(found: Settlement, row: int, quantity: str) -> None:
    """Refuse what lacks under a quantity: first in the segments it is made of, then in the ACO."""
    form, segments = found.form, found.segments
    for above, parts in found.program.unless.items():
        if not _reads(found.acos, row, quantity, above) or found.acos.is_given(above, row):
            continue
        mine = [at for at, parent in enumerate(form.segments.parent) if parent == row]
        short = [at for at in mine if _absent(segments[parts[-1]][at])]
        for part, at in ((part, at) for part in parts for at in short):
            if _absent(segments[part][at]):
                lacking = _lacking(segments.explain(at, part), segments, at, form)
                _refuse(found, row, lacking, part, _segment(form, at))
    if _absent(found.acos[quantity][row]):
        _refuse(found, row, found.lacking(row, quantity), quantity, None)


def _reads(evaluation: Evaluation, row: int, quantity: str, above: str) -> bool:
    """Whether ``above`` is computed, from segments, for ``quantity``: nothing given stands between."""
    model, queue = evaluation.model, [quantity]
    while queue:
        one = queue.pop()
        if one == above:
            return True
        if one in model.formulas and not evaluation.is_given(one, row):
            queue.extend(model.needs(one))
    return False


def _segment(form: AcoForm, at: int) -> str:
    values = form.segments.values[at]
    return ", ".join(str(values[key]) for key in form.layout.meta["segment_key"])


def _absent(value: Any) -> bool:
    return value is None or bool(value != value)


def _refuse(found: Settlement, row: int, names: list[str], quantity: str, segment: str | None) -> None:
    asked = names or [quantity]
    first, form = asked[0], found.form
    column = described(form.layout, first)
    lines = (form.segments if segment else form.acos).lines
    at = next(iter(lines[row].values()), None) if row < len(lines) and segment is None else None
    raise CorridorError(
        "REACH-REQUIRED",
        f"{found.ids[row]} needs {', '.join(asked)}" + (f" for its segment {segment}." if segment else "."),
        why=f"{quantity} cannot be computed without it"
        + (f": {column.about}" if column else "")
        + "; the documents of the model give no value of it that Corridor may take.",
        todo="Fill in " + "; ".join(f"{one}: {form.where(one) or 'the settlement report'}" for one in asked),
        file=form.file,
        line=at,
        field=first,
    )


def _lacking(node: Node, evaluation: Evaluation, row: int, form: AcoForm) -> list[str]:
    """What to ask for below a figure that is absent: the highest figures with nothing given under them."""
    if node.value is not None:
        return []
    if node.kind == "rule":
        keys = evaluation.model.rules[node.name].keys if node.name in evaluation.model.rules else ()
        return [key for key in keys if form.where(key) and plain(evaluation, key, row) is None]
    given = any(one.kind == "input" and one.value is not None and one.role != "test" for one in node.walk())
    if form.where(node.name) is not None and not given:
        return [node.name]
    found = [name for child in node.children for name in _lacking(child, evaluation, row, form)]
    if not found and form.where(node.name) is not None:
        return [node.name]
    return list(dict.fromkeys(found))

"""Explaining: from a value down to rules and inputs, over the functions that computed it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

import numpy as np

from corridor.formulas.definition import Formula
from corridor.formulas.evaluation import Evaluation
from corridor.formulas.node import Node, Plain
from corridor.formulas.trace import trace

SETTLED = ("codified", "official")  # statuses that need no caveat under a result


def explain(evaluation: Evaluation, row: int, quantity: str, draw: int = 0) -> Node:
    """The derivation tree of one value; a subtree met again is named, not repeated."""
    walk = _Walk(draw)
    root = walk.node(evaluation, row, quantity)
    walk.derive_tests()
    return root


class _Walk:
    def __init__(self, draw: int) -> None:
        self.draw = draw
        self.seen: set[tuple[int, int, str]] = set()
        self.tests: list[tuple[Node, Evaluation, int, str]] = []

    def derive_tests(self) -> None:
        """Add the conditions last, so that what they share with the values is derived under the values."""
        for node, evaluation, row, quantity in self.tests:  # grows while it is walked
            test = self.node(evaluation, row, quantity)
            test.role = "test"
            node.children.append(test)

    def node(self, evaluation: Evaluation, row: int, quantity: str) -> Node:
        value = plain(evaluation, quantity, row, self.draw)
        model = evaluation.model
        if quantity in model.rules:
            return self._rule(evaluation, row, quantity, value)
        given = evaluation.is_given(quantity, row, self.draw)
        if quantity not in model.formulas or given:
            return self._input(evaluation, row, quantity, value)
        one = model.formulas[quantity]
        node = Node(
            quantity, value, one.unit, "formula", one.about, one.cite, formula=one.text,
            statistic=one.statistic, label=_label(evaluation, row),
        )  # fmt: skip
        place = (id(evaluation), row, quantity)
        if place in self.seen:
            node.repeated = True
            return node
        self.seen.add(place)
        if one.over is not None:
            child = evaluation.children[one.over]
            rows = np.flatnonzero(child.parent == row)
            node.group, node.group_size = one.over, len(rows)
            for position in rows.tolist():
                self._below(one, child.evaluation, position, node)
        elif one.group is not None:
            grouping = evaluation.groups[one.group]
            code = int(grouping.codes[row])
            node.kind = "group"
            node.group = f"{one.group} {grouping.labels[code]}"
            node.group_size = len(grouping.members[code])
            node.children = [self.node(evaluation, row, p) for p in one.parameters if p in model.rules]
        else:
            node.applied = self._below(one, evaluation, row, node)
        return node

    def _below(self, one: Formula, evaluation: Evaluation, row: int, node: Node) -> str | None:
        """Add what the formula read for the row below ``node``; returns the expression that was applied."""
        values = {p: seen_value(evaluation, p, row, self.draw) for p in one.parameters}
        followed = trace(one.function, one.parameters, values)
        used = one.parameters if followed is None else followed.used
        node.children += [self.node(evaluation, row, p) for p in used]
        if followed is None:
            return None
        self.tests += [(node, evaluation, row, p) for p in followed.tests]
        return followed.applied

    def _input(self, evaluation: Evaluation, row: int, quantity: str, value: Plain) -> Node:
        model = evaluation.model
        one = model.formulas.get(quantity)
        unit = one.unit if one else model.units.get(quantity)
        about = one.about if one else model.abouts.get(quantity)
        evidence = evaluation.evidence(row, quantity) if evaluation.evidence else None
        return Node(quantity, value, unit, "input", about, evidence=evidence, label=_label(evaluation, row))

    def _rule(self, evaluation: Evaluation, row: int, parameter: str, value: Plain) -> Node:
        binding = evaluation.model.rules[parameter]
        rule = evaluation.force[binding.rule]
        found = evaluation.bound[parameter]
        unit = rule.unit if rule.kind == "scalar" else evaluation.model.units.get(parameter)
        node = Node(
            parameter, value, unit, "rule", rule.about, rule.cite, rule.status,
            label=found.key(row), rule=binding.rule, overridden=bool(rule.overridden),
        )  # fmt: skip
        # a rule that chooses among the rows of another (a preset) lies under the result too
        node.children = [self.node(evaluation, row, k) for k in binding.keys if k in evaluation.model.rules]
        for choice in node.children:
            choice.role = "test"
        return node


def seen_value(evaluation: Evaluation, quantity: str, row: int, draw: int = 0) -> Any:
    """The value of one row and draw as the formula sees it: a scalar, text or a list."""
    array = np.asarray(evaluation.compute(quantity))
    if array.ndim:
        array = array[min(row, array.shape[0] - 1)]
        if evaluation.draws is not None and np.ndim(array):
            array = array[min(draw, array.shape[0] - 1)]
    return array if np.ndim(array) else np.asarray(array)[()]


def plain(evaluation: Evaluation, quantity: str, row: int, draw: int = 0) -> Plain:
    """The value of one row and draw as plain Python; NaN becomes None."""
    shown: Plain = to_plain(seen_value(evaluation, quantity, row, draw))
    return shown


def to_plain(value: Any) -> Any:
    """A numpy value as plain Python: NaN and None become None, lists stay lists."""
    if isinstance(value, np.ndarray):
        if value.ndim:
            return [to_plain(v) for v in value]
        value = value.item()
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not np.isfinite(value):
        return None
    return value


def assumptions(
    evaluation: Evaluation, quantities: Iterable[str] | None = None, stop_at: Collection[str] = ()
) -> list[dict[str, Any]]:
    """One record a rule under the quantities (default: all formulas that were computed) that is neither
    codified nor official, or that the user overrode.

    What lies under a quantity that is given on every row is not under the result; nor what lies under
    those of ``stop_at``.
    """
    found: dict[str, dict[str, Any]] = {}
    seen: set[tuple[int, str]] = set()
    start = evaluation.computed() if quantities is None else quantities
    queue = [(evaluation, quantity) for quantity in start]
    while queue:
        current, quantity = queue.pop()
        given = current.is_given_throughout(quantity) or (current is evaluation and quantity in stop_at)
        if given or (id(current), quantity) in seen:
            continue
        seen.add((id(current), quantity))
        if quantity in current.model.rules:
            _note(current, quantity, found)
        one = current.model.formulas.get(quantity)
        if one is not None and one.over is not None:
            child = current.children[one.over]
            if len(child.parent):
                queue.extend((child.evaluation, below) for below in one.parameters)
        queue.extend((current, below) for below in current.model.needs(quantity))
    return [found[name] for name in sorted(found)]


def _note(evaluation: Evaluation, parameter: str, found: dict[str, dict[str, Any]]) -> None:
    binding = evaluation.model.rules[parameter]
    rule = evaluation.force[binding.rule]
    evaluation.compute(parameter)
    used = evaluation.bound[parameter].used
    if not used or (rule.status in SETTLED and not rule.overridden):
        return
    single = len(used) == 1 and set(used[0]) == {"value"}
    record = found.setdefault(
        binding.rule,
        {
            "rule": binding.rule, "about": rule.about, "value": rule.value if single else [],
            "unit": rule.unit, "status": rule.status, "cite": rule.cite,
            "overridden": bool(rule.overridden),
        },
    )  # fmt: skip
    if not single:
        record["value"].extend(row for row in map(dict, used) if row not in record["value"])


def _label(evaluation: Evaluation, row: int) -> str | None:
    return evaluation.labels[row] if evaluation.labels is not None else None

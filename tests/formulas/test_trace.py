"""Following a formula for one row: the branch that was taken, and what only decided it."""

from __future__ import annotations

from typing import Any

import numpy as np

from corridor.formulas import each
from corridor.formulas.definition import return_expression
from corridor.formulas.trace import inlined, trace

Q = Any


def branched(status: Q, earned: Q, risk: Q, cap: Q) -> Q:
    """Locals and two levels of branches."""
    limited = np.minimum(earned, risk)
    capped = np.where(cap, limited, earned)
    return np.where(status == "neutral", 0, np.where(status == "zero", -risk, capped))


def listed(uses_deviation: Q, median: Q, cuts: Q) -> Q:
    """A branch over a list."""
    return np.where(each(uses_deviation), each(median) + cuts, cuts[..., :-1])


def chosen(rule: str, a: Q, b: Q) -> Q:
    """A plain condition."""
    return a if rule == "first" else b


def looping(values: Q) -> Q:
    """Not straight-line."""
    total = 0
    for value in values:
        total += value
    return total


def test_only_the_branch_that_was_taken_is_shown() -> None:
    names = ("status", "earned", "risk", "cap")
    scored = trace(branched, names, {"status": "scored", "earned": 0.2, "risk": 0.09, "cap": True})
    assert scored is not None
    assert scored.applied == "minimum(earned, risk)"
    assert (scored.used, scored.tests) == (("earned", "risk"), ("status", "cap"))
    zero = trace(branched, names, {"status": "zero", "earned": 0.2, "risk": 0.09, "cap": False})
    assert zero is not None
    assert (zero.applied, zero.used, zero.tests) == ("-risk", ("risk",), ("status",))
    neutral = trace(branched, names, {"status": "neutral", "earned": 0.2, "risk": 0.09, "cap": False})
    assert neutral is not None
    assert (neutral.applied, neutral.used) == ("0", ())


def test_the_whole_return_expression_is_kept_beside_it() -> None:
    expected = "where(status == 'neutral', 0, where(status == 'zero', -risk, capped))"
    assert return_expression(branched) == expected
    assert "np.minimum(earned, risk)" in str(inlined(branched))


def test_lists_and_plain_conditions() -> None:
    names = ("uses_deviation", "median", "cuts")
    values = {"uses_deviation": False, "median": 3.0, "cuts": np.array([1.0, 2.0, 3.0])}
    found = trace(listed, names, values)
    assert found is not None
    assert (found.applied, found.used) == ("cuts[..., :-1]", ("cuts",))
    other = trace(chosen, ("rule", "a", "b"), {"rule": "second", "a": 1.0, "b": 2.0})
    assert other is not None
    assert (other.applied, other.tests) == ("b", ("rule",))


def test_a_condition_that_cannot_be_told_keeps_both_branches() -> None:
    found = trace(chosen, ("rule", "a", "b"), {"a": 1.0, "b": 2.0})
    assert found is not None
    assert set(found.used) == {"rule", "a", "b"}


def test_what_is_not_straight_line_is_left_whole() -> None:
    assert trace(looping, ("values",), {"values": np.ones(2)}) is None

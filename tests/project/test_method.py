"""The pages of docs/method/ name rules and quantities that are there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from corridor.explain.listing import models
from corridor.law import load_rules, programs_with_rules
from tests.project.tree import PACKAGE, REPOSITORY, name

PAGES = sorted((REPOSITORY / "docs" / "method").glob("*.md"))
ROW = re.compile(r"^\|[^|]*(?:\\\|[^|]*)*\|[^|]*\|([^|]*)\|([^|]*)\|$", re.MULTILINE)
NAME = re.compile(r"`([a-z][a-z0-9_.]*)`")


def rows(page: Path) -> list[tuple[str, str]]:
    """Names and rules of the tables of symbols."""
    return [row for row in ROW.findall(page.read_text(encoding="utf-8")) if row[0].strip() != "name"]


def quantities() -> set[str]:
    """What formulas compute or take, what rules are called, and the columns of steps."""
    found = {
        one
        for _, parts in models().values()
        for _, model in parts
        for one in (*model.formulas, *model.rules, *model.inputs())
    }
    rules = load_rules(programs_with_rules())
    found |= {rule.partition(".")[2] for program in programs_with_rules() for rule in rules.names(program)}
    for step in PACKAGE.rglob("*.sql"):
        found |= set(re.findall(r"\b[a-z][a-z0-9_]+\b", step.read_text(encoding="utf-8")))
    return found


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_rule_named_is_in_the_law(page: Path) -> None:
    rules = load_rules(programs_with_rules())
    known = {rule for program in programs_with_rules() for rule in rules.names(program)}
    told = {rule for _, cell in rows(page) for rule in NAME.findall(cell)}
    assert sorted(told - known) == []
    assert told or page.name == "index.md"


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_name_of_a_symbol_is_a_quantity(page: Path) -> None:
    told = {one for cell, _ in rows(page) for one in NAME.findall(cell)}
    assert sorted(told - quantities()) == []


def test_the_worked_example_of_asm() -> None:
    """Two clinicians at 60 and 40 points, $100,000 each."""
    from math import exp

    shares = [1 / (1 + exp(-0.1 * (score - 50))) for score in (60, 40)]
    scaling = 0.85 * 200_000 / (100_000 * sum(shares))
    factors = [0.09 * share * scaling - 0.09 for share in shares]
    dollars = [round(100_000 * factor) for factor in factors]
    text = (REPOSITORY / "docs" / "method" / "asm.md").read_text(encoding="utf-8")
    for value in dollars:
        assert f"${abs(value):,}" in text, dollars
    assert sum(dollars) == -2700 and f"{scaling:.1f}" == "1.7"

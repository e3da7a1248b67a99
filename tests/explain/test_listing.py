"""docs/formulas/: every formula, in symbols that follow from its source."""

from __future__ import annotations

import ast
import re

import pytest
from latex2mathml.converter import convert

from corridor.explain.listing import models, written
from corridor.explain.symbols import LETTERS, in_symbols, latex
from corridor.law import load_rules, programs_with_rules

PAGES = written()


def drawn(text: str) -> str:
    return latex(ast.parse(text, mode="eval").body)


@pytest.mark.parametrize("file", PAGES)
def test_a_page_is_up_to_date(repository, file):
    path = repository / "docs" / "formulas" / file
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    assert text == PAGES[file], "write it: python -m corridor.explain.listing docs/formulas"


def test_every_formula_is_drawn():
    blocks = [block for text in PAGES.values() for block in re.findall(r"```math\n(.*?)\n```", text, re.S)]
    assert len(blocks) > 150
    for block in blocks:
        assert convert(block).startswith("<math")


def test_every_letter_is_a_quantity_of_some_model():
    known = {
        name
        for _, parts in models().values()
        for _, model in parts
        for name in (*model.formulas, *model.rules, *model.inputs())
    }
    assert sorted(LETTERS.keys() - known) == []


def test_every_rule_named_on_a_page_is_there():
    rules = load_rules(programs_with_rules())
    known = {name for program in programs_with_rules() for name in rules.names(program)}
    named = {rule for text in PAGES.values() for rule in re.findall(r"rule \[`([\w.]+)`\]", text)}
    assert named and sorted(named - known) == []


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("a * (b + c)", r"\text{a} \cdot \left(\text{b} + \text{c}\right)"),
        ("a - (b - c)", r"\text{a} - \left(\text{b} - \text{c}\right)"),
        ("a / b * 2", r"\frac{\text{a}}{\text{b}} \cdot 2"),
        ("-risk_level", "-R"),
        ("np.where(x < 1, 0, np.nan)",
         r"\begin{cases}0 & \text{if } \text{x} < 1 \\ \text{none} & \text{else}\end{cases}"),
        ("~np.isnan(x) & (y > 2)", r"\text{x} \text{ is given} \text{ and } \text{y} > 2"),
        ("~(x < 1)", r"\text{not } \left(\text{x} < 1\right)"),
        ("a if b else c if d else e",
         r"\begin{cases}\text{a} & \text{if } \text{b} \\ \text{c} & \text{if } \text{d} \\ "
         r"\text{e} & \text{else}\end{cases}"),
        ("pick_row(x, 'two')", r"\text{pick row}\left(\text{x}, \text{two}\right)"),
        ("np.exp(-x) ** 2", r"{\exp\left(-\text{x}\right)}^{2}"),
    ],
)  # fmt: skip
def test_an_expression_in_symbols(source, expected):
    assert drawn(source) == expected
    convert(expected)


def test_locals_come_first():
    from corridor.programs.asm.settle import transformed_final_score

    assert in_symbols("transformed_final_score", transformed_final_score.function) == [
        r"\text{distance} = k \cdot \left(F - x_0\right)",
        r"T = \begin{cases}0 & \text{if } \text{has zero score} \\ "
        r"\frac{1}{1 + \exp\left(-\text{distance}\right)} & \text{else}\end{cases}",
    ]

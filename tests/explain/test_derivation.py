"""Derivations as text, JSON and HTML: a result down to rules and lines of the file."""

from __future__ import annotations

import html.parser
import json
from pathlib import Path
from typing import Any

import pytest

from corridor.explain import assumptions_of, assumptions_text, derivation_page, tree_text
from corridor.explain.condense import condensed
from corridor.formulas import Node
from tests.programs.command import corridor

CASES = Path(__file__).parents[1] / "cases" / "asm" / "example_1.yaml"
NPI = "1234567893"
Capture = pytest.CaptureFixture[str]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    import yaml

    path = tmp_path / "scores.csv"
    text = yaml.safe_load(CASES.read_text(encoding="utf-8"))["cases"][0]["file"]
    path.write_text(text, encoding="utf-8")
    return path


def find(tree: dict[str, Any], name: str, label: str | None = None) -> list[dict[str, Any]]:
    own = [tree] if tree["name"] == name and label in (None, tree["label"]) else []
    return own + [found for child in tree["children"] for found in find(child, name, label)]


def test_json_reaches_the_measures_the_rules_and_the_lines(file: Path, capsys: Capture) -> None:
    answer = corridor(capsys, "explain", "asm", NPI, "--file", file, "--json", "--quantity", "final_score")
    assert answer.status == 0, answer.err
    (row,) = answer.json()["rows"]
    tree = row["tree"]
    assert row["value"] == pytest.approx(74.3)
    cut_points = find(tree, "cut_points", "measure 492 administrative_claims")[0]["value"]
    published = [60.42, 62.56, 64.70, 68.98, 71.12, 73.26, 75.41, 76.48, 77.55, 78.62]  # asm.md 10.5
    assert cut_points == pytest.approx(published, abs=0.02)
    unrounded = {n["label"]: n["value"] for n in find(tree, "unrounded_points") if not n["repeated"]}
    expected = {
        "measure 492 administrative_claims": 7.6963, "measure 008 ecqm": 7.2857, "measure 005 ecqm": 5.1168,
        "measure 236 ecqm": 6.3377, "measure 377 ecqm": 8.2443,
    }  # fmt: skip
    assert unrounded == pytest.approx(expected, abs=5.1e-4)  # asm.md 10.1, the column Raw
    assert find(tree, "unrounded_cost_points")[0]["value"] == pytest.approx(7.7397, abs=5e-5)
    rate = find(tree, "rate", "measure 008 ecqm")[0]
    assert (rate["kind"], rate["evidence"]) == ("input", "scores.csv line 2, q008_rate")
    weight = find(tree, "cost_weight")[0]
    assert (weight["kind"], weight["status"], weight["cite"]) == ("rule", "codified", "42 CFR 512.730")
    rules = {record["rule"] for record in answer.json()["assumptions"]}
    assert "asm.quality_weight" in rules  # secondary
    assert "asm.cost_weight" not in rules  # codified


def test_text_is_readable_at_a_hundred_columns(file: Path, capsys: Capture) -> None:
    answer = corridor(capsys, "explain", "asm", NPI, "--file", file, "--national")
    lines = answer.out.splitlines()
    tree = [line for line in lines if "─ " in line or "│" in line]
    assert max(map(len, tree)) <= 100
    assert len(lines) < 600
    text = answer.out
    assert "= risk_level * transformed_final_score * scaling_factor - risk_level" in text
    assert "rule asm.risk_level, official" in text
    assert "given: scores.csv line 2, q236_rate" in text
    assert "parameters under this result not codified or official:" in text
    shallow = corridor(capsys, "explain", "asm", NPI, "--file", file, "--depth", "1").out
    assert "payment_adjustment_factor" in shallow
    assert "logistic_steepness: " not in shallow
    full = corridor(capsys, "explain", "asm", NPI, "--file", file, "--full").out
    assert len(full.splitlines()) > len(lines)
    assert "where(status == 'neutral', 0, where(status == 'zero', -risk_level, capped))" in full


class Page(html.parser.HTMLParser):
    """Tags and anything that would be fetched."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attributes if name in ("src", "href")]


def test_the_page_stands_alone(file: Path, tmp_path: Path, capsys: Capture) -> None:
    out = tmp_path / "why.html"
    corridor(capsys, "explain", "asm", NPI, "--file", file, "--national", "--html", out)
    text = out.read_text(encoding="utf-8")
    page = Page()
    page.feed(text)
    assert "script" not in page.tags
    assert page.links == []
    assert page.tags.count("details") > 20
    assert "gains 3.3023% of Part B in 2029" in text
    assert "not codified or official" in text


def test_text_of_a_file_is_escaped() -> None:
    node = Node("dollars", -5.0, "dollars", "input", evidence="<script>alert(1)</script>.csv line 2")
    text = derivation_page("<b>", "lead", [("", node)], [])
    assert "<script>" not in text
    assert "&lt;script&gt;" in text
    assert 'class="value loss"' in text


def test_unknown_clinician_and_quantity(file: Path, capsys: Capture) -> None:
    missing = corridor(capsys, "explain", "asm", "1234567894", "--file", file, "--json").json()["error"]
    assert (missing["code"], missing["todo"]) == ("EXPLAIN-NOT-FOUND", f"Did you mean {NPI}?")
    wrong = corridor(
        capsys, "explain", "asm", NPI, "--file", file, "--quantity", "final_scor", "--json"
    ).json()
    assert wrong["error"]["code"] == "EXPLAIN-QUANTITY"


def test_a_value_passed_on_is_shown_once() -> None:
    leaf = Node("points_rule", 7.0, "points", "rule", rule="asm.x", status="assumed", cite="somewhere")
    low = Node("achievement", 7.0, "points", applied="round(points_rule)", cite="b", children=[leaf])
    test = Node("kind", "scored", "kind", role="test")
    middle = Node("submission", 7.0, "points", applied="achievement", cite="a", children=[low, test])
    top = Node("measure", 7.0, "points", applied="submission", cite="a", children=[middle])
    short = condensed(top)
    assert short.applied == "submission = achievement = round(points_rule)"
    assert [child.name for child in short.children] == ["points_rule", "kind"]
    assert short.cite == "a; b"
    assert top.children == [middle]  # the tree itself is left as it is
    text = tree_text(top)
    assert text.count("7 points") == 2
    assert "given kind scored" in text


def test_assumptions_of_a_derivation() -> None:
    settled = Node("a", 1.0, "points", "rule", rule="asm.a", status="codified", cite="law")
    overridden = Node("b", 2.0, "points", "rule", rule="asm.b", status="official", cite="x", overridden=True)
    rows = [Node("c", n, "points", "rule", rule="asm.c", status="assumed", cite="y") for n in (1.0, 2.0, 1.0)]
    found = assumptions_of([Node("top", 0.0, children=[settled, overridden, *rows])])
    assert [(record["rule"], record["value"]) for record in found] == [("asm.b", 2.0), ("asm.c", [1.0, 2.0])]
    text = assumptions_text(found)
    assert text.startswith("2 parameters under this result not codified or official:")
    assert "asm.b = 2 [official, overridden] x" in text
    assert assumptions_text([]) == "Every parameter under this result is codified or official."
    json.dumps(found)

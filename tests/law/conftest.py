"""A small law of one program, written file by file into a temporary folder."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from corridor.errors import CorridorError

UNITS = """\
fraction: {about: A share of one., type: number, at_least: 0, at_most: 1}
points: {about: Score points., type: number}
days: {about: Calendar days., type: integer, at_least: 0}
years: {about: Calendar years., type: integer}
clinicians: {about: Clinicians., type: integer, at_least: 0}
date: {about: A day., type: date}
flag: {about: True or false., type: flag}
choice: {about: One of the options., type: text}
code: {about: A code., type: text}
"""
SOURCES = """\
rule-book: {short: Rule Book, title: The rule book, url: "https://example.org/rule-book"}
gazette: {short: Gazette, title: The gazette}
"""
RISK = """\
about: Largest share at risk.
kind: scalar
unit: fraction
clock: payment_year
values:
  - {from: 2029, value: 0.09, status: codified, known: 2025-10-31, cite: {doc: rule-book, para: (a)}}
  - {from: 2031, value: 0.10, status: secondary, known: 2025-10-31, cite: {doc: gazette}}
"""
LAG = """\
about: Years to the payment year.
kind: scalar
unit: years
clock: performance_year
values:
  - {from: 2027, value: 2, status: codified, known: 2025-10-31, cite: {doc: rule-book}}
"""


class Law:
    """A folder of rules: ``write`` puts a rule of the program ``toy`` into it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "toy").mkdir(parents=True)
        (folder / "units.yaml").write_text(UNITS)
        (folder / "sources.yaml").write_text(SOURCES)

    def write(self, name: str, text: str) -> Path:
        file = self.folder / "toy" / f"{name}.yaml"
        file.write_text(textwrap.dedent(text), encoding="utf-8")
        return file


@pytest.fixture
def law(tmp_path: Path) -> Law:
    """An empty law of the program ``toy``."""
    return Law(tmp_path / "rules")


@pytest.fixture
def toy(law: Law) -> Law:
    """The law with a risk level by payment year and a lag of two years."""
    law.write("risk_level", RISK)
    law.write("payment_lag_years", LAG)
    return law


@pytest.fixture
def refused() -> Callable[..., CorridorError]:
    """Runs something that must raise a CorridorError of a code; hands the error back."""

    def run(code: str, function: Callable[[], object]) -> CorridorError:
        with pytest.raises(CorridorError) as caught:
            function()
        assert caught.value.code == code, caught.value.text()
        assert caught.value.what.endswith(".")
        return caught.value

    return run

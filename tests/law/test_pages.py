"""docs/rules/ names every rule, and says what the files say."""

from __future__ import annotations

import pytest

from corridor.law import load_rules, programs_with_rules
from corridor.law.listing import cell_text, page, short_text, write_pages

PROGRAMS = programs_with_rules()


@pytest.mark.parametrize("program", PROGRAMS)
def test_the_page_of_a_program_is_up_to_date(repository, program):
    file = repository / "docs" / "rules" / f"{program}.md"
    text = file.read_text(encoding="utf-8") if file.exists() else ""
    assert text == page(load_rules([program]), program), "write it: python -m corridor.law.listing docs/rules"


def test_every_page_is_linked(repository):
    text = (repository / "docs" / "rules.md").read_text(encoding="utf-8")
    assert [p for p in PROGRAMS if f"(rules/{p}.md)" not in text] == []


def test_a_page_shows_each_value_in_time(toy, tmp_path):
    (written,) = write_pages(tmp_path / "docs", toy.folder)
    rows = [line for line in written.read_text().splitlines() if line.startswith("|")][2:]
    assert rows == [
        "| `toy.payment_lag_years` | Years to the payment year. | 2 years | codified | Rule Book |  |",
        "| `toy.risk_level` | Largest share at risk. | from 2029: 0.09 fraction | codified | Rule Book(a) |  |",  # noqa: E501
        "|  |  | from 2031: 0.1 fraction | secondary | Gazette |  |",
    ]


def test_values_in_a_few_words():
    assert [cell_text(v) for v in (None, True, False, 0.5, 3.0, 2.8e9, 2027, 600000, "06")] == [
        "-", "true", "false", "0.5", "3", "2,800,000,000", "2027", "600,000", "06"]  # fmt: skip
    force = load_rules(["asm"]).in_force(2027)
    assert short_text(force["asm.trigger_gap_days"]) == "heart_failure 180; low_back_pain 60"
    assert short_text(force["asm.quality_measure"]) == "9 rows"

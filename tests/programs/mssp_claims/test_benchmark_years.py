"""The historical benchmark from three loaded benchmark years, by hand."""

from __future__ import annotations

from typing import Any

import pytest

from corridor.law import load_rules
from corridor.programs.mssp.held_against import base_years
from corridor.programs.mssp.model import PROGRAMS

FORCE = load_rules(PROGRAMS).in_force(2027)
TERMS = {
    "agreement_start_year": 2027.0, "agreement_period": 1.0,
    "trend_by1_aged_non_dual": 1.1, "trend_by2_aged_non_dual": 1.05, "trend_by1_disabled": 1.1,
}  # fmt: skip


def year(per_capita: float, risk: float, whole: bool = True) -> dict[str, dict[str, Any]]:
    aged = {"per_capita": per_capita, "risk_score": risk, "whole_year": whole}
    return {"aged_non_dual": aged, "disabled": aged, "all": aged}


SPENT = {
    ("A9999", 2024): year(9_000, 1.0), ("A9999", 2025): year(9_500, 1.1), ("A9999", 2026): year(10_000, 1.2)
}  # fmt: skip


def test_three_years_at_the_risk_and_prices_of_the_third() -> None:
    found = base_years("A9999", TERMS, SPENT, FORCE)
    # 10 % of 9,000 x 1.2 / 1.0 x 1.1, 30 % of 9,500 x 1.2 / 1.1 x 1.05, 60 % of 10,000
    expected = 0.1 * 9_000 * 1.2 * 1.1 + 0.3 * 9_500 * 1.2 / 1.1 * 1.05 + 0.6 * 10_000
    # of the disabled the second trend is not stated, of the others nobody is there
    assert found == {"aged_non_dual": pytest.approx(expected)}


def test_a_second_agreement_weighs_the_years_alike() -> None:
    found = base_years("A9999", {**TERMS, "agreement_period": 2.0}, SPENT, FORCE)
    whole = 9_000 * 1.2 * 1.1 + 9_500 * 1.2 / 1.1 * 1.05 + 10_000
    assert found["aged_non_dual"] == pytest.approx(whole / 3)


@pytest.mark.parametrize("lacking", ["terms", "start", "year", "months"])
def test_nothing_where_something_lacks(lacking: str) -> None:
    terms: dict[str, Any] | None = dict(TERMS)
    spent = dict(SPENT)
    if lacking == "terms":
        terms = None
    elif lacking == "start":
        terms = {**TERMS, "agreement_start_year": None}
    elif lacking == "year":
        del spent[("A9999", 2024)]
    else:
        spent[("A9999", 2024)] = year(9_000, 1.0, whole=False)
    assert base_years("A9999", terms, spent, FORCE) == {}

"""A figure that is exactly on an edge of the contract by hand is on it for the machine as well."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.programs.command import corridor

Capture = pytest.CaptureFixture[str]
CONTRACT = """
contract: edge
kind: value
title: Edges
fictitious: true
payer: {name: Payer (fictitious)}
term: {from: 2025-01-01, through: 2026-12-31}
terms:
  - from: 2025-01-01
    known: 2024-12-01
    attribution: {method: list, minimum_members: 500}
    benchmark:
      method: trended
      base_year: 2024
      strata: [{stratum: low, base_pmpm: 300.00}, {stratum: high, base_pmpm: 900.00}]
      trend: [{year: 2025, rate: 0.05}, {year: 2026, rate: -0.02}]
      risk_adjusted: true
      base_risk_score: 1.10
      most_risk_change: 0.05
    stop_loss: {attachment: 100000, share_above: 0.2, charge_pmpm: 4.00}
    savings:
      minimum_rate: 0.01
      first_dollar: false
      bands: [{from: 0, share: 0.5}, {from: 0.02, share: 0.25}]
    losses:
      bands: [{from: 0, share: 0.4}, {from: 0.03, share: 0.6}]
      most_amount: 120000
    scorecard:
      missing: left_out
      measures:
        - {id: a, name: A, points: 4, minimum_cases: 20,
           cuts: [{rate: 0.4, points: 1}, {rate: 0.6, points: 4}]}
        - {id: b, name: B, better: lower, points: 6, floor: 0.30, target: 0.10}
    quality:
      savings_factors: [{at_least: 0, factor: 0.6}, {at_least: 0.5, factor: 0.9}]
      loss_factors: [{at_least: 0, factor: 1.1}, {at_least: 0.25, factor: 0.5}]
    bonus: [{measure: b, at_least: 0.20, amount: 10000}]
    care_management:
      tiers: [{stratum: low, pmpm: 3.00}, {stratum: high, pmpm: 20.00}]
      counts_as_expenditure: true
    limits: {most_paid: 70000, most_owed: 100000}
    renewal: [{at_least: 0.25, about: goes on}]
"""
FIGURES = """performance_year,stratum,member_months,expenditure,excess_over_attachment,risk_score
2025,low,6000,1900000,50000,1.10
2025,high,1200,1150000,100000,1.21
2026,low,6000,1950000,0,1.133
2026,high,1200,1300000,0,1.00
"""
QUALITY = """performance_year,measure,numerator,denominator
2025,a,13,25
2025,b,36,200
2026,a,9,15
2026,b,50,200
"""


@pytest.fixture
def files(tmp_path: Path) -> tuple[Any, ...]:
    for name, text in (("edge.yaml", CONTRACT), ("figures.csv", FIGURES), ("quality.csv", QUALITY)):
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path / "edge.yaml", tmp_path / "figures.csv", "--quality", tmp_path / "quality.csv"


def test_two_years_by_hand(files: tuple[Any, ...], capsys: Capture) -> None:
    """2025: 300 x 1.05 x 6,000 = 1,890,000; 900 x 1.05 x 1.05 (risk 1.10 held) x 1,200 = 1,190,700;
    3,080,700. 3,050,000 - 0.8 x 150,000 + 4 x 7,200 = 2,958,800, and 18,000 + 24,000 for care:
    3,000,800. Saved 79,900 (2.59 %), less 1 % (30,807) 49,093, half 24,546.50; points
    1 + 0.6 x 6 = 4.6 of 10: x 0.6 = 14,727.90; 18 % of b is under 20 %: 10,000. Together 24,727.90.
    2026: 308.70 x 1.03 x 6,000 = 1,907,766; 926.10 x 0.95 x 1,200 = 1,055,754: 2,963,520. Spent 3,250,000 +
    28,800 + 42,000 = 3,320,800: 357,280 lost. 3 % is 88,905.60 x 0.4 = 35,562.24; 268,374.40 x 0.6 =
    161,024.64: 196,586.88. a has 15 of 20 cases and is left out; b 25 %: 0.25 x 6 = 1.5 of 6 is 25 %, which
    is on the edge of the factor 0.5: 98,293.44."""
    rows = corridor(capsys, "contract", "settle", *files, "--json").json()["rows"]
    assert [row["settlement_dollars"] for row in rows] == pytest.approx([24_727.90, -98_293.44])
    assert [row["contract_dollars"] for row in rows] == pytest.approx([66_727.90, -56_293.44])
    assert rows[1]["losses_quality_factor"] == 0.5


def test_a_level_of_renewal_on_its_edge(files: tuple[Any, ...], capsys: Capture) -> None:
    (row,) = corridor(capsys, "contract", "renewal", *files, "--year", 2026, "--json").json()["rows"]
    assert (row["reached"], row["holds"], row["points_short"], row["ways"]) == (True, True, 0, [])

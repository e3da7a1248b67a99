"""The law of the Shared Savings Program: every rule is used, tables are whole, memory is called assumed."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from corridor.law import Rules, load_rules
from corridor.law.rules import RULES


@pytest.fixture(scope="module")
def mssp() -> Rules:
    return load_rules(["mssp"])


def test_every_rule_has_a_user(mssp: Rules) -> None:
    code = "".join(
        path.read_text(encoding="utf-8")
        for folder in ("programs", "attribution", "population", "scenarios", "measures", "jobs", "web")
        for path in (Path(RULES).parent / folder).rglob("*.*")
        if path.suffix in (".py", ".sql")
    )
    assert not {name for name in mssp.names("mssp") if name not in code}


def test_the_schedule_has_no_gap_and_no_jump(mssp: Rules) -> None:
    rows = mssp.in_force(2026).rows("mssp.minimum_savings_schedule")
    assert rows[0]["at_least"] == 0 and rows[-1]["below"] is None
    for one, other in pairwise(rows):
        assert one["below"] == other["at_least"] == one["highest"] + 1
        assert one["rate_at_highest"] == other["rate_at_least"]


def test_weights_of_base_years_sum_to_one(mssp: Rules) -> None:
    for row in mssp.in_force(2026).rows("mssp.base_year_weight"):
        assert row["by1"] + row["by2"] + row["by3"] == pytest.approx(1)


def test_only_two_sided_tracks_risk_anything(mssp: Rules) -> None:
    force = mssp.in_force(2026)
    for row in (*force.rows("mssp.track"), *force.rows("mssp.former_track")):
        risks = (row["loss_rate"], row["least_loss_rate"], row["benchmark_loss_limit"])
        assert any(value is not None for value in risks) == row["two_sided"], row["track"]
        if row["two_sided"]:
            assert (row["loss_rate"] is None) == (row["least_loss_rate"] is not None)


@pytest.mark.parametrize(
    "name",
    [
        "regional_weight_later", "regional_offset_method", "prior_savings_proration", "guardrail",
        "disaster_relief", "advance_recoupment", "repayment_expenditure_share", "repayment_revenue_share",
        "former_track", "losses_due_days", "no_benchmark_floor", "former_regional_cap_down",
        "former_negative_regional",
    ],
)  # fmt: skip
def test_what_is_from_memory_is_called_assumed(mssp: Rules, name: str) -> None:
    assert mssp.in_force(2026)[f"mssp.{name}"].status == "assumed"


def test_sequestration_is_official_only_where_it_was_recomputed(mssp: Rules) -> None:
    statuses = {year: mssp.in_force(year)["mssp.sequestration_rate"].status for year in range(2018, 2027)}
    assert {year for year, status in statuses.items() if status == "official"} == {2022}

"""What holds of every settlement of hospital and state models: an unverified rule that moves a figure is
listed, and an input that lacks is refused by name, or changes nothing: it is never taken as zero.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from corridor.law import load_rules
from tests.programs.command import corridor
from tests.programs.forms import write_rows

pytestmark = pytest.mark.heavy
AHEAD = yaml.safe_load((Path(__file__).parents[1] / "cases/ahead/vectors.yaml").read_text(encoding="utf-8"))
# Complete rows, fictitious; no two figures are equal, so that one taken for another shows.
ROWS: dict[str, dict[str, Any]] = {
    "team": {
        "ccn": "A", "category": "lejr", "category_target": 2_054_850, "category_spending": 1_900_000,
        "category_episodes": 100, "baseline_episodes": 200, "composite_quality_score": 60,
        "post_episode_mean": 4_150, "post_episode_regional_mean": 1_500,
        "post_episode_regional_deviation": 800, "track": 3,
    },
    "iota": {
        "hospital_id": "H", "baseline_1_transplants": 90, "baseline_2_transplants": 96,
        "baseline_3_transplants": 102, "national_growth_rate": 0.03, "adult_transplants": 120,
        "achievement_table": "a", "acceptance_percentile": 45, "acceptance_ratio": 1.0,
        "baseline_acceptance_ratio": 0.9, "graft_survival_percentile": 50, "medicare_transplants": 50,
        "ma_transplants": 11,
    },
    "ahead": {"entity_id": "H", **{k: v for k, v in AHEAD["hospital"].items() if v is not None}},
    "wiser": {
        "request_id": "1", "company": "A", "decision": "non_affirmed", "allowed_amount": 1000,
        "decision_date": "2026-03-01", "payment_share": 0.12, "look_forward_days": 120,
        "quality_multiplier": 1.05, "quality_multiplier_least": 0.9, "quality_multiplier_most": 1.1,
    },
}  # fmt: skip
YEAR = {"team": 2026, "iota": 2026, "ahead": 2026, "wiser": 2026}
DOLLARS = {"team": "final_amount", "iota": "payment", "ahead": "budget", "wiser": "company_payment"}
# What names the row or its year, and what may be left out with its meaning in the form's own words.
OPTIONAL = {
    "team": {"track"},
    "iota": {"ma_transplants"},  # said in a warning
    "ahead": set(),
    "wiser": set(),
}  # fmt: skip
NAMES = {"ccn", "hospital_id", "entity_id", "request_id", "company"}
VERIFIED = ("codified", "official")


def settled(program: str, row: dict[str, Any], folder: Path, capsys: Any, *more: str) -> dict[str, Any]:
    file = write_rows(folder / "row.csv", [row])
    found: dict[str, Any] = corridor(
        capsys, "settle", program, file, "--year", YEAR[program], "--json", *more
    ).json()
    return found


def figures(answer: dict[str, Any]) -> str:
    return json.dumps([answer.get("rows"), answer.get("episodes"), answer.get("categories")], sort_keys=True)


@pytest.mark.parametrize("program", ROWS)
def test_a_rule_that_moves_a_figure_is_listed(program: str, tmp_path: Path, capsys: Any) -> None:
    base = settled(program, ROWS[program], tmp_path, capsys)
    assert base["rows"], base
    listed = {one["rule"]: one["status"] for one in base["assumptions"]}
    assert all(status not in VERIFIED for status in listed.values())
    force = load_rules([program]).in_force(YEAR[program])
    moved = []
    for one in force.assumptions(list(force.names(program))):
        rule, value = str(one["rule"]), one.get("value")
        if isinstance(value, bool) or not isinstance(value, int | float):
            continue
        other = settled(program, ROWS[program], tmp_path, capsys, "--set", f"{rule}={value * 2 + 1}")
        if "error" not in other and figures(other) != figures(base):
            moved.append(rule)
            assert rule in listed, f"{rule} moves a figure of {program} and is not listed"
    assert moved or program == "wiser", "no rule moved anything: the test sees nothing"


@pytest.mark.parametrize("program", ROWS)
def test_what_lacks_is_refused_by_name_or_changes_nothing(program: str, tmp_path: Path, capsys: Any) -> None:
    row = ROWS[program]
    base = settled(program, row, tmp_path, capsys)["rows"][0][DOLLARS[program]]
    assert base is not None
    refused = []
    for name in set(row) - NAMES:
        left = {key: value for key, value in row.items() if key != name}
        answer = settled(program, left, tmp_path, capsys)
        if "error" in answer:
            error = answer["error"]
            assert error["field"] and error["todo"], error
            said = f"{error['what']} {error.get('why')} {error['todo']} {error['field']}"
            assert name in said or "REQUIRED" in error["code"], (name, error)
            refused.append(name)
        elif name not in OPTIONAL[program]:
            assert answer["rows"][0][DOLLARS[program]] == base, (
                f"{program} without {name} pays another amount"
            )
    assert len(refused) >= 4, refused

"""The test vectors of team.md and hand-worked cases, through the command line (tests/cases/team)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.programs.command import corridor
from tests.programs.test_asm_cases import check

FOLDER = Path(__file__).parents[2] / "cases" / "team"


def load_cases() -> list[Any]:
    found = []
    for path in sorted(FOLDER.glob("settle_*.yaml")):
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        for case in document["cases"]:
            case["cites"] = case.get("cites", document["cites"])
            found.append(pytest.param(case, id=f"{path.stem}: {case['name']}"))
    return found


@pytest.mark.parametrize("case", load_cases())
def test_case(case: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "hospitals.csv"
    file.write_text(case["file"], encoding="utf-8")
    answer = corridor(capsys, "settle", "team", file, "--json", *case.get("arguments", []))
    if "error" in case:
        assert answer.status == 1, answer.out
        error = answer.json()["error"]
        for name, expected in case["error"].items():
            assert error[name] == expected, (name, error)
        for text in case.get("says", []):
            assert text in error["todo"], error
        return
    assert answer.status == 0, answer.err
    found = answer.json()
    assert case["cites"] and found["program"] == "team"
    by_ccn = {row["ccn"]: row for row in found["rows"]}
    for ccn, expected in case.get("rows", {}).items():
        check(by_ccn[ccn], expected, f"hospital {ccn}")
    for place, expected in enumerate(case.get("episodes", [])):
        check(found["episodes"][place], expected, f"episode {place}")
    for text in case.get("warnings", []):
        assert any(text in warning for warning in found["warnings"]), found["warnings"]
    rules = {record["rule"] for record in found["assumptions"]}
    assert set(case.get("assumptions", [])) <= rules, rules
    assert not set(case.get("not_assumptions", [])) & rules


LEAST = "ccn,category,category_target,category_spending,category_episodes,baseline_episodes,"
LEAST += "composite_quality_score,post_episode_amount\nA,lejr,2054850,1900000,100,200,60,0\n"


def test_explained(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "hospitals.csv"
    file.write_text(LEAST, encoding="utf-8")
    answer = corridor(capsys, "explain", "team", "A", "--file", file, "--json")
    assert answer.json()["rows"][0]["value"] == 148656
    tree = corridor(capsys, "explain", "team", "A", "--file", file).out
    assert "team.quality_adjustment" in tree and "hospitals.csv, line 2" in tree
    assert corridor(capsys, "explain", "team", "B", "--file", file).status == 1
    assert corridor(capsys, "explain", "team", "A", "--json").json()["error"]["code"] == "TEAM-NEEDS-FILE"
    wrong = corridor(capsys, "explain", "team", "A", "--file", file, "--quantity", "final_amont", "--json")
    assert wrong.json()["error"]["code"] == "EXPLAIN-QUANTITY"


def test_for_a_reader_and_a_workbook(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, out = tmp_path / "hospitals.csv", tmp_path / "out.xlsx"
    file.write_text(LEAST, encoding="utf-8")
    answer = corridor(capsys, "settle", "team", file, "--out", out)
    assert "are paid $148,656.00" in answer.out and out.exists()
    assert corridor(capsys, "settle", "team", file, "--national", "--json").status == 1

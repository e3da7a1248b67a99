"""ACO REACH and LEAD: the vectors of the specification and chains worked by hand, through the command line.

How numbers are compared: tests/programs/test_asm_cases.py.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.programs.command import corridor
from tests.programs.test_asm_cases import check

FOLDERS = [Path(__file__).parents[2] / "cases" / name for name in ("reach", "lead")]


def load_cases() -> list[Any]:
    found = []
    for path in (path for folder in FOLDERS for path in sorted(folder.glob("*.yaml"))):
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        assert document["cites"]
        found += [pytest.param(case, id=f"{path.stem}: {case['name']}") for case in document["cases"]]
    return found


@pytest.mark.parametrize("case", load_cases())
def test_case(case: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "acos.csv"
    file.write_text(case["file"], encoding="utf-8")
    answer = corridor(capsys, "settle", case["program"], file, "--json", *case.get("arguments", []))
    assert answer.status == 0, answer.err
    found = answer.json()
    by_aco = {row["aco_id"]: row for row in found["rows"]}
    for aco, expected in case["rows"].items():
        check(by_aco[aco], expected, f"ACO {aco}")
    keys = ("aco_id", "population", "alignment")
    segments = {" ".join(str(one[key]) for key in keys if key in one): one for one in found["segments"]}
    for name, expected in case.get("segments", {}).items():
        check(segments[name], expected, name)
    rules = {record["rule"] for record in found["assumptions"]}
    assert set(case.get("assumptions", [])) <= rules
    assert not set(case.get("not_assumptions", [])) & rules
    assert {record["status"] for record in found["assumptions"]} <= {"secondary", "assumed", "proposed"}
    for text in case.get("warnings", []):
        assert any(text in warning for warning in found["warnings"]), found["warnings"]

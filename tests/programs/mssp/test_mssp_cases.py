"""The test vectors of mssp.md and hand-worked cases, through the command line (tests/cases/mssp).

A case gives a file and what comes out; how numbers are compared: tests/programs/test_asm_cases.py.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.programs.command import corridor
from tests.programs.test_asm_cases import check

FOLDER = Path(__file__).parents[2] / "cases" / "mssp"


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
    file = tmp_path / case.get("file_name", "acos.csv")
    file.write_text(case["file"], encoding="latin-1")
    answer = corridor(capsys, "settle", "mssp", file, "--json", *case.get("arguments", []))
    if "error" in case:
        assert answer.status == 1
        error = answer.json()["error"]
        for name, expected in case["error"].items():
            assert error[name] == expected, (name, error)
        for text in case.get("says", []):
            assert text in error["todo"], error
        return
    assert answer.status == 0, answer.err
    found = answer.json()
    assert case["cites"] and found["program"] == "mssp"
    by_aco = {row["aco_id"]: row for row in found["rows"]}
    for aco, expected in case["rows"].items():
        check(by_aco[aco], expected, f"row {aco}")
    for text in case.get("warnings", []):
        assert any(text in warning for warning in found["warnings"]), found["warnings"]
    rules = {record["rule"] for record in found["assumptions"]}
    assert set(case.get("assumptions", [])) <= rules
    assert not set(case.get("not_assumptions", [])) & rules

"""The worked examples of the specification, through the command line, to the printed digit.

A case gives a file and what comes out; how numbers are compared: tests/programs/test_asm_cases.py.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.programs.command import corridor
from tests.programs.mips.home import installed
from tests.programs.test_asm_cases import check, matches

FOLDER = Path(__file__).parents[2] / "cases" / "mips"


def load_cases() -> list[Any]:
    found = []
    for path in sorted(FOLDER.glob("*.yaml")):
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        for case in document["cases"]:
            case["cites"] = case.get("cites", document["cites"])
            found.append(pytest.param(case, id=f"{path.stem}: {case['name']}"))
    return found


@pytest.fixture(scope="module")
def qpp_home(tmp_path_factory: pytest.TempPathFactory, test_data: Path) -> Path:
    return installed(tmp_path_factory.mktemp("qpp"), test_data)


@pytest.mark.parametrize("case", load_cases())
def test_case(
    case: dict[str, Any],
    tmp_path: Path,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    home = request.getfixturevalue("qpp_home") if case.get("home") else tmp_path / "corridor-data"
    monkeypatch.setenv("CORRIDOR_HOME", str(home))
    file = tmp_path / "scores.csv"
    file.write_text(case["file"], encoding="utf-8")
    answer = corridor(capsys, "settle", "mips", file, "--json", *case.get("arguments", []))
    if "error" in case:
        assert answer.status == 1
        error = answer.json()["error"]
        for name, expected in case["error"].items():
            assert error[name] == expected, (name, error)
        return
    assert answer.status == 0, answer.err
    found = answer.json()
    assert case["cites"]
    by_npi = {row["npi"]: row for row in found["rows"]}
    for npi, expected in case.get("rows", {}).items():
        check(by_npi[str(npi)], expected, f"row {npi}")
    in_order = case.get("rows_in_order", [])
    assert not in_order or len(in_order) == len(found["rows"])
    for row, expected in zip(found["rows"], in_order, strict=False):
        check(row, expected, f"row {row['npi']}")
    points = {(one["npi"], one["measure_id"]): one["points"] for one in found["measures"]}
    for npi, expected in case.get("measures", {}).items():
        for measure, value in expected.items():
            assert matches(points[npi, measure], value), (npi, measure, points[npi, measure], value)
    answers = {(one["npi"], one["measure_id"]): one["points"] for one in found["interoperability"]}
    for npi, expected in case.get("interoperability", {}).items():
        for measure, value in expected.items():
            assert matches(answers[npi, measure], value), (npi, measure, answers[npi, measure], value)
    check(found["cohort"], case.get("cohort", {}), "cohort")
    for name, expected in case.get("sums", {}).items():
        check({name: sum(row[name] or 0.0 for row in found["rows"])}, {name: expected}, "sum")
    for text in case.get("warnings", []):
        assert any(text in warning for warning in found["warnings"]), found["warnings"]
    assert set(case.get("assumptions", [])) <= {record["rule"] for record in found["assumptions"]}

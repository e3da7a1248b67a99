"""The worked examples of the specification, through the command line, to the printed digit.

A case gives a file and what comes out. An expected number written as text counts its digits: "1.454250" holds
within half a unit of the sixth decimal.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.programs.command import corridor

FOLDER = Path(__file__).parents[1] / "cases" / "asm"


def load_cases() -> list[Any]:
    found = []
    for path in sorted(FOLDER.glob("*.yaml")):
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        for case in document["cases"]:
            case["cites"] = case.get("cites", document["cites"])
            found.append(pytest.param(case, id=f"{path.stem}: {case['name']}"))
    return found


@pytest.mark.parametrize("case", load_cases())
def test_case(case: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "scores.csv"
    file.write_text(case["file"], encoding="utf-8")
    answer = corridor(capsys, "settle", "asm", file, "--json", *case.get("arguments", []))
    if "error" in case:
        assert answer.status == 1
        error = answer.json()["error"]
        for name, expected in case["error"].items():
            assert error[name] == expected, (name, error)
        assert case["error"]["code"] in answer.err
        return
    assert answer.status == 0, answer.err
    found = answer.json()
    assert case["cites"]
    by_npi = {row["npi"]: row for row in found["rows"]}
    for npi, expected in case.get("rows", {}).items():
        check(by_npi[str(npi)], expected, f"row {npi}")
    by_cohort = {record["cohort"]: record for record in found["cohorts"]}
    for cohort, expected in case.get("cohorts", {}).items():
        check(by_cohort[cohort], expected, cohort)
    for name, expected in case.get("sums", {}).items():
        check({name: sum(row[name] or 0.0 for row in found["rows"])}, {name: expected}, "sum")
    for text in case.get("warnings", []):
        assert any(text in warning for warning in found["warnings"]), found["warnings"]
        assert text in answer.err
    rules = {record["rule"] for record in found["assumptions"]}
    assert set(case.get("assumptions", [])) <= rules
    assert not set(case.get("not_assumptions", [])) & rules


def check(found: dict[str, Any], expected: dict[str, Any], where: str) -> None:
    for name, value in expected.items():
        assert name in found, f"{where} has no {name}"
        assert matches(found[name], value), f"{where} {name}: {found[name]!r}, expected {value!r}"


def matches(found: Any, expected: Any) -> bool:
    if isinstance(expected, list):
        return len(found) == len(expected) and all(map(matches, found, expected))
    if isinstance(expected, dict):
        return abs(found - float(expected["value"])) <= float(expected["within"])
    if isinstance(expected, str) and isinstance(found, str):
        return found == expected
    if isinstance(expected, str):
        plain = expected.replace(",", "")
        try:
            number = float(plain)
        except ValueError:
            return bool(found == expected)
        decimals = len(plain.partition(".")[2])
        return found is not None and abs(found - number) <= 0.5 * 10.0**-decimals + 1e-9
    return bool(found == expected)

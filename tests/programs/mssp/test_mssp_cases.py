"""The test vectors of mssp.md and hand-worked cases, through the command line (tests/cases/mssp).

A case gives a file, or one ACO, and what comes out; numbers are compared as in test_asm_cases.py.
ACOs of one year that only state their row are settled in one file.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from corridor.engine.tabular.layout import load_layout
from corridor.programs.mssp.door import IDENTITY, VECTORS
from corridor.programs.mssp.model import FROM_BASE_YEARS
from tests.programs.command import corridor
from tests.programs.test_asm_cases import check

FOLDER = Path(__file__).parents[2] / "cases" / "mssp"
PLAIN = {"name", "arguments", "aco", "row", "cites", "id"}


def load_cases() -> tuple[list[Any], dict[Any, list[dict[str, Any]]]]:
    alone: list[Any] = []
    together: dict[Any, list[dict[str, Any]]] = {}
    for path in sorted(FOLDER.glob("settle_*.yaml")):
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        for number, case in enumerate(document["cases"]):
            case["cites"] = case.get("cites", document["cites"])
            case["id"] = f"A{number:04}"
            if set(case) <= PLAIN:
                together.setdefault((path.stem, *case["arguments"]), []).append(case)
            else:
                alone.append(pytest.param(case, id=f"{path.stem}: {case['name']}"))
    return alone, together


ALONE, TOGETHER = load_cases()


def as_csv(cases: list[dict[str, Any]]) -> str:
    """The ACOs of some cases as a file."""
    columns = list(dict.fromkeys(name for case in cases for name in case["aco"]))
    lines = [",".join(["aco_id", *columns])]
    for case in cases:
        lines.append(",".join([case["id"], *(str(case["aco"].get(name, "")) for name in columns)]))
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("group", TOGETHER, ids=lambda group: " ".join(map(str, group)))
def test_rows(group: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cases = TOGETHER[group]
    file = tmp_path / "acos.csv"
    file.write_text(as_csv(cases), encoding="utf-8")
    answer = corridor(capsys, "settle", "mssp", file, "--json", *group[1:])
    assert answer.status == 0, answer.err
    by_aco = {row["aco_id"]: row for row in answer.json()["rows"]}
    for case in cases:
        check(by_aco[case["id"]], case["row"], case["name"])


@pytest.mark.parametrize("case", ALONE)
def test_case(case: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / case.get("file_name", "acos.csv")
    file.write_text(case["file"] if "file" in case else as_csv([case]), encoding="latin-1")
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
    for aco, expected in (case.get("rows") or {case["id"]: case["row"]}).items():
        check(by_aco[aco], expected, f"row {aco}")
    for text in case.get("warnings", []):
        assert any(text in warning for warning in found["warnings"]), found["warnings"]
    rules = {record["rule"] for record in found["assumptions"]}
    assert set(case.get("assumptions", [])) <= rules
    assert not set(case.get("not_assumptions", [])) & rules


def test_every_column_of_the_forms_is_read() -> None:
    for name in ("mssp", "mssp_benchmark"):
        columns = [column.name for column in load_layout("form", name).columns]
        known = {*IDENTITY, *FROM_BASE_YEARS.inputs(), *FROM_BASE_YEARS.formulas} - {*VECTORS}
        assert set(columns) <= known

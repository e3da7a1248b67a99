"""The samples of docs/contracts, settled through the command line and compared with hand work."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.programs.command import corridor

REPOSITORY = Path(__file__).parents[3]
SAMPLES = REPOSITORY / "docs" / "contracts"
CASES = yaml.safe_load((REPOSITORY / "tests/cases/contract/samples.yaml").read_text(encoding="utf-8"))[
    "cases"
]


def arguments(name: str) -> list[object]:
    found: list[object] = [SAMPLES / f"{name}.yaml", SAMPLES / f"{name}.figures.csv"]
    quality = SAMPLES / f"{name}.quality.csv"
    return [*found, "--quality", quality] if quality.exists() else found


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['name']} {case['year']}")
def test_a_sample_is_settled_as_by_hand(case: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    given = arguments(case["name"])
    row = corridor(capsys, "contract", "settle", *given, "--year", case["year"], "--json").json()["rows"][0]
    assert {name: row[name] for name in case["expect"]} == pytest.approx(case["expect"], abs=0.005)
    for day, expected in case.get("known", {}).items():
        then = corridor(
            capsys, "contract", "settle", *given, "--year", case["year"], "--as-known-on", day, "--json"
        ).json()["rows"][0]
        assert {name: then[name] for name in expected} == pytest.approx(expected, abs=0.005)


def test_every_sample_has_a_case_and_says_that_it_is_fictitious(capsys: pytest.CaptureFixture[str]) -> None:
    listed = corridor(capsys, "contract", "list", SAMPLES, "--json").json()["rows"]
    value = {row["contract"] for row in listed if row["kind"] == "value"}
    assert value == {case["name"] for case in CASES}
    assert all(row["fictitious"] and "fictitious" in row["payer"] for row in listed)

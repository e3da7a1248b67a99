"""Claims that circulate in the trade press, each with a verdict: tests/cases/impact, docs/trade-press.md."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.billing.impact_claims import RUNS, Bench

FOLDER = Path(__file__).resolve().parents[1] / "cases" / "impact"
CLAIMS: dict[str, dict[str, Any]] = {
    path.stem: yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.yaml"))
}
VERDICTS = ("true", "partly true", "false", "cannot be told")
CASES = [
    pytest.param(case, id=f"{name}-{place}")
    for name, claim in CLAIMS.items()
    for place, case in enumerate(claim["cases"], start=1)
]


@pytest.fixture(scope="module")
def bench(pfs_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Bench:
    return Bench(pfs_home, tmp_path_factory.mktemp("claims"))


@pytest.mark.parametrize("case", CASES)
def test_case(case: dict[str, Any], bench: Bench) -> None:
    found = RUNS[case["run"]](bench, case["given"])
    for name, expected in case["expect"].items():
        if isinstance(expected, float):
            assert found[name] == pytest.approx(expected, abs=case.get("within", 0.005)), name
        else:
            assert found[name] == expected, name


@pytest.mark.parametrize("name", CLAIMS)
def test_a_claim_says_what_it_needs(name: str) -> None:
    claim = CLAIMS[name]
    assert claim["verdict"] in VERDICTS
    assert claim["source"]
    assert all(case["arithmetic"] for case in claim["cases"])


@pytest.mark.parametrize("name", CLAIMS)
def test_the_page_says_the_same(name: str, repository: Path) -> None:
    page = (repository / "docs" / "trade-press.md").read_text(encoding="utf-8")
    claim = CLAIMS[name]
    row = f"| {claim['claim']} | {claim['verdict']} | {claim['answer']} |"
    assert row in page, f"docs/trade-press.md lacks the row:\n{row}"


def test_the_page_has_no_other_claim(repository: Path) -> None:
    page = (repository / "docs" / "trade-press.md").read_text(encoding="utf-8")
    rows = [line for line in page.splitlines() if line.startswith("| ") and not line.startswith("| claim |")]
    assert len(rows) == len(CLAIMS)

"""Few people are not shown in a statement, nor told by what a total leaves over."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.programs.command import corridor

Capture = pytest.CaptureFixture[str]
HARBOR = Path(__file__).parents[3] / "docs" / "contracts" / "harbor-shared-savings"
CONTRACT, QUALITY = HARBOR.with_suffix(".yaml"), HARBOR.with_suffix(".quality.csv")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CORRIDOR_HOME", str(tmp_path / "home"))
    return tmp_path


def statements(home: Path, capsys: Capture, rows: list[tuple[int, str, int]], quality: Path = QUALITY) -> Any:
    """The statements of member months by month and practice, by practice (None: the contract)."""
    text = [f"2026,{month},{tin},{count},{count * 100},0" for month, tin, count in rows]
    header = "performance_year,month,tin,member_months,expenditure,excess_over_attachment"
    figures = home / "figures.csv"
    figures.write_text("\n".join([header, *text]) + "\n", encoding="utf-8")
    answer = corridor(
        capsys, "contract", "statement", CONTRACT, figures, "--quality", quality, "--json"
    ).json()
    return {one["tin"]: one for one in answer["rows"]} if "rows" in answer else answer


def shown(rows: list[dict[str, Any]], name: str) -> list[Any]:
    """Names of the rows whose figures stand; where they do not, nothing of them does."""
    kept = {name, "small"}
    assert all(value is None for row in rows if row["small"] for key, value in row.items() if key not in kept)
    return [row[name] for row in rows if not row["small"]]


def test_a_practice_does_not_learn_of_the_few_of_another(home: Path, capsys: Capture) -> None:
    """B knows its own 4,000: less the total, A's 8 would be left. Its own months stay away."""
    found = statements(home, capsys, [(202601, "A", 8), (202601, "B", 4000)])
    assert shown(found["B"]["practices"], "tin") == []
    assert shown(found["B"]["monthly"], "month") == []
    assert shown(found[None]["practices"], "tin") == []
    assert shown(found[None]["monthly"], "month") == [202601]


def test_others_are_covered_by_others(home: Path, capsys: Capture) -> None:
    """C's statement: A (8) is covered by B (4,000), so C's own 200 may stand."""
    found = statements(home, capsys, [(202601, "A", 8), (202601, "B", 4000), (202601, "C", 200)])
    assert shown(found["C"]["practices"], "tin") == ["C"]
    assert shown(found["C"]["monthly"], "month") == [202601]
    assert shown(found["B"]["practices"], "tin") == ["B"]


def test_two_small_ones_are_still_few(home: Path, capsys: Capture) -> None:
    """3 and 4 are 7 people: C goes with them."""
    rows = [(202601, "A", 3), (202601, "B", 4), (202601, "C", 200), (202601, "D", 4000)]
    found = statements(home, capsys, rows)
    assert shown(found[None]["practices"], "tin") == ["D"]


def test_a_month_of_few_is_not_told_by_the_other_months(home: Path, capsys: Capture) -> None:
    """January has 6 and February 7, mostly the same people: the next smallest month goes with them."""
    rows = [(202601, "A", 6), (202602, "A", 7), (202603, "A", 900), (202604, "A", 1000)]
    found = statements(home, capsys, rows)
    assert shown(found[None]["monthly"], "month") == [202604]


def test_a_contract_of_few_has_no_statement(home: Path, capsys: Capture) -> None:
    error = statements(home, capsys, [(202601, "A", 8), (202602, "A", 9)])["error"]
    assert (error["code"], error["field"]) == ("CONTRACT-FEW", "member_months")


def test_results_of_few_cases(home: Path, capsys: Capture) -> None:
    """797 of 800 leaves 3 who did not; of 300, 195 and 105 are many; points on a line would tell the rate."""
    quality = home / "quality.csv"
    rows = "2026,bp,797,800\n2026,a1c,195,300\n2026,readmission,4,200\n"
    quality.write_text("performance_year,measure,numerator,denominator\n" + rows, encoding="utf-8")
    found = statements(home, capsys, [(202601, "A", 4000)], quality)[None]["measures"]
    assert [(one["measure"], one["small"]) for one in found] == [
        ("bp", True), ("a1c", False), ("readmission", True),
    ]  # fmt: skip
    assert all(found[at][name] is None for at in (0, 2) for name in ("rate", "denominator", "earned_points"))


def test_what_a_statement_assumes_is_listed(capsys: Capture) -> None:
    given = (CONTRACT, HARBOR.with_suffix(".monthly.csv"), "--quality", QUALITY, "--json")
    plain = corridor(capsys, "contract", "statement", *given).json()["assumptions"]
    assert [one["rule"] for one in plain] == ["contract.small_cell"]
    more = ("--payments", HARBOR.with_suffix(".payments.csv"))
    ranged = corridor(capsys, "contract", "statement", *given, *more).json()["assumptions"]
    assert {one["rule"] for one in ranged} >= {"contract.small_cell", "contract.ibnr_interval"}

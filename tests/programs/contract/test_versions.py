"""Versions of terms that overlap, were replaced, or begin within a year."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.programs.command import corridor

Capture = pytest.CaptureFixture[str]
HARBOR = Path(__file__).parents[3] / "docs" / "contracts" / "harbor-shared-savings"
CONTRACT, QUALITY = HARBOR.with_suffix(".yaml"), HARBOR.with_suffix(".quality.csv")
TEXT = CONTRACT.read_text(encoding="utf-8")
BASE, _, AMENDMENT = TEXT.rpartition("  - from: 2026-01-01\n")


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "harbor.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def checked(capsys: Capture, path: Path) -> Any:
    return corridor(capsys, "contract", "check", path, "--json").json()


def test_two_versions_for_the_same_days(tmp_path: Path, capsys: Capture) -> None:
    error = checked(capsys, written(tmp_path, TEXT.replace("known: 2026-09-30", "known: 2025-11-15")))[
        "error"
    ]
    assert (error["code"], error["field"]) == ("CONTRACT-TWICE", "terms[1].savings")
    assert error["file"] == "harbor.yaml" and error["line"] > BASE.count("\n")


def test_what_was_replaced_is_checked_as_well(tmp_path: Path, capsys: Capture) -> None:
    """The bands as signed do not begin at 0: --as-known-on would refuse them too late."""
    faulty = BASE.replace("bands: [{from: 0, share: 0.50}", "bands: [{from: 0.01, share: 0.50}", 1)
    path = written(tmp_path, f"{faulty}  - from: 2026-01-01\n{AMENDMENT}")
    error = checked(capsys, path)["error"]
    assert (error["code"], error["field"]) == ("CONTRACT-SCHEMA", "terms[0].savings")


def test_terms_from_within_a_year_are_said(tmp_path: Path, capsys: Capture) -> None:
    path = written(tmp_path, f"{BASE}  - from: 2026-07-01\n{AMENDMENT}")
    given = (path, HARBOR.with_suffix(".figures.csv"), "--quality", QUALITY, "--json")
    warnings = corridor(capsys, "contract", "settle", *given).json()["warnings"]
    assert any("terms from 2026-07-01" in one and "2026 is settled without" in one for one in warnings)


def test_a_practice_not_paid_in_the_latest_month(tmp_path: Path, capsys: Capture) -> None:
    """Paid through April for all; practice A had nothing in April. February is then two months old: its
    factor to lag 3, 160/150 of January, is seen at lag 2 to 3 only, and there January had 0: none is left."""
    rows = [(1, 1, 100), (1, 2, 50), (1, 3, 10), (2, 2, 90), (2, 3, 60), (3, 3, 120)]
    text = ["service_month,paid_month,paid_amount,tin"]
    text += [f"20260{service},20260{paid},{amount},A" for service, paid, amount in rows]
    path = tmp_path / "payments.csv"
    path.write_text("\n".join([*text, "202604,202604,700,B"]) + "\n", encoding="utf-8")
    found = corridor(capsys, "contract", "triangle", path, "--tin", "A", "--json").json()
    assert [(row["service_month"], row["lag"]) for row in found["rows"]] == [
        (202601, 3), (202602, 2), (202603, 1), (202604, 0),
    ]  # fmt: skip
    # February: 150 paid, nothing in April; January grew by nothing from lag 2 to 3
    assert found["rows"][1]["ibnr"] == pytest.approx(0)
    # March: lag 1 to 2 grew 160/150 and 150/150, together 310/300: 120 x 10/300
    assert found["rows"][2]["ibnr"] == pytest.approx(4)


SAMPLES = HARBOR.parent
RIVER, CGT, GENEROUS = (
    (SAMPLES / f"{name}.yaml").read_text(encoding="utf-8")
    for name in ("river-medicaid", "cgt-demo", "generous-demo")
)


@pytest.mark.parametrize(("text", "old", "new", "words"), [
    (TEXT, '"990000002"]', '"990000001"]', "the practice 990000001 stands twice"),
    (RIVER, "{stratum: child, base_pmpm", "{stratum: adult, base_pmpm", "the stratum adult stands twice"),
    (RIVER, "{stratum: child, pmpm", "{stratum: adult, pmpm", "the stratum adult stands twice"),
    (CGT, "{code: Y2,", "{code: Y1,", "the outcome Y1 stands twice"),
    (GENEROUS, "{country: CA,", "{country: US,", "GDP of US stands twice"),
    (TEXT, "base_pmpm: 440.00", "base_pmpm: 1.0e+400", "finite number"),
])  # fmt: skip
def test_what_stands_twice_or_is_no_number(
    text: str, old: str, new: str, words: str, tmp_path: Path, capsys: Capture
) -> None:
    assert old in text
    error = checked(capsys, written(tmp_path, text.replace(old, new)))["error"]
    assert error["code"] == "CONTRACT-SCHEMA" and words.lower() in error["what"].lower()
    assert error["file"] == "harbor.yaml" and error["line"] and error["todo"]


def test_figures_in_place_of_the_contract(capsys: Capture) -> None:
    error = checked(capsys, HARBOR.with_suffix(".figures.csv"))["error"]
    assert error["code"] == "CONTRACT-SCHEMA" and "YAML" in error["todo"]

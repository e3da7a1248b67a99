"""The vectors of wiser.md section 8 through the command line, all of them in one file of orders."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.programs.command import corridor
from tests.programs.forms import write_rows

CASES = Path(__file__).parents[2] / "cases" / "wiser" / "orders.yaml"
# how a case names a fact -> the column of the form
COLUMNS = {
    "state": "state",
    "setting": "setting",
    "payer": "payer",
    "emergency": "emergency",
    "indication": "indication_met",
    "revenue": "revenue_center_code",
    "exempt_from": "exempt_from",
    "exempt_to": "exempt_to",
    "team": "team_hospital",
}
LISTS = {"codes": "hcpcs_codes", "dx": "diagnosis_codes", "modifiers": "modifiers"}


def row_of(order: dict[str, Any], order_id: int) -> dict[str, Any]:
    words = {True: "yes", False: "no"}
    row: dict[str, Any] = {"order_id": order_id, "setting": "hopd", "payer": "original_medicare"}
    row["service_date"] = order.get("date", "2026-03-01")
    for name, column in COLUMNS.items():
        if name in order:
            value = order[name]
            row[column] = words[value] if isinstance(value, bool) else value
    return row | {column: " ".join(order[name]) for name, column in LISTS.items() if name in order}


def answered(
    rows: list[dict[str, Any]], folder: Path, capsys: pytest.CaptureFixture[str]
) -> dict[str, dict[str, Any]]:
    """What the command says of each order, by the code that asks most."""
    file = write_rows(folder / "orders.csv", rows)
    answer = corridor(capsys, "audit", "prior-auth", file, "--json")
    assert answer.status == 0, answer.err
    found = answer.json()
    assert "not a coverage decision" in answer.err and found["assumptions"]
    return {row["order_id"]: row for row in found["rows"] if row["most_demanding"]}


def test_vectors(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cases = yaml.safe_load(CASES.read_text(encoding="utf-8"))["cases"]
    rows = [row_of(case["order"], at) for at, case in enumerate(cases)]
    found = answered(rows, tmp_path, capsys)
    for at, case in enumerate(cases):
        row = found[str(at)]
        assert row["order_result"] == case["expect"], (case["name"], row["reason"])
        if "family" in case:
            assert row["family"] == case["family"], case["name"]
        if "flag" in case:
            assert case["flag"] in row["flags"], case["name"]


def test_vector_10_an_affirmation_holds_120_days(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Affirmed on 2026-02-01 in Texas: good for 2026-06-01, expired a day later."""
    order = {"state": "TX", "codes": ["64483"]}
    affirmed = {"utn": "U1", "affirmation_date": "2026-02-01", "affirmed_codes": "64483"}
    rows = [
        row_of({**order, "date": day}, at) | affirmed for at, day in enumerate(("2026-06-01", "2026-06-02"))
    ]
    found = answered(rows, tmp_path, capsys)
    assert [found[at]["bill_check"] for at in ("0", "1")] == ["ready", "expired"]

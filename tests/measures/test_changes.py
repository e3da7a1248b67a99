"""corridor changes on a synthetic community of two deliveries, against what the synthesis wrote."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from corridor.cli.changes import app
from corridor.engine.run import Runner
from corridor.engine.runs import Run
from corridor.engine.warehouse import Warehouse
from corridor.errors import CorridorError
from corridor.jobs.context import SHARED_RULES
from corridor.law import load_rules, programs_with_rules
from corridor.measures.changes import Changes, read_changes
from corridor.reference import reference_tables
from corridor.sources.cclf.load import load
from corridor.synth.community import write_community
from corridor.synth.order import check_order

pytestmark = pytest.mark.heavy
SETTING = {"performance_year": 2027, "payment_year": 2029, "data_year": 2025}


def compute(home: Path, tables: list[str]) -> Run:
    programs = [name for name in SHARED_RULES if name in programs_with_rules()]
    force = load_rules(["asm", *programs]).in_force(2027)
    warehouse = Warehouse.open(home)
    return Run(home, Runner(warehouse, force, SETTING, externals=reference_tables(warehouse)).run(tables))


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Run, dict[str, Any]]:
    folder = tmp_path_factory.mktemp("monthly")
    write_community(check_order(300, 7, "2026-07", 18, "monthly", folder / "files"), lambda done, of: None)
    truth = json.loads((folder / "files" / "truth.json").read_text())
    home = folder / "home"
    warehouse = Warehouse.open(home)
    for part in ("initial", "monthly"):
        load([folder / "files" / "cclf" / part], warehouse, {})
    tables = ["people", "month", "change", "high_cost"]
    return (
        home,
        compute(home, ["claims.medical_claim", *(f"measures.delivery_{name}" for name in tables)]),
        truth,
    )


def dollars(truth: dict[str, Any], delivery: str) -> dict[int, Decimal]:
    """Net dollars of a delivery by month of service, over claim types, as the synthesis counted them."""
    found: dict[int, Decimal] = {}
    for kind, months in truth["net_paid_by_delivery_claim_type_and_month"][delivery].items():
        for month, amount in months.items() if kind.isdigit() else ():
            found[int(month)] = found.get(int(month), Decimal(0)) + Decimal(amount)
    return {month: amount for month, amount in found.items() if amount}


def test_months_are_what_the_synthesis_wrote(loaded: tuple[Path, Run, dict[str, Any]]) -> None:
    _, run, truth = loaded
    rows = run.query("select * from measures.delivery_month")
    assert {row["service_month"]: row["before_amount"] for row in rows if row["before_amount"]} == dollars(
        truth, "initial"
    )
    assert {row["service_month"]: row["change_amount"] for row in rows if row["change_amount"]} == dollars(
        truth, "monthly"
    )
    for row in rows:
        parts = ("before_amount", "new_claim_amount", "adjustment_amount", "cancellation_amount")
        assert sum(row[part] for part in parts) == row["now_amount"]


def test_now_is_what_the_claims_hold(loaded: tuple[Path, Run, dict[str, Any]]) -> None:
    run = loaded[1]
    held = run.query("select service_month, sum(paid_amount) as paid from claims.medical_claim group by 1")
    now = run.query("select service_month, now_amount from measures.delivery_month")
    assert {row["service_month"]: row["paid"] for row in held} == {
        row["service_month"]: row["now_amount"] for row in now
    }


def test_causes_add_up_to_the_change(loaded: tuple[Path, Run, dict[str, Any]]) -> None:
    """And the level is 12 x dollars / member months of the newest side, in whole cents."""
    home, run, _ = loaded
    (changes,) = read_changes(run, Warehouse.open(home))
    assert [row["year"] for row in changes.pbpy] == [2026, 2027]
    for row in changes.pbpy:
        causes = row["enrollment_mix"] + row["risk"] + row["volume"] + row["price"]
        assert causes == row["change"] == row["now"] - row["before"]
        (found,) = run.query(
            "select (select sum(amount) from measures.delivery_cell where year = ? and side = 'now') "
            "as amount, (select sum(member_months) from measures.delivery_panel where year = ? "
            "and side = 'now') as months",
            [row["year"], row["year"]],
        )
        assert abs(row["now"] - found["amount"] * 12 / int(found["months"])) <= Decimal("0.01")


def test_the_command_names_nobody(loaded: tuple[Path, Run, dict[str, Any]], monkeypatch: Any) -> None:
    home, run, _ = loaded
    monkeypatch.setenv("CORRIDOR_HOME", str(home))
    monkeypatch.chdir(home)
    answer = json.loads(CliRunner().invoke(app, ["--json"], catch_exceptions=False).stdout)
    assert set(answer) == {"program", "year", "rows", "assumptions"}
    (row,) = answer["rows"]
    assert set(row) == set(Changes.__dataclass_fields__)
    assert (
        sum(row["people"].get("out", {}).values())
        == run.query("select count(*) as n from measures.delivery_people where direction = 'out'")[0]["n"]
    )
    assert "performance.high_cost_amount" in {one["rule"] for one in answer["assumptions"]}
    text = CliRunner().invoke(app, [], catch_exceptions=False).stdout
    assert "Dollars per beneficiary and year, 2027" in text and "person_id" not in text
    other = CliRunner().invoke(app, ["--year", "1999"], catch_exceptions=False).stdout
    assert "not of 1999; both deliveries knew " in other and "2027" in other
    # synthetic Medicare numbers have S in second place
    assert "1S" not in text and "1S" not in json.dumps(answer)


def test_what_cannot_be_compared_is_said(
    loaded: tuple[Path, Run, dict[str, Any]], tmp_path: Path, monkeypatch: Any
) -> None:
    home, run, _ = loaded
    with pytest.raises(CorridorError) as caught:
        read_changes(run, Warehouse.open(home), "A0000")
    assert caught.value.code == "CHANGES-SOURCE" and "A9999" in str(caught.value.todo)
    other = tmp_path / "home"
    bare = compute(other, ["claims.medical_claim"])
    with pytest.raises(CorridorError) as caught:
        read_changes(bare, Warehouse.open(other))
    assert caught.value.code == "CHANGES-NOT-COMPUTED"
    tables = ("delivery", "delivery_people", "delivery_month", "delivery_change", "delivery_high_cost")
    run = compute(other, [f"measures.{name}" for name in tables])
    assert read_changes(run, Warehouse.open(other)) == []
    monkeypatch.setenv("CORRIDOR_HOME", str(other))
    monkeypatch.chdir(tmp_path)
    assert "nothing to compare" in CliRunner().invoke(app, [], catch_exceptions=False).stdout

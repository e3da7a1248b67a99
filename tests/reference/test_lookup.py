"""The third door: an NPI or TIN, and public files."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from corridor.cli.lookup import app
from corridor.engine.warehouse import Warehouse
from corridor.errors import CorridorError
from corridor.law import load_rules
from corridor.reference.lookup import Lookup, look_up
from corridor.reference.numbers import npi_is_valid
from corridor.sources.org.load import load
from tests.reference.test_add import LIST, PAID, add, listed, paid, write


@pytest.fixture
def home(tmp_path: Path, warehouse_home: Path) -> Path:
    add(
        warehouse_home,
        write(tmp_path, "asm_2027_final.csv", LIST + listed() + listed("1003000134", "Low Back Pain")),
        write(tmp_path, "asm_preliminary_2026-02-01.csv", LIST + listed("1003000142")),
        write(tmp_path, "provider_D24_.csv", PAID + paid() + paid("1003000134", 70_000, "")),
        write(
            tmp_path,
            "provider_D23_.csv",
            PAID + paid(total=1, medical="1") + paid("1003000142", 50_000, "40000"),
        ),
    )
    return warehouse_home


def found(home: Path, identifier: str, overrides: dict[str, object] | None = None) -> Lookup:
    return look_up(identifier, Warehouse.open(home), load_rules(["asm"], overrides=overrides or {}))


def refused(home: Path, identifier: str) -> str:
    with pytest.raises(CorridorError) as caught:
        found(home, identifier)
    return caught.value.code


def test_dollars_at_risk_each_year(home: Path) -> None:
    """asm.md 1.1: 9, 9, 10, 11 and 12 percent of a base of 100,000 dollars (drugs left out)."""
    rows = found(home, "1003000126").rows
    assert [(row["performance_year"], row["payment_year"], row["risk_level"]) for row in rows] == [
        (2027, 2029, 0.09),
        (2028, 2030, 0.09),
        (2029, 2031, 0.10),
        (2030, 2032, 0.11),
        (2031, 2033, 0.12),
    ]
    assert [round(row["dollars_at_risk_high"], 6) for row in rows] == [9_000, 9_000, 10_000, 11_000, 12_000]
    assert [row["dollars_at_risk_low"] for row in rows] == [-row["dollars_at_risk_high"] for row in rows]
    assert rows[0]["listed"] == "Yes" and rows[1]["listed"] is None


def test_who_the_clinician_is(home: Path) -> None:
    clinician = found(home, "1003000126").clinicians[0]
    assert (clinician["name"], clinician["specialty"], clinician["place"]) == (
        "Example, Ann",
        "Cardiology",
        "Albany, NY, 12207",
    )
    assert (clinician["part_b_paid"], clinician["part_b_year"], clinician["beneficiaries"]) == (
        100_000,
        2024,
        500,
    )
    assert clinician["programs"][0] | {"vintage": ""} == {
        "program": "asm",
        "cohort": "Heart Failure",
        "organization": "EXAMPLE PLLC",
        "small_practice": "No",
        "list_stage": "final",
        "vintage": "",
        "performance_years": {"2027": "Yes"},
    }


def test_the_whole_payment_stands_where_drugs_are_not_told_apart(home: Path) -> None:
    clinician = found(home, "1003000134").clinicians[0]
    assert (clinician["part_b_paid"], clinician["part_b_basis"]) == (70_000, "all services, drugs included")


def test_the_final_list_displaces_the_preliminary_one(home: Path) -> None:
    """On the preliminary list only, and paid in 2023 only."""
    clinician = found(home, "1003000142").clinicians[0]
    assert clinician["listed_by_cms"] is False and clinician["programs"] == []
    assert (clinician["part_b_paid"], clinician["part_b_year"]) == (40_000, 2023)


def test_an_unknown_clinician_is_an_answer_too(home: Path) -> None:
    one = found(home, "1234567893")
    assert one.clinicians[0]["listed_by_cms"] is False and one.clinicians[0]["part_b_paid"] is None
    assert all(row["dollars_at_risk_high"] is None for row in one.rows)


def test_assumptions_are_those_under_the_result(home: Path) -> None:
    given = found(home, "1003000126").assumptions
    assert [(one["rule"], one["payment_year"], one["status"]) for one in given] == [
        ("asm.risk_level", 2031, "secondary"),
        ("asm.risk_level", 2032, "secondary"),
    ]
    changed = found(home, "1003000126", {"asm.risk_level": 0.2})
    assert [row["dollars_at_risk_high"] for row in changed.rows] == [20_000] * 5
    assert len(changed.assumptions) == 5 and changed.assumptions[0]["overridden"] is True


def test_a_tin_is_its_clinicians(home: Path, tmp_path: Path) -> None:
    assert refused(home, "123456789") == "LOOKUP-NO-ROSTER"
    roster = write(
        tmp_path, "roster.csv", "npi,tin\n1003000126,123456789\n1003000134,12-3456789\n1003000142,987654321\n"
    )
    load([roster], Warehouse.open(home), {"format": "roster"})
    one = found(home, "12-3456789")
    assert [clinician["npi"] for clinician in one.clinicians] == ["1003000126", "1003000134"]
    # 9 percent of 100,000 and of 70,000
    assert sum(
        row["dollars_at_risk_high"] for row in one.rows if row["payment_year"] == 2029
    ) == pytest.approx(15_300)
    assert refused(home, "111111111") == "LOOKUP-UNKNOWN-TIN"


def test_wrong_identifiers_and_an_empty_warehouse(home: Path, tmp_path: Path) -> None:
    for identifier in ("12345", "ABC", "12345678901", ""):
        assert refused(home, identifier) == "LOOKUP-IDENTIFIER"
    assert refused(tmp_path / "nowhere", "1003000126") == "LOOKUP-NOTHING-INSTALLED"
    assert found(home, "1003000127").warnings == ["The check digit of this NPI is wrong."]


def test_one_file_alone_answers_its_half(tmp_path: Path, warehouse_home: Path) -> None:
    add(warehouse_home, write(tmp_path, "provider_D24_.csv", PAID + paid()))
    one = found(warehouse_home, "1003000126")
    assert one.clinicians[0]["listed_by_cms"] is None and one.rows[0]["dollars_at_risk_high"] == 9_000
    assert "asm_participant_list" in one.missing[0]


def test_the_check_digit() -> None:
    """1234567893 is the example of CMS's check digit paper."""
    assert npi_is_valid("1234567893") and npi_is_valid("1003000126")
    assert not npi_is_valid("1234567890") and not npi_is_valid("123456789") and not npi_is_valid("12345678 3")


def test_the_command(home: Path) -> None:
    run = CliRunner()
    done = run.invoke(app, ["1003000126"])
    assert done.exit_code == 0
    for text in (
        "Heart Failure",
        "$100,000 paid in 2024",
        "-$9,000 to +$9,000",
        "-$12,000 to +$12,000",
        "secondary",
    ):
        assert text in done.stdout
    answer = json.loads(run.invoke(app, ["1003000126", "--json"]).stdout)
    assert (answer["program"], answer["npi"], answer["tin"]) == ("asm", "1003000126", None)
    assert answer["rows"][2]["dollars_at_risk_high"] == 10_000 and answer["assumptions"]
    assert "not on CMS's list" in run.invoke(app, ["1234567893"]).stdout


def test_the_answer_comes_in_a_second(home: Path) -> None:
    began = time.process_time()
    found(home, "1003000126")
    assert time.process_time() - began < 1

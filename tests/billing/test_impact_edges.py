"""corridor impact: half a place, parts of a scenario that do nothing, floors, units, what it rests on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from corridor.billing.impact_forecast import published_factor
from corridor.law import load_rules
from tests.billing.test_impact_command import call, home, refused

__all__ = ["home"]  # a fixture, used by name


def impact_of(capsys: Any, file: Path, **options: Any) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(
        call(capsys, file=file, as_json=True, **{"level": "code", **options}).out
    )
    return answer


@pytest.fixture
def one(tmp_path: Path) -> Path:
    path = tmp_path / "one.csv"
    path.write_text("code,units,mac,locality\n99214,100,10112,00\n", encoding="utf-8")
    return path


def test_half_a_place_is_never_priced_elsewhere(home: Path, tmp_path: Path, capsys: Any) -> None:
    """10112 (Alabama) has one locality; 01112 (California) has several; a number alone is not unique."""
    file = tmp_path / "places.csv"
    file.write_text(
        "code,units,mac,locality\n99213,100,10112,\n99214,100,01112,\n99215,100,,05\n99212,100,,\n",
        encoding="utf-8",
    )
    for options in ({}, {"mac": "02102", "locality": "01"}):
        answer = impact_of(capsys, file, **options)
        rows = {row["id"]: row for row in answer["rows"]}
        # 2025: (1.30 + 1.35 x 0.869 + 0.10 x 0.575) x 32.3465, pfs.md C.5: 81.86
        assert rows["99213"]["from_amount"] == 8186.00
        assert {(row["hcpcs_code"], row["reason_to"]) for row in answer["not_compared"]} == {
            ("99214", "unknown_locality"),
            ("99215", "unknown_locality"),
        }
        assert any(one.startswith("2 rows name a contractor of several") for one in answer["warnings"])
    assert rows["99212"]["from_amount"] != 5499.00  # the place given for those that name none
    assert impact_of(capsys, file)["total"]["from_amount"] == 8186.00 + 5499.00  # section H: 54.99


@pytest.mark.parametrize(
    ("part", "field", "why"),
    [
        ('[[rvu]]\ncodes = ["99202-99215", "ZZZZZ"]\nwork = 2.0', "rvu.0.codes", "ZZZZZ"),
        ('[[gpci]]\nmac = "99999"\nwork = 2.0', "gpci.0", "mac 99999"),
        ('[[gpci]]\nmac = "10112"\nlocality = "77"\nwork = 2.0', "gpci.0", "mac 10112 locality 77"),
        ('[[gpci]]\nmac = "10112"', "gpci.0", "names no index"),
    ],
)
def test_a_part_of_a_scenario_that_does_nothing(
    home: Path, one: Path, tmp_path: Path, part: str, field: str, why: str
) -> None:
    own = tmp_path / "own.toml"
    own.write_text(f'base = "2026"\n{part}\n', encoding="utf-8")
    error = refused("IMPACT-SCENARIO-PART", file=one, after=str(own))
    assert error.field == field
    assert why in (error.why or "")
    own.write_text('base = "2026"\nconversion_factor = inf\n', encoding="utf-8")
    refused("IMPACT-SCENARIO-FILE", file=one, after=str(own))


def test_a_floor_above_a_given_index_is_said(home: Path, one: Path, tmp_path: Path, capsys: Any) -> None:
    own = tmp_path / "own.toml"
    own.write_text(
        'base = "2026"\n[[gpci]]\nmac = "10112"\nlocality = "00"\nwork = 0.9\npractice_expense = 0.8\n'
        '[[gpci]]\nmac = "03302"\npractice_expense = 0.5\nwork = 1.2\n',
        encoding="utf-8",
    )
    said = [
        line for line in impact_of(capsys, one, before="2026", after=str(own))["warnings"] if "floor" in line
    ]
    # Alabama has no floor of practice expense, North Dakota one of 1.0
    assert [line.split(" is below")[0] for line in said] == [
        "own: the work index 0.900 of 10112, 00,",
        "own: the practice expense index 0.500 of 03302, all localities,",
    ]
    assert all("priced at 1.000" in line for line in said)


def test_units_that_no_one_bills(home: Path, tmp_path: Path, capsys: Any) -> None:
    file = tmp_path / "units.csv"
    for units in ("nan", "inf", "1e9", "1000000000", "-1"):
        file.write_text(f"code,units\n99214,1\n99213,{units}\n", encoding="utf-8")
        error = refused("FORM-ROW", file=file)
        assert (error.line, error.field) == (3, "units")
    # the most there may be, of a dear code: 1,257.63 in 2025, 1,159.35 in 2026
    file.write_text("code,units,setting\n27447,100000000,facility\n", encoding="utf-8")
    total = impact_of(capsys, file)["total"]
    assert (total["from_amount"], total["to_amount"]) == (125_763_000_000.00, 115_935_000_000.00)


def test_only_what_was_in_force_is_listed(home: Path, one: Path, capsys: Any) -> None:
    """The factor of 2024 (through 2024-12-31) says nothing of 2025 and 2026; that of 2024 it does."""
    listed = impact_of(capsys, one)["assumptions"]
    assert [row["valid_from"] for row in listed if row["rule"] == "pfs.conversion_factor"] == []
    force = load_rules(["pfs", "qp"]).in_force(2026)
    factor = published_factor(force, 2024, False)
    assert factor is not None
    assert factor.value == 33.2875
    assert published_factor(force, 2023, False) is None  # it began in March 2024


def test_a_proposed_year_says_that_the_floor_is_carried_on(home: Path, one: Path, capsys: Any) -> None:
    answer = impact_of(capsys, one, before="2026", after="2027-proposed")
    assert any("the work floor in those indices is carried on" in line for line in answer["warnings"])

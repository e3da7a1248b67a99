"""Dated terms of drug contracts: none is passed over, and quarters have the terms of their first day."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.programs.command import corridor

Capture = pytest.CaptureFixture[str]
SAMPLES = Path(__file__).parents[3] / "docs" / "contracts"


def amended(tmp_path: Path, name: str, version: dict[str, Any], term: dict[str, Any] | None = None) -> Path:
    contract = yaml.safe_load((SAMPLES / f"{name}.yaml").read_text(encoding="utf-8"))
    contract["terms"].append(version)
    contract["term"] |= term or {}
    path = tmp_path / f"{name}.yaml"
    path.write_text(yaml.safe_dump(contract, sort_keys=False), encoding="utf-8")
    return path


def day(text: str) -> Any:
    return yaml.safe_load(text)


def test_a_later_version_of_an_outcomes_agreement_is_not_passed_over(tmp_path: Path, capsys: Capture) -> None:
    version = {"from": day("2027-01-01"), "known": day("2026-12-01"),
               "guaranteed": {"basis": "gross", "share": 0.9}}  # fmt: skip
    path = amended(tmp_path, "cgt-demo", version)
    given = (path, SAMPLES / "cgt-demo.episodes.csv", "--json")
    error = corridor(capsys, "contract", "settle", *given).json()["error"]
    assert (error["code"], error["field"]) == ("CONTRACT-TERM", "terms[1].from")
    assert error["file"] == "cgt-demo.yaml" and error["line"]


def invoices(tmp_path: Path, capsys: Capture, contract: Path, *rows: str) -> Any:
    units = tmp_path / "units.csv"
    header = "state,quarter,ndc9,units,excluded_units,wac,ura"
    units.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    given = (contract, SAMPLES / "generous-demo.prices.csv", "--units", units, "--json")
    return corridor(capsys, "contract", "settle", *given).json()


def test_the_gdp_of_the_year(tmp_path: Path, capsys: Capture) -> None:
    """2026: France 280 x 75,500/54,500 = 387.89 is second lowest. With the US at 80,000 from 2027 it is
    280 x 80,000/54,500 = 411.01 (Switzerland 390.24 before it): 1,000 - 411.01 - 250 = 338.99 a unit."""
    contract = yaml.safe_load((SAMPLES / "generous-demo.yaml").read_text(encoding="utf-8"))
    gdp = [
        {**one, "per_person": 80000} if one["country"] == "US" else one for one in contract["terms"][0]["gdp"]
    ]
    version = {"from": day("2027-01-01"), "known": day("2026-12-01"), "gdp": gdp}
    path = amended(tmp_path, "generous-demo", version)
    found = invoices(
        tmp_path, capsys, path, "XX,2026Q4,999990002,100,,1000,250", "XX,2027Q1,999990002,100,,1000,250"
    )
    assert [row["rebate_per_unit"] for row in found["rows"]] == pytest.approx([362.11, 338.99])
    ranked = [(str(one["terms_from"]), one["country"]) for one in found["prices"] if one["rank"] == 2]
    assert ranked == [("2026-01-01", "FR"), ("2027-01-01", "FR")]


def test_a_quarter_outside_the_contract_is_not_invoiced(tmp_path: Path, capsys: Capture) -> None:
    version = {"from": day("2026-01-01"), "known": day("2026-07-01")}
    path = amended(tmp_path, "generous-demo", version, {"through": day("2026-12-31")})
    found = invoices(
        tmp_path, capsys, path, "XX,2026Q4,999990002,100,,1000,250", "XX,2027Q1,999990002,100,,1000,250"
    )
    assert [row["quarter"] for row in found["rows"]] == ["2026Q4"]
    assert any("line 3: left out, 2027Q1 is outside the term" in one for one in found["warnings"])


def test_more_excluded_than_dispensed(tmp_path: Path, capsys: Capture) -> None:
    found = invoices(tmp_path, capsys, SAMPLES / "generous-demo.yaml", "XX,2026Q1,999990002,100,500,1000,250")
    error = found["error"]
    where = error["code"], error["file"], error["line"], error["field"]
    assert where == ("CONTRACT-FIGURE", "units.csv", 2, "excluded_units")


@pytest.mark.parametrize(("left", "field"), [
    ("2025-12-01,died", "left_on"), (",died", "left_on"), ("2027-01-01,", "left_reason"),
])  # fmt: skip
def test_leaving_that_cannot_be(left: str, field: str, tmp_path: Path, capsys: Capture) -> None:
    file = tmp_path / "episodes.csv"
    header = "episode,ndc9,state,infusion_date,gross_paid,statutory_rebate,left_on,left_reason"
    file.write_text(f"{header}\nE1,999990001,XX,2026-01-15,1000000,5000,{left}\n", encoding="utf-8")
    answer = corridor(capsys, "contract", "settle", SAMPLES / "cgt-demo.yaml", file, "--json")
    error = answer.json()["error"]
    where = error["code"], error["file"], error["line"], error["field"]
    assert where == ("CONTRACT-FIGURE", "episodes.csv", 2, field)


@pytest.mark.parametrize(("cells", "field"), [("0,,,,", "net_price"), (",100,300,10,1", "rebates")])
def test_a_price_that_is_none(cells: str, field: str, tmp_path: Path, capsys: Capture) -> None:
    """Nothing for Switzerland would be the lowest price, and the next one up that of all."""
    prices = tmp_path / "prices.csv"
    header = "ndc9,country,net_price,gross_sales,rebates,units_sold,dollars_per_currency"
    rows = f"999990002,FR,280,,,,\n999990002,DE,300,,,,\n999990002,CH,{cells}\n"
    prices.write_text(f"{header}\n{rows}", encoding="utf-8")
    given = (SAMPLES / "generous-demo.yaml", prices, "--units", SAMPLES / "generous-demo.units.csv", "--json")
    error = corridor(capsys, "contract", "settle", *given).json()["error"]
    assert (error["code"], error["line"], error["field"]) == ("CONTRACT-FIGURE", 4, field)

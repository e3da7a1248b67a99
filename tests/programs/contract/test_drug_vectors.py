"""CGT Access and GENEROUS: the vectors of the rule file as golden tests through the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.programs.command import Answer, corridor

SAMPLES = Path(__file__).parents[3] / "docs" / "contracts"
Capture = pytest.CaptureFixture[str]
GROSS, STATUTORY = 2_200_000, 508_200  # 23.1 % of 2,200,000
EPISODES = "episode,ndc9,state,infusion_date,gross_paid,statutory_rebate,left_on,left_reason"


def agreement(tmp_path: Path, **terms: Any) -> Path:
    """The sample agreement with other terms; without outcomes and volume unless they are given."""
    contract = yaml.safe_load((SAMPLES / "cgt-demo.yaml").read_text(encoding="utf-8"))
    bare = {k: v for k, v in contract["terms"][0].items() if k not in ("outcomes", "volume")}
    contract["terms"] = [{**bare, **terms}]
    path = tmp_path / "agreement.yaml"
    path.write_text(yaml.safe_dump(contract), encoding="utf-8")
    return path


def outcomes(*failure: float) -> list[dict[str, Any]]:
    shares = (0.50, 0.30, 0.20)
    return [
        {"code": f"Y{year}", "evaluation_month": 12 * year, "share": share, "failure_probability": chance}
        for year, share, chance in zip((1, 2, 3), shares, failure, strict=True)
    ]


def infusions(tmp_path: Path, *rows: str) -> Path:
    path = tmp_path / "episodes.csv"
    path.write_text("\n".join([EPISODES, *rows]) + "\n", encoding="utf-8")
    return path


def one(day: str = "2026-01-15", statutory: float = STATUTORY, left: str = ",", key: str = "E1") -> str:
    return f"{key},999990001,XX,{day},{GROSS},{statutory},{left}"


def settled(capsys: Capture, contract: Path, file: Path, *options: object) -> Any:
    answer = corridor(capsys, "contract", "settle", contract, file, *options, "--json")
    assert answer.status == 0, answer.err
    return answer.json()


def test_v1_guaranteed_after_statutory(tmp_path: Path, capsys: Capture) -> None:
    found = settled(capsys, agreement(tmp_path), infusions(tmp_path, one()))
    row = found["rows"][0]
    assert row["guaranteed_rebate"] == pytest.approx(220_000)
    assert row["net_cost"] == pytest.approx(1_471_800)
    assert [a["rule"] for a in found["assumptions"]] == ["cgt.rebate_cap"]


def test_v2_expected_outcomes(tmp_path: Path, capsys: Capture) -> None:
    contract = agreement(tmp_path, outcomes=outcomes(0.05, 0.05, 0.05))
    row = settled(capsys, contract, infusions(tmp_path, one()))["rows"][0]
    assert row["expected_outcome_rebate"] == pytest.approx(110_000)  # 0.05 x (50 + 30 + 20 %) of gross
    assert row["expected_net_cost"] == pytest.approx(1_361_800)


def test_v3_a_patient_lost_in_month_14(tmp_path: Path, capsys: Capture) -> None:
    contract = agreement(tmp_path, outcomes=outcomes(0.05, 0.05, 0.05))
    row = settled(capsys, contract, infusions(tmp_path, one(left="2027-03-20,lost")))["rows"][0]
    assert [(point["code"], point["can_pay"]) for point in row["outcomes"]] == [
        ("Y1", True), ("Y2", False), ("Y3", False),
    ]  # fmt: skip
    assert row["expected_outcome_rebate"] == pytest.approx(0.05 * 0.50 * GROSS)


def test_v4_a_volume_tier_from_patient_11(tmp_path: Path, capsys: Capture) -> None:
    tier = {"period": "term", "retroactive_to_first": False, "tiers": [{"from_patient": 11, "share": 0.05}]}
    file = infusions(tmp_path, *(one(f"2026-02-{n:02d}", key=f"E{n}") for n in range(1, 16)))
    found = settled(capsys, agreement(tmp_path, volume=tier), file)
    assert found["totals"]["volume_rebate"] == pytest.approx(550_000)
    assert sum(1 for row in found["rows"] if row["volume_rebate"]) == 5
    reaching_back = agreement(tmp_path, volume={**tier, "retroactive_to_first": True})
    # all 15 at 5 % of 2.2 million
    assert settled(capsys, reaching_back, file)["totals"]["volume_rebate"] == pytest.approx(1_650_000)


def test_v5_rebates_never_exceed_gross(tmp_path: Path, capsys: Capture) -> None:
    contract = agreement(tmp_path, guaranteed={"basis": "gross", "share": 0.20})
    found = settled(capsys, contract, infusions(tmp_path, one(statutory=0.90 * GROSS)))
    assert found["rows"][0]["total_rebate"] == pytest.approx(GROSS)
    assert found["rows"][0]["net_cost"] == pytest.approx(0)
    assert sum(entry["dollars"] for entry in found["invoices"]) == pytest.approx(0.10 * GROSS)


def test_v6_infused_the_day_before_the_term(tmp_path: Path, capsys: Capture) -> None:
    row = settled(capsys, agreement(tmp_path), infusions(tmp_path, one("2025-12-31")))["rows"][0]
    assert (row["in_agreement"], row["net_cost"]) == (False, None)
    assert "not in the model" in row["reason"]


def drawn(tmp_path: Path, capsys: Capture, *options: object, **terms: Any) -> Any:
    point = {"code": "Y1", "evaluation_month": 12, "share": 0.50, "failure_probability": 0.10}
    contract = agreement(tmp_path, outcomes=[{**point, **terms}])
    file = infusions(tmp_path, *(one(f"2026-02-{n:02d}", key=f"E{n}") for n in range(1, 21)))
    return corridor(capsys, "contract", "portfolio", contract, file, *options, "--json").json()


def test_a_portfolio_of_independent_patients_is_binomial(tmp_path: Path, capsys: Capture) -> None:
    """20 patients, one in ten fails, half of gross each. Of Binomial(20, 0.1) the median is 2 (0.392 lie
    below, 0.677 at or below), the 90th percentile 4 (0.867 lie below), the 10th 0 (0.122); the mean is 2."""
    found = drawn(tmp_path, capsys, "--correlation", 0, "--draws", 4000)
    year, together = found["rows"]
    value = 0.50 * GROSS
    quantiles = [year[f"outcome_rebate_{name}"] / value for name in ("p10", "p50", "p90")]
    assert quantiles == pytest.approx([0, 2, 4])
    assert abs(year["outcome_rebate_mean"] - 2 * value) < 3 * year["outcome_rebate_standard_error"]
    assert together["outcome_rebate_mean"] == year["outcome_rebate_mean"]
    again = drawn(tmp_path, capsys, "--correlation", 0, "--draws", 4000)
    assert again["rows"] == found["rows"]


def test_patients_who_fail_together_widen_the_tail(tmp_path: Path, capsys: Capture) -> None:
    apart = drawn(tmp_path, capsys, "--correlation", 0, "--draws", 4000)["rows"][0]
    together = drawn(tmp_path, capsys, "--correlation", 0.5, "--draws", 4000)["rows"][0]
    assert together["outcome_rebate_p90"] > apart["outcome_rebate_p90"]
    gap = together["outcome_rebate_mean"] - apart["outcome_rebate_mean"]
    assert abs(gap) < 3 * (apart["outcome_rebate_standard_error"] + together["outcome_rebate_standard_error"])
    half = drawn(tmp_path, capsys, "--correlation", 0, "--draws", 4000, observed_probability=0.5)["rows"][0]
    assert abs(half["outcome_rebate_mean"] - 0.5 * GROSS) < 3 * half["outcome_rebate_standard_error"]


def test_a_portfolio_asks_for_what_nobody_publishes(tmp_path: Path, capsys: Capture) -> None:
    assert drawn(tmp_path, capsys)["error"]["field"] == "correlation"
    none = drawn(tmp_path, capsys, "--correlation", 0, failure_probability=None)
    assert (none["error"]["code"], none["error"]["field"]) == ("CONTRACT-REQUIRED", "failure_probability")
    prices = SAMPLES / "generous-demo.prices.csv"
    wrong = corridor(capsys, "contract", "portfolio", SAMPLES / "generous-demo.yaml", prices, "--json").json()
    assert wrong["error"]["code"] == "CONTRACT-KIND"


@pytest.mark.parametrize("key", ["1EG4-TE5-MK73", "1eg4te5mk73", "123-45-6789"])
def test_keys_that_may_identify_someone_are_refused_and_not_repeated(
    key: str, tmp_path: Path, capsys: Capture
) -> None:
    answer = corridor(capsys, "contract", "settle", agreement(tmp_path), infusions(tmp_path, one(key=key)))
    assert "CONTRACT-IDENTIFIER" in answer.err and "line 2" in answer.err
    assert key.lower() not in (answer.err + answer.out).lower()


def test_drug_contracts_are_explained(tmp_path: Path, capsys: Capture) -> None:
    given_files = SAMPLES / "cgt-demo.yaml", SAMPLES / "cgt-demo.episodes.csv", "--id", "E001"
    text = corridor(capsys, "contract", "explain", *given_files).out
    assert "net_cost [infusion E001]: $1,471,800.00" in text and "cgt-demo.episodes.csv, line 2" in text
    generous = SAMPLES / "generous-demo"
    more = f"{generous}.prices.csv", "--units", f"{generous}.units.csv", "--id", "XX-2026Q1-999990002"
    answer = corridor(capsys, "contract", "explain", f"{generous}.yaml", *more, "--json").json()
    assert answer["rows"][0]["derivation"]["value"] == pytest.approx(3_621_100)
    assert "generous.price_rank" in {one["rule"] for one in answer["assumptions"]}
    out = corridor(capsys, "contract", "explain", *given_files[:2], "--id", "E003", "--json").json()
    assert out["error"]["code"] == "CONTRACT-QUANTITY"


def reference(tmp_path: Path, **terms: Any) -> Path:
    contract = yaml.safe_load((SAMPLES / "generous-demo.yaml").read_text(encoding="utf-8"))
    held = {**contract["terms"][0], **terms}
    contract["terms"] = [{name: value for name, value in held.items() if value is not None}]
    path = tmp_path / "reference.yaml"
    path.write_text(yaml.safe_dump(contract), encoding="utf-8")
    return path


def invoiced(
    tmp_path: Path,
    capsys: Capture,
    *,
    prices: str | None = None,
    units: str = "XX,2026Q1,999990002,10000,1000,250,",
    **terms: Any,
) -> Answer:
    file, used = tmp_path / "prices.csv", tmp_path / "units.csv"
    whole = (SAMPLES / "generous-demo.prices.csv").read_text(encoding="utf-8")
    file.write_text(whole if prices is None else f"ndc9,country,net_price\n{prices}\n", encoding="utf-8")
    header = "state,quarter,ndc9,units,wac,ura,reported_quarter"
    used.write_text(f"{header}\n{units}\n", encoding="utf-8")
    return corridor(
        capsys, "contract", "settle", reference(tmp_path, **terms), file, "--units", used, "--json"
    )


def test_v1_without_a_cap_and_v5_the_invoice(tmp_path: Path, capsys: Capture) -> None:
    found = invoiced(tmp_path, capsys).json()
    adjusted = [(one["country"], round(one["adjusted_price"], 2)) for one in found["prices"]]
    assert adjusted == [
        ("CH", 368.29), ("FR", 387.89), ("DK", 399.53), ("JP", 425.81), ("UK", 431.43), ("IT", 440.77),
        ("CA", 466.05), ("DE", 504.94),
    ]  # fmt: skip
    row = found["rows"][0]
    assert round(row["most_favored_nation_price"], 2) == 387.89
    assert row["rebate_per_unit"] == pytest.approx(362.11)
    assert row["invoice_dollars"] == pytest.approx(3_621_100)
    assert row["realized_net_price"] == pytest.approx(row["guaranteed_net_unit_price"], abs=0.005)
    assert {one["rule"] for one in found["assumptions"]} == {
        f"generous.{name}"
        for name in ("basket", "fewest_countries", "least_rebate", "price_rank", "rebate_decimals", "term")
    }


def test_v2_the_cap_moves_the_answer(tmp_path: Path, capsys: Capture) -> None:
    found = invoiced(tmp_path, capsys, cap_adjuster_at_one=True).json()
    assert [(one["country"], round(one["adjusted_price"], 2)) for one in found["prices"]][:3] == [
        ("FR", 387.89), ("DK", 399.53), ("CH", 400.00),
    ]  # fmt: skip
    assert round(found["rows"][0]["most_favored_nation_price"], 2) == 399.53
    # 1,000 - (399.525 + 250) = 350.4749; the rule file writes 350.47
    assert found["rows"][0]["rebate_per_unit"] == pytest.approx(350.47)


def test_v3_a_statutory_rebate_that_suffices(tmp_path: Path, capsys: Capture) -> None:
    row = invoiced(tmp_path, capsys, units="XX,2026Q1,999990002,10000,1000,700,").json()["rows"][0]
    assert (row["rebate_per_unit"], row["floor_binds"]) == (0, True)


def test_v4_one_country(tmp_path: Path, capsys: Capture) -> None:
    answer = invoiced(tmp_path, capsys, prices="999990002,FR,280")
    error = answer.json()["error"]
    assert answer.status == 1 and error["code"] == "CONTRACT-COUNTRIES"
    assert "fewer than two reference countries" in error["what"]


def test_v6_units_reported_later_take_their_own_quarter(tmp_path: Path, capsys: Capture) -> None:
    units = "XX,2026Q1,999990002,100,1000,250,2026Q3\nXX,2026Q3,999990002,100,1100,300,"
    first, third = invoiced(tmp_path, capsys, units=units).json()["rows"]
    assert (first["retroactive"], first["wac"], first["ura"]) == (True, 1000, 250)
    assert first["invoice_dollars"] == pytest.approx(36_211)
    assert (third["retroactive"], third["rebate_per_unit"]) == (False, pytest.approx(412.11))


def test_v7_an_equal_lowest_pair(tmp_path: Path, capsys: Capture) -> None:
    # CH at 421.284... adjusts to what FR adjusts to: 280 x 82,000 / 54,500
    prices = f"999990002,FR,280\n999990002,CH,{280 * 82_000 / 54_500!r}\n999990002,DE,420"
    row = invoiced(tmp_path, capsys, prices=prices).json()["rows"][0]
    assert round(row["most_favored_nation_price"], 2) == 387.89


@pytest.mark.parametrize("name", ["cap_adjuster_at_one", "gdp"])
def test_what_has_no_default_is_asked_for(name: str, tmp_path: Path, capsys: Capture) -> None:
    error = invoiced(tmp_path, capsys, **{name: None}).json()["error"]
    assert (error["code"], error["field"]) == ("CONTRACT-REQUIRED", name)
    assert "participation agreement" in error["todo"]

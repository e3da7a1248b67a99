"""A contract settled from the claims of a run: members, large claims, need tiers, a custom measure."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.programs.command import corridor
from tests.programs.kept_run import keep_run

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three people of T1 (one outside), two months; person 1 costs 900 and 400, person 2 100 and 100."""
    people = [(1, "T1"), (2, "T1"), (3, "T9")]
    months = [(1, 900, 400), (2, 100, 100), (3, 5000, 5000)]
    keep_run(tmp_path / "home", {
        "attribution.person": [{"person_id": p, "tin": t} for p, t in people],
        "population.member_month": [
            {"person_id": p, "year": 2026, "month": 202601 + at, "expenditure": float(one)}
            for p, *costs in months for at, one in enumerate(costs)
        ],
        "population.need_tier": [{"person_id": 1, "tier": "high_need"}, {"person_id": 2, "tier": "stable"}],
        "claims.person": [
            {"person_id": p, "gender": "female", "birth_date": date(1950 + 20 * p, 6, 1)} for p, _ in people
        ],
        "claims.claim_diagnosis": [
            {"person_id": p, "diagnosis_code": "E119", "service_month": 202601} for p, _ in people
        ],
        "claims.medical_claim": [{"person_id": 1, "hcpcs_code": "83036", "service_month": 202602}],
        "population.paid_lag": [
            {"service_month": 202601 + month, "lag": lag, "amount": float(amount)}
            for month, paid in enumerate([(400, 300, 100), (420, 320), (410,)])
            for lag, amount in enumerate(paid)
        ],
    }, 2026)  # fmt: skip
    monkeypatch.setenv("CORRIDOR_HOME", str(tmp_path / "home"))
    return tmp_path


def contract(folder: Path, method: str = "claims", tins: list[str] | None = None) -> Path:
    terms: dict[str, Any] = {
        "from": date(2026, 1, 1), "known": date(2025, 12, 1),
        "attribution": {"method": method},
        "benchmark": {"method": "trended", "base_year": 2025, "base_pmpm": 500.0,
                      "trend": [{"year": 2026, "rate": 0.0}]},
        "stop_loss": {"attachment": 1000},
        "savings": {"bands": [{"from": 0, "share": 0.5}]},
        "care_management": {
            "tiers": [{"stratum": "high_need", "pmpm": 20.0}, {"stratum": "stable", "pmpm": 2.0}],
            "counts_as_expenditure": False},
        "scorecard": {"missing": "no_points", "measures": [
            {"id": "a1c", "name": "Tested", "points": 1, "floor": 0.0, "target": 1.0,
             "custom": {"ages": [18, 75], "diagnosis_codes": ["E11"], "service_codes": ["83036"]}}]},
    }  # fmt: skip
    whole = {
        "contract": "claims-test", "kind": "value", "title": "Test", "fictitious": True,
        "payer": {"name": "Payer (fictitious)"},
        "provider": {"name": "Practice", "tins": ["T1"] if tins is None else tins},
        "term": {"from": date(2026, 1, 1), "through": date(2026, 12, 31)}, "terms": [terms],
    }  # fmt: skip
    path = folder / "contract.yaml"
    path.write_text(yaml.safe_dump(whole), encoding="utf-8")
    return path


def test_settled_from_claims(home: Path, capsys: Capture) -> None:
    """Four member months x 500 = 2,000. Expenditure 1,500; person 1 passes 1,000 by 300: 1,200 counts.

    Savings 800, half 400. Care management 2 x 20 + 2 x 2 = 44. At the end of 2026 they are 56 and 36; one
    of the two was tested.
    """
    found = corridor(capsys, "contract", "settle", contract(home), "--json").json()
    row = found["rows"][0]
    assert (row["benchmark_expenditure"], row["claims_expenditure"]) == (2000, 1200)
    assert (row["shared_savings"], row["care_management_paid"]) == (400, 44)
    assert (found["measures"][0]["rate"], found["measures"][0]["denominator"]) == (0.5, 2)
    assert "Parts A and B" in found["warnings"][0]
    then = corridor(
        capsys, "contract", "settle", contract(home), "--as-known-on", "2026-06-30", "--json"
    ).json()
    assert "not of 2026-06-30" in then["warnings"][1]


def test_a_result_in_a_file_beats_the_count(home: Path, capsys: Capture) -> None:
    quality = home / "quality.csv"
    quality.write_text("performance_year,measure,numerator,denominator\n2026,a1c,2,2\n", encoding="utf-8")
    found = corridor(capsys, "contract", "settle", contract(home), "--quality", quality, "--json").json()
    assert found["measures"][0]["rate"] == 1


def test_the_triangle_of_the_run(home: Path, capsys: Capture) -> None:
    found = corridor(capsys, "contract", "triangle", "--json").json()
    assert found["ibnr"] == pytest.approx(518.571429)
    refused = corridor(capsys, "contract", "triangle", "--tin", "T1", "--json").json()
    assert refused["error"]["code"] == "CONTRACT-TRIANGLE"


def test_refused(home: Path, capsys: Capture) -> None:
    listed = corridor(capsys, "contract", "settle", contract(home, "list"), "--json").json()
    assert listed["error"]["code"] == "CONTRACT-NEEDS-FILE"
    nobody = corridor(capsys, "contract", "settle", contract(home, tins=[]), "--json").json()
    assert (nobody["error"]["code"], nobody["error"]["field"]) == ("CONTRACT-REQUIRED", "provider.tins")


def test_a_run_without_the_tables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    keep_run(tmp_path / "home", {"claims.person": [{"person_id": 1}]}, 2026)
    monkeypatch.setenv("CORRIDOR_HOME", str(tmp_path / "home"))
    answer = corridor(capsys, "contract", "settle", contract(tmp_path), "--json").json()
    assert answer["error"]["code"] == "CONTRACT-RUN"

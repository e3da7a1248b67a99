"""An ACO settled with and without the dollars of other programs, by its own model and hand arithmetic."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.programs.command import corridor
from tests.programs.forms import write_rows
from tests.programs.kept_run import keep_run

TIN, CCN, SMALL = "000000001", "330001", "330002"
ACO = {
    "aco_id": "A9999", "performance_year": 2026, "track": "E", "agreement_start_year": 2024,
    "agreement_period": 1, "assigned_beneficiaries": 12000, "person_years": 11600,
    "benchmark_expenditure": 100_000_000, "performance_expenditure": 95_000_000,
    "minimum_savings_election": 0.02, "quality_score": 0.84, "quality_standard_met": 1,
    "alternative_standard_met": 0, "participant_revenue": 98_000_000, "revenue_category": "high",
}  # fmt: skip
KEPT = 0.5 * 0.98  # level E of BASIC keeps half of savings, less two percent of sequestration


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Half of the hospital's thirty episodes, and half of what the clinician is paid, are of A9999."""
    home = tmp_path_factory.mktemp("home")
    key = {"npi": "9000000015", "tin": TIN, "performance_year": 2027, "payment_year": 2029}
    cost = {"definition_set": "team", "facility_ccn": CCN, "surgeon_npi": "9000000015", "spending": 20000.0}
    line = {"npi": "9000000015", "tin": TIN, "setting": "professional", "facility_ccn": None}
    keep_run(
        home,
        {
            "asm.result": [{**key, "payment_adjustment_factor": -0.05, "dollars": -5000.0}],
            "attribution.participant": [{"tin": TIN, "aco_id": "A9999", "program": "mssp", "acos": 1}],
            "team.episode_cost": [{**cost, "episode_id": str(n), "person_id": n} for n in range(30)]
            + [{**cost, "facility_ccn": SMALL, "episode_id": f"s{n}", "person_id": n} for n in range(5)],
            "attribution.person": [
                {"person_id": n, "aco_id": "A9999" if n < 15 else None} for n in range(30)
            ],
            "claims.service_line": [
                {**line, **more, "person_id": n, "paid_amount": 100.0}
                for n in range(30)
                for more in ({}, {"setting": "inpatient", "facility_ccn": CCN})
            ],
        },
        2027,
    )
    return home


def settled(
    home: Path, folder: Path, capsys: Any, monkeypatch: Any, *, who: str = "A9999", **more: Any
) -> Any:
    """Rows of the interaction by other program, with the answers of a TEAM, a budget and a practice form."""
    monkeypatch.setenv("CORRIDOR_HOME", str(home))
    team = {"ccn": CCN, "reconciliation_payment": 40000, "repayment": 0}
    few = {"ccn": SMALL, "reconciliation_payment": 0, "repayment": 7000}
    budget = {"entity_id": CCN, "component": "hospital", "retained_revenue": 1000000}
    practice = {"entity_id": TIN, "component": "practice", "epcp": 5000}
    answers = {"team": [team, few], "ahead": [budget, practice]}
    options: list[Any] = []
    for name, rows in answers.items():
        file = folder / f"{name}.json"
        file.write_text(json.dumps({"program": name, "year": 2026, "rows": rows}))
        options += ["--with", file]
    form = write_rows(folder / "aco.csv", [ACO | more])
    asked = corridor(capsys, "overlap", who, "--form", f"mssp={form}", *options, "--json")
    assert asked.status == 0, asked.out
    return asked.json()["aco_resettled"]


def test_dollars_of_others_in_an_acos_expenditures(home, tmp_path, capsys, monkeypatch) -> None:
    rows = settled(home, tmp_path, capsys, monkeypatch)
    found = {row["other"]: row for row in rows if row["other_dollars"] is not None}
    alone = 5_000_000 * KEPT
    # half of 40,000; half of 1,000,000; all of the practice's 5,000
    for other, dollars in (("team", 20_000), ("ahead", 500_000), ("pc_ahead", 5_000), ("all", 525_000)):
        row = found[other]
        assert (row["other_dollars"], row["counts"]) == (dollars, "both")
        assert row["without"] == pytest.approx(alone)
        assert row["with"] == pytest.approx((5_000_000 - dollars) * KEPT)
        assert row["sum_of_parts"] == pytest.approx(alone + dollars)
        assert row["interaction"] == pytest.approx(row["whole"] - row["sum_of_parts"])
        assert row["interaction"] == pytest.approx(-dollars * KEPT)
    small = [row for row in rows if row["other_dollars"] is None]
    assert len(small) == 1 and "too few people" in small[0]["words"] and small[0]["with"] is None


def test_a_small_sum_may_take_a_whole_payment(home, tmp_path, capsys, monkeypatch) -> None:
    """2,010,000 is above the minimum of two percent, 1,990,000 is not: no formula of a share would say so."""
    rows = settled(home, tmp_path, capsys, monkeypatch, performance_expenditure=97_990_000)
    team = next(row for row in rows if row["other"] == "team" and row["with"] is not None)
    assert team["without"] == pytest.approx(2_010_000 * KEPT) and team["with"] == 0
    assert team["interaction"] == pytest.approx(-2_010_000 * KEPT)


def test_from_the_practice_and_from_the_hospital(home, tmp_path, capsys, monkeypatch) -> None:
    """Whoever asks, the ACO is settled the same."""
    mine = settled(home, tmp_path, capsys, monkeypatch)
    assert settled(home, tmp_path, capsys, monkeypatch, who=TIN) == mine
    assert settled(home, tmp_path, capsys, monkeypatch, who=CCN) == mine


def test_an_adjustment_is_paid_in_its_own_year(home, tmp_path, capsys, monkeypatch) -> None:
    """ASM of 2027 lowers payments of 2029: half of 5,000 leaves that year's expenditures, not 2026's."""
    assert "asm" not in {row["other"] for row in settled(home, tmp_path, capsys, monkeypatch)}
    rows = settled(home, tmp_path, capsys, monkeypatch, performance_year=2029)
    asm = next(row for row in rows if row["other"] == "asm")
    assert asm["other_dollars"] == -2500
    assert asm["interaction"] == pytest.approx(2500 * KEPT)
    assert "team" not in {row["other"] for row in rows}  # the lump sum is of 2026


@pytest.mark.parametrize("choice", ["yes", "no"])
def test_a_stated_choice_shows_one(choice, home, tmp_path, capsys, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("corridor.toml").write_text(f'[overrides]\n"overlap.include_team_in_aco" = "{choice}"\n')
    rows = settled(home, tmp_path, capsys, monkeypatch)
    team = next(row for row in rows if row["other"] == "team" and row["other_dollars"] is not None)
    assert team["without" if choice == "yes" else "with"] is None
    assert team["with" if choice == "yes" else "without"] is not None


def test_for_a_reader_and_refusals(home, tmp_path, capsys, monkeypatch) -> None:
    monkeypatch.setenv("CORRIDOR_HOME", str(home))
    team = tmp_path / "team.json"
    row = {"ccn": CCN, "reconciliation_payment": 40000, "repayment": 0}
    team.write_text(json.dumps({"program": "team", "year": 2026, "rows": [row]}))
    form = write_rows(tmp_path / "aco.csv", [ACO])
    text = corridor(capsys, "overlap", "A9999", "--form", f"mssp={form}", "--with", team).out
    assert "without it $+2,450,000" in text and "with it $+2,440,200" in text
    assert "interaction $-9,800 if it counts" in text
    other = write_rows(tmp_path / "other.csv", [ACO | {"aco_id": "A9001"}])
    for wrong in (f"iota={form}", f"mssp={other}"):
        answer = corridor(capsys, "overlap", "A9999", "--form", wrong, "--json")
        assert answer.json()["error"]["code"] == "OVERLAP-FORM"

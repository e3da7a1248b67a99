"""corridor risk-integrity: the views of a run, what is refused, what is blanked."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.programs.command import corridor
from tests.programs.kept_run import keep_run

CONDITION = {
    "person_id": 1, "hcc": "37", "label": "Diabetes", "chronic": True, "last_year": 2025,
    "last_date": "2025-06-01", "years_recorded": 1, "days_recorded": 2,
    "only_assessed": False, "source_id": "S", "claim_id": "c1", "claim_line_number": 1,
    "diagnosis_code": "E119", "claim_tin": "u", "claim_npi": "n", "coefficient": 0.2, "aco_id": "A1",
    "tin": "t", "npi": "n", "review": "on claims of several days",
}  # fmt: skip
SIGN = {
    "level": "tin", "entity_id": "t", "sign": "growth", "place": 1, "says": "grew", "aco_id": "A1",
    "tin": "t",
    "npi": "n", "people": 40, "cases": 12, "value": 0.4, "usual": 0.0, "high": 0.3, "peers": 9,
    "beyond_usual": 0.4, "enough_people": True, "enough_peers": True, "flagged": True,
}  # fmt: skip
CAP = {
    "aco_id": "A1", "year": 2026, "basis": "claims", "base_year": 2025, "base_basis": "first loaded year",
    "types": "aged_non_dual", "person_years": 40.0, "aggregate_risk_ratio": 1.4, "demographic_ratio": 1.0,
    "risk_cap": 1.03, "beyond_demographic": 0.4, "room": -0.37, "above_cap": True, "counted_risk_ratio": 1.03,
    "lost_to_cap": 0.37, "method": "over all types",
}  # fmt: skip


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "data"
    monkeypatch.setenv("CORRIDOR_HOME", str(folder))
    people = [{**CONDITION, "person_id": n} for n in range(12)] + [{**CONDITION, "tin": "v", "person_id": 20}]
    keep_run(
        folder,
        {"integrity.recapture": people, "integrity.sign": [SIGN], "integrity.cap": [CAP]},
        2026,
    )
    return folder


Keep = Callable[[dict[str, Any]], None]


@pytest.fixture
def keep(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Keep:
    """Another run, of these tables alone."""
    folder = tmp_path / "other"
    monkeypatch.setenv("CORRIDOR_HOME", str(folder))
    return lambda tables: keep_run(folder, tables, 2026)


def test_the_cap_is_what_is_shown_first(capsys: pytest.CaptureFixture[str]) -> None:
    found = corridor(capsys, "risk-integrity", "--json").json()
    assert (found["view"], found["rows"][0]["room"]) == ("cap", -0.37)
    assert "integrity.model" in {one["rule"] for one in found["assumptions"]}
    assert "A1" in corridor(capsys, "risk-integrity").out
    assert "nothing to show" in corridor(capsys, "risk-integrity", "--aco", "A9").out


def test_recapture_counts_people_and_few_are_blanked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = corridor(capsys, "risk-integrity", "--view", "recapture", "--json").json()["rows"]
    assert [(row["tin"], row["people"], row["suppressed"]) for row in rows] == [
        ("t", 12, False),
        ("v", None, True),
    ]
    out = tmp_path / "list.csv"
    assert corridor(capsys, "risk-integrity", "--view", "recapture", "--out", out).status == 0
    assert "t,n,37,Diabetes,12" in out.read_text(encoding="utf-8").replace("A1,", "")


def test_a_part_that_the_others_would_tell_is_blanked_with_them(
    keep: Keep, capsys: pytest.CaptureFixture[str]
) -> None:
    """Fourteen people, thirteen of several days: one of one day would be the difference."""
    people = [{**CONDITION, "person_id": n, "days_recorded": 1 if n == 0 else 2} for n in range(14)]
    keep({"integrity.recapture": people})
    row = corridor(capsys, "risk-integrity", "--view", "recapture", "--json").json()["rows"][0]
    assert row["people"] == 14
    assert {row[part] for part in ("several_days_people", "one_day_people", "assessed_people")} == {None}


def test_signs_of_an_aco_are_not_those_of_another(keep: Keep, capsys: pytest.CaptureFixture[str]) -> None:
    signs = [{**SIGN, "aco_id": None, "tin": tin, "entity_id": tin} for tin in ("t", "u")]
    owners = [{"person_id": 1, "aco_id": "A1", "tin": "t", "npi": "n"},
              {"person_id": 2, "aco_id": "A2", "tin": "u", "npi": "m"}]  # fmt: skip
    keep({"integrity.sign": signs, "attribution.person": owners})
    options = ("risk-integrity", "--view", "signs", "--json")
    assert [row["tin"] for row in corridor(capsys, *options, "--aco", "A1").json()["rows"]] == ["t"]
    assert len(corridor(capsys, *options).json()["rows"]) == 2


def test_few_people_have_no_cap_that_leaves(keep: Keep, capsys: pytest.CaptureFixture[str]) -> None:
    keep({"integrity.cap": [{**CAP, "small_cell": True}]})
    (row,) = corridor(capsys, "risk-integrity", "--json").json()["rows"]
    assert row["aco_id"] == "A1" and row["room"] is None and row["suppressed"]


def test_people_are_shown_with_the_claim_behind_each(capsys: pytest.CaptureFixture[str]) -> None:
    options = ("--view", "recapture", "--tin", "t", "--people")
    rows = corridor(capsys, "risk-integrity", *options, "--json").json()["rows"]
    assert len(rows) == 12 and rows[0]["claim_id"] == "c1" and rows[0]["diagnosis_code"] == "E119"
    assert "E119" in corridor(capsys, "risk-integrity", *options, "--limit", 1).out


def test_signs_say_who_stands_out(capsys: pytest.CaptureFixture[str]) -> None:
    text = corridor(capsys, "risk-integrity", "--view", "signs").out
    assert "growth" in text and "second look" in text


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (("--view", "codes"), "INTEGRITY-VIEW"),
        (("--view", "cap", "--tin", "t"), "INTEGRITY-VIEW"),
        (("--view", "trend"), "INTEGRITY-NOT-MADE"),
        (("--people",), "INTEGRITY-PEOPLE"),
        (("--people", "--tin", "t", "--out", "x.csv"), "INTEGRITY-PEOPLE"),
    ],
)
def test_what_is_refused(options: tuple[str, ...], code: str, capsys: pytest.CaptureFixture[str]) -> None:
    answer = corridor(capsys, "risk-integrity", *options, "--json")
    assert answer.status == 1 and answer.json()["error"]["code"] == code

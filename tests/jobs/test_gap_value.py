"""What closing gaps is worth under ASM: points of the measure, of the score, and dollars."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import corridor.programs.asm as asm
from corridor.jobs.gap_score import score_and_dollars
from corridor.jobs.gap_value import value_in_asm
from corridor.law import load_rules
from corridor.programs.asm.run_inputs import RunInputs

LINES = (
    "tin,npi,cohort,part_b_paid,practice_size,cost_score,complex_patient_bonus,improvement_activities_attested,"
    "promoting_interoperability_score,q236_rate,q236_cases,q236_completeness,q236_collection_type\n"
    "T1,N1,heart_failure,100000,30,0.6,0,2,1,55,100,90,mipscqm\n"
)


def _row(**values: Any) -> dict[str, Any]:
    known = {"tin": "T1", "npi": "N1", "measure_id": "236", "collection_type": "mipscqm", "stratum": ""}
    return known | {"rate_closed": 75.0, "case_count": 100, "completeness_closed": 100.0} | values


def test_closed_gaps_of_a_scored_clinician_have_points_and_dollars(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """55 to 75 percent on the ladder 1, 10, 20 ... 90 is 6.5 to 8.5 points."""
    path = tmp_path / "asm.csv"
    path.write_text(LINES)
    rules = load_rules(["asm"])
    inputs = asm.read_asm_file(path, rules.in_force(2027), national=True)
    run: Any = SimpleNamespace(home=tmp_path, has=lambda table: True)
    opened = RunInputs(inputs, rules, 2027, True, run)
    monkeypatch.setattr(asm, "open_run_inputs", lambda home: opened)
    rows = [_row(), _row(stratum="second"), _row(npi="N9"), _row(collection_type="claims")]
    found = value_in_asm(run, rows, 2027)
    assert set(found.rows) == {0}
    worth = found.rows[0]
    assert worth["measure_points"] == pytest.approx(6.5)
    assert worth["measure_points_closed"] == pytest.approx(8.5)
    assert worth["score_points"] > 0 and worth["dollars"] > 0
    assert value_in_asm(run, rows, 2026).rows == {}
    assert "ASM 2027" in found.basis[0] and "asm.redistribution_share" in found.rules


def test_a_run_without_asm_has_no_value(tmp_path: Path) -> None:
    run: Any = SimpleNamespace(home=tmp_path, has=lambda table: False)
    assert value_in_asm(run, [_row()], 2027).rows == {}


def _mips(
    counts: bool, points: list[dict[str, Any]], closed: float, level: str = "clinician"
) -> dict[str, Any]:
    """A clinician with 60 points, quality at 50 percent of 60 available points, of weight 0.3."""
    score = {
        "tin": "T1", "npi": "N1", "final_score": 60.0, "counts": counts, "quality_percent": 50.0,
        "quality_weight": 0.3, "quality_available": 60.0, "part_b_paid": 100_000.0, "scaling_factor": None,
        "entity_id": "",
    }  # fmt: skip
    run: Any = SimpleNamespace(
        has=lambda table: True,
        query=lambda sql, given: [score, {**score, "npi": "N2"}] if "from mips.score" in sql else points,
    )
    found = {0: {"measure_points": 1.0, "measure_points_closed": closed}}
    force = load_rules(["mips", "qp"]).in_force(2026)
    score_and_dollars(run, found, [_row()], force, 2026, level)
    return found[0]


COUNTED = [
    {
        "tin": "T1",
        "npi": "N1",
        "measure_id": "236",
        "collection_type": "mipscqm",
        "points": 4.0,
        "entity_id": "",
    }
]


def test_points_of_a_measure_move_the_score_that_counts_and_its_dollars() -> None:
    """Three points of 60 are 5 percent of quality, 1.5 of the score: from -9 % x 15/75 to -9 % x 13.5/75."""
    worth = _mips(True, COUNTED, 7.0)
    assert worth["measure_points"] == 4.0
    assert worth["score_points"] == pytest.approx(1.5)
    assert worth["dollars"] == pytest.approx(100_000 * 0.09 * 1.5 / 75)


def test_a_score_that_does_not_count_moves_no_dollars_and_a_measure_not_counted_no_score() -> None:
    assert _mips(False, COUNTED, 7.0)["dollars"] == 0
    assert "score_points" not in _mips(True, [], 7.0)


def test_the_score_of_a_practice_moves_the_dollars_of_all_its_clinicians() -> None:
    assert _mips(True, COUNTED, 7.0, "practice")["dollars"] == pytest.approx(2 * 100_000 * 0.09 * 1.5 / 75)

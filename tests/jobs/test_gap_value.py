"""What closing gaps is worth under ASM: points of the measure, of the score, and dollars."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import corridor.programs.asm as asm
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
    found = value_in_asm(run, rows)
    assert set(found.rows) == {0}
    worth = found.rows[0]
    assert worth["measure_points"] == pytest.approx(6.5)
    assert worth["measure_points_closed"] == pytest.approx(8.5)
    assert worth["score_points"] > 0 and worth["dollars"] > 0
    assert "ASM 2027" in found.basis[0] and "asm.redistribution_share" in found.rules


def test_a_run_without_asm_has_no_value(tmp_path: Path) -> None:
    run: Any = SimpleNamespace(home=tmp_path, has=lambda table: False)
    assert value_in_asm(run, [_row()]).rows == {}

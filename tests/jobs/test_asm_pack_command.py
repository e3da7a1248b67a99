"""corridor asm-pack: the items of practices and clinicians, and what each open one costs."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from typer.testing import CliRunner

import corridor.jobs.asm_pack as job
from corridor.cli.main import app
from corridor.errors import CorridorError
from corridor.jobs.asm_pack import Pack, asm_pack
from corridor.law import load_rules
from corridor.programs.asm import read_asm_file
from corridor.programs.asm.run_inputs import RunInputs

HEAD = (
    "tin,npi,cohort,part_b_paid,practice_size,cost_score,complex_patient_bonus,improvement_activities_attested,"
    "promoting_interoperability_score,"
)
PARTS = ("rate", "cases", "completeness", "collection_type")
MEASURES = ("236", "008", "005", "377")
RATES = {
    "236": "68.98,100,90,ecqm",
    "008": "93.645,100,90,ecqm",
    "005": "81.74,100,90,ecqm",
    "377": "1.09,100,90,ecqm",
}


def _file(folder: Path, activities: str, interoperability: str, **changed: str) -> Path:
    """A clinician at the middle of every benchmark, but for what is changed."""
    heads = ",".join(f"q{measure}_{part}" for measure in MEASURES for part in PARTS)
    cells = ",".join((RATES | {f"{m}": v for m, v in changed.items()})[measure] for measure in MEASURES)
    path = folder / "asm.csv"
    line = f"T1,N1,heart_failure,100000,30,0.6,0,{activities},{interoperability}"
    path.write_text(f"{HEAD}{heads}\n{line},{cells}\n")
    return path


@pytest.fixture
def pack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Pack]:
    """The pack of such a clinician, with rows of evidence that the run holds."""

    def make(file: Path, tables: dict[str, list[dict[str, Any]]] | None = None, **asked: str) -> Pack:
        rules = load_rules(["asm"])
        inputs = read_asm_file(file, rules.in_force(2027), national=True)
        held = tables or {}
        run: Any = SimpleNamespace(
            run_id="one",
            has=lambda table: table in held,
            query=lambda sql, given=None: next(rows for table, rows in held.items() if table in sql),
        )
        monkeypatch.setattr(job, "open_run_inputs", lambda home: RunInputs(inputs, rules, 2027, True, run))
        return asm_pack(tmp_path, date(2027, 8, 1), **asked)

    return make


def _open(found: Pack) -> dict[str, Any]:
    return {item.item: item for item in found.items if item.standing != "done"}


def test_activities_and_interoperability_cost_ten_points_each(
    pack: Callable[..., Pack], tmp_path: Path
) -> None:
    """Ten points for an activity that is not attested, ten for interoperability at zero (asm.md 5 and 6)."""
    items = _open(pack(_file(tmp_path, "2", "1")))
    assert items["IA-1 confirm_primary_care"].score_points_lost == pytest.approx(10)
    assert items["electronic_prescribing"].score_points_lost == pytest.approx(10)
    assert items["electronic_prescribing"].dollars_lost > 0
    assert items["electronic_prescribing"].standing == "partly"  # a full score is attested, nothing shows it
    missing = _open(pack(_file(tmp_path, "1", "0.5")))["electronic_prescribing"]
    # looked at on 1 August: 180 days can begin until 5 July
    assert missing.standing == "missing" and missing.detail.endswith("the last day to begin has passed")
    assert not [name for name in items if name.startswith("measure")]


def test_a_measure_not_reported_costs_what_the_middle_of_its_benchmark_would_bring(
    pack: Callable[..., Pack], tmp_path: Path
) -> None:
    """At the 50th percentile a measure has six points; the score of quality is half of the final score."""
    whole = pack(_file(tmp_path, "2", "1"))
    found = pack(_file(tmp_path, "2", "1", **{"377": ",,,"}))
    item = _open(found)["measure 377"]
    assert (item.standing, item.detail) == ("missing", "nothing reported")
    # all four at six points is 0.6; three of them and a zero is 0.45: 50 x 0.15
    assert item.score_points_lost == pytest.approx(50 * (0.6 - 0.45))
    assert found.totals[0]["final_score_with_all"] == pytest.approx(whole.totals[0]["final_score_with_all"])
    assert found.totals[0]["score_points_open"] == pytest.approx(7.5)


def test_an_incomplete_measure_is_taken_as_made_complete_at_its_rate(
    pack: Callable[..., Pack], tmp_path: Path
) -> None:
    found = pack(_file(tmp_path, "2", "1", **{"236": "84.04,100,60,ecqm"}))  # ten points, if it counted
    item = _open(found)["measure 236"]
    assert item.standing == "partly" and "60.0 of 75 percent" in item.detail
    assert item.score_points_lost == pytest.approx(50 * 10 / 40)


def test_evidence_that_is_loaded_closes_items(pack: Callable[..., Pack], tmp_path: Path) -> None:
    row = {
        "kind": "attestation", "item": "safer_guides", "npi": "", "answer": "yes", "numerator": None,
        "denominator": None, "start_date": None, "end_date": None, "event_date": None, "filed_on": None,
        "answered_on": None, "document": "guide.pdf", "owner": "Quality", "hours": 3.0,
    }  # fmt: skip
    found = pack(_file(tmp_path, "2", "1"), {"asm.evidence": [row]})
    done = next(item for item in found.items if item.item == "safer_guides")
    assert (done.standing, done.owner, done.hours, done.document) == ("done", "Quality", 3.0, "guide.pdf")
    assert done.dollars_lost is None


def test_the_command_writes_and_prints(
    pack: Callable[..., Pack], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pack(_file(tmp_path, "1", "0.5"))  # sets the run
    monkeypatch.setenv("CORRIDOR_HOME", str(tmp_path / "home"))
    shown = CliRunner().invoke(app, ["asm-pack", "--on", "2027-08-01", "--limit", "3"])
    assert shown.exit_code == 0 and "hours stated" in shown.output, shown.output
    written = CliRunner().invoke(app, ["asm-pack", "--open", "--out", str(tmp_path / "pack.json")])
    assert written.exit_code == 0, written.output
    rows = json.loads((tmp_path / "pack.json").read_text())
    assert rows and all(row["standing"] != "done" for row in rows)


def test_nobody(pack: Callable[..., Pack], tmp_path: Path) -> None:
    with pytest.raises(CorridorError) as caught:
        pack(_file(tmp_path, "2", "1"), tin="T9")
    assert caught.value.code == "ASM-PACK-NOBODY"

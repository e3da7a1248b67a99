"""The adapter of the public eCQM engine: its errors, and what it writes, with a stand-in for the package."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from corridor.cli.main import app
from corridor.errors import CorridorError
from corridor.jobs import ecqm_engine
from corridor.sources.qpp.measure_report import report_rows

needs_node = pytest.mark.skipif(shutil.which("node") is None, reason="Node is not installed")
# What the package does of interest here: a report a patient; a bundle without a patient is an error.
STAND_IN = """
exports.Calculator = { calculateMeasureReports: async (measure, bundles, options) => {
  const patient = bundles[0].entry[0].resource;
  return { results: [{ resourceType: 'MeasureReport', type: 'individual', status: 'complete',
    measure: measure.entry[0].resource.url, subject: { reference: 'Patient/' + patient.id },
    period: { start: options.measurementPeriodStart, end: options.measurementPeriodEnd },
    group: [{ population: [
      { code: { coding: [{ code: 'denominator' }] }, count: 1 },
      { code: { coding: [{ code: 'numerator' }] }, count: options.trustMetaProfile ? 1 : 0 }] }] }] };
} };
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A measure, two patients, one bundle that is none, and an engine."""
    package = tmp_path / "engine" / "node_modules" / "fqm-execution"
    package.mkdir(parents=True)
    (package / "index.js").write_text(STAND_IN)
    url = "https://example.org/Measure/CMS165FHIR"
    (tmp_path / "measure.json").write_text(json.dumps({"entry": [{"resource": {"url": url}}]}))
    people = tmp_path / "people"
    people.mkdir()
    for name in ("a", "b"):
        bundle = {"entry": [{"resource": {"resourceType": "Patient", "id": name}}]}
        (people / f"{name}.json").write_text(json.dumps(bundle))
    (people / "c.json").write_text("{}")
    return tmp_path


def _call(folder: Path, *more: str, people: str = "people", measure: str = "measure.json") -> Any:
    out = ["--year", "2026", "--out", str(folder / "reports.ndjson")]
    named = [str(folder / measure), str(folder / people)]
    result = CliRunner().invoke(app, ["quality", "ecqm", *named, *out, *more])
    if isinstance(result.exception, CorridorError):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result


@needs_node
def test_reports_are_lines_that_can_be_loaded(folder: Path) -> None:
    whose = ["--tin", "123456789", "--npi", "1003000126"]
    result = _call(folder, "--engine", str(folder / "engine"), "--json", *whose)
    (row,) = json.loads(result.stdout)["rows"]
    assert (row["reports"], row["failed"]) == (2, 1)
    reports = [json.loads(line) for line in (folder / "reports.ndjson").read_text().splitlines()]
    counts, patients = report_rows(reports)
    assert not counts and [p["patient_id"] for p in patients] == ["a", "b"]
    first = patients[0]
    assert (first["measure_id"], first["status"], first["tin"], first["npi"]) == (
        "CMS165", "met", "123456789", "1003000126",
    )  # fmt: skip
    assert (folder / "reports.ndjson").stat().st_mode & 0o077 == 0
    _call(folder, "--engine", str(folder / "engine"), "--any-profile")
    _, patients = report_rows(
        [json.loads(line) for line in (folder / "reports.ndjson").read_text().splitlines()]
    )
    assert {patient["status"] for patient in patients} == {"not_met"}


@needs_node
def test_the_package_that_is_absent_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ecqm_engine, "_global_packages", lambda: "")
    with pytest.raises(CorridorError) as caught:
        _call(folder, "--engine", str(folder / "people"))
    assert caught.value.code == "ECQM-NO-ENGINE" and "npm install" in caught.value.todo


def test_without_node_the_error_says_what_to_install(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(CorridorError) as caught:
        _call(folder)
    assert caught.value.code == "ECQM-NO-NODE"


@needs_node
def test_what_cannot_be_calculated_is_said(folder: Path) -> None:
    engine = ["--engine", str(folder / "engine")]
    (folder / "empty").mkdir()
    (folder / "broken.json").write_text("{")
    for code, change in (
        ("ECQM-NO-PATIENTS", {"people": "empty"}),
        ("ECQM-MEASURE", {"measure": "broken.json"}),
        ("ECQM-NOTHING", {"people": "people/c.json"}),
        ("LOAD-NO-SUCH-FILE", {"people": "nobody"}),
    ):
        with pytest.raises(CorridorError) as caught:
            _call(folder, *engine, **change)
        assert caught.value.code == code

"""corridor qp over a complete run: everyone, one clinician, a derivation, and what it refuses."""

from __future__ import annotations

from pathlib import Path

import pytest

from corridor.engine.files import write_atomically, write_json
from tests.measures.bench_tables import Tables
from tests.programs.command import corridor
from tests.programs.qp.test_claims import TRACK, bench, computed, service, with_people, with_services

MADE = (
    "claims.period",
    "qp.service",
    "qp.member",
    "qp.score",
    "qp.status",
    "qp.low_volume",
    "qp.clinician_year",
)


def leave(tables: Tables, home: Path, names: tuple[str, ...] = MADE) -> None:
    """Leave the tables of a bench as a complete run."""
    entries = []
    for name in names:
        folder = home / "steps" / name / "k"
        folder.mkdir(parents=True)
        tables.con.execute(f"copy (select * from {name}) to '{folder}/part.parquet' (format parquet)")
        entries.append({"step": name, "rows": 1, "outputs": [f"steps/{name}/k"]})
    setting = {"performance_year": 2027, "payment_year": 2029, "data_year": 2025}
    write_json(
        home / "runs" / "one" / "manifest.json", {"run_id": "one", "setting": setting, "steps": entries}
    )
    write_atomically(home / "runs" / "current", "one\n")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    tables = bench(TRACK)
    with_services(tables, [service(202501, "N1", 1, 80), service(202501, "N1", 3, 20)])
    with_people(tables, {1})
    tables.make("qp.score")
    tables.make("qp.volume")
    columns = {"performance_year": "INTEGER", "tin": "VARCHAR", "npi": "VARCHAR"}
    tables.give("asm.eligibility", {**columns, "eligible": "BOOLEAN", "reason": "VARCHAR"}, [])
    tables.give("asm.result", {**columns, "payment_adjustment_factor": "DOUBLE"}, [])
    for name in ("qp.status", "qp.low_volume", "qp.clinician_year"):
        computed(tables, name)
    made = tmp_path_factory.mktemp("qp")
    leave(tables, made)
    return made


@pytest.fixture
def settings(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CORRIDOR_HOME", str(home))
    path = tmp_path / "corridor.toml"
    path.write_text(
        '[overrides]\n"qp.entity_track" = [{apm_entity_id = "A1", track = "enhanced"}]\n', encoding="utf-8"
    )
    return path


def test_everyone_and_one(settings: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = corridor(capsys, "qp", "--json", "--config", settings).json()["rows"]
    assert [(row["payment_year"], row["qp_status"]) for row in rows] == [(2027, "qp"), (2029, "unknown")]
    text = corridor(capsys, "qp", "N1", "--payment-year", 2027, "--config", settings).out
    assert "excluded_qp" in text and "may lack patients" in text
    assert corridor(capsys, "qp", "T1", "--json", "--config", settings).json()["rows"] == rows


def test_written(settings: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out.csv"
    answer = corridor(capsys, "qp", "--out", out, "--json", "--config", settings)
    assert answer.json()["rows"] == [{"rows": 2, "file": str(out)}]
    assert out.read_text(encoding="utf-8").startswith("npi,tin,payment_year")


def test_derived(settings: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answer = corridor(capsys, "qp", "N1", "--derive", "--year", 2025, "--config", settings)
    assert "payment_score" in answer.out and "qp.threshold" in answer.out


@pytest.mark.parametrize(
    ("code", "arguments"),
    [("QP-ID", ("9",)), ("QP-YEAR", ("N1", "--derive", "--year", 2026))],
)
def test_refused(
    code: str, arguments: tuple[object, ...], settings: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = corridor(capsys, "qp", *arguments, "--json", "--config", settings)
    assert (answer.status, answer.json()["error"]["code"]) == (1, code)


def test_a_payment_year_without_statuses_names_those_there_are(
    settings: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    refused = corridor(capsys, "qp", "--payment-year", "1999", "--config", settings)
    assert "QP-YEAR" in refused.err and "2027" in refused.err


def test_a_run_without_statuses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    leave(bench(), tmp_path, ())
    monkeypatch.setenv("CORRIDOR_HOME", str(tmp_path))
    assert corridor(capsys, "qp", "--json").json()["error"]["code"] == "QP-NOT-MADE"

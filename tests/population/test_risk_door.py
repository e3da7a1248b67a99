"""corridor risk: two files in, scores out; what is refused, and how it says so."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import pytest

from corridor.engine.warehouse import Warehouse
from corridor.errors import CorridorError
from corridor.jobs.risk import RiskScores, score_people, write_scores
from corridor.law import load_rules
from tests.population.risk_bench import installed_home

PEOPLE = """person_id,age,sex,dual_status,original_reason,institutional,new_enrollee
P 1,74,F,00,0,No,No
007,58,M,02,1,No,No
ü/x,82,female,1,0,yes,no
"""
DIAGNOSES = """person_id,code
P 1,E11.9
P 1,i50.9
P 1,E119
P 1,nonsense
007,F20.9
ü/x,Z00.00
nobody,E119
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.getbasetemp() / "risk" / "corridor-data"
    installed_home(folder)
    return folder


def score(
    folder: Path, home: Path, people: str = PEOPLE, diagnoses: str = DIAGNOSES, **options: Any
) -> RiskScores:
    (folder / "people.csv").write_text(people, encoding="utf-8")
    (folder / "diagnoses.csv").write_text(diagnoses, encoding="utf-8")
    return score_people(
        folder / "people.csv", folder / "diagnoses.csv", load_rules(["risk"]), Warehouse.open(home), **options
    )


def test_rows_echo_people_in_their_order(tmp_path: Path, home: Path) -> None:
    scores = score(tmp_path, home, model="v28", year=2026)
    assert [row["person_id"] for row in scores.rows] == ["P 1", "007", "ü/x"]
    first = scores.rows[0]
    assert first["raw_score"] == pytest.approx(1.033) and first["hccs"] == [38, 226]
    assert first["payment_score"] == pytest.approx(1.033 / 1.067 * 0.941)
    assert [row["segment"] for row in scores.rows[1:]] == ["community_full_dual_disabled", "institutional"]


def test_what_cannot_count_is_counted(tmp_path: Path, home: Path) -> None:
    scores = score(tmp_path, home, year=2026)
    counts = scores.inputs
    assert (counts.people, counts.diagnoses, counts.unknown_codes, counts.without_person) == (3, 7, 1, 1)
    assert counts.examples == ("NONSENSE",) and counts.codes_without_hcc == 1
    assert "hold no ICD-10 code (NONSENSE)" in scores.warnings[0]
    assert not any("P 1" in text or "nobody," in text for text in scores.warnings)


def test_parts_of_one_person_and_of_everyone(tmp_path: Path, home: Path) -> None:
    one = score(tmp_path, home, year=2026, explain="007")
    assert list(one.parts) == ["007"]
    assert sum(part["coefficient"] for part in one.parts["007"]) == pytest.approx(one.rows[1]["raw_score"])
    everyone = score(tmp_path, home, year=2026, explain="*")
    assert list(everyone.parts) == ["P 1", "007", "ü/x"]


def test_the_blend_of_a_year(tmp_path: Path, home: Path) -> None:
    v24, v28, both = (
        score(tmp_path, home, model=model, year=2025).rows[0] for model in ("v24", "v28", "blend")
    )
    assert both["raw_score"] is None
    assert both["payment_score"] == pytest.approx(0.33 * v24["payment_score"] + 0.67 * v28["payment_score"])


def test_a_year_without_its_own_edition_says_so(tmp_path: Path, home: Path) -> None:
    scores = score(tmp_path, home, model="v24", year=2027)
    assert any("No mapping edition of 2027" in text for text in scores.warnings)
    proposed = score(tmp_path, home, year=2027)
    assert any("those CMS proposed" in text for text in proposed.warnings)
    assert any(one["status"] == "proposed" for one in proposed.assumptions)
    assert score(tmp_path, home).year == 2026  # the newest final coefficients


def test_parquet_in_and_every_format_out(tmp_path: Path, home: Path) -> None:
    for name, text in (("people", PEOPLE), ("diagnoses", DIAGNOSES)):
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
        duckdb.sql(f"copy (select * from read_csv('{tmp_path / name}.csv', all_varchar = true)) "
                   f"to '{tmp_path / name}.parquet' (format parquet)")  # fmt: skip
    rules = load_rules(["risk"])
    scores = score_people(
        tmp_path / "people.parquet", tmp_path / "diagnoses.parquet", rules, Warehouse.open(home), year=2026
    )
    assert scores.rows == score(tmp_path, home, year=2026).rows
    for ending in ("csv", "parquet", "json", "xlsx"):
        write_scores(tmp_path / f"out.{ending}", scores)
        assert (tmp_path / f"out.{ending}").stat().st_size > 0
    found = duckdb.sql(f"select person_id, segment, hccs from '{tmp_path / 'out.parquet'}'").fetchall()
    assert found[0] == ("P 1", "community_non_dual_aged", "38 226")


def test_optional_columns_have_defaults_and_say_so(tmp_path: Path, home: Path) -> None:
    scores = score(tmp_path, home, "person_id,age,sex\n1,70,F\n", "person_id,code\n1,E119\n", year=2026)
    assert scores.rows[0]["segment"] == "community_non_dual_aged"
    assert any(
        "dual_status, original_reason, institutional, new_enrollee" in text for text in scores.warnings
    )


def test_esrd(tmp_path: Path, home: Path) -> None:
    people = (
        "person_id,age,sex,dual_status,esrd_status,graft_months\na,67,F,02,graft,6\nb,67,M,00,dialysis,\n"
    )
    scores = score(tmp_path, home, people, "person_id,code\na,D66\nb,E1169\n", model="esrd_v24", year=2026)
    assert [round(row["raw_score"], 3) for row in scores.rows] == [3.247, 0.661]
    silent = score(tmp_path, home, PEOPLE, model="esrd_v24", year=2026)
    assert any("scored as on dialysis" in text for text in silent.warnings)


@pytest.mark.parametrize(
    ("people", "diagnoses", "code", "line", "field"),
    [
        (PEOPLE.splitlines()[0] + "\n", DIAGNOSES, "RISK-NOBODY", None, None),
        (PEOPLE.replace("74", "old"), DIAGNOSES, "RISK-ROW", 2, "age"),
        (PEOPLE.replace("58", "158"), DIAGNOSES, "RISK-ROW", 3, "age"),
        (PEOPLE.replace("female", "x"), DIAGNOSES, "RISK-ROW", 4, "sex"),
        (PEOPLE.replace("M,02", "M,77"), DIAGNOSES, "RISK-ROW", 3, "dual_status"),
        (PEOPLE, DIAGNOSES.replace("007,F20.9", "007,"), "RISK-ROW", 6, "code"),
        (PEOPLE.replace("007", "P 1"), DIAGNOSES, "RISK-PERSON-TWICE", 3, "person_id"),
        (PEOPLE.replace("age,", "years,"), DIAGNOSES, "TABULAR-MISSING-COLUMN", 1, "age"),
        ("person_id,age,sex,esrd_status\na,67,F,graft\n", DIAGNOSES, "RISK-GRAFT-MONTHS", 2, "graft_months"),
    ],
)
def test_bad_rows_are_one_clear_error(
    people: str, diagnoses: str, code: str, line: int, field: str, tmp_path: Path, home: Path
) -> None:
    with pytest.raises(CorridorError) as caught:
        score(tmp_path, home, people, diagnoses, year=2026)
    error = caught.value
    assert (error.code, error.line, error.field) == (code, line, field)
    assert error.file in ("people.csv", "diagnoses.csv") and "P 1" not in error.text()


def test_other_refusals(tmp_path: Path, home: Path) -> None:
    for options, code in (
        ({"model": "v99"}, "RISK-MODEL"),
        ({"year": 2026, "explain": "somebody"}, "RISK-NO-PERSON"),
        ({"year": 2020}, "RISK-REFERENCE"),
    ):
        with pytest.raises(CorridorError) as caught:
            score(tmp_path, home, **options)
        assert caught.value.code == code
    with pytest.raises(CorridorError) as caught:
        score(tmp_path, tmp_path / "empty")
    assert caught.value.code == "RISK-REFERENCE"


def command(folder: Path, home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    (folder / "people.csv").write_text(PEOPLE, encoding="utf-8")
    (folder / "diagnoses.csv").write_text(DIAGNOSES, encoding="utf-8")
    return subprocess.run(
        [sys.executable, "-m", "corridor.cli.main", "risk", "people.csv", "diagnoses.csv", *arguments],
        cwd=folder,
        env={"CORRIDOR_HOME": str(home), "PATH": "", "COLUMNS": "110"},
        capture_output=True,
        text=True,
    )


def test_the_command(tmp_path: Path, home: Path) -> None:
    done = command(tmp_path, home, "--model", "v28", "--year", "2026", "--json", "--out", "out.csv")
    assert done.returncode == 0, done.stderr
    given = json.loads(done.stdout)
    assert given["program"] == "risk" and given["year"] == 2026 and len(given["rows"]) == 3
    assert {"person_id", "segment", "raw_score", "normalised_score", "payment_score"} <= set(given["rows"][0])
    assert (tmp_path / "out.csv").read_text(encoding="utf-8").startswith("person_id,")
    text = command(tmp_path, home, "--year", "2026", "--explain", "P 1")
    assert text.returncode == 0 and "DIABETES_HF_V28" in text.stdout
    refused = command(tmp_path, home, "--set", "asm.risk_level=1")
    assert refused.returncode == 1 and "RISK-OVERRIDE" in refused.stderr

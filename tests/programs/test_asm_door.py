"""The calculator door: formats in and out, the national cohort, levers, who joins and leaves."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import openpyxl
import pytest

from corridor.law import load_rules
from corridor.programs.asm.cells import npi_is_valid, tin_is_valid
from corridor.programs.asm.compute import settle
from corridor.programs.asm.door import read_asm_file
from corridor.programs.asm.levers import levers
from corridor.programs.asm.settlement import Settlement
from tests.programs.command import corridor

EXAMPLE = """tin,npi,cohort,final_score,part_b_paid
012345678,1234567893,heart_failure,74.3,400000
012345678,1245319599,heart_failure,62,250000
012345678,1679576722,heart_failure,0,100000
"""
MEASURED = """tin,npi,cohort,part_b_paid,cost_per_episode,attributed_episodes,\
improvement_activities_attested,promoting_interoperability_score,q492_rate,q008_rate,q005_rate,q236_rate,q377_rate
123456789,1234567893,heart_failure,400000,13500,45,1,0.80,66.0,95.0,80.0,70.0,5.0
123456789,1245319599,heart_failure,300000,16000,45,2,1.0,70.0,98.5,99.0,85.0,
"""
Capture = pytest.CaptureFixture[str]


@pytest.fixture
def example(tmp_path: Path) -> Path:
    path = tmp_path / "scores.csv"
    path.write_text(EXAMPLE, encoding="utf-8")
    return path


def settled(path: Path, text: str, *, national: bool = False, **overrides: Any) -> Settlement:
    path.write_text(text, encoding="utf-8")
    rules = load_rules(["asm"], overrides={f"asm.{name}": value for name, value in overrides.items()})
    inputs = read_asm_file(path, rules.in_force(2027), national=national)
    return settle(inputs, rules, 2027, national=national)


# -- formats -----------------------------------------------------------------------------------


def records() -> list[dict[str, Any]]:
    return list(csv.DictReader(EXAMPLE.splitlines()))


def as_workbook(path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Scores of the practice"])  # a title above the header
    sheet.append(list(records()[0]))
    for r in records():
        sheet.append([r["tin"], int(r["npi"]), r["cohort"], float(r["final_score"]), int(r["part_b_paid"])])
    book.save(path)


def as_json(path: Path) -> None:
    rows = [
        {**r, "final_score": float(r["final_score"]), "part_b_paid": int(r["part_b_paid"])} for r in records()
    ]
    path.write_text(json.dumps({"rows": rows}), encoding="utf-8")


def as_parquet(path: Path) -> None:
    source = path.with_suffix(".source.csv")
    source.write_text(EXAMPLE, encoding="utf-8")
    with duckdb.connect() as con:
        con.execute(
            f"copy (select tin, npi, cohort, cast(final_score as double) as final_score, cast(part_b_paid as "
            f"decimal(18,2)) as part_b_paid from read_csv('{source}', all_varchar = true)) to '{path}' "
            "(format parquet)"
        )


def as_semicolons(path: Path) -> None:
    path.write_bytes(("\ufeff" + EXAMPLE.replace(",", ";")).replace("\n", "\r\n").encode("utf-8"))


@pytest.mark.parametrize(
    ("name", "write"),
    [("s.xlsx", as_workbook), ("s.json", as_json), ("s.parquet", as_parquet), ("s.csv", as_semicolons)],
)
def test_every_format_gives_the_same_answer(
    name: str, write: Any, tmp_path: Path, example: Path, capsys: Capture
) -> None:
    expected = corridor(capsys, "settle", "asm", example, "--json").json()["rows"]
    write(tmp_path / name)
    answer = corridor(capsys, "settle", "asm", tmp_path / name, "--json")
    assert answer.status == 0, answer.err
    assert answer.json()["rows"] == expected
    assert [row["tin"] for row in expected] == ["012345678"] * 3  # as text, zero in front


@pytest.mark.parametrize("name", ["out.xlsx", "out.csv", "out.parquet", "out.json"])
def test_results_are_written(name: str, tmp_path: Path, example: Path, capsys: Capture) -> None:
    out = tmp_path / name
    answer = corridor(capsys, "settle", "asm", example, "--json", "--out", out)
    rows = answer.json()["rows"]
    expected = [(r["npi"], r["dollars"]) for r in rows]
    found: list[tuple[str, float]]
    if name.endswith("xlsx"):
        book = openpyxl.load_workbook(out)
        assert book.sheetnames == [
            "Results", "Cohorts", "Payment years", "Levers", "Assumptions", "Warnings",
        ]  # fmt: skip
        header, *lines = book["Results"].iter_rows(values_only=True)
        found = [(str(r[header.index("npi")]), float(str(r[header.index("dollars")]))) for r in lines]
    elif name.endswith("csv"):
        with out.open(encoding="utf-8", newline="") as stream:
            found = [(r["npi"], float(r["dollars"])) for r in csv.DictReader(stream)]
    elif name.endswith("parquet"):
        found = duckdb.sql(f"select npi, dollars from '{out}'").fetchall()
    else:
        found = [(r["npi"], r["dollars"]) for r in json.loads(out.read_text(encoding="utf-8"))]
    assert [n for n, _ in found] == [n for n, _ in expected]
    assert [d for _, d in found] == pytest.approx([d for _, d in expected], rel=1e-12)


def test_text_that_looks_like_a_formula_stays_text(tmp_path: Path, capsys: Capture) -> None:
    file = tmp_path / "s.csv"
    file.write_text("tin,npi,cohort,final_score,part_b_paid\n=1+1,@SUM(A1),heart_failure,50,1000\n")
    corridor(capsys, "settle", "asm", file, "--json", "--out", tmp_path / "o.csv")
    with (tmp_path / "o.csv").open(encoding="utf-8", newline="") as stream:
        row = next(csv.DictReader(stream))
    assert (row["tin"], row["npi"]) == ("'=1+1", "'@SUM(A1)")


def test_the_plain_answer_speaks_first(example: Path, capsys: Capture) -> None:
    answer = corridor(capsys, "settle", "asm", example)
    first, *rest = answer.out.splitlines()
    assert first.startswith("ASM 2027, paid in 2029: 3 clinicians together lose $10,125")
    # 0.15 x 0.09 x 750,000 = 10,125 is what CMS keeps
    assert "settled among themselves" in first
    assert any("asm.logistic_steepness = 0.1" in line for line in rest)
    assert max(map(len, answer.out.splitlines())) <= 110


def test_settings_may_override_a_rule(example: Path, tmp_path: Path, capsys: Capture) -> None:
    config = tmp_path / "corridor.toml"
    config.write_text('[overrides]\n"asm.risk_level" = 0.12\n', encoding="utf-8")
    found = corridor(capsys, "settle", "asm", example, "--config", config, "--json").json()
    assert found["rows"][2]["payment_adjustment_factor"] == -0.12
    record = next(r for r in found["assumptions"] if r["rule"] == "asm.risk_level")
    assert record["overridden"]


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [("none.csv", None, "DOOR-FILE"), ("s.json", "{", "DOOR-JSON"), ("s.json", '{"a": 1}', "DOOR-JSON"),
     ("s.json", '[{"tin": [1]}]', "DOOR-JSON"), ("s.csv", "", "TABULAR-EMPTY")],
)  # fmt: skip
def test_files_that_cannot_be_read(
    name: str, text: str | None, code: str, tmp_path: Path, capsys: Capture
) -> None:
    if text is not None:
        (tmp_path / name).write_text(text, encoding="utf-8")
    answer = corridor(capsys, "settle", "asm", tmp_path / name, "--json")
    assert answer.status == 1
    assert answer.json()["error"]["code"] == code


def test_an_unknown_program(example: Path, capsys: Capture) -> None:
    assert corridor(capsys, "settle", "qpx", example, "--json").json()["error"]["code"] == "SETTLE-PROGRAM"


def test_npi_check_digits() -> None:
    assert npi_is_valid("1234567893")  # the example of CMS's own check-digit document
    assert not npi_is_valid("1234567890")
    assert not npi_is_valid("123456789")
    assert tin_is_valid("12-3456789")
    assert not tin_is_valid("1234")


# -- the national cohort ---------------------------------------------------------------------------


def test_own_clinicians_take_their_place_in_the_country(tmp_path: Path) -> None:
    found = settled(tmp_path / "s.csv", EXAMPLE, national=True)
    (cohort,) = found.cohorts()
    assert (cohort["size"], cohort["own"]) == (2610, 3)  # the list of heart failure, asm.md 10.7
    again = settled(tmp_path / "s.csv", EXAMPLE, national=True)
    assert again.rows() == found.rows()  # no chance in it
    scores = np.array(found.national_scores()["heart_failure"])
    assert len(scores) == 2607
    assert (scores == 0).sum() == round(2607 * 0.05)
    inside = scores[scores > 0]
    assert inside.mean() == pytest.approx(62, abs=0.5)
    assert inside.std() == pytest.approx(15, abs=0.5)
    paid = found.clinicians["part_b_paid"][3:]
    assert np.median(paid) == pytest.approx(160_000, rel=0.01)
    assert (
        abs(np.corrcoef(np.argsort(np.argsort(scores)), np.log(paid))[0, 1]) < 0.02
    )  # dealt without pattern
    assert {"asm.national_cohort", "asm.calibration_list_rows"} <= {r["rule"] for r in found.assumptions()}
    alone = settled(tmp_path / "s.csv", EXAMPLE)
    assert "asm.national_cohort" not in {r["rule"] for r in alone.assumptions()}


def test_part_b_may_be_unknown_inside_the_country(tmp_path: Path) -> None:
    text = "tin,npi,cohort,final_score\n123456789,1234567893,heart_failure,74.3\n"
    (row,) = settled(tmp_path / "s.csv", text, national=True).rows()
    assert row["payment_adjustment_factor"] > 0
    assert row["dollars"] is None


def test_more_clinicians_than_the_country_are_settled_among_themselves(tmp_path: Path) -> None:
    lines = [f"1,{n},heart_failure,{40 + n % 30},1000" for n in range(2610)]
    found = settled(
        tmp_path / "s.csv", "tin,npi,cohort,final_score,part_b_paid\n" + "\n".join(lines), national=True
    )
    assert found.national_scores() == {}
    assert any("settled among themselves" in warning for warning in found.warnings)


def test_a_national_cohort_uses_the_stand_ins_of_cost_and_quality(tmp_path: Path) -> None:
    found = settled(tmp_path / "s.csv", MEASURED, national=True)
    assert found.cohorts()[0]["cost_median"] == 14429.9  # asm.md 10.5


# -- years, levers, moves ----------------------------------------------------------------------------


def test_dollars_of_every_payment_year_follow_the_risk_level(tmp_path: Path) -> None:
    found = settled(tmp_path / "s.csv", EXAMPLE)
    zero = [row for row in found.dollars_by_year() if row["npi"] == "1679576722"]
    assert [(r["payment_year"], r["dollars"]) for r in zero] == [
        (2029, -9000.0), (2030, -9000.0), (2031, -10000.0), (2032, -11000.0), (2033, -12000.0),
    ]  # fmt: skip
    for row in found.dollars_by_year():
        assert row["dollars_low"] <= row["dollars"] <= row["dollars_high"]


def test_a_lever_is_worth_what_settling_the_changed_score_gives(tmp_path: Path) -> None:
    found = settled(tmp_path / "s.csv", MEASURED, national=True)
    moved = {(row["npi"], row["measure"]): row for row in levers(found)}
    base = {row["npi"]: row for row in found.rows()}
    cohort = found.cohorts()[0]
    quality = moved["1234567893", "005"]
    # one point of fifty, half of the score: 100 x 0.5 x 1/50 = 1 point
    assert quality["final_score"] == pytest.approx(base["1234567893"]["final_score"] + 1)
    transformed = 1 / (1 + np.exp(-0.1 * (quality["final_score"] - cohort["midpoint"])))
    factor = 0.09 * transformed * cohort["scaling_factor"] - 0.09
    assert quality["dollars"] == pytest.approx(400_000 * factor - base["1234567893"]["dollars"])
    # a cost band is a tenth of the category: 100 x 0.5 x 0.1 = 5 points; attesting the second activity 10
    assert moved["1234567893", "cost"]["final_score"] == pytest.approx(base["1234567893"]["final_score"] + 5)
    activities = moved["1234567893", "improvement_activities"]
    assert activities["final_score"] == pytest.approx(base["1234567893"]["final_score"] + 10)
    # nothing to gain where the end is reached: both activities, full interoperability, ten points
    for measure in ("improvement_activities", "promoting_interoperability", "008"):
        assert ("1245319599", measure) not in moved
    # an unreported measure can gain its first point
    assert moved["1245319599", "377"]["dollars"] > 0
    assert all(row["dollars"] > 0 for row in moved.values())


def test_with_nothing_but_final_scores_the_lever_is_a_point(tmp_path: Path) -> None:
    moved = levers(settled(tmp_path / "s.csv", EXAMPLE))
    assert {row["measure"] for row in moved} == {"final_score"}
    assert {row["npi"] for row in moved} == {"1234567893", "1245319599"}


def test_who_joins_brings_the_adjustment_and_who_leaves_takes_it(example: Path, capsys: Capture) -> None:
    base = {r["npi"]: r for r in corridor(capsys, "settle", "asm", example, "--json").json()["rows"]}
    answer = corridor(
        capsys, "roster", "--add", "1234567893", "--remove", "1679576722", "--file", example, "--json"
    )
    rows = {(r["npi"], r["payment_year"]): r for r in answer.json()["rows"]}
    assert len(rows) == 10  # two clinicians, five payment years
    assert rows["1234567893", 2029]["dollars"] == pytest.approx(base["1234567893"]["dollars"])
    assert rows["1679576722", 2029]["dollars"] == 9000.0  # a loss of 9,000 leaves
    assert rows["1679576722", 2033]["dollars"] == 12000.0
    text = corridor(capsys, "roster", "--remove", "1679576722", "--file", example).out
    assert text.startswith("1 move: the practice gains $9,000 in 2029.")


def test_several_tins_carry_the_highest_score_to_a_new_one(tmp_path: Path, capsys: Capture) -> None:
    file = tmp_path / "s.csv"
    file.write_text(
        "tin,npi,cohort,final_score,part_b_paid\n111111111,A,heart_failure,30,1000\n"
        "222222222,A,heart_failure,90,3000\n333333333,B,heart_failure,50,1000\n"
    )
    base = {r["tin"]: r for r in corridor(capsys, "settle", "asm", file, "--json").json()["rows"]}
    joins = corridor(capsys, "roster", "--add", "A", "--file", file, "--json").json()["rows"][0]
    assert joins["payment_adjustment_factor"] == base["222222222"]["payment_adjustment_factor"]
    assert joins["dollars"] == pytest.approx(4000 * base["222222222"]["payment_adjustment_factor"])
    leaves = corridor(
        capsys, "roster", "--remove", "A", "--tin", "111111111", "--file", file, "--json"
    ).json()
    assert leaves["rows"][0]["dollars"] == pytest.approx(-base["111111111"]["dollars"])
    same = corridor(
        capsys, "roster", "--add", "A", "--file", file, "--json", "--set", "asm.new_tin_rule=same_tin_only"
    ).json()
    assert same["rows"][0]["dollars"] == 0


def test_someone_unknown_keeps_the_whole_risk_open(example: Path, capsys: Capture) -> None:
    answer = corridor(capsys, "roster", "--add", "1000000004", "--file", example, "--json").json()
    assert all(row["dollars"] is None for row in answer["rows"])
    assert [row["risk_level"] for row in answer["rows"]] == [0.09, 0.09, 0.10, 0.11, 0.12]


def test_a_roster_without_anybody(capsys: Capture) -> None:
    assert corridor(capsys, "roster", "--json").json()["error"]["code"] == "ROSTER-NOBODY"

"""The calculator door refuses what it cannot read, and says where."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from corridor.errors import CorridorError
from corridor.law import load_rules
from corridor.programs.asm.cells import read_number
from corridor.programs.asm.door import read_asm_file
from corridor.programs.asm.inputs import AsmInputs


def door(path: Path, text: str) -> AsmInputs:
    path.write_text(text, encoding="utf-8")
    return read_asm_file(path, load_rules(["asm"]).in_force(2027))


def refused(path: Path, text: str) -> CorridorError:
    with pytest.raises(CorridorError) as caught:
        door(path, text)
    return caught.value


@pytest.mark.parametrize(
    ("text", "value"),
    [("400000", 400_000), ("$400,000.50", 400_000.5), ("1,234,567", 1_234_567), ("4e5", 400_000), (".5", 0.5),
     ("+7.", 7)],
)  # fmt: skip
def test_numbers_as_people_write_them(text: str, value: float) -> None:
    assert read_number(text, "dollars") == value


@pytest.mark.parametrize(
    "text",
    ["410000,50", "1,00", "1,2345", ",100", "$$5", "5$", "4_000", "\u0664\u0660", "inf", "0x10", "1 000",
     "1e999", "1.000,00"],
)  # fmt: skip
def test_other_numbers_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="amount of dollars"):
        read_number(text, "dollars")


HEAD = "tin,npi,cohort,part_b_paid"
WHO = "012345678,1234567893,heart_failure"
ELSE = "012345678,1245319599,heart_failure"


def test_a_file_that_says_nothing_of_scores(tmp_path: Path) -> None:
    error = refused(tmp_path / "s.csv", f"{HEAD},practice_size\n{WHO},400000,3\n")
    assert (error.code, error.field) == ("ASM-COLUMN-MISSING", "final_score")
    error = refused(tmp_path / "s.csv", f"{HEAD},finalscore\n{WHO},400000,3\n")
    assert "finalscore" in str(error.todo)
    for column, cell in (("quality_score", "0.5"), ("cost_per_episode", "9000"), ("q005_rate", "80")):
        door(tmp_path / "s.csv", f"{HEAD},{column}\n{WHO},400000,{cell}\n")


@pytest.mark.parametrize(
    ("column", "cell"),
    [("complex_patient_bonus", "10.5"), ("part_b_paid_payment_year", "1e308"), ("cost_median", "1e13"),
     ("cost_standard_deviation", "0"), ("improvement_activities_attested", "1_0")],
)  # fmt: skip
def test_values_out_of_bounds(column: str, cell: str, tmp_path: Path) -> None:
    error = refused(tmp_path / "s.csv", f"{HEAD},final_score,{column}\n{WHO},400000,50,{cell}\n")
    assert (error.code, error.line, error.field) == ("ASM-VALUE", 2, column)


def test_the_bonus_may_be_the_cap(tmp_path: Path) -> None:
    door(tmp_path / "s.csv", f"{HEAD},final_score,complex_patient_bonus\n{WHO},400000,50,10\n")


@pytest.mark.parametrize("name", ["cost_median", "cost_standard_deviation"])
def test_a_cohort_has_one_cost_benchmark(name: str, tmp_path: Path) -> None:
    head = f"{HEAD},cost_per_episode,{name}\n"
    error = refused(tmp_path / "s.csv", f"{head}{WHO},1,9000,8000\n{ELSE},1,9000,8001\n")
    assert (error.code, error.line, error.field) == ("ASM-VALUE", 3, name)
    assert "line 2" in str(error)
    found = door(tmp_path / "s.csv", f"{head}{WHO},1,9000,8000\n{ELSE},1,9000,8000\n")
    assert any(f"{name} is given without" in warning for warning in found.warnings)


def test_completeness_as_a_share_is_warned_of(tmp_path: Path) -> None:
    found = door(tmp_path / "s.csv", f"{HEAD},q005_rate,q005_completeness\n{WHO},1,80,0.9\n")
    assert any("q005_completeness are at most 1" in warning for warning in found.warnings)


@pytest.mark.parametrize(
    "text",
    ["[" * 200_000, '[{"tin": ' + "9" * 5000 + "}]", '[{"tin": 1, "tin": 2}]', '[{"tin": "\\ud800"}]',
     '[{"\\udfff": 1}]'],
    ids=["deep", "huge", "twice", "surrogate", "surrogate name"],
)  # fmt: skip
def test_json_that_python_stumbles_over(text: str, tmp_path: Path) -> None:
    assert refused(tmp_path / "s.json", text).code == "DOOR-JSON"


def test_parquet_that_is_damaged_inside(tmp_path: Path) -> None:
    path = tmp_path / "s.parquet"
    with duckdb.connect() as con:
        con.execute(
            f"copy (select i::varchar as tin, i as npi, 'hf' as cohort from range(9000) t(i)) to '{path}'"
        )
    data = bytearray(path.read_bytes())
    data[4:2000] = b"\xff" * 1996
    path.write_bytes(data)
    with pytest.raises(CorridorError) as caught:
        read_asm_file(path, load_rules(["asm"]).in_force(2027))
    assert (caught.value.code, caught.value.file) == ("DOOR-FILE", "s.parquet")

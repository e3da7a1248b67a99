"""Corridors hold what they promise for any ACO; a figure is derived down to rules and lines."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corridor.law import load_rules
from corridor.programs.lead.model import ACOS as LEAD
from corridor.programs.reach.model import ACOS as REACH
from tests.programs.command import corridor

RULES = load_rules(["reach", "lead"])
MODELS = {
    "reach": (REACH, RULES.in_force(2026)),
    "reach 2025": (REACH, RULES.in_force(2025)),
    "lead": (LEAD, RULES.in_force(2027)),
}
ARRANGEMENTS = st.sampled_from(["global", "professional"])
PROGRAMS = st.sampled_from([*MODELS])
MONEY = st.floats(1e6, 1e9)


def earned(program: str, arrangement: str, benchmark: float, savings: list[float]) -> np.ndarray:
    """What is earned before sequestration, or owed (below zero), for several outcomes of one ACO."""
    model, force = MODELS[program]
    count = len(savings)
    found = model.evaluate(
        {
            "benchmark_expenditure": np.full(count, benchmark),
            "generated_savings_or_losses": np.array(savings),
            "risk_arrangement": np.full(count, arrangement, dtype=object),
            "savings_first_rate": np.full(count, 0.6 if arrangement == "professional" else 1.0),
            "performance_year": np.full(count, 2026.0),
        },
        force,
        wanted=["earned_savings_or_losses"],
    )
    return np.asarray(found["shared_savings"] - found["shared_losses"])


@settings(max_examples=10, deadline=None)
@given(PROGRAMS, ARRANGEMENTS, MONEY, st.floats(-1, 1))
def test_sharing_is_continuous_and_never_more_than_there_is(
    program: str, arrangement: str, benchmark: float, rate: float
) -> None:
    cent = 0.01
    edges = [sign * edge for edge in (0.05, 0.1, 0.15, 0.2, 0.25, 0.35, 0.5, 0.0) for sign in (1, -1)]
    points = [edge * benchmark + step for edge in edges for step in (-cent, cent)]
    found = earned(program, arrangement, benchmark, points)
    rises = found[1::2] - found[::2]
    assert ((rises >= 0) & (rises <= 2 * cent + 1e-6)).all()
    part = earned(program, arrangement, benchmark, [rate * benchmark])[0]
    assert part * rate >= 0 and abs(part) <= abs(rate) * benchmark + 1e-6
    if arrangement == "professional":
        assert abs(part) <= 0.6 * abs(rate) * benchmark + 1e-6


@settings(max_examples=10, deadline=None)
@given(ARRANGEMENTS, MONEY, st.floats(0, 1))
def test_losses_of_reach_mirror_savings(arrangement: str, benchmark: float, rate: float) -> None:
    gain, loss = earned("reach", arrangement, benchmark, [rate * benchmark, -rate * benchmark])
    assert gain == pytest.approx(-loss)


def test_draws_of_savings_are_shared_like_rows() -> None:
    model, force = MODELS["reach"]
    draws = np.array([[20e6, -12e6, 40e6]])
    found = model.evaluate(
        {
            "benchmark_expenditure": np.array([100e6]),
            "generated_savings_or_losses": draws,
            "risk_arrangement": np.array(["global"], dtype=object),
        },
        force,
        wanted=["earned_savings_or_losses"],
    )
    assert found["earned_savings_or_losses"][0] == pytest.approx([14.7e6, -11e6, 23.275e6])


FILE = "aco_id,risk_arrangement,benchmark_expenditure,performance_expenditure\nD1,global,100000000,80000000\n"


def test_a_figure_is_derived(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, page = tmp_path / "acos.csv", tmp_path / "why.html"
    file.write_text(FILE, encoding="utf-8")
    options = ("--file", file, "--year", 2026)
    found = corridor(capsys, "explain", "reach", "D1", *options, "--json", "--html", page).json()
    tree = found["rows"][0]["tree"]
    assert (found["program"], tree["name"], tree["value"]) == (
        "reach",
        "earned_savings_or_losses",
        pytest.approx(14.7e6),
    )
    text = corridor(capsys, "explain", "lead", "D1", "--file", file, "--quantity", "shared_savings").out
    assert "LEAD 2027: shared savings 17,500,000.00" in text and "lead.corridor" in text
    assert "acos.csv, line 2" in text and page.exists()
    settled = corridor(capsys, "settle", "reach", file, "--out", tmp_path / "out.xlsx").out
    assert "1 ACO earns $14,700,000" in settled


SEGMENTS = """aco_id,aco_type,risk_arrangement,cap_exempt,population,alignment,eligible_months,\
raw_risk_score,normalization_factor,reference_risk_score,coding_intensity_factor,growth_base_risk_score,benchmark_type,regional_rate
D1,standard,professional,no,ad,claims,1000,1.2,0.9,1,0.99,0.98,ratebook,900
"""


def test_the_caps_on_risk_are_part_of_a_derivation(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "acos.csv"
    file.write_text(SEGMENTS, encoding="utf-8")
    options = ("--file", file, "--year", 2026, "--quantity", "benchmark_before_discount", "--full")
    text = corridor(capsys, "explain", "reach", "D1", *options).out
    # 0.98 and three percent, at 900 dollars for 1,000 months
    assert "benchmark before discount 908,460.00" in text
    for rule in ("reach.symmetric_cap", "reach.coding_factor_ceiling", "reach.growth_cap"):
        assert rule in text


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("D1",), "REACH-NEEDS-FILE"),
        (("D9", "--file"), "EXPLAIN-NOT-FOUND"),
        (("D1", "--quantity", "shared_saving", "--file"), "EXPLAIN-QUANTITY"),
    ],
)
def test_what_cannot_be_derived(
    arguments: tuple[str, ...], code: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "acos.csv"
    file.write_text(FILE, encoding="utf-8")
    given_file = (file,) if arguments[-1] == "--file" else ()
    answer = corridor(capsys, "explain", "reach", *arguments, *given_file, "--json")
    assert answer.json()["error"]["code"] == code

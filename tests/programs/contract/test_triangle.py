"""Claims triangles against Mack's published figures, by hand, and at their edges."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from corridor.errors import CorridorError
from corridor.law import load_rules
from corridor.programs.contract.triangle import build, develop, spread
from tests.programs.command import corridor

# Taylor and Ashe (1983), cumulative, as printed in Mack (1993), table 1
TAYLOR_ASHE = [
    [357848, 1124788, 1735330, 2218270, 2745596, 3319994, 3466336, 3606286, 3833515, 3901463],
    [352118, 1236139, 2170033, 3353322, 3799067, 4120063, 4647867, 4914039, 5339085],
    [290507, 1292306, 2218525, 3235179, 3985995, 4132918, 4628910, 4909315],
    [310608, 1418858, 2195047, 3757447, 4029929, 4381982, 4588268],
    [443160, 1136350, 2128333, 2897821, 3402672, 3873311],
    [396132, 1333217, 2180715, 2985752, 3691712],
    [440832, 1288463, 2419861, 3483130],
    [359480, 1421128, 2864498],
    [376686, 1363294],
    [344014],
]
# Mack (1993), table 3: reserves and their standard errors
RESERVES = [0, 94634, 469511, 709638, 984889, 1419459, 2177641, 3920301, 4278972, 4625811]
ERRORS = [0, 75535, 121699, 133549, 261406, 411010, 558317, 875328, 971258, 1363155]
TOTAL, TOTAL_ERROR = 18680856, 2447095
FORCE = load_rules(["contract"]).in_force(2026)


def test_macks_published_reserves_and_standard_errors() -> None:
    square = np.full((10, 10), np.nan)
    for at, line in enumerate(TAYLOR_ASHE):
        square[at, : len(line)] = line
    found = develop(square, list(range(10)), 0.90)
    assert found.ibnr == pytest.approx(RESERVES, abs=0.51)
    assert found.errors == pytest.approx(ERRORS, abs=0.51)
    assert found.ibnr.sum() == pytest.approx(TOTAL, abs=0.51)
    assert found.total_error == pytest.approx(TOTAL_ERROR, abs=0.51)


PAID = (
    "202601,202601,400\n202601,202602,300\n202601,202603,100\n"
    "202602,202602,420\n202602,202603,320\n202603,202603,410"
)


def write(tmp_path: Path, rows: str = PAID) -> Path:
    path = tmp_path / "payments.csv"
    path.write_text(f"service_month,paid_month,paid_amount\n{rows}\n", encoding="utf-8")
    return path


def test_a_small_triangle_by_hand(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """First factor (700 + 740) / (400 + 420) = 1.756098, second 800 / 700 = 1.142857.

    February 740 x 1.142857 = 845.714; March 410 x 1.756098 x 1.142857 = 822.857; to come 105.714 + 412.857.
    """
    found = corridor(capsys, "contract", "triangle", write(tmp_path), "--json").json()
    assert found["factors"] == pytest.approx([1440 / 820, 800 / 700])
    assert [row["ibnr"] for row in found["rows"]] == pytest.approx([0, 105.714286, 412.857143])
    assert found["ibnr"] == pytest.approx(518.571429)
    assert found["ibnr_low"] <= found["ibnr"] <= found["ibnr_high"]
    assert [one["rule"] for one in found["assumptions"]] == [
        "contract.fewest_months",
        "contract.ibnr_interval",
    ]
    text = corridor(capsys, "contract", "triangle", write(tmp_path)).out
    assert "519" in text and "range" in text


def test_as_known_on_a_day_payments_of_later_months_are_not_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    more = write(tmp_path, PAID + "\n202601,202604,10\n202604,202604,400")
    then = corridor(capsys, "contract", "triangle", more, "--as-known-on", "2026-03-31", "--json").json()
    assert then["ibnr"] == pytest.approx(518.571429)


@pytest.mark.parametrize("rows", ["202601,202512,5", "202613,202701,5", "202601,202601,5"])
def test_refused(rows: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answer = corridor(capsys, "contract", "triangle", write(tmp_path, rows), "--json")
    assert answer.json()["error"]["code"] == "CONTRACT-TRIANGLE"


def test_nothing_paid_and_months_without_payments() -> None:
    with pytest.raises(CorridorError, match="no payments"):
        build([], FORCE)
    gap = build([(202601, 202601, 100.0), (202601, 202602, 50.0), (202603, 202603, 80.0)], FORCE)
    assert gap.ibnr[1] == 0 and np.isfinite(gap.ibnr).all() and np.isfinite(gap.total_error)


def test_the_range_of_recoveries_and_of_certainty() -> None:
    assert spread(100.0, 0.0, 0.9) == (100.0, 100.0)
    low, high = spread(-10.0, 5.0, 0.9)
    assert low < -10 < high and (low + high) / 2 == pytest.approx(-10)


def test_a_part_of_the_claims_is_less_sure_than_the_whole() -> None:
    """A quarter of every month: of the factors a quarter of the error, of the process half of it."""
    payments = [
        (202601 + at, 202601 + at + lag, 1000.0 * share * (1 + 0.02 * ((at * 3 + lag * 5) % 4)))
        for at in range(6)
        for lag, share in enumerate([0.5, 0.3, 0.1, 0.06, 0.03, 0.01][: 6 - at])
    ]
    found = build(payments, FORCE)
    whole, part = np.ones(6), np.full(6, 0.25)
    factors_only = np.sqrt(part @ found.shared @ part)
    assert factors_only == pytest.approx(0.25 * np.sqrt(found.shared.sum()))
    expected = np.sqrt(0.25 * found.process.sum() + factors_only**2)
    assert found.error_of(part) == pytest.approx(expected)
    assert found.error_of(part) > 0.25 * found.error_of(whole)

"""Dollars of a status by hand: lump sum, conversion factor, MIPS; and what the trade press says of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from corridor.law import load_rules
from corridor.programs.qp.model import CLINICIANS
from tests.programs.qp.test_scores import settled

QP = {"pay": (100, 100), "paid": 300000}


@pytest.mark.parametrize(("year", "share"), [(2023, 0.035), (2024, 0.0188), (2025, 0.0), (2026, 0.031)])
def test_the_lump_sum_of_each_payment_year(year: int, share: float, tmp_path: Path) -> None:
    """300,000 x 3.5 % = 10,500; x 1.88 % = 5,640; nothing; x 3.1 % = 9,300 (pfs.md G.3)."""
    row = settled(tmp_path, year, QP).rows()[0]
    assert row["payment_year"] == year + 2
    assert row["incentive_dollars"] == pytest.approx(300000 * share)


def test_no_lump_sum_is_invented_for_later_years(tmp_path: Path) -> None:
    row = settled(tmp_path, 2027, QP).rows()[0]
    assert row["incentive_dollars"] is None and row["dollars"] is None


def test_the_gap_of_the_published_factors(tmp_path: Path) -> None:
    """pfs.md H.1, 10: $1,000,000 of 2026 non-QP charges at the QP factor are $1,004,988.

    33.5675 / 33.4009 = 1.00498789...; the charges grow by 4,987.89.
    """
    row = settled(tmp_path, 2024, {**QP, "paid": 1000000}).rows()[0]
    assert row["conversion_factor_dollars"] == pytest.approx(4987.89, abs=0.005)
    assert round(1000000 + row["conversion_factor_dollars"]) == 1004988
    assert row["conversion_factor"] == 33.5675


def test_the_gap_grows_by_the_updates_where_no_factor_is_published(tmp_path: Path) -> None:
    """2028 is the third year: (1.0075 / 1.0025)^3 - 1 = 0.01503734..."""
    row = settled(tmp_path, 2026, QP).rows()[0]
    assert row["conversion_factor_gap"] == pytest.approx((1.0075 / 1.0025) ** 3 - 1, rel=1e-12)
    assert row["conversion_factor"] is None


def test_a_partial_participant_is_paid_nothing_and_may_elect(tmp_path: Path) -> None:
    row = settled(tmp_path, 2026, {**QP, "pay": (45, 100), "pat": (0, 100)}).rows()[0]
    assert (row["status"], row["dollars"], row["mips_status"]) == ("partial_qp", 0, "may_elect")
    assert row["worth"] == pytest.approx(300000 * 0.031 + 300000 * ((1.0075 / 1.0025) ** 3 - 1))


@pytest.mark.parametrize("status", ["exempt", "may_opt_in", "exempt_or_opt_in", "excluded_asm"])
def test_who_need_not_report_is_paid_and_cut_nothing(status: str) -> None:
    """Unless opting in: 0, as the adjustment in qp.clinician_year is 0 too."""
    found = CLINICIANS.evaluate(
        {"mips_status": np.array([status], dtype=object), "mips_worth": np.array([-9000.0])},
        load_rules(["qp"]).in_force(2026),
        wanted=["mips_dollars"],
    )
    assert found["mips_dollars"].tolist() == [0]


def test_a_qualifying_participant_is_out_of_mips(tmp_path: Path) -> None:
    row = settled(tmp_path, 2026, QP).rows()[0]
    assert (row["mips_status"], row["mips_dollars"]) == ("excluded_qp", 0)


@pytest.mark.parametrize(
    ("score", "percent"),
    [
        (0, -9.0), (18.75, -9.0), (18.76, -6.7488), (37.5, -4.5), (38.65, -4.362), (50, -3.0), (60, -1.8),
        (75, 0.0), (90, 0.63), (94, 0.80), (100, 1.05),
    ],
)  # fmt: skip
def test_the_mips_scale(score: float, percent: float) -> None:
    """mips.md T8, at the factor 0.1167 of payment year 2026; 18.76: 9 x (75 - 18.76) / 75 = 6.7488."""
    force = load_rules(["qp"]).in_force(2024)
    found = CLINICIANS.evaluate(
        {"mips_score": np.array([score]), "payment_year": np.array([2026])}, force, wanted=["mips_adjustment"]
    )
    assert found["mips_adjustment"][0] * 100 == pytest.approx(percent, abs=0.005)


def test_no_data_is_the_largest_cut() -> None:
    """Golden verdict: no data means -9 percent; -$27,000 on $300,000 is real, +$27,000 is not.

    The largest reward on $300,000 in payment year 2026 is 300,000 x 9 % x 0.1167 = $3,150.90.
    """
    force = load_rules(["qp"]).in_force(2024)
    found = CLINICIANS.evaluate(
        {
            "mips_score": np.array([np.nan, 100.0]),
            "payment_year": np.array([2026, 2026]),
            "part_b_paid": np.array([300000.0, 300000.0]),
        },
        force,
        wanted=["mips_worth"],
    )
    assert found["mips_worth"].tolist() == pytest.approx([-27000, 3150.9])


def test_a_reward_is_not_invented_where_its_factor_is_not_published() -> None:
    force = load_rules(["qp"]).in_force(2026)
    found = CLINICIANS.evaluate(
        {"mips_score": np.array([100.0, 50.0]), "payment_year": np.array([2028, 2028])},
        force,
        wanted=["mips_adjustment"],
    )
    assert np.isnan(found["mips_adjustment"][0])
    assert found["mips_adjustment"][1] == pytest.approx(-0.03)


def test_the_factor_alone_is_a_tenth_of_what_is_claimed(tmp_path: Path) -> None:
    """Golden verdict: "$204,000 to $306,000 a year on $2 to 5 million".

    The factor alone: 0.4988 % of 2 million is $9,976, of 5 million $24,939: a twentieth, a twelfth of it.
    """
    low, high = (settled(tmp_path, 2024, {**QP, "paid": base}).rows()[0] for base in (2000000, 5000000))
    assert low["conversion_factor_dollars"] == pytest.approx(9975.78, abs=0.01)
    assert high["conversion_factor_dollars"] == pytest.approx(24939.45, abs=0.01)
    assert high["conversion_factor_dollars"] < 204000 / 8


@pytest.mark.parametrize(
    ("status", "asm", "volume", "expected"),
    [
        ("qp", 1.0, "required", "excluded_asm"),
        ("qp", 0.0, "required", "excluded_qp"),
        ("partial_qp", 0.0, "required", "may_elect"),
        ("none", 0.0, "required", "required"),
        ("none", 0.0, "exempt", "exempt"),
        ("none", 0.0, "may_opt_in", "may_opt_in"),
        ("none", 0.0, None, "required_unless_low_volume"),
        ("unknown", 0.0, "required", "required_unless_qp"),
        ("unknown", 0.0, "exempt", "exempt"),
        ("unknown", 0.0, None, "unknown"),
        ("none", np.nan, "required", "required"),
    ],
)
def test_mips_beside_the_other_statuses(status: str, asm: float, volume: str | None, expected: str) -> None:
    found = CLINICIANS.evaluate(
        {
            "status": np.array([status], dtype=object),
            "asm_participant": np.array([asm]),
            "low_volume": np.array([volume], dtype=object),
        },
        load_rules(["qp"]).in_force(2026),
        wanted=["mips_status"],
    )
    assert found["mips_status"].tolist() == [expected]

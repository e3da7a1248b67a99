"""The impact of a schedule: parts by hand, sums at every level to the cent, nothing priced at zero."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corridor.billing.impact import LEVELS, PARTS, Years, make_impact, rows_of_level
from corridor.law import load_rules
from tests.billing.impact_bench import FACTORS, bench

FORCE = load_rules(["pfs", "qp"]).in_force(2026)


def impact(lines, year_from=2025, year_to=2026):
    con = bench(lines, year_from, year_to)
    left = make_impact(con, FORCE, Years(year_from, year_to))
    return con, left


def total(lines, **years):
    con, _ = impact(lines, **years)
    (row,) = rows_of_level(con, "total")
    return row


def test_an_office_visit_by_hand():
    # 99214 office, national: 125.18 becomes 135.61. Work stands still, practice expense and malpractice move.
    row = total([{"repeat": 1000}])
    assert (row["from_amount"], row["to_amount"], row["change"]) == (
        Decimal("125180.00"), Decimal("135610.00"), Decimal("10430.00"))  # fmt: skip
    # Two factors a component: RVU part = (rvu1 - rvu0) x (CF0 + CF1) / 2, a thousand times:
    # practice expense 0.20 x 32.8737 = 6,574.74; malpractice -0.01 x 32.8737 = -328.74
    assert float(row["practice_expense_non_facility"]) == pytest.approx(6574.74, abs=1.5)
    assert float(row["malpractice"]) == pytest.approx(-328.74, abs=1.5)
    # conversion factor: 1.0544 x (3.87 + 4.06) / 2 = 4.1807 a visit
    assert float(row["conversion_factor"]) == pytest.approx(4180.70, abs=3)
    assert row["work_efficiency"] == row["work_revaluation"] == row["gpci"] == row["policy"] == 0
    # each line is rounded, and its components: 135.607654 to 135.61 and 125.180955 to 125.18
    assert float(row["rounding"]) == pytest.approx(1000 * (0.002346 + 0.000955), abs=0.5)


def test_a_knee_replacement_loses_by_efficiency_and_practice_expense():
    row = total([{"hcpcs_code": "27447", "setting": "facility"}])
    assert (row["from_amount"], row["to_amount"]) == (Decimal("1257.63"), Decimal("1159.35"))
    assert float(row["work_efficiency"]) == pytest.approx((19.11 - 19.60) * 32.8737, abs=0.05)
    assert float(row["practice_expense_facility"]) == pytest.approx((11.58 - 15.30) * 32.8737, abs=0.1)
    assert row["work_revaluation"] == row["practice_expense_non_facility"] == 0


def test_psychotherapy_is_revalued():
    row = total([{"hcpcs_code": "90834"}])
    assert row["work_efficiency"] == 0
    assert float(row["work_revaluation"]) == pytest.approx(0.11 * 32.8737, abs=0.01)


def test_status_of_qualifying_participant_alone():
    row = total([{"repeat": 1000, "qp_to": True}], year_from=2026, year_to=2026)
    assert row["change"] == Decimal("670.00")  # 136.28 against 135.61 (H.1 no. 3)
    moved = {name for name in PARTS if row[name]}
    assert moved == {"qp_status", "rounding"}
    assert float(row["qp_status"]) == pytest.approx(1000 * 4.06 * (33.5675 - 33.4009), abs=0.02)


def test_an_index_that_moves():
    row = total([{"locality": "05"}])
    assert float(row["gpci"]) > 0


def test_a_second_procedure_keeps_its_share():
    # Half of the fee on both sides: nothing is put down to policy but the cents of the rounding.
    row = total([{"hcpcs_code": "97110", "share": 0.5, "repeat": 100}])
    assert abs(float(row["policy"])) <= 1.0
    assert row["rounding"] == 0


def test_an_unknown_code_is_listed_never_zero():
    con, left = impact([{"hcpcs_code": "G0568", "known_amount": 150, "repeat": 3}, {"hcpcs_code": "99214"}])
    assert left == [
        {"hcpcs_code": "G0568", "modifiers": "", "family": "other", "side": "both",
         "reason_from": "unknown_code",
         "reason_to": None, "lines": 3.0, "units": 3.0, "amount_from": None,
         "amount_to": Decimal("484.98"), "claimed_amount": Decimal("150.00"), "people": 1}]  # fmt: skip
    (row,) = rows_of_level(con, "total")
    assert row["lines_from"] == 1
    assert row["from_amount"] == Decimal("125.18")


def test_an_amount_without_relative_values_is_factor_and_policy():
    # Anesthesia: 20 units at the locality's factor, 390.00 and then 395.00; nothing of it is work
    con = bench([{"hcpcs_code": "99214"}])
    for side, amount, factor in (("from", 390, 20.3178), ("to", 395, 20.4976)):
        con.execute(
            f"update door.price_{side} set amount = {amount}, work_rvu = null, pe_rvu = null, mp_rvu = null, "
            f"conversion_factor = {factor}"
        )
    make_impact(con, FORCE, Years(2025, 2026))
    (row,) = rows_of_level(con, "total")
    assert row["change"] == Decimal("5.00") == sum(row[name] for name in PARTS)
    moved = {name for name in PARTS if row[name]}
    assert moved == {
        "statutory_update", "budget_neutrality", "one_year_increase", "conversion_factor_other", "policy",
    }  # fmt: skip
    assert float(row["one_year_increase"]) == pytest.approx(392.5 * 0.0247, abs=0.05)  # ln 1.025


def test_two_periods_are_price_and_mix():
    lines = [
        {"side": "from", "repeat": 100},
        {"side": "to", "repeat": 120},
        {"side": "from", "hcpcs_code": "27447", "setting": "facility"},
        {"side": "to", "hcpcs_code": "G0568", "repeat": 2},
    ]
    con, left = impact(lines)
    (row,) = rows_of_level(con, "total")
    assert left == []
    assert row["ended_codes"] == Decimal("-1257.63")
    assert row["new_codes"] == Decimal("323.32")  # 2 x 161.66
    assert row["change"] == Decimal("120") * Decimal("135.61") + Decimal("323.32") - Decimal("12518.00") - Decimal("1257.63")  # noqa: E501  # fmt: skip
    assert float(row["volume"]) == pytest.approx(20 * (125.18 + 135.61) / 2, rel=0.002)
    assert sum(row[name] for name in PARTS) == row["change"]


def test_no_line_at_all():
    con, left = impact([])
    assert (left, rows_of_level(con, "tin")) == ([], [])


LINE = st.fixed_dictionaries(
    {
        "side": st.sampled_from(["both", "both", "from", "to"]),
        "tin": st.sampled_from(["T1", "T2", None]),
        "npi": st.sampled_from(["N1", "N2", "N3"]),
        "specialty_code": st.sampled_from(["11", "20"]),
        "site": st.sampled_from(["S1", "S2", None]),
        "family": st.sampled_from(["visits", "other"]),
        "hcpcs_code": st.sampled_from(["99214", "27447", "90834", "93306", "G0568", "97110"]),
        "modifiers": st.sampled_from(["", "25"]),
        "locality": st.sampled_from(["00", "05"]),
        "units": st.integers(1, 6),
        "repeat": st.sampled_from([1, 1, 7, 500]),
        "qp_from": st.booleans(),
        "qp_to": st.booleans(),
        "setting": st.sampled_from(["facility", "non_facility"]),
        "share": st.sampled_from([1.0, 1.0, 0.5, 0.16]),
    }
)


@settings(max_examples=40)
@given(st.lists(LINE, min_size=1, max_size=25))
def test_the_parts_sum_to_the_cent_at_every_level(lines):
    con, left = impact(lines)
    (whole,) = rows_of_level(con, "total") or [None]
    if whole is None:
        assert left
        return
    unknown = {row["hcpcs_code"] for row in left}
    assert unknown <= {"G0568"}
    direct = con.execute(
        "select sum(case when line.side <> 'from' then t.amount * line.repeat else 0 end), "
        "sum(case when line.side <> 'to' then f.amount * line.repeat else 0 end) "
        "from door.impact_line as line "
        "join door.price_from as f using (request_id) join door.price_to as t using (request_id) "
        "where (line.side = 'to' or f.status = 'priced') and (line.side = 'from' or t.status = 'priced')"
    ).fetchone()
    assert (whole["to_amount"], whole["from_amount"]) == (direct[0], direct[1])
    for level in LEVELS:
        rows = rows_of_level(con, level)
        for row in rows:
            assert sum(row[name] for name in PARTS) == row["change"] == row["to_amount"] - row["from_amount"]
        for name in ("from_amount", "to_amount", "change", *PARTS):
            assert sum(row[name] for row in rows) == whole[name], (level, name)


def test_the_bench_has_the_published_factors():
    assert FACTORS[(2026, False)] == FORCE["pfs.conversion_factor"].value

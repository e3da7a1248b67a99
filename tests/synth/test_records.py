"""Fixed-width text from arrays, against Python's own formatting."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from corridor.synth.days import NEVER
from corridor.synth.records import Sheet, amounts, code_table, digits


@given(st.lists(st.integers(-99_999_999_999, 99_999_999_999), min_size=1, max_size=20))
def test_amounts_are_right_aligned_with_two_decimals(cents: list[int]) -> None:
    rows = amounts(np.array(cents), 17)
    for value, row in zip(cents, rows, strict=True):
        sign = "-" if value < 0 else ""
        assert row.tobytes().decode() == f"{sign}{abs(value) // 100}.{abs(value) % 100:02d}".rjust(17)


@given(st.lists(st.integers(0, 9_999_999_999_999), min_size=1, max_size=20))
def test_whole_numbers_have_leading_zeros(values: list[int]) -> None:
    rows = digits(np.array(values), 13)
    assert [row.tobytes().decode() for row in rows] == [f"{value:013d}" for value in values]


def test_a_sheet_puts_fields_where_the_layout_says() -> None:
    sheet = Sheet("cclf9", 2)
    sheet.constant("hicn_mbi_xref_ind", "M")
    sheet.code("crnt_num", code_table(["1SAA0AA0AA0"]), np.array([0, -1]))
    sheet.date("prvs_id_obslt_dt", np.array([0, NEVER]))
    first, second = (row.tobytes().decode() for row in sheet.bytes)
    assert first == "M1SAA0AA0AA0" + " " * 21 + "1970-01-01" + " " * 12 + "\n"
    assert second == "M" + " " * 54 + "\n"
    assert len(first) == 55 + 1

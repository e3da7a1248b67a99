"""Whole numbers from text: what int() takes no number of is none, and nothing is endless."""

from __future__ import annotations

import pytest

from corridor.web.whole_number import whole_number


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("0", 0), ("2027", 2027), ("999999999", 999_999_999), ("", None), ("x", None), ("-1", None),
        ("²", None), ("٣", None), ("1 ", None), ("1234567890", None),
    ],
)  # fmt: skip
def test_a_whole_number(text: str, found: int | None) -> None:
    assert whole_number(text) == found


def test_more_digits_where_asked_for() -> None:
    assert whole_number("123456789012", 12) == 123_456_789_012

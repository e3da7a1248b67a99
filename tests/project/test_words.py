"""Counts in messages."""

from __future__ import annotations

from corridor.words import and_more, counted


def test_one_is_one() -> None:
    assert (counted(1, "row"), counted(0, "row"), counted(2000, "row")) == ("1 row", "0 rows", "2,000 rows")
    assert counted(2, "person", "people") == "2 people"


def test_what_is_said_beside_the_first_wrong_row() -> None:
    assert and_more(1, "Every row must be right.") == "Every row must be right."
    assert and_more(2, "") == "1 more row has something wrong."
    assert and_more(12, "") == "11 more rows have something wrong."

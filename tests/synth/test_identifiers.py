"""Numbers that look right and belong to nobody."""

from __future__ import annotations

import re

import numpy as np

from corridor.synth.identifiers import is_npi, mbi, npi, tin

# CMS, "Understanding the MBI": position by position; letters leave out S, L, O, I, B and Z.
LETTER = "[AC-HJKMNP-RT-Y]"
BOTH = "[0-9AC-HJKMNP-RT-Y]"
SYNTHETIC_MBI = re.compile(f"[1-9]S{BOTH}[0-9]{LETTER}{BOTH}[0-9]{LETTER}{LETTER}[0-9][0-9]")


def test_the_check_digit_is_that_of_the_published_example() -> None:
    # CMS, "Requirements for NPI and NPI check digit": 123456789 has the check digit 3
    assert is_npi("1234567893")
    assert not is_npi("1234567890")
    assert not is_npi("123456789")


def test_npis_are_valid_distinct_and_outside_the_issued_range() -> None:
    numbers = npi(np.arange(20_000))
    assert len(set(numbers.tolist())) == 20_000
    assert all(is_npi(str(number)) and str(number).startswith("9") for number in numbers[::37])


def test_mbis_have_the_format_the_synthetic_mark_and_never_repeat() -> None:
    rows = mbi(np.r_[np.arange(200_000), np.arange(10_000_000, 10_100_000)])
    texts = {row.tobytes().decode() for row in rows}
    assert len(texts) == 300_000
    assert all(SYNTHETIC_MBI.fullmatch(text) for text in list(texts)[:5_000])


def test_tins_have_a_prefix_that_is_never_issued() -> None:
    assert tin(12, 345) == "000012345"
    assert tin(9_999, 999) == "009999999"

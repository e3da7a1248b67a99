"""Numbers in words: rounding, signs, and small cells."""

from __future__ import annotations

import pytest

from corridor.reports import words
from corridor.reports.palette import DARK, LIGHT, MARK_ROLES, TEXT_ROLES, contrast
from corridor.reports.readers import mask_counts


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        (-212_499, "−$212k"),
        (212_500, "+$213k"),
        (7_100_000, "+$7.1M"),
        (999_499, "+$999k"),
        (999_500, "+$1M"),
        (1_499, "+$1.5k"),
        (9_949, "+$9.9k"),
        (9_950, "+$10k"),
        (949, "+$900"),
        (951, "+$1k"),
        (64, "+$60"),
        (4, "$0"),
        (0, "$0"),
        (None, "–"),
    ],
)
def test_dollars_in_prose_go_to_thousands(amount: float | None, shown: str) -> None:
    assert words.short_dollars(amount, signed=True) == shown


@pytest.mark.parametrize(
    ("amount", "shown"), [(-13782.73, "−$13,783"), (0.4, "$0"), (-0.4, "$0"), (0.5, "$1")]
)
def test_dollars_in_tables_go_to_the_dollar_half_up(amount: float, shown: str) -> None:
    assert words.dollars(amount) == shown


@pytest.mark.parametrize(
    ("count", "shown"), [(0, "0"), (1, "<11"), (10, "<11"), (11, "11"), (1234, "1,234"), (None, "–")]
)
def test_counts_of_people_under_eleven_are_suppressed(count: int | None, shown: str) -> None:
    assert words.people(count) == shown


def test_reasons_in_words_hide_small_counts_too() -> None:
    reason = "Out: specialty C3 by 9 of 412 claims in 2025; 7 attributed episodes in 2025, 20 needed."
    assert mask_counts(reason) == (
        "Out: specialty C3 by <11 of 412 claims in 2025; <11 attributed episodes in 2025, 20 needed."
    )
    assert mask_counts("12 attributed episodes in 2025") == "12 attributed episodes in 2025"


@pytest.mark.parametrize("colours", [LIGHT, DARK])
def test_contrast_is_aa(colours: dict[str, str]) -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)  # WCAG 2.2, relative luminance
    for role in TEXT_ROLES:
        for ground in ("paper", "wash"):
            assert contrast(colours[role], colours[ground]) >= 4.5, (role, ground)
    for role in MARK_ROLES:
        assert contrast(colours[role], colours["paper"]) >= 3, role

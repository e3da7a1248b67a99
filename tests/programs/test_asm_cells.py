"""The calculator door refuses what it cannot read, and says where."""

from __future__ import annotations

from pathlib import Path

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

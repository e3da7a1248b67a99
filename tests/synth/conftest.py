"""One small community, written once for all tests of the room."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from corridor.layouts import cclf
from corridor.synth.community import write_community
from corridor.synth.days import Period
from corridor.synth.order import Order
from corridor.synth.truth import read_truth

PERIOD = Period(2024, 7, 42)


@dataclass
class Written:
    """A community on disk."""

    folder: Path
    truth: dict[str, Any]

    def file(self, letter: str, delivery: str = "") -> Path:
        (found,) = (self.folder / "cclf" / delivery).glob(f"*.ZC{letter}Y*")
        return found

    def records(self, letter: str, delivery: str = "") -> Iterator[dict[str, str]]:
        """The records of a file as stripped text by field name."""
        layout = cclf.layout(f"cclf{letter.lower()}", "v36")
        places = [(field.name, field.start - 1, field.end) for field in layout.fields]
        with self.file(letter, delivery).open(encoding="ascii") as lines:
            for line in lines:
                yield {name: line[start:end].strip() for name, start, end in places}


def write(
    folder: Path, people: int = 600, seed: int = 5, monthly: bool = False, period: Period = PERIOD
) -> Written:
    write_community(Order(people, seed, period, monthly, folder))
    return Written(folder, read_truth(folder))


@pytest.fixture(scope="session")
def community(tmp_path_factory: pytest.TempPathFactory) -> Written:
    return write(tmp_path_factory.mktemp("synth") / "single")


@pytest.fixture(scope="session")
def monthly(tmp_path_factory: pytest.TempPathFactory) -> Written:
    return write(tmp_path_factory.mktemp("synth") / "monthly", monthly=True)

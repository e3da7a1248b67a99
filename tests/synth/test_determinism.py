"""The same size and seed give the same bytes; blocks do not depend on one another."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from corridor.synth import community as module

from .conftest import write


def digests(folder: Path) -> dict[str, str]:
    return {
        str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


def test_same_seed_same_bytes(tmp_path: Path) -> None:
    write(tmp_path / "one", people=150, seed=7)
    write(tmp_path / "two", people=150, seed=7)
    write(tmp_path / "three", people=150, seed=8)
    one, two, three = (digests(tmp_path / name) for name in ("one", "two", "three"))
    assert one == two
    claims = [name for name in one if "ZC5" in name]
    assert claims and all(one[name] != three[name] for name in claims)


def test_blocks_are_appended_and_independent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PEOPLE_A_BLOCK", 100)
    both = write(tmp_path / "both", people=200, seed=3)
    monkeypatch.setattr(module, "block_sizes", lambda people: [100])
    first = write(tmp_path / "first", people=200, seed=3)
    for letter in "1278":
        assert both.file(letter).read_bytes().startswith(first.file(letter).read_bytes())


@pytest.mark.parametrize("people", [1, 2, 37])
def test_tiny_communities_are_written(tmp_path: Path, people: int) -> None:
    written = write(tmp_path / "tiny", people=people, seed=2)
    assert written.truth["beneficiaries"] == people

"""Audit packages that are damaged, or written by another hand: told, never a fault of the program."""

from __future__ import annotations

import json
import random
import zipfile
from pathlib import Path
from typing import Any

import pytest

from corridor.errors import CorridorError
from corridor.submissions.verify import DIFFERS
from tests.submissions.test_package import checked, of, packed, tampered


def test_any_byte_of_a_package_may_be_damaged(test_data: Path, tmp_path: Path) -> None:
    """A byte among the packed contents breaks their compression, which is no fault of the zip file."""
    packed(test_data, tmp_path / "audit.zip")
    content = (tmp_path / "audit.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "audit.zip") as package:
        ends = package.start_dir
    chance = random.Random(7)
    refused = 0
    for place in chance.sample(range(ends), 40):
        damaged = bytearray(content)
        damaged[place] ^= 0xFF
        (tmp_path / "damaged.zip").write_bytes(damaged)
        try:
            checked(tmp_path / "damaged.zip")
        except CorridorError as error:
            assert error.code == "SUBMIT-PACKAGE"
            refused += 1
    assert refused > 20, "most bytes are contents"


@pytest.mark.parametrize("name", ["manifest.json", "submission.json"])
def test_a_part_nested_too_deep_is_no_package(name: str, test_data: Path, tmp_path: Path) -> None:
    packed(test_data, tmp_path / "audit.zip")
    with pytest.raises(CorridorError) as refused:
        checked(tampered(tmp_path / "audit.zip", name, b"[" * 200_000))
    assert refused.value.code == "SUBMIT-PACKAGE"


@pytest.mark.parametrize(
    "changed",
    [
        {"participation": "nobody"},
        {"participation": ["a"]},
        {"tin": 5},
        {"program": [1]},
        {"collection_type": ["a"]},
        {"denominator": "x"},
        {"cehrt_id": {"a": 1}},
    ],
)
def test_results_of_another_kind_make_no_submission(
    changed: dict[str, Any], test_data: Path, tmp_path: Path
) -> None:
    packed(test_data, tmp_path / "audit.zip")
    with zipfile.ZipFile(tmp_path / "audit.zip") as package:
        results = json.loads(package.read("results.json"))
    results[0] |= changed
    other = tampered(tmp_path / "audit.zip", "results.json", json.dumps(results).encode(), consistent=True)
    assert of(checked(other), "results") == {"results.json": DIFFERS}


@pytest.mark.parametrize(
    ("name", "content", "check"),
    [
        ("results.json", b"[" * 200_000, "results"),
        ("evidence.csv", b"group,\x22" + b"x" * 200_000, "counts"),
    ],
)
def test_a_part_that_no_reader_takes(
    name: str, content: bytes, check: str, test_data: Path, tmp_path: Path
) -> None:
    packed(test_data, tmp_path / "audit.zip")
    other = tampered(tmp_path / "audit.zip", name, content, consistent=True)
    assert DIFFERS in of(checked(other), check).values()

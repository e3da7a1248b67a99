"""A list of checksums beside the files: any changed bit is refused, also one that leaves a valid record."""

from __future__ import annotations

import hashlib
import random
import shutil
from pathlib import Path

import pytest

from corridor.errors import CorridorError
from tests.sources.cclf.conftest import Loader

FLIPS = 12


@pytest.fixture
def delivery(tmp_path: Path, test_data: Path) -> Path:
    folder = tmp_path / "in"
    shutil.copytree(test_data / "cclf-fixed-width", folder)
    for path in [folder, *folder.iterdir()]:
        path.chmod(0o755)
    (folder / "README.md").unlink()
    return folder


def list_of(folder: Path) -> Path:
    lines = [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in sorted(folder.iterdir())
    ]
    (folder / "SHA256SUMS").write_text("".join(lines))
    return folder / "SHA256SUMS"


def test_every_single_flipped_bit_is_refused(loader: Loader, delivery: Path) -> None:
    list_of(delivery)
    draw = random.Random(20)
    files = [path for path in sorted(delivery.iterdir()) if path.name != "SHA256SUMS"]
    for _ in range(FLIPS):
        path = draw.choice(files)
        whole = path.read_bytes()
        changed = bytearray(whole)
        changed[draw.randrange(len(whole))] ^= 1 << draw.randrange(8)
        path.write_bytes(changed)
        with pytest.raises(CorridorError) as caught:
            loader(delivery)
        assert caught.value.file is not None and caught.value.line is not None
        path.write_bytes(whole)


def test_an_amount_changed_to_another_amount_is_refused(loader: Loader, delivery: Path) -> None:
    list_of(delivery)
    path = next(one for one in sorted(delivery.iterdir()) if ".ZC5Y" in one.name)
    whole = path.read_bytes()
    at = next(i for i, byte in enumerate(whole) if byte == ord("4") and whole[i - 1 : i] == b".")
    path.write_bytes(whole[:at] + b"5" + whole[at + 1 :])
    with pytest.raises(CorridorError) as caught:
        loader(delivery)
    assert caught.value.code == "CCLF-CHECKSUM" and path.name in str(caught.value.file)


def test_whole_files_load_with_their_list(loader: Loader, delivery: Path) -> None:
    list_of(delivery)
    assert loader(delivery).deliveries


def test_a_list_that_cannot_be_read_is_said(loader: Loader, delivery: Path) -> None:
    path = list_of(delivery)
    path.write_text("no checksum here\n" + path.read_text())
    with pytest.raises(CorridorError) as caught:
        loader(delivery)
    assert caught.value.code == "CCLF-CHECKSUM-LIST" and caught.value.line == 1

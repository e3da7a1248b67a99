"""Files, folders and archives in one list; layouts from YAML."""

from __future__ import annotations

import gzip
import zipfile
from pathlib import Path

import pytest

from corridor.engine.tabular import gather
from corridor.engine.tabular.layout import normalised, parse_layout
from corridor.errors import CorridorError


def _write(folder: Path, content: str, name: str) -> None:
    (folder / name).write_text(content)


def test_folders_zips_and_gzips_are_unpacked(tmp_path: Path) -> None:
    folder, scratch = tmp_path / "in", tmp_path / "scratch"
    folder.mkdir()
    scratch.mkdir()
    _write(folder, "a", "b.csv")
    _write(folder, "a", "README.md")
    _write(folder, "a", ".hidden")
    (folder / "c.csv.gz").write_bytes(gzip.compress(b"c"))
    with zipfile.ZipFile(folder / "d.zip", "w") as archive:
        archive.writestr("deep/e.csv", "e")
        archive.writestr("__MACOSX/e.csv", "x")
    found = gather([folder], scratch)
    assert [(file.name, file.path.read_text()) for file in found] == [
        ("b.csv", "a"),
        ("c.csv", "c"),
        ("e.csv", "e"),
    ]


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("x.zip", b"no zip", "FILE-ARCHIVE"),
        ("x.csv.gz", b"no gzip", "FILE-ARCHIVE"),
        ("absent.csv", None, "FILE-NOT-FOUND"),
    ],
)
def test_broken_archives_and_wrong_paths_are_refused(
    tmp_path: Path, name: str, content: bytes | None, code: str
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(CorridorError) as caught:
        gather([tmp_path / name], tmp_path)
    assert caught.value.code == code


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CorridorError) as caught:
        gather([tmp_path], tmp_path)
    assert caught.value.code == "FILE-NONE"


def test_a_damaged_zip_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", "a,b\n" * 1000)
    content = bytearray(path.read_bytes())
    content[40:60] = bytes(20)
    path.write_bytes(content)
    with pytest.raises(CorridorError) as caught:
        gather([path], tmp_path)
    assert caught.value.code == "FILE-ARCHIVE"


def test_a_wrong_layout_is_one_error() -> None:
    with pytest.raises(CorridorError) as caught:
        parse_layout("name: x\nabout: x\ncolumns: {a: {typo: 1}}", "here.yaml")
    assert caught.value.code == "LAYOUT-INVALID" and caught.value.file == "here.yaml"


def test_columns_repeat_and_include() -> None:
    base = "columns:\n  a_{1..3}: {header: 'A{n}', type: code}\n  b: {type: date}\n"
    layout = parse_layout(
        "name: x\nabout: x\ninclude: _b\ncolumns: {b: {required: true}}", "x", lambda name: base
    )
    assert [column.name for column in layout.columns] == ["a_1", "a_2", "a_3", "b"]
    assert layout.column("a_2").headers == ("A2",)
    assert layout.column("b").type == "date" and layout.column("b").required


def test_header_names_are_compared_loosely() -> None:
    assert normalised("  Tot Mdcr-Pymt Amt ($) ") == "tot_mdcr_pymt_amt"

"""Damaged, misnamed and mixed files: exit 1, file and line named, and the warehouse as it was."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from corridor.errors import CorridorError
from tests.sources.cclf.build import (
    MBI,
    carrier,
    file_name,
    header,
    person,
    record,
    summary,
    write,
)
from tests.sources.cclf.conftest import Loader

Change = Callable[[bytes], bytes]
RANDOM = "P.A9901.ACO.ZC{}Y24.D240901.T0102030"


@pytest.fixture
def delivery(tmp_path: Path, test_data: Path) -> Path:
    """A copy of the random CCLF files that can be spoiled."""
    folder = tmp_path / "in"
    shutil.copytree(test_data / "cclf-fixed-width", folder)
    for path in folder.iterdir():
        path.chmod(0o644)
    folder.chmod(0o755)
    (folder / "README.md").unlink()
    return folder


def spoil(folder: Path, letter: str, change: Change) -> Path:
    path = folder / RANDOM.format(letter)
    path.write_bytes(change(path.read_bytes()))
    return path


def refused(
    loader: Loader, folder: Path, code: str, letter: str, line: int | None, **settings: object
) -> str:
    """Load must fail with this code, naming file and line, and leave no trace."""
    with pytest.raises(CorridorError) as caught:
        loader(folder, **settings)
    error = caught.value
    assert error.code == code, error.text()
    assert error.file is not None and RANDOM.format(letter) in error.file, error.text()
    assert error.line is not None
    if line is not None:
        assert error.line == line
    assert error.todo
    return error.text()


def put(at: int, new: bytes) -> Change:
    return lambda data: data[:at] + new + data[at + len(new) :]


def flip(at: int, bit: int) -> Change:
    return lambda data: data[:at] + bytes([data[at] ^ (1 << bit)]) + data[at + 1 :]


def test_truncated(delivery: Path, loader: Loader) -> None:
    spoil(delivery, "5", lambda data: data[:-200])
    refused(loader, delivery, "CCLF-TRUNCATED", "5", 2980)


def test_truncated_in_the_first_record(delivery: Path, loader: Loader) -> None:
    spoil(delivery, "5", lambda data: data[:100])
    refused(loader, delivery, "CCLF-TRUNCATED", "5", 1)


def test_truncated_identifier_file(delivery: Path, loader: Loader) -> None:
    spoil(delivery, "9", lambda data: data[:-10])
    refused(loader, delivery, "CCLF-TRUNCATED", "9", 150)


def test_a_missing_last_end_of_line_is_no_damage(delivery: Path, loader: Loader) -> None:
    spoil(delivery, "5", lambda data: data[:-1])
    assert loader(delivery).rows_in == 19720


def test_a_short_record_in_the_middle(delivery: Path, loader: Loader) -> None:
    spoil(delivery, "1", lambda data: data[: 438 * 10 + 50] + data[438 * 10 + 53 :])
    refused(loader, delivery, "CCLF-RECORD-LENGTH", "1", 11)


def test_a_long_and_a_short_record_that_make_up_for_each_other(delivery: Path, loader: Loader) -> None:
    def shift(data: bytes) -> bytes:
        return data[: 438 * 10] + b"0" + data[438 * 10 : 438 * 12 - 3] + data[438 * 12 - 2 :]

    spoil(delivery, "1", shift)
    refused(loader, delivery, "CCLF-RECORD-LENGTH", "1", 11)


def test_misnamed(delivery: Path, loader: Loader) -> None:
    (delivery / RANDOM.format("6")).unlink()
    (delivery / RANDOM.format("5")).rename(delivery / RANDOM.format("6"))
    refused(loader, delivery, "CCLF-MISNAMED", "6", 1)


def test_named_as_no_cclf_file(delivery: Path, loader: Loader) -> None:
    path = (delivery / RANDOM.format("5")).rename(delivery / "carrier.txt")
    with pytest.raises(CorridorError) as caught:
        loader(delivery)
    assert (caught.value.code, caught.value.file, caught.value.line) == ("CCLF-FILE-NAME", str(path), 1)


def test_an_impossible_date_in_the_name(delivery: Path, loader: Loader) -> None:
    (delivery / RANDOM.format("5")).rename(delivery / "P.A9901.ACO.ZC5Y24.D241301.T0102030")
    with pytest.raises(CorridorError, match="impossible date"):
        loader(delivery)


def test_nothing_found(tmp_path: Path, loader: Loader) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "readme.txt").write_text("hello\n")
    with pytest.raises(CorridorError) as caught:
        loader(tmp_path / "in")
    assert caught.value.code == "CCLF-NOTHING-FOUND"


def test_cclf0_alone(tmp_path: Path, loader: Loader) -> None:
    with pytest.raises(CorridorError) as caught:
        loader(write(tmp_path / "in", {"cclf0": summary({})}))
    assert caught.value.code == "CCLF-NOTHING-FOUND"


def test_versions_mixed_between_files(delivery: Path, loader: Loader) -> None:
    # CCLF1 of the 2018 packet (292 characters) beside CCLF5 of packet v36 (388)
    spoil(delivery, "1", lambda data: b"".join(line[:292] + b"\n" for line in data.splitlines()))
    with pytest.raises(CorridorError) as caught:
        loader(delivery)
    assert caught.value.code == "CCLF-MIXED-VERSIONS"
    assert (caught.value.line, "ZC" in str(caught.value.file)) == (1, True)


def test_versions_mixed_within_a_file(delivery: Path, loader: Loader) -> None:
    longer = record("cclf7", "v40", cur_clm_uniq_id="7", bene_mbi_id=MBI, clm_line_from_dt="2024-08-01")
    spoil(delivery, "7", lambda data: data + longer.encode() + b"\n")
    refused(loader, delivery, "CCLF-RECORD-LENGTH", "7", 1501)


def test_two_files_of_one_type(delivery: Path, loader: Loader) -> None:
    line = record("cclf7", "v40", cur_clm_uniq_id="7", bene_mbi_id=MBI, clm_line_from_dt="2024-08-01")
    other = delivery / file_name("cclf7", "D240901.T0405060")
    other.write_text(line + "\n")
    with pytest.raises(CorridorError) as caught:
        loader(delivery)
    assert (caught.value.code, caught.value.line) == ("CCLF-TWICE", 1)


@pytest.mark.parametrize("letter", ["1", "5", "8", "9"])
def test_not_ascii(delivery: Path, loader: Loader, letter: str) -> None:
    width = {"1": 438, "5": 389, "8": 550, "9": 56}[letter]
    spoil(delivery, letter, put(width * 20 + 5, b"\xe9"))
    refused(loader, delivery, "CCLF-NOT-ASCII", letter, 21)


def test_not_ascii_that_shifts_the_record(delivery: Path, loader: Loader) -> None:
    spoil(delivery, "8", lambda data: data.replace(b"Turner", "Türner".encode(), 1))
    refused(loader, delivery, "CCLF-NOT-ASCII", "8", 1)


def test_control_character(delivery: Path, loader: Loader) -> None:
    spoil(delivery, "8", put(550 * 7 + 90, b"\x00"))
    refused(loader, delivery, "CCLF-CONTROL-CHARACTER", "8", 8)


@pytest.mark.parametrize("letter", ["1", "8", "0"])
def test_empty(delivery: Path, loader: Loader, letter: str) -> None:
    (delivery / RANDOM.format(letter)).write_bytes(b"")
    refused(loader, delivery, "CCLF-SUMMARY" if letter == "0" else "CCLF-EMPTY", letter, 1)


@pytest.mark.parametrize(
    ("letter", "line", "position", "bit", "field"),
    [
        ("1", 40, 44, 6, "clm_from_dt"),  # a digit of a date becomes a letter
        ("1", 40, 48, 1, "clm_from_dt"),  # the dash becomes a slash
        ("5", 40, 114, 4, "clm_line_cvrd_pd_amt"),  # a digit of an amount becomes a sign
        ("5", 1, 3, 6, "cur_clm_uniq_id"),
        ("5", 40, 137, 6, "rndrg_prvdr_npi_num"),  # a digit of an NPI becomes a small letter
        ("2", 77, 150, 4, "clm_line_cvrd_pd_amt"),  # a blank before an amount becomes a nought
        ("6", 2980, 92, 5, "clm_line_hcpcs_cd"),  # G8039 becomes g8039 or the like
        ("7", 9, 40, 6, "clm_line_ndc_cd"),
        ("8", 9, 33, 6, "bene_dob"),
        ("9", 9, 24, 6, "prvs_id_efctv_dt"),
        # what is left is a valid character: other files and lines give it away
        ("1", 40, 10, 0, "cur_clm_uniq_id"),
        ("3", 40, 10, 0, "cur_clm_uniq_id"),
        ("1", 40, 53, 0, "clm_from_dt"),
        ("2", 40, 113, 0, "clm_from_dt"),
        ("4", 40, 60, 0, "prvdr_oscar_num"),
        ("5", 40, 67, 0, "clm_thru_dt"),
        ("5", 40, 30, 0, "bene_mbi_id"),
        ("B", 40, 10, 0, "cur_clm_uniq_id"),
    ],
)  # fmt: skip
def test_one_bit_flipped(
    delivery: Path, loader: Loader, letter: str, line: int, position: int, bit: int, field: str
) -> None:
    widths = {
        "1": 438,
        "2": 200,
        "3": 115,
        "4": 113,
        "5": 389,
        "6": 248,
        "7": 196,
        "8": 550,
        "9": 56,
        "B": 129,
    }
    spoil(delivery, letter, flip((line - 1) * widths[letter] + position - 1, bit))
    with pytest.raises(CorridorError) as caught:
        loader(delivery)
    error = caught.value
    assert error.line is not None and error.file is not None, error.text()
    assert error.code.startswith("CCLF-")
    if error.code == "CCLF-DAMAGED" and RANDOM.format(letter) in error.file and error.line == line:
        assert error.field == field


def test_a_flipped_end_of_line(delivery: Path, loader: Loader) -> None:
    spoil(delivery, "4", flip(113 * 5 - 1, 6))
    refused(loader, delivery, "CCLF-RECORD-LENGTH", "4", 5)


def test_the_error_names_no_beneficiary(delivery: Path, loader: Loader) -> None:
    mbi = (delivery / RANDOM.format("5")).read_bytes()[389 * 4 + 23 : 389 * 4 + 34]
    spoil(delivery, "5", flip(389 * 4 + 24, 5))
    text = refused(loader, delivery, "CCLF-DAMAGED", "5", 5)
    assert mbi.decode() not in text


def test_damage_can_be_set_aside(delivery: Path, loader: Loader) -> None:
    spoil(delivery, "5", flip(389 * 4 + 50, 6))
    refused(loader, delivery, "CCLF-DAMAGED", "5", 5)
    done = loader(delivery, set_aside=True)
    assert (done.rows_in, done.rows_kept, done.rows_set_aside) == (19720, 19719, 1)
    assert done.deliveries[0].reasons == {"DAMAGED": 1}


def test_the_count_of_cclf0_is_held(tmp_path: Path, loader: Loader) -> None:
    files = {"cclf1": [header("4000000000001", 1)], "cclf8": [person()]}
    files["cclf0"] = summary(files, cclf1=(2, 437))
    with pytest.raises(CorridorError) as caught:
        loader(write(tmp_path / "in", files))
    assert (caught.value.code, caught.value.line) == ("CCLF-COUNT", 1)
    assert str(caught.value.file).endswith(file_name("cclf1"))


def test_the_record_length_of_cclf0_is_held(tmp_path: Path, loader: Loader) -> None:
    files = {"cclf1": [header("4000000000001", 1)], "cclf8": [person()]}
    files["cclf0"] = summary(files, cclf1=(1, 292))
    with pytest.raises(CorridorError) as caught:
        loader(write(tmp_path / "in", files))
    assert (caught.value.code, caught.value.line) == ("CCLF-MIXED-VERSIONS", 1)


@pytest.mark.parametrize("spoiled", ["CCLF1  |cut", "CCLF1  |x|     abc|  437 ", "CCLF1\x07"])
def test_a_spoiled_cclf0(tmp_path: Path, loader: Loader, spoiled: str) -> None:
    files = {"cclf1": [header("4000000000001", 1)], "cclf8": [person()]}
    files["cclf0"] = [*summary(files)[:1], spoiled]
    with pytest.raises(CorridorError) as caught:
        loader(write(tmp_path / "in", files))
    assert (caught.value.code, caught.value.line) == ("CCLF-SUMMARY", 2)


def test_a_cut_cclf0(tmp_path: Path, loader: Loader) -> None:
    files = {"cclf5": [carrier("5000000000001", 1, 1)], "cclf8": [person()]}
    files["cclf0"] = summary(files)[:4]
    with pytest.raises(CorridorError) as caught:
        loader(write(tmp_path / "in", files))
    assert caught.value.code == "CCLF-SUMMARY"


def test_empty_files_that_cclf0_announces_are_fine(tmp_path: Path, loader: Loader) -> None:
    files: dict[str, list[str]] = {"cclf1": [], "cclf8": [person()]}
    files["cclf0"] = summary(files)
    done = loader(write(tmp_path / "in", files))
    assert done.rows_in == 1
    assert done.deliveries[0].warnings == []


def test_a_damaged_zip(tmp_path: Path, loader: Loader, test_data: Path) -> None:
    whole = (test_data / "cclf-bcda" / "zip" / "T.BCD.A0001.ZCY18.D181120.T1000000.zip").read_bytes()
    path = tmp_path / "P.A0001.ACO.ZCY18.D181120.T1000000"
    path.write_bytes(whole[:900])
    with pytest.raises(CorridorError) as caught:
        loader(path)
    assert (caught.value.code, caught.value.file) == ("CCLF-DAMAGED-ZIP", str(path))
    path.write_bytes(whole[:300] + b"\x00\x01\x02" + whole[303:])
    with pytest.raises(CorridorError) as caught:
        loader(path)
    assert caught.value.code == "CCLF-DAMAGED-ZIP"


def test_too_many_bad_rows(tmp_path: Path, loader: Loader) -> None:
    bad = [carrier(f"50000000{at:05d}", 1, 1, clm_line_from_dt="2024-02-31") for at in range(150)]
    folder = write(tmp_path / "in", {"cclf5": bad, "cclf8": [person()]})
    with pytest.raises(CorridorError) as caught:
        loader(folder)
    assert (caught.value.code, caught.value.line) == ("CCLF-TOO-MANY-BAD-ROWS", 1)
    assert loader(folder, set_aside=True).rows_set_aside == 150


def state(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_the_command_exits_1_and_the_warehouse_is_as_it_was(
    delivery: Path, tmp_path: Path, warehouse_home: Path
) -> None:
    def corridor(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "corridor.cli.main", "load", "cclf", *arguments],
            capture_output=True,
            text=True,
        )

    files = {"cclf1": [header("4000000000001", 1)], "cclf8": [person()]}
    assert corridor(str(write(tmp_path / "first", files, "D240801.T0102030"))).returncode == 0
    before = state(warehouse_home)
    spoil(delivery, "B", flip(129 * 2900 + 70, 6))  # the last file of the delivery: ten are read by then
    done = corridor(str(delivery))
    assert done.returncode == 1
    assert f"{RANDOM.format('B')}, line 2901" in done.stderr
    assert state(warehouse_home) == before
    assert json.loads(corridor(str(delivery), "--json").stdout)["error"]["line"] == 2901

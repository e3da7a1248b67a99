"""The files have CMS's names, lengths and counts."""

from __future__ import annotations

import re

from corridor.synth.write_people import DESCRIPTIONS

from .conftest import Written

# cclf-layout.md section 4: record lengths of packets v36 to v38
LENGTHS = {
    "1": 437,
    "2": 199,
    "3": 114,
    "4": 112,
    "5": 388,
    "6": 247,
    "7": 195,
    "8": 549,
    "9": 55,
    "A": 324,
    "B": 128,
}
NAME = re.compile(r"P\.A\d{4}\.ACO\.ZC[0-9AB]Y\d{2}\.D\d{6}\.T\d{7}")


def test_names_are_those_of_cms(community: Written) -> None:
    names = [file.name for file in (community.folder / "cclf").iterdir() if file.name != "SHA256SUMS"]
    assert len(names) == 12
    assert all(NAME.fullmatch(name) for name in names)


def test_every_record_has_its_length_and_is_ascii(community: Written) -> None:
    for letter, length in LENGTHS.items():
        data = community.file(letter).read_bytes()
        assert data.isascii()
        assert len(data) % (length + 1) == 0, letter
        assert data[length :: length + 1] == b"\n" * (len(data) // (length + 1)), letter


def test_the_summary_counts_what_is_there(community: Written) -> None:
    header, *rows = community.file("0").read_text(encoding="ascii").split("\n")[:-1]
    assert header == "File Number  |File Description    |Total Records Count |Record Length"
    assert len(rows) == len(DESCRIPTIONS)
    for row in rows:
        assert len(row) == 70
        kind, name, count, length = row.split("|")
        letter = kind.strip().removeprefix("CCLF")
        assert (len(kind), len(name), len(count)) == (7, 43, 11)
        assert int(length) == LENGTHS[letter]
        assert int(count) == community.file(letter).stat().st_size // (LENGTHS[letter] + 1)
        assert community.truth["records"]["single"][letter] == int(count)

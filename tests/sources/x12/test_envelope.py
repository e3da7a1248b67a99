"""Envelopes: what refuses a file, and what is tolerated."""

from __future__ import annotations

from pathlib import Path

import pytest

from corridor.engine.warehouse import Warehouse
from corridor.errors import CorridorError
from tests.sources.rif.running import counts, load
from tests.sources.x12.build import interchange, professional, write


def good(number: str = "1") -> str:
    return interchange("837P", [professional(number, ["HC:99213*100*UN*1***1"], charge="100")])


@pytest.mark.parametrize(
    ("change", "code", "segment"),
    [
        # ISA, GS, ST, then BHT 4 ... CLM 16, HI 17, LX 18, SV1 19, DTP 20, SE 21, GE 22, IEA 23
        (lambda text: text.replace("SE*19*", "SE*18*"), "X12-COUNT", 21),
        (lambda text: text.replace("GE*1*1", "GE*2*1"), "X12-COUNT", 22),
        (lambda text: text.replace("IEA*1*", "IEA*3*"), "X12-COUNT", 23),
        (lambda text: text.replace("SE*19*0001", "SE*19*0002"), "X12-CONTROL-NUMBER", 21),
        (lambda text: text.replace("GE*1*1", "GE*1*7"), "X12-CONTROL-NUMBER", 22),
        (lambda text: text.replace("IEA*1*000000001", "IEA*1*000000002"), "X12-CONTROL-NUMBER", 23),
        (lambda text: text.replace("BHT*", "GS*"), "X12-ORDER", 4),
        (lambda text: text.replace("IEA*1*000000001~\n", ""), "X12-CUT", 22),
        (lambda text: text[: text.index("HI*") + 5], "X12-CUT", 17),
        (lambda text: text + "HELLO~", "X12-ORDER", 24),
        (lambda text: text.replace("ISA*00*", "ISA*00", 1), "X12-ISA", 1),
        (lambda text: "HELLO" + text, "X12-NOT-X12", None),
    ],
)
def test_a_broken_envelope_refuses_the_file(change, code: str, segment: int | None, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "broken.837"
    path.write_text(change(good()))
    with pytest.raises(CorridorError) as caught:
        load("x12", [path], tmp_path / "home")
    assert (caught.value.code, caught.value.line) == (code, segment)
    assert caught.value.file is not None and caught.value.todo
    assert Warehouse.open(tmp_path / "home").deliveries() == []


def test_delimiters_are_read_from_each_interchange(tmp_path: Path) -> None:
    """Three interchanges in one file: by lines, in one line, and with delimiters of their own."""
    own = good("3").replace("~\n", "'").replace("*", "+").replace(":", "/")
    path = write(tmp_path, "three.837", good("1"), good("2").replace("\n", ""), own)
    assert counts(load("x12", [path], tmp_path / "home")) == {"three.837": (3, 3, 0)}


def test_blank_lines_wrapped_lines_and_a_missing_last_line_break(tmp_path: Path) -> None:
    text = good().replace("~\n", "~\r\n\r\n").replace("N4*ALBANY*NY", "N4*ALB\r\nANY*NY").rstrip()
    path = tmp_path / "wrapped.837"
    path.write_text(text, newline="")
    assert counts(load("x12", [path], tmp_path / "home")) == {"wrapped.837": (1, 1, 0)}


def test_a_long_file_is_read_in_pieces(tmp_path: Path) -> None:
    """2 MB: segments that lie across the pieces a file is read in."""
    sets = [
        professional(str(number), ["HC:99213*100*UN*1***1"], charge="100", member=f"1S00A{number:05d}")
        for number in range(5000)
    ]
    path = write(tmp_path, "long.837", interchange("837P", sets))
    assert path.stat().st_size > 2 << 20
    assert counts(load("x12", [path], tmp_path / "home")) == {"long.837": (5000, 5000, 0)}


def test_claims_that_cannot_be_used_are_set_aside_with_their_place(tmp_path: Path) -> None:
    sets = [
        professional("1", ["HC:99213*1OO*UN*1***1"], charge="100"),
        professional("2", ["HC:99213*100*UN*1***1"], charge="100", day="20250231"),
        professional("3", [], charge="100"),
        professional("4", ["HC:99213*100*UN*1***1"], charge="100"),
        professional("5", ["HC:99213*100*UN*1***1"], charge="9" * 20),
    ]
    summary = load("x12", [write(tmp_path, "some.837", interchange("837P", sets))], tmp_path / "home")
    assert counts(summary) == {"some.837": (5, 1, 4)}
    assert summary.deliveries[0].reasons == {"bad-date": 1, "bad-money": 2, "no-date": 1}


def test_a_date_of_birth_that_is_none_costs_no_claim(tmp_path: Path) -> None:
    path = write(tmp_path, "born.837", good().replace("DMG*D8*19500101", "DMG*D8*19500231"))
    summary = load("x12", [path], tmp_path / "home")
    assert counts(summary) == {"born.837": (1, 1, 0)}
    assert any("dates of birth" in warning for warning in summary.deliveries[0].warnings)


def test_what_does_not_add_up_is_said(tmp_path: Path) -> None:
    sets = [professional("1", ["HC:99213*90*UN*1***1"], charge="100")]
    summary = load("x12", [write(tmp_path, "some.837", interchange("837P", sets))], tmp_path / "home")
    assert any("charges of the lines" in warning for warning in summary.deliveries[0].warnings)


def test_nothing_for_corridor_is_an_error(tmp_path: Path) -> None:
    path = write(tmp_path, "old.837", good().replace("005010X222A1", "004010X098A1"))
    with pytest.raises(CorridorError) as caught:
        load("x12", [path], tmp_path / "home")
    assert caught.value.code == "SOURCE-NOTHING-TO-LOAD" and "004010X098A1" in str(caught.value.why)

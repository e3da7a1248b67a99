"""The dispute log under odd text and tampering: what was written is read, what was changed is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.programs.command import corridor

Capture = pytest.CaptureFixture[str]
SAMPLES = Path(__file__).parents[3] / "docs" / "contracts"
HARBOR, RIVER = SAMPLES / "harbor-shared-savings.yaml", SAMPLES / "river-medicaid.yaml"


def asked(capsys: Capture, log: Path, *more: object, contract: Path = HARBOR) -> Any:
    return corridor(capsys, "contract", "dispute", contract, "--log", log, *more, "--json").json()


@pytest.fixture
def log(tmp_path: Path, capsys: Capture) -> Path:
    path = tmp_path / "log.jsonl"
    for number, about in enumerate(("eligibility", "stop-loss", "trend"), start=1):
        asked(capsys, path, "--about", about, "--on", f"2026-06-0{number}")
    return path


@pytest.mark.parametrize("odd", ["\u2028", "\u2029", "\x85", "\x0b", "\x1e", "a\nb"])
def test_text_that_ends_lines(odd: str, tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "log.jsonl"
    asked(capsys, path, "--about", f"March{odd}April")
    found = asked(capsys, path, "--about", "second")
    assert [row["about"] for row in found["rows"]] == [f"March{odd}April", "second"]


@pytest.mark.parametrize("amount", ["nan", "inf"])
def test_an_amount_that_is_none(amount: str, log: Path, capsys: Capture) -> None:
    before = log.read_bytes()
    error = asked(capsys, log, "--about", "x", "--dollars", amount)["error"]
    assert (error["code"], error["field"]) == ("CONTRACT-DISPUTE", "--dollars")
    assert log.read_bytes() == before


@pytest.mark.parametrize("text", ["patient 1EG4-TE5-MK73 denied", "SSN 123-45-6789"])
def test_nobody_is_named(text: str, log: Path, capsys: Capture) -> None:
    before = log.read_bytes()
    for option in (("--about", text), ("--dispute", "D001", "--note", text)):
        error = asked(capsys, log, *option)["error"]
        assert error["code"] == "CONTRACT-IDENTIFIER" and text not in str(error)
    assert log.read_bytes() == before
    assert "rows" in asked(capsys, log, "--about", "practice 990000001, March")


def test_the_log_of_another_contract(log: Path, capsys: Capture) -> None:
    for more in ((), ("--about", "x")):
        error = asked(capsys, log, *more, contract=RIVER)["error"]
        assert (error["code"], error["field"]) == ("CONTRACT-LOG", "contract")


def test_a_log_whose_last_line_has_no_end_goes_on(log: Path, capsys: Capture) -> None:
    log.write_bytes(log.read_bytes().removesuffix(b"\n"))
    assert len(asked(capsys, log, "--about", "fourth")["rows"]) == 4


def test_tampering(log: Path, capsys: Capture) -> None:
    first, second, third = log.read_bytes().splitlines(keepends=True)
    for changed, line in (
        (first + third, 2), (second + first + third, 1), (first + first + second + third, 2),
        (first + second[:40], 2), (first + second.replace(b"stop-loss", b"stop-gain") + third, 2),
        (b"\xff\xfe" + first, 1), (first + b"\n" + second, 2), (b"[]\n", 1),
    ):  # fmt: skip
        log.write_bytes(changed)
        error = asked(capsys, log)["error"]
        assert (error["code"], error["line"]) == ("CONTRACT-LOG", line)


def test_what_is_cut_off_at_the_end_shows_by_the_seal(log: Path, capsys: Capture) -> None:
    whole = asked(capsys, log)
    log.write_bytes(b"".join(log.read_bytes().splitlines(keepends=True)[:2]))
    cut = asked(capsys, log)
    assert (whole["entries"], cut["entries"]) == (3, 2)
    assert whole["seal"] != cut["seal"]

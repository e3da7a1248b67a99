"""Exposure of a health system in the browser: sent safely, settled by its programs, seen by its sender."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable

import pytest
from openpyxl import load_workbook

from corridor.errors import CorridorError
from corridor.web import exposure_store as store
from corridor.web.exposure_shown import headline, second
from corridor.web.pages.exposure import sample_files
from corridor.web.roles import Role
from tests.web.conftest import Person
from tests.web.test_billing import ready

Sign = Callable[..., Person]
SYSTEM = b"""
system: Testfield
members: [{id: "999901", kind: hospital, name: North}, {id: "999902", kind: hospital, name: East}]
lines: [{program: team, form: forms/team.csv}]
"""


def packed(files: dict[str, bytes], packing: int = zipfile.ZIP_STORED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", packing) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def words(text: str) -> str:
    text = re.sub(r"</?span[^>]*>", "", text)
    return " ".join(re.sub(r"<[^>]+>", " ", text).replace("\u00a0", " ").split())


@pytest.mark.heavy
def test_the_sample_opens_with_its_dollars(signed: Sign) -> None:
    who = signed(Role.executive)
    sent = who.post("/exposure", data={"csrf": who.csrf, "sample": "yes"})
    assert sent.status_code == 303, words(sent.text)
    where = sent.headers["location"]
    text = words(ready(who, f"{where}?draws=100").text)
    assert "expects" in text and "if it goes badly" in text and "fictitious" in text
    assert "By program" in text and "By member" in text and "Every line and year" in text
    found = ready(who, f"/api/v1{where}?draws=100").json()
    assert found["program"] == "exposure" and found["draws"] == 100
    # the same system again is the one that is there
    again = who.post("/exposure", data={"csrf": who.csrf, "sample": "yes"})
    assert again.headers["location"] == where
    assert len(who.get("/api/v1/exposure").json()["rows"]) == 1


def test_alone_a_program_is_what_its_settlement_says(signed: Sign) -> None:
    who = signed(Role.analyst)
    archive = packed({"system.yaml": SYSTEM, "forms/team.csv": sample_files()["team.csv"]})
    sent = who.post("/exposure", data={"csrf": who.csrf}, files={"files": ("mine.zip", archive)})
    where = sent.headers["location"]
    found = ready(who, f"/api/v1{where}?draws=0&only=team").json()
    assert {one["line"] for one in found["lines"]} == {"team"}
    settled = {one["id"]: one["dollars"] for line in found["lines"] for one in line["settled"]}
    year = [one for one in found["rows"] if one["status"] == "settled" and one["expected"] is not None]
    assert year and all(abs(one["expected"] - settled[one["id"]]) < 0.005 for one in year)
    page = ready(who, f"{where}?draws=0&only=team").text
    assert "no chance drawn" in words(page)
    book = load_workbook(io.BytesIO(ready(who, f"{where}?draws=0&format=xlsx").content), read_only=True)
    assert book.sheetnames[:3] == ["Exposure", "Totals", "Assumptions"]


@pytest.mark.heavy
def test_a_system_is_its_senders(signed: Sign) -> None:
    who, other = signed(Role.analyst), signed(Role.executive)
    where = who.post("/exposure", data={"csrf": who.csrf, "sample": "yes"}).headers["location"]
    for path in (where, f"/api/v1{where}"):
        refused = other.get(path)
        assert refused.status_code == 404 and "WEB-NO-SYSTEM" in refused.text
    assert other.post(f"{where}/delete", data={"csrf": other.csrf}).status_code == 404
    assert who.post(f"{where}/delete", data={"csrf": who.csrf}).status_code == 303
    assert who.get(where).status_code == 404


def test_a_zip_with_a_folder_is_taken(signed: Sign) -> None:
    who = signed(Role.analyst)
    team = sample_files()["team.csv"]
    archive = packed({"mine/system.yaml": SYSTEM, "mine/forms/team.csv": team, "mine/.DS_Store": b"x"})
    sent = who.post("/exposure", data={"csrf": who.csrf}, files={"files": ("mine.zip", archive)})
    assert sent.status_code == 303, words(sent.text)
    assert "Testfield" in words(ready(who, sent.headers["location"] + "?draws=0").text)


_WHOLE = packed({"system.yaml": SYSTEM}, zipfile.ZIP_DEFLATED)
BROKEN = _WHOLE[:41] + b"\xff" * 20 + _WHOLE[61:]  # what was deflated begins after the name, at 41
HALF = b"0" * (store.MOST_BYTES // 2 + 1)


@pytest.mark.parametrize(
    "files",
    [
        {"a.zip": b"no zip"},
        {"a.zip": BROKEN},
        {"a.zip": packed({"system.yaml": SYSTEM, "x.csv": b"", "x.csv/team.csv": b""})},
        {"a.zip": packed({"system.yaml": SYSTEM, "one.csv": HALF}), "b.zip": packed({"two.csv": HALF})},
        {"a.csv": HALF, "b.csv": HALF, "c.zip": packed({"two.csv": HALF})},
        {"a.zip": packed({"../system.yaml": SYSTEM})},
        {"a.zip": packed({"system.yaml": SYSTEM, "run.sh": b"x"})},
        {"a.zip": packed({"system.yaml": SYSTEM, "big.csv": b"0" * (store.MOST_BYTES + 1)})},
        {"system.yaml": SYSTEM},  # its form was not sent
        {"system.yaml": SYSTEM.replace(b"forms/team.csv", b"/etc/passwd")},
        {"system.yaml": SYSTEM.replace(b"forms/team.csv", b"../../secret.csv")},
        {"team.csv": b"a,b"},
        {"one.yaml": SYSTEM, "two.yaml": SYSTEM},
        {"system.yaml": SYSTEM + b"#" * store.MOST_YAML, "forms/team.csv": b""},
    ],
    ids=[
        "no zip",
        "broken",
        "folder",
        "two zips",
        "zip after files",
        "above",
        "kind",
        "large",
        "no form",
        "absolute",
        "outside",
        "no system",
        "two systems",
        "long",
    ],
)
def test_what_is_not_taken(files: dict[str, bytes]) -> None:
    with pytest.raises(CorridorError) as refused:
        store.unpack(files)
    assert refused.value.code == "WEB-EXPOSURE-FILES"


def test_a_refusal_draws_the_form_again(signed: Sign) -> None:
    who = signed(Role.analyst)
    for given in ({}, {"files": ("system.yaml", b"system: x\n")}):
        answer = who.post("/exposure", data={"csrf": who.csrf}, files=given or None)
        assert answer.status_code == 400 and 'name="files"' in answer.text, words(answer.text)


def test_words_of_a_sheet() -> None:
    """-5 is the joint downside of parts whose own add up to -8: 3 better."""
    whole = {
        "scope": "system", "key": None, "year": None, "expected": 2e6, "downside": -5e6, "upside": 9e6,
        "sum_of_downsides": -8e6, "diversification": 3e6, "interaction": 0.0,
    }  # fmt: skip
    sheet = {"system": "N", "first_year": 2026, "horizon": 2033, "draws": 10, "tail": 0.05, "totals": [whole]}
    assert headline(sheet) == "N expects +$2M from 2026 to 2033: −$5M if it goes badly, +$9M if it goes well"
    assert "add up to −$8M" in second(sheet) and "worth $3M" in second(sheet)

"""FHIR by hand: what is set aside, passed over, and files that are refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from corridor.errors import CorridorError
from tests.sources.fhir.by_hand import BUNDLE, LINES, claim, coded, ndjson, plain, rejects
from tests.sources.rif.running import counts, load


def test_resources_set_aside_carry_line_and_reason(tmp_path: Path) -> None:
    nobody = claim(3)
    del nobody["patient"]
    unnamed = claim(4)
    del unnamed["id"]
    amount = claim(6)
    amount["item"][0]["adjudication"][0]["amount"]["value"] = "eighty"
    other: dict[str, Any] = {"resourceType": "Coverage", "id": "vision", "class": []}
    texts = [
        claim(1),
        '{"resourceType":"ExplanationOfBenefit","id":',
        nobody,
        unnamed,
        claim(5, billablePeriod={"start": "sometime"}),
        amount,
        {"no": "resource"},
        claim(8, type=coded("x", "unheard")),
        claim(9, billablePeriod={}),
        {**other, "beneficiary": {"reference": "Patient/-55"}},
        other,
        claim(12),
    ]
    home = tmp_path / "home"
    summary = load("fhir", [ndjson(tmp_path / "eob.ndjson", *texts)], home)
    assert counts(summary)["eob.ndjson"] == (12, 2, 10)
    assert rejects(home) == [
        (2, "broken-json", ""),
        (3, "no-patient", "patient"),
        (4, "no-id", "id"),
        (5, "bad-date", "billablePeriod"),
        (6, "bad-money", "line_nch_pmt_amt"),
        (7, "not-a-resource", ""),
        (8, "no-type", "type"),
        (9, "no-date", "billablePeriod"),
        (10, "no-part", ""),
        (11, "no-patient", ""),
    ]


def test_a_line_that_is_not_utf8(tmp_path: Path) -> None:
    file = ndjson(tmp_path / "eob.ndjson", claim(1), "{}", claim(2))
    file.write_bytes(file.read_bytes().replace(b"{}", b'{"resourceType":"\xff\xfe"}'))
    summary = load("fhir", [file], tmp_path / "home")
    assert (summary.rows_kept, summary.rows_set_aside) == (2, 1)
    assert rejects(tmp_path / "home") == [(2, "not-utf-8", "")]


def test_other_resources_are_passed_over_with_a_count(tmp_path: Path) -> None:
    texts = [
        claim(1),
        {"resourceType": "OperationOutcome"},
        {"resourceType": "AuditEvent"},
        claim(2, use="preauthorization"),
    ]
    summary = load("fhir", [ndjson(tmp_path / "eob.ndjson", *texts)], tmp_path / "home")
    assert summary.passed_over == [
        (
            "eob.ndjson",
            "1 AuditEvent, 1 OperationOutcome, 1 prior authorization: no claims, people or coverage",
        )
    ]
    assert (summary.rows_in, summary.rows_kept) == (1, 1)


def _whole(number: int) -> str:
    return json.dumps(claim(number), indent=1)


REFUSED: dict[str, tuple[str, str]] = {
    "web page": ("<!DOCTYPE html><html><body>Sign in</body></html>", "FHIR-NOT-JSON"),
    "XML": ('<?xml version="1.0"?><ExplanationOfBenefit/>', "FHIR-NOT-JSON"),
    "empty": ("  \n", "FHIR-NOT-JSON"),
    "text": ("claim_id,paid\n1,2\n", "FHIR-NOT-JSON"),
    "cut last line": ("\n".join(LINES)[:-20], "FHIR-CUT"),
    "cut resource": (_whole(1)[:-30], "FHIR-CUT"),
    "cut Bundle": (json.dumps(BUNDLE)[:-100], "FHIR-CUT"),
    "other JSON": ('{"a": 1}\n{"a": 2}\n', "FHIR-NO-RESOURCE"),
    "nothing of use": ('{"resourceType":"AuditEvent"}\n', "FHIR-NOTHING-TO-LOAD"),
}


@pytest.mark.parametrize("kind", list(REFUSED))
def test_files_that_are_refused(kind: str, tmp_path: Path) -> None:
    text, code = REFUSED[kind]
    file = plain(tmp_path / "eob.ndjson", text)
    with pytest.raises(CorridorError) as error:
        load("fhir", [file], tmp_path / "home")
    assert error.value.code == code
    assert "eob.ndjson" in str(error.value.file)
    assert not list((tmp_path / "home").glob("deliveries/*"))


def test_a_folder_without_json(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    plain(tmp_path / "in" / "notes.txt", "nothing here\n")
    with pytest.raises(CorridorError) as error:
        load("fhir", [tmp_path / "in"], tmp_path / "home")
    assert error.value.code == "FHIR-NOTHING-TO-LOAD"


@pytest.mark.parametrize("kind", ["cut last line", "cut Bundle"])
def test_set_aside_keeps_what_comes_before_the_break(kind: str, tmp_path: Path) -> None:
    file = plain(tmp_path / "eob.ndjson", REFUSED[kind][0])
    summary = load("fhir", [file], tmp_path / "home", {"set_aside": True})
    assert (summary.rows_kept, summary.rows_set_aside) == (2, 1)

"""FHIR by hand: forms of files, versions, who is who, and what drops a claim."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from corridor.sources.fhir import reading
from corridor.sources.fhir.document import Cut, resources
from tests.sources.fhir.by_hand import BB, BUNDLE, LINES, MBI, claim, coded, gz, ndjson, one_row, plain
from tests.sources.rif.running import load, run

FORMS: dict[str, Callable[[Path], Path]] = {
    "lines": lambda path: plain(path, "\n".join(LINES) + "\n"),
    "no final newline": lambda path: plain(path, "\n".join(LINES)),
    "Windows lines": lambda path: plain(path, "\r\n".join(LINES) + "\r\n"),
    "blank lines and a byte order mark": lambda path: plain(path, "\ufeff" + "\n\n".join(LINES) + "\n\n"),
    "gzip": lambda path: gz(path, "\n".join(LINES)),
    "Bundle on one line": lambda path: plain(path, json.dumps(BUNDLE)),
    "Bundle over many lines": lambda path: plain(path, json.dumps(BUNDLE, indent=1)),
    "Bundle among lines": lambda path: plain(
        path, json.dumps({**BUNDLE, "entry": BUNDLE["entry"][:2]}) + "\n" + LINES[2] + "\n"
    ),
    "array": lambda path: plain(path, json.dumps([claim(1), claim(2), claim(3)], indent=2)),
    "resources one after the other": lambda path: plain(
        path, "\n".join(json.dumps(claim(n), indent=1) for n in (1, 2, 3))
    ),
}


@pytest.mark.parametrize("form", list(FORMS))
def test_forms_of_files(form: str, tmp_path: Path) -> None:
    file = FORMS[form](tmp_path / "eob.ndjson")
    summary = load("fhir", [file], tmp_path / "home")
    assert (summary.rows_in, summary.rows_kept, summary.rows_set_aside) == (3, 3, 0)
    kept = f"{tmp_path}/home/deliveries/*/raw/fhir_raw.claim/*.parquet"
    found = duckdb.execute(f"select claim_id from read_parquet('{kept}') order by 1")
    assert found.fetchall() == [("carrier-1",), ("carrier-2",), ("carrier-3",)]


def test_a_document_is_read_in_windows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the window, the same resources come, each with the line it begins on."""
    file = plain(tmp_path / "bundle.json", json.dumps({**BUNDLE, "total": 12345}, indent=1))
    whole = list(resources(file))
    starts = [
        number
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1)
        if line == "  {"
    ]
    assert [line for line, _ in whole] == starts
    for window in (7, 64, 1000):
        monkeypatch.setattr("corridor.sources.fhir.document._CHUNK", window)
        assert list(resources(file)) == whole
    cut = plain(tmp_path / "cut.json", file.read_text(encoding="utf-8")[:-400])
    with pytest.raises(Cut):
        list(resources(cut))


def test_pieces_do_not_depend_on_their_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = ndjson(tmp_path / "eob.ndjson", *(claim(n) for n in range(40)), end="")
    monkeypatch.setattr(reading, "_BLOCK", 333)
    for size in (1, 1500, 10**6):
        pieces = list(reading.pieces(file, file.name, "lines", False, size))
        texts = [text for piece in pieces for text in piece.texts]
        assert [json.loads(text)["id"] for text in texts] == [f"carrier-{n}" for n in range(40)]
        assert [line for piece in pieces for line in piece.lines] == list(range(1, 41))
        assert [piece.first for piece in pieces] == [piece.lines[0] for piece in pieces]


def test_the_same_file_twice_adds_nothing(tmp_path: Path) -> None:
    file = ndjson(tmp_path / "eob.ndjson", claim())
    load("fhir", [file], tmp_path / "home")
    again = load("fhir", [file], tmp_path / "home")
    assert not again.deliveries[0].added


# ---- versions and what drops a claim ----------------------------------------------------------


def test_the_newest_version_counts_whatever_the_order(tmp_path: Path) -> None:
    old, new = claim(paid=80.0), claim(paid=95.5, meta={"lastUpdated": "2025-02-01T00:00:00-05:00"})
    other = claim(2, paid=1.0)
    for name, files in (("ahead", [[new, other], [old]]), ("behind", [[old], [new, other]])):
        home = tmp_path / name
        for number, texts in enumerate(files):
            load("fhir", [ndjson(tmp_path / f"{name}-{number}.ndjson", *texts)], home)
        con = run("fhir", home)
        assert one_row(con, "select sum(paid_amount), count(*) from fhir.medical_claim") == (
            Decimal("96.50"),
            2,
        )
        assert one_row(con, "select versions from fhir.claim where claim_id = 'carrier-1'") == (2,)
    both = load("fhir", [ndjson(tmp_path / "both.ndjson", old, new)], tmp_path / "both")
    assert both.deliveries[0].warnings == [
        "1 resources are older versions of a claim of this load; the newest counts."
    ]


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"status": "cancelled"}, "cancelled"),
        ({"disposition": "3"}, "cancelled"),
        ({"outcome": "queued"}, "not_adjudicated"),
        (
            {"meta": {"tag": [{"system": "https://x/CodeSystem/Final-Action", "code": "NotFinalAction"}]}},
            "not_final",
        ),
        (
            {"extension": [{"url": BB + "carr_clm_pmt_dnl_cd", "valueCoding": {"code": "0"}}]},
            "denied",
        ),
        ({"related": [{"relationship": coded("x", "replacedby"), "reference": {"value": "9"}}]}, "replaced"),
    ],
)
def test_what_drops_a_claim(changes: dict[str, Any], why: str, tmp_path: Path) -> None:
    load("fhir", [ndjson(tmp_path / "eob.ndjson", claim(**changes), claim(2, paid=3.0))], tmp_path / "home")
    con = run("fhir", tmp_path / "home")
    assert one_row(con, "select dropped_because from fhir.claim where claim_id = 'carrier-1'") == (why,)
    assert one_row(con, "select sum(paid_amount) from fhir.medical_claim") == (Decimal("3.00"),)


def test_a_claim_that_names_its_prior_replaces_it(tmp_path: Path) -> None:
    later = claim(
        2,
        paid=50.0,
        related=[
            {"claim": {"reference": "ExplanationOfBenefit/carrier-1"}, "relationship": coded("x", "prior")}
        ],
    )
    load("fhir", [ndjson(tmp_path / "eob.ndjson", claim(), later)], tmp_path / "home")
    con = run("fhir", tmp_path / "home")
    assert one_row(con, "select sum(paid_amount) from fhir.medical_claim") == (Decimal("50.00"),)


def test_lines_that_are_not_allowed_go_and_a_claim_without_lines_stays(tmp_path: Path) -> None:
    """Lines of 80 and 20, the second with processing code N; and a claim of 7.50 that lists no line."""
    two = claim(paid=80.0)
    refused = copy.deepcopy(two["item"][0])
    refused["sequence"] = 2
    refused["adjudication"][0]["amount"]["value"] = 20.0
    refused["extension"] = [{"url": BB + "line_prcsg_ind_cd", "valueCoding": {"code": "N"}}]
    two["item"].append(refused)
    bare = claim(2, paid=7.5)
    del bare["item"]
    load("fhir", [ndjson(tmp_path / "eob.ndjson", two, bare)], tmp_path / "home")
    con = run("fhir", tmp_path / "home")
    found = con.execute("select claim_id, claim_line_number, paid_amount from fhir.medical_claim order by 1")
    assert found.fetchall() == [("carrier-1", 1, Decimal("80.00")), ("carrier-2", 1, Decimal("7.50"))]


def test_a_payer_without_codes_of_cms(tmp_path: Path) -> None:
    """C4BB alone: type professional, amounts by benefit, eligible, submitted, coinsurance, deductible."""
    system = "http://terminology.hl7.org/CodeSystem/adjudication"
    amounts = {
        "benefit": 60.0,
        "eligible": 100.0,
        "submitted": 150.0,
        "coinsurance": 15.0,
        "deductible": 25.0,
    }
    lines = [{"category": coded(system, code), "amount": {"value": value}} for code, value in amounts.items()]
    one = claim(type=coded("http://terminology.hl7.org/CodeSystem/claim-type", "professional"))
    one["item"][0]["adjudication"] = lines
    load("fhir", [ndjson(tmp_path / "eob.ndjson", one)], tmp_path / "home")
    con = run("fhir", tmp_path / "home")
    found = one_row(
        con,
        "select claim_type_code, paid_amount, allowed_amount, charge_amount, coinsurance_amount, "
        "deductible_amount from fhir.medical_claim",
    )
    assert found == ("71", 60, 100, 150, 15, 25)


# ---- people -----------------------------------------------------------------------------------


def test_an_mbi_makes_two_patient_ids_one_person(tmp_path: Path) -> None:
    patients = [
        {
            "resourceType": "Patient",
            "id": number,
            "birthDate": "1950-01-02",
            "identifier": [{"system": MBI, "value": "1S00E00AA00"}],
        }
        for number in ("-55", "900")
    ]
    claims = [claim(), claim(2, patient={"reference": "https://api/v2/fhir/Patient/900"})]
    # an AB2D claim says the MBI itself; one of a payer may name no Patient at all
    own = claim(3, patient={"reference": "Patient/77"})
    own["extension"] = [{"url": MBI, "valueIdentifier": {"system": MBI, "value": "1S00E00AA00"}}]
    bare = claim(4, patient={"identifier": {"system": MBI, "value": "1S00E00AA00"}})
    load("fhir", [ndjson(tmp_path / "eob.ndjson", *claims, own, bare)], tmp_path / "home")
    load("fhir", [ndjson(tmp_path / "patient.ndjson", *patients)], tmp_path / "home")
    con = run("fhir", tmp_path / "home")
    assert one_row(con, "select count(distinct person_id), count(*) from fhir.medical_claim") == (1, 4)
    assert one_row(con, "select count(*), min(part_a) from fhir.eligibility") == (1, None)


def test_months_of_a_reference_year_count_before_periods(tmp_path: Path) -> None:
    """Parts A and B from July 2022 on; the months of 2023 say A alone until June, dual 02 in December."""
    year = [{"url": BB + "rfrnc_yr", "valueDate": "2023"}]
    months = [
        {"url": BB + f"buyin{month:02d}", "valueCoding": {"code": "1" if month <= 6 else "3"}}
        for month in range(1, 13)
    ]
    dual = [{"url": BB + "dual_12", "valueCoding": {"code": "02"}}]
    coverages = [
        {
            "resourceType": "Coverage",
            "id": f"part-{part.lower()}-55",
            "status": "active",
            "beneficiary": {"reference": "Patient/-55"},
            "period": {"start": "2022-07-01"},
            "class": [{"type": coded("x", "plan"), "value": f"Part {part}"}],
            "extension": year + months + (dual if part == "A" else []),
        }
        for part in ("A", "B")
    ]
    load("fhir", [ndjson(tmp_path / "coverage.ndjson", *coverages)], tmp_path / "home")
    found = run("fhir", tmp_path / "home").execute(
        "select cast(enrollment_start_date as varchar), cast(enrollment_end_date as varchar), part_a, "
        "part_b, dual_status_code, enrollment_basis from fhir.eligibility order by 1"
    )
    assert found.fetchall() == [
        ("2022-07-01", "2022-12-31", True, True, None, "span"),
        ("2023-01-01", "2023-06-30", True, False, None, "monthly"),
        ("2023-07-01", "2023-11-30", True, True, None, "monthly"),
        ("2023-12-01", "2023-12-31", True, True, "02", "monthly"),
        ("2024-01-01", None, True, True, None, "span"),
    ]


# ---- what cannot be used ----------------------------------------------------------------------

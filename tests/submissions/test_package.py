"""The audit package: whole, without identifiers where asked, and every count derived again."""

from __future__ import annotations

import base64
import csv
import io
import json
import zipfile
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from corridor.errors import CorridorError
from corridor.submissions import seal as sealing
from corridor.submissions.build import build
from corridor.submissions.evidence import Patient, as_csv, counted, read_evidence
from corridor.submissions.package import DEIDENTIFIED, ENCRYPTED, NONE, Contents, digest, write_package
from corridor.submissions.results import Result
from corridor.submissions.seal import seal, unseal
from corridor.submissions.verify import CHANGED, DIFFERS, OK, OPEN, Check, verify
from tests.submissions.base import CEHRT, force, known

MADE = datetime(2026, 11, 1, tzinfo=UTC)
PASSPHRASE = "a long enough passphrase"
GROUP = ("group", "123456789", "", "")
RESULTS = [
    Result(*GROUP, "236", collection_type="ecqm", denominator=12, exclusion=2, numerator=7, cehrt_id=CEHRT),
    Result(
        *GROUP,
        "134",
        collection_type="mipscqm",
        denominator=10,
        exclusion=1,
        exception=1,
        numerator=6,
        not_met=1,
    ),
]
# the patients of these results: 236 has 7 + 2 + 2 + 1 = 12, 134 has 6 + 1 + 1 + 1 + 1 = 10
STATUSES = {
    ("236", "ecqm"): {"met": 7, "exclusion": 2, "not_met": 2, "not_captured": 1},
    ("134", "mipscqm"): {"met": 6, "exclusion": 1, "exception": 1, "not_met": 1, "not_captured": 1},
}
PATIENTS = [
    Patient(*GROUP, measure_id, collection_type, "", f"1EG4TE5MK{place:02}", "", date(2026, 5, 4), status)
    for (measure_id, collection_type), statuses in STATUSES.items()
    for place, status in enumerate(one for one, number in statuses.items() for _ in range(number))
]


@pytest.fixture(autouse=True)
def a_quick_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys made with less memory than in use, so that the tests stay quick; what is in use is asserted."""
    in_use = (sealing._TIME, sealing._MEMORY_KIB, sealing._LANES)
    assert in_use == (3, 65536, 4), "RFC 9106, second recommended option"
    monkeypatch.setattr(sealing, "_MEMORY_KIB", 1024)


def packed(folder: Path, path: Path, evidence: str = DEIDENTIFIED, **more: Any) -> str:
    (submission,) = build(RESULTS, known(folder), force())
    patients = more.pop("patients", PATIENTS)
    contents = Contents(submission, [], RESULTS, known(folder), force(), patients, evidence)
    return write_package(path, contents, MADE, **more)


def checked(path: Path, **more: Any) -> list[Check]:
    return verify(path, force, **more)


def of(checks: list[Check], kind: str) -> dict[str, str]:
    return {one.subject: one.status for one in checks if one.check == kind}


@pytest.mark.parametrize("evidence", [DEIDENTIFIED, ENCRYPTED])
def test_every_count_is_derived_again(evidence: str, test_data: Path, tmp_path: Path) -> None:
    path = tmp_path / "audit.zip"
    passphrase = PASSPHRASE if evidence == ENCRYPTED else None
    kept = packed(test_data, path, evidence, passphrase=passphrase)
    checks = checked(path, passphrase=passphrase, kept=kept)
    assert {one.status for one in checks} == {OK}, checks
    assert len(of(checks, "counts")) == 2 and of(checks, "manifest") and of(checks, "results")


def test_without_the_passphrase_the_counts_stay_open(test_data: Path, tmp_path: Path) -> None:
    packed(test_data, tmp_path / "audit.zip", ENCRYPTED, passphrase=PASSPHRASE)
    checks = checked(tmp_path / "audit.zip")
    assert set(of(checks, "counts").values()) == {OPEN}
    assert DIFFERS not in {one.status for one in checks}
    with pytest.raises(CorridorError) as refused:
        checked(tmp_path / "audit.zip", passphrase="another long passphrase")
    assert refused.value.code == "SUBMIT-PASSPHRASE"


def test_deidentified_evidence_names_nobody(test_data: Path, tmp_path: Path) -> None:
    packed(test_data, tmp_path / "audit.zip")
    with zipfile.ZipFile(tmp_path / "audit.zip") as package:
        everything = b"".join(package.read(name) for name in package.namelist())
        rows = list(csv.DictReader(io.StringIO(package.read("evidence.csv").decode())))
    assert b"1EG4TE5MK" not in everything and b"2026-05-04" not in everything
    assert {row["event_year"] for row in rows} == {"2026"} and "event_date" not in rows[0]
    # the numbers are those of this package alone, and tell the same patient in both measures
    assert len({row["patient"] for row in rows}) == 12
    assert as_csv(PATIENTS, deidentified=True) != as_csv(PATIENTS, deidentified=True)
    assert counted(as_csv(PATIENTS, True)) == counted(as_csv(PATIENTS, False))


def test_the_manifest_says_what_it_rests_on(test_data: Path, tmp_path: Path) -> None:
    packed(test_data, tmp_path / "audit.zip")
    with zipfile.ZipFile(tmp_path / "audit.zip") as package:
        manifest = json.loads(package.read("manifest.json"))
        rules = json.loads(package.read("rules.json"))
        measures = json.loads(package.read("measures.json"))
        for name, entry in manifest["files"].items():
            assert digest(package.read(name)) == entry["sha256"]
    assert manifest["measure_data"] == dict(known(test_data).qpp.digests)
    assert {one["rule"] for one in rules} >= {"mips.data_completeness_minimum", "mips.cehrt_required"}
    assert all(one["cite"] and one["status"] for one in rules)
    assert [one["measure_id"] for one in measures] == ["134", "236"]
    assert not any("title" in one for one in measures)


def tampered(path: Path, name: str, content: bytes | None, consistent: bool = False) -> Path:
    """The package with a file changed, added or (None) taken out; consistent: the manifest too."""
    with zipfile.ZipFile(path) as package:
        files = {each: package.read(each) for each in package.namelist()}
    files.pop(name, None)
    if content is not None:
        files[name] = content
    if consistent:
        manifest = json.loads(files["manifest.json"])
        manifest["files"][name] = {"sha256": digest(content or b""), "bytes": len(content or b"")}
        files["manifest.json"] = json.dumps(manifest).encode()
    other = path.with_name("tampered.zip")
    with zipfile.ZipFile(other, "w") as package:
        for each, text in files.items():
            package.writestr(each, text)
    return other


def test_a_changed_file_is_found(test_data: Path, tmp_path: Path) -> None:
    path = tmp_path / "audit.zip"
    kept = packed(test_data, path)
    assert of(checked(tampered(path, "problems.json", b"[1]")), "file")["problems.json"] == DIFFERS
    assert of(checked(tampered(path, "problems.json", None)), "file")["problems.json"] == DIFFERS
    assert of(checked(tampered(path, "extra.txt", b"x")), "file")["extra.txt"] == DIFFERS
    whole = tampered(path, "problems.json", b"[1]", consistent=True)
    assert of(checked(whole), "file")["problems.json"] == OK
    assert of(checked(whole, kept=kept), "manifest") == {"manifest.json": DIFFERS}


def test_counts_that_the_patients_do_not_make_are_found(test_data: Path, tmp_path: Path) -> None:
    """One patient of 236 turned from met to not met: 6 met, 4 not met, where 7 and 3 were sent."""
    path = tmp_path / "audit.zip"
    packed(test_data, path)
    other = as_csv([replace(PATIENTS[0], status="not_met"), *PATIENTS[1:]], deidentified=True)
    checks = checked(tampered(path, "evidence.csv", other, consistent=True))
    (found,) = [one for one in checks if one.check == "counts" and one.status == DIFFERS]
    assert found.subject.startswith("236")
    assert found.found == "performanceMet 7 sent, 6 derived; performanceNotMet 3 sent, 4 derived"


def test_results_that_make_another_submission_are_found(test_data: Path, tmp_path: Path) -> None:
    path = tmp_path / "audit.zip"
    packed(test_data, path)
    results = json.dumps([replace(RESULTS[0], numerator=8).to_dict(), RESULTS[1].to_dict()]).encode()
    assert of(checked(tampered(path, "results.json", results, True)), "results") == {"results.json": DIFFERS}
    assert of(checked(tampered(path, "results.json", b"{}", True)), "results") == {"results.json": OPEN}
    assert of(checked(tampered(path, "results.json", b"[1]", True)), "results") == {"results.json": DIFFERS}
    stranger = json.dumps([replace(RESULTS[0], measure_id="9999").to_dict()]).encode()
    assert of(checked(tampered(path, "results.json", stranger, True)), "results") == {"results.json": DIFFERS}
    assert of(checked(tampered(path, "measures.json", b"[]", True)), "results") == {"results.json": DIFFERS}


def test_a_rule_that_changed_since_is_told_and_no_fault(test_data: Path, tmp_path: Path) -> None:
    from corridor.law import load_rules

    path = tmp_path / "audit.zip"
    packed(test_data, path)
    today = load_rules(["mips"], overrides={"mips.case_minimum": 30})
    checks = verify(path, today.in_force)
    assert of(checks, "rules")["mips.case_minimum"] == CHANGED
    assert of(checks, "rules")["mips.data_completeness_minimum"] == OK
    assert DIFFERS not in {one.status for one in checks}


def test_a_submission_of_another_shape_is_found(test_data: Path, tmp_path: Path) -> None:
    path = tmp_path / "audit.zip"
    packed(test_data, path)
    other = tampered(path, "submission.json", b'{"measurementSets": []}', consistent=True)
    assert of(checked(other), "submission") == {"submission.json": DIFFERS}


@pytest.mark.parametrize("content", [b"", b"PK", b"no zip at all"])
def test_what_is_no_package(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "audit.zip"
    path.write_bytes(content)
    with pytest.raises(CorridorError) as refused:
        checked(path)
    assert refused.value.code == "SUBMIT-PACKAGE"


@pytest.mark.parametrize(
    ("name", "content"), [("manifest.json", b"{"), ("manifest.json", b"[]"), ("submission.json", b"3")]
)
def test_a_package_without_its_parts(name: str, content: bytes, test_data: Path, tmp_path: Path) -> None:
    packed(test_data, tmp_path / "audit.zip")
    with pytest.raises(CorridorError) as refused:
        checked(tampered(tmp_path / "audit.zip", name, content))
    assert refused.value.code == "SUBMIT-PACKAGE"


@pytest.mark.parametrize(
    ("name", "content", "check"),
    [
        ("evidence.csv", b"a,b\n1,2\n", "counts"),
        ("evidence.csv", b"\xff\xfe", "counts"),
        ("rules.json", b"{}", "rules"),
        ("rules.json", b"[3]", "rules"),
    ],
)
def test_parts_that_cannot_be_read(
    name: str, content: bytes, check: str, test_data: Path, tmp_path: Path
) -> None:
    packed(test_data, tmp_path / "audit.zip")
    path = tampered(tmp_path / "audit.zip", name, content, consistent=True)
    with zipfile.ZipFile(path) as package:
        manifest = json.loads(package.read("manifest.json"))
    other = tampered(path, "manifest.json", json.dumps({**manifest, "rules_digest": ""}).encode())
    statuses = of(checked(other), check)
    assert DIFFERS in statuses.values(), statuses


@pytest.mark.parametrize("changed", [{"files": []}, {"files": {"a": 1}}, {"evidence": None}])
def test_a_manifest_of_another_shape(changed: dict[str, Any], test_data: Path, tmp_path: Path) -> None:
    packed(test_data, tmp_path / "audit.zip")
    with zipfile.ZipFile(tmp_path / "audit.zip") as package:
        manifest = json.loads(package.read("manifest.json"))
    with pytest.raises(CorridorError) as refused:
        checked(
            tampered(tmp_path / "audit.zip", "manifest.json", json.dumps({**manifest, **changed}).encode())
        )
    assert refused.value.code == "SUBMIT-PACKAGE"


def test_nothing_is_written_over(test_data: Path, tmp_path: Path) -> None:
    packed(test_data, tmp_path / "audit.zip", NONE, patients=[])
    with pytest.raises(CorridorError) as refused:
        packed(test_data, tmp_path / "audit.zip", NONE, patients=[])
    assert refused.value.code == "SUBMIT-EXISTS"


def with_header(sealed: bytes, **changed: Any) -> bytes:
    """Sealed content under another header."""
    first, _, rest = sealed.partition(b".")
    header = json.loads(base64.urlsafe_b64decode(first + b"=" * (-len(first) % 4)))
    text = json.dumps({**header, **changed}).encode()
    return base64.urlsafe_b64encode(text).rstrip(b"=") + b"." + rest


def test_sealed_content_comes_back_and_nothing_else_does() -> None:
    sealed = seal(b"patients", PASSPHRASE)
    assert b"patients" not in sealed and unseal(sealed, PASSPHRASE) == b"patients"
    assert seal(b"patients", PASSPHRASE) != sealed
    large = b"x" * 200_000
    assert unseal(seal(large, PASSPHRASE), PASSPHRASE) == large
    broken = {
        "cut": sealed[:-4],
        "changed": sealed[:-30] + b"AAAA" + sealed[-26:],
        # the header is authenticated: a weaker key derivation is refused like any other change
        "weaker": with_header(sealed, time=1),
        "exhausting": with_header(sealed, memory_kib=1 << 40),
        "impossible": with_header(sealed, memory_kib=1),
        "negative": with_header(sealed, lanes=-1),
        "foreign": with_header(sealed, typ="JWT"),
        "no salt": with_header(sealed, salt="%"),
        "no header": b"{}",
        "empty": b"",
    }
    for name, content in broken.items():
        with pytest.raises(CorridorError) as refused:
            unseal(content, PASSPHRASE)
        assert refused.value.code == "SUBMIT-PASSPHRASE", name


def test_a_short_passphrase_is_refused() -> None:
    with pytest.raises(CorridorError) as refused:
        seal(b"patients", "short")
    assert refused.value.code == "SUBMIT-PASSPHRASE"


def test_a_form_of_patients_is_read(tmp_path: Path) -> None:
    path = tmp_path / "patients.csv"
    path.write_text(
        "tin,npi,measure_id,collection_type,patient_id,status,event_date\n"
        "123456789,,236,ecqm,A1,numerator,2026-05-04\n123456789,9876543210,236,ecqm,A1,excluded,\n"
    )
    patients, _ = read_evidence(path)
    assert [(one.participation, one.npi, one.status) for one in patients] == [
        ("group", "", "met"),
        ("individual", "9876543210", "exclusion"),
    ]
    assert patients[0].event_date == date(2026, 5, 4) and patients[1].event_date is None

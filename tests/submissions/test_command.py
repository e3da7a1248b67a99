"""corridor submit qpp: made, checked, read back and verified through the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from corridor.cli.main import app
from corridor.errors import CorridorError
from tests.submissions.base import CEHRT, valid

HEAD = (
    "tin,program,measure_id,collection_type,denominator,exclusion,exception,numerator,not_met,answer,"
    "cehrt_id\n"
)
RESULTS = HEAD + f"123456789,,236,ecqm,30,2,,20,,,{CEHRT}\n123456789,,IA_EPA_3,,,,,,,yes,\n"
# 236: 20 met, 2 excluded, 7 not met and 1 not captured make 30
STATUSES = {"met": 20, "exclusion": 2, "not_met": 7, "not_captured": 1}
PASSPHRASE = "a long enough passphrase"


def patients(head: str, line: str) -> str:
    listed = [status for status, number in STATUSES.items() for _ in range(number)]
    return head + "".join(line.format(place=place, status=status) for place, status in enumerate(listed))


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, test_data: Path) -> Path:
    """A warehouse with the measures of 2025 and 2026."""
    from corridor.engine.warehouse import Warehouse
    from corridor.reference.add import add_references

    folder = tmp_path_factory.mktemp("submit") / "home"
    years = [test_data / "qpp" / "measures" / year for year in ("2025", "2026")]
    files = [*years, test_data / "qpp" / "mvp" / "2026" / "mvp.json"]
    add_references(files, Warehouse.open(folder))
    return folder


@pytest.fixture(autouse=True)
def within(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CORRIDOR_HOME", str(home))
    monkeypatch.chdir(tmp_path)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["submit", "qpp", *arguments])


def answer(*arguments: str, status: int = 0) -> dict[str, Any]:
    result = run(*arguments, "--json")
    assert result.exit_code == status, f"{result.exception!r} {result.output[-800:]}"
    found: dict[str, Any] = json.loads(result.stdout)
    assert found["program"] == "qpp" and {"year", "rows", "assumptions"} <= set(found)
    return found


def refused(*arguments: str) -> CorridorError:
    result = run(*arguments)
    assert isinstance(result.exception, CorridorError), result.output
    return result.exception


def written(text: str, name: str = "results.csv") -> str:
    Path(name).write_text(text)
    return name


def evidence() -> str:
    text = patients(
        "tin,measure_id,collection_type,patient_id,status\n", "123456789,236,ecqm,MBI{place:04},{status}\n"
    )
    return written(text, "patients.csv")


def test_made_from_a_file_and_verified() -> None:
    made = answer(
        written(RESULTS), "--year", "2026", "--evidence", evidence(), "--deidentified", "--out", "out"
    )
    (row,) = made["rows"]
    assert (row["entity_type"], row["tin"], row["measures"]) == ("group", "123456789", 2)
    document = json.loads(Path(row["file"]).read_text())
    quality = document["measurementSets"][1]["measurements"][0]["value"]
    # 30 - 20 - 2 = 8 not met: an electronic measure without data is not met
    assert (quality["performanceMet"], quality["performanceNotMet"]) == (20, 8)
    assert {one["status"] for one in made["assumptions"]} <= {"secondary", "assumed", "proposed"}

    checked = answer("--check", row["file"])
    assert checked["valid"] and checked["answer"] is None and checked["rows"] == []
    whole = answer("--verify", row["package"], "--digest", row["manifest_sha256"])
    assert whole["verified"] and "differs" not in {one["status"] for one in whole["rows"]}
    assert {one["status"] for one in whole["rows"] if one["subject"].startswith("236")} == {"ok"}
    assert "MBI" not in json.dumps(made) + json.dumps(whole)

    again = refused("results.csv", "--year", "2026", "--out", "out")
    assert again.code == "SUBMIT-EXISTS"
    shown = run("--verify", row["package"])
    assert shown.exit_code == 0 and "The package is whole." in shown.stdout


def test_encrypted_evidence_is_opened_by_its_passphrase() -> None:
    secret = ("--passphrase-file", written(PASSPHRASE + "\n", "secret"))
    made = answer(written(RESULTS), "--year", "2026", "--evidence", evidence(), *secret, "--out", "out")
    package = made["rows"][0]["package"]
    assert b"MBI0001" not in Path(package).read_bytes()
    closed = answer("--verify", package)
    assert {one["status"] for one in closed["rows"] if one["subject"].startswith("236")} == {"not checked"}
    opened = answer("--verify", package, *secret)
    assert {one["status"] for one in opened["rows"] if one["subject"].startswith("236")} == {"ok"}
    other = written("another long passphrase", "other")
    assert refused("--verify", package, "--passphrase-file", other).code == "SUBMIT-PASSPHRASE"


def test_a_package_that_was_changed_fails() -> None:
    import zipfile

    made = answer(written(RESULTS), "--year", "2026", "--out", "out")
    package = made["rows"][0]["package"]
    with zipfile.ZipFile(package, "a") as opened:
        opened.writestr("more.txt", "x")
    found = answer("--verify", package, status=1)
    assert not found["verified"]


def test_checked_in_the_words_of_the_api() -> None:
    document = valid()
    document["measurementSets"][1]["measurements"][0]["measureId"] = "9999"
    path = written(json.dumps(document), "submission.json")
    found = answer("--check", path, status=1)
    says = (
        "field 'measureId' in Submission.measurementSets[1].measurements[0] is invalid: "
        "'9999' is no measure of performance year 2026"
    )
    assert found["answer"]["error"]["details"][0]["message"] == says
    assert [one["rule"] for one in found["rows"]] == ["measure_unknown"] and found["measure_data"]
    text = run("--check", path)
    assert text.exit_code == 1 and says in text.stdout and "refuse it for 1 error" in text.stdout


def test_synthetic_data_is_asked_to_look_it() -> None:
    path = written(json.dumps(valid()), "submission.json")
    found = answer("--check", path, "--developer-preview", status=1)
    assert [one["rule"] for one in found["rows"]] == ["synthetic_tin"]


def test_a_document_of_a_year_without_measures_is_checked_by_itself(test_data: Path) -> None:
    path = str(test_data / "qrda3" / "2024" / "Mvp_Mips-Group-Sample.xml")
    found = answer("--check", path)
    assert found["valid"] and found["year"] == 2024
    assert [one["rule"] for one in found["rows"]] == ["measures_unnamed"]


def test_a_document_is_read_back_and_written_anew(test_data: Path) -> None:
    path = str(test_data / "qrda3" / "2024" / "App1-Group-QRDA-III.xml")
    found = answer("--read-back", path, "--out", "again.xml")
    assert (found["entity_type"], found["tin"], len(found["rows"])) == ("group", "990000099", 4)
    # 800 met, 100 not met of 1000 with 100 excepted: 800 / 900
    assert found["rows"][0]["performance_rate"] == pytest.approx(88.888889)
    assert answer("--read-back", "again.xml")["rows"] == found["rows"]
    assert refused("--read-back", path, "--out", "again.json").code == "SUBMIT-UUID"
    shown = run("--read-back", path)
    assert "800 of 1000  rate 88.89" in shown.stdout and "PI_EP_2" in shown.stdout


# of CMS165 (measure 236) in the measure data of 2025: eMeasure, numerator
UUID_2025, NUMERATOR_2025 = "2c928083-8907-ce68-0189-2bbd31d6064e", "73661F57-1A94-4982-8136-EDCE51A9AEA8"


def of_2025(test_data: Path, certified: bool = True) -> str:
    """CMS's sample of a group, made one of 2025 for traditional MIPS, with a measure of that year."""
    text = (test_data / "qrda3" / "2024" / "Mvp_Mips-Group-Sample.xml").read_text(encoding="utf-8")
    for old, new in (
        ("20240101", "20250101"),
        ("20241231", "20251231"),
        ('20.27.1.2" extension="2022-12-01"', '20.27.1.2" extension="2024-12-01"'),
        ("2c928082-86db-6718-0187-0b4977140ad5", UUID_2025),
        ("A65C0BE1-19D2-40E5-910D-9B95960C4B6C", NUMERATOR_2025),
        ('code="DENEXCEP"', 'code="DENEX"'),
        (
            '<id root="2.16.840.1.113883.3.249.5.6" extension="G0053"/>',
            f'<id root="2.16.840.1.113883.3.2074.1" extension="{CEHRT}"/>' if certified else "",
        ),
    ):
        assert old in text, old
        text = text.replace(old, new)
    return written(text, "document.xml")


def test_a_document_becomes_the_submission_it_stands_for(test_data: Path) -> None:
    path = of_2025(test_data)
    found = answer("--check", path)
    assert (found["valid"], found["year"]) == (True, 2025)
    assert [one["rule"] for one in found["rows"]] == ["test_tin"]
    answer("--read-back", path, "--out", "submission.json")
    assert json.loads(Path("submission.json").read_text()) == {
        "entityType": "group",
        "taxpayerIdentificationNumber": "000777777",
        "performanceYear": 2025,
        "measurementSets": [
            {
                "category": "quality",
                "submissionMethod": "electronicHealthRecord",
                "programName": "mips",
                "performanceStart": "2025-01-01",
                "performanceEnd": "2025-12-31",
                "cehrtId": CEHRT,
                "measurements": [
                    {
                        "measureId": "236",
                        "value": {
                            "isEndToEndReported": True,
                            "performanceMet": 800,
                            "performanceNotMet": 100,
                            "eligiblePopulationExclusion": 100,
                            "eligiblePopulation": 1000,
                        },
                    }
                ],
            }
        ],
    }
    assert answer("--check", "submission.json")["rows"] == found["rows"]


def test_a_submission_made_elsewhere_is_packed(test_data: Path) -> None:
    listed = {"met": 800, "exclusion": 100, "not_met": 100}
    head = "tin,measure_id,collection_type,patient_id,status\n"
    lines = [status for status, number in listed.items() for _ in range(number)]
    text = head + "".join(f"000777777,236,ecqm,P{place},{one}\n" for place, one in enumerate(lines))
    behind = ("--evidence", written(text, "patients.csv"), "--deidentified")
    (row,) = answer(of_2025(test_data), *behind, "--out", "out")["rows"]
    checks = answer("--verify", row["package"])["rows"]
    found = {one["check"]: one["status"] for one in checks if one["check"] in ("results", "counts")}
    assert found == {"results": "not checked", "counts": "ok"}
    (again,) = answer(row["file"], "--out", "again")["rows"]
    assert Path(again["file"]).read_bytes() == Path(row["file"]).read_bytes()


def test_a_document_of_2025_needs_its_certification(test_data: Path) -> None:
    found = answer("--check", of_2025(test_data, certified=False), status=1)
    assert [one["message"] for one in found["answer"]["error"]["details"]] == [
        "field 'cehrtId' in Submission.measurementSets[0] is missing"
    ]


def test_an_example_of_cms_is_read_back_in_a_year(test_data: Path) -> None:
    path = str(test_data / "qpp" / "submissions-api-examples" / "submission-example-aci.json")
    assert refused("--read-back", path).code == "QPP-JSON-YEAR"
    found = answer("--read-back", path, "--year", "2026", "--out", "again.json")
    assert len(found["rows"]) == 10
    assert answer("--read-back", "again.json")["rows"] == found["rows"]


def test_nothing_invalid_is_written() -> None:
    path = written(RESULTS.replace(CEHRT, ""))
    error = refused(path, "--year", "2026", "--out", "out")
    assert error.code == "SUBMIT-INVALID" and error.rule and not Path("out").exists()


def test_more_met_than_the_denominator_is_said_of_its_row() -> None:
    """31 met of 30: not that a number which the file does not hold is below 0."""
    error = refused(written(RESULTS.replace("20,,,", "31,,,")), "--year", "2026", "--out", "out")
    assert (error.code, error.line, error.field) == ("SUBMIT-VALUE", 2, "denominator")
    assert not Path("out").exists()


def test_a_rate_of_several_is_asked_for_its_name() -> None:
    path = written(HEAD + f"123456789,,226,ecqm,30,2,,20,,,{CEHRT}\n")
    error = refused(path, "--year", "2026", "--out", "out")
    assert (error.code, error.line, error.field) == ("SUBMIT-VALUE", 2, "stratum")
    assert error.todo.startswith("Name the stratum: ") and "combinedPopulations" in error.todo


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["results.csv", "--year", "2026"], "SUBMIT-OUT"),
        (["results.csv", "--check", "results.csv"], "SUBMIT-ONE"),
        (["--level", "hospital"], "SUBMIT-LEVEL"),
        (["--check", "nowhere.json"], "SUBMIT-FILE"),
        (["results.csv", "--year", "2026", "--out", "out", "--tin", "987654321"], "SUBMIT-NOTHING"),
        (["results.csv", "--year", "2024", "--out", "out"], "SUBMIT-NO-MEASURES"),
        (["results.csv", "--out", "o", "--deidentified", "--passphrase-file", "secret"], "SUBMIT-EVIDENCE"),
        (["results.csv", "--out", "o", "--deidentified", "--with-mbi"], "SUBMIT-EVIDENCE"),
        (["results.csv", "--year", "0", "--out", "o"], "LAW-NOT-IN-FORCE"),
        (["results.csv", "--out", "o", "--passphrase-file", "nowhere"], "SUBMIT-PASSPHRASE"),
    ],
)
def test_refused(arguments: list[str], code: str) -> None:
    written(RESULTS)
    written(PASSPHRASE, "secret")
    assert refused(*arguments).code == code


def test_only_the_quality_payment_program() -> None:
    result = CliRunner().invoke(app, ["submit", "hedis"])
    assert isinstance(result.exception, CorridorError) and result.exception.code == "SUBMIT-PROGRAM"


@pytest.mark.heavy
def test_made_from_a_run(home: Path) -> None:
    """Patients loaded, added up by the run, submitted with an activity of a file, verified again."""
    head = "performance_year,period_end,tin,npi,measure_id,collection_type,patient_id,status\n"
    line = "2026,2026-12-31,123456789,1234567893,236,ecqm,P{place:04},{status}\n"
    load = CliRunner().invoke(app, ["load", "quality-results", written(patients(head, line), "loaded.csv")])
    assert load.exit_code == 0, load.output
    made = CliRunner().invoke(app, ["run", "--only", "quality.rollup", "--year", "2026"])
    assert made.exit_code == 0, made.output
    activity = written(HEAD + "123456789,,IA_EPA_3,,,,,,,yes,\n")
    options = ("--year", "2026", "--cehrt", CEHRT, "--deidentified", "--out", "out")
    found = answer(activity, "--from-run", *options)
    (row,) = found["rows"]
    assert (row["entity_type"], row["measures"]) == ("group", 2)
    quality = json.loads(Path(row["file"]).read_text())["measurementSets"][1]["measurements"][0]["value"]
    assert (quality["performanceMet"], quality["performanceNotMet"]) == (20, 8)
    checks = answer("--verify", row["package"])["rows"]
    assert {one["status"] for one in checks if one["subject"].startswith("236")} == {"ok"}
    alone = answer("--level", "clinician", "--measure", "236", *options[:-1], "alone")
    assert [(one["entity_type"], one["npi"]) for one in alone["rows"]] == [("individual", "1234567893")]
    assert refused("--measure", "134", *options).code == "SUBMIT-NOTHING"


def test_a_run_without_quality_results(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    import shutil

    other = tmp_path / "other"
    shutil.copytree(home, other)
    monkeypatch.setenv("CORRIDOR_HOME", str(other))
    run_folder = other / "runs" / "20260101T000000-0"
    run_folder.mkdir(parents=True)
    (run_folder / "manifest.json").write_text(json.dumps({"steps": [], "externals": {}}))
    (other / "runs" / "current").write_text(run_folder.name)
    assert refused("--year", "2026", "--out", "out").code == "SUBMIT-NOT-MADE"

"""Quality results of every format become the same rows, and what cannot be used is said."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import duckdb
import pytest

from corridor.engine.warehouse import Warehouse
from corridor.errors import CorridorError
from corridor.sources.qpp.load import load
from corridor.sources.qpp.measure_report import report_rows
from corridor.sources.summary import LoadSummary

HEAD = "performance_year,period_end,tin,npi,measure_id,collection_type"
COUNTS = HEAD + ",denominator,exclusion,exception,numerator,not_met,not_captured\n"


def loaded(home: Path, *paths: Path, source_id: str = "north") -> LoadSummary:
    return load(paths, Warehouse.open(home), {"source_id": source_id})


def rows(home: Path, table: str, columns: str) -> list[tuple[Any, ...]]:
    parts = [str(p) for d in Warehouse.open(home).deliveries() for p in d.parts(f"qpp_raw.{table}")]
    return duckdb.sql(f"select {columns} from read_parquet({parts}) order by all").fetchall()


def write(folder: Path, name: str, content: Any) -> Path:
    path = folder / name
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


def test_counts_keep_what_the_file_says_and_fill_what_follows(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "counts.csv",
        COUNTS + "2026,2026-06-30,12-3456789,1003000126,5,CQM,50,0,2,30,10,8\n"
        ",2026-06-30,123456789,,CMS165v14,,100,5,,70,,\n2026,,123456789,,236SSP,registry,10,,,9,1,\n",
    )
    summary = loaded(tmp_path / "home", path)
    assert (summary.rows_kept, summary.rows_set_aside) == (3, 0)
    columns = (
        "measure_id, collection_type, participation, tin, performance_year, period_end::varchar, not_captured"
    )
    assert rows(tmp_path / "home", "measure_result", columns) == [
        ("005", "mipscqm", "individual", "123456789", 2026, "2026-06-30", 8),
        ("236SSP", "medicare_cqm", "group", "123456789", 2026, "2026-12-31", None),
        ("CMS165V14", "ecqm", "group", "123456789", 2026, "2026-06-30", None),
    ]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("2026,,123456789,,005,mipscqm,50,0,0,40,10,1", "QUALITY-COUNTS"),  # 40 + 10 + 1 > 50
        (",,123456789,,005,mipscqm,50,0,0,40,10,", "QUALITY-NO-YEAR"),
        ("2026,,,,005,mipscqm,50,0,0,40,10,", "QUALITY-NOBODY"),
        ("2026,,123456789,,005,,50,0,0,40,10,", "QUALITY-NO-COLLECTION-TYPE"),
        ("2026,2025-12-31,123456789,,005,mipscqm,50,0,0,40,10,", "QUALITY-PERIOD"),
        ("2026,,123456789,,1eg4-te5-mk73,mipscqm,50,0,0,40,10,", "QUALITY-MEASURE"),
        ("2026,,123456789,,005,paper,50,0,0,40,10,", "unknown-value"),
    ],
)
def test_a_row_that_cannot_be_used_is_set_aside(line: str, code: str, tmp_path: Path) -> None:
    good = "2026,,123456789,,008,mipscqm,50,0,0,40,10,\n"
    summary = loaded(tmp_path / "home", write(tmp_path, "counts.csv", COUNTS + good + line + "\n"))
    assert summary.deliveries[0].reasons == {code: 1}
    assert rows(tmp_path / "home", "measure_result", "measure_id") == [("008",)]


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("236,ecqm,50,60,80", False),  # 60 of 50 is no proportion, whatever rate is stated
        ("236,ecqm,50,40,150", False),
        ("ACRAD15,qcdr,50,60,80", True),  # minutes, for instance
    ],
)
def test_a_stated_rate_does_not_make_counts_of_an_ecqm_possible(
    line: str, kept: bool, tmp_path: Path
) -> None:
    head = "performance_year,tin,measure_id,collection_type,denominator,numerator,rate\n"
    summary = loaded(tmp_path / "home", write(tmp_path, "counts.csv", f"{head}2026,123456789,{line}\n"))
    assert summary.deliveries[0].reasons == ({} if kept else {"QUALITY-COUNTS": 1})


def test_a_rate_that_the_counts_do_not_make_is_warned_of(tmp_path: Path) -> None:
    """0.8 for 80 percent: 40 of 50. 88.9 is 40 of 50 less 5 excluded; 66.67 is 40 of 60; 80 of 40 and 10."""
    head = "performance_year,tin,measure_id,collection_type,denominator,numerator,exclusion,not_met,rate\n"
    lines = ["236,ecqm,50,40,,,0.8", "134,ecqm,50,40,5,,88.9", "008,mipscqm,60,40,,,66.67"]
    lines.append("005,mipscqm,60,40,,10,80")
    text = head + "".join(f"2026,123456789,{line}\n" for line in lines)
    summary = loaded(tmp_path / "home", write(tmp_path, "counts.csv", text))
    (warning,) = [one for one in summary.deliveries[0].warnings if "another rate" in one]
    assert warning.startswith("1 row of counts.csv")


def test_patients_are_one_person_whichever_identifier_a_record_uses(tmp_path: Path) -> None:
    """North knows the Medicare number and the hash, south the hash alone; its number 1 is somebody else."""
    head = HEAD + ",patient_id,bene_mbi_id,patient_hash,status\n"
    mine = "2026,2026-06-30,123456789,1003000126,134,ecqm,"
    north = write(tmp_path, "n.csv", head + mine + "1,1EG4TE5MK73,abc,met\n")
    south = write(tmp_path, "s.csv", head + mine + "9,,abc,not met\n" + mine + "1,,,not captured\n")
    loaded(tmp_path / "home", north)
    loaded(tmp_path / "home", south, source_id="south")
    found = rows(tmp_path / "home", "measure_patient", "source_id, status, person_id")
    assert [(source, status) for source, status, _ in found] == [
        ("north", "met"), ("south", "not_captured"), ("south", "not_met"),
    ]  # fmt: skip
    parts = [str(path) for path in (tmp_path / "home" / "deliveries").rglob("alias.parquet")]
    alias = dict(duckdb.sql(f"select * from read_parquet({parts})").fetchall()) if parts else {}
    kept = [alias.get(person, person) for _, _, person in found]
    assert kept[0] == kept[2] != kept[1]


def test_flags_are_read_in_the_order_a_measure_is_calculated(tmp_path: Path) -> None:
    """Excluded before met, met before excepted; who is outside the denominator is no row."""
    text = "performance_year,tin,npi,measure_id,collection_type,mrn,"
    text += "denominator,exclusion,exception,numerator,captured\n"
    flags = [
        "yes,yes,no,yes,",
        "yes,no,yes,yes,",
        "yes,no,yes,no,",
        "yes,no,no,no,yes",
        "yes,no,no,no,no",
        "no,no,no,yes,",
    ]
    for number, line in enumerate(flags, start=1):
        text += f"2026,123456789,1003000126,134,ecqm,{number},{line}\n"
    loaded(tmp_path / "home", write(tmp_path, "flags.csv", text))
    assert rows(tmp_path / "home", "measure_patient", "person_id, status") == [
        (1, "exclusion"), (2, "met"), (3, "exception"), (4, "not_met"), (5, "not_captured"),
    ]  # fmt: skip


def test_a_patient_without_any_number_is_set_aside(tmp_path: Path) -> None:
    text = HEAD + ",patient_id,status\n2026,,123456789,,134,ecqm,,met\n2026,,123456789,,134,ecqm,7,met\n"
    summary = loaded(tmp_path / "home", write(tmp_path, "patients.csv", text))
    assert summary.deliveries[0].reasons == {"QUALITY-NO-PATIENT": 1}


def _population(**counts: int) -> list[dict[str, Any]]:
    return [
        {"code": {"coding": [{"code": name.replace("_", "-")}]}, "count": count}
        for name, count in counts.items()
    ]


def _report(kind: str, populations: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    return {
        "resourceType": "MeasureReport",
        "type": kind,
        "status": "complete",
        "measure": "https://example.org/Measure/CMS165FHIR|0.3.000",
        "period": {"start": "2026-01-01", "end": "2026-12-31"},
        "group": [{"population": populations}],
        "reporter": {"reference": "Practitioner/p"},
        **more,
    }


PRACTITIONER = {
    "resourceType": "Practitioner",
    "id": "p",
    "identifier": [{"system": "http://hl7.org/fhir/sid/us-npi", "value": "1003000126"}],
}


def test_a_summary_report_is_a_row_of_counts(tmp_path: Path) -> None:
    report = _report(
        "summary", _population(initial_population=12, denominator=10, denominator_exclusion=1, numerator=6)
    )
    report["reporter"] = {"reference": "urn:uuid:1"}
    entries = [{"resource": report}, {"fullUrl": "urn:uuid:1", "resource": PRACTITIONER}]
    bundle = {"resourceType": "Bundle", "entry": entries}
    loaded(tmp_path / "home", write(tmp_path, "report.json", bundle))
    columns = "measure_id, npi, initial_population, denominator, exclusion, numerator, document"
    assert rows(tmp_path / "home", "measure_result", columns) == [
        ("CMS165", "1003000126", 12, 10, 1, 6, "measure_report")
    ]


def test_a_line_ends_where_the_line_ends(tmp_path: Path) -> None:
    """JSON may hold a line separator of Unicode within a text: no end of a line of the file."""
    each = [
        _report("individual", _population(denominator=1), subject={"reference": f"Patient/{name}"})
        for name in ("a", "b")
    ]
    each[0]["text"] = {"div": "one\u2028two"}
    text = "\n".join(json.dumps(one, ensure_ascii=False) for one in [*each, PRACTITIONER])
    assert loaded(tmp_path / "home", write(tmp_path, "reports.ndjson", text)).rows_in == 2


def test_individual_reports_are_patients_a_line_each(tmp_path: Path) -> None:
    one = _report("individual", _population(denominator=1, numerator=1), subject={"reference": "Patient/a"})
    two = _report("individual", _population(denominator=2, numerator=1), subject={"reference": "Patient/b"})
    lines = "\n".join(json.dumps(each) for each in (PRACTITIONER, one, two))
    loaded(tmp_path / "home", write(tmp_path, "reports.ndjson", lines))
    assert rows(tmp_path / "home", "measure_patient", "person_id, event_id, status") == [
        (1, None, "met"), (2, "1", "met"), (2, "2", "not_met"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("end", "day"),
    [("2026", "2026-12-31"), ("2026-02", "2026-02-28"), ("2026-06-30T23:59:59Z", "2026-06-30")],
)
def test_a_period_may_be_a_year_or_a_month(end: str, day: str) -> None:
    report = _report("summary", _population(denominator=1), period={"start": "2026", "end": end})
    ((row,), _) = report_rows([report])
    assert (row["period_start"], row["period_end"]) == ("2026-01-01", day)


def test_a_patient_is_known_by_the_medicare_number_of_the_bundle() -> None:
    number = {"system": "http://hl7.org/fhir/sid/us-mbi", "value": "1EG4TE5MK73"}
    patient = {"resourceType": "Patient", "id": "a", "identifier": [number]}
    report = _report("individual", _population(denominator=1), subject={"reference": "Patient/a"})
    _, (row,) = report_rows([patient, report])
    assert (row["bene_mbi_id"], row["patient_id"]) == ("1EG4TE5MK73", "a")
    elsewhere = {"reference": "https://example.org/fhir/Patient/b"}
    assert (
        report_rows([_report("individual", _population(denominator=1), subject=elsewhere)])[1][0][
            "patient_id"
        ]
        == "b"
    )


@pytest.mark.parametrize(("column", "at"), [("performance_year", 0), ("status", 4), ("event_date", 5)])
def test_a_patient_in_the_wrong_column_is_not_quoted(column: str, at: int, tmp_path: Path) -> None:
    cells = ["2026", "123456789", "236", "1", "met", "2026-05-01"]
    cells[at] = "1EG4-TE5-MK73"
    lines = ["performance_year,tin,measure_id,patient_id,status,event_date", *[",".join(cells)] * 2]
    with pytest.raises(CorridorError) as caught:
        loaded(tmp_path / "home", write(tmp_path, "patients.csv", "\n".join(lines) + "\n"))
    assert (caught.value.code, caught.value.field) == ("TABULAR-NO-GOOD-ROW", column)
    assert "1EG4" not in caught.value.text() and "the value is not" in caught.value.what


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ('{"resourceType": "Bundle", "entry": [', "QUALITY-JSON"),
        ({"resourceType": "Bundle", "entry": "none"}, "QUALITY-SHAPE"),
        (_report("summary", [{"code": {"coding": [{"code": "numerator"}]}, "count": "x"}]), "QUALITY-SHAPE"),
        (_report("individual", _population(denominator=10**9)), "QUALITY-SHAPE"),
        (_report("individual", _population(denominator=-5)), "QUALITY-SHAPE"),
        ("[" * 100_000, "QUALITY-JSON"),
        ('{"resourceType": "Patient"}\n' + "[" * 100_000, "QUALITY-JSON"),
        ('{"resourceType": "MeasureReport", "x": ' + "9" * 6000 + "}", "QUALITY-JSON"),
        ('{"resourceType": "Patient"}\n{"x": ' + "9" * 6000 + "}", "QUALITY-JSON"),
        ({**_report("summary", _population(denominator=1)), "measure": "\ud800"}, "QUALITY-JSON"),
        ({"resourceType": "Patient", "id": "x"}, "QUALITY-NO-RESULTS"),
        (
            {
                "resourceType": "Bundle",
                "entry": [
                    {"resource": _report("summary", _population(denominator=1))},
                    {"resource": _report("individual", _population(denominator=1))},
                ],
            },
            "QUALITY-MIXED",
        ),
    ],
)
def test_a_document_that_cannot_be_read_is_refused(content: Any, code: str, tmp_path: Path) -> None:
    with pytest.raises(CorridorError) as caught:
        loaded(tmp_path / "home", write(tmp_path, "file.json", content))
    assert caught.value.code == code


def test_files_of_an_archive_are_read_whatever_their_paths(tmp_path: Path) -> None:
    """By their names alone, into the working folder; none is left out because its path leads upwards."""
    head = "performance_year,tin,measure_id,collection_type,denominator,numerator\n"
    names = ["../../up.csv", "a/../../beside.csv", "/root.csv", "C:\\drive.csv"]
    with zipfile.ZipFile(tmp_path / "odd.zip", "w") as archive:
        for place, name in enumerate(names):
            archive.writestr(name, f"{head}2026,123456789,236,ecqm,{30 + place},20\n")
    (tmp_path / "in").mkdir()
    assert loaded(tmp_path / "in" / "home", tmp_path / "odd.zip").rows_kept == len(names)
    assert sorted(one.name for one in tmp_path.rglob("*.csv")) == []


def test_a_submission_gives_its_quality_measures(test_data: Path, tmp_path: Path) -> None:
    text = (test_data / "qpp" / "submissions-api-examples" / "submission-example-quality.json").read_text()
    text = text.replace("< performanceYearToBeReported >", "2024").replace('"2024"', "2024")
    loaded(tmp_path / "home", write(tmp_path, "submission.json", text))
    columns = "measure_id, stratum, collection_type, denominator, numerator, not_met, document"
    assert rows(tmp_path / "home", "measure_result", columns) == [
        ("102", None, "mipscqm", 562, 305, 255, "qpp_json"),
        ("305", "14days", "mipscqm", 60, 47, 13, "qpp_json"),
        ("305", "34days", "mipscqm", 147, 121, 26, "qpp_json"),
    ]  # the ratio of a clinical data registry, ACRAD15, has no rate to be counted

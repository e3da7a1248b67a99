"""What of the patients in a file goes into an audit package: those behind its counts, and nobody else."""

from __future__ import annotations

import zipfile
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from corridor.cli.main import app
from corridor.submissions.evidence import Patient, patients_of
from corridor.submissions.results import Result
from tests.submissions.base import CEHRT, force, known
from tests.submissions.test_command import RESULTS, evidence, home, run, within, written  # noqa: F401


def one(
    entity_id: str, tin: str = "", measure_id: str = "236", method: str = "ecqm", stratum: str = ""
) -> Patient:
    day = date(2026, 5, 4)
    return Patient("apm_entity", tin, "", entity_id, measure_id, method, stratum, "A1", "", day, "met")


@pytest.mark.parametrize("participation", ["apm_entity", "virtual_group", "subgroup"])
def test_an_entity_is_known_by_its_identifier(participation: str, test_data: Path) -> None:
    """A file of patients says who an entity is, the submission what it is."""
    from corridor.submissions.build import build

    result = Result(
        participation,
        "",
        "",
        "SG-1",
        "236",
        collection_type="ecqm",
        denominator=30,
        numerator=20,
        cehrt_id=CEHRT,
    )
    (submission,) = build([result], known(test_data), force())
    others = [
        one("SG-2"),
        one("SG-1", measure_id="134"),
        one("SG-1", method="mipscqm"),
        one("SG-1", stratum="x"),
    ]
    (found,) = patients_of(submission, [one("SG-1"), *others])
    assert (found.participation, found.entity_id, found.patient) == (participation, "SG-1", "A1")


def test_patients_in_the_column_of_the_measure_are_not_packed() -> None:
    """Two columns swapped: the package that names nobody has nobody, and says so."""
    swapped = (
        "tin,patient_id,collection_type,measure_id,status\n" + "123456789,236,ecqm,1EG4TE5MK73,met\n" * 3
    )
    right = Path(evidence()).read_text()
    mixed = right + "".join(
        f"123456789,{measure},ecqm,{patient},met\n"
        for measure, patient in [("1EG4TE5MK73", "236"), ("134", "A1")]
    )
    for text, said in ((swapped, "3 of 3 rows"), (mixed, "2 of 32 rows")):
        folder = said.replace(" ", "-")
        options = (
            "--year",
            "2026",
            "--deidentified",
            "--evidence",
            written(text, "swapped.csv"),
            "--out",
            folder,
        )
        result = run(written(RESULTS), *options)
        assert result.exit_code == 0, result.output
        assert said in result.stderr and "1EG4" not in result.output
        (package,) = Path(folder).glob("*.zip")
        with zipfile.ZipFile(package) as opened:
            assert b"1EG4" not in b"".join(opened.read(name) for name in opened.namelist())
    checked = CliRunner().invoke(app, ["submit", "qpp", "--verify", str(package)])
    assert checked.exit_code == 0 and "patients: 30" in checked.stdout

"""The law of eligibility and claims measures beside what CMS and others publish."""

from __future__ import annotations

import csv
import json
import re
from itertools import pairwise
from pathlib import Path

import pytest

from corridor.law import load_rules
from tests.programs.mips_claims.bench import bench

TYPES = {
    "speech_language_pathologist": "speech", "nurse_anesthetist": "crna|anesthesiologist assistant",
    "chiropractor": "chiropractic", "nurse_midwife": "midwife", "nurse_practitioner": "nurse practitioner",
    "audiologist": "audiologist", "physical_therapist": "physical therapist",
    "occupational_therapist": "occupational therapist", "clinical_psychologist": "clinical psychologist",
    "dietitian": "dietici?[ae]n|dietitian", "clinical_social_worker": "social worker",
    "clinical_nurse_specialist": "nurse specialist", "physician_assistant": "physician assistant",
}  # fmt: skip
NO_CLINICIAN = (
    "supplier|supply|facilit|laborator|hospital|pharmacy|store|agenc|center|orthoti|prosthe|ambulan|roster"
)


def specialties(folder: Path) -> dict[str, str]:
    """The code set of Medicare specialties; a code that stands twice keeps its first name."""
    file = folder / "terminology" / "tuva" / "provider_specialty.csv"
    found: dict[str, str] = {}
    with file.open(encoding="utf-8-sig") as text:
        for row in csv.DictReader(text):
            found.setdefault(row["specialty_code"], row["specialty_name"].lower())
    return found


def test_eligible_types_by_their_specialty_codes(test_data: Path) -> None:
    """Fourteen types; each code says what it is taken for, and no supplier or facility is a clinician."""
    rows = bench().force.rows("mips.eligible_specialty")
    assert {str(row["clinician_type"]) for row in rows} == {"physician", *TYPES}
    known = specialties(test_data)
    for row in rows:
        names = [name for code, name in known.items() if row["code_from"] <= code <= row["code_to"]]
        if row["clinician_type"] == "physician":
            strange = [name for name in names if re.search(NO_CLINICIAN, name) and name != "hospitalist"]
            assert not strange
        else:
            assert names and all(re.search(TYPES[row["clinician_type"]], name) for name in names), row


def test_ranges_of_specialties_do_not_overlap() -> None:
    rows = sorted(bench().force.rows("mips.eligible_specialty"), key=lambda row: str(row["code_from"]))
    for before, after in pairwise(rows):
        assert before["code_to"] < after["code_from"]


def test_the_unit_of_a_measure_is_that_of_its_benchmark(test_data: Path) -> None:
    """Benchmarks of 2025: 0.1544 and 0.0317 are fractions, 37.76 and 67.1 are for a hundred."""
    rows = json.loads((test_data / "qpp" / "benchmarks" / "2025.json").read_text(encoding="utf-8"))
    published = {row["measureId"]: row["averagePerformanceRate"] for row in rows}
    for row in bench().force.rows("mips.administrative_measure"):
        assert (published[row["measure_id"]] < 1) == (row["per"] == 1), row


def test_groups_only_as_cms_registers_them(test_data: Path) -> None:
    """492 is for groups and more; the others are open to individuals there."""
    file = test_data / "qpp" / "measures" / "2026" / "measures-data.json"
    allowed = {
        row["measureId"]: row["allowedRegistrationTypes"]
        for row in json.loads(file.read_text(encoding="utf-8"))
    }
    for row in bench().force.rows("mips.administrative_measure"):
        assert not row["individuals"] or "individual" in allowed[row["measure_id"]]
    assert "individual" not in allowed["492"]


@pytest.mark.parametrize("year", [2024, 2025, 2026, 2027])
def test_nothing_from_memory_is_shown_as_official(year: int) -> None:
    """Of the rules of this page only the size of a small practice is official, and not for 2027."""
    force = load_rules(["mips"]).in_force(year)
    mine = [name for name in force.names("mips") if force[name].doc == "corridor-mips-eligibility"]
    assert len(mine) > 20
    assert {force[name].status for name in mine} == {"assumed"}
    expected = "assumed" if year == 2027 else "official"
    assert force["mips.small_practice_maximum"].status == expected

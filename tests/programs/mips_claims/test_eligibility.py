"""Who is in MIPS: clinician types, exclusions, low volume of clinician and practice, opting in."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from corridor.programs.qp.status import VOLUME_TYPES
from tests.measures.bench_tables import Row, Tables
from tests.programs.mips_claims.bench import ROSTER, bench

STATUS = {
    "npi": "VARCHAR", "tin": "VARCHAR", "performance_year": "INTEGER", "payment_year": "INTEGER",
    "qp_status": "VARCHAR", "qp_reason": "VARCHAR", "asm_participant": "BOOLEAN", "mips_status": "VARCHAR",
    "mips_reason": "VARCHAR",
}  # fmt: skip
SPECIALTY = {"service_year": "INTEGER", "npi": "VARCHAR", "specialty_code": "VARCHAR"}
NPPES = {"npi": "VARCHAR", "enumeration_date": "DATE", "vintage": "VARCHAR"}
HELD = {
    "performance_year": "INTEGER", "tin": "VARCHAR", "npi": "VARCHAR", "small": "BOOLEAN",
    "small_count": "BIGINT", "rural": "BOOLEAN", "hpsa": "BOOLEAN", "non_patient_facing": "BOOLEAN",
    "hospital_based": "BOOLEAN", "asc_based": "BOOLEAN", "facility_based": "BOOLEAN",
}  # fmt: skip


def volume(npi: str, standing: str, practice: str, **values: Any) -> list[Any]:
    row: Row = {
        "performance_year": 2025, "tin": "T1", "npi": npi, "standing": standing, "is_whole": True,
        "practice_standing": practice, "why": f"{standing} by the test", "services": 300,
    }  # fmt: skip
    return [(row | values).get(name) for name in VOLUME_TYPES]


def decided(
    clinicians: list[tuple[str, str, str]],
    practice: str = "required",
    specialties: dict[str, str] | None = None,
    given: dict[str, date] | None = None,
    qp_status: str = "none",
) -> dict[str, Row]:
    """Rows by NPI of clinicians (NPI, low volume, status of MIPS) under one practice."""
    tables: Tables = bench()
    tables.give(
        "qp.low_volume",
        VOLUME_TYPES,
        [volume("practice", practice, practice), *(volume(n, low, practice) for n, low, _ in clinicians)],
    )
    tables.give(
        "qp.clinician_year",
        STATUS,
        [
            (npi, "T1", 2025, 2027, qp_status, "as the test says", False, mips, "not all is known")
            for npi, _, mips in clinicians
        ],
    )
    tables.give(
        "qp.status",
        {"npi": "VARCHAR", "tin": "VARCHAR", "performance_year": "INTEGER", "apm_entity_id": "VARCHAR"},
        [("N1", "T1", 2025, "A1")],
    )
    known = {npi: "08" for npi, *_ in clinicians} if specialties is None else specialties
    tables.give("claims.clinician_specialty", SPECIALTY, [(2025, n, code) for n, code in known.items()])
    tables.give("asm.roster", ROSTER, [])
    tables.give("reference.nppes", NPPES, [(n, day, "2026") for n, day in (given or {}).items()])
    tables.give("mips.status_held", HELD, [(2025, "T1", "", True, 3, None, None, None, False, False, False)])
    tables.make("mips.clinician_type")
    return {row["npi"]: row for row in tables.make("mips.eligibility")}


@pytest.mark.parametrize(
    ("low_volume", "mips_status", "practice", "reporting"),
    [
        ("required", "required", "required", "required"),
        # below as a clinician, above as a practice: scored only with the group (mips.md 2.3)
        ("exempt", "exempt", "required", "group_only"),
        ("may_opt_in", "may_opt_in", "required", "group_only"),
        ("may_opt_in", "may_opt_in", "may_opt_in", "may_opt_in"),
        ("exempt", "exempt", "exempt", "voluntary"),
        ("exempt_or_opt_in", "exempt_or_opt_in", "exempt", "voluntary_or_opt_in"),
        # the practice may be above, or not
        ("exempt", "exempt", "unknown", "not_alone"),
        ("may_opt_in", "may_opt_in", "unknown", "not_alone"),
        ("required", "excluded_qp", "required", "excluded_qp"),
        ("required", "excluded_asm", "required", "excluded_asm"),
        ("required", "may_elect", "required", "may_elect"),
        # volume not known, or above it with an unknown status of QP
        ("unknown", "required_unless_low_volume", "required", "unknown"),
        ("required", "required_unless_qp", "required", "unknown"),
    ],
)
def test_who_must_report(low_volume: str, mips_status: str, practice: str, reporting: str) -> None:
    found = decided([("N1", low_volume, mips_status)], practice)
    assert (found["N1"]["reporting"], found["N1"]["apm_entity_id"]) == (reporting, "A1")
    assert found["N1"]["reason"].endswith(".")


def test_the_practice_counts_whom_a_group_report_would_score() -> None:
    """Four clinicians: one required, one below alone, one a QP, one of no eligible type (specialty 59)."""
    found = decided(
        [
            ("N1", "required", "required"),
            ("N2", "exempt", "exempt"),
            ("N3", "required", "excluded_qp"),
            ("N4", "required", "required"),
        ],
        specialties={"N1": "08", "N2": "50", "N3": "06", "N4": "59"},
    )
    group = found[""]
    assert (group["reporting"], group["practice_clinicians"]) == ("group_may_report", 4)
    assert (group["practice_required_clinicians"], group["practice_scored_if_group"]) == (1, 2)
    assert "2 of 4 clinicians" in group["reason"]
    assert (group["small"], group["small_count"], group["hospital_based"]) == (True, 3, False)
    assert (found["N2"]["clinician_type"], found["N4"]["reporting"]) == (
        "nurse_practitioner",
        "not_eligible_type",
    )


@pytest.mark.parametrize(
    ("standing", "reporting"),
    [("may_opt_in", "group_may_opt_in"), ("exempt", "voluntary"), ("unknown", "unknown")],
)
def test_the_practice_as_a_group(standing: str, reporting: str) -> None:
    assert decided([("N1", "exempt", "exempt")], standing)[""]["reporting"] == reporting


def test_an_npi_of_the_year_is_newly_enrolled_and_an_older_one_is_not_known() -> None:
    found = decided(
        [("N1", "required", "required"), ("N2", "required", "required")],
        given={"N1": date(2025, 2, 1), "N2": date(2019, 2, 1)},
    )
    assert (found["N1"]["newly_enrolled"], found["N1"]["reporting"]) == (True, "newly_enrolled")
    assert (found["N2"]["newly_enrolled"], found["N2"]["reporting"]) == (None, "required")
    assert "day of enrolment in Medicare unknown" in found["N2"]["basis"]


def test_an_unknown_specialty_is_no_exclusion() -> None:
    row = decided([("N1", "required", "required")], specialties={})["N1"]
    assert (row["is_eligible_type"], row["reporting"]) == (None, "required")
    assert "specialty unknown" in row["basis"]


def test_the_specialty_is_of_the_year_or_the_newest_before_it() -> None:
    tables = bench()
    tables.give("qp.low_volume", VOLUME_TYPES, [volume("N1", "required", "required")])
    tables.give(
        "claims.clinician_specialty", SPECIALTY, [(2023, "N1", "11"), (2024, "N1", "06"), (2026, "N1", "08")]
    )
    tables.give("asm.roster", ROSTER, [("T1", "N1", "50", None, 1, "roster")])
    tables.give("reference.nppes", NPPES, [])
    (row,) = tables.make("mips.clinician_type")
    assert (row["specialty_code"], row["specialty_origin"], row["clinician_type"]) == (
        "06",
        "claims",
        "physician",
    )
    tables.give("claims.clinician_specialty", SPECIALTY, [])
    (row,) = tables.make("mips.clinician_type")
    assert (row["specialty_code"], row["specialty_origin"]) == ("50", "roster")

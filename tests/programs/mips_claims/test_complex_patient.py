"""Mean HCC risk score and share of dual eligibles: whose patients, in which months, from which scores."""

from __future__ import annotations

from datetime import date

import pytest

from tests.claims.canonical import CANONICAL
from tests.measures.bench_tables import Row, Tables
from tests.programs.mips_claims.bench import bench, claims, loaded

RISK = {
    "person_id": "BIGINT", "payment_year": "INTEGER", "risk_score": "DOUBLE", "source": "VARCHAR",
}  # fmt: skip
PUBLISHED = {
    "npi": "VARCHAR", "year": "INTEGER", "vintage": "VARCHAR", "beneficiaries": "INTEGER",
    "average_risk_score": "DOUBLE", "dual_beneficiaries": "INTEGER",
}  # fmt: skip


def made(scores: dict[int, float], dual: dict[int, str], published: bool = False) -> dict[str, Row]:
    """N1 sees people 1, 2, 3 and N2 person 3, in March 2025; person 4 only in December 2025."""
    tables: Tables = bench(programs=["population"])
    claims(
        tables,
        [
            {"person_id": 1}, {"person_id": 1}, {"person_id": 2}, {"person_id": 3},
            {"person_id": 3, "rendering_npi": "N2"}, {"person_id": 4, "day": date(2025, 12, 1)},
        ],
    )  # fmt: skip
    loaded(tables)
    tables.give("population.risk", RISK, [(p, 2026, score, "claims") for p, score in scores.items()])
    types = CANONICAL["eligibility"]
    spans = [
        {"person_id": person, "dual_status_code": code, "enrollment_start_date": date(2020, 1, 1),
         "source_id": "s1"}
        for person, code in dual.items()
    ]  # fmt: skip
    tables.give("claims.eligibility", types, [[span.get(name) for name in types] for span in spans])
    tables.give(
        "reference.physician_by_provider", PUBLISHED, [("N1", 2023, "2025", 30, 1.4, 6)] if published else []
    )
    tables.make("qp.service")
    tables.make("mips.segment")
    rows = tables.make("mips.complex_patient")
    return {row["npi"]: row for row in rows if row["performance_year"] == 2025}


def test_each_patient_once_of_the_later_segment() -> None:
    """N1: (1.0 + 2.0 + 0.6) / 3 = 1.2, of three one is dual (02); 09 is no Medicaid. The practice has the
    same three people, person 3 seen by both; December 2025 is of the segment of 2026."""
    found = made({1: 1.0, 2: 2.0, 3: 0.6, 4: 9.0}, {1: "02", 2: "09", 4: "02"})
    assert {npi: row["beneficiaries"] for npi, row in found.items()} == {"": 3, "N1": 3, "N2": 1}
    assert found["N1"]["mean_hcc_risk_score"] == pytest.approx(1.2)
    assert found[""]["dual_eligible_share"] == pytest.approx(1 / 3)
    assert (found["N2"]["mean_hcc_risk_score"], found["N2"]["dual_eligible_share"]) == (0.6, 0)
    assert found["N1"]["risk_score_origin"] == "claims"
    assert found["N1"]["basis"].startswith("proxy")


def test_people_without_a_score_are_left_out_of_the_mean() -> None:
    row = made({1: 1.0}, {})["N1"]
    assert (row["beneficiaries"], row["beneficiaries_with_risk_score"], row["mean_hcc_risk_score"]) == (
        3,
        1,
        1.0,
    )


def test_what_is_published_of_the_clinician_stands_in() -> None:
    """Of 30 beneficiaries 3 are loaded: a coverage of 0.1; 6 of 30 published as dual."""
    row = made({}, {}, published=True)["N1"]
    assert (row["mean_hcc_risk_score"], row["risk_score_origin"]) == (1.4, "by-provider file")
    assert (row["panel_coverage"], row["published_dual_share"]) == (0.1, 0.2)
    assert made({}, {}, published=True)[""]["panel_coverage"] is None
    assert made({}, {})["N1"]["mean_hcc_risk_score"] is None

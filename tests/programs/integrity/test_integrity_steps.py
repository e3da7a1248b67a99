"""Risk-adjustment integrity from claims: what is followed, asked after, set against the cap, flagged.

A model of three categories: A drops B (a hierarchy); C stands alone. Coefficients 0.3, 0.2, 0.1.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from corridor.sources.org.tables import RAW_TABLES
from tests.population.condition_bench import PERSON, ConditionBench

YEAR = 2026
A, B, C = "1", "2", "3"
TABLES: dict[str, dict[str, str]] = {
    "claims.person": PERSON,
    "population.hcc_code": dict.fromkeys(("diagnosis_code", "model", "hcc"), "VARCHAR"),
    "population.hcc_item": {
        "model": "VARCHAR", "hcc": "VARCHAR", "hcc_key": "INTEGER", "model_key": "INTEGER",
        "parent_bit": "BIGINT", "dropped_by": "BIGINT", "needs_bits": "BIGINT",
    },
    "population.hcc_weight": {"segment_key": "INTEGER", "hcc_key": "INTEGER", "coefficient": "DECIMAL(18,6)"},
    "population.risk_model": {"model": "VARCHAR", "model_key": "INTEGER"},
    "population.risk_member": {
        "person_id": "BIGINT", "model_key": "INTEGER", "segment_key": "INTEGER",
        "demographic": "DECIMAL(18,6)",
    },
    "population.risk_person": {"person_id": "BIGINT", "sex": "VARCHAR", "age": "INTEGER"},
    "population.person_annual": {
        "person_id": "BIGINT", "year": "INTEGER", "enrollment_type": "VARCHAR", "member_months": "BIGINT",
        "person_years": "DOUBLE",
    },
    "attribution.person": {"person_id": "BIGINT", **dict.fromkeys(("aco_id", "tin", "npi"), "VARCHAR")},
    "reference.hcc_eligible_service": dict.fromkeys(("hcpcs_code", "vintage"), "VARCHAR"),
    "reference.hcc_label": dict.fromkeys(("model", "hcc", "label", "vintage"), "VARCHAR"),
    "reference.hcc_chronic": {"model": "VARCHAR", "hcc": "VARCHAR", "chronic": "BOOLEAN"},
    "mssp.person_year": {
        "aco_id": "VARCHAR", "enrollment_type": "VARCHAR", "year": "INTEGER", "person_id": "BIGINT",
        "person_years": "DOUBLE", "expenditure": "DOUBLE", "weight": "DOUBLE", "risk_score": "DOUBLE",
    },
    "mssp.terms": {"aco_id": "VARCHAR", "performance_year": "INTEGER", "agreement_start_year": "INTEGER"},
    "identity.person_alias": {"person_id": "BIGINT", "kept_person_id": "BIGINT"},
    "org_raw.assignment_list": {
        **RAW_TABLES["org_raw.assignment_list"], "source_id": "VARCHAR", "delivery_id": "VARCHAR",
    },
}  # fmt: skip


@pytest.fixture
def bench() -> Iterator[ConditionBench]:
    made = ConditionBench(
        ("integrity.",),
        YEAR,
        {"integrity.least_people": 5},
        programs=("claims", "population", "risk", "mssp", "integrity"),
        tables=TABLES,
    )
    made.give("population.hcc_code", [
        {"diagnosis_code": code, "model": "v28", "hcc": hcc}
        for code, hcc in (("AA", A), ("BB", B), ("CC", C))
    ])  # fmt: skip
    made.give("population.hcc_item", [
        {"model": "v28", "hcc": hcc, "hcc_key": int(hcc), "model_key": 1, "parent_bit": parent,
         "dropped_by": drop, "needs_bits": 0}
        for hcc, parent, drop in ((A, 1, 0), (B, 0, 1), (C, 0, 0))
    ])  # fmt: skip
    made.give("population.hcc_weight", [
        {"segment_key": 1, "hcc_key": n, "coefficient": w} for n, w in ((1, 0.3), (2, 0.2), (3, 0.1))
    ])  # fmt: skip
    made.give("population.risk_model", [{"model": "v28", "model_key": 1}])
    made.give(
        "reference.hcc_chronic", [{"model": "v28", "hcc": hcc, "chronic": hcc != C} for hcc in (A, B, C)]
    )
    for table in ("reference.hcc_eligible_service", "reference.hcc_label", "mssp.terms"):
        made.give(table, [])
    yield made


def people(bench: ConditionBench, numbers: range | list[int], years: tuple[int, ...] = (2025, 2026)) -> None:
    bench.give("claims.person", [
        {"person_id": n, "death_date": date(2026, 5, 1) if n == 9 else None} for n in numbers
    ])  # fmt: skip
    bench.give("population.risk_person", [{"person_id": n, "sex": "F", "age": 72} for n in numbers])
    bench.give("population.risk_member", [
        {"person_id": n, "model_key": 1, "segment_key": 1, "demographic": 0.4} for n in numbers
    ])  # fmt: skip
    bench.give("population.person_annual", [
        {"person_id": n, "year": year, "enrollment_type": "aged_non_dual", "member_months": 12,
         "person_years": 1.0}
        for n in numbers for year in years
    ])  # fmt: skip


def claims(bench: ConditionBench, rows: list[tuple[int, str, str, str, str]]) -> None:
    """(person, day, code, service, practice): one claim each, named by its place."""
    bench.give("claims.medical_claim", [
        {"source_id": "S", "claim_id": f"c{at}", "claim_line_number": 1, "person_id": person,
         "claim_end_date": date.fromisoformat(day), "claim_type_code": "71", "hcpcs_code": service,
         "rendering_tin": tin, "rendering_npi": f"n{tin}"}
        for at, (person, day, _, service, tin) in enumerate(rows)
    ])  # fmt: skip
    bench.give("claims.claim_diagnosis", [
        {"source_id": "S", "claim_id": f"c{at}", "person_id": person, "diagnosis_sequence": 1,
         "diagnosis_code": code}
        for at, (person, _, code, _, _) in enumerate(rows)
    ])  # fmt: skip


def test_what_is_asked_after_rests_on_a_claim(bench: ConditionBench) -> None:
    people(bench, [1, 2, 3, 4, 5, 6, 9])
    claims(bench, [
        (1, "2025-03-01", "AA", "99213", "t"), (1, "2025-06-01", "AA", "99213", "u"),  # two days, not again
        (2, "2025-03-01", "AA", "99213", "t"), (2, "2026-02-01", "AA", "99213", "t"),  # again
        (3, "2025-03-01", "BB", "99213", "t"), (3, "2026-02-01", "AA", "99213", "t"),  # a category above it
        (4, "2025-03-01", "BB", "G0439", "t"),  # only at a wellness visit
        (5, "2023-03-01", "AA", "99213", "t"),  # further back than is looked
        (6, "2025-03-01", "CC", "99213", "t"),  # not chronic
        (9, "2025-03-01", "AA", "99213", "t"),  # has died
    ])  # fmt: skip
    bench.give("attribution.person", [{"person_id": 1, "aco_id": "A1", "tin": "t", "npi": "nt"}])
    found = {row["person_id"]: row for row in bench.run("integrity.recapture")}
    assert set(found) == {1, 4, 6}
    one = found[1]
    assert (one["hcc"], one["claim_id"], one["diagnosis_code"], one["last_date"]) == (
        A, "c1", "AA", date(2025, 6, 1),
    )  # fmt: skip
    assert (one["days_recorded"], one["aco_id"], one["claim_tin"]) == (2, "A1", "u")
    assert found[4]["only_assessed"] and "assessments only" in found[4]["review"]
    assert not found[6]["chronic"] and "one day only" in found[6]["review"]


def test_categories_under_another_do_not_stand(bench: ConditionBench) -> None:
    people(bench, [1])
    claims(bench, [(1, "2026-01-05", "AA", "99213", "t"), (1, "2026-02-05", "BB", "99347", "t")])
    rows = {row["hcc"]: row for row in bench.run("integrity.condition")}
    assert rows[A]["stands"] and not rows[B]["stands"]
    assert rows[B]["assessment_only"] and not rows[A]["assessment_only"]
    (person,) = [row for row in bench.run("integrity.person_year") if row["year"] == 2026]
    assert (person["hccs"], person["disease"]) == (1, pytest.approx(0.3))
    assert person["score"] == pytest.approx(0.7)  # demographic 0.4


def test_growth_of_risk_against_the_cap(bench: ConditionBench) -> None:
    """One type, four people: 0.4 + 0.1 a head before; A for each of them later: 0.7 / 0.5 = 1.4, cap 1.03."""
    numbers = [1, 2, 3, 4]
    people(bench, numbers)
    claims(bench, [
        *((n, "2025-01-05", "CC", "99213", "t") for n in numbers),
        *((n, "2026-01-05", "AA", "99213", "t") for n in numbers),
    ])  # fmt: skip
    bench.give("mssp.person_year", [
        {"aco_id": "A1", "enrollment_type": "aged_non_dual", "year": year, "person_id": n,
         "person_years": 1.0, "expenditure": 10000.0, "weight": 1.0,
         "risk_score": 9.0}  # of whatever kind, so not read
        for n in numbers for year in (2025, 2026)
    ])  # fmt: skip
    # person 4 is on no list; the later of two lists counts
    bench.give("org_raw.assignment_list", [
        {"person_id": n, "performance_year": year, "report_period": period, "hcc_version": "V28",
         "risk_score_aged_nondual": score}
        for n in numbers[:3] for year, period, score in (
            (2025, "Q4", 1.0), (2026, "Q1", 5.0), (2026, "Q4", 1.02),
        )
    ])  # fmt: skip
    rows = {row["basis"]: row for row in bench.run("integrity.cap")}
    own, reported = rows["claims"], rows["reported"]
    assert own["aggregate_risk_ratio"] == pytest.approx(1.4)
    assert (own["demographic_ratio"], own["risk_cap"]) == (pytest.approx(1), pytest.approx(1.03))
    assert own["above_cap"] and own["lost_to_cap"] == pytest.approx(0.37)
    assert reported["aggregate_risk_ratio"] == pytest.approx(1.02) and not reported["above_cap"]
    assert reported["room"] == pytest.approx(0.01) and own["base_basis"] == "first loaded year"
    assert own["small_cell"]  # four people


def test_who_left_counts_in_the_base_year(bench: ConditionBench) -> None:
    """Four of 0.5 stay and are 0.7 later; a fifth of 0.7 died before: 0.7 / 0.54, not 0.7 / 0.5."""
    stay = [1, 2, 3, 4]
    people(bench, stay)
    bench.give("claims.person", [
        {"person_id": n, "birth_date": date(1954, 6, 1), "gender": "female",
         "death_date": date(2025, 12, 5) if n == 5 else None}
        for n in (*stay, 5)
    ])  # fmt: skip
    bench.give("population.person_annual", [
        {"person_id": n, "year": year, "enrollment_type": "aged_non_dual", "member_months": 12,
         "person_years": 1.0}
        for n in (*stay, 5) for year in (2025, 2026) if (n, year) != (5, 2026)
    ])  # fmt: skip
    claims(bench, [
        *((n, "2025-01-05", "CC", "99213", "t") for n in stay), (5, "2025-01-05", "AA", "99213", "t"),
        *((n, "2026-01-05", "AA", "99213", "t") for n in stay),
    ])  # fmt: skip
    bench.give("mssp.person_year", [
        {"aco_id": "A1", "enrollment_type": "aged_non_dual", "year": year, "person_id": n,
         "person_years": 1.0, "expenditure": 1.0, "weight": 1.0}
        for n in (*stay, 5) for year in (2025, 2026) if (n, year) != (5, 2026)
    ])  # fmt: skip
    bench.give("org_raw.assignment_list", [])
    before, now = sorted(bench.run("integrity.trend"), key=lambda row: int(row["year"]))
    assert before["claims_share"] == 1 and before["claims_score"] == pytest.approx(0.54)
    assert now["claims_ratio"] == pytest.approx(0.7 / 0.54)


@pytest.mark.parametrize(("versions", "known"), [(("V24", "V28"), False), (("V28", "V28"), True)])
def test_reported_scores_of_two_versions_are_not_compared(
    versions: tuple[str, str], known: bool, bench: ConditionBench
) -> None:
    people(bench, [1])
    claims(bench, [(1, "2026-01-05", "AA", "99213", "t")])
    bench.give("mssp.person_year", [
        {"aco_id": "A1", "enrollment_type": "aged_non_dual", "year": year, "person_id": 1,
         "person_years": 1.0, "expenditure": 1.0, "weight": 1.0}
        for year in (2025, 2026)
    ])  # fmt: skip
    bench.give("org_raw.assignment_list", [
        {"person_id": 1, "performance_year": year, "report_period": "Q4", "hcc_version": version,
         "risk_score_aged_nondual": 1.0}
        for year, version in zip((2025, 2026), versions, strict=True)
    ])  # fmt: skip
    row = next(row for row in bench.run("integrity.trend") if row["year"] == 2026)
    assert row["reported_score"] == 1 and (row["reported_ratio"] is not None) == known
    assert row["small_cell"] and row["claims_share"] == 1


def test_a_visit_beside_an_assessment_is_no_assessment_alone(bench: ConditionBench) -> None:
    """With and without the list of eligible services."""
    people(bench, [1])
    claims(bench, [(1, "2026-01-05", "AA", "G0439", "t")])
    bench.give("claims.medical_claim", [
        {"source_id": "S", "claim_id": "c0", "claim_line_number": at, "person_id": 1,
         "claim_end_date": date(2026, 1, 5), "claim_type_code": "71", "hcpcs_code": code,
         "rendering_tin": "t", "rendering_npi": "n"}
        for at, code in enumerate(("G0439", "99213"))
    ])  # fmt: skip
    assert not bench.run("integrity.source_claim")[0]["assessment_only"]


def test_a_category_that_needs_another_does_not_stand_alone(bench: ConditionBench) -> None:
    bench.give("population.hcc_item", [
        {"model": "v28", "hcc": hcc, "hcc_key": int(hcc), "model_key": 1, "parent_bit": parent,
         "dropped_by": 0, "needs_bits": needs}
        for hcc, parent, needs in ((A, 1, 0), (B, 2, 1))
    ])  # fmt: skip
    people(bench, [1, 2])
    claims(bench, [
        (1, "2025-01-05", "BB", "99213", "t"),
        (2, "2025-01-05", "BB", "99213", "t"), (2, "2025-02-05", "AA", "99213", "t"),
    ])  # fmt: skip
    found = {(row["person_id"], row["hcc"]) for row in bench.run("integrity.recapture")}
    assert found == {(2, A), (2, B)}


@pytest.mark.parametrize(
    ("start", "basis"), [(2026, "third base year of the agreement"), (2024, "first loaded year")]
)
def test_the_base_year_is_that_of_the_agreement_where_it_is_loaded(
    start: int, basis: str, bench: ConditionBench
) -> None:
    people(bench, [1])
    claims(bench, [(1, "2026-01-05", "AA", "99213", "t")])
    bench.give("mssp.person_year", [
        {"aco_id": "A1", "enrollment_type": "aged_non_dual", "year": year, "person_id": 1,
         "person_years": 1.0, "expenditure": 1.0, "weight": 1.0}
        for year in (2025, 2026)
    ])  # fmt: skip
    bench.give("mssp.terms", [{"aco_id": "A1", "performance_year": 2026, "agreement_start_year": start}])
    row = bench.run("integrity.trend")[0]
    assert (row["base_year"], row["base_basis"]) == (2025, basis)


def test_a_panel_that_grows_beyond_its_peers_is_flagged(bench: ConditionBench) -> None:
    """Ten practices of five people: nine carry C in both years; in the tenth A is found too, by it alone."""
    panels = {f"t{p}": range(p * 5, p * 5 + 5) for p in range(10)}
    people(bench, range(50))
    rows: list[tuple[int, str, str, str, str]] = []
    for tin, members in panels.items():
        for n in members:
            rows += [(n, f"{year}-01-05", "CC", "99213", tin) for year in (2025, 2026)]
            rows += [(n, "2026-03-05", "CC", "99213", "other")]
            if tin == "t9":
                rows += [(n, "2026-05-05", "AA", "G0439", tin)]
    claims(bench, rows)
    bench.give("attribution.person", [
        {"person_id": n, "tin": tin, "npi": f"n{tin}"} for tin, members in panels.items() for n in members
    ])  # fmt: skip
    found = {(row["level"], row["entity_id"], row["sign"]): row for row in bench.run("integrity.sign")}
    grown = found["tin", "t9", "growth"]
    # 5 categories before, 10 later; nobody ages: growth of one
    assert (grown["value"], grown["usual"], grown["flagged"]) == (pytest.approx(1), pytest.approx(0), True)
    assert found["tin", "t9", "once"]["small_cell"] and not grown["small_cell"]  # five is few
    for sign, value in (("once", 0.5), ("assessment", 0.5), ("alone", 0.5)):
        row = found["tin", "t9", sign]
        assert row["flagged"] and row["value"] == pytest.approx(value), sign
    assert not any(row["flagged"] for key, row in found.items() if key[1] != "t9" and key[1] != "nt9")


def test_few_peers_or_few_people_are_not_judged(bench: ConditionBench) -> None:
    people(bench, [1, 2])
    claims(bench, [(1, "2025-01-05", "CC", "99213", "t"), (1, "2026-01-05", "AA", "99213", "t")])
    bench.give("attribution.person", [{"person_id": n, "tin": "t", "npi": "n"} for n in (1, 2)])
    rows: list[dict[str, Any]] = bench.run("integrity.sign")
    assert rows and not any(row["flagged"] or row["enough_people"] for row in rows)

"""Where the money goes: high-cost people, drugs, devices, post-acute care, leakage, outliers; by hand."""

from __future__ import annotations

import pytest

from tests.claims.workbench import Row, day
from tests.measures.performance_bench import Bench


def _run(bench: Bench, table: str, order: str) -> list[Row]:
    bench.load()
    bench.run(table)
    return bench.rows(f"select * from {table} order by {order}")


def test_high_cost_people_and_what_drove_them() -> None:
    bench = Bench({"performance.high_cost_percentile": 0.5})
    costs = {1: 150000, 2: 60000, 3: 900, 4: 100}
    years = []
    for person, cost in costs.items():
        bench.person(person)
        years.append(
            {
                "person_id": person, "year": 2025, "enrollment_type": "aged_non_dual", "member_months": 12,
                "expenditure": cost, "truncated_annualized": float(cost),
            }
        )  # fmt: skip
    years.append(years[0] | {"year": 2024, "expenditure": 120000})
    bench.table("population.person_year", years)
    bench.stay("A", 1, "2025-02-01", "2025-02-20", paid=90000, drg_code="003")
    bench.stay("B", 1, "2025-05-01", "2025-05-03", paid=10000, drg_code="291")
    bench.line("L", 1, "2025-03-01", category="part_b_drug", code="J9271", paid=50000)
    bench.line("M", 2, "2025-03-01", category="part_b_drug", code="J9271", paid=60000)
    first, second = _run(bench, "measures.high_cost_claimant", "place")
    assert (first["person_id"], first["driver"], float(first["driver_dollars"])) == (1, "inpatient", 100000.0)
    assert first["driver_share"] == pytest.approx(100000 / 150000)
    assert (first["stays"], first["dearest_drg_code"], first["high_before"]) == (2, "003", True)
    assert first["share_of_all"] == pytest.approx(150000 / 211000)
    # half of four people are above the median, so the second is in though below 100,000
    assert (second["person_id"], second["stays"], second["driver_share"]) == (2, 0, 1.0)
    assert second["percentile"] == pytest.approx(2 / 3)  # of three others, two cost less


def test_drugs_by_clinician_and_what_is_a_specialty_drug() -> None:
    bench = Bench()
    bench.person(1)
    bench.line("L", 1, "2025-03-01", category="part_b_drug", code="J9271", paid=8000, npi="N1", quantity=200)
    bench.line("M", 1, "2025-04-01", category="part_b_drug", code="J9271", paid=8400, npi="N1", quantity=200)
    bench.line("V", 1, "2025-04-01", category="part_b_drug", code="J3301", paid=8, npi="N1", quantity=4)
    head = {"source_id": "S", "claim_line_number": 1, "part": "D", "person_id": 1, "npi": "N2"}
    bench.table(
        "claims.service_line",
        [
            head | {"claim_id": "D1", "service_date": day("2025-01-01"), "ndc_code": "00000000001",
                    "quantity": 90, "days_supply": 90, "gross_drug_cost": 3000, "paid_amount": 2500},
            head | {"claim_id": "D2", "service_date": day("2025-04-01"), "ndc_code": "00000000002",
                    "quantity": 90, "days_supply": 90, "standardized_amount": 45, "paid_amount": 0},
        ],
    )  # fmt: skip
    rows = _run(bench, "measures.drug_spend", "part, drug_code")
    found = {row["drug_code"]: row for row in rows}
    # 16,400 for 400 units: 41 a unit, 8,200 a claim
    infused = found["J9271"]
    assert (infused["claims"], infused["people"], float(infused["paid_amount"])) == (2, 1, 16400.0)
    assert (infused["unit_price"], infused["price_of_month"], infused["specialty_drug"]) == (
        41.0,
        8200.0,
        True,
    )
    assert found["J3301"]["specialty_drug"] is False
    # 3,000 for 90 days is 1,000 for 30: a specialty drug; without a gross cost the price found for it counts
    assert (found["00000000001"]["price_of_month"], found["00000000001"]["specialty_drug"]) == (1000.0, True)
    assert found["00000000002"]["price_of_month"] == pytest.approx(15.0)


def test_devices_and_skin_substitutes() -> None:
    bench = Bench()
    bench.person(1)
    bench.line("L", 1, "2025-03-01", category="dme", code="E1390", paid=128, npi="N1", tin="T1")
    bench.line("M", 1, "2025-03-01", code="Q4101", paid=1272.60, npi="N2", tin="T2", quantity=10)
    bench.line("O", 1, "2025-03-01", code="99213", paid=90)
    bench.line("P", 1, "2024-03-01", code="Q4101", paid=90)  # another year
    rows = _run(bench, "measures.device_spend", "category")
    assert [(row["category"], row["npi"]) for row in rows] == [
        ("oxygen_respiratory", "N1"), ("skin_substitute", "N2"),
    ]  # fmt: skip
    assert rows[1]["paid_per_unit"] == pytest.approx(127.26)


def test_post_acute_care_after_a_stay() -> None:
    bench = Bench()
    for person in (1, 2):
        bench.person(person)
    nursing = {"category": "skilled_nursing", "claim_type": "20", "ccn": "335001"}
    bench.stay("A", 1, "2025-01-10", "2025-01-14")
    bench.stay("N1", 1, "2025-01-14", "2025-01-31", paid=8000, **nursing)
    bench.stay("N2", 1, "2025-01-31", "2025-02-10", paid=4000, admission_date=day("2025-01-14"), **nursing)
    bench.stay("R", 1, "2025-02-11", "2025-02-14", diagnosis="A419")  # 28 days after the discharge of A
    bench.stay("N3", 2, "2025-03-01", "2025-03-11", paid=5000, **nursing)  # after no stay
    (row,) = _run(bench, "measures.post_acute", "facility_ccn")
    assert (row["people"], row["spells"], row["spells_after_stay"]) == (2, 2, 1)
    assert (row["days"], float(row["expenditure_amount"])) == (17 + 10 + 10, 17000.0)
    assert (float(row["expenditure_after_stay"]), row["returned_to_hospital"]) == (12000.0, 1)
    assert row["expenditure_per_spell"] == pytest.approx(8500.0)


def test_leakage_needs_a_network() -> None:
    bench = Bench()
    for person in (1, 2):
        bench.person(person)
    bench.table("attribution.participant", [{"tin": "T1", "aco_id": "A1"}])
    bench.table(
        "attribution.person", [{"person_id": 1, "aco_id": "A1", "tin": "T1"}, {"person_id": 2, "tin": "T9"}]
    )
    bench.table("claims.clinician_specialty", [{"service_year": 2024, "npi": "N9", "specialty_code": "06"}])
    bench.line("L", 1, "2025-03-01", tin="T1", npi="N1", paid=100)
    bench.line("M", 1, "2025-03-02", tin="T9", npi="N9", paid=300)
    bench.line("F", 1, "2025-03-02", category="outpatient", ccn="330001", claim_type="40", paid=500)
    bench.line("X", 2, "2025-03-02", tin="T9", npi="N9", paid=900)  # assigned to nobody
    rows = _run(bench, "measures.leakage", "paid_amount")
    assert [(row["network"], row["receiver_id"], float(row["paid_amount"])) for row in rows] == [
        ("inside", "T1", 100.0), ("outside", "T9", 300.0), ("unknown", "330001", 500.0),
    ]  # fmt: skip
    assert rows[1]["specialty_code"] == "06"


def test_without_a_participant_list_the_roster_is_the_network() -> None:
    bench = Bench()
    bench.person(1)
    bench.table("attribution.person", [{"person_id": 1, "tin": "T1"}])
    bench.table("org_raw.provider_roster", [{"tin": "T1", "npi": "N1"}])
    bench.line("L", 1, "2025-03-01", tin="T1", npi="N1", paid=100)
    bench.line("M", 1, "2025-03-02", tin="T9", npi="N9", paid=300)
    rows = _run(bench, "measures.leakage", "paid_amount")
    assert {row["network_basis"] for row in rows} == {"roster"}
    assert [row["network"] for row in rows] == ["inside", "outside"]


def test_outliers_by_clinician_and_service() -> None:
    bench = Bench({"performance.outlier_minimum_people": 2})
    specialties = []
    person = 0
    for clinician in range(1, 7):
        specialties.append({"service_year": 2025, "npi": f"N{clinician}", "specialty_code": "20"})
        for _ in range(20):
            person += 1
            bench.person(person)
            injected = 900 if clinician == 6 else 100 + person % 3
            bench.line(f"V{person}", person, "2025-03-01", code="99213", npi=f"N{clinician}", paid=100)
            bench.line(f"J{person}", person, "2025-03-02", code="64483", npi=f"N{clinician}", paid=injected)
    bench.table("claims.clinician_specialty", specialties)
    rows = _run(bench, "measures.utilization_outlier", "family, npi")
    spine = [row for row in rows if row["family"] == "surgery: nerves and spine"]
    assert [row["outlier"] for row in spine] == [False, False, False, False, False, True]
    last = spine[-1]
    # all six: 20 x 900 and 100 x about 101 over 120 people, for the 20 of N6
    total = 18000 + sum(100 + at % 3 for at in range(1, 101))
    assert last["expected"] == pytest.approx(total / 6)
    assert last["dollars_above_expected"] == pytest.approx(18000 - total / 6)
    visits = [row for row in rows if row["family"] == "visits: office"]
    assert not any(row["outlier"] for row in visits)  # everybody bills the same


def test_a_specialty_with_few_clinicians_has_no_expected_amount() -> None:
    bench = Bench({"performance.outlier_minimum_people": 1})
    bench.person(1)
    bench.line("V", 1, "2025-03-01", code="99213", npi="N1", paid=100)
    bench.table("claims.clinician_specialty", [{"service_year": 2025, "npi": "N1", "specialty_code": "20"}])
    assert _run(bench, "measures.utilization_outlier", "npi") == []

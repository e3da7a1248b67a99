"""What scoring starts from: Part B base, panel, measures, attestations."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.asm_steps.asm_bench import AsmBench, loaded
from tests.claims.workbench import Row, day


def _bench(**values: Any) -> AsmBench:
    bench = AsmBench(loaded(), **values)
    bench.community.visit(1, "2025-03-01")
    bench.cost(25)
    bench.cost(30, year=2027, cost_per_episode=13500.0, interval_low=12000.0, interval_high=15000.0)
    return bench


def _input(bench: AsmBench) -> Row:
    bench.go("asm.clinician_input")
    (row,) = bench.rows("select * from asm.clinician_input where tin = 'T1' and npi = 'N1'")
    return row


def test_part_b_paid_is_by_day_of_payment_and_covered_services() -> None:
    bench = _bench()
    bench.community.visit(1, "2026-12-20", allowed=100, paid_date=day("2027-01-10"))  # paid 80 in 2027
    bench.community.visit(1, "2027-12-20", allowed=50, paid_date=day("2028-01-10"))  # paid in 2028
    bench.community.visit(1, "2027-05-01", allowed=1000, code="J1885")  # a drug
    bench.community.visit(1, "2027-05-01", allowed=10, code="80053")  # a laboratory test
    bench.community.visit(1, "2027-05-02", allowed=25, code="93306")  # no day of payment: 20 in 2027
    bench.community.visit(1, "2027-05-02", allowed=5, npi="N2")
    row = _input(bench)
    assert (row["part_b_paid"], row["part_b_year"], row["part_b_year_is_whole"]) == (
        Decimal("100.00"),
        2027,
        True,
    )


def _two_practices(published: list[Row], **values: Any) -> Row:
    """The clinician paid 80 under T1 and 40 under T9 in 2027, beside what the by-provider file says."""
    bench = _bench(**values)
    bench.community.visit(1, "2027-02-01", allowed=100)
    bench.community.visit(2, "2027-02-01", allowed=50, tin="T9")
    head = {"vintage": "2029", "npi": "N1", "year": 2027, "beneficiaries": 40}
    bench.give("reference.physician_by_provider", [head | row for row in published])
    return _input(bench)


def test_a_larger_published_total_is_shared_among_practices_as_the_loaded_payments_are() -> None:
    row = _two_practices(
        [{"medicare_paid": 5000.0, "medical_paid": 1000.0}, {"year": 2023, "medical_paid": 9.0}]
    )
    # drugs are left out: 1,000 x 80 / (80 + 40) = 666.67; the year of the claims counts, not another
    assert (row["part_b_paid"], row["part_b_origin"]) == (Decimal("666.67"), "published")
    assert (row["part_b_paid_loaded"], row["part_b_paid_published"], row["part_b_published_year"]) == (
        Decimal("80.00"), Decimal("1000.00"), 2027,
    )  # fmt: skip


def test_a_file_without_drugs_apart_counts_whole_and_the_nearest_year_stands_in() -> None:
    row = _two_practices([{"year": 2025, "medicare_paid": 600.0}, {"year": 2020, "medicare_paid": 6000.0}])
    assert (row["part_b_paid"], row["part_b_published_year"]) == (Decimal("400.00"), 2025)  # 600 x 80 / 120


@pytest.mark.parametrize(
    ("published", "overrides"),
    [
        ([], {}),
        # not larger than all that is loaded of the clinician, though larger than what is under T1
        ([{"medical_paid": 120.0}], {}),
        ([{"medical_paid": 1000.0}], {"asm.part_b_base_source": "loaded_claims"}),
    ],
)
def test_else_the_base_is_what_is_loaded(published: list[Row], overrides: dict[str, str]) -> None:
    row = _two_practices(published, overrides=overrides)
    assert (row["part_b_paid"], row["part_b_origin"]) == (Decimal("80.00"), "loaded claims")
    assert row["part_b_paid_loaded"] == row["part_b_paid"]


def test_cost_is_that_of_the_performance_year() -> None:
    row = _input(_bench())
    assert (row["measure_year"], row["attributed_episodes"], row["cost_per_episode"]) == (2027, 30, 13500.0)
    assert (row["interval_low"], row["interval_high"]) == (12000.0, 15000.0)


def test_only_the_eligible_are_handed_on() -> None:
    bench = _bench()
    bench.community.visit(1, "2025-03-01", npi="N2")
    bench.cost(3, npi="N2")
    assert [row["npi"] for row in bench.go("asm.clinician_input")] == ["N1"]


def test_the_panel_its_risk_its_duals_and_its_coverage() -> None:
    bench = _bench()
    for person in (1, 2, 3, 4):
        bench.community.enrol(person, dual_status_code="02" if person == 1 else None)
        bench.community.visit(person, "2027-02-01")
    bench.community.visit(5, "2026-02-01")  # another year
    bench.give(
        "org_raw.assignment_list",
        [
            {"person_id": 1, "performance_year": 2027, "risk_score_aged_dual": 2.0, "delivery_id": "x"},
            {"person_id": 2, "performance_year": 2026, "risk_score_aged_nondual": 9.0, "delivery_id": "x"},
            {"person_id": 2, "performance_year": 2027, "risk_score_aged_nondual": 1.0, "delivery_id": "x"},
            {
                "person_id": 3,
                "performance_year": 2027,
                "risk_score_disabled": 1.0,
                "risk_score_aged_dual": 2.0,
            },
        ],
    )
    bench.give(
        "reference.physician_by_provider",
        [
            {"vintage": "2025", "npi": "N1", "year": 2023, "beneficiaries": 4},
            {"vintage": "2026", "npi": "N1", "year": 2024, "beneficiaries": 10},
        ],
    )
    row = _input(bench)
    # (2.0 + 1.0 + 1.5) / 3 people with a score; one dual of four; four of ten patients
    assert row["mean_hcc_risk_score"] == pytest.approx(1.5)
    assert (row["dual_eligible_share"], row["beneficiaries"]) == (0.25, 4)
    assert (row["panel_coverage"], row["indicative"]) == (0.4, True)


def test_without_the_by_provider_file_coverage_is_not_known() -> None:
    row = _input(_bench())
    assert (row["panel_coverage"], row["indicative"], row["mean_hcc_risk_score"]) == (None, None, None)


def test_the_public_file_stands_in_where_no_assignment_list_is_loaded() -> None:
    bench = _bench()
    public = {"vintage": "2026", "npi": "N1", "year": 2024, "beneficiaries": 200, "dual_beneficiaries": 30}
    paid = {"medicare_paid": 90000.0, "medical_paid": 60000.0}  # with and without drugs
    bench.give("reference.physician_by_provider", [public | {"average_risk_score": 1.4} | paid])
    row = _input(bench)
    assert (row["part_b_paid_published"], row["part_b_published_year"]) == (Decimal("60000.00"), 2024)
    # nothing is loaded for 2027: how the practices share the amount is not known
    assert (row["part_b_paid"], row["part_b_origin"]) == (Decimal("0.00"), "loaded claims")
    assert (row["mean_hcc_risk_score"], row["risk_score_origin"]) == (1.4, "by-provider file")
    assert row["dual_eligible_share"] == pytest.approx(0.15)  # no patient of 2027 is loaded


def test_attestations_of_the_practice_and_its_name_and_size() -> None:
    bench = _bench()
    bench.give(
        "org_raw.category_attestation",
        [
            {"performance_year": 2026, "tin": "T1", "improvement_activities_attested": 0},
            {"performance_year": 2027, "tin": "T1", "improvement_activities_attested": 2,
             "promoting_interoperability_score": 0.8},
        ],
    )  # fmt: skip
    bench.give(
        "org_raw.provider_roster", [{"npi": "N1", "tin": "T1", "clinician_name": "A B", "practice_size": 7}]
    )
    row = _input(bench)
    assert (row["improvement_activities_attested"], row["promoting_interoperability_score"]) == (2, 0.8)
    assert (row["clinician_name"], row["practice_size"], row["attestation_year"]) == ("A B", 7, 2027)


def _measures(bench: AsmBench) -> dict[str, Row]:
    bench.go("asm.measure_input")
    return {row["measure_id"]: row for row in bench.rows("select * from asm.measure_input where npi = 'N1'")}


def _result(measure: str, **values: Any) -> Row:
    row = {
        "performance_year": 2027, "tin": "T1", "npi": "N1", "measure_id": measure, "collection_type": "eCQM",
        "rate": 90.0, "eligible_cases": 40, "data_completeness": 99.0,
    }  # fmt: skip
    return row | values


def test_results_of_the_clinician_and_of_a_small_practice() -> None:
    bench = _bench()
    bench.give("org_raw.provider_roster", [{"npi": "N1", "tin": "T1", "practice_size": 15}])
    bench.give(
        "org_raw.quality_result",
        [
            _result("005"),
            _result("005", npi=None, rate=10.0),  # the clinician's own result comes first
            _result("236", npi=None, rate=70.0),
            _result("238"),  # a measure of the other cohort
            _result("008", performance_year=2026),  # another year
        ],
    )
    found = _measures(bench)
    assert {m: (r["rate"], r["origin"]) for m, r in found.items()} == {
        "005": (90.0, "reported"),
        "236": (70.0, "reported by the practice"),
    }
    assert found["005"]["collection_type"] == "ecqm"


def test_a_large_practice_cannot_report_for_its_clinicians() -> None:
    bench = _bench()
    bench.give("org_raw.provider_roster", [{"npi": "N1", "tin": "T1", "practice_size": 16}])
    results = [
        _result("236", npi=None),
        _result("492", npi=None, rate=61.0, collection_type="administrative_claims"),
    ]
    bench.give("org_raw.quality_result", results)
    # the claims measure still falls back to the practice
    assert {m: r["rate"] for m, r in _measures(bench).items()} == {"492": 61.0}


def test_the_admission_rate_is_computed_where_none_is_reported() -> None:
    bench = _bench()
    bench.admissions.append(
        {"performance_year": 2027, "tin": "T1", "npi": "N1", "eligible_cases": 30, "rate": 64.0}
    )
    row = _measures(bench)["492"]
    assert (row["rate"], row["eligible_cases"], row["collection_type"]) == (64.0, 30, "administrative_claims")
    assert row["origin"] == "computed from the loaded claims, exploratory"
    bench = _bench()
    bench.admissions.append(
        {"performance_year": 2027, "tin": "T1", "npi": "N1", "eligible_cases": 30, "rate": 64.0}
    )
    bench.give("org_raw.quality_result", [_result("492", rate=60.0, collection_type="administrative_claims")])
    assert _measures(bench)["492"]["rate"] == 60.0


def test_results_of_the_nearest_year_stand_where_the_performance_year_has_none() -> None:
    bench = _bench()
    bench.give(
        "org_raw.quality_result",
        [_result("005", performance_year=2025), _result("005", performance_year=2026, rate=80.0)],
    )
    row = _measures(bench)["005"]
    assert (row["rate"], row["result_year"], row["performance_year"]) == (80.0, 2026, 2027)

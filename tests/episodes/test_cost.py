"""Service assignment, assigned and observed cost, down to the lines."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.claims.community import LBP_DIAGNOSIS, LBP_VISIT, Community
from tests.claims.workbench import Row, Workbench, day

OVER = {"claims.drg_minimum_claims": 1}


def _heart() -> Community:
    """One heart failure episode, 2024-09-01 .. 2025-09-29 (394 days), two visits of 100 dollars."""
    community = Community()
    community.backdrop("2024-01-01", "2025-12-31")
    community.enrol(1)
    for on in ("2024-09-01", "2024-09-30"):
        community.visit(1, on)
    return community


def _services(community: Community, **given: list[Row]) -> dict[str, Row]:
    bench = community.load(Workbench(overrides=OVER))
    for table, rows in given.items():
        bench.give(f"reference.{table}", rows)
    rows = bench.run("episodes.chronic_service")
    return {row["claim_id"]: row for row in rows}


def test_what_belongs_to_the_episode_and_what_does_not() -> None:
    community = _heart()
    kept = {
        # an echocardiogram with a heart failure diagnosis, by anybody
        community.visit(1, "2024-10-05", code="93306", tin="T2", npi="N2"): "cardiac_tests",
        # a stay by its DRG, whatever the diagnosis listed
        community.stay(1, "2024-11-01", "2024-11-05", "291", 9000, ["A419"]): "inpatient",
        # a nursing facility by the first diagnosis of its claim
        community.claim(
            "20", 1, "2024-11-06", "2024-11-20", ["I5033"], [{"paid_amount": 4000, "deductible_amount": 0}]
        ): "post_acute",
        # the emergency room by its revenue centre, with the diagnosis
        community.claim(
            "40", 1, "2024-12-01", "2024-12-01", ["I509"],
            [{"revenue_center_code": "0450", "paid_amount": 300, "coinsurance_amount": 75}],
        ): "emergency",
        # a drug of the condition
        community.drug(1, "2025-01-05", "99999010101", 60, gross_drug_cost=600): "part_d",
    }  # fmt: skip
    left_out = [
        community.visit(1, "2024-10-06", code="93306", diagnoses=("I10",)),  # no diagnosis of the cohort
        community.stay(1, "2025-03-01", "2025-03-05", "470", 12000, deductible_amount=0),  # another DRG
        community.claim("20", 1, "2025-03-06", "2025-03-20", ["M1611", "I509"], [{"paid_amount": 4000}]),
        community.drug(1, "2025-01-05", "99999090101", 60, gross_drug_cost=20),  # another drug
        community.visit(1, "2024-08-31", code="93306"),  # the day before
        community.visit(1, "2025-09-30", code="93306"),  # the day after
        community.visit(2, "2024-10-05", code="93306"),  # somebody else
        # and so is this drug; it makes N1 a prescriber to two patients
        community.drug(2, "2025-01-05", "99999010101", 60, gross_drug_cost=600),
    ]
    found = _services(community)
    assert {claim: row["service_category"] for claim, row in found.items() if claim in kept} == kept
    assert not set(left_out) & set(found)


def test_a_device_check_needs_no_diagnosis_and_a_line_is_assigned_once() -> None:
    community = _heart()
    claim = community.claim(
        "40", 1, "2024-12-01", "2024-12-01", ["I509"],
        [{"revenue_center_code": "0450", "hcpcs_code": "99284", "allowed_amount": 375}],
    )  # fmt: skip
    device = community.visit(1, "2024-12-02", code="93297", diagnoses=("Z950",), allowed=40)
    found = _services(community)
    assert found[claim]["standardized_amount"] == Decimal("375.00")
    assert found[device]["service_category"] == "device_checks"


def test_an_installed_code_list_replaces_the_one_of_its_cohort() -> None:
    community = _heart()
    echo = community.visit(1, "2024-10-05", code="93306")
    odd = community.visit(1, "2024-10-07", code="17000")
    other_reason = community.visit(1, "2024-10-08", code="17000", diagnoses=("L570",))
    too_late = community.visit(1, "2025-01-01", code="17000")
    listed = {"vintage": "2027", "cohort": "heart_failure", "code_system": "hcpcs", "code": "17000"}
    found = _services(
        community, episode_service_code=[listed | {"category": "x", "valid_to": day("2024-12-31")}]
    )
    assert not {echo, other_reason, too_late} & set(found)
    assert found[odd]["service_category"] == "x"


def test_observed_cost_is_assigned_cost_times_365_over_days_and_reaches_the_lines() -> None:
    community = _heart()
    community.visit(1, "2024-10-05", code="93306", allowed=246.8)
    bench = community.load(Workbench(overrides=OVER))
    bench.run("episodes.chronic_cost")
    (cost,) = bench.rows("select * from episodes.chronic_cost")
    # 100 + 100 + 246.80 = 446.80; x 365 / 394 = 413.9137055837563
    assert cost["assigned_cost"] == Decimal("446.80")
    assert cost["observed_cost"] == pytest.approx(446.8 * 365 / 394, rel=1e-15)
    (total,) = bench.rows(
        "select sum(service.standardized_amount) as amount, sum(line.standardized_amount) as lines "
        "from episodes.chronic_service as service join claims.service_line as line "
        "using (source_id, claim_id, claim_line_number, part)"
    )
    assert total["amount"] == total["lines"] == cost["assigned_cost"]


def test_the_imputed_share_is_in_dollars_and_unpriced_lines_are_counted() -> None:
    community = _heart()
    community.drug(1, "2025-01-05", "99999010101", 60, copayment_amount=50)  # imputed: 50 dollars
    community.drug(1, "2025-02-05", "99999010201", 30)  # no price at all
    community.drug(2, "2025-02-05", "99999010101", 30)  # the second patient N1 prescribes to
    bench = community.load(Workbench(overrides=OVER))
    bench.run("episodes.chronic_cost")
    (cost,) = bench.rows("select * from episodes.chronic_cost")
    # 50 of 250 dollars
    assert cost["imputed_share"] == pytest.approx(0.2)
    assert (cost["unpriced_lines"], cost["service_lines"]) == (1, 4)


def test_a_practice_pays_for_its_own_cohort_only() -> None:
    community = _heart()
    for on in ("2024-10-01", "2024-10-20"):
        community.visit(1, on, tin="T2", code=LBP_VISIT, diagnoses=(LBP_DIAGNOSIS,), allowed=80)
    bench = community.load(Workbench(overrides=OVER))
    bench.run("episodes.chronic_observed")
    rows = bench.rows("select cohort, assigned_cost from episodes.chronic_observed order by cohort")
    assert rows == [
        {"cohort": "heart_failure", "assigned_cost": Decimal("200.00")},
        {"cohort": "low_back_pain", "assigned_cost": Decimal("160.00")},
    ]


def test_two_practices_each_answer_for_the_same_services() -> None:
    community = _heart()
    for on in ("2024-10-01", "2024-10-20"):
        community.visit(1, on, tin="T2", npi="N2", allowed=70)
    bench = community.load(Workbench(overrides=OVER))
    bench.run("episodes.chronic_observed")
    rows = bench.rows("select tin, assigned_cost from episodes.chronic_observed order by tin")
    # T1: from 2024-09-01 both its own visits and T2's; T2: from 2024-10-01 its own two
    assert rows == [
        {"tin": "T1", "assigned_cost": Decimal("340.00")},
        {"tin": "T2", "assigned_cost": Decimal("140.00")},
    ]


def test_enrolment_says_whether_part_d_counts_and_drugs_say_it_where_enrolment_does_not() -> None:
    for values, drug, subgroup in (
        ({"part_d": True}, False, "part_d_enrolled"),
        ({"part_d": False}, True, "part_d_not_enrolled"),
        ({"part_d": None}, True, "part_d_enrolled"),
        ({"part_d": None}, False, "part_d_not_enrolled"),
    ):
        community = Community()
        community.backdrop("2024-01-01", "2025-12-31")
        community.enrol(1, **values)
        for on in ("2024-09-01", "2024-09-30"):
            community.visit(1, on)
        if drug:
            community.drug(1, "2024-12-01", "99999090101", 30, gross_drug_cost=9)
        bench = community.load(Workbench())
        (row,) = bench.run("episodes.chronic_risk_profile")
        assert row["subgroup"] == subgroup, values


def test_terms_of_the_model_come_from_the_look_back() -> None:
    community = Community()
    community.backdrop("2024-01-01", "2025-12-31")
    community.enrol(
        1, birth_date=day("1943-09-01"), dual_status_code="02", original_reason_entitlement_code="1",
        medicare_status_code="11",
    )  # fmt: skip
    for on in ("2024-09-01", "2024-09-30"):
        community.visit(1, on)
    community.visit(1, "2024-05-04", diagnoses=("J449",))  # the first day of the look-back
    community.visit(1, "2024-05-03", diagnoses=("E119",))  # a day too early
    community.visit(1, "2024-08-31", diagnoses=("C61",), place_of_service_code="32")
    community.claim(
        "81", 1, "2024-07-01", "2024-07-01", ["F0390"], [{"paid_amount": 1}]
    )  # equipment: not counted
    bench = community.load(Workbench())
    bench.run("episodes.chronic_risk_factor")
    terms = {row["term"] for row in bench.rows("select term from episodes.chronic_risk_factor")}
    # 81 on 2024-09-01
    assert terms == {
        "intercept", "age_80_84", "dual_eligible", "originally_disabled", "esrd", "hcc_copd", "hcc_cancer",
        "long_term_institutional",
    }  # fmt: skip

"""Actions net of what programs do to one another, each expected value with its arithmetic."""

from __future__ import annotations

from datetime import date

import pytest

from tests.programs.action.action_bench import ACO, NPI, TIN, action_tables, effects, finding, ranked

MISSED = f"billing:apcm_missed:missed:{NPI}:{TIN}"
# apcm_missed: precision 0.937 (billing.audit_precision), gained by 0.4 (0.1 to 0.8) of those asked
EXPECTED = 1000 * 0.937 * 0.4
ONE = finding("apcm_missed", "missed", 1000)


def test_without_anything_else_net_is_gross() -> None:
    row = ranked(action_tables(billing__finding=[ONE]))[MISSED]
    assert row["gross_dollars"] == pytest.approx(EXPECTED) == pytest.approx(row["net_dollars"])
    assert (row["low"], row["high"]) == (pytest.approx(1000 * 0.937 * 0.1), pytest.approx(1000 * 0.937 * 0.8))
    # 40 hours to begin and a third of an hour for the one month
    assert row["effort_hours"] == pytest.approx(40.33)
    assert (row["rank_npi"], row["rank_tin"], row["rank_ccn"]) == (1, 1, None)
    assert row["deadline"] is None and row["deadline_words"] == "every month not begun is lost"
    assert (row["evidence_table"], row["evidence_key"]) == (
        "billing.finding", f"kind=apcm_missed&direction=missed&npi={NPI}&tin={TIN}",
    )  # fmt: skip


def test_findings_to_be_looked_at_count_in_the_high_end_alone_where_nothing_was_measured() -> None:
    rows = ranked(action_tables(billing__finding=[finding("new_kind", "missed", 100, certainty="review")]))
    (row,) = rows.values()
    assert (row["gross_dollars"], row["low"], row["high"]) == (0, 0, 100)
    assert row["words"] == "Bill what the claims bear out and nobody billed: new kind"


def test_what_has_no_price_says_so() -> None:
    row = ranked(action_tables(billing__finding=[{**ONE, "dollars": None}]))[MISSED]
    assert row["net_dollars"] == 0 and row["todo"].startswith("some have no price")


def test_one_claim_line_counts_once_and_what_goes_back_counts_first() -> None:
    """A visit that goes back brings no add-on: 60 of the 100 found at G2211 stay."""
    line = {"claim_id": "c", "claim_line_number": 1}
    tables = action_tables(
        billing__finding=[
            finding("duplicate_claim", "paid_in_error", 90, paid_dollars=70, **line),
            finding("g2211_missed", "missed", 40, **line),
            finding("g2211_missed", "missed", 60, claim_id="d", claim_line_number=1),
        ]
    )
    rows = ranked(tables)
    add_on = rows[f"billing:g2211_missed:missed:{NPI}:{TIN}"]
    # precision 0.545, gained by 0.6
    assert add_on["gross_dollars"] == pytest.approx(100 * 0.545 * 0.6)
    assert add_on["overlap_dollars"] == pytest.approx(-40 * 0.545 * 0.6)
    assert add_on["deadline"] == date(2026, 3, 1)
    owed = rows[f"billing:duplicate_claim:paid_in_error:{NPI}:{TIN}"]
    assert (owed["net_dollars"], owed["obligation"], owed["deadline_days"]) == (-70, True, 60)
    assert (owed["rank_npi"], add_on["rank_npi"]) == (1, 1)  # duties stand in a list of their own


def test_codes_that_exclude_each_other_count_once_a_person_and_month() -> None:
    tables = action_tables(
        billing__finding=[ONE, finding("apcm_over_care_management", "missed", 300)],
    )
    rows = ranked(tables)
    other = rows[f"billing:apcm_over_care_management:missed:{NPI}:{TIN}"]
    assert other["net_dollars"] == 0 and other["overlap_dollars"] == -other["gross_dollars"]
    assert rows[MISSED]["overlap_dollars"] == 0
    later = finding("apcm_over_care_management", "missed", 300, month=202504)
    apart = ranked(action_tables(billing__finding=[ONE, later]))
    assert all(row["overlap_dollars"] == 0 for row in apart.values())


def test_new_spending_costs_the_aco_its_share() -> None:
    """Track A shares 40 percent; of a dollar allowed Medicare pays 80 cents: 374.80 x 0.8 x 0.4."""
    tables = action_tables(
        billing__finding=[ONE],
        attribution__person=[{"person_id": 1, "aco_id": ACO}],
        attribution__participant=[{"tin": TIN, "aco_id": ACO}],
        mssp__terms=[{"aco_id": ACO, "track": "A", "performance_year": 2027}],
    )
    row = ranked(tables)[MISSED]
    assert effects(tables, MISSED) == {"aco_spending": pytest.approx(-EXPECTED * 0.8 * 0.4)}
    assert row["net_dollars"] == pytest.approx(EXPECTED * (1 - 0.32))
    # within the minimum savings rate it may cost nothing at all
    assert row["high"] == pytest.approx(1000 * 0.937 * 0.8)
    # people of somebody else's ACO cost this one nothing
    other = action_tables(
        billing__finding=[ONE],
        attribution__person=[{"person_id": 1, "aco_id": "A2"}],
        attribution__participant=[{"tin": TIN, "aco_id": ACO}],
    )
    assert ranked(other)[MISSED]["overlap_dollars"] == 0


def test_without_a_stated_track_the_most_any_track_shares_is_taken_off() -> None:
    tables = action_tables(
        billing__finding=[ONE],
        attribution__person=[{"person_id": 1, "aco_id": ACO}],
        attribution__participant=[{"tin": TIN, "aco_id": ACO}],
    )
    ranked(tables)
    assert effects(tables, MISSED)["aco_spending"] == pytest.approx(-EXPECTED * 0.8 * 0.75)


def test_an_adjustment_that_is_known_moves_new_payments_and_one_that_is_not_the_low_end() -> None:
    key = {"npi": NPI, "tin": TIN, "payment_year": 2027}
    known = action_tables(billing__finding=[ONE], qp__clinician_year=[{**key, "adjustment": -0.05}])
    assert ranked(known)[MISSED]["overlap_dollars"] == pytest.approx(-EXPECTED * 0.8 * 0.05)
    unknown = action_tables(billing__finding=[ONE], qp__clinician_year=[{**key, "adjustment_lowest": -0.09}])
    row = ranked(unknown)[MISSED]
    assert row["overlap_dollars"] == 0
    assert row["low"] == pytest.approx(1000 * 0.937 * 0.1 * (1 - 0.8 * 0.09))


def test_levers_together_gain_no_more_than_the_best_score() -> None:
    """Best: (0.09 x 1.05 - 0.09) x 100,000 = 450, less 50 now: 400. Of 270 + 200 expected 130 is left."""
    key = {"performance_year": 2027, "npi": NPI, "tin": TIN}
    tables = action_tables(
        asm__lever=[{**key, "measure": "improvement_activities", "change": "all", "dollars": 300.0},
                    {**key, "measure": "236", "change": "one decile better", "dollars": 400.0}],
        asm__result=[{**key, "risk_level": 0.09, "scaling_factor": 1.05, "part_b_paid": 100000.0,
                      "dollars": 50.0}],
    )  # fmt: skip
    rows = ranked(tables)
    first, second = (rows[f"asm:2027:{m}:{NPI}:{TIN}"] for m in ("improvement_activities", "236"))
    assert (first["net_dollars"], first["overlap_dollars"]) == (pytest.approx(270), 0)
    assert (second["gross_dollars"], second["net_dollars"]) == (pytest.approx(200), pytest.approx(130))
    assert effects(tables, second["action_id"]) == {"score_ceiling": pytest.approx(-70)}
    assert (first["deadline"], second["deadline"]) == (date(2028, 3, 31), date(2027, 12, 31))
    assert second["words"].endswith("measure 236") and second["rank_npi"] == 2


def test_care_programs_for_people_of_primary_care_management_are_not_counted_again() -> None:
    margin = {"npi": NPI, "tin": TIN, "year": 2025, "candidates": 20, "candidate_months": 100,
              "billed_months": 0, "month_revenue": 50, "month_cost": 30}  # fmt: skip
    tables = action_tables(
        billing__finding=[ONE],
        billing__care_management_margin=[{**margin, "program": "ccm", "open_revenue": 5000},
                                         {**margin, "program": "pcm", "open_revenue": 2000},
                                         {**margin, "program": "tcm", "open_revenue": 700}],
    )  # fmt: skip
    rows = ranked(tables)
    chronic = rows[f"billing:care_ccm:{NPI}:{TIN}"]
    # 5,000 x 0.3 = 1,500, of which primary care management gains 374.80
    assert chronic["net_dollars"] == pytest.approx(1500 - EXPECTED)
    assert rows[f"billing:care_pcm:{NPI}:{TIN}"]["net_dollars"] == 0
    assert rows[f"billing:care_tcm:{NPI}:{TIN}"]["net_dollars"] == pytest.approx(210)


def test_only_what_a_care_program_still_gains_costs_the_aco() -> None:
    """5,000 x 0.3 less 374.80 is 1,125.20 left, of which 0.8 x 0.4 is the ACO's."""
    tables = action_tables(
        billing__finding=[ONE],
        billing__care_management_margin=[
            {"npi": NPI, "tin": TIN, "year": 2025, "candidates": 20, "candidate_months": 100,
             "billed_months": 0, "month_revenue": 50, "month_cost": 30, "program": "ccm",
             "open_revenue": 5000}],
        attribution__participant=[{"tin": TIN, "aco_id": ACO}],
        mssp__terms=[{"aco_id": ACO, "track": "A", "performance_year": 2027}],
    )  # fmt: skip
    rows = ranked(tables)
    found = rows[f"billing:care_ccm:{NPI}:{TIN}"]
    assert found["net_dollars"] == pytest.approx((1500 - EXPECTED) * (1 - 0.32))


def test_use_above_what_is_expected_gains_the_acos_share_of_what_chance_does_not_explain() -> None:
    """30 visits for 20 expected, spread 25: 10 x (1 - 25/100) x 200 dollars x 0.4 x 0.3 gained."""
    panel = {"aco_id": ACO, "tin": TIN, "measure": "emergency_visit", "people": 40}
    tables = action_tables(
        measures__performance_panel=[
            {**panel, "observed": 30, "expected": 20, "squared_difference": 25, "dollars": 6000},
            {**panel, "tin": "000000002", "observed": 21, "expected": 20, "squared_difference": 25,
             "dollars": 6000}],
        attribution__participant=[{"tin": TIN, "aco_id": ACO}],
        mssp__terms=[{"aco_id": ACO, "track": "A", "performance_year": 2027}],
    )  # fmt: skip
    rows = ranked(tables)
    assert list(rows) == [f"mssp:emergency_visit:{TIN}:{ACO}"]  # one above is chance
    row = rows[f"mssp:emergency_visit:{TIN}:{ACO}"]
    assert row["net_dollars"] == pytest.approx(7.5 * 200 * 0.4 * 0.3)
    assert (row["npi"], row["tin"], row["aco_id"], row["rank_tin"]) == (None, TIN, ACO, 1)


def test_recapture_rests_on_claims_of_several_days_and_stays_below_the_cap() -> None:
    """0.5 of 0.8 points on several days; a point costs 10,000: 0.5 x 10,000 x 0.4 x 0.4 = 800; room 0.0005 of
    1,000,000 x 0.4 = 200."""
    own = {"aco_id": ACO, "tin": TIN}
    tables = action_tables(
        integrity__recapture=[
            {**own, "person_id": 1, "only_assessed": False, "days_recorded": 3, "coefficient": 0.5},
            {**own, "person_id": 2, "only_assessed": True, "days_recorded": 3, "coefficient": 0.3}],
        integrity__trend=[{"aco_id": ACO, "year": 2025, "expenditure": 10000.0, "person_years": 100.0,
                           "claims_score": 1.0, "small_cell": False}],
        integrity__cap=[{"aco_id": ACO, "year": 2025, "room": 0.0005}],
        attribution__participant=[{"tin": TIN, "aco_id": ACO}],
        mssp__terms=[{"aco_id": ACO, "track": "A", "performance_year": 2027}],
    )  # fmt: skip
    row = ranked(tables)[f"mssp:recapture:{TIN}:{ACO}"]
    assert (row["gross_dollars"], row["net_dollars"]) == (pytest.approx(800), pytest.approx(200))
    assert row["high"] == pytest.approx(200)  # the room of the cap is the most
    assert row["low"] == 0 and "assess" in row["words"] and row["evidence_table"] == "integrity.recapture"


def test_a_hospital_beside_the_others_on_the_same_episodes() -> None:
    """Two episodes of 900 at one hospital, two of 400 at the other: 1,000 more, 0.3 of it gained."""
    cost = {"definition_set": "team", "category": "lejr", "price_code": "470", "price_year": 2025,
            "rehabilitation_amount": 0, "home_health_amount": 0, "readmission_amount": 0}  # fmt: skip
    tables = action_tables(
        team__episode_cost=[
            {**cost, "facility_ccn": ccn, "person_id": n, "snf_amount": amount}
            for n, (ccn, amount) in enumerate(
                [("330001", 900), ("330001", 900), ("330002", 400), ("330002", 400)]
            )
        ]
    )
    rows = ranked(tables)
    assert rows["team:team_snf:330001"]["net_dollars"] == pytest.approx(300)
    assert rows["team:team_snf:330001"]["rank_ccn"] == 1 and "team:team_snf:330002" not in rows
    duty = rows["team:team_primary_care_referral:330002"]
    assert (duty["people"], duty["items"]) == (2, 2)
    assert (duty["obligation"], duty["net_dollars"]) == (True, 0)


def test_a_mips_category_that_lacks_points() -> None:
    """All of interoperability lacks: 25 points above the threshold, at the stated factor."""
    score = {"npi": NPI, "tin": TIN, "performance_year": 2027, "participation": "individual", "entity_id": "",
             "pathway": "mips", "mvp_id": "", "counts": True, "adjusts": True, "final_score": 75.0,
             "scaling_factor": 0.2, "part_b_paid": 100000.0, "promoting_interoperability_weight": 0.25,
             "promoting_interoperability_contribution": 0.0,
             "promoting_interoperability_percent": 0.0}  # fmt: skip
    rows = ranked(action_tables(mips__score=[score]))
    row = rows[f"mips:2027:promoting_interoperability:{NPI}:{TIN}"]
    # at the threshold of 75 nothing; at 100: 9 percent x 0.2 x 100,000 = 1,800; 0.7 of it expected
    assert row["found_dollars"] == pytest.approx(1800) and row["net_dollars"] == pytest.approx(1260)
    assert row["deadline"] == date(2028, 3, 31)
    # who is in ASM that year has no adjustment of MIPS
    in_asm = [{"performance_year": 2027, "npi": NPI, "tin": TIN, "dollars": 0.0}]
    tables = action_tables(mips__score=[score], asm__result=in_asm)
    row = ranked(tables)[f"mips:2027:promoting_interoperability:{NPI}:{TIN}"]
    assert row["gross_dollars"] == pytest.approx(1260)
    assert (row["net_dollars"], row["high"]) == (pytest.approx(0, abs=1e-6), pytest.approx(0, abs=1e-6))
    assert effects(tables, row["action_id"]) == {"set_aside": pytest.approx(-1260)}


def test_what_can_no_longer_be_billed_brings_nothing_and_what_is_owed_stays() -> None:
    """A claim is sent within a year of the service: of March 2024 none can be when 2025 ends."""
    old = {"service_date": date(2024, 3, 4), "month": 202403}
    tables = action_tables(
        billing__finding=[
            finding("new_kind", "missed", 100, **old),
            finding("duplicate_claim", "paid_in_error", 90, paid_dollars=70, claim_id="c", **old),
        ]
    )
    assert list(ranked(tables)) == [f"billing:duplicate_claim:paid_in_error:{NPI}:{TIN}"]


def test_statuses_whose_rule_is_open_show_dollars_in_the_high_end_alone() -> None:
    tables = action_tables(
        qp__status=[{"npi": NPI, "tin": TIN, "performance_year": 2025, "worth": 900.0, "status": "none",
                     "best_payment_score": 0.4, "apm_entity_id": "A1"}],
        billing__prior_auth_exposure=[{"npi": NPI, "tin": TIN, "service_year": 2025,
                                       "result": "PA_RECOMMENDED", "services": 12, "dollars": 4000}],
    )  # fmt: skip
    rows = ranked(tables)
    for action, high in ((f"qp:threshold:{NPI}:{TIN}", 900), (f"wiser:prior_auth:{NPI}:{TIN}", 4000)):
        assert (rows[action]["net_dollars"], rows[action]["low"], rows[action]["high"]) == (0, 0, high)
    # the third snapshot, to August 31, is the last that makes a qualifying participant (42 CFR 414.1425(b))
    assert rows[f"qp:threshold:{NPI}:{TIN}"]["deadline"] == date(2027, 8, 31)


def test_every_net_is_gross_and_its_effects_and_lies_in_its_interval() -> None:
    tables = action_tables(
        billing__finding=[ONE, finding("apcm_twice", "paid_in_error", 50, paid_dollars=40, claim_id="c")],
        attribution__person=[{"person_id": 1, "aco_id": ACO}],
        attribution__participant=[{"tin": TIN, "aco_id": ACO}],
        qp__clinician_year=[{"npi": NPI, "tin": TIN, "payment_year": 2027, "adjustment": 0.03}],
    )
    for action, row in ranked(tables).items():
        parts = sum(effects(tables, action).values())
        assert row["net_dollars"] == pytest.approx(row["gross_dollars"] + parts)
        assert row["low"] <= row["net_dollars"] <= row["high"]
        assert "person_id" not in row

"""Episodes of TEAM from claims: triggers, windows, who drops out, what counts, to the cent."""

from __future__ import annotations

import random
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.programs.team.bench import TeamBench, procedure, span, stay, visit


def built(claims: list[Any], spans: list[Any], **tables: list[Any]) -> TeamBench:
    bench = TeamBench()
    for name, rows in tables.items():
        bench.give(f"reference.{name}", rows)
    bench.give("claims.medical_claim", claims)
    bench.give("claims.eligibility", spans)
    bench.run("team.cell")
    return bench


def rows(bench: TeamBench, query: str) -> list[tuple[Any, ...]]:
    return bench.con.execute(query).fetchall()


@pytest.fixture(scope="module")
def community() -> TeamBench:
    """People of one case each."""
    claims = [
        # 1: the window of thirty days begins on the day of discharge and ends on April 3
        stay("a1", 1, "2026-03-02", "2026-03-05", "470", 15000, operating_npi="1234567893"),
        visit("a2", 1, "2026-03-02", 1500),
        visit("a3", 1, "2026-03-20", 100),
        visit("a4", 1, "2026-04-03", 50),
        visit("a5", 1, "2026-04-04", 70),
        stay("a6", 1, "2026-04-01", "2026-04-07", "291", 6000, facility_ccn="010002"),
        # 2: an outpatient knee two days before a stay of its category
        procedure("b1", 2, "2026-05-04", "27447", 9000),
        stay("b2", 2, "2026-05-06", "2026-05-08", "470", 14000),
        # 3: the second begins in the window of the first, the third after it and in that of the second
        stay("c1", 3, "2026-03-01", "2026-03-03", "470", 15000),
        stay("c2", 3, "2026-03-20", "2026-03-25", "331", 20000),
        stay("c3", 3, "2026-04-10", "2026-04-12", "480", 16000),
        # 4 to 10: the tests of beneficiary and hospital
        stay("d1", 4, "2026-03-02", "2026-03-05", "470", 15000),
        stay("e1", 5, "2026-03-02", "2026-03-05", "470", 15000, facility_ccn="210001"),
        stay("f1", 6, "2026-03-02", "2026-03-05", "470", 15000),
        stay("g1", 7, "2026-03-02", "2026-03-05", "470", 15000),
        stay("h1", 8, "2026-03-02", "2026-03-05", "470", 15000),
        stay("i1", 9, "2026-03-02", "2026-03-05", "470", 15000, facility_ccn="011300"),
        stay("j1", 10, "2026-12-20", "2026-12-24", "470", 15000),
        # 11: a readmission of an excluded class, a visit in it, one elsewhere; an excluded drug
        stay("k1", 11, "2026-03-02", "2026-03-05", "470", 15000),
        stay("k2", 11, "2026-03-10", "2026-03-12", "768", 7000),
        visit("k3", 11, "2026-03-11", 300, place_of_service_code="21"),
        visit("k4", 11, "2026-03-15", 200),
        visit("k5", 11, "2026-03-16", 900, hcpcs_code="J0001"),
        # 12: an outpatient fusion; 13: a retired MS-DRG
        procedure("l1", 12, "2026-03-02", "22633", 12000),
        stay("m1", 13, "2026-03-02", "2026-03-05", "460", 15000),
        # 16: what opens no episode (an excluded state) keeps none shut; 17: a unit, an emergency hospital;
        # 18: renal disease that ended before
        stay("q1", 16, "2026-03-01", "2026-03-03", "470", 15000, facility_ccn="210001"),
        procedure("q2", 16, "2026-03-20", "27447", 9000),
        procedure("q3", 16, "2026-06-01", "27447", 9000),
        stay("q4", 16, "2026-06-02", "2026-06-04", "470", 15000, facility_ccn="210001"),
        stay("r1", 17, "2026-03-02", "2026-03-05", "470", 15000),
        stay("r2", 17, "2026-03-06", "2026-03-16", "560", 9000, facility_ccn="01T003"),
        stay("r3", 17, "2026-09-06", "2026-09-08", "470", 9000, facility_ccn="01012E"),
        stay("s1", 18, "2026-03-02", "2026-03-05", "470", 15000),
        # 14: another payer was first; 15: a transfer
        stay("n1", 14, "2026-03-02", "2026-03-05", "470", 15000),
        visit("n2", 14, "2026-03-20", 10, primary_payer_code="A"),
        stay("o1", 15, "2026-03-02", "2026-03-05", "470", 15000),
        stay("o2", 15, "2026-03-05", "2026-03-09", "560", 9000, facility_ccn="010003"),
    ]
    spans = [span(person) for person in range(1, 19)]
    spans[17]["enrollment_start_date"] = date(2026, 1, 1)
    spans.append(span(18, "2025-12-31", medicare_status_code="11"))
    spans[3]["medicare_status_code"] = "11"
    spans[5]["enrollment_end_date"] = date(2026, 3, 14)
    spans[6]["death_date"] = date(2026, 3, 4)
    spans[7]["death_date"] = date(2026, 3, 20)
    spans[7]["enrollment_end_date"] = date(2026, 3, 31)
    shadow = {"definition_set": "shadow_bundles", "category": "", "vintage": "2025-01-21"}
    listed = [{**shadow, "code_use": "part_b_drug", "code": "J0001"}]
    knees = {**shadow, "category": "Major joint replacement of the lower extremity"}
    listed.append({**knees, "code_use": "trigger_drg", "code": "470"})
    groups = [{"drg_code": "768", "mdc_code": "14", "title": "t", "vintage": "2026"}]
    return built(claims, spans, bundle_code=listed, ms_drg=groups)


def test_triggers_and_why_they_do_not_count(community: TeamBench) -> None:
    found = rows(
        community,
        """select claim_id, category, price_code, coalesce(exclusion_reason, 'counts')
        from team.episode where definition_set = 'team' order by claim_id""",
    )
    assert found == [
        ("a1", "lejr", "470", "counts"),
        ("b1", "lejr", "470", "joined_to_a_stay"),
        ("b2", "lejr", "470", "counts"),
        ("c1", "lejr", "470", "counts"),
        ("c2", "major_bowel", "331", "inside_open_episode"),
        ("c3", "shfft", "480", "counts"),
        ("d1", "lejr", "470", "esrd_entitlement"),
        ("e1", "lejr", "470", "excluded_state"),
        ("f1", "lejr", "470", "not_enrolled_throughout"),
        ("g1", "lejr", "470", "death_in_anchor"),
        ("h1", "lejr", "470", "counts"),
        ("i1", "lejr", "470", "not_an_ipps_hospital"),
        ("j1", "lejr", "470", "claims_end_first"),
        ("k1", "lejr", "470", "counts"),
        ("l1", "spinal_fusion", "402", "counts"),
        ("n1", "lejr", "470", "other_primary_payer"),
        ("o1", "lejr", "470", "transfer_chain"),
        ("q1", "lejr", "470", "excluded_state"),
        ("q2", "lejr", "470", "counts"),
        ("q3", "lejr", "470", "counts"),
        ("q4", "lejr", "470", "excluded_state"),
        ("r1", "lejr", "470", "counts"),
        ("r3", "lejr", "470", "not_an_ipps_hospital"),
        ("s1", "lejr", "470", "counts"),
    ]
    unit = "select rehabilitation_amount, readmissions from team.episode_cost where person_id = 17 limit 1"
    assert rows(community, unit) == [(Decimal("9000.00"), 0)]


def test_the_window_and_its_money(community: TeamBench) -> None:
    one = rows(
        community,
        """select episode_start, episode_end, anchor_amount, professional_amount, readmission_amount,
        spending, post_episode_spending, readmissions, surgeon_npi from team.episode_cost
        where person_id = 1 and definition_set = 'team'""",
    )
    # the readmission of six days has three (April 1 to 3) inside: half of 6,000; 70 of April 4 come after
    start, end = date(2026, 3, 2), date(2026, 4, 3)
    amounts = [Decimal(x) for x in ("16500.00", "150.00", "3000.00", "19650.00", "3070.00")]
    assert one == [(start, end, *amounts, 1, "1234567893")]
    joined = rows(
        community,
        "select episode_start, spending from team.episode_cost "
        "where person_id = 2 and definition_set = 'team'",
    )
    assert joined == [(date(2026, 5, 4), Decimal("23000.00"))]
    kept = rows(
        community,
        "select claim_id, stage, coalesce(exclusion_reason, ''), episode_amount from team.service "
        "where person_id = 11 and definition_set = 'team' order by claim_id",
    )
    assert kept == [
        ("k1", "anchor", "", Decimal("15000.00")),
        ("k2", "readmission", "readmission_mdc", Decimal("0.00")),
        ("k3", "professional", "in_excluded_readmission", Decimal("0.00")),
        ("k4", "professional", "", Decimal("200.00")),
        ("k5", "professional", "part_b_drug", Decimal("0.00")),
    ]


def test_shadow_bundles_on_the_same_machinery(community: TeamBench) -> None:
    """Ninety days: everything of person 1 is inside, and the outpatient knee opens nothing."""
    found = rows(
        community,
        """select person_id, episode_end, spending from team.episode_cost
        where definition_set = 'shadow_bundles' and person_id <= 2 order by person_id""",
    )
    assert found == [
        (1, date(2026, 6, 2), Decimal("22720.00")),
        (2, date(2026, 8, 5), Decimal("14000.00")),
    ]


def test_a_stay_by_its_mean_length_where_installed() -> None:
    bench = built(
        [
            stay("a1", 1, "2026-03-02", "2026-03-05", "470", 15000),
            stay("a2", 1, "2026-04-02", "2026-04-11", "291", 12000),
            stay("b1", 2, "2026-03-02", "2026-03-05", "470", 15000),
            stay("b2", 2, "2026-03-31", "2026-04-11", "291", 12000),
            stay("c1", 3, "2026-03-02", "2026-03-05", "470", 15000),
            stay("c2", 3, "2026-03-31", "2026-04-11", "291", 11000, facility_ccn="011300"),
        ],
        [span(1), span(2), span(3)],
        stay_length=[
            {"fiscal_year": 2026, "drg_code": "291", "geometric_mean_days": 4.2, "vintage": "2026"},
            {"fiscal_year": 2026, "drg_code": "291", "geometric_mean_days": 9.9, "vintage": "2025"},
        ],
    )
    # TV13: two days inside are 3 x 12,000 / 4.2; four are all of it
    found = rows(bench, "select readmission_amount from team.episode_cost order by person_id")
    # and a critical access hospital, which is not paid by case, by days: four (March 31 to April 3) of eleven
    assert found == [(Decimal("8571.43"),), (Decimal("12000.00"),), (Decimal("4000.00"),)]
    ways = "select distinct proration from team.window_stay where crosses order by 1"
    assert rows(bench, ways) == [("days",), ("mean_length",)]


def test_factors_and_baseline_of_loaded_claims() -> None:
    """Conditions of the 180 days before, the last of them the day before the anchor."""
    bench = TeamBench()
    codes = [("A1", 1), ("A2", 2), ("A3", 3), ("A4", 4)]
    mapping = [{"model": "v28", "diagnosis_code": c, "hcc": str(h), "vintage": "2026"} for c, h in codes]
    bench.give("reference.hcc_mapping", mapping)
    # 180 days before 2026-03-02 is 2025-09-03
    days = {"v1": "2025-09-03", "v2": "2026-03-01", "v3": "2025-09-02", "v4": "2026-03-02"}
    claims = [visit(claim, 1, when, 10) for claim, when in days.items()]
    claims += [stay("a1", 1, "2026-03-02", "2026-03-05", "470", 15000)]
    claims += [stay("b1", 2, "2025-03-02", "2025-03-05", "470", 11000)]
    bench.give("claims.medical_claim", claims)
    bench.give("claims.eligibility", [span(1, dual_status_code="02"), span(2)])
    of = zip(days, codes, strict=True)
    bench.give(
        "claims.claim_diagnosis",
        [
            {
                "source_id": "S",
                "claim_id": claim,
                "person_id": 1,
                "diagnosis_sequence": 1,
                "diagnosis_code": c,
            }
            for claim, (c, _) in of
        ],
    )
    bench.run("team.risk_factor", "team.baseline")
    query = "select condition_count, condition_level, age, age_bracket, full_medicaid from team.risk_factor"
    assert rows(bench, query + " where person_id = 1") == [(2, 2, 75, "75_to_84", True)]
    # performance year 2026 looks at 2022, 2023 and 2024: nothing of 2025 is in it
    assert rows(bench, "select count(*) from team.baseline") == [(0,)]


@pytest.mark.heavy
def test_the_cap_is_the_percentile_of_its_cell() -> None:
    people = range(1, 102)
    bench = built(
        [stay(f"c{n:03}", n, "2026-03-02", "2026-03-05", "470", 10000 + 100 * n) for n in people],
        [span(n) for n in people],
    )
    # 101 episodes from 10,100 to 20,100 by hundreds: the 99th of a hundred steps is 20,000
    amounts = "select high_cost_cap, max(spending), max(capped_spending) from team.episode_cost group by all"
    top = rows(
        bench,
        f"select high_cost_cap, max(mx), max(mc) from ({amounts}) as t(high_cost_cap, mx, mc) group by all",
    )
    assert [tuple(map(float, row)) for row in top] == [(20000.0, 20100.0, 20000.0)]
    cell = rows(bench, "select facility_ccn, episodes, mean_spending from team.cell order by facility_ccn")
    # the mean of 10,100 to 20,100 is 15,100; the last loses 100 of 101 times a hundred
    assert [(ccn, n, pytest.approx(mean)) for ccn, n, mean in cell] == [
        ("", 101, pytest.approx(15100 - 100 / 101)),
        ("010001", 101, pytest.approx(15100 - 100 / 101)),
    ]


@pytest.mark.heavy
def test_no_dollar_counts_in_two_episodes() -> None:
    """Dense claims at random: a line counts in one episode of a set, with at most its amount."""
    draw = random.Random(20261122)
    claims = []
    for person in range(1, 11):
        when = date(2025, 2, 1)
        for number in range(10):
            when += timedelta(days=draw.randrange(1, 35))
            code = draw.choice(["470", "480", "331", "231", "291"])
            end = when + timedelta(days=draw.randrange(0, 9))
            claims.append(stay(f"s{person}-{number}", person, str(when), str(end), code, 10000))
            later = end + timedelta(days=draw.randrange(0, 40))
            claims.append(visit(f"v{person}-{number}", person, str(later), 111))
    bench = built(claims, [span(person) for person in range(1, 11)])
    assert rows(bench, "select count(*) > 30 from team.episode where not excluded") == [(True,)]
    double = """
        select 1 from team.service where episode_amount <> 0
        group by definition_set, source_id, claim_id, claim_line_number, part
        having count(*) > 1 or sum(episode_amount) > max(standardized_amount)"""
    assert rows(bench, double) == []
    open_windows = """
        select 1 from team.episode as a join team.episode as b
        on a.person_id = b.person_id and a.definition_set = b.definition_set and a.episode_id < b.episode_id
        where not a.excluded and not b.excluded and a.episode_start <= b.episode_end
        and b.episode_start <= a.episode_end"""
    assert rows(bench, open_windows) == []
    # and nothing is left out that no open window holds
    lost = """
        select 1 from team.episode as a where exclusion_reason = 'inside_open_episode' and not exists (
          select 1 from team.standing as s join team.opened_window as b on s.trigger_id = b.trigger_id
          where s.standing = 'stands' and b.person_id = a.person_id and b.definition_set = a.definition_set
          and b.episode_start <= a.episode_start and a.episode_start <= b.episode_end)"""
    assert rows(bench, lost) == []

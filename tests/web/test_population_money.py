"""Risk models, recapture, drugs, skin substitutes, leakage, low-value care and program effects, by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from corridor.settings import Settings
from corridor.web.roles import Role
from corridor.web.state import State
from corridor.web.workbench import Workbench
from tests.web.conftest import Person, Sign
from tests.web.test_people_in_scope import write
from tests.web.test_population import PEOPLE, heading

AMOUNT = "cast({} as decimal(12, 2))"
EFFECT = """select 'Heart at home' as program, outcome, place, reads, 60 as enrolled, 50 as matched, 10 as
unmatched,
    100.0 as enrolled_before, 80.0 as enrolled_after, 100.0 as control_before, 110.0 as control_after, effect,
    10.0 as standard_error, effect - 20 as interval_low, effect + 20 as interval_high, 1.0 as placebo_effect,
    -9.0 as placebo_low, 11.0 as placebo_high, true as parallel, small as small_cell, true as balanced
    from (values ('expenditure', 1, 'dollars per member month', -30.0, false),
    ('deaths', 2, 'per 100', 2.0, true))
    as t(outcome, place, reads, effect, small)"""
TABLES = {
    "attribution.person": PEOPLE,
    "population.risk_score": """select range as person_id, 2026 as payment_year, model, 'published' as
        coefficient_status, 1.5 as raw_score,
        case when model = 'v28' then 1.25 else 1.4 end as payment_score, 2 as hccs
        from range(1, 41), (select unnest(['v28', 'v24']) as model)""",
    "population.hcc": """select range as person_id, 2026 as payment_year, 'v28' as model, 226 as hcc,
        'Heart failure' as label, true as chronic, 0.36 as coefficient from range(1, 21)""",
    "population.hcc_code": """select 'v28' as model, diagnosis_code, hcc from (values ('I509', 226),
        ('I501', 224), ('E119', 37)) as t(diagnosis_code, hcc)""",
    "claims.person": """select range as person_id, case when range = 39 then date '2027-02-01'
        when range = 40 then date '2028-01-05' end as death_date from range(1, 41)""",
    "population.person_annual": """select range as person_id, year, 12 as member_months
        from range(1, 41), (select unnest([2026, 2027]) as year) where not (range = 38 and year = 2027)""",
    "population.hcc_item": """select 'v28' as model, hcc, parent_bit, dropped_by from (values (224, 1::bigint,
        0::bigint), (226, 2, 1), (37, 0, 0)) as t(hcc, parent_bit, dropped_by)""",
    "claims.claim_diagnosis": """select range as person_id, 'I509' as diagnosis_code, 202605 as service_month
        from range(1, 41) union all select range, 'I509', 202703 from range(1, 24)
        union all select range, case when range = 26 then 'E119' else 'I501' end, 202703
        from range(24, 27)""",
    "billing.drug_line": f"""select range as person_id, 'J0000' as hcpcs_code, 'drug' as family, 'T1' as
    tin, 'N1' as npi,
        'office' as setting, '2025Q1' as quarter, 10.0 as units, {AMOUNT.format(110)} as allowed_amount,
        {AMOUNT.format(88)} as paid_amount, {AMOUNT.format(100)} as limit_amount,
        {AMOUNT.format(10)} as price_difference, 6.0 as add_on_amount from range(1, 21)""",
    "measures.drug_spend": f"""select 'B' as part, 'J0000' as drug_code, 'N1' as npi, 20 as claims, 20 as
    people,
        {AMOUNT.format(2200)} as gross_amount, 30 as days_supply, true as specialty_drug
        union all select 'D', '00000000001', 'N1', 30, 20, {AMOUNT.format(900)}, 900, false""",
    "billing.skin_substitute": f"""select person_id, 'Q4000' as hcpcs_code, 'sheet' as product_kind,
        'T1' as tin, 'N1' as npi, 'office' as setting, case when early then 202506 else 202606 end as month,
        20.0 as units,
        20.0 as applied_area, 0.0 as discarded_area,
        {AMOUNT.format("case when early then 20000 else 2500 end")} as allowed_amount,
        {AMOUNT.format(0)} as paid_amount, {AMOUNT.format(2500)} as flat_amount
        from (select range as person_id, range <= 12 as early from range(1, 21))""",
    "measures.leakage": f"""select 'A1' as aco_id, 'professional' as service_category, receiver_id, network,
    20 as people,
        100 as lines, 'tin' as receiver_kind, {AMOUNT.format("spent")} as expenditure_amount from (values
        ('T1', 'inside', 30000), ('T8', 'outside', 10000), ('C1', 'unknown', 60000)) as t(receiver_id,
        network, spent)""",
    "measures.low_value_service": f"""select range as person_id, 'back_imaging' as flag, 202505 as month,
    'T1' as tin,
        'N1' as npi, {AMOUNT.format(100)} as expenditure_amount from range(1, 21)""",
    "measures.impact_effect": EFFECT,
    "measures.impact_balance": """select 'Heart at home' as program, 'age' as covariate, 0.4 as
    difference_before,
        0.05 as difference_after, true as balanced""",
}  # fmt: skip


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("money") / "data"
    write(made, TABLES)
    return made


@pytest.fixture
def analyst(home: Path, tmp_path: Path, signed: Sign) -> Person:
    bench = Workbench(home, Settings(), State(tmp_path / "s.sqlite3"), names=frozenset({"testserver"}))
    return signed(Role.analyst, over=bench)


def test_models_side_by_side(analyst: Person) -> None:
    assert heading(analyst, "/risk?view=models") == (
        "For payment year 2026 the mean payment score is V24 1.400, V28 1.250"
    )
    assert "Heart failure" in analyst.get("/risk?view=models").text


def test_conditions_not_coded_again(analyst: Person) -> None:
    """40 had HCC 226 in 2026; 38 was not enrolled in 2027 and 39 died in it (40 only after it): 38 count.
    1 to 23 have it again, 24 and 25 the one above it (HCC 224), 26 another (HCC 37): 38 - 25 = 13 are open.
    """
    assert heading(analyst, "/risk?view=recapture") == (
        "13 conditions coded in 2026 are not on a claim of 2027: 66% were coded again"
    )


def test_drugs_and_their_price(analyst: Person) -> None:
    """20 lines at 110 against limits of 100."""
    assert heading(analyst, "/drugs") == "Part B drugs cost $2.2k in 2025; code J0000 is 100% of it"
    assert "Part D by product" in analyst.get("/drugs").text
    assert "$200 above what the limits give" in heading(analyst, "/drugs?view=price")


def test_skin_substitutes_at_the_flat_rate(analyst: Person) -> None:
    """12 lines at 20,000 would be 12 at 2,500: 210,000 less."""
    assert heading(analyst, "/drugs?view=skin") == (
        "Skin substitutes billed before Jan 2026 would bring $210k less at the flat rate"
    )
    assert "Before and since Jan 2026" in analyst.get("/drugs?view=skin").text


def test_leakage_of_what_can_be_told(analyst: Person) -> None:
    """10,000 of 40,000 outside; 60,000 cannot be told."""
    assert heading(analyst, "/population?view=leakage") == (
        "25% of the care that can be told apart went outside the network: $10k"
    )
    assert "T8" in analyst.get("/population?view=leakage").text


def test_low_value_care(analyst: Person) -> None:
    assert heading(analyst, "/utilization?view=low-value").startswith("$2k went to 20 services")


def test_the_effect_of_a_program(analyst: Person) -> None:
    page = analyst.get("/program-effect").text
    assert "Heart at home changed expenditure by −$30 per member month" in heading(analyst, "/program-effect")
    assert "50 of 60 enrolled" in page and "&lt;11" in page  # deaths rest on few

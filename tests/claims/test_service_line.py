"""Payment-standardized amounts, worked by hand."""

from __future__ import annotations

from decimal import Decimal

import pytest

from corridor.explain.evidence import path_to_claims
from tests.claims.community import Community
from tests.claims.workbench import Row, Workbench, day

OVER = {"claims.drg_minimum_claims": 3}


def _lines(community: Community, **kwargs: object) -> dict[str, Row]:
    bench = community.load(Workbench(overrides=OVER))
    for table, rows in kwargs.items():
        bench.give(table.replace("__", "."), rows)  # type: ignore[arg-type]
    return {row["claim_id"]: row for row in bench.run("claims.service_line")}


def test_carrier_line_is_its_allowed_charge() -> None:
    community = Community()
    # allowed 100, paid 80 less 2 % sequestration, 5 of incentive: none of that touches what was allowed
    claim = community.visit(1, "2025-03-01", allowed=100, sequestration_amount=1.6, incentive_amount=5)
    line = _lines(community)[claim]
    assert line["standardized_amount"] == Decimal("100.00")
    assert line["standardized_method"] == "carried_allowed"
    assert (line["part"], line["setting"], line["imputed"]) == ("B", "professional", False)


def test_facility_amount_is_built_from_payment_cost_share_and_corrections() -> None:
    community = Community()
    claim = community.claim(
        "40", 1, "2025-03-01", "2025-03-01", ["I5022"],
        [{
            "paid_amount": 78.4, "deductible_amount": 10, "coinsurance_amount": 20,
            "sequestration_amount": 1.6, "add_on_amount": 0, "incentive_amount": 0,
        }],
    )  # fmt: skip
    line = _lines(community)[claim]
    # 78.40 + 10 + 20 + 1.60 = 110.00; allowed, as seen by the reader, is what was paid and owed: 108.40
    assert line["standardized_amount"] == Decimal("110.00")
    assert line["allowed_amount"] == Decimal("108.40")
    assert line["standardized_method"] == "built_allowed"


def test_a_payment_without_anything_else_is_marked_imputed() -> None:
    community = Community()
    claim = community.claim("30", 1, "2025-03-01", "2025-03-20", [], [{"paid_amount": 500}])
    line = _lines(community)[claim]
    assert (line["standardized_method"], line["imputed"]) == ("paid_only", True)
    assert line["standardized_amount"] == Decimal("500.00")


def test_stays_of_a_drg_take_its_middle_price_without_add_ons() -> None:
    community = Community()
    claims = [
        community.stay(
            1, "2025-02-01", "2025-02-05", "291", 9000, deductible_amount=1000, add_on_amount=2000
        ),
        community.stay(2, "2025-03-01", "2025-03-05", "291", 9500, deductible_amount=1000, add_on_amount=0),
        community.stay(3, "2025-04-01", "2025-04-05", "291", 12000, deductible_amount=1000, add_on_amount=0),
    ]
    other_year = community.stay(4, "2024-04-01", "2024-04-05", "291", 7000, deductible_amount=1000)
    lines = _lines(community)
    # less add-ons: 8,000 / 10,500 / 13,000 -> 10,500 for each stay of 2025
    assert [lines[claim]["standardized_amount"] for claim in claims] == [Decimal("10500.00")] * 3
    assert {lines[claim]["standardized_method"] for claim in claims} == {"drg_price"}
    # one stay in 2024 is fewer than three: it keeps its own amount
    assert lines[other_year]["standardized_amount"] == Decimal("8000.00")
    assert lines[other_year]["standardized_method"] == "built_allowed"


def test_the_price_of_an_even_number_of_stays_lies_between_the_two_in_the_middle() -> None:
    community = Community()
    for person, paid in enumerate((1000, 2000, 4000, 9000)):
        community.stay(person, "2025-02-01", "2025-02-05", "292", paid, deductible_amount=0)
    bench = community.load(Workbench(overrides=OVER))
    assert bench.run("claims.drg_price") == [
        {"drg_code": "292", "service_year": 2025, "claims": 4, "standard_price": Decimal("3000.00")}
    ]


def test_the_price_of_a_stay_stands_on_its_first_line() -> None:
    community = Community()
    for person in (1, 2, 3):
        community.claim(
            "60", person, "2025-02-01", "2025-02-05", [],
            [
                {"drg_code": "291", "paid_amount": 6000, "deductible_amount": 0},
                {"drg_code": "291", "paid_amount": 0, "deductible_amount": 0},
            ],
        )  # fmt: skip
    bench = community.load(Workbench(overrides=OVER))
    bench.run("claims.service_line")
    assert bench.rows(
        "select claim_line_number, sum(standardized_amount) as amount from claims.service_line "
        "group by all order by 1"
    ) == [
        {"claim_line_number": 1, "amount": Decimal("18000.00")},
        {"claim_line_number": 2, "amount": Decimal("0.00")},
    ]


PRICES = [
    {"vintage": "2025", "ndc_code": "11111111111", "unit_price": 2.0, "valid_from": day("2025-01-01")},
    {"vintage": "2025", "ndc_code": "11111111111", "unit_price": 3.0, "valid_from": day("2025-07-01")},
]


@pytest.mark.parametrize(
    ("on", "ndc", "values", "amount", "method", "imputed"),
    [
        # 30 units at the price of the day; before the list begins, at its first price
        ("2025-06-30", "11111111111", {"gross_drug_cost": 99}, "60.00", "unit_price", False),
        ("2025-07-01", "11111111111", {}, "90.00", "unit_price", False),
        ("2024-12-31", "11111111111", {}, "60.00", "unit_price", False),
        # no price: the gross cost of the source, then of other events of the drug, then what the patient paid
        ("2025-05-01", "22222222222", {"gross_drug_cost": 45}, "45.00", "gross_drug_cost", False),
        ("2025-05-01", "33333333333", {}, "37.50", "loaded_unit_price", True),
        ("2025-05-01", "44444444444", {"copayment_amount": 7}, "7.00", "beneficiary_payment", True),
        ("2025-05-01", "44444444444", {}, "0.00", "no_price", True),
    ],
)
def test_drug_prices_in_their_order(
    on: str, ndc: str, values: Row, amount: str, method: str, imputed: bool
) -> None:
    community = Community()
    event = community.drug(1, on, ndc, 30, **values)
    # others of 33333333333 cost 1.00, 1.25 and 2.00 a unit: the middle, 1.25 x 30 = 37.50
    for gross in (10, 12.5, 20):
        community.drug(2, "2025-01-10", "33333333333", 10, gross_drug_cost=gross)
    line = _lines(community, reference__drug_unit_price=PRICES)[event]
    assert line["standardized_amount"] == Decimal(amount)
    assert (line["standardized_method"], line["imputed"]) == (method, imputed)
    assert (line["part"], line["claim_type_code"], line["npi"]) == ("D", "part_d", "N1")


def test_cost_sharing_on_the_first_line_is_that_of_the_claim() -> None:
    community = Community()
    claim = community.claim(
        "40", 1, "2025-03-01", "2025-03-01", [],
        [{"paid_amount": 80, "coinsurance_amount": 30}, {"paid_amount": 40}],
    )  # fmt: skip
    bench = community.load(Workbench())
    bench.run("claims.service_line")
    rows = bench.rows(
        f"select * from claims.service_line where claim_id = '{claim}' order by claim_line_number"
    )
    assert [(r["standardized_amount"], r["standardized_method"], r["imputed"]) for r in rows] == [
        (Decimal("110.00"), "built_allowed", False),
        (Decimal("40.00"), "built_allowed", False),
    ]


def test_home_health_and_hospice_have_no_cost_sharing_to_miss() -> None:
    community = Community()
    for kind in ("10", "50"):
        community.claim(kind, 1, "2025-03-01", "2025-03-20", [], [{"paid_amount": 500}])
    assert {row["imputed"] for row in _lines(community).values()} == {False}


def test_an_allowed_amount_of_a_facility_without_cost_sharing_is_corrected() -> None:
    community = Community()
    values = {"paid_amount": 70, "allowed_amount": 100, "sequestration_amount": 2, "add_on_amount": 5}
    claim = community.claim("40", 1, "2025-03-01", "2025-03-01", [], [values])
    line = _lines(community)[claim]
    # 100 + 2 - 5
    assert (line["standardized_amount"], line["standardized_method"]) == (Decimal("97.00"), "carried_allowed")


def test_a_drug_event_and_a_claim_line_of_one_number_are_both_opened_with_their_own_amounts() -> None:
    community = Community()
    visit = community.visit(1, "2025-03-01", allowed=100, deductible_amount=0, coinsurance_amount=20)
    drug = community.drug(1, "2025-03-02", "N1", 30, days_supply=30, copayment_amount=5, gross_drug_cost=60)
    lines = _lines(community)
    # the way down from an episode ends at these rows: what the source said stands beside what was made of it
    assert path_to_claims("episodes.chronic_cost")[-2:] == ["episodes.chronic_service", "claims.service_line"]
    event = lines[drug]
    assert (event["part"], event["ndc_code"], event["quantity"], event["days_supply"]) == ("D", "N1", 30, 30)
    assert (event["gross_drug_cost"], event["coinsurance_amount"]) == (Decimal(60), Decimal(5))
    assert (lines[visit]["coinsurance_amount"], lines[visit]["delivery_id"]) == (Decimal(20), "d1")
    assert lines[visit]["gross_drug_cost"] is None

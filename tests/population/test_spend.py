"""Categories of service and spend by person and month: every dollar in one category, to the cent."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.population.month_bench import community, event, line, span

INSTITUTIONAL = {"claim_type": "institutional", "hcpcs_code": None}


@pytest.mark.parametrize(
    ("values", "wanted"),
    [
        ({}, "professional"),
        ({"hcpcs_code": "71046"}, "imaging"),
        ({"hcpcs_code": "93306"}, "imaging"),
        ({"hcpcs_code": "77427"}, "professional"),  # radiation treatment is no image
        ({"hcpcs_code": "80053"}, "laboratory"),
        ({"hcpcs_code": "0012U"}, "laboratory"),
        ({"hcpcs_code": "0042T"}, "professional"),  # a T code between two U codes
        ({"hcpcs_code": "J0897"}, "part_b_drug"),
        ({"hcpcs_code": "Q4121"}, "part_b_drug"),
        ({"hcpcs_code": "A0429"}, "ambulance"),
        ({"hcpcs_code": "99285"}, "emergency"),
        ({"hcpcs_code": "E0601", "claim_type_code": "82", "claim_type": "dme"}, "dme"),
        ({"hcpcs_code": "J7613", "claim_type_code": "81", "claim_type": "dme"}, "part_b_drug"),
        ({**INSTITUTIONAL, "claim_type_code": "40", "revenue_center_code": "0510"}, "outpatient"),
        ({**INSTITUTIONAL, "claim_type_code": "40", "revenue_center_code": "0450"}, "emergency"),
        ({**INSTITUTIONAL, "claim_type_code": "40", "revenue_center_code": "0981"}, "emergency"),
        # an emergency room line with an image is emergency; an image elsewhere an image
        ({"claim_type_code": "40", "revenue_center_code": "0450", "hcpcs_code": "71046"}, "emergency"),
        ({"claim_type_code": "40", "revenue_center_code": "0320", "hcpcs_code": "71046"}, "imaging"),
        ({**INSTITUTIONAL, "claim_type_code": "40", "revenue_center_code": "0300"}, "laboratory"),
        ({**INSTITUTIONAL, "claim_type_code": "60", "facility_ccn": "450015"}, "inpatient"),
        ({**INSTITUTIONAL, "claim_type_code": "60", "facility_ccn": "454003"}, "inpatient"),  # psychiatric
        ({**INSTITUTIONAL, "claim_type_code": "60", "facility_ccn": "452034"}, "long_term_care_hospital"),
        ({**INSTITUTIONAL, "claim_type_code": "60", "facility_ccn": "453024"}, "inpatient"),
        ({**INSTITUTIONAL, "claim_type_code": "60", "facility_ccn": "453025"}, "inpatient_rehabilitation"),
        ({**INSTITUTIONAL, "claim_type_code": "60", "facility_ccn": "453099"}, "inpatient_rehabilitation"),
        ({**INSTITUTIONAL, "claim_type_code": "60", "facility_ccn": "45T015"}, "inpatient_rehabilitation"),
        # the emergency room of a stay is the stay's
        ({**INSTITUTIONAL, "claim_type_code": "60", "revenue_center_code": "0450"}, "inpatient"),
        ({**INSTITUTIONAL, "claim_type_code": "20"}, "skilled_nursing"),
        ({**INSTITUTIONAL, "claim_type_code": "30"}, "skilled_nursing"),
        ({**INSTITUTIONAL, "claim_type_code": "10"}, "home_health"),
        ({**INSTITUTIONAL, "claim_type_code": "50"}, "hospice"),
        ({**INSTITUTIONAL, "claim_type_code": None}, "other"),
    ],
)
def test_category(values: dict[str, Any], wanted: str) -> None:
    bench = community([span(1, "2020-01-01")], [line("c", 1, "2025-03-10", "123.45", **values)])
    rows = bench.run("population.claim_line")
    assert [row["service_category"] for row in rows] == [wanted]
    person = bench.run("population.person_month")[0]
    assert person[f"{wanted}_amount"] == person["expenditure"] == Decimal("123.45")
    assert rows[0]["post_acute"] == (
        wanted in ("skilled_nursing", "inpatient_rehabilitation", "long_term_care_hospital", "home_health")
    )


@pytest.mark.parametrize(
    ("values", "wanted"),
    [
        ({}, None),
        ({"place_of_service_code": "10"}, "home"),
        ({"place_of_service_code": "02"}, "facility"),
        ({"hcpcs_modifier_2": "95"}, "other"),
        ({"hcpcs_modifier_1": "25", "hcpcs_modifier_3": "93", "place_of_service_code": "10"}, "audio_only"),
        ({"hcpcs_modifier_1": "95", "place_of_service_code": "10"}, "home"),
        ({"hcpcs_code": "G2025"}, "other"),
    ],
)
def test_virtual_mode(values: dict[str, Any], wanted: str | None) -> None:
    bench = community([span(1, "2020-01-01")], [line("c", 1, "2025-03-10", 50, **values)])
    assert [row["virtual_mode"] for row in bench.run("population.claim_line")] == [wanted]


def test_expenditure_leaves_out_add_ons_part_d_and_suspect_codes() -> None:
    stay = {"claim_type_code": "60", "claim_type": "institutional", "hcpcs_code": None}
    lines = [
        line("stay", 1, "2023-03-10", "10000.10", add_on_amount=Decimal("1500.05"), **stay),
        line("catheter", 1, "2023-03-11", "777.00", hcpcs_code="A4353", claim_type_code="82"),
        line("catheter2", 1, "2024-03-11", "70.00", hcpcs_code="A4353", claim_type_code="82"),
    ]
    bench = community([span(1, "2020-01-01")], lines, [event("d", 1, "2023-03-12", "45.55")])
    bench.run("population.person_month")
    rows = bench.rows("select * from population.person_month order by month")
    # 10000.10 - 1500.05; the catheter of 2023 is out, that of 2024 is not
    assert [row["expenditure"] for row in rows] == [Decimal("8500.05"), Decimal("70.00")]
    assert rows[0]["paid"] == Decimal("10822.65")  # 10000.10 + 777.00 + 45.55
    assert rows[0]["part_d_paid"] == rows[0]["part_d_drug_amount"] == Decimal("45.55")
    assert (rows[0]["lines"], rows[0]["claims"]) == (3, 3)


@pytest.mark.parametrize(("switch", "wanted"), [(False, "98.00"), (True, "100.00")])
def test_sequestration_switch(switch: bool, wanted: str) -> None:
    lines = [line("c", 1, "2025-03-10", "98.00", sequestration_amount=Decimal("2.00"))]
    bench = community(
        [span(1, "2020-01-01")], lines, overrides={"population.sequestration_added_back": switch}
    )
    bench.run("population.person_month", "population.claim_line")
    assert bench.rows("select expenditure from population.person_month") == [{"expenditure": Decimal(wanted)}]
    assert bench.rows("select expenditure_amount as e from population.claim_line") == [{"e": Decimal(wanted)}]


def test_every_dollar_once() -> None:
    lines = [
        line(
            f"c{n}", n % 3, f"2025-{1 + n % 12:02d}-15", f"{n}.{n:02d}", hcpcs_code=code, claim_type_code=kind
        )
        for n, (code, kind) in enumerate(
            (code, kind)
            for code in ("99213", "71046", "80053", "J0897", "A0429", "99284", None, "XXXXX")
            for kind in ("10", "20", "30", "40", "50", "60", "61", "71", "72", "81", "82", None)
        )
    ]
    bench = community([span(n, "2020-01-01") for n in range(3)], lines, [event("d", 1, "2025-07-01", "5.05")])
    bench.run("population.person_month", "population.claim_line")
    total = bench.rows("select sum(paid_amount) as paid from claims.service_line")[0]["paid"]
    assert total == sum((row["paid_amount"] for row in lines), Decimal("5.05"))
    assert bench.rows("select sum(paid_amount) as p from population.claim_line") == [{"p": total}]
    assert bench.rows("select sum(paid) as p from population.person_month") == [{"p": total}]
    # what the line table and the month table put in a category is the same
    by_line = bench.rows(
        "select service_category as c, "
        "sum(case part when 'D' then paid_amount else expenditure_amount end) as a "
        "from population.claim_line group by 1 order by 1"
    )
    for row in by_line:
        month = bench.rows(f"select sum({row['c']}_amount) as a from population.person_month")
        assert month == [{"a": row["a"]}]
    assert sum((row["a"] for row in by_line), Decimal(0)) == total


def test_member_months_count_zero_spend_and_leave_out_plan_months() -> None:
    # person 1: 3 months, 100 in February; person 2: never ill, dies in February; person 3: in a plan in March
    spans = [
        span(1, "2020-01-01"),
        span(2, "2020-01-01", death_date=date(2025, 2, 20)),
        span(3, "2020-01-01", "2025-02-28"),
        span(3, "2025-03-01", None, medicare_advantage=True),
    ]
    lines = [
        line("a", 1, "2025-02-10", 100),
        line("b", 3, "2025-01-10", 10),
        line("c", 3, "2025-03-10", 900),
    ]
    bench = community(spans, lines)
    rows = bench.run("population.pmpm")
    found = {
        (row["month"], row["member_months"], row["expenditure"], row["pmpm"])
        for row in rows
        if row["enrollment_type"] == "all" and row["service_category"] == "total"
    }
    assert found == {
        (202501, 3, Decimal("10.00"), 10 / 3),
        (202502, 3, Decimal("100.00"), 100 / 3),
        (202503, 1, Decimal("0.00"), 0.0),  # the 900 fell in a plan month
    }
    spent = {(row["month"], row["service_category"]) for row in rows if row["expenditure"] > 0}
    assert spent == {
        (202501, "professional"),
        (202501, "total"),
        (202502, "professional"),
        (202502, "total"),
    }


def test_what_rests_on_a_status_carried_back_says_so() -> None:
    spans = [span(1, "2020-01-01"), span(2, "2020-01-01", enrollment_basis="current_status_carried_back")]
    bench = community(spans, [line("a", 1, "2025-02-10", 100)])
    rows = [row for row in bench.run("population.pmpm") if row["enrollment_type"] == "all"]
    assert {row["carried_back_share"] for row in rows} == {0.5}

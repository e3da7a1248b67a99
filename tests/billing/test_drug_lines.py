"""Part B drugs: the payment limit of the quarter, the usual dose, wastage and 340B modifiers by date."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.billing.drug_bench import DRUG, Lines

DAY = date(2026, 3, 2)
LISTED = "J9271"  # of the list of single-dose drugs
OTHER = "J1100"  # not of it


def made(lines: Lines, **overrides: Any) -> dict[str, list[dict[str, Any]]]:
    return lines.tables(DRUG, {f"drug.{name}": value for name, value in overrides.items()})


def kinds(lines: Lines, **overrides: Any) -> dict[str, list[str]]:
    listed: dict[str, list[str]] = {}
    for row in made(lines, **overrides)["billing.audit_part_b_drug"]:
        listed.setdefault(row["kind"], []).append(row["claim_id"])
    return listed


def by_claim(rows: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {row["claim_id"]: row for row in rows}


def test_allowed_against_the_limit_of_the_quarter() -> None:
    """The limit is 106 % of the average price: 53.00 is 50.00 and 3.00 on top; 2 % off Medicare's 80 %."""
    lines = Lines()
    lines.limit("2026Q1", OTHER, "53.00")
    lines.limit("2026Q2", OTHER, "60.00")
    lines.add("right", DAY, OTHER, 10, "530.00", charge="900.00")
    lines.add("near", date(2026, 3, 31), OTHER, 10, "540.00", charge="900.00")
    lines.add("over", DAY, OTHER, 10, "600.00", charge="900.00", person=2)
    lines.add("under", DAY, OTHER, 10, "500.00", charge="900.00", person=3)
    lines.add("charged less", DAY, OTHER, 10, "500.00", charge="500.00", person=4)
    lines.add("next quarter", date(2026, 4, 1), OTHER, 10, "600.00", charge="900.00", person=5)
    lines.add("no limit", date(2026, 7, 1), OTHER, 10, "990.00", charge="990.00", person=6)
    lines.add("hospital", DAY, OTHER, 10, "990.00", charge="990.00", person=7, setting="outpatient")
    found = made(lines)
    rows = by_claim(found["billing.drug_line"])
    assert (rows["right"]["quarter"], rows["right"]["limit_amount"]) == ("2026Q1", Decimal("530.00"))
    assert rows["right"]["asp_amount"] == pytest.approx(500)
    assert rows["right"]["add_on_amount"] == pytest.approx(30)
    assert rows["right"]["sequestration_amount"] == pytest.approx(8.48)  # 530 x 0.8 x 0.02
    assert rows["charged less"]["expected_amount"] == Decimal("500.00")
    assert rows["no limit"]["expected_amount"] is None
    findings = by_claim(found["billing.audit_part_b_drug"])
    assert {claim: (row["kind"], row["direction"], row["dollars"]) for claim, row in findings.items()} == {
        "over": ("drug_price_off", "paid_in_error", Decimal("70.00")),
        "under": ("drug_price_off", "missed", Decimal("30.00")),
    }
    assert findings["over"]["paid_dollars"] == Decimal("56.00")


def test_units_far_above_the_usual_dose() -> None:
    """Twenty days of 4 units and one of 20: the middle one is 4, and five times it deserves a look."""
    lines = Lines()
    for person in range(20):
        lines.add(f"usual {person}", DAY, OTHER, 4, "40.00", person=person)
    lines.add("half a day", DAY, OTHER, 10, "100.00", person=90)
    lines.add("other half", DAY, OTHER, 10, "100.00", person=90, line=2)
    found = made(lines)
    (usual,) = found["billing.drug_usual"]
    assert (usual["days"], usual["usual_units"], usual["most_units"]) == (21, 4, 20)
    rows = by_claim(found["billing.audit_part_b_drug"])
    assert set(rows) == {"half a day", "other half"}
    assert rows["half a day"]["kind"] == "drug_units_high"
    assert rows["half a day"]["dollars"] == Decimal("80.00")  # 16 of 20 units lie above the usual 4
    assert rows["half a day"]["certainty"] == "review"


def test_too_few_days_teach_nothing() -> None:
    lines = Lines()
    for person in range(18):
        lines.add(f"usual {person}", DAY, OTHER, 1, "40.00", person=person)
    lines.add("high", DAY, OTHER, 50, "100.00", person=90)
    assert kinds(lines) == {}
    assert kinds(lines, usual_minimum_lines=19) == {"drug_units_high": ["high"]}


@pytest.mark.parametrize(
    ("day", "asked"),
    [
        (date(2023, 6, 30), False),  # JZ could be written, and need not be
        (date(2023, 7, 1), True),
        (date(2026, 3, 2), True),
    ],
)
def test_since_when_a_modifier_of_wastage_is_missing(day: date, asked: bool) -> None:
    lines = Lines()
    lines.add("bare", day, LISTED, 2, "100.00")
    lines.add("a visit", day, "99213", 1, "90.00", "25")
    lines.add("multiple dose", day, "J3420", 1, "5.00")
    lines.add("vaccine", day, "90732", 1, "100.00")
    assert kinds(lines) == ({"wastage_modifier_missing": ["bare"]} if asked else {})


def test_a_source_without_any_modifier_is_not_asked() -> None:
    lines = Lines()
    lines.add("bare", DAY, LISTED, 2, "100.00")
    found = made(lines)
    assert found["billing.audit_part_b_drug"] == []
    assert [row["wastage_state"] for row in found["billing.drug_line"]] == ["not_known"]


def test_one_line_of_the_day_speaks_for_both() -> None:
    """What was given and what was thrown away stand on two lines; only the second carries a modifier."""
    lines = Lines()
    lines.add("given", DAY, LISTED, 9, "900.00")
    lines.add("thrown away", DAY, LISTED, 1, "100.00", "JW")
    lines.add("all given", DAY, LISTED, 10, "1000.00", "JZ", person=2)
    found = made(lines)
    assert found["billing.audit_part_b_drug"] == []
    rows = by_claim(found["billing.drug_line"])
    assert [rows[claim]["wastage_state"] for claim in ("given", "thrown away", "all given")] == [
        "discarded",
        "discarded",
        "nothing_discarded",
    ]


def test_both_modifiers_contradict() -> None:
    lines = Lines()
    lines.add("on a line", DAY, LISTED, 10, "1000.00", "JW JZ")
    lines.add("says nothing", DAY, LISTED, 9, "900.00", "JZ", person=2)
    lines.add("says some", DAY, LISTED, 1, "100.00", "JW", person=2)
    assert kinds(lines) == {"wastage_both": ["on a line", "says nothing", "says some"]}


def test_single_dose_learned_from_the_loaded_lines() -> None:
    """Ten of twenty lines carry a modifier: the drug counts as one of single-dose containers."""
    lines = Lines()
    for person in range(20):
        lines.add(f"line {person}", DAY, OTHER, 1, "10.00", "JZ" if person < 10 else None, person=person)
    found = made(lines)
    (usual,) = found["billing.drug_usual"]
    assert (usual["single_dose"], usual["single_dose_basis"]) == (True, "loaded_lines")
    rows = found["billing.audit_part_b_drug"]
    assert rows[0]["certainty"] == "review"
    assert {row["kind"] for row in rows} == {"wastage_modifier_missing"}
    assert (len(rows), {row["certainty"] for row in rows}) == (10, {"review"})


def test_the_340b_modifier_of_the_day() -> None:
    lines = Lines()
    lines.add("last day", date(2024, 12, 31), OTHER, 1, "10.00", "JG")
    lines.add("retired", date(2025, 1, 1), OTHER, 1, "10.00", "JG", person=2)
    lines.add("now", date(2025, 1, 1), OTHER, 1, "10.00", "TB", person=3)
    assert kinds(lines) == {"modifier_340b_retired": ["retired"]}


def test_a_340b_modifier_left_out_where_nearly_all_carry_it() -> None:
    lines = Lines()
    for person in range(19):
        lines.add(f"line {person}", DAY, OTHER, 1, "10.00", "TB", person=person, ccn="050454")
    lines.add("bare", DAY, OTHER, 1, "10.00", person=19, ccn="050454")
    lines.add("elsewhere", DAY, OTHER, 1, "10.00", person=20, ccn="050455")
    assert kinds(lines) == {"modifier_340b_missing": ["bare"]}


def test_audits_are_findings_of_one_shape() -> None:
    from corridor.jobs.audits import FINDING_COLUMNS

    lines = Lines()
    lines.add("bare", DAY, LISTED, 2, "100.00")
    lines.add("a visit", DAY, "99213", 1, "90.00", "25")
    (row,) = made(lines)["billing.audit_part_b_drug"]
    assert list(row)[: len(FINDING_COLUMNS)] == list(FINDING_COLUMNS)
    assert row["rule"] == "drug.wastage_modifier"
    assert row["todo"].startswith("Add JZ")

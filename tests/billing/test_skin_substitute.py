"""Skin substitutes: the one rate of 2026, the application of the day, area, waste, before and since."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from corridor.law.force import RulesInForce
from tests.billing.drug_bench import ALABAMA, SAN_FRANCISCO, SKIN, Lines

DAY = date(2026, 3, 2)
BEFORE = date(2025, 11, 3)


def made(lines: Lines) -> dict[str, list[dict[str, Any]]]:
    return lines.tables(SKIN)


def kinds(found: dict[str, list[dict[str, Any]]]) -> dict[str, list[str]]:
    """kind -> claims."""
    listed: dict[str, list[str]] = {}
    for row in found["billing.audit_skin_substitute"]:
        listed.setdefault(row["kind"], []).append(row["claim_id"])
    return listed


def by_claim(rows: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {row["claim_id"]: row for row in rows}


def test_products_are_known_by_how_the_file_writes_them() -> None:
    codes = {row["hcpcs_code"]: row for row in made(Lines())["billing.skin_substitute_code"]}
    assert {code: row["product_kind"] for code, row in codes.items()} == {
        "A2001": "priced",
        "Q4101": "priced",
        "Q4112": "contractor_priced",
    }
    assert codes["Q4101"]["by_area"] and not codes["Q4112"]["by_area"]


def test_rates_of_pfs_f1() -> None:
    """3.81 x index x factor: 127.26 and 127.89 at an index of one, San Francisco 179.43, Alabama 111.35."""
    rates = {
        (row["mac"], row["qp"]): row["unit_amount"] for row in made(Lines())["billing.skin_substitute_rate"]
    }
    assert rates["national", False] == Decimal("127.26")
    assert rates["national", True] == Decimal("127.89")
    assert rates[SAN_FRANCISCO[0], False] == Decimal("179.43")
    assert rates[ALABAMA[0], False] == Decimal("111.35")


def test_what_a_line_is_worth_under_the_one_rate() -> None:
    lines = Lines()
    lines.add("old", BEFORE, "Q4101", 20, "16000.00", locality=ALABAMA)
    lines.add("old waste", BEFORE, "Q4101", 5, "4000.00", "JW", locality=ALABAMA)
    lines.add("application", BEFORE, "15271", 1, "150.00")
    lines.add("office", DAY, "A2001", 10, "1794.30", locality=SAN_FRANCISCO)
    lines.add("nowhere", DAY, "A2001", 10, "1272.60")
    lines.add("hospital", DAY, "A2001", 10, "1271.40", setting="outpatient")
    lines.add("own price", DAY, "Q4112", 1, "700.00")
    lines.add("not listed", DAY, "Q4999", 1, "700.00")
    rows = by_claim(made(lines)["billing.skin_substitute"])
    assert (rows["old"]["payment"], rows["old"]["wastage_rule"]) == ("as_drug", "paid_as_drug")
    assert rows["old"]["flat_amount"] == Decimal("2227.00")  # 20 x 111.35
    assert rows["old waste"]["flat_amount"] == 0  # what is thrown away is not paid any more
    assert rows["old"]["discarded_share"] == pytest.approx(5 / 25)
    assert (rows["old"]["covered_area"], rows["old"]["area_per_application"]) == (25, 20)
    assert (rows["office"]["flat_amount"], rows["office"]["rate_basis"]) == (Decimal("1794.30"), "locality")
    assert (rows["nowhere"]["flat_amount"], rows["nowhere"]["rate_basis"]) == (Decimal("1272.60"), "national")
    assert rows["hospital"]["flat_amount"] == Decimal("1271.40")  # the hospital's printed rate
    assert rows["hospital"]["rate_basis"] == "outpatient_rate"
    for claim, kind in (("own price", "contractor_priced"), ("not listed", "not_in_file")):
        assert rows[claim]["product_kind"] == kind
        assert rows[claim]["flat_amount"] is None


def test_spend_before_and_since_by_product_and_clinician() -> None:
    lines = Lines()
    lines.add("a", BEFORE, "Q4101", 20, "16000.00", locality=ALABAMA)
    lines.add("b", date(2025, 12, 1), "Q4101", 10, "8000.00", locality=ALABAMA, person=2)
    lines.add("c", DAY, "Q4101", 10, "1113.50", locality=ALABAMA)
    (row,) = made(lines)["billing.skin_substitute_change"]
    assert (row["people"], row["months_before"], row["months_since"]) == (2, 2, 1)
    assert (row["units_before"], row["allowed_before"]) == (30, Decimal("24000.00"))
    assert row["allowed_per_unit_before"] == pytest.approx(800)
    assert row["flat_amount_before"] == Decimal("3340.50")  # 30 x 111.35
    assert row["change_at_same_area"] == Decimal("-20659.50")
    assert (row["allowed_since"], row["flat_amount_since"]) == (Decimal("1113.50"), Decimal("1113.50"))


def test_a_product_needs_an_application_that_day() -> None:
    lines = Lines()
    lines.add("alone", DAY, "A2001", 10, "1272.60")
    lines.add("alone before", BEFORE, "Q4101", 10, "8000.00")
    lines.add("not listed", DAY, "Q4999", 10, "1272.60", person=3)
    lines.add("with", DAY, "A2001", 10, "1272.60", person=2)
    lines.add("by another practice", DAY, "15275", 1, "150.00", person=2, tin="T2")
    lines.add("day after", date(2026, 3, 3), "15275", 1, "150.00", person=1)
    found = made(lines)["billing.audit_skin_substitute"]
    rows = by_claim([row for row in found if row["kind"] == "skin_substitute_without_application"])
    assert set(rows) == {"alone", "alone before", "not listed"}
    assert rows["not listed"]["certainty"] == "review"
    assert (rows["alone"]["direction"], rows["alone"]["certainty"]) == ("paid_in_error", "sure")
    assert (rows["alone"]["dollars"], rows["alone"]["paid_dollars"]) == (
        Decimal("1272.60"),
        Decimal("1018.08"),
    )
    assert (rows["alone before"]["direction"], rows["alone before"]["certainty"]) == ("at_risk", "review")


def test_more_area_than_the_application_covers() -> None:
    """15271 and one 15272 cover 50 square centimeters; 80 were billed, so 30 of 80 is not covered."""
    lines = Lines()
    lines.add("product", DAY, "A2001", 80, "10180.80")
    lines.add("first", DAY, "15271", 1, "150.00")
    lines.add("more", DAY, "15272", 1, "25.00")
    # the hospital bills the same application: counted once
    lines.add("hospital", DAY, "15271", 1, "1500.00", setting="outpatient")
    (row,) = [r for r in made(lines)["billing.audit_skin_substitute"] if r["kind"] == "skin_substitute_units"]
    assert (row["covered_area"], row["applied_area"]) == (50, 80)
    assert row["dollars"] == Decimal("3817.80")  # 10,180.80 x 30 / 80
    assert row["paid_dollars"] == Decimal("3054.24")  # four fifths


def test_what_is_thrown_away() -> None:
    lines = Lines()
    for person, day in ((1, DAY), (2, BEFORE), (3, BEFORE)):
        lines.add(f"apply {person}", day, "15271", 1, "150.00", person=person)
    lines.add("2026", DAY, "A2001", 20, "2545.20", "JZ")
    lines.add("2026 waste", DAY, "A2001", 5, "636.30", "JW")
    lines.add("little", BEFORE, "Q4101", 20, "100.00", person=2)
    lines.add("little waste", BEFORE, "Q4101", 5, "25.00", "JW", person=2)  # a fifth
    lines.add("much", BEFORE, "Q4101", 7, "100.00", person=3)
    lines.add("much waste", BEFORE, "Q4101", 3, "25.00", "JW", person=3)  # three tenths
    assert kinds(made(lines)) == {
        "skin_substitute_modifier": ["2026"],
        "skin_substitute_wastage_billed": ["2026 waste"],
        "skin_substitute_wastage_high": ["much waste"],
    }


def test_allowed_off_the_rate() -> None:
    """10 square centimeters in Alabama are 1,113.50; two in a hundred either way are let pass."""
    lines = Lines()
    for person, (claim, allowed, charge) in enumerate(
        [
            ("near", "1130.00", "2000.00"),
            ("over", "1272.60", "2000.00"),
            ("under", "1000.00", "2000.00"),
            ("charged less", "1000.00", "1000.00"),
        ]
    ):
        lines.add(f"apply {person}", DAY, "15271", 1, "150.00", person=person)
        lines.add(claim, DAY, "A2001", 10, allowed, person=person, charge=charge, locality=ALABAMA)
    rows = by_claim(made(lines)["billing.audit_skin_substitute"])
    assert {claim: (row["direction"], row["dollars"]) for claim, row in rows.items()} == {
        "over": ("paid_in_error", Decimal("159.10")),
        "under": ("missed", Decimal("113.50")),
    }


def test_the_printed_rate_is_that_of_the_day(monkeypatch: pytest.MonkeyPatch) -> None:
    """A rate of 2027 leaves 2026 as it is; what was before 2026 is compared with the first rate."""
    register = RulesInForce.register

    def with_2027(self: RulesInForce, con: Any, names: Any = None) -> None:
        register(self, con, names)
        if "drug.skin_headline_rate" in (names or []):
            rate = "rules.drug_skin_headline_rate"
            con.execute(f"create or replace table later as select * replace (150 as rate) from {rate}")
            con.execute(f"update {rate} set valid_to = date '2027-01-01'")
            con.execute("update later set valid_from = date '2027-01-01', valid_to = null")
            con.execute(f"insert into {rate} select * from later")

    monkeypatch.setattr(RulesInForce, "register", with_2027)
    lines = Lines()
    for claim, day in (("2025", BEFORE), ("2026", DAY), ("2027", date(2027, 1, 1))):
        lines.add(claim, day, "A2001", 10, "1000.00", setting="outpatient")
    rows = by_claim(made(lines)["billing.skin_substitute"])
    assert {claim: row["flat_amount"] for claim, row in rows.items()} == {
        "2025": Decimal("1271.40"),
        "2026": Decimal("1271.40"),
        "2027": Decimal("1500.00"),
    }

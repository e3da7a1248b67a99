"""The union of the sources, people, opt-outs, what is loaded."""

from __future__ import annotations

from decimal import Decimal

from tests.claims.community import Community
from tests.claims.workbench import Workbench, day


def test_sources_meet_in_one_table() -> None:
    bench = Workbench()
    for fmt in ("cclf", "rif", "synpuf", "tuva", "x12"):
        community = Community(source_id=fmt, fmt=fmt)
        community.visit(1, "2025-03-01")
        community.load(bench)
    rows = bench.run("claims.medical_claim")
    assert sorted(row["source_id"] for row in rows) == ["cclf", "rif", "synpuf", "tuva", "x12"]


def test_a_person_is_what_the_newest_record_says_and_the_last_death_date() -> None:
    community = Community()
    community.enrol(1, enrollment_start_date=day("2023-01-01"), state_code="36", dual_status_code="02")
    community.enrol(
        1, enrollment_start_date=day("2024-01-01"), state_code="34", death_date=day("2025-02-01"),
        birth_date=None,
    )  # fmt: skip
    bench = community.load(Workbench())
    bench.give("identity.person_alias", [{"person_id": 7, "kept_person_id": 1}])
    bench.give(
        "org_raw.opt_out",
        [
            {"person_id": 7, "preference": "N", "effective_date": day("2025-01-01"), "source_id": "A1"},
            {"person_id": 2, "preference": "N", "effective_date": day("2024-01-01"), "source_id": "A1"},
            {"person_id": 2, "preference": "Y", "effective_date": day("2025-01-01"), "source_id": "A1"},
        ],
    )
    (person,) = bench.run("claims.person")
    assert (person["state_code"], person["birth_date"]) == ("34", day("1955-06-15"))
    assert (person["death_date"], person["opted_out"]) == (day("2025-02-01"), True)
    preferences = {row["person_id"]: row["opted_out"] for row in bench.rows("select * from claims.opt_out")}
    assert preferences == {1: True, 2: False}


def test_counts_and_dollars_by_claim_type_and_month() -> None:
    community = Community()
    community.visit(1, "2025-03-01", allowed=100)
    community.visit(2, "2025-03-31", allowed=50)
    community.drug(1, "2025-04-02", "1", 30, paid_amount=12)
    bench = community.load(Workbench())
    rows = {(r["claim_type_code"], r["service_month"]): r for r in bench.run("claims.quality_count")}
    carrier = rows["71", 202503]
    assert (carrier["lines"], carrier["claims"], carrier["people"]) == (2, 2, 2)
    assert (carrier["paid_amount"], carrier["allowed_amount"]) == (Decimal("120.00"), Decimal("150.00"))
    assert rows["part_d", 202504]["paid_amount"] == Decimal("12.00")


def test_the_loaded_period_is_in_whole_months() -> None:
    community = Community()
    community.visit(1, "2024-02-11")
    community.visit(1, "2025-02-20")
    bench = community.load(Workbench())
    (period,) = bench.run("claims.period")
    assert (period["first_day"], period["last_day"]) == (day("2024-02-01"), day("2025-02-28"))

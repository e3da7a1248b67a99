"""Since the last delivery, on tables written by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.measures.bench_tables import Tables

D = Decimal
OLD, BEFORE, NOW = date(2025, 11, 20), date(2025, 12, 20), date(2026, 1, 20)
DEMOGRAPHIC = {
    "source_id": "VARCHAR", "delivery_id": "VARCHAR", "file_date": "DATE", "person_id": "BIGINT",
    "bene_death_dt": "DATE",
}  # fmt: skip
CLAIM = {
    "source_id": "VARCHAR", "delivery_id": "VARCHAR", "file_date": "DATE", "cur_clm_uniq_id": "VARCHAR",
    "service_month": "INTEGER",
}  # fmt: skip
NO_ALIAS = {"person_id": "BIGINT", "kept_person_id": "BIGINT"}


@pytest.fixture
def bench() -> Tables:
    tables = Tables(["asm", "claims", "performance", "population"])
    tables.give("identity.person_alias", NO_ALIAS, [(60, 6)])
    return tables


def deliveries(bench: Tables) -> None:
    for table in ("cclf_raw.cclf1", "cclf_raw.cclf5", "cclf_raw.cclf6"):
        bench.give(table, CLAIM, [])
    bench.give(
        "measures.delivery",
        {"source_id": "VARCHAR", "newest_date": "DATE", "previous_date": "DATE"},
        [("A1", NOW, BEFORE)],
    )


def test_the_two_newest_days_of_each_source(bench: Tables) -> None:
    bench.give("cclf_raw.cclf8", DEMOGRAPHIC, [("A1", "d3", NOW, 1, None), ("A2", "x1", NOW, 1, None)])
    bench.give("cclf_raw.cclf5", CLAIM, [("A1", "d1", OLD, "c", 202510)])
    # two loads of one day are one delivery
    bench.give(
        "cclf_raw.cclf1", CLAIM, [("A1", "d2", BEFORE, "c", 202510), ("A1", "d4", BEFORE, "c", 202510)]
    )
    (row,) = bench.make("measures.delivery")
    assert (row["source_id"], row["newest_date"], row["previous_date"]) == ("A1", NOW, BEFORE)


def test_who_came_and_went_and_why(bench: Tables) -> None:
    deliveries(bench)
    died = date(2026, 1, 3)
    listed = [
        (OLD, 1, None), (BEFORE, 1, None), (NOW, 1, None),  # stays
        (NOW, 2, None),  # new
        (OLD, 3, None), (NOW, 3, None),  # was away
        (BEFORE, 4, None),  # gone, no reason on file
        (BEFORE, 5, None),  # gone to a health plan, as the report says
        (BEFORE, 60, None), (NOW, 6, None),  # a new number of the same person
        (BEFORE, 7, None), (NOW, 7, died),  # died, still listed
        (BEFORE, 8, died), (NOW, 8, died),  # the death was known
        (BEFORE, 9, None),  # declined data sharing
    ]  # fmt: skip
    bench.give(
        "cclf_raw.cclf8", DEMOGRAPHIC, [("A1", str(day), day, who, death) for day, who, death in listed]
    )
    bench.give(
        "attribution.turnover",
        {"source_id": "VARCHAR", "person_id": "BIGINT", "reason": "VARCHAR"},
        [("A1", 5, "enrolled in a health plan")],
    )
    bench.give("claims.opt_out", {"person_id": "BIGINT", "opted_out": "BOOLEAN"}, [(9, True)])
    rows = bench.make("measures.delivery_people")
    assert [(row["person_id"], row["direction"], row["reason"]) for row in rows] == [
        (2, "in", "new in the file"),
        (3, "in", "returned"),
        (4, "out", "no longer in the file"),
        (5, "out", "enrolled in a health plan"),
        (7, "out", "died"),
        (9, "out", "declined data sharing"),
    ]


def test_a_delivery_without_people_says_nothing_of_them(bench: Tables) -> None:
    deliveries(bench)
    bench.give("cclf_raw.cclf8", DEMOGRAPHIC, [("A1", "d1", BEFORE, 1, None)])
    bench.give(
        "attribution.turnover", {"source_id": "VARCHAR", "person_id": "BIGINT", "reason": "VARCHAR"}, []
    )
    bench.give("claims.opt_out", {"person_id": "BIGINT", "opted_out": "BOOLEAN"}, [])
    assert bench.make("measures.delivery_people") == []


VERSION = {
    "source_id": "VARCHAR", "file_type": "VARCHAR", "cur_clm_uniq_id": "VARCHAR", "person_id": "BIGINT",
    "natural_key": "VARCHAR", "is_cancellation": "BOOLEAN", "outcome": "VARCHAR",
    "paid_amount": "DECIMAL(18,2)",
    "denied_line_amount": "DECIMAL(18,2)", "service_month": "INTEGER",
}  # fmt: skip


def versions(bench: Tables) -> None:
    """Claim k1 of 100 is cancelled and sent again for 80; k2 of 50 stands; k3 of 30 is new; k4 is denied."""
    deliveries(bench)
    a = [
        ("v1", "k1", False, "cancelled", "100"), ("v2", "k2", False, "final", "50"),
        ("v3", "k1", True, "cancellation", "100"), ("v4", "k1", False, "final", "80"),
        ("v5", "k3", False, "final", "30"), ("v6", "k4", False, "denied", "70"),
    ]  # fmt: skip
    bench.give(
        "cclf.claim_version",
        VERSION,
        [("A1", "cclf1", who, 1, key, back, what, D(paid), D(0), 202511) for who, key, back, what, paid in a],
    )
    sent = [("v1", BEFORE), ("v2", BEFORE), ("v2", NOW), ("v3", NOW), ("v4", NOW), ("v5", NOW), ("v6", NOW)]
    bench.give("cclf_raw.cclf1", CLAIM, [("A1", "d", day, who, 202511) for who, day in sent])
    bench.give(
        "cclf.part_a_record",
        {"source_id": "VARCHAR", "cur_clm_uniq_id": "VARCHAR", "clm_type_cd": "VARCHAR"},
        [("A1", row[0], "40") for row in a],
    )
    bench.give(
        "cclf.part_b_record",
        {
            "source_id": "VARCHAR",
            "file_type": "VARCHAR",
            "cur_clm_uniq_id": "VARCHAR",
            "is_denied": "BOOLEAN",
        },
        [],
    )
    bench.make("measures.delivery_version")


def test_a_restated_month(bench: Tables) -> None:
    """Before 100 + 50 = 150; new 30, adjusted 80, cancelled -100; now 160, which is 80 + 50 + 30."""
    versions(bench)
    (row,) = bench.make("measures.delivery_month")
    names = ("before", "new_claim", "adjustment", "cancellation", "now")
    assert [row[f"{name}_amount"] for name in names] == [D(150), D(30), D(80), D(-100), D(160)]
    assert (row["change_amount"], row["known_before"]) == (D(10), True)
    counts = ("before_claims", "new_claims", "adjustments", "cancellations", "now_claims")
    assert [row[name] for name in counts] == [2, 1, 1, 1, 3]


def test_newly_high_cost(bench: Tables) -> None:
    bench.give(
        "measures.delivery_version",
        {"source_id": "VARCHAR", "person_id": "BIGINT", "service_month": "INTEGER", "known_before": "BOOLEAN",
         "amount": "DECIMAL(18,2)"},
        [
            ("A1", 1, 202510, True, D(90_000)), ("A1", 1, 202511, False, D(10_000)),  # reaches 100,000
            ("A1", 2, 202510, True, D(100_000)), ("A1", 2, 202511, False, D(5_000)),  # was there before
            ("A1", 3, 202510, True, D(90_000)), ("A1", 3, 202601, False, D(20_000)),  # another year
        ],
    )  # fmt: skip
    (row,) = bench.make("measures.delivery_high_cost")
    assert (row["year"], row["person_id"], row["before_amount"], row["now_amount"]) == (
        2025, 1, D("90000.00"), D("100000.00"),
    )  # fmt: skip


def change(bench: Tables, panel: list[tuple[Any, ...]], cells: list[tuple[Any, ...]]) -> dict[str, Decimal]:
    bench.give(
        "measures.delivery_panel",
        {"source_id": "VARCHAR", "year": "INTEGER", "side": "VARCHAR", "enrollment_type": "VARCHAR",
         "member_months": "BIGINT", "mean_risk": "DOUBLE"},
        [("A1", 2025, *row) for row in panel],
    )  # fmt: skip
    bench.give(
        "measures.delivery_cell",
        {"source_id": "VARCHAR", "year": "INTEGER", "side": "VARCHAR", "enrollment_type": "VARCHAR",
         "setting": "VARCHAR", "amount": "DECIMAL(18,2)", "services": "BIGINT"},
        [("A1", 2025, *row) for row in cells],
    )  # fmt: skip
    rows = bench.make("measures.delivery_change")
    found = {str(row["cause"]): row["amount"] for row in rows}
    if rows:
        assert sum(found.values()) == rows[0]["change"] == rows[0]["now_pbpy"] - rows[0]["before_pbpy"]
        found |= {"before": rows[0]["before_pbpy"], "now": rows[0]["now_pbpy"]}
    return found


def test_the_change_of_pbpy_by_cause(bench: Tables) -> None:
    """Aged: 80 of 100 months before, 150 of 200 now; disabled the rest. PBPY is 12 x dollars / months.

    Before: aged 80 services of 100 in 80 months (risk 1), disabled 20 of 300 in 20 months (risk 2):
    12 x (8,000 + 6,000) / 100 = 1,680. Mix: 12 x (0.75 x 100 + 0.25 x 300) = 1,800, +120.
    Risk: aged 1 to 1.2: 12 x (0.75 x 1.2 x 100 + 75) = 1,980, +180.
    Volume: aged 270 services in 150 x 1.2 months, 1.5 instead of 1: 12 x (0.75 x 1.2 x 1.5 x 100 + 75) =
    2,520, +540. Price: aged 110 instead of 100: 12 x (0.75 x 1.2 x 1.5 x 110 + 75) = 2,682, +162.
    """
    panel = [("before", "aged", 80, 1.0), ("before", "disabled", 20, 2.0), ("now", "aged", 150, 1.2),
             ("now", "disabled", 50, 2.0)]  # fmt: skip
    cells = [
        ("before", "aged", "professional", D(8000), 80), ("before", "disabled", "professional", D(6000), 20),
        ("now", "aged", "professional", D(29700), 270), ("now", "disabled", "professional", D(15000), 50),
    ]  # fmt: skip
    assert change(bench, panel, cells) == {
        "before": D("1680.00"), "enrollment_mix": D("120.00"), "risk": D("180.00"), "volume": D("540.00"),
        "price": D("162.00"), "now": D("2682.00"),
    }  # fmt: skip


def test_what_a_side_lacks_makes_no_change_of_its_own(bench: Tables) -> None:
    """ESRD appears: 10 of 110 months, 5,000 dollars in 10 months; before 12 x 1,000 / 100 = 120.

    Now 12 x 6,000 / 110 = 654.55, all of it mix (100 x 12 x 10 / 110 ... + 12 x 500 x 10 / 110).
    """
    panel = [("before", "aged", 100, 1.0), ("now", "aged", 100, 1.0), ("now", "esrd", 10, 3.0)]
    cells = [("before", "aged", "professional", D(1000), 10), ("now", "aged", "professional", D(1000), 10),
             ("now", "esrd", "outpatient", D(5000), 5)]  # fmt: skip
    found = change(bench, panel, cells)
    assert found["before"] == D("120.00") and found["now"] == D("654.55")
    assert found["enrollment_mix"] == D("534.55")
    assert (found["risk"], found["volume"], found["price"]) == (D(0), D(0), D(0))


def test_a_setting_that_appears_is_volume_and_a_negative_amount_keeps_its_sign(bench: Tables) -> None:
    """A stay of 1,200 in 100 months is new: 12 x 1,200 / 100 = 144 of volume; -50 of cancellations: -6."""
    panel = [("before", "aged", 100, 1.0), ("now", "aged", 100, 1.0)]
    cells = [("before", "aged", "professional", D(1000), 10), ("now", "aged", "professional", D(1000), 10),
             ("now", "aged", "inpatient", D(1200), 1), ("now", "aged", "dme", D(-50), -1)]  # fmt: skip
    found = change(bench, panel, cells)
    assert (found["volume"], found["now"]) == (D("138.00"), D("258.00"))


def test_a_year_the_delivery_before_did_not_know_is_not_compared(bench: Tables) -> None:
    assert change(bench, [("now", "aged", 100, 1.0)], [("now", "aged", "dme", D(10), 1)]) == {}

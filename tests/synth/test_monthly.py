"""Two deliveries: all but the last month, then the rest with later adjustments."""

from __future__ import annotations

from collections import Counter

from .conftest import Written


def numbers(written: Written, letter: str, delivery: str = "") -> Counter[str]:
    return Counter(row["cur_clm_uniq_id"] for row in written.records(letter, delivery))


def test_deliveries_share_no_claim_and_make_the_whole(community: Written, monthly: Written) -> None:
    for letter in "156":
        first, second = numbers(monthly, letter, "initial"), numbers(monthly, letter, "monthly")
        assert first and second
        assert not set(first) & set(second), letter
        # who opted out between the two is in the first only
        assert set(numbers(community, letter)) <= set(first) | set(second), letter
        assert set(second) <= set(numbers(community, letter)), letter


def test_the_second_delivery_brings_the_last_month_and_old_corrections(monthly: Written) -> None:
    months = Counter(row["clm_thru_dt"][:7] for row in monthly.records("5", "monthly"))
    assert months["2027-12"] > 0.5 * months.total()
    cancelled = [row for row in monthly.records("5", "monthly") if row["clm_adjsmt_type_cd"] == "1"]
    earlier = {row["clm_cntl_num"] for row in monthly.records("5", "initial")}
    assert any(row["clm_cntl_num"] in earlier for row in cancelled)


def test_identifiers_change_between_deliveries(monthly: Written) -> None:
    before = {row["bene_mbi_id"] for row in monthly.records("8", "initial")}
    changed = {row["prvs_num"]: row["crnt_num"] for row in monthly.records("9", "monthly")}
    fresh = {old: new for old, new in changed.items() if old in before}
    assert fresh, "some people get a new number between the deliveries"
    after = {row["bene_mbi_id"] for row in monthly.records("8", "monthly")}
    assert set(fresh.values()) <= after
    assert after.isdisjoint(fresh)


def test_deleted_drug_events_have_no_code_and_no_amount(monthly: Written) -> None:
    rows = list(monthly.records("7", "monthly"))
    deleted = [row for row in rows if row["clm_adjsmt_type_cd"] == "1"]
    assert all(not row["clm_line_ndc_cd"] and float(row["clm_line_bene_pmt_amt"]) == 0 for row in deleted)
    assert {row["clm_type_cd"] for row in rows} <= {"01", "02", "03"}
    names = (
        "clm_line_from_dt",
        "clm_srvc_prvdr_gnrc_id_num",
        "clm_line_rx_srvc_rfrnc_num",
        "clm_line_rx_fill_num",
    )
    known = {tuple(row[name] for name in names) for row in monthly.records("7", "initial")}
    later = [row for row in rows if row["clm_adjsmt_type_cd"] != "0"]
    assert later
    assert any(tuple(row[name] for name in names) in known for row in later)

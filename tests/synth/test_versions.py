"""Cancellations and adjustments follow the packet."""

from __future__ import annotations

from collections import Counter, defaultdict

from .conftest import Written


def test_part_a_keys_net_to_at_most_one_final_claim(community: Written) -> None:
    keys: dict[tuple[str, ...], Counter[str]] = defaultdict(Counter)
    for row in community.records("1"):
        key = (row["clm_blg_prvdr_oscar_num"], row["clm_from_dt"], row["clm_thru_dt"], row["bene_mbi_id"])
        keys[key][row["clm_adjsmt_type_cd"]] += 1
    patterns = Counter((c["0"], c["1"], c["2"]) for c in keys.values())
    # one original; original and cancellation; those and an adjustment, whose cancellation may be late
    assert set(patterns) <= {(1, 0, 0), (1, 1, 0), (1, 1, 1), (1, 0, 1)}
    assert patterns[(1, 1, 1)] > 0
    assert patterns[(1, 1, 0)] > 0
    assert patterns[(1, 0, 0)] > 0.95 * len(keys)


def test_part_b_knows_only_originals_and_cancellations(community: Written) -> None:
    keys: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for letter in "56":
        for row in community.records(letter):
            keys[(row["clm_cntl_num"], row["clm_line_num"])][row["clm_adjsmt_type_cd"]] += 1
            assert (row["clm_disp_cd"] == "03") == (row["clm_adjsmt_type_cd"] == "1")
    patterns = Counter((c["0"], c["1"], c["2"]) for c in keys.values())
    assert set(patterns) <= {(1, 0, 0), (1, 1, 0), (2, 1, 0), (2, 0, 0)}
    assert patterns[(2, 1, 0)] > 0


def test_a_cancellation_takes_back_its_original(community: Written) -> None:
    amounts: dict[tuple[str, str], dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for row in community.records("5"):
        amounts[(row["clm_cntl_num"], row["clm_line_num"])][row["clm_adjsmt_type_cd"]].add(
            row["clm_line_cvrd_pd_amt"]
        )
    cancelled = [one for one in amounts.values() if one["1"]]
    assert cancelled
    assert all(one["1"] <= one["0"] for one in cancelled)


def test_denied_claims_pay_nothing(community: Written) -> None:
    denied = [row for row in community.records("5") if row["clm_carr_pmt_dnl_cd"] == "0"]
    assert denied
    assert all(float(row["clm_line_cvrd_pd_amt"]) == 0 and row["clm_prcsg_ind_cd"] == "C" for row in denied)
    refused = [row for row in community.records("1") if row["clm_mdcr_npmt_rsn_cd"]]
    assert refused
    assert all(float(row["clm_pmt_amt"]) == 0 for row in refused)


def test_claims_are_loaded_on_mondays_before_the_file(community: Written) -> None:
    from datetime import date

    for row in community.records("1"):
        assert date.fromisoformat(row["clm_efctv_dt"]).weekday() == 4
        loaded = date.fromisoformat(row["clm_idr_ld_dt"])
        assert loaded.weekday() == 0
        assert date.fromisoformat(row["clm_thru_dt"]) < loaded <= date(2028, 2, 20)

"""Dollars: the arithmetic of one claim, and the signed sums of all."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

import numpy as np

from corridor.synth.catalogue import catalogue
from corridor.synth.money import deductible, fee, load_amounts, share

from .conftest import Written


def test_a_visit_costs_what_the_fee_schedule_says() -> None:
    # 99214 in 2026, rest of New York (indices 1.000, 0.950, 0.703), office:
    # 1.92 x 1.000 + 2.00 x 0.950 + 0.14 x 0.703 = 3.91842; x 33.4009 = 130.88 (rounded)
    # national: (1.92 + 2.00 + 0.14) x 33.4009 = 4.06 x 33.4009 = 135.61
    # in a hospital department: 1.92 + 0.47 x 0.950 + 0.14 x 0.703 = 2.46492; x 33.4009 = 82.33
    # a nurse practitioner: 85 % of 130.8788 = 111.25
    data, amounts = catalogue(), load_amounts((2025, 2026))
    service = np.full(3, data.services["99214"])
    albany = next(place for place, area in enumerate(data.areas) if area["place"] == "ALBANY")
    local, national = fee(
        data,
        amounts,
        service,
        np.ones(3, dtype=np.int64),
        np.array([False, True, False]),
        np.array([False, False, True]),
        np.full(3, 2026),
        np.full(3, albany),
    )
    assert local.tolist() == [13088, 8233, 11125]
    assert national[0] == 13561


def test_the_deductible_is_met_once_a_year_in_order() -> None:
    # limit 100: person 1 pays 60 then 40 of 70 then nothing; person 2 begins anew
    person_year = np.array([1, 1, 1, 2])
    met = deductible(person_year, np.array([60, 70, 50, 30]), np.array([100, 100, 100, 100]))
    assert met.tolist() == [60, 40, 0, 30]


def test_a_share_is_rounded_half_up() -> None:
    assert share(np.array([25, 125, 1010]), np.array([0.02, 0.02, 0.2])).tolist() == [
        1,
        3,
        202,
    ]  # 0.5, 2.5, 202


def test_paid_and_what_the_beneficiary_owes_make_the_allowed_amount(community: Written) -> None:
    extras = {(row["cur_clm_uniq_id"], row["clm_line_num"]): row for row in community.records("B")}
    seen = 0
    for row in community.records("5"):
        if row["clm_adjsmt_type_cd"] != "0" or row["clm_line_prmry_pyr_cd"] or row["clm_prcsg_ind_cd"] != "A":
            continue
        extra = extras[(row["cur_clm_uniq_id"], row["clm_line_num"])]
        allowed, met = Decimal(row["clm_line_alowd_chrg_amt"]), Decimal(extra["clm_mdcr_ddctbl_amt"])
        before = Decimal(row["clm_line_cvrd_pd_amt"]) + Decimal(extra["clm_sqstrtn_rdctn_amt"])
        owed = allowed - met - before
        rest = allowed - met  # coinsurance is a fifth of it, or nothing for preventive services and tests
        assert abs(owed) <= Decimal("0.02") or abs(owed - rest * Decimal("0.2")) <= Decimal("0.02")
        seen += 1
    assert seen > 10_000


def test_signed_sums_net_to_the_truth(community: Written) -> None:
    sums: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for letter, amount in (
        ("1", "clm_pmt_amt"),
        ("5", "clm_line_cvrd_pd_amt"),
        ("6", "clm_line_cvrd_pd_amt"),
    ):
        for row in community.records(letter):
            sign = -1 if row["clm_adjsmt_type_cd"] == "1" else 1
            month = row["clm_thru_dt"][:7].replace("-", "")
            sums[row["clm_type_cd"]][month] += sign * Decimal(row[amount])
    truth = community.truth["net_paid_by_delivery_claim_type_and_month"]["single"]
    drugs = truth.pop("drug beneficiary payments")
    assert {kind: {m: Decimal(v) for m, v in months.items()} for kind, months in truth.items()} == sums
    copays = sum(Decimal(row["clm_line_bene_pmt_amt"]) for row in community.records("7"))
    assert sum(map(Decimal, drugs.values())) == copays

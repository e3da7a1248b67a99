"""Averted spending of WISeR and a company's share of it: wiser.md section 6, fictitious terms."""

from __future__ import annotations

import pytest

from corridor.law import load_rules
from corridor.programs.wiser.compute import PROGRAM
from tests.programs.forms import refusal, settle_rows

TERMS = {"payment_share": 0.12, "look_forward_days": 120, "quality_multiplier": 1.3,
         "quality_multiplier_least": 0.9, "quality_multiplier_most": 1.1}  # fmt: skip
NO = {"company": "A", "decision": "non_affirmed", "allowed_amount": 1000, "decision_date": "2026-03-01"}
ROWS = [
    {"request_id": "stands", **NO, **TERMS, "order_date": "2026-02-20", "cancelled": "yes"},
    {"request_id": "affirmed later", **NO, "resubmitted_affirmed": "yes"},
    {"request_id": "overturned", **NO, "appealed": "yes", "appeal_overturned": "yes"},
    {"request_id": "talked over", **NO, "peer_to_peer": "yes", "peer_to_peer_overturned": "yes"},
    {"request_id": "paid on day 120", **NO, "later_paid_date": "2026-06-29"},
    {"request_id": "paid on day 121", **NO, "later_paid_date": "2026-06-30"},
    {"request_id": "affirmed", "company": "A", "decision": "affirmed", "order_date": "2026-03-01",
     "service_date": "2026-03-15"},
    {"request_id": "other", **NO, **TERMS, "company": "B", "quality_multiplier": 1},
]  # fmt: skip


def test_what_averts_spending_and_what_is_paid_of_it(tmp_path, capsys) -> None:
    answer = settle_rows(capsys, tmp_path, "wiser", ROWS).json()
    assert [row["counted"] for row in answer["rows"]] == [1, 0, 0, 0, 0, 1, 0, 1]
    # 2 x 1,000 x 0.12 x 1.1, the multiplier held at its bound; of B 1,000 x 0.12
    assert [row["company_payment"] for row in answer["rows"]][-2:] == pytest.approx([264, 120])
    board = answer["dashboard"][0]
    assert (board["requests"], board["non_affirmed"], board["cancelled"]) == (7, 6, 1)
    assert board["peer_to_peer_rate"] == pytest.approx(1 / 6) and board["appeal_overturned"] == 1
    assert board["median_days_order_to_service"] == 14


@pytest.mark.parametrize("name", [*TERMS, "allowed_amount"])
def test_no_term_has_a_default(name) -> None:
    row = {key: value for key, value in {**ROWS[0]}.items() if key != name}
    error = refusal(PROGRAM, load_rules(["wiser"]), [row], 2026)
    assert (error.code, error.field) == ("SETTLE-REQUIRED", name)


def test_a_company_has_one_term(tmp_path) -> None:
    rows = [ROWS[0], {**ROWS[1], "payment_share": 0.2}]
    assert refusal(PROGRAM, load_rules(["wiser"]), rows, 2026).code == "WISER-DIFFERS"


def test_a_later_payment_needs_the_day_of_the_decision(tmp_path) -> None:
    row = {**ROWS[0], "decision_date": "", "later_paid_date": "2026-03-15"}  # 15 days on: nothing was averted
    error = refusal(PROGRAM, load_rules(["wiser"]), [row], 2026)
    assert (error.code, error.field) == ("SETTLE-REQUIRED", "decision_date")

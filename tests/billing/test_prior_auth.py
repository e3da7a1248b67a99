"""The WISeR order checker, the check of a bill, the ledger: vectors of the rules, and hand arithmetic."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from corridor.billing.prior_auth import EXPOSED, Affirmation, Order, OrderChecker
from corridor.billing.prior_auth_ledger import Request, due_at, ledger, link, summary
from corridor.law import load_rules

CASES = Path(__file__).parent.parent / "cases" / "wiser" / "orders.yaml"
FORCE = load_rules(["wiser"]).in_force(2026)
CHECKER = OrderChecker(FORCE)


def cases() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = yaml.safe_load(CASES.read_text(encoding="utf-8"))["cases"]
    return found


def order_of(given: dict[str, Any]) -> Order:
    return Order(
        service_date=given.get("date", date(2026, 3, 1)),
        state=given["state"],
        setting=given.get("setting", "hopd"),
        codes=tuple(given["codes"]),
        payer=given.get("payer", "original_medicare"),
        diagnoses=tuple(given.get("dx", ())),
        emergency=given.get("emergency", False),
        indication_met=given.get("indication"),
        revenue_center_code=given.get("revenue"),
        modifiers=tuple(given.get("modifiers", ())),
        exempt_from=given.get("exempt_from"),
        exempt_to=given.get("exempt_to"),
        team_hospital=given.get("team", False),
    )


@pytest.mark.parametrize("case", cases(), ids=lambda case: str(case["name"]))
def test_order(case: dict[str, Any]) -> None:
    answer = CHECKER.check(order_of(case["order"]))[0]
    assert answer.result == case["expect"], answer.reason
    assert answer.reason
    if "family" in case:
        assert answer.family == case["family"]
    if "flag" in case:
        assert case["flag"] in "; ".join(answer.flags)


def test_nothing_is_called_a_coverage_decision() -> None:
    words = " ".join(f"{row['words']} {row['todo']}" for row in CHECKER.results.values()) + " ".join(
        CHECKER.check(order_of(case["order"]))[0].reason for case in cases()
    )
    assert "covered" not in words and "not covered" not in words


def test_every_answer_is_one_the_rules_name() -> None:
    answers = {CHECKER.check(order_of(case["order"]))[0].result for case in cases()}
    assert answers == set(CHECKER.results)


def test_the_most_demanding_code_stands_for_the_order() -> None:
    answers = CHECKER.check(order_of({"state": "OH", "codes": ["64590", "64561", "22554"]}))
    assert [one.result for one in answers] == ["NOT_ON_LIST", "NEEDS_REVIEW", "PA_RECOMMENDED"]
    assert CHECKER.most_demanding(answers).hcpcs_code == "22554"


def bill(
    day: date, utn: str | None = "U1", decided: date | None = date(2026, 2, 1), code: str = "64483"
) -> str:
    order = order_of({"state": "TX", "codes": ["64483"], "date": day})
    answer = CHECKER.check(order)[0]
    assert answer.result in EXPOSED
    return CHECKER.check_bill(order, answer, Affirmation(utn, decided, (code,)))[0]


def test_vector_10_an_affirmation_holds_120_days() -> None:
    # 2026-02-01 + 120 days: 27 to 28 February, 31 March, 30 April, 31 May = 119, so 1 June
    assert CHECKER.valid_through(date(2026, 2, 1)) == date(2026, 6, 1)
    assert bill(date(2026, 6, 1)) == "ready"
    assert bill(date(2026, 6, 2)) == "expired"


def test_a_bill_needs_number_date_and_code() -> None:
    assert bill(date(2026, 3, 1), utn=None) == "no_utn"
    assert bill(date(2026, 3, 1), decided=None) == "no_date"
    assert bill(date(2026, 1, 31)) == "too_early"
    assert bill(date(2026, 3, 1), code="64484") == "other_code"


def test_a_bill_outside_the_model_needs_nothing() -> None:
    order = order_of({"state": "NY", "codes": ["64483"]})
    assert CHECKER.check_bill(order, CHECKER.check(order)[0], Affirmation(None, None))[0] == "not_needed"


# -- the ledger ----------------------------------------------------------------------------------


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


NOW = at("2026-06-10T12:00+00:00")


def asked(request_id: str, **given: Any) -> Request:
    values = {"received_at": at("2026-02-01T09:30-06:00"), "hcpcs_code": "64483", **given}
    return Request(request_id, **values)


def test_clocks() -> None:
    # 72 hours are three days; expedited two days; prepayment three days; through the contractor: not known
    assert due_at(asked("1"), FORCE) == at("2026-02-04T09:30-06:00")
    assert due_at(asked("2", expedited=True), FORCE) == at("2026-02-03T09:30-06:00")
    assert due_at(asked("3", kind="prepayment"), FORCE) == at("2026-02-04T09:30-06:00")
    assert due_at(asked("4", route="mac"), FORCE) is None


def test_the_zone_of_the_receipt_decides() -> None:
    # 09:30 at -06:00 is 15:30 UTC; 72 hours on is 15:30 UTC of 4 February, decided at 15:31 UTC: late
    late = asked("1", decision="affirmed", decided_at=at("2026-02-04T15:31+00:00"))
    just = asked("2", decision="affirmed", decided_at=at("2026-02-04T15:30+00:00"))
    assert [row["on_time"] for row in ledger([late, just], FORCE, NOW)] == [False, True]
    assert ledger([just], FORCE, NOW)[0]["hours"] == 72


def test_what_stands_today() -> None:
    rows = ledger(
        [
            asked("open", received_at=at("2026-06-09T12:00+00:00")),
            asked("overdue"),
            asked("valid", decision="affirmed", decided_at=at("2026-02-12T10:00-06:00")),
            asked("expired", decision="affirmed", decided_at=at("2026-02-09T10:00-06:00")),
            asked("not", decision="non_affirmed", decided_at=at("2026-02-02T09:30-06:00")),
            asked("mac", route="mac"),
        ],
        FORCE,
        NOW,
    )
    # 12 February + 120 = 12 June; 9 February + 120 = 9 June, yesterday
    assert [row["status"] for row in rows] == [
        "open", "overdue", "valid", "expired", "not affirmed", "open, no target known through the contractor",
    ]  # fmt: skip
    assert rows[2]["valid_through"] == date(2026, 6, 12) and rows[2]["days_left"] == 2
    # decided late, late, in time after 24 hours; open and in time: not counted; overdue: late
    figures = summary(rows)[0]
    assert figures["on_time_share"] == 1 / 4
    assert figures["affirmed_share"] == 2 / 3
    assert figures["overdue"] == 1 and figures["expired"] == 1


def test_a_second_try_is_not_a_first_pass() -> None:
    rows = ledger(
        [
            asked("1", decision="non_affirmed", decided_at=at("2026-02-02T09:30-06:00")),
            asked("2", decision="affirmed", decided_at=at("2026-02-03T09:30-06:00"), resubmission_of="1"),
        ],
        FORCE,
        NOW,
    )
    figures = summary(rows)[0]
    assert (figures["first_pass_share"], figures["resubmission_share"]) == (0, 1)
    assert figures["median_hours"] == 36


def test_claims_without_an_affirmation() -> None:
    rows = ledger(
        [
            asked("1", npi="A", decision="affirmed", decided_at=at("2026-02-03T16:00-06:00"), utn="U1"),
            asked("2", npi="B", decision="non_affirmed", decided_at=at("2026-02-03T16:00-06:00")),
        ],
        FORCE,
        NOW,
    )
    services = [
        {"person_id": 1, "npi": "A", "hcpcs_code": "64483", "service_date": date(2026, 2, 3)},
        {"person_id": 2, "npi": "A", "hcpcs_code": "64483", "service_date": date(2026, 6, 4)},  # to 3 June
        {"person_id": 3, "npi": "B", "hcpcs_code": "64483", "service_date": date(2026, 3, 1)},
        {"person_id": 4, "npi": "C", "hcpcs_code": "64483", "service_date": date(2026, 3, 1)},
    ]
    found = [(one["request_id"], one["why"]) for one in link(rows, services, FORCE)]
    assert found == [
        ("1", "affirmed"),
        (None, "an affirmation of another time only"),
        (None, "requested, not affirmed"),
        (None, "no request of this code and clinician"),
    ]


def affirmed(request_id: str, decided: str, **given: Any) -> Request:
    return asked(request_id, received_at=at("2026-01-05T09:00-06:00"), decision="affirmed",
                 decided_at=at(decided), **given)  # fmt: skip


def served(person: int, day: date, npi: str = "A") -> dict[str, Any]:
    return {"person_id": person, "npi": npi, "hcpcs_code": "64483", "service_date": day}


def linked(requests: list[Request], services: list[dict[str, Any]]) -> list[str | None]:
    return [one["request_id"] for one in link(ledger(requests, FORCE, NOW), services, FORCE)]


def test_an_affirmation_covers_one_person_on_one_day() -> None:
    """Two lines of a person and day (professional and facility) are one service; the next person, and the
    same person's next day, each need an affirmation of their own."""
    first, later = date(2026, 3, 1), date(2026, 3, 8)
    services = [served(1, first), served(1, first, npi="F"), served(2, first), served(1, later)]
    rows = link(ledger([affirmed("1", "2026-02-03T16:00-06:00", npi="A")], FORCE, NOW), services, FORCE)
    assert [row["request_id"] for row in rows] == ["1", "1", None, None]
    assert rows[2]["why"] == "every affirmation of that time covers another service"
    two = [affirmed(name, "2026-02-03T16:00-06:00", npi="A") for name in "12"]
    assert linked(two, services) == ["1", "1", "2", None]


def test_as_many_services_as_can_be_are_covered() -> None:
    """1 holds to 3 May for any clinician, 2 to 3 June for A. A's service of 1 March could take either, B's of
    2 March only 1: so A's takes 2. One more of A's on 2 May finds none left."""
    requests = [affirmed("1", "2026-01-03T16:00-06:00"), affirmed("2", "2026-02-03T16:00-06:00", npi="A")]
    services = [
        served(1, date(2026, 3, 1)),
        served(2, date(2026, 3, 2), npi="B"),
        served(3, date(2026, 5, 2)),
    ]
    assert linked(requests, services) == ["2", "1", None]


def test_the_last_day_is_one_of_the_zone_of_the_decision() -> None:
    """Decided on 9 February, 22:00 at -06:00, which is 10 February in UTC: held to 9 February + 120 = 9 June.

    At 10 June 03:00 UTC it is still 9 June there: no day is left, and it holds.
    """
    request = affirmed("1", "2026-02-09T22:00-06:00")
    row = ledger([request], FORCE, at("2026-06-10T03:00+00:00"))[0]
    assert (row["valid_through"], row["days_left"], row["status"]) == (date(2026, 6, 9), 0, "valid")
    row = ledger([request], FORCE, at("2026-06-10T06:00+00:00"))[0]
    assert (row["days_left"], row["status"]) == (-1, "expired")

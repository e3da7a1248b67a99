"""The ASM pack item by item: what counts as done, what lacks, which day it is due."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Any

import pytest

from corridor.law import RulesInForce, load_rules
from corridor.programs.asm.pack import (
    activities_attested,
    activity_items,
    arrangement_items,
    clock_items,
    deadline,
    interoperability_items,
    last_start,
)

TODAY = date(2027, 8, 1)


@cache
def force() -> RulesInForce:
    return load_rules(["asm"]).in_force(2027)


def _arrangement(**values: Any) -> dict[str, Any]:
    whole: dict[str, Any] = {
        "arrangement_id": "1",
        "is_written": True,
        "signed_on": date(2027, 1, 5),
        "effective_on": date(2027, 2, 1),
        "ended_on": None,
        "partner_is_primary_care": True,
        "shared_beneficiaries": 12,
        "conditioned_on_referrals": False,
        "data_sharing": True,
        "co_management": True,
        "roles": None,
        "transition_planning": False,
        "referral_handling": True,
        "payments": 0,
        "document": "a.pdf",
        "owner": "Q",
    }
    return whole | values


def _evidence(kind: str, item: str, **values: Any) -> dict[str, Any]:
    whole: dict[str, Any] = {
        "kind": kind,
        "item": item,
        "npi": "",
        "answer": "yes",
        "numerator": None,
        "denominator": None,
        "start_date": date(2027, 1, 1),
        "end_date": date(2027, 12, 31),
        "event_date": None,
        "filed_on": None,
        "answered_on": None,
        "document": "x.pdf",
        "owner": "Q",
        "hours": 2.0,
    }
    return whole | values


def test_days() -> None:
    """90 days that end on 31 December begin on 3 October, 180 days on 5 July; data is due on 31 March."""
    assert last_start(force(), "asm.improvement_activity_minimum_days") == date(2027, 10, 3)
    assert last_start(force(), "asm.promoting_interoperability_minimum_days") == date(2027, 7, 5)
    assert deadline(force()) == date(2028, 3, 31)


def test_an_arrangement_that_has_everything_is_done() -> None:
    (item,) = arrangement_items("T", [_arrangement()], force(), TODAY, 5000.0)
    assert (item.standing, item.detail) == ("done", "holds data_sharing, co_management, referral_handling")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"is_written": False}, "in writing"),
        ({"signed_on": None}, "signed"),
        ({"signed_on": date(2027, 8, 2)}, "signed"),
        ({"partner_is_primary_care": None}, "primary care practice"),
        ({"shared_beneficiaries": 0}, "share at least one"),
        ({"conditioned_on_referrals": None}, "referrals"),
        ({"effective_on": date(2027, 10, 4)}, "89 of 90 days"),
        ({"payments": 5000.01}, "exceed"),
    ],
)
def test_what_an_arrangement_lacks_is_said(change: dict[str, Any], words: str) -> None:
    (item,) = arrangement_items("T", [_arrangement(**change)], force(), TODAY, 5000.0)
    assert item.standing == "partly" and words in item.detail


def test_payments_under_an_arrangement_may_not_exceed_a_negative_adjustment_at_all() -> None:
    (item,) = arrangement_items("T", [_arrangement(payments=1)], force(), TODAY, -900.0)
    assert "exceed the adjustments of the year, 0.00" in item.detail


def test_activities_count_with_all_their_elements() -> None:
    first = [_evidence("improvement_activity", name) for name in ("confirm_primary_care", "send_information")]
    screening = _evidence("improvement_activity", "social_needs_screening", start_date=date(2027, 10, 4))
    register = arrangement_items("T", [_arrangement()], force(), TODAY, None)
    items = activity_items("T", [*first, screening], register, force())
    by_name = {item.item: item for item in items}
    assert by_name["IA-1 social_needs_screening"].detail == "89 of 90 days shown"
    assert by_name["IA-2 executed_arrangement"].standing == "done"
    assert activities_attested(items) == 1
    screening["start_date"] = date(2027, 10, 3)
    assert activities_attested(activity_items("T", [*first, screening], register, force())) == 2
    assert activities_attested(activity_items("T", [], [], force())) == 0


def _interoperability(**without: Any) -> list[dict[str, Any]]:
    rows = [
        _evidence("interoperability", "PI_EP_1", numerator=90, denominator=100, answer=None),
        _evidence("interoperability", "PI_EP_2", answer="excluded"),
        _evidence("interoperability", "PI_HIE_5"),
        _evidence("interoperability", "PI_PEA_1", numerator=9, denominator=10, answer=None),
        *(_evidence("attestation", name) for name in (
            "public_health_exchange", "security_risk_analysis", "safer_guides", "onc_direct_review",
            "cehrt_id",
        )),
    ]  # fmt: skip
    return [
        {**row, **without.get(row["item"], {})} for row in rows if without.get(row["item"], {}) is not None
    ]


def test_interoperability_is_whole_with_one_alternative_of_each_element() -> None:
    assert {item.standing for item in interoperability_items("T", _interoperability(), force())} == {"done"}


@pytest.mark.parametrize(
    ("change", "element", "words"),
    [
        ({"PI_HIE_5": None}, "health_information_exchange", "PI_HIE_1 and PI_HIE_4"),
        ({"PI_EP_1": {"numerator": 0}}, "electronic_prescribing", "numerator of zero"),
        ({"PI_PEA_1": {"start_date": date(2027, 7, 6)}}, "patient_access", "179 of 180 days"),
        ({"PI_PEA_1": {"answer": "excluded"}}, "patient_access", "no exclusion"),
        ({"safer_guides": {"answer": "no"}}, "safer_guides", "answered no"),
    ],
)
def test_what_interoperability_lacks_is_said(change: dict[str, Any], element: str, words: str) -> None:
    items = interoperability_items("T", _interoperability(**change), force())
    (open_item,) = [item for item in items if item.standing != "done"]
    assert open_item.item == element and words in open_item.detail


def test_clocks_run_from_the_report() -> None:
    """Notice within 45 days of the report, CMS answers in 30, reconsideration within 10 (assumed rules)."""
    rows = [
        _evidence("error_notice", "score", event_date=date(2028, 9, 1)),
        _evidence("error_notice", "list", event_date=date(2028, 9, 1), filed_on=date(2028, 9, 20)),
        _evidence("reconsideration", "list", event_date=date(2028, 10, 20)),
        _evidence("hardship", "flood", filed_on=date(2027, 11, 1)),
    ]
    items = {item.item: item for item in clock_items("T", rows, force(), date(2028, 10, 25))}
    late = items["error_notice score"]
    assert late.due == date(2028, 10, 16) and late.detail.endswith("the day has passed")
    assert (items["error_notice list"].standing, items["error_notice list"].due) == (
        "partly",
        date(2028, 10, 20),
    )
    assert items["reconsideration list"].due == date(2028, 10, 30)
    assert items["hardship flood"].due is None and items["hardship flood"].standing == "partly"

"""What the screen of an audit says of people, orders, precision and files."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from corridor.cli.audit import HELP
from corridor.cli.audit_text import text_of
from corridor.errors import CorridorError
from corridor.jobs import audits
from corridor.jobs.audit_order import ordered
from corridor.jobs.context import open_context
from corridor.jobs.identifiers import with_identifiers
from tests.billing.test_audit_command import finding


def shown(name: str, rows: list[dict[str, object]], limit: int = 20) -> str:
    answer = audits.AuditAnswer(rows, audits.summarize(rows, {"apcm_missed": 0.94}))
    return text_of(audits.AUDITS[name], answer, limit)


def test_an_unbilled_month_names_the_month_and_the_person() -> None:
    row = finding(kind="apcm_missed", direction="missed", claim_id=None, claim_line_number=None)
    row |= {"hcpcs_code": "G0557", "service_date": date(2026, 6, 1), "person_id": 77, "paid_dollars": None}
    text = shown("apcm", [row])
    assert "not billed: G0557 in 2026-06 for person 77 by 1" in text and "2026-06-01" not in text
    assert "94%" in text and "measured on synthetic data" in text
    assert " 0.00" not in text  # nothing was paid: a hyphen, no zero


def test_an_order_is_named_and_what_asks_for_nothing_is_no_finding() -> None:
    order = {"claim_id": None, "claim_line_number": None, "order_id": "a", "result": "PA_RECOMMENDED"}
    rows = [
        finding(**order, kind="prior_auth_recommended", direction="at_risk"),
        finding(**order, kind="prior_auth_not_on_list", direction="no_finding") | {"reason": "not listed"},
    ]
    text = shown("prior-auth", rows)
    assert "prior-auth: 1 finding." in text and "1 answer beside them" in text
    assert "order a, " in text and "prior_auth_not_on_list" not in text
    assert "\n\n\n" not in text


def test_sure_findings_first_and_the_largest_among_them() -> None:
    rows = [
        finding(finding_id="a", certainty="review", dollars=Decimal("900")),
        finding(finding_id="b", dollars=Decimal("1")),
        finding(finding_id="c", dollars=None),
        finding(finding_id="d", dollars=Decimal("2")),
    ]
    assert [row["finding_id"] for row in ordered(rows)] == ["d", "b", "c", "a"]


def test_identifiers_are_refused_where_there_are_none(tmp_path: Path) -> None:
    context = open_context(home=tmp_path)
    assert with_identifiers(context, []) == []
    with pytest.raises(CorridorError) as refused:
        with_identifiers(context, [finding(person_id=7)])
    assert refused.value.code == "AUDIT-MBI"


def test_the_help_names_every_audit() -> None:
    named = set(HELP.replace(",", " ").replace(".", " ").split())
    assert set(audits.AUDITS) <= named

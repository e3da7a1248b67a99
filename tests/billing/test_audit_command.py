"""`corridor audit`: the list, the reading of a run, sums, and what is refused."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from corridor.cli import audit as command
from corridor.cli.audit_text import text_of
from corridor.errors import CorridorError
from corridor.jobs import audits
from corridor.jobs.context import Context, open_context


def finding(**given: object) -> dict[str, object]:
    row: dict[str, object] = dict.fromkeys(audits.FINDING_COLUMNS)
    row |= {"finding_id": "a", "audit": "conflict", "kind": "apcm_twice", "direction": "paid_in_error"}
    row |= {
        "npi": "1",
        "tin": "2",
        "claim_id": "C1",
        "claim_line_number": 1,
        "service_date": date(2026, 6, 3),
    }
    row |= {"month": 202606, "dollars": Decimal("53.78"), "paid_dollars": Decimal("42.16")}
    row |= {"rule": "r", "cite": "c", "todo": "t", "certainty": "sure"}
    return row | given


@pytest.fixture
def context(tmp_path: Path) -> Context:
    return open_context(home=tmp_path)


def test_every_audit_names_a_table_of_findings() -> None:
    assert all(spec.name == name and "." in spec.table for name, spec in audits.AUDITS.items())


def test_an_unknown_audit_and_a_wrong_month_are_refused() -> None:
    with pytest.raises(CorridorError) as refused:
        audits.spec_of("apm")
    assert refused.value.code == "AUDIT-UNKNOWN"
    with pytest.raises(CorridorError) as refused:
        command.check_month(202613)
    assert refused.value.code == "AUDIT-MONTH"


def test_an_audit_without_a_door_takes_no_file(context: Context, tmp_path: Path) -> None:
    with pytest.raises(CorridorError) as refused:
        audits.from_file(audits.AuditSpec("x", "about", "billing.x"), tmp_path / "x.csv", context)
    assert refused.value.code == "AUDIT-NO-FILE"


def test_sums_by_kind_and_by_clinician() -> None:
    rows = [finding(), finding(npi="3", certainty="review", dollars=Decimal("1.00"), paid_dollars=None)]
    sums = audits.summarize(rows, {"apcm_twice": 0.97})
    kind = [one for one in sums if one["by"] == "kind"]
    assert [(one["findings"], one["sure"], one["dollars"], one["precision"]) for one in kind] == [
        (2, 1, Decimal("54.78"), 0.97)
    ]
    assert [(one["npi"], one["dollars"]) for one in sums if one["by"] == "clinician"] == [
        ("1", Decimal("53.78")),
        ("3", Decimal("1.00")),
    ]


def test_several_findings_of_one_line_count_its_dollars_once() -> None:
    """53.78 and 17.37 of one line are 53.78, with 10.00 of another 63.78; directions stand apart."""
    rows = [
        finding(kind="duplicate_line", dollars=Decimal("17.37"), paid_dollars=Decimal("13.00")),
        finding(),
        finding(claim_line_number=2, dollars=Decimal("10.00"), paid_dollars=None),
        finding(kind="g2211_with_25", direction="at_risk"),
        finding(kind="apcm_missed", direction="missed", claim_id=None, dollars=Decimal("5.00")),
        finding(kind="apcm_missed", direction="missed", claim_id=None, dollars=Decimal("5.00")),
    ]
    sums = [one for one in audits.summarize(rows, {}) if one["by"] == "clinician"]
    assert [(one["direction"], one["findings"], one["dollars"], one["paid_dollars"]) for one in sums] == [
        ("paid_in_error", 3, Decimal("63.78"), Decimal("42.16")),
        ("at_risk", 1, Decimal("53.78"), Decimal("42.16")),
        ("missed", 2, Decimal("10.00"), Decimal("84.32")),
    ]
    kinds = {one["kind"]: one["dollars"] for one in audits.summarize(rows, {}) if one["by"] == "kind"}
    assert kinds["duplicate_line"] == Decimal("17.37") and kinds["apcm_twice"] == Decimal("63.78")


def test_the_screen_shows_line_rule_dollars_and_what_to_do() -> None:
    rows = [
        finding(other_claim_id="C2", other_claim_line_number=4, other_hcpcs_code="99490", hcpcs_code="G0557")
    ]
    answer = audits.AuditAnswer(rows, audits.summarize(rows, {}))
    text = text_of(audits.AUDITS["conflicts"], answer, 20)
    for shown in (
        "claim C1 line 1, G0557",
        "against  claim C2 line 4, 99490",
        "$53.78",
        "rule: r: c",
        "do: t",
    ):
        assert shown in text
    assert "not measured" in text


class _Run:
    """A run that made one audit, with two findings of two years."""

    def __init__(self) -> None:
        self.con = duckdb.connect()
        columns = ", ".join(f"{name} {kind}" for name, kind in audits.FINDING_COLUMNS.items())
        self.con.execute(f"create schema billing; create table billing.audit_conflict ({columns})")
        for row in (finding(), finding(finding_id="b", service_date=date(2025, 6, 3), month=202506, npi="9")):
            marks = ", ".join("?" * len(row))
            self.con.execute(f"insert into billing.audit_conflict values ({marks})", list(row.values()))

    def has(self, table: str) -> bool:
        return table == "billing.audit_conflict"

    def query(self, sql: str, parameters: object = None) -> list[dict[str, object]]:
        cursor = self.con.execute(sql, parameters or [])
        names = [column[0] for column in cursor.description or []]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def test_a_run_is_read_and_narrowed(context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audits, "open_run", lambda home: _Run())
    spec = audits.AUDITS["conflicts"]
    assert len(audits.from_run(spec, context, audits.Wanted()).rows) == 2
    for wanted in (audits.Wanted(year=2026), audits.Wanted(month=202606), audits.Wanted(npi="1")):
        assert [row["finding_id"] for row in audits.from_run(spec, context, wanted).rows] == ["a"]
    with pytest.raises(CorridorError) as refused:
        audits.from_run(audits.AUDITS["g2211"], context, audits.Wanted())
    assert refused.value.code == "AUDIT-NOT-MADE"

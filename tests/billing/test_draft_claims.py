"""Draft claims checked before they are sent, by the same steps as a run."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from corridor.engine.tabular import load_layout
from corridor.errors import CorridorError
from corridor.jobs import audits
from corridor.jobs.context import Context, open_context

HEAD = "claim_id,line,patient_id,date,code,modifiers,pos,npi,tin,amount"


@pytest.fixture
def context(tmp_path: Path) -> Context:
    return open_context(home=tmp_path / "home")


def check(context: Context, path: Path, name: str, *lines: str) -> audits.AuditAnswer:
    path.write_text("\n".join([HEAD, *lines]) + "\n", encoding="utf-8")
    return audits.from_file(audits.spec_of(name), path, context)


def test_the_worked_rows_of_the_form_are_a_conflict(context: Context, tmp_path: Path) -> None:
    worked = load_layout("form", "claims_to_check").meta["worked"]
    lines = [",".join(str(row[name]) for name in HEAD.split(",")) for row in worked]
    answer = check(context, tmp_path / "d.csv", "conflicts", *lines)
    (row,) = answer.rows
    assert (row["kind"], row["claim_id"], row["other_claim_id"]) == (
        "apcm_with_care_management",
        "D-1002",
        "D-1001",
    )
    # nothing was paid yet: the dollars are at risk, and none are Medicare's to have back
    assert (row["direction"], row["dollars"], row["paid_dollars"]) == ("at_risk", Decimal("66.13"), None)
    assert row["person_id"] is None
    assert set(row) == set(audits.FINDING_COLUMNS)


def test_each_audit_of_drafts_finds_its_own(context: Context, tmp_path: Path) -> None:
    lines = (
        "D1,1,P1,2026-06-21,99214,25,11,1,T,135.61",
        "D1,2,P1,2026-06-21,G2211,,11,1,T,17.37",
        'D1,3,P1,2026-06-21,20610,"LT, 59",11,1,T,68.81',
        "D2,1,P2,2026-06-21,99214,95,11,1,T,135.61",
        "D3,1,P2,2026-01-21,G0439,,11,1,T,137.61",
        "D4,1,P2,2026-06-21,G0439,,11,1,T,137.61",
        "D5,1,P2,2026-06-21,G0439,,11,1,T,137.61",
    )
    for name, kinds in {
        "g2211": ["g2211_with_25"],
        "telehealth": ["telehealth_place_missing"],
        "wellness": ["wellness_too_soon", "wellness_too_soon"],
        "duplicates": ["duplicate_claim"],
        "conflicts": [],
    }.items():
        answer = check(context, tmp_path / f"{name}.csv", name, *lines)
        assert [row["kind"] for row in answer.rows] == kinds, name
    answer = check(context, tmp_path / "all.csv", "all", *lines)
    assert len(answer.rows) == 5
    assert audits.narrow(answer, audits.Wanted(kind="g2211_with_25"), context).summary[0]["findings"] == 1
    assert not [one for one in answer.assumptions if one["rule"].startswith("claims.")]


def test_a_file_without_place_says_what_is_not_checked(context: Context, tmp_path: Path) -> None:
    path = tmp_path / "short.csv"
    path.write_text("claim_id,line,patient_id,date,code\nD1,1,P1,2026-06-01,G0557\n", encoding="utf-8")
    answer = audits.from_file(audits.spec_of("conflicts"), path, context)
    assert any("has no pos" in text for text in answer.warnings)


def test_blank_cells_are_counted(context: Context, tmp_path: Path) -> None:
    """Both practices blank: whether they are one is not known, so it is to be looked at and said."""
    lines = ("D1,1,P1,2026-06-03,G0557,,11,1,,53.78", "D2,1,P1,2026-06-20,99490,,11,2,,66.13")
    answer = check(context, tmp_path / "d.csv", "conflicts", *lines)
    (row,) = answer.rows
    assert (row["kind"], row["certainty"]) == ("apcm_with_care_management", "review")
    assert [text for text in answer.warnings if text.startswith("2 lines name no tin")]
    assert not [text for text in answer.warnings if "no npi" in text or "no pos" in text]


def test_modifiers_stand_with_any_sign_between(context: Context, tmp_path: Path) -> None:
    lines = (
        'D1,1,P1,2026-06-21,99214,"25, 57",11,1,T,135.61',
        "D1,2,P1,2026-06-21,G2211,,11,1,T,17.37",
        "D1,3,P1,2026-06-21,20610,LT/59/,11,1,T,68.81",
    )
    answer = check(context, tmp_path / "d.csv", "g2211", *lines)
    assert [row["kind"] for row in answer.rows] == ["g2211_with_25"]


@pytest.mark.parametrize(
    ("code", "lines"),
    [
        ("AUDIT-NOBODY", ()),
        ("AUDIT-ROW", ("D1,1,P1,soon,G0557,,11,1,T,1",)),
        ("AUDIT-ROW", ("D1,1,P1,2026-06-01,G055,,11,1,T,1",)),
        # two modifiers written as one, and one of three characters
        ("AUDIT-ROW", ("D1,1,P1,2026-06-01,99214,2595,11,1,T,1",)),
        ("AUDIT-ROW", ("D1,1,P1,2026-06-01,99214,25 059,11,1,T,1",)),
        ("AUDIT-LINE-TWICE", ("D1,1,P1,2026-06-01,G0557,,11,1,T,1", "D1,1,P1,2026-06-02,G0557,,11,1,T,1")),
    ],
)
def test_a_wrong_file_is_refused_without_naming_the_patient(
    context: Context, tmp_path: Path, code: str, lines: tuple[str, ...]
) -> None:
    with pytest.raises(CorridorError) as refused:
        check(context, tmp_path / "d.csv", "conflicts", *lines)
    assert refused.value.code == code
    assert "P1" not in refused.value.text()


def test_a_missing_file_is_refused(context: Context, tmp_path: Path) -> None:
    with pytest.raises(CorridorError) as refused:
        audits.from_file(audits.spec_of("conflicts"), tmp_path / "none.csv", context)
    assert refused.value.code == "FILE-NOT-FOUND"

"""`corridor audit drugs FILE` and `skin-substitutes FILE`: a practice without claims files."""

from __future__ import annotations

import shutil
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from corridor.engine.tabular import load_layout
from corridor.errors import CorridorError
from corridor.jobs.audits import AUDITS, AuditAnswer, from_file
from corridor.jobs.context import Context, open_context

HEAD = (
    "claim_id,line,patient_id,date,code,modifiers,units,setting,npi,tin,charge,allowed,paid,mac,locality,qp\n"
)
ROWS = [
    "C1,1,P17,2026-08-03,Q4101,,20,office,N1,T1,9000,2400.00,1920.00,10112,00,No",
    "C1,2,P17,2026-08-03,15271,,1,office,N1,T1,400,150.00,120.00,10112,00,No",
    "C2,1,P18,2026-08-03,Q4101,,10,office,N1,T1,9000,1118.90,895.12,10112,00,Yes",
    "C3,1,P19,2026-08-03,J9271,,200,office,N1,T1,15000,11000.00,8800.00,,,",
    "C3,2,P20,2026-08-03,J9271,JW JZ,10,office,N1,T1,15000,11000.00,8800.00,,,",
]


@pytest.fixture
def context(tmp_path: Path) -> Context:
    return open_context(home=tmp_path / "home")


def audit(name: str, context: Context, path: Path, text: str | None = None) -> AuditAnswer:
    path.write_text(HEAD + "\n".join(ROWS) + "\n" if text is None else text, encoding="utf-8")
    return from_file(AUDITS[name], path, context)


def told(answer: AuditAnswer) -> list[tuple[Any, ...]]:
    return [(row["kind"], row["claim_id"], row["claim_line_number"], row["dollars"]) for row in answer.rows]


def test_drugs_of_a_file(context: Context, tmp_path: Path) -> None:
    answer = audit("drugs", context, tmp_path / "lines.csv")
    assert told(answer) == [
        ("wastage_both", "C3", 2, Decimal("11000.00")),
        ("wastage_modifier_missing", "C3", 1, Decimal("11000.00")),
    ]
    assert all(row["person_id"] is None for row in answer.rows)
    assert any("No payment limits (ASP) are installed" in text for text in answer.warnings)
    assumed = {one["rule"] for one in answer.assumptions}
    assert "drug.single_dose_code" in assumed
    assert "drug.finding_kind" not in assumed  # words, no parameter
    assert "drug.asp_add_on" in assumed  # read in a copy of the regulation: secondary
    assert next(one for one in answer.summary if one["by"] == "kind")["findings"] == 1


def test_skin_substitutes_of_a_file(pfs_home: Path, tmp_path: Path) -> None:
    """Alabama, index 0.875: 3.81 x 0.875 x 33.4009 = 111.35 a unit, 20 units 2,227.00; QP 111.90."""
    shutil.copytree(pfs_home / "reference", tmp_path / "home" / "reference")
    answer = audit("skin-substitutes", open_context(home=tmp_path / "home"), tmp_path / "lines.csv")
    assert told(answer) == [
        ("skin_substitute_without_application", "C2", 1, Decimal("1118.90")),
        ("skin_substitute_price_off", "C1", 1, Decimal("173.00")),
    ]
    (off,) = [row for row in answer.rows if row["kind"] == "skin_substitute_price_off"]
    assert (off["direction"], off["flat_rate"], off["paid_dollars"]) == (
        "paid_in_error",
        pytest.approx(111.35),
        Decimal("138.40"),
    )
    assert answer.warnings == []
    old = HEAD + ROWS[0].replace("2026-08-03", "2025-08-04") + "\n"
    answer = audit("skin-substitutes", open_context(home=tmp_path / "home"), tmp_path / "lines.csv", old)
    assert answer.warnings == [
        "Before 2026 the file has 20 square centimeters allowed at $2,400.00; "
        "the one rate of 2026 gives $2,227.00 for what of them was applied."
    ]


def test_without_the_schedule_nothing_is_priced(context: Context, tmp_path: Path) -> None:
    answer = audit("skin-substitutes", context, tmp_path / "lines.csv")
    assert [row["kind"] for row in answer.rows] == ["skin_substitute_without_application"]
    assert any("No relative value file of 2026" in text for text in answer.warnings)


def test_the_worked_rows_of_the_form_are_read(context: Context, tmp_path: Path) -> None:
    worked = load_layout("form", "drug_lines").meta["worked"]
    text = "\n".join([",".join(worked[0]), *(",".join(map(str, row.values())) for row in worked)]) + "\n"
    found = told(audit("drugs", context, tmp_path / "lines.csv", text))
    assert [row[:2] for row in found] == [("wastage_both", "C-4")]  # JW and JZ exclude one another


def test_columns_left_out_are_told(context: Context, tmp_path: Path) -> None:
    text = "claim_id,line,patient_id,date,code,units\nC1,1,P1,2026-03-02,J9271,4\n"
    answer = audit("drugs", context, tmp_path / "lines.csv", text)
    assert answer.rows == []  # what is not written at all is not missing
    blank = text.replace("date,", "date,modifiers,").replace("2026-03-02,", "2026-03-02,,")
    assert [row["dollars"] for row in audit("drugs", context, tmp_path / "blank.csv", blank).rows] == [0]
    assert [text.split(":")[0] for text in answer.warnings[:5]] == [
        f"The file has no {name}" for name in ("allowed", "charge", "modifiers", "locality", "tin")
    ]


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        (HEAD, "DRUG-NOBODY", None),
        (HEAD + ROWS[0] + "\n" + ROWS[0] + "\n", "DRUG-LINE-TWICE", 3),
        (HEAD + ROWS[0] + "\n" + ROWS[3].replace(",200,", ",many,") + "\n", "DRUG-ROW", 3),
        ("claim_id,line\nC1,1\n", "TABULAR-MISSING-COLUMN", 1),
    ],
)
def test_what_is_refused(context: Context, tmp_path: Path, text: str, code: str, line: int | None) -> None:
    with pytest.raises(CorridorError) as error:
        audit("drugs", context, tmp_path / "lines.csv", text)
    assert (error.value.code, error.value.line) == (code, line)
    with pytest.raises(CorridorError) as absent:
        from_file(AUDITS["drugs"], tmp_path / "absent.csv", context)
    assert absent.value.code == "FILE-NOT-FOUND"

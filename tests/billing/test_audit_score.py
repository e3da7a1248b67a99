"""Recall and precision of audits against a known truth: hand-made cases."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from corridor.errors import CorridorError
from corridor.jobs.audit_score import Row, compare, read_truth
from corridor.synth.billing_truth import COLUMNS

PEOPLE = {"1S00A00AA00": "7"}


def known(kind: str, claim: str = "", line: str = "", other: str = "", **more: str) -> Row:
    blank = dict.fromkeys(COLUMNS, "")
    found = {"audit": "conflict", "kind": kind, "claim_id": claim, "claim_line_number": line, "npi": "9"}
    against = {"other_claim_id": other, "other_claim_line_number": "1" if other else ""}
    return {**blank, **found, **against, "person": "1S00A00AA00", **more}


def finding(kind: str, claim: str | None, line: int | None = 1, **more: Any) -> Row:
    return {
        "audit": "conflict",
        "kind": kind,
        "claim_id": claim,
        "claim_line_number": line,
        "npi": "9",
        **more,
    }


def test_three_of_four_are_found_and_one_of_four_findings_is_wrong() -> None:
    truth = [known("ccm_twice", str(claim), "1") for claim in (1, 2, 3, 4)]
    findings = [finding("ccm_twice", str(claim)) for claim in (1, 2, 3)] + [finding("ccm_twice", "9")]
    (score,) = compare(truth, findings, PEOPLE).scores
    assert (score.seeded, score.found, score.findings, score.right) == (4, 3, 4, 3)
    assert score.recall == 0.75 and score.precision == 0.75


def test_only_the_line_itself_is_right() -> None:
    truth = [known("tcm_twice", "2", "1", other="1")]
    for claim, line, against in (("1", 1, "2"), ("9", 1, "1"), ("2", 3, "1"), ("9", 1, "2")):
        row = finding("tcm_twice", claim, line, other_claim_id=against, other_claim_line_number=1)
        (score,) = compare(truth, [row], PEOPLE).scores
        assert (score.recall, score.precision) == (0.0, 0.0)
    right = finding("tcm_twice", "2", 1, other_claim_id="8", other_claim_line_number=1)
    assert compare(truth, [right], PEOPLE).scores[0].precision == 1.0


@pytest.mark.parametrize("kind", ["duplicate_line", "duplicate_claim"])
def test_of_a_repeat_either_line_may_be_named_against_the_other(kind: str) -> None:
    truth = [known(kind, "2", "1", other="1")]
    turned = finding(kind, "1", 1, other_claim_id="2", other_claim_line_number=1)
    (score,) = compare(truth, [turned], PEOPLE).scores
    assert (score.recall, score.precision) == (1.0, 1.0)
    elsewhere = finding(kind, "1", 1, other_claim_id="7", other_claim_line_number=1)
    assert compare(truth, [elsewhere], PEOPLE).scores[0].precision == 0.0


def test_a_row_of_the_truth_makes_one_finding_right() -> None:
    pair = {"other_claim_line_number": 1, "certainty": "sure"}
    findings = [
        finding("duplicate_claim", "2", other_claim_id="1", **pair),
        finding("duplicate_claim", "1", other_claim_id="2", **pair),
    ]
    scored = compare([known("duplicate_claim", "2", "1", other="1")], findings, PEOPLE)
    (score,) = scored.scores
    assert (score.found, score.findings, score.right, score.again) == (1, 2, 1, 1)
    assert (score.precision, score.precision_sure) == (0.5, 0.5)
    assert [case["case"] for case in scored.cases] == ["found again"]
    months = [finding("apcm_missed", None, None, person_id=7, month=202603) for _ in range(3)]
    (month,) = compare([known("apcm_missed", month="202603")], months, PEOPLE).scores
    assert (month.recall, month.right, month.again) == (1.0, 1, 2)


def test_another_kind_on_the_right_line_is_no_find() -> None:
    scored = compare([known("duplicate_claim", "2", "1")], [finding("duplicate_line", "2")], PEOPLE)
    assert scored.scores[0].found == 0
    assert scored.not_in_truth == {"duplicate_line": 1}


def test_months_are_matched_by_person_and_month() -> None:
    truth = [known("apcm_missed", month="202603"), known("apcm_missed", month="202604")]
    findings = [
        finding("apcm_missed", None, None, person_id=7, month=202603, certainty="sure"),
        finding("apcm_missed", None, None, person_id=8, month=202603, certainty="review"),
    ]
    scored = compare(truth, findings, PEOPLE)
    (score,) = scored.scores
    assert score.recall == 0.5 and score.precision == 0.5 and score.precision_sure == 1.0
    assert {case["case"] for case in scored.cases} == {"missed", "false alarm"}
    assert all("person" not in case for case in scored.cases)


def test_a_month_of_another_clinician_is_not_right() -> None:
    row = finding("apcm_missed", None, None, person_id=7, month=202603, npi="8")
    scored = compare([known("apcm_missed", month="202603")], [row], PEOPLE)
    (score,) = scored.scores
    assert (score.right, score.found, score.other_clinician) == (0, 0, 1)
    assert {case["case"] for case in scored.cases} == {"missed", "another clinician"}


def test_what_may_be_found_is_neither_missed_nor_right() -> None:
    truth = [known("g2211_missed", "1", "1"), known("g2211_missed", "2", "1", must_find="no")]
    (alone,) = compare(truth, [finding("g2211_missed", "1")], PEOPLE).scores
    assert (alone.seeded, alone.recall, alone.precision) == (1, 1.0, 1.0)
    (both,) = compare(truth, [finding("g2211_missed", "1"), finding("g2211_missed", "2")], PEOPLE).scores
    assert (both.findings, both.right, both.possible) == (2, 1, 1)
    assert (both.precision, both.precision_possible) == (0.5, 1.0)


def test_a_file_that_is_no_truth_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text("a,b\n1,2\n")
    with pytest.raises(CorridorError) as caught:
        read_truth(file)
    assert caught.value.code == "AUDIT-TRUTH"

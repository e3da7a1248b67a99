"""Statuses of qualifying participants: thresholds, levels, bases, snapshots, all payers, what is unknown."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from corridor.law import load_rules
from corridor.programs.qp.compute import Result, settle
from corridor.programs.qp.door import read_qp_file

CASES = Path(__file__).parents[2] / "cases" / "qp" / "scores.yaml"
COLUMNS = (
    "npi", "tin", "apm_entity_id", "advanced_apm", "level", "basis", "snapshot", "left_entity",
    "affiliated_practitioner", "attributed_payments", "eligible_payments", "attributed_patients",
    "eligible_patients", "other_attributed_payments", "other_eligible_payments", "part_b_paid",
)  # fmt: skip


def cases() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = yaml.safe_load(CASES.read_text(encoding="utf-8"))["cases"]
    return found


def line(given: dict[str, Any]) -> str:
    values = {
        "npi": given.get("npi", "N1"), "tin": given.get("tin", "T1"),
        "apm_entity_id": given.get("entity", "A1"),
        "advanced_apm": given.get("advanced", "yes"), "level": given.get("level", "entity"),
        "basis": given.get("basis", ""), "snapshot": given.get("snapshot", ""),
        "left_entity": given.get("left", ""), "affiliated_practitioner": given.get("affiliated", ""),
    }  # fmt: skip
    for short, part, whole in (
        ("pay", "attributed_payments", "eligible_payments"),
        ("pat", "attributed_patients", "eligible_patients"),
        ("other_pay", "other_attributed_payments", "other_eligible_payments"),
    ):
        values[part], values[whole] = given.get(short, ("", ""))
    values["part_b_paid"] = given.get("paid", "")
    return ",".join(str(values[name]) for name in COLUMNS)


def settled(tmp_path: Path, year: int, *rows: dict[str, Any], known: Any = None) -> Result:
    path = tmp_path / "qp.csv"
    path.write_text("\n".join([",".join(COLUMNS), *map(line, rows)]) + "\n", encoding="utf-8")
    rules = load_rules(["qp", "pfs"], as_known_on=known)
    return settle(read_qp_file(path, rules.in_force(year)), rules, year)


@pytest.mark.parametrize("case", cases(), ids=lambda case: str(case["name"]))
def test_case(case: dict[str, Any], tmp_path: Path) -> None:
    row = settled(tmp_path, case["year"], *case["rows"], known=case.get("known")).rows()[0]
    assert row["status"] == case["status"], row["reason"]
    if "by" in case:
        assert row["decided_by"] == case["by"]
    if "snapshot" in case:
        assert row["decided_snapshot"] == case["snapshot"]
    assert row["reason"]


def test_an_entity_alone_covers_its_clinicians(tmp_path: Path) -> None:
    """The score stands on a row without an NPI; two clinicians only say that they are in the entity."""
    result = settled(
        tmp_path,
        2026,
        {"npi": "", "tin": "", "pay": (50, 100)},
        {"npi": "N1"},
        {"npi": "N2"},
        {"npi": "N3", "entity": ""},
    )
    found = {row["npi"]: row["status"] for row in result.rows()}
    assert found == {"N1": "qp", "N2": "qp", "N3": "unknown"}


def test_the_status_follows_the_clinician_to_every_practice(tmp_path: Path) -> None:
    rows = settled(tmp_path, 2026, {"pay": (50, 100)}, {"tin": "T2", "entity": ""}).rows()
    assert [(row["tin"], row["status"]) for row in rows] == [("T1", "qp"), ("T2", "qp")]


def test_proposed_a_status_of_the_practice_alone(tmp_path: Path) -> None:
    """From 2027 the status would belong to TIN and NPI: proposed, so only where proposals are asked for."""
    path = tmp_path / "qp.csv"
    rows: tuple[dict[str, Any], ...] = (
        {"pay": (75, 100)},
        {"tin": "T2", "entity": "A2", "pay": (10, 100), "pat": (0, 100)},
    )
    path.write_text("\n".join([",".join(COLUMNS), *map(line, rows)]) + "\n", encoding="utf-8")
    for proposed, expected in ((False, ["qp", "qp"]), (True, ["qp", "none"])):
        rules = load_rules(["qp", "pfs"], proposed=proposed)
        found = settle(read_qp_file(path, rules.in_force(2027)), rules, 2027).rows()
        assert [row["status"] for row in found] == expected


def test_a_clinician_of_several_entities_has_an_own_score_before_2026(tmp_path: Path) -> None:
    rows = settled(
        tmp_path,
        2025,
        {"pay": (10, 100)},
        {"entity": "A2", "pay": (20, 100)},
        {"entity": "", "level": "individual", "pay": (80, 100)},
    ).rows()
    assert rows[0]["status"] == "qp" and rows[0]["decided_level"] == "individual"


def test_in_no_advanced_apm_no_score_is_needed(tmp_path: Path) -> None:
    row = settled(tmp_path, 2026, {"advanced": "no"}).rows()[0]
    assert (row["status"], row["reason"]) == ("none", "in no Advanced APM")


def test_a_basis_that_does_not_count_is_said(tmp_path: Path) -> None:
    row = settled(tmp_path, 2025, {"basis": "covered", "pay": (90, 100)}).rows()[0]
    assert row["status"] == "unknown"
    assert "does not count in this year" in row["reason"]


def test_a_score_that_does_not_count_makes_nobody_lose(tmp_path: Path) -> None:
    """Only a score on all covered services, in 2025: nothing is known, so no cut of $9,000 is said."""
    given = {"basis": "covered", "pay": (50, 100), "pat": (10, 100), "paid": 100000}
    row = settled(tmp_path, 2025, given).rows()[0]
    assert (row["status"], row["mips_dollars"], row["dollars"]) == ("unknown", None, None)


def test_a_method_that_is_not_given_is_said(tmp_path: Path) -> None:
    row = settled(tmp_path, 2026, {"pay": (45, 100)}).rows()[0]
    assert row["reason"].startswith("at least a partial one") and "no patients" in row["reason"]


def test_an_entity_that_was_left_was_left_whichever_row_says_so(tmp_path: Path) -> None:
    rows = settled(tmp_path, 2026, {"pay": (60, 100)}, {"npi": "N2", "left": "yes"}).rows()
    assert [row["status"] for row in rows] == ["none", "none"]

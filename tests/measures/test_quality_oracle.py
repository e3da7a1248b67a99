"""Patients of several records against a count by hand in Python, over many made-up practices."""

from __future__ import annotations

import random
from typing import Any

import pytest

from tests.measures.quality_bench import ROLLUP, QualityBench

ORDER = ("exclusion", "met", "exception", "not_met", "not_captured")  # mips.measure_status
PARTS = {"exclusion": "exclusion", "met": "numerator", "exception": "exception", "not_met": "not_met",
         "not_captured": "not_captured"}  # fmt: skip


def _rows(seed: int) -> list[dict[str, Any]]:
    drawn = random.Random(seed)
    return [
        {
            "person_id": drawn.randint(1, 12),
            "status": drawn.choice(ORDER),
            "npi": drawn.choice(("N1", "N2")),
            "source_id": drawn.choice(("north", "south")),
            "collection_type": drawn.choice(("ecqm", "mipscqm")),
            "event_id": drawn.choice((None, None, "2")),
        }
        for _ in range(60)
    ]


def _oracle(rows: list[dict[str, Any]]) -> dict[tuple[str, str, str], dict[str, float | None]]:
    """Each patient or event once at each level, with the status that comes first."""
    units: dict[tuple[str, str, str], dict[tuple[int, str], str]] = {}
    for row in rows:
        for level, npi in (("clinician", row["npi"]), ("practice", "")):
            known = units.setdefault((level, npi, row["collection_type"]), {})
            who = (row["person_id"], row["event_id"] or "")
            known[who] = min(known.get(who, ORDER[-1]), row["status"], key=ORDER.index)
    found: dict[tuple[str, str, str], dict[str, float | None]] = {}
    for key, known in units.items():
        counts = {PARTS[status]: list(known.values()).count(status) for status in ORDER}
        measured = counts["numerator"] + counts["not_met"]
        measured += counts["not_captured"] if key[2] == "ecqm" else 0
        rate = 100 * counts["numerator"] / measured if measured else None
        found[key] = {**counts, "denominator": len(known), "rate": rate}
    return found


@pytest.mark.parametrize("seed", range(6))
def test_every_level_counts_each_patient_once(seed: int) -> None:
    rows, bench = _rows(seed), QualityBench()
    for row in rows:
        bench.patient(**row)
    expected = _oracle(rows)
    made = {(row["level"], row["npi"], row["collection_type"]): row for row in bench.make(*ROLLUP)}
    assert made.keys() == expected.keys()
    for key, counts in expected.items():
        assert {name: made[key][name] for name in counts} == pytest.approx(counts)
        assert made[key]["denominator"] == sum(made[key][name] for name in PARTS.values())


def test_the_order_of_rows_and_deliveries_changes_nothing() -> None:
    rows = _rows(99)
    answers = []
    for order in (rows, rows[::-1], sorted(rows, key=str)):
        bench = QualityBench()
        for row in order:
            bench.patient(**row)
        answers.append(bench.make(*ROLLUP))
    assert answers[0] == answers[1] == answers[2]

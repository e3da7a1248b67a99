"""Which clinician of the practice answers for an episode."""

from __future__ import annotations

import pytest

from tests.claims.community import Community
from tests.claims.workbench import Row, Workbench

VISITS = ["2024-12-20", "2025-01-05", "2025-02-05", "2025-03-05", "2025-04-05"]


def _attribution(community: Community, **overrides: object) -> dict[str, Row]:
    bench = community.load(Workbench(overrides={k.replace("__", "."): v for k, v in overrides.items()}))
    bench.run("episodes.chronic_attribution")
    return {row["npi"]: row for row in bench.rows("select * from episodes.chronic_attribution")}


def _practice(npis: str) -> Community:
    """One visit a letter of ``npis``, a month apart; the first opens the window."""
    community = Community()
    community.backdrop("2023-01-01", "2026-12-31")
    community.visit(99, "2025-06-01", diagnoses=("Z0000",))
    for at, npi in enumerate(npis):
        community.visit(1, f"2024-{at + 1:02d}-15", npi=npi)
    return community


def test_thirty_percent_of_the_claims_are_enough() -> None:
    # ten claims: A 4, B 3 and C 3 -> 0.4, 0.3, 0.3; all three saw the patient on the first day or before?
    found = _attribution(_practice("ABCABCABCA"))
    assert {npi: (row["trigger_claims"], row["share"]) for npi, row in found.items()} == {
        "A": (4, 0.4),
        "B": (3, 0.3),
        "C": (3, 0.3),
    }
    # only A had seen the patient on or in the year before the start of the episode
    assert found["A"]["attributed"]
    assert found["B"]["reason"] == "no care on or in the year before the start"


def test_less_than_thirty_percent_is_not() -> None:
    # seven claims, two of them by B: 2 / 7 = 0.2857
    found = _attribution(_practice("BAAAABA"))
    assert found["B"]["share"] == pytest.approx(2 / 7)
    assert not found["B"]["attributed"]
    assert found["B"]["reason"] == "share of the practice's claims too small"


def test_care_in_the_year_before_counts_and_earlier_care_does_not() -> None:
    community = _practice("ABABABAB")
    community.visit(1, "2023-01-20", npi="B", diagnoses=("Z0000",))  # 360 days before 2024-01-15
    assert _attribution(community)["B"]["attributed"]
    early = _practice("ABABABAB")
    early.visit(1, "2023-01-14", npi="B", diagnoses=("Z0000",))  # 366 days before
    assert not _attribution(early)["B"]["attributed"]


def test_care_under_another_practice_is_not_care_by_this_one() -> None:
    community = _practice("ABABABAB")
    community.visit(1, "2023-12-20", npi="B", tin="T2", diagnoses=("Z0000",))
    assert not _attribution(community)["B"]["attributed"]


def test_a_claim_with_two_clinicians_counts_for_each() -> None:
    community = _practice("AA")
    both = [
        {"hcpcs_code": "99214", "rendering_tin": "T1", "rendering_npi": npi, "allowed_amount": 1}
        for npi in ("A", "B")
    ]
    community.claim("71", 1, "2024-03-15", "2024-03-15", ["I5022"], both)
    found = _attribution(community)
    assert (found["A"]["trigger_claims"], found["B"]["trigger_claims"]) == (3, 1)


def test_prescribing_to_two_patients_is_asked_only_where_drugs_are_loaded() -> None:
    community = _practice("AAAA")
    assert _attribution(community)["A"]["attributed"]  # no drug of the cohort loaded: not asked
    # the episode runs 2024-01-15 .. 2025-04-14 and ends in 2025: prescriptions of that year count
    community.drug(1, "2025-03-01", "99999010101", 30, npi="A")
    found = _attribution(community)["A"]
    assert found["reason"] == "prescribes the condition's drugs to too few patients"
    community.drug(2, "2025-03-02", "99999010101", 30, npi="A")
    assert _attribution(community)["A"]["attributed"]


def test_the_share_is_a_rule() -> None:
    found = _attribution(_practice("BAAAABA"), asm__attribution_share=0.25)
    assert found["B"]["attributed"]

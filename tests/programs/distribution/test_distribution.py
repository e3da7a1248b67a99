"""Distribution: hand-worked splits, sums to the cent whatever the plan, flags, and every refusal."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from corridor.programs.distribution.cents import split_cents, to_cents
from tests.programs.command import corridor

Capture = pytest.CaptureFixture[str]
SAMPLES = Path(__file__).parents[3] / "docs" / "contracts"
ROWS = (
    "tin,npi,clinician_name,panel,quality_score,work_rvu,referrals,mips_dollars,withheld",
    "T1,N1,One,100,0.9,300,5,100.01,40",
    "T1,N2,Two,100,0.4,100,5,-50,20",
    "T2,N3,Three,200,0.8,100,90,0,40",
)


def plan(tmp_path: Path, *pools: dict[str, Any], **head: Any) -> Path:
    found = {
        "plan": "test", "title": "A plan", "fictitious": True, "organization": "Org", "year": 2026,
        "adopted": "2025-12-01", "pools": list(pools), **head,
    }  # fmt: skip
    path = tmp_path / "plan.yaml"
    text = yaml.safe_dump(found).replace("'2025-12-01'", "2025-12-01").replace("'2026-03-01'", "2026-03-01")
    path.write_text(text, encoding="utf-8")
    return path


def pool(*steps: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"pool": "savings", "amount": 1000.0, "steps": list(steps), **more}


def by(among: str, **shares: float) -> dict[str, Any]:
    return {"among": among, "weights": [{"by": name, "share": share} for name, share in shares.items()]}


def recipients(tmp_path: Path, rows: tuple[str, ...] = ROWS) -> Path:
    path = tmp_path / "recipients.csv"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def split(tmp_path: Path, capsys: Capture, contract: Path, *options: object) -> Any:
    answer = corridor(capsys, "distribute", contract, recipients(tmp_path), *options, "--json")
    assert answer.status == 0, answer.err
    return answer.json()


def totals(found: Any) -> list[float]:
    return [row["total_dollars"] for row in found["rows"]]


def test_practices_then_clinicians(tmp_path: Path, capsys: Capture) -> None:
    """1,000 less 20 %: 800. T1 has 200 of 400 patients, 400; inside it half by panel (100 and 100), half by
    work (200 x 300/400 = 150 and 50): 250 and 150. T2 400."""
    steps = by("practices", panel=1.0), by("clinicians", panel=0.5, work_rvu=0.5)
    found = split(tmp_path, capsys, plan(tmp_path, pool(*steps, retained=0.2)))
    assert totals(found) == [250, 150, 400]
    assert found["pools"][0]["retained"] == 200


@pytest.mark.parametrize(("forfeited", "expected", "kept"), [
    ("redistribute", [333.33, 0, 666.67], 0), ("retain", [250, 0, 500], 250),
])  # fmt: skip
def test_who_fails_the_gate(
    forfeited: str, expected: list[float], kept: float, tmp_path: Path, capsys: Capture
) -> None:
    """N2 is below 0.5. Redistributed: 1,000 x 100/300, 200/300. Retained: 100/400, 200/400, 250 stays."""
    step = {**by("clinicians", panel=1.0), "forfeited": forfeited}
    step["gates"] = [{"column": "quality_score", "at_least": 0.5}]
    found = split(tmp_path, capsys, plan(tmp_path, pool(step)))
    assert totals(found) == expected
    assert found["pools"][0]["retained"] == kept


def test_cents_go_to_the_largest_remainder(tmp_path: Path, capsys: Capture) -> None:
    """100.00 in three equal parts is 33.33 each, and the cent left goes to the first key."""
    found = split(tmp_path, capsys, plan(tmp_path, pool(by("clinicians", equal=1.0), amount=100.0)))
    assert totals(found) == [33.34, 33.33, 33.33]


def test_a_loss_takes_the_withholds_first(tmp_path: Path, capsys: Capture) -> None:
    """100 is held. A loss of 60 takes 24, 12, 24 of it and the rest goes back: 16, 8, 16. A loss of 300
    takes all of it, and 200 is owed by panel: 50, 50, 100. A gain of 400: held, and 100, 100, 200."""
    one = plan(tmp_path, pool(by("clinicians", panel=1.0), withholds=True))
    small = split(tmp_path, capsys, one, "--amount", "savings=-60")
    assert totals(small) == [16, 8, 16]
    assert small["pools"][0]["distributed"] == -60
    large = split(tmp_path, capsys, one, "--amount", "savings=-300")
    assert totals(large) == [-50, -50, -100]
    gain = split(tmp_path, capsys, one, "--amount", "savings=400")
    assert totals(gain) == [140, 120, 240]


def test_an_adjustment_part_kept_part_pooled(tmp_path: Path, capsys: Capture) -> None:
    """Sum 50.01. Half kept: 50.01 (half a cent up), -25, 0; the other 25.00 by panel: 6.25, 6.25, 12.50."""
    pooled = {"pool": "mips", "column": "mips_dollars", "kept_by_earner": 0.5}
    found = split(tmp_path, capsys, plan(tmp_path, {**pooled, "steps": [by("clinicians", panel=1.0)]}))
    assert totals(found) == [56.26, -18.75, 12.5]
    assert sum(map(to_cents, totals(found))) == 5001


def test_a_pool_that_goes_to_practices_alone(tmp_path: Path, capsys: Capture) -> None:
    """T1 and T2 have 200 patients each; the practice itself is paid, beside what its clinicians get."""
    found = split(tmp_path, capsys, plan(tmp_path, pool(by("practices", panel=1.0))))
    assert [(row["tin"], row["npi"], row["total_dollars"]) for row in found["rows"]][3:] == [
        ("T1", None, 500), ("T2", None, 500),
    ]  # fmt: skip
    assert found["pools"][0]["distributed"] == 1000
    alone = recipients(tmp_path, ("tin,npi,panel", "T1,,300", "T2,,100"))
    rows = corridor(capsys, "distribute", tmp_path / "plan.yaml", alone, "--json").json()["rows"]
    assert [(row["npi"], row["total_dollars"]) for row in rows] == [(None, 750), (None, 250)]


def test_adjustments_from_settled_results(tmp_path: Path, capsys: Capture) -> None:
    """N1 8.00, N2 -3.00, N3 nothing; N9 is nobody here. 5.00 by panel: 1.25, 1.25, 2.50."""
    results = tmp_path / "results.csv"
    results.write_text("tin,npi,final_score,dollars\nT1,N1,90,8\nT1,N2,40,-3\nT2,N3,75,0\nT8,N9,9,4\n")
    pooled = {"pool": "mips", "column": "mips_dollars", "steps": [by("clinicians", panel=1.0)]}
    given_results = ("--adjustments", f"mips_dollars={results}")
    found = split(tmp_path, capsys, plan(tmp_path, pooled), *given_results)
    assert totals(found) == [1.25, 1.25, 2.5]
    assert "1 clinician with dollars not among the recipients" in " ".join(found["warnings"])
    wrong = corridor(
        capsys, "distribute", tmp_path / "plan.yaml", recipients(tmp_path), "--adjustments", "x=y", "--json"
    )
    assert wrong.json()["error"]["code"] == "DISTRIBUTION-AMOUNT"


def test_terms_that_follow_referrals_are_flagged(tmp_path: Path, capsys: Capture) -> None:
    steps = by("clinicians", referrals=0.4, panel=0.6)
    found = split(tmp_path, capsys, plan(tmp_path, pool(steps), adopted="2026-03-01"))
    levels = {flag["term"]: flag["level"] for flag in found["flags"]}
    assert levels == {"referrals": "follows referrals", "no quality gate": "note", "adopted late": "note"}
    words = next(flag["words"] for flag in found["flags"] if flag["term"] == "referrals")
    assert "question for counsel" in words and "1395nn" in words
    assert [one["rule"] for one in found["assumptions"]] == ["distribution.term"]
    text = corridor(capsys, "distribute", tmp_path / "plan.yaml", tmp_path / "recipients.csv").out
    assert "[follows referrals] savings, referrals" in text


def test_a_score_that_counts_by_its_patients(tmp_path: Path, capsys: Capture) -> None:
    """100 x 0.9, 100 x 0.4 and 200 x 0.8 are 90, 40 and 160 of 290; of 1,000 that is 310.34, 137.93, 551.72
    and the last cent by the largest remainder (310.3448, 137.9310, 551.7241)."""
    found = split(tmp_path, capsys, plan(tmp_path, pool(by("clinicians", panel_quality=1.0))))
    assert totals(found) == [310.35, 137.93, 551.72]
    loss = split(tmp_path, capsys, tmp_path / "plan.yaml", "--amount", "savings=-100")
    assert "who scores better would bear more" in " ".join(flag["words"] for flag in loss["flags"])


def test_nobody_passes_and_nothing_is_guessed(tmp_path: Path, capsys: Capture) -> None:
    step = {**by("clinicians", panel=1.0), "gates": [{"column": "quality_score", "at_least": 0.95}]}
    found = split(tmp_path, capsys, plan(tmp_path, pool(step)))
    assert (totals(found), found["pools"][0]["retained"]) == ([0, 0, 0], 1000)


def test_the_sample(capsys: Capture) -> None:
    """564,288.00 less 30 % leaves 395,001.60; MIPS 3,150.01 of which half is kept (1,575.01)."""
    given_files = SAMPLES / "lakeside-distribution.yaml", SAMPLES / "lakeside-distribution.recipients.csv"
    found = corridor(capsys, "distribute", *given_files, "--json").json()
    savings, mips = found["pools"]
    assert (savings["retained"], savings["distributed"]) == (169_286.40, 395_001.60)
    assert (mips["amount"], mips["distributed"]) == (3150.01, 3150.01)
    assert sum(to_cents(row["total_dollars"]) for row in found["rows"]) == 39_500_160 + 315_001
    # Clinician Two fails the gate: -600.00 kept, and 1,575.00 x 0.8 / 4.3 of the pooled half
    assert found["rows"][1]["total_dollars"] == -306.98


@settings(deadline=None, max_examples=60)
@given(
    st.integers(-(10**12), 10**12),
    st.lists(st.fractions(min_value=0, max_value=10**6, max_denominator=10**6), min_size=1, max_size=30),
)
def test_parts_add_up_and_stay_within_a_cent(cents: int, weights: list[Fraction]) -> None:
    if not sum(weights):
        weights = [*weights, Fraction(1)]
    keyed = {str(place): weight for place, weight in enumerate(weights)}
    parts = split_cents(cents, keyed)
    assert sum(parts.values()) == cents
    total = sum(weights)
    assert all(abs(parts[key] - Fraction(cents) * weight / total) < 1 for key, weight in keyed.items())
    assert all(parts[key] == 0 for key, weight in keyed.items() if not weight)


@pytest.mark.parametrize(("change", "code", "field"), [
    ({"pools": [pool(by("clinicians", panel=0.9))]}, "DISTRIBUTION-PLAN", "pools[0].steps[0]"),
    ({"pools": [pool(by("clinicians", luck=1.0))]}, "DISTRIBUTION-PLAN", "pools[0].steps[0].weights[0].by"),
    ({"strange": 1}, "DISTRIBUTION-PLAN", "strange"),
    ({"title": None}, "DISTRIBUTION-PLAN", "title"),
    ({"pools": [pool(by("clinicians", panel=1.0), amount=None)]}, "DISTRIBUTION-AMOUNT", "savings"),
    ({"pools": [pool(by("clinicians", fte=1.0))]}, "DISTRIBUTION-COLUMN", "fte"),
])  # fmt: skip
def test_refused(change: dict[str, Any], code: str, field: str, tmp_path: Path, capsys: Capture) -> None:
    pools = change.pop("pools", [pool(by("clinicians", panel=1.0))])
    path = plan(tmp_path, *pools, **change)
    if change.get("title", "") is None:
        text = path.read_text(encoding="utf-8").replace("title: null\n", "")
        path.write_text(text, encoding="utf-8")
    error = corridor(capsys, "distribute", path, recipients(tmp_path), "--json").json()["error"]
    assert (error["code"], error["field"]) == (code, field)


def test_refused_elsewhere(tmp_path: Path, capsys: Capture) -> None:
    path = plan(tmp_path, pool(by("clinicians", panel=1.0)))
    file = recipients(tmp_path)
    for options, code in (
        (("--amount", "other=5"), "DISTRIBUTION-AMOUNT"),
        (("--amount", "savings=much"), "DISTRIBUTION-AMOUNT"),
        (("--npi", "N9"), "DISTRIBUTION-NOBODY"),
    ):
        assert corridor(capsys, "distribute", path, file, *options, "--json").json()["error"]["code"] == code
    twice = recipients(tmp_path, (*ROWS, ROWS[1]))
    assert (
        corridor(capsys, "distribute", path, twice, "--json").json()["error"]["code"] == "DISTRIBUTION-TWICE"
    )
    missing = corridor(capsys, "distribute", tmp_path / "none.yaml", file, "--json").json()
    assert missing["error"]["code"] == "DISTRIBUTION-PLAN"

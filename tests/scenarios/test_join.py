"""One practice before it joins an ACO: status and dollars by hand, and what is left open where terms are."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from corridor.cli.join_aco import _choice
from corridor.errors import CorridorError
from corridor.law import load_rules
from corridor.scenarios.join import Joining, Terms, election_of, joining
from corridor.scenarios.participants import Change, Side, Year
from corridor.scenarios.tracks import choose
from corridor.scenarios.tracks_case import case_of
from tests.scenarios.test_tracks import STILL
from tests.scenarios.test_tracks_door import written

RULES = load_rules(["mssp", "qp", "pfs", "mips", "population", "reach"])
TIN, ACO = "222222222", "A1"
SCORE = {
    "performance_year": 2026, "level": "entity", "subject": ACO, "basis": "covered", "snapshot": 1,
    "is_whole": True, "attributed_payments": 60.0, "eligible_payments": 100.0, "attributed_patients": 10.0,
    "eligible_patients": 100.0, "open_payments": 0.0, "open_patients": 0.0,
}  # fmt: skip
PEOPLE = Side(frozenset(range(100)), {(2026, "all"): Year(100, 100.0, 1.0, None)}, 3, 1.0, 1)
CHANGE = Change(ACO, TIN, "add-tin", 2026, PEOPLE, PEOPLE, None, 40, 25)


class FakeRun:
    """A run in which the practice bills, an ACO is scored, and MIPS takes two thousand dollars."""

    def __init__(self, mips: bool = True) -> None:
        self.mips = mips

    def has(self, table: str) -> bool:
        return self.mips or table != "mips.score"

    def query(self, sql: str, parameters: Any = None) -> list[dict[str, Any]]:
        if "qp.service" in sql:
            return [
                {"year": 2026, "tin": tin, "npi": npi, "part_b_paid": 100_000.0, "part_b_allowed": 120_000.0}
                for tin, npi in (("111111111", "9000000001"), (TIN, "9000000002"))
            ]
        if "qp.score" in sql:
            return [SCORE, {**SCORE, "subject": "A2"}]
        if "mips.score" in sql:
            return [{"npi": "9000000002", "dollars": -2_000.0}]
        return []


def joined(terms: Terms, *, mips: bool = True, **more: Any) -> Joining:
    run: Any = FakeRun(mips)
    return joining(run, RULES, CHANGE, terms, 2026, **more)


def values(found: Joining) -> dict[str, Any]:
    return {row["quantity"]: row["value"] for row in found.rows}


def test_a_qualifying_practice_by_hand() -> None:
    found = joined(Terms("E", "variable", 0.5, 0.5), earned=1_000_000.0)
    rows = values(found)
    # 60 of 100 by payments: above 50 percent of performance year 2026
    assert rows["qp_status"] == "qp" and [one["npi"] for one in found.clinicians] == ["9000000002"]
    # lump sum of payment year 2028: 3.1 percent; on what is allowed three updates of 0.75 against 0.25
    gap = (1.0075 / 1.0025) ** 3 - 1
    assert rows["qp_dollars"] == pytest.approx(0.031 * 100_000 + gap * 120_000)
    assert (rows["mips_dollars_now"], rows["mips_avoided"]) == (-2_000, 2_000)
    # 25 of 100 people, half of the savings passed on
    assert (rows["share_of_the_aco"], rows["expected_share"]) == (0.25, 125_000)
    assert any("snapshot" in one["what"] for one in found.dates)
    assert any("application calendar" in one for one in found.missing)


def test_in_a_mips_apm_nobody_qualifies_and_nothing_is_avoided() -> None:
    rows = values(joined(Terms("B")))
    assert (rows["qp_status"], rows["qp_dollars"], rows["mips_avoided"]) == ("none", 0, 0)


def test_without_terms_the_dollars_stay_out() -> None:
    found = joined(Terms("E"), mips=False, earned=-1_000_000.0)
    assert values(found)["expected_share"] is None and "mips_avoided" not in values(found)
    assert {one.split(":")[0] for one in found.missing} >= {"share of savings", "share of losses", "MIPS"}


def test_with_a_case_the_downside_is_of_the_draws() -> None:
    case = case_of(STILL["cases"][1]["row"], 5)
    found = joined(Terms("E", "0.02", 0.5, 0.5), choice=choose(case, RULES, draws=4))
    rows = values(found)
    # each year owes 2,106,000 (tests/cases/tracks): a quarter of the people, half of the losses
    assert rows["aco_earned_mean"] == pytest.approx(-2_106_000)
    assert rows["expected_loss_share"] == pytest.approx(2_106_000 / 8)
    assert rows["downside_tail"] == pytest.approx(5 * 2_106_000 / 8)
    assert (rows["expected_share"], rows["probability_of_loss"]) == (0, 1)
    absent = joined(Terms("E", "0.03"), choice=choose(case, RULES, draws=4))
    assert any("no way of its agreement" in one for one in absent.missing)


def test_what_cannot_be_joined_is_refused() -> None:
    with pytest.raises(CorridorError) as refused:
        joined(Terms("Z"))
    assert refused.value.code == "JOIN-TRACK"
    run: Any = FakeRun()
    with pytest.raises(CorridorError) as refused:
        joining(run, RULES, replace(CHANGE, tin="999999999"), Terms("E"), 2026)
    assert refused.value.code == "JOIN-BILLING"


def test_dates_are_those_still_ahead_of_the_year_a_list_can_change_for() -> None:
    found = joined(Terms("E"), today=date(2026, 11, 22))
    assert {one["year"] for one in found.dates} == {2027} and len(found.dates) > 2
    assert all(one["date"] is None or one["date"] >= "2026-11-22" for one in found.dates)
    # the assignment window of 2027 ended on 2026-09-30
    assert not any("prospective assignment window" in one["what"] for one in found.dates)


@pytest.mark.parametrize(
    ("written", "rate"), [("1%", "0.01"), ("0.010", "0.01"), ("0", "0"), ("variable",) * 2]
)
def test_an_election_is_read_as_it_is_written(written: str, rate: str) -> None:
    assert election_of(RULES, 2026, written) == rate


@pytest.mark.parametrize("written", ["0.03", "one", "1"])
def test_an_election_there_is_not_is_refused(written: str) -> None:
    with pytest.raises(CorridorError) as refused:
        election_of(RULES, 2026, written)
    assert (refused.value.code, refused.value.field) == ("JOIN-ELECTION", "--election")


def test_a_case_of_several_acos_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CorridorError) as refused:
        _choice(written(tmp_path, copies=2), RULES, 100)
    assert refused.value.code == "JOIN-CASE"

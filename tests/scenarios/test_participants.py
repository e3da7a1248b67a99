"""A practice joins or leaves an ACO: the figures by hand, and assignment run again on a community (heavy)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from corridor.cli.main import app
from corridor.cli.what_if import suppressed
from corridor.errors import CorridorError
from corridor.law import load_rules
from corridor.programs.mssp.model import PROGRAMS
from corridor.scenarios.participants import ADD, DROP, Change, Side, Year, participation
from corridor.scenarios.participants_told import Told, told

RULES = load_rules(list(PROGRAMS))
KIND = "aged_non_dual"
TERMS = {
    "track": "E", "agreement_start_year": 2026, "agreement_period": 1, "minimum_savings_election": "0.01",
    "participant_revenue": 20_000_000.0, "quality_score": 0.8, "quality_standard_met": True,
    "alternative_standard_met": True,
}  # fmt: skip


class FakeRun:
    """A run that holds an ACO's terms, its benchmark and its participants."""

    manifest: Mapping[str, Any] = {"setting": {"data_year": 2026}}

    def __init__(self, terms: bool = True, benchmark: bool = True) -> None:
        self.terms: dict[str, Any] = TERMS
        self.parts: list[int] = []
        self.tables = {"mssp.terms": terms, "mssp.benchmark": benchmark}

    def has(self, table: str) -> bool:
        return self.tables.get(table, True)

    def query(self, sql: str, parameters: Any = None) -> list[dict[str, Any]]:
        if "mssp.terms" in sql:
            return [self.terms]
        if "mssp.expenditure" in sql:
            return [{"year": year} for year in self.parts]
        if "mssp.benchmark" in sql:
            return [{"enrollment_type": kind, "updated_benchmark": 11_000.0, "missing": None}
                    for kind in (KIND, "all")]  # fmt: skip
        return [{"tin": "111111111", "aco_id": "A1"}, {"tin": "222222222", "aco_id": "A1"},
                {"tin": "333333333", "aco_id": None}]  # fmt: skip


def side(people: int, per_capita: float, base: tuple[float, float, float], revenue: float) -> Side:
    """An ACO of one type: everybody a whole year, with its base years' dollars."""
    years = {}
    for year, dollars in zip((2023, 2024, 2025, 2026), (*base, per_capita), strict=True):
        for kind in (KIND, "all"):
            years[(year, kind)] = Year(people, float(people), dollars, 1.0)
    return Side(frozenset(range(people)), years, 3, revenue, 3)


CHANGE = Change(
    "A1", "222222222", DROP, 2026, side(8_000, 10_500, (9_000, 9_500, 10_000), 4e6),
    side(6_000, 10_000, (9_000, 9_500, 9_000), 2e6), None, 2_000,
)  # fmt: skip


def figures(found: Told) -> dict[str, tuple[Any, Any]]:
    return {
        row["quantity"]: (row["before"], row["after"])
        for row in found.rows
        if row["year"] == 2026 and row["enrollment_type"] == "all"
    }


def test_the_figures_follow_by_hand() -> None:
    found = told(CHANGE, FakeRun(), RULES, 2026)  # type: ignore[arg-type]
    rows = figures(found)
    assert rows["assigned_beneficiaries"] == (8_000, 6_000) and rows["people_lost"] == (0, 2_000)
    # stated 20 million move as claims do, by half; of 8,000 x 10,500 = 84 million 23.8 percent, then 16.7
    assert rows["participant_revenue"] == (20e6, 10e6)
    assert rows["revenue_share"] == (pytest.approx(20 / 84), pytest.approx(10 / 60))
    # at 8,000 people 3.2 percent, at 6,000 it is 3.6
    assert rows["variable_minimum_savings_rate"] == (pytest.approx(0.032), pytest.approx(0.036))
    # own base years weigh 10, 30, 60 percent: 9,750 before, 9,150 after; the benchmark moves alike
    after = 11_000 * 9_150 / 9_750
    assert rows["updated_benchmark_per_capita"] == (pytest.approx(11_000), pytest.approx(after))
    # 8,000 x (11,000 - 10,500) = 4 million, 4.5 percent of the benchmark: shared at 50 percent, less 2
    assert rows["earned_savings_or_losses"][0] == pytest.approx(4e6 * 0.5 * 0.98)
    assert rows["earned_savings_or_losses"][1] == pytest.approx(6_000 * (after - 10_000) * 0.5 * 0.98)
    # E at 1 percent as elected; loss limit 8 percent of revenue, under 4 percent of the benchmark
    assert rows["minimum_savings_rate"] == (0.01, 0.01)
    assert rows["loss_limit"] == (pytest.approx(1.6e6), pytest.approx(0.8e6))
    assert found.missing == []
    assert any(one["rule"] == "mssp.repayment_expenditure_share" for one in found.assumptions)
    assert any(one["rule"] == "mssp.specialty" for one in found.assumptions)


def test_what_is_not_loaded_is_said_and_not_made_up() -> None:
    found = told(CHANGE, FakeRun(terms=False, benchmark=False), RULES, 2026)  # type: ignore[arg-type]
    assert "earned_savings_or_losses" not in figures(found)
    assert figures(found)["revenue_in_claims"] == (4e6, 2e6)
    assert any("updated benchmark" in one for one in found.missing)


def test_cells_of_few_people_do_not_leave() -> None:
    few: dict[str, Any] = {
        "quantity": "x", "enrollment_type": "all", "year": 2026, "rests_on": 10, "moved": None,
        "before": 1.0, "after": 2.0, "change": 1.0,
    }  # fmt: skip
    many, none = {**few, "rests_on": 11}, {**few, "rests_on": 0}
    found = suppressed([few, many, none, {**few, "rests_on": None}], 11)
    assert [row["suppressed"] for row in found] == [True, False, False, False]
    assert (found[0]["after"], found[0]["rests_on"]) == (None, None) and found[1]["after"] == 2.0
    # 400 people less 395 would be a cell of five
    five = suppressed([{**many, "before": 400, "after": 395, "rests_on": 395, "moved": 5}], 11)[0]
    assert (five["before"], five["after"], five["change"], five["rests_on"], five["moved"]) == (
        400, None, None, None, None,
    )  # fmt: skip


def test_what_the_others_would_tell_does_not_leave_either() -> None:
    row = {"quantity": "person_years", "year": 2026, "before": 9.0, "after": 9.0, "change": 0.0, "moved": 30}
    sizes = {"all": 900, "esrd": 8, "disabled": 92, "aged_non_dual": 800}
    found = suppressed([{**row, "enrollment_type": kind, "rests_on": n} for kind, n in sizes.items()], 11)
    assert [one["suppressed"] for one in found] == [False, True, True, False]


def test_a_type_that_only_one_side_has_is_told_and_rests_on_that_side() -> None:
    both = {**CHANGE.before.years, (2026, "esrd"): Year(4, 3.5, 90_000.0, 2.0)}
    more = replace(CHANGE.before, years=both)
    less = {(r["quantity"], r["enrollment_type"]): r
            for r in told(replace(CHANGE, before=more), FakeRun(), RULES, 2026).rows}  # type: ignore[arg-type]  # fmt: skip
    gone = less["person_years", "esrd"]
    assert (gone["before"], gone["after"], gone["rests_on"]) == (3.5, None, 4)
    after = replace(
        CHANGE, after=replace(CHANGE.after, years={**CHANGE.after.years, (2026, "esrd"): both[2026, "esrd"]})
    )
    rows = told(after, FakeRun(), RULES, 2026).rows  # type: ignore[arg-type]
    new = next(r for r in rows if (r["quantity"], r["enrollment_type"]) == ("person_years", "esrd"))
    assert (new["before"], new["after"]) == (None, 3.5)


def test_who_came_and_who_went_is_counted_by_year_and_type() -> None:
    def held(side: Side, who: frozenset[int]) -> Side:
        return replace(side, assigned=who, members={(2026, KIND): who, (2026, "all"): who})

    one = held(CHANGE.before, frozenset(range(50)))
    other = held(CHANGE.after, frozenset(range(20, 54)))
    change = replace(CHANGE, before=one, after=other)
    assert change.moved(2026, KIND) == change.moved(None, "all") == 4 and change.moved(2025, KIND) is None


def test_revenue_of_loaded_claims_proves_no_low_revenue() -> None:
    """A part of the revenue is under every share: without the stated one no limit is taken from it."""
    run: Any = FakeRun()
    run.terms = {name: value for name, value in TERMS.items() if name != "participant_revenue"}
    found = told(CHANGE, run, RULES, 2026)
    rows = figures(found)
    assert rows["revenue_in_claims"] == (4e6, 2e6) and "low_revenue" not in rows
    # E: 4 percent of a benchmark of 8,000 x 11,000; half a percent of 8,000 x 10,500
    assert rows["loss_limit"][0] == pytest.approx(0.04 * 88e6)
    assert rows["repayment_mechanism"][0] == pytest.approx(0.005 * 84e6)
    assert any(one.startswith("participants' revenue") for one in found.missing)
    run.terms["revenue_category"] = "low"
    assert figures(told(CHANGE, run, RULES, 2026))["low_revenue"] == (1, 1)


def test_a_base_year_loaded_in_part_is_said() -> None:
    run: Any = FakeRun()
    run.parts = [2023]
    (said,) = told(CHANGE, run, RULES, 2026).missing
    assert said.startswith("base years 2023 are loaded in part")


def test_stated_terms_stand_instead_of_the_loaded_ones() -> None:
    found = told(CHANGE, FakeRun(), RULES, 2026, stated={"track": "EN"})  # type: ignore[arg-type]
    # ENHANCED shares 75 percent of 4 million, less 2
    assert figures(found)["earned_savings_or_losses"][0] == pytest.approx(4e6 * 0.75 * 0.98)


@pytest.mark.parametrize(
    ("action", "tin", "aco", "code"),
    [
        (ADD, "111111111", None, "WHAT-IF-TIN"), (DROP, "999999999", None, "WHAT-IF-TIN"),
        (DROP, "111111111", "A2", "WHAT-IF-ACO"), (ADD, "333333333", None, "WHAT-IF-TIN"),
        (DROP, "333333333", None, "WHAT-IF-TIN"),
    ],
)  # fmt: skip
def test_a_change_that_is_none_is_refused(action: str, tin: str, aco: str | None, code: str) -> None:
    with pytest.raises(CorridorError) as refused:
        participation(FakeRun(), RULES.in_force(2026), action, tin, aco)  # type: ignore[arg-type]
    assert refused.value.code == code


def test_an_action_there_is_not(tmp_path: Path) -> None:
    shown = CliRunner().invoke(app, ["what-if", "move-tin", "1"])
    assert isinstance(shown.exception, CorridorError) and shown.exception.code == "WHAT-IF-ACTION"


@pytest.mark.heavy
def test_people_are_assigned_again_on_a_community(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from corridor.jobs.context import open_context
    from corridor.jobs.demo import _load, _synthesise
    from corridor.jobs.run import compute

    monkeypatch.setenv("CORRIDOR_HOME", str(tmp_path / "data"))
    context = open_context(home=tmp_path / "data")
    _synthesise(tmp_path / "files", 500, 1, None)
    _load(tmp_path / "files", context.warehouse, None)
    run = compute(context, only=["mssp", "qp", "attribution"])
    (largest,) = run.query(
        "select p.tin, count(*) as n from attribution.participant as p "
        "join attribution.primary_care_service as s on s.provider_id = p.tin "
        "group by p.tin order by n desc, p.tin limit 1"
    )
    (now,) = run.query("select count(*) as n from attribution.mssp where entity_kind = 'aco'")
    shown = CliRunner().invoke(app, ["what-if", "drop-tin", str(largest["tin"]), "--json"])
    assert shown.exit_code == 0, shown.exception
    found = json.loads(shown.stdout)
    rows = {(row["quantity"], row["enrollment_type"], row["year"]): row for row in found["rows"]}
    year = found["year"]
    size = rows["assigned_beneficiaries", "all", year]
    # without the change the answer by claims is that of the run itself
    assert size["before"] == now["n"]
    gained, lost = (rows[f"people_{what}", "all", year]["after"] for what in ("gained", "lost"))
    assert lost > 0 and size["after"] == size["before"] + gained - lost
    # a practice that leaves brings nobody
    assert gained == 0
    # the years of the types add up to those of all
    types = sum(row["after"] for key, row in rows.items() if key[0] == "person_years" and key[2] == year
                and key[1] != "all" and row["after"] is not None)  # fmt: skip
    assert types == pytest.approx(rows["person_years", "all", year]["after"])
    # a practice in no ACO asks what joining would bring it
    (outside,) = run.query(
        "select s.provider_id as tin, count(*) as n from attribution.primary_care_service as s "
        "left join attribution.participant as p on p.tin = s.provider_id "
        "where p.tin is null and not s.is_facility group by s.provider_id order by n desc, tin limit 1"
    )
    shown = CliRunner().invoke(
        app, ["join-aco", str(outside["tin"]), "--track", "E", "--pass-through", "0.5", "--json"]
    )
    assert shown.exit_code == 0, shown.exception
    told = {row["quantity"]: row["value"] for row in json.loads(shown.stdout)["rows"]}
    assert told["qp_status"] in ("qp", "partial_qp", "none", "unknown") and 0 <= told["share_of_the_aco"] <= 1

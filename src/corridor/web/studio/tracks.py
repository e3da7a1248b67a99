"""Choice of track in the studio: an ACO's own people under a level, an election, trends, risk and quality."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from corridor.errors import CorridorError
from corridor.law import Rules, load_rules
from corridor.programs.mssp.model import PROGRAMS
from corridor.reports.words import short_dollars
from corridor.scenarios.inputs import Input, Value, bounds
from corridor.scenarios.outcome import Outcome
from corridor.scenarios.tracks import Choice, choose
from corridor.scenarios.tracks_case import TrackCase, case_of, with_people
from corridor.scenarios.tracks_path import VARIABLE, Option, settings_of
from corridor.scenarios.tracks_run import OWN, figures_of, people_of
from corridor.web.studio.shelf import kept
from corridor.web.studio.tracks_outcome import told
from corridor.web.viewer import Viewer
from corridor.web.workbench import Workbench

TABLE = "mssp.person_year"
# The whole ACO has a row of its own, which only an account that may see the ACO sees.
ACOS = "select distinct aco_id from mssp.expenditure where tin = '' order by aco_id"
ACO, START, AGREEMENT, WAY, ELECTION = "aco", "start", "agreement", "way", "election"
STARTS = (2024, 2025, 2026, 2027, 2028)
FIRST, LATER = "first", "later"
PEOPLE, CHANCE, TERMS = "The ACO", "Trends and chance", "The track"
DRAWS = 2_000
# input -> column of the form of corridor tracks; percents become fractions
PERCENTS = {
    "expenditure_trend": "expenditure_trend", "expenditure_spread": "expenditure_trend_sd",
    "benchmark_trend": "benchmark_trend", "benchmark_spread": "benchmark_trend_sd",
    "risk_trend": "risk_trend", "risk_spread": "risk_trend_sd", "quality": "quality_score",
    "quality_spread": "quality_score_sd", "quality_standard": "quality_standard",
}  # fmt: skip


@dataclass(frozen=True)
class Held:
    """What a run holds of an ACO: the columns it fills in, its people, its own terms."""

    columns: Mapping[str, Any]
    people: Mapping[str, Any]
    terms: Mapping[str, Any]
    year: int

    @property
    def cost(self) -> float:
        """Dollars of the baseline year."""
        return sum(float((two[:, 0] * two[:, 1]).sum()) for two in self.people.values())

    @property
    def margin(self) -> float | None:
        """The benchmark over cost, a fraction of cost; None where no benchmark is loaded."""
        known = [self.columns.get(f"benchmark_{kind}") for kind in self.people]
        if any(one is None for one in known):
            return None
        years = [self.columns[f"person_years_{kind}"] for kind in self.people]
        whole = sum(float(b) * float(y) for b, y in zip(known, years, strict=True) if b is not None)
        return whole / self.cost - 1


@dataclass(frozen=True)
class TracksStudio:
    """Which level of the Shared Savings Program, with which minimum savings rate."""

    program: str = "tracks"
    title: str = "Choice of track"
    question: str = "Which level and minimum savings rate, over an agreement, and how much is at risk?"
    needs: str = TABLE

    def inputs(self, bench: Workbench, viewer: Viewer, given: Mapping[str, str]) -> list[Input]:
        """The inputs; ways and elections are those the law leaves open to such an agreement."""
        acos = _acos(viewer)
        aco = given.get(ACO, "").strip()
        aco = aco if aco in acos else acos[0]
        held = _held(bench, viewer, aco)
        rules = _law(bench)
        start = given.get(START, "")
        first = str(STARTS[-2])
        year = int(start) if start in map(str, STARTS) else int(first)
        later = given.get(AGREEMENT, FIRST) == LATER
        options = kept(
            bench, "inputs", ("options of tracks", viewer.run_id, viewer.scope, aco, year, later),
            lambda: _options(held, rules, year, later),
        )  # fmt: skip
        ways = {_way(one.levels): one.name.partition(",")[0] for one in options}
        elections = {one.election: _election(one.election) for one in options}
        score = held.terms.get("quality_score")
        share = held.terms.get("participant_revenue")
        return [
            Input(ACO, "ACO", "name", "choice", PEOPLE, acos[0], TABLE, options={one: one for one in acos},
                  subject=True),
            Input(START, "Agreement starts", "year", "choice", PEOPLE, first, "mssp.one_sided_years",
                  options={str(one): str(one) for one in STARTS}, subject=True),
            Input(AGREEMENT, "Which agreement", "name", "choice", PEOPLE, FIRST, "mssp.glide_path_agreements",
                  options={FIRST: "The first, inexperienced", LATER: "A later one, or experienced"},
                  subject=True),
            Input("margin", "Benchmark over cost", "percent", "slider", PEOPLE,
                  round(100 * (held.margin or 0.0), 2), "mssp.benchmark", _reach("margin", held.margin),
                  note=f"Cost of {held.year}: {short_dollars(held.cost)}; 0 where no benchmark is loaded."),
            Input("revenue", "Participants' revenue", "percent", "slider", PEOPLE,
                  round(100 * float(share) / held.cost, 2) if share and held.cost else 0.0, "mssp.terms",
                  bounds("tracks", "revenue"), note="Of cost; from the ACO's terms. 0: not known."),
            Input(WAY, "Levels", "name", "choice", TERMS, next(iter(ways)), "mssp.track", options=ways),
            Input(ELECTION, "Minimum savings rate", "name", "choice", TERMS, VARIABLE,
                  "mssp.minimum_savings_election", options=elections),
            _slider("expenditure_trend", "Trend of cost", "trend", 0.0),
            _slider("expenditure_spread", "Deviation of the trend", "spread", 0.0),
            _slider("benchmark_trend", "Update of the benchmark", "trend", 0.0),
            _slider("benchmark_spread", "Deviation of the update", "spread", 0.0),
            Input("correlation", "Correlation of both", "number", "slider", CHANCE, 0.0, "assumed",
                  bounds("tracks", "correlation")),
            _slider("risk_trend", "Growth of the risk ratio", "risk", 0.0),
            _slider("risk_spread", "Deviation of that growth", "spread", 0.0),
            _slider("quality", "Quality score", "quality", 100 * float(1 if score is None else score)),
            _slider("quality_spread", "Deviation of the score", "quality_spread", 0.0),
            _slider("quality_standard", "Score that meets the standard", "quality", 0.0),
        ]  # fmt: skip

    def evaluate(
        self, bench: Workbench, viewer: Viewer, inputs: Sequence[Input], values: Mapping[str, Value]
    ) -> Outcome:
        """The same people under the values the page began with, and under the scenario's."""
        held = _held(bench, viewer, str(values[ACO]))
        before = {one.name: values[one.name] if one.subject else one.default for one in inputs}
        sides = []
        for side in (before, values):
            choice = _settled(bench, viewer, held, side)
            sides.append((choice, _option(choice, str(side[WAY]), str(side[ELECTION]))))
        return told(sides[0], sides[1], str(values[ACO]))


def _slider(name: str, label: str, reach: str, default: float) -> Input:
    return Input(name, label, "percent", "slider", CHANCE, round(default, 2), "assumed",
                 bounds("tracks", reach))  # fmt: skip


def _reach(name: str, value: float | None) -> Any:
    """The declared bounds, wider where the run's own value lies outside."""
    declared = bounds("tracks", name)
    own = 100 * (value or 0.0)
    return type(declared)(min(declared.low, own), max(declared.high, own), declared.step, declared.reason)


def _acos(viewer: Viewer) -> list[str]:
    """The ACOs whose whole an account may see. Raises SCENARIO-NOBODY."""
    found = [str(row["aco_id"]) for row in viewer.query(ACOS)] if viewer.has("mssp.expenditure") else []
    if not found:
        raise CorridorError(
            "SCENARIO-NOBODY",
            "You may see no ACO as a whole.",
            why="A choice of track is about all people of an ACO.",
            todo="Ask an administrator for the ACO in the scope of your account.",
            field=ACO,
        )
    return found


def _held(bench: Workbench, viewer: Viewer, aco: str) -> Held:
    year = int(viewer.manifest["setting"]["data_year"])

    def made() -> Held:
        own = people_of(viewer, aco, year)
        terms = (
            viewer.query("select * from mssp.terms where aco_id = ? order by performance_year desc", [aco])
            if viewer.has("mssp.terms")
            else []
        )
        return Held(figures_of(viewer, aco, year, own), own, terms[0] if terms else {}, year)

    if not viewer.query(OWN, [aco, year]):
        raise CorridorError(
            "SCENARIO-NOBODY",
            f"Nobody is assigned to the ACO in {year}.",
            why="People are drawn from those of the ACO.",
            todo="Load its participants and claims of the year, and run again.",
            field=ACO,
        )
    return kept(bench, "inputs", ("tracks", viewer.run_id, viewer.scope, aco), made)


def _law(bench: Workbench) -> Rules:
    given = bench.settings

    def made() -> Rules:
        own = {name: value for name, value in given.overrides.items() if name.partition(".")[0] in PROGRAMS}
        return load_rules(PROGRAMS, as_known_on=given.as_known_on, overrides=own, proposed=given.proposed)

    return kept(bench, "inputs", ("law of tracks",), made)


def _case(held: Held, rules: Rules, values: Mapping[str, Value]) -> TrackCase:
    """The case of some values of the inputs."""
    number = {name: float(value) for name, value in values.items() if not isinstance(value, str)}
    later = values[AGREEMENT] == LATER
    start = int(str(values[START]))
    moved = (1 + number["margin"] / 100) / (1 + (held.margin or 0.0))
    columns = {
        **held.columns,
        **{
            f"benchmark_{kind}": moved
            * float(held.columns.get(f"benchmark_{kind}") or held.columns[f"mean_{kind}"])
            for kind in held.people
        },
        **{column: number[name] / 100 for name, column in PERCENTS.items()},
        "aco_id": "", "agreement_start_year": start, "agreement_period": 2 if later else 1,
        "experienced": later, "trend_correlation": number["correlation"], "alternative_standard_met": True,
        # not a number: not known, for a year without revenue would take all losses of BASIC away
        "participant_revenue": held.cost * number["revenue"] / 100 or math.nan,
        "revenue_category": None if number["revenue"] else held.terms.get("revenue_category"),
    }  # fmt: skip
    years = int(rules.in_force(start).number("mssp.agreement_years"))
    return with_people(case_of(columns, years), held.people)


def _settled(bench: Workbench, viewer: Viewer, held: Held, values: Mapping[str, Value]) -> Choice:
    """Every option on the same draws; kept, for level and election only choose among them."""
    drawn = tuple(sorted((k, v) for k, v in values.items() if k not in (WAY, ELECTION)))
    rules = _law(bench)
    key = (viewer.run_id, viewer.scope, "tracks", drawn)
    return kept(bench, "choice", key, lambda: choose(_case(held, rules, values), rules, draws=DRAWS))


def _options(held: Held, rules: Rules, start: int, later: bool) -> Sequence[Option]:
    values: dict[str, Value] = dict.fromkeys((*PERCENTS, "margin", "revenue", "correlation"), 1.0)
    values |= {"quality_spread": 0.0, START: str(start), AGREEMENT: LATER if later else FIRST}
    return settings_of(_case(held, rules, values), rules.in_force(start)).options


def _option(choice: Choice, way: str, election: str) -> Option:
    """The option of a way; one-sided ways know the variable rate only."""
    found = [one for one in choice.settings.options if _way(one.levels) == way]
    return next((one for one in found if one.election == election), found[-1])


def _way(levels: Sequence[str]) -> str:
    return "-".join(levels)


def _election(election: str) -> str:
    return "Variable, by size" if election == VARIABLE else f"{float(election):.1%}"

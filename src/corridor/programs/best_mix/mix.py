"""The best way to report of each participant: every pathway open to it, the best sets of results in each."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np

from corridor.programs.best_mix.choose import Lead, Option, choices, choices_of_set
from corridor.programs.best_mix.plans import Outcome, Plan, outcome
from corridor.programs.mips.inputs import APP_PATHWAYS, Book, MipsInputs, base_measure
from corridor.programs.mips.select import app_sets, foundation_measures

if TYPE_CHECKING:
    from corridor.law import RulesInForce

MVP = re.compile(r"[GM][0-9]{4}")
WITHHOLDABLE = {
    "quality": "quality_reweighted",
    "improvement_activities": "improvement_reweighted",
    "promoting_interoperability": "",
}
TOGETHER = 50  # participants scored at once: some thousand plans


@dataclass(frozen=True)
class Way:
    """A plan and what it comes to."""

    plan: Plan
    final_score: float | None
    factor: float | None
    dollars: float | None
    results: tuple[dict[str, Any], ...]

    def to_dict(self) -> dict[str, Any]:
        """The way for machines."""
        return {
            "pathway": self.plan.pathway, "mvp_id": self.plan.mvp_id, "final_score": self.final_score,
            "payment_adjustment_factor": self.factor, "dollars": self.dollars,
            "withheld": sorted(self.plan.withheld), "results": list(self.results),
        }  # fmt: skip


@dataclass(frozen=True)
class Mix:
    """One participant: as it reports now (everything, in its own pathway), and the best of all ways.

    by_pathway  the best way of every pathway that was tried, the highest first
    tried       ways that were scored; every other comes to no more than one of them
    """

    tin: str
    npi: str
    participation: str
    now: Way
    best: Way
    by_pathway: tuple[Way, ...]
    tried: int

    def to_dict(self) -> dict[str, Any]:
        """The mix for machines."""
        gain = _less(self.best.final_score, self.now.final_score)
        return {
            "tin": self.tin, "npi": self.npi, "participation": self.participation,
            "final_score": self.best.final_score, "final_score_now": self.now.final_score,
            "difference": gain, "dollars": self.best.dollars, "dollars_now": self.now.dollars,
            "dollars_difference": _less(self.best.dollars, self.now.dollars),
            "best": self.best.to_dict(), "now": self.now.to_dict(),
            "by_pathway": [
                {key: value for key, value in way.to_dict().items() if key != "results"}
                for way in self.by_pathway
            ],
            "tried": self.tried,
        }  # fmt: skip


def best_mixes(inputs: MipsInputs, book: Book, force: RulesInForce) -> list[Mix]:
    """The best mix of every participant, in order; some at a time are scored together."""
    found: list[Mix] = []
    for first in range(0, inputs.size, TOGETHER):
        some = [
            _Participant(row, inputs, book, force) for row in range(first, min(first + TOGETHER, inputs.size))
        ]
        found += _together(some, inputs, book, force)
    return found


def _together(some: Sequence[_Participant], inputs: MipsInputs, book: Book, force: RulesInForce) -> list[Mix]:
    """Score everything sent in every pathway, choose, and score what was chosen."""
    everything = [one.everything() for one in some]
    looked = outcome([plan for plans in everything for plan in plans], inputs, book, force)
    starts = np.cumsum([0, *(len(plans) for plans in everything)])
    by_plan = Results(looked)
    chosen = [
        one.plans(plans, int(start), by_plan)
        for one, plans, start in zip(some, everything, starts[:-1], strict=True)
    ]
    found = outcome([plan for plans in chosen for plan in plans], inputs, book, force)
    starts = np.cumsum([0, *(len(plans) for plans in chosen)])
    by_plan = Results(found)
    return [
        one.mix(plans, int(start), found, by_plan)
        for one, plans, start in zip(some, chosen, starts[:-1], strict=True)
    ]


class Results:
    """The results of plans that were scored, by plan."""

    def __init__(self, found: Outcome) -> None:
        self.columns = found.scored.measured.columns
        clinician = self.columns["clinician"]
        self._bounds = np.searchsorted(clinician, np.arange(len(found.final_score) + 1))

    def of(self, at: int) -> list[int]:
        """The rows of a plan's results."""
        return list(range(int(self._bounds[at]), int(self._bounds[at + 1])))


def _less(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else one - other


class _Participant:
    """The ways of one participant."""

    def __init__(self, row: int, inputs: MipsInputs, book: Book, force: RulesInForce) -> None:
        self.row, self.inputs, self.book, self.force = row, inputs, book, force
        columns = inputs.clinicians
        self.own = {name: values[row] for name, values in columns.items()}
        self.rows = tuple(np.flatnonzero(inputs.results["clinician"] == row).tolist())
        self.given = not (np.isnan(self.own["quality_percent"]) and np.isnan(self.own["quality_points"]))

    def everything(self) -> list[Plan]:
        """Everything sent, in every pathway that is open."""
        return [Plan(self.row, pathway, mvp, self.rows) for pathway, mvp in self._pathways()]

    def plans(self, everything: Sequence[Plan], start: int, looked: Results) -> list[Plan]:
        """The plans to score, as it reports now first; ``everything`` begins at ``start`` in ``looked``."""
        plans = [Plan(self.row, self.own["pathway"], self.own["mvp_id"], self.rows)]
        for at, plan in enumerate(everything):
            plans += list(self._plans(start + at, plan, looked))
        return list(dict.fromkeys(plans))

    def mix(self, plans: Sequence[Plan], start: int, found: Outcome, results: Results) -> Mix:
        """The best of the plans, which begin at ``start`` in ``found``."""
        order = sorted(
            range(len(plans)), key=lambda at: _rank(at, plans[at], found.final_score[start + at], plans[0])
        )
        best_of: dict[tuple[str, str | None], int] = {}
        for at in order:
            best_of.setdefault((plans[at].pathway, plans[at].mvp_id), at)

        def way(at: int) -> Way:
            return _way(plans[at], start + at, found, results)

        return Mix(
            str(self.own["tin"]),
            str(self.own["npi"]),
            str(self.own["participation"]),
            way(0),
            way(order[0]),
            tuple(way(at) for at in best_of.values()),
            len(plans),
        )

    # ---- what may be chosen ----------------------------------------------------------------

    def _pathways(self) -> Iterator[tuple[str, str | None]]:
        """The own pathway; traditional MIPS; MVPs that have a measure of ours; the APP of APM participants.

        Where the quality category itself is given, it is that of the own pathway: no other can be compared.
        """
        own = (str(self.own["pathway"]), self.own["mvp_id"])
        yield own
        if self.given:
            return
        entity = self.own["participation"] == "apm_entity"
        if not entity or own[0] == "traditional":
            if own != ("traditional", None):
                yield "traditional", None
            for mvp in self._mvps():
                if own != ("mvp", mvp):
                    yield "mvp", mvp
        if entity or self.own["apm_participant"] > 0:
            for pathway in APP_PATHWAYS:
                if pathway in app_sets(self.force) and pathway != own[0]:
                    yield pathway, None

    def _mvps(self) -> list[str]:
        """The MVPs to which a collected quality measure belongs that somebody has to send."""
        found: set[str] = set()
        results = self.inputs.results
        for row in self.rows:
            facts = self.book.get((results["measure_id"][row], results["collection_type"][row]))
            if facts is not None and facts.category == "quality" and not self._of_cms(row):
                found |= {program for program in facts.programs if MVP.fullmatch(program)}
        return sorted(found)

    def _of_cms(self, row: int) -> bool:
        return bool(self.inputs.results["collection_type"][row] == "administrative_claims")

    def _optional(self, row: int, plan: Plan) -> bool:
        """Whether somebody decides to send it: not cost, nor what CMS works out itself; the measure of claims
        that an MVP counts among those asked for is chosen at registration."""
        if self.inputs.results["category"][row] != "quality":
            return False
        if not self._of_cms(row):
            return True
        health = self.inputs.results["measure_id"][row] in foundation_measures(self.force)
        return plan.pathway == "mvp" and not health

    # ---- plans -----------------------------------------------------------------------------

    def _plans(self, at: int, plan: Plan, looked: Results) -> Iterator[Plan]:
        """The sets worth trying, each with every category sent or, where that may change a weight, not."""
        measures, kept = self._options(at, plan, looked)
        sets = [(*kept, *chosen) for chosen in self._sets(plan, measures)]
        for rows, withheld in product(sets, self._withheld()):
            chosen = tuple(sorted(kept)) if "quality" in withheld else tuple(sorted(rows))
            yield Plan(self.row, plan.pathway, plan.mvp_id, chosen, withheld)

    def _sets(self, plan: Plan, measures: Sequence[Sequence[Option]]) -> list[tuple[int, ...]]:
        if self.given:
            return [tuple(option.row for options in measures for option in options)]
        if plan.pathway in APP_PATHWAYS:
            return [one.rows for one in choices_of_set(measures)]
        rows = self.force.rows("mips.quality_measures_required")
        asked = next((int(r["measures"]) for r in rows if r["pathway"] == plan.pathway), 0)
        if not np.isnan(self.own["measures_asked"]):
            asked = int(self.own["measures_asked"])
        needed = self.force.text("mips.missing_outcome_rule") == "empty_slot"
        return [one.rows for one in choices(measures, asked, lead_needed=needed)]

    def _options(self, at: int, plan: Plan, looked: Results) -> tuple[list[list[Option]], list[int]]:
        """The options of each measure as they are scored in this pathway, and the rows that are always there.

        Results that the pathway does not have are nowhere: they change nothing.
        """
        columns = looked.columns
        place = {(columns["measure_id"][n], columns["collection_type"][n], columns["category"][n]): n
                 for n in looked.of(at)}  # fmt: skip
        entity = self.own["participation"] in ("apm_entity", "virtual_group")
        measures: dict[str, list[Option]] = {}
        kept: list[int] = []
        results = self.inputs.results
        for row in self.rows:
            if not self._optional(row, plan):
                kept.append(row)
                continue
            n = place.get((results["measure_id"][row], self._type(row), results["category"][row]))
            if n is None:
                continue
            points, slots = float(columns["points"][n]), float(columns["slots"][n])
            if np.isnan(points) and not slots < 0:
                continue
            lead = _lead(float(columns["is_outcome"][n]), float(columns["is_high_priority"][n]))
            extra = float(columns["organization_points"][n]) if entity else 0.0
            scored = None if np.isnan(points) else points
            option = Option(row, scored, extra, Lead.none if scored is None else lead)
            measures.setdefault(base_measure(str(results["measure_id"][row])), []).append(option)
        return list(measures.values()), kept

    def _type(self, row: int) -> str:
        """The collection type as it is scored: the only one the measure has, where the result names none."""
        results = self.inputs.results
        stated = str(results["collection_type"][row] or "")
        if stated:
            return stated
        found = [kind for measure, kind in self.book if measure == results["measure_id"][row]]
        return found[0] if len(found) == 1 else ""

    def _withheld(self) -> list[frozenset[str]]:
        """Every set of categories that may stay unsent with a gain: those that are excused; interoperability
        always, for statuses excuse it too."""
        may = [
            category
            for category, flag in WITHHOLDABLE.items()
            if (not flag or self.own[flag] > 0) and self._sends(category)
        ]
        chosen = product((False, True), repeat=len(may))
        return [frozenset(one for one, hold in zip(may, pick, strict=True) if hold) for pick in chosen]

    def _sends(self, category: str) -> bool:
        if category == "promoting_interoperability":
            told = bool((self.inputs.answers["clinician"] == self.row).any())
            return told or not np.isnan(self.own["promoting_interoperability_percent"])
        return True


def _way(plan: Plan, at: int, found: Outcome, looked: Results) -> Way:
    """A plan and what came of it; ``at`` is its place among those scored."""
    columns = looked.columns
    results = tuple(
        {
            "measure_id": str(columns["measure_id"][n]),
            "collection_type": str(columns["collection_type"][n]) or None,
            "points": _number(columns["points"][n]), "result": str(columns["result"][n]),
            "counted": bool(columns["picked"][n] > 0),
        }
        for n in looked.of(at)
        if columns["category"][n] == "quality"
    )  # fmt: skip
    return Way(
        plan, _number(found.final_score[at]), _number(found.factor[at]), _number(found.dollars[at]), results
    )


def _lead(outcome_flag: float, priority: float) -> Lead:
    if outcome_flag > 0:
        return Lead.outcome
    if np.isnan(outcome_flag) or np.isnan(priority):
        return Lead.unknown if not priority > 0 else Lead.priority
    return Lead.priority if priority > 0 else Lead.none


def _rank(at: int, plan: Plan, score: float, now: Plan) -> tuple[Any, ...]:
    """The highest score first; of equals the own pathway, everything sent, and the fewest results."""
    foreign = (plan.pathway, plan.mvp_id) != (now.pathway, now.mvp_id)
    lowest = float("inf") if np.isnan(score) else -float(score)
    return (lowest, foreign, len(plan.withheld), len(plan.rows), at)


def _number(value: Any) -> float | None:
    number = float(value)
    return None if np.isnan(number) else number

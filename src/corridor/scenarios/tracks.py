"""Choice of track: every level and election settled on the same futures, by the formulas that settle an ACO.

A year is settled once for each pair of level and election (rows) on all draws; an option is the sum of its
years. Methods in words and symbols, with an example to check by hand: docs/track-choice.md.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from corridor.errors import CorridorError
from corridor.formulas.columns import Flags, Floats
from corridor.programs.mssp import benchmark as formulas
from corridor.programs.mssp.compute import reconcile
from corridor.programs.mssp.tracks import ADVANCED, advanced_apms
from corridor.scenarios import tracks_risk as risk
from corridor.scenarios.tracks_advice import Advice, Appetite, advise
from corridor.scenarios.tracks_chance import SEED, Futures, draw
from corridor.scenarios.tracks_notes import notes_of
from corridor.scenarios.tracks_path import Option, Settings, settings_of, two_sided

if TYPE_CHECKING:
    from corridor.formulas import Node
    from corridor.law import Rules
    from corridor.scenarios.tracks_case import TrackCase

DRAWS = 10_000
WAY_RULES = ("mssp.agreement_years", "mssp.one_sided_years", "mssp.glide_path_agreements")
STATED = (
    "The enrollment mix, the number of people and the size of the ACO stay as in the baseline year.",
    "The risk ratio moves the benchmark alone; what illness itself costs is in the expenditure trend.",
    "The risk ratio is that of all types together: its cap is the aggregate one.",
    "Participants' revenue grows with the trend of expenditure.",
    "No draw has a disaster, a two-way guardrail or advance payments.",
    "Rebasing after the agreement is not part of it, nor is what an Advanced APM adds to Part B payments.",
)
RULE = (
    "Of the options within the appetite the highest mean; of those whose mean the draws cannot tell from it "
    "(two standard errors of the paired difference), the smallest tail."
)
METHOD = {
    "mean": "mean of the draws; error: deviation / sqrt(m)",
    "probability": "share of the draws; error: sqrt(p (1 - p) / m), interval: Wilson, 95 percent",
    "value_at_risk": "the m p-th largest amount owed of m draws; error: half the distance between the order "
    "statistics sqrt(m p (1 - p)) ranks below and above",
    "tail_mean": "mean owed over the worst m p draws (CVaR); error: sqrt((v + (1 - p)(CVaR - VaR)^2) / "
    "(m p)), v their variance",
    "behind_highest": "mean of the paired difference to the highest mean that fits; error: its "
    "deviation / sqrt(m)",
}


@dataclass(frozen=True)
class Choice:
    """All options of an ACO on the same draws.

    dollars    earned or owed, (cells, years, draws); a cell is a level with an election
    repayment  size of the repayment mechanism in each year, (cells, years), mean over the draws
    advanced   whether a cell is an Advanced APM, (cells,)
    totals     of each option, dollars over the agreement, one a draw
    """

    case: TrackCase
    settings: Settings
    sided: Mapping[str, bool]
    futures: Futures
    dollars: Floats
    repayment: Floats
    advanced: Flags
    totals: tuple[Floats, ...]
    appetite: Appetite
    advice: Advice
    assumptions: list[dict[str, Any]]
    rules: Rules

    def cells(self, option: Option) -> list[int]:
        """The cell of each year of an option."""
        return self.settings.rows(option, dict(self.sided))

    def by_year(self, option: Option) -> Floats:
        """Dollars of an option, (years, draws)."""
        return self.dollars[self.cells(option), np.arange(self.case.years)]

    def security(self, option: Option) -> float:
        """The repayment mechanism: the largest of the years, as it stands when two-sided risk is on."""
        return float(self.repayment[self.cells(option), np.arange(self.case.years)].max())

    def rows(self) -> list[dict[str, Any]]:
        """One record an option, unrounded, the chosen first, then by mean."""
        found = [self._row(place) for place in range(len(self.settings.options))]
        alike = Counter(total.tobytes() for total in self.totals)
        for row, total in zip(found, self.totals, strict=True):
            row["alike"] = alike[total.tobytes()] - 1
        return sorted(
            found, key=lambda row: (not row["recommended"], bool(row["breaks"]), -row["mean"], row["option"])
        )

    def _row(self, place: int) -> dict[str, Any]:
        option, total = self.settings.options[place], self.totals[place]
        years = self.by_year(option)
        tail = self.appetite.tail_share
        worst = risk.expected_shortfall(total, tail)
        behind = self.advice.behind[place]
        return {
            "aco_id": self.case.aco_id,
            "option": option.name,
            "levels": list(option.levels),
            "minimum_savings_election": option.election
            if any(self.sided[x] for x in option.levels)
            else None,
            **risk.mean(total).to_dict("mean"),
            "standard_deviation": float(total.std(ddof=1)),
            **risk.probability(total > 0).to_dict("probability_of_gain"),
            **_chance("probability_of_loss", risk.probability(total < 0)),
            **_chance("probability_of_a_year_of_loss", risk.probability(np.asarray((years < 0).any(axis=0)))),
            **_chance("probability_above_bound", risk.probability(total < -self.appetite.loss_above)),
            **risk.value_at_risk(total, tail).to_dict("value_at_risk"),
            **worst.to_dict("tail_mean"),
            "worst_draw": float(total.min()),
            "low": float(np.quantile(total, 0.1)),
            "median": float(np.median(total)),
            "high": float(np.quantile(total, 0.9)),
            "mean_by_year": [float(value) for value in years.mean(axis=1)],
            "probability_of_loss_by_year": [float(value) for value in (years < 0).mean(axis=1)],
            "repayment_mechanism": self.security(option),
            "advanced_apm_years": int(self.advanced[self.cells(option)].sum()),
            "breaks": list(self.advice.broken[place]) if self.appetite.stated else [],
            "behind_highest": None if behind is None else behind[0],
            "behind_highest_error": None if behind is None else behind[1],
            "level_with_highest": place in self.advice.level,
            "recommended": place == self.advice.chosen,
        }

    def derived(self, name: str, year: int) -> tuple[Node, int]:
        """The derivation of what an option earns or owes in a year (0 the first), in the draw nearest to the
        median of that year, and which draw that is. Raises TRACK-OPTION."""
        option = next((one for one in self.settings.options if one.name == name), None)
        if option is None or not 0 <= year < self.case.years:
            raise CorridorError(
                "TRACK-OPTION",
                f"There is no option {name!r} with a year {year + 1}.",
                why="Nothing of it was settled.",
                todo=f"Name one as the list writes it, and a year from 1 to {self.case.years}.",
            )
        dollars = self.by_year(option)[year]
        nearest = int(np.abs(dollars - np.median(dollars)).argmin())
        settled = _settled(self.case, self.settings, self.futures, year, self.rules)
        return settled.explain(self.cells(option)[year], "earned_savings_or_losses", nearest), nearest

    def notes(self) -> list[str]:
        """What must be known of this ACO beside the figures."""
        return notes_of(self.case, self.rules.in_force(self.case.agreement_start_year), self.settings.options)

    def recommendation(self) -> dict[str, Any]:
        """The option taken, by what appetite, and how the others stood."""
        options, advice = self.settings.options, self.advice
        return {
            "aco_id": self.case.aco_id,
            "appetite": self.appetite.words(),
            "option": None if advice.chosen is None else options[advice.chosen].name,
            "highest_mean": None if advice.highest is None else options[advice.highest].name,
            "level_with_highest": [options[place].name for place in advice.level],
            "options": len(options),
            "that_fit": sum(1 for faults in advice.broken if not faults) if self.appetite.stated else None,
            "rule": RULE,
            "notes": self.notes(),
        }


def _chance(name: str, estimate: risk.Estimate) -> dict[str, float]:
    """A probability, its error and its interval: where none occurred, only the interval says how often."""
    return {**estimate.to_dict(name), f"{name}_low": estimate.low, f"{name}_high": estimate.high}


def choose(
    case: TrackCase, rules: Rules, *, draws: int = DRAWS, seed: int = SEED, appetite: Appetite | None = None
) -> Choice:
    """Every option of an ACO, its draws, and the advice by an appetite. Raises TRACK-START and what the
    formulas and the law raise."""
    appetite = appetite or Appetite()
    start = rules.in_force(case.agreement_start_year)
    settings, sided = settings_of(case, start), two_sided(start)
    futures = draw(case, draws, seed)
    dollars = np.empty((len(settings.cells), case.years, draws))
    repayment = np.empty((len(settings.cells), case.years))
    known = advanced_apms(start)
    advanced = np.array([known[level] for level, _ in settings.cells])
    assumed: dict[str, dict[str, Any]] = {}
    for year in range(case.years):
        settled = _settled(case, settings, futures, year, rules)
        dollars[:, year] = settled["earned_savings_or_losses"]
        mechanism = np.asarray(settled["repayment_mechanism"])
        repayment[:, year] = mechanism if mechanism.ndim == 1 else mechanism.mean(axis=1)
        assumed |= {one["rule"]: one for one in settled.assumptions()}
    names = (*WAY_RULES, ADVANCED)
    assumed |= {one["rule"]: one for one in start.assumptions(names)}
    years = np.arange(case.years)
    totals = tuple(dollars[settings.rows(option, sided), years].sum(axis=0) for option in settings.options)
    return Choice(
        case, settings, sided, futures, dollars, repayment, advanced, totals, appetite,
        advise(totals, appetite),
        [assumed[name] for name in sorted(assumed)], rules,
    )  # fmt: skip


def capped_risk(case: TrackCase, futures: Futures, year: int, rules: Rules) -> Floats:
    """The risk ratio of each draw as it counts: within the demographic ratio and the points above it.

    The last base year is the baseline, the year before the agreement. One type stands for all.
    """
    force = rules.in_force(case.agreement_start_year + year)
    points = force.number("mssp.risk_growth_cap")
    first_start = force.number("mssp.present_method_first_start")
    ratio = futures.risk[year]
    demographic = np.full((len(ratio), 1), (1 + case.demographic_trend) ** (year + 1))
    cap = formulas.risk_cap(np.ones((len(ratio), 1)), demographic, points)
    present = formulas.present_method(np.full(len(ratio), float(case.agreement_start_year)), first_start)
    counted = formulas.capped_risk_ratio(ratio[:, np.newaxis], ratio, cap, present, points)
    return np.asarray(counted[:, 0])


def _settled(case: TrackCase, settings: Settings, futures: Futures, year: int, rules: Rules) -> Any:
    """The settlement of one year: rows are cells of level and election, draws axis 1."""
    when = case.agreement_start_year + year
    person_years = case.person_years
    benchmark = futures.benchmark[year] * capped_risk(case, futures, year, rules)
    quality = futures.quality[year]
    one = np.newaxis
    inputs: dict[str, Any] = {
        "track": np.array([level for level, _ in settings.cells], dtype=object),
        "minimum_savings_election": np.array([election for _, election in settings.cells], dtype=object),
        "agreement_start_year": float(case.agreement_start_year),
        "assigned_beneficiaries": float(case.assigned_beneficiaries),
        "person_years": person_years,
        "benchmark_expenditure": (benchmark * person_years)[one],
        "performance_expenditure": (futures.expenditure[year] * person_years)[one],
        "quality_score": quality[one],
        "quality_standard_met": (quality >= case.quality_standard).astype(float)[one],
        "alternative_standard_met": float(case.alternative_standard_met),
        "participant_revenue": (case.participant_revenue * futures.growth[year])[one],
        "revenue_category": np.array([case.revenue_category] * len(settings.cells), dtype=object),
    }
    return reconcile(inputs, rules, when)

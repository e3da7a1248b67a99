"""The episodes that the community was designed to hold, and what they cost: the truth for tests.

Reads no file: it counts in the arrays the claims are made from, with the law's windows (asm.md 2.2). It is a
second, independent reckoning of what the episode steps find in the claims; small differences come from claims
that also carry a condition's code without being caused by it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from corridor.law import load_rules
from corridor.synth.care import Care
from corridor.synth.catalogue import Catalogue
from corridor.synth.days import month_start, year_end, year_of
from corridor.synth.draws import Floats
from corridor.synth.identifiers import Ints
from corridor.synth.panels import BACK, HEART
from corridor.synth.people import People
from corridor.synth.providers import Providers

COHORTS = {HEART: "heart_failure", BACK: "low_back_pain"}
DAYS_SCALED = 365
_VISIT_CODES = ("99202", "99203", "99204", "99205", "99212", "99213", "99214", "99215")


@dataclass(frozen=True)
class EpisodeRules:
    """The law's windows by cause: days to confirm, of a window, shortest; and the share that attributes."""

    gap: dict[int, int]
    window: dict[int, int]
    shortest: dict[int, int]
    share: float
    lookback: int
    minimum_episodes: int


def load_episode_rules(year: int) -> EpisodeRules:
    """Read rules/asm for a performance year."""
    force = load_rules(["asm"]).in_force(performance_year=year)

    def days(name: str) -> dict[int, int]:
        rows = {row["cohort"]: int(row["days"]) for row in force.rows(name)}
        return {cause: rows[cohort] for cause, cohort in COHORTS.items()}

    return EpisodeRules(
        days("asm.trigger_gap_days"),
        days("asm.attribution_window_days"),
        days("asm.episode_minimum_days"),
        float(force.scalar("asm.attribution_share")),
        int(force.scalar("asm.lookback_days")),
        int(force.scalar("asm.minimum_episodes")),
    )


@dataclass
class Episodes:
    """Designed episodes, attributed: a row an episode and clinician. cost: standard cents assigned to it."""

    cause: Ints
    person: Ints
    practice: Ints
    clinician: Ints
    year: Ints
    days: Ints
    cost: Ints

    def annual(self) -> Floats:
        """Cost scaled to a year, in dollars."""
        return self.cost / 100 * DAYS_SCALED / self.days


def design_episodes(
    data: Catalogue,
    people: People,
    providers: Providers,
    care: Care,
    years: tuple[int, ...],
    rules: EpisodeRules,
    first_day: int,
    last_day: int,
    file_day: int,
) -> Episodes:
    """Count the episodes of each clinician that end in ``years``."""
    parts: list[Episodes] = []
    for cause in (HEART, BACK):
        visits = _visits(data, people, providers, care, cause, file_day)
        costs = _CostIndex(*_costs(care, cause))
        for year in years:
            parts.append(_year(people, visits, costs, rules, cause, year, first_day, last_day))
    names = ("cause", "person", "practice", "clinician", "year", "days", "cost")
    return Episodes(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


@dataclass
class _VisitTable:
    """Visits sorted by (person, practice, day); pair: a number of person and practice."""

    person: Ints
    practice: Ints
    clinician: Ints
    day: Ints
    pair: Ints


def _visits(
    data: Catalogue, people: People, providers: Providers, care: Care, cause: int, file_day: int
) -> _VisitTable:
    carrier = care.carrier
    lines = carrier.lines
    codes = np.array([data.services[code] for code in _VISIT_CODES])
    known = people.opt_out > file_day
    mine = carrier.counts() & (lines.cause == cause) & np.isin(lines.service, codes) & known[lines.person]
    mine = np.flatnonzero(mine)
    person = lines.person[mine].astype(np.int64)
    affiliation = lines.affiliation[mine]
    practice, clinician = providers.practice_of[affiliation], providers.clinician_of[affiliation]
    day = lines.day[mine].astype(np.int64)
    order = np.lexsort((clinician, day, practice, person))
    person, practice, clinician, day = (values[order] for values in (person, practice, clinician, day))
    return _VisitTable(person, practice, clinician, day, person * 10_000 + practice)


def _year(
    people: People,
    visits: _VisitTable,
    costs: _CostIndex,
    rules: EpisodeRules,
    cause: int,
    year: int,
    first_day: int,
    last_day: int,
) -> Episodes:
    """Episodes that end in one year."""
    start, end, pair_of = _windows(visits, rules, cause)
    person, practice = pair_of // 10_000, pair_of % 10_000
    shortest = rules.shortest[cause]
    # the first segment runs to the first 31 December that is far enough from the start
    own_year = year_of(start)
    own_end = np.array([year_end(int(one)) for one in own_year], dtype=np.int64)
    first_year = np.where(own_end - start + 1 >= shortest, own_year, own_year + 1)
    episode_start = np.where(year == first_year, start, month_start(year, 1))
    episode_end = np.minimum(end, year_end(year))
    early = (year_of(end) == year) & (year < first_year)
    episode_start = np.where(early, start, episode_start)
    days = episode_end - episode_start + 1
    lookback = np.maximum(episode_start - rules.lookback, first_day)
    kept = ((year >= first_year) | early) & (days >= shortest) & (end >= month_start(year, 1))
    kept &= (episode_end <= last_day) & ~(people.death[person] <= episode_end) & people.part_b[person]
    entered = np.maximum(people.entitled[person], 0)
    away = (people.away_from[person] <= episode_end) & (people.away_to[person] >= lookback)
    kept &= (entered <= lookback) & ~away & ~people.other_payer[person]
    keep = np.flatnonzero(kept)
    person, practice = person[keep], practice[keep]
    episode_start, episode_end, days = episode_start[keep], episode_end[keep], days[keep]
    episode, clinician = _attribute(visits, person, practice, episode_start, episode_end, rules.share)
    cost = costs.between(person[episode], episode_start[episode], episode_end[episode])
    size = len(episode)
    return Episodes(
        np.full(size, cause),
        person[episode],
        practice[episode],
        clinician,
        np.full(size, year),
        days[episode],
        cost,
    )


def _windows(visits: _VisitTable, rules: EpisodeRules, cause: int) -> tuple[Ints, Ints, Ints]:
    """Total attribution windows: first day, last day, and the pair of person and practice."""
    pair, day = visits.pair, visits.day
    if not len(pair):
        return day, day, pair
    same = np.r_[False, pair[1:] == pair[:-1]]
    gap = np.r_[0, np.diff(day)]
    chain = np.cumsum(~same | (gap >= rules.window[cause])) - 1
    # the next visit on a later day of the same pair
    later = np.searchsorted(pair * 40_000 + day, pair * 40_000 + day, side="right")
    inside = later < len(pair)
    next_day = np.where(inside, day[np.minimum(later, len(day) - 1)], 0)
    next_same = inside & (pair[np.minimum(later, len(pair) - 1)] == pair)
    confirmed = next_same & (next_day - day <= rules.gap[cause])
    chains = int(chain[-1]) + 1
    opened = np.full(chains, np.iinfo(np.int64).max)
    np.minimum.at(opened, chain[confirmed], day[confirmed])
    closed = np.zeros(chains, dtype=np.int64)
    np.maximum.at(closed, chain, day)
    first = np.flatnonzero(np.r_[True, chain[1:] != chain[:-1]])
    found = opened < np.iinfo(np.int64).max
    return opened[found], closed[found] + rules.window[cause] - 1, pair[first][found]


def _attribute(
    visits: _VisitTable, person: Ints, practice: Ints, start: Ints, end: Ints, share: float
) -> tuple[Ints, Ints]:
    """Clinicians with enough of the practice's visits in each episode and a visit by its start."""
    key = visits.pair * 40_000 + visits.day
    pair = person * 10_000 + practice
    low = np.searchsorted(key, pair * 40_000 + start)
    high = np.searchsorted(key, pair * 40_000 + end, side="right")
    before = np.searchsorted(key, pair * 40_000 + start - DAYS_SCALED)
    episodes: list[int] = []
    clinicians: list[int] = []
    for place in range(len(person)):
        seen = visits.clinician[low[place] : high[place]]
        who, counts = np.unique(seen, return_counts=True)
        enough = who[counts >= share * len(seen)]
        if not len(enough):
            continue
        upto = np.searchsorted(key, pair[place] * 40_000 + start[place], side="right")
        known = visits.clinician[before[place] : upto]
        for one in enough:
            if (known == one).any():
                episodes.append(place)
                clinicians.append(int(one))
    return np.array(episodes, dtype=np.int64), np.array(clinicians, dtype=np.int64)


class _CostIndex:
    """Costs of people by day, summed over any span."""

    def __init__(self, person: Ints, day: Ints, cents: Ints) -> None:
        key = person * 40_000 + day
        order = np.argsort(key, kind="stable")
        self.key = key[order]
        self.sums = np.r_[0, np.cumsum(cents[order])]

    def between(self, person: Ints, start: Ints, end: Ints) -> Ints:
        """Cents from start to end, both inclusive."""
        low = np.searchsorted(self.key, person * 40_000 + start)
        high = np.searchsorted(self.key, person * 40_000 + end, side="right")
        total: Ints = self.sums[high] - self.sums[low]
        return total


def _costs(care: Care, cause: int) -> tuple[Ints, Ints, Ints]:
    """Person, day and standard cents of everything a cause brought about and that stands in the end."""
    carrier, headers = care.carrier, care.headers
    line = np.flatnonzero(carrier.counts() & (carrier.lines.cause == cause))
    claim = np.flatnonzero(care.standing & (headers.cause == cause))
    fill = np.flatnonzero((care.fills.cause == cause) & ~care.fills.withdrawn)
    equipment = care.equipment
    stands = np.zeros(len(equipment), dtype=bool)
    stands[equipment.versions.claim[equipment.versions.last]] = True
    item = np.flatnonzero(stands & (equipment.cause == cause))
    person = (
        carrier.lines.person[line].astype(np.int64),
        headers.person[claim],
        care.fills.person[fill],
        equipment.person[item],
    )
    day = (
        carrier.lines.day[line].astype(np.int64),
        headers.first[claim],
        care.fills.day[fill],
        equipment.day[item],
    )
    cents = (carrier.standard[line], headers.standard[claim], care.fills.gross[fill], equipment.allowed[item])
    return np.concatenate(person), np.concatenate(day), np.concatenate(cents)


def clinician_rows(
    data: Catalogue, providers: Providers, episodes: Episodes, rules: EpisodeRules
) -> list[dict[str, Any]]:
    """One row a clinician, practice and year: episodes, mean cost a year, and whether eligible by design."""
    key = (episodes.cause * 10_000 + episodes.year - 2000) * 10_000_000 + episodes.practice * 10_000
    key = key + episodes.clinician
    annual = episodes.annual()
    rows: list[dict[str, Any]] = []
    for one in np.unique(key):
        mine = key == one
        place = int(np.flatnonzero(mine)[0])
        clinician, practice = int(episodes.clinician[place]), int(episodes.practice[place])
        cause = int(episodes.cause[place])
        own = providers.practices[practice]
        weights = episodes.days[mine]
        cost = float((annual[mine] * weights).sum() / weights.sum())
        rows.append(
            {
                "npi": str(providers.npis[clinician]),
                "tin": own.tin,
                "cohort": COHORTS[cause],
                "specialty": providers.specialties[clinician],
                "performance_year": int(episodes.year[place]),
                "attributed_episodes": int(mine.sum()),
                "episode_days": int(weights.sum()),
                "cost_per_episode_year": round(cost, 2),
                "in_mandatory_area": bool(data.areas[own.area]["mandatory"]),
                "of_the_cohort": providers.roles[clinician] == COHORTS[cause],
                "small_practice": own.size <= 15,
                "eligible": bool(
                    providers.roles[clinician] == COHORTS[cause]
                    and data.areas[own.area]["mandatory"]
                    and int(mine.sum()) >= rules.minimum_episodes
                ),
            }
        )
    return rows

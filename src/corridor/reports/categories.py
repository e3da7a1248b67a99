"""Where the episode dollars of a clinician go, by service category, against the other clinicians loaded."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from corridor.reports.readers import measure_year
from corridor.reports.tables import Key, Row, RunLike, columns_of, key_of
from corridor.reports.words import SMALLEST_CELL, real

REST = "other_services"
"""Categories of fewer than 11 episodes, taken together."""

TABLES = (
    "episodes.chronic_episode",
    "episodes.chronic_attribution",
    "episodes.chronic_cost",
    "episodes.chronic_service",
)


@dataclass(frozen=True)
class Slice:
    """One category: US dollars an episode of the clinician and of the others, and the difference."""

    category: str
    own: float
    others: float

    @property
    def difference(self) -> float:
        """Dollars an episode above the others; negative below."""
        return self.own - self.others


@dataclass(frozen=True)
class Mix:
    """Where the dollars of one clinician's episodes go.

    Dollars are standardized, an episode, put on a year as the cost measure does (observed over assigned).
    Those of the others are brought to this clinician's expected cost, so that sicker patients are no
    difference. `slices` are ordered by the clinician's dollars, the rest last; they sum to `own` and
    `others`.
    """

    episodes: int
    clinicians: int
    slices: tuple[Slice, ...]

    @property
    def own(self) -> float:
        """Dollars an episode of this clinician."""
        return sum(part.own for part in self.slices)

    @property
    def others(self) -> float:
        """Dollars an episode of the others at the same expected cost."""
        return sum(part.others for part in self.slices)


@dataclass
class _Sums:
    """Sums over episodes of one clinician, or of a cohort."""

    episodes: int
    expected: float
    dollars: dict[str, float]
    counts: dict[str, int]


@dataclass
class Cohort:
    """The sums of every clinician of a cohort, and of all of them together, added up once."""

    members: dict[Key, _Sums] = field(default_factory=dict)

    @cached_property
    def together(self) -> _Sums:
        """Each clinician's others are these sums less their own."""
        parts = list(self.members.values())
        names = sorted({name for sums in parts for name in sums.dollars})
        return _Sums(
            sum(sums.episodes for sums in parts),
            math.fsum(sums.expected for sums in parts),
            {name: math.fsum(sums.dollars.get(name, 0.0) for sums in parts) for name in names},
            {name: sum(sums.counts.get(name, 0) for sums in parts) for name in names},
        )


def read(run: RunLike, clinicians: Sequence[Row], years: Sequence[Row]) -> dict[Key, Mix]:
    """The mix of every clinician of the report with at least 11 episodes and others to compare with.

    Read are attributed episodes that count in the cost measure, of its year.
    """
    return mixes_of(sums_of(run, years), clinicians)


def sums_of(run: RunLike, years: Sequence[Row]) -> dict[str, Cohort]:
    """The sums of every clinician by cohort, from which any mix is told."""
    if not all(run.has(table) for table in TABLES):
        return {}
    cohorts: dict[str, Cohort] = {}
    for row in run.query(_sql("1" if "dropped" not in columns_of(run, TABLES[2]) else "not c.dropped")):
        if row["performance_year"] != measure_year(years, row["cohort"], row["performance_year"]):
            continue
        members = cohorts.setdefault(str(row["cohort"]), Cohort()).members
        sums = members.setdefault(key_of(row), _Sums(0, 0.0, {}, {}))
        if row["service_category"] is None:
            sums.episodes, sums.expected = int(row["episodes"]), real(row["expected"]) or 0.0
        else:
            sums.dollars[row["service_category"]] = real(row["dollars"]) or 0.0
            sums.counts[row["service_category"]] = int(row["episodes"])
    return cohorts


def mixes_of(cohorts: Mapping[str, Cohort], clinicians: Sequence[Row]) -> dict[Key, Mix]:
    """The mixes of some clinicians beside everybody in the sums."""
    found: dict[Key, Mix] = {}
    for clinician in clinicians:
        cohort = cohorts.get(str(clinician.get("cohort")), Cohort())
        own = cohort.members.get(key_of(clinician))
        mix = None if own is None else _mix(own, cohort.together, len(cohort.members) - 1)
        if mix is not None:
            found[key_of(clinician)] = mix
    return found


def rows_of(mixes: Mapping[Key, Mix]) -> list[Row]:
    """The slices of every mix as rows: tin, npi, service (REST: all that was folded), own, others,
    difference.
    """
    return [
        {
            "tin": tin,
            "npi": npi,
            "service": part.category,
            "own": part.own,
            "others": part.others,
            "difference": part.difference,
        }
        for (tin, npi), mix in sorted(mixes.items())
        for part in mix.slices
    ]


def _sql(kept: str) -> str:
    """Per cohort, year and clinician: a row for all episodes, and one for each service category."""
    return (
        "with counted as (select c.performance_year, e.cohort, a.tin, a.npi, e.episode_id, "
        "c.expected_cost, cx_divide(c.observed_cost, cast(c.assigned_cost as double)) as yearly "
        "from episodes.chronic_episode as e "
        "join episodes.chronic_attribution as a on a.episode_id = e.episode_id and a.attributed "
        "join episodes.chronic_cost as c on c.episode_id = e.episode_id "
        f"where not coalesce(e.excluded, false) and c.ratio is not null and {kept}) "
        "select performance_year, cohort, tin, npi, null as service_category, count(*) as episodes, "
        "cx_exact_sum(expected_cost) as expected, null as dollars from counted group by 1, 2, 3, 4 "
        "union all "
        "select n.performance_year, n.cohort, n.tin, n.npi, "
        f"coalesce(s.service_category, '{REST}'), count(distinct n.episode_id), null, "
        "cx_exact_sum(cast(s.standardized_amount as double) * n.yearly) "
        "from counted as n join episodes.chronic_service as s on s.episode_id = n.episode_id "
        "group by 1, 2, 3, 4, 5 order by 1, 2, 3, 4, 5 nulls first"
    )


def _mix(own: _Sums, everybody: _Sums, others_count: int) -> Mix | None:
    if own.episodes < SMALLEST_CELL:
        return None
    others = everybody.episodes - own.episodes
    if others < SMALLEST_CELL:
        return None
    expected = (everybody.expected - own.expected) / others
    level = own.expected / own.episodes / expected if expected > 0 and own.expected > 0 else 1.0
    slices, counts = [], {}
    for name, dollars in everybody.dollars.items():
        count = everybody.counts[name] - own.counts.get(name, 0)
        # where the others have none, what is left of the sums is the rounding of doubles
        spent = dollars - own.dollars.get(name, 0.0) if count else 0.0
        slices.append(Slice(name, own.dollars.get(name, 0.0) / own.episodes, level * spent / others))
        counts[name] = (own.counts.get(name, 0), count)
    return Mix(own.episodes, others_count, tuple(_folded(slices, counts)))


def _folded(slices: list[Slice], counts: dict[str, tuple[int, int]]) -> list[Slice]:
    """Categories of 1 to 10 episodes on either side become one, with the next smallest until that one has
    at least 11 on both: what is withheld cannot be worked out from the total.
    """

    def small(pair: tuple[int, int]) -> bool:
        return any(0 < count < SMALLEST_CELL for count in pair)

    order = sorted(slices, key=lambda part: (min(counts[part.category]), part.own, part.category))
    folded = [part for part in order if small(counts[part.category]) or part.category == REST]
    kept = [part for part in order if part not in folded]
    while folded and kept and min(_most(folded, counts)) < SMALLEST_CELL:
        folded.append(kept.pop(_next(kept, counts)))
    kept.sort(key=lambda part: (-part.own, -part.others, part.category))
    if folded:
        kept.append(Slice(REST, sum(part.own for part in folded), sum(part.others for part in folded)))
    return kept


def _next(kept: list[Slice], counts: dict[str, tuple[int, int]]) -> int:
    """Which category to fold next: the smallest in dollars that has 11 episodes on both sides."""
    ranked = sorted(range(len(kept)), key=lambda place: (kept[place].own, place))
    large = [place for place in ranked if min(counts[kept[place].category]) >= SMALLEST_CELL]
    return (large or ranked)[0]


def _most(folded: list[Slice], counts: dict[str, tuple[int, int]]) -> tuple[int, int]:
    """The fewest different episodes that the folded categories can have: those of the largest."""
    pairs = [counts[part.category] for part in folded]
    return max(pair[0] for pair in pairs), max(pair[1] for pair in pairs)

"""Episodes of a clinician for the report: numbered, never named, the costliest with their services by day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from corridor.reports.tables import RunLike, columns_of, key_of
from corridor.reports.words import SMALLEST_CELL

Row = dict[str, Any]

MOST_EPISODES = 200_000
"""Episodes read into one report; the rest are in the run."""


@dataclass(frozen=True)
class EpisodeDetail:
    """Episodes by clinician and running number, and the services of those that are opened."""

    episodes: list[Row]
    services: dict[tuple[str, str, int], list[Row]]
    note: str


def opened_per_clinician(clinicians: int) -> int:
    """How many episodes of each clinician open to their services, so that the file stays small."""
    return 3 if clinicians <= 40 else 2 if clinicians <= 80 else 1 if clinicians <= 200 else 0


def read(run: RunLike, keys: Iterable[tuple[str, str]]) -> EpisodeDetail:
    """Attributed, counted episodes; per clinician numbered from the costliest ratio down.

    A clinician with fewer than 11 episodes gets none listed. Dates become days from the start of the episode.
    """
    wanted = set(keys)
    needed = ("episodes.chronic_episode", "episodes.chronic_attribution", "episodes.chronic_cost")
    if not all(run.has(table) for table in needed):
        return EpisodeDetail([], {}, "")
    found = run.query(
        "select e.episode_id, e.cohort, a.tin, a.npi, a.share, e.episode_start, e.episode_days, "
        "c.assigned_cost, c.observed_cost, c.expected_cost, c.ratio, c.imputed_share "
        "from episodes.chronic_episode as e "
        "join episodes.chronic_attribution as a on a.episode_id = e.episode_id "
        "join episodes.chronic_cost as c on c.episode_id = e.episode_id "
        "where a.attributed and not coalesce(e.excluded, false) and c.ratio is not null "
        f"order by a.tin, a.npi, c.ratio desc, e.episode_id limit {MOST_EPISODES}"
    )
    groups: dict[tuple[str, str], list[Row]] = {}
    for row in found:
        if key_of(row) in wanted:
            groups.setdefault(key_of(row), []).append(row)
    episodes: list[Row] = []
    opened: dict[str, list[tuple[str, str, int]]] = {}
    top = opened_per_clinician(len(wanted))
    for (tin, npi), members in sorted(groups.items()):
        if len(members) < SMALLEST_CELL:
            continue
        for place, row in enumerate(members, start=1):
            if place <= top:
                opened.setdefault(str(row["episode_id"]), []).append((tin, npi, place))
            episodes.append(
                {
                    **{k: v for k, v in row.items() if k not in ("episode_id", "episode_start")},
                    "number": place,
                }
            )
    services = _services(run, opened)
    counts = {key: len(rows) for key, rows in services.items()}
    for row in episodes:
        row["services"] = counts.get((row["tin"], row["npi"], row["number"]))
    note = f"Read up to {MOST_EPISODES:,} episodes." if len(found) == MOST_EPISODES else ""
    return EpisodeDetail(episodes, services, note)


def _services(
    run: RunLike, opened: dict[str, list[tuple[str, str, int]]]
) -> dict[tuple[str, str, int], list[Row]]:
    """Services of the opened episodes: day, category, dollars; no claim id, no date."""
    if not opened or not run.has("episodes.chronic_service"):
        return {}
    dated = "service_date" in columns_of(run, "claims.service_line")
    join = (
        "left join claims.service_line as l on l.source_id = s.source_id and l.claim_id = s.claim_id "
        "and l.claim_line_number = s.claim_line_number "
        if dated
        else ""
    )
    day = "greatest(0, date_diff('day', e.episode_start, l.service_date))" if dated else "0"
    part = "l.part" if dated and "part" in columns_of(run, "claims.service_line") else "null"
    marks = ", ".join("?" for _ in opened)
    rows = run.query(
        f"select s.episode_id, {day} as day, s.service_category, {part} as part, s.standardized_amount, s.imputed "
        "from episodes.chronic_service as s join episodes.chronic_episode as e on e.episode_id = s.episode_id "
        f"{join}where s.episode_id in ({marks}) "
        "order by s.episode_id, 2, s.standardized_amount desc, s.service_category, s.claim_id, s.claim_line_number",
        list(opened),
    )
    services: dict[tuple[str, str, int], list[Row]] = {}
    for row in rows:
        for place in opened[str(row.pop("episode_id"))]:
            services.setdefault(place, []).append(dict(row))
    return services

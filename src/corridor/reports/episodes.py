"""Episodes of a clinician for the report: numbered, never named, the costliest with their services by day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from corridor.reports.readers import measure_year
from corridor.reports.tables import Key, Row, RunLike, columns_of, key_of
from corridor.reports.words import SMALLEST_CELL

MOST_EPISODES = 200_000
"""Episodes read into one report; the rest are in the run."""


FEW_CLINICIANS = 20
COSTLIEST = "panel.asm_episode"
"""What an application may have laid ready: the same episodes, by clinician; and beside them the services of
the costliest three of each."""
COSTLIEST_SERVICE = "panel.asm_episode_service"

EPISODE = {
    "episode_id": "e", "cohort": "e", "performance_year": "e", "tin": "a", "npi": "a", "share": "a",
    "episode_days": "e", "assigned_cost": "c", "observed_cost": "c", "expected_cost": "c", "ratio": "c",
    "imputed_share": "c",
}  # fmt: skip
"""What is read of an episode, and the table that holds it."""


@dataclass(frozen=True)
class EpisodeDetail:
    """Episodes by clinician and running number, and the services of those that are opened."""

    episodes: list[Row]
    services: dict[tuple[str, str, int], list[Row]]
    note: str


def opened_per_clinician(clinicians: int) -> int:
    """How many episodes of each clinician open to their services, so that the file stays small."""
    return 3 if clinicians <= 40 else 2 if clinicians <= 80 else 1 if clinicians <= 200 else 0


def read(run: RunLike, clinicians: Sequence[Row], years: Sequence[Row]) -> EpisodeDetail:
    """Attributed, counted episodes; per clinician numbered from the costliest ratio down.

    A clinician with fewer than 11 episodes gets none listed. Dates become days from the start of the episode.
    """
    needed = ("episodes.chronic_episode", "episodes.chronic_attribution", "episodes.chronic_cost")
    if not all(run.has(table) for table in needed):
        return EpisodeDetail([], {}, "")
    npis = sorted({npi for _, npi in map(key_of, clinicians)})
    few = len(npis) <= FEW_CLINICIANS  # a page of one clinician does not read the episodes of all
    only = f"and a.npi in ({', '.join('?' for _ in npis) or 'null'}) " if few else ""
    if few and run.has(COSTLIEST):
        source = f"from {COSTLIEST} as a where true "
        columns = ", ".join(f"a.{name}" for name in EPISODE)
    else:
        kept = "and not c.dropped " if "dropped" in columns_of(run, "episodes.chronic_cost") else ""
        source = (
            "from episodes.chronic_episode as e "
            "join episodes.chronic_attribution as a on a.episode_id = e.episode_id "
            "join episodes.chronic_cost as c on c.episode_id = e.episode_id "
            f"where a.attributed and not coalesce(e.excluded, false) and c.ratio is not null {kept}"
        )
        columns = ", ".join(f"{table}.{name}" for name, table in EPISODE.items())
    found = run.query(
        f"select {columns} {source}{only}order by a.tin, a.npi, ratio desc, episode_id limit {MOST_EPISODES}",
        npis if few else [],
    )
    wanted = {(str(row.get("cohort")), *key_of(row)) for row in clinicians}
    groups: dict[Key, list[Row]] = {}
    for row in found:
        counts = row["performance_year"] == measure_year(years, row["cohort"], row["performance_year"])
        if counts and (str(row["cohort"]), *key_of(row)) in wanted:
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
            plain = {name: value for name, value in row.items() if name != "episode_id"}
            episodes.append({**plain, "number": place})
    services = _services(run, opened, COSTLIEST_SERVICE if few and run.has(COSTLIEST_SERVICE) else "")
    for row in episodes:
        lines = services.get((row["tin"], row["npi"], row["number"]))
        row["services"] = len(lines) if lines is not None else None
    note = f"Only the first {MOST_EPISODES:,} episodes were read." if len(found) == MOST_EPISODES else ""
    return EpisodeDetail(episodes, services, note)


def _services(
    run: RunLike, opened: dict[str, list[tuple[str, str, int]]], ready: str
) -> dict[tuple[str, str, int], list[Row]]:
    """Services of the opened episodes: day, category, dollars; no claim id, no date."""
    columns = columns_of(run, "episodes.chronic_service")
    if not opened or not columns:
        return {}
    start = "s.episode_start" if ready else "e.episode_start"
    day = f"cx_days_between({start}, s.service_date)" if "service_date" in columns else "0"
    source = (
        f"(select distinct * exclude (npi, tin) from {ready} where episode_id in "
        f"({', '.join('?' for _ in opened)})) as s "
        if ready
        else "episodes.chronic_service as s "
        "join episodes.chronic_episode as e on e.episode_id = s.episode_id "
    )
    marks = ", ".join("?" for _ in opened)
    rows = run.query(
        f"select s.episode_id, greatest({day}, 0) as day, s.service_category, s.standardized_amount, "
        f"s.imputed "
        f"from {source}"
        f"where s.episode_id in ({marks}) order by s.episode_id, 2, s.standardized_amount desc, "
        "s.service_category, s.source_id, s.claim_id, s.claim_line_number",
        list(opened) * (2 if ready else 1),
    )
    services: dict[tuple[str, str, int], list[Row]] = {}
    for row in rows:
        for place in opened[str(row["episode_id"])]:
            plain = {name: value for name, value in row.items() if name != "episode_id"}
            services.setdefault(place, []).append(plain)
    return services

"""Episodes of TEAM in the last run: compared by hospital or surgeon, followed day by day, as a form."""

from __future__ import annotations

from typing import Any

from corridor.engine.runs import Run, open_run
from corridor.errors import CorridorError
from corridor.jobs.context import Context

Row = dict[str, Any]
BY = {
    "hospital": "facility_ccn",
    "surgeon": "surgeon_npi",
    "category": "category",
    "code": "price_code",
    "year": "cast(price_year as varchar)",
}
PARTS = (
    "anchor", "readmission", "rehabilitation", "snf", "home_health", "outpatient", "professional", "other",
)  # fmt: skip


def _run(context: Context) -> Run:
    run = open_run(context.warehouse.home)
    if not run.has("team.episode_cost"):
        raise CorridorError(
            "TEAM-NOT-MADE",
            "The last run has no hospital episodes.",
            why="It was made of other rooms only, or by an earlier version.",
            todo="Run again: corridor run, or corridor run --only team",
        )
    return run


def compared(context: Context, definitions: str, by: str, ccn: str = "") -> tuple[list[Row], list[Row]]:
    """Episodes that count by ``by`` (a key of BY): how many, mean spending in its parts, readmissions, what
    came after; and triggers that do not count, by reason."""
    run, group = _run(context), BY[by]
    means = ", ".join(f"avg(cast({part}_amount as double)) as {part}" for part in PARTS)
    rows = run.query(
        f"""select {group} as {by}, count(*) as episodes, count(distinct person_id) as people,
          avg(cast(spending as double)) as mean_spending, avg(capped_spending) as mean_capped_spending,
          {means}, avg(cast(post_episode_spending as double)) as mean_post_episode_spending,
          avg(case when readmissions > 0 then 1.0 else 0.0 end) as readmission_rate,
          avg(case when snf_amount > 0 then 1.0 else 0.0 end) as snf_rate,
          count(distinct case when readmissions > 0 then person_id end) as readmission_people,
          count(distinct case when snf_amount > 0 then person_id end) as snf_people
        from team.episode_cost where definition_set = ? and (? = '' or facility_ccn = ?)
        group by 1 order by episodes desc, 1""",
        [definitions, ccn, ccn],
    )
    left = run.query(
        """select exclusion_reason, count(*) as triggers, count(distinct person_id) as people
        from team.episode
        where excluded and definition_set = ? and (? = '' or facility_ccn = ?)
        group by 1 order by 2 desc, 1""",
        [definitions, ccn, ccn],
    )
    return rows, left


def without_few(rows: list[Row], key: tuple[str, ...], least: float) -> list[Row]:
    """Rows with what rests on fewer than ``least`` people blanked: their figures, and rates of so few, or of
    all but so few, of the people of a row."""
    from corridor.jobs.tables import suppress_small_cells

    kept = []
    for row in suppress_small_cells(rows, key, least):
        for rate in RATES:
            some = row.pop(f"{rate}_people", None)
            told = row.get("people") if some is not None else None
            if f"{rate}_rate" in row and (told is None or 0 < some < least or 0 < told - some < least):
                row[f"{rate}_rate"] = None
        kept.append(row)
    return kept


RATES = ("readmission", "snf")


def readmission_causes(context: Context, definitions: str, ccn: str = "") -> list[Row]:
    """Stays in the window of episodes by MS-DRG: how many, and whether they count."""
    return _run(context).query(
        """select stay.own_drg_code as ms_drg, stay.kind,
          coalesce(stay.exclusion_reason, 'counts') as standing, count(*) as stays,
          count(distinct stay.person_id) as people
        from team.window_stay as stay join team.episode as episode on episode.episode_id = stay.episode_id
        where not stay.is_anchor and stay.share_inside > 0 and episode.definition_set = ?
          and (? = '' or episode.facility_ccn = ?)
        group by all order by stays desc, 1, 2, 3""",
        [definitions, ccn, ccn],
    )


def after_discharge(context: Context, definitions: str, ccn: str = "") -> list[Row]:
    """Facilities that treated people after discharge, the hospital itself or another: dollars that count."""
    return _run(context).query(
        """select stage, coalesce(service_ccn, '') as service_ccn, service_ccn = facility_ccn as own_hospital,
          count(distinct episode_id) as episodes, count(distinct person_id) as people,
          cast(sum(episode_amount) as double) as episode_amount
        from team.service
        where stage <> 'anchor' and stage <> 'professional' and stage <> 'dme' and episode_amount <> 0
          and definition_set = ? and (? = '' or facility_ccn = ?)
        group by all order by episode_amount desc, 1, 2""",
        [definitions, ccn, ccn],
    )


# What may be compared -> its table, what orders it, what names a row.
COMPARED = {
    "surgeons": ("team.surgeon", "episodes desc, npi, category", ("npi", "category")),
    "post-acute": (
        "team.post_acute",
        "spend desc, provider_ccn, category",
        ("provider_ccn", "setting", "category"),
    ),
    "causes": ("team.readmission_cause", "stays desc, cause, category", ("cause", "category")),
    "leakage": ("team.leakage", "setting, own_network", ("setting", "own_network")),
}


def side_by_side(context: Context, of: str, definitions: str, ccn: str = "") -> list[Row]:
    """Rows of a table of COMPARED, as they are. Raises TEAM-NOT-MADE where the run has none."""
    table, order, _ = COMPARED[of]
    run = _run(context)
    if not run.has(table):
        raise CorridorError(
            "TEAM-NOT-MADE",
            f"The last run has no {table}.",
            why="It was made of other rooms only, or by an earlier version.",
            todo="Run again: corridor run, or corridor run --only team",
        )
    return run.query(
        f"select * from {table} where definition_set = ? and (? = '' or hospital_ccn = ?) "
        f"order by hospital_ccn, {order}",
        [definitions, ccn, ccn],
    )


def without_all_but_few(rows: list[Row], least: float) -> list[Row]:
    """Shares of all but fewer than ``least`` of a row's people blanked: they tell of the few."""
    kept = []
    for row in rows:
        told = dict(row)
        for rate in RATES:
            some = row.get(f"{rate}_people")
            if some is not None and 0 < row["people"] - some < least:
                told[f"{rate}_people"] = told[f"{rate}_share"] = None
        kept.append(told)
    return kept


def timeline(context: Context, episode: str) -> tuple[Row, list[Row]]:
    """One episode and its claim lines by day after discharge. Raises TEAM-EPISODE where there is none."""
    run = _run(context)
    found = run.query("select * exclude (person_id) from team.episode where episode_id = ?", [episode])
    if not found:
        raise CorridorError(
            "TEAM-EPISODE",
            f"The last run has no episode {episode!r}.",
            todo="List them: corridor table team.episode",
            field="episode",
        )
    lines = run.query(
        """select day_after_discharge as day, service_date, stage, hcpcs_code, service_ccn, tin, npi,
          standardized_amount, episode_amount, post_amount, exclusion_reason, proration, claim_id,
          claim_line_number
        from team.service where episode_id = ? order by service_date, claim_id, claim_line_number""",
        [episode],
    )
    return found[0], lines


def settlement_form(context: Context, year: int | None) -> list[Row]:
    """Rows for ``corridor settle team``: what claims know; prices, quality and baseline counts are CMS's.

    year  the performance year; None: that of the run
    """
    run = _run(context)
    chosen = int(run.manifest["setting"]["performance_year"]) if year is None else year
    rows = run.query(
        """select facility_ccn as ccn, category, sum(episodes) as episodes,
          sum(outpatient_episodes) as outpatient_episodes, sum(capped_spending) as spending
        from team.cell where definition_set = 'team' and facility_ccn <> '' and price_year = ?
        group by all order by 1, 2""",
        [chosen],
    )
    return [
        {
            "ccn": row["ccn"],
            "performance_year": chosen,
            "category": row["category"],
            "category_episodes": float(row["episodes"]),
            "outpatient_episodes": float(row["outpatient_episodes"]),
            "category_spending": round(float(row["spending"]), 2),
            "category_target": None,
            "baseline_episodes": None,
            "composite_quality_score": None,
            "post_episode_amount": None,
        }
        for row in rows
    ]

"""One hospital episode day by day: where the money went, beside its price, down to the claim lines."""

from __future__ import annotations

import re
from typing import Annotated, Any

from fastapi import Query, Response

from corridor.errors import CorridorError
from corridor.reports.charts import svg
from corridor.reports.charts.climb import Rise, climb
from corridor.reports.views.page import Column, Picture, Table, TableRow, amount_cell, text_cell
from corridor.reports.words import dollars, real, share, short_dollars
from corridor.web.guard import VisitDep
from corridor.web.programs.team_who import EPISODES_SEEN
from corridor.web.programs.team_words import SETS, category, stage
from corridor.web.render import page
from corridor.web.viewer import Viewer

KEY = re.compile(r"^[0-9a-f]{16}$")
MOST_LINES = 400
WHY = {
    "readmission_drg": "readmission of an excluded MS-DRG",
    "readmission_mdc": "readmission of an excluded category",
    "in_excluded_readmission": "in an excluded readmission",
    "part_b_drug": "excluded drug",
    "clotting_factor": "clotting factor",
}


def episode(
    visit: VisitDep, episode: str, target: Annotated[float | None, Query(gt=0, le=10_000_000)] = None
) -> Response:
    """The claim lines of one hospital episode by day after discharge; who looked at whom is written down."""
    viewer = visit.run_viewer()
    head, lines = _opened(viewer, episode)
    visit.note("team_episode", f"episode {episode}, person {head['person_id']}")
    return page(
        visit, "team_episode.html.j2", "A hospital episode", it=head, key=episode, target=target,
        name=category(head["category"]), definitions=SETS.get(str(head["definition_set"]), ""),
        sentence=_sentence(head, target), picture=_picture(head, lines, target), parts=_parts(head, lines),
        lines=[_line(line) for line in lines[:MOST_LINES]], more=max(len(lines) - MOST_LINES, 0),
        around=_around(viewer, head),
    )  # fmt: skip


def _opened(viewer: Viewer, key: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The episode and its lines. Raises EXPLAIN-NO-EPISODE where it is not in what the account may see."""
    rows = (
        viewer.query(f"{EPISODES_SEEN} where episode_key = ?", [key])
        if KEY.fullmatch(key) and viewer.has("panel.team_episode")
        else []
    )
    if not rows:
        raise CorridorError(
            "EXPLAIN-NO-EPISODE",
            "There is no such hospital episode in what you may see.",
            why="It is of another run, or outside what your account may see.",
            todo="Choose one from the list of episodes of TEAM.",
            field="episode",
        )
    lines = viewer.query(
        "select * from panel.team_line where episode_key = ? "
        "order by service_date, claim_id, claim_line_number, part",
        [key],
    )
    return rows[0], lines


def _sentence(head: dict[str, Any], target: float | None) -> str:
    spent = float(head["spending"])
    words = f"{category(head['category'])} at CCN {head['facility_ccn']} cost {short_dollars(spent)}"
    if target is not None:
        beside = "below" if spent <= target else "above"
        return f"{words}, {short_dollars(abs(target - spent))} {beside} the target you gave"
    mean = real(head["loaded_mean"])
    if mean:
        beside = "below" if spent <= mean else "above"
        return f"{words}, {share(abs(spent / mean - 1), 0)} {beside} the mean of its price here"
    return words


def _picture(head: dict[str, Any], lines: list[dict[str, Any]], target: float | None) -> Picture | None:
    """Dollars that count, summed up day by day; the claim lines below are the table behind it."""
    by_day: dict[tuple[int, str], float] = {}
    for line in lines:
        if line["episode_amount"]:
            key = (int(line["day"]), stage(line["stage"]))
            by_day[key] = by_day.get(key, 0.0) + float(line["episode_amount"])
    if not by_day:
        return None
    rises = [Rise(day, name, amount) for (day, name), amount in sorted(by_day.items())]
    last = (head["episode_end"] - head["anchor_end"]).days
    spent = sum(rise.amount for rise in rises)
    later = sum(rise.amount for rise in rises if rise.day > 0)
    finding = f"{short_dollars(later)} of {short_dollars(spent)} came after the day of discharge"
    mean = real(head["loaded_mean"])
    level, level_name = (target, "target") if target is not None else (mean, "mean of its price")
    wide, narrow = (
        climb(
            f"team-episode-{size}", finding, rises, last_day=last, level=level, level_name=level_name,
            show=short_dollars, width=width,
        )
        for size, width in (("wide", svg.WIDE), ("narrow", svg.NARROW))
    )  # fmt: skip
    return Picture(
        finding, wide, narrow,
        "The line sums up what counts; a mark is a day of one place of care. The claim lines are the table "
        "behind it.",
    )  # fmt: skip


def _parts(head: dict[str, Any], lines: list[dict[str, Any]]) -> Table:
    """Dollars by place of care: counted, left out, and in the days after."""
    sums: dict[str, list[float]] = {}
    for line in lines:
        one = sums.setdefault(stage(line["stage"]), [0.0, 0.0, 0.0])
        one[0] += float(line["episode_amount"] or 0)
        one[1] += float(line["standardized_amount"] or 0) if line["exclusion_reason"] else 0.0
        one[2] += float(line["post_amount"] or 0)
    ranked = sorted(sums.items(), key=lambda item: (-item[1][0], item[0]))
    body = [
        TableRow((text_cell(name), *(amount_cell(dollars(value), value) for value in amounts)))
        for name, amounts in ranked
    ]
    total = [sum(amounts[place] for amounts in sums.values()) for place in range(3)]
    columns = (
        Column("Place of care"), Column("Counts", "number"), Column("Left out by rule", "number"),
        Column("In the days after", "number"),
    )  # fmt: skip
    return Table(
        "team-episode-parts", "By place of care", columns, body,
        (text_cell("Together"), *(amount_cell(dollars(value), value) for value in total)), tools=False,
    )  # fmt: skip


def _line(line: dict[str, Any]) -> dict[str, Any]:
    reason = line["exclusion_reason"]
    return {
        **line,
        "place": stage(line["stage"]),
        "who": line["service_ccn"] or line["rendered_by"] or "–",
        "why": WHY.get(str(reason), str(reason).replace("_", " ")) if reason else "",
    }


def _around(viewer: Viewer, head: dict[str, Any]) -> dict[str, str | None]:
    """The episodes of the same hospital and set, next costlier and next cheaper."""
    ranked = """
        select episode_key from panel.team_episode
        where definition_set = ? and facility_ccn = ? and (spending, episode_key) {sign} (?, ?)
        order by spending {way}, episode_key {way} limit 1"""
    given = [head["definition_set"], head["facility_ccn"], head["spending"], head["episode_key"]]
    found: dict[str, str | None] = {}
    for name, sign, way in (("costlier", ">", "asc"), ("cheaper", "<", "desc")):
        rows = viewer.query(ranked.format(sign=sign, way=way), given)
        found[name] = str(rows[0]["episode_key"]) if rows else None
    return found

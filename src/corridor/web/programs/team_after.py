"""Where the money of hospital episodes went after the anchor, to whom, and what people came back for."""

from __future__ import annotations

from typing import Any

from fastapi import Response

from corridor.reports.charts.bars import Bar
from corridor.reports.views.page import Column, Table, TableRow, amount_cell, text_cell
from corridor.reports.words import people, plain, real, share, short_dollars
from corridor.web.guard import Visit
from corridor.web.programs.drawing import bar_picture
from corridor.web.programs.shape import Ask, Panel
from corridor.web.programs.team_words import (
    FEW,
    PARTS,
    category,
    chosen_set,
    few,
    known_sets,
    set_choices,
    stage,
    told,
)
from corridor.web.viewer import Viewer

NONE = "No hospital episode is in what you may see"
SUMS = "select sum(episodes) as episodes, sum(people) as people, {parts} from panel.team_quarter " + (
    "where definition_set = ?"
)
PARTS_SQL = ", ".join(f"sum({one}) as {one}" for one in (*PARTS, "post_episode"))
NETWORK = """
select setting, own_network, sum(episodes) as episodes, sum(people) as people, sum(spend) as spend
from team.leakage where definition_set = ? group by 1, 2
order by sum(sum(spend)) over (partition by setting) desc, setting, own_network desc nulls last
"""
CARERS = """
select provider_ccn, setting, sum(episodes) as episodes, sum(people) as people, sum(spend) as spend,
       sum(mean_days * episodes) / sum(episodes) as mean_days
from team.post_acute where definition_set = ? group by 1, 2 order by spend desc, 1, 2 limit 100
"""
CAUSES = """
select cause, mdc_code, sum(episodes) as episodes, sum(people) as people, sum(stays) as stays,
       sum(same_hospital_people) as same_hospital_people, sum(spend) as spend
from team.readmission_cause where definition_set = ? group by 1, 2 order by spend desc, cause limit 100
"""
CAUSES_BY = """
select category, sum(episodes) as episodes, sum(people) as people, sum(stays) as stays, sum(spend) as spend
from team.readmission_cause where definition_set = ? group by 1 order by spend desc, category
"""
OWN = {True: "own network", False: "elsewhere", None: "not known"}
DRAWN = 12


def dollars_of(visit: Visit, viewer: Viewer, ask: Ask) -> Panel | Response:
    """Dollars by place of care, in and out of one's own network, and the facilities behind them."""
    known = known_sets(viewer)
    chosen = chosen_set(known, ask.show)
    sums = viewer.query(SUMS.format(parts=PARTS_SQL), [chosen])[0] if known else {}
    choices = set_choices(known, chosen)
    if not sums.get("episodes") or few(sums["people"]):
        return Panel(NONE if not sums.get("episodes") else "Too few people have an episode to tell more")
    count = int(sums["episodes"])
    after = {one: float(sums[one] or 0) / count for one in PARTS if one != "anchor"}
    top = max(after, key=lambda one: after[one])
    each = sum(after.values())
    sentence = (
        f"{short_dollars(each)} an episode went elsewhere than the anchor stay, most of it for "
        f"{PARTS[top].lower()}: {short_dollars(after[top])}"
    )
    bars = [Bar(PARTS[one], value) for one, value in sorted(after.items(), key=lambda item: -item[1])]
    tables = [_parts_table(sums, count)]
    second = "Only what counts in the window; what came in the days after is a line of its own below."
    network = viewer.query(NETWORK, [chosen]) if viewer.has("team.leakage") else []
    if network:
        second = f"{_leaked(network)} {second}"
        tables.append(_network_table(network))
    carers = viewer.query(CARERS, [chosen]) if viewer.has("team.post_acute") else []
    if carers:
        tables.append(_carers_table(carers))
    return Panel(
        sentence,
        second.strip(),
        pictures=[
            bar_picture(
                "team-after", "Mean dollars an episode by place of care, the anchor left out", bars,
                show=short_dollars, gains=False,
            )
        ],
        tables=tables,
        notes=[FEW],
        links=(("/programs/team?view=who&show=facility", "Every facility after discharge, by hospital"),),
        choices=choices,
        choice_name="Definitions",
    )  # fmt: skip


def _leaked(rows: list[dict[str, Any]]) -> str:
    """The share of what was spent after the anchor that left the network, where lists tell."""
    told_ = [row for row in rows if row["own_network"] is not None]
    all_of_it = sum(float(row["spend"]) for row in told_)
    away = [row for row in told_ if row["own_network"] is False]
    if not all_of_it or not away or few(sum(row["people"] for row in away)):
        return ""
    left = sum(float(row["spend"]) for row in away)
    return (
        f"Of {short_dollars(all_of_it)} whose place is on a list, {share(left / all_of_it, 0)} went outside "
        "the hospital and its practices."
    )


def _parts_table(sums: dict[str, Any], count: int) -> Table:
    whole = sum(float(sums[one] or 0) for one in PARTS)
    body = [
        TableRow(
            (
                text_cell(name),
                amount_cell(short_dollars(float(sums[one] or 0)), real(sums[one])),
                amount_cell(told(sums["people"], float(sums[one] or 0) / count), real(sums[one])),
                amount_cell(share(float(sums[one] or 0) / whole if whole else 0, 0), real(sums[one])),
            )
        )
        for one, name in PARTS.items()
    ]
    days = float(sums["post_episode"] or 0)
    body.append(
        TableRow(
            (
                text_cell("Days after the window, not in the sum"),
                amount_cell(short_dollars(days), days),
                amount_cell(told(sums["people"], days / count), days),
                text_cell("–"),
            )
        )
    )
    columns = (
        Column("Place of care"), Column("Spending", "number"), Column("An episode", "number"),
        Column("Share", "number"),
    )  # fmt: skip
    return Table("team-parts", "By place of care", columns, body)


def _network_table(rows: list[dict[str, Any]]) -> Table:
    body = [
        TableRow(
            (
                text_cell(stage(row["setting"])),
                text_cell(OWN[row["own_network"]]),
                amount_cell(people(row["episodes"]), real(row["episodes"])),
                amount_cell(told(row["people"], row["spend"]), real(row["spend"])),
            )
        )
        for row in rows
    ]
    return Table(
        "team-network", "Inside and outside the network",
        (Column("Place of care"), Column("Who was paid"), Column("Episodes", "number"),
         Column("Spending", "number")),
        body,
        note="Own: the hospital, its units, and practices on participant lists or the roster. Facilities "
        "such as nursing homes are on no list, so whose they are is not known.",
    )  # fmt: skip


def _carers_table(rows: list[dict[str, Any]]) -> Table:
    body = [
        TableRow(
            (
                text_cell(f"CCN {row['provider_ccn']}" if row["provider_ccn"] else "no number"),
                text_cell(stage(row["setting"])),
                amount_cell(people(row["episodes"]), real(row["episodes"])),
                amount_cell("–" if few(row["people"]) else plain(row["mean_days"]), real(row["mean_days"])),
                amount_cell(told(row["people"], float(row["spend"]) / row["episodes"]), real(row["spend"])),
                amount_cell(told(row["people"], row["spend"]), real(row["spend"])),
            )
        )
        for row in rows
    ]
    columns = (
        Column("Facility"), Column("Place of care"), Column("Episodes", "number"),
        Column("Days an episode", "number"), Column("Spending an episode", "number"),
        Column("Spending", "number"),
    )  # fmt: skip
    return Table("team-carers", "Facilities after discharge, the costliest 100", columns, body)


def readmissions(visit: Visit, viewer: Viewer, ask: Ask) -> Panel | Response:
    """What people came back for, what it cost, and whether to the same hospital."""
    known = known_sets(viewer)
    chosen = chosen_set(known, ask.show)
    choices = set_choices(known, chosen)
    there = viewer.has("team.readmission_cause")
    rows = viewer.query(CAUSES, [chosen]) if there else []
    sums = (
        viewer.query(
            "select sum(episodes) as episodes, sum(readmitted) as readmitted, sum(people) as people, "
            "sum(readmission) as spending from panel.team_quarter where definition_set = ?",
            [chosen],
        )[0]
        if known
        else {}
    )
    if not rows:
        return Panel(
            "No readmission counts in an episode you may see" if there or not known
            else "The last run does not hold why people came back",
            "" if there or not known else "It is older than this table. Run again: corridor run.",
            choices=choices, choice_name="Definitions",
        )  # fmt: skip
    readmitted, episodes = int(sums["readmitted"] or 0), int(sums["episodes"] or 0)
    everyone = sum(row["people"] for row in rows)
    hidden = few(everyone)
    spent = sum(float(row["spend"]) for row in rows)
    sentence = (
        f"{people(readmitted)} of {people(episodes)} episodes had a readmission that counts"
        if hidden
        else f"Readmissions cost {short_dollars(spent)}: "
        f"{share(readmitted / episodes if episodes else 0, 0)} of {people(episodes)} episodes had one"
    )
    drawn = [row for row in rows if not few(row["people"])][:DRAWN]
    pictures = (
        [
            bar_picture(
                "team-causes", f"MS-DRG {drawn[0]['cause']} costs most among causes of enough people",
                [Bar(f"MS-DRG {row['cause']}", float(row["spend"])) for row in drawn],
                show=short_dollars, gains=False,
            )
        ]
        if len(drawn) > 1
        else []
    )  # fmt: skip
    back = sum(row["same_hospital_people"] or 0 for row in rows)
    second = "Readmissions of an excluded kind are left out, as the rule does."
    if not hidden and not few(back) and not 0 < everyone - back < 11:
        second += f" {share(back / everyone, 0)} of those people came back to the hospital that operated."
    return Panel(
        sentence,
        second,
        pictures=pictures,
        tables=[_causes_table(rows), _causes_by_table(viewer.query(CAUSES_BY, [chosen]))],
        notes=[FEW],
        choices=choices,
        choice_name="Definitions",
    )


def _causes_table(rows: list[dict[str, Any]]) -> Table:
    body = [
        TableRow(
            (
                text_cell(f"MS-DRG {row['cause']}" if row["cause"] else "no MS-DRG"),
                text_cell(row["mdc_code"]),
                amount_cell(people(row["stays"]), real(row["stays"])),
                amount_cell(told(row["people"], float(row["spend"]) / row["stays"]), real(row["spend"])),
                amount_cell(told(row["people"], row["spend"]), real(row["spend"])),
            )
        )
        for row in rows
    ]
    columns = (
        Column("Cause"), Column("Major category", about="MDC, where the table of MS-DRGs is installed"),
        Column("Stays", "number"), Column("A stay", "number"), Column("Spending", "number"),
    )  # fmt: skip
    return Table("team-causes", "What people came back for, the costliest 100", columns, body)


def _causes_by_table(rows: list[dict[str, Any]]) -> Table:
    body = [
        TableRow(
            (
                text_cell(category(row["category"])),
                amount_cell(people(row["episodes"]), real(row["episodes"])),
                amount_cell(people(row["stays"]), real(row["stays"])),
                amount_cell(told(row["people"], row["spend"]), real(row["spend"])),
            )
        )
        for row in rows
    ]
    columns = (
        Column("Category of the episode"), Column("Episodes with one", "number"), Column("Stays", "number"),
        Column("Spending", "number"),
    )  # fmt: skip
    return Table("team-causes-by", "By the procedure before", columns, body)

"""One clinician's page: score and dollars, what moved the score, measures, episodes down to the services."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from markupsafe import Markup, escape

from corridor.reports.charts.rows import SIDE, STACKED
from corridor.reports.charts.timeline import Service, shapes_of, timeline
from corridor.reports.charts.waterfall import Part, waterfall
from corridor.reports.tables import key_of
from corridor.reports.views.dollars import tags_of
from corridor.reports.views.index import Index
from corridor.reports.views.page import Cell, Column, Figure, Picture, Table, TableRow, amount_cell, text_cell
from corridor.reports.views.score import ZERO, ScoreParts
from corridor.reports.views.scores import interval, rank_of
from corridor.reports.words import (
    COLLECTION_TYPES,
    cohort_name,
    dollars,
    is_small,
    listed,
    lower_first,
    magnitude,
    measure_label,
    people,
    plain,
    points,
    real,
    share,
    short_dollars,
)

Row = dict[str, Any]

LISTED_EPISODES = 10
"""Episodes in the table of one clinician, the costliest against expectation first."""
LISTED_SERVICES = 12
"""Services in the table behind a timeline, the largest first."""


OUTCOMES = {
    "not reported": "not reported: 0 points",
    "incomplete": "data too incomplete: 0 points",
    "too few cases": "no: too few cases",
    "no benchmark": "no: no benchmark",
    "removed": "no: too few cases or no benchmark",
    "left to CMS": "no: CMS works it out from claims",
}
"""What became of a measure, in words for its row."""


@dataclass(frozen=True)
class ClinicianPage:
    """Everything one clinician's page shows."""

    id: str
    name: str
    key: tuple[str, str]
    cohort: str
    lead: str
    figures: list[Figure]
    tags: list[tuple[str, str]]
    picture: Picture | None
    tables: list[Table] = field(default_factory=list)
    derivation: list[tuple[str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def clinician_page(index: Index, row: Row) -> ClinicianPage:
    """The page of one row of the result."""
    key = key_of(row)
    parts = index.parts.get(key)
    tables = [_measures(index, row)] if index.measures.get(key) else []
    if index.levers.get(key):
        tables.append(_levers(index, key))
    episodes = _episodes(index, row)
    notes = []
    if episodes is not None:
        tables.append(episodes)
    elif is_small(row.get("attributed_episodes")) and index.data.door == "claims":
        notes.append("Fewer than 11 episodes: they are not listed, so that no patient can be told apart.")
    tag, why = tags_of(row)
    return ClinicianPage(
        id=index.anchors[key],
        name=index.names[key],
        key=key,
        cohort=cohort_name(row.get("cohort")),
        lead=lead_of(index, row),
        figures=_figures(index, row),
        tags=[(tag, why)] if tag else [],
        picture=_waterfall(index, row, parts),
        tables=tables,
        derivation=_derivation(row),
        notes=notes,
    )


def lead_of(index: Index, row: Row) -> str:
    """One sentence: dollars, score, and the two parts that take the most points."""
    year = index.first_year
    score, amount = real(row.get("final_score")), real(row.get("dollars"))
    if score is None:
        why = str(row.get("reason") or "").strip() or "too few episodes or quality results count"
        return f"No final score: {why}, so payments in {year or 'the payment year'} stay as they are."
    parts = index.parts.get(key_of(row))
    if score == 0 and parts is not None and any(part.name == ZERO for part in parts.parts):
        lost = f"Likely to lose {magnitude(amount)} in {year}. " if amount else ""
        return f"{lost}The final score is 0, because too few quality measures were reported."
    drivers = (
        [f"{lower_first(part.name)} ({points(part.amount)})" for part in parts.losses()[:2]] if parts else []
    )
    tail = f" Most points are lost to {listed(drivers)}." if drivers else ""
    if amount is None:
        return f"Final score {plain(score)}; without Part B payments there are no dollars.{tail}"
    if round(amount) == 0:
        return f"Final score {plain(score)}: no change in {year}.{tail}"
    verb = "lose" if amount < 0 else "gain"
    base = real(row.get("part_b_paid"))
    out = f" of {short_dollars(base)} in Part B payments" if base else ""
    return f"Likely to {verb} {magnitude(amount)}{out} in {year}, with a final score of {plain(score)}.{tail}"


def _figures(index: Index, row: Row) -> list[Figure]:
    figures = []
    score, amount = real(row.get("final_score")), real(row.get("dollars"))
    if score is not None:
        peers = index.data.national.get(str(row.get("cohort")), np.empty(0))
        above = rank_of(score, peers)
        neutral = index.neutral(str(row.get("cohort")))
        words = [f"breaks even at {plain(neutral, 0)}"] if neutral is not None else []
        words += [f"above {above}% of the national cohort"] if above is not None else []
        figures.append(Figure(plain(score), "final score", ", ".join(words) or "of 100"))
    year = index.first_year
    if amount is not None and year is not None and score is not None:
        first = next(
            (item for item in index.dollars.get(key_of(row), []) if item["payment_year"] == year), {}
        )
        low, high = first.get("low"), first.get("high")
        words = [f"factor {share(row.get('payment_adjustment_factor'), 2, signed=True)}"]
        if low is not None and high is not None and high - low >= 1:
            words.append(
                f"{short_dollars(low, signed=True)} to {short_dollars(high, signed=True)} over both midpoints"
            )
        figures.append(
            Figure(
                short_dollars(amount, signed=True),
                f"expected in {year}",
                "; ".join(words),
                "gain" if amount > 0 else "loss" if amount < 0 else "",
            )
        )
    ratio = real(row.get("cost_ratio"))
    if ratio is not None and not is_small(row.get("attributed_episodes")):
        low, high = interval(row)
        span = (
            f"{dollars(low)} to {dollars(high)} an episode, " if low is not None and high is not None else ""
        )
        figures.append(
            Figure(
                plain(ratio, 2),
                "cost ratio, 1 is expected",
                f"{span}{people(row.get('attributed_episodes'))} episodes",
            )
        )
    covered = real(row.get("panel_coverage"))
    if covered is not None:
        figures.append(
            Figure(
                share(covered, 0),
                "panel coverage",
                "of the patients CMS counts for this clinician are loaded",
            )
        )
    return figures


def _waterfall(index: Index, row: Row, parts: ScoreParts | None) -> Picture | None:
    if parts is None:
        return None
    losses = parts.losses()
    finding = f"From 100 to {plain(parts.end)}"
    if losses:
        finding += f": {lower_first(losses[0].name)} takes the most"
    wide, narrow = (
        waterfall(
            f"{index.anchors[key_of(row)]}-{size}",
            finding,
            Part(parts.start_name, parts.start),
            parts.parts,
            Part("Final score", parts.end),
            show=plain,
            show_change=points,
            layout=layout,
        )
        for size, layout in (("wide", SIDE), ("narrow", STACKED))
    )
    return Picture(finding, wide, narrow)


def _measures(index: Index, row: Row) -> Table:
    columns = (
        Column("Measure"),
        Column("Collected as"),
        Column("Rate", "number"),
        Column("Benchmark", "number"),
        Column("Cases", "number"),
        Column("Complete", "number", "Data completeness"),
        Column("Points", "number"),
        Column("Counts"),
    )
    body = []
    for item in index.measures[key_of(row)]:
        rate, benchmark = real(item.get("rate")), real(item.get("benchmark"))
        small = is_small(item.get("eligible_cases"))
        complete = real(item.get("data_completeness"))
        body.append(
            TableRow(
                (
                    text_cell(measure_label(item.get("measure_id"))),
                    text_cell(
                        COLLECTION_TYPES.get(str(item.get("collection_type")), item.get("collection_type"))
                    ),
                    amount_cell(
                        "–" if rate is None or small else f"{plain(rate, 1)}%", None if small else rate
                    ),
                    amount_cell("–" if benchmark is None else f"{plain(benchmark, 1)}%", benchmark),
                    amount_cell(
                        people(item.get("eligible_cases")), 0.5 if small else real(item.get("eligible_cases"))
                    ),
                    amount_cell("–" if complete is None else f"{plain(complete, 0)}%", complete),
                    amount_cell(plain(item.get("points"), 1), real(item.get("points"))),
                    text_cell(_counts(item)),
                )
            )
        )
    cost = real(row.get("cost_points"))
    if cost is not None:
        per = dollars(row.get("cost_per_episode"))
        episodes = people(row.get("attributed_episodes"))
        body.append(
            TableRow(
                (
                    text_cell("Episode cost"),
                    text_cell("claims"),
                    amount_cell(per, None),
                    amount_cell(dollars(row.get("cost_median")), None),
                    amount_cell(episodes, None),
                    text_cell(None),
                    amount_cell(plain(cost, 1), cost),
                    text_cell("yes"),
                )
            )
        )
    return Table(f"measures-{row['npi']}", "Measures", columns, body, tools=False)


def _counts(item: Row) -> str:
    outcome = str(item.get("outcome") or "")
    if outcome and outcome != "scored":
        return OUTCOMES.get(outcome, outcome)
    if item.get("reported") is False:
        return OUTCOMES["not reported"]
    return OUTCOMES["removed"] if item.get("counted") is False else "yes"


def _levers(index: Index, key: tuple[str, str]) -> Table:
    columns = (Column("Lever"), Column("Change"), Column("Score", "number"), Column("Dollars", "number"))
    body = [
        TableRow(
            (
                text_cell(measure_label(item.get("measure"))),
                text_cell(str(item.get("change")).replace("_", " ")),
                amount_cell(points(item.get("score_change")), real(item.get("score_change"))),
                amount_cell(dollars(item.get("dollars"), signed=True), real(item.get("dollars")), toned=True),
            )
        )
        for item in index.levers[key]
    ]
    return Table(
        f"levers-{key[1]}", f"What a step is worth in {index.first_year}", columns, body, tools=False
    )


def _episodes(index: Index, row: Row) -> Table | None:
    found = index.episodes.get(key_of(row))
    if not found:
        return None
    columns = (
        Column("Episode"),
        Column("Days", "number"),
        Column("Assigned", "number", "Standardized dollars"),
        Column("Observed a year", "number", "Assigned × 365 / days"),
        Column("Expected", "number"),
        Column("Ratio", "number"),
        Column("Imputed", "number"),
    )
    body = []
    for item in found[:LISTED_EPISODES]:
        opens, summary = _opened(index, row, item)
        body.append(
            TableRow(
                (
                    Cell(str(item["number"]), float(item["number"])),
                    amount_cell(f"{int(item['episode_days']):,}", float(item["episode_days"])),
                    amount_cell(dollars(item["assigned_cost"]), real(item["assigned_cost"])),
                    amount_cell(dollars(item["observed_cost"]), real(item["observed_cost"])),
                    amount_cell(dollars(item["expected_cost"]), real(item["expected_cost"])),
                    amount_cell(plain(item["ratio"], 2), real(item["ratio"])),
                    amount_cell(share(item["imputed_share"], 0), real(item["imputed_share"])),
                ),
                opens=opens,
                summary=summary,
            )
        )
    note = "Numbered here, from the highest ratio down. All of them, with their claims:"
    command = f"corridor explain asm {row['npi']} --claims"
    caption = f"Episodes: the {len(body)} costliest against expectation of {people(len(found))}"
    return Table(f"episodes-{row['npi']}", caption, columns, body, note=note, command=command)


def _opened(index: Index, row: Row, item: Row) -> tuple[str, str]:
    """The timeline of an episode and the table behind it, as markup that opens below the row."""
    lines = index.data.services.get((row["tin"], row["npi"], item["number"]))
    if not lines:
        return "", ""
    services = [
        Service(
            int(line.get("day") or 0),
            category_name(line["service_category"]),
            real(line["standardized_amount"]) or 0.0,
        )
        for line in lines
    ]
    days = int(item["episode_days"])
    shapes = shapes_of(services)
    first = next(iter(shapes), "")
    finding = f"Episode {item['number']}: {first.lower()} cost most of {short_dollars(item['assigned_cost'])}"
    drawn = timeline(
        f"{index.anchors[key_of(row)]}-e{item['number']}", finding, services, days, show=short_dollars
    )
    largest = sorted(services, key=lambda one: (-one.amount, one.day, one.category))[:LISTED_SERVICES]
    rows = Markup("").join(
        Markup(
            "<tr><td class=number>{}</td><td><span class=mark>{}</span>{}</td><td class=number>{}</td></tr>"
        ).format(one.day, shapes[one.category], one.category, dollars(one.amount))
        for one in sorted(largest, key=lambda one: (one.day, one.category, -one.amount))
    )
    rest = services_rest(services, largest)
    markup = Markup(
        "<figure><figcaption>{}</figcaption>{}</figure>"
        "<table class=slim><caption>{}</caption><thead><tr><th scope=col class=number>Day</th>"
        "<th scope=col>Service</th><th scope=col "
        "class=number>Standardized</th></tr></thead><tbody>{}</tbody></table>"
    ).format(
        finding, Markup(drawn.svg), f"The {len(largest)} largest of {len(services)} services{rest}", rows
    )
    return str(markup), f"Timeline of {len(services)} services"


def services_rest(services: Sequence[Service], largest: Sequence[Service]) -> str:
    """What the services that are not listed come to, so that the table adds up to the episode."""
    if len(largest) == len(services):
        return ""
    rest = sum(one.amount for one in services) - sum(one.amount for one in largest)
    return f"; the other {len(services) - len(largest)} come to {dollars(rest)}"


def category_name(category: Any) -> str:
    """A service category as words."""
    words = str(category or "other services").replace("_", " ").strip()
    return words[:1].upper() + words[1:]


def _derivation(row: Row) -> list[tuple[str, str]]:
    """How the dollars come about, step by step, each with its source."""
    risk, transformed = real(row.get("risk_level")), real(row.get("transformed_final_score"))
    scaling, factor = real(row.get("scaling_factor")), real(row.get("payment_adjustment_factor"))
    base, amount = (
        real(row.get("part_b_paid_payment_year")) or real(row.get("part_b_paid")),
        real(row.get("dollars")),
    )
    if risk is None or transformed is None or scaling is None or factor is None:
        return []
    steps = [
        (
            f"Factor = {plain(risk, 2)} × {plain(transformed, 4)} × {plain(scaling, 4)} − {plain(risk, 2)} "
            f"= {plain(factor, 6, signed=True)}",
            "Risk level × transformed final score × scaling factor − risk level; 42 CFR 512.750(c)(1)",
        )
    ]
    if base is not None and amount is not None:
        steps.append(
            (
                f"Dollars = {dollars(base)} × {plain(factor, 6, signed=True)} = "
                f"{dollars(amount, signed=True)}",
                "Part B payments of the payment year, taken as those of the performance year; 42 CFR "
                "512.750(a)",
            )
        )
    return steps


def safe(words: str) -> str:
    """Words as markup."""
    return str(escape(words))

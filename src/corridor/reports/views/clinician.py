"""One clinician's page: score and dollars, what moved the score, measures, episodes down to the services."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from corridor.reports.charts.rows import SIDE, STACKED
from corridor.reports.charts.waterfall import Part, waterfall
from corridor.reports.tables import key_of
from corridor.reports.views.base import base_of, base_words, cost_range, span_of, tags_of, unpaid
from corridor.reports.views.episode import episodes_table
from corridor.reports.views.index import Index
from corridor.reports.views.page import Column, Figure, Picture, Table, TableRow, amount_cell, text_cell
from corridor.reports.views.score import ZERO, ScoreParts
from corridor.reports.views.scores import interval, rank_of, ranked, ratio_interval
from corridor.reports.views.spending import Spending, spending
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

OUTCOMES = {
    "not reported": "not reported: 0 points",
    "incomplete": "data too incomplete: 0 points",
    "too few cases": "no: too few cases",
    "no benchmark": "no: no benchmark",
    "removed": "no: too few cases or no benchmark",
    "left to CMS": "no: CMS works it out from claims",
}
"""What became of a measure, in words for its row."""


PER_HUNDRED_YEARS = ("492",)
"""Measures whose rate is not a percentage: events per 100 patient-years."""


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
    spending: Spending | None = None
    episodes: Table | None = None
    derivation: list[tuple[str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def clinician_page(index: Index, row: Row) -> ClinicianPage:
    """The page of one row of the result."""
    key = key_of(row)
    parts = index.parts.get(key)
    tables = []
    if index.measures.get(key) and index.depth.measures:
        tables.append(_measures(index, row))
    if index.levers.get(key) and index.depth.measures:
        tables.append(_levers(index, key))
    episodes = episodes_table(index, row)
    notes = [_moved(parts)] if parts is not None and index.depth.brief else []
    if is_small(row.get("attributed_episodes")) and index.data.door == "claims":
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
        spending=spending(index, row),
        episodes=episodes,
        derivation=_derivation(row) if index.depth.spending else [],
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
    zero = parts is None or any(part.name == ZERO for part in parts.parts)
    if score == 0 and zero:
        lost = f"Likely to lose {magnitude(amount)} in {year}. " if amount else ""
        if unpaid(row):
            factor = share(row.get("payment_adjustment_factor"), 1, signed=True)
            lost = f"Likely to be paid {factor} in {year}; no Part B payments are loaded. "
        why = str(row.get("reason") or "").strip() if row.get("status") == "zero" else ""
        return f"{lost}The final score is 0: {why or 'too few quality measures were reported'}."
    drivers = (
        [f"{lower_first(part.name)} ({points(part.amount)})" for part in parts.losses()[:2]] if parts else []
    )
    tail = f" Most points are lost to {listed(drivers)}." if drivers else ""
    if amount is None:
        return f"Final score {plain(score)}; without Part B payments there are no dollars.{tail}"
    if unpaid(row):
        factor = share(row.get("payment_adjustment_factor"), 1, signed=True)
        return f"Final score {plain(score)}: {factor} in {year}, but no Part B payments are loaded.{tail}"
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
            words.append(f"{span_of(low, high)} over both readings of the rule")
        low, high = cost_range(row)
        if low is not None and high is not None and high - low >= 1:
            words.append(f"{span_of(low, high)} over the interval of the cost estimate")
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
        low, high = ratio_interval(row)
        span = f" ({plain(low, 2)} to {plain(high, 2)})" if low is not None and high is not None else ""
        low, high = interval(row)
        words = (
            [f"scored at {dollars(low)} to {dollars(high)} an episode"] if low is not None and span else []
        )
        words.append(f"{people(row.get('attributed_episodes'))} episodes")
        tag = "" if ranked(row) else "not scored"
        figures.append(
            Figure(
                plain(ratio, 2),
                f"cost ratio{span}, 1 is expected",
                ", ".join(words),
                tag=tag,
                why="Fewer episodes than a cost score needs: the ratio is shown, and does not count."
                if tag
                else "",
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
    if index.depth.brief:
        return None
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


def _moved(parts: ScoreParts) -> str:
    """What the waterfall shows, in words."""
    moved = "; ".join(f"{part.name} {points(part.amount)}" for part in parts.parts if round(part.amount, 1))
    return f"From {plain(parts.start, 0)} to {plain(parts.end)}: {moved}."


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
                        "–" if rate is None or small else rate_words(item, rate), None if small else rate
                    ),
                    amount_cell("–" if benchmark is None else rate_words(item, benchmark), benchmark),
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
    if cost is not None and ranked(row):
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


def rate_words(item: Row, rate: float) -> str:
    """A rate with its unit: percent, but admissions per 100 patient-years for the measure from claims."""
    if str(item.get("measure_id")) in PER_HUNDRED_YEARS:
        return f"{plain(rate, 1)} per 100 years"
    return f"{plain(rate, 1)}%"


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


def _derivation(row: Row) -> list[tuple[str, str]]:
    """How the dollars come about, step by step, each with its source."""
    risk, transformed = real(row.get("risk_level")), real(row.get("transformed_final_score"))
    scaling, factor = real(row.get("scaling_factor")), real(row.get("payment_adjustment_factor"))
    base, amount = base_of(row), real(row.get("dollars"))
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
                f"Part B payments of the payment year, {base_words(row)}; 42 CFR 512.750(a)",
            )
        )
    return steps

"""The first screen: one sentence in words and dollars, four figures with what to compare them with, the
years.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from corridor.reports.charts import svg
from corridor.reports.charts.line import YearPoint, line
from corridor.reports.views.base import part_seen
from corridor.reports.views.index import Index, YearTotal
from corridor.reports.views.page import Cell, Column, Figure, Picture, Table, TableRow, amount_cell
from corridor.reports.views.score import common_drivers
from corridor.reports.views.scores import direction
from corridor.reports.words import (
    cohort_name,
    counted,
    dollars,
    listed,
    lower_first,
    magnitude,
    plain,
    real,
    share,
    short_dollars,
)


@dataclass(frozen=True)
class Opening:
    """Sentence, what follows it, figures, and the chart by year with its table."""

    sentence: str
    second: str
    figures: list[Figure]
    picture: Picture | None
    table: Table | None
    notes: list[str]


def opening(index: Index) -> Opening:
    """What the reader needs in the first ten seconds."""
    data = index.data
    if not data.clinicians:
        words = "No clinician is in the Ambulatory Specialty Model (ASM) for performance year "
        words += f"{data.performance_year}."
        second = "See who was considered, and why each is out, below."
        return Opening(words, second, [], None, None, data.notes)
    notes = [*years_note(index), *_cover(index), *data.notes]
    return Opening(_sentence(index), _second(index), _figures(index), _picture(index), _table(index), notes)


def years_note(index: Index) -> list[str]:
    """Which years of claims stand for the years the rule asks for, where they are others or not whole."""
    wanted = index.data.performance_year
    notes = []
    for row in index.data.years_used:
        cohort = cohort_name(row.get("cohort"))
        if row.get("measure_year") not in (None, wanted):
            notes.append(f"{cohort}: episodes of {row['measure_year']} stand for those of {wanted}.")
        if row.get("data_year") not in (None, row.get("wanted_data_year")):
            notes.append(
                f"{cohort}: who is in rests on claims of {row['data_year']}, for {row['wanted_data_year']}."
            )
        if row.get("paid_year") not in (None, wanted) or row.get("paid_year_is_whole") is False:
            part = "" if row.get("paid_year_is_whole") else ", of which part is loaded"
            notes.append(f"{cohort}: Part B payments are those of {row.get('paid_year')}{part}.")
    return notes


def _cover(index: Index) -> list[str]:
    """How much of the clinicians' work the loaded data see."""
    notes = [part_seen(index.data.clinicians)]
    thin = sum(bool(row.get("indicative")) for row in index.data.clinicians)
    if thin:
        notes.append(
            f"{thin} of {counted(len(index.data.clinicians), 'result')} {'is' if thin == 1 else 'are'} "
            "`indicative`: the loaded data see the clinician only in part."
        )
    return [words for words in notes if words]


def _sentence(index: Index) -> str:
    count = len(index.data.clinicians)
    who = f"Your {counted(count, 'clinician')} in the Ambulatory Specialty Model (ASM)"
    if not index.totals:
        return f"{who} have scores, but no dollars: Part B payments are not loaded."
    total = index.totals[0]
    base = f"of {short_dollars(index.part_b)} in Part B payments" if index.part_b else ""
    if total.low < 0 < total.high and min(-total.low, total.high) > 0.2 * max(-total.low, total.high):
        return (
            f"{who} may lose {magnitude(total.low)} or gain {magnitude(total.high)} in {total.year} {base}, "
            "depending on a rule that is not published yet."
        )
    if round(total.dollars) == 0:
        return f"{who} neither gain nor lose in {total.year}."
    verb = "lose" if total.dollars < 0 else "gain"
    be = "is" if count == 1 else "are"
    return f"{who} {be} likely to {verb} {magnitude(total.dollars)} in {total.year}, out {base}.".replace(
        ", out .", "."
    )


def _second(index: Index) -> str:
    paid = {
        key: next(
            (
                real(row.get("part_b_paid")) or 1.0
                for row in index.data.clinicians
                if (row["tin"], row["npi"]) == key
            ),
            1.0,
        )
        for key in index.parts
    }
    drivers = common_drivers([(parts, paid[key]) for key, parts in index.parts.items()])
    words = []
    if drivers:
        together = sum(part for _, part in drivers)
        names = listed([lower_first(name) for name, _ in drivers])
        words.append(
            f"{names[0].upper()}{names[1:]} cost the most points: {share(together, 0)} of all that is lost."
        )
    losers = [row for row in index.scored if direction(row) < 0]
    gainers = [row for row in index.scored if direction(row) > 0]
    if losers or gainers:
        rest = len(index.data.clinicians) - len(losers) - len(gainers)
        tail = f", {rest} {'has' if rest == 1 else 'have'} no change" if rest else ""
        words.append(
            f"{counted(len(losers), 'clinician loses', 'clinicians lose')}, {len(gainers)} gain{tail}."
        )
    return " ".join(words)


def _figures(index: Index) -> list[Figure]:
    figures: list[Figure] = []
    if index.totals:
        figures += _money_figures(index, index.totals[0], index.totals[-1])
    figures.append(_score_figure(index))
    if index.scored:
        figures.append(_gain_figure(index))
    return figures


def _money_figures(index: Index, first: YearTotal, last: YearTotal) -> list[Figure]:
    comparison = ""
    if index.part_b:
        comparison = f"{share(first.dollars / index.part_b, 1, signed=True)} of Part B payments"
    kept = index.data.law.get("redistribution_share")
    if kept is not None and first.risk_level is not None:
        comparison += f"; every cohort as a whole loses {share((1 - kept) * first.risk_level, 2)} by design"
    spread = ""
    if first.high - first.low > 1:
        spread = f" ({short_dollars(first.low, signed=True)} to {short_dollars(first.high, signed=True)})"
    figures = [
        Figure(
            short_dollars(first.dollars, signed=True),
            f"expected in {first.year}{spread}",
            comparison,
            "gain" if first.dollars > 0 else "loss",
            "assumed" if spread else "",
            "The score that breaks even rests on a midpoint that is not published. The range is over "
            "both readings: "
            "the median of the cohort, and a fixed score.",
        )
    ]
    if first.at_risk is not None:
        later = ""
        if last.at_risk is not None and last.year != first.year and last.risk_level is not None:
            later = f"; {share(last.risk_level, 0)} or {short_dollars(last.at_risk)} in {last.year}"
        figures.append(
            Figure(
                f"±{short_dollars(first.at_risk)}",
                f"at risk in {first.year}",
                f"{share(first.risk_level, 0)} of Part B payments up or down{later}",
            )
        )
    return figures


def _score_figure(index: Index) -> Figure:
    scores = [score for row in index.scored if (score := real(row.get("final_score"))) is not None]
    peers = []
    for cohort, values in sorted(index.data.national.items()):
        own = [
            score
            for row in index.scored
            if row.get("cohort") == cohort and (score := real(row.get("final_score"))) is not None
        ]
        if values.size and own:
            peers.append(
                f"{cohort_name(cohort).lower()} {plain(float(np.median(own)), 0)} (national "
                f"{plain(float(np.median(values)), 0)})"
            )
    comparison = ", ".join(peers) or "no national cohort in this report"
    value = plain(float(np.median(scores)), 0) if scores else "none"
    return Figure(value, "median final score, 0 to 100", comparison)


def _gain_figure(index: Index) -> Figure:
    gainers = [row for row in index.scored if direction(row) > 0]
    shares, sizes = 0.0, 0
    for cohort, values in sorted(index.data.national.items()):
        neutral = index.neutral(cohort)
        if neutral is not None and cohort in index.data.cohorts():
            shares += float((values > neutral).sum())
            sizes += int(values.size)
    comparison = (
        f"{share(shares / sizes, 0)} of the national cohort gain" if sizes else "of those with a final score"
    )
    return Figure(f"{len(gainers)} of {len(index.scored)}", "clinicians gain", comparison)


def _picture(index: Index) -> Picture | None:
    if len(index.totals) < 2:
        return None
    first, last = index.totals[0], index.totals[-1]
    verb = "loss" if first.dollars < 0 else "gain"
    bigger = abs(last.dollars) > abs(first.dollars) + 1
    finding = (
        f"The {verb} grows from {magnitude(first.dollars)} in {first.year} to "
        f"{magnitude(last.dollars)} in {last.year}"
        if bigger
        else f"The {verb} stays near {magnitude(first.dollars)} a year"
    )
    drawn = [
        line(
            f"years-{size}",
            finding,
            [
                YearPoint(total.year, total.dollars, total.low, total.high, _event(total, words))
                for total in index.totals
            ],
            show=lambda value: short_dollars(value, signed=True),
            value_name="dollars a year",
            width=width,
        )
        for size, width, words in (("wide", svg.WIDE, " at risk"), ("narrow", svg.NARROW, ""))
    ]
    note = (
        "If scores and Part B payments stay as they are; only the share of payments at risk changes, "
        "shown under "
        "each year. The band is the range over both readings of the midpoint; what the cost estimate adds "
        "stands with each clinician."
    )
    return Picture(finding, drawn[0], drawn[1], note)


def _event(total: YearTotal, words: str) -> str:
    return "" if total.risk_level is None else share(total.risk_level, 0) + words


def _table(index: Index) -> Table | None:
    if not index.totals:
        return None
    rows = [
        TableRow(
            (
                Cell(str(total.year), float(total.year)),
                amount_cell(share(total.risk_level, 0), total.risk_level),
                amount_cell(dollars(total.at_risk), total.at_risk),
                amount_cell(dollars(total.low, signed=True), total.low, toned=True),
                amount_cell(dollars(total.dollars, signed=True), total.dollars, toned=True),
                amount_cell(dollars(total.high, signed=True), total.high, toned=True),
            )
        )
        for total in index.totals
    ]
    columns = (
        Column("Payment year"),
        Column("Risk level", "number"),
        Column("At risk", "number"),
        Column("Low", "number", "The lower of both readings of the midpoint"),
        Column("Expected", "number"),
        Column("High", "number", "The higher of both readings of the midpoint"),
    )
    return Table("dollars-by-year", "Dollars by payment year, all clinicians", columns, rows, tools=False)

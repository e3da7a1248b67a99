"""Where scores lie within the national cohort, dollars by practice and clinician, and what really differs
in cost.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from corridor.reports.charts import svg
from corridor.reports.charts.funnel import Dot, funnel, standing
from corridor.reports.charts.strip import Landmark, OwnPoint, at_zero, strip
from corridor.reports.data import Floats
from corridor.reports.tables import key_of
from corridor.reports.views.base import tags_of
from corridor.reports.views.index import Index
from corridor.reports.views.page import (
    Cell,
    Column,
    Picture,
    Section,
    Table,
    TableRow,
    amount_cell,
    text_cell,
)
from corridor.reports.words import (
    cohort_name,
    counted,
    dollars,
    is_small,
    listed,
    people,
    plain,
    real,
    share,
)

Row = dict[str, Any]

SIZES = (("wide", svg.WIDE), ("narrow", svg.NARROW))


def direction(row: Row) -> int:
    """1 gains, -1 loses, 0 neither; a factor that reads 0.00% is neither."""
    factor = real(row.get("payment_adjustment_factor")) or 0.0
    if share(factor, 2) == share(0.0, 2):
        return 0
    return 1 if factor > 0 else -1 if factor < 0 else 0


def rank_of(score: float, peers: Floats) -> int | None:
    """Percent of peers with a lower score, whole; None without peers."""
    return None if not peers.size else math.floor(100 * float((peers < score).mean()) + 0.5)


def scores_section(index: Index) -> Section:
    """A strip for each cohort and the ranking behind it."""
    title = "Scores among peers"
    if not index.scored:
        return Section(
            "scores",
            title,
            empty="No clinician has a final score: quality results or episodes are missing. "
            "Load them with `corridor load quality FILE` and `corridor load cclf DIR`.",
        )
    pictures = []
    sentences = []
    for cohort in index.data.cohorts():
        own = [row for row in index.scored if row.get("cohort") == cohort]
        if not own:
            continue
        peers = index.data.national.get(cohort, np.empty(0))
        finding = _finding(cohort, own, peers, index.neutral(cohort))
        sentences.append(finding + ".")
        marks = []
        if peers.size:
            middle = float(np.median(peers))
            marks.append(Landmark(middle, f"national median {middle:.0f}"))
        neutral = index.neutral(cohort)
        if neutral is not None:
            marks.append(Landmark(neutral, f"breaks even at {neutral:.0f}", strong=True))
        points = [
            OwnPoint(float(row["final_score"]), index.short_names[key_of(row)], direction(row)) for row in own
        ]
        drawn = [
            strip(
                f"scores-{cohort}-{size}",
                finding,
                peers,
                points,
                axis="Final score",
                landmarks=marks,
                width=width,
            )
            for size, width in SIZES
        ]
        pictures.append(
            Picture(finding, drawn[0], drawn[1], _strip_note(max(one.unnamed for one in drawn), peers))
        )
    return Section("scores", title, " ".join(sentences), pictures, [_ranking(index)], _national_notes(index))


def _finding(cohort: str, own: list[Row], peers: Floats, neutral: float | None) -> str:
    scores = [float(row["final_score"]) for row in own]
    name = cohort_name(cohort)
    if neutral is not None:
        below = sum(score < neutral for score in scores)
        if below == len(scores):
            return f"{name}: all {len(scores)} score below the break-even of {neutral:.0f}"
        return f"{name}: {below} of {len(scores)} score below the break-even of {neutral:.0f}"
    if peers.size:
        below = sum(score < float(np.median(peers)) for score in scores)
        return f"{name}: {below} of {len(scores)} score below the national median"
    return f"{name}: scores from {min(scores):.0f} to {max(scores):.0f}"


def _strip_note(unnamed: int, peers: Floats) -> str:
    words = f"Grey: {peers.size:,} clinicians of the national cohort. " if peers.size else ""
    if (silent := at_zero(peers)) and peers.size:
        words += f"The bar at 0: {silent:,} of them who did not report enough. "
    words += "▲ gains, ▼ loses."
    return words + (" Where there is no room for a name, the table has it." if unnamed else "")


def _national_notes(index: Index) -> list[str]:
    if not index.data.national:
        return ["No national cohort is part of this result: scores are set against your own clinicians only."]
    return []


def _ranking(index: Index) -> Table:
    columns = (
        Column("Clinician"),
        Column("Cohort"),
        Column("Final score", "number"),
        Column("Above", "number", "Share of the national cohort with a lower score"),
        Column("Quality", "number", "Quality score, 0 to 100%"),
        Column("Cost", "number", "Cost score, 0 to 100%"),
        Column("Factor", "number", "Payment adjustment factor"),
        Column("Dollars", "number"),
    )
    rows = []
    for row in sorted(
        index.data.clinicians, key=lambda row: (-(real(row.get("final_score")) or -1.0), key_of(row))
    ):
        key = key_of(row)
        score = real(row.get("final_score"))
        peers = index.data.national.get(str(row.get("cohort")), np.empty(0))
        above = None if score is None else rank_of(score, peers)
        amount = real(row.get("dollars"))
        tag, why = tags_of(row, index.depth.brief)
        rows.append(
            TableRow(
                (
                    Cell(index.names[key], index.names[key], link=f"#{index.anchors[key]}", tag=tag, why=why),
                    text_cell(cohort_name(row.get("cohort"))),
                    amount_cell(plain(score, 1) if score is not None else "no score", score),
                    amount_cell("–" if above is None else f"{above}%", above),
                    amount_cell(share(row.get("quality_score"), 0), real(row.get("quality_score"))),
                    amount_cell(share(row.get("cost_score"), 0), real(row.get("cost_score"))),
                    amount_cell(
                        share(row.get("payment_adjustment_factor"), 2, signed=True),
                        real(row.get("payment_adjustment_factor")),
                        toned=True,
                    ),
                    amount_cell(dollars(amount, signed=True), amount, toned=True),
                )
            )
        )
    return Table("scores", "Scores and what they lead to", columns, rows)


def cost_section(index: Index) -> Section:
    """A funnel for each cohort: cost ratio by volume, with limits of chance."""
    title = "Episode cost: who is really different"
    with_cost = [row for row in index.data.clinicians if real(row.get("cost_ratio")) is not None]
    if not with_cost:
        return Section(
            "cost",
            title,
            empty="No episode cost is known. Load claims (`corridor load cclf DIR`) or give "
            "`cost_per_episode` in the calculator file.",
        )
    pictures, sentences = [], []
    for cohort in index.data.cohorts():
        rows = [
            row
            for row in with_cost
            if row.get("cohort") == cohort and ranked(row) and real(row.get("attributed_episodes"))
        ]
        spread = index.data.spread.get(cohort)
        if not rows or not spread:
            continue
        dots = [
            Dot(
                index.short_names[key_of(row)],
                float(row["attributed_episodes"]),
                float(row["cost_ratio"]),
                f"#{index.anchors[key_of(row)]}",
            )
            for row in rows
        ]
        above = [dot.name for dot in dots if standing(dot, 1.0, spread) > 0]
        below = [dot.name for dot in dots if standing(dot, 1.0, spread) < 0]
        finding = _cost_finding(cohort, len(dots), above, below)
        sentences.append(finding + ".")
        drawn = [
            funnel(f"funnel-{cohort}-{size}", finding, dots, spread=spread, width=width)
            for size, width in SIZES
        ]
        pictures.append(
            Picture(
                finding,
                drawn[0],
                drawn[1],
                "1 is what the patients' conditions lead one to expect. Inside the funnel the "
                "difference may be "
                "chance: 95% of clinicians without any difference lie within the dashed lines, 99.8% "
                "within the "
                "solid ones.",
            )
        )
    few = sum(not ranked(row) for row in with_cost)
    notes = []
    if few:
        notes.append(
            f"{counted(few, 'clinician has', 'clinicians have')} too few episodes for a cost score: not in "
            "the funnel, and last in the table."
        )
    return Section("cost", title, " ".join(sentences), pictures, [_cost_table(index, with_cost)], notes)


def _cost_finding(cohort: str, count: int, above: list[str], below: list[str]) -> str:
    name = cohort_name(cohort)
    if not above and not below:
        return f"{name}: no clinician's cost differs by more than chance"
    parts = []
    if above:
        parts.append(
            f"{listed(above[:3])} cost{'s' if len(above) == 1 else ''} more"
            if len(above) <= 3
            else f"{len(above)} of {count} cost more"
        )
    if below:
        parts.append(
            f"{listed(below[:3])} cost{'s' if len(below) == 1 else ''} less"
            if len(below) <= 3
            else f"{len(below)} of {count} cost less"
        )
    return f"{name}: {' and '.join(parts)} than chance explains"


def _cost_table(index: Index, rows: list[Row]) -> Table:
    columns = (
        Column("Clinician"),
        Column("Cohort"),
        Column("Episodes", "number"),
        Column("Cost ratio", "number"),
        Column("Cost per episode", "number", "As scored: the ratio × the national average cost"),
        Column("From", "number", "Lower end of the interval"),
        Column("To", "number", "Upper end of the interval"),
        Column("Imputed", "number", "Share of standardized dollars that had to be imputed"),
    )
    body = []
    few = "Fewer episodes than a cost score needs: shown for completeness, not ranked."
    for row in sorted(
        rows, key=lambda row: (not ranked(row), -(real(row.get("cost_ratio")) or 0.0), key_of(row))
    ):
        key = key_of(row)
        tag, why = ("", "") if ranked(row) else ("not ranked", few)
        low, high = interval(row)
        episodes = people(row.get("attributed_episodes"))
        body.append(
            TableRow(
                (
                    Cell(index.names[key], index.names[key], link=f"#{index.anchors[key]}", tag=tag, why=why),
                    text_cell(cohort_name(row.get("cohort"))),
                    amount_cell(
                        episodes, 0.5 if episodes.startswith("<") else real(row.get("attributed_episodes"))
                    ),
                    amount_cell(plain(row.get("cost_ratio"), 2), real(row.get("cost_ratio"))),
                    amount_cell(dollars(row.get("cost_per_episode")), real(row.get("cost_per_episode"))),
                    amount_cell(dollars(low), low),
                    amount_cell(dollars(high), high),
                    amount_cell(share(row.get("imputed_share"), 0), real(row.get("imputed_share"))),
                )
            )
        )
    return Table("episode-cost", "Episode cost", columns, body)


def interval(row: Row) -> tuple[float | None, float | None]:
    """The interval of the cost per episode in dollars; one given around the ratio is scaled to dollars."""
    low, high = (
        next((end for name in names if (end := real(row.get(name))) is not None), None)
        for names in (("cost_interval_low", "interval_low"), ("cost_interval_high", "interval_high"))
    )
    cost, ratio = real(row.get("cost_per_episode")), real(row.get("cost_ratio"))
    if low is None or high is None or not cost or not ratio:
        return low, high
    if low <= ratio <= high and not low <= cost <= high:
        return low * cost / ratio, high * cost / ratio
    return low, high


def ratio_interval(row: Row) -> tuple[float | None, float | None]:
    """The interval of the cost ratio: that of the cost, over the dollars one stands for."""
    low, high = interval(row)
    cost, ratio = real(row.get("cost_per_episode")), real(row.get("cost_ratio"))
    if low is None or high is None or not cost or not ratio:
        return None, None
    return low * ratio / cost, high * ratio / cost


def ranked(row: Row) -> bool:
    """Whether the clinician has the episodes a cost score needs; those who have not are never ranked."""
    return row.get("scored") is not False and not is_small(row.get("attributed_episodes"))

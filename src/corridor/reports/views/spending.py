"""Where the episode dollars of one clinician go against the others, and what stands out, in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from corridor.reports.categories import REST, Mix, Slice
from corridor.reports.charts.pairs import Pair, pairs
from corridor.reports.tables import key_of
from corridor.reports.views.episode import category_name
from corridor.reports.views.index import Index
from corridor.reports.views.page import Column, Picture, Table, TableRow, amount_cell, text_cell
from corridor.reports.words import (
    cohort_name,
    counted,
    dollars,
    is_small,
    lower_first,
    near_dollars,
    people,
    real,
    share,
)

Row = Mapping[str, Any]

CLEARLY = 0.03
"""A category stands out where it is above the others by this share of their dollars an episode."""
NOTE = (
    "Standardized dollars an episode and year. Others are brought to this clinician's expected cost, so "
    "that sicker patients do not count as a difference. Services of fewer than 11 episodes stand under "
    "all other services."
)
CHARTED = 8
"""Categories drawn; the table has all."""


@dataclass(frozen=True)
class Spending:
    """The part of a clinician's page on where the dollars go."""

    lead: str
    picture: Picture | None
    table: Table


def standout(mix: Mix) -> Slice | None:
    """The category most above the others; None where none is clearly above."""
    named = [part for part in mix.slices if part.category != REST]
    most = max(named, key=lambda part: (part.difference, part.category), default=None)
    return most if most is not None and most.difference > CLEARLY * mix.others else None


def named(category: str) -> str:
    """A category of the mix in words; what was folded is the rest."""
    return "All other services" if category == REST else category_name(category)


def peers_of(mix: Mix, cohort: Any, *, beside: str = "loaded here") -> str:
    """The others in words: the 19 other low back pain clinicians loaded here."""
    of = f"other {lower_first(cohort_name(cohort))} clinician"
    return f"the {counted(mix.clinicians, of)} {beside}".replace("the 1 ", "the one ")


def few_episodes(index: Index, row: Row) -> bool:
    """Whether the loaded claims give the clinician fewer than 11 episodes, or none."""
    count = real(row.get("attributed_episodes"))
    return count is not None and (is_small(count) or (count == 0 and index.data.door == "claims"))


def cost_action(index: Index, row: Row) -> str:
    """What a clinician can do about episode cost, from the clinician's own episodes where they suffice."""
    mix = index.data.mixes.get(key_of(row))
    if mix is None:
        if few_episodes(index, row):
            return (
                "Ask CMS for your episode-level file: too few of your episodes are loaded here to say what "
                "drives their cost."
            )
        return "Go through your costliest episodes against expectation one by one, and see what repeats."
    part = standout(mix)
    whom = peers_of(mix, row.get("cohort"))
    if part is None:
        return (
            f"No kind of service of yours costs clearly more than with {whom}; go through your three "
            "costliest episodes one by one."
        )
    verb = "are" if named(part.category).endswith("s") else "is"
    return (
        f"{named(part.category)} {verb} {near_dollars(part.difference)} an episode above {whom}, at the same "
        "expected cost; look at your three costliest episodes first."
    )


def spending(index: Index, row: Row) -> Spending | None:
    """Chart and table of one clinician's categories; None where there are too few episodes to compare."""
    key = key_of(row)
    mix = index.data.mixes.get(key)
    if mix is None or not index.depth.spending:
        return None
    picture = None
    finding = _finding(mix)
    if not index.depth.brief:
        drawn = pairs(
            f"{index.anchors[key]}-mix",
            finding,
            [Pair(named(part.category), part.own, part.others) for part in _charted(mix)],
            show=near_dollars,
        )
        picture = Picture(finding, drawn)
    return Spending(_lead(mix, row), picture, _table(mix, row, NOTE if picture else ""))


def _charted(mix: Mix) -> list[Slice]:
    shown = [part for part in mix.slices if part.category != REST]
    shown = shown[: CHARTED - 1] if len(mix.slices) > CHARTED else shown
    rest = [part for part in mix.slices if part not in shown]
    if not rest:
        return shown
    return [*shown, Slice(REST, sum(part.own for part in rest), sum(part.others for part in rest))]


def _finding(mix: Mix) -> str:
    part = standout(mix)
    if part is None:
        return "Where the episode dollars go: nothing stands clearly above the others"
    return f"{named(part.category)}: {near_dollars(part.difference)} an episode above the others"


def _lead(mix: Mix, row: Row) -> str:
    gap = mix.own - mix.others
    words = f"An episode costs {near_dollars(mix.own)}, "
    if abs(gap) <= CLEARLY * mix.others:
        words += f"about as much as with {peers_of(mix, row.get('cohort'))}"
    else:
        words += f"{near_dollars(abs(gap))} {'more' if gap > 0 else 'less'} than with "
        words += peers_of(mix, row.get("cohort"))
    return f"{words} at the same expected cost ({people(mix.episodes)} episodes)."


def _table(mix: Mix, row: Row, note: str) -> Table:
    columns = (
        Column("Service"),
        Column("Own", "number"),
        Column("Others", "number"),
        Column("Difference", "number"),
        Column("Own share", "number"),
        Column("Others' share", "number"),
    )
    body = [_row(named(part.category), part.own, part.others, mix) for part in mix.slices]
    return Table(
        f"spending-{row['npi']}",
        "Where the episode dollars go",
        columns,
        body,
        total=_row("All", mix.own, mix.others, mix).cells,
        tools=False,
        note=note,
    )


def _row(name: str, own: float, others: float, mix: Mix) -> TableRow:
    gap = real(own - others) or 0.0
    return TableRow(
        (
            text_cell(name),
            amount_cell(dollars(own), own),
            amount_cell(dollars(others), others),
            amount_cell(dollars(gap, signed=True), gap),
            amount_cell(share(own / mix.own, 0) if mix.own else "–", own),
            amount_cell(share(others / mix.others, 0) if mix.others else "–", others),
        )
    )

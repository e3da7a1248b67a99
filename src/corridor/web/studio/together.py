"""Up to four scenarios of one program beside each other: inputs, figures, differences against the first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from corridor.reports.charts.outlook import Case
from corridor.reports.views.page import Picture, amount_cell
from corridor.reports.words import listed, short_dollars
from corridor.scenarios.outcome import Figure
from corridor.web.studio.drawn import drawn, named
from corridor.web.studio.registry import Evaluated
from corridor.web.studio.words import DOLLARS, SIGNED, band, said, shown, value_words


@dataclass(frozen=True)
class Column:
    """One of them: its number and name, and what it came to."""

    scenario_id: int
    name: str
    found: Evaluated


def sentence(columns: Sequence[Column]) -> tuple[str, str]:
    """Which is best, by how much, and how far they lie apart."""
    mains = [one.found.outcome.figures[0] for one in columns]
    unit = mains[0].unit
    ordered = sorted(
        zip(columns, mains, strict=True), key=lambda pair: -(pair[1].value or 0.0) * (pair[1].better or 1)
    )
    best, figure = ordered[0]
    if len(columns) == 1:
        return (
            f"“{best.name}” comes to {said(figure.value, unit, signed=unit in SIGNED)}",
            "Choose one more to compare it with.",
        )
    other, second = ordered[1]
    apart = abs((figure.value or 0.0) - (second.value or 0.0))
    name, come = figure.label[:1].lower() + figure.label[1:], said(figure.value, unit, signed=unit in SIGNED)
    if said(apart, unit) == said(0, unit):
        return (
            f"“{best.name}” and “{other.name}” come to the same: {name} {come}",
            _rest(ordered),
        )
    worth = short_dollars(apart) if unit in DOLLARS else said(apart, unit)
    return (
        f"“{best.name}” comes out best, {worth} ahead of “{other.name}”: {name} {come}",
        _rest(ordered),
    )


def _rest(ordered: Sequence[tuple[Column, Figure]]) -> str:
    parts = [
        f"“{one.name}” {band(figure.low, figure.high, figure.unit, signed=figure.unit in SIGNED)}"
        for one, figure in ordered
        if figure.low is not None
    ]
    return f"Eight draws of ten lie: {listed(parts)}." if parts else ""


def figure_rows(columns: Sequence[Column]) -> list[dict[str, Any]]:
    """A row a figure: value, band, and difference against the first of them."""
    first = {one.key: one for one in columns[0].found.outcome.figures}
    rows = []
    for key, base in first.items():
        cells = []
        for place, column in enumerate(columns):
            one = next((figure for figure in column.found.outcome.figures if figure.key == key), None)
            cells.append(_cell(one, base, place))
        rows.append({"label": base.label, "cells": cells})
    return rows


def _cell(one: Figure | None, base: Figure, place: int) -> dict[str, Any]:
    if one is None:
        return {"words": "–", "reach": "", "difference": "", "tone": "", "now": ""}
    apart = None if not place or one.value is None or base.value is None else one.value - base.value
    words = "" if apart is None else shown(apart, one.unit, signed=True)
    tone = amount_cell(words, apart * one.better, toned=True).tone if apart is not None and one.better else ""
    return {
        "words": shown(one.value, one.unit),
        "reach": band(one.low, one.high, one.unit),
        "difference": words,
        "tone": tone,
        "now": shown(one.now, one.unit),
    }


def input_rows(columns: Sequence[Column]) -> list[dict[str, Any]]:
    """A row an input that one of them changed."""
    names: dict[str, str] = {}
    for column in columns:
        for one in column.found.inputs:
            if one.name in column.found.changed:
                names.setdefault(one.name, named(one))
    rows = []
    for name, label in names.items():
        cells = []
        for column in columns:
            given = next((one for one in column.found.inputs if one.name == name), None)
            cells.append(
                {"words": "–", "changed": False}
                if given is None
                else {
                    "words": value_words(given, column.found.values[name]),
                    "changed": name in column.found.changed,
                }
            )
        rows.append({"label": label, "cells": cells})
    return rows


def together(columns: Sequence[Column]) -> Picture | None:
    """One chart of all of them; none where chance does not reach the figure."""
    cases = [
        Case(one.name, one.found.outcome.figures[0].value or 0.0, one.found.outcome.then, strong=not place)
        for place, one in enumerate(columns)
        if one.found.outcome.figures[0].value is not None
    ]
    if not cases:
        return None
    outcome = columns[0].found.outcome
    return drawn(cases, outcome.figures[0], outcome.axis)

"""Programs that no claims tell of: their pages are made of the account's own last answer to their form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from corridor.programs.models.life import models, standing
from corridor.reports.views.page import Column, Table, TableRow, amount_cell, text_cell
from corridor.reports.words import dollars, real
from corridor.web.forms.words import cell, heading
from corridor.web.guard import Visit
from corridor.web.programs.answered import Answered, last_answer
from corridor.web.programs.shape import Card, Panel

ROWS = 100
STATUS = {"active": "in force", "planned": "not yet begun", "ended": "ended", "ended_early": "ended early"}


def life(visit: Visit, model: str, today: date) -> str:
    """From when to when the model holds, and how its days are known."""
    for row in visit.bench.listed_law(("models", today), lambda: models(visit.bench.law(("models",)), today)):
        if row["model"] == model:
            last = f" to {row['end_date']}" if row["end_date"] else ""
            return (
                f"{row['name']}, {row['start_date']}{last}, {STATUS[standing(row, today)]} "
                f"(days: {row['evidence']} source)."
            )
    return ""


def nothing(name: str, form: str, asks: str, more: Sequence[tuple[str, str]], second: str) -> Panel:
    """What stands where no answer of the account is kept."""
    return Panel(
        f"No settlement of {name} of yours is kept: fill in or upload its form",
        f"{asks} {second}".strip(),
        links=(
            (f"/forms/{form}", "Fill in or upload the form"),
            (f"/forms/{form}?example=true", "See the worked example"),
            (f"/forms/{form}/excel", "Excel form"), *more,
        ),
    )  # fmt: skip


def links_of(found: Answered, *more: tuple[str, str]) -> tuple[tuple[str, str], ...]:
    """The answer, and its form again."""
    kept = "saved" if found.saved else "kept for an hour unless you save it"
    return (
        (found.link, f"The answer in full, {kept}"),
        (f"/forms/{found.form}?like={found.key}", "Change it and settle again"),
        (f"/rules?program={found.form}", "The rules"),
        *more,
    )


def assumed(found: Answered) -> list[str]:
    """How much of it rests on what is not settled law."""
    count = len(found.answer.get("assumptions") or ())
    said = [str(one) for one in (found.answer.get("warnings") or ())][:5]
    return (
        [f"{count} parameters under it are not codified or official: the answer lists them."] if count else []
    ) + said


def sheet(found: Answered, name: str) -> list[Mapping[str, Any]]:
    """The rows of one of the other tables of an answer."""
    return list(found.answer["sheets"].get(name) or ())


def sheet_table(
    rows: Sequence[Mapping[str, Any]], name: str, caption: str, columns: Sequence[str],
    signed: Sequence[str] = (),
    empty: str = "Nothing to list.", money: Sequence[str] = (),
) -> Table:  # fmt: skip
    """Some columns of a table of an answer, in the words of the forms."""
    numbers = {one for one in columns if any(isinstance(row.get(one), int | float) for row in rows)}
    body = []
    for row in rows[:ROWS]:
        cells = []
        for one in columns:
            value = row.get(one)
            words, _ = cell(one, value, signed)
            number = None if isinstance(value, str) else real(value)
            words = dollars(number, signed=one in signed) if one in money else words
            cells.append(
                text_cell(words) if number is None else amount_cell(words, number, toned=one in signed)
            )
        body.append(TableRow(cells))
    heads = [Column(heading(one), "number" if one in numbers else "text") for one in columns]
    return Table(name, caption, heads, body, empty=empty)


def card_of(visit: Visit, form: str, column: str, what: str, name: str) -> Card:
    """The sum of the last answer; at stake is its size."""
    kept = last_answer(visit, (form,))
    if kept is None:
        return Card(f"Settled from a form; none of yours is kept. Fill it in to see {name} here.")
    total = kept.total(column)
    if total is None:
        return Card(f"{kept.answer['sentence']}.")
    return Card(f"{kept.answer['sentence']}.", total, what, abs(total), signed=True)

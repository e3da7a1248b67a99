"""The last answer of the account to a form of a program: what pages without claims tables show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from corridor.reports.views.page import Column, Figure, Table, TableRow, amount_cell, text_cell
from corridor.reports.words import real, short_dollars
from corridor.web.forms.saved import find_answer, saved_of
from corridor.web.forms.words import cell, heading
from corridor.web.guard import Visit

ROWS = 50


@dataclass(frozen=True)
class Answered:
    """One answer: the form, where it opens, what it says; ``saved``: for good, else for an hour."""

    form: str
    key: str
    saved: bool
    answer: Mapping[str, Any]

    @property
    def link(self) -> str:
        """Where the answer opens."""
        return f"/forms/{self.form}/answers/{self.key}"

    @property
    def rows(self) -> list[Mapping[str, Any]]:
        """The rows of its first table."""
        sheets = list(self.answer["sheets"].values())
        return list(sheets[0]) if sheets else []

    def total(self, column: str) -> float | None:
        """The sum of a column, None where no row has it."""
        found = [value for row in self.rows if (value := real(row.get(column))) is not None]
        return sum(found) if found else None


def last_answer(visit: Visit, forms: Sequence[str]) -> Answered | None:
    """The newest answer of the account to one of these forms: of the last hour, else a saved one."""
    who = visit.who.account_id
    kept = visit.bench.answers.newest(who, forms)
    if kept is not None:
        return Answered(kept.form, kept.key, False, kept.answer)
    for one in saved_of(visit.bench.state, who):
        if one["form"] in forms:
            found, _ = find_answer(visit.bench.state, visit.bench.answers, str(one["result_id"]), who)
            return Answered(found.form, found.key, True, found.answer)
    return None


def answer_figures(found: Answered, column: str, label: str) -> list[Figure]:
    """The sum of a column as one large figure beside what it was made of."""
    total = found.total(column)
    if total is None:
        return []
    tone = "gain" if total > 0 else "loss" if total < 0 else ""
    beside = f"{len(found.rows)} rows" if len(found.rows) != 1 else "one row"
    return [Figure(short_dollars(total, signed=True), label, beside, tone)]


def answer_table(found: Answered, name: str, caption: str) -> Table:
    """The first rows of the answer, in the columns worth a reader's while."""
    rows, shown = found.rows[:ROWS], found.answer.get("shown") or ()
    columns = [one for one in shown if any(row.get(one) not in (None, "") for row in rows)]
    signed = found.answer.get("signed") or ()
    body = []
    for row in rows:
        cells = []
        for one in columns:
            words, _ = cell(one, row.get(one), signed)
            value = real(row.get(one)) if not isinstance(row.get(one), str) else None
            cells.append(
                text_cell(words) if value is None else amount_cell(words, value, toned=one in signed)
            )
        body.append(TableRow(cells))
    heads = [
        Column(
            heading(one), "number" if any(isinstance(row.get(one), int | float) for row in rows) else "text"
        )
        for one in columns
    ]
    return Table(name, caption, heads, body, empty="The answer has no rows.")

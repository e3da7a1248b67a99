"""How programs lie on one another: the matrix of pairs, and what becomes of programs that meet on a day."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import Query, Response
from fastapi.responses import JSONResponse, RedirectResponse

from corridor.errors import CorridorError
from corridor.programs.overlap.matrix import QUESTIONS, UNREAD, matrix
from corridor.programs.overlap.resolve import LAYERS, READ, resolve
from corridor.programs.writing import plain
from corridor.reports.charts.bars import Bar
from corridor.reports.charts.bars import bars as draw_bars
from corridor.reports.charts.grid import grid
from corridor.reports.views.page import Cell, Column, Figure, Picture, Table, TableRow, text_cell
from corridor.reports.words import counted, listed
from corridor.web.guard import Visit, VisitDep
from corridor.web.pages.models import found_models, short_name
from corridor.web.programs.shape import Panel
from corridor.web.render import page
from corridor.web.state import now

SHAPE = re.compile(r"^(?:[0-9]{10}|[0-9]{9}|[0-9][0-9A-Z]{5}|[A-Za-z][A-Za-z0-9]{1,9})$")
FIRST = 2026  # the first year the matrix is stated for
ANSWERS = {
    "yes": "yes", "no": "no", "na": "does not arise", "sequential": "one after the other", UNREAD: "not read",
    "single": "one of them only", "order": "in an order", "apart": "paid apart", "watched": "watched by CMS",
    "gate": "a gate before", "hold": "hold for review",
}  # fmt: skip
OPEN = (UNREAD, "hold")
ASKED = {"entity": "May an entity be in both", "beneficiary": "May a beneficiary", "dollars": "Dollars"}
NAMES = {
    "pc_ahead": "Primary Care AHEAD", "geo_ahead": "Geo AHEAD", "qp": "QP status", "mssp": "Shared Savings",
    "drug_340b": "340B pricing", "mdrp": "Medicaid drug rebates",
    "cgt_access": "Cell and gene therapy access",
}  # fmt: skip
SIGNS = {
    "●": "may be in both", "✕": "may not", "→": "one after the other", "?": "not read", "–": "does not arise",
}  # fmt: skip
SIGN_OF = {"yes": "●", "no": "✕", "sequential": "→", UNREAD: "?", "hold": "?", "na": "–"}
KINDS = {"single": "one owner", "episode": "episode", "gate": "gate on the claim"}


def names_of(visit: Visit) -> dict[str, str]:
    """The reader's name of every program of the matrix."""
    known = {row["model"]: short_name(row) for row in found_models(visit, now().date(), None)}
    force = visit.bench.law(tuple(READ)).in_force(FIRST)
    keys = [str(row["program"]) for row in force.rows(LAYERS)]
    return {key: NAMES.get(key) or known.get(key) or key.replace("_", " ").upper() for key in keys}


def check_shape(identifier: str) -> None:
    """Raises OVERLAP-ID, without what was typed, for no number of a clinician, practice, hospital or ACO.

    A number of a beneficiary, typed by mistake, is longer and begins with a digit: it is not kept, nor told.
    """
    if not SHAPE.fullmatch(identifier):
        raise CorridorError(
            "OVERLAP-ID",
            "This is neither an NPI, a TIN, a CCN nor an ACO.",
            todo="An NPI has ten digits, a TIN nine, a CCN six characters; an ACO begins with a letter.",
            field="id",
        )


def pairs_of(visit: Visit, year: int) -> list[dict[str, Any]]:
    """The matrix of a year, read once."""
    return visit.bench.listed_law(
        ("matrix", year), lambda: matrix(visit.bench.law(tuple(READ)).in_force(max(year, FIRST)))
    )


def overlap(
    visit: VisitDep,
    id: Annotated[str, Query(max_length=20)] = "",
    program: Annotated[str, Query(max_length=40)] = "",
    programs: Annotated[list[str], Query(max_length=30)] = [],  # noqa: B006
    on: date | None = None,
    state: Annotated[str, Query(max_length=2)] = "",
) -> Response:
    """The matrix, of all programs or one; with some programs chosen, what becomes of them."""
    if id.strip():
        check_shape(id.strip())  # nothing else may come into an address
        return RedirectResponse(f"/overlap/{quote(id.strip(), safe='')}", 303)
    day = on or now().date()
    names = names_of(visit)
    every = pairs_of(visit, day.year)
    rows = [row for row in every if not program or program in (row["first"], row["second"])]
    met = _met(visit, programs, day, state, names) if programs else None
    listed_names = [(key, names[key]) for key in sorted(names, key=lambda key: names[key].lower())]
    panel = met or _all(rows, names, program)
    panel = Panel(
        panel.sentence, panel.second, panel.figures, panel.pictures, [*panel.tables, _matrix(rows, names)],
        panel.notes,
        (("/models", "When each model holds"), ("/rules?program=overlap", "The rules behind it")),
        choices=[("/overlap", "all", not program)]
        + [(f"/overlap?program={key}", words, key == program) for key, words in listed_names],
        choice_name="Pairs of",
    )  # fmt: skip
    return page(
        visit, "overlap.html.j2", "How programs lie on one another", panel=panel, crumb=[], met=bool(met),
        programs=[key for key, _ in listed_names], names=names, chosen=programs, on=day.isoformat(),
        state=state,
    )  # fmt: skip


def api_overlap(visit: VisitDep, on: date | None = None) -> Response:
    """The matrix: one record a pair, with the answer, words, source and status of each question."""
    day = on or now().date()
    return JSONResponse(plain({"year": max(day.year, FIRST), "rows": pairs_of(visit, day.year)}))


def pair_name(row: dict[str, Any], names: dict[str, str]) -> str:
    """Both programs of a pair."""
    return f"{names.get(row['first'], row['first'])} and {names.get(row['second'], row['second'])}"


def _all(rows: list[dict[str, Any]], names: dict[str, str], program: str) -> Panel:
    """The matrix in a sentence, a figure a question, and how much of it is open."""
    count = {one: Counter(str(row[one]["answer"]) for row in rows) for one in QUESTIONS}
    no = count["entity"]["no"]
    still = [row for row in rows if any(row[one]["answer"] in OPEN for one in QUESTIONS)]
    of_one = f" of {names.get(program, program)}" if program else ""
    figures = [
        Figure(
            f"{count[one]['yes'] if one != 'dollars' else sum(count[one][key] for key in SETTLED)}",
            words, f"of {len(rows)} pairs; {sum(count[one][key] for key in OPEN)} open",
        )
        for one, words in (
            ("entity", "pairs an entity may be in"), ("beneficiary", "a beneficiary may be in both of"),
            ("dollars", "whose dollars have a stated order or owner"),
        )
    ]  # fmt: skip
    return Panel(
        f"{counted(len(rows), 'pair')}{of_one}: an entity may not be in both of {no}, and "
        f"{len(still)} still {'has' if len(still) == 1 else 'have'} an open question",
        "Three questions a pair. That a beneficiary may be in both says nothing of dollars; what was not "
        "read stays open, and nothing is netted where it does.",
        figures,
        [_drawn(rows, names, count["entity"])] if rows else [],
    )


def _drawn(rows: list[dict[str, Any]], names: dict[str, str], count: Counter[str]) -> Picture:
    """Every pair as a mark on a wide page; on a narrow one, how many of each answer."""
    finding = f"May an entity be in both? Yes in {counted(count['yes'], 'pair')}, no in {count['no']}"
    named = sorted(
        {row[side] for row in rows for side in ("first", "second")},
        key=lambda key: names[key].lower(),
    )
    marks = {
        (named.index(row["first"]), named.index(row["second"])): (
            SIGN_OF.get(str(row["entity"]["answer"]), "–"),
            f"{pair_name(row, names)}: {row['entity']['words']}",
        )
        for row in rows
    }
    wide = grid("overlap-grid", finding, [names.get(key, key) for key in named], marks, SIGNS)
    bars = [Bar(ANSWERS.get(key, key).capitalize(), float(number)) for key, number in count.most_common()]
    narrow = draw_bars("overlap-bars", finding, bars, show=lambda value: f"{value:.0f}", signed=False)
    return Picture(
        finding, wide, narrow, "Beneficiaries and dollars are other questions: the table has all three."
    )


SETTLED = ("single", "order", "gate")


def _met(visit: Visit, programs: list[str], day: date, state: str, names: dict[str, str]) -> Panel:
    """What becomes of some programs for one beneficiary on a day. Raises OVERLAP-PROGRAM."""
    found = resolve(programs, day, visit.bench.law(tuple(READ)), state.strip() or None)
    kept = [names.get(row["program"], row["program"]) for row in found["kept"]]
    sentence = f"None applies on {day}"
    if kept:
        sentence = f"On {day}, {listed(kept)} {'applies' if len(kept) == 1 else 'apply'}"
    if found["dropped"]:
        left = len(found["dropped"])
        sentence += f"; {counted(left, 'program')} {'does' if left == 1 else 'do'} not"
    owner = ""
    if found["owner"]:
        owner = f"The beneficiary is {names.get(found['owner'], found['owner'])}'s."
    elif found["several_owners"]:
        several = [names.get(one, one) for one in found["several_owners"]]
        owner = f"No beneficiary can be of all of {listed(several)}."
    elif found["owners_open"]:
        several = [names.get(one, one) for one in found["owners_open"]]
        owner = f"Whose the beneficiary is of {listed(several)} was not read."
    order = [
        TableRow(
            (
                text_cell(str(place)),
                text_cell(names.get(row["program"], row["program"])),
                text_cell(KINDS.get(row["layer"], row["layer"])),
                text_cell(row["cash"]),
            )
        )
        for place, row in enumerate(found["kept"], start=1)
    ]
    dropped = [
        TableRow(
            (text_cell(names.get(row["program"], row["program"])), text_cell(_reason(row["reason"], names)))
        )
        for row in found["dropped"]
    ]
    tables = [
        Table(
            "overlap-order", "In the order their dollars are worked out",
            (Column("Place"), Column("Program"), Column("Layer"), Column("Cash")), order, tools=False,
        )
    ]  # fmt: skip
    if dropped:
        columns = (Column("Program"), Column("Why not"))
        tables.append(Table("overlap-dropped", "What does not apply", columns, dropped, tools=False))
    notes = [
        f"An entity may not be in both {pair_name(row, names)}: {row['words']}." for row in found["conflicts"]
    ]
    notes += [
        f"Held for review: {pair_name(row, names)}, {row['question']}: {row['words']}."
        for row in found["holds"]
    ]
    return Panel(sentence, owner, tables=tables, notes=notes)


def _reason(reason: str, names: dict[str, str]) -> str:
    """A reason that begins with the key of a program, with its name."""
    first, _, rest = reason.partition(" ")
    return f"{names[first]} {rest}" if first in names else reason


def _matrix(rows: list[dict[str, Any]], names: dict[str, str]) -> Table:
    columns = (Column("Pair"), *(Column(words) for words in ASKED.values()))
    body = [
        TableRow(
            (
                text_cell(pair_name(row, names)),
                *(answer_cell(row[one]) for one in QUESTIONS),
            )
        )
        for row in rows
    ]
    return Table("overlap-pairs", "Pairs of programs", columns, body, empty="No pair of it was stated.")


def answer_cell(cell: dict[str, Any]) -> Cell:
    """The answer and its words; the tag says how sure, and opens the source."""
    answer = str(cell["answer"])
    words = ANSWERS.get(answer, answer) + (f": {cell['words']}" if cell["words"] else "")
    tag = "" if cell["evidence"] in ("official", "codified") else str(cell["evidence"])
    return Cell(words, ANSWERS.get(answer, answer), tag=tag, why=cell["cite"] or "No text of it was read.")

"""My work, and the work lists: what is to do, what it is worth, and what is assigned to whoever looks."""

from __future__ import annotations

from typing import Any

from fastapi import Response

from corridor.reports.charts.bars import Bar, bars
from corridor.reports.charts.rows import SIDE, STACKED
from corridor.reports.views.page import Picture
from corridor.reports.words import counted, near_dollars, whole
from corridor.web.guard import Visit, VisitDep
from corridor.web.making import Work
from corridor.web.render import page
from corridor.web.state import now
from corridor.web.work_board import Board, open_board
from corridor.web.work_lists import LISTS, WorkList
from corridor.web.work_shown import shown, sums_of


def work(visit: VisitDep) -> Response:
    """What is assigned to me, and every list with how much is on it."""
    if visit.viewer() is None:
        return page(visit, "empty.html.j2", "Work lists", loaded=bool(visit.bench.warehouse.deliveries()))
    board, making = open_board(visit)
    if board is None:
        return waiting(visit, making)
    today = now().date().isoformat()
    mine = board.mine(visit.who.account_id)
    overdue = [row for row in mine if row["due"] and row["due"] < today]
    rows = _lists(board)
    return page(
        visit,
        "work.html.j2",
        "Work lists",
        sentence=_sentence(mine, len(overdue), rows),
        picture=_picture(rows),
        mine=[shown(row, LISTS[row["list"]], today) for row in mine if row["list"] in LISTS],
        rows=rows,
    )


def waiting(visit: Visit, making: Work) -> Response:
    """The items of a new run are still being found."""
    return page(visit, "work_wait.html.j2", "Work lists", work=making)


def _lists(board: Board) -> list[dict[str, Any]]:
    found = board.overview()
    rows = []
    for one in LISTS.values():
        sums = sums_of([row for row in found if row["list"] == one.key])
        missing = board.made.missing.get(one.key, ())
        rows.append({"it": one, "sums": sums, "missing": ", ".join(missing), "worth": _worth(one, sums)})
    return rows


def _worth(one: WorkList, sums: dict[str, Any]) -> str:
    if not sums["todo"]:
        return "–"
    return near_dollars(sums["dollars"]) if sums["priced"] else "not priced"


def _sentence(mine: list[dict[str, Any]], overdue: int, rows: list[dict[str, Any]]) -> str:
    """What is mine first; where nothing is, what there is."""
    if mine:
        # what an item's dollars are differs by list: of two lists they are no sum
        one_list = len({row["list"] for row in mine}) == 1
        dollars = sum(float(row["dollars"] or 0) for row in mine) if one_list else 0.0
        late = f", {whole(overdue)} of them overdue" if overdue else ""
        worth = f"; they stand for {near_dollars(dollars)}" if dollars >= 1 else ""
        return f"{counted(len(mine), 'item is', 'items are')} assigned to you{late}{worth}"
    todo = sum(row["sums"]["todo"] for row in rows)
    if not todo:
        return "Nothing is to do in what you may see"
    lists = sum(1 for row in rows if row["sums"]["todo"])
    return (
        f"Nothing is assigned to you: {counted(todo, 'item')} on {counted(lists, 'list')} wait for somebody"
    )


def _picture(rows: list[dict[str, Any]]) -> Picture | None:
    given = sorted(
        (Bar(row["it"].name, float(row["sums"]["todo"]), link=f"/work/{row['it'].key}") for row in rows),
        key=lambda bar: -bar.value,
    )
    given = [bar for bar in given if bar.value]
    if not given:
        return None
    finding = f"Most is to do on the list {given[0].name}"

    def show(value: float) -> str:
        return whole(value)

    return Picture(
        finding,
        bars("work", finding, given, show=show, signed=False, layout=SIDE),
        bars("work-narrow", finding, given, show=show, signed=False, layout=STACKED),
        "Items open or assigned, in what you may see.",
    )

"""One work list: filter, sort, page, change the ticked items at once, download."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Query, Response
from fastapi.responses import RedirectResponse

from corridor.errors import CorridorError
from corridor.reports.charts.bars import Bar, bars
from corridor.reports.charts.rows import SIDE, STACKED
from corridor.reports.views.page import Picture
from corridor.reports.words import near_dollars, whole
from corridor.web.downloads import file_of
from corridor.web.guard import Visit, VisitDep
from corridor.web.pages.work import waiting
from corridor.web.render import page
from corridor.web.state import now
from corridor.web.whole_number import whole_number
from corridor.web.work_board import ORDERS, PAGE, Board, Filter, made_board, open_board
from corridor.web.work_kept import Step, Wish, apply, new_key
from corridor.web.work_lists import KEPT, STATUS, WorkList, kind_words
from corridor.web.work_lists import work_list as list_of
from corridor.web.work_mates import mates
from corridor.web.work_shown import DUE, FILE, SHOWN, filter_of, second, sentence, shown, sums_of, told

MOST_IN_FILE = 50_000
PLACES = 8


def work_list(
    visit: VisitDep,
    list: str,
    status: str = "todo",
    assignee: str = "",
    tin: str = "",
    npi: str = "",
    kind: str = "",
    due: str = "",
    sort: str = "dollars",
    down: bool = True,
    start: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
    changed: Annotated[int, Query(ge=0, le=PAGE)] = 0,
) -> Response:
    """The page of a list."""
    one = list_of(list)
    given = filter_of(status, assignee, tin.strip(), npi.strip(), kind, due)
    return _page(visit, one, given, sort, down, start, changed=changed)


def work_file(
    visit: VisitDep,
    list: str,
    status: str = "todo",
    assignee: str = "",
    tin: str = "",
    npi: str = "",
    kind: str = "",
    due: str = "",
    sort: str = "dollars",
    down: bool = True,
    format: str = "csv",
) -> Response:
    """The items of a filter as a file: patients by their number, no name and no identifier."""
    one = list_of(list)
    given = filter_of(status, assignee, tin.strip(), npi.strip(), kind, due)
    board = made_board(visit)
    rows = board.page(
        one.key, given, sort, down, 0, visit.who.account_id, _today(), most=MOST_IN_FILE
    )  # fmt: skip
    visit.note("patient_rows", f"work list {one.key} as a file, {len(rows)} rows")
    return file_of(board.viewer, format, f"work-{one.key}", [told(row) for row in rows], FILE)


def change(visit: VisitDep, list: str) -> Response:
    """Assign, date or close the ticked items: all of them, or none."""
    one = list_of(list)
    back = visit.text("back")
    where = back if back.startswith("?") and "\n" not in back and "\r" not in back else ""
    board = made_board(visit)
    ticked = visit.form.get("tick", [])
    ticked = [ticked] if isinstance(ticked, str) else ticked
    wish = Wish(
        visit.text("status") or None,
        {"": None, "nobody": ""}.get(visit.text("assignee"), visit.text("assignee")),
        visit.text("due") or None,
    )
    try:
        if not ticked or wish == Wish():
            raise CorridorError(
                "WEB-WORK-NOTHING",
                "Nothing is ticked." if not ticked else "It is not said what to change.",
                todo="Tick rows, choose who takes them, a date or a status, then change them.",
            )
        steps = []
        for value in ticked[:PAGE]:
            item, _, version = str(value).partition(":")
            row = board.item(one.key, item)
            read = whole_number(version)
            steps.append(Step(board.facts(row), -1 if read is None else read, wish))
        apply(visit.bench.state, visit.who, visit.text("key"), steps, visit.address)
    except CorridorError as error:
        code = 409 if error.code == "WEB-WORK-CHANGED" else 400
        return _page(visit, one, Filter(), "dollars", True, 0, error=error, code=code)
    joint = "&" if where else "?"
    return RedirectResponse(f"/work/{one.key}{where}{joint}changed={len(steps)}", 303)


def _today() -> str:
    return now().date().isoformat()


def _page(
    visit: Visit,
    one: WorkList,
    given: Filter,
    sort: str,
    down: bool,
    start: int,
    *,
    changed: int = 0,
    error: CorridorError | None = None,
    code: int = 200,
) -> Response:
    if visit.viewer() is None:
        return page(visit, "empty.html.j2", one.name, loaded=bool(visit.bench.warehouse.deliveries()))
    board, making = open_board(visit)
    if board is None:
        return waiting(visit, making)
    me, today = visit.who.account_id, _today()
    order = sort if sort in ORDERS else "dollars"
    rows = board.page(one.key, given, order, down, start, me, today)
    if rows:
        visit.note("patient_rows", f"work list {one.key}, {len(rows)} rows")
    sums = sums_of([row for row in board.overview() if row["list"] == one.key])
    found = board.found(one.key, given, me, today)
    asked = _asked(given, order, down)

    def address(**more: str) -> str:
        told = {**asked, **more}
        query = urlencode({key: value for key, value in told.items() if value})
        return f"/work/{one.key}" + (f"?{query}" if query else "")

    return page(
        visit,
        "work_list.html.j2",
        one.name,
        code,
        one=one,
        sentence=sentence(one, board.people(one.key), sums),
        second=second(one, sums) if any(sums[status] for status in STATUS) else "",
        any=any(sums[status] for status in STATUS),
        missing=", ".join(board.made.missing.get(one.key, ())),
        picture=_picture(board, one, sums),
        rows=[shown(row, one, today) for row in rows],
        heads=[_head(key, name, number, order, down, address) for key, name, number in _heads(one)],
        given=given,
        statuses=SHOWN,
        settable={key: STATUS[key] for key in KEPT},
        dues=DUE,
        people=mates(visit, board),
        kinds=[(row["name"], kind_words(row["name"])) for row in board.largest(one.key, "kind", 60)],
        found=found,
        first=start + 1,
        last=start + len(rows),
        earlier=address(start=str(max(start - PAGE, 0))) if start else "",
        later=address(start=str(start + PAGE)) if start + len(rows) < found else "",
        back=address(start=str(start) if start else "").removeprefix(f"/work/{one.key}"),
        files=[(name, address(format=name).replace(f"/work/{one.key}", f"/work/{one.key}/file"))
               for name in ("csv", "xlsx")],
        key=new_key(),
        changed=changed,
        error=error.to_dict() if error else None,
    )  # fmt: skip


def _asked(given: Filter, sort: str, down: bool) -> dict[str, str]:
    """The address of the page; what it would be anyway is left out."""
    told = {
        "status": "" if given.status == "todo" else given.status, "assignee": given.assignee,
        "tin": given.tin, "npi": given.npi, "kind": given.kind, "due": given.due,
        "sort": "" if sort == "dollars" else sort,
        "down": "" if down else "false",
    }  # fmt: skip
    return {key: value for key, value in told.items() if value}


def _heads(one: WorkList) -> list[tuple[str, str, bool]]:
    heads = [
        ("patient", "Patient", False), ("kind", one.kind, False), ("words", one.words, False),
        ("n", one.n, True), ("day", one.day, False), ("dollars", one.dollars, True),
        ("npi", "Clinician", False), ("tin", "Practice (TIN)", False), ("status", "Status", False),
        ("assignee", "Assigned to", False), ("due", "Due", False),
    ]  # fmt: skip
    return [head for head in heads if head[1]]


def _head(key: str, name: str, number: bool, sort: str, down: bool, address: Any) -> dict[str, Any]:
    chosen = key == sort
    falls = not down if chosen else number
    return {
        "key": key,
        "name": name,
        "number": number,
        "sorted": ("descending" if down else "ascending") if chosen else "",
        "link": address(sort=key, down="" if falls else "false", start=""),
    }


def _picture(board: Board, one: WorkList, sums: dict[str, Any]) -> Picture | None:
    """Where most is to do, by practice."""
    priced = bool(sums["priced"])
    rows = board.largest(one.key, "tin", PLACES)
    given = [
        Bar(
            f"Practice {row['name']}", float((row["dollars"] if priced else row["items"]) or 0),
            link=f"/work/{one.key}?tin={row['name']}",
        )
        for row in rows
    ]  # fmt: skip
    given = [bar for bar in given if bar.value > 0]
    if len(given) < 2:
        return None

    def show(value: float) -> str:
        return near_dollars(value) if priced else whole(value)

    finding = f"{given[0].name} has the most to do: {show(given[0].value)}"
    note = f"{one.dollars if priced else 'Items'} of what is open or assigned, the largest practices."
    return Picture(
        finding,
        bars("work-list", finding, given, show=show, signed=False, layout=SIDE),
        bars("work-list-narrow", finding, given, show=show, signed=False, layout=STACKED),
        note,
    )

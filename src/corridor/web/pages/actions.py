"""Next best dollar: the ranked list, one action with its parts and history, what came of what is done."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import quote, urlencode

from fastapi import Query, Response
from fastapi.responses import RedirectResponse

from corridor.errors import CorridorError
from corridor.reports.views.page import Cell, Column, Table, TableRow, amount_cell, text_cell
from corridor.reports.words import counted, dollars, is_small, plain, real, short_dollars
from corridor.web import action_kept as store
from corridor.web import actions
from corridor.web.action_done import decide, done_rows, done_words
from corridor.web.actions import PROGRAMS, Filter
from corridor.web.areas.actions import DECIDE
from corridor.web.downloads import file_of
from corridor.web.guard import Visit, VisitDep
from corridor.web.listing import Asked, open_listing
from corridor.web.render import page
from corridor.web.viewer import Viewer
from corridor.web.whole_number import whole_number
from corridor.web.work_kept import new_key

Word = Annotated[str, Query(max_length=20, pattern=r"^[0-9A-Za-z_-]*$")]
VIEWS = {"": "To gain", "duties": "Duties", "done": "Done"}


def actions_page(
    visit: VisitDep,
    view: Word = "",
    npi: Word = "",
    tin: Word = "",
    ccn: Word = "",
    aco: Word = "",
    program: Word = "",
    q: Annotated[str, Query(max_length=80)] = "",
    sort: str = "",
    down: bool | None = None,
    start: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
    format: Annotated[str, Query(max_length=8)] = "",
) -> Response:
    """The ranked list of everybody, or of one clinician, practice, hospital or ACO."""
    viewer = visit.viewer()
    if viewer is None or not actions.there(viewer):
        return page(visit, "empty.html.j2", "Next best dollar", loaded=viewer is not None)
    given = Filter(view == "duties", npi, tin, ccn, aco, program)
    if view == "done":
        return _done(visit, viewer, given, format)
    summed = actions.sums(visit, viewer, given)
    it, values = actions.listing_of(visit, given, bool(summed["effects"]))
    found = open_listing(visit, viewer, it, Asked(q, sort, down, start, format, given.address()), values)
    if isinstance(found, Response):
        return found
    if visit.request.headers.get("hx-request") == "true":
        return page(visit, "listing_rows.html.j2", "Next best dollar", list=found)
    gross, net = summed["gross"], summed["net"]
    finding = (
        f"{short_dollars(float(gross or 0))} one by one are {short_dollars(float(net or 0))} together"
        if not given.duties
        else ""
    )
    return page(
        visit, "actions.html.j2", "Next best dollar",
        heading=actions.headline(summed, given), second=actions.second(summed, given), list=found,
        picture=None
        if given.duties
        else actions.net_picture("net", gross, summed["effects"], net, finding)
        or actions.program_picture(summed["programs"]),
        **_around(given, view, summed),
    )  # fmt: skip


def _around(given: Filter, view: str, summed: Mapping[str, Any] | None) -> dict[str, Any]:
    """Tabs, programs to choose from, and the way back to everybody."""
    narrow = {kind: value for kind in actions.WHOSE if (value := getattr(given, kind))}
    programs = [
        (str(row["program"]), f"{PROGRAMS.get(row['program'], str(row['program']).upper())} "
         f"({short_dollars(abs(float(row['net'] or 0)))})")
        for row in (summed or {}).get("programs", ())
    ]  # fmt: skip
    if given.program and given.program not in dict(programs):
        programs.append((given.program, PROGRAMS.get(given.program, given.program)))
    return {
        "tabs": [(_address({**narrow, "view": key}), words, key == view) for key, words in VIEWS.items()],
        "choices": [
            (_address({**given.address(), "program": key}), words, key == given.program)
            for key, words in (("", "All"), *programs)
        ]
        if len(programs) > 1 or given.program
        else [],
        "narrowed": given.words(),
        "all": _address({"view": view}),
    }


def _address(asked: Mapping[str, str]) -> str:
    chosen = urlencode({key: value for key, value in asked.items() if value})
    return "/actions" + (f"?{chosen}" if chosen else "")


def _done(visit: Visit, viewer: Viewer, given: Filter, format: str) -> Response:
    rows = done_rows(visit, viewer, given)
    if format:
        visit.note("download", "actions done")
        return file_of(viewer, format, "actions-done", rows, ("action_id", "npi", "tin"))
    heading, second = done_words(rows, given)
    return page(
        visit, "actions_done.html.j2", "Next best dollar", heading=heading, second=second,
        table=_done_table(rows) if rows else None,
        files=[(kind, _address({**given.address(), "view": "done", "format": kind.lower()}))
               for kind in ("CSV", "XLSX")] if rows else [],
        **_around(given, "done", None),
    )  # fmt: skip


def _done_table(rows: list[dict[str, Any]]) -> Table:
    columns = (
        Column("Action"), Column("For"), Column("Done"), Column("By"),
        Column("Expected", "number", "Of the months since, where later claims tell; else of a year"),
        Column("Interval", "range"), Column("Realized", "number", "By later claims and results"),
        Column("What later claims say"),
    )  # fmt: skip
    body = [
        TableRow(
            (
                Cell(str(row["words"]), str(row["words"]), _one(row["action_id"])),
                text_cell(row["npi"] or row["tin"] or row["ccn"] or row["aco_id"]),
                text_cell(row["done_on"]),
                text_cell(row["done_by"]),
                amount_cell(dollars(row["expected_dollars"], signed=True), real(row["expected_dollars"])),
                amount_cell(f"{dollars(row['low'])} to {dollars(row['high'])}", real(row["low"])),
                amount_cell(
                    "–" if row["realised_dollars"] is None else dollars(row["realised_dollars"], signed=True),
                    real(row["realised_dollars"]),
                    toned=True,
                ),
                text_cell(_said(row)),
            )
        )
        for row in rows
    ]
    return Table("actions-done", "Done, the newest first", columns, body)


def _said(row: Mapping[str, Any]) -> str:
    """How it went, and over how many months where it is told by months."""
    verdict = str(row["verdict"])
    over = f", {counted(int(row['months']), 'month')} of claims" if row["months"] else ""
    return verdict[:1].upper() + verdict[1:] + over


def _one(action_id: Any) -> str:
    return f"/actions/{quote(str(action_id), safe=':')}"


def action(visit: VisitDep, action: str, saved: str = "") -> Response:
    """One action: what it is worth and why, its evidence, and what was decided."""
    return _draw(visit, action, saved=saved == "yes")


def _draw(
    visit: Visit, action_id: str, *, saved: bool = False, error: dict[str, Any] | None = None, code: int = 200
) -> Response:
    viewer = visit.run_viewer()
    state = store.kept(visit.bench.state, action_id)
    state["status"] = actions.over(visit).get(action_id, "open")  # the command line may have marked it
    try:
        row = actions.one_of(viewer, action_id)
        present = True
    except CorridorError:
        if not state["version"] or not store.may_see(visit.who, state):
            raise
        row, present = _as_kept(state), False
    effects = actions.effects_of(viewer, action_id) if present else []
    net = short_dollars(abs(float(row["net_dollars"] or 0)))
    duty = bool(row["obligation"])
    sentence = (
        f"{row['words']}: {'up to ' + net + ' to return' if duty else net + ' after overlap'}"
        if row["net_dollars"]
        else str(row["words"])
    )
    finding = f"{short_dollars(float(row['gross_dollars'] or 0))} alone, {net} after overlap"
    return page(
        visit, "action.html.j2", str(row["words"]), code,
        row=row, sentence=sentence, duty=duty, present=present,
        facts=_facts(row, present),
        picture=actions.net_picture("action", row["gross_dollars"], effects, row["net_dollars"], finding),
        table=_effects_table(row, effects) if effects else None,
        evidence=_evidence(viewer, row) if present else "",
        state=state, status=store.STATUS, may=visit.who.any_of(DECIDE) and present,
        changes=store.history(visit.bench.state, action_id), key=new_key(),
        address=_one(action_id), saved=saved, error=error,
    )  # fmt: skip


def _as_kept(state: Mapping[str, Any]) -> dict[str, Any]:
    """An action that the run no longer lists, as it was when somebody last changed it."""
    nothing = ("gross_dollars", "overlap_dollars", "effort_hours", "people", "per_hour", "due", "deadline")
    return {**dict.fromkeys(nothing), **dict(state), "due": None, "obligation": False}


def _facts(row: Mapping[str, Any], present: bool) -> list[tuple[str, str, str]]:
    """What the action is, in a few lines: name, words, where it leads."""
    found = [("Program", PROGRAMS.get(row["program"], str(row["program"]).upper()), "")]
    for name, value, link in (
        ("Clinician", row["npi"], f"/clinicians/{row['npi']}"),
        ("Practice", row["tin"], f"/practices/{row['tin']}"),
        ("Hospital", row["ccn"], _address({"ccn": row["ccn"] or ""})),
        ("ACO", row["aco_id"], _address({"aco": row["aco_id"] or ""})),
    ):
        if value:
            found.append((name, str(value), link))
    if present:
        found += [
            ("Expected, net", dollars(row["net_dollars"], signed=True), ""),
            ("Interval", f"{dollars(row['low'])} to {dollars(row['high'])}", ""),
            ("Effort", f"{plain(row['effort_hours'], 0)} hours, assumed", ""),
            ("Deadline", _due(row), ""),
        ]
        if row["people"] is not None:
            found.append(("People", "<11" if is_small(row["people"]) else f"{row['people']:,}", ""))
    return found


def _due(row: Mapping[str, Any]) -> str:
    """The day, and what decides it."""
    day, said = row["due"], row["deadline_words"]
    return f"{day} ({said})" if day and said and day != said else str(day or said or "–")


def _effects_table(row: Mapping[str, Any], effects: list[dict[str, Any]]) -> Table:
    body = [
        TableRow(
            (
                text_cell(actions.effect_name(one["effect"])),
                text_cell(str(one["words"])[:1].upper() + str(one["words"])[1:]),
                amount_cell(dollars(one["dollars"], signed=True), real(one["dollars"]), toned=True),
                amount_cell(f"{dollars(one['dollars_low'])} to {dollars(one['dollars_high'])}", None),
            )
        )
        for one in effects
    ]
    total = (
        text_cell("Net"), text_cell("From " + dollars(row["gross_dollars"]) + " before overlap"),
        amount_cell(dollars(row["net_dollars"], signed=True), real(row["net_dollars"])),
        amount_cell(f"{dollars(row['low'])} to {dollars(row['high'])}", None),
    )  # fmt: skip
    columns = (
        Column("Effect"), Column("What it is"), Column("Dollars", "number"), Column("At either end", "range"),
    )  # fmt: skip
    return Table("effects", "What else moves with it", columns, body, total, tools=False)


def _evidence(viewer: Viewer, row: Mapping[str, Any]) -> str:
    """Where the rows behind it open; "" where this account may not see them."""
    table, key = str(row["evidence_table"] or ""), str(row["evidence_key"] or "")
    if not table or not viewer.has(table):
        return ""
    keys = [part.partition("=") for part in key.split("&") if part]
    return f"/evidence/{table}?" + urlencode({name: value for name, _, value in keys if value})


def change(visit: VisitDep, action: str) -> Response:
    """Keep what was decided; then the page again."""
    viewer = visit.run_viewer()
    row = actions.one_of(viewer, action)
    status = visit.text("quick") or visit.text("status") or None
    wish = store.Wish(status, visit.text("due"), visit.text("note"))
    version = whole_number(visit.text("version"))
    try:
        decide(visit, viewer, row, -1 if version is None else version, visit.text("key"), wish)
    except CorridorError as refused:
        if refused.code not in ("WEB-ACTION-WISH", "WEB-ACTION-CHANGED"):
            raise
        code = 409 if refused.code == "WEB-ACTION-CHANGED" else 400
        return _draw(visit, action, error=refused.to_dict(), code=code)
    return RedirectResponse(f"{_one(action)}?saved=yes", 303)

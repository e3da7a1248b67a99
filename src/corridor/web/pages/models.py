"""The life of every model: when it begins and ends, for whom, whether Advanced, and what comes after it."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import Query, Response
from fastapi.responses import JSONResponse

from corridor.programs.models.life import models as models_of
from corridor.programs.writing import plain
from corridor.reports.charts import svg
from corridor.reports.charts.lives import Life, lives
from corridor.reports.views.page import Cell, Column, Picture, Table, TableRow, text_cell
from corridor.reports.words import counted, listed
from corridor.web.guard import Visit, VisitDep
from corridor.web.programs.shape import Panel
from corridor.web.render import page
from corridor.web.state import now

Year = Annotated[int | None, Query(ge=2000, le=2100)]
STATUS = {"active": "in force", "planned": "planned", "ended": "ended", "ended_early": "ended early"}
SURE = ("codified", "official")
# A model -> its page here.
PAGES = {
    "asm": "asm", "mips": "mips", "mssp": "mssp", "aco_reach": "reach", "team": "team", "iota": "iota",
    "ahead": "ahead", "wiser": "wiser",
}  # fmt: skip
FORMS = {"lead": "lead"}
DAYS = 366.0
ADVANCED = {"yes": "yes", "no": "no", "?": "not read", "by_track": "by track"}


def found_models(visit: Visit, on: date, year: int | None) -> list[dict[str, Any]]:
    """Every model on a day, read once."""
    return visit.bench.listed_law(
        ("models", on, year), lambda: models_of(visit.bench.law(("models",)), on, year)
    )


def models(visit: VisitDep, on: date | None = None, year: Year = None) -> Response:
    """Every program and model as a line of years, and as a table."""
    day = on or now().date()
    rows = found_models(visit, day, year)
    counts = [
        f"{sum(1 for row in rows if row['status'] == key)} {words}"
        for key, words in STATUS.items()
        if any(row["status"] == key for row in rows)
    ]
    of_year = f" with a performance year {year}" if year is not None else ""
    panel = Panel(
        f"{counted(len(rows), 'program')} and models{of_year}: {listed(counts)}"
        if rows
        else f"No program or model has a performance year {year}",
        f"On {day}. A calculator refuses a performance year that a model does not have, and names its "
        "successor.",
        pictures=[_drawn(rows, day)] if rows else [],
        tables=[_table(rows)],
        notes=[
            "Hollow: its days are not from the text of CMS or the CFR. Advanced: whether it counts as an "
            "Advanced Alternative Payment Model (APM) in that stretch of performance years."
        ],
        links=(("/rules?program=models", "The rules behind it"), ("/overlap", "Which may be held at once")),
    )
    return page(
        visit, "models.html.j2", "Models and their lives", panel=panel, crumb=[], on=day.isoformat(),
        year=year,
    )  # fmt: skip


def api_models(visit: VisitDep, on: date | None = None, year: Year = None) -> Response:
    """Every model with its days, state, Advanced APM by year and successor."""
    day = on or now().date()
    return JSONResponse(plain({"on": day.isoformat(), "year": year, "rows": found_models(visit, day, year)}))


def _at(day: date) -> float:
    return day.year + (day.timetuple().tm_yday - 1) / DAYS


def _drawn(rows: list[dict[str, Any]], today: date) -> Picture:
    """One bar a model, in the order of their first days."""
    first = min((row["start_date"] for row in rows if row["start_date"]), default=today)
    drawn = []
    for row in rows:
        start = row["start_date"] or min(first, row["end_date"] or first)
        begun = str(row["start_date"]) if row["start_date"] else "first day not read"
        ended = f"to {row['end_date']}" if row["end_date"] else "no last day read"
        drawn.append(
            Life(
                short_name(row),
                f"{STATUS[row['status']]}, {begun} {ended}",
                _at(start),
                _at(row["end_date"]) if row["end_date"] else None,
                row["evidence"] in SURE,
                row["status"] == "ended_early",
            )
        )
    early = [short_name(row) for row in rows if row["status"] == "ended_early"]
    finding = "When each begins and ends"
    if early:
        finding = f"{listed(early)} ended before {'its' if len(early) == 1 else 'their'} planned last day"
    wide, narrow = (
        lives(f"models-{size}", finding, drawn, _at(today), width=width)
        for size, width in (("wide", svg.WIDE), ("narrow", svg.NARROW))
    )
    return Picture(finding, wide, narrow, "The dashed line is the day asked for; a cross: ended early.")


def short_name(row: dict[str, Any]) -> str:
    """The name without what stands behind a colon."""
    return str(row["name"]).partition(":")[0]


def _table(rows: list[dict[str, Any]]) -> Table:
    names = {row["model"]: short_name(row) for row in rows}
    columns = (
        Column("Model"), Column("State"), Column("First day"), Column("Last day"), Column("Advanced APM"),
        Column("Followed by"), Column("Who"), Column("Unit"), Column("Days known by"), Column("Remark"),
    )  # fmt: skip
    body = []
    for row in rows:
        program = PAGES.get(row["model"])
        form = FORMS.get(row["model"])
        link = f"/programs/{program}" if program else f"/forms/{form}" if form else None
        planned = f" (planned {row['planned_end']})" if row["planned_end"] else ""
        body.append(
            TableRow(
                (
                    Cell(row["name"], row["name"], link=link),
                    text_cell(STATUS[row["status"]]),
                    text_cell(row["start_date"] or "not read"),
                    text_cell(f"{row['end_date']}{planned}" if row["end_date"] else "none read"),
                    text_cell(_advanced(row)),
                    text_cell(names.get(row["successor"], row["successor"])),
                    text_cell(row["entity"]),
                    text_cell(row["attribution"]),
                    Cell(row["evidence"], tag="source" if row["cite"] else "", why=row["cite"] or ""),
                    text_cell(row["remark"]),
                )
            )
        )
    return Table("models", "Programs and models", columns, body)


def _advanced(row: dict[str, Any]) -> str:
    """By stretches of performance years: 2023 to 2026 yes."""
    found = []
    for one in row["advanced_apm"]:
        last = one["last_year"]
        years = (
            f"from {one['first_year']}"
            if last is None
            else str(last) if last == one["first_year"] else f"{one['first_year']} to {last}"
        )  # fmt: skip
        answer = str(one["advanced"])
        found.append(f"{years} {ADVANCED.get(answer, answer.replace('_', ' '))}")
    return "; ".join(found) or "not read"

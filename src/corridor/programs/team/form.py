"""A filled-in form of hospitals as columns of three levels: hospitals, categories, episodes or cells."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corridor.engine.tabular.form import Form, read_form
from corridor.engine.tabular.layout import Layout
from corridor.errors import CorridorError
from corridor.programs.reach.form import Level
from corridor.programs.team.triggers import Trigger

Row = dict[str, Any]
# The trigger of a code on a day; None of the two: what the year knows.
Finder = Callable[[str, Any], Trigger | None]


@dataclass
class TeamForm:
    """What a file says. ``year`` is the performance year it names, if any."""

    file: str
    layout: Layout
    hospitals: Level
    categories: Level
    lines: Level
    year: int | None
    warnings: list[str]

    def where(self, name: str) -> str | None:
        """Where a figure stands; None where it need not be asked for."""
        found = self.layout.meta["where"].get(name)
        return None if found is None else str(found)

    def place(self, level: Level, row: int, name: str) -> str | None:
        """The line a figure was read from, for a derivation."""
        line = level.lines[row].get(name) if row < len(level.lines) else None
        return None if line is None else f"{self.file}, line {line}"


def read_hospitals(path: Path, find: Callable[[int | None], Finder]) -> TeamForm:
    """Read the form ``layouts/form/team``: rows of hospitals, of categories (named, or by a trigger) and of
    episodes or cells, in any order.

    find  performance year of the file -> how a trigger is found
    Raises FORM-* and TABULAR-* for the file, TEAM-DIFFERS, TEAM-TRIGGER, TEAM-CATEGORY, TEAM-CELL, TEAM-YEAR.
    """
    form = read_form(path, "team")
    meta = form.layout.meta
    of_category, of_line = set(meta["category"]), set(meta["line"])
    found = TeamForm(form.file, form.layout, Level(), Level(), Level(), _year(form), form.warnings)
    finder = find(found.year)
    hospitals: dict[str, int] = {}
    categories: dict[tuple[int, str], int] = {}
    for row, line in zip(form.rows, form.lines, strict=True):
        at = hospitals.setdefault(row["ccn"], len(hospitals))
        if at == len(found.hospitals.values):
            _new(found.hospitals, {"ccn": row["ccn"]}, None)
        _merge(form, found.hospitals, at, row, line, set(row) - of_category - of_line)
        opened = _triggered(form, row, line, finder)
        category = row["category"] or (opened.category if opened else None)
        if category is None:
            _refuse_alone(form, row, line, of_category | of_line)
            continue
        key = (at, category)
        place = categories.setdefault(key, len(categories))
        if place == len(found.categories.values):
            _new(found.categories, {"category": category}, at)
        _merge(form, found.categories, place, row, line, of_category - {"category"})
        given = {name: row[name] for name in of_line if row[name] is not None}
        if given:
            _refuse_cell(form, row, line)
            price: Row = {}
            if opened:
                price = {"price_drg": opened.price_drg, "setting": opened.setting, "rule": opened.rule}
            beds = {"beds": row["beds"]} if row["beds"] is not None else {}
            own = {"category": category, "episodes": 1.0, **beds, **given, **price}
            _new(found.lines, own, place)
            found.lines.lines[-1] = dict.fromkeys((*given, *beds), line)
    for values, parent in zip(found.lines.values, found.lines.parent, strict=True):
        hospital = found.hospitals.values[found.categories.parent[parent]]
        values.setdefault("beds", hospital.get("beds"))
    return found


def _new(level: Level, values: Row, parent: int | None) -> None:
    level.values.append(values)
    level.lines.append({})
    if parent is not None:
        level.parent.append(parent)


def _merge(form: Form, level: Level, at: int, row: Row, line: int, mine: set[str]) -> None:
    for name in row:
        value = row[name]
        if value is None or name not in mine:
            continue
        before = level.values[at].setdefault(name, value)
        level.lines[at].setdefault(name, line)
        if before != value:
            raise CorridorError(
                "TEAM-DIFFERS",
                f"{row['ccn']} has two values of {name}.",
                why="It has one for the whole of the hospital, or of the category.",
                todo="Correct one of them, or leave one cell blank.",
                file=form.file,
                line=line,
                field=name,
            )


def _triggered(form: Form, row: Row, line: int, find: Finder) -> Trigger | None:
    code = row["trigger_code"]
    if code is None:
        return None
    opened = find(code, row["anchor_date"])
    if opened is None or row["category"] not in (None, opened.category):
        raise CorridorError(
            "TEAM-TRIGGER",
            f"{code} opens no episode of TEAM on that day."
            if opened is None
            else f"{code} opens an episode of {opened.category}, not of {row['category']}.",
            why="Triggers are the MS-DRGs and procedures of the rules team.trigger_*, by date; the three "
            "fusion MS-DRGs of October 2026 were not seen and must be given.",
            todo="Correct the code or the date; or override the rule in corridor.toml.",
            file=form.file,
            line=line,
            field="trigger_code",
        )
    return opened


def _refuse_alone(form: Form, row: Row, line: int, below: set[str]) -> None:
    lost = sorted(name for name in below if row[name] is not None)
    if lost:
        raise CorridorError(
            "TEAM-CATEGORY",
            f"{lost[0]} belongs to a category, and the row names none.",
            why="Categories are priced and floored separately before they are pooled.",
            todo="Fill in category, or trigger_code with anchor_date.",
            file=form.file,
            line=line,
            field=lost[0],
        )


def _refuse_cell(form: Form, row: Row, line: int) -> None:
    if row["episodes"] not in (None, 1) and row["episode_spending"] is not None:
        raise CorridorError(
            "TEAM-CELL",
            "The row is of several episodes and gives the spending of one.",
            why="The cap of high-cost episodes holds for each of them.",
            todo="Give line_spending, the capped spending of the row; or one row an episode.",
            file=form.file,
            line=line,
            field="episode_spending",
        )
    if row["disaster"] and row["line_spending"] is not None:
        raise CorridorError(
            "TEAM-CELL",
            "The row is under extreme circumstances and gives line_spending, which stays as it is given.",
            why="Spending of each such episode counts at most its target; a sum over episodes cannot tell.",
            todo="Give episode_spending, one row an episode; or cap line_spending and leave disaster blank.",
            file=form.file,
            line=line,
            field="line_spending",
        )


def _year(form: Form) -> int | None:
    years = {row["performance_year"]: line for row, line in zip(form.rows, form.lines, strict=True)}
    years.pop(None, None)
    if len(years) > 1:
        raise CorridorError(
            "TEAM-YEAR",
            f"The file names several performance years: {', '.join(map(str, sorted(years)))}.",
            why="One settlement is of one year.",
            todo="Give each year a file of its own.",
            file=form.file,
            line=max(years.values()),
            field="performance_year",
        )
    return next(iter(years), None)

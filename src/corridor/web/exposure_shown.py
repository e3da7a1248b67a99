"""An exposure sheet as a page shows it: the sentence, the fan by year, the joint figures beside the sum."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from corridor.reports.charts import svg
from corridor.reports.charts.line import YearPoint, line
from corridor.reports.views.page import Cell, Column, Figure, Picture, Table, TableRow, amount_cell, text_cell
from corridor.reports.words import dollars, share, short_dollars

Row = Mapping[str, Any]
NAMES = {
    "asm": "ASM", "mips": "MIPS", "mssp": "Shared Savings", "reach": "ACO REACH", "lead": "LEAD",
    "team": "TEAM", "iota": "IOTA", "ahead": "AHEAD",
}  # fmt: skip
MOST_ROWS = 600
FEW_YEARS = 4  # of a chart on a narrow page


def total(found: Row, scope: str, key: str | None = None) -> Row | None:
    """The total over all years of a scope."""
    return next(
        (one for one in found["totals"]
         if one["scope"] == scope and one["key"] == key and (one["year"] is None)),
        None,
    )  # fmt: skip


def totals(found: Row, scope: str) -> list[Row]:
    """The totals of a scope: over all years, or a year each where the scope is of years."""
    years = scope.endswith("_year")
    return [one for one in found["totals"] if one["scope"] == scope and (one["year"] is not None) == years]


def name_of(program: Any) -> str:
    """A program's name."""
    return NAMES.get(str(program), str(program).upper())


def headline(found: Row) -> str:
    """The answer in one sentence: what may be lost, what is expected, what may be gained."""
    whole = total(found, "system")
    span = f"{found['first_year']} to {found['horizon']}"
    if whole is None or whole["expected"] is None:
        return f"{found['system']}: no dollars are known for {span}"
    expected = short_dollars(whole["expected"], signed=True)
    if not found["draws"]:
        return f"{found['system']} expects {expected} from {span}, with no chance drawn"
    low, high = (short_dollars(whole[name], signed=True) for name in ("downside", "upside"))
    return f"{found['system']} expects {expected} from {span}: {low} if it goes badly, {high} if it goes well"


def second(found: Row) -> str:
    """Joint against the sum of the parts."""
    whole = total(found, "system")
    if whole is None or not found["draws"] or whole["expected"] is None:
        return "Every line is settled by its own program, as corridor settle does it."
    apart = short_dollars(whole["sum_of_downsides"], signed=True)
    tail = share(found["tail"], 0)
    said = (
        "One in twenty draws is worse, and one in twenty better. " if tail == "5%" else
        f"{tail} of the draws are worse, and {tail} better. "
    )  # fmt: skip
    said += f"The lines' own downsides add up to {apart}: they do not all go badly at once"
    said += f", which is worth {short_dollars(whole['diversification'])}."
    if abs(whole["interaction"] or 0) >= 1:
        said += (
            f" What one program sets aside of another: {short_dollars(whole['interaction'], signed=True)}."
        )
    return said


def figures(found: Row) -> list[Figure]:
    """Four large figures, each beside the sum of the parts."""
    whole = total(found, "system")
    if whole is None or whole["expected"] is None:
        return []
    made = [
        Figure(
            short_dollars(whole[name], signed=True), words,
            f"the parts added: {short_dollars(whole[apart], signed=True)}",
            "gain" if whole[name] > 0 else "loss" if whole[name] < 0 else "",
        )
        for name, words, apart in (
            ("downside", "Downside", "sum_of_downsides"), ("expected", "Expected", "sum_of_expected"),
            ("upside", "Upside", "sum_of_upsides"),
        )
    ]  # fmt: skip
    if found["draws"]:
        made.append(
            Figure(
                share(whole["probability_of_loss"], 0), "Chance of a loss over all years",
                f"of {found['draws']:,} draws",
            )
        )  # fmt: skip
    return made


def fan(found: Row) -> Picture | None:
    """What may come of each performance year: the mean, and the band between downside and upside."""
    years = [one for one in totals(found, "performance_year") if one["expected"] is not None]
    if not years:
        return None
    chance = bool(found["draws"])
    points = [
        YearPoint(
            int(one["year"]), float(one["expected"]), float(one["downside"]) if chance else None,
            float(one["upside"]) if chance else None,
        )
        for one in years
    ]  # fmt: skip
    worst = min(years, key=lambda one: one["downside"])
    finding = (
        f"The worst year may be {worst['year']}: {short_dollars(worst['downside'], signed=True)}"
        if chance
        else f"{years[-1]['year']}: {short_dollars(years[-1]['expected'], signed=True)}"
    )
    wide, narrow = (
        line(
            f"fan{size}", finding, listed, show=lambda value: short_dollars(value, signed=True),
            value_name="dollars of all programs, by performance year", width=width,
        )
        for size, listed, width in (("", points, svg.WIDE), ("-n", _some(points), svg.NARROW))
    )  # fmt: skip
    note = "Line: the mean of the draws. Band: downside to upside, drawn jointly." if chance else ""
    return Picture(finding, wide, narrow, note)


def _some(points: list[YearPoint]) -> list[YearPoint]:
    """Some of the years, so that their labels stand apart on a narrow page; the first and last among them."""
    step = -(-len(points) // FEW_YEARS)
    kept = [one for at, one in enumerate(points) if at % step == 0 and len(points) - 1 - at >= step]
    return [*kept, points[-1]]


def tables(found: Row) -> list[Table]:
    """By program, by member, by clinician, by year of performance and of payment."""
    made = [
        _totals(found, "program", "By program", "Program", lambda one: name_of(one["key"])),
        _totals(found, "entity", "By member", "Member",
                lambda one: f"{one['name']} ({one['key']})" if one["name"] else str(one["key"])),
        _totals(found, "clinician", "By clinician", "NPI", lambda one: str(one["key"])),
        _totals(found, "performance_year", "By performance year", "Year", lambda one: str(one["year"])),
        _totals(found, "payment_year", "By payment year", "Year", lambda one: str(one["year"])),
    ]  # fmt: skip
    return [one for one in made if one is not None]


def _totals(found: Row, scope: str, caption: str, first: str, named: Any) -> Table | None:
    rows = totals(found, scope)
    if not rows:
        return None
    chance = bool(found["draws"])
    columns = [Column(first), Column("Expected", "number")]
    if chance:
        columns += [
            Column("Downside", "number", "One draw in twenty is worse, unless the file says another tail"),
            Column("Upside", "number"), Column("Chance of a loss", "number"),
            Column("Downsides added", "number", "Of its lines, as if all went badly at once"),
            Column("Diversification", "number", "What the joint downside is better than that sum"),
        ]  # fmt: skip
    columns.append(Column("Interaction", "number", "What programs set aside of one another"))
    body = []
    for one in rows:
        cells = [text_cell(named(one)), _signed(one["expected"])]
        if chance:
            cells += [
                _signed(one["downside"]), _signed(one["upside"]), _share(one["probability_of_loss"]),
                _signed(one["sum_of_downsides"]), _signed(one["diversification"], toned=False),
            ]  # fmt: skip
        cells.append(_signed(one["interaction"]))
        body.append(TableRow(tuple(cells)))
    return Table(f"exposure-{scope}", caption, tuple(columns), body)


def _signed(value: Any, toned: bool = True) -> Cell:
    if value is None:
        return Cell("–")
    return amount_cell(dollars(value, signed=True), float(value), toned=toned)


def _share(value: Any) -> Cell:
    return Cell("–") if value is None else amount_cell(share(value, 0), float(value))


def sheet(found: Row) -> Table:
    """Every line, row of its form and year, with how the year stands."""
    rows: Sequence[Row] = found["rows"]
    chance = bool(found["draws"])
    columns = (
        Column("Line"), Column("Member"), Column("Row"), Column("Performance year", "number"),
        Column("Payment year", "number"), Column("Standing"), Column("Expected", "number"),
        *((Column("Downside", "number"), Column("Upside", "number"), Column("Chance of a loss", "number"))
          if chance else ()),
        Column("Note"),
    )  # fmt: skip
    body = []
    for one in rows[:MOST_ROWS]:
        note = str(one["note"] or "")
        if one.get("set_aside_by"):
            note = f"set aside by {name_of(one['set_aside_by'])}" + (f"; {note}" if note else "")
        cells = [
            text_cell(str(one["line"])), text_cell(one["entity_name"] or one["entity"]),
            text_cell(one["npi"] or one["id"]), _year(one["performance_year"]), _year(one["payment_year"]),
            text_cell(str(one["status"]).replace("_", " ")), _signed(one["expected"]),
        ]  # fmt: skip
        if chance:
            cells += [_signed(one["downside"]), _signed(one["upside"]), _share(one["probability_of_loss"])]
        body.append(TableRow((*cells, text_cell(note))))
    note = f"The first {MOST_ROWS:,} of {len(rows):,}; the file has all." if len(rows) > MOST_ROWS else ""
    return Table("exposure", "Every line and year", columns, body, note=note)


def _year(value: Any) -> Cell:
    return Cell("–") if value is None else amount_cell(str(value), float(value))


def assumptions(found: Row) -> Table:
    """What was taken for granted: chance and growth first, then parameters of the programs."""
    columns = (
        Column("Parameter"), Column("Line"), Column("Value", "number"), Column("Unit"), Column("Status"),
        Column("What it is, or its source"),
    )  # fmt: skip
    body = [
        TableRow(
            (
                text_cell(one.get("rule")), text_cell(one.get("line")), text_cell(_value(one.get("value"))),
                text_cell(one.get("unit")), text_cell(one.get("status")), text_cell(_cited(one.get("cite"))),
            )
        )
        for one in found["assumptions"]
    ]  # fmt: skip
    return Table("exposure-assumptions", "What was assumed", columns, body)


def _value(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:g}"
    return str(value) if isinstance(value, str | int) else "a table" if value is not None else "–"


def _cited(cite: Any) -> str:
    if isinstance(cite, Mapping):
        return ", ".join(str(part) for part in (cite.get("doc"), cite.get("para")) if part)
    return str(cite or "")

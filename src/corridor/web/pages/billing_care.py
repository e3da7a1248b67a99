"""Care management: who could have it, what is billed of it, what is missed, and the panel that carries it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Query, Response

from corridor.reports.charts.bars import Bar, bars
from corridor.reports.charts.rows import SIDE, STACKED
from corridor.reports.views.page import Cell, Column, Picture, Table, TableRow, amount_cell, text_cell
from corridor.reports.words import counted, dollars, near_dollars, people, real, short_dollars, whole
from corridor.web.billing import Row
from corridor.web.downloads import file_of
from corridor.web.guard import VisitDep
from corridor.web.loaded import months_loaded
from corridor.web.render import page
from corridor.web.viewer import Viewer

YEAR, MARGIN, MONTHLY = "billing.apcm_year", "billing.care_management_margin", "billing.apcm_comparison"
PAGE = 50
PROGRAMS = {
    "apcm": "Advanced primary care management (APCM)", "ccm": "Chronic care management",
    "pcm": "Principal care management", "tcm": "Transitional care management",
    "bhi": "Behavioral health integration", "cocm": "Collaborative care",
    "rpm": "Remote physiologic monitoring", "rtm": "Remote therapeutic monitoring",
    "dmht": "Digital mental health treatment",
}  # fmt: skip
ASSUMED = (
    "Minutes, wages and fixed costs are assumed (rules primary_care.staff_cost and "
    "primary_care.hourly_cost): put your own into corridor.toml."
)


def care_management(
    visit: VisitDep,
    year: Annotated[str, Query(pattern=r"^(\d{4})?$")] = "",
    program: str = "apcm",
    start: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
    format: str = "",
) -> Response:
    """One year, and by clinician one program."""
    viewer = visit.viewer()
    if viewer is None:
        return page(visit, "empty.html.j2", "Care management", loaded=False)
    for table in (YEAR, MARGIN):
        if not viewer.has(table):
            return page(visit, "billing_none.html.j2", "Care management", table=table)
    years = viewer.query(
        f"select year, max(all_apcm_amount) is not null as priced from {YEAR} "
        "group by year order by year desc"
    )
    known = [int(row["year"]) for row in years]
    chosen = next((int(row["year"]) for row in years if row["priced"]), known[0] if known else 0)
    chosen = int(year) if year and int(year) in known else chosen
    program = program if program in PROGRAMS else "apcm"
    if format:
        visit.note("download", f"care management, {program}")
        every = _clinicians(viewer, program, chosen, 100_000, 0)
        rows = [{name: value for name, value in row.items() if name != "found"} for row in every]
        return file_of(viewer, format, f"care-{program}-{chosen}", rows, ("npi", "tin", "year", "program"))
    (total,) = viewer.query(
        "select count(*) as clinicians, sum(person_months) as months, sum(missed_months) as missed_months, "
        "sum(missed_amount) as missed, sum(now_amount) as now, sum(all_apcm_amount) as every_month, "
        f"sum(better_amount) as better, sum(gain_amount) as gain from {YEAR} where year = ?",
        [chosen],
    )
    rows = _clinicians(viewer, program, chosen, PAGE, start)
    found = int(rows[0]["found"]) if rows else 0

    def address(**change: Any) -> str:
        asked = {"year": chosen, "program": program, **change}
        return "/billing/care-management?" + urlencode({key: value for key, value in asked.items() if value})

    return page(
        visit,
        "billing_care.html.j2",
        "Care management",
        headline=_headline(total, chosen) if total["clinicians"] else "Nobody could have APCM in the claims",
        second=_second(total),
        picture=_picture(total, chosen),
        programs=_programs(viewer, chosen, months_loaded(visit.bench, chosen), address),
        table=_table(rows, program),
        found=found,
        first=start + 1,
        last=start + len(rows),
        earlier=address(start=max(start - PAGE, 0)) if start else "",
        later=address(start=start + PAGE) if start + len(rows) < found else "",
        files=[("CSV", address(format="csv")), ("Excel", address(format="xlsx"))],
        years=[(str(one), address(year=one), one == chosen) for one in sorted(known)],
        tabs_of=[(name, words, address(program=name), name == program) for name, words in PROGRAMS.items()],
        notes=_notes(viewer, chosen),
        works=viewer.patients,
    )


def _headline(total: Row, year: int) -> str:
    if total["missed"] is None:
        months = counted(int(total["missed_months"] or 0), "month")
        return f"{months} of advanced primary care management could be billed in {year}; no price is known"
    return (
        f"{near_dollars(total['missed'])} of advanced primary care management could be billed for {year} and "
        f"is not; {near_dollars(total['now'])} of it and of its neighbors is billed"
    )


def _second(total: Row) -> str:
    if not total["clinicians"]:
        return ""
    said = (
        f"{counted(int(total['clinicians']), 'clinician')} answer for {whole(total['months'])} months of "
        f"people, of which {whole(total['missed_months'])} are without any."
    )
    if total["gain"] is not None:
        said += (
            f" With the better of the two for each person {short_dollars(total['gain'], signed=True)} a year."
        )
    return said


def _picture(total: Row, year: int) -> Picture | None:
    named = (
        ("now", "As billed now"), ("every_month", "Everyone on APCM"),
        ("better", "The better of the two for each"),
    )  # fmt: skip
    items = [Bar(words, float(total[name])) for name, words in named if total[name] is not None]
    if len(items) < 2:
        return None
    best = max(items, key=lambda item: item.value)
    finding = f"{year}: {best.name[:1].lower() + best.name[1:]} brings the most, {short_dollars(best.value)}"

    def draw(name: str, layout: Any) -> Any:
        return bars(name, finding, items, show=short_dollars, signed=False, layout=layout)

    return Picture(finding, draw("care", SIDE), draw("care-narrow", STACKED), "Allowed dollars of a year.")


def _programs(viewer: Viewer, year: int, months: int, address: Any) -> Table:
    rows = viewer.query(
        "select program, sum(candidates) as candidates, sum(billed_people) as billed_people, "
        "sum(billed_months) as billed_months, sum(billed_amount) as billed_amount, "
        "median(month_revenue) as revenue, median(month_cost) as cost, median(month_margin) as margin, "
        "max(fixed_monthly_cost) as fixed, min(break_even_people) as least, max(break_even_people) as most, "
        "sum(month_amount * greatest(candidate_months - billed_months, 0)) as open_amount, "
        "count(*) filter (where billed_months >= ? * break_even_people) as carried, "
        "count(*) filter (where billed_months > 0) as billing "
        f"from {MARGIN} where year = ? group by program order by sum(billed_amount) desc, program",
        [months, year],
    )
    for row in rows:
        if row["program"] == "apcm":
            row |= _apcm(viewer, year)
        elif not row["candidates"]:
            row |= {"candidates": None, "open_amount": None}
    columns = (
        Column("Program"), Column("Could have it", "number", "People, by what claims show"),
        Column("Had it", "number"), Column("Months billed", "number"),
        Column("Billed", "number", "Allowed amount"),
        Column("Open, allowed", "number", "Allowed amount of the months that could be billed and are not"),
        Column("A month brings", "number", "Median: Medicare's share and the coinsurance collected"),
        Column("Costs", "number", ASSUMED), Column("Leaves", "number"),
        Column("Break-even panel", "range", "People a month whose margin carries the fixed cost"),
        Column("Clinicians there", "number",
               f"Of those who bill it, how many bill as many a month ({counted(months, 'month')} loaded)"),
    )  # fmt: skip
    body = []
    for row in rows:
        least, most = row["least"], row["most"]
        panel = "–" if least is None else f"{least:,}" if least == most else f"{least:,} to {most:,}"
        name = PROGRAMS.get(str(row["program"]), str(row["program"]).upper())
        body.append(
            TableRow(
                (
                    Cell(name, name, address(program=row["program"])),
                    amount_cell(people(row["candidates"]), real(row["candidates"])),
                    amount_cell(people(row["billed_people"]), real(row["billed_people"])),
                    amount_cell(people(row["billed_months"]), real(row["billed_months"])),
                    amount_cell(dollars(row["billed_amount"]), real(row["billed_amount"])),
                    amount_cell(dollars(row["open_amount"]), real(row["open_amount"])),
                    amount_cell(dollars(row["revenue"]), real(row["revenue"])),
                    amount_cell(dollars(row["cost"]), real(row["cost"])),
                    amount_cell(dollars(row["margin"], signed=True), real(row["margin"]), toned=True),
                    Cell(panel, real(least)),
                    text_cell("–" if least is None else f"{row['carried']} of {row['billing']}"),
                )
            )
        )
    return Table("care-programs", "By program", columns, body, note=ASSUMED, tools=False)


def _apcm(viewer: Viewer, year: int) -> Row:
    """Of APCM itself: who could have it in the newest month, and what is missed of the year."""
    open_amount = viewer.query(f"select sum(missed_amount) as amount from {YEAR} where year = ?", [year])
    found: Row = {"candidates": None, "open_amount": open_amount[0]["amount"]}
    if viewer.has(MONTHLY):
        found["candidates"] = viewer.query(
            f"select sum(people) as people from {MONTHLY} where month = (select max(month) from {MONTHLY} "
            "where month between ? * 100 and ? * 100 + 99)",
            [year, year],
        )[0]["people"]
    return found


def _clinicians(viewer: Viewer, program: str, year: int, limit: int, start: int) -> list[Row]:
    if program == "apcm":
        people_of = (
            f"(select max(people) from {MONTHLY} as one where one.npi = made.npi and one.tin = made.tin "
            "and one.month between made.year * 100 and made.year * 100 + 99)"
            if viewer.has(MONTHLY)
            else "null"
        )
        return viewer.query(
            f"select npi, tin, year, 'apcm' as program, {people_of} as people, person_months, "
            "level_1_months, level_2_months, level_3_months, apcm_months, missed_months, now_amount, "
            "missed_amount, all_apcm_amount, better_amount, gain_amount, count(*) over () as found "
            f"from {YEAR} as made where year = ? "
            "order by missed_amount desc nulls last, npi, tin limit ? offset ?",
            [year, limit, start],
        )
    return viewer.query(
        "select npi, tin, year, program, candidates as people, candidate_months, billed_people, "
        "billed_months, billed_amount, month_revenue, month_cost, month_margin, billed_margin, "
        f"fixed_monthly_cost, break_even_people, open_revenue, count(*) over () as found from {MARGIN} "
        "where year = ? and program = ? "
        "order by open_revenue desc nulls last, billed_amount desc, npi, tin limit ? offset ?",
        [year, program, limit, start],
    )


APCM_COLUMNS = (
    ("people", "People a month", "people"), ("person_months", "Months of people", "count"),
    ("level_1_months", "Level 1", "count"), ("level_2_months", "Level 2", "count"),
    ("level_3_months", "Level 3", "count"), ("missed_months", "Not billed", "count"),
    ("now_amount", "Billed now", "dollars"), ("missed_amount", "Missed", "dollars"),
    ("all_apcm_amount", "All on APCM", "dollars"), ("better_amount", "Better of the two", "dollars"),
)  # fmt: skip
OTHER_COLUMNS = (
    ("people", "Could have it", "people"), ("billed_people", "Had it", "people"),
    ("billed_months", "Months billed", "people"), ("billed_amount", "Billed", "dollars"),
    ("open_revenue", "Open, kept revenue", "dollars"), ("month_revenue", "A month brings", "dollars"),
    ("month_cost", "Costs", "dollars"), ("billed_margin", "Margin of a year", "signed"),
    ("break_even_people", "Break-even panel", "count"),
)  # fmt: skip
SHOW: dict[str, Callable[[Any], str]] = {
    "people": people, "count": whole, "dollars": dollars,
    "signed": lambda value: dollars(value, signed=True),
}  # fmt: skip


def _table(rows: list[Row], program: str) -> Table:
    chosen = APCM_COLUMNS if program == "apcm" else OTHER_COLUMNS
    columns = (Column("NPI"), Column("TIN"), *(Column(name, "number") for _, name, _ in chosen))
    body = [
        TableRow(
            (
                Cell(str(row["npi"]), str(row["npi"]), f"/clinicians/{row['npi']}"),
                text_cell(row["tin"]),
                *(
                    amount_cell(SHOW[kind](row[key]), real(row[key]), toned=kind == "signed")
                    for key, _, kind in chosen
                ),
            )
        )
        for row in rows
    ]  # fmt: skip
    words = PROGRAMS[program]
    return Table(
        "care-clinicians",
        f"{words}, by clinician",
        columns,
        body,
        empty="Nobody of this program.",
        tools=False,
    )


def _notes(viewer: Viewer, year: int) -> list[str]:
    notes = []
    levels = viewer.query(
        "select sum(level_2_months) + sum(level_3_months) as higher, sum(level_1_months) as first "
        f"from {YEAR} where year = ?",
        [year],
    )[0]
    if levels["first"] and not levels["higher"]:
        notes.append(
            "Everyone counts at the lowest level, and nobody as a candidate of chronic care: the list of "
            "chronic conditions is not installed (corridor reference add "
            "cms_chronic_conditions_hierarchy.csv, then corridor run)."
        )
    if viewer.query(f"select 1 from {YEAR} where year = ? and all_apcm_amount is null limit 1", [year]):
        notes.append(
            f"No fee schedule of {year} is installed: months of it have no price (corridor reference add)."
        )
    notes.append(
        "Consent and an initiating visit come before the first month; the work list says who lacks them."
    )
    return notes

"""Who needs the most: tiers of need, and the people whose year cost the most."""

from __future__ import annotations

from typing import Any

from corridor.reports.charts.bars import Bar, bars
from corridor.reports.charts.rows import SIDE
from corridor.reports.views.page import Cell, Column, Picture, Section, Table, TableRow, text_cell
from corridor.reports.words import SMALLEST_CELL, counted, share, short_dollars
from corridor.web.answers import Whom, data_year, rows_of
from corridor.web.population.amounts import SMALL, count_cell, few, heads, hidden_too, money, part, unless
from corridor.web.population.naming import CATEGORIES, TIERS, named
from corridor.web.viewer import Viewer

TIER, HIGH, COUNT = "panel.tier", "panel.high_cost", "panel.person_count"
PEOPLE = "high-cost-people"  # the one table of the page whose rows are people


def tiers_of(viewer: Viewer, asked: Whom) -> list[dict[str, Any]]:
    """Need tiers: people, deaths, dollars."""
    test, values = asked.where()
    found = rows_of(
        viewer,
        TIER,
        "select tier, sum(people) as people, sum(deaths) as deaths, sum(member_months) as member_months, "
        f"sum(expenditure) as expenditure from {TIER} where {test} group by tier",
        values,
    )
    order = list(TIERS)
    return sorted(found, key=lambda row: order.index(row["tier"]) if row["tier"] in order else len(order))


def tier_answer(viewer: Viewer, asked: Whom) -> tuple[str, str, Section]:
    """Sentence, second sentence, and section of the view by need."""
    rows = tiers_of(viewer, asked)
    if not rows:
        return (
            "No need tiers for the people you may see",
            "",
            Section("tiers", "Need tiers", empty="Run again: `corridor run`."),
        )
    people, spent = (sum(float(row[key] or 0) for row in rows) for key in ("people", "expenditure"))
    high = next((row for row in rows if row["tier"] == "high_need"), None)
    sentence = f"No one of {int(people):,} people{asked.of()} is in high need by what claims show"
    if high is not None and not few(high["people"]) and people and spent:
        sentence = (
            f"{counted(int(high['people']), 'person', 'people')}{asked.of()}, "
            f"{share(float(high['people']) / people)} "
            f"of all, were in high need and took {share(float(high['expenditure']) / spent, 0)} of the "
            f"{short_dollars(spent)} spent in {data_year(viewer)}"
        )
    elif high is not None:
        sentence = f"Fewer than {SMALLEST_CELL} people{asked.of()} are in high need by what claims show"
    hidden = hidden_too([row["people"] for row in rows], viewer.patients)
    shown = [row for place, row in enumerate(rows) if place not in hidden]
    pictures = [_tier_picture(shown, people, spent)] if shown and spent else []
    table = Table(
        "need-tiers",
        "Need tiers of the measured year",
        [
            Column("Tier"),
            Column("People", "number"),
            Column("Share of people", "number"),
            Column("Spent", "number"),
            Column("Share of spend", "number"),
            Column("A person a month", "number"),
            Column("Died", "number"),
        ],
        [
            TableRow(
                [
                    text_cell(named(TIERS, row["tier"])),
                    heads(row["people"]) if place not in hidden else SMALL,
                    *unless(
                        place in hidden,
                        part(float(row["people"]) / people),
                        money(row["expenditure"]),
                        part(float(row["expenditure"] or 0) / spent if spent else None),
                        money(_monthly(row)),
                    ),
                    heads(row["deaths"]),
                ]
            )
            for place, row in enumerate(rows)
        ],
    )
    notes = [
        "High need, rising need and stable follow published criteria (admissions, frailty, advanced "
        "illness, cost), held as "
        "rules of population: what decides is listed with each person for roles that work with patients.",
    ]
    return sentence, "", Section("tiers", "Need and spend", pictures=pictures, tables=[table], notes=notes)


def _monthly(row: dict[str, Any]) -> float | None:
    months = float(row["member_months"] or 0)
    return float(row["expenditure"] or 0) / months if months else None


def _tier_picture(rows: list[dict[str, Any]], people: float, spent: float) -> Picture:
    """Share of people beside share of spend, two bars a tier."""
    listed = []
    for row in rows:
        name = named(TIERS, row["tier"])
        listed.append(Bar(f"{name}: of people", float(row["people"]) / people))
        listed.append(Bar(f"{name}: of spend", float(row["expenditure"] or 0) / spent))
    finding = "Share of people beside share of spend"

    def show(value: float) -> str:
        return share(value)

    stacked = bars("tier-shares-n", finding, listed, show=show, signed=False)
    wide = bars("tier-shares", finding, listed, show=show, signed=False, layout=SIDE)
    return Picture(finding, wide, stacked)


def high_cost_answer(viewer: Viewer, asked: Whom) -> tuple[str, str, Section]:
    """Sentence, second sentence, and section of the view of high-cost people."""
    test, values = asked.where()
    rows = rows_of(
        viewer,
        HIGH,
        "select driver, sum(people) as people, sum(expenditure) as expenditure, sum(driver_dollars) as "
        "driver_dollars, "
        f"sum(high_before) as high_before, sum(deaths) as deaths, sum(stays) as stays from {HIGH} where "
        f"{test} "
        "group by driver order by expenditure desc",
        values,
    )
    total = rows_of(
        viewer,
        COUNT,
        f"select sum(people) as people, sum(expenditure) as spent from {COUNT} where {test}",
        values,
    )
    people = sum(float(row["people"]) for row in rows)
    spent = sum(float(row["expenditure"] or 0) for row in rows)
    everybody = float(total[0]["people"] or 0) if total else 0.0
    every_dollar = float(total[0]["spent"] or 0) if total else 0.0
    if not people or few(people):
        return (
            f"Fewer than {SMALLEST_CELL} people{asked.of()} stand out by cost: no figure is shown",
            "",
            Section("high-cost", "High-cost people", empty="Widen the filter to see more people."),
        )
    first = rows[0]
    sentence = (
        f"{counted(int(people), 'person', 'people')}{asked.of()}, {share(people / everybody)} of all, took "
        f"{share(spent / every_dollar, 0)} of the dollars of {data_year(viewer)}: {short_dollars(spent)}"
        if everybody and every_dollar
        else f"{counted(int(people), 'person', 'people')}{asked.of()} took {short_dollars(spent)}"
    )
    before = sum(float(row["high_before"] or 0) for row in rows)
    died = sum(float(row["deaths"] or 0) for row in rows)
    second = f"{named(CATEGORIES, first['driver'])} drives most of it."
    if before:
        second += f" {_count_words(before)} also stood out the year before."
    if died:
        second += f" {_count_words(died)} died in the year."
    hidden = hidden_too([row["people"] for row in rows], viewer.patients)
    shown = [row for place, row in enumerate(rows) if place not in hidden]
    finding = "Spend of high-cost people by what took most of their year"
    listed = [Bar(named(CATEGORIES, row["driver"]), float(row["expenditure"])) for row in shown]
    pictures = []
    if listed:
        wide = bars("high-cost-drivers", finding, listed, show=short_dollars, signed=False, layout=SIDE)
        stacked = bars("high-cost-drivers-n", finding, listed, show=short_dollars, signed=False)
        pictures = [Picture(finding, wide, stacked)]
    table = Table(
        "high-cost-drivers",
        "High-cost people by largest driver",
        [
            Column("Driver"),
            Column("People", "number"),
            Column("Spent", "number"),
            Column("By the driver", "number"),
            Column("Stays", "number"),
            Column("High the year before", "number"),
            Column("Died", "number"),
        ],
        [
            TableRow(
                [
                    text_cell(named(CATEGORIES, row["driver"])),
                    heads(row["people"]) if place not in hidden else SMALL,
                    *unless(
                        place in hidden,
                        money(row["expenditure"]),
                        money(row["driver_dollars"]),
                        count_cell(row["stays"]),
                    ),
                    heads(row["high_before"]),
                    heads(row["deaths"]),
                ]
            )
            for place, row in enumerate(rows)
        ],
        note="Groups of fewer than 11 people are not shown, and are part of the sum above; another is left "
        "out where "
        "theirs could be worked out.",
    )
    tables = [table]
    people_table = _people_table(viewer, asked)
    if people_table is not None:
        tables.append(people_table)
    return sentence, second, Section("high-cost", "What drives them", pictures=pictures, tables=tables)


def _count_words(count: float) -> str:
    if not count:
        return "None"
    return f"Fewer than {SMALLEST_CELL}" if count < SMALLEST_CELL else f"{int(count):,}"


def _people_table(viewer: Viewer, asked: Whom) -> Table | None:
    """The costliest one by one, for roles that work with patients: by their place, never by an identifier."""
    if not viewer.has("measures.high_cost_claimant"):
        return None
    test, values = asked.where()
    rows = viewer.query(
        "select place, npi, tin, enrollment_type, expenditure, driver, second_driver, stays, died, reason "
        f"from measures.high_cost_claimant where {test} order by place limit 50",
        values,
    )
    if not rows:
        return None
    return Table(
        PEOPLE,
        "The costliest people one by one",
        [
            Column("Place", "number"),
            Column("Clinician"),
            Column("Practice"),
            Column("Spent", "number"),
            Column("Stays", "number"),
            Column("What took it"),
            Column("Died"),
        ],
        [
            TableRow(
                [
                    count_cell(row["place"]),
                    _clinician(row["npi"]),
                    text_cell(row["tin"]),
                    money(row["expenditure"]),
                    count_cell(row["stays"]),
                    text_cell(str(row["reason"] or "").replace(" %", "%")),
                    text_cell("yes" if row["died"] else "no"),
                ]
            )
            for row in rows
        ],
        note="Who they are stands in the work lists, for those who work with patients.",
    )


def _clinician(npi: Any) -> Cell:
    return Cell(str(npi), str(npi), link=f"/clinicians/{npi}") if npi else text_cell(None)

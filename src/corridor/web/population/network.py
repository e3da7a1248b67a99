"""Where care goes: inside and outside the network of an ACO, and post-acute care by facility."""

from __future__ import annotations

from typing import Any

from corridor.reports.charts.bars import Bar, bars
from corridor.reports.charts.rows import SIDE
from corridor.reports.views.page import Column, Picture, Section, Table, TableRow, text_cell
from corridor.reports.words import SMALLEST_CELL, counted, share, short_dollars
from corridor.web.answers import Whom, data_year, rows_of
from corridor.web.population.amounts import (
    count_cell,
    decimal,
    few,
    heads,
    heads_unless,
    hidden_by_kind,
    if_enough,
    money,
    part,
    unless,
)
from corridor.web.population.naming import CATEGORIES, named
from corridor.web.viewer import Viewer

LEAKAGE, POST_ACUTE = "measures.leakage", "panel.post_acute"


def leakage_answer(viewer: Viewer, asked: Whom) -> tuple[str, str, Section]:
    """Dollars of the ACO's people by who received them; only what can be told inside from outside is a
    share.
    """
    test, values = asked.where("aco")
    rows = rows_of(
        viewer,
        LEAKAGE,
        "select service_category, sum(expenditure_amount) filter (where network = 'inside') as inside, "
        "sum(expenditure_amount) filter (where network = 'outside') as outside, "
        "sum(expenditure_amount) filter (where network not in ('inside', 'outside')) as unknown, "
        f"sum(expenditure_amount) as spent from {LEAKAGE} where {test} group by service_category order by "
        f"outside desc "
        "nulls last",
        values,
    )
    empty = Section(
        "leakage",
        "Inside and outside",
        empty="Leakage needs people attributed to an ACO and its participants: load the assignment list "
        "(CCLF8, ALR) and "
        "the participant list, then `corridor run`. It is told by ACO only.",
    )
    if not rows:
        return f"No care of an ACO's people{asked.of()} can be told inside from outside", "", empty
    inside, outside, unknown = (
        sum(float(row[key] or 0) for row in rows) for key in ("inside", "outside", "unknown")
    )
    told = inside + outside
    if not told:
        return "Nothing of what was spent can be told inside from outside", "", empty
    sentence = (
        f"{share(outside / told, 0)} of the care that can be told apart{asked.of()} went outside the "
        f"network: "
        f"{short_dollars(outside)}"
    )
    second = (
        f"{short_dollars(unknown)} more went to hospitals and other facilities of which no list says "
        f"whether they belong."
        if unknown
        else ""
    )
    finding = "Dollars outside the network by category"
    listed = [
        Bar(named(CATEGORIES, row["service_category"]), float(row["outside"]))
        for row in rows
        if row["outside"]
    ]
    pictures = []
    if listed:
        pictures = [
            Picture(
                finding,
                bars("leakage", finding, listed, show=short_dollars, signed=False, layout=SIDE),
                bars("leakage-n", finding, listed, show=short_dollars, signed=False),
            )
        ]
    by_category = Table(
        "leakage-by-category",
        "Inside and outside by category",
        [
            Column("Category"),
            Column("Inside", "number"),
            Column("Outside", "number"),
            Column("Not known", "number"),
            Column("Share outside", "number", "Of what can be told apart"),
        ],
        [
            TableRow(
                [
                    text_cell(named(CATEGORIES, row["service_category"])),
                    money(row["inside"]),
                    money(row["outside"]),
                    money(row["unknown"]),
                    part(_outside_share(row)),
                ]
            )
            for row in rows
        ],
    )
    return (
        sentence,
        second,
        Section(
            "leakage",
            "Where the care went",
            pictures=pictures,
            tables=[by_category, _receivers(viewer, asked)],
            notes=["Care outside is not bad care: distance, specialty and choice explain part of it."],
        ),
    )


def _outside_share(row: dict[str, Any]) -> float | None:
    told = float(row["inside"] or 0) + float(row["outside"] or 0)
    return float(row["outside"] or 0) / told if told else None


def _receivers(viewer: Viewer, asked: Whom) -> Table:
    test, values = asked.where("aco")
    rows = viewer.query(
        "select receiver_kind, receiver_id, network, max(people) as people, sum(lines) as lines, "
        f"sum(expenditure_amount) as spent from {LEAKAGE} where {test} and network = 'outside' "
        "group by receiver_kind, receiver_id, network order by spent desc limit 25",
        values,
    )
    return Table(
        "leakage-receivers",
        "Who outside received most",
        [
            Column("Kind"),
            Column("Receiver"),
            Column("People", "number"),
            Column("Lines", "number"),
            Column("Spent", "number"),
        ],
        [
            TableRow(
                [
                    text_cell(str(row["receiver_kind"]).upper()),
                    text_cell(row["receiver_id"]),
                    heads(row["people"]),
                    if_enough(row["people"], count_cell(row["lines"])),
                    if_enough(row["people"], money(row["spent"])),
                ]
            )
            for row in rows
        ],
        empty="Nobody outside is known.",
        note="People: at least so many, those of the receiver's largest category.",
    )


def post_acute_answer(viewer: Viewer, asked: Whom) -> tuple[str, str, Section]:
    """Post-acute care of the measured year of the people somebody answers for, by facility."""
    year = data_year(viewer)
    test, values = asked.where()
    rows = rows_of(
        viewer,
        POST_ACUTE,
        "select service_category, facility_ccn, sum(people) as people, sum(claims) as claims, sum(days) as "
        "days, "
        f"sum(expenditure) as spent from {POST_ACUTE} where {test} "
        "and year = ? group by service_category, facility_ccn order by spent desc",
        [*values, year],
    )
    if few(sum(float(row["people"]) for row in rows)):
        few_words = f"Fewer than {SMALLEST_CELL} people{asked.of()} had post-acute care in {year}"
        empty = "Widen the filter to see more people."
        return few_words, "", Section("post-acute", "Post-acute care", empty=empty)
    if not rows:
        return (
            f"No post-acute care{asked.of()} in {year} is loaded",
            "",
            Section(
                "post-acute",
                "Post-acute care",
                empty="It comes with institutional claims: load CCLF1, then `corridor run`.",
            ),
        )
    spent = sum(float(row["spent"] or 0) for row in rows)
    nursing = [row for row in rows if row["service_category"] == "skilled_nursing"]
    nursing_spent = sum(float(row["spent"] or 0) for row in nursing)
    nursing_days = sum(float(row["days"] or 0) for row in nursing)
    sentence = f"{short_dollars(spent)} of post-acute care{asked.of()} in {year}"
    enough = not few(sum(float(row["people"]) for row in nursing))
    if nursing_spent and enough:
        sentence += f", {share(nursing_spent / spent, 0)} of it for skilled nursing"
    second = ""
    if nursing_days and enough:
        second = (
            f"Skilled nursing cost {short_dollars(nursing_spent / nursing_days)} a day over "
            f"{counted(int(nursing_days), 'day')}."
        )
    hidden = hidden_by_kind(
        [row["service_category"] for row in rows], [row["people"] for row in rows], viewer.patients
    )
    shown = [row for place, row in enumerate(rows) if place not in hidden][:15]
    finding = "Spend by facility"
    listed = [Bar(_place(row), float(row["spent"] or 0)) for row in shown]
    pictures = []
    if listed:
        pictures = [
            Picture(
                finding,
                bars("post-acute", finding, listed, show=short_dollars, signed=False, layout=SIDE),
                bars("post-acute-n", finding, listed, show=short_dollars, signed=False),
            )
        ]
    table = Table(
        "post-acute",
        "Post-acute care by facility",
        [
            Column("Kind"),
            Column("Facility (CCN)"),
            Column("People", "number"),
            Column("Claims", "number"),
            Column("Days", "number"),
            Column("Days a claim", "number"),
            Column("Spent", "number"),
            Column("A day", "number"),
        ],
        [
            TableRow(
                [
                    text_cell(named(CATEGORIES, row["service_category"])),
                    text_cell(row["facility_ccn"]),
                    heads_unless(place in hidden, row["people"]),
                    *unless(
                        place in hidden,
                        count_cell(row["claims"]),
                        count_cell(row["days"]),
                        decimal(_per(row["days"], row["claims"])),
                        money(row["spent"]),
                        money(_per(row["spent"], row["days"])),
                    ),
                ]
            )
            for place, row in enumerate(rows[:200])
        ],
    )
    tables = [table]
    spells = _spells(viewer)
    if spells is not None:
        tables.append(spells)
    return sentence, second, Section("post-acute", "By facility", pictures=pictures, tables=tables)


def _place(row: dict[str, Any]) -> str:
    return f"{named(CATEGORIES, row['service_category'])} {row['facility_ccn']}"


def _per(total: Any, count: Any) -> float | None:
    return float(total) / float(count) if total is not None and count else None


def _spells(viewer: Viewer) -> Table | None:
    """Spells and returns to hospital, of everybody loaded: the table names nobody who answers for the
    people.
    """
    if not viewer.scope.every_row or not viewer.has("measures.post_acute"):
        return None
    rows = viewer.query("select * from measures.post_acute order by expenditure_amount desc limit 50")
    return Table(
        "post-acute-spells",
        "Spells of everybody loaded, measured year",
        [
            Column("Kind"),
            Column("Facility (CCN)"),
            Column("People", "number"),
            Column("Spells", "number"),
            Column("After a stay", "number"),
            Column("A spell", "number"),
            Column("Back in hospital", "number"),
        ],
        [
            TableRow(
                [
                    text_cell(named(CATEGORIES, row["service_category"])),
                    text_cell(row["facility_ccn"]),
                    heads(row["people"]),
                    if_enough(row["people"], count_cell(row["spells"])),
                    if_enough(row["people"], count_cell(row["spells_after_stay"])),
                    if_enough(row["people"], money(row["expenditure_per_spell"])),
                    if_enough(row["people"], part(row["return_share"])),
                ]
            )
            for row in rows
        ],
    )

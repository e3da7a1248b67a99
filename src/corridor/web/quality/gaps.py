"""Care gaps counted by measure and clinician, with points and dollars; and the patients behind them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from fastapi import Response

from corridor.errors import CorridorError
from corridor.reports.charts.bars import Bar
from corridor.reports.views.page import Cell, Column, Picture, Table, TableRow, amount_cell, text_cell
from corridor.reports.words import (
    SMALLEST_CELL,
    counted,
    dollars,
    is_small,
    people,
    real,
    short_dollars,
    whole,
)
from corridor.web.guard import Visit
from corridor.web.listing import Asked, Listing, Shown, open_listing
from corridor.web.making import Work
from corridor.web.pages.billing import waiting
from corridor.web.programs.drawing import bar_picture
from corridor.web.programs.shape import Panel
from corridor.web.quality.gaps_made import gaps_made
from corridor.web.quality.held import (
    HIDDEN,
    LEVELS,
    NONE,
    Wanted,
    labels,
    measure_words,
    names,
    type_sql,
    type_words,
    whose,
)
from corridor.web.viewer import Viewer

DRAWN = 12
COUNTED = ("gaps", "not_met", "not_captured", "inverse_met", "closable")
BY_MEASURE = """
select measure_id, collection_type, min(closes) as closes, count(*) as results, sum(gaps) as gaps,
       sum(not_met) as not_met, sum(not_captured) as not_captured, sum(inverse_met) as inverse_met,
       sum(closable) as closable, sum(score_points) as score_points, sum(dollars) as dollars,
       count(*) filter (where not patients_known) as unknown
from gaps.row where {test} group by measure_id, collection_type
order by dollars desc nulls last, closable desc, measure_id, collection_type
"""
ROWS = """
select gap.*, coalesce(person.clinician_name, 'NPI ' || gap.npi) as clinician_name
from gaps.row as gap
left join {names} as person on person.npi = gap.npi and person.tin = gap.tin
where {test}
"""
PATIENTS = """
select person_id, measure_id, collection_type, event_date, gap, missing_element, site_id, closes, closable,
       effort, event_key, stratum
from quality.care_gap
where performance_year = ? and level = ? and (? = '' or measure_id = ?)
  and tin = ? and npi = ? and entity_id = ?
"""
PATIENT_COLUMNS = (
    Shown(
        "person", "Patient", sql="cast(person_id as varchar)", about="The number of the patient in Corridor"
    ),
    Shown("measure_id", "Measure"),
    Shown("event_date", "Day of the event"),
    Shown("gap", "Gap", "words"),
    Shown("missing_element", "What is missing", "words"),
    Shown("site_id", "Site"),
    Shown("closable", "Can be closed", "flag"),
    Shown("closes", "What closes it", "words"),
    Shown("effort", "Effort", "count", about="1 is least"),
)


def gaps(visit: Visit, viewer: Viewer, wanted: Wanted) -> Panel | Response:
    """How many gaps are open, what closes them, and what that is worth."""
    made = gaps_made(visit, viewer, wanted.year)
    if isinstance(made, Work):
        return waiting(visit, made)
    own, held = made
    found = open_listing(visit, own, _listing(own, wanted, viewer.patients), wanted.asked, wanted.values)
    if isinstance(found, Response):
        return found
    head = visit.bench.made(
        viewer, ("quality gaps", id(held), *wanted.key),
        lambda: _head(own, wanted, held.basis.get(wanted.level, [])),
    )  # fmt: skip
    return Panel(head.sentence, head.second, (), head.pictures, head.tables, head.notes, head.links, found)


def _head(viewer: Viewer, wanted: Wanted, basis: list[str]) -> Panel:
    rows = viewer.query(BY_MEASURE.format(test=wanted.test), wanted.values)
    if not rows:
        return Panel(
            f"No care gap of {LEVELS[wanted.level]} you may see is open for {wanted.year}{wanted.to}"
        )
    total, closable = (sum(row[key] or 0 for row in rows) for key in ("gaps", "closable"))
    some = "all" if closable == total else wanted.count(closable)
    sentence = (
        f"{wanted.count(total)} care gaps of {LEVELS[wanted.level]} are open for {wanted.year}{wanted.to}, "
        f"and {some} of them can be closed"
    )
    top = rows[0]
    worth = [row for row in rows if row["dollars"]]
    if worth:
        sentence += f"; those of {_measure(top)} are worth most, {short_dollars(top['dollars'], signed=True)}"
    second = (
        "Each measure is valued alone, with all else as it is: the dollars do not add up." if worth else ""
    )
    if not worth and any(row["score_points"] for row in rows):
        second = "They move scores, but no payments: dollars are not known, or another score counts."
    notes = [*basis]
    unknown = sum(row["unknown"] for row in rows)
    if unknown:
        notes.append(
            f"{counted(unknown, 'row rests', 'rows rest')} on counts alone: which patients they are is not "
            "loaded."
        )
    if wanted.masked:
        notes.append(HIDDEN)
    return Panel(
        sentence, second, (), [_picture(rows, worth, wanted)], [_table(rows, wanted)], notes,
        (("/programs/mips?view=levers", "What MIPS is worth by measure"), ("/work", "Work lists")),
    )  # fmt: skip


def _measure(row: dict[str, Any]) -> str:
    return f"{measure_words(row['measure_id'])}, {type_words(row['collection_type'])}"


def _picture(rows: list[dict[str, Any]], worth: list[dict[str, Any]], wanted: Wanted) -> Picture:
    if worth:
        finding = (
            f"Closing the gaps of {_measure(worth[0])}: {short_dollars(worth[0]['dollars'], signed=True)}"
        )
        return bar_picture("gaps", finding, _bars(worth[:DRAWN], "dollars"))
    drawn = sorted(rows, key=lambda row: -(row["closable"] or 0))
    drawn = [row for row in drawn if not (wanted.masked and is_small(row["closable"]))][:DRAWN]
    finding = f"Most gaps that can be closed: {_measure(drawn[0])}" if drawn else "No measure has many gaps"
    return bar_picture(
        "gaps",
        finding,
        _bars(drawn, "closable"),
        show=whole,
        gains=False,
    )


def _bars(rows: list[dict[str, Any]], key: str) -> list[Bar]:
    return [Bar(label, float(row[key] or 0)) for label, row in zip(labels(rows), rows, strict=True)]


def _table(rows: list[dict[str, Any]], wanted: Wanted) -> Table:
    def heads(row: dict[str, Any], key: str) -> Cell:
        value = row[key] or 0
        if wanted.masked and any(is_small(row[one]) for one in COUNTED):
            return amount_cell(people(value), 1.0) if is_small(value) else Cell("–")
        return amount_cell(whole(value), real(value))

    body = [
        TableRow(
            (
                Cell(
                    measure_words(row["measure_id"]), str(row["measure_id"]),
                    link=f"/quality?view=gaps&level={wanted.level}&year={wanted.year}"
                    f"&measure={row['measure_id']}",
                ),
                text_cell(type_words(row["collection_type"])),
                amount_cell(whole(row["results"]), real(row["results"])),
                *(heads(row, key) for key in COUNTED),
                amount_cell(dollars(row["dollars"], signed=True), real(row["dollars"]), toned=True),
                text_cell(row["closes"]),
            )
        )
        for row in rows
    ]  # fmt: skip
    columns = (
        Column("Measure"),
        Column("Reported as"),
        Column("Results", "number"),
        Column("Gaps", "number"),
        Column("Not met", "number"),
        Column("Not captured", "number"),
        Column("In the numerator", "number", "Where lower is better"),
        Column("Can be closed", "number"),
        Column("Worth", "number", "All of them closed, this measure alone"),
        Column("What closes them"),
    )
    return Table("care-gaps", f"By measure, {wanted.year}{wanted.to}", columns, body, tools=wanted.masked)


def _listing(viewer: Viewer, wanted: Wanted, patients: bool) -> Listing:
    shut = "small_cell" if wanted.masked else "false"

    def told(column: str) -> str:
        return f"case when not {shut} or ({column} > 0 and {column} < {SMALLEST_CELL}) then {column} end"

    opens = (
        f"/quality?view=patients&year={wanted.year}&level={wanted.level}&measure={{measure_id}}"
        + (
            {"clinician": "&tin={tin}&npi={npi}", "practice": "&tin={tin}", "entity": "&entity={entity_id}"}[
                wanted.level
            ]
        )
    )
    link = opens if patients else ""
    columns = (
        *whose(wanted.level),
        Shown("measure_id", "Measure"),
        Shown("reported_as", "Reported as", sql=type_sql()),
        Shown("gaps", "Gaps", wanted.kind, sql=told("gaps"), link=link),
        Shown("closable", "Can be closed", wanted.kind, sql=told("closable"), link=link),
        Shown("dollars", "Dollars", "signed"),
        Shown("score_points", "Score points", "ratio", about="What the final score gains"),
        Shown("rate", "Rate, %", "number", sql=f"case when not {shut} then rate end"),
        Shown("rate_closed", "Closed, %", "number", sql=f"case when not {shut} then rate_closed end"),
        Shown("measure_points", "Points", "number"),
        Shown(
            "measure_points_closed", "Closed", "number", about="Points of the measure with its gaps closed"
        ),
        Shown("not_met_patients", "Not met", wanted.kind, sql=told("not_met")),
        Shown("not_captured_patients", "Not captured", wanted.kind, sql=told("not_captured")),
        Shown("program", "Under", "words"),
    )
    return Listing(
        "care-gaps",
        f"Gaps by {wanted.level} and measure, {wanted.year}",
        columns,
        ROWS.format(names=names(viewer), test=wanted.test),
        "dollars",
        (
            "score_points desc nulls last",
            "tin",
            "npi",
            "entity_id",
            "measure_id",
            "collection_type",
            "stratum",
        ),
        ("clinician_name", "npi", "tin", "measure_id"),
        "Name, NPI, TIN or measure",
        down=True,
        empty="No gap of yours is open.",
        key=("npi", "tin", "measure_id", "reported_as"),
    )


def patients(visit: Visit, viewer: Viewer, wanted: Wanted) -> Panel | Response:
    """The patients behind the gaps of one clinician, practice or entity: on the screen only, no file."""
    if not viewer.patients:
        visit.note("patient_rows refused", "care gaps", "refused")
        raise CorridorError(
            "WEB-FORBIDDEN",
            "Your account may not open this.",
            why="It lists single patients, which your role does not work with.",
            todo="Ask an administrator, if your work needs it.",
        )
    if not viewer.has("quality.care_gap"):
        return Panel(NONE)
    where = {
        "clinician": (wanted.tin, wanted.npi, ""), "practice": (wanted.tin, "", ""),
        "entity": ("", "", wanted.entity),
    }[wanted.level]  # fmt: skip
    it = Listing(
        "care-gap-patients",
        "Patients with a gap, least effort first",
        PATIENT_COLUMNS,
        PATIENTS,
        "effort",
        ("closable desc", "event_date nulls last", "person_id", "measure_id", "event_key", "stratum"),
        ("measure_id", "site_id"),
        "Measure or site",
        empty="No patient of yours: counts alone are loaded, or another account answers for them.",
    )
    more = {**wanted.asked.more, "tin": wanted.tin, "npi": wanted.npi, "entity": wanted.entity}
    asked = Asked(wanted.asked.q, wanted.asked.sort, wanted.asked.down, wanted.asked.start, "", more)
    found = open_listing(visit, viewer, it, asked, [*wanted.values, *where])
    assert not isinstance(found, Response)  # no file is asked for
    who = next(
        f"{name} {value}"
        for name, value in (("NPI", where[1]), ("TIN", where[0]), ("entity", where[2]), ("nobody", "named"))
        if value
    )
    visit.note("patient_rows", f"care gaps of {who}, {len(found.rows)} rows")
    of = f" of {measure_words(wanted.measure)}" if wanted.measure else ""
    back = f"/quality?view=gaps&year={wanted.year}&level={wanted.level}"
    return Panel(
        f"{found.found:,} care gaps{of} of {who} are open for {wanted.year}{wanted.to}",
        "Shown on the screen only: rows about single people do not leave as a file.",
        links=((back, "All gaps"),),
        listed=replace(found, files=[]),
    )

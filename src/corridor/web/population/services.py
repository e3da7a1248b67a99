"""Services somebody may do without: readmissions by hospital, low-value care, advanced imaging."""

from __future__ import annotations

from typing import Any

from corridor.reports.charts.bars import Bar
from corridor.reports.charts.dots import DotRow
from corridor.reports.views.page import Column, Section, Table, TableRow, text_cell
from corridor.reports.words import SMALLEST_CELL, counted, share, short_dollars
from corridor.web.answers import Whom, data_year, rows_of
from corridor.web.population.amounts import (
    HIDDEN,
    count_cell,
    few,
    heads_unless,
    hidden_too,
    money,
    part,
    span_share,
    unless,
)
from corridor.web.population.pictures import bar_picture, dot_picture
from corridor.web.viewer import Viewer

READMISSION, LOW_VALUE, IMAGING = "panel.readmission", "panel.low_value", "panel.imaging"
FLAGS = {
    "back_imaging": "Imaging for back pain",
    "back_injection": "Injections for back pain",
    "headache_imaging": "Imaging for headache",
    "syncope_imaging": "Imaging after fainting",
    "carotid_screening": "Carotid screening",
    "colorectal_screening": "Colorectal screening past the age",
    "preoperative_testing": "Testing before surgery",
}
MODALITIES = {"ct": "CT", "mri": "MRI", "pet": "PET", "nuclear_cardiology": "Nuclear cardiology"}


def readmission_answer(viewer: Viewer, asked: Whom) -> tuple[str, str, list[Section]]:
    """Readmissions within 30 days by hospital, with the interval of a share."""
    test, values = asked.where()
    rows = rows_of(
        viewer,
        READMISSION,
        "select facility_ccn, sum(people) as people, sum(index_stays) as stays, sum(readmitted) as "
        "readmitted "
        f"from {READMISSION} where {test} group by facility_ccn order by stays desc, facility_ccn",
        values,
    )
    stays = sum(float(row["stays"]) for row in rows)
    back = sum(float(row["readmitted"]) for row in rows)
    if not stays or few(stays):
        return (
            f"Too few index stays{asked.of()} to speak of readmissions",
            "",
            [
                Section(
                    "readmission",
                    "By hospital",
                    empty="An index stay is an acute stay that ended alive in the year.",
                )
            ],
        )
    rate = back / stays
    sentence = (
        f"{share(rate)} of {counted(int(stays), 'index stay')}{asked.of()} led to an unplanned stay within "
        f"30 days"
        f" in {data_year(viewer)}"
    )
    if few(back):
        sentence = (
            f"Fewer than {SMALLEST_CELL} of {counted(int(stays), 'index stay')}{asked.of()} led to an "
            f"unplanned stay within 30 days in {data_year(viewer)}"
        )
    hidden = hidden_too([row["stays"] for row in rows], viewer.patients)
    # what a count of few readmissions could be worked out from goes with it
    quiet = hidden | hidden_too([row["readmitted"] for row in rows], viewer.patients)
    listed = []
    for row in [row for place, row in enumerate(rows) if place not in quiet and not few(back)][:15]:
        low, high = span_share(float(row["readmitted"]), float(row["stays"]))
        listed.append(
            DotRow(
                f"Hospital {row['facility_ccn']}", float(row["readmitted"]) / float(row["stays"]), low, high
            )
        )
    pictures = dot_picture(
        "readmission",
        "Readmissions by hospital beside the mean of all",
        listed,
        share,
        rate,
        "the mean of all",
    )
    table = Table(
        "readmission-hospitals",
        "Readmissions by hospital of the index stay",
        [
            Column("Hospital (CCN)"),
            Column("People", "number"),
            Column("Index stays", "number"),
            Column("Readmitted", "number"),
            Column("Share", "number"),
        ],
        [
            TableRow(
                [
                    text_cell(row["facility_ccn"]),
                    heads_unless(place in hidden, row["people"]),
                    *unless(place in hidden, count_cell(row["stays"])),
                    HIDDEN if place in hidden else heads_unless(place in quiet, row["readmitted"]),
                    *unless(place in quiet, part(float(row["readmitted"]) / float(row["stays"]))),
                ]
            )
            for place, row in enumerate(rows[:100])
        ],
        note="Not adjusted for who the patients are; the view “Observed against expected” is.",
    )
    return sentence, "", [Section("readmission", "By hospital", pictures=pictures, tables=[table])]


def low_value_answer(viewer: Viewer, asked: Whom) -> tuple[str, str, list[Section]]:
    """Low-value care by flag, of those who rendered it."""
    test, values = asked.where("tin", "npi")
    rows = rows_of(
        viewer,
        LOW_VALUE,
        "select flag, max(people) as people, sum(services) as services, sum(expenditure) as spent "
        f"from {LOW_VALUE} where {test} and year = ? group by flag order by spent desc",
        [*values, data_year(viewer)],
    )
    return _listed(
        rows,
        asked,
        "flag",
        FLAGS,
        ("low-value", "Low-value care", "services that published lists call low-value", "Flag"),
        viewer,
        [
            "Which services are low-value is published; the code lists of the flags are assumed until "
            "verified.",
            "A flag is a question to the clinician, not a verdict: claims do not hold every reason for a "
            "service.",
        ],
    )


def imaging_answer(viewer: Viewer, asked: Whom) -> tuple[str, str, list[Section]]:
    """Advanced imaging by kind, of the people somebody answers for."""
    test, values = asked.where()
    rows = rows_of(
        viewer,
        IMAGING,
        "select modality, sum(people) as people, sum(services) as services, sum(expenditure) as spent "
        f"from {IMAGING} where {test} and year = ? group by modality order by spent desc",
        [*values, data_year(viewer)],
    )
    return _listed(
        rows,
        asked,
        "modality",
        MODALITIES,
        ("imaging", "Advanced imaging", "scans outside a stay", "Kind"),
        viewer,
        ["CT, MRI, PET and nuclear cardiology; a person, day and code counts once."],
    )


def _listed(
    rows: list[dict[str, Any]],
    asked: Whom,
    key: str,
    names: dict[str, str],
    words: tuple[str, str, str, str],
    viewer: Viewer,
    notes: list[str],
) -> tuple[str, str, list[Section]]:
    """Services by kind: a bar each, and the table behind them."""
    slug, title, noun, head = words
    services = sum(float(row["services"]) for row in rows)
    spent = sum(float(row["spent"] or 0) for row in rows)
    year = data_year(viewer)
    if not services or few(services):
        return (
            f"No more than a few {noun}{asked.of()} in {year}",
            "",
            [
                Section(
                    slug,
                    title,
                    empty="Widen the filter, or load professional and outpatient claims of the year.",
                )
            ],
        )
    hidden = hidden_too([row["services"] for row in rows], viewer.patients)
    first = rows[0]
    name = names.get(str(first[key]), str(first[key]).replace("_", " ").capitalize())
    sentence = f"{short_dollars(spent)} went to {counted(int(services), noun, noun)}{asked.of()} in {year}"
    second = f"{name} is the largest part, {share(float(first['spent'] or 0) / spent, 0)}." if spent else ""
    if 0 in hidden:
        second = ""
    listed = [
        Bar(names.get(str(row[key]), str(row[key]).replace("_", " ").capitalize()), float(row["spent"] or 0))
        for place, row in enumerate(rows)
        if place not in hidden
    ]
    table = Table(
        slug,
        f"{title} of {year}",
        [
            Column(head),
            Column("Services", "number"),
            Column("Spent", "number"),
            Column("A service", "number"),
        ],
        [
            TableRow(
                [
                    text_cell(names.get(str(row[key]), str(row[key]).replace("_", " ").capitalize())),
                    *unless(
                        place in hidden,
                        count_cell(row["services"]),
                        money(row["spent"]),
                        money(float(row["spent"] or 0) / float(row["services"])),
                    ),
                ]
            )
            for place, row in enumerate(rows)
        ],
    )
    pictures = bar_picture(slug, f"{title}: spend by {head.lower()}", listed, short_dollars)
    return sentence, second, [Section(slug, title, pictures=pictures, tables=[table], notes=notes)]

"""Qualifying participants and MIPS: status, distance to the thresholds, what it is worth, and who."""

from __future__ import annotations

from fastapi import Response

from corridor.reports.charts.bars import Bar
from corridor.reports.charts.line import YearPoint
from corridor.reports.views.page import Column, Table, TableRow, amount_cell, text_cell
from corridor.reports.words import dollars, plain, real, share, short_dollars, whole
from corridor.web.guard import Visit
from corridor.web.listing import Listing, Shown, open_listing
from corridor.web.programs import qp_worth, stands
from corridor.web.programs.drawing import bar_picture, year_picture
from corridor.web.programs.qp_years import STATUSES, choices, chosen, figures_of, hints, said, years
from corridor.web.programs.shape import Ask, Card, Panel, Program, View
from corridor.web.viewer import Viewer

NAME = "QP and MIPS status"
ENTITIES = """
select score.subject, score.basis, score.snapshot, score.attributed_payments, score.eligible_payments,
       score.attributed_patients, score.eligible_patients, score.is_whole
from qp.score as score where score.level = 'entity' and score.performance_year = ?
order by score.subject, score.basis, score.snapshot
"""
WHO = """
select one.npi, one.tin, coalesce(person.clinician_name, 'NPI ' || one.npi) as clinician_name, one.status,
       one.reason, one.best_payment_score, one.best_patient_score, one.worth, one.dollars,
           one.performance_year,
       beside.mips_status, beside.conversion_factor, beside.adjustment, beside.adjustment_lowest
from qp.status as one
left join qp.clinician_year as beside on beside.npi = one.npi and beside.tin = one.tin
    and beside.performance_year = one.performance_year
left join (select npi, tin, any_value(clinician_name) as clinician_name from {roster} group by npi, tin) as
    person
    on person.npi = one.npi and person.tin = one.tin
where one.performance_year = ? and (? = '' or one.status = ?)
"""
TOO_HIGH = (
    "Claims of an ACO hold its own people, so its score over them is too high: patients of other entities "
    "are "
    "missing below the line."
)
NOBODY = "(select null as npi, null as tin, null as clinician_name where false)"
EXPLAIN = "/explain/qp/{npi}?tin={tin}&year={performance_year}"
COLUMNS = (
    Shown("clinician_name", "Clinician", link="/clinicians/{npi}"),
    Shown("npi", "NPI", link="/clinicians/{npi}"),
    Shown("tin", "TIN", link="/practices/{tin}"),
    Shown("status", "QP status", "words", link=EXPLAIN),
    Shown("reason", "Why", "words"),
    Shown("best_payment_score", "By payments", "share"),
    Shown("best_patient_score", "By patients", "share"),
    Shown("worth", "Worth as a QP", "dollars", link=EXPLAIN + "&quantity=worth"),
    Shown("mips_status", "MIPS", "words"),
    Shown("adjustment_lowest", "MIPS at worst", "signed_share"),
    Shown("performance_year", "Year"),
)


def _thresholds(visit: Visit, year: int) -> dict[str, float]:
    force = visit.bench.law(("qp",)).in_force(year)
    if "qp.threshold" not in force:
        return {}
    (row,) = [one for one in force.rows("qp.threshold") if one["option"] == "medicare"]
    return {key: float(value) for key, value in row.items() if key != "option"}


def standing(visit: Visit, viewer: Viewer, ask: Ask) -> Panel | Response:
    """How many qualify, and how far the entities' scores are from the thresholds."""
    row, rows = chosen(visit, viewer, ask)
    if row is None:
        return Panel("No status of anybody you may see")
    year = int(row["performance_year"])
    limits = _thresholds(visit, year)
    scores = viewer.query(ENTITIES, [year]) if viewer.has("qp.score") else []
    bars, body = [], []
    for one in scores:
        for what, part, whole_of, limit in (
            ("payments", one["attributed_payments"], one["eligible_payments"], "qualifying_payment"),
            ("patients", one["attributed_patients"], one["eligible_patients"], "qualifying_patient"),
        ):
            score = float(part) / float(whole_of) if whole_of else None
            if score is None:
                continue
            if one["basis"] == "covered":
                bars.append(Bar(f"{one['subject']}, snapshot {one['snapshot']}, by {what}", score))
            distance = score - limits[limit] if limit in limits else None
            body.append(
                TableRow(
                    (
                        text_cell(one["subject"]),
                        text_cell(f"snapshot {one['snapshot']}"),
                        text_cell("all covered services" if one["basis"] == "covered" else "visits"),
                        text_cell(what),
                        amount_cell(share(score), score),
                        amount_cell(share(limits.get(limit)), limits.get(limit)),
                        amount_cell(_points(distance), distance),
                        text_cell("whole" if one["is_whole"] else "part of the months"),
                    )
                )
            )
    pictures = []
    if bars:
        least = min(one.value for one in bars)
        met = limits and least >= limits["qualifying_payment"]
        finding = (
            f"The lowest entity score, {share(least, 0)}, is over the "
            f"{share(limits['qualifying_payment'], 0)} "
            "that payments must reach"
            if met
            else "Entity scores by snapshot"
        )
        pictures.append(
            bar_picture("qp-scores", finding, bars, show=lambda value: share(value, 0), gains=False)
        )
    columns = (
        Column("Entity"),
        Column("Snapshot"),
        Column("Basis"),
        Column("Counted by"),
        Column("Score", "number"),
        Column("Threshold", "number"),
        Column("Distance", "number", "Percentage points over or under"),
        Column("Months"),
    )
    tables = [Table("qp-scores", f"Scores of the entities, {year}", columns, body)] if body else []
    second = ""
    if limits:
        second = (
            f"For {year} it takes {share(limits['qualifying_payment'], 0)} of payments or "
            f"{share(limits['qualifying_patient'], 0)} of patients; for partial status "
            f"{share(limits['partial_payment'], 0)} or {share(limits['partial_patient'], 0)}."
        )
    return Panel(
        said(row),
        second,
        figures_of(row),
        pictures,
        tables,
        [*hints(visit, viewer, year), TOO_HIGH] if body else hints(visit, viewer, year),
        links=(
            (f"/programs/qp?view=who&year={year}", "Every clinician"),
            ("/rules/qp.threshold", "The rule"),
        ),
        choices=choices(rows, row),
        choice_name="Year",
    )


def _points(distance: float | None) -> str:
    return "–" if distance is None else f"{plain(100 * distance, 1, signed=True)} points"


def trend(visit: Visit, viewer: Viewer, ask: Ask) -> Panel | Response:
    """Statuses, best scores and worth, year by year."""
    rows = years(visit, viewer)
    if not rows:
        return Panel("No status of anybody you may see")
    points = [
        YearPoint(
            int(row["performance_year"]), float(row["worth"]), None, None, f"paid in {row['payment_year']}"
        )
        for row in rows
        if row["worth"] is not None
    ]
    pictures = []
    sentence = said(rows[-1])
    if len(points) > 1:
        first, last = points[0], points[-1]
        sentence = (
            f"QP status is worth {short_dollars(first.value)} for {first.year} and "
            f"{short_dollars(last.value)} for {last.year}"
        )
        pictures.append(
            year_picture("qp-worth", sentence, points, show=short_dollars, value_name="worth, all clinicians")
        )
    body = [
        TableRow(
            (
                text_cell(row["performance_year"]),
                text_cell(row["payment_year"]),
                *(amount_cell(whole(row[key]), real(row[key])) for key in ("clinicians", *STATUSES)),
                *(amount_cell(share(row[key]), real(row[key])) for key in ("best_payment", "best_patient")),
                *(amount_cell(dollars(row[key]), real(row[key])) for key in ("incentive", "factor", "worth")),
            )
        )
        for row in rows
    ]
    columns = (
        Column("Performance year"),
        Column("Paid in"),
        Column("Clinicians", "number"),
        Column("QP", "number"),
        Column("Partial", "number"),
        Column("Not", "number"),
        Column("Not known", "number"),
        Column("Best by payments", "number"),
        Column("Best by patients", "number"),
        Column("Lump sum", "number"),
        Column("Conversion factor", "number"),
        Column("Worth", "number"),
    )
    return Panel(sentence, pictures=pictures, tables=[Table("qp-years", "Year by year", columns, body)])


def who(visit: Visit, viewer: Viewer, ask: Ask) -> Panel | Response:
    """Every clinician and practice of a year, with both statuses."""
    row, rows = chosen(visit, viewer, ask)
    if row is None:
        return Panel("No status of anybody you may see")
    year = int(row["performance_year"])
    source = WHO.format(roster="asm.roster" if viewer.has("asm.roster") else NOBODY)
    it = Listing(
        "qp-status",
        f"Statuses for {year}",
        COLUMNS,
        source,
        "worth",
        ("npi", "tin"),
        ("clinician_name", "npi", "tin"),
        down=True,
        key=("npi", "tin", "performance_year"),
    )
    found = open_listing(visit, viewer, it, ask.asked, [year, ask.show, ask.show])
    if isinstance(found, Response):
        return found
    return Panel(said(row), listed=found, choices=choices(rows, row), choice_name="Year")


def card(visit: Visit, viewer: Viewer) -> Card:
    """The latest year whose worth is known."""
    if not viewer.has("qp.status"):
        return Card("No status in what you may see.")
    row, _ = chosen(visit, viewer, Ask())
    if row is None:
        return Card("No status of anybody you may see.")
    worth = real(row["worth"])
    return Card(
        said(row),
        worth,
        f"worth of QP status, paid in {row['payment_year']}" if worth is not None else "",
        worth or 0.0,
    )


PROGRAM = Program(
    "qp",
    NAME,
    "Who is a qualifying participant of an Advanced APM, who is in MIPS, and what it is worth",
    ("qp.status", "qp.clinician_year"),
    card,
    (
        View("standing", "Standing", standing),
        View("trend", "Trend", trend),
        View("dollars", "Dollars", qp_worth.money),
        View("levers", "Levers", qp_worth.levers),
        View("who", "Who", who),
    ),
    missing="Load claims and the participant list of your entity, then `corridor run`.",
    of=stands.qp,
)

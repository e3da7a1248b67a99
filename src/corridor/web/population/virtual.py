"""Virtual care: how much of it there is by month, what follows it, and who gives it."""

from __future__ import annotations

from datetime import date
from typing import Any

from corridor.law import Rules
from corridor.reports.charts.dots import DotRow
from corridor.reports.charts.svg import Chart
from corridor.reports.charts.trend import Point, trend
from corridor.reports.views.page import Cell, Column, Section, Table, TableRow, text_cell
from corridor.reports.words import dollars, month_name, plain, real, share
from corridor.web.answers import Whom, data_year, rows_of, wide_and_narrow
from corridor.web.population.amounts import (
    count_cell,
    decimal,
    few,
    heads,
    money,
    part,
    unless,
)
from corridor.web.population.pictures import dot_picture
from corridor.web.viewer import Viewer

MONTHS, ADOPTION, COMPARISON = "panel.virtual", "measures.virtual_adoption", "measures.virtual_comparison"
STATES = {"in_force": "in force", "restored": "restored later", "ended": "ended"}
OUTCOMES = {
    "follow_up_visit": ("another visit of the line", "share"),
    "emergency_visit": ("an emergency visit", "share"),
    "admission": ("an admission", "share"),
    "expenditure": ("dollars in the days after", "dollars"),
}


def use_answer(viewer: Viewer, asked: Whom, law: Rules) -> tuple[str, str, list[Section]]:
    """Virtual visits as a share of all, by month, with what the law said."""
    test, values = asked.where("tin", "npi")
    rows = rows_of(
        viewer,
        MONTHS,
        "select month, sum(visits) as visits, sum(virtual_visits) as virtual_visits, "
        "sum(visits) filter (where mode = 'audio_only') as audio_only, sum(allowed_amount) as allowed "
        f"from {MONTHS} where {test} group by month order by month",
        values,
    )
    states = flexibility(law)
    if not rows:
        return (
            f"No visit{asked.of()} that could be virtual is loaded",
            "",
            [_law_section(states)],
        )
    year = max(int(row["month"]) // 100 for row in rows)
    now, before = _year_share(rows, year), _year_share(rows, year - 1)
    sentence = f"{share(now)} of visits{asked.of()} were virtual in {year}" if now is not None else ""
    if now is not None and before is not None:
        difference = (now - before) * 100
        sentence += (
            f", {plain(abs(difference), 1)} points {'more' if difference > 0 else 'fewer'} than in {year - 1}"
        )
    visits = sum(float(row["visits"]) for row in rows if int(row["month"]) // 100 == year)
    second = (
        f"{plain(visits * (now or 0), 0)} of {plain(visits, 0)} visits; a line counts by place of service, "
        "modifier or code."
    )
    begin = _begins(states, [int(row["month"]) for row in rows])
    points = [
        Point(
            month_name(row["month"]),
            float(row["virtual_visits"]) / float(row["visits"]),
            event=begin.get(int(row["month"]), ""),
        )
        for row in rows
        if row["visits"]
    ]
    finding = "Share of visits that were virtual, with the telehealth flexibilities of the law"

    def draw(name: str, width: float) -> Chart:
        return trend(
            name,
            finding,
            points,
            show=lambda value: share(value, 0),
            value_name="share of visits",
            width=width,
        )

    table = Table(
        "virtual-months",
        "Visits by month",
        [
            Column("Month"),
            Column("Visits", "number"),
            Column("Virtual", "number"),
            Column("Share", "number"),
            Column("Flexibilities"),
        ],
        [
            TableRow(
                [
                    Cell(month_name(row["month"]), float(row["month"])),
                    count_cell(row["visits"]),
                    count_cell(row["virtual_visits"]),
                    part(float(row["virtual_visits"]) / float(row["visits"]) if row["visits"] else None),
                    text_cell(STATES.get(_state(states, int(row["month"])), "–")),
                ]
            )
            for row in reversed(rows)
        ],
    )
    section = Section(
        "use", "Month by month", pictures=[wide_and_narrow(draw, "virtual-trend")], tables=[table]
    )
    return sentence, second, [section, _law_section(states)]


def _year_share(rows: list[dict[str, Any]], year: int) -> float | None:
    chosen = [row for row in rows if int(row["month"]) // 100 == year]
    visits = sum(float(row["visits"]) for row in chosen)
    return sum(float(row["virtual_visits"]) for row in chosen) / visits if visits else None


def flexibility(law: Rules) -> list[Any]:
    """What the law said of telehealth, period by period, as rules hold it."""
    return list(law.in_force(date.max.year).history("virtual_care.flexibility"))


def _month_of(moment: Any) -> int:
    return moment.year * 100 + moment.month if isinstance(moment, date) else int(moment) * 100 + 1


def _state(states: list[Any], month: int) -> str:
    begun = [one for one in states if _month_of(one.valid_from) <= month]
    return str(begun[-1].value) if begun else ""


def _begins(states: list[Any], months: list[int]) -> dict[int, str]:
    """The months of the chart in which the law changed, in words."""
    found: dict[int, str] = {}
    last = ""
    for one in states:
        value, month = str(one.value), _month_of(one.valid_from)
        if value != last and month in months and months[0] < month:
            found[month] = {"restored": "lapsed", "in_force": "in force again", "ended": "ended"}.get(
                value, value
            )
        last = value
    return found


def _law_section(states: list[Any]) -> Section:
    rows = [
        TableRow(
            [
                text_cell(one.valid_from),
                text_cell(STATES.get(str(one.value), one.value)),
                Cell(str(one.status), str(one.status)),
                Cell(str(one.cite), str(one.cite), link="/rules/virtual_care.flexibility"),
            ]
        )
        for one in states
    ]
    table = Table(
        "flexibilities",
        "Telehealth flexibilities by day of service",
        [Column("From"), Column("State"), Column("Status"), Column("Source")],
        rows,
        note="Restored later: the flexibilities had lapsed, and a later law restored them for those days.",
    )
    return Section("law", "What the law says", tables=[table])


def follows_answer(viewer: Viewer, asked: Whom) -> tuple[str, str, list[Section]]:
    """Virtual against in-person openings of care, matched: what followed."""
    rows = rows_of(viewer, COMPARISON, f"select * from {COMPARISON} order by service_line, outcome")
    if asked.given():
        rows = []
    if not rows:
        why = (
            "Virtual and in-person visits are compared over everybody loaded: a practice has too few to "
            "match."
        )
        return (
            "What follows virtual care is not known for a part of the people",
            "",
            [Section("follows", "Virtual against in person", empty=why)],
        )
    office = [row for row in rows if row["service_line"] == "office_visit"] or rows
    spend = next((row for row in office if row["outcome"] == "expenditure"), office[0])
    gap = real(spend["difference"]) or 0.0
    low, high = real(spend["interval_low"]) or 0.0, real(spend["interval_high"]) or 0.0
    line = str(spend["service_line"]).replace("_", " ")
    sentence = (
        f"After a virtual {line}, the days that followed cost {dollars(abs(gap))} "
        f"{'less' if gap < 0 else 'more'} than after one in person"
    )
    if low <= 0 <= high:
        sentence += ": no more than chance explains"
    second = (
        f"{int(spend['matched_virtual_visits']):,} virtual and {int(spend['matched_in_person_visits']):,} "
        f"in-person "
        f"visits of {data_year(viewer)}, matched on age, sex, enrollment, month and recent acute care."
    )
    shares = [row for row in rows if OUTCOMES.get(str(row["outcome"]), ("", ""))[1] == "share"]
    listed = [
        DotRow(
            f"{str(row['service_line']).replace('_', ' ').capitalize()}: {OUTCOMES[str(row['outcome'])][0]}",
            real(row["difference"]) or 0.0,
            real(row["interval_low"]),
            real(row["interval_high"]),
        )
        for row in shares
        if not few(row["people"]) and real(row["difference"]) is not None
    ]
    finding = "Virtual less in person: how much more often this followed, in points"
    table = Table(
        "virtual-follows",
        "What followed, virtual against in person",
        [
            Column("Service line"),
            Column("What followed"),
            Column("People", "number"),
            Column("Virtual", "number"),
            Column("In person", "number"),
            Column("Difference", "number"),
            Column("Interval", "range"),
        ],
        [_follow_row(row) for row in rows],
    )
    section = Section(
        "follows",
        "Substitution: what followed",
        pictures=dot_picture(
            "virtual-follows",
            finding,
            listed,
            lambda value: share(value, 1, signed=True),
            0.0,
            "no difference",
        ),
        tables=[table],
        notes=[
            "Who chooses a virtual visit differs in ways claims do not show: this is a comparison, not an "
            "effect."
        ],
    )
    return sentence, second, [section]


def _follow_row(row: dict[str, Any]) -> TableRow:
    name, kind = OUTCOMES.get(str(row["outcome"]), (str(row["outcome"]).replace("_", " "), "number"))

    def cell(value: Any, signed: bool = False) -> Cell:
        if kind == "dollars":
            return money(value, signed=signed)
        return part(value, signed=signed) if kind == "share" else decimal(value)

    low, high = cell(row["interval_low"], True), cell(row["interval_high"], True)
    return TableRow(
        [
            text_cell(str(row["service_line"]).replace("_", " ").capitalize()),
            text_cell(name.capitalize()),
            heads(row["people"]),
            *unless(
                few(row["people"]),
                cell(row["virtual_mean"]),
                cell(row["in_person_mean"]),
                cell(row["difference"], True),
                Cell(f"{low.words} to {high.words}", low.sort),
            ),
        ]
    )


def who_answer(viewer: Viewer, asked: Whom) -> tuple[str, str, list[Section]]:
    """Who gives virtual care: practices or the clinicians of one."""
    test, values = asked.where("tin", "npi")
    kind = "npi" if asked.tin or asked.npi or viewer.scope.tin or viewer.scope.npi else "tin"
    rows = rows_of(
        viewer,
        MONTHS,
        f"select {kind} as entity, max(tin) as tin, sum(visits) as visits, sum(virtual_visits) as "
        f"virtual_visits, "
        "sum(visits) filter (where mode = 'audio_only') as audio_only, "
        "sum(allowed_amount) filter (where mode <> 'in_person') as allowed, max(people) as people "
        f"from {MONTHS} where {test} and {kind} is not null and month // 100 = ? group by {kind} "
        "having sum(visits) >= 50 order by sum(virtual_visits) / sum(visits) desc, entity limit 200",
        [*values, data_year(viewer)],
    )
    noun = "practices" if kind == "tin" else "clinicians"
    year = data_year(viewer)
    if not rows:
        empty = f"None of the {noun} you may see has 50 visits in {year}."
        return (
            f"Too few visits{asked.of()} to tell who gives virtual care",
            "",
            [Section("who", "By whom", empty=empty)],
        )
    virtual = sum(float(row["virtual_visits"]) for row in rows)
    half, taken = 0, 0.0
    for row in sorted(rows, key=lambda row: -float(row["virtual_visits"])):
        half += 1
        taken += float(row["virtual_visits"])
        if taken >= virtual / 2:
            break
    sentence = (
        f"{half} of {len(rows)} {noun}{asked.of()} gave half of the virtual visits in {year}"
        if virtual
        else f"None of {len(rows)} {noun}{asked.of()} gave a virtual visit in {year}"
    )
    table = Table(
        "virtual-who",
        f"Virtual care by {noun[:-1]}, {year}",
        [
            Column(kind.upper()),
            Column("Visits", "number"),
            Column("Virtual", "number"),
            Column("Share", "number"),
            Column("Audio only", "number"),
            Column("Allowed for virtual", "number"),
        ],
        [
            TableRow(
                [
                    Cell(str(row["entity"]), str(row["entity"]), link=_link(kind, row)),
                    count_cell(row["visits"]),
                    count_cell(row["virtual_visits"]),
                    part(float(row["virtual_visits"]) / float(row["visits"])),
                    count_cell(row["audio_only"] or 0),
                    money(row["allowed"] or 0),
                ]
            )
            for row in rows
        ],
        note="Those with at least 50 visits in the year.",
    )
    listed = [
        DotRow(f"{kind.upper()} {row['entity']}", float(row["virtual_visits"]) / float(row["visits"]))
        for row in rows[:15]
    ]
    visits = sum(float(row["visits"]) for row in rows)
    mean = virtual / visits if visits else 0.0
    pictures = dot_picture(
        "virtual-who",
        f"The {len(listed)} with the largest share, beside the mean of all",
        listed,
        share,
        mean,
        "the mean of all listed",
    )
    return sentence, "", [Section("who", "By whom", pictures=pictures, tables=[table])]


def _link(kind: str, row: dict[str, Any]) -> str:
    return f"/clinicians/{row['entity']}" if kind == "npi" else f"/virtual-care?view=who&tin={row['entity']}"

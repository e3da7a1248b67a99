"""Equity: gaps between groups of people with their interval, and what can and cannot be said of them."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Query, Response

from corridor.reports.charts.dots import DotRow
from corridor.reports.views.page import Cell, Column, Section, Table, TableRow, text_cell
from corridor.reports.words import dollars, plain, real
from corridor.web.answers import Answer, Choice, Whom, WhomDep, data_year, show_answer, table_file
from corridor.web.guard import VisitDep
from corridor.web.population.amounts import decimal, heads
from corridor.web.population.naming import MEASURES, measure_words, small
from corridor.web.population.pictures import dot_picture
from corridor.web.render import page
from corridor.web.viewer import Viewer

NAME = "Equity"
TABLE = "measures.equity"
FIRST_MEASURE, FIRST_STRATIFIER = "emergency_visit", "dual status"
# Of these more is not worse by itself: care may be lacking where there is little of it.
APART = {"higher": "higher", "lower": "lower", "not distinguishable": "no difference that can be told"}
Asked = Annotated[str, Query(max_length=40)]


def equity(visit: VisitDep, asked: WhomDep, measure: Asked = "", by: Asked = "") -> Response:
    """One measure by one way of telling people apart, and every gap that stands out."""
    viewer = visit.viewer()
    if viewer is None:
        return page(visit, "empty.html.j2", NAME, loaded=bool(visit.bench.warehouse.deliveries()))
    entity = _entity(viewer, asked)
    if entity is None:
        return show_answer(visit, asked, _nothing(viewer, asked))
    level, entity_id = entity
    rows = viewer.query(f"select * from {TABLE} where level = ? and entity_id = ?", [level, entity_id])
    measures = sorted({str(row["measure"]) for row in rows}, key=_order)
    ways = sorted({str(row["stratifier"]) for row in rows})
    chosen = measure if measure in measures else _or_first(FIRST_MEASURE, measures)
    way = by if by in ways else _or_first(FIRST_STRATIFIER, ways)
    groups = [row for row in rows if row["measure"] == chosen and row["stratifier"] == way]
    answer = Answer(
        NAME,
        _sentence(groups, chosen, way, level, entity_id),
        _count_words(rows, data_year(viewer)),
        [_groups_section(groups, chosen, way), _gaps_section(rows), _limits_section()],
        choices=(
            Choice("measure", "Measure", [(one, measure_words(one)) for one in measures], chosen),
            Choice("by", "Groups by", [(one, one.capitalize()) for one in ways], way),
        ),
        filters=("aco", "tin"),
        files={"Every gap": f"{table_file(TABLE)}&where=level%3D{level}&where=entity_id%3D{entity_id}"},
        closed=_closed(viewer, level, entity_id),
    )
    return show_answer(visit, asked, answer)


def _or_first(wanted: str, there: list[str]) -> str:
    return wanted if wanted in there else there[0]


def _order(measure: str) -> int:
    listed = list(MEASURES)
    return listed.index(measure) if measure in listed else len(listed)


def _entity(viewer: Viewer, asked: Whom) -> tuple[str, str] | None:
    """Whose gaps: those asked for, else everybody's, else the largest that the account may see."""
    if not viewer.has(TABLE):
        return None
    given = asked.given()
    if given:
        kind = "tin" if "tin" in given else "aco" if "aco" in given else "npi"
        found = viewer.query(
            f"select 1 as one from {TABLE} where level = ? and entity_id = ? limit 1", [kind, given[kind]]
        )
        return (kind, given[kind]) if found else None
    found = viewer.query(
        f"select level, entity_id, sum(people) as people from {TABLE} group by level, entity_id "
        "order by level = 'all' desc, people desc nulls last, entity_id limit 1"
    )
    return (str(found[0]["level"]), str(found[0]["entity_id"])) if found else None


def _nothing(viewer: Viewer, asked: Whom) -> Answer:
    words = f"No gaps between groups are known{asked.of()}"
    todo = [
        "Gaps are worked out for everybody loaded, each ACO and each practice, not for single clinicians: "
        "their groups are too small.",
        "Load enrollment with dual status, sex and race (CCLF8), then `corridor run`.",
    ]
    return Answer(
        NAME,
        words,
        todo=todo,
        filters=("aco", "tin"),
        closed=_closed(viewer, "", "") if asked.given() else [],
    )


def _closed(viewer: Viewer, level: str, entity_id: str) -> list[str]:
    if viewer.scope.every_row:
        return []
    whose = f" You see {level.upper()} {entity_id}; name another of yours in the form." if level else ""
    return [
        "Gaps over everybody loaded are shown to accounts that see every row; yours is limited to "
        f"{viewer.scope.words()}.{whose} An administrator can change that under Administration, Accounts."
    ]


def _show(measure: str) -> Any:
    kind = MEASURES.get(measure, ("", "", "rate"))[2]
    return dollars if kind == "dollars" else lambda value: plain(value, 0 if abs(value) >= 100 else 1)


def _sentence(groups: list[dict[str, Any]], measure: str, way: str, level: str, entity_id: str) -> str:
    whose = "" if level == "all" else f" of {level.upper()} {entity_id}"
    show = _show(measure)
    unit = MEASURES.get(measure, ("", "a year", ""))[1]
    apart = [row for row in groups if row["finding"] in ("higher", "lower")]
    if not apart:
        name = "Costs" if measure == "cost" else measure_words(measure)
        return f"{name}{whose} do not differ by {way} beyond what chance explains"
    first = max(apart, key=lambda row: abs(real(row["difference"]) or 0.0))
    difference = real(first["difference"]) or 0.0
    side = "more" if difference > 0 else "fewer" if measure != "cost" else "less"
    if measure == "cost":
        return (
            f"People {_group(first['stratum'])}{whose} cost {show(abs(difference))} {side} a year than "
            f"people "
            f"{_group(first['reference_group'])}: more than chance explains"
        )
    return (
        f"People {_group(first['stratum'])}{whose} have {show(abs(difference))} {side} "
        f"{small(measure_words(measure))} {unit} than people {_group(first['reference_group'])}: "
        "more than chance explains"
    )


def _group(stratum: Any) -> str:
    """A group after "people": aged 65 to 74, who are dual."""
    words = str(stratum)
    if words[:1].isdigit() or words.startswith("under"):
        return f"aged {words}" if words[:1].isdigit() else words
    return f"who are {words}" if words in ("dual", "not dual", "female", "male") else f"in the group {words}"


def _count_words(rows: list[dict[str, Any]], year: int) -> str:
    told = [row for row in rows if row["finding"]]
    apart = sum(row["finding"] in ("higher", "lower") for row in told)
    return (
        f"Of {len(told):,} comparisons of {year}, {apart:,} are apart by more than chance explains; about "
        f"{round(len(told) / 20):,} would be by chance alone."
    )


def _groups_section(groups: list[dict[str, Any]], measure: str, way: str) -> Section:
    show = _show(measure)
    reference = next((row for row in groups if row["stratum"] == row["reference_group"]), None)
    base = real(reference["rate"]) if reference else None
    ordered = sorted(groups, key=lambda row: (row["stratum"] != row["reference_group"], str(row["stratum"])))
    listed = [
        DotRow(
            str(row["stratum"]).capitalize(),
            real(row["rate"]) or 0.0,
            max(real(row["rate_low"]) or 0.0, 0.0),
            real(row["rate_high"]),
        )
        for row in ordered
        if real(row["rate"]) is not None
    ]
    name, unit, _ = MEASURES.get(measure, (measure_words(measure), "", ""))
    pictures = (
        dot_picture(
            "equity-groups",
            f"{name} {unit} by {way}, with the interval of chance",
            listed,
            show,
            base,
            f"the rate of the group {reference['reference_group'] if reference else ''}",
            "The line is the reference group.",
        )
        if base is not None
        else []
    )
    table = Table(
        "equity-groups",
        f"{name} {unit} by {way}",
        [
            Column("Group"),
            Column("People", "number"),
            Column("Rate", "number"),
            Column("Interval", "range"),
            Column("Against expected", "number", "What people of the same type, age and risk would have had"),
            Column("Difference", "number"),
            Column("Its interval", "range"),
            Column("Finding"),
        ],
        [_group_row(row, show) for row in ordered],
    )
    return Section("groups", name, pictures=pictures, tables=[table])


def _group_row(row: dict[str, Any], show: Any) -> TableRow:
    if row["suppressed"] or row["people"] is None:
        hidden = [Cell("<11 or withheld", None), *[text_cell(None)] * 5, text_cell("too few people")]
        return TableRow([text_cell(str(row["stratum"]).capitalize()), *hidden])
    finding = "reference" if row["stratum"] == row["reference_group"] else APART.get(str(row["finding"]), "–")
    return TableRow(
        [
            text_cell(str(row["stratum"]).capitalize()),
            heads(row["people"]),
            _value(row["rate"], show),
            _range(row["rate_low"], row["rate_high"], show, floor=True),
            decimal(row["ratio_to_expected"], 2),
            _value(row["difference"], show, signed=True),
            _range(row["difference_low"], row["difference_high"], show),
            text_cell(finding),
        ]
    )


def _value(value: Any, show: Any, signed: bool = False) -> Cell:
    number = real(value)
    if number is None:
        return text_cell(None)
    sign = "+" if signed and number > 0 else ""
    return Cell(sign + show(number), number)


def _range(low: Any, high: Any, show: Any, floor: bool = False) -> Cell:
    first, last = real(low), real(high)
    if first is None or last is None:
        return text_cell(None)
    first = max(first, 0.0) if floor else first
    return Cell(f"{show(first)} to {show(last)}", first)


def _gaps_section(rows: list[dict[str, Any]]) -> Section:
    apart = [row for row in rows if row["finding"] in ("higher", "lower")]
    apart.sort(key=lambda row: -abs((real(row["ratio"]) or 0.0) - 1))
    table = Table(
        "equity-gaps",
        "Every gap beyond chance, the widest first",
        [
            Column("Measure"),
            Column("Group"),
            Column("Against"),
            Column("Rate", "number"),
            Column("Difference", "number"),
            Column("Ratio", "number"),
            Column("Its interval", "range"),
        ],
        [
            TableRow(
                [
                    text_cell(measure_words(row["measure"])),
                    text_cell(str(row["stratum"]).capitalize()),
                    text_cell(row["reference_group"]),
                    _value(row["rate"], _show(str(row["measure"]))),
                    _value(row["difference"], _show(str(row["measure"])), signed=True),
                    decimal(row["ratio"], 2),
                    _range(row["ratio_low"], row["ratio_high"], lambda value: plain(value, 2)),
                ]
            )
            for row in apart
        ],
        empty="No difference leaves the interval of chance.",
    )
    return Section("gaps", "All gaps that stand out", tables=[table])


def _limits_section() -> Section:
    return Section(
        "limits",
        "What can and cannot be said",
        notes=[
            "A gap is a difference between groups in what claims show. It does not say why: need, access, "
            "choice and "
            "coding are all in it.",
            "More is not always worse: few visits can mean good health, or care that was not had. Set the "
            "rate beside "
            "what was expected, and mind that risk scores rest on the care people got.",
            "Race and ethnicity are those of Medicare's enrollment record, which misstates some groups; "
            "rurality "
            "and deprivation are of the area, not of the person.",
            "Groups of 1 to 10 people are withheld, and where only one is, the next smallest with it.",
        ],
    )

"""Care programs: what each changed for the people enrolled, against matched people who never were."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import Query, Response

from corridor.reports.charts.dots import DotRow
from corridor.reports.views.page import Cell, Column, Section, Table, TableRow, text_cell
from corridor.reports.words import SUPPRESSED, dollars, near_dollars, plain, real
from corridor.web.answers import Answer, Choice, WhomDep, rows_of, show_answer, shut, table_file
from corridor.web.guard import VisitDep
from corridor.web.population.amounts import decimal, heads
from corridor.web.population.pictures import dot_picture
from corridor.web.render import page
from corridor.web.viewer import Viewer

NAME = "Care programs"
TABLE, BALANCE = "measures.impact_effect", "measures.impact_balance"
DOLLARS = "Effect on dollars, with its interval and the placebo"
EVENTS = "Effect on events, with its interval and the placebo"
TO_DO = (
    "List who was enrolled in a program and when: `bene_mbi_id`, `program`, `enrolled_on`, and `ended_on` "
    "where known.",
    "`corridor load program FILE` loads the list; a year of claims before and after is needed.",
    "`corridor run` matches the enrolled with people who never were, and works out the effect.",
)
LIMITS = (
    "Effect: the change of the enrolled less the change of their matched controls (difference in "
    "differences). It holds for "
    "those for whom a control was found.",
    "The placebo is the same difference between two spans before enrollment, when there was no program: an "
    "interval without "
    "zero says the groups already parted, and the effect cannot be trusted.",
    "Who agrees to enroll differs in ways claims do not show. Matching cannot mend that.",
)


def program_effect(
    visit: VisitDep, asked: WhomDep, program: Annotated[str, Query(max_length=80)] = ""
) -> Response:
    """One program: its effects with interval and placebo, and whether the groups were alike."""
    viewer = visit.viewer()
    if viewer is None:
        return page(visit, "empty.html.j2", NAME, loaded=bool(visit.bench.warehouse.deliveries()))
    rows = rows_of(viewer, TABLE, f"select * from {TABLE} order by program, place, outcome")
    programs = list(dict.fromkeys(str(row["program"]) for row in rows))
    if not programs:
        closed = (
            ()
            if viewer.scope.every_row
            else (shut(viewer, "Effects of care programs (measures.impact_effect)"),)
        )
        answer = Answer(
            NAME,
            "No care program is loaded, so no effect is known"
            if viewer.scope.every_row
            else "Effects of care programs are of everybody enrolled",
            filters=(),
            todo=TO_DO if viewer.scope.every_row else (),
            closed=closed,
        )
        return show_answer(visit, asked, answer)
    chosen = program if program in programs else programs[0]
    own = [row for row in rows if row["program"] == chosen]
    sentence, second = _words(chosen, own)
    answer = Answer(
        NAME,
        sentence,
        second,
        _sections(viewer, chosen, own),
        filters=(),
        choices=(Choice("program", "Program", [(one, one) for one in programs], chosen),),
        files={"Effects": table_file(TABLE), "Balance": table_file(BALANCE)},
    )
    return show_answer(visit, asked, answer)


def _small(row: dict[str, Any]) -> bool:
    return bool(row["small_cell"])


def _is_dollars(row: dict[str, Any]) -> bool:
    return "expenditure" in str(row["outcome"])


def _show(row: dict[str, Any], value: Any) -> str:
    number = real(value)
    if number is None:
        return "–"
    return dollars(number, signed=True) if _is_dollars(row) else plain(number, 1, signed=True)


def _shower(row: dict[str, Any]) -> Callable[[float], str]:
    """How values of an outcome read."""
    return lambda value: _show(row, value)


def _name(row: dict[str, Any]) -> str:
    return str(row["outcome"]).replace("_", " ").capitalize()


def _words(program: str, rows: list[dict[str, Any]]) -> tuple[str, str]:
    spend = next((row for row in rows if _is_dollars(row)), rows[0])
    enrolled, matched = spend["enrolled"], spend["matched"]
    if _small(spend):
        return f"Too few people were enrolled in {program} to show its effect", ""
    effect = real(spend["effect"])
    if effect is None:
        return f"Nobody enrolled in {program} found a control: no effect can be told", ""
    low, high = real(spend["interval_low"]) or 0.0, real(spend["interval_high"]) or 0.0
    size = near_dollars(effect) if _is_dollars(spend) else plain(abs(effect))
    reads = str(spend["reads"] or "").replace("_", " ").removeprefix("dollars ")
    unit = f" {reads}" if reads else ""
    sentence = f"{program} changed {_name(spend).lower()} by {_show(spend, effect)}{unit}"
    if low <= 0 <= high:
        sentence = (
            f"{program} changed {_name(spend).lower()} by no more than chance explains: "
            f"{_show(spend, effect)}{unit}"
        )
    second = (
        f"Between {_show(spend, low)} and {_show(spend, high)}; {matched:,} of {enrolled:,} enrolled found a "
        "matched control."
    )
    if spend["parallel"] is False:
        second += " The groups already parted before enrollment: the effect is not to be trusted."
    elif spend["balanced"] is False:
        second += f" The groups are not alike in everything matched on; {size} may be part of that."
    return sentence, second


def _sections(viewer: Viewer, program: str, rows: list[dict[str, Any]]) -> list[Section]:
    shown = [row for row in rows if not _small(row) and real(row["effect"]) is not None]
    pictures = []
    for money_rows, name, finding in (
        (
            [row for row in shown if _is_dollars(row)],
            "effect-dollars",
            DOLLARS,
        ),
        (
            [row for row in shown if not _is_dollars(row)],
            "effect-events",
            EVENTS,
        ),
    ):
        listed = []
        for row in money_rows:
            listed.append(
                DotRow(
                    _name(row), float(row["effect"]), real(row["interval_low"]), real(row["interval_high"])
                )
            )
            if real(row["placebo_effect"]) is not None:
                listed.append(
                    DotRow(
                        f"{_name(row)}: placebo",
                        float(row["placebo_effect"]),
                        real(row["placebo_low"]),
                        real(row["placebo_high"]),
                    )
                )
        if money_rows:
            pictures += dot_picture(name, finding, listed, _shower(money_rows[0]), 0.0, "no effect")
    table = Table(
        "effects",
        f"Effects of {program}",
        [
            Column("Outcome"),
            Column("Reads"),
            Column("Matched", "number"),
            Column("Enrolled before", "number"),
            Column("Enrolled after", "number"),
            Column("Controls before", "number"),
            Column("Controls after", "number"),
            Column("Effect", "number"),
            Column("Interval", "range"),
            Column("Placebo", "number"),
            Column("Parted before"),
        ],
        [_effect_row(row) for row in rows],
    )
    balance = rows_of(
        viewer, BALANCE, f"select * from {BALANCE} where program = ? order by covariate", [program]
    )
    alike = Table(
        "balance",
        "Whether the groups are alike: standardized differences",
        [
            Column("Matched on"),
            Column("Before matching", "number"),
            Column("After matching", "number"),
            Column("Balanced"),
        ],
        [
            TableRow(
                [
                    text_cell(str(row["covariate"]).replace("_", " ").capitalize()),
                    decimal(row["difference_before"], 2),
                    decimal(row["difference_after"], 2),
                    text_cell("yes" if row["balanced"] else "no"),
                ]
            )
            for row in balance
        ],
    )
    return [
        Section("effect", "Effect", pictures=pictures, tables=[table]),
        Section("balance", "Who was compared", tables=[alike]),
        Section("limits", "What it means", notes=LIMITS),
    ]


def _effect_row(row: dict[str, Any]) -> TableRow:
    if _small(row):
        return TableRow(
            [text_cell(_name(row)), text_cell(row["reads"]), Cell(SUPPRESSED, None), *[text_cell(None)] * 8]
        )

    def value(key: str) -> Cell:
        number = real(row[key])
        if number is None:
            return text_cell(None)
        return Cell(dollars(number) if _is_dollars(row) else plain(number), number)

    return TableRow(
        [
            text_cell(_name(row)),
            text_cell(str(row["reads"] or "–").replace("_", " ")),
            heads(row["matched"]),
            value("enrolled_before"),
            value("enrolled_after"),
            value("control_before"),
            value("control_after"),
            Cell(_show(row, row["effect"]), real(row["effect"])),
            Cell(
                f"{_show(row, row['interval_low'])} to {_show(row, row['interval_high'])}",
                real(row["interval_low"]),
            ),
            Cell(_show(row, row["placebo_effect"]), real(row["placebo_effect"])),
            text_cell("–" if row["parallel"] is None else "no" if row["parallel"] else "yes"),
        ]
    )

"""The doors of ACOs, hospitals and states: settled from a form as the command line settles them."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Any

from corridor.errors import CorridorError
from corridor.law import load_rules
from corridor.reports.words import short_dollars
from corridor.web.forms.door import Answer, Asked, Choice, Door
from corridor.words import counted

if TYPE_CHECKING:
    from corridor.law import Rules
    from corridor.programs.one_form import Part

MODELS = "ACOs, hospitals and states"
YEAR = Choice("year", "Performance year", about="empty: the year of the form, else of the settings")
AS_OF = Choice("as_of", "As of", about="empty: today")
ACO_SHOWN = (
    "aco_id", "risk_arrangement", "benchmark_expenditure", "performance_expenditure", "savings_rate",
    "generated_savings_or_losses", "earned_savings_or_losses",
)  # fmt: skip
MSSP_SHOWN = (
    "aco_id", "aco_name", "track", "benchmark_expenditure", "performance_expenditure", "savings_rate",
    "minimum_savings_rate", "generated_savings_or_losses", "earned_savings_or_losses",
)  # fmt: skip
DERIVED_ACO = ("earned_savings_or_losses", "generated_savings_or_losses", "savings_rate")
TEAM_SHOWN = (
    "ccn", "track", "target_total", "reconciliation_amount", "composite_quality_score", "limited_amount",
    "final_amount",
)  # fmt: skip


def _law(asked: Asked, programs: list[str]) -> Rules:
    given = asked.context.settings
    return load_rules(
        programs, as_known_on=given.as_known_on, overrides=given.overrides, proposed=given.proposed
    )


def _file(asked: Asked) -> Any:
    return next(iter(asked.files.values()))


def _together(rows: list[dict[str, Any]], column: str, gains: str, owes: str) -> str:
    total = sum(float(row[column]) for row in rows if row[column] is not None)
    return f"{gains if total >= 0 else owes} {short_dollars(abs(total))}"


def _aco(name: str) -> Callable[[Asked], Answer]:
    def answer(asked: Asked) -> Answer:
        from corridor.programs.reach.form import read_acos
        from corridor.programs.reach.settling import settle

        program = importlib.import_module(f"corridor.programs.{name}.compute").PROGRAM
        form = read_acos(_file(asked), program.name)
        settings = asked.context.settings
        chosen = next(
            one for one in (asked.year, form.year, settings.year, program.first_year) if one is not None
        )
        made = settle(program, form, _law(asked, ["reach", "lead"]), chosen)
        found = made.to_dict()
        rows = found["rows"]
        verb = _together(rows, "earned_savings_or_losses", "earn", "owe")
        one = "s" if len(rows) == 1 else ""
        return Answer(
            f"{counted(len(rows), 'ACO')} {verb.replace(' ', one + ' ', 1)} in {found['year']}",
            {"Results": rows, "Segments": found["segments"]}, ACO_SHOWN, found["assumptions"],
            found.get("warnings", ()), signed=ACO_SHOWN[-2:],
            trees=made.explain, derived=lambda row: DERIVED_ACO,
        )  # fmt: skip

    return answer


def _mssp(asked: Asked) -> Answer:
    from corridor.formulas import round_half_up
    from corridor.programs.mssp.door import read_file
    from corridor.programs.mssp.model import PROGRAMS
    from corridor.programs.mssp.result import settle

    rules = _law(asked, list(PROGRAMS))
    settings = asked.context.settings
    default = settings.year or date.today().year
    inputs = read_file(_file(asked), rules, asked.year, default, asked.context.warehouse.home)
    assert inputs.year is not None
    found = settle(inputs, rules, inputs.year)
    rows = [{k: v for k, v in row.items() if k not in ("checks", "measures")} for row in found.rows()]
    # less than half a dollar is what rounding leaves; who cannot be settled counts for neither
    dollars = [float(round_half_up(row["earned_savings_or_losses"] or 0.0)) for row in rows]
    earn, owe = sum(1 for one in dollars if one > 0), sum(1 for one in dollars if one < 0)
    return Answer(
        f"{counted(len(rows), 'ACO')} in {inputs.year}: {earn:,} earn, {owe:,} owe, together "
        f"{_together(rows, 'earned_savings_or_losses', 'earning', 'owing')}",
        {"Results": rows}, MSSP_SHOWN, found.assumptions(), found.warnings, signed=MSSP_SHOWN[-2:],
        trees=found.explain, derived=lambda row: DERIVED_ACO,
    )  # fmt: skip


def _team(asked: Asked) -> Answer:
    from corridor.programs.team.settle import FIRST_YEAR, settle_team

    rules = _law(asked, ["team"])
    default = asked.context.settings.year or FIRST_YEAR
    made = settle_team(_file(asked), rules, asked.year, default)
    found = made.to_dict()
    rows = found["rows"]
    verb = _together(rows, "final_amount", "paid", "repaying")
    return Answer(
        f"{counted(len(rows), 'hospital')}, together {verb} in {found['year']}",
        {"Results": rows}, TEAM_SHOWN, found["assumptions"], found.get("warnings", ()),
        signed=TEAM_SHOWN[-2:], trees=made.explain, derived=lambda row: TEAM_SHOWN[:1:-1],
    )  # fmt: skip


BOARD_SHOWN = (
    "case_id", "ccn", "category", "state", "day", "window_end", "discharge_destination",
    "primary_care_referral", "provisional_target", "spent", "spent_completed", "left_of_target",
    "first_survey", "second_survey", "due",
)  # fmt: skip


def _team_board(asked: Asked) -> Answer:
    """Open episodes of a schedule on a day: where each stands, what is due."""
    from corridor.engine.tabular.form import read_form
    from corridor.programs.team.board import board
    from corridor.programs.team.participation import check_year

    day = _day(asked.chosen.get("as_of", ""))
    force = _law(asked, ["team"]).in_force(day.year)
    check_year(force, None)
    found = board(read_form(_file(asked), "team_schedule"), force, day)
    opened = sum(1 for row in found.rows if row["state"] == "open")
    due = sum(1 for row in found.rows if row["due"])
    return Answer(
        f"{day}: {counted(opened, 'episode')} open of {counted(len(found.rows), 'case')}, {due:,} with "
        "something due",
        {"Cases": [{**row, "as_of": day.isoformat()} for row in found.rows]}, BOARD_SHOWN,
        force.assumptions(found.rules), found.warnings, signed=("left_of_target",),
    )  # fmt: skip


def _day(text: str) -> date:
    """The day that was typed; empty: today. Raises FORM-CHOICE."""
    if not text:
        return date.today()
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise CorridorError(
            "FORM-CHOICE", "As of is no day.", todo="Write it as 2026-03-20.", field="as_of"
        ) from None


def _one_form(name: str) -> Callable[[Asked], Answer]:
    def answer(asked: Asked) -> Answer:
        from corridor.programs.one_form import read_rows, settle

        program = importlib.import_module(f"corridor.programs.{name}.compute").PROGRAM
        rules = _law(asked, [name])
        form, named = read_rows(program, _file(asked), rules, asked.year)
        settings = asked.context.settings
        chosen = next(
            one for one in (asked.year, named, settings.year, program.first_year) if one is not None
        )
        found = settle(program, form, rules, program.year_of(chosen, rules))
        told = found.to_dict()
        mains = list(dict.fromkeys(part.main for part in program.parts.values()))
        first = [program.id_column, *([program.part_column] if program.part_column else [])]
        return Answer(
            f"{program.title}: {counted(len(told['rows']), 'row')} settled for {found.year}",
            {"Results": told["rows"], **{n.capitalize(): r for n, r in found.extra.items() if r}},
            (*first, *mains), told["assumptions"], found.warnings, trees=found.explain,
            derived=lambda row: _of_part(program.parts[found.part_of(row)]),
        )  # fmt: skip

    return answer


def _of_part(part: Part) -> list[str]:
    """The quantities of a kind of row that its model derives, the usual one first."""
    return [one for one in dict.fromkeys((part.main, *part.shown)) if one in part.model.formulas]


PUBLIC_FILE = "One row an ACO. CMS's public results file can be sent as it is published."
MODEL_DOORS = (
    Door("mssp", MODELS, _mssp, choices=(YEAR,), about=PUBLIC_FILE),
    Door("mssp_benchmark", MODELS, _mssp, choices=(YEAR,)),
    Door("reach", MODELS, _aco("reach"), choices=(YEAR,)),
    Door("lead", MODELS, _aco("lead"), choices=(YEAR,)),
    Door("team", MODELS, _team, choices=(YEAR,)),
    Door("team_schedule", MODELS, _team_board, choices=(AS_OF,)),
    Door("iota", MODELS, _one_form("iota"), choices=(YEAR,)),
    Door("ahead", MODELS, _one_form("ahead"), choices=(YEAR,)),
)

"""The doors of ACOs, hospitals and states: settled from a form as the command line settles them."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from corridor.law import load_rules
from corridor.reports.words import short_dollars
from corridor.web.forms.door import Answer, Asked, Choice, Door
from corridor.words import counted

if TYPE_CHECKING:
    from corridor.law import Rules

FIRST_TEAM_YEAR = 2026
MODELS = "ACOs, hospitals and states"
YEAR = Choice("year", "Performance year", about="empty: the year of the form, else of the settings")
ACO_SHOWN = (
    "aco_id", "risk_arrangement", "benchmark_expenditure", "performance_expenditure", "savings_rate",
    "generated_savings_or_losses", "earned_savings_or_losses",
)  # fmt: skip
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
        found = settle(program, form, _law(asked, ["reach", "lead"]), chosen).to_dict()
        rows = found["rows"]
        verb = _together(rows, "earned_savings_or_losses", "earn", "owe")
        one = "s" if len(rows) == 1 else ""
        return Answer(
            f"{counted(len(rows), 'ACO')} {verb.replace(' ', one + ' ', 1)} in {found['year']}",
            {"Results": rows, "Segments": found["segments"]}, ACO_SHOWN, found["assumptions"],
            found.get("warnings", ()), signed=ACO_SHOWN[-2:],
        )  # fmt: skip

    return answer


def _team(asked: Asked) -> Answer:
    from corridor.programs.team.settle import settle_team

    rules = _law(asked, ["team"])
    default = asked.context.settings.year or FIRST_TEAM_YEAR
    found = settle_team(_file(asked), rules, asked.year, default).to_dict()
    rows = found["rows"]
    verb = _together(rows, "final_amount", "paid", "repaying")
    return Answer(
        f"{counted(len(rows), 'hospital')}, together {verb} in {found['year']}",
        {"Results": rows}, TEAM_SHOWN, found["assumptions"], found.get("warnings", ()),
        signed=TEAM_SHOWN[-2:],
    )  # fmt: skip


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
            (*first, *mains), told["assumptions"], found.warnings,
        )  # fmt: skip

    return answer


MODEL_DOORS = (
    Door("reach", MODELS, _aco("reach"), choices=(YEAR,)),
    Door("lead", MODELS, _aco("lead"), choices=(YEAR,)),
    Door("team", MODELS, _team, choices=(YEAR,)),
    Door("iota", MODELS, _one_form("iota"), choices=(YEAR,)),
    Door("ahead", MODELS, _one_form("ahead"), choices=(YEAR,)),
)

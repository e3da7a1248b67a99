"""The law as data: every parameter with value, status, source, history, and what rests on it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Query, Response

from corridor.errors import CorridorError
from corridor.law import Rules, before, programs_with_rules
from corridor.law.force import RuleValue
from corridor.law.listing import cell_text, short_text, with_unit
from corridor.reports.charts.bars import Bar
from corridor.reports.charts.periods import Span, periods
from corridor.reports.words import counted, listed
from corridor.web.answers import fluid
from corridor.web.files import csv_file
from corridor.web.ground.depends import downstream, formulas_on, rules_on, tables_on
from corridor.web.guard import Visit, VisitDep
from corridor.web.population.pictures import bar_picture
from corridor.web.render import page

STATUSES = ("codified", "official", "secondary", "proposed", "assumed")
READ = ("codified", "official")
PAGE = 100
DAYS = 366
Words = Annotated[str, Query(max_length=80)]


@dataclass(frozen=True)
class Asked:
    """What of the law is asked for."""

    program: str
    status: str
    q: str
    year: int
    known: date | None
    proposed: bool

    def address(self, **change: str) -> str:
        """The address of the list with something else chosen."""
        given = {
            "program": self.program or "all",
            "status": self.status,
            "q": self.q,
            "year": str(self.year) if self.year != date.today().year else "",
            "known": "" if self.known is None else self.known.isoformat(),
            "proposed": "true" if self.proposed else "",
            **change,
        }
        return "/rules?" + urlencode({key: value for key, value in given.items() if value})


def rules(
    visit: VisitDep,
    program: Words = "",
    status: str = "",
    q: Words = "",
    year: Annotated[int | None, Query(ge=1990, le=2100)] = None,
    known: str = "",
    proposed: bool = False,
    start: Annotated[int, Query(ge=0, le=100_000)] = 0,
    format: str = "",
) -> Response:
    """The rules of a program, or those that hold certain words, in force for a year, as known on a day."""
    programs = programs_with_rules()
    words = q.strip()
    open_to_all = program == "all" or words or status in STATUSES
    chosen = program if program in programs else ("" if open_to_all else _first(programs))
    asked = Asked(
        chosen, status if status in STATUSES else "", words, year or date.today().year, _day(known), proposed
    )
    every = _values(visit, asked)
    rows = [one for one in every if _fits(one, asked)]
    if format == "csv":
        return csv_file("rules", [_record(one) for one in rows])
    counts = Counter(one.status for one in every)
    return page(
        visit,
        "rules.html.j2",
        "Rules",
        sentence=_sentence(asked, rows, every),
        second=_second(asked, counts),
        pictures=_by_status(counts),
        rows=[
            {"it": one, "shown": with_unit(one), "to_verify": one.verify_at}
            for one in rows[start : start + PAGE]
        ],
        first=start + 1,
        earlier=asked.address(start=str(max(start - PAGE, 0) or "")) if start else "",
        later=asked.address(start=str(start + PAGE)) if start + PAGE < len(rows) else "",
        found=len(rows),
        programs=programs,
        asked=asked,
        statuses=STATUSES,
        file=asked.address(format="csv"),
        assumed=asked.address(status="assumed"),
        drafts=asked.address(status="proposed", proposed="true"),
    )


def rule(visit: VisitDep, name: str, known: str = "", proposed: bool = False) -> Response:
    """One rule in full. Raises LAW-UNKNOWN-PROGRAM and LAW-UNKNOWN-RULE."""
    program = name.partition(".")[0]
    day = _day(known)
    law = visit.bench.law_as((program,), day, proposed)
    body = law.rule(name).body
    history = law.in_force(date.max.year).history(name)
    tables = tables_on(name)
    return page(
        visit,
        "rule.html.j2",
        name,
        name=name,
        program=program,
        body=body,
        history=[
            {
                "it": value,
                "shown": short_text(value),
                "through": "" if value.valid_to is None else str(before(value.valid_to)),
                "rows": []
                if value.kind == "scalar"
                else [[cell_text(c) for c in row.values()] for row in value.value],
            }
            for value in history
        ],
        picture=_timeline(name, history),
        known="" if day is None else day.isoformat(),
        proposed=proposed,
        drafts=any(entry.status == "proposed" for entry in body.values),
        tables=tables,
        further=downstream(tables),
        formulas=formulas_on(name),
        others=rules_on(name, law),
    )


def _first(known: list[str]) -> str:
    return "asm" if "asm" in known else known[0]


def _day(words: str) -> date | None:
    """A day of the address. Raises WEB-REQUEST."""
    if not words.strip():
        return None
    try:
        return date.fromisoformat(words.strip())
    except ValueError as error:
        raise CorridorError(
            "WEB-REQUEST",
            "The day on which the law is to be known is no date.",
            todo="Write it as 2026-11-30.",
            field="known",
        ) from error


def _values(visit: Visit, asked: Asked) -> list[RuleValue]:
    """One value a rule: the one in force in the year, else the newest before it, else the first to come."""
    programs = (asked.program,) if asked.program else tuple(programs_with_rules())
    key = (programs, asked.known, asked.proposed, asked.year)
    return visit.bench.listed_law(key, lambda: _read(visit, asked, programs))


def _read(visit: Visit, asked: Asked, programs: tuple[str, ...]) -> list[RuleValue]:
    law: Rules = visit.bench.law_as(programs, asked.known, asked.proposed)
    force = law.in_force(date.max.year)
    found = []
    for name in law.names():
        history = force.history(name)
        begun = [value for value in history if _year(value.valid_from) <= asked.year]
        if history:
            found.append((begun or history[:1])[-1])
    return found


def _fits(value: RuleValue, asked: Asked) -> bool:
    words = asked.q.lower()
    return (not asked.status or value.status == asked.status) and (
        not words
        or words in value.name.lower()
        or words in value.about.lower()
        or words in value.cite.lower()
    )


def _sentence(asked: Asked, rows: list[RuleValue], every: list[RuleValue]) -> str:
    noun = counted(len(rows), "rule")
    if not every:
        known = f" as known on {asked.known.isoformat()}" if asked.known else ""
        return f"Nothing of {asked.program or 'the law'} is here{known}"
    whose = f" of {asked.program}" if asked.program else ""
    if asked.q:
        return f"{noun}{whose} for “{asked.q}”"
    if asked.status == "assumed":
        return f"{noun}{whose} {'is' if len(rows) == 1 else 'are'} assumed: work to verify"
    if asked.status:
        return f"{noun}{whose} {'rests' if len(rows) == 1 else 'rest'} on {asked.status} sources"
    read = sum(one.status in READ for one in every)
    total = counted(len(every), "rule")
    return f"{read} of {total}{whose} are read from regulation or CMS; the rest say why not"


def _second(asked: Asked, counts: Counter[str]) -> str:
    words = [f"In force in {asked.year}"]
    if asked.known:
        words.append(f"as known on {asked.known.isoformat()}")
    if asked.proposed:
        words.append("with what is only proposed put in its place")
    shares = listed([f"{counts[one]} {one}" for one in STATUSES if counts[one]])
    return ", ".join(words) + f": {shares}. No formula holds a number of its own."


def _by_status(counts: Counter[str]) -> list[Any]:
    rows = [Bar(one.capitalize(), float(counts[one])) for one in STATUSES if counts[one]]
    return bar_picture("rule-status", "Rules by how sure they are", rows, lambda value: f"{value:,.0f}")


def _record(value: RuleValue) -> dict[str, Any]:
    return {
        "rule": value.name,
        "about": value.about,
        "value": short_text(value),
        "unit": value.unit,
        "status": value.status,
        "valid_from": str(value.valid_from),
        "valid_to": "" if value.valid_to is None else str(value.valid_to),
        "known": str(value.known),
        "cite": value.cite,
        "url": value.url or "",
        "to_verify_at": value.verify_at or "",
        "overridden": value.overridden,
    }


def _timeline(name: str, history: list[RuleValue]) -> Any:
    """When which value holds; values that hold rows say how many."""
    spans = [
        Span(
            f"From {value.valid_from}",
            f"{short_text(value)[:40]} ({value.status})",
            _moment(value.valid_from),
            None if value.valid_to is None else _moment(value.valid_to),
            value.status in READ,
        )
        for value in history
    ]
    if not spans:
        return None
    finding = "When which value holds; hollow where no regulation or CMS document was read"
    return fluid(periods(f"p-{name.replace('.', '-')}", finding, spans, _moment(date.today())))


def _moment(moment: Any) -> float:
    if isinstance(moment, date):
        return moment.year + (moment.timetuple().tm_yday - 1) / DAYS
    return float(moment)


def _year(moment: Any) -> int:
    return moment.year if isinstance(moment, date) else int(moment)

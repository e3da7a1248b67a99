"""Next best dollar: what can be done under every program, net of what programs do to one another.

Actions are of nobody: a row is a kind of finding or a lever of a clinician, practice, hospital or ACO.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from corridor.errors import CorridorError
from corridor.jobs.action_marks import marks
from corridor.reports.charts.bars import Bar
from corridor.reports.charts.rows import SIDE, STACKED
from corridor.reports.charts.waterfall import CLOSE, Part, closing_difference, waterfall
from corridor.reports.views.page import Cell, Column, Picture, Table, TableRow, amount_cell, text_cell
from corridor.reports.words import counted, dollars, plain, real, short_dollars
from corridor.web.action_kept import OVER, decided
from corridor.web.guard import Visit
from corridor.web.listing import Listing, Shown
from corridor.web.programs.drawing import bar_picture
from corridor.web.viewer import Viewer

RANKED, EFFECT = "action.ranked", "action.effect"
PROGRAMS = {
    "billing": "Billing", "qp": "QP status", "asm": "ASM", "mips": "MIPS", "mssp": "Shared Savings (MSSP)",
    "reach": "ACO REACH", "team": "TEAM", "wiser": "Prior authorization",
}  # fmt: skip
EFFECTS = {
    "same_claim_line": "Counted with another finding of the line",
    "same_patient_month": "Counted with another code of the month",
    "same_family": "Another action gains the same dollars",
    "score_ceiling": "The score can gain no more",
    "part_b_adjustment": "Adjustment of new Part B payments",
    "aco_spending": "What new spending costs the ACO",
}
WHOSE = ("npi", "tin", "ccn", "aco")
FEW = 5
ROWS = """
select action_id, words, program, kind, npi, tin, ccn, aco_id, net_dollars, low, high, gross_dollars,
       overlap_dollars, effort_hours, people, obligation, evidence_table, evidence_key, deadline,
       coalesce(strftime(deadline, '%Y-%m-%d'), deadline_words) as due, deadline_words,
       case when effort_hours > 0 then net_dollars / effort_hours end as per_hour
from action.ranked
"""
# As rows of the list name them: shorter where the choices above it spell them out.
SHORT = {**PROGRAMS, "mssp": "MSSP", "qp": "QP"}
NAMED = " ".join(f"when '{key}' then '{words}'" for key, words in SHORT.items())


@dataclass(frozen=True)
class Filter:
    """Which actions: duties or gains, of whom, of which program."""

    duties: bool = False
    npi: str = ""
    tin: str = ""
    ccn: str = ""
    aco: str = ""
    program: str = ""

    def where(self) -> tuple[str, list[Any]]:
        """The condition and its values."""
        tests, given = ["obligation" if self.duties else "not obligation"], []
        for column, value in (
            ("npi", self.npi), ("tin", self.tin), ("ccn", self.ccn), ("aco_id", self.aco),
            ("program", self.program),
        ):  # fmt: skip
            if value:
                tests.append(f"{column} = ?")
                given.append(value)
        return " and ".join(tests), given

    def words(self) -> str:
        """Whose they are, in words."""
        named = [f"{kind.upper()} {value}" for kind in WHOSE if (value := getattr(self, kind))]
        return ", ".join(named)

    def address(self, **change: str) -> dict[str, str]:
        """What an address of these actions holds."""
        asked = {
            "view": "duties" if self.duties else "", **{kind: getattr(self, kind) for kind in WHOSE},
            "program": self.program, **change,
        }  # fmt: skip
        return {key: value for key, value in asked.items() if value}


def over(visit: Visit) -> dict[str, str]:
    """What is decided, action -> status; what is done is told by the warehouse first."""
    found = decided(visit.bench.state)
    for action_id, mark in marks(visit.bench.home).items():
        if mark.get("done"):
            found[action_id] = "done"
        elif found.get(action_id) == "done":
            del found[action_id]
    return found


def there(viewer: Viewer) -> bool:
    """Whether the run ranked actions, and this account may see them."""
    return viewer.has(RANKED)


def sums(visit: Visit, viewer: Viewer, given: Filter) -> dict[str, Any]:
    """How many are still to do, their dollars, and each effect of overlap; drawn once a run and decision."""
    gone = [one for one, status in over(visit).items() if status in OVER]
    where, values = given.where()
    left = f"{where} and action_id not in (select unnest(?::varchar[]))"

    def made() -> dict[str, Any]:
        (row,) = viewer.query(
            "select count(*) as n, count(distinct coalesce(npi, tin, ccn, aco_id)) as whose, "
            "sum(net_dollars) as net, sum(low) as low, sum(high) as high, sum(gross_dollars) as gross, "
            f"sum(effort_hours) as hours from {RANKED} where {left}",
            [*values, gone],
        )
        effects = (
            viewer.query(
                f"select effect, sum(dollars) as dollars from {EFFECT} where action_id in "
                f"(select action_id from {RANKED} where {left}) group by effect order by effect",
                [*values, gone],
            )
            if viewer.has(EFFECT)
            else []
        )
        programs = viewer.query(
            f"select program, count(*) as n, sum(net_dollars) as net from {RANKED} where {left} "
            "group by program order by abs(sum(net_dollars)) desc, program",
            [*values, gone],
        )
        return {**row, "effects": effects, "programs": programs}

    return visit.bench.made(viewer, ("actions", given, hash(frozenset(gone))), made)


def listing_of(visit: Visit, given: Filter, overlap: bool = True) -> tuple[Listing, list[Any]]:
    """The list with what was decided beside each, and the values of its query.

    overlap: whether anything is counted twice or taken back, so that its column says something
    """
    known = over(visit)
    where, values = given.where()
    source = f"""
        select ranked.*, case known.status when 'doing' then 'begun' else 'to do' end as status,
               case ranked.program {NAMED} else upper(ranked.program) end as program_words,
               case when npi is not null then 'NPI ' || npi when tin is not null then 'TIN ' || tin
                    when ccn is not null then 'CCN ' || ccn else 'ACO ' || coalesce(aco_id, '') end as whose,
               case when npi is not null then '/clinicians/' || npi || coalesce('?tin=' || tin, '')
                    when tin is not null then '/practices/' || tin
                    else '/actions?' || case when ccn is not null then 'ccn=' || ccn
                                             else 'aco=' || coalesce(aco_id, '') end end as whose_link
        from ({ROWS} where {where}) as ranked
        left join (select unnest(?::varchar[]) as action_id, unnest(?::varchar[]) as status) as known
            on known.action_id = ranked.action_id
        where coalesce(known.status, 'open') not in ('done', 'not_applicable')
    """
    it = Listing(
        "duties" if given.duties else "actions",
        "Duties" if given.duties else "Actions", _columns(given.duties, "doing" in known.values(), overlap),
        source, "net_dollars", ("action_id",), ("words", "npi", "tin", "ccn"), "Words, NPI, TIN or CCN",
        down=not given.duties,
        empty="Nothing to do here in what you may see.", key=("action_id", "npi", "tin"),
    )  # fmt: skip
    return it, [*values, list(known), list(known.values())]


def _columns(duties: bool, begun: bool, overlap: bool) -> tuple[Shown, ...]:
    money = (
        (Shown("net_dollars", "To return", "signed"),)
        if duties
        else (
            Shown("net_dollars", "Net", "signed", about="Expected, after what programs do to one another"),
            Shown("low", "Low", "dollars"),
            Shown("high", "High", "dollars"),
            Shown("gross_dollars", "Before overlap", "dollars", hidden=True),
            Shown(
                "overlap_dollars",
                "Overlap",
                "signed",
                about="Opened on the page of the action",
                hidden=not overlap,
            ),
        )
    )
    return (
        Shown("words", "Action", link="/actions/{action_id}"),
        money[0],
        Shown("whose", "For", link="{whose_link}"),
        Shown("program", "Program", sql="program_words"),
        *money[1:],
        Shown("hours", "Hours", "count", "effort_hours", about="Assumed; a rule of yours replaces it"),
        *(() if duties else (Shown("per_hour", "An hour", "dollars", about="Net dollars an hour"),)),
        Shown("due", "Deadline"),
        Shown("status", "Status", hidden=not begun),
        Shown("people", "People", "people", hidden=True),  # few of them blank the row of a file
        Shown("action_id", "Key", hidden=True),
        Shown("whose_link", "Opens", hidden=True),
    )


def one_of(viewer: Viewer, action_id: str) -> dict[str, Any]:
    """One action of the run. Raises WEB-NO-ACTION."""
    rows = viewer.query(ROWS + "where action_id = ?", [action_id]) if there(viewer) else []
    if not rows:
        raise CorridorError(
            "WEB-NO-ACTION",
            "There is no such action in what you may see.",
            why="The last run may no longer find it: then there is nothing left to do.",
            todo="Open it from the list of actions.",
            field="action",
        )
    return rows[0]


def effects_of(viewer: Viewer, action_id: str) -> list[dict[str, Any]]:
    """What other programs and findings do to an action."""
    if not viewer.has(EFFECT):
        return []
    return viewer.query(
        f"select effect, words, dollars, dollars_low, dollars_high from {EFFECT} where action_id = ? "
        "order by abs(dollars) desc, effect",
        [action_id],
    )


def effect_name(effect: Any) -> str:
    """An effect in a few words."""
    return EFFECTS.get(str(effect), str(effect).replace("_", " ").capitalize())


def net_picture(
    name: str, gross: Any, effects: Sequence[Mapping[str, Any]], net: Any, finding: str
) -> Picture | None:
    """From dollars before overlap to net, effect by effect; the parts sum exactly."""
    before, after = real(gross), real(net)
    if before is None or after is None or not effects:
        return None
    parts = [Part(effect_name(one["effect"]), float(one["dollars"])) for one in effects if one["dollars"]]
    rest = closing_difference(before, parts, after)
    if abs(rest) > CLOSE:  # each effect is cut to cents, so that many of them leave some over
        parts.append(Part("Rounding" if abs(rest) < 1 else "Other", rest))

    def draw(drawn: str, layout: Any) -> Any:
        return waterfall(
            drawn, finding, Part("Before overlap", before), parts, Part("Net", after), show=short_dollars,
            show_change=lambda value: short_dollars(value, signed=True), layout=layout,
        )  # fmt: skip

    return Picture(finding, draw(name, SIDE), draw(f"{name}-narrow", STACKED), "The parts sum exactly.")


def program_picture(programs: Sequence[Mapping[str, Any]]) -> Picture | None:
    """Where the dollars lie, where nothing overlaps; None where there is one program only."""
    bars = [
        Bar(PROGRAMS.get(row["program"], str(row["program"]).upper()), float(row["net"]), link=None)
        for row in programs
        if row["net"]
    ]
    if len(bars) < 2:
        return None
    finding = f"{bars[0].name} holds {short_dollars(bars[0].value)}, the most of {len(bars)} programs"
    return bar_picture("programs", finding, bars, show=short_dollars, gains=False)


def few_table(visit: Visit, viewer: Viewer, given: Filter) -> Table | None:
    """The first few of an entity, or of everybody, for other pages; None where there are none."""
    if not there(viewer):
        return None
    gone = [one for one, status in over(visit).items() if status in OVER]
    where, values = given.where()

    def made() -> Table | None:
        rows = viewer.query(
            f"{ROWS} where {where} and action_id not in (select unnest(?::varchar[])) and net_dollars > 0 "
            f"order by net_dollars desc, action_id limit {FEW}",
            [*values, gone],
        )
        return _few(rows, given) if rows else None

    return visit.bench.made(viewer, ("few actions", given, hash(frozenset(gone))), made)


def _few(rows: Sequence[Mapping[str, Any]], given: Filter) -> Table:
    body = [
        TableRow(
            (
                Cell(
                    str(row["words"]), str(row["words"]), f"/actions/{quote(str(row['action_id']), safe=':')}"
                ),
                text_cell(PROGRAMS.get(row["program"], str(row["program"]).upper())),
                *(() if given.npi else (text_cell(row["npi"] or row["tin"] or row["ccn"] or row["aco_id"]),)),
                amount_cell(dollars(row["net_dollars"], signed=True), real(row["net_dollars"]), toned=True),
                amount_cell(f"{dollars(row['low'])} to {dollars(row['high'])}", real(row["low"])),
                amount_cell(plain(row["effort_hours"], 0), real(row["effort_hours"])),
                text_cell(row["due"]),
            )
        )
        for row in rows
    ]
    columns = (
        Column("Action"), Column("Program"), *(() if given.npi else (Column("For"),)),
        Column("Net", "number"), Column("Interval", "range"), Column("Hours", "number"), Column("Deadline"),
    )  # fmt: skip
    note = "Net of what programs do to one another; hours and chances are assumed."
    return Table("next-best", "Next best dollar", columns, body, note=note, tools=False)


def link_of(given: Filter) -> str:
    """The address of the whole list."""
    asked = urlencode(given.address())
    return "/actions" + (f"?{asked}" if asked else "")


def headline(found: Mapping[str, Any], given: Filter) -> str:
    """The answer in one sentence, in words and dollars."""
    whose = f" for {given.words()}" if given.words() else ""
    if not found["n"]:
        return f"Nothing is left to do{whose}" if not given.duties else f"Nothing is owed back{whose}"
    net = short_dollars(abs(float(found["net"] or 0)))
    if given.duties:
        verb = "calls" if found["n"] == 1 else "call"
        return f"{counted(int(found['n']), 'duty', 'duties')}{whose} {verb} for up to {net} to be returned"
    verb = "is" if found["n"] == 1 else "are"
    return f"{counted(int(found['n']), 'action')}{whose} {verb} worth {net} after overlap"


def second(found: Mapping[str, Any], given: Filter) -> str:
    """What it rests on: the interval, hours and overlap."""
    if not found["n"]:
        return "What is done stands under Done, with what later claims made of it."
    if given.duties:
        return (
            "An overpayment is an obligation, not a gain: it is ranked apart and never set off against what "
            "could be gained. The clock runs from the day it is identified."
        )
    gross, net = float(found["gross"] or 0), float(found["net"] or 0)
    lost = gross - net
    low, high = (short_dollars(float(found[name] or 0)) for name in ("low", "high"))
    taken = (
        f"Before overlap they add up to {short_dollars(gross)}: {short_dollars(lost)} would be counted twice "
        "or taken back by another program. "
        if lost > 0
        else "Nothing of it is counted twice, nor taken back by another program. "
    )
    hours = f" in {float(found['hours']):,.0f} assumed hours" if found["hours"] else ""
    return f"{taken}Between {low} and {high}{hours}."

"""One clinician, practice, hospital or ACO under every program at once: dollars, order, what is open."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any, cast

from fastapi import Response
from fastapi.responses import JSONResponse

from corridor.engine.runs import Run
from corridor.jobs.overlap import overlap_of
from corridor.programs.overlap.matrix import QUESTIONS
from corridor.programs.overlap.resolve import READ
from corridor.programs.writing import plain
from corridor.reports.charts.bars import Bar
from corridor.reports.views.page import Cell, Column, Figure, Picture, Table, TableRow, amount_cell, text_cell
from corridor.reports.words import counted, dollars, listed, real, share, short_dollars, whole
from corridor.web.guard import Visit, VisitDep
from corridor.web.pages.overlap import answer_cell, check_shape, names_of, pair_name
from corridor.web.programs.answered import last_answer
from corridor.web.programs.drawing import bar_picture
from corridor.web.programs.shape import Panel
from corridor.web.render import page
from corridor.web.viewer import Viewer

KINDS = {"npi": "NPI", "tin": "TIN", "ccn": "CCN", "aco": "ACO"}
# Forms whose last answer counts here too, as `corridor overlap --with` counts it.
FORMS = ("team", "iota", "ahead", "mssp", "reach", "lead")
WHOSE = {
    "own": "its own", "ACO": "of the whole ACO", "hospital": "of the hospital", "exposed": "exposed, no gain",
}  # fmt: skip
NAMED = ("ccn", "hospital_id", "entity_id", "aco_id", "npi", "tin")
IN = {True: "in", False: "not in", None: "open"}
PAGES = {"npi": "/clinicians/{}", "tin": "/practices/{}", "ccn": "/programs/team?view=who&q={}"}


class Seen:
    """The run as the account sees it, where a table that it may not see is one that is not there."""

    def __init__(self, viewer: Viewer) -> None:
        self._viewer = viewer
        self.manifest = viewer.manifest
        self.home = viewer.home
        self.run_id = viewer.run_id

    def has(self, table: str) -> bool:
        """Whether the account sees the table."""
        return self._viewer.has(table)

    def files(self, table: str) -> list[Path]:
        """Something where the table is seen: nobody reads it."""
        return [Path(table)] if self._viewer.has(table) else []

    def query(self, sql: str, parameters: Any = None) -> list[dict[str, Any]]:
        """The rows of a query, cut to the scope."""
        return self._viewer.query(sql, parameters)


def found_of(visit: Visit, identifier: str) -> tuple[dict[str, Any], list[str]]:
    """What the run and the account's last answers say of it; and the forms that count.

    Raises OVERLAP-ID, OVERLAP-UNKNOWN, WEB-NO-RUN. What is asked is written down once it is known to be of
    no beneficiary.
    """
    check_shape(identifier)
    visit.note("overlap_entity", identifier)
    viewer = visit.run_viewer()
    rules = visit.bench.law(tuple(READ))
    run = cast("Run", Seen(viewer))
    with tempfile.TemporaryDirectory(prefix="corridor-overlap-") as scratch:
        files, used = [], []
        for form in FORMS:
            kept = last_answer(visit, (form,))
            rows = [] if kept is None else [row for row in kept.rows if _named(row, identifier)]
            year = next((row["performance_year"] for row in rows if row.get("performance_year")), None)
            if year is None:
                continue
            file = Path(scratch) / f"{form}.json"
            file.write_text(json.dumps({"program": form, "year": year, "rows": rows}), encoding="utf-8")
            files.append(file)
            used.append(form)
        if files:
            return overlap_of(run, identifier, rules, files), used
        return visit.bench.made(
            viewer, ("overlap", identifier), lambda: (overlap_of(run, identifier, rules), used)
        )


def _named(row: Any, identifier: str) -> bool:
    return any(str(row.get(key)) == identifier for key in NAMED)


def one(visit: VisitDep, identifier: str) -> Response:
    """One entity under every program it is in."""
    found, used = found_of(visit, identifier)
    names = names_of(visit)
    kind = KINDS.get(found["kind"], found["kind"])
    crumb = [("/overlap", "How programs overlap"), ("", f"{kind} {identifier}")]
    return page(
        visit, "story.html.j2", f"{kind} {identifier} under every program",
        panel=_panel(found, kind, identifier, names, used), crumb=crumb,
    )  # fmt: skip


def api_one(visit: VisitDep, identifier: str) -> Response:
    """One entity under every program it is in: standings, pairs, order, interaction, checks."""
    found, used = found_of(visit, identifier)
    return JSONResponse(plain({**found, "answers_counted": used}))


def _panel(
    found: dict[str, Any], kind: str, identifier: str, names: dict[str, str], used: list[str]
) -> Panel:
    programs = [names.get(one, one) for one in found["order"]]
    years = found["interaction"]
    told = max(years, key=lambda row: abs(row["whole"]), default=None)
    where = f"in {listed(programs)}" if programs else "in no program of the matrix"
    sentence = f"{kind} {identifier} is {where}"
    second = ""
    if told is not None:
        sentence += f": {short_dollars(told['whole'], signed=True)} together in {told['year']}"
        differs = told["interaction"]
        second = (
            f"{short_dollars(abs(differs))} {'less' if differs < 0 else 'more'} than the sum of each alone."
            if abs(differs) >= 1
            else "As much as the sum of each alone, as far as what they do to one another is computed."
        )
    opened = _open(found, names)
    if opened:
        verb = "is" if len(opened) == 1 else "are"
        second += f" {counted(len(opened), 'effect')} on one another {verb} not computed."
    notes = [f"Not both in one year: {pair_name(one, names)}: {one['words']}." for one in found["conflicts"]]
    notes += [f"Not computed: {one}." for one in opened]
    if used:
        forms = listed([one.upper() for one in used])
        notes.append(f"Your own last answers of {forms} count here; others do not see them.")
    if found["not_in_run"]:
        absent = ", ".join(sorted(set(found["not_in_run"])))
        notes.append(f"Not in what you may see of the last run: {absent}.")
    links = [("/overlap", "Every pair of programs")]
    if found["kind"] in PAGES:
        links.insert(0, (PAGES[found["kind"]].format(identifier), f"The page of this {kind}"))
    tables = [_standings(found["rows"], names), _interaction(years, names)]
    if found["hospital_and_aco"]:
        tables.append(_hospital(found["hospital_and_aco"]))
    tables += [_pairs(found["pairs"], names), _checks(found["checks"])]
    return Panel(sentence, second.strip(), _figures(told), _drawn(told, names), tables, notes, links)


def _open(found: dict[str, Any], names: dict[str, str]) -> list[str]:
    """What is not computed, with the programs by their names."""
    said = sorted({str(one) for row in found["interaction"] for one in row["not_computed"]})
    spoken = {f"{row['first']} and {row['second']}: ": f"{pair_name(row, names)}: " for row in found["pairs"]}
    for key, words in spoken.items():
        said = [words + one.removeprefix(key) if one.startswith(key) else one for one in said]
    return said


def _figures(told: dict[str, Any] | None) -> list[Figure]:
    if told is None:
        return []
    tone = "gain" if told["whole"] > 0 else "loss" if told["whole"] < 0 else ""
    parts = short_dollars(told["sum_of_parts"], signed=True)
    why = "; ".join(told["not_computed"]) or ""
    return [
        Figure(
            short_dollars(told["whole"], signed=True), f"all programs together, paid in {told['year']}",
            f"{parts} as the sum of each alone", tone, "" if told["complete"] else "incomplete", why,
        )
    ]  # fmt: skip


def _drawn(told: dict[str, Any] | None, names: dict[str, str]) -> list[Picture]:
    if told is None or not told["parts"]:
        return []
    bars = [Bar(names.get(key, key), float(value)) for key, value in told["parts"].items()]
    if abs(told["interaction"]) >= 1:
        bars.append(Bar("What they do to one another", float(told["interaction"])))
    bars.append(Bar("Together", float(told["whole"])))
    return [bar_picture("overlap-parts", f"Each program alone, and together, in {told['year']}", bars)]


def _standings(rows: list[dict[str, Any]], names: dict[str, str]) -> Table:
    columns = (
        Column("Program"), Column("Year"), Column("Paid in"), Column("Stands"), Column("Dollars", "number"),
        Column("Interval", "range"), Column("Whose dollars"), Column("In words"), Column("Under"),
        Column("Known from"),
    )  # fmt: skip
    body = []
    for row in sorted(rows, key=lambda row: row["dollars"] is None):
        under = " ".join(
            f"{label} {row[key]}"
            for label, key in (("NPI", "npi"), ("TIN", "tin"), ("ACO", "entity_id"))
            if row.get(key)
        )
        amount = real(row["dollars"] if row["dollars"] is not None else row.get("exposed"))
        signed = row.get("exposed") is None
        link = f"/evidence/{row['basis']}?" + "&".join(
            f"{key}={row[key]}" for key in ("tin", "npi") if row.get(key)
        )
        of_form = str(row["basis"]).endswith(".json")
        opens = "." in str(row["basis"]) and not of_form and bool(row.get("npi") or row.get("tin"))
        ends = [dollars(row[key], signed=True) for key in ("dollars_low", "dollars_high")]
        body.append(
            TableRow(
                (
                    text_cell(names.get(row["program"], row["program"])),
                    text_cell(row["performance_year"]),
                    text_cell(row["payment_year"]),
                    text_cell(IN[row["is_in"]]),
                    amount_cell(dollars(amount, signed=signed), amount, toned=signed),
                    Cell(
                        " to ".join(ends) if row["dollars_low"] is not None else "–", real(row["dollars_low"])
                    ),
                    text_cell("" if amount is None else WHOSE.get(row["whose"], row["whose"])),
                    text_cell(row["words"]),
                    text_cell(under),
                    Cell(str(row["basis"]).replace(".json", ", your form"), link=link if opens else None),
                )
            )
        )
    return Table("overlap-standings", "Under each program", columns, body)


def _interaction(rows: list[dict[str, Any]], names: dict[str, str]) -> Table:
    columns = (
        Column("Paid in"), Column("Each alone"), Column("Sum of the parts", "number"),
        Column("Together", "number"), Column("Difference", "number"), Column("Complete"),
    )  # fmt: skip
    body = [
        TableRow(
            (
                text_cell(str(row["year"])),
                text_cell(
                    "; ".join(
                        f"{names.get(key, key)} {dollars(value, signed=True)}"
                        for key, value in row["parts"].items()
                    )
                ),
                *(
                    amount_cell(dollars(row[key], signed=True), real(row[key]), toned=True)
                    for key in ("sum_of_parts", "whole", "interaction")
                ),
                Cell(
                    "yes" if row["complete"] else "no", tag="" if row["complete"] else "open",
                    why="; ".join(row["not_computed"]),
                ),
            )
        )
        for row in rows
    ]  # fmt: skip
    return Table(
        "overlap-interaction", "Sum of the parts against the whole", columns, body,
        empty="No dollars of its own are known: load payments, or settle a form.",
    )  # fmt: skip


def _hospital(rows: list[dict[str, Any]]) -> Table:
    columns = (
        Column("ACO"), Column("Episodes", "number"), Column("Spending", "number"), Column("Share", "number"),
        Column("Lump sum", "number"), Column("ACO savings without", "number"),
        Column("ACO savings with", "number"),
    )  # fmt: skip
    body = [
        TableRow(
            (
                text_cell(row["aco_id"]),
                amount_cell(
                    "few" if row["episodes"] is None else whole(row["episodes"]), real(row["episodes"])
                ),
                amount_cell(dollars(row["spending"]), real(row["spending"])),
                amount_cell(share(row["share_of_spending"], 0), real(row["share_of_spending"])),
                *(
                    amount_cell(dollars(row.get(key), signed=True), real(row.get(key)), toned=True)
                    for key in ("lump_sum", "aco_savings_without", "aco_savings_with")
                ),
            )
        )
        for row in rows
    ]
    return Table(
        "overlap-acos", "The hospital's TEAM episodes whose person an ACO holds", columns, body,
        note="The same dollars seen from both sides: reported, not netted. Whether the lump sum counts in an "
        "ACO's expenditures has no default, so both are shown.",
    )  # fmt: skip


def _pairs(rows: list[dict[str, Any]], names: dict[str, str]) -> Table:
    body = [
        TableRow(
            (
                text_cell(pair_name(row, names)),
                *(answer_cell(row[one]) for one in QUESTIONS),
            )
        )
        for row in rows
    ]
    columns = (
        Column("Pair"), Column("May it be in both"), Column("May a beneficiary"), Column("Dollars"),
    )  # fmt: skip
    return Table(
        "overlap-own-pairs", "Its programs, pair by pair", columns, body, empty="It is in one program only."
    )


def _checks(rows: list[dict[str, Any]]) -> Table:
    words = {True: "holds", False: "does not hold", None: "cannot be said"}
    body = [
        TableRow((text_cell(row["check"]), text_cell(words[row["holds"]]), text_cell(row["words"])))
        for row in rows
    ]
    columns = (Column("What must hold"), Column("Holds"), Column("In words"))
    return Table("overlap-checks", "Assertions", columns, body)

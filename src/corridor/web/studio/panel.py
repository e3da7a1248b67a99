"""Care management in the studio: people, payment, staff and fixed cost, and the panel that carries them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from corridor.errors import CorridorError
from corridor.formulas import Evaluation, Node
from corridor.law import RulesInForce
from corridor.reports.words import counted, people, short_dollars
from corridor.scenarios.inputs import Bounds, Input, Value, bounds
from corridor.scenarios.outcome import Figure, Grid, Outcome, figure_of, worst
from corridor.scenarios.panel import settle_panel
from corridor.scenarios.panel_chance import draw_panel, resampled_amounts
from corridor.web.loaded import MONTHS, months_loaded
from corridor.web.studio.people import WHO, nobody, who_input
from corridor.web.studio.shelf import kept
from corridor.web.studio.words import likely, shown
from corridor.web.viewer import Viewer
from corridor.web.workbench import Workbench

TABLE = "billing.care_management_margin"
LAW = ("primary_care", "pfs")
RULES = (
    "primary_care.staff_cost", "primary_care.hourly_cost", "primary_care.collected_coinsurance",
    "primary_care.minutes_per_hour", "pfs.coinsurance_share", "pfs.sequestration_share",
)  # fmt: skip
WHOSE = "(? = '' or npi = ? or tin = ?)"
KINDS = f"""
select program, max(year) as year, sum(billed_months) as months from {TABLE} where {WHOSE} group by program
"""
YEARS = f"select distinct year from {TABLE} where program = ? and {WHOSE} order by year"
CLINICIANS = f"""
select npi, tin, candidates, candidate_months, billed_people, billed_months, billed_amount, month_amount,
       billed_margin
from {TABLE} where program = ? and year = ? and {WHOSE} order by billed_months desc, npi, tin
"""
ELIGIBLE = f"""
select sum(people) / count(distinct month) as people from billing.apcm_comparison
where month between ? and ? and {WHOSE}
"""
APCM = "apcm"
NAMES = {
    "apcm": "Advanced primary care management (APCM)", "ccm": "Chronic care management (CCM)",
    "pcm": "Principal care management (PCM)", "tcm": "Transitional care management (TCM)",
    "bhi": "Behavioral health integration (BHI)", "cocm": "Collaborative care (CoCM)",
    "rpm": "Remote physiologic monitoring (RPM)", "rtm": "Remote therapeutic monitoring (RTM)",
    "dmht": "Digital mental health treatment",
}  # fmt: skip
LISTED = 50
COSTS = "What a month costs the practice"
STATED = (
    "Costs are your own figures; those of the rules are assumed and have no source.",
    "The same people every month of the year; people for whom a month is billed, not those enrolled.",
    "Chance: the months billed in a year as such a count varies by itself, and the mean payment of a month "
    "as other clinicians like those of the run would bring it. Costs do not vary.",
    "A practice counts towards the fixed cost where it billed the program in the year.",
    "Bands hold eight draws of ten.",
)


@dataclass(frozen=True)
class Found:
    """What a run says of one program and year, in scope; ``months`` of it are loaded."""

    rows: list[dict[str, Any]]
    people: float
    amount: float | None
    basis: str
    practices: float
    most: float
    months: int


@dataclass(frozen=True)
class PanelStudio:
    """Care management panels."""

    program: str = "panel"
    title: str = "Care management panel"
    question: str = "How many patients, at what payment and staff cost, does a program need to carry itself?"
    needs: str = TABLE

    def inputs(self, bench: Workbench, viewer: Viewer, given: Mapping[str, str]) -> list[Input]:
        """The inputs of one program and year; costs as the rules or your settings have them."""
        who = given.get(WHO, "").strip()
        kinds = _kinds(bench, viewer, who)
        care = given.get("care", "") if given.get("care", "") in kinds else next(iter(kinds))
        years = [int(row["year"]) for row in viewer.query(YEARS, [care, who, who, who])]
        chosen = given.get("year", "")
        year = int(chosen) if chosen in map(str, years) else years[-1]
        found, force = _found(bench, viewer, who, care, year), _law(bench, year)
        cost = next(row for row in force.rows("primary_care.staff_cost") if row["program"] == care)
        hourly = {row["role"]: float(row["hourly_cost"]) for row in force.rows("primary_care.hourly_cost")}
        most = max(found.most, bounds("panel", "people").high * found.people, 1.0)
        collected = 100 * force.number("primary_care.collected_coinsurance")

        def own(
            name: str, label: str, unit: str, value: float, limits: str, rule: str, note: str = ""
        ) -> Input:
            ends = bounds("panel", limits)
            reach = Bounds(ends.low, max(ends.high, value), ends.step, ends.reason)
            return Input(name, label, unit, "slider", COSTS, round(value, 4), rule, reach, note=note)

        staff = "primary_care.staff_cost"
        return [
            who_input(),
            Input("care", "Program", "name", "choice", "Who", next(iter(kinds)), TABLE,
                  options={name: NAMES.get(name, name.upper()) for name in kinds}, subject=True),
            Input("year", "Year", "year", "choice", "Who", str(years[-1]), TABLE,
                  options={str(one): str(one) for one in years}, subject=True),
            Input("people", "Patients billed a month", "people", "slider", "What it brings",
                  float(round(found.people)), TABLE,
                  Bounds(0, float(np.ceil(most)), 1.0, bounds("panel", "people").reason),
                  note=f"At most {people(found.most)} could have it." if found.most else ""),
            Input("month_amount", "Allowed a month", "dollars", "slider", "What it brings",
                  round(found.amount or 0.0, 2), TABLE, bounds("panel", "month_amount"), note=found.basis),
            own("collected", "Coinsurance collected", "percent", collected, "collected",
                "primary_care.collected_coinsurance"),
            own("staff_minutes", "Staff time a patient", "minutes", float(cost["staff_minutes"]), "minutes",
                staff),
            own("staff_hourly", "Staff, an hour", "dollars", hourly["staff"], "hourly",
                "primary_care.hourly_cost"),
            own("practitioner_minutes", "Clinician time a patient", "minutes",
                float(cost["practitioner_minutes"]), "minutes", staff),
            own("practitioner_hourly", "Clinician, an hour", "dollars", hourly["practitioner"], "hourly",
                "primary_care.hourly_cost"),
            own("other_cost", "Devices, platform, postage", "dollars", float(cost["other_cost"]), "other",
                staff),
            own("fixed", "Fixed cost a practice", "dollars", float(cost["fixed_monthly_cost"]), "fixed",
                staff,                f"A month, for {counted(int(found.practices), 'practice')}."),
        ]  # fmt: skip

    def evaluate(
        self, bench: Workbench, viewer: Viewer, inputs: Sequence[Input], values: Mapping[str, Value]
    ) -> Outcome:
        """The year of the panel as it is, and under the scenario."""
        who, care, year = str(values[WHO]), str(values["care"]), int(values["year"])
        found, force = _found(bench, viewer, who, care, year), _law(bench, year)
        usual = {one.name: one.default for one in inputs if not one.subject}
        given = [_values(side, care, found, force) for side in (usual, values)]
        settled = [settle_panel(one, force) for one in given]
        amounts = resampled_amounts(
            np.array([float(row["billed_amount"] or 0) for row in found.rows]),
            np.array([float(row["billed_months"] or 0) for row in found.rows]),
        )
        drawn = [draw_panel(one, force, amounts) for one in given]
        return _told(settled, drawn, found, force, NAMES.get(care, care), year)

    def explain(
        self, bench: Workbench, viewer: Viewer, values: Mapping[str, Value], npi: str, tin: str, quantity: str
    ) -> Node:
        """The derivation of a figure of the panel. Raises WEB-QUANTITY."""
        who, care, year = str(values[WHO]), str(values["care"]), int(values["year"])
        force = _law(bench, year)
        settled = settle_panel(_values(values, care, _found(bench, viewer, who, care, year), force), force)
        if quantity not in settled.model.formulas:
            raise CorridorError(
                "WEB-QUANTITY", "Care management computes no such figure.",
                todo="Try margin, revenue or break_even_people.", field="quantity",
            )  # fmt: skip
        return settled.explain(0, quantity)


def _kinds(bench: Workbench, viewer: Viewer, who: str) -> dict[str, int]:
    """Programs of the run, the one billed most first, and their last year."""

    def made() -> dict[str, int]:
        rows = viewer.query(KINDS, [who, who, who])
        rows.sort(key=lambda row: (row["program"] != APCM, -int(row["months"] or 0), row["program"]))
        return {str(row["program"]): int(row["year"]) for row in rows}

    found = kept(bench, "inputs", ("care", viewer.run_id, viewer.scope, who), made)
    if not found:
        raise nobody(who)
    return found


def _found(bench: Workbench, viewer: Viewer, who: str, care: str, year: int) -> Found:
    def made() -> Found:
        rows = viewer.query(CLINICIANS, [care, year, who, who, who])
        billed = sum(float(row["billed_months"] or 0) for row in rows)
        priced = [row for row in rows if row["month_amount"] is not None]
        amount, basis = None, "No schedule is installed and nothing was billed: set what a month is allowed."
        if priced:
            weights = [max(float(row["candidate_months"] or 0), 1.0) for row in priced]
            amount = float(np.average([float(row["month_amount"]) for row in priced], weights=weights))
            basis = "The installed fee schedule."
        elif billed:
            amount = sum(float(row["billed_amount"] or 0) for row in rows) / billed
            basis = "What a billed month was allowed in the run; no schedule is installed."
        could = sum(float(row["candidates"] or 0) for row in rows)
        if care == APCM and viewer.has("billing.apcm_comparison"):
            span = [year * 100, year * 100 + MONTHS]
            could = max(could, float(viewer.query(ELIGIBLE, [*span, who, who, who])[0]["people"] or 0))
        practices = len({row["tin"] for row in rows if row["billed_months"]}) or len(
            {row["tin"] for row in rows}
        )
        months = months_loaded(bench, year)
        return Found(rows, billed / months, amount, basis, float(practices), could, months)

    return kept(bench, "inputs", ("panel", viewer.run_id, viewer.scope, who, care, year), made)


def _law(bench: Workbench, year: int) -> RulesInForce:
    return kept(
        bench, "inputs", ("law of panels", year), lambda: bench.law(LAW).in_force(performance_year=year)
    )


def _values(side: Mapping[str, Value], care: str, found: Found, force: RulesInForce) -> dict[str, float]:
    """The inputs of the formulas."""
    hourly = {row["role"]: float(row["hourly_cost"]) for row in force.rows("primary_care.hourly_cost")}
    cost = next(row for row in force.rows("primary_care.staff_cost") if row["program"] == care)
    number = {name: float(side[name]) for name in side if name not in (WHO, "care", "year")}
    return {
        "people": number["people"], "months": float(found.months), "month_amount": number["month_amount"],
        "collected_coinsurance": number["collected"] / 100,
        "coinsurance_share": float(force.history("pfs.coinsurance_share")[-1].value),
        "sequestration_share": float(force.history("pfs.sequestration_share")[-1].value),
        "staff_minutes": number["staff_minutes"], "staff_hourly_cost": number["staff_hourly"],
        "practitioner_minutes": number["practitioner_minutes"],
        "practitioner_hourly_cost": number["practitioner_hourly"],
        "consultant_minutes": float(cost["consultant_minutes"]),
        "consultant_hourly_cost": hourly["consultant"],
        "minutes_per_hour": force.number("primary_care.minutes_per_hour"),
        "other_cost": number["other_cost"], "fixed_monthly_cost": number["fixed"],
        "practices": found.practices,
    }  # fmt: skip


def _told(
    settled: Sequence[Evaluation],
    drawn: Sequence[Evaluation],
    found: Found,
    force: RulesInForce,
    name: str,
    year: int,
) -> Outcome:
    def number(side: int, quantity: str) -> float | None:
        value = float(settled[side][quantity])
        return None if np.isnan(value) else value

    def draws(quantity: str) -> list[Any]:
        return [np.asarray(one[quantity]).reshape(-1) for one in drawn]

    margins = draws("margin")
    loaded = counted(found.months, "month")
    part = found.months < MONTHS
    span = f"in {loaded}" if part else "a year"
    warnings = [] if found.amount else [found.basis]
    if part:
        warnings.append(f"Of {year} the claims cover {loaded}: dollars are of these, not of a whole year.")
    figures = [
        figure_of("margin", f"Left over {span}", "dollars", number(0, "margin"), number(1, "margin"),
                  *margins),
        figure_of("revenue", f"Revenue {span}", "amount", number(0, "revenue"), number(1, "revenue"),
                  *draws("revenue")),
        Figure("break_even_people", "Patients that carry the fixed cost", "count",
               number(0, "break_even_people"), number(1, "break_even_people"), better=-1),
        Figure("month_margin", "A month of one patient leaves", "cents", number(0, "month_margin"),
               number(1, "month_margin")),
        Figure("month_cost", "A month of one patient costs", "cents", number(0, "month_cost"),
               number(1, "month_cost"), better=-1),
        Figure("fixed_cost", f"Fixed cost {span}", "amount", number(0, "fixed_cost"), number(1, "fixed_cost"),
               better=-1),
        Figure("worst", "Mean of the worst twentieth", "dollars", worst(margins[0]), worst(margins[1])),
    ]  # fmt: skip
    figures = [
        replace(one, derives=one.key if one.key in settled[1].model.formulas else "") for one in figures
    ]
    return Outcome(
        _sentence(figures, name, year), _second(figures, int(found.practices)), figures,
        margins[0], margins[1], f"dollars {span}",
        [_clinicians(found)], None, STATED, force.assumptions(name for name in RULES if name in force),
        warnings,
    )  # fmt: skip


def _clinicians(found: Found) -> Grid:
    rows = [
        {
            "npi": row["npi"], "tin": row["tin"], "could": row["candidates"], "people": row["billed_people"],
            "months": row["billed_months"], "amount": row["billed_amount"], "margin": row["billed_margin"],
        }
        for row in found.rows[:LISTED]
    ]  # fmt: skip
    more = len(found.rows) - len(rows)
    able = {"could": ("Could have it", "people")} if any(row["could"] for row in rows) else {}
    return Grid(
        "clinicians",
        "Who bills it now",
        {
            "npi": ("NPI", "text"), "tin": ("TIN", "text"), **able,
            "people": ("Patients billed", "people"), "months": ("Months billed", "people"),
            "amount": ("Allowed", "dollars"), "margin": ("Left over its own cost", "change"),
        },
        rows,
        f"The {LISTED} who bill it most, and {more:,} more." if more > 0 else "",
    )  # fmt: skip


def _sentence(figures: Sequence[Figure], name: str, year: int) -> str:
    main = figures[0]
    value, change = main.value or 0.0, main.change or 0.0
    verb = "leaves" if value >= 0 else "costs"
    over = "" if value >= 0 else " more than it brings"
    said = f"{name} {verb} {short_dollars(abs(value))}{over} in {year}"
    if short_dollars(abs(change)) != "$0":
        way = "better" if change > 0 else "worse"
        return f"With these changes, {said}: {short_dollars(abs(change))} {way} than now"
    return f"As it stands, {said}"


def _second(figures: Sequence[Figure], practices: int) -> str:
    main, least, month = figures[0], figures[2], figures[3]
    if least.value is None:
        left = shown(month.value, "cents", signed=True)
        return f"A month of one patient costs what it brings or more ({left}): no number of them carries it."
    over = f" over {counted(practices, 'practice')}" if practices > 1 else ""
    spread = likely(main.low, main.high, "dollars", signed=True)
    return f"{spread}; it carries itself from {least.value:,.0f} patients a month{over}."

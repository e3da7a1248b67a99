"""What APCM and its neighbors are worth to each clinician: of the last run, or of a panel in a file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from corridor.engine.runs import Run, open_run
from corridor.errors import CorridorError
from corridor.jobs.apcm_panel import make_panel
from corridor.jobs.audit_asked import strangers
from corridor.jobs.audits import Wanted as Asked
from corridor.jobs.audits import unofficial
from corridor.jobs.context import Context
from corridor.jobs.tables import rules_of

TABLES = (
    "billing.apcm_year",
    "billing.apcm_patient_month",
    "billing.care_management_margin",
    "billing.apcm_element",
    "billing.clinician_price",
)
WORK_LIST = (
    *(
        "npi",
        "tin",
        "month",
        "why",
        "level_code",
        "level_amount",
        "dollars",
        "conditions",
        "behavioral_conditions",
    ),
    *("qmb", "qmb_uncertain", "conditions_basis", "confidence", "evidence", "last_seen", "initiating_visit"),
    *("consent_needed", "care_management", "care_management_amount", "ccm_by_minutes", "other_care_tin"),
)
Row = dict[str, Any]
Ask = Callable[[str], list[Row]]


@dataclass(frozen=True)
class Apcm:
    """Everything said of APCM.

    rows        a record a clinician, practice and year (billing.apcm_year)
    programs    the same with the margin of each care-management program
    elements    the thirteen service elements: by practice of a run, or what to hold where there are no claims
    comparison  a sentence on G0557 beside a month of chronic care management, at the clinicians' prices
    work_list   people whose month could be billed, the newest month of a run or an ordinary month of a panel
    """

    year: int
    rows: list[Row]
    programs: list[Row]
    elements: list[Row]
    comparison: list[str]
    work_list: list[Row]
    assumptions: list[Row] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Wanted:
    """Which clinicians and time are asked for; None asks for all, the newest year and month."""

    year: int | None = None
    month: int | None = None
    npi: str | None = None
    tin: str | None = None


def of_run(context: Context, wanted: Wanted) -> Apcm:
    """APCM of the last complete run. Raises APCM-NOT-MADE, APCM-NOTHING."""
    run = open_run(context.warehouse.home)
    _check_made(run)
    known = run.query(
        "select year, max(all_apcm_amount) is not null as priced from billing.apcm_year "
        "group by year order by year"
    )
    years = [int(row["year"]) for row in known]
    newest = next(
        (int(row["year"]) for row in reversed(known) if row["priced"]), years[-1] if years else None
    )
    year = wanted.year or (wanted.month // 100 if wanted.month else None) or newest
    if year not in years:
        raise CorridorError(
            "APCM-NOTHING",
            f"The run knows of nobody for APCM in {year}." if year else "The run knows of nobody for APCM.",
            why="APCM began in 2025; a person needs a fee-for-service month, a focal clinician and a level.",
            todo=f"Years there are: {', '.join(map(str, years))}."
            if years
            else "Load claims of 2025 or later.",
            field="--year" if wanted.year else None,
        )
    assert year is not None
    ask: Ask = run.query
    warnings = []
    if run.query("select 1 from billing.apcm_patient_month where conditions is null limit 1"):
        warnings.append(
            "The list of chronic conditions is not installed: everyone counts at the lowest level. "
            "corridor reference add cms_chronic_conditions_hierarchy.csv"
        )
    if not run.query(
        f"select 1 from billing.apcm_year where year = {year} and all_apcm_amount is not null limit 1"
    ):
        warnings.append(
            f"No fee schedule of {year} is installed: APCM has no price. "
            "corridor reference add PPRRVU and GPCI files"
        )
    if run.query("select 1 from billing.apcm_patient_month where qmb_uncertain and level > 1 limit 1"):
        warnings.append(
            "For some people the dual status is missing or the newest one carried back: level 3 is not sure."
        )
    warnings += strangers(run, Asked(npi=wanted.npi, tin=wanted.tin))
    used = {rule for table in TABLES for rule in rules_of(table)}
    elements = ask("select * from billing.apcm_element order by tin, element")
    if wanted.tin is not None:
        elements = [row for row in elements if row["tin"] == wanted.tin]
    return _answer(ask, year, wanted, elements, unofficial(context, used), warnings)


def of_file(path: Path, context: Context, wanted: Wanted) -> Apcm:
    """APCM of a panel or of counts. Raises what ``make_panel`` raises."""
    panel = make_panel(path, context, wanted.year)
    try:
        elements = [
            {"tin": None, "element": row["element"], "about": row["about"], "claims_show": row["claims_show"]}
            | {"measure": row["measure"], "ask": row["ask"], "shown": None, "counted": None, "share": None}
            for row in context.force.history("primary_care.service_element")[-1].value
        ]
        used = unofficial(context, panel.used)
        found = _answer(panel.query, panel.year, wanted, elements, used, list(panel.warnings), named=True)
        if not found.rows and (wanted.npi or wanted.tin):
            asked = " ".join(one for one in (wanted.npi, wanted.tin) if one)
            found.warnings.append(f"The file names nobody of {asked}.")
        return found
    finally:
        panel.con.close()


def _check_made(run: Run) -> None:
    missing = [table for table in TABLES if not run.has(table)]
    if missing:
        raise CorridorError(
            "APCM-NOT-MADE",
            f"The last complete run did not make {missing[0]}.",
            why="It was limited with --only, or is older than this table.",
            todo=f"corridor run, or corridor run --only {','.join(missing)}",
        )


def _answer(
    ask: Ask,
    year: int,
    wanted: Wanted,
    elements: list[Row],
    assumptions: list[Row],
    warnings: list[str],
    named: bool = False,
) -> Apcm:
    def mine(row: Row) -> bool:
        return wanted.npi in (None, row["npi"]) and wanted.tin in (None, row["tin"])

    rows = ask(
        f"select * from billing.apcm_year where year = {year} order by gain_amount desc nulls last, npi, tin"
    )
    programs = ask(
        f"select * from billing.care_management_margin where year = {year} order by npi, tin, program"
    )
    return Apcm(
        year,
        [row for row in rows if mine(row)],
        [row for row in programs if mine(row)],
        elements,
        _comparison(ask, year),
        [row for row in _work_list(ask, year, wanted.month, named) if mine(row)],
        assumptions,
        warnings,
    )


def _comparison(ask: Ask, year: int) -> list[str]:
    """What a second-level month pays beside a month of chronic care management, in words."""
    prices = ask(
        "select second.setting, second.qp, second.price_basis, count(*) as clinicians, "
        "min(second.amount) as least, max(second.amount) as most, "
        "min(ccm.amount) as ccm_least, max(ccm.amount) as ccm_most, "
        "cast(sum(case when second.amount < ccm.amount then 1 else 0 end) as bigint) as below "
        "from billing.clinician_price as second join billing.clinician_price as ccm "
        "on ccm.npi = second.npi and ccm.tin = second.tin and ccm.valid_from = second.valid_from "
        "and ccm.hcpcs_code = '99490' "
        f"where second.hcpcs_code = 'G0557' and second.valid_to = make_date({year} + 1, 1, 1) "
        "group by second.setting, second.qp, second.price_basis order by 1, 2, 3"
    )
    said = []
    for row in prices:
        where = "in a facility" if row["setting"] == "facility" else "outside a facility"
        status = "qualifying participants" if row["qp"] else "not qualifying"
        second, ccm = _span(row["least"], row["most"]), _span(row["ccm_least"], row["ccm_most"])
        text = f"{where.capitalize()}, {status}: a month of G0557 pays {second}, a month of 99490 {ccm}."
        if row["below"] == row["clinicians"]:
            text += " G0557 is below 99490: where its 20 minutes are kept, chronic care management pays more."
        said.append(text)
    return said


def _span(least: Decimal, most: Decimal) -> str:
    return f"{least:,.2f}" if least == most else f"{least:,.2f} to {most:,.2f}"


def _work_list(ask: Ask, year: int, month: int | None, named: bool) -> list[Row]:
    """People of one month whom APCM is not billed for, the largest gain of a clinician first."""
    end = "min" if named else "max"  # the months of a panel are alike: its first is as the form says
    found = ask(
        f"select {end}(month) as month from billing.apcm_comparison where month between {year}01 and {year}12"
    )
    chosen = month or found[0]["month"]
    if chosen is None:
        return []
    basis, seen = ("'as the panel says'", "panel") if named else ("known.conditions_basis", "known")
    patient = "panel.patient_id" if named else "known.person_id"
    minutes = (
        "(select cast(sum(price.amount * listed.units) as decimal(18, 2)) "
        "from rules.primary_care_ccm_minutes as listed join billing.clinician_price as price "
        "on price.npi = known.npi and price.tin = known.tin and price.hcpcs_code = listed.hcpcs_code "
        "and known.first_day >= price.valid_from and known.first_day < price.valid_to "
        "where listed.minutes_at_least = (select max(minutes_at_least) from rules.primary_care_ccm_minutes "
        "where minutes_at_least <= panel.minutes))"
        if named
        else "cast(null as decimal(18, 2))"
    )
    return ask(
        f"select {patient}, known.npi, known.tin, known.month, "
        "case when known.missed then 'APCM not billed' when known.conflict then 'conflict' "
        "else 'care management billed instead' end as why, "
        "known.level_code, known.level_amount, known.dollars, known.conditions, known.behavioral_conditions, "
        f"known.qmb, known.qmb_uncertain, {basis} as conditions_basis, known.confidence, known.evidence, "
        f"{seen}.last_seen, known.initiating_visit, known.consent_needed, "
        "known.care_management, known.care_management_amount, "
        f"{minutes} as ccm_by_minutes, known.other_care_tin "
        "from billing.apcm_patient_month as known "
        + ("join door.panel as panel on panel.person_id = known.person_id " if named else "")
        + f"where known.month = {int(chosen)} and (known.missed or known.switchable or known.conflict) "
        "order by known.npi, known.tin, known.dollars desc nulls last, 1"
    )

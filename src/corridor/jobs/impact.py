"""What another schedule, status or scenario changes for one's own claims or volumes, split by cause."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from corridor.billing.impact import PARTS, Years, gathered_impact, people_of_level, rows_of_level
from corridor.billing.impact_cells import begin, gather
from corridor.billing.impact_factors import RULES as FACTOR_RULES
from corridor.billing.impact_forecast import FORECAST_RULES, LAST_YEAR, forecast, published_factor
from corridor.engine.connection import connect
from corridor.engine.runs import open_run
from corridor.errors import CorridorError
from corridor.jobs.context import Context, overrides_of
from corridor.jobs.impact_lines import FAMILY, Periods, Staged, stage_claims, stage_volumes
from corridor.jobs.impact_months import months_of
from corridor.jobs.impact_scenarios import Scenario, below_floors, lay_out, read_reference
from corridor.law import RulesInForce, load_rules
from corridor.words import counted

FIRST_YEAR = 2000  # no conversion factor of the rules is older
PROGRAMS = ("pfs", "qp", "billing", "claims")


@dataclass(frozen=True)
class Impact:
    """The answer: rows of a level, the total, what could not be compared, and what it all rests on."""

    level: str
    before: Scenario
    after: Scenario
    files: dict[str, str]
    total: dict[str, Any]
    rows: list[dict[str, Any]]
    left: list[dict[str, Any]]
    assumptions: list[dict[str, Any]]
    warnings: list[str]
    claims: bool
    run_id: str | None = None
    months: dict[str, list[int]] = field(default_factory=dict)  # of service of each side, yyyymm

    def to_dict(self) -> dict[str, Any]:
        """The answer for machines; dollars are exact to the cent."""
        return {
            "program": "pfs",
            "year": self.after.year,
            "level": self.level,
            "from": _side(self.before, self.files["from"]),
            "to": _side(self.after, self.files["to"]),
            "run_id": self.run_id,
            "months": self.months or None,
            "rows": self.rows,
            "total": self.total,
            "not_compared": self.left,
            "parts": PARTS,
            "assumptions": self.assumptions,
            "warnings": self.warnings,
        }


def _side(scenario: Scenario, file: str) -> dict[str, Any]:
    return {
        "name": scenario.name,
        "year": scenario.year,
        "proposed": scenario.proposed,
        "qp": scenario.qp,
        "relative_values": file,
    }


@dataclass(frozen=True)
class Owners:
    """Whose lines count: of these TINs or NPIs."""

    tin: Collection[str] = ()
    npi: Collection[str] = ()


def measure_impact(
    context: Context,
    before: Scenario,
    after: Scenario,
    level: str,
    volumes: Path | None = None,
    periods: Periods | None = None,
    place: tuple[str, str] | None = None,
) -> Impact:
    """Price the lines under both scenarios and split the change.

    volumes  a file of the form impact_volumes; None: the claims of the last complete run
    periods  which claims: one year of service under both schedules, or two years, each under its own
    place    (mac, locality) of volumes that name none; None: the national amounts
    Raises IMPACT-SCHEDULE, IMPACT-NO-CLAIMS, what reading a form raises, and what the pricer raises.
    """
    return measure_levels(context, before, after, (level,), volumes, periods, place)[level]


def measure_levels(
    context: Context,
    before: Scenario,
    after: Scenario,
    levels: Sequence[str],
    volumes: Path | None = None,
    periods: Periods | None = None,
    place: tuple[str, str] | None = None,
    only: Owners | None = None,
    say: Callable[[str], None] = lambda words: None,
) -> dict[str, Impact]:
    """The same at several levels at once.

    only  whose lines count. Every line is priced first: what a session of several clinicians reduces
          does not hang on who looks
    say   is told what is being done
    """
    con = connect(context.warehouse.spill, threads=context.settings.threads)
    try:
        read_reference(con, context.warehouse)
        force = force_of(context, before, after)
        sides = (("from", before), ("to", after))
        run_id = None
        used: list[str] = []
        files: dict[str, str] = {}
        warnings: list[str] = []
        said: list[str] = []
        staged: Iterable[Staged]
        if volumes is not None:
            staged = [Staged(stage_volumes(con, force, volumes, place), "")]
        else:
            run = open_run(context.warehouse.home)
            run_id = run.run_id
            staged = stage_claims(
                con, force, context.warehouse, run, periods or Periods(), (before.year, after.year)
            )
        months: dict[str, set[int]] = {}
        begin(con)
        for piece in staged:
            warnings += piece.warnings
            if volumes is None:
                for side, found_months in months_of(con).items():
                    months.setdefault(side, set()).update(found_months)
            for side, scenario in sides:
                day, files[side] = lay_out(con, scenario)
                force_of_side = force_of(context, scenario)
                said += below_floors(con, force_of_side, scenario, day)
                say(f"Pricing {piece.words or 'every line'} under {scenario.name}")
                used += price_side(con, side, force_of_side, day, scenario)
                if scenario.proposed:
                    said.append(
                        f"{scenario.name}: the proposed conversion factors on the relative values and "
                        f"indices of {files[side]}, the newest installed; the work floor in those indices is "
                        "carried on, what else is proposed is not applied."
                    )
            if only is not None:
                con.execute(
                    "delete from door.impact_line where not (coalesce(list_contains(?, tin), false) "
                    "or coalesce(list_contains(?, npi), false))",
                    [list(only.tin), list(only.npi)],
                )
            gather(con)
        say("Splitting the change by cause")
        left = gathered_impact(con, force, Years(before.year, after.year))
        found = {level: rows_of_level(con, level) for level in levels}
        total = rows_of_level(con, "total")
        if volumes is None:
            for level in levels:
                people = people_of_level(con, level)
                found[level] = [{**row, "people": people.get(row["id"], 0)} for row in found[level]]
            total = [{**row, "people": sum(people_of_level(con, "total").values())} for row in total]
    finally:
        con.close()
    if volumes is not None:
        left = [{name: value for name, value in row.items() if name != "people"} for row in left]
    warnings = list(
        dict.fromkeys([*warnings, *said, *_left_warnings(left, "unit" if volumes is not None else "line")])
    )
    names = sorted({*used, *FACTOR_RULES, FAMILY})
    assumed = _assumptions(force, names, {before.year, after.year})
    return {
        level: Impact(
            level, before, after, files, total[0] if total else {}, rows, left, assumed, warnings,
            volumes is None, run_id, {side: sorted(found) for side, found in months.items()},
        )
        for level, rows in found.items()
    }  # fmt: skip


def forecast_of(context: Context, billing: float, base_year: int, proposed: bool) -> dict[str, Any]:
    """The forecast of the two conversion factors on a billing, as one object."""
    rules = load_rules(
        PROGRAMS,
        as_known_on=context.settings.as_known_on,
        overrides=_own(context),
        proposed=proposed or context.settings.proposed,
    )
    force = rules.in_force(performance_year=base_year)
    end = int(force.number(LAST_YEAR))
    first = [year for year in range(FIRST_YEAR, end + 1) if published_factor(force, year, True)]
    if base_year not in first or billing <= 0:
        raise CorridorError(
            "IMPACT-FORECAST",
            f"There is no forecast of ${billing:,.2f} from {base_year}.",
            why=f"It starts in a year of published factors ({first[0]} to {first[-1]}), above 0 dollars.",
            todo="Give such a --year and a --billing above 0.",
            field="--billing" if base_year in first else "--year",
        )
    rows = forecast(force, billing, base_year)
    unknown = [str(row["year"]) for row in rows if row["incentive_share"] is None]
    warnings = ["The same services every year; only the conversion factors move."]
    if unknown:
        warnings.append(f"No lump-sum incentive is known for {', '.join(unknown)}: it counts as none.")
    years = {row["year"] for row in rows}
    return {
        "program": "pfs",
        "year": base_year,
        "billing": billing,
        "rows": rows,
        "assumptions": _assumptions(force, list(FORECAST_RULES), years),
        "warnings": warnings,
    }


def force_of(context: Context, *scenarios: Scenario) -> RulesInForce:
    """The law as the scenarios have it: proposed values where one of them is proposed, own factors of one."""
    own = scenarios[0].overrides if len(scenarios) == 1 else {}
    rules = load_rules(
        PROGRAMS,
        as_known_on=context.settings.as_known_on,
        overrides={**_own(context), **own},
        proposed=context.settings.proposed or any(one.proposed for one in scenarios),
    )
    return rules.in_force(performance_year=max(one.year for one in scenarios))


def _own(context: Context) -> dict[str, Any]:
    return {
        name: value
        for name, value in overrides_of(context.settings).items()
        if name.partition(".")[0] in PROGRAMS
    }


def price_side(
    con: duckdb.DuckDBPyConnection, side: str, force: RulesInForce, day: date, scenario: Scenario
) -> list[str]:
    """Price ``door.impact_line`` under one schedule into ``door.price_<side>``; returns the rules used."""
    from corridor.billing.pricing import price_requests

    status = f"line.qp_{side}"
    if scenario.qp is not None:
        con.execute(f"update door.impact_line set qp_{side} = ?", [scenario.qp])
    con.execute(
        f"create or replace table door.price_request as select line.request_id, "
        f"date '{day.isoformat()}' as schedule_date, "
        f"coalesce(line.service_date, date '{day.isoformat()}') as service_date, {status} as qp, "
        "line.hcpcs_code, line.modifier_1, line.modifier_2, line.modifier_3, line.modifier_4, "
        "line.place_of_service_code, line.given_setting as setting, line.mac, line.locality, line.units, "
        "line.charge_amount, line.npi, line.tin, line.person_id, line.specialty_code, line.participating, "
        "line.anesthesia_minutes, line.session_id "
        f"from door.impact_line as line where line.side in ('both', '{side}')"
    )
    force.register(con, force.names("pfs"))
    return list(price_requests(con, force, requests="door.price_request", into=f"door.price_{side}"))


def _left_warnings(left: Sequence[Mapping[str, Any]], word: str) -> list[str]:
    """One line a kind: how many lines (of volumes: units) are not compared, and the dollars known of them."""
    kinds: dict[str, list[Mapping[str, Any]]] = {}
    for row in left:
        reasons = [
            f"{row[f'reason_{side}']} under --{side}"
            for side in ("from", "to")
            if row[f"reason_{side}"] is not None
        ]
        kinds.setdefault(" and ".join(reasons), []).append(row)
    found = []
    for kind, rows in sorted(kinds.items()):
        count = sum(row["lines"] for row in rows)
        codes = len({row["hcpcs_code"] for row in rows})
        dollars = [_known(row) for row in rows]
        known = sum((one for one in dollars if one is not None), Decimal(0))
        worth = (
            f"${known:,.2f} by the schedule or claim that knows them" if any(dollars) else "no dollars known"
        )
        found.append(
            f"{counted(round(count), word)} of {counted(codes, 'code')} {'is' if count == 1 else 'are'} "
            f"not compared ({kind}): {worth}."
        )
    return found


def _known(row: Mapping[str, Any]) -> Decimal | None:
    for name in ("amount_from", "amount_to", "claimed_amount"):
        if row[name] is not None:
            return Decimal(row[name])
    return None


def _assumptions(force: RulesInForce, names: Sequence[str], years: set[int]) -> list[dict[str, Any]]:
    """The parameters in force in one of the years that are neither codified nor official, each once."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    known = {name for program in PROGRAMS for name in force.rules.names(program)}
    for name in sorted(set(names) & known):
        for value in force.history(name):
            if value.status not in ("secondary", "proposed", "assumed"):
                continue
            start = value.valid_from if isinstance(value.valid_from, int) else value.valid_from.year
            end = value.valid_to
            # the end is the first year or day that is no more
            last = (
                None if end is None else end - 1 if isinstance(end, int) else (end - timedelta(days=1)).year
            )
            if start <= max(years) and (last is None or last >= min(years)):
                plain = value.to_dict()
                found[(name, str(plain["valid_from"]))] = {
                    key: plain[key] for key in ("rule", "value", "unit", "status", "cite", "valid_from")
                }
    return list(found.values())

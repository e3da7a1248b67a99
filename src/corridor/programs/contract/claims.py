"""The claims door of a contract: members, expenditure, large claims and custom measures of the last run."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from corridor.engine.runs import Run, open_run
from corridor.errors import CorridorError
from corridor.programs.contract.figures import MONTHS, Figures, Row, read_quality
from corridor.programs.contract.read import Contract
from corridor.programs.contract.schema import Custom, Measure, Terms
from corridor.settings import load_settings

NEEDED = ("attribution.person", "population.member_month")

# Member months and expenditure by month, practice and need tier. What lies above a member's attachment point
# is dated to the month in which it passed it: the running total above it, less that of the month before.
LINES = """
with member as (
  select month.person_id, month.year, month.month, person.tin, month.expenditure,
    coalesce(tier.tier, 'stable') as tier,
    sum(month.expenditure) over (
      partition by month.person_id, month.year order by month.month rows unbounded preceding
    ) as running
  from population.member_month as month
  join attribution.person as person on person.person_id = month.person_id
  left join {tier} as tier on tier.person_id = month.person_id
  where list_contains(?, person.tin)
)
select year as performance_year, month, tin, {stratum} as stratum, count(*) as member_months,
  sum(expenditure) as expenditure,
  sum(greatest(running - ?, 0) - greatest(running - expenditure - ?, 0)) as excess
from member
group by year, month, tin, {stratum}
order by year, month, tin, stratum nulls first
"""

# Who a custom measure counts: attributed, of an age at the end of the year, with a condition; and of them
# those with a service in the years it looks back over.
MEASURE = """
with member as (
  select distinct person.person_id
  from attribution.person as person
  join population.member_month as month on month.person_id = person.person_id and month.year = ?
  join claims.person as born on born.person_id = person.person_id
  where list_contains(?, person.tin)
    and (? is null or born.gender = ?)
    and (? is null or (cx_age_on(born.birth_date, ?) >= ? and cx_age_on(born.birth_date, ?) <= ?))
),
eligible as (
  select member.person_id from member
  where ? = 0 or exists (
    select 1 from claims.claim_diagnosis as code
    join unnest(cast(? as varchar[])) as wanted(prefix) on starts_with(code.diagnosis_code, wanted.prefix)
    where code.person_id = member.person_id and code.service_month between ? and ?
  )
)
select count(*) as denominator, count(served.person_id) as numerator
from eligible
left join (
  select distinct person_id from claims.medical_claim
  where list_contains(?, hcpcs_code) and service_month between ? and ?
) as served on served.person_id = eligible.person_id
"""

PAID = "select service_month, lag, amount from population.paid_lag where service_month > 0 order by 1, 2"


def opened(config: Path | None, needed: Sequence[str] = NEEDED) -> Run:
    """The last complete run. Raises NO-RUN, and CONTRACT-RUN where it lacks a table."""
    run = open_run(load_settings(config).home_folder())
    for table in needed:
        if not run.has(table):
            raise CorridorError(
                "CONTRACT-RUN",
                f"The last complete run did not make {table}.",
                why="It was limited with --only, or is older than this table.",
                todo="Run again: corridor run. Or name a file of figures.",
            )
    return run


def claims_figures(
    contract: Contract, quality: Path | None, known_on: date | None, config: Path | None, year: int | None
) -> Figures:
    """Figures of a contract whose attribution is ``claims``, from the last run.

    ``quality`` adds results of measures that are not custom. Raises CONTRACT-REQUIRED, CONTRACT-RUN,
    CONTRACT-NEEDS-FILE and what ``read_quality`` raises.
    """
    run = opened(config)
    tins = _tins(contract)
    chosen = [year] if year is not None else _years(run, contract)
    lines: list[Row] = []
    results: list[Row] = []
    warnings = [f"settled from the claims of run {run.run_id}: Medicare Parts A and B as loaded"]
    if known_on is not None:
        warnings.append(f"the claims are those of the run, not of {known_on}: only terms and results are")
    for one in chosen:
        terms = contract.terms(one)
        if terms.attribution.method != "claims":
            raise CorridorError(
                "CONTRACT-NEEDS-FILE",
                f"The members of {contract.name} are those the payer lists.",
                why="Its attribution is the payer's list, so claims alone do not say who counts.",
                todo="Name the file of figures, or set attribution.method to claims.",
                file=contract.file,
                field="attribution.method",
            )
        lines += _lines(run, terms, tins, one)
        results += _results(run, terms, tins, one)
    if quality is not None:
        given, more = read_quality(quality, known_on)
        counted = {(row["performance_year"], row["measure"], row["tin"]) for row in given}
        mark = ("performance_year", "measure", "tin")
        results = [row for row in results if tuple(row[name] for name in mark) not in counted] + given
        warnings += more
    return Figures(lines, results, "the last run", quality.name if quality else "the last run", warnings)


def _tins(contract: Contract) -> list[str]:
    tins = contract.head.provider.tins if contract.head.provider else []
    if not tins:
        raise CorridorError(
            "CONTRACT-REQUIRED",
            f"The contract {contract.name} names no practices.",
            why="Its members are those Corridor attributes to them.",
            todo="List them under provider.tins.",
            file=contract.file,
            line=contract.document.line(("provider",)),
            field="provider.tins",
        )
    return tins


def _years(run: Run, contract: Contract) -> list[int]:
    found = run.query("select distinct year from population.member_month order by 1")
    return [int(row["year"]) for row in found if int(row["year"]) in contract.years()]


def _lines(run: Run, terms: Terms, tins: list[str], year: int) -> list[Row]:
    named = [one.stratum for one in terms.benchmark.strata]
    named += [one.stratum for one in terms.care_management.tiers] if terms.care_management else []
    tiers = bool(named) and run.has("population.need_tier")
    empty = "(select null::bigint as person_id, null::varchar as tier where false)"
    text = LINES.format(
        tier="population.need_tier" if tiers else empty, stratum="tier" if tiers else "null::varchar"
    )
    point = terms.stop_loss.attachment if terms.stop_loss else 0.0
    found = run.query(f"select * from ({text}) where performance_year = ?", [tins, point, point, year])
    return [
        {
            "performance_year": int(row["performance_year"]),
            "month": int(row["month"]),
            "tin": row["tin"],
            "stratum": row["stratum"],
            "member_months": float(row["member_months"]),
            "expenditure": float(row["expenditure"]),
            "excess_over_attachment": float(row["excess"]) if terms.stop_loss else None,
            "premium": None,
            "benchmark_expenditure": None,
            "risk_score": None,
            "known": None,
            "line": None,
        }
        for row in found
    ]


def _results(run: Run, terms: Terms, tins: list[str], year: int) -> list[Row]:
    measures = terms.scorecard.measures if terms.scorecard else []
    return [_counted(run, one, one.custom, tins, year) for one in measures if one.custom is not None]


def _counted(run: Run, one: Measure, custom: Custom, tins: list[str], year: int) -> Row:
    last = date(year, MONTHS, 31)
    low, high = custom.ages or (None, None)
    first_month, last_month = year * 100 + 1, year * 100 + MONTHS
    codes = [code.replace(".", "") for code in custom.diagnosis_codes]
    values: list[Any] = [
        year, tins, custom.gender, custom.gender, low, last, low, last, high, len(codes), codes, first_month,
        last_month, custom.service_codes, (year - custom.years + 1) * 100 + 1, last_month,
    ]  # fmt: skip
    found = run.query(MEASURE, values)[0]
    return {
        "performance_year": year,
        "measure": one.id,
        "tin": None,
        "numerator": float(found["numerator"]),
        "denominator": float(found["denominator"]),
        "rate": None,
        "known": None,
        "line": None,
    }


def paid_by_lag(config: Path | None, known_on: date | None, tin: str | None) -> list[tuple[int, int, float]]:
    """(month of service, of payment, dollars) of the last run. Raises CONTRACT-RUN, CONTRACT-TRIANGLE."""
    if tin is not None:
        raise CorridorError(
            "CONTRACT-TRIANGLE",
            "The last run keeps payments by month for all practices together.",
            why="A triangle of one practice needs its own payments.",
            todo="Name a file of payments with a column tin.",
            field="--tin",
        )
    run = opened(config, ("population.paid_lag",))
    last = None if known_on is None else known_on.year * 100 + known_on.month
    found = []
    for row in run.query(PAID):
        service = int(row["service_month"])
        index = (service // 100) * MONTHS + service % 100 - 1 + int(row["lag"])
        paid = (index // MONTHS) * 100 + index % MONTHS + 1
        if last is None or paid <= last:
            found.append((service, paid, float(row["amount"])))
    return found

"""DE-SynPUF through the population tables: CMS's own yearly totals and months, person by person."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from corridor.engine.run import Runner
from corridor.engine.runs import open_run
from corridor.engine.warehouse import Warehouse
from corridor.law import load_rules
from corridor.reference import reference_tables
from corridor.sources.synpuf.load import load


@pytest.fixture(scope="module")
def con(test_data: Path, tmp_path_factory: pytest.TempPathFactory) -> duckdb.DuckDBPyConnection:
    """A database in memory with what the run made, and the summaries of CMS."""
    home = tmp_path_factory.mktemp("desynpuf")
    warehouse = Warehouse.open(home)
    load([test_data / "desynpuf"], warehouse)
    force = load_rules(["asm", "claims", "population"]).in_force(performance_year=2027)
    setting = {"performance_year": 2027, "payment_year": 2029, "data_year": 2010}
    wanted = ["population.pbpy", "population.person_month", "synpuf.reconciliation", "synpuf.person_month"]
    Runner(warehouse, force, setting, externals=reference_tables(warehouse), threads=2).run(wanted)
    return open_run(home).con


def one(con: duckdb.DuckDBPyConnection, query: str) -> tuple[object, ...]:
    row = con.execute(query).fetchone()
    assert row is not None
    return row


@pytest.mark.parametrize(
    ("claim_type", "part", "people_years_that_tie", "claims_total"),
    [
        # the summary counts the per-diem pass-through of a stay, which is no payment of the claim
        ("60", "inpatient", None, None),
        ("40", "outpatient", 882, Decimal(716_390)),
        # with processing codes A, R and S; the README: totals need not equal the claims, by design
        ("71", "carrier", 866, Decimal(1_100_980)),
    ],
)
def test_yearly_totals_against_the_summary(
    con: duckdb.DuckDBPyConnection,
    claim_type: str,
    part: str,
    people_years_that_tie: int | None,
    claims_total: Decimal | None,
) -> None:
    rows = con.execute(f"""
        with spent as (
          select person_id, month // 100 as year, sum(paid_amount) as paid
          from population.claim_line where claim_type_code = '{claim_type}' group by all
        )
        select known.summary_{part}, known.claims_{part}, coalesce(spent.paid, 0)
        from synpuf.reconciliation as known
        left join spent on spent.person_id = known.person_id and spent.year = known.summary_year
    """).fetchall()
    assert len(rows) == 300 + 294 + 288
    if claims_total is None:
        # without the pass-through the claims are never above the summary, and tie where there is none
        assert all(paid <= summary for summary, _, paid in rows)
        assert sum(summary - paid for summary, _, paid in rows) < Decimal("0.05") * sum(r[0] for r in rows)
        return
    assert sum(paid for _, _, paid in rows) == claims_total
    assert sum(summary == paid for summary, _, paid in rows) == people_years_that_tie
    # the dollars agree within one part in five hundred
    assert abs(sum(s - p for s, _, p in rows)) <= sum(s for s, _, _ in rows) / 500


def test_person_months_hold_the_same_dollars(con: duckdb.DuckDBPyConnection) -> None:
    by_line = one(con, "select sum(paid_amount) from claims.service_line")
    assert one(con, "select sum(paid) from population.person_month") == by_line
    assert one(
        con,
        "select sum(inpatient_amount) + sum(outpatient_amount) + sum(emergency_amount) "
        "+ sum(professional_amount) + sum(imaging_amount) + sum(laboratory_amount) + sum(part_b_drug_amount) "
        "+ sum(ambulance_amount) + sum(dme_amount) + sum(inpatient_rehabilitation_amount) "
        "+ sum(long_term_care_hospital_amount) + sum(skilled_nursing_amount) + sum(other_amount) "
        "from population.person_month",
    ) == one(con, "select sum(expenditure) from population.person_month")


def test_months_of_coverage_are_those_of_the_files(con: duckdb.DuckDBPyConnection) -> None:
    """Part A and B months without a plan, month by month as synpuf.person_month lays them out."""
    counted = "part_a and part_b and not medicare_advantage"
    wanted = one(
        con,
        f"select count(*) from synpuf.person_month where {counted} "
        "and (death_date is null or month_start <= death_date)",
    )
    assert one(con, "select count(*) from population.member_month") == wanted
    # the summary gives people who died coverage to December all the same: 71 months that nobody lived
    after_death = one(
        con, f"select count(*) from synpuf.person_month where {counted} and month_start > death_date"
    )
    assert after_death == (71,)
    assert one(con, "select count(distinct basis) from population.member_month") == (1,)
    deaths = one(con, "select count(*) from population.enrollment_month where died")
    assert deaths == (6 + 6 + 2 - 1,)  # one had neither part in the month of death
    after = one(
        con,
        "select count(*) from population.enrollment_month as m join claims.person as p using (person_id) "
        "where m.month > year(p.death_date) * 100 + month(p.death_date)",
    )
    assert after == (0,)


def test_pbpy_by_plain_sql(con: duckdb.DuckDBPyConnection) -> None:
    """The same yearly figure from the claims and the months directly, without the tables between."""
    rows = con.execute("""
        with spent as (
          select person_id, month // 100 as year, month, sum(paid_amount) as paid
          from population.claim_line where part <> 'D' group by all
        ), months as (
          select person_id, year, enrollment_type, count(*) as months, sum(coalesce(spent.paid, 0)) as paid
          from population.enrollment_month left join spent using (person_id, month, year)
          where fee_for_service group by all
        )
        select m.year, m.enrollment_type, sum(m.months) / 12.0,
          sum(least(m.paid * 12 / m.months, t.threshold) * m.months / 12.0) / (sum(m.months) / 12.0)
        from months as m join population.truncation as t using (year, enrollment_type)
        group by all
    """).fetchall()
    found = {
        (year, kind): (years, dollars)
        for year, kind, years, dollars in con.execute(
            "select year, enrollment_type, person_years, pbpy from population.pbpy "
            "where enrollment_type <> 'all'"
        ).fetchall()
    }
    assert len(rows) == len(found) > 0
    for year, kind, years, dollars in rows:
        assert found[year, kind] == (pytest.approx(float(years)), pytest.approx(float(dollars), abs=0.005))

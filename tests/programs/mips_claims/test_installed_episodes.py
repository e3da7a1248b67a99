"""Procedural and acute inpatient episodes from an installed list of triggers and services."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from corridor.engine.warehouse import Warehouse
from corridor.reference.add import add_references
from tests.measures.bench_tables import Row, Tables
from tests.programs.mips_claims.bench import bench, loaded

CODE = {
    "vintage": "VARCHAR", "measure_id": "VARCHAR", "role": "VARCHAR", "code_system": "VARCHAR",
    "code": "VARCHAR", "days_before": "INTEGER", "days_after": "INTEGER",
}  # fmt: skip
LINE = {
    "source_id": "VARCHAR", "claim_id": "VARCHAR", "claim_line_number": "INTEGER", "person_id": "BIGINT",
    "service_date": "DATE", "part": "VARCHAR", "setting": "VARCHAR", "hcpcs_code": "VARCHAR",
    "drg_code": "VARCHAR", "revenue_center_code": "VARCHAR", "tin": "VARCHAR", "npi": "VARCHAR",
    "allowed_amount": "DECIMAL(18,2)", "standardized_amount": "DECIMAL(18,2)", "modifiers": "VARCHAR",
}  # fmt: skip
STAY = {
    "admission_id": "VARCHAR", "person_id": "BIGINT", "stay_kind": "VARCHAR", "admission_date": "DATE",
    "discharge_date": "DATE", "drg_code": "VARCHAR",
}  # fmt: skip
VISITS = {"admission_id": "VARCHAR", "tin": "VARCHAR", "npi": "VARCHAR", "visits": "BIGINT"}
KNEE = ("2025", "COST_KA_1", "trigger", "hcpcs", "27447", 30, 90)
SEPSIS = ("2025", "COST_S_1", "trigger", "drg", "871", 0, 30)


def line(day: date, code: str | None, amount: float, **values: Any) -> Row:
    base: Row = {
        "source_id": "s1", "claim_line_number": 1, "person_id": 1, "service_date": day, "part": "B",
        "setting": "professional", "hcpcs_code": code, "tin": "T1", "npi": "N1", "allowed_amount": amount,
        "standardized_amount": amount,
    }  # fmt: skip
    return base | values


def episodes(
    codes: Sequence[Sequence[Any]],
    lines: Sequence[Row],
    stays: Sequence[Sequence[Any]] = (),
    visits: Sequence[Sequence[Any]] = (),
    death: date | None = None,
) -> Tables:
    tables: Tables = bench()
    tables.give("reference.cost_episode_code", CODE, codes)
    rows = [one | {"claim_id": f"C{number}"} for number, one in enumerate(lines)]
    tables.give("claims.service_line", LINE, [[row.get(name) for name in LINE] for row in rows])
    tables.give("measures.admission", STAY, stays)
    tables.give("mips.stay_service", VISITS, visits)
    tables.give("claims.person", {"person_id": "BIGINT", "death_date": "DATE"}, [(1, death)])
    loaded(tables)
    tables.give(
        "population.enrollment_month",
        {"person_id": "BIGINT", "month": "INTEGER", "fee_for_service": "BOOLEAN"},
        [(1, year * 100 + month, True) for year in (2024, 2025) for month in range(1, 13)],
    )
    tables.make("mips.installed_trigger")
    return tables


OPERATION = line(date(2025, 5, 1), "27447", 1000)
LINES = [
    OPERATION,
    line(date(2025, 5, 1), "27447", 200, npi="N2"),
    line(date(2025, 5, 1), "27447", 0.01, npi="N3", modifiers="LT AS"),
    line(date(2025, 4, 1), "73562", 39.99),
    line(date(2025, 3, 31), "73562", 7),
    line(date(2025, 7, 30), "97110", 60, tin="T9"),
    line(date(2025, 7, 31), "97110", 8),
    line(date(2025, 6, 1), None, 500, part="D"),
]


def test_a_procedure_opens_an_episode_of_all_who_billed_it() -> None:
    """1 May less 30 days is 1 April, and 90 days more 30 July: 1,000 + 200 + 40 + 60; Part D is left out.
    N3 assisted (AS) and has no episode, but is part of its cost."""
    tables = episodes([KNEE], LINES)
    assert [row["npi"] for row in tables.make("mips.installed_trigger")] == ["N1", "N2"]
    (row,) = tables.make("mips.installed_episode")
    assert (row["window_start"], row["window_end"]) == (date(2025, 4, 1), date(2025, 7, 30))
    assert (row["standardized_cost"], row["services_listed"], row["kind"]) == (1300, False, "procedural")


def test_listed_services_alone_count_and_once() -> None:
    """The operation (1,000, 200 and a cent) and therapy (60); an older list of the measure is gone."""
    services = [("2025", "COST_KA_1", "service", "hcpcs", code, None, None) for code in ("27447", "97110")]
    older = [("2024", "COST_KA_1", "service", "hcpcs", "73562", None, None)]
    (row,) = episodes([KNEE, *services, *older], LINES).make("mips.installed_episode")
    assert (row["standardized_cost"], row["lines"], row["services_listed"]) == (Decimal("1260.01"), 4, True)


def test_a_stay_is_of_who_visited() -> None:
    """Sepsis, 10 to 14 June and 30 days: to 14 July. T1 made seven of ten visits, T2 three, both enough."""
    stays = [("A1", 1, "acute", date(2025, 6, 10), date(2025, 6, 14), "871"),
             ("A2", 1, "acute", date(2025, 8, 1), date(2025, 8, 2), "291")]  # fmt: skip
    visits = [("A1", "T1", "N1", 7), ("A1", "T2", "N2", 3), ("A1", "T2", "N3", 0), ("A2", "T1", "N1", 3)]
    tables = episodes([SEPSIS], [line(date(2025, 7, 14), "99213", 90)], stays, visits)
    assert [(row["tin"], row["npi"]) for row in tables.make("mips.installed_trigger")] == [
        ("T1", "N1"),
        ("T2", "N2"),
    ]
    (row,) = tables.make("mips.installed_episode")
    assert (row["window_end"], row["standardized_cost"]) == (date(2025, 7, 14), 90)


def test_an_episode_is_of_the_year_in_which_it_ends() -> None:
    """2 October 2024 and 90 days is 31 December 2024; 3 October ends on 1 January 2025."""
    assert episodes([KNEE], [line(date(2024, 10, 2), "27447", 1)]).make("mips.installed_episode") == []
    assert len(episodes([KNEE], [line(date(2024, 10, 3), "27447", 1)]).make("mips.installed_episode")) == 1


def test_death_excludes_and_nothing_installed_makes_nothing() -> None:
    (row,) = episodes([KNEE], LINES, death=date(2025, 7, 1)).make("mips.installed_episode")
    assert row["exclusion_reason"] == "died in the episode"
    assert episodes([], LINES).make("mips.installed_episode") == []


def test_the_lists_are_read_by_their_columns(tmp_path: Path) -> None:
    file = tmp_path / "cost_episode_code_2025.csv"
    file.write_text(
        "measure_id,role,code_system,code,days_before,days_after\nCOST_KA_1,trigger,CPT,27447,30,90\n"
        "COST_KA_1,service,hcpcs,97110,,\n"
    )
    zips = tmp_path / "practice_zip_2026.csv"
    zips.write_text("zip_code,rural,hpsa\n03103,yes,no\n")
    found = add_references([file, zips], Warehouse.open(tmp_path / "home"))
    assert [(one.reference, one.rows, one.error) for one in found] == [
        ("cost_episode_code", 2, None),
        ("practice_zip", 1, None),
    ]

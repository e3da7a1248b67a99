"""Cases of the cost measures: visits that open a year, months held, hospital episodes, whose they are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest

from tests.measures.bench_tables import Row, Tables
from tests.programs.mips_claims.bench import bench, loaded

CARE = {
    "person_id": "BIGINT", "service_date": "DATE", "tin": "VARCHAR", "npi": "VARCHAR",
    "rendering_specialty_code": "VARCHAR", "facility_kind": "VARCHAR", "in_mssp": "BOOLEAN",
}  # fmt: skip
LINE = {
    "person_id": "BIGINT", "service_date": "DATE", "part": "VARCHAR", "standardized_amount": "DECIMAL(18,2)",
}  # fmt: skip
EVENT = {"person_id": "BIGINT", "tin": "VARCHAR", "npi": "VARCHAR", "service_date": "DATE"}
MONTH = {"person_id": "BIGINT", "month": "INTEGER", "year": "INTEGER"}
STAY = {
    "admission_id": "VARCHAR", "person_id": "BIGINT", "stay_kind": "VARCHAR", "admission_date": "DATE",
    "discharge_date": "DATE", "drg_code": "VARCHAR",
}  # fmt: skip
SERVICE = {
    "admission_id": "VARCHAR", "tin": "VARCHAR", "npi": "VARCHAR", "visits": "BIGINT", "procedures": "BIGINT",
    "procedure_charges": "DECIMAL(18,2)", "charges": "DECIMAL(18,2)",
}  # fmt: skip


def opened(*care: tuple[date, str, str]) -> list[tuple[date, str]]:
    """Days and practices of the events of one person's primary care services (day, practice, specialty)."""
    tables = bench()
    rows = [(1, day, tin, f"N{tin}", specialty, None, True) for day, tin, specialty in care]
    tables.give("attribution.primary_care_line", CARE, rows)
    return sorted((row["service_date"], row["tin"]) for row in tables.make("mips.per_capita_event"))


FIRST = date(2025, 1, 10)


@pytest.mark.parametrize(
    ("other", "found"),
    [
        # of another practice: within three days, before or after, opens a year; both visits do
        ((date(2025, 1, 13), "B"), 2),
        ((date(2025, 1, 14), "B"), 0),
        # of the same practice: within ninety days after it; 10 January and ninety days is 10 April
        ((date(2025, 4, 10), "A"), 1),
        ((date(2025, 4, 11), "A"), 0),
    ],
)
def test_what_opens_a_year(other: tuple[date, str], found: int) -> None:
    assert len(opened((FIRST, "A", "08"), (*other, "11"))) == found


def test_a_surgeon_confirms_and_opens_nothing() -> None:
    assert opened((FIRST, "A", "08"), (FIRST, "B", "02")) == [(FIRST, "A")]
    assert opened((FIRST, "A", "08")) == []


def test_months_of_a_year_from_the_visit() -> None:
    """A visit of 15 March 2024 reaches to 14 March 2025, three months of 2025; one of 1 November 2025 has
    two, of which December is not enrolled; April to October are nobody's. N2 has two of the three visits.
    Cost: 100 in January, 50 in November; Part D and the cost of June do not count."""
    tables = bench()
    tables.give(
        "mips.per_capita_event",
        EVENT,
        [
            (1, "A", "N1", date(2024, 3, 15)),
            (1, "A", "N2", date(2024, 2, 1)),
            (1, "A", "N2", date(2025, 11, 1)),
        ],
    )
    tables.give("population.member_month", MONTH, [(1, 202500 + m, 2025) for m in range(1, 12)])
    spent = [(date(2025, 1, 5), "A", 60), (date(2025, 1, 6), "B", 40), (date(2025, 1, 7), "D", 500),
             (date(2025, 6, 1), "B", 900), (date(2025, 11, 30), "B", 50)]  # fmt: skip
    tables.give("claims.service_line", LINE, [(1, *row) for row in spent])
    (row,) = tables.make("mips.per_capita_case")
    assert (row["npi"], row["months"], row["standardized_cost"]) == ("N2", 4, 150)
    assert row["monthly_cost"] == pytest.approx(37.5)


def episodes(
    stay: dict[str, Any] | None = None,
    kind: str | None = "Medical",
    death: date | None = None,
    months: int = 12,
) -> list[Row]:
    tables = bench()
    base: Row = {
        "admission_id": "A1", "person_id": 1, "stay_kind": "acute", "admission_date": date(2025, 6, 10),
        "discharge_date": date(2025, 6, 14), "drg_code": "291",
    }  # fmt: skip
    row = base | (stay or {})
    tables.give("measures.admission", STAY, [[row[name] for name in STAY]])
    day = [(date(2025, 6, 6), "B", 1), (date(2025, 6, 7), "B", 20), (date(2025, 6, 10), "A", 300),
           (date(2025, 7, 14), "B", 4000), (date(2025, 7, 15), "B", 50000),
           (date(2025, 6, 20), "D", 600000)]  # fmt: skip
    tables.give("claims.service_line", LINE, [(1, *one) for one in day])
    tables.give("claims.person", {"person_id": "BIGINT", "death_date": "DATE"}, [(1, death)])
    loaded(tables)
    tables.give(
        "population.enrollment_month",
        {"person_id": "BIGINT", "month": "INTEGER", "fee_for_service": "BOOLEAN"},
        [(1, 202500 + m, True) for m in range(1, months + 1)],
    )
    tables.give(
        "reference.ms_drg",
        {"vintage": "VARCHAR", "drg_code": "VARCHAR", "medical_surgical": "VARCHAR"},
        [] if kind is None else [("2024", "291", kind)],
    )
    return tables.make("mips.hospital_episode")


def test_an_episode_runs_from_three_days_before_to_thirty_after() -> None:
    """10 June less 3 days is 7 June; 14 June and 30 days is 14 July: 20 + 300 + 4,000."""
    (row,) = episodes()
    assert (row["episode_start"], row["episode_end"]) == (date(2025, 6, 7), date(2025, 7, 14))
    assert (row["standardized_cost"], row["kind"], row["exclusion_reason"]) == (4320, "medical", None)
    assert episodes(kind=None)[0]["kind"] == "unknown"


def test_why_an_episode_does_not_count() -> None:
    assert episodes(death=date(2025, 7, 14))[0]["exclusion_reason"] == "died in the episode"
    assert episodes(death=date(2025, 7, 15))[0]["exclusion_reason"] is None
    # enrolled from March (93 days before 10 June) to July; without July
    assert "fee-for-service" in episodes(months=6)[0]["exclusion_reason"]
    # an episode that ends in the next year is of that year
    assert episodes({"discharge_date": date(2025, 12, 2)}) == []
    assert len(episodes({"discharge_date": date(2025, 12, 1)})) == 1


def attributed(kind: str, services: Sequence[Sequence[Any]]) -> list[tuple[str, str]]:
    tables: Tables = bench()
    tables.give(
        "mips.hospital_episode",
        {"admission_id": "VARCHAR", "person_id": "BIGINT", "kind": "VARCHAR", "drg_code": "VARCHAR",
         "standardized_cost": "DECIMAL(18,2)", "exclusion_reason": "VARCHAR"},
        [("A1", 1, kind, "291", 1000, None), ("A2", 2, kind, "291", 1000, "no cost")],
    )  # fmt: skip
    rows = [(stay, *service) for stay in ("A1", "A2") for service in services]
    tables.give("mips.stay_service", SERVICE, rows)
    found = tables.make("mips.hospital_case")
    assert {row["admission_id"] for row in found} <= {"A1"}
    return sorted((row["tin"], row["npi"]) for row in found)


# practice A: 2 visits and 1; B: 6; C: 1 visit of 10, and the dearest procedure
SERVICES = [
    ("A", "N1", 2, 0, 0, 200), ("A", "N2", 1, 0, 0, 100), ("B", "N3", 6, 1, 100, 700),
    ("C", "N4", 1, 1, 900, 950),
]  # fmt: skip


def test_whose_a_stay_is() -> None:
    """Medical: three of ten visits are enough, one of ten is not. Surgical: the dearest procedure."""
    assert attributed("medical", SERVICES) == [("A", "N1"), ("A", "N2"), ("B", "N3")]
    assert attributed("unknown", SERVICES) == attributed("medical", SERVICES)
    assert attributed("surgical", SERVICES) == [("C", "N4")]

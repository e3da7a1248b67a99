"""Clinicians of the claims that the roster does not know, with the dollars that hang on them."""

from __future__ import annotations

from decimal import Decimal

from tests.claims.canonical import INPUTS
from tests.claims.workbench import Row, Workbench, day

KNOWN = "1003000126"
MOVED = "1003000134"
LATE = "1003000142"
STRANGER = "1003000159"
COLUMNS = {
    "claims.service_line": "source_id VARCHAR, claim_id VARCHAR, claim_line_number INTEGER, part VARCHAR, "
    "person_id BIGINT, npi VARCHAR, tin VARCHAR, service_date DATE, paid_amount DECIMAL(18,2), "
    "allowed_amount DECIMAL(18,2)",
    "claims.clinician_specialty": "service_year INTEGER, npi VARCHAR, specialty_code VARCHAR",
    "reference.nppes": "npi VARCHAR, name VARCHAR, entity_type VARCHAR, taxonomy_code VARCHAR, "
    "practice_state VARCHAR, active BOOLEAN, last_update_date DATE, vintage VARCHAR",
}


def columns_of(table: str) -> dict[str, str]:
    parts = COLUMNS[table].replace("(18,2)", "(18;2)").split(",")
    return dict(part.strip().split(" ", 1) for part in parts)  # type: ignore[misc]


def give(bench: Workbench, table: str, rows: list[Row]) -> None:
    bench.give(table, rows, {name: kind.replace(";", ",") for name, kind in columns_of(table).items()})


def line(number: int, npi: str, tin: str | None, on: str, paid: str = "80", **values: object) -> Row:
    return {
        "source_id": "A1", "claim_id": f"C{number}", "claim_line_number": 1, "part": "B", "person_id": number,
        "npi": npi, "tin": tin, "service_date": day(on), "paid_amount": Decimal(paid),
        "allowed_amount": Decimal(paid) * 5 / 4,
    } | values  # fmt: skip


def roster_bench(roster: list[Row]) -> Workbench:
    bench = Workbench(2027)  # claims of 2025
    lines = [
        line(1, KNOWN, "111111111", "2025-03-01"),
        line(2, MOVED, "222222222", "2025-03-01"),
        line(3, LATE, "111111111", "2025-03-01"),
        line(4, LATE, "111111111", "2025-09-01"),
        line(5, STRANGER, "111111111", "2025-03-01", "40"),
        line(6, STRANGER, "111111111", "2025-04-01", "60", person_id=5),
        line(7, STRANGER, "333333333", "2025-04-01", "20"),
        line(8, STRANGER, "111111111", "2024-04-01", "999"),
        line(9, STRANGER, None, "2025-04-01", "500", part="D"),
        line(10, MOVED, None, "2025-04-01", "700", part="A"),
    ]
    give(bench, "claims.service_line", lines)
    give(
        bench,
        "claims.clinician_specialty",
        [{"service_year": 2025, "npi": STRANGER, "specialty_code": "06"}],
    )
    give(
        bench,
        "reference.nppes",
        [
            {"npi": STRANGER, "name": "OLD, NAME", "last_update_date": day("2020-01-01"), "vintage": "2026"},
            {"npi": STRANGER, "name": "NEW, NAME", "last_update_date": day("2024-01-01"), "vintage": "2025"},
        ],
    )
    bench.give("org_raw.provider_roster", roster, INPUTS["org_raw.provider_roster"])
    bench.give("org_raw.participant_list", [{"aco_id": "A1", "tin": "111111111"}])
    return bench


ROSTER: list[Row] = [
    {"npi": KNOWN, "tin": "111111111"},
    {"npi": MOVED, "tin": "111111111"},
    {"npi": LATE, "tin": "111111111", "start_date": day("2025-07-01")},
]


def test_who_is_missing_why_and_what_hangs_on_it() -> None:
    """The stranger under 1...: 40 + 60 = 100 paid, 125 allowed, one person twice; no prescriptions."""
    rows = roster_bench(ROSTER).run("measures.unmatched_npi")
    found = {(row["npi"], row["tin"]): row for row in rows}
    assert {key: row["reason"] for key, row in found.items()} == {
        (MOVED, "222222222"): "in_roster_under_another_tin",
        (LATE, "111111111"): "outside_its_dates",
        (STRANGER, "111111111"): "not_in_roster",
        (STRANGER, "333333333"): "not_in_roster",
    }
    stranger = found[STRANGER, "111111111"]
    assert (stranger["lines"], stranger["claims"], stranger["people"]) == (2, 2, 1)
    assert (stranger["paid_amount"], stranger["allowed_amount"]) == (Decimal("100.00"), Decimal("125.00"))
    assert (stranger["specialty_code"], stranger["name"]) == ("06", "NEW, NAME")
    # before July only
    assert (found[LATE, "111111111"]["lines"], found[LATE, "111111111"]["paid_amount"]) == (
        1,
        Decimal("80.00"),
    )
    assert sorted(key for key, row in found.items() if row["participant_tin"]) == [
        (LATE, "111111111"),
        (STRANGER, "111111111"),
    ]


def test_without_a_roster_nobody_is_missing() -> None:
    assert roster_bench([]).run("measures.unmatched_npi") == []

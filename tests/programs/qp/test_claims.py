"""QP over claims: services, members, who is attributed, scores by snapshot, low volume, all side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pytest

from corridor.engine import PythonStep, StepContext
from corridor.engine.catalogue import load_catalogue
from tests.claims.canonical import CANONICAL
from tests.measures.bench_tables import Row, Tables

SERVICE = {
    "month": "INTEGER", "year": "INTEGER", "tin": "VARCHAR", "npi": "VARCHAR", "person_id": "BIGINT",
    "services": "BIGINT", "visits": "BIGINT", "paid_amount": "DECIMAL(18,2)",
    "allowed_amount": "DECIMAL(18,2)", "payments": "DECIMAL(18,2)", "visit_payments": "DECIMAL(18,2)",
    "volume_services": "BIGINT", "volume_allowed_amount": "DECIMAL(18,2)",
}  # fmt: skip
MEMBER = {
    "performance_year": "INTEGER", "tin": "VARCHAR", "npi": "VARCHAR", "apm_entity_id": "VARCHAR",
    "is_reach": "BOOLEAN", "first_snapshot": "INTEGER", "left_entity": "BOOLEAN",
}  # fmt: skip
TRACK = {"qp.entity_track": [{"apm_entity_id": "A1", "track": "enhanced"}]}


def bench(overrides: Mapping[str, Any] | None = None) -> Tables:
    return Tables(["claims", "asm", "qp", "reach", "pfs"], overrides=overrides)


def computed(tables: Tables, name: str) -> list[Row]:
    """A Python step over the tables, as the engine runs it."""
    step = load_catalogue().steps[name]
    assert isinstance(step, PythonStep) and step.function is not None
    columns, types = step.function(StepContext(tables.con, tables.force, {}))
    tables.con.register("made", dict(columns))
    listed = ", ".join(f"cast({column} as {kind}) as {column}" for column, kind in types.items())
    tables.con.execute("create schema if not exists qp")
    tables.con.execute(f"create or replace table {name} as select {listed} from made")
    tables.con.unregister("made")
    cursor = tables.con.execute(f"select * from {name} order by {', '.join(step.key)}")
    names = [column[0] for column in cursor.description or []]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def service(month: int, npi: str, person: int, dollars: float, visits: int = 1, tin: str = "T1") -> list[Any]:
    year = month // 100
    paid_for_visits = dollars if visits else 0
    return [month, year, tin, npi, person, 1, visits, *[dollars] * 3, paid_for_visits, 1, dollars]


def with_services(tables: Tables, rows: Sequence[Sequence[Any]], last: date = date(2025, 12, 31)) -> None:
    tables.give("qp.service", SERVICE, rows)
    tables.give(
        "claims.period",
        {"source_id": "VARCHAR", "first_day": "DATE", "last_day": "DATE", "lines": "BIGINT"},
        [("s1", date(2024, 1, 1), last, 1)],
    )
    members = sorted({row[3] for row in rows if row[2] == "T1"})
    with_members(tables, [(2025, "T1", npi, "A1", False, 1, False) for npi in members])


def with_members(tables: Tables, rows: Sequence[Sequence[Any]]) -> None:
    tables.give("qp.member", MEMBER, rows)
    computed(tables, "qp.entity")


def with_people(tables: Tables, attributed: set[int], people: int = 4) -> None:
    tables.give(
        "qp.person",
        {"performance_year": "INTEGER", "person_id": "BIGINT", "apm_entity_id": "VARCHAR",
         "attribution_known": "BOOLEAN", "eligibility": "VARCHAR"},
        [
            (2025, one, "A1" if one in attributed else None, True, "eligible" if one < 4 else "too young")
            for one in range(1, people + 1)
        ],
    )  # fmt: skip


def test_covered_professional_services() -> None:
    tables = bench()
    base: dict[str, Any] = {
        "source_id": "s1", "claim_line_number": 1, "claim_type_code": "71", "person_id": 1,
        "claim_end_date": date(2025, 3, 1), "rendering_npi": "N1", "rendering_tin": "T1", "paid_amount": 80,
        "allowed_amount": 100,
    }  # fmt: skip
    lines: list[dict[str, Any]] = [
        {"hcpcs_code": "99213"},
        {"hcpcs_code": "93000", "paid_amount": 8, "allowed_amount": 10},
        {"hcpcs_code": "J1100"},  # a drug
        {"hcpcs_code": "80053"},  # a laboratory test
        {"hcpcs_code": "99213", "primary_payer_code": "A"},  # another payer first
        {"hcpcs_code": "99213", "claim_type_code": "40"},  # a facility
    ]
    columns = CANONICAL["medical_claim"]
    rows = [{**base, "claim_id": f"C{n}", **line} for n, line in enumerate(lines)]
    tables.give("claims.medical_claim", columns, [[row.get(name) for name in columns] for row in rows])
    found = tables.make("qp.service")
    assert len(found) == 1
    one = found[0]
    assert (one["month"], one["services"], one["visits"]) == (202503, 2, 1)
    assert (one["payments"], one["visit_payments"], one["allowed_amount"]) == (88, 80, 110)


def test_members_by_practice_and_by_clinician() -> None:
    tables = bench()
    tables.give("qp.service", SERVICE, [
        service(202501, "N1", 1, 1), service(202501, "N2", 1, 1), service(202501, "N3", 1, 1, tin="T2"),
        service(202501, "N4", 1, 1, tin="T2"), service(202401, "N1", 1, 1),
    ])  # fmt: skip
    tables.give(
        "org_raw.participant_list",
        {"aco_id": "VARCHAR", "tin": "VARCHAR", "npi": "VARCHAR", "start_date": "DATE", "end_date": "DATE",
         "file_date": "DATE"},
        [
            ("A1", "T1", "N1", date(2025, 1, 1), None, date(2025, 1, 1)),
            ("D9", "T2", "N3", None, None, date(2025, 1, 1)),
            ("A2", "T1", None, None, date(2023, 12, 31), date(2025, 1, 1)),
        ],
    )  # fmt: skip
    found = tables.make("qp.member")
    assert {row["performance_year"] for row in found} == {2025}
    assert [(row["npi"], row["apm_entity_id"], row["is_reach"]) for row in found] == [
        ("N1", "A1", False), ("N2", "A1", False), ("N3", "D9", True),
    ]  # fmt: skip


def test_who_can_be_attributed_and_who_is() -> None:
    tables = bench()
    with_services(tables, [service(202501, "N1", person, 1) for person in range(1, 6)])
    tables.con.execute("insert into qp.service values (202601, 2026, 'T1', 'N1', 1, 1, 1, 1, 1, 1, 1, 1, 1)")
    tables.give(
        "claims.person",
        {"person_id": "BIGINT", "birth_date": "DATE"},
        [(one, date(2010, 1, 1) if one == 4 else date(1950, 1, 1)) for one in range(1, 6)],
    )
    tables.give(
        "population.enrollment_month",
        {"person_id": "BIGINT", "year": "INTEGER", "part_a": "BOOLEAN", "part_b": "BOOLEAN",
         "medicare_advantage": "BOOLEAN"},
        [
            (1, 2025, True, True, False), (2, 2025, True, True, False), (2, 2025, True, True, True),
            (3, 2025, False, True, False), (4, 2025, True, True, False), (1, 2026, True, True, False),
        ],
    )  # fmt: skip
    person = {"person_id": "BIGINT", "aco_id": "VARCHAR"}
    tables.give("attribution.person", person, [(1, "A1"), (2, None)])
    listed = {"person_id": "BIGINT", "year": "INTEGER", "assigned": "BOOLEAN", "source_id": "VARCHAR"}
    tables.give("attribution.assignment_month", listed, [(1, 2026, True, "file"), (2, 2025, True, "file")])
    found = {(row["performance_year"], row["person_id"]): row for row in tables.make("qp.person")}
    assert {key: row["eligibility"] for key, row in found.items()} == {
        (2025, 1): "eligible", (2025, 2): "a month in a health plan", (2025, 3): "a month without both parts",
        (2025, 4): "too young", (2025, 5): "no month of enrolment", (2026, 1): "eligible",
    }  # fmt: skip
    # the measured year by the one answer, another year by the assignment list of the only entity
    assert [found[key]["apm_entity_id"] for key in ((2025, 1), (2025, 2), (2026, 1))] == ["A1", None, "A1"]


def scores(tables: Tables, **wanted: Any) -> list[Row]:
    return [row for row in tables.make("qp.score") if all(row[k] == v for k, v in wanted.items())]


def test_scores_grow_from_snapshot_to_snapshot() -> None:
    """March 60 of 100; June adds 30 of an unattributed person: 60 of 130; September comes too late."""
    tables = bench()
    with_services(tables, [
        service(202503, "N1", 1, 60), service(202503, "N1", 3, 40), service(202506, "N1", 3, 30),
        service(202509, "N1", 2, 999), service(202502, "N1", 4, 500),
    ])  # fmt: skip
    with_people(tables, {1, 2})
    found = scores(tables, level="entity", basis="covered")
    assert [(row["snapshot"], row["attributed_payments"], row["eligible_payments"]) for row in found] == [
        (1, 60, 100), (2, 60, 130), (3, 60, 130),
    ]  # fmt: skip
    assert [(row["attributed_patients"], row["eligible_patients"]) for row in found] == [(1, 2)] * 3


def test_bases_and_levels() -> None:
    """Person 3 has no visit: only on the basis of all services. N1's services under T2 are its own only."""
    tables = bench(TRACK)
    with_services(tables, [
        service(202501, "N1", 1, 50), service(202501, "N1", 3, 50, visits=0),
        service(202502, "N1", 3, 100, visits=0, tin="T2"), service(202501, "N2", 2, 20),
    ])  # fmt: skip
    with_people(tables, {1, 2})
    rows = {
        (row["level"], row["subject"], row["basis"]): (row["attributed_payments"], row["eligible_payments"])
        for row in scores(tables, snapshot=1)
    }
    assert rows == {
        ("entity", "A1", "covered"): (70, 120),
        ("entity", "A1", "visits"): (70, 70),
        ("individual", "N1", "covered"): (50, 200),
        ("individual", "N1", "visits"): (50, 50),
        ("individual", "N2", "covered"): (20, 20),
        ("individual", "N2", "visits"): (20, 20),
    }


def status_of(overrides: Mapping[str, Any], last: date = date(2025, 12, 31)) -> dict[str, Row]:
    tables = bench(overrides)
    with_services(
        tables,
        [service(202501, "N1", 1, 60), service(202501, "N1", 3, 20), service(202501, "N9", 1, 5, tin="T9")],
        last,
    )
    with_people(tables, {1, 2})
    tables.make("qp.score")
    return {row["npi"]: row for row in computed(tables, "qp.status")}


def test_status_while_the_track_is_not_known() -> None:
    found = status_of({})
    assert found["N1"]["status"] == "unknown" and "entity_track" in found["N1"]["reason"]
    assert found["N9"]["status"] == "unknown" and "no participant list" in found["N9"]["reason"]


def test_status_in_an_advanced_apm() -> None:
    """60 of 80 is 75 percent: enough in 2025, by visits, at the first snapshot."""
    row = status_of(TRACK)["N1"]
    assert (row["status"], row["performance_year"], row["payment_year"]) == ("qp", 2025, 2027)
    assert row["best_payment_score"] == 0.75
    assert (row["decided_basis"], row["decided_snapshot"]) == ("visits", 1)
    assert "may lack patients" in row["reason"]


def test_status_in_no_advanced_apm() -> None:
    tracks = {"qp.entity_track": [{"apm_entity_id": "A1", "track": "basic_d"}]}
    assert status_of(tracks)["N1"]["status"] == "none"


def test_a_snapshot_that_is_not_loaded_whole_decides_nothing() -> None:
    assert status_of(TRACK, last=date(2025, 2, 28))["N1"]["status"] == "unknown"


def test_what_cms_has_published_beats_the_claims() -> None:
    known = {"qp.known_status": [{"npi": "N1", "performance_year": 2025, "status": "partial_qp"}]}
    row = status_of({**TRACK, **known})["N1"]
    assert (row["status"], row["source"], row["dollars"]) == ("partial_qp", "stated", 0)


def volume(overrides: Mapping[str, Any] | None = None) -> dict[tuple[int, str], Row]:
    """N1: 250 people, one service of 400 dollars each, in February and again in November 2024."""
    tables = bench(overrides)
    months = (202411, 202402)
    rows = [service(month, "N1", person, 400) for month in months for person in range(250)]
    with_services(tables, [*rows, service(202411, "N2", 1, 10)])
    made = tables.make("qp.volume")
    # February 2024 is in the earlier segment of 2025 (October 2023 to September 2024), November in the later
    one = next(row for row in made if (row["performance_year"], row["npi"]) == (2025, "N1"))
    assert (one["patients"], one["services"], one["allowed_charges"]) == (250, 250, 100000)
    assert (one["earlier_patients"], one["earlier_services"]) == (250, 250)
    assert one["is_whole"] and not one["earlier_is_whole"]  # loaded from January 2024 on
    return {(row["performance_year"], row["npi"]): row for row in computed(tables, "qp.low_volume")}


def test_low_volume_from_claims() -> None:
    found = volume()
    assert found[2025, "N1"]["standing"] == "required"
    assert found[2025, "practice"]["standing"] == "required"
    # below in the loaded claims is not below: they may not hold all
    assert found[2025, "N2"]["standing"] == "unknown"
    assert found[2025, "N2"]["practice_standing"] == "required"


def test_low_volume_where_all_claims_are_loaded() -> None:
    found = volume({"qp.loaded_claims_are_all": True})
    assert found[2025, "N2"]["standing"] == "exempt"


def test_every_status_side_by_side() -> None:
    tables = bench(TRACK)
    with_services(tables, [service(202501, "N1", 1, 60), service(202501, "N2", 3, 20, tin="T9")])
    with_people(tables, {1})
    tables.make("qp.score")
    tables.make("qp.volume")
    computed(tables, "qp.status")
    computed(tables, "qp.low_volume")
    columns = {"performance_year": "INTEGER", "tin": "VARCHAR", "npi": "VARCHAR"}
    tables.give(
        "asm.eligibility",
        {**columns, "eligible": "BOOLEAN", "reason": "VARCHAR"},
        [(2027, "T1", "N1", True, "In: specialty"), (2027, "T9", "N2", False, "Out: specialty")],
    )
    tables.give(
        "asm.result", {**columns, "payment_adjustment_factor": "DOUBLE"}, [(2027, "T1", "N1", 0.0123)]
    )
    found = {(row["npi"], row["payment_year"]): row for row in computed(tables, "qp.clinician_year")}
    assert set(found) == {("N1", 2027), ("N1", 2029), ("N2", 2027), ("N2", 2029)}
    qualifying, asm, other = found["N1", 2027], found["N1", 2029], found["N2", 2029]
    assert (qualifying["qp_status"], qualifying["mips_status"]) == ("qp", "excluded_qp")
    assert (qualifying["asm_participant"], qualifying["adjustment"]) == (False, 0)
    assert qualifying["conversion_factor"] is None  # the factors of 2027 are proposed only
    # ASM 2027 pays in 2029: the status of 2027 is not known, and ASM stands beside it
    assert (asm["asm_participant"], asm["mips_status"], asm["qp_status"]) == (True, "excluded_asm", "unknown")
    assert asm["adjustment"] == pytest.approx(0.0123)
    assert (other["asm_participant"], other["mips_status"]) == (False, "unknown")
    assert other["adjustment"] is None and other["adjustment_lowest"] == pytest.approx(-0.09)

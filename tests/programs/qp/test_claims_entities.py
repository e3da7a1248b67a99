"""QP over claims, continued: who is in an entity on which day, whose patients count, what is a service."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pytest

from tests.claims.canonical import CANONICAL
from tests.measures.bench_tables import Row, Tables
from tests.programs.qp.test_claims import (
    SERVICE,
    TRACK,
    bench,
    computed,
    scores,
    service,
    with_members,
    with_people,
    with_services,
)

LISTED = {
    "aco_id": "VARCHAR", "tin": "VARCHAR", "npi": "VARCHAR", "start_date": "DATE", "end_date": "DATE",
    "file_date": "DATE",
}  # fmt: skip


def members(*listed: tuple[str, str, date | None, date | None]) -> dict[str, Row]:
    """qp.member of 2025 by practice: of each (entity, practice, first day, last day)."""
    tables = bench()
    tables.give("qp.service", SERVICE, [service(202501, "N1", 1, 1, tin=one[1]) for one in listed])
    rows = [(aco, tin, None, start, end, date(2025, 12, 1)) for aco, tin, start, end in listed]
    tables.give("org_raw.participant_list", LISTED, rows)
    return {str(row["tin"]): row for row in tables.make("qp.member")}


def test_a_practice_is_in_the_entity_from_the_first_snapshot_that_finds_it() -> None:
    """31 March, 30 June and 31 August are the days that count (42 CFR 414.1425(b))."""
    found = members(
        ("A1", "all year", None, None),
        ("A1", "left in May", date(2025, 1, 1), date(2025, 5, 15)),
        ("A1", "left in February", date(2025, 1, 1), date(2025, 2, 10)),
        ("A1", "came on 1 April", date(2025, 4, 1), None),
        ("A1", "came on 31 August", date(2025, 8, 31), None),
        ("A1", "came in September", date(2025, 9, 1), None),
        ("A1", "was there in July", date(2025, 7, 1), date(2025, 7, 31)),
    )
    assert {tin: row["first_snapshot"] for tin, row in found.items()} == {
        "all year": 1, "left in May": 1, "left in February": None, "came on 1 April": 2,
        "came on 31 August": 3, "came in September": None, "was there in July": None,
    }  # fmt: skip
    assert not any(row["left_entity"] for row in found.values())


def test_an_entity_left_if_none_of_its_participants_stayed() -> None:
    found = members(
        ("A1", "one", None, date(2025, 6, 30)),
        ("A1", "another", None, date(2025, 5, 31)),
        ("A2", "to the last day", None, date(2025, 8, 31)),
        ("A3", "left", None, date(2025, 6, 30)),
        ("A3", "stayed", None, None),
    )
    assert {tin: row["left_entity"] for tin, row in found.items()} == {
        "one": True, "another": True, "to the last day": False, "left": False, "stayed": False,
    }  # fmt: skip


def status(member: Sequence[Any], rows: Sequence[Sequence[Any]], last: date = date(2025, 12, 31)) -> Row:
    tables = bench(TRACK)
    with_services(tables, rows, last)
    with_members(tables, [member])
    with_people(tables, {1, 2})
    tables.make("qp.score")
    return computed(tables, "qp.status")[0]


QUALIFYING = [service(202501, "N1", 1, 80), service(202501, "N1", 3, 20)]  # 80 percent in January


@pytest.mark.parametrize(
    ("first", "left", "expected", "snapshot", "words"),
    [
        (1, False, "qp", 1, "snapshot 1"),
        (3, False, "qp", 3, "snapshot 3"),
        (None, False, "unknown", None, "last day of no snapshot"),
        (1, True, "none", None, "not left"),
    ],
)
def test_who_left_and_who_stayed(
    first: int | None, left: bool, expected: str, snapshot: int | None, words: str
) -> None:
    """A practice that left after a snapshot keeps the status; not if the entity itself left."""
    row = status((2025, "T1", "N1", "A1", False, first, left), QUALIFYING)
    assert (row["status"], row["decided_snapshot"]) == (expected, snapshot)
    assert words in row["reason"]


def test_services_count_from_the_snapshot_of_the_practice() -> None:
    """N1 all year: 60 of 100. N2's practice came in July: its 50 of 60 count at the third snapshot only."""
    tables = bench(TRACK)
    with_services(tables, [
        service(202501, "N1", 1, 60), service(202501, "N1", 3, 40),
        service(202502, "N2", 2, 50, tin="T2"), service(202502, "N2", 3, 10, tin="T2"),
    ])  # fmt: skip
    with_members(
        tables, [(2025, "T1", "N1", "A1", False, 1, False), (2025, "T2", "N2", "A1", False, 3, False)]
    )
    with_people(tables, {1, 2})
    found = scores(tables, level="entity", basis="covered")
    assert [(row["snapshot"], row["attributed_payments"], row["eligible_payments"]) for row in found] == [
        (1, 60, 100), (2, 60, 100), (3, 110, 160),
    ]  # fmt: skip
    own = scores(tables, level="individual", subject="N2", basis="covered")
    assert [(row["snapshot"], row["attributed_payments"], row["eligible_payments"]) for row in own] == [
        (3, 50, 60)
    ]


def own_score(tracks: Mapping[str, str]) -> tuple[Row, Row]:
    """N1 in A1 and A2: 40 dollars for A1's patient, 45 for A2's, 15 for nobody's; (score, status)."""
    listed = [{"apm_entity_id": name, "track": track} for name, track in tracks.items()]
    tables = bench({"qp.entity_track": listed})
    with_services(tables, [service(202501, "N1", *one) for one in ((1, 40), (2, 45), (3, 15))])
    with_members(tables, [(2025, "T1", "N1", name, False, 1, False) for name in ("A1", "A2")])
    tables.give(
        "qp.person",
        {"performance_year": "INTEGER", "person_id": "BIGINT", "apm_entity_id": "VARCHAR",
         "attribution_known": "BOOLEAN", "eligibility": "VARCHAR"},
        [(2025, 1, "A1", True, "eligible"), (2025, 2, "A2", True, "eligible"),
         (2025, 3, None, True, "eligible")],
    )  # fmt: skip
    score = scores(tables, level="individual", basis="visits", snapshot=3)[0]
    return score, computed(tables, "qp.status")[0]


@pytest.mark.parametrize(
    ("second", "payments", "patients", "open_payments", "expected"),
    [
        ("enhanced", 85, 2, 0, "qp"),  # 85 of 100 >= 75 percent
        ("basic_b", 40, 1, 0, "none"),  # 40 percent, and 1 of 3 patients, are below 50 and 35 percent
        ("unknown", 40, 1, 45, "unknown"),  # 40 percent, or 85 if A2 is an Advanced APM
    ],
)
def test_an_own_score_counts_patients_of_advanced_entities(
    second: str, payments: int, patients: int, open_payments: int, expected: str
) -> None:
    """In two entities the own score counts in 2025 too, of the services under Advanced APMs."""
    score, row = own_score({"A1": "enhanced", "A2": second})
    assert (score["attributed_payments"], score["eligible_payments"]) == (payments, 100)
    assert (score["attributed_patients"], score["eligible_patients"]) == (patients, 3)
    assert score["open_payments"] == open_payments
    assert row["status"] == expected, row["reason"]
    if expected == "qp":
        assert row["decided_level"] == "individual"


def test_a_low_score_while_later_snapshots_are_not_loaded() -> None:
    """Nothing of 80 to March is too low, but June and August are still to come."""
    low = [service(202501, "N1", 3, 80)]
    member = (2025, "T1", "N1", "A1", False, 1, False)
    row = status(member, low, last=date(2025, 4, 30))
    assert row["status"] == "unknown" and "not every snapshot is loaded whole" in row["reason"]
    assert status(member, low)["status"] == "none"
    assert status(member, QUALIFYING, last=date(2025, 4, 30))["status"] == "qp"


def covered(*lines: Mapping[str, Any]) -> Tables:
    tables = bench({"qp.loaded_claims_are_all": True})
    base: dict[str, Any] = {
        "source_id": "s1", "claim_line_number": 1, "claim_type_code": "71", "person_id": 1,
        "claim_end_date": date(2025, 3, 1), "rendering_npi": "N1", "rendering_tin": "T1",
        "hcpcs_code": "99213", "paid_amount": 80, "allowed_amount": 100,
    }  # fmt: skip
    columns = CANONICAL["medical_claim"]
    rows = [{**base, "claim_id": f"C{n}", **line} for n, line in enumerate(lines)]
    tables.give("claims.medical_claim", columns, [[row.get(name) for name in columns] for row in rows])
    return tables


def test_a_line_without_an_allowed_charge_is_no_service() -> None:
    nothing = {"paid_amount": 0, "allowed_amount": 0, "person_id": 2}
    found = covered({}, nothing, {**nothing, "person_id": 1}).make("qp.service")
    assert [(row["person_id"], row["services"], row["visits"], row["volume_services"]) for row in found] == [
        (1, 1, 1, 1)
    ]


def test_what_medicare_pays_second_is_volume_but_no_score() -> None:
    """Of two services of 100 dollars one is paid second with 15: a score of 80, a volume of 200."""
    second = {"primary_payer_code": "A", "paid_amount": 15}
    tables = covered({}, second, {**second, "person_id": 2})
    found = {row["person_id"]: row for row in tables.make("qp.service")}
    one = found[1]
    assert (one["services"], one["payments"], one["allowed_amount"]) == (1, 80, 100)
    assert (one["volume_services"], one["volume_allowed_amount"]) == (2, 200)
    assert (found[2]["services"], found[2]["payments"], found[2]["volume_services"]) == (0, 0, 1)
    tables.give(
        "claims.period",
        {"source_id": "VARCHAR", "first_day": "DATE", "last_day": "DATE", "lines": "BIGINT"},
        [("s1", date(2024, 1, 1), date(2025, 12, 31), 1)],
    )
    low = next(
        row for row in tables.make("qp.volume") if (row["performance_year"], row["npi"]) == (2025, "N1")
    )
    assert (low["patients"], low["services"], low["allowed_charges"]) == (2, 3, 300)

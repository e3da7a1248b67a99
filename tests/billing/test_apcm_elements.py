"""The thirteen elements: what claims show of a practice, and visits in the days after a discharge."""

from __future__ import annotations

from datetime import date
from typing import Any

from tests.billing.apcm_bench import ILLNESSES, JUNE, CareTables, apcm_tables, visit
from tests.measures.bench_tables import Row

OUT = date(2026, 6, 10)


def _elements(tables: CareTables, discharges: list[tuple[int, date]], **said: Any) -> dict[int, Row]:
    tables.rows(
        "billing.discharge",
        {"person_id": "BIGINT", "discharge_date": "DATE"},
        [{"person_id": one, "discharge_date": day} for one, day in discharges],
    )
    tables.rows(
        "measures.emergency_visit", {"person_id": "BIGINT", "visit_date": "DATE", "admitted": "BOOLEAN"}, []
    )
    tables.rows(
        "measures.virtual_visit",
        {"person_id": "BIGINT", "tin": "VARCHAR", "service_line": "VARCHAR", "is_virtual": "BOOLEAN"},
        said.get("visits", []),
    )
    tables.rows("population.need_tier", {"person_id": "BIGINT"}, [{"person_id": 1}])
    tables.rows("attribution.participant", {"tin": "VARCHAR"}, [{"tin": "T1"}] if said.get("aco") else [])
    tables.make("billing.apcm_transition")
    return {row["element"]: row for row in tables.make("billing.apcm_element")}


def test_thirteen_elements_and_what_claims_show() -> None:
    visits = [
        {"person_id": 1, "tin": "T1", "service_line": "wellness_visit", "is_virtual": False},
        {"person_id": 1, "tin": "T1", "service_line": "office_visit", "is_virtual": True},
        {"person_id": 2, "tin": "T9", "service_line": "wellness_visit", "is_virtual": False},
    ]
    tables = apcm_tables({1: ILLNESSES, 2: ()}, focal={2: {"confidence": "low"}})
    found = _elements(tables, [], visits=visits, aco=True)
    assert sorted(found) == list(range(1, 14))
    shares = {element: row["share"] for element, row in found.items()}
    assert {e: s for e, s in shares.items() if s is not None} == {
        2: 1.0,  # both seen by a visit of level 4
        4: 0.5,  # one held with little confidence
        5: 0.5,  # one seen by video
        6: 0.5,  # one wellness visit of the practice's own
        12: 0.5,  # one with a tier of need
        13: 1.0,  # the practice is in an ACO
    }
    assert [e for e, row in found.items() if row["claims_show"] == "no"] == [1, 3, 7, 9, 10, 11]


def test_a_visit_within_seven_days_follows_a_discharge_up() -> None:
    """Discharged on 10 June: 17 June is the seventh day, 18 June too late, the day itself none."""
    lines = [visit(1, date(2026, 6, 17)), visit(2, date(2026, 6, 18)), visit(3, OUT), visit(4, OUT, tin="T9")]
    people = dict.fromkeys((1, 2, 3, 4), ILLNESSES)
    tables = apcm_tables(people, lines=lines, months=(JUNE,))
    found = _elements(tables, [(one, OUT) for one in people])
    assert (found[8]["shown"], found[8]["counted"], found[8]["share"]) == (1, 4, 0.25)
    followed = tables.make("billing.apcm_transition")
    assert [str(row["followed_date"]) for row in followed] == ["2026-06-17", "None", "None", "None"]

"""An account of an ACO sees sums and results of its practices and clinicians, and nothing of others'."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from corridor.engine.runs import Run
from corridor.web.evidence import nobody
from corridor.web.roles import Role
from corridor.web.scope import Scope, condition, of_patients
from corridor.web.viewer import Viewer
from tests.web.conftest import Sign
from tests.web.test_people_in_scope import RUN, write

# A1 has practice T1 whole. D1 is of REACH and has clinician N3 of T3 only. T2 is of A2, T9 of nobody.
# N1 bills under T1 alone, N2 under T1 and T9, N3 and N4 under T3, N5 under T2.
PAIRS = [("T1", "N1"), ("T1", "N2"), ("T9", "N2"), ("T3", "N3"), ("T3", "N4"), ("T2", "N5")]
_ROWS = ", ".join(f"('{tin}', '{npi}')" for tin, npi in PAIRS)
TABLES = {
    "attribution.participant": "select * from (values ('T1', 'A1', 'mssp'), ('T2', 'A2', 'mssp'), "
    "('T3', 'D1', 'reach'), ('T9', null, 'mssp')) as t(tin, aco_id, program)",
    "attribution.reach_participant": "select 'T3' as tin, 'N3' as npi, 'D1' as aco_id, false as is_trial",
    "attribution.person": "select 1 as person_id, 'A1' as aco_id, 'T1' as tin, 'N1' as npi "
    "union all select 2, 'A2', 'T2', 'N5'",
    "asm.roster": f"select * from (values {_ROWS}) as t(tin, npi)",
    "measures.performance": "select * from (values ('tin', 'T1'), ('tin', 'T2'), ('tin', 'T3'), "
    "('npi', 'N1'), ('npi', 'N2'), ('npi', 'N3'), "
    "('npi', 'N5'), ('aco', 'A1'), ('aco', 'A2')) as t(level, entity_id)",
    "qp.person": f"select 7 as person_id, * from (values {_ROWS}) as t(tin, npi)",
    # what an ACO cost in each practice: of another ACO's people, though in a practice of one's own
    "mssp.expenditure": "select * from (values ('A1', 'T1'), ('A2', 'T1')) as t(aco_id, tin)",
    "qp.score": "select * from (values ('individual', 'N1'), ('individual', 'N2'), ('entity', 'A1'), "
    "('entity', 'A2')) as t(level, subject)",
}  # fmt: skip


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("aco") / "data"
    write(made, TABLES)
    return made


def seen(home: Path, scope: Scope, table: str, *columns: str) -> list[tuple[Any, ...]]:
    viewer = Viewer(Run(home, RUN), scope, patients=True)
    rows = viewer.query(f"select {', '.join(columns)} from {table} order by all")
    return [tuple(row.values()) for row in rows]


def test_an_aco_sees_whoever_bills_under_its_practices(home: Path) -> None:
    rows = seen(home, Scope(aco=("A1",)), "asm.roster", "tin", "npi")
    assert rows == [("T1", "N1"), ("T1", "N2")]  # not what N2 does under T9


def test_an_aco_of_reach_sees_its_clinicians_not_their_practice(home: Path) -> None:
    scope = Scope(aco=("D1",))
    assert seen(home, scope, "asm.roster", "tin", "npi") == [("T3", "N3")]
    assert seen(home, scope, "measures.performance", "level", "entity_id") == [("npi", "N3")]


def test_rows_of_a_clinician_who_works_elsewhere_too_stay_shut(home: Path) -> None:
    rows = seen(home, Scope(aco=("A1",)), "measures.performance", "level", "entity_id")
    assert rows == [("aco", "A1"), ("npi", "N1"), ("tin", "T1")]
    assert seen(home, Scope(aco=("A1",)), "qp.score", "level", "subject") == [
        ("entity", "A1"),
        ("individual", "N1"),
    ]


def test_people_and_other_acos_stay_shut(home: Path) -> None:
    """Practices treat people of nobody and of other ACOs: of them an ACO is sent nothing."""
    scope = Scope(aco=("A1",))
    assert seen(home, scope, "qp.person", "person_id") == []
    assert seen(home, scope, "attribution.person", "person_id") == [(1,)]
    assert seen(home, scope, "mssp.expenditure", "aco_id", "tin") == [("A1", "T1")]


@pytest.mark.parametrize("scope", [Scope(aco=("A9",)), Scope(), Scope(npi=("A1",))])
def test_no_aco_of_ones_own_no_row(home: Path, scope: Scope) -> None:
    assert seen(home, scope, "asm.roster", "npi") == []
    assert seen(home, scope, "measures.performance", "level") == []


def test_a_trial_of_reach_is_no_participation(tmp_path: Path) -> None:
    trial = TABLES["attribution.reach_participant"].replace("false", "true")
    write(tmp_path / "data", {**TABLES, "attribution.reach_participant": trial})
    assert seen(tmp_path / "data", Scope(aco=("D1",)), "asm.roster", "npi") == []


def test_a_run_without_lists_keeps_clinicians_shut(tmp_path: Path) -> None:
    write(tmp_path / "data", {"asm.roster": TABLES["asm.roster"]})
    assert seen(tmp_path / "data", Scope(aco=("A1",)), "asm.roster", "npi") == []


def test_the_rule_in_words_of_columns() -> None:
    told = condition("x.y", ["tin", "npi"], episodes=False, lines=False, participants=True)
    assert "scope.practice" in told and "scope.pair" in told and "scope.clinician" not in told
    for closed in (["tin", "claim_id"], ["aco_id", "tin"], ["tin", "npi", "admission_id"]):
        assert "scope.practice" not in condition(
            "x.y", closed, episodes=False, lines=False, participants=True
        )


@pytest.mark.parametrize("column", ["admission_id", "trigger_id", "case_id", "event_id"])
def test_what_is_made_of_the_number_of_a_person_is_of_a_patient(column: str) -> None:
    """A stay of mips.stay_service has no person_id: its number tells the person all the same."""
    assert of_patients("mips.stay_service", ["tin", "npi", column, "visits"]) and not nobody(column)


def test_pages_of_an_aco_show_its_clinicians_and_their_figures(signed: Sign) -> None:
    """The hand-made community: TIN 990000001 takes part in A1, no practice in A2."""
    mine, other = (signed(Role.analyst, scope=Scope(aco=(one,))) for one in ("A1", "A2"))
    assert "1999000000" in mine.get("/clinicians").text and "990000001" in mine.get("/practices").text
    for path in ("/clinicians/1999000000", "/practices/990000001"):
        assert mine.get(path).status_code == 200, path
        assert other.get(path).status_code == 404, path
    assert "1999000000" not in other.get("/clinicians").text
    # what its people's episodes cost is told by sums only: their claims are those of the practice's patients
    assert mine.get("/explain/asm/1999000000/episodes/1").status_code == 404

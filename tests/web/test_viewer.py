"""What a viewer sees of a run: rows in scope, patients only for roles that work with them."""

from __future__ import annotations

from pathlib import Path

import pytest

from corridor.engine.runs import Run
from corridor.errors import CorridorError
from corridor.web.scope import Scope, condition, of_patients
from corridor.web.viewer import Viewer
from tests.web.conftest import RUN

TIN = "990000001"


def viewer(home: Path, scope: Scope, patients: bool = True) -> Viewer:
    return Viewer(Run(home, RUN), scope, patients)


def everybody(home: Path) -> Viewer:
    return viewer(home, Scope(every_row=True))


@pytest.mark.parametrize(
    "sql",
    [
        "select distinct tin from asm.result",
        'select distinct tin from "asm"."result"',
        "with a as (select * from asm.result) select distinct tin from a",
        "select distinct r.tin from asm.result r join asm.roster o on true",
        "select distinct tin from asm . result",
    ],
)
def test_no_way_of_asking_leaves_the_scope(run_home: Path, sql: str) -> None:
    narrow = viewer(run_home, Scope(tin=(TIN,)))
    try:
        found = {row["tin"] for row in narrow.query(sql)}
    except CorridorError as error:  # a spelling it does not foresee has no table at all
        assert error.code == "WEB-OLD-RUN"
        return
    assert found == {TIN}


def test_every_table_is_a_part_of_the_whole(run_home: Path) -> None:
    whole, narrow, none = everybody(run_home), viewer(run_home, Scope(tin=(TIN,))), viewer(run_home, Scope())
    for table in whole.tables():
        count = f"select count(*) as n from {table}"
        all_rows, some, nothing = (one.query(count)[0]["n"] for one in (whole, narrow, none))
        assert 0 <= nothing <= some <= all_rows
        if table not in ("asm.national_cohort",):
            assert nothing == 0, table


def test_scope_by_npi_and_by_aco(run_home: Path) -> None:
    npi = everybody(run_home).query("select npi from asm.result order by npi")[3]["npi"]
    one = viewer(run_home, Scope(npi=(npi,)))
    assert {row["npi"] for row in one.query("select npi from asm.dollars_by_year")} == {npi}
    assert one.sees(npi) and not one.sees("1999000001" if npi != "1999000001" else "1999000002")
    aco = viewer(run_home, Scope(aco=("A1",)))
    assert aco.query("select distinct aco_id from attribution.participant") == [{"aco_id": "A1"}]
    levels = aco.query("select level, entity_id from measures.performance")
    assert sorted(tuple(one.values()) for one in levels) == [
        ("aco", "A1"),
        ("npi", "1999000000"),  # bills under its practice alone
        ("tin", "990000001"),
    ]


def test_claims_of_an_episode_are_seen_whoever_rendered_them(run_home: Path) -> None:
    whole = everybody(run_home)
    narrow = viewer(run_home, Scope(tin=(TIN,)))
    wanted = whole.query(
        "select count(distinct (s.source_id, s.claim_id, s.claim_line_number)) as n "
        "from episodes.chronic_service s join episodes.chronic_attribution a on a.episode_id = s.episode_id "
        "where a.attributed and a.tin = ?",
        [TIN],
    )[0]["n"]
    found = narrow.query("select count(*) as n from claims.service_line")[0]["n"]
    assert 0 < found == wanted < whole.query("select count(*) as n from claims.service_line")[0]["n"]


def test_without_a_role_for_patients_their_tables_are_not_there(run_home: Path) -> None:
    plain = viewer(run_home, Scope(every_row=True), patients=False)
    for table in ("population.need_tier", "claims.service_line", "episodes.chronic_episode"):
        assert not plain.has(table)
        with pytest.raises(CorridorError, match="WEB-OLD-RUN"):
            plain.query(f"select * from {table}")
        with pytest.raises(CorridorError) as caught:
            plain.table(table)
        assert caught.value.code == "WEB-FORBIDDEN"
    assert plain.has("population.pmpm") and plain.has("asm.result")


def test_the_files_of_a_table_are_not_handed_out(run_home: Path) -> None:
    assert everybody(run_home).files("asm.result") == []


def test_entities_are_values_never_sql(run_home: Path) -> None:
    odd = viewer(run_home, Scope(tin=("') or true --",)))
    assert odd.query("select * from asm.result") == []


def test_rooms_of_claim_files_are_about_patients_whatever_their_columns() -> None:
    assert of_patients("cclf.rollup_count", ["n"])
    assert of_patients("anything.new", ["person_id"])
    assert not of_patients("asm.cohort", ["cohort"])


def test_a_table_without_an_entity_is_closed_to_a_limited_account() -> None:
    assert condition("population.pmpm", ["month"], episodes=True, lines=True) == "false"
    assert condition("asm.cohort", ["cohort"], episodes=True, lines=True) == "true"

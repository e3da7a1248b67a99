"""Rows about a person are seen by whoever answers for them, and by nobody else of limited scope."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pytest

from corridor.engine.runs import Run
from corridor.web.scope import Scope, condition, of_one_person
from corridor.web.viewer import Viewer

RUN = "20270401T060000000000-abcdef02"
TABLES: dict[str, str] = {
    # person 1 and 2 of practice T1 in ACO A1, 3 of T2 in A1, 4 of T3 outside; 5 of T1 opted out; 6 of nobody
    "attribution.person": """select * from (values (1, 'A1', 'T1', 'N1'), (2, 'A1', 'T1', 'N2'), (3, 'A1',
    'T2', 'N3'),
        (4, null, 'T3', 'N4'), (5, 'A1', 'T1', 'N1'), (6, null, null, null)) as t(person_id, aco_id, tin,
        npi)""",
    "claims.opt_out": "select 5 as person_id, true as opted_out union all select 2, false",
    "population.need_tier": "select unnest([1, 2, 3, 4, 5, 6]) as person_id, 'high' as tier",
    "measures.admission": "select unnest([1, 3, 4, 6]) as person_id, 'x' as admission_id",
    # services of one practice's clinician for people of others
    "measures.low_value_service": "select unnest([1, 4]) as person_id, 'T9' as tin, 'N9' as npi",
    "claims.service_line": """select * from (values (1, 'c1', 1, 'T9', 'N9'), (4, 'c2', 1, 'T1', 'N1'),
        (4, 'c3', 1, 'T9', 'N9')) as t(person_id, claim_id, claim_line_number, tin, npi)""",
    "measures.impact_match": "select 1 as person_id, 4 as control_person_id",
    "cclf.eligibility": "select 1 as person_id",
    "episodes.chronic_episode": "select 1 as person_id, 'e1' as episode_id",
    "population.pmpm": "select 202701 as month, 900.0 as pmpm",
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("people") / "data"
    write(made, TABLES)
    return made


def write(home: Path, tables: Mapping[str, str], setting: Mapping[str, Any] | None = None) -> None:
    """A complete run on disk whose tables are the rows of these queries."""
    con = duckdb.connect()
    steps = []
    for table, sql in tables.items():
        folder = home / "steps" / table
        folder.mkdir(parents=True)
        con.execute(f"copy ({sql}) to '{folder}/part.parquet' (format parquet)")
        rows = con.execute(f"select count(*) from ({sql})").fetchall()[0][0]
        steps.append({"step": table, "outputs": [f"steps/{table}"], "rows": rows, "digest": table})
    (home / "runs" / RUN).mkdir(parents=True)
    years = {"performance_year": 2027, "payment_year": 2029, "data_year": 2025}
    manifest = {
        "run_id": RUN, "steps": steps, "externals": {}, "setting": {**years, **(setting or {})},
        "settings": {}, "finished": "2027-04-01T06:00:00+00:00",
    }  # fmt: skip
    (home / "runs" / RUN / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    (home / "runs" / "current").write_text(RUN, encoding="utf-8")


def seen(home: Path, scope: Scope, table: str, patients: bool = True) -> list[int]:
    viewer = Viewer(Run(home, RUN), scope, patients)
    rows: Sequence[dict[str, Any]] = viewer.query(f"select person_id from {table} order by person_id")
    return [row["person_id"] for row in rows]


@pytest.mark.parametrize(
    ("scope", "people"),
    [
        (Scope(tin=("T1",)), [1, 2]),  # 5 opted out
        (Scope(npi=("N1",)), [1]),
        (Scope(aco=("A1",)), [1, 2, 3]),
        (Scope(tin=("T3",), npi=("N2",)), [2, 4]),
        (Scope(tin=("nobody",)), []),
        (Scope(), []),
        (Scope(every_row=True), [1, 2, 3, 4, 5, 6]),
    ],
)
def test_people_of_the_scope(home: Path, scope: Scope, people: list[int]) -> None:
    assert seen(home, scope, "population.need_tier") == people


def test_all_care_of_ones_people_and_ones_own_services(home: Path) -> None:
    """T1 answers for person 1 (a line of T9) and rendered one line for person 4; the other line of 4 stays
    shut.
    """
    viewer = Viewer(Run(home, RUN), Scope(tin=("T1",)), patients=True)
    lines = viewer.query("select claim_id from claims.service_line order by claim_id")
    assert [row["claim_id"] for row in lines] == ["c1", "c2"]


@pytest.mark.parametrize("table", ["measures.low_value_service", "measures.impact_match", "cclf.eligibility"])
def test_what_is_of_somebody_else_besides_stays_shut(home: Path, table: str) -> None:
    assert seen(home, Scope(tin=("T1",)), table) == []
    assert seen(home, Scope(every_row=True), table) != []


def test_episodes_follow_their_own_attribution(home: Path) -> None:
    assert seen(home, Scope(tin=("T1",)), "episodes.chronic_episode") == []


def test_no_role_for_patients_no_people(home: Path) -> None:
    viewer = Viewer(Run(home, RUN), Scope(tin=("T1",)), patients=False)
    assert not viewer.has("population.need_tier") and not viewer.has("measures.admission")
    assert viewer.query("select * from population.pmpm") == []  # of everybody: closed


def test_a_run_without_attribution_shows_nobody(tmp_path: Path) -> None:
    write(tmp_path / "data", {"population.need_tier": "select 1 as person_id"})
    assert seen(tmp_path / "data", Scope(tin=("T1",)), "population.need_tier") == []


def test_the_rule_in_words_of_columns() -> None:
    assert of_one_person("population.need_tier", ["person_id", "tier"])
    assert not of_one_person("measures.low_value_service", ["person_id", "tin"])
    assert not of_one_person("measures.performance_roster", ["level", "entity_id", "person_id"])
    assert not of_one_person("attribution.listed_report", ["person_id", "listed_person_id"])
    assert not of_one_person("cclf.eligibility", ["person_id"])
    assert not of_one_person("asm.episode", ["person_id", "episode_id"])
    assert condition("population.need_tier", ["person_id"], episodes=True, lines=True) == "false"

"""Tables laid out for pages: the same rows as those of the run, cut to the same scope."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from corridor.engine.runs import Run
from corridor.explain.asm_claims import LINE_COLUMNS, lines_of
from corridor.web import panel
from corridor.web.pages.explain import LINES
from corridor.web.panel import OF_ONE, Panels
from corridor.web.scope import Scope
from corridor.web.viewer import Viewer
from tests.web.conftest import RUN
from tests.web.test_people_in_scope import RUN as SMALL
from tests.web.test_people_in_scope import write

TIN = "990000001"
EVERY = Scope(every_row=True)
MORE = ", ".join(
    f"cast(null as varchar) as {column}"
    for column in LINE_COLUMNS
    if column not in ("source_id", "claim_id", "claim_line_number", "part", "tin", "npi")
)
# Episode E1 is of N1 of T1 and holds two lines, one billed by T2; E2 is of N2 of T2; E3 is nobody's, and the
# line of claim C4 is in no episode. The claim of another source has the same number.
EPISODES = {
    "episodes.chronic_episode": "select unnest(['E1', 'E2', 'E3']) as episode_id, 1 as person_id",
    "episodes.chronic_attribution": """select * from (values ('E1', 'N1', 'T1', true),
        ('E2', 'N2', 'T2', true), ('E3', 'N1', 'T1', false)) as a (episode_id, npi, tin, attributed)""",
    "episodes.chronic_cost": """select * from (values ('E1', 'T1'), ('E2', 'T2'), ('E3', 'T1'))
        as c (episode_id, tin)""",
    "episodes.chronic_service": """select *, 'B' as part, 'visit' as service_category from (values
        ('E1', 'S', 'C1', 1), ('E1', 'S', 'C2', 1), ('E2', 'S', 'C3', 1), ('E3', 'S', 'C5', 1))
        as s (episode_id, source_id, claim_id, claim_line_number)""",
    "claims.service_line": f"""select *, 'B' as part, {MORE} from (values ('S', 'C1', 1, 'T1', 'N1'),
        ('S', 'C2', 1, 'T2', 'N2'), ('S', 'C3', 1, 'T2', 'N2'), ('S', 'C4', 1, 'T1', 'N1'),
        ('S', 'C5', 1, 'T9', 'N9'), ('other', 'C1', 1, 'T9', 'N9'))
        as l (source_id, claim_id, claim_line_number, tin, npi)""",
}


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every run counts as a large one."""
    monkeypatch.setattr(panel, "LARGE_RUN", 1)


@pytest.fixture
def episodes(tmp_path: Path) -> Run:
    write(tmp_path / "data", EPISODES)
    return Run(tmp_path / "data", SMALL)


@pytest.mark.usefixtures("large")
@pytest.mark.parametrize("scope", [EVERY, Scope(tin=(TIN,)), Scope()])
@pytest.mark.parametrize("patients", [True, False])
def test_what_is_laid_out_is_what_the_run_holds(run_home: Path, scope: Scope, patients: bool) -> None:
    run = Run(run_home, RUN)
    panels = Panels(run)
    plain, quick = Viewer(run, scope, patients), Viewer(run, scope, patients, panels)
    assert plain.tables() == quick.tables()
    for table in plain.tables():
        assert panels.file(table) is not None, table
        every = f"select * from {table} order by all"
        assert quick.query(every) == plain.query(every), table


@pytest.mark.usefixtures("large")
def test_a_table_of_one_is_laid_out_by_whose_a_row_is(run_home: Path) -> None:
    panels = Panels(Run(run_home, RUN))  # its folder goes with it
    file = panels.file("asm.dollars_by_year")
    with duckdb.connect(str(file), read_only=True) as con:
        rows = [row[:2] for row in con.execute("select npi, tin from rows").fetchall()]
    assert OF_ONE["asm.dollars_by_year"] == "npi, tin"
    assert len(set(rows)) > 1 and rows == sorted(rows)


def test_a_small_run_is_read_where_it_lies(run_home: Path) -> None:
    assert Panels(Run(run_home, RUN)).file("asm.result") is None


def test_the_lines_of_an_episode_are_those_of_its_evidence(episodes: Run) -> None:
    viewer = Viewer(episodes, EVERY, True, Panels(episodes))
    for episode in ("E1", "E2"):
        laid = viewer.query(f"select * from {LINES} where episode_id = ? order by claim_id", [episode])
        found = lines_of(viewer, {"episode_id": episode})
        assert found and found == [{column: row[column] for column in found[0]} for row in laid]
    assert viewer.query(f"select 1 from {LINES} where episode_id = 'E3'") == []


def test_lines_of_episodes_are_for_their_scope_and_for_roles_with_patients(episodes: Run) -> None:
    panels = Panels(episodes)

    def claims(scope: Scope) -> list[str]:
        rows = Viewer(episodes, scope, True, panels).query(f"select claim_id from {LINES} order by claim_id")
        return [str(row["claim_id"]) for row in rows]

    assert claims(EVERY) == ["C1", "C2", "C3"]
    assert claims(Scope(tin=("T1",))) == ["C1", "C2"]  # the line another practice billed in its own episode
    assert claims(Scope(npi=("N9",))) == []
    assert not Viewer(episodes, EVERY, False, panels).has(LINES)


def test_no_query_can_name_the_rows_without_their_condition(episodes: Run) -> None:
    narrow = Viewer(episodes, Scope(), True, Panels(episodes))
    assert narrow.has(LINES)
    others = Viewer(episodes, Scope(), True, Panels(episodes))
    assert others.has(LINES)
    names = [
        {str(row["database_name"]) for row in one.query("select database_name from duckdb_databases()")}
        for one in (narrow, others)
    ]
    attached = [{name for name in found if name.startswith("panel_")} for found in names]
    assert all(attached) and not attached[0] & attached[1]  # drawn anew for every viewer

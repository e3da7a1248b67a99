"""Rows kept beside a viewer: the same answers, of the tables of a run only, to nobody of another scope."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from corridor.engine.runs import Run
from corridor.web import rows_kept
from corridor.web.audit import newest
from corridor.web.panel import Panels
from corridor.web.roles import Role
from corridor.web.rows_kept import RowsKept, lasting, tables_of
from corridor.web.scope import Scope
from corridor.web.viewer import Viewer
from corridor.web.workbench import Workbench
from tests.web.conftest import RUN, Sign

RESULT = "asm.result"
BY_NPI = f"select tin, npi from {RESULT} where npi = ?"


@pytest.mark.parametrize(
    ("sql", "tables"),
    [
        (BY_NPI, ["asm.result"]),
        ('select * from "asm"."result" as "r" limit ? offset ?', ["asm.result"]),
        ("with r as (select * from asm.result) select r.npi from r", ["asm.result"]),
        (
            "select (select max(npi) from asm.roster), r.npi from asm.result as r",
            ["asm.result", "asm.roster"],
        ),
        ("describe asm.result", ["asm.result"]),
        ("select cx_days_between(a, b) from asm.result", ["asm.result"]),
        ("select current_date from asm.result", []),
        ("select * from asm.result using sample 3", []),
        ("no query at all", []),
    ],
)
def test_the_tables_of_a_query(sql: str, tables: list[str]) -> None:
    assert list(tables_of(sql)) == tables


def test_only_tables_of_the_run_last() -> None:
    known = {"asm.result"}
    assert lasting(BY_NPI, known)
    assert not lasting("select * from asm.result, desk.item", known)  # what people decide changes
    assert not lasting("select * from scope.tin", known)
    assert not lasting("select 1 as one", known)


def test_a_query_is_asked_once_and_its_rows_are_the_callers_own(
    run_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    viewer = Viewer(Run(run_home, RUN), Scope(every_row=True), True)
    npi = viewer.query(f"select npi from {RESULT} order by npi")[0]["npi"]
    asked: list[str] = []
    ask = Viewer._ask

    def noted(self: Viewer, sql: str, values: list[object]) -> list[dict[str, object]]:
        asked.append(sql)
        return ask(self, sql, values)

    monkeypatch.setattr(Viewer, "_ask", noted)
    first = viewer.query(BY_NPI, [npi])
    first[0]["tin"] = "changed by a page"
    again = viewer.query(BY_NPI, [npi])
    assert again[0]["tin"] != "changed by a page" and asked == [BY_NPI]
    assert viewer.query(BY_NPI, ["another"]) == [] and len(asked) == 2


def test_what_is_kept_is_of_one_scope(run_home: Path) -> None:
    run = Run(run_home, RUN)
    panels = Panels(run)
    count = f"select count(*) as n from {RESULT}"
    whole = Viewer(run, Scope(every_row=True), True, panels)
    nobody = Viewer(run, Scope(), True, panels)
    assert whole.query(count)[0]["n"] > 0 and nobody.query(count)[0]["n"] == 0
    assert whole.query(count)[0]["n"] > 0


def test_a_table_lent_later_is_read_every_time(run_home: Path, tmp_path: Path) -> None:
    viewer = Viewer(Run(run_home, RUN), Scope(every_row=True), True)
    file = tmp_path / "lent.parquet"
    for value in (1, 2):
        duckdb.sql(f"copy (select {value} as n) to '{file}' (format parquet)")
        viewer.lend("work.lent", [file])
        assert viewer.query("select n from work.lent") == [{"n": value}]


def test_the_oldest_goes_first() -> None:
    kept = RowsKept(most=7)  # three of one cell and one for the query itself
    found: list[str] = []

    def find(key: str) -> list[dict[str, object]]:
        found.append(key)
        return [{"key": key}]

    for key in ("a", "b", "c", "a", "d", "a", "b"):
        assert kept.get(key, lambda key=key: find(key)) == [{"key": key}]  # type: ignore[misc]
    assert found == ["a", "b", "c", "d", "b"]


def test_what_is_too_large_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows_kept, "MOST_CELLS_EACH", 2)
    kept, found = RowsKept(), []
    for _ in range(2):
        kept.get("large", lambda: found.append(1) or [{"a": 1, "b": 2}])  # type: ignore[func-returns-value]
    assert len(found) == 2


def test_every_look_at_an_episode_is_in_the_log(bench: Workbench, signed: Sign) -> None:
    person = signed(Role.biller)
    viewer = bench.whole()
    npi = viewer.query("select npi from episodes.chronic_attribution where attributed order by npi")[0]["npi"]
    for _ in range(3):
        assert person.get(f"/clinicians/{npi}").status_code == 200
    told = [row for row in newest(bench.state, 50) if row["subject"] == npi]
    assert len([row for row in told if row["action"] == "clinician_episodes"]) == 3

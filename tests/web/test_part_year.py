"""A year of which some months are loaded: its panel carries the fixed cost of those months, not of twelve."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path

import duckdb
import pytest

from corridor.settings import Settings
from corridor.web.loaded import months_loaded
from corridor.web.roles import Role
from corridor.web.scope import Scope
from corridor.web.state import State
from corridor.web.workbench import Workbench
from tests.web.billing_run import MINE, write_billing_run
from tests.web.conftest import signed_in
from tests.web.scenario_tables import write_scenario_run


def desk(home: Path, *periods: tuple[date, date]) -> Workbench:
    """The run, with these days loaded of one source each."""
    folder = home / "steps" / "claims.period"
    folder.mkdir(parents=True)
    rows = ", ".join(
        f"('S{place}', date '{first}', date '{last}', 1)" for place, (first, last) in enumerate(periods)
    )
    duckdb.sql(
        f"copy (select * from (values {rows}) as given (source_id, first_day, last_day, lines)) "
        f"to '{folder}/part.parquet' (format parquet)"
    )
    run = (home / "runs" / "current").read_text(encoding="utf-8")
    file = home / "runs" / run / "manifest.json"
    manifest = json.loads(file.read_text(encoding="utf-8"))
    manifest["steps"].append(
        {
            "step": "claims.period",
            "outputs": ["steps/claims.period"],
            "rows": len(periods),
            "digest": "period",
        }
    )
    file.write_text(json.dumps(manifest), encoding="utf-8")
    return Workbench(home, Settings(), State(home / "s.sqlite3"), names=frozenset({"testserver"}))


def test_months_of_all_sources_together(tmp_path: Path) -> None:
    write_scenario_run(tmp_path / "data")
    bench = desk(
        tmp_path / "data",
        (date(2025, 11, 1), date(2026, 3, 31)),  # January to March
        (date(2026, 3, 1), date(2026, 5, 31)),  # and to May
        (date(2026, 12, 1), date(2027, 12, 31)),  # and December
    )
    assert [months_loaded(bench, year) for year in (2025, 2026, 2027)] == [2, 6, 12]


def test_a_panel_of_eight_months(tmp_path: Path) -> None:
    """480 months billed at $60 in eight months: 60 patients a month, and eight times the fixed cost."""
    write_scenario_run(tmp_path / "data")
    bench = desk(tmp_path / "data", (date(2026, 1, 1), date(2027, 8, 31)))
    told = (
        signed_in(bench, [Role.analyst], Scope(every_row=True))
        .get("/api/v1/scenarios/evaluate?program=panel")
        .json()
    )
    assert {one["name"]: one["value"] for one in told["inputs"]}["people"] == 60
    left = 60 * (0.8 * 0.98 + 0.2 * 0.75) - (25 / 60 * 36 + 2 / 60 * 140 + 3)
    (margin,) = (row for row in told["rows"] if row["name"] == "Left over in 8 months")
    assert margin["value"] == pytest.approx(480 * left - 8 * 1000)


def test_clinicians_at_the_break_even_panel(tmp_path: Path) -> None:
    """60 months in two months are 30 a month, and 27 carry it; over a year they were 5 a month."""
    write_billing_run(tmp_path / "data")
    bench = desk(tmp_path / "data", (date(2026, 1, 1), date(2026, 2, 28)))
    for scope in (Scope(every_row=True), Scope(tin=(MINE,))):
        person = signed_in(bench, [Role.biller], scope)
        text = re.sub(r"<[^>]+>", " ", person.get("/billing/care-management").text)
        assert "1 of 1" in text and "0 of 1" not in text

"""``corridor load program``, a run, and ``corridor program-effect`` over a synthetic community."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb
import pytest
from typer.testing import CliRunner

from corridor.cli.main import app
from corridor.errors import CorridorError
from corridor.jobs.context import open_context
from corridor.jobs.run import compute
from corridor.settings import Settings
from corridor.synth.community import write_community
from corridor.synth.order import check_order
from tests.sources.rif.running import load

HEADER = "bene_mbi_id,program,enrolled_on,ended_on\n"


def write(folder: Path, text: str) -> Path:
    path = folder / "enrolled.csv"
    path.write_text(HEADER + text)
    return path


def test_a_list_of_enrolled_people_is_loaded(tmp_path: Path) -> None:
    """Four rows: one has no date, one no program; one ends before it begins."""
    from corridor.engine.warehouse import Warehouse
    from corridor.sources.org.load import load as load_list

    path = write(
        tmp_path,
        "1EG4TE5MK73,Heart at home,2025-03-15,\n"
        "1EG4TE5MK74,Heart at home,3/1/2025,1/1/2025\n"
        "1EG4TE5MK75,Heart at home,,\n"
        "1EG4TE5MK76,,2025-03-15,\n",
    )
    warehouse = Warehouse.open(tmp_path / "home")
    summary = load_list([path], warehouse, {"format": "program"})
    (delivery,) = summary.deliveries
    assert (delivery.files[0].rows_kept, delivery.files[0].rows_set_aside) == (2, 2)
    assert any("end before they begin" in text for text in delivery.warnings)
    parts = [str(part) for d in warehouse.deliveries() for part in d.parts("org_raw.program_enrollment")]
    rows = duckdb.sql(
        "select program, cast(enrolled_on as varchar), person_id is not null "
        f"from read_parquet({parts}) order by 2"
    ).fetchall()
    assert rows == [("Heart at home", "2025-03-01", True), ("Heart at home", "2025-03-15", True)]


def community(folder: Path) -> tuple[Path, list[str]]:
    """A small community, loaded; the identifiers of its people."""
    written = folder / "community"
    write_community(check_order(400, 1, "2025-01", 24, "single", written))
    home = folder / "home"
    load("cclf", [written / "cclf"], home)
    identity = [str(path) for path in (home / "deliveries").rglob("identity/*.parquet")]
    people = duckdb.sql(f"select distinct identifier from read_parquet({identity}, union_by_name = true)")
    return home, sorted(str(row[0]) for row in people.fetchall() if row[0])


def test_small_numbers_are_withheld() -> None:
    """9 of 12 matched: nothing is shown. 4 of 60 without a control: the effect is, the 4 are not."""
    from corridor.cli.program_effect import _withhold

    def row(program: str, enrolled: int, matched: int, small: bool) -> dict[str, Any]:
        counts = {"enrolled": enrolled, "matched": matched, "unmatched": enrolled - matched}
        return {"program": program, **counts, "effect": 3.5, "small_cell": small}

    rows = [row("few", 12, 9, True), row("some", 60, 56, False), row("all", 60, 60, False)]
    balance = [{"program": name, "difference_after": 0.2, "balanced": False} for name in ("few", "some")]
    unmatched = [{"program": "few", "people": 3}, {"program": "some", "people": 4}]
    _withhold(rows, balance, unmatched, 11)
    assert [one["effect"] for one in rows] == [None, 3.5, 3.5]
    assert [(one["enrolled"], one["matched"], one["unmatched"]) for one in rows] == [
        (12, None, None),
        (60, None, None),
        (60, 60, 0),
    ]
    assert [one["difference_after"] for one in balance] == [None, 0.2]
    assert all(one["people"] is None and one["small_cell"] for one in unmatched)


@pytest.mark.heavy
def test_the_command_over_a_community(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home, people = community(tmp_path)
    monkeypatch.setenv("CORRIDOR_HOME", str(home))
    targets = ["measures.impact_effect"]

    def run() -> None:
        compute(open_context(home=home, settings=Settings()), only=targets)

    run()
    with pytest.raises(CorridorError, match="PROGRAM-NOBODY-ENROLLED"):
        CliRunner().invoke(app, ["program-effect"], catch_exceptions=False)
    rows = (f"{person},Care at home,2026-{1 + at % 3:02}-10,\n" for at, person in enumerate(people[:60]))
    listed = "".join(rows)
    load("org", [write(tmp_path, listed)], home, {"format": "program"})
    run()
    shown = CliRunner().invoke(app, ["program-effect", "--json"], catch_exceptions=False)
    found = json.loads(shown.output)
    assert [row["outcome"] for row in found["rows"]] == [
        "expenditure",
        "admissions",
        "emergency_visits",
        "mortality",
    ]
    first = found["rows"][0]
    assert first["enrolled"] == 60
    if any(row["small_cell"] for row in found["unmatched"]):  # the rest would tell the small number
        assert first["matched"] is None and first["unmatched"] is None
    else:
        assert first["matched"] + first["unmatched"] == 60
    assert not first["withheld"]
    for row in found["rows"]:
        assert not row["withheld"] or row["effect"] is row["enrolled_after"] is row["interval_low"] is None
    assert first["interval_low"] < first["effect"] < first["interval_high"]
    assert {row["covariate"] for row in found["balance"]} >= {"age", "expenditure_before"}
    assert found["assumptions"]
    for person in people[:60]:
        assert person not in shown.output
    text = CliRunner().invoke(app, ["program-effect", "Care at home"], catch_exceptions=False).output
    assert text.startswith("Care at home: 60 enrolled\n")
    assert "dollars per member month" in text
    with pytest.raises(CorridorError, match="PROGRAM-UNKNOWN"):
        CliRunner().invoke(app, ["program-effect", "Other"], catch_exceptions=False)
    # another year: the tables of the run before are not carried on
    compute(open_context(home=home, settings=Settings(), year=2028), only=["population.month"])
    with pytest.raises(CorridorError, match="PROGRAM-EFFECT-NOT-RUN"):
        CliRunner().invoke(app, ["program-effect"], catch_exceptions=False)

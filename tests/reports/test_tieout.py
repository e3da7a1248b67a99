"""Tie-out: rows balance, control totals, small cells, months, and the capability of every source."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from corridor.cli.tieout import app
from corridor.errors import CorridorError
from corridor.reports import read_tieout
from corridor.reports.capability import capability, lacks, matrix
from corridor.reports.html import tieout_html
from corridor.reports.tieout import completeness, withheld_cells
from corridor.reports.tieout_text import tieout_text
from corridor.reports.views.loads import lead_of
from tests.reports.community import FakeRun
from tests.reports.deliveries import PAID, load_deliveries


def test_rows_in_are_rows_kept_and_set_aside(home: Path, run: FakeRun) -> None:
    found = read_tieout(home, run)
    cclf, quality = found.deliveries
    assert (cclf["rows_in"], cclf["rows_kept"], cclf["rows_aside"]) == (1120, 1117, 3)
    assert (quality["rows_in"], quality["rows_kept"], quality["rows_aside"]) == (1, 1, 0)
    assert cclf["balances"] and quality["balances"]
    assert lead_of(found).startswith("2 deliveries brought 1,121 rows: 1,118 kept, 3 set aside.")
    assert [row["rows"] for row in found.asides] == [2, 1]
    assert found.asides[0]["first_line"] == 17


def test_files_stand_against_cclf0(home: Path) -> None:
    by_kind = {row["kind"]: row for row in read_tieout(home).files}
    assert by_kind["cclf5"]["stated"] == 1000 and by_kind["cclf5"]["agrees"] is True
    assert by_kind["quality"]["agrees"] is None
    assert by_kind["cclf1"]["dollars"] == pytest.approx(PAID["60"])


def test_a_load_that_does_not_add_up_is_said_first(tmp_path: Path) -> None:
    load_deliveries(tmp_path / "home", tmp_path / "in", agrees=False)
    found = read_tieout(tmp_path / "home")
    # 1,000 read, 990 kept, 3 set aside: 7 are missing
    assert found.unmatched()[0]["file"] == "CCLF5.txt" and not found.deliveries[0]["balances"]
    assert "do not add up" in lead_of(found) and "1 file disagrees" in lead_of(found)


def test_dollars_of_files_and_claims_stand_side_by_side(home: Path, run: FakeRun) -> None:
    rows = {row["claim_type"]: row for row in read_tieout(home, run).dollars}
    assert rows["Inpatient"]["in_files"] == pytest.approx(2_500_000.25)
    both = rows["Professional"]
    assert both["difference"] == pytest.approx(both["in_claims"] - 1_000_000.0)
    assert rows["Drugs (Part D)"]["in_files"] is None


def test_a_small_cell_is_withheld_with_the_next_smallest() -> None:
    people = {("Stays", 202601): 40, ("Stays", 202602): 5, ("Stays", 202603): 12, ("Visits", 202601): 100}
    assert withheld_cells(people) == {("Stays", 202602), ("Stays", 202603)}
    assert withheld_cells({("Stays", 202601): 5, ("Stays", 202602): 6, ("Stays", 202603): 90}) == {
        ("Stays", 202601),
        ("Stays", 202602),
    }


def test_withheld_months_carry_no_number(home: Path, run: FakeRun) -> None:
    small = [row for row in read_tieout(home, run).months if row["suppressed"]]
    assert small and all(row[name] is None for row in small for name in ("lines", "claims", "paid"))


def test_months_are_complete_thin_or_still_filling() -> None:
    months = [
        {"service_month": 202601 + n, "lines": lines} for n, lines in enumerate((100, 100, 60, 100, 90, 30))
    ]
    # newest file March 2026 would leave none of these; June 2026: April, May and June are still filling
    standing = {row["service_month"]: row["standing"] for row in completeness(months, 202606)}
    assert standing == {
        202601: "complete",
        202602: "complete",
        202603: "thin",
        202604: "still filling",
        202605: "still filling",
        202606: "still filling",
    }
    # median of 30, 60, 90, 100, 100, 100 is 95: 60 is 63% of it
    assert completeness(months, 0)[2]["share_of_median"] == pytest.approx(60 / 95)


def test_every_source_answers_for_every_result() -> None:
    known = capability()
    results = {result["id"] for result in known["results"]}
    claims = {"cclf", "rif", "synpuf", "tuva", "fhir", "x12"}
    assert set(known["sources"]) == claims | {"org", "quality-results"}
    for name, source in known["sources"].items():
        assert set(source["carries"]) == results, name
        for row in source["carries"].values():
            assert row["answer"] in ("yes", "partly", "no") and row["why"].endswith(".")
        assert all(set(lack) == {"what", "why", "effect"} for lack in source["lacks"])
    assert len(matrix(["cclf", "roster", "quality"])) == 2 * len(results)
    assert any("Substance-use" in row["what"] for row in lacks(["cclf"]))
    assert {row["answer"] for row in matrix(["unheard"])} == {"unknown"}


def test_the_command_prints_a_page(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CORRIDOR_HOME", str(home))
    result = CliRunner().invoke(app, ["--html", str(tmp_path / "tieout.html")])
    assert result.exit_code == 0, result.output
    assert result.output == tieout_text(read_tieout(home)) + f"\nPage: {tmp_path / 'tieout.html'}\n"
    assert max(map(len, tieout_text(read_tieout(home)).splitlines())) <= 100
    page = (tmp_path / "tieout.html").read_text(encoding="utf-8")
    assert page == tieout_html(read_tieout(home)) and not re.search(r"https?:", page)


def test_the_command_prints_one_json_object(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CORRIDOR_HOME", str(home))
    found = json.loads(CliRunner().invoke(app, ["--json"]).output)
    assert found["rows"][0]["rows_in"] == 1120 and found["has_run"] is False
    assert found["capability"] and found["lacks_by_design"]


def test_an_empty_warehouse_says_what_to_load(warehouse_home: Path) -> None:
    result = CliRunner().invoke(app, [])
    assert result.exit_code == 0 and "corridor load cclf DIR" in result.output


def test_a_page_that_cannot_be_written_is_named(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CORRIDOR_HOME", str(home))
    result = CliRunner().invoke(app, ["--html", str(tmp_path / "absent" / "tieout.html")])
    assert isinstance(result.exception, CorridorError) and result.exception.code == "TIEOUT-FILE"

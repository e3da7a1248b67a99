"""The main job from end to end on a small community, and what its commands answer when misused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from corridor.cli.main import app
from corridor.engine.runs import Run, open_run
from corridor.errors import CorridorError
from corridor.explain.asm_claims import episode_claims
from corridor.explain.evidence import open_row, path_to_claims
from corridor.jobs import context as context_module
from corridor.jobs.context import open_context
from corridor.jobs.demo import run_demo
from corridor.jobs.load import load
from corridor.jobs.run import Outcome, compute
from corridor.settings import Settings
from tests.engine import community as toy

PEOPLE = 800


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo") / "here"


@pytest.fixture(scope="module")
def demo(folder: Path) -> Outcome:
    return run_demo(folder, PEOPLE, 1)


@pytest.fixture(scope="module")
def run(demo: Outcome) -> Run:
    return demo.run


def test_the_demo_ends_in_a_report(demo: Outcome) -> None:
    assert demo.files.html.is_file()
    assert demo.files.xlsx.is_file()
    summary = demo.summary()
    assert "Ambulatory Specialty Model" in summary
    assert str(demo.files.html) in summary


def test_a_second_demo_makes_nothing_again(demo: Outcome, folder: Path) -> None:
    seen: list[tuple[str, str]] = []
    again = run_demo(folder, PEOPLE, 1, lambda what, place, total, how: seen.append((what, how)))
    steps = [(what, how) for what, how in seen if "." in what and not what.startswith("P.")]
    assert steps
    assert [pair for pair in steps if pair[1] != "reused"] == []
    first = [(e["step"], e["digest"]) for e in demo.run.manifest["steps"]]
    assert first == [(e["step"], e["digest"]) for e in again.run.manifest["steps"]]


# The form of an MBI; those of the community have S in second place.
MBI = "[1-9]S[A-Z0-9]{2}[A-Z][A-Z0-9]{2}[A-Z]{2}[0-9]{2}"
IDENTIFYING = {"bene_mbi_id", "mbi", "hicn", "bene_1st_name", "bene_last_name", "bene_line_1_adr"}


def test_no_table_of_the_run_holds_an_identifier(run: Run) -> None:
    for entry in run.manifest["steps"]:
        schema, table = entry["step"].split(".")
        columns = run.query(f'describe select * from "{schema}"."{table}"')
        assert not IDENTIFYING & {column["column_name"] for column in columns}
        texts = [column["column_name"] for column in columns if column["column_type"] == "VARCHAR"]
        if texts:
            test = " or ".join(f"regexp_full_match(\"{column}\", '{MBI}')" for column in texts)
            assert not run.query(f'select 1 as found from "{schema}"."{table}" where {test} limit 1'), entry


def test_every_episode_cost_is_the_sum_of_its_claim_lines(run: Run) -> None:
    rows = run.query(
        """
        select cost.episode_id, cost.assigned_cost, cost.observed_cost, cost.episode_days,
               sum(line.standardized_amount) as line_total
        from episodes.chronic_cost as cost
        join episodes.chronic_service as service on service.episode_id = cost.episode_id
        join claims.service_line as line
          on line.source_id = service.source_id and line.claim_id = service.claim_id
          and line.claim_line_number = service.claim_line_number and line.part = service.part
        group by all
        """
    )
    assert len(rows) > 100
    for row in rows:
        assert row["line_total"] == row["assigned_cost"]
        yearly = float(row["assigned_cost"]) * 365 / row["episode_days"]
        assert abs(yearly - float(row["observed_cost"])) < 0.005


def test_explain_reaches_the_claim_lines_of_an_episode(run: Run) -> None:
    npi = run.query("select npi from episodes.chronic_attribution where attributed order by npi")[0]["npi"]
    opened = episode_claims(run, npi, None, 365)
    assert opened.lines
    assert opened.adds_up
    assert "lines sum to" in opened.text()
    assert not {"person_id"} & set(opened.lines[0])


def test_an_episode_that_is_not_there(run: Run) -> None:
    with pytest.raises(CorridorError) as caught:
        episode_claims(run, "0000000000", None, 365)
    assert caught.value.code == "EXPLAIN-NO-EPISODE"


@pytest.mark.parametrize("table", ["asm.result", "measures.asm_cost", "episodes.chronic_cost", "asm.lever"])
def test_every_result_has_a_way_down_to_claims(table: str) -> None:
    assert path_to_claims(table)[-1] in ("claims.service_line", "claims.medical_claim")


def test_evidence_names_a_column_the_row_lacks(run: Run) -> None:
    with pytest.raises(CorridorError) as caught:
        open_row(run, "episodes.chronic_cost", {})
    assert caught.value.code == "EVIDENCE-COLUMN"


def test_another_community_does_not_take_the_folder(demo: Outcome, folder: Path) -> None:
    with pytest.raises(CorridorError) as caught:
        run_demo(folder, PEOPLE, 2)
    assert caught.value.code == "DEMO-OTHER-COMMUNITY"


def test_a_folder_with_other_files_is_not_touched(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(CorridorError) as caught:
        run_demo(tmp_path, PEOPLE, 1)
    assert caught.value.code == "DEMO-FOLDER-TAKEN"
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_a_run_over_nothing_says_what_to_load(tmp_path: Path) -> None:
    with pytest.raises(CorridorError) as caught:
        compute(open_context(home=tmp_path / "home", settings=Settings()))
    assert caught.value.code == "NOTHING-LOADED"


def test_a_program_without_a_first_year_asks_for_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(context_module.Rules, "first_year", lambda self, program: None)
    with pytest.raises(CorridorError) as caught:
        open_context(home=tmp_path / "home", settings=Settings())
    assert caught.value.code == "RUN-YEAR"


def test_unknown_formats_and_missing_files(tmp_path: Path) -> None:
    from corridor.engine.warehouse import Warehouse

    warehouse = Warehouse.open(tmp_path / "home")
    with pytest.raises(CorridorError) as caught:
        load("cclff", [tmp_path], warehouse)
    assert caught.value.code == "LOAD-FORMAT"
    with pytest.raises(CorridorError) as caught:
        load("cclf", [tmp_path / "nothing"], warehouse)
    assert caught.value.code == "LOAD-NO-SUCH-FILE"


def test_run_as_a_command_prints_one_json_object(
    demo: Outcome, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CORRIDOR_HOME", str(folder / "data"))
    done = CliRunner().invoke(app, ["run", "--no-report", "--json"], catch_exceptions=False)
    answer: dict[str, Any] = json.loads(done.stdout)
    assert answer["program"] == "asm"
    assert answer["year"] == 2027
    assert {row["step"] for row in answer["rows"]} >= {"claims.medical_claim", "asm.result"}
    assert all(a["status"] not in ("codified", "official") for a in answer["assumptions"])
    assert open_run(folder / "data").run_id == answer["run_id"]


def test_toy_catalogue_has_no_evidence_for_a_leaf(tmp_path: Path) -> None:
    from corridor.engine.warehouse import Warehouse

    warehouse = Warehouse.open(tmp_path / "home")
    toy.deliver(warehouse, tmp_path / "a", [("c1", "m1", 10.0, 202701)])
    toy.runner(warehouse).run()
    assert open_row(open_run(warehouse.home), "toy.line", {"claim_id": "c1"}, toy.catalogue()) is None


def test_load_without_a_format_takes_the_sources_of_the_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CORRIDOR_HOME", str(tmp_path / "home"))
    (tmp_path / "corridor.toml").write_text('[[sources]]\nformat = "roster"\npaths = ["roster.csv"]\n')
    (tmp_path / "roster.csv").write_text("npi,tin,specialty_code\n9000000015,000000001,06\n")
    arguments = ["load", "--config", str(tmp_path / "corridor.toml"), "--json"]
    answer = json.loads(CliRunner().invoke(app, arguments, catch_exceptions=False).stdout)
    assert [(row["rows_in"], row["rows_kept"]) for row in answer["rows"]] == [(1, 1)]
    (tmp_path / "corridor.toml").write_text("")
    with pytest.raises(CorridorError) as caught:
        CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert caught.value.code == "LOAD-NOTHING-NAMED"

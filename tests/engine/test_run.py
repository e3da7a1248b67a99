"""Runs: complete or not there, incremental, resumable, the same whatever the threads."""

from __future__ import annotations

import multiprocessing
import os
import signal
from pathlib import Path

import pytest

from corridor.engine.files import InputFile
from corridor.engine.run import _batches
from corridor.engine.runs import open_run
from corridor.engine.tables import Part, Table
from corridor.engine.warehouse import Warehouse
from corridor.errors import CorridorError
from tests.engine import community
from tests.engine.community import LINE, SPEND, deliver, runner

JANUARY = [("c1", "m1", 10.00, 202701), ("c2", "m2", 5.25, 202701)]
FEBRUARY = [("c3", "m1", 1.50, 202702)]


def spend(home: Path) -> dict[int, str]:
    rows = open_run(home).query("select person_id, paid from toy.spend")
    return {row["person_id"]: str(row["paid"]) for row in rows}


def test_a_run_leaves_tables_and_a_manifest(tmp_path: Path) -> None:
    warehouse = Warehouse.open(tmp_path / "home")
    deliver(warehouse, tmp_path / "a", JANUARY)
    run_id = runner(warehouse).run()
    run = open_run(tmp_path / "home")
    assert run.run_id == run_id
    assert spend(tmp_path / "home") == {1: "10.00", 2: "5.25"}
    assert [(e["step"], e["rows"]) for e in run.manifest["steps"]] == [("toy.line", 2), ("toy.spend", 2)]
    assert run.manifest["deliveries"][0]["tables"] == {"toy_raw.line": 2}


def test_a_second_run_makes_nothing_again(tmp_path: Path) -> None:
    warehouse = Warehouse.open(tmp_path / "home")
    deliver(warehouse, tmp_path / "a", JANUARY)
    runner(warehouse).run()
    log: list[tuple[str, str]] = []
    runner(warehouse, log=log).run()
    assert log == [("toy.line", "reused"), ("toy.spend", "reused")]


def test_a_new_month_rebuilds_only_that_month(tmp_path: Path) -> None:
    warehouse = Warehouse.open(tmp_path / "home")
    deliver(warehouse, tmp_path / "a", JANUARY)
    runner(warehouse).run()
    deliver(warehouse, tmp_path / "b", FEBRUARY)
    log: list[tuple[str, str]] = []
    runner(warehouse, log=log).run()
    assert log == [("toy.line", "1 of 2 months"), ("toy.spend", "running")]
    assert spend(tmp_path / "home") == {1: "11.50", 2: "5.25"}


def test_a_changed_step_is_made_again_but_not_what_it_leaves_unchanged(tmp_path: Path) -> None:
    warehouse = Warehouse.open(tmp_path / "home")
    deliver(warehouse, tmp_path / "a", JANUARY)
    runner(warehouse).run()
    log: list[tuple[str, str]] = []
    runner(warehouse, LINE + "\n-- said otherwise", SPEND, log=log).run()
    assert log == [("toy.line", "1 of 1 months"), ("toy.spend", "reused")]


def test_a_month_that_one_of_two_tables_lacks(tmp_path: Path) -> None:
    """The other step has no row in the new month: it is empty there, with its columns."""
    some = LINE.replace("toy.line", "toy.some").rstrip() + "\nwhere l.service_month = 202701\n"
    both = """-- step:      toy.both
-- makes:     one row per claim
-- key:       claim_id
-- reads:     toy.line, toy.some
-- cites:     Corridor
-- evidence:  none
-- partition: service_month
select one.claim_id, other.claim_id as other_id, one.service_month
from toy.line as one
left join toy.some as other on other.claim_id = one.claim_id
"""
    warehouse = Warehouse.open(tmp_path / "home")
    deliver(warehouse, tmp_path / "a", JANUARY)
    runner(warehouse, LINE, some, both).run()
    deliver(warehouse, tmp_path / "b", FEBRUARY)
    runner(warehouse, LINE, some, both).run()
    rows = open_run(warehouse.home).query("select claim_id, other_id from toy.both order by 1")
    assert [(row["claim_id"], row["other_id"]) for row in rows] == [("c1", "c1"), ("c2", "c2"), ("c3", None)]


def test_people_merged_later_become_one(tmp_path: Path) -> None:
    warehouse = Warehouse.open(tmp_path / "home")
    deliver(warehouse, tmp_path / "a", JANUARY)
    deliver(warehouse, tmp_path / "b", FEBRUARY, links=[("m2", "m9"), ("m9", "m1")])
    runner(warehouse).run()
    assert spend(tmp_path / "home") == {1: "16.75"}  # 10.00 + 5.25 + 1.50


def test_threads_do_not_change_a_digest(tmp_path: Path) -> None:
    digests = []
    rows = [(f"c{i}", f"m{i % 97}", i / 100, 202701 + i % 12) for i in range(5000)]
    for threads in (1, 2):
        warehouse = Warehouse.open(tmp_path / f"home{threads}")
        deliver(warehouse, tmp_path / "a", rows)
        runner(warehouse, threads=threads).run()
        run = open_run(warehouse.home)
        digests.append([(e["step"], e["rows"], e["digest"]) for e in run.manifest["steps"]])
    assert digests[0] == digests[1]


def test_months_taken_apart_change_no_digest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Four months of one row each: two rows at once are two batches, and the tables are the same."""
    digests = []
    for rows in (1_000, 2):
        monkeypatch.setattr("corridor.engine.run.BATCH_ROWS", rows)
        warehouse = Warehouse.open(tmp_path / str(rows))
        lines = [(f"c{month}", "m1", 10.00, 202700 + month) for month in range(1, 5)]
        deliver(warehouse, tmp_path / "a", lines)
        runner(warehouse).run()
        digests.append({e["step"]: e["digest"] for e in open_run(warehouse.home).manifest["steps"]})
    assert digests[0] == digests[1]


def test_batches_hold_as_many_months_as_fit() -> None:
    months = {month: Part((), "", rows) for month, rows in ((1, 10), (2, 10), (3, 25), (4, 5), (5, 5))}
    table = Table("toy.line", None, Part((), "", 55), months, partitioned=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("corridor.engine.run.BATCH_ROWS", 20)
        assert _batches([table], [1, 2, 3, 4, 5]) == [[1, 2], [3], [4, 5]]


def test_a_failed_run_leaves_the_last_complete_one(tmp_path: Path) -> None:
    warehouse = Warehouse.open(tmp_path / "home")
    deliver(warehouse, tmp_path / "a", JANUARY)
    first = runner(warehouse).run()
    deliver(warehouse, tmp_path / "b", FEBRUARY)
    with pytest.raises(CorridorError) as caught:
        runner(warehouse, LINE, SPEND.replace("sum(paid)", "sum(no_such_column)")).run()
    assert caught.value.code == "STEP-FAILED"
    assert open_run(warehouse.home).run_id == first
    assert spend(warehouse.home) == {1: "10.00", 2: "5.25"}


def _run_and_die(home: Path) -> None:
    def die(step: str, place: int, total: int, what: str) -> None:
        if step == "toy.spend":
            os.kill(os.getpid(), signal.SIGKILL)

    made = runner(Warehouse.open(home))
    made.progress = die
    made.run()


def test_a_killed_run_is_resumed(tmp_path: Path) -> None:
    warehouse = Warehouse.open(tmp_path / "home")
    deliver(warehouse, tmp_path / "a", JANUARY)
    first = runner(warehouse).run()
    deliver(warehouse, tmp_path / "b", FEBRUARY)
    process = multiprocessing.get_context("fork").Process(target=_run_and_die, args=(warehouse.home,))
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    assert open_run(warehouse.home).run_id == first
    log: list[tuple[str, str]] = []
    runner(warehouse, log=log).run()
    assert log == [("toy.line", "reused"), ("toy.spend", "running")]  # the month was made before the end
    assert spend(warehouse.home) == {1: "11.50", 2: "5.25"}


def test_rows_that_share_a_key_stop_the_run(tmp_path: Path) -> None:
    warehouse = Warehouse.open(tmp_path / "home")
    deliver(warehouse, tmp_path / "a", [*JANUARY, ("c1", "m2", 1.0, 202701)])
    with pytest.raises(CorridorError) as caught:
        runner(warehouse).run()
    assert caught.value.code == "STEP-KEY"


def test_a_step_sees_only_what_it_reads(tmp_path: Path) -> None:
    warehouse = Warehouse.open(tmp_path / "home")
    deliver(warehouse, tmp_path / "a", JANUARY)
    hidden = SPEND.replace("reads:     toy.line", "reads:     run.setting")
    with pytest.raises(CorridorError) as caught:
        runner(warehouse, LINE, hidden).run()
    assert caught.value.code == "STEP-FAILED"


def test_an_unknown_read_is_named(tmp_path: Path) -> None:
    warehouse = Warehouse.open(tmp_path / "home")
    with pytest.raises(CorridorError) as caught:
        runner(warehouse, SPEND.replace("toy.line", "toy.lines")).run()
    assert caught.value.code == "STEP-READS"
    assert "toy.lines" in caught.value.what


def test_steps_in_a_circle_are_refused(tmp_path: Path) -> None:
    one = SPEND.replace("toy.spend", "toy.one").replace("toy.line", "toy.two")
    two = SPEND.replace("toy.spend", "toy.two").replace("toy.line", "toy.one")
    with pytest.raises(CorridorError) as caught:
        runner(Warehouse.open(tmp_path), one, two).run()
    assert caught.value.code == "STEP-CYCLE"


def test_a_partitioned_step_may_not_invent_months(tmp_path: Path) -> None:
    warehouse = Warehouse.open(tmp_path / "home")
    deliver(warehouse, tmp_path / "a", JANUARY)
    with pytest.raises(CorridorError) as caught:
        runner(
            warehouse, LINE.replace("l.service_month\n", "l.service_month + 1 as service_month\n"), SPEND
        ).run()
    assert caught.value.code == "STEP-PARTITION"


def test_without_data_every_table_is_empty(tmp_path: Path) -> None:
    warehouse = Warehouse.open(tmp_path / "home")
    runner(warehouse).run()
    assert spend(warehouse.home) == {}


def test_no_run_yet_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(CorridorError) as caught:
        open_run(tmp_path / "nothing")
    assert caught.value.code == "NO-RUN"
    assert "corridor run" in caught.value.todo


def test_old_runs_are_swept_but_the_last_two_stay_readable(tmp_path: Path) -> None:
    warehouse = Warehouse.open(tmp_path / "home")
    rows = list(JANUARY)
    for number in range(4):
        deliver(warehouse, tmp_path / f"f{number}", [(f"x{number}", "m1", 1.0, 202703)])
        runner(warehouse).run()
    runs = sorted(path.parent.name for path in (warehouse.home / "runs").glob("*/manifest.json"))
    assert len(runs) == 2
    assert spend(warehouse.home) == {1: "4.00"}
    assert len(list((warehouse.home / "steps" / "toy.spend").iterdir())) == 2
    assert rows


def test_runs_of_some_steps_leave_the_others_outputs(tmp_path: Path) -> None:
    warehouse = Warehouse.open(tmp_path / "home")
    deliver(warehouse, tmp_path / "a", JANUARY)
    runner(warehouse).run()
    for _ in range(4):
        runner(warehouse).run(["toy.line"])
    log: list[tuple[str, str]] = []
    runner(warehouse, log=log).run()
    assert log == [("toy.line", "reused"), ("toy.spend", "reused")]


def test_a_run_of_some_steps_carries_the_others_until_something_changes(tmp_path: Path) -> None:
    warehouse = Warehouse.open(tmp_path / "home")
    deliver(warehouse, tmp_path / "a", JANUARY)
    runner(warehouse).run()
    runner(warehouse).run(["toy.line"])
    run = open_run(tmp_path / "home")
    assert {e["step"]: e.get("carried", False) for e in run.manifest["steps"]} == {
        "toy.line": False,
        "toy.spend": True,
    }
    assert spend(tmp_path / "home") == {1: "10.00", 2: "5.25"}
    deliver(warehouse, tmp_path / "b", FEBRUARY)  # toy.spend would now be another
    runner(warehouse).run(["toy.line"])
    assert not open_run(tmp_path / "home").has("toy.spend")


def test_a_step_cannot_read_identifiers() -> None:
    for table in community.catalogue().raw_tables.values():
        assert not {"identifier", "bene_mbi_id", "mbi"} & set(table)


def test_warehouse_busy(tmp_path: Path) -> None:
    warehouse = Warehouse.open(tmp_path / "home")
    (tmp_path / "a").write_text("a")
    (tmp_path / "b").write_text("b")
    first = warehouse.begin_delivery("toy", "S", [InputFile.of(tmp_path / "a", "line")])
    second = warehouse.begin_delivery("toy", "S", [InputFile.of(tmp_path / "b", "line")])
    with first, pytest.raises(CorridorError) as caught, second:
        pass
    assert caught.value.code == "WAREHOUSE-BUSY"

"""Months that are passed on, taken alone, or taken together: the same rows and digests every way."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from corridor.engine.passing import union_of
from corridor.engine.run import _batches
from corridor.engine.runs import open_run
from corridor.engine.tables import Part, Table
from corridor.engine.warehouse import Warehouse
from corridor.errors import CorridorError
from tests.engine.community import LINE, deliver, runner

ROWS = [("c1", "m1", 10.00, 202701), ("c2", "m2", 5.25, 202701), ("c3", "m1", 1.50, 202702)]
COLUMNS = "claim_id, person_id, paid, service_month"
OTHER = LINE.replace("toy.line", "toy.other").rstrip() + "\nwhere l.service_month < 202701\n"
UNION = f"""-- step:      toy.both
-- makes:     one row per claim
-- key:       claim_id
-- reads:     toy.line, toy.other
-- cites:     Corridor
-- evidence:  none
-- partition: service_month
select {COLUMNS} from toy.line
union all
-- the second source
select {COLUMNS} from toy.other
"""


def files(home: Path, table: str) -> list[tuple[int, int]]:
    return sorted((path.stat().st_ino, path.stat().st_size) for path in open_run(home).files(table))


def test_what_is_a_union_and_nothing_else() -> None:
    assert union_of("select a, b\nfrom x.y\nunion all select a, b from z.y") == (("a", "b"), ("x.y", "z.y"))
    assert union_of("select a, b from x.y") is None
    assert union_of("select a, b from x.y union all select b, a from z.y") is None
    assert union_of("select a, b from x.y union all select a, b from z.y where a > 0") is None
    assert union_of("select a, 1 as b from x.y union all select a, b from z.y") is None
    assert union_of("select a, b from x.y union all select a, b from x.y") is None  # rows twice
    assert union_of("with t as (select a from x.y) select a from t union all select a from x.y") is None


def test_months_of_one_source_are_its_files(tmp_path: Path) -> None:
    warehouse = Warehouse.open(tmp_path / "home")
    deliver(warehouse, tmp_path / "a", ROWS)
    runner(warehouse, LINE, OTHER, UNION).run()
    home = tmp_path / "home"
    assert files(home, "toy.both") == files(home, "toy.line")
    assert open_run(home).query("select claim_id from toy.both order by 1") == [
        {"claim_id": "c1"},
        {"claim_id": "c2"},
        {"claim_id": "c3"},
    ]
    # the next run sweeps what it does not need, and what is passed on stays readable
    deliver(warehouse, tmp_path / "b", [("c4", "m3", 1.0, 202703)])
    log: list[tuple[str, str]] = []
    runner(warehouse, LINE, OTHER, UNION, log=log).run()
    assert ("toy.both", "1 of 3 months") in log
    assert len(open_run(home).query("select * from toy.both")) == 4


def test_a_month_of_two_sources_is_written(tmp_path: Path) -> None:
    warehouse = Warehouse.open(tmp_path / "home")
    deliver(warehouse, tmp_path / "a", ROWS)
    other = LINE.replace("toy.line", "toy.other").replace(
        "select l.claim_id", "select l.claim_id || 'b' as claim_id"
    )
    runner(warehouse, LINE, other.replace("l.service_month\n", "l.service_month\n", 1), UNION).run()
    assert len(open_run(tmp_path / "home").query("select * from toy.both")) == 2 * len(ROWS)


def test_where_a_disk_knows_no_links_the_files_are_copied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError

    monkeypatch.setattr(os, "link", refuse)
    warehouse = Warehouse.open(tmp_path / "home")
    deliver(warehouse, tmp_path / "a", ROWS)
    runner(warehouse, LINE, OTHER, UNION).run()
    assert len(open_run(tmp_path / "home").query("select * from toy.both")) == len(ROWS)


def test_a_large_month_alone_makes_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sums = LINE.replace("toy_raw.line", "toy.line").replace("-- step:      toy.line", "-- step:      toy.sum")
    digests = []
    for name, alone in (("together", "1000000"), ("alone", "1")):
        monkeypatch.setattr("corridor.engine.run.ALONE_ROWS", int(alone))
        warehouse = Warehouse.open(tmp_path / name)
        deliver(warehouse, tmp_path / "a", ROWS)
        runner(warehouse, LINE, sums).run()
        digests.append([step["digest"] for step in open_run(tmp_path / name).manifest["steps"]])
    assert digests[0] == digests[1]


def test_only_a_table_that_can_be_read_by_month_is_taken_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("corridor.engine.run.ALONE_ROWS", 10)
    months = {month: Part((), "", rows) for month, rows in ((1, 10), (2, 3), (3, 4))}
    whole = Part((), "", 17)

    def batches(**how: bool) -> list[list[int]]:
        return _batches([Table("toy.line", None, whole, months, partitioned=True, **how)], [1, 2, 3])

    assert batches() == [[2, 3], [1]]
    assert batches(filtered=True) == [[1, 2, 3]]
    assert batches(filtered=True, in_order=True) == [[2, 3], [1]]


def test_a_month_alone_may_not_make_rows_of_another(tmp_path: Path) -> None:
    warehouse = Warehouse.open(tmp_path / "home")
    deliver(warehouse, tmp_path / "a", ROWS[:2])
    with pytest.raises(CorridorError) as refused:
        runner(
            warehouse, LINE.replace("l.service_month\n", "l.service_month + 1 as service_month\n", 1)
        ).run()
    assert refused.value.code == "STEP-PARTITION"

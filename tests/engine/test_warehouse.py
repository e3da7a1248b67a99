"""Deliveries appear whole or not at all; people keep their surrogate id."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from corridor.engine.files import InputFile
from corridor.engine.identity import merged
from corridor.engine.warehouse import Warehouse
from corridor.errors import CorridorError
from tests.engine.community import deliver

ROWS = [("c1", "m1", 10.00, 202701), ("c2", "m2", 5.25, 202702)]


def everything(home: Path) -> set[str]:
    return {
        str(path.relative_to(home)) for path in home.rglob("*") if path.is_file() and path.name != ".lock"
    }


def test_the_same_files_twice_are_refused_and_nothing_changes(tmp_path: Path) -> None:
    warehouse = Warehouse.open(tmp_path / "home")
    delivery_id = deliver(warehouse, tmp_path / "a", ROWS)
    before = everything(warehouse.home)
    with pytest.raises(CorridorError) as caught:
        deliver(warehouse, tmp_path / "a", ROWS)
    assert caught.value.code == "DELIVERY-EXISTS"
    assert warehouse.delivery_exists(delivery_id)
    assert everything(warehouse.home) == before


def test_an_error_midway_leaves_nothing(tmp_path: Path) -> None:
    warehouse = Warehouse.open(tmp_path / "home")
    (tmp_path / "a").write_text("a")
    delivery = warehouse.begin_delivery("toy", "S", [InputFile.of(tmp_path / "a", "line")])
    with pytest.raises(RuntimeError), delivery as d:
        d.person_ids("select 'm1' as identifier", "mbi")
        d.add_table("toy_raw.line", "select 1 as x")
        raise RuntimeError
    assert everything(warehouse.home) == set()
    assert warehouse.deliveries() == []


def test_months_and_file_hashes_are_recorded(tmp_path: Path) -> None:
    warehouse = Warehouse.open(tmp_path / "home")
    deliver(warehouse, tmp_path / "a", ROWS)
    delivery = warehouse.deliveries()[0]
    assert delivery.tables["toy_raw.line"] == {"rows": 2, "months": {"202701": 1, "202702": 1}}
    assert warehouse.has_file(InputFile.of(tmp_path / "a", "line").sha256)


def test_people_keep_their_id_over_deliveries(tmp_path: Path) -> None:
    warehouse = Warehouse.open(tmp_path / "home")
    deliver(warehouse, tmp_path / "a", ROWS)
    deliver(warehouse, tmp_path / "b", [("c3", "m2", 1.0, 202703), ("c4", "a-new-one", 1.0, 202703)])
    second = warehouse.deliveries()[1]
    parts = [str(part) for part in second.parts("toy_raw.line")]
    found = duckdb.sql(f"select claim_id, person_id from read_parquet({parts}) order by 1").fetchall()
    assert found == [("c3", 2), ("c4", 3)]


def test_rejects_are_kept_and_counted(tmp_path: Path) -> None:
    warehouse = Warehouse.open(tmp_path / "home")
    (tmp_path / "a").write_text("a")
    with warehouse.begin_delivery("toy", "S", [InputFile.of(tmp_path / "a", "line")]) as d:
        d.reject([("a", 3, "paid", "BAD-NUMBER", "not a number", "x|y")])
    record = warehouse.deliveries()[0].record
    assert record["rejects"] == {"rows": 1, "reasons": {"BAD-NUMBER": 1}}


@pytest.mark.parametrize(
    ("pairs", "alias"),
    [
        ([], []),
        ([(1, 2)], [(2, 1)]),
        ([(3, 2), (2, 1)], [(2, 1), (3, 1)]),
        ([(1, 2), (2, 3), (3, 1)], [(2, 1), (3, 1)]),  # a circle
        ([(5, 6), (8, 7)], [(6, 5), (8, 7)]),
    ],
)
def test_merged(pairs: list[tuple[int, int]], alias: list[tuple[int, int]]) -> None:
    assert merged(pairs) == alias


def test_a_home_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CorridorError) as caught:
        Warehouse.open(tmp_path / "file")
    assert caught.value.code == "WAREHOUSE-NOT-A-FOLDER"


def test_a_damaged_record_is_named(tmp_path: Path) -> None:
    warehouse = Warehouse.open(tmp_path / "home")
    delivery_id = deliver(warehouse, tmp_path / "a", ROWS)
    (warehouse.home / "deliveries" / delivery_id / "delivery.json").write_text("{")
    with pytest.raises(CorridorError) as caught:
        warehouse.deliveries()
    assert caught.value.code == "WAREHOUSE-DAMAGED"

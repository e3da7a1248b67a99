"""CMS's shadow-bundle workbooks as a reference: triggers of its categories, and the lists of exclusions."""

from __future__ import annotations

from pathlib import Path

import duckdb
import openpyxl
import pytest

from corridor.engine.warehouse import Warehouse
from corridor.reference.add import add_references

FOLDER = "cmmi-shadow-bundles"


@pytest.mark.heavy
def test_the_workbooks_of_cms(test_data: Path, tmp_path: Path) -> None:
    warehouse = Warehouse.open(tmp_path / "home")
    files = [
        next((test_data / FOLDER).glob(f"*{name}.xlsx")) for name in ("trigger_list", "medical_code_lists")
    ]
    outcomes = add_references(files, warehouse)
    assert [one.reference for one in outcomes] == ["bundle_code", "bundle_code"]
    table = f"read_parquet('{tmp_path}/home/reference/bundle_code/*/*.parquet')"
    counts = dict(duckdb.sql(f"select code_use, count(*) from {table} group by 1").fetchall())
    # team.md 2.4: MDC 02, 14, 15 and 25; four codes of cardiac rehabilitation
    assert counts["excluded_mdc"] == 4 and counts["cardiac_rehab"] == 4
    assert counts["trigger_drg"] == 109 and counts["trigger_hcpcs"] == 31
    # the README of the data: 34 clinical episode categories; those of stays and of procedures are not one
    categories = f"select count(distinct category) from {table} where category <> ''"
    assert duckdb.sql(categories).fetchall() == [(34,)]
    joints = duckdb.sql(
        f"select code from {table} where code_use = 'trigger_drg' and category like 'MS-Major joint "
        "replacement of the lower%' order by 1"
    ).fetchall()
    assert {"469", "470", "521", "522"} <= {code for (code,) in joints}


def test_a_workbook_that_is_something_else(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.title = "IP_Anchor_Episode_List"
    file = tmp_path / "2025_trigger_list.xlsx"
    book.save(file)
    outcomes = add_references([file], Warehouse.open(tmp_path / "home"))
    assert outcomes[0].error is not None and outcomes[0].error.code == "BUNDLE-LIST"

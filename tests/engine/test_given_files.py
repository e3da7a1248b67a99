"""The files a run was given are found whatever folder a command is started in, and after a move."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest

from corridor.engine.run import _from
from corridor.engine.runs import Run

RUN = "20270401T060000000000-abcdef01"


def test_named_from_the_warehouse_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    home = Path("data")
    assert _from(home, home / "reference" / "part.parquet") == "reference/part.parquet"
    assert _from(home, tmp_path / "data" / "part.parquet") == "part.parquet"
    assert _from(home, tmp_path / "elsewhere.parquet") == str(tmp_path / "elsewhere.parquet")


def test_read_from_any_folder_and_after_a_move(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "data"
    (home / "reference").mkdir(parents=True)
    duckdb.execute(f"copy (select 7 as n) to '{home / 'reference' / 'part.parquet'}' (format parquet)")
    (home / "runs" / RUN).mkdir(parents=True)
    manifest = {"run_id": RUN, "steps": [], "externals": {"reference.area": ["reference/part.parquet"]}}
    (home / "runs" / RUN / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    (tmp_path / "other").mkdir()
    monkeypatch.chdir(tmp_path / "other")
    assert Run(home, RUN).query("select n from reference.area") == [{"n": 7}]
    moved = home.rename(tmp_path / "moved")
    assert Run(moved, RUN).query("select n from reference.area") == [{"n": 7}]

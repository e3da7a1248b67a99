"""A complete run on disk, made of a few rows by hand."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from corridor.engine.connection import connect

RUN = "20270401T060000000000-abcdef01"


def keep_run(home: Path, tables: Mapping[str, Sequence[Mapping[str, Any]]], year: int) -> None:
    """Write a run of a performance year with these tables, as the engine would have left it."""
    con = connect(threads=1)
    steps = []
    for table, rows in sorted(tables.items()):
        folder = home / "steps" / table
        folder.mkdir(parents=True)
        con.execute(
            f"copy (select unnest(?, recursive := true)) to '{folder}/part.parquet' (format parquet)",
            [[dict(row) for row in rows]],
        )
        steps.append({"step": table, "outputs": [f"steps/{table}"], "rows": len(rows), "digest": table})
    manifest = {
        "run_id": RUN, "steps": steps, "externals": {},
        "setting": {"performance_year": year, "payment_year": year + 2, "data_year": year},
    }  # fmt: skip
    (home / "runs" / RUN).mkdir(parents=True)
    (home / "runs" / RUN / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    (home / "runs" / "current").write_text(RUN, encoding="utf-8")

"""A small run for the work lists, its figures made for arithmetic by hand, and the identities behind it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb

FIRST, SECOND, THIRD = (f"2027040{day}T060000000000-abcdef0{day}" for day in (1, 2, 3))
NORTH, SOUTH = "990000001", "990000002"
ANNA, BERT = "1990000001", "1990000002"
MONTHS = (
    "person_id bigint, month integer, npi varchar, tin varchar, level integer, level_code varchar, "
    "last_seen date, consent_needed boolean, qmb_uncertain boolean, missed boolean, dollars decimal(18, 2)"
)
FINDING = (
    "audit varchar, kind varchar, direction varchar, person_id bigint, npi varchar, tin varchar, "
    "source_id varchar, claim_id varchar, claim_line_number integer, service_date date, month integer, "
    "dollars decimal(18, 2), todo varchar"
)
PERSON = "person_id bigint, aco_id varchar, tin varchar, npi varchar"
# Months not billed: patient 1 three of them, 2 none in the last month, 3 and 4 in the other practice.
MISSED: tuple[tuple[Any, ...], ...] = (
    (1, 202701, ANNA, NORTH, 2, "G0557", "2026-12-01", True, False, True, 50),
    (1, 202702, ANNA, NORTH, 2, "G0557", "2026-12-01", True, False, True, 50),
    (1, 202703, ANNA, NORTH, 2, "G0557", "2027-03-05", True, False, True, "50.25"),
    (2, 202701, ANNA, NORTH, 1, "G0556", "2026-11-01", True, False, True, 15),
    (2, 202703, ANNA, NORTH, 1, "G0556", "2026-11-01", True, False, False, None),
    (3, 202703, BERT, SOUTH, 1, "G0556", "2027-01-10", False, True, True, 15),
    (4, 202612, BERT, SOUTH, 3, "G0558", "2026-12-24", True, False, True, 110),
    (4, 202703, BERT, SOUTH, 3, "G0558", "2027-03-24", True, False, True, 110),
)
BILL, LOOK = "Bill it. Then more.", "Check it."
FOUND: tuple[tuple[Any, ...], ...] = (
    ("g2211", "g2211_missed", "missed", 1, ANNA, NORTH, "A1", "c1", 1, "2027-01-05", 202701, 16, BILL),
    ("g2211", "g2211_missed", "missed", 1, ANNA, NORTH, "A1", "c2", 1, "2027-02-05", 202702, 16, BILL),
    ("g2211", "g2211_missed", "missed", 1, ANNA, NORTH, "A1", "c0", 1, "2026-02-05", 202602, 16, BILL),
    ("duplicate", "duplicate_line", "at_risk", 3, BERT, SOUTH, "A1", "c3", 2, "2026-05-05", 202605, 90, LOOK),
)


def write_tables(
    home: Path, run_id: str, tables: Mapping[str, tuple[str, Sequence[Sequence[Any]]]], data_year: int = 2026
) -> None:
    """A complete run of these tables: name -> columns with types, rows; it becomes the current one."""
    con = duckdb.connect()
    steps = []
    for table, (columns, rows) in sorted(tables.items()):
        folder = home / "steps" / table / run_id
        folder.mkdir(parents=True)
        con.execute(f"create or replace table made ({columns})")
        if rows:
            con.executemany(
                f"insert into made values ({', '.join('?' * len(rows[0]))})", [list(row) for row in rows]
            )
        con.execute(f"copy made to '{folder}/part.parquet' (format parquet)")
        steps.append(
            {"step": table, "outputs": [f"steps/{table}/{run_id}"], "rows": len(rows), "digest": run_id}
        )
    manifest = {
        "run_id": run_id, "steps": steps, "externals": {}, "settings": {"organisation": "Two practices"},
        "setting": {"data_year": data_year, "performance_year": 2027, "payment_year": 2029},
        "finished": "2027-04-01T06:00:00+00:00",
    }  # fmt: skip
    (home / "runs" / run_id).mkdir(parents=True)
    (home / "runs" / run_id / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    (home / "runs" / "current").write_text(run_id, encoding="utf-8")


def work_tables(
    missed: Sequence[Sequence[Any]] = MISSED, found: Sequence[Sequence[Any]] = FOUND
) -> dict[str, tuple[str, Sequence[Sequence[Any]]]]:
    """The tables of the lists that these tests look at."""
    people = sorted({row[0] for row in missed} | {row[3] for row in found})
    return {
        "billing.apcm_patient_month": (MONTHS, missed),
        "billing.finding": (FINDING, found),
        "attribution.person": (
            PERSON,
            [(one, "A1" if one < 3 else None, NORTH if one < 3 else SOUTH, None) for one in people],
        ),
    }


def write_identity(
    home: Path,
    people: Mapping[str, int],
    *,
    sequence: int = 1,
    merged: Mapping[int, int] | None = None,
    names: Mapping[int, str] | None = None,
) -> None:
    """A delivery that brought these identifiers: identifier -> number; ``merged``: number -> the one kept."""
    folder = home / "deliveries" / f"d{sequence}"
    (folder / "identity").mkdir(parents=True)
    record = {
        "delivery_id": f"d{sequence}",
        "sequence": sequence,
        "files": [],
        "fmt": "cclf",
        "source_id": "A1",
    }
    (folder / "delivery.json").write_text(json.dumps(record), encoding="utf-8")
    con = duckdb.connect()
    _write(con, folder / "identity" / "person.parquet", "identifier varchar, person_id bigint, kind varchar",
           [(key, value, "mbi") for key, value in people.items()])  # fmt: skip
    if merged:
        _write(con, folder / "identity" / "alias.parquet", "person_id bigint, kept_person_id bigint",
               list(merged.items()))  # fmt: skip
    if names:
        columns = "person_id bigint, bene_1st_name varchar, bene_midl_name varchar, bene_last_name varchar"
        rows = [(one, *name.partition(" ")[::2]) for one, name in names.items()]
        _write(con, folder / "identity" / "cclf8_person-00001.parquet", columns,
               [(one, first, None, last) for one, first, last in rows])  # fmt: skip


def _write(con: duckdb.DuckDBPyConnection, file: Path, columns: str, rows: Sequence[Sequence[Any]]) -> None:
    con.execute(f"create or replace table made ({columns})")
    con.executemany(f"insert into made values ({', '.join('?' * len(rows[0]))})", [list(row) for row in rows])
    con.execute(f"copy made to '{file}' (format parquet)")

"""Two loads as the sources write them, for the tie-out."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from corridor.engine.files import InputFile
from corridor.engine.warehouse import Warehouse

PAID = {"71": 1_000_000.0, "60": 2_500_000.25}


def load_deliveries(home: Path, folder: Path, *, agrees: bool = True) -> None:
    """A CCLF delivery with CCLF0 and three rows set aside, and a quality file."""
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for kind, name in (("cclf0", "CCLF0.txt"), ("cclf1", "CCLF1.txt"), ("cclf5", "CCLF5.txt")):
        path = folder / name
        path.write_text(f"{kind} of the tests\n", encoding="ascii")
        files.append(InputFile.of(path, kind))
    warehouse = Warehouse.open(home)
    with warehouse.begin_delivery("cclf", "A9901", files, date(2027, 3, 20)) as writer:
        writer.add_table("cclf_raw.cclf1", "select range as row_number from range(120)")
        writer.add_table("cclf_raw.cclf5", "select range as row_number from range(997)")
        writer.reject(
            [
                (
                    "CCLF5.txt",
                    17,
                    "clm_from_dt",
                    "CCLF-DATE",
                    "2027-13-01 is not a date",
                    "1EG4TE5MK73 and more",
                ),
                ("CCLF5.txt", 18, "clm_from_dt", "CCLF-DATE", "2027-13-01 is not a date", "raw"),
                ("CCLF5.txt", 90, "bene_mbi_id", "CCLF-MBI", "1EG4TE5MK73 has a wrong digit", "raw"),
            ]
        )
        writer.note(
            "control_totals",
            {
                "cclf1": _entry("CCLF1.txt", 120, 120, "60"),
                "cclf5": _entry("CCLF5.txt", 1000, 997 if agrees else 990, "71"),
            },
        )
        writer.warn("CCLF9 is not in this delivery.")
    path = folder / "quality.csv"
    path.write_text("performance_year,tin\n2027,990000001\n", encoding="ascii")
    with warehouse.begin_delivery("quality", "org", [InputFile.of(path, "quality")]) as writer:
        writer.add_table("org_raw.quality_result", "select 2027 as performance_year")
        counted = {"name": "quality.csv", "kind": "quality", "bytes": 42}
        writer.note("files", [{**counted, "rows_in": 1, "rows_kept": 1, "rows_set_aside": 0}])


def _entry(name: str, rows: int, kept: int, kind: str) -> dict[str, object]:
    aside = 3 if kind == "71" else 0
    return {
        "file": name,
        "bytes": rows * 180,
        "rows_in": rows,
        "rows_kept": kept,
        "rows_set_aside": aside,
        "amount": "clm_pmt_amt",
        "dollars": str(PAID[kind]),
        "first_date": "2025-01-01",
        "last_date": "2027-02-28",
        "by_claim_type_and_month": [
            {"claim_type_code": kind, "service_month": 202601, "rows": rows, "dollars": str(PAID[kind])}
        ],
    }

"""Claims of the CMS APIs written by hand, and files that hold them."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import duckdb

BB = "https://bluebutton.cms.gov/resources/variables/"
MBI = "http://hl7.org/fhir/sid/us-mbi"


def coded(system: str, code: str) -> dict[str, Any]:
    return {"coding": [{"system": system, "code": code}]}


def claim(number: int = 1, paid: float = 80.0, **changes: Any) -> dict[str, Any]:
    """A carrier claim of R4 with one line that pays ``paid``."""
    made: dict[str, Any] = {
        "resourceType": "ExplanationOfBenefit",
        "id": f"carrier-{number}",
        "meta": {"lastUpdated": "2025-01-01T00:00:00Z"},
        "status": "active",
        "use": "claim",
        "outcome": "complete",
        "type": coded(BB + "nch_clm_type_cd", "71"),
        "patient": {"reference": "Patient/-55"},
        "billablePeriod": {"start": "2024-03-05", "end": "2024-03-06"},
        "item": [
            {
                "sequence": 1,
                "productOrService": coded("https://bluebutton.cms.gov/resources/codesystem/hcpcs", "99213"),
                "adjudication": [
                    {"category": coded("x", BB + "line_nch_pmt_amt"), "amount": {"value": paid}}
                ],
            }
        ],
        "payment": {"amount": {"value": paid}},
    }
    return {**made, **changes}


def ndjson(path: Path, *texts: object, end: str = "\n") -> Path:
    lines = [one if isinstance(one, str) else json.dumps(one, separators=(",", ":")) for one in texts]
    path.write_text("\n".join(lines) + end, encoding="utf-8")
    return path


def one_row(con: duckdb.DuckDBPyConnection, query: str) -> tuple[Any, ...]:
    row = con.execute(query).fetchone()
    assert row is not None
    return tuple(row)


def rejects(home: Path) -> list[tuple[Any, ...]]:
    files = f"{home}/deliveries/*/rejects/*.parquet"
    return duckdb.execute(
        f"select line_number, reason_code, field from read_parquet('{files}') order by 1"
    ).fetchall()


# ---- forms of files ---------------------------------------------------------------------------


def gz(path: Path, text: str) -> Path:
    zipped = path.with_suffix(".ndjson.gz")
    zipped.write_bytes(gzip.compress(text.encode()))
    return zipped


def plain(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8", newline="")
    return path


BUNDLE = {"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": claim(n)} for n in (1, 2, 3)]}
LINES = [json.dumps(claim(n)) for n in (1, 2, 3)]

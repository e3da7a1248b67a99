"""Tables by hand for the steps of MIPS that read claims."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any

from corridor.law import Rules, load_rules
from tests.claims.canonical import CANONICAL
from tests.measures.bench_tables import Row, Tables

DATA_YEAR = 2025
PROGRAMS = ("claims", "asm", "qp", "mips")
PERIOD = {"source_id": "VARCHAR", "first_day": "DATE", "last_day": "DATE", "lines": "BIGINT"}
ROSTER = {
    "tin": "VARCHAR", "npi": "VARCHAR", "specialty_code": "VARCHAR", "zip_code": "VARCHAR",
    "practice_size": "INTEGER", "practice_size_origin": "VARCHAR",
}  # fmt: skip
SCORE = {
    "vintage": "VARCHAR", "fiscal_year": "INTEGER", "facility_ccn": "VARCHAR",
    "total_performance_score": "DOUBLE",
}  # fmt: skip
ZIP = {"vintage": "VARCHAR", "zip_code": "VARCHAR", "rural": "BOOLEAN", "hpsa": "BOOLEAN"}


@cache
def _law(programs: tuple[str, ...], overrides: str) -> Rules:
    """The law of some programs, read once for each set of overrides (as JSON)."""
    return load_rules(programs, overrides=json.loads(overrides))


def bench(overrides: Mapping[str, Any] | None = None, programs: Sequence[str] = ()) -> Tables:
    """An empty bench with the law that the steps read, and that of more programs."""
    tables = Tables([])
    rules = _law((*PROGRAMS, *programs), json.dumps(dict(overrides or {}), sort_keys=True))
    tables.force = rules.in_force(performance_year=DATA_YEAR + 2)
    return tables


def claims(tables: Tables, lines: Sequence[Mapping[str, Any]], **shared: Any) -> None:
    """``claims.medical_claim`` of professional lines: a claim each, allowed 100 unless said."""
    base: Row = {
        "source_id": "s1", "claim_line_number": 1, "claim_type_code": "71", "claim_type": "professional",
        "person_id": 1, "hcpcs_code": "99213", "rendering_npi": "N1", "rendering_tin": "T1",
        "paid_amount": 80, "allowed_amount": 100, "place_of_service_code": "11",
    }  # fmt: skip
    types = CANONICAL["medical_claim"]
    rows = []
    for number, line in enumerate(lines):
        row = base | shared | {"claim_id": f"C{number:05d}"} | dict(line)
        day = row.pop("day", date(2025, 3, 1))
        row.setdefault("claim_start_date", day)
        row.setdefault("claim_end_date", day)
        assert not set(row) - set(types), set(row) - set(types)
        rows.append(row)
    tables.give("claims.medical_claim", types, [])
    used = [name for name in types if any(row.get(name) is not None for row in rows)]
    if rows:
        marks = ", ".join("?" * len(used))
        tables.con.executemany(
            f"insert into claims.medical_claim ({', '.join(used)}) values ({marks})",
            [[row.get(name) for name in used] for row in rows],
        )


def loaded(tables: Tables, first: date = date(2023, 1, 1), last: date = date(2025, 12, 31)) -> None:
    """The months the claims cover."""
    tables.give("claims.period", PERIOD, [("s1", first, last, 1)])


def many(count: int, **line: Any) -> list[dict[str, Any]]:
    """The same line for different people, so that each is an encounter of its own."""
    return [{"person_id": number + 1, **line} for number in range(count)]

"""What the layouts of this room say, as the tables and SQL text that ``raw/*.sql`` reads."""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from typing import Any

import duckdb
import yaml

from corridor.engine.connection import quote
from corridor.reference.states import add_state_codes
from corridor.sources.tabular import source_sql

REASONS = {
    "broken-json": "the line is no JSON",
    "not-a-resource": "this is JSON, but no FHIR resource",
    "no-id": "the resource has no id and no unique claim number",
    "no-patient": "the resource does not say whose it is",
    "no-type": "no claim type can be read from the resource",
    "no-date": "there is no date of service",
    "bad-date": "the billable period is no date",
    "bad-money": "an amount is no number",
    "no-part": "the coverage names no part of Medicare",
}


@cache
def _layout(name: str) -> dict[str, Any]:
    path = resources.files("corridor").joinpath("layouts", "fhir", f"{name}.yaml")
    loaded: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return loaded


def structure(resource: str) -> str:
    """The shape that is read of a resource type, for DuckDB's from_json."""
    return json.dumps(_layout("resources")[resource])


def prepare(con: duckdb.DuckDBPyConnection) -> None:
    """Make the macros and code tables that ``raw/*.sql`` reads."""
    codes = _layout("codes")
    add_state_codes(con)
    con.execute(
        "create or replace temp table fhir_fact (scope varchar, key varchar, name varchar, is_money boolean)"
    )
    facts = [
        [scope, key, name, part.endswith("money")]
        for part, scope in (("claim", "claim"), ("money", "claim"), ("line", "line"), ("line_money", "line"))
        for name, keys in codes[part].items()
        for key in keys
    ]
    con.executemany("insert into fhir_fact values (?, ?, ?, ?)", facts)
    con.execute("create or replace temp table fhir_code (list varchar, code varchar, value varchar)")
    rows: list[list[str | None]] = []
    for part, entry in codes.items():
        if isinstance(entry, list):
            rows += [[part, code, None] for code in entry]
            listed = ", ".join(map(quote, entry))
            con.execute(f"create or replace temp macro is_{part}(x) as x in ({listed})")
        elif part == "claim_type":
            rows += [[part, code, kind] for kind, listed in entry.items() for code in listed]
            rows += [["nch_code", code, code] for listed in entry.values() for code in listed]
        elif part in ("claim_type_code", "race"):
            rows += [[part, code, value] for code, value in entry.items()]
    con.executemany("insert into fhir_code values (?, ?, ?)", rows)
    con.execute("create or replace temp table fhir_reason (code varchar, reason varchar)")
    con.executemany("insert into fhir_reason values (?, ?)", [[code, why] for code, why in REASONS.items()])
    con.execute("create temp table if not exists fhir_link (person_key varchar, mbi varchar)")
    con.execute(source_sql("fhir", "macros"))


def columns(scope: str) -> str:
    """SQL that sets facts side by side: one column a name."""
    codes = _layout("codes")
    texts = [f"max(case when name = {quote(name)} then value end) as {name}" for name in codes[scope]]
    money = [
        f"max(case when name = {quote(name)} then try_cast(value as decimal(18, 2)) end) as {name}"
        for name in codes["money" if scope == "claim" else "line_money"]
    ]
    return ", ".join(texts + money)

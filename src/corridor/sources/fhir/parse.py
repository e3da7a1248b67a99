"""A piece of resources into raw tables: parsed once by DuckDB, the rest is ``raw/*.sql``."""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from typing import Any

import duckdb
import numpy as np
import yaml

from corridor.engine.connection import quote
from corridor.reference.states import add_state_codes
from corridor.sources.fhir.reading import Piece
from corridor.sources.tabular import Loading, source_sql

_MACROS = """
create or replace temp macro fhir_tail(x) as parse_filename(x, false, 'forward_slash');
create or replace temp macro fhir_key(x) as lower(replace(parse_filename(x, false, 'forward_slash'), '-', '_'));
create or replace temp macro fhir_day(x) as try_cast(left(x, 10) as date);
create or replace temp macro fhir_sum(a, b, c) as
  case when coalesce(a, b, c) is not null then cast(coalesce(a, 0) + coalesce(b, 0) + coalesce(c, 0) as decimal(18, 2)) end;
"""
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
_CLAIM_TABLES = ("line", "claim_diagnosis", "claim_procedure", "drug_line")


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
    con.execute(_MACROS)
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
        elif part == "claim_type":
            rows += [[part, code, kind] for kind, listed in entry.items() for code in listed]
            rows += [["nch_code", code, code] for listed in entry.values() for code in listed]
        elif part in ("claim_type_code", "race"):
            rows += [[part, code, value] for code, value in entry.items()]
    con.executemany("insert into fhir_code values (?, ?, ?)", rows)


def _columns(scope: str) -> str:
    """SQL that sets facts side by side: one column a name."""
    codes = _layout("codes")
    texts = [f"max(case when name = {quote(name)} then value end) as {name}" for name in codes[scope]]
    money = [
        f"max(case when name = {quote(name)} then try_cast(value as decimal(18, 2)) end) as {name}"
        for name in codes["money" if scope == "claim" else "line_money"]
    ]
    return ", ".join(texts + money)


class PieceWriter:
    """Writes the pieces of one file; ``kinds`` counts its resources, ``passed`` those of no use here."""

    def __init__(self, loading: Loading, file_name: str, source_id: str) -> None:
        self.loading = loading
        self.con = loading.writer.con
        self.file_name = file_name
        self.prefix = f"fhir:{source_id}:"
        self.kept: dict[str, int] = {}
        self.passed: dict[str, int] = {}
        self.not_fhir = 0  # texts that are no FHIR resource at all
        self.not_fhir_line = 0

    def write(self, piece: Piece) -> None:
        """Parse a piece, set aside what cannot be used, write the rest."""
        if piece.broken:
            self.loading.aside += self.loading.writer.reject(
                [(self.file_name, line, "", code, reason, "") for line, code, reason in piece.broken]
            )
        if not piece.texts:
            return
        count = len(piece.texts)
        places = np.arange(piece.first, piece.first + count, dtype=np.int64)
        lines = np.array(piece.lines, dtype=np.int64)
        self.con.register(
            "piece", {"place": places, "file_line": lines, "text": np.array(piece.texts, dtype=object)}
        )
        try:
            self._parse()
        finally:
            self.con.unregister("piece")

    def _parse(self) -> None:
        self.con.execute(
            "create or replace temp table parsed as select place, file_line, "
            f"try(from_json(text, {quote(structure('ExplanationOfBenefit'))})) as r from piece"
        )
        kinds = dict(
            self.con.execute(
                "select case when r.use in ('preauthorization', 'predetermination') then 'prior authorization' "
                "else r.resourceType end, count(*) from parsed group by 1"
            ).fetchall()
        )
        if kinds.pop(None, 0):
            self._reject(
                "select piece.file_line, case when json_valid(text) then 'not-a-resource' else 'broken-json' end as code, "
                "'' as field, '' as raw from piece join parsed on parsed.place = piece.place "
                "where parsed.r.resourceType is null"
            )
        for kind, count in kinds.items():
            if kind not in ("ExplanationOfBenefit", "Patient", "Coverage"):
                self.passed[kind] = self.passed.get(kind, 0) + int(count)
        if "ExplanationOfBenefit" in kinds:
            self._claims()
        for kind in ("Patient", "Coverage"):
            if kind in kinds:
                self._people(kind)
        self.con.execute("drop table parsed")

    def _claims(self) -> None:
        self.con.execute(
            "create or replace temp view eob as select place, file_line, r from parsed "
            "where r.resourceType = 'ExplanationOfBenefit' "
            "and coalesce(r.use, 'claim') not in ('preauthorization', 'predetermination')"
        )
        self._make(
            "item",
            "select place, generate_subscripts(r.item, 1) as item_number, unnest(r.item) as entry from eob",
        )
        for name in (
            "held",
            "claim_fact",
            "stated",
            "head",
            "member",
            "claim_team",
            "line_fact",
            "diagnosis",
        ):
            scope = "line" if name == "line_fact" else "claim"
            self._make(name, self._sql(name, columns=_columns(scope)))
        self.con.execute(
            "update head set reject_code = 'bad-money', bad_money = wrong.bad_money from ("
            "select place, min(bad_money) as bad_money from line_fact where bad_money is not null group by place"
            ") as wrong where wrong.place = head.place and head.reject_code is null"
        )
        self._reject(
            "select file_line, reject_code as code, coalesce(case reject_code when 'bad-money' then bad_money "
            "when 'bad-date' then 'billablePeriod' when 'no-date' then 'billablePeriod' when 'no-id' then 'id' "
            "when 'no-patient' then 'patient' when 'no-type' then 'type' end, '') as field, "
            "coalesce(claim_id, '') as raw from head where reject_code is not null"
        )
        self._persons("select person_key as identifier from head where reject_code is null")
        self._link("select person_key, mbi from head where reject_code is null and mbi is not null")
        self._add("claim")
        for name in _CLAIM_TABLES:
            self._add(name)
        self._add("claim_relation", None)
        for code, count in self.con.execute(
            "select claim_type_code, count(*) from head where reject_code is null group by 1"
        ).fetchall():
            self.kept[code] = self.kept.get(code, 0) + int(count)

    def _people(self, kind: str) -> None:
        name = kind.lower()
        key = f"{quote(self.prefix)} || " + (
            "r.id" if kind == "Patient" else "fhir_tail(r.beneficiary.reference)"
        )
        part = "null"
        if kind == "Coverage":
            stated = (
                "lower(coalesce(list_filter(r.class, lambda c: c.type.coding[1].code = 'plan')[1].value, "
                "r.grouping.subPlan, r.type.coding[1].code))"
            )
            part = (
                f"case when {stated} like 'dual%' then 'dual' when {stated} in ('part a', 'part b', 'part c', 'part d') "
                f"then right({stated}, 1) end"
            )
        self._make(
            name,
            f"select place, file_line, r, {key} as person_key, {part} as part from (select piece.place, "
            f"piece.file_line, from_json(piece.text, {quote(structure(kind))}) as r from piece "
            f"join parsed on parsed.place = piece.place where parsed.r.resourceType = {quote(kind)}) as typed",
        )
        self._reject(
            f"select file_line, case when person_key is null then 'no-patient' else 'no-part' end as code, '' as field, "
            f"'' as raw from {name} where person_key is null"
            + (" or part is null" if kind == "Coverage" else "")
        )
        usable = "person_key is not null" + (" and part is not null" if kind == "Coverage" else "")
        self.con.execute(f"delete from {name} where not ({usable})")
        self._persons(f"select person_key as identifier from {name}")
        self._link(
            f"select person_key, entry.value as mbi from (select person_key, unnest(r.identifier) as entry from {name}) "
            "as identifiers where entry.system like '%us-mbi'"
        )
        kept = self._add(name, None)
        self.kept[kind] = self.kept.get(kind, 0) + kept
        query = self._sql("coverage_month", holder=name)
        self.loading.add("fhir_raw.coverage_month", query)

    def _make(self, name: str, query: str) -> None:
        self.con.execute(f"create or replace temp table {name} as {query}")

    def _add(self, name: str, month_column: str | None = "service_month") -> int:
        return self.loading.add(f"fhir_raw.{name}", self._sql(name), month_column)

    def _sql(self, name: str, **values: object) -> str:
        places = {
            "load_sequence": self.loading.sequence,
            "file_number": self.loading.file_number,
            "prefix": self.prefix.replace("'", "''"),
        }
        return source_sql("fhir", name, **places, **values)

    def _persons(self, query: str) -> None:
        known = f"starts_with(identifier, {quote(self.prefix)})"
        self.loading.writer.person_ids(f"select identifier from ({query}) where {known}", kind="fhir")
        # an MBI where the resource refers to no Patient
        self.loading.writer.person_ids(f"select identifier from ({query}) where not {known}", kind="mbi")

    def _link(self, query: str) -> None:
        self.con.execute("create temp table if not exists fhir_link (person_key varchar, mbi varchar)")
        self.con.execute(
            f"insert into fhir_link select distinct person_key, trim(mbi) from ({query}) as pairs where trim(mbi) <> ''"
        )

    def _reject(self, query: str) -> None:
        found = self.con.execute(
            f"select count(*), count(*) filter (code in ('broken-json', 'not-a-resource')), min(file_line) from ({query})"
        ).fetchone()
        if not found or not found[0]:
            return
        self.not_fhir += int(found[1])
        self.not_fhir_line = self.not_fhir_line or int(found[2])
        reasons = " ".join(f"when {quote(code)} then {quote(text)}" for code, text in REASONS.items())
        self.loading.set_aside(
            f"select {quote(self.file_name)} as file_name, file_line as line_number, field, code as reason_code, "
            f"case code {reasons} end as reason, raw as raw_text from ({query}) as wrong"
        )

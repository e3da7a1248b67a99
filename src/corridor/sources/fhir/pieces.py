"""A piece of resources into raw tables: parsed once by DuckDB, the rest is ``raw/*.sql``."""

from __future__ import annotations

import numpy as np

from corridor.engine.connection import quote
from corridor.sources.fhir.codes import columns, structure
from corridor.sources.fhir.reading import Piece
from corridor.sources.tabular import Loading, source_sql

# in this order: each reads those before it
_STAGES = ("item", "held", "claim_fact", "stated", "head", "member", "claim_team", "line_fact", "diagnosis")
_CLAIM_TABLES = ("claim", "line", "claim_diagnosis", "claim_procedure", "drug_line")
_READ = ("ExplanationOfBenefit", "Patient", "Coverage")


class PieceWriter:
    """Writes the pieces of one file.

    kept      resources kept: claims by claim type code, Patient, Coverage
    passed    resources of no use here, by type; prior authorizations are one
    not_fhir  texts that are no FHIR resource at all, the first of them on line ``not_fhir_line``
    """

    def __init__(self, loading: Loading, file_name: str, source_id: str) -> None:
        self.loading = loading
        self.con = loading.writer.con
        self.file_name = file_name
        self.prefix = f"fhir:{source_id}:"
        self.kept: dict[str, int] = {}
        self.passed: dict[str, int] = {}
        self.not_fhir = 0
        self.not_fhir_line = 0

    def write(self, piece: Piece) -> None:
        """Parse a piece, set aside what cannot be used, write the rest."""
        self.loading.aside += self.loading.writer.reject(
            [(self.file_name, line, "", code, reason, "") for line, code, reason in piece.broken]
        )
        if not piece.texts:
            return
        table = {
            "place": np.arange(piece.first, piece.first + len(piece.texts), dtype=np.int64),
            "file_line": np.array(piece.lines, dtype=np.int64),
            "text": np.array(piece.texts, dtype=object),
        }
        self.con.register("piece", table)
        try:
            self._parse()
        finally:
            self.con.unregister("piece")

    def _parse(self) -> None:
        self._make("parsed", self._sql("parsed", structure=quote(structure("ExplanationOfBenefit"))))
        kinds = dict(self.con.execute(self._sql("kinds")).fetchall())
        if kinds.pop(None, 0):
            self._reject(self._sql("not_fhir"))
        for kind, count in kinds.items():
            if kind not in _READ:
                self.passed[kind] = self.passed.get(kind, 0) + int(count)
        if "ExplanationOfBenefit" in kinds:
            self._claims()
        for kind in ("Patient", "Coverage"):
            if kind in kinds:
                self._people(kind)

    def _claims(self) -> None:
        self.con.execute(f"create or replace temp view eob as {self._sql('eob')}")
        for name in _STAGES:
            self._make(name, self._sql(name, columns=columns("line" if name == "line_fact" else "claim")))
        self.con.execute(self._sql("bad_line_money"))
        self._reject(self._sql("head_reject"))
        self._persons("select person_key as identifier from head where reject_code is null")
        self._link("select person_key, mbi from head where reject_code is null and mbi is not null")
        for name in _CLAIM_TABLES:
            self._add(name, "service_month")
        self._add("claim_relation")
        counted = "select claim_type_code, count(*) from head where reject_code is null group by 1"
        for code, count in self.con.execute(counted).fetchall():
            self.kept[code] = self.kept.get(code, 0) + int(count)

    def _people(self, kind: str) -> None:
        name = kind.lower()
        self._make(name, self._sql(f"typed_{name}", structure=quote(structure(kind))))
        self._reject(
            f"select file_line, reject_code as code, '' as field, '' as raw from {name} "
            "where reject_code is not null"
        )
        self.con.execute(f"delete from {name} where reject_code is not null")
        self._persons(f"select person_key as identifier from {name}")
        self._link(
            "select person_key, entry.value as mbi "
            f"from (select person_key, unnest(r.identifier) as entry from {name}) as identifiers "
            "where entry.system like '%us-mbi'"
        )
        self.kept[kind] = self.kept.get(kind, 0) + self._add(name)
        self._add("coverage_month", holder=name)

    def _make(self, name: str, query: str) -> None:
        self.con.execute(f"create or replace temp table {name} as {query}")

    def _add(self, name: str, month_column: str | None = None, **values: object) -> int:
        return self.loading.add(f"fhir_raw.{name}", self._sql(name, **values), month_column)

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
        # an MBI, where the resource refers to no Patient
        self.loading.writer.person_ids(f"select identifier from ({query}) where not {known}", kind="mbi")

    def _link(self, query: str) -> None:
        self.con.execute(
            f"insert into fhir_link select distinct person_key, trim(mbi) from ({query}) as pairs "
            "where trim(mbi) <> ''"
        )

    def _reject(self, query: str) -> None:
        found = self.con.execute(
            "select count(*), count(*) filter (code in ('broken-json', 'not-a-resource')), min(file_line) "
            f"from ({query}) as wrong"
        ).fetchone()
        if not found or not found[0]:
            return
        self.not_fhir += int(found[1])
        self.not_fhir_line = self.not_fhir_line or int(found[2])
        self.loading.set_aside(self._sql("rejected", file_name=quote(self.file_name), wrong=query))

"""Reading one delivery into its raw tables, file by file and piece by piece."""

from __future__ import annotations

from collections import Counter

import numpy as np

from corridor.engine.connection import quote
from corridor.engine.delivery import DeliveryWriter
from corridor.engine.warehouse import Warehouse
from corridor.errors import CorridorError
from corridor.layouts.cclf import FILE_TYPES, Field
from corridor.sources.cclf.crosscheck import CrossCheck
from corridor.sources.cclf.detect import Form
from corridor.sources.cclf.extent import Extent
from corridor.sources.cclf.lines import LineWatch
from corridor.sources.cclf.months import ClaimMonths
from corridor.sources.cclf.parse import column, stage
from corridor.sources.cclf.plan import Plan
from corridor.sources.cclf.records import Bad, Checker, damaged, pieces
from corridor.sources.cclf.shape import Bytes, Shape
from corridor.sources.cclf.tables import CLAIM_OF, MONTH_FIELD, RAW_TABLES, raw_name
from corridor.sources.cclf.totals import control_totals
from corridor.sources.cclf.values import fault
from corridor.sources.summary import FileSummary, Progress

# More records than this (in percent of a file, beyond the first hundred) are not single bad rows.
TOO_MANY_PERCENT = 5
TOO_MANY_ROWS = 100
_MEGABYTE = 1_000_000


class DeliveryReader:
    """Reads the files of a plan with one DeliveryWriter."""

    def __init__(
        self, plan: Plan, writer: DeliveryWriter, set_aside: bool, progress: Progress, warehouse: Warehouse
    ) -> None:
        self.plan = plan
        self.writer = writer
        self.con = writer.con
        self.set_aside = set_aside
        self.progress = progress
        self.warehouse = warehouse
        self.cross = CrossCheck(plan, writer, set_aside)
        self.warnings: list[str] = []
        self.table_rows: dict[str, int] = {}
        self.reasons: Counter[str] = Counter()
        self._months: dict[str, ClaimMonths] = {}
        self._done = 0

    def read(self) -> list[FileSummary]:
        """Read every file; returns what each held. ``rows_in`` = ``rows_kept`` + ``rows_set_aside``."""
        self.writer.person_ids("select null::varchar as identifier where false", "mbi")
        files = []
        for kind in FILE_TYPES:
            if kind in self.plan.forms:
                files.append(self._read_file(kind, self.plan.forms[kind]))
        for one in self.plan.empty:
            files.append(FileSummary(one.path.name, one.file_type, 0))
        self.warnings += self.cross.run()
        self.writer.note("packet_version", self.plan.version)
        self.writer.note("run", self.plan.run)
        self.writer.note("control_totals", control_totals(self.con, self.cross.parts, files))
        return files

    def _read_file(self, kind: str, form: Form) -> FileSummary:
        one = FileSummary(form.found.path.name, kind, form.size)
        checker: Checker | None = None
        watch = LineWatch(form)
        for first, piece in pieces(form):
            if checker is None:
                shape = Shape.learn(form.layout, form.end_of_line, piece)
                checker = Checker(form, shape, self.set_aside)
                self._warn_of_rounding(kind, form, shape)
            self._read_piece(kind, one, checker, piece, first)
            watch.watch(piece, first)
            self._done += piece.size
            self.progress(kind, self._done // _MEGABYTE, self.plan.size // _MEGABYTE, "MB read")
        if checker is not None:
            self.warnings += checker.finish() + watch.finish(self.set_aside)
        return one

    def _read_piece(self, kind: str, one: FileSummary, checker: Checker, piece: Bytes, first: int) -> None:
        extent = Extent(piece.shape[1])
        bad = checker.bad_records(piece, first, extent)
        stage(self.con, piece, checker.form.layout.record_length, first)
        if checker.shape.loose:
            bad += self._bad_numbers(checker, piece, first, {row.line for row in bad})
        self._set_aside(checker.form, bad)
        one.rows_in += len(piece)
        one.rows_set_aside += len(bad)
        one.rows_kept += len(piece) - len(bad)
        self._too_many(one, checker.form, bad)
        if kind in CLAIM_OF:
            self._place(kind, checker.form, piece, first)
        self._write(kind, checker.form, extent)

    # ---- rows ----------------------------------------------------------------------------

    def _write(self, kind: str, form: Form, extent: Extent) -> None:
        fields = {field.name: field for field in form.layout.fields}
        chosen = []
        for name, sql_type in RAW_TABLES[raw_name(kind)].items():
            if name in fields:
                chosen.append(f"{column(fields[name], extent)} as {name}")
            elif name == "line_number":
                chosen.append(name)
            elif name == "person_id":
                chosen.append("who.person_id")
            elif name == "previous_person_id":
                chosen.append("previous.person_id as previous_person_id")
            elif name == "service_month" and kind in CLAIM_OF:
                chosen.append("placed.service_month")
            elif name == "service_month":
                chosen.append(f"cx_month_of({column(fields[MONTH_FIELD[kind]], extent)}) as service_month")
            else:
                chosen.append(f"cast(null as {sql_type}) as {name}")
        source = self._people(kind, form, extent)
        query = f"select {', '.join(chosen)} from {source}"
        month = "service_month" if kind in MONTH_FIELD or kind in CLAIM_OF else None
        written = self.writer.add_table(raw_name(kind), query, month)
        self.table_rows[kind] = self.table_rows.get(kind, 0) + written
        if kind == "cclf8":
            self._keep_identity(form, extent, source)

    def _people(self, kind: str, form: Form, extent: Extent) -> str:
        """What to select from: ``record`` with the person ids of its beneficiaries as ``who``."""
        if kind == "cclf9":
            current, previous = (column(form.layout.field(name), extent) for name in ("crnt_num", "prvs_num"))
            medicare = "substr(text, 1, 1) = 'M'"
            self.writer.merge_persons(
                f"select {previous} as previous, {current} as current from record where {medicare}"
            )
            self.writer.person_ids(f"select {current} as identifier from record where {medicare}", "mbi")
            return (
                f"record left join person_map as who on {medicare} and who.identifier = {current} "
                f"left join person_map as previous on {medicare} and previous.identifier = {previous}"
            )
        identifier = column(form.layout.field("bene_mbi_id"), extent)
        self.con.execute(
            f"create or replace temp table piece_identifier as "
            f"select {identifier} as identifier, min(line_number) as line_number from record group by 1"
        )
        if kind == "cclf8":
            self.cross.know_people()
        else:
            self.cross.check_people(kind, form)
        self.writer.person_ids("select identifier from piece_identifier", "mbi")
        self.con.execute(
            "create or replace temp table piece_person as select p.identifier, p.person_id "
            "from piece_identifier join person_map as p using (identifier)"
        )
        placed = " join claim_month as placed using (line_number)" if kind in CLAIM_OF else ""
        return f"record join piece_person as who on who.identifier = {identifier}{placed}"

    def _keep_identity(self, form: Form, extent: Extent, source: str) -> None:
        """Names and addresses go to the identity folder, which no step reads."""
        personal = [field for field in form.layout.fields if field.identifies == "person"]
        if personal:
            chosen = ", ".join(f"{column(field, extent)} as {field.name}" for field in personal)
            self.writer.add_identity(
                "cclf8_person", f"select who.person_id, line_number, {chosen} from {source}"
            )

    def _place(self, kind: str, form: Form, piece: Bytes, first: int) -> None:
        """Make ``claim_month(line_number, service_month)`` of a piece of A or B."""
        if kind not in self._months:
            claims = CLAIM_OF[kind]
            self._months[kind] = ClaimMonths(
                self.con, self.cross.parts(claims) or self._earlier_parts(claims)
            )
        months = self._months[kind].of(piece, form.layout.field("cur_clm_uniq_id"))
        self.con.register(
            "claim_month", {"line_number": np.arange(first, first + len(piece)), "service_month": months}
        )

    def _earlier_parts(self, kind: str) -> list[str]:
        return [
            str(part)
            for delivery in self.warehouse.deliveries()
            if delivery.fmt == "cclf" and delivery.source_id == self.plan.source_id
            for part in delivery.parts(raw_name(kind))
        ]

    # ---- rows that cannot be used -----------------------------------------------------------

    def _set_aside(self, form: Form, bad: list[Bad]) -> None:
        if not bad:
            return
        self.con.register(
            "bad_record",
            {
                "line_number": np.array([row.line for row in bad]),
                "field": np.array([row.field for row in bad], dtype=object),
                "reason_code": np.array([row.code for row in bad], dtype=object),
                "reason": np.array([row.reason for row in bad], dtype=object),
                "raw_text": np.array([row.raw for row in bad], dtype=object),
            },
        )
        self.writer.reject_query(f"select {quote(form.found.path.name)} as file_name, * from bad_record")
        self.con.execute("delete from record where line_number in (select line_number from bad_record)")
        self.con.unregister("bad_record")
        self.reasons.update(row.code for row in bad)
        if form.found.file_type == "cclf1":
            self.cross.headers_set_aside.update(row.raw[: form.layout.fields[0].end].strip() for row in bad)

    def _bad_numbers(self, checker: Checker, piece: Bytes, first: int, known: set[int]) -> list[Bad]:
        """Numbers whose form cannot be tested by position: ask DuckDB which of them are none."""
        found: dict[int, Bad] = {}
        for name in sorted(checker.shape.loose):
            one = checker.form.layout.field(name)
            for line in self._not_numbers(one):
                judged = fault(one, piece[line - first, one.start - 1 : one.end].tobytes())
                if judged is None or line in known:
                    continue
                if judged.damaged and not self.set_aside:
                    raise damaged(checker.form, line, name)
                raw = piece[line - first].tobytes().decode("ascii").rstrip("\r\n")
                found.setdefault(line, Bad(line, name, judged.code, judged.reason, raw))
        return list(found.values())

    def _not_numbers(self, one: Field) -> list[int]:
        text = f"trim(substr(text, {one.start}, {one.length}))"
        kind = "DECIMAL(18,4)" if one.type != "integer" else "INTEGER"
        rows = self.con.execute(
            f"select line_number from record where {text} <> '' and try_cast({text} as {kind}) is null "
            f"order by 1"
        ).fetchall()
        return [int(row[0]) for row in rows]

    def _too_many(self, one: FileSummary, form: Form, bad: list[Bad]) -> None:
        many = (
            one.rows_set_aside > TOO_MANY_ROWS and one.rows_set_aside * 100 > one.rows_in * TOO_MANY_PERCENT
        )
        if not many or self.set_aside:
            return
        first = bad[0] if bad else None
        raise CorridorError(
            "CCLF-TOO-MANY-BAD-ROWS",
            f"{one.rows_set_aside:,} of the first {one.rows_in:,} {one.kind.upper()} records cannot be used.",
            why=f"More than {TOO_MANY_PERCENT} percent is no longer a matter of single records: "
            + (first.reason if first else "see the reasons of the earlier ones")
            + ".",
            todo="Check that the file is what its name says; --set-aside loads it all the same.",
            file=form.found.shown,
            line=first.line if first else 1,
            field=first.field if first else None,
        )

    def _warn_of_rounding(self, kind: str, form: Form, shape: Shape) -> None:
        for name in sorted(shape.loose):
            if form.layout.field(name).type == "amount":
                self.warnings.append(
                    f"{kind.upper()}: {name} is not written with two decimals; it is rounded to the cent."
                )

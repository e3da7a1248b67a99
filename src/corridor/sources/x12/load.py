"""Load X12 files: every transaction set of every interchange, claims and remittances in one pass."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from corridor.engine.files import InputFile
from corridor.engine.tabular import Found, gather, scratch_folder
from corridor.engine.warehouse import Warehouse
from corridor.errors import CorridorError
from corridor.sources.summary import DeliverySummary, FileSummary, LoadSummary, Progress
from corridor.sources.tabular import Loading
from corridor.sources.x12.claim837 import Claim, ClaimReader
from corridor.sources.x12.codes import guide_of
from corridor.sources.x12.composite import stated_or_used
from corridor.sources.x12.envelope import Header, read_transactions
from corridor.sources.x12.people import identifier_of
from corridor.sources.x12.remit835 import Payment, Remittance, RemittanceReader
from corridor.sources.x12.rows import Batch, add_claim, add_person, add_remittance, span_of
from corridor.sources.x12.segments import begins_interchange
from corridor.sources.x12.values import BadValue, day

FORMAT = "x12"


@dataclass
class _File:
    """A file under way, and what is counted of it."""

    found: Found
    input: InputFile
    kinds: Counter[str] = field(default_factory=Counter)
    passed: Counter[str] = field(default_factory=Counter)
    rows_in: int = 0
    aside: list[tuple[str, int, str, str, str, str]] = field(default_factory=list)
    unbalanced_claims: int = 0
    unbalanced_remittances: int = 0
    unbalanced_payments: int = 0
    undated: int = 0
    bad_dates: int = 0
    other_component: bool = False
    newest: date | None = None


def load(
    paths: Iterable[Path | str],
    warehouse: Warehouse,
    settings: Mapping[str, Any] | None = None,
    progress: Progress | None = None,
) -> LoadSummary:
    """Load 837 and 835 files as one delivery. ``settings``: source_id, threads, memory_limit.

    Errors: SOURCE-NOTHING-TO-LOAD and those of docs/errors/x12.md; nothing is half loaded then.
    """
    settings = settings or {}
    source_id = str(settings.get("source_id") or FORMAT)
    summary = LoadSummary(FORMAT)
    given = [Path(path) for path in paths]
    named = {path for path in given if path.is_file() and path.suffix.lower() not in (".zip", ".gz")}
    with scratch_folder(warehouse.home) as scratch:
        files = _files(given, named, scratch, summary)
        held = [file for file in files if warehouse.has_file(file.input.sha256)]
        new = [file for file in files if file not in held and _has_claims(file, summary)]
        if held and not new:
            summary.deliveries.append(_known(warehouse, held))
            return summary
        summary.passed_over += [(file.found.name, "loaded already") for file in held]
        if not new:
            raise _nothing(summary)
        summary.deliveries.append(_load(warehouse, new, source_id, settings, progress))
    return summary


def _files(given: list[Path], named: set[Path], scratch: Path, summary: LoadSummary) -> list[_File]:
    files: list[_File] = []
    for found in gather(given, scratch):
        if not begins_interchange(found.path) and found.path not in named:
            summary.passed_over.append((found.name, "not an X12 file"))
            continue
        file = _File(found, InputFile.of(found.path, FORMAT, found.name))
        if any(file.input.sha256 == other.input.sha256 for other in files):
            summary.passed_over.append((found.name, "the same bytes as another file of this load"))
        else:
            files.append(file)
    return files


def _has_claims(file: _File, summary: LoadSummary) -> bool:
    """Read the envelopes of a file once: they must hold, and something in it must be for Corridor."""
    for header, segment in read_transactions(file.found):
        if segment.name == "ST":
            kind = guide_of(header.version)
            if kind is None:
                file.passed[f"{header.kind} ({header.version})"] += 1
            else:
                file.kinds[kind] += 1
            made = day(header.group_date) or (
                day(f"20{header.group_date}") if len(header.group_date) == 6 else None
            )
            if made is not None:
                file.newest = max(file.newest or date.min, date.fromisoformat(made))
    for kind, count in sorted(file.passed.items()):
        sets = "transaction set" if count == 1 else "transaction sets"
        summary.passed_over.append(
            (file.found.name, f"{count} {sets} {kind}: Corridor reads 837P, 837I and 835")
        )
    return bool(file.kinds)


def _load(
    warehouse: Warehouse,
    files: Sequence[_File],
    source_id: str,
    settings: Mapping[str, Any],
    progress: Progress | None,
) -> DeliverySummary:
    sequence = 1 + max((delivery.sequence for delivery in warehouse.deliveries()), default=0)
    newest = max((file.newest for file in files if file.newest), default=None)
    inputs = [file.input for file in files]
    with warehouse.begin_delivery(
        FORMAT, source_id, inputs, newest, settings.get("threads"), settings.get("memory_limit")
    ) as writer:
        loading = Loading(writer, sequence)
        batch = Batch(loading, source_id)
        counts: list[FileSummary] = []
        for number, file in enumerate(files, start=1):
            if progress:
                progress(file.found.name, number, len(files), "reading")
            loading.file_number = number
            _Reading(file, batch).read()
            writer.reject(file.aside)
            _warn(loading, file)
            one = FileSummary(file.found.name, "+".join(sorted(file.kinds)), file.input.bytes)
            one.rows_in, one.rows_set_aside = file.rows_in, len(file.aside)
            one.rows_kept = one.rows_in - one.rows_set_aside
            counts.append(one)
        batch.write()
        writer.note("files", [vars(one) for one in counts])
        delivery_id, warnings = writer.delivery_id, writer.warnings
    record = next(d for d in warehouse.deliveries() if d.delivery_id == delivery_id).record
    return DeliverySummary(
        delivery_id,
        source_id,
        True,
        newest,
        counts,
        dict(loading.tables),
        record["rejects"]["reasons"],
        warnings,
    )


class _Reading:
    """One file on its way into the batch."""

    def __init__(self, file: _File, batch: Batch) -> None:
        self.file = file
        self.batch = batch
        self.position = 0
        self.payments = 0
        self.paid = Decimal(0)
        self.remittances = 0

    def read(self) -> None:
        """Read every transaction set that is for Corridor."""
        claims: ClaimReader | None = None
        remits: RemittanceReader | None = None
        kind: str | None = None
        for header, segment in read_transactions(self.file.found):
            if segment.name == "ST":
                kind = guide_of(header.version)
                claims = remits = None
                if kind == "remittance":
                    remits = RemittanceReader(segment.delimiters.component)
                    self.payments += 1
                    self.paid, self.remittances = Decimal(0), 0
                elif kind is not None:
                    claims = ClaimReader(segment.delimiters.component)
            reader = claims or remits
            if reader is not None:
                component = stated_or_used(segment, reader.component)
                self.file.other_component |= component != reader.component
                reader.component = component
            if claims is not None:
                for claim in claims.feed(segment):
                    self._claim(claim, str(kind))
                if segment.name == "SE":
                    self.file.bad_dates += claims.parties.bad_dates
            elif remits is not None:
                for remittance in remits.feed(segment):
                    self._remittance(remittance, header)
                if segment.name == "SE":
                    self._payment(remits.payment)

    def _where(self) -> dict[str, Any]:
        self.position += 1
        self.file.rows_in += 1
        return {
            "load_sequence": self.batch.loading.sequence,
            "file_number": self.batch.loading.file_number,
            "position": self.position,
        }

    @property
    def _id(self) -> str:
        return f"{self.file.input.sha256[:12]}-{self.position}"

    def _set_aside(self, number: int, problem: BadValue | None, place: str, code: str, reason: str) -> None:
        row = (self.file.found.name, number, place, code, reason, "")
        if problem is not None:
            row = (
                self.file.found.name,
                problem.number,
                problem.field,
                problem.code,
                problem.reason,
                problem.text,
            )
        self.file.aside.append(row)

    def _claim(self, claim: Claim, kind: str) -> None:
        where = self._where()
        first, _ = span_of(claim.values, claim.lines, "statement_from", "statement_to")
        if claim.problem is not None:
            self._set_aside(claim.number, claim.problem, "", "", "")
        elif first is None:
            self._set_aside(claim.number, None, "DTP", "no-date", "there is no date of service")
        elif not claim.lines:
            self._set_aside(claim.number, None, "LX", "no-line", "there is no service line")
        else:
            add_claim(self.batch, claim, kind, {**where, "submission_id": self._id})
            charged = sum((Decimal(line.get("charge_amount") or 0) for line in claim.lines), Decimal(0))
            self.file.unbalanced_claims += charged != Decimal(claim.values["charge_amount"] or 0)

    def _remittance(self, remittance: Remittance, header: Header) -> None:
        where = self._where()
        self.remittances += 1
        if remittance.problem is not None:
            self._set_aside(remittance.number, remittance.problem, "", "", "")
            return
        self.paid += Decimal(remittance.values["paid_amount"] or 0)
        own = {
            **where,
            "remittance_id": self._id,
            "payment_id": f"{self.file.input.sha256[:12]}-payment-{self.payments}",
            "created_at": f"{header.group_date}{header.group_time[:6]:0<6}",
        }
        self.file.unbalanced_remittances += not add_remittance(self.batch, remittance, own)
        first, last = span_of(remittance.values, remittance.lines, "claim_from", "claim_to")
        self.file.undated += first is None
        filing = remittance.values["filing_code"]
        identifier, kind = identifier_of(remittance.patient, None, filing, self.batch.source_id, self._id)
        add_person(self.batch, remittance.patient, identifier, kind, filing, (first, last), own)

    def _payment(self, payment: Payment) -> None:
        stated = Decimal(payment.values.get("payment_amount") or 0)
        if payment.problem is None and self.paid - payment.provider_adjustment != stated:
            self.file.unbalanced_payments += 1
        self.batch.add(
            "payment",
            {
                **payment.values,
                "payment_id": f"{self.file.input.sha256[:12]}-payment-{self.payments}",
                "claim_amount": self.paid,
                "provider_adjustment_amount": payment.provider_adjustment,
                "claims": self.remittances,
            },
        )


def _warn(loading: Loading, file: _File) -> None:
    name, warn = file.found.name, loading.writer.warn
    if file.other_component:
        warn(f"{name} parts its components by another character than its ISA states; the one used was read.")
    if file.bad_dates:
        warn(f"{name}: {file.bad_dates:,} dates of birth or death are no dates and were left empty.")
    if file.unbalanced_claims:
        warn(f"{name}: the charges of the lines are not the claim's on {file.unbalanced_claims:,} claims.")
    if file.unbalanced_remittances:
        warn(
            f"{name}: on {file.unbalanced_remittances:,} remittances services less adjustments are not what "
            "the claim was paid; the claim's amount counts, the difference stands on its first line."
        )
    if file.unbalanced_payments:
        warn(
            f"{name}: {file.unbalanced_payments:,} payments (BPR02) are not the claims paid less the "
            "provider adjustments (PLB)."
        )
    if file.undated:
        warn(
            f"{name}: {file.undated:,} remittances state no date of service; they count only where their "
            "837 is loaded."
        )


def _known(warehouse: Warehouse, files: Sequence[_File]) -> DeliverySummary:
    wanted = {file.input.sha256 for file in files}
    holder = next(
        delivery
        for delivery in reversed(warehouse.deliveries())
        if wanted & {file["sha256"] for file in delivery.record["files"]}
    )
    counts = [FileSummary(file.found.name, FORMAT, file.input.bytes) for file in files]
    return DeliverySummary(holder.delivery_id, holder.source_id, False, files=counts)


def _nothing(summary: LoadSummary) -> CorridorError:
    name, why = summary.passed_over[0] if summary.passed_over else (None, "there is no file")
    return CorridorError(
        "SOURCE-NOTHING-TO-LOAD",
        "None of the files holds what this format loads.",
        why=f"{name}: {why}." if name else why,
        todo="Name the files that hold claims (837) or remittances (835).",
        file=name,
    )

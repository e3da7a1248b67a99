"""Load FHIR resources: each file in pieces, one delivery a load, or nothing where a file is damaged."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from corridor.engine.files import InputFile
from corridor.engine.tabular import Found, gather, scratch_folder
from corridor.engine.warehouse import Warehouse
from corridor.errors import CorridorError
from corridor.sources.fhir.codes import prepare
from corridor.sources.fhir.people import link_patients
from corridor.sources.fhir.pieces import PieceWriter
from corridor.sources.fhir.reading import pieces, what_it_is
from corridor.sources.fhir.totals import count_versions, dollars
from corridor.sources.summary import DeliverySummary, FileSummary, LoadSummary, Progress
from corridor.sources.tabular import Loading

FORMAT = "fhir"
_ENDINGS = (".json", ".ndjson", ".jsonl", ".fhir")


def load(
    paths: Iterable[Path | str],
    warehouse: Warehouse,
    settings: Mapping[str, Any] | None = None,
    progress: Progress | None = None,
) -> LoadSummary:
    """Load NDJSON files, Bundles and single resources as one delivery.

    settings: ``source_id`` (whose API the files come from: patient ids are unique within it),
    ``set_aside`` keeps what comes before the break of a cut file; ``threads``, ``memory_limit``.
    Errors: docs/errors/fhir.md. Nothing is half loaded.
    """
    settings = settings or {}
    given = [Path(path) for path in paths]
    named = {path for path in given if path.is_file() and path.suffix.lower() not in (".zip", ".gz")}
    source_id = str(settings.get("source_id") or FORMAT)
    summary = LoadSummary(FORMAT)
    with scratch_folder(warehouse.home) as scratch:
        files: list[tuple[Found, str, InputFile]] = []
        for found in gather(given, scratch):
            kind = _recognise(found, found.path in named, summary)
            if kind is None:
                continue
            one = InputFile.of(found.path, "fhir", found.name)
            if any(one.sha256 == other.sha256 for _, _, other in files):
                summary.passed_over.append((found.name, "the same bytes as another file of this load"))
            else:
                files.append((found, kind, one))
        if not files:
            raise _nothing(given, summary)
        new = [file for file in files if not warehouse.has_file(file[2].sha256)]
        if not new:
            summary.deliveries.append(_known(warehouse, [one for _, _, one in files], source_id))
            return summary
        summary.passed_over += [
            (found.name, "loaded already") for found, _, one in files if one not in {f[2] for f in new}
        ]
        summary.deliveries.append(_write(warehouse, new, source_id, settings, progress, summary))
    return summary


def _write(
    warehouse: Warehouse,
    files: Sequence[tuple[Found, str, InputFile]],
    source_id: str,
    settings: Mapping[str, Any],
    progress: Progress | None,
    summary: LoadSummary,
) -> DeliverySummary:
    sequence = 1 + max((delivery.sequence for delivery in warehouse.deliveries()), default=0)
    counts: list[FileSummary] = []
    totals: dict[str, Any] = {}
    with warehouse.begin_delivery(
        FORMAT,
        source_id,
        [one for _, _, one in files],
        None,
        settings.get("threads"),
        settings.get("memory_limit"),
    ) as writer:
        loading = Loading(writer, sequence)
        prepare(writer.con)
        for number, (found, kind, one) in enumerate(files, start=1):
            loading.file_number, loading.aside = number, 0
            parsed = PieceWriter(loading, found.name, source_id)
            done = 0
            for piece in pieces(found.path, found.name, kind, bool(settings.get("set_aside"))):
                parsed.write(piece)
                done += sum(map(len, piece.texts))
                if progress:
                    progress(found.name, done >> 20, one.bytes >> 20, "MB read")
            kept = sum(parsed.kept.values())
            if parsed.not_fhir and not kept and not parsed.passed and parsed.not_fhir == loading.aside:
                raise _no_resource(found.name, parsed.not_fhir_line)
            if parsed.passed:
                told = ", ".join(f"{count:,} {name}" for name, count in sorted(parsed.passed.items()))
                summary.passed_over.append((found.name, f"{told}: no claims, people or coverage"))
            counts.append(FileSummary(found.name, "resources", one.bytes))
            counts[-1].rows_in, counts[-1].rows_kept = kept + loading.aside, kept
            counts[-1].rows_set_aside = loading.aside
            # the same file name may come from several folders
            totals[f"file {number}"] = {
                **vars(counts[-1]),
                "file": found.name,
                "kept": parsed.kept,
                "passed_over": parsed.passed,
            }
        if not sum(one.rows_kept for one in counts):
            raise _nothing([found.path for found, _, _ in files], summary)
        link_patients(loading)
        for number, money in dollars(loading).items():
            totals[f"file {number}"] |= money
        writer.note("control_totals", totals)
        writer.note("claims", count_versions(loading))
        delivery_id, warnings = writer.delivery_id, writer.warnings
    record = next(d for d in warehouse.deliveries() if d.delivery_id == delivery_id).record
    return DeliverySummary(
        delivery_id,
        source_id,
        True,
        None,
        counts,
        dict(loading.tables),
        record["rejects"]["reasons"],
        warnings,
    )


def _recognise(found: Found, was_named: bool, summary: LoadSummary) -> str | None:
    """ "lines" or "document"; None for a file of a folder that is something else."""
    kind = what_it_is(found.path)
    if kind in ("lines", "document"):
        return kind
    if not was_named and found.suffix not in _ENDINGS:
        summary.passed_over.append((found.name, f"not JSON ({kind})"))
        return None
    why = {
        "empty": "The file is empty, or holds only blanks.",
        "web page": "It is a web page: the link had expired, or a sign-in page was saved for the data.",
        "XML": "It is XML; Corridor reads the JSON form of FHIR.",
    }.get(kind, f"It begins as {kind}, not with {{ or [.")
    raise CorridorError(
        "FHIR-NOT-JSON",
        "This is no FHIR file in JSON.",
        why=why,
        todo="Fetch the NDJSON files of the export again, with Accept: application/fhir+json.",
        file=found.name,
        line=1,
    )


def _no_resource(name: str, line: int) -> CorridorError:
    return CorridorError(
        "FHIR-NO-RESOURCE",
        "Nothing in this file is a FHIR resource.",
        why="Its texts are no JSON, or JSON without a resourceType.",
        todo="Check that it is an export of ExplanationOfBenefit, Patient or Coverage.",
        file=name,
        line=line,
    )


def _nothing(paths: Sequence[Path], summary: LoadSummary) -> CorridorError:
    name, why = summary.passed_over[0] if summary.passed_over else (str(paths[0]) if paths else "", "no file")
    return CorridorError(
        "FHIR-NOTHING-TO-LOAD",
        "None of the files holds claims, people or coverage.",
        why=f"{name}: {why}.",
        todo="Name the files with ExplanationOfBenefit, Patient or Coverage resources.",
        file=name,
    )


def _known(warehouse: Warehouse, files: Sequence[InputFile], source_id: str) -> DeliverySummary:
    """What to say of files that are all loaded already."""
    wanted = {one.sha256 for one in files}
    holder = next(
        delivery
        for delivery in reversed(warehouse.deliveries())
        if wanted & {file["sha256"] for file in delivery.record["files"]}
    )
    counts = [FileSummary(one.name, "resources", one.bytes) for one in files]
    return DeliverySummary(holder.delivery_id, holder.source_id, False, files=counts)

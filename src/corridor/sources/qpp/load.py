"""Load quality results: counts and patients from CSV, QRDA III, QPP JSON and FHIR MeasureReport."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from corridor.engine.connection import quote
from corridor.engine.tabular import Found, Layout, Staged, Table, load_layouts, open_table
from corridor.engine.warehouse import Warehouse
from corridor.reference.numbers import npi_is_valid
from corridor.sources.qpp.documents import as_table
from corridor.sources.summary import LoadSummary, Progress
from corridor.sources.tabular import Loading, load_files, prefixed, source_sql
from corridor.words import counted

FORMAT = "quality-results"
ROOM = "qpp"
# the status of a patient of whom a file gives a flag for each population: as a measure is calculated
_STATUS_OF_FLAGS = (
    "case when not patient.in_denominator then null when patient.in_exclusion then 'exclusion' "
    "when patient.in_numerator then 'met' when patient.in_exception then 'exception' "
    "when not coalesce(patient.is_captured, true) then 'not_captured' else 'not_met' end"
)
# a count that cannot be: the parts are more than the whole. Some measures of registries are no
# proportions: where such a row states its rate, its numerator may be anything
_IMPOSSIBLE = (
    "when whose.collection_type in ('ecqm', 'medicare_cqm') and row_of.rate > 100 "
    "then {'field': 'rate', 'reason_code': 'QUALITY-COUNTS', 'reason': 'the rate is above 100 percent'} "
    "when (row_of.rate is null or whose.collection_type in ('ecqm', 'medicare_cqm')) "
    "and coalesce(row_of.numerator, 0) + coalesce(row_of.exclusion, 0) "
    "+ coalesce(row_of.exception, 0) + coalesce(row_of.not_met, 0) + coalesce(row_of.not_captured, 0) "
    "> coalesce(row_of.denominator, 0) then {'field': 'denominator', 'reason_code': 'QUALITY-COUNTS', "
    "'reason': 'met, not met, not captured, excluded and excepted are more than the denominator'}"
)
# rates stated beside counts that make another one, by more than rounding: mostly fractions for percent
_OTHER_RATE = (
    "select count(*) from staged join measure_whose as whose using (line_number) "
    "where whose.collection_type in ('ecqm', 'mipscqm', 'medicare_cqm') "
    "and staged.numerator <= staged.denominator "
    "and abs(staged.rate - 100 * (staged.numerator - coalesce(staged.numerator_exclusion, 0)) / nullif("
    "case when whose.collection_type <> 'ecqm' and staged.not_met is not null then staged.numerator "
    "- coalesce(staged.numerator_exclusion, 0) + staged.not_met "
    "else staged.denominator - coalesce(staged.exclusion, 0) - coalesce(staged.exception, 0) "
    "- case when whose.collection_type = 'ecqm' then 0 else coalesce(staged.not_captured, 0) end end, 0)"
    ") > 1 "
    "and line_number not in (select line_number from measure_refused)"
)
_NO_PATIENT = (
    "when coalesce(row_of.bene_mbi_id, row_of.patient_hash, row_of.patient_id) is null then "
    "{'field': 'patient_id', 'reason_code': 'QUALITY-NO-PATIENT', 'reason': 'no patient is named'}"
)


def load(
    paths: Iterable[Path | str],
    warehouse: Warehouse,
    settings: Mapping[str, Any] | None = None,
    progress: Progress | None = None,
) -> LoadSummary:
    """Load files of quality results as one delivery; settings: ``source_id`` (which record or vendor).

    Patient numbers are unique within a source only: two records that are loaded under one name would have
    their patients taken for each other's.
    Errors: those of the tabular reader, of the documents (docs/errors/quality.md), SOURCE-FILE-UNKNOWN.
    """
    settings = settings or {}
    layouts = [one for one in load_layouts(ROOM).values() if one.meta.get("format") == FORMAT]
    source_id = str(settings.get("source_id") or ROOM)

    def opened(file: Found, known: Sequence[Layout], scratch: Path) -> Table:
        return as_table(file, known, scratch) or open_table(file, known, scratch)

    def write(loading: Loading, staged: Staged) -> None:
        _write(loading, staged, source_id)

    return load_files(
        paths,
        warehouse,
        fmt=FORMAT,
        source_id=source_id,
        layouts=layouts,
        write=write,
        opened=opened,
        settings=settings,
        progress=progress,
    )


def _write(loading: Loading, staged: Staged, source_id: str) -> None:
    con, layout = loading.writer.con, staged.layout
    table = str(layout.meta["table"])
    if table == "measure_name":
        loading.add(
            "qpp_raw.measure_name",
            "select trim(measure_reference) as measure_reference, quality_id from staged",
        )
        return
    con.execute(f"create or replace temp table measure_whose as {source_sql(ROOM, 'whose')}")
    more = _IMPOSSIBLE if table == "measure_result" else _NO_PATIENT
    con.execute(
        f"create or replace temp table measure_refused as {source_sql(ROOM, 'measure_refused', more=more)}"
    )
    loading.set_aside(
        f"select {quote(staged.file_name)} as file_name, line_number, field, reason_code, reason, "
        "'' as raw_text from measure_refused"
    )
    order = loading.sequence * 1000 + loading.file_number
    if table == "measure_result":
        loading.add("qpp_raw.measure_result", source_sql(ROOM, "measure_result", order=order))
    else:
        _write_patients(loading, source_id, order, "in_denominator" in {c.name for c in layout.columns})
    _warn(loading, staged)


def _write_patients(loading: Loading, source_id: str, order: int, flags: bool) -> None:
    con, writer = loading.writer.con, loading.writer
    local = prefixed("patient", source_id, "trim(patient_id)")
    con.execute(
        "create or replace temp table measure_identity as select line_number, trim(bene_mbi_id) as mbi, "
        f"'patient-hash:' || trim(patient_hash) as hash, {local} as local, "
        "coalesce(mbi, hash, local) as identifier from staged"
    )
    writer.person_ids("select mbi as identifier from measure_identity where mbi is not null", kind="mbi")
    writer.person_ids(
        "select identifier from measure_identity where mbi is null and identifier is not null", kind="patient"
    )
    # what two identifiers on one line say of each other holds for every other line, and later files
    writer.merge_persons("select hash as previous, mbi as current from measure_identity", kind="patient")
    if not flags:  # a file of flags may name its Medicare identifier as the number of the patient
        writer.merge_persons("select local as previous, mbi as current from measure_identity", kind="patient")
        writer.merge_persons(
            "select local as previous, hash as current from measure_identity", kind="patient"
        )
    status = _STATUS_OF_FLAGS if flags else "patient.status"
    loading.add("qpp_raw.measure_patient", source_sql(ROOM, "measure_patient", order=order, status=status))


def _warn(loading: Loading, staged: Staged) -> None:
    con, writer, name = loading.writer.con, loading.writer, staged.file_name
    npis = con.execute("select distinct npi from staged where npi is not null").fetchall()
    wrong = sum(not npi_is_valid(npi) for (npi,) in npis)
    if wrong:
        writer.warn(f"{wrong:,} of {len(npis):,} NPIs in {name} are not ten digits with a right check digit.")
    if staged.layout.meta["table"] == "measure_result":
        row = con.execute(_OTHER_RATE).fetchone()
        if row and row[0]:
            writer.warn(
                f"{counted(row[0], 'row')} of {name} state another rate than their counts make: the stated "
                "one is taken, in percent."
            )
    if "collection_type" in staged.absent:
        row = con.execute("select count(*) from measure_whose where collection_type = 'ecqm'").fetchone()
        if row and row[0]:
            writer.warn(f"{name} states no collection type: its CMS measure numbers are taken for eCQMs.")
    if "period_end" in staged.absent:
        writer.warn(f"{name} states no end of its period: its results are taken for those of the whole year.")

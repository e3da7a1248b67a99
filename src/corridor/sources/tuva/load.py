"""Load tables of the Tuva input layer. What becomes of a row stands in ``raw/*.sql``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from corridor.engine.connection import quote
from corridor.engine.tabular import Staged, load_layouts
from corridor.engine.warehouse import Warehouse
from corridor.reference.states import add_state_codes
from corridor.sources.summary import LoadSummary, Progress
from corridor.sources.tabular import Loading, load_files, prefixed, source_sql

FORMAT = "tuva"
_CODES = 25  # diagnoses and procedures a row has room for
# From this share of claims on, equal amounts on all lines mean that the file repeats the claim's amount.
_REPEATING = 0.9


def load(
    paths: Iterable[Path | str],
    warehouse: Warehouse,
    settings: Mapping[str, Any] | None = None,
    progress: Progress | None = None,
) -> LoadSummary:
    """Load Tuva files as one delivery. ``settings``: source_id, threads, memory_limit."""
    source_id = str((settings or {}).get("source_id") or FORMAT)

    def write(loading: Loading, staged: Staged) -> None:
        if loading.file_number == 1:
            add_state_codes(loading.writer.con)
        _write(loading, staged, source_id)

    return load_files(
        paths,
        warehouse,
        fmt=FORMAT,
        source_id=source_id,
        layouts=list(load_layouts(FORMAT).values()),
        write=write,
        settings=settings,
        progress=progress,
    )


def _write(loading: Loading, staged: Staged, source_id: str) -> None:
    name = staged.layout.name
    person = prefixed("tuva", source_id, "person_key")
    loading.writer.person_ids(f"select {person} as identifier from staged", kind="tuva")

    def add(table: str, month_column: str | None = "service_month", **values: object) -> None:
        places = {"load_sequence": loading.sequence, "person": person, **values}
        loading.add(f"tuva_raw.{table}", source_sql(FORMAT, table, **places), month_column, in_order=True)

    if name == "medical_claim":
        _write_claims(loading, staged, add)
    elif name == "pharmacy_claim":
        _no_day(loading, staged, "staged", "coalesce(dispensing_date, paid_date)", "dispensing_date")
        add(name)
    else:
        add(name, None)


def _write_claims(loading: Loading, staged: Staged, add: Any) -> None:
    con, meta = loading.writer.con, staged.layout.meta
    con.execute(f"create or replace temp view dated as {source_sql(FORMAT, 'dated')}")
    _no_day(loading, staged, "dated", "service_day", "claim_end_date")
    con.execute("create or replace temp table bill_kind (bill_type varchar, code varchar)")
    con.executemany(
        "insert into bill_kind values (?, ?)",
        [[bill, code] for bill, code in meta["claim_type_code_by_bill_type"].items()],
    )
    repeat = _amounts_repeat(loading, staged)
    add(
        "medical_claim", amounts_repeat=str(repeat).lower(), professional=meta["claim_type_code_professional"]
    )
    add("claim_diagnosis", entries=_entries("diagnosis_code", "diagnosis_poa"))
    add("claim_procedure", entries=_entries("procedure_code", "procedure_date"))
    con.execute("drop view dated")


def _entries(code: str, detail: str) -> str:
    """The codes of all places one under another; most places of most rows are empty, and cost nothing so."""
    return " union all ".join(
        f"select claim_id, person_key, service_day, {code}_type, cast({n} as integer) as place, "
        f"{code}_{n} as code, {detail}_{n} as detail "
        f"from dated where service_day is not null and {code}_{n} is not null"
        for n in range(1, _CODES + 1)
    )


def _amounts_repeat(loading: Loading, staged: Staged) -> bool:
    """Whether the file writes the amount of an institutional claim on each of its lines.

    Tables mapped from CMS claims often do; added up, they count a claim once for every line.
    """
    row = loading.writer.con.execute(
        "select count(*), count(*) filter (same) from ("
        "select min(paid_amount) = max(paid_amount) and count(paid_amount) = count(*) as same from dated "
        "where claim_type = 'institutional' group by claim_id "
        "having count(*) > 1 and max(abs(paid_amount)) > 0)"
    ).fetchone()
    assert row is not None
    claims, same = int(row[0]), int(row[1])
    repeat = claims > 0 and same >= _REPEATING * claims
    if repeat:
        loading.writer.warn(
            f"{staged.file_name} repeats the amount of an institutional claim on each of its lines "
            f"({same:,} of {claims:,} claims of several lines); it is counted once a claim."
        )
    return repeat


def _no_day(loading: Loading, staged: Staged, rows: str, day: str, field: str) -> None:
    loading.set_aside(
        f"select {quote(staged.file_name)} as file_name, line_number, {quote(field)} as field, "
        "'no-date' as reason_code, 'there is no date of service' as reason, claim_id as raw_text "
        f"from {rows} where {day} is null"
    )

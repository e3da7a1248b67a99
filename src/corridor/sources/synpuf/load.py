"""Load DE-SynPUF files. What becomes of a row stands in ``raw/*.sql``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from corridor.engine.connection import quote
from corridor.engine.tabular import Layout, Staged, load_layouts
from corridor.engine.warehouse import Warehouse
from corridor.errors import CorridorError
from corridor.reference.states import add_state_codes
from corridor.sources.summary import LoadSummary, Progress
from corridor.sources.tabular import Loading, load_files, source_sql

FORMAT = "synpuf"
_YEAR = re.compile(r"(?<!\d)(20\d\d)_Beneficiary", re.IGNORECASE)
_LINE_COLUMNS = {
    "hcpcs": "hcpcs_cd",
    "npi": "prf_physn_npi",
    "tin": "tax_num",
    "processing": "line_prcsg_ind_cd",
    "diagnosis": "line_icd9_dgns_cd",
    "paid": "line_nch_pmt_amt",
    "allowed": "line_alowd_chrg_amt",
    "deductible": "line_bene_ptb_ddctbl_amt",
    "coinsurance": "line_coinsrnc_amt",
}


def load(
    paths: Iterable[Path | str],
    warehouse: Warehouse,
    settings: Mapping[str, Any] | None = None,
    progress: Progress | None = None,
) -> LoadSummary:
    """Load DE-SynPUF files as one delivery. ``settings``: source_id, threads, memory_limit."""

    def write(loading: Loading, staged: Staged) -> None:
        if loading.file_number == 1:
            add_state_codes(loading.writer.con)
        _write(loading, staged)

    return load_files(
        paths,
        warehouse,
        fmt=FORMAT,
        source_id=str((settings or {}).get("source_id") or FORMAT),
        layouts=list(load_layouts(FORMAT).values()),
        write=write,
        settings=settings,
        progress=progress,
    )


def _write(loading: Loading, staged: Staged) -> None:
    layout = staged.layout
    person = quote("desynpuf:") + " || desynpuf_id"
    loading.writer.person_ids(f"select {person} as identifier from staged", kind="desynpuf")

    def add(table: str, name: str, month_column: str | None = "service_month", **values: object) -> None:
        places = {"load_sequence": loading.sequence, "person": person, **values}
        loading.add(f"synpuf_raw.{table}", source_sql(FORMAT, name, **places), month_column)

    if layout.name == "beneficiary_summary":
        year = _year(staged.file_name)
        add("beneficiary_month", "beneficiary_month", None, year=year)
        add("beneficiary_year", "beneficiary_year", None, year=year)
    elif layout.name == "pde":
        add("pde", "pde")
    elif layout.name == "carrier":
        kind = layout.meta["claim_type_code"]
        lines = range(1, _repeats(layout, "hcpcs_cd_") + 1)
        entries = ", ".join(
            f"{{'line': {n}, {', '.join(f'{quote(k)}: {c}_{n}' for k, c in _LINE_COLUMNS.items())}}}"
            for n in lines
        )
        paid = " + ".join(f"coalesce(line_nch_pmt_amt_{n}, 0)" for n in lines)
        add("claim", "carrier_claim", claim_type_code=kind, paid=paid)
        add("claim_line", "carrier_line", claim_type_code=kind, entries=entries)
        add("claim_diagnosis", "diagnosis", rows="staged", entries=_codes(layout, "icd9_dgns_cd_"))
    else:
        _write_facility(loading, staged, add)


def _write_facility(loading: Loading, staged: Staged, add: Any) -> None:
    layout = staged.layout
    kind = layout.meta["claim_type_code"]
    con = loading.writer.con
    con.execute(f"create or replace temp table facility as {source_sql(FORMAT, 'facility')}")
    loading.set_aside(
        f"select {quote(staged.file_name)} as file_name, line_number, 'CLM_THRU_DT' as field, "
        "'no-date' as reason_code, clm_id as raw_text, "
        "'neither the row nor the first segment of its claim has a date' as reason "
        "from facility where clm_thru_dt is null"
    )
    width = _repeats(layout, "hcpcs_cd_")
    entries = ", ".join(f"{{'line': {n}, 'hcpcs': hcpcs_cd_{n}}}" for n in range(1, width + 1))
    add("claim", "facility_claim", claim_type_code=kind)
    add("claim_line", "facility_line", claim_type_code=kind, entries=entries, width=width)
    add("claim_diagnosis", "diagnosis", rows="facility", entries=_codes(layout, "icd9_dgns_cd_"))
    add("claim_procedure", "procedure", entries=_codes(layout, "icd9_prcdr_cd_"))
    con.execute("drop table facility")


def _repeats(layout: Layout, start: str) -> int:
    return sum(column.name.startswith(start) for column in layout.columns)


def _codes(layout: Layout, start: str) -> str:
    names = [column.name for column in layout.columns if column.name.startswith(start)]
    return ", ".join(f"{{'place': {place}, 'code': {name}}}" for place, name in enumerate(names, start=1))


def _year(file_name: str) -> int:
    match = _YEAR.search(file_name)
    if match is None:
        raise CorridorError(
            "SYNPUF-YEAR",
            "The year of this beneficiary summary is unknown.",
            why="The file does not state it; CMS writes it into the name.",
            todo="Name the file as CMS does, for instance DE1_0_2008_Beneficiary_Summary_File_Sample_1.csv.",
            file=file_name,
        )
    return int(match.group(1))

"""Load RIF files: each row gives its claim, a line, diagnoses and procedures.

What becomes of a row stands in ``raw/*.sql``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from corridor.engine.connection import quote
from corridor.engine.tabular import Layout, Staged, load_layouts
from corridor.engine.warehouse import Warehouse
from corridor.reference.states import add_state_codes
from corridor.sources.rif.people import keep_identifiers, link_identifiers
from corridor.sources.summary import LoadSummary, Progress
from corridor.sources.tabular import Loading, load_files, prefixed, source_sql

FORMAT = "rif"
# how many diagnoses, external causes and procedures a RIF row has room for
_DIAGNOSES, _EXTERNAL_CAUSES, _PROCEDURES, _CARRIER_DIAGNOSES = 25, 12, 25, 12
_MONTHS = 12
_CODE_LISTS = ("part_a", "part_b", "not_medicare_advantage", "no_part_d", "no_dual", "no_status")


def load(
    paths: Iterable[Path | str],
    warehouse: Warehouse,
    settings: Mapping[str, Any] | None = None,
    progress: Progress | None = None,
) -> LoadSummary:
    """Load RIF files as one delivery. ``settings``: source_id, threads, memory_limit."""
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
        finish=lambda loading: link_identifiers(loading, source_id),
        settings=settings,
        progress=progress,
    )


def _write(loading: Loading, staged: Staged, source_id: str) -> None:
    bene = prefixed("bene_id", source_id, "bene_id")
    loading.writer.person_ids(f"select {bene} as identifier from staged", kind="bene_id")
    layout = staged.layout

    def sql(name: str, **values: object) -> str:
        places = {"load_sequence": loading.sequence, "file_number": loading.file_number, "bene": bene}
        return source_sql(FORMAT, name, **places, **values)

    if layout.name in ("beneficiary", "beneficiary_history"):
        keep_identifiers(loading, bene)
        if layout.name == "beneficiary":
            loading.add("rif_raw.beneficiary_month", sql("beneficiary_month", **_month_values(layout)))
        return
    if layout.name == "pde":
        loading.add("rif_raw.pde", sql("pde"), "service_month")
        return
    family = str(layout.meta["family"])
    loading.writer.con.execute(f"create or replace temp table versioned as {sql('versioned')}")
    claim = sql(f"claim_{family}", claim_type=layout.meta.get("claim_type", ""))
    loading.add("rif_raw.claim", claim, "service_month")
    loading.add(f"rif_raw.{family}_line", sql(f"line_{family}"), "service_month")
    loading.add("rif_raw.claim_diagnosis", sql("diagnosis", entries=_diagnoses(family)), "service_month")
    if family == "institutional":
        loading.add("rif_raw.claim_procedure", sql("procedure", entries=_procedures()), "service_month")
    loading.writer.con.execute("drop table versioned")


def _diagnoses(family: str) -> str:
    """SQL structs of the places of a row that hold a diagnosis, the principal one first."""
    slots = [("prncpal_dgns_cd", "prncpal_dgns_vrsn_cd", "null")]
    if family == "institutional":
        slots += [
            (f"icd_dgns_cd{n}", f"icd_dgns_vrsn_cd{n}", f"clm_poa_ind_sw{n}") for n in _upto(_DIAGNOSES)
        ]
        slots += [(f"icd_dgns_e_cd{n}", f"icd_dgns_e_vrsn_cd{n}", "null") for n in _upto(_EXTERNAL_CAUSES)]
    else:
        slots += [(f"icd_dgns_cd{n}", f"icd_dgns_vrsn_cd{n}", "null") for n in _upto(_CARRIER_DIAGNOSES)]
    return ", ".join(
        f"{{'place': {place}, 'code': {code}, 'version': {version}, 'poa': cast({poa} as varchar)}}"
        for place, (code, version, poa) in enumerate(slots)
    )


def _procedures() -> str:
    return ", ".join(
        f"{{'place': {n}, 'code': icd_prcdr_cd{n}, 'version': icd_prcdr_vrsn_cd{n}, 'day': prcdr_dt{n}}}"
        for n in _upto(_PROCEDURES)
    )


def _month_values(layout: Layout) -> dict[str, str]:
    entries = ", ".join(
        f"{{'month': {n}, 'buyin': buyin_{n}, 'hmo': hmo_{n}, 'status': status_{n}, 'dual': dual_{n}, "
        f"'county': county_{n}, 'plan': part_d_{n}}}"
        for n in _upto(_MONTHS)
    )
    lists = {name: ", ".join(quote(str(code)) for code in layout.meta[name]) for name in _CODE_LISTS}
    return {"entries": entries, **lists}


def _upto(last: int) -> Sequence[int]:
    return range(1, last + 1)

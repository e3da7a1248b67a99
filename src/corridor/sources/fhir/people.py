"""Which Patient and which MBI are one person."""

from __future__ import annotations

from corridor.sources.tabular import Loading

_PAIRS = "select distinct person_key as previous, mbi as current from fhir_link where person_key <> mbi"


def link_patients(loading: Loading) -> None:
    """Link each Patient id to the MBIs that a Patient, a Coverage or a claim gives for it.

    So a person of another delivery or format with the same MBI is the same person; older MBIs
    of one Patient are that person's too.
    """
    found = loading.writer.con.execute(f"select count(*) from ({_PAIRS}) as pairs").fetchone()
    if found and found[0]:
        loading.writer.merge_persons(_PAIRS, kind="mbi")

"""Which Patient and which MBI are one person."""

from __future__ import annotations

from corridor.sources.tabular import Loading


def link_patients(loading: Loading) -> None:
    """Link each Patient id to the MBIs that a Patient, a Coverage or a claim gives for it.

    So a person of another delivery or format with the same MBI is the same person; older MBIs
    of one Patient are that person's too.
    """
    con = loading.writer.con
    found = con.execute("select count(*) from duckdb_tables() where table_name = 'fhir_link'").fetchone()
    if found and found[0]:
        loading.writer.merge_persons(
            "select distinct person_key as previous, mbi as current from fhir_link where person_key <> mbi",
            kind="mbi",
        )

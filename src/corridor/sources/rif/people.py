"""Which identifiers belong to which person of the RIF."""

from __future__ import annotations

from corridor.engine.connection import quote
from corridor.sources.tabular import Loading


def keep_identifiers(loading: Loading, bene: str) -> None:
    """Keep in mind which MBI and HICN the staged file gives to which person."""
    loading.writer.con.execute(
        "create temp table if not exists rif_identifier (bene varchar, identifier varchar, kind varchar)"
    )
    for column, kind in (("mbi_num", "mbi"), ("bene_crnt_hic_num", "hicn")):
        loading.writer.con.execute(
            f"insert into rif_identifier select distinct {bene}, {column}, {quote(kind)} "
            f"from staged where {column} is not null"
        )


def link_identifiers(loading: Loading, source_id: str) -> None:
    """Link each MBI and HICN to its BENE_ID; one that several people carry identifies no one.

    BENE_ID is CMS's own key of a person: two of them are never made one.
    """
    con = loading.writer.con
    found = con.execute("select count(*) from duckdb_tables() where table_name = 'rif_identifier'").fetchone()
    if not found or not found[0]:
        return
    con.execute(
        "create or replace temp table rif_owned as select identifier, min(bene) as bene, min(kind) as kind "
        "from rif_identifier group by identifier having count(distinct bene) = 1"
    )
    # what an earlier load linked to another BENE_ID is not linked again
    own = quote(f"bene_id:{source_id}:")
    con.execute(
        "delete from rif_owned where identifier in (select link.current from person_link as link "
        "join rif_owned as owned on owned.identifier = link.current "
        f"where link.previous <> owned.bene and starts_with(link.previous, {own}))"
    )
    shared = con.execute(
        "select count(distinct identifier) from rif_identifier "
        "where identifier not in (select identifier from rif_owned)"
    ).fetchone()
    if shared and shared[0]:
        loading.writer.warn(
            f"{shared[0]} MBI or HICN are carried by more than one BENE_ID; they were linked to no one."
        )
    for kind in ("mbi", "hicn"):
        pairs = f"select bene as previous, identifier as current from rif_owned where kind = {quote(kind)}"
        loading.writer.merge_persons(pairs, kind=kind)

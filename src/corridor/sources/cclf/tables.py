"""The raw tables a CCLF delivery leaves, derived from the layouts of the newest packet.

Each carries the fields of its file under CMS's names, without those that identify a person;
``person_id`` stands for the beneficiary, ``line_number`` for the line of the file. Files of older
packets have the same columns, null where the packet had no such field.
"""

from __future__ import annotations

from corridor.layouts.cclf import FILE_TYPES, VERSIONS, layout
from corridor.sources.cclf.parse import SQL_TYPES, kept_fields

# The date that places a record in a service month; A and B take the month of their claim.
MONTH_FIELD = {
    **dict.fromkeys(("cclf1", "cclf2", "cclf3", "cclf4", "cclf5", "cclf6"), "clm_thru_dt"),
    "cclf7": "clm_line_from_dt",
}
# Which file holds the claims that A and B speak of.
CLAIM_OF = {"cclfa": "cclf1", "cclfb": "cclf5"}


def raw_name(file_type: str) -> str:
    """The raw table of a file type."""
    return f"cclf_raw.{file_type}"


def _columns(file_type: str) -> dict[str, str]:
    columns = {"line_number": "BIGINT", "person_id": "BIGINT"}
    if file_type == "cclf9":
        columns["previous_person_id"] = "BIGINT"
    for one in kept_fields(layout(file_type, VERSIONS[-1])):
        columns[one.name] = SQL_TYPES[one.type]
    if file_type in MONTH_FIELD or file_type in CLAIM_OF:
        columns["service_month"] = "INTEGER"
    return columns


RAW_TABLES: dict[str, dict[str, str]] = {raw_name(kind): _columns(kind) for kind in FILE_TYPES}

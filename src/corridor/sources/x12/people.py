"""The identifier a person of an X12 file is known by."""

from __future__ import annotations

from corridor.sources.x12.codes import codes
from corridor.sources.x12.parties import Person


def identifier_of(
    subscriber: Person, patient: Person | None, filing: str | None, source_id: str, fallback: str
) -> tuple[str, str]:
    """(identifier, kind). Members of Medicare go by their Medicare number, as in every other source.

    Another plan's number holds within the source; a dependent goes by the subscriber's number with birth
    date, sex and name. Who states no number is a person of that claim alone (``fallback``).
    """
    member = subscriber.member_id
    if member and patient is None and filing in codes()["medicare_filing"]:
        return member, "mbi"
    if not member:
        return f"x12:{source_id}:claim:{fallback}", "x12"
    identifier = f"x12:{source_id}:{member}"
    if patient is not None:
        identifier += f":{patient.birth_date}:{patient.gender}:{patient.name}"
    return identifier, "x12"

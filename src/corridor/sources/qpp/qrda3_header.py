"""Who reports a QRDA III document, to which program, under which certification: its header."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from .codes import codes, oid
from .problem import Problem
from .qrda3_xml import Node

Note = Callable[[int, Node, str], None]
"""Keeps a problem: the converter's number, where, and what it says."""

_PERFORMER = ("documentationOf", "serviceEvent", "performer")
_ORGANIZATION = (*_PERFORMER, "assignedEntity", "representedOrganization", "id")
_ENTITY_ID = {"apm": ("apm", 62), "virtualGroup": ("virtual_group", 78), "subgroup": ("subgroup", 78)}


@dataclass(frozen=True)
class Header:
    """What the header says; ``mvp_id`` names a pathway, which then is the program."""

    entity_type: str = ""
    program_name: str = ""
    tin: str | None = None
    npi: str | None = None
    entity_id: str | None = None
    cehrt_id: str | None = None
    mvp_id: str | None = None
    performers: tuple[tuple[str, str], ...] = ()
    apm_entity_id: str | None = None


def noting(problems: list[Problem]) -> Note:
    """A function that adds problems to a list."""

    def note(code: int, node: Node, reason: str) -> None:
        problems.append(Problem(f"ct_{code}", node.path, "", reason, code=code, line=node.line))

    return note


def read_header(document: Node, note: Note) -> Header:
    """The header of a document; what is wrong with it is noted, and the rest is read all the same."""
    entity_type, program_name = _program(document, note)
    identifiers = list(document.all("participant", "associatedEntity", "id"))
    cehrt_ids = {one.get("extension") or "" for one in identifiers if one.get("root") == oid("cehrt")}
    if len(cehrt_ids) > 1:
        note(100, document, "More than one CMS EHR Certification ID was found. Submit with only one.")
    mvp_ids = sorted({one.get("extension") or "" for one in identifiers if one.get("root") == oid("mvp")})
    performers = _performers(document, note)
    tin, npi = _entity(entity_type, performers, document, note)
    return Header(
        entity_type,
        program_name,
        tin,
        npi,
        _entity_id(entity_type, document, note),
        min(cehrt_ids, default=None),
        mvp_ids[0] if mvp_ids else None,
        tuple(performers),
        _apm_of_another(entity_type, document),
    )


def _program(document: Node, note: Note) -> tuple[str, str]:
    known: dict[str, list[str]] = codes()["programs"]
    recipients = document.all("informationRecipient", "intendedRecipient", "id")
    found = [one for one in recipients if one.get("root") == oid("program")]
    valid = ", ".join(known)
    if len(found) != 1:
        note(24, document, f"Clinical Document must have one and only one program name. Valid: {valid}")
        return "", ""
    name = (found[0].get("extension") or "").upper()
    if name not in known:
        what = f"program name {name or '(none)'} is not recognized. Valid: {valid}"
        note(25, found[0], f"The Clinical Document {what}")
        return "", ""
    entity_type, program_name = known[name]
    return entity_type, program_name


def _performers(document: Node, note: Note) -> list[tuple[str, str]]:
    """The pairs of TIN and NPI, a performer each; empty where one of the two is not named."""
    pairs = []
    for performer in document.all(*_PERFORMER):
        npis = _extensions(performer, ("assignedEntity", "id"), "npi")
        tins = _extensions(performer, ("assignedEntity", "representedOrganization", "id"), "tin")
        if len(npis) > 1 or len(tins) > 1:
            what = "each must be reported within a separate performer"
            note(105, performer, f"If multiple TINs/NPIs are submitted, {what}")
        if npis or tins:
            pairs.append((tins[0] if tins else "", npis[0] if npis else ""))
    return pairs


def _extensions(node: Node, way: tuple[str, ...], identifier: str) -> list[str]:
    return [one.get("extension") or "" for one in node.all(*way) if one.get("root") == oid(identifier)]


def _entity(
    entity_type: str, performers: list[tuple[str, str]], document: Node, note: Note
) -> tuple[str | None, str | None]:
    """The TIN and NPI that report, of those who report under one: the first performer's that names them."""
    if entity_type not in ("individual", "group"):
        return None, None
    with_npi = [pair for pair in performers if pair[1]] if entity_type == "individual" else []
    tin, npi = (with_npi or [pair for pair in performers if pair[0]] or [("", "")])[0]
    if not tin:
        note(84, document, "QRDA-III submissions of this program require at least one TIN to be present.")
    elif not re.fullmatch(r"\d{9}", tin):
        note(85, document, "QRDA-III submission TINs require a 9 digit numerical value")
    if entity_type == "group":
        return tin or None, None
    if not npi:
        note(87, document, "QRDA-III submissions of this program require at least one NPI to be present")
    elif not re.fullmatch(r"\d{10}", npi):
        note(88, document, "QRDA-III submission NPIs require a 10 digit numerical value")
    return tin or None, npi or None


def _apm_of_another(entity_type: str, document: Node) -> str | None:
    """The APM Entity that a document of a group or clinician names beside it."""
    found = _extensions(document, _ORGANIZATION, "apm") if entity_type != "apm" else []
    return found[0] if found else None


def _entity_id(entity_type: str, document: Node, note: Note) -> str | None:
    if entity_type not in _ENTITY_ID:
        return None
    name, missing = _ENTITY_ID[entity_type]
    found = sorted(set(_extensions(document, _ORGANIZATION, name)))
    if len(found) > 1 and entity_type == "apm":
        what = "Alternative Payment Model (APM) Entity Identifier should be specified."
        note(35, document, f"One and only one {what}")
    if not found or not found[0].strip():
        what = {
            "apm": "The Alternative Payment Model (APM) Entity Identifier must not be empty.",
            "virtualGroup": "The Program 'Mips Virtual Group' was found. The required entity id was missing.",
            "subgroup": "The Program 'Mips Subgroup' was found. The required entity id was missing.",
        }[entity_type]
        note(missing, document, what)
        return None
    return found[0]

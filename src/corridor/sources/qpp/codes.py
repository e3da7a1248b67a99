"""The identifiers and templates of QRDA III, from ``qrda3.yaml``, read once."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Any

import yaml

COMMON = "2.16.840.1.113883.10."


@cache
def codes() -> dict[str, Any]:
    """Everything ``qrda3.yaml`` says."""
    path = resources.files("corridor").joinpath("sources", "qpp", "qrda3.yaml")
    found: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return found


def oid(name: str) -> str:
    """The root of an identifier: program, cehrt, npi, ..."""
    return str(codes()["identifiers"][name])


def template(name: str, year: int | None = None) -> tuple[str, str | None]:
    """The root and extension of a template, as they are in a performance year."""
    root, extension = codes()["templates"][name]
    if year is not None:
        extension = _from_year(codes()["template_extension"].get(name, {}), year) or extension
    return COMMON + str(root), extension


def document_extension(year: int) -> str:
    """The extension of the document template in a performance year; the nearest known for other years."""
    known = codes()["document_extension"]
    return _from_year(known, year) or str(known[min(known)])


def _from_year(known: dict[int, str], year: int) -> str | None:
    begun = [one for one in known if one <= year]
    return known[max(begun)] if begun else None


def program_code(entity_type: str, program_name: str) -> str | None:
    """The program code of a document; a pathway's own name is told apart by its participant, not here."""
    programs: dict[str, list[str]] = codes()["programs"]
    for code, (entity, program) in programs.items():
        if (entity, program) == (entity_type, program_name):
            return code
    return None

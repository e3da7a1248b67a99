"""Who submits: the entity and its identifiers, and one set for each category, method and program."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from corridor.sources.qpp.problem import WARNING, Problem

from .known import Known

ENTITY_TYPES = ("individual", "group", "virtualGroup", "apm", "subgroup")
CATEGORIES = ("quality", "pi", "ia")
METHODS = ("registry", "electronicHealthRecord")
_UNDER_TIN = ("individual", "group")
# the certification id: of the 2025 edition, or two characters and 15; then C and ten characters
_CEHRT = re.compile(r"(2025|[A-Za-z0-9]{2}15)C[A-Za-z0-9]{10}")
# what CMS keeps for data that is nobody's
_TEST_TIN = "000"
_NOT_A_PATHWAY = ("mips", "app1", "appPlus")
_WHOLE_YEAR = (1, 1, 12, 31)
_REAL_NPI = re.compile(r"[12]\d{9}")


def entity_problems(document: Mapping[str, Any], known: Known) -> Iterator[Problem]:
    """What is wrong with who submits, and for which year."""
    entity = document.get("entityType")
    if entity is None:
        return
    if entity not in ENTITY_TYPES:
        reason = f"must be one of {', '.join(ENTITY_TYPES)}"
        yield Problem("entity_type", "$", "entityType", reason)
        return
    year = document.get("performanceYear")
    if isinstance(year, int) and year != known.limits.year:
        reason = f"{year} is not the performance year {known.limits.year} it is checked for"
        yield Problem("performance_year", "$", "performanceYear", reason)
    yield from _tin(document, entity in _UNDER_TIN, known)
    yield from _npi(document, entity == "individual", known)
    if entity not in _UNDER_TIN and not document.get("entityId"):
        yield Problem("entity_id", "$", "entityId")
    if entity in _UNDER_TIN and document.get("entityId"):
        yield Problem("entity_id", "$", "entityId", f"is not allowed for entityType '{entity}'")


def _tin(document: Mapping[str, Any], needed: bool, known: Known) -> Iterator[Problem]:
    name, tin = "taxpayerIdentificationNumber", document.get("taxpayerIdentificationNumber")
    if tin is None:
        if needed:
            yield Problem("tin", "$", name)
    elif not needed:
        yield Problem("tin", "$", name, f"is not allowed for entityType '{document.get('entityType')}'")
    elif not re.fullmatch(r"\d{9}", str(tin)):
        yield Problem("tin", "$", name, "must be 9 digits")
    elif known.synthetic and not str(tin).startswith(_TEST_TIN):
        yield Problem("synthetic_tin", "$", name, f"of synthetic data must begin with {_TEST_TIN}")
    elif not known.synthetic and str(tin).startswith(_TEST_TIN):
        reason = f"begins with {_TEST_TIN}: CMS takes it in the developer preview only"
        yield Problem("test_tin", "$", name, reason, WARNING)


def _npi(document: Mapping[str, Any], needed: bool, known: Known) -> Iterator[Problem]:
    name, npi = "nationalProviderIdentifier", document.get("nationalProviderIdentifier")
    if npi is None:
        if needed:
            yield Problem("npi", "$", name)
    elif not needed:
        yield Problem("npi", "$", name, f"is not allowed for entityType '{document.get('entityType')}'")
    elif not re.fullmatch(r"\d{10}", str(npi)):
        yield Problem("npi", "$", name, "must be 10 digits")
    elif known.synthetic and _REAL_NPI.fullmatch(str(npi)):
        yield Problem("synthetic_npi", "$", name, "of synthetic data must not begin with 1 or 2")


def set_problems(document: Mapping[str, Any], known: Known) -> Iterator[Problem]:
    """What is wrong with the measurement sets beside their measurements."""
    seen: dict[tuple[Any, Any, Any], int] = {}
    for number, one_set in enumerate(document["measurementSets"]):
        path = f"$.measurementSets[{number}]"
        category, method = one_set.get("category"), one_set.get("submissionMethod")
        program = one_set.get("programName") or "mips"
        key = (category, method, program)
        if key in seen and None not in key:
            reason = f"measurementSets[{seen[key]}] has the same category, submissionMethod and programName"
            yield Problem("duplicate_set", path, "category", reason)
        seen.setdefault(key, number)
        if category is not None and category not in CATEGORIES:
            yield Problem("category", path, "category", f"must be one of {', '.join(CATEGORIES)}")
        if method is not None and method not in METHODS:
            yield Problem("method", path, "submissionMethod", f"'{method}' is not allowed via file upload")
        yield from _program(document.get("entityType"), program, path, known)
        yield from _open_questions(document.get("entityType"), category, program, path)
        yield from _period(one_set, path, known)
        yield from _certification(one_set, path, known)


def _program(entity: Any, program: Any, path: str, known: Known) -> Iterator[Problem]:
    if program not in known.programs():
        reason = f"'{program}' is no program of performance year {known.limits.year}"
        yield Problem("program_unknown", path, "programName", reason)
    elif isinstance(entity, str) and entity in ENTITY_TYPES and entity not in known.entities_of(program):
        yield Problem(
            "program_entity", path, "programName", f"'{program}' does not take entityType '{entity}'"
        )


def _open_questions(entity: Any, category: Any, program: Any, path: str) -> Iterator[Problem]:
    """What CMS's sources do not settle: told of, and left to CMS."""
    if entity == "apm" and category == "pi":
        reason = "an APM entity could not submit 'pi' in 2021; the measure data has allowed it since"
        yield Problem("apm_interoperability", path, "category", reason, WARNING)
    if entity == "subgroup" and program in _NOT_A_PATHWAY:
        yield Problem("subgroup_program", path, "programName", "a subgroup reports an MVP", WARNING)


def _period(one_set: Mapping[str, Any], path: str, known: Known) -> Iterator[Problem]:
    days = {name: _day(one_set.get(name)) for name in ("performanceStart", "performanceEnd")}
    for name, day in days.items():
        if day is not None and day.year != known.limits.year:
            reason = f"{day.isoformat()} is not within performance year {known.limits.year}"
            yield Problem("outside_year", path, name, reason)
    start, end = days["performanceStart"], days["performanceEnd"]
    if start is None or end is None:
        return
    if end < start:
        yield Problem("period_order", path, "performanceEnd", "must not be before performanceStart")
        return
    if one_set.get("category") == "quality" and (start.month, start.day, end.month, end.day) != _WHOLE_YEAR:
        reason = "quality is measured over the whole year"
        yield Problem("part_of_year", path, "performanceEnd", reason, WARNING)
    least = known.limits.period_days.get(str(one_set.get("category")))
    length = (end - start).days + 1
    if least is not None and length < least:
        reason = f"the performance period must be at least {least} continuous days; it is {length}"
        yield Problem("period_short", path, "performanceEnd", reason)


def _day(text: Any) -> date | None:
    try:
        return date.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None


def _certification(one_set: Mapping[str, Any], path: str, known: Known) -> Iterator[Problem]:
    needed = (one_set.get("category"), one_set.get("submissionMethod")) in known.limits.certified
    given = one_set.get("cehrtId")
    if given is None:
        if needed:
            yield Problem("cehrt_id", path, "cehrtId")
    elif not _CEHRT.fullmatch(str(given)):
        reason = "must be of the form 2025CXXXXXXXXXX or XX15CXXXXXXXXXX"
        yield Problem("cehrt_id", path, "cehrtId", reason)

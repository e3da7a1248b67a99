"""The codes of the Part B claims measures, from CMS's single-source file, as rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from typing import Any

from corridor.errors import CorridorError

CLAIMS_CODE = "qpp_claims_code"
# Elements by CMS's option types; a quality code answers for a patient of the denominator.
STATUS = {
    "performanceMet": "met",
    "performanceNotMet": "not_met",
    "eligiblePopulationExclusion": "exclusion",
    "eligiblePopulationException": "exception",
}
_DIAGNOSES = {
    "diagnosis": "diagnosisCodes",
    "diagnosis_exclusion": "diagnosisExclusionCodes",
    "additional_diagnosis": "additionalDiagnosisCodes",
}
_ENCOUNTERS = {"encounter": "procedureCodes", "additional_encounter": "additionalProcedureCodes"}
# Every condition of the file is read: one that is not known would let in whom it keeps out.
_OPTION = {"optionGroup", "minAge", "maxAge", "sexCode", *_DIAGNOSES.values(), *_ENCOUNTERS.values()}
_ANSWER = {"optionGroup", "optionType", "qualityCodes"}
_CODE = {"code", "modifiers", "modifierExclusions", "placesOfService", "placesOfServiceExclusions"}
_SIDES = ("eligibilityOptions", "performanceOptions")
_CATEGORY_II = "CPT_II"


def is_claims(document: Any) -> bool:
    """A mapping of measure ids to their eligibility and performance options."""
    return (
        isinstance(document, dict)
        and bool(document)
        and all(isinstance(one, dict) and all(side in one for side in _SIDES) for one in document.values())
    )


def claims_rows(document: Any, year: int) -> dict[str, list[dict[str, Any]]]:
    """``reference.qpp_claims_code`` of a single-source file."""
    rows = [row for measure, record in document.items() for row in _measure(year, str(measure), record)]
    return {CLAIMS_CODE: rows}


def _measure(year: int, measure_id: str, record: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    groups = sorted({_group(option) for side in _SIDES for option in record[side]})
    for place, option in enumerate(record["eligibilityOptions"]):
        _refuse_unknown(measure_id, option, _OPTION)
        group = _group(option)
        key = {"year": year, "measure_id": measure_id, "option": group, "criterion": groups.index(group)}
        key["choice"] = place
        who = {
            "age": _age(option),
            "age_least": _whole(option.get("minAge")),
            "age_most": _whole(option.get("maxAge")),
            "sex": option.get("sexCode"),
        }
        for element, name in _DIAGNOSES.items():
            for code in option.get(name) or ():
                yield {**key, "element": element, "coding_system": "I10", "code": _bare(code), **who}
        for element, name in _ENCOUNTERS.items():
            for procedure in option.get(name) or ():
                yield {**key, "element": element, **_code(measure_id, procedure), **who}
    for place, option in enumerate(record["performanceOptions"]):
        _refuse_unknown(measure_id, option, _ANSWER)
        for quality in option["qualityCodes"]:
            yield {
                "year": year,
                "measure_id": measure_id,
                "option": _group(option),
                "criterion": groups.index(_group(option)),
                "choice": place,
                "element": STATUS[option["optionType"]],
                **_code(measure_id, quality),
            }


def _code(measure_id: str, record: Mapping[str, Any]) -> dict[str, Any]:
    _refuse_unknown(measure_id, record, _CODE)
    code = _bare(record["code"])
    return {
        "coding_system": _system(code),
        "code": code,
        "modifier": _joined(record.get("modifiers")),
        "modifier_excluded": _joined(record.get("modifierExclusions")),
        "place_of_service": _joined(record.get("placesOfService")),
        "place_of_service_excluded": _joined(record.get("placesOfServiceExclusions")),
    }


def _refuse_unknown(measure_id: str, record: Mapping[str, Any], known: Set[str]) -> None:
    unknown = sorted(set(record) - known)
    if unknown:
        raise CorridorError(
            "QPP-ROW",
            f"The codes of {measure_id} have a condition Corridor does not know: {', '.join(unknown)}.",
            why="Without it the denominator of the measure would be another one.",
            todo="Look for a newer version of Corridor.",
            field=unknown[0],
        )


def _group(option: Mapping[str, Any]) -> str:
    return str(option.get("optionGroup") or "00")


def _whole(age: float | None) -> int | None:
    return None if age is None else int(age)


def _age(option: Mapping[str, Any]) -> str:
    least, most = _whole(option.get("minAge")), _whole(option.get("maxAge"))
    return f"{'' if least is None else least}-{'' if most is None else most}"


def _joined(values: Sequence[str] | None) -> str | None:
    return ",".join(str(value) for value in values) if values else None


def _bare(code: str) -> str:
    """Codes as claims carry them: no dot, no spaces."""
    return code.replace(".", "").strip().upper()


def _system(code: str) -> str:
    """C4 (a procedure of five digits), CPT_II (four and F) or HCPCS, as CMS's flat list writes them."""
    if code.isdigit():
        return "C4"
    return _CATEGORY_II if code.endswith("F") and code[:-1].isdigit() else "HCPCS"

"""One valid submission of 2026, from which every refused one is made by a single change."""

from __future__ import annotations

import copy
from functools import cache
from pathlib import Path
from typing import Any

from corridor.law import RulesInForce, load_rules
from corridor.reference.qpp import Qpp, qpp_from_files
from corridor.submissions.known import Known, limits_of

CEHRT = "0015C1235689784"


@cache
def force(year: int = 2026) -> RulesInForce:
    return load_rules(["mips"]).in_force(year)


@cache
def qpp(folder: Path, year: int = 2026) -> Qpp:
    files = [folder / "qpp" / "measures" / str(year) / "measures-data.json"]
    pathways = folder / "qpp" / "mvp" / str(year) / "mvp.json"
    return qpp_from_files([*files, *([pathways] if pathways.exists() else [])])


def known(folder: Path, year: int = 2026, synthetic: bool = False) -> Known:
    return Known(qpp(folder, year), limits_of(force(year)), synthetic)


def counts(met: int, not_met: int, exclusion: int, exception: int, eligible: int) -> dict[str, int]:
    return {
        "performanceMet": met,
        "performanceNotMet": not_met,
        "eligiblePopulationExclusion": exclusion,
        "eligiblePopulationException": exception,
        "eligiblePopulation": eligible,
    }


def _set(category: str, method: str, measurements: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    period = {"performanceStart": "2026-01-01", "performanceEnd": "2026-12-31"}
    about = {"category": category, "submissionMethod": method, "programName": "mips"}
    return {**about, **period, **more, "measurements": measurements}


def _one(measure_id: str, value: Any) -> dict[str, Any]:
    return {"measureId": measure_id, "value": value}


def _stratum(name: str, *numbers: int) -> dict[str, Any]:
    return {"stratum": name, **counts(*numbers)}


_STRATA = [
    _stratum("overall", 5, 95, 10, 0, 110),
    _stratum("appropriateDiagnosis", 4, 96, 10, 0, 110),
    _stratum("totalRate", 9, 91, 10, 0, 110),
]
# every required interoperability measure, answered or excluded; one way of exchanging health information
_ANSWERS = (
    *("PI_EP_2", "PI_HIE_5", "PI_INFBLO_1", "PI_ONCACB_1", "PI_ONCDIR_1", "PI_PPHI_1", "PI_PPHI_2"),
    *("PI_PHCDRR_1", "PI_PHCDRR_1_PROD", "PI_PHCDRR_3_EX_1"),
)
_BASE: dict[str, Any] = {
    "entityType": "group",
    "taxpayerIdentificationNumber": "123456789",
    "performanceYear": 2026,
    "measurementSets": [
        _set(
            "quality",
            "electronicHealthRecord",
            [
                _one("236", {"isEndToEndReported": True, **counts(70, 20, 8, 2, 100)}),
                _one("238", {"isEndToEndReported": True, "strata": _STRATA}),
            ],
            cehrtId=CEHRT,
        ),
        _set("quality", "registry", [_one("134", {"isEndToEndReported": False, **counts(60, 30, 0, 5, 95)})]),
        _set(
            "pi",
            "registry",
            [
                _one("PI_EP_1", {"numerator": 1422, "denominator": 1830}),
                _one("PI_PEA_1", {"numerator": 861, "denominator": 1809}),
                *(_one(name, True) for name in _ANSWERS),
            ],
            cehrtId=CEHRT,
        ),
        _set("ia", "registry", [_one("IA_EPA_3", True)], performanceEnd="2026-03-31"),
    ],
}


def valid() -> dict[str, Any]:
    """A submission with nothing wrong in it, a new one each time."""
    return copy.deepcopy(_BASE)


def changed(document: dict[str, Any], changes: dict[str, Any], removed: list[str]) -> dict[str, Any]:
    """The document with values put at, or taken from, places such as ``measurementSets.0``; + appends."""
    for path, value in changes.items():
        place, last = _place(document, path)
        if last == "+":
            place.append(copy.deepcopy(value))
        else:
            place[int(last) if isinstance(place, list) else last] = copy.deepcopy(value)
    for path in removed:
        place, last = _place(document, path)
        del place[int(last) if isinstance(place, list) else last]
    return document


def _place(document: Any, path: str) -> tuple[Any, str]:
    *way, last = path.split(".")
    for name in way:
        document = document[int(name) if isinstance(document, list) else name]
    return document, last

"""CMS's JSON of the Quality Payment Program as rows of reference tables, one function a kind of file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from corridor.errors import CorridorError
from corridor.reference.qpp.claims_rows import claims_rows, is_claims
from corridor.reference.qpp.ladder import CUT_KEYS, ladder_of
from corridor.reference.qpp.model import CUT_NAMES

Row = dict[str, Any]
Tables = dict[str, list[Row]]  # reference name -> rows

MEASURE, METHOD, LINK, STRATUM = (
    "qpp_measure",
    "qpp_measure_method",
    "qpp_measure_link",
    "qpp_measure_stratum",
)
BENCHMARK, EXCLUSION, AVERAGE = "qpp_benchmark", "qpp_benchmark_exclusion", "qpp_cost_average"
MVP, MVP_MEASURE, CLUSTER = "qpp_mvp", "qpp_mvp_measure", "qpp_cluster"

_LINKS = {
    "program": "allowedPrograms",
    "registration": "allowedRegistrationTypes",
    "measure_set": "measureSets",
    "substitute": "substitutes",
    "exclusion": "exclusion",
    "preprod": "preprod",
    "companion": "companionMeasureId",
}
_MVP_ROLES = {
    "quality": "qualityMeasureIds",
    "improvement": "iaMeasureIds",
    "cost": "costMeasureIds",
    "interoperability": "foundationPiMeasureIds",
    "foundation_quality": "foundationQualityMeasureIds",
    "administrative": "administrativeClaimsMeasureIds",
}
_UUIDS = {
    "e_measure_uuid": "numeratorUuid",
    "initial_population_uuid": "initialPopulationUuid",
    "denominator_uuid": "denominatorUuid",
    "denominator_exclusion_uuid": "denominatorExclusionUuid",
    "denominator_exception_uuid": "denominatorExceptionUuid",
}


@dataclass(frozen=True)
class Kind:
    """One kind of file: how it is known, and its rows; ``dated``: every row states its performance year."""

    name: str
    known: Callable[[Any], bool]
    rows: Callable[[Any, int], Tables]
    dated: bool = False


def kind_of(document: Any) -> Kind | None:
    """Which file of CMS's a JSON document is; None where it is none of them."""
    return next((kind for kind in KINDS if kind.known(document)), None)


def stated_year(document: Any) -> int | None:
    """The performance year the rows themselves state; None where they state none or several."""
    if not isinstance(document, list):
        return None
    years = {row.get("performanceYear") for row in document if isinstance(row, dict)}
    year = next(iter(years)) if len(years) == 1 else None
    return year if isinstance(year, int) else None


def _listed(document: Any, *keys: str) -> bool:
    return (
        isinstance(document, list)
        and bool(document)
        and isinstance(document[0], dict)
        and all(key in document[0] for key in keys)
    )


def _items(row: Mapping[str, Any], key: str) -> list[str]:
    """A list of texts, each once, in the order given; CMS writes one alone, or null."""
    value = row.get(key)
    many = value if isinstance(value, list) else [] if value is None else [value]
    return list(dict.fromkeys(str(one) for one in many if one not in (None, "")))


def _title(record: Mapping[str, Any]) -> str | None:
    """A title in one line: some of CMS's hold line ends and runs of spaces."""
    return " ".join(str(record["title"]).split()) if record.get("title") else None


def bad(what: str, field: str) -> CorridorError:
    """QPP-ROW: a record that CMS's file cannot have."""
    return CorridorError(
        "QPP-ROW",
        f"{what}.",
        why="CMS's file has no such record: this one is cut short, edited, or of another year's form.",
        todo="Fetch the file again from CMS's repository of measures and add it unchanged.",
        field=field,
    )


def needed(row: Mapping[str, Any], key: str) -> str:
    """A text that a record cannot do without."""
    value = row.get(key)
    if not isinstance(value, str | int) or str(value) == "":
        raise bad(f"A record has no {key}", key)
    return str(value)


# ---- one kind of file each ------------------------------------------------------------------------


def _measures(document: Any, year: int) -> Tables:
    tables: Tables = {MEASURE: [], METHOD: [], LINK: [], STRATUM: []}
    for record in document:
        measure_id = needed(record, "measureId")
        key = {"year": year, "measure_id": measure_id}
        tables[MEASURE].append({**key, **_measure(record)})
        tables[METHOD].extend({**key, **row} for row in _methods(record))
        for relation, name in _LINKS.items():
            tables[LINK].extend(
                {**key, "relation": relation, "other": other} for other in _items(record, name)
            )
        for place, stratum in enumerate(record.get("strata") or ()):
            uuids = stratum.get("eMeasureUuids") or {}
            named = {column: uuids.get(theirs) for column, theirs in _UUIDS.items()}
            name = stratum.get("name") or ("" if place == 0 else str(place))
            tables[STRATUM].append({**key, "place": place, "stratum": name, **named})
    return tables


def _measure(record: Mapping[str, Any]) -> Row:
    return {
        "category": needed(record, "category"),
        "metric_type": record.get("metricType"),
        "measure_type": record.get("measureType"),
        "is_inverse": bool(record.get("isInverse")),
        "is_high_priority": bool(record.get("isHighPriority")),
        "is_qcdr": bool(record.get("isRegistryMeasure")),
        "first_performance_year": record.get("firstPerformanceYear"),
        "last_performance_year": record.get("lastPerformanceYear"),
        "overall_algorithm": record.get("overallAlgorithm"),
        "e_measure_id": record.get("eMeasureId"),
        "e_measure_uuid": record.get("eMeasureUuid"),
        "objective": record.get("objective"),
        "reporting_category": record.get("reportingCategory"),
        "is_required": bool(record.get("isRequired")),
        "is_bonus": bool(record.get("isBonus")),
        "subcategory_id": record.get("subcategoryId"),
        "weight": record.get("weight"),
        "title": _title(record),
    }


def _methods(record: Mapping[str, Any]) -> Iterator[Row]:
    suppressed = set(_items(record, "clinicalGuidelineChanged"))
    freed = set(_items(record, "sevenPointCapRemoved"))
    historic = record.get("historic_benchmarks") or {}
    for method in _items(record, "submissionMethods"):
        yield {
            "submission_method": method,
            "is_suppressed": method in suppressed,
            "cap_removed": method in freed,
            "historic_benchmark": historic.get(method),
        }


def _benchmarks(document: Any, year: int) -> Tables:
    rows: list[Row] = []
    for record in document:
        measure_id, method = needed(record, "measureId"), needed(record, "submissionMethod")
        if record.get("performanceYear", year) != year:
            raise bad(
                f"{measure_id} {method} is of {record['performanceYear']}, not {year}", "performanceYear"
            )
        given = record.get("percentiles")
        if not isinstance(given, dict) or set(given) != set(CUT_KEYS):
            raise bad(f"{measure_id} {method} has not the eleven cut points of a benchmark", "percentiles")
        cuts = [given[name] for name in CUT_KEYS]
        if not all(isinstance(cut, int | float) and not isinstance(cut, bool) for cut in cuts):
            raise bad(f"{measure_id} {method} has a cut point that is no number", "percentiles")
        if cuts != sorted(cuts):
            raise bad(f"The cut points of {measure_id} {method} do not ascend", "percentiles")
        rows.append(
            {
                "year": year,
                "measure_id": measure_id,
                "submission_method": method,
                "benchmark_year": record.get("benchmarkYear"),
                **{name: float(cut) for name, cut in zip(CUT_NAMES, cuts)},
                "is_topped_out": bool(record.get("isToppedOut")),
                "is_capped": bool(record.get("isToppedOutByProgram")),
                "is_inverse": bool(record.get("isInverse")),
                "is_high_priority": bool(record.get("isHighPriority")),
                "metric_type": record.get("metricType"),
                "average_rate": record.get("averagePerformanceRate"),
                "ladder": ladder_of([float(cut) for cut in cuts], method, year),
                "is_provisional": False,
                "provisional_reason": None,
            }
        )
    return {BENCHMARK: rows}


def _exclusions(document: Any, year: int) -> Tables:
    return {
        EXCLUSION: [
            {
                "year": year,
                "measure_id": needed(record, "measureId"),
                "submission_method": needed(record, "submissionMethod"),
                "benchmark_year": record.get("benchmarkYear"),
                "reason_code": code,
            }
            for record in document
            for code in _items(record, "reasonCodes") or [""]
        ]
    }


def _averages(document: Any, year: int) -> Tables:
    return {
        AVERAGE: [
            {
                "year": year,
                "measure_id": needed(record, "measureId"),
                "benchmark_year": record.get("benchmarkYear"),
                "group_average": record.get("groupNationalAverage"),
                "individual_average": record.get("individualNationalAverage"),
            }
            for record in document
        ]
    }


def _mvps(document: Any, year: int) -> Tables:
    tables: Tables = {MVP: [], MVP_MEASURE: []}
    for record in document:
        key = {"year": year, "mvp_id": needed(record, "mvpId")}
        about = {
            "title": _title(record),
            "has_cahps": bool(record.get("hasCahps")),
            "has_outcome_administrative": bool(record.get("hasOutcomeAdminClaims")),
        }
        tables[MVP].append({**key, **about})
        for role, name in _MVP_ROLES.items():
            tables[MVP_MEASURE].extend(
                {**key, "role": role, "measure_id": measure} for measure in _items(record, name)
            )
    return tables


def _clusters(document: Any, year: int) -> Tables:
    """CMS repeats a set at each of its measures: said once, the same each time."""
    sets: dict[tuple[str, str, str], tuple[str, ...]] = {}
    for record in document:
        method = needed(record, "submissionMethod")
        for kind, name in (("specialty_set", "specialtySets"), ("clinical_cluster", "clinicalClusters")):
            for one in record.get(name) or ():
                key, members = (method, kind, needed(one, "name")), tuple(_items(one, "measureIds"))
                if sets.setdefault(key, members) != members:
                    raise bad(f"The {name} {one['name']} of {method} is listed in two ways", name)
    return {
        CLUSTER: [
            {"year": year, "submission_method": method, "kind": kind, "cluster": name, "measure_id": measure}
            for (method, kind, name), members in sets.items()
            for measure in members
        ]
    }


KINDS = (
    Kind("measures", lambda doc: _listed(doc, "measureId", "category", "allowedPrograms"), _measures),
    Kind(
        "benchmarks",
        lambda doc: _listed(doc, "measureId", "submissionMethod", "percentiles"),
        _benchmarks,
        True,
    ),
    Kind(
        "benchmarks", lambda doc: _listed(doc, "measureId", "submissionMethod", "deciles"), _benchmarks, True
    ),
    Kind("benchmark exclusions", lambda doc: _listed(doc, "measureId", "reasonCodes"), _exclusions, True),
    Kind("cost averages", lambda doc: _listed(doc, "measureId", "groupNationalAverage"), _averages, True),
    Kind("MVPs", lambda doc: _listed(doc, "mvpId", "qualityMeasureIds"), _mvps),
    Kind(
        "clusters",
        lambda doc: _listed(doc, "measureId", "submissionMethod", "firstPerformanceYear"),
        _clusters,
    ),
    Kind("claims codes", is_claims, claims_rows),
)

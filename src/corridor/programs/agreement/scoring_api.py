"""What the Submissions API answers when a submission is scored: a tree of parts with their metadata."""

from __future__ import annotations

import re
from typing import Any

from corridor.errors import CorridorError
from corridor.programs.agreement.model import Category, Feedback, Measure

PRINTED = 4  # digits of the API's values
NAMES = {
    "quality": "quality", "cost": "cost", "ia": "improvement_activities", "pi": "promoting_interoperability",
    "aci": "promoting_interoperability",
}  # fmt: skip
COLLECTION = {"electronicHealthRecord": "ecqm", "registry": "mipscqm", "claims": "claims"}
PICKED = "PICKED"
FORMULA = re.compile(r"\(\(\s*([0-9.]+)\s*/\s*([0-9.]+)\s*\)\s*\*\s*([0-9.]+)\s*\)")
OLD_CUTS = 9


def read_score(body: dict[str, Any], file: str, digest: str, year: int | None) -> Feedback:
    """One answer. Raises AGREEMENT-FILE where a part has not the shape of one."""
    try:
        categories = {
            NAMES[part["name"]]: _category(part)
            for part in body["parts"]
            if part.get("name") in NAMES and part.get("original")
        }
        score = float(body["value"])
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise CorridorError(
            "AGREEMENT-FILE",
            "The file is not an answer of the scoring API.",
            why="A part has not the values such an answer has.",
            todo="Fetch it again from CMS.",
            file=file,
        ) from error
    sets = [one for part in categories.values() for one in part.measures]
    return Feedback(
        file=file,
        sha256=digest,
        kind="scoring_api",
        place="submission",
        year=year,
        small_practice=_small(body),
        final_score=score,
        decimals=PRINTED,
        categories=categories,
        participation="" if sets else "unknown",
    )


def _small(body: dict[str, Any]) -> bool | None:
    """Whether a bonus of small practices was part of it; None where nothing says so."""
    for part in body["parts"]:
        for one in (part.get("original") or {}).get("parts") or []:
            eligible = (one.get("metadata") or {}).get("smallPracticeBonusEligible")
            if eligible is not None:
                return bool(eligible)
    return None


def _category(part: dict[str, Any]) -> Category:
    original = part["original"]
    chosen = _chosen(original.get("parts") or [])
    about = (chosen or {}).get("metadata") or {}
    most = (part.get("metadata") or {}).get("maxContribution")
    available = about.get("denominator")
    measures = tuple(_measure(one) for one in (chosen or {}).get("parts") or [])
    return Category(
        percent=_percent(original, part),
        decimals=PRINTED,
        weight=None if most is None else float(most) / 100,
        contribution=float(part["value"]),
        available=None if available is None else float(available),
        bonus=float(about.get("smallPracticeBonus") or 0),
        improvement=float((part.get("metadata") or {}).get("improvementBonus") or 0),
        measures=measures,
    )


def _percent(original: dict[str, Any], part: dict[str, Any]) -> float:
    """The category of 100; activities are printed as points of the most a measurement set can have."""
    value = float(original["value"])
    for one in original.get("parts") or []:
        most = (one.get("metadata") or {}).get("maxContribution")
        if part["name"] == "ia" and most:
            return 100 * value / float(most)
    return value


def _chosen(sets: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The measurement set that counts: the one picked, else the only one."""
    for one in sets:
        about = one.get("metadata") or {}
        if about.get("measurementSetPicked") or about.get("processingStatus") == PICKED:
            return one
    return sets[0] if sets else None


def _measure(one: dict[str, Any]) -> Measure:
    about = one.get("metadata") or {}
    said = " ".join(str(words) for words in (about.get("messages") or {}).values())
    ratio = FORMULA.search(str(about.get("formula") or ""))
    rate, value = about.get("performanceRate"), one["value"]
    answered = isinstance(value, bool)
    return Measure(
        measure_id=str(one["name"]),
        points=None if answered else float(value),
        decimals=PRINTED,
        counted=about.get("processingStatus") == PICKED and not answered,
        collection_type=COLLECTION.get(str(about.get("submissionMethod")), ""),
        rate=None if rate is None else float(rate),
        cuts=_cuts(about),
        inverse=bool(about.get("isInverse")),
        topped_out=bool(about.get("toppedOut") or about.get("isToppedOutByProgram")),
        reporting_rate=about.get("reportingRate"),
        numerator=float(ratio.group(1)) if ratio else None,
        denominator=float(ratio.group(2)) if ratio else None,
        maximum=float(ratio.group(3)) if ratio else None,
        said=said,
    )


def _cuts(about: dict[str, Any]) -> tuple[float, ...] | None:
    """The eleven cut points. Before 2023 nine lower bounds were printed, of the deciles 2 to 10: the lowest
    and the highest are then repeated, and decide nothing."""
    found = about.get("percentiles") or about.get("deciles")
    if not found:
        return None
    listed = [float(found[key]) for key in sorted(found, key=float)] if isinstance(found, dict) else None
    listed = listed or [float(value) for value in found]
    return (listed[0], *listed, listed[-1]) if len(listed) == OLD_CUTS else tuple(listed)

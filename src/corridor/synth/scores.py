"""What practices report: quality results and attestations for the performance year."""

from __future__ import annotations

from statistics import NormalDist
from typing import Any

import numpy as np

from corridor.law import load_rules
from corridor.synth.cclf_common import Block
from corridor.synth.days import month_start, year_end

QUALITY = (
    "performance_year",
    "tin",
    "npi",
    "measure_id",
    "collection_type",
    "rate",
    "eligible_cases",
    "data_completeness",
)
ATTESTATION = (
    "performance_year",
    "tin",
    "improvement_activities_attested",
    "promoting_interoperability_score",
)
_POINTS = ("p1", "p10", "p20", "p30", "p40", "p50", "p60", "p70", "p80", "p90", "p99")
_RANKS = np.array([0.01, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.99])
_ADMINISTRATIVE = "administrative_claims"
_SILENT = 0.05  # practices that report nothing
_INCOMPLETE = 0.05  # results with too little of the data
_MISSING = 0.04  # single measures left out
_SMALL = 15


class Measures:
    """The measures of each cohort with their distribution, from rules/asm."""

    def __init__(self, year: int, rules_of: int) -> None:
        force = load_rules(["asm"]).in_force(performance_year=rules_of)
        self.year = year
        self.curves = {
            (row["measure_id"], row["collection_type"]): np.array([float(row[point]) for point in _POINTS])
            for row in force.rows("asm.quality_benchmark")
        }
        self.by_cohort: dict[str, list[str]] = {"heart_failure": [], "low_back_pain": []}
        inverse = {}
        for row in force.rows("asm.quality_measure"):
            self.by_cohort[row["cohort"]].append(row["measure_id"])
            inverse[row["measure_id"]] = bool(row["inverse"])
        self.inverse = inverse
        self.types: dict[str, list[str]] = {}
        for row in force.rows("asm.quality_measure_collection_type"):
            self.types.setdefault(row["measure_id"], []).append(row["collection_type"])
        published = load_rules(["asm"]).in_force(performance_year=2025)
        row = {
            one["measure_id"]: one for one in published.rows("asm.published_standard_deviation_cut_point")
        }["492"]
        # the bounds around the middle band lie half a standard deviation to each side (asm.md 10.5)
        self.admissions = (float(row["p30"] + row["p40"]) / 2, float(row["p40"] - row["p30"]))

    def rate(self, measure: str, kind: str, rank: float) -> float:
        """The rate at a rank of performance (0 worst, 1 best)."""
        if kind == _ADMINISTRATIVE:
            mean, deviation = self.admissions
            return round(mean - deviation * NormalDist().inv_cdf(min(max(rank, 0.005), 0.995)), 2)
        place = 1 - rank if self.inverse[measure] else rank
        return round(float(np.interp(place, _RANKS, self.curves[(measure, kind)])), 2)


def score_rows(
    rng: np.random.Generator, block: Block, measures: Measures
) -> tuple[list[list[Any]], list[list[Any]]]:
    """Quality results and attestations of the practices in which specialists of a cohort work."""
    providers = block.providers
    first, last = month_start(measures.year, 1), year_end(measures.year)
    members: dict[int, list[int]] = {}
    for bill, practice in enumerate(providers.practice_of.tolist()):
        role = providers.roles[int(providers.clinician_of[bill])]
        active = providers.start[bill] <= last and providers.end[bill] >= first
        if active and role in measures.by_cohort:
            members.setdefault(practice, []).append(int(providers.clinician_of[bill]))
    quality: list[list[Any]] = []
    attestations: list[list[Any]] = []
    for practice, clinicians in sorted(members.items()):
        one = providers.practices[practice]
        small = one.size <= _SMALL
        silent = bool(rng.random() < _SILENT)
        attestations.append([measures.year, one.tin, *_attested(rng, small, silent)])
        kind = "ecqm" if rng.random() < 0.7 else "mipscqm"
        together = small and bool(rng.random() < 0.5)
        level = float(rng.uniform(0.1, 0.9))
        for cohort, ids in measures.by_cohort.items():
            group = [who for who in clinicians if providers.roles[who] == cohort]
            if not group:
                continue
            units: list[int | None] = [None] if together else list(group)
            for who in units:
                own = level if who is None else _rank_of(level, float(providers.effect[who]), rng)
                quality += _results(rng, measures, one.tin, providers.npis, who, ids, kind, own, silent)
    return quality, attestations


def _rank_of(level: float, effect: float, rng: np.random.Generator) -> float:
    """A clinician's rank: half the practice's, half one's own; costly clinicians report a little worse."""
    own = float(rng.random()) - 0.25 * (effect - 1)
    return min(max(0.5 * level + 0.5 * own, 0.005), 0.995)


def _attested(rng: np.random.Generator, small: bool, silent: bool) -> tuple[int, float]:
    drawn = float(rng.random())
    activities = 0 if silent or drawn < 0.06 else 1 if drawn < 0.30 else 2
    if silent or rng.random() < (0.22 if small else 0.06):
        return activities, 0.0
    return activities, round(float(rng.uniform(0.55, 1.0)), 2)


def _results(
    rng: np.random.Generator,
    measures: Measures,
    tin: str,
    npis: np.ndarray,
    who: int | None,
    ids: list[str],
    kind: str,
    rank: float,
    silent: bool,
) -> list[list[Any]]:
    rows: list[list[Any]] = []
    for measure in ids:
        types = measures.types[measure]
        administrative = _ADMINISTRATIVE in types
        if not administrative and (silent or rng.random() < _MISSING):
            continue
        chosen = _ADMINISTRATIVE if administrative else kind if kind in types else types[0]
        own = min(max(0.7 * rank + 0.3 * float(rng.random()), 0.005), 0.995)
        cases = int(np.clip(rng.lognormal(4.1, 0.55), 8, 900))
        complete = float(rng.uniform(40, 74)) if rng.random() < _INCOMPLETE else float(rng.uniform(76, 100))
        rows.append(
            [
                measures.year,
                tin,
                None if who is None else int(npis[who]),
                measure,
                chosen,
                measures.rate(measure, chosen, own),
                cases,
                100.0 if administrative else round(complete, 1),
            ]
        )
    return rows

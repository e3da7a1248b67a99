"""A hand-made community of 30 clinicians in six practices, both cohorts, as a run would leave it.

Scores, factors and dollars follow asm.md sections 3 to 8 in a few lines of plain Python, so that every part
of the report adds up. Names are trees: nobody is called that.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from corridor.engine.connection import connect
from tests.reports.community_claims import claim_counts, episodes

Row = dict[str, Any]

HEART, BACK = "heart_failure", "low_back_pain"
MEASURES = {HEART: ("492", "008", "005", "236", "377"), BACK: ("238", "134", "128", "220")}
TREES = (
    "Alder",
    "Birch",
    "Cedar",
    "Dogwood",
    "Elm",
    "Fir",
    "Ginkgo",
    "Hazel",
    "Ironwood",
    "Juniper",
    "Katsura",
    "Larch",
    "Maple",
    "Nutmeg",
    "Oak",
    "Pine",
    "Quince",
    "Rowan",
    "Spruce",
    "Tamarack",
    "Umbrella Pine",
    "Viburnum",
    "Willow",
    "Yew",
    "Acacia",
    "Baobab",
    "Cypress",
    "Ebony",
    "Fig",
    "Gum",
)
YEARS = {2029: 0.09, 2030: 0.09, 2031: 0.10, 2032: 0.11, 2033: 0.12}
MEDIAN_COST = {HEART: (14429.90, 3879.435), BACK: (1947.216, 618.477)}


class FakeRun:
    """A run over an in-memory DuckDB with the tables a report reads."""

    def __init__(self, home: Path, clinicians: int = 24, seed: int = 7) -> None:
        self.home = home
        self.run_id = "20270401T060000000000-abcdef01"
        self.con = connect(threads=1)
        self.tables: set[str] = set()
        self.manifest: dict[str, Any] = {
            "run_id": self.run_id,
            "finished": "2027-04-01T06:00:00+00:00",
            "corridor_version": "0.1.0",
            "setting": {"performance_year": 2027, "payment_year": 2029},
            "settings": {"organisation": "Arbor Heart and Spine", "synthetic": True},
            "assumptions": ASSUMPTIONS,
            "law": {"programs": ["asm"], "overrides": {}},
        }
        for table, rows in community(clinicians, seed).items():
            self.add(table, rows)

    def add(self, table: str, rows: Sequence[Row]) -> None:
        self.con.execute(f"create schema if not exists {table.partition('.')[0]}")
        self.con.execute(
            f"create or replace table {table} as select unnest(?, recursive := true)", [list(rows)]
        )
        self.tables.add(table)

    def has(self, table: str) -> bool:
        return table in self.tables

    def query(self, sql: str, parameters: Sequence[Any] | None = None) -> list[Row]:
        cursor = self.con.execute(sql, list(parameters or []))
        columns = [column[0] for column in cursor.description or []]
        return [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]


ASSUMPTIONS: list[Row] = [
    {
        "rule": "asm.logistic_midpoint",
        "value": "cohort_median",
        "unit": "points",
        "status": "assumed",
        "cite": "42 CFR 512.750(c)(1)(ii), not read",
        "about": "Score at which the transformed score is one half.",
    },
    {
        "rule": "asm.logistic_slope",
        "value": 0.1,
        "unit": "per point",
        "status": "assumed",
        "cite": "42 CFR 512.750(c)(1)(ii), not read",
        "about": "Steepness of the logistic exchange function.",
    },
    {
        "rule": "asm.redistribution",
        "value": 0.85,
        "unit": "fraction",
        "status": "secondary",
        "cite": "apmconnect, final-rule summary",
        "about": "Share of the amount at risk that is paid out again.",
    },
    {
        "rule": "asm.cost_point_table",
        "value": "MIPS_7_5",
        "unit": "points",
        "status": "assumed",
        "cite": "42 CFR 512.730(e)(2), not read",
        "about": "Points by distance of the cost from the cohort median.",
    },
]


def _transformed(score: float, midpoint: float) -> float:
    return 0.0 if score <= 0 else 1 / (1 + math.exp(-0.1 * (score - midpoint)))


def _national(seed: int) -> dict[str, np.ndarray]:
    random = np.random.default_rng(seed + 1)
    return {
        HEART: np.clip(random.normal(56, 15, 2610), 0, 100).round(2),
        BACK: np.clip(random.normal(52, 16, 4027), 0, 100).round(2),
    }


def _factors(peers: np.ndarray, midpoint: float) -> float:
    return 0.85 * len(peers) / sum(_transformed(float(score), midpoint) for score in peers)


def community(clinicians: int, seed: int) -> dict[str, list[Row]]:
    """All tables of the run."""
    random = np.random.default_rng(seed)
    national = _national(seed)
    middles = {cohort: float(np.median(scores)) for cohort, scores in national.items()}
    tables: dict[str, list[Row]] = {
        name: []
        for name in (
            "asm.result",
            "asm.clinician_input",
            "asm.eligibility",
            "asm.measure_score",
            "measures.asm_cost",
            "asm.dollars_by_year",
            "asm.lever",
            "episodes.chronic_episode",
            "episodes.chronic_attribution",
            "episodes.chronic_cost",
            "episodes.chronic_service",
        )
    }
    for index in range(clinicians + 6):
        cohort = HEART if index % 12 < 7 else BACK
        person = {
            "performance_year": 2027,
            "tin": f"99000{index % 6 + 1:04d}",
            "npi": f"19990000{index:02d}"[-10:],
            "cohort": cohort,
        }
        if clinicians > 90:
            person["npi"] = f"1999{index:06d}"
        name = TREES[index % len(TREES)] + (f" {index // len(TREES)}" if index >= len(TREES) else "")
        _eligibility(tables, person, index, index >= clinicians, random)
        if index >= clinicians:
            continue
        _clinician(tables, person, f"Dr. {name}", index, random, middles, national)
    tables["asm.national_cohort"] = [
        {"cohort": cohort, "final_score": float(score)}
        for cohort, scores in national.items()
        for score in scores
    ]
    tables["claims.quality_count"] = claim_counts(random)
    return tables


def _eligibility(
    tables: dict[str, list[Row]], person: Row, index: int, out: bool, random: np.random.Generator
) -> None:
    """Columns and words as programs/asm/steps/eligibility.sql makes them."""
    why = index % 3
    specialty = "C3" if out and why == 0 else "06" if person["cohort"] == HEART else "20"
    claims = int(random.integers(200, 900))
    count = (7 if index % 2 else 14) if out and why == 1 else int(random.integers(24, 140))
    inside = not (out and why == 2)
    listed = (index % 9 != 4) if not out else why == 1
    words = {
        0: "specialty C3 (interventional cardiology) is not in the cohort",
        1: f"{count} attributed episodes in 2025, 20 needed",
        2: "area 19100 is not mandatory",
    }
    good = f"specialty {specialty} by {claims} of {claims + 9} claims in 2025; {count} attributed episodes"
    if listed == out:
        difference = f"listed, not eligible here: {words[why]}" if out else "eligible here, not listed"
    else:
        difference = "neither listed nor eligible" if out else "listed and eligible"
    tables["asm.eligibility"].append(
        {
            **person,
            "clinician_name": None,
            "specialty_code": specialty,
            "specialty_claims": claims,
            "all_claims": claims + 9,
            "attributed_episodes": count,
            "cbsa": "35380" if inside else "19100",
            "area_mandatory": inside,
            "in_specialty": not (out and why == 0),
            "has_episodes": not (out and why == 1),
            "is_inside": inside,
            "is_rural_health": False,
            "eligible": not out,
            "reason": f"Out: {words[why]}." if out else f"In: {good}; area 35380 is mandatory.",
            "listed_by_cms": listed,
            "list_difference": difference,
        }
    )


def _clinician(
    tables: dict[str, list[Row]],
    person: Row,
    name: str,
    index: int,
    random: np.random.Generator,
    middles: dict[str, float],
    national: dict[str, np.ndarray],
) -> None:
    cohort = person["cohort"]
    silent = index == 10
    few = index == 5
    skill = float(random.normal(0, 1))
    points: dict[str, float] = {}
    for measure in MEASURES[cohort]:
        raw = float(np.clip(4.2 + 1.3 * skill + random.normal(0, 2.0), 1, 10))
        points[measure] = 0.0 if silent and measure != "492" else round(raw, 1)
        cases = (
            int(random.integers(8, 19)) if measure == "220" and index % 2 else int(random.integers(22, 260))
        )
        counted = cases >= 20
        if not counted:
            points.pop(measure)
        tables["asm.measure_score"].append(
            {
                **person,
                "measure_id": measure,
                "collection_type": "administrative_claims" if measure == "492" else "ecqm",
                "rate": None
                if silent and measure != "492"
                else round(float(np.clip(40 + 5.5 * raw, 1, 99)), 2),
                "eligible_cases": cases,
                "data_completeness": None if silent else 82.0 + index % 15,
                "reported": not silent or measure == "492",
                "points": points.get(measure),
                "counted": counted,
                "benchmark": 68.98,
            }
        )
    count = 9 if few else int(random.integers(24, 140 if index < 40 else 30))
    ratio = float(
        np.clip(
            1 + random.normal(0, 0.03) + random.normal(0, 0.85) / math.sqrt(count) - 0.1 * skill, 0.5, 1.9
        )
    )
    middle, spread = MEDIAN_COST[cohort]
    cost = middle * ratio
    cost_points = round(float(np.clip(7.5 - (cost - middle) / spread * 2, 1, 10)), 1)
    quality = sum(points.values()) / (10 * len(points))
    practice = 1 if index % 6 == 5 else 9 if index % 6 == 4 else 40
    parts = {
        "improvement_activities_adjustment": 0.0 if index % 4 else -10.0,
        "promoting_interoperability_adjustment": -round(float(random.uniform(0, 4)), 2),
        "complex_patient_bonus": round(float(np.clip(random.normal(3, 3), 0, 10)), 2),
        "small_practice_bonus": 15.0 if practice == 1 else 10.0 if practice <= 15 else 0.0,
    }
    if silent:
        parts["complex_patient_bonus"] = parts["small_practice_bonus"] = 0.0
    raw_score = 50 * quality + 5 * cost_points + sum(parts.values())
    score = 0.0 if silent else min(100.0, max(0.0, raw_score))
    paid = float(random.integers(120, 720)) * 1000
    result = {
        **person,
        "quality_score": quality,
        "cost_score": cost_points / 10,
        "cost_points": cost_points,
        **parts,
        "final_score": None if few else score,
        "part_b_paid": paid,
        "panel_coverage": 0.35 + 0.02 * (index % 25),
        "indicative": 0.35 + 0.02 * (index % 25) < 0.5,
        "beneficiaries": 7 if few else int(random.integers(80, 700)),
    }
    result["neutral_score"] = (
        middles[cohort] - math.log(_factors(national[cohort], middles[cohort]) - 1) / 0.1
    )
    scaling = {middle: _factors(national[cohort], middle) for middle in (middles[cohort], 50.0)}
    main = 0.0
    for year, risk in YEARS.items():
        factors = {
            label: 0.0 if few else risk * _transformed(score, midpoint) * scaling[midpoint] - risk
            for label, midpoint in (("cohort_median", middles[cohort]), ("fixed", 50.0))
        }
        main = factors["cohort_median"] if year == 2029 else main
        tables["asm.dollars_by_year"].append(
            {
                "tin": person["tin"],
                "npi": person["npi"],
                "payment_year": year,
                "risk_level": risk,
                "factor": factors["cohort_median"],
                "dollars": paid * factors["cohort_median"],
                **{f"dollars_{label}_midpoint": paid * factor for label, factor in factors.items()},
            }
        )
    tables["asm.result"].append(
        {
            **result,
            "transformed_final_score": None if few else _transformed(score, middles[cohort]),
            "scaling_factor": None if few else scaling[middles[cohort]],
            "risk_level": YEARS[2029],
            "payment_adjustment_factor": None if few else main,
            "payment_multiplier": 1 + main,
            "dollars": paid * main,
        }
    )
    tables["asm.clinician_input"].append(
        {
            **person,
            "clinician_name": name,
            "practice_size": practice,
            "part_b_paid": paid,
            "improvement_activities_attested": 2 if index % 4 else 1,
        }
    )
    half = 1.96 * 0.85 / math.sqrt(count)
    tables["measures.asm_cost"].append(
        {
            **person,
            "attributed_episodes": count,
            "cost_ratio": ratio,
            "cost_per_episode": cost,
            "interval_low": cost * (1 - half),
            "interval_high": cost * (1 + half),
            "imputed_share": 0.04 + 0.01 * (index % 9),
        }
    )
    if not few and not silent:
        for measure in (*points, "cost", *(["improvement_activities"] if index % 4 == 0 else [])):
            gain = (
                10.0
                if measure == "improvement_activities"
                else 5.0
                if measure == "cost"
                else 50 / (10 * len(points))
            )
            better = _transformed(min(100.0, score + gain), middles[cohort])
            change = YEARS[2029] * scaling[middles[cohort]] * (better - _transformed(score, middles[cohort]))
            tables["asm.lever"].append(
                {
                    "tin": person["tin"],
                    "npi": person["npi"],
                    "measure": measure,
                    "change": "second activity attested"
                    if measure == "improvement_activities"
                    else "one decile",
                    "score_change": gain,
                    "dollars": paid * change,
                }
            )
    episodes(tables, person, count, ratio, index, random)

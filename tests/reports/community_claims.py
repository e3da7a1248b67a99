"""Episodes, their services, and counts of claims for the hand-made community."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np

Row = dict[str, Any]

CATEGORIES = (
    ("office_visit", 140.0, "B"),
    ("imaging_and_tests", 320.0, "B"),
    ("outpatient_procedure", 900.0, "B"),
    ("inpatient_stay", 9800.0, "A"),
    ("post_acute_care", 4200.0, "A"),
    ("drug", 410.0, "D"),
)
TYPES = (
    ("71", 5200, 95.0),
    ("40", 1400, 310.0),
    ("60", 60, 11800.0),
    ("20", 24, 7900.0),
    ("82", 130, 160.0),
    ("part_d", 3900, 118.0),
)


def episodes(
    tables: dict[str, list[Row]],
    person: Row,
    count: int,
    ratio: float,
    index: int,
    random: np.random.Generator,
) -> None:
    """The attributed episodes of one clinician; their services sum to the assigned cost."""
    for number in range(count):
        episode = f"E{index:03d}-{number:04d}"
        start = date(2026, 3, 1) + timedelta(days=int(random.integers(0, 300)))
        heart = person["cohort"] == "heart_failure"
        days = int(random.integers(365, 500)) if heart else int(random.integers(120, 300))
        assigned = _services(tables, episode, start, days, random)
        observed = assigned * 365 / days
        tables["episodes.chronic_episode"].append(
            {
                "episode_id": episode,
                "cohort": person["cohort"],
                "person_id": 100000 + index * 500 + number,
                "tin": person["tin"],
                "episode_start": start,
                "episode_end": start + timedelta(days=days),
                "episode_days": days,
                "performance_year": 2027,
                "excluded": False,
                "exclusion_reason": None,
            }
        )
        tables["episodes.chronic_attribution"].append(
            {
                "episode_id": episode,
                "tin": person["tin"],
                "npi": person["npi"],
                "share": 0.3 + 0.7 * float(random.random()),
                "attributed": True,
            }
        )
        expected = float(np.clip(observed / ratio * random.lognormal(0, 0.4), 200, 60000))
        tables["episodes.chronic_cost"].append(
            {
                "episode_id": episode,
                "cohort": person["cohort"],
                "performance_year": 2027,
                "assigned_cost": assigned,
                "observed_cost": observed,
                "expected_cost": expected,
                "ratio": observed / expected,
                "imputed_share": 0.05,
                "dropped": False,
            }
        )


def _services(
    tables: dict[str, list[Row]], episode: str, start: date, days: int, random: np.random.Generator
) -> float:
    total = 0.0
    for line in range(int(random.integers(4, 22))):
        kind = int(random.choice(6, p=(0.42, 0.24, 0.1, 0.05, 0.04, 0.15)))
        category, typical, part = CATEGORIES[kind]
        amount = round(float(typical * random.lognormal(0, 0.35)), 2)
        total += amount
        tables["episodes.chronic_service"].append(
            {
                "episode_id": episode,
                "source_id": "A9901",
                "claim_id": f"{episode}-{line}",
                "claim_line_number": 1,
                "part": part,
                "service_date": start + timedelta(days=int(random.integers(0, days))),
                "service_category": category,
                "standardized_amount": amount,
                "imputed": part == "D",
            }
        )
    return total


def claim_counts(random: np.random.Generator) -> list[Row]:
    """claims.quality_count: the last months thin out, one month is thin, the stays of the last are few."""
    rows: list[Row] = []
    for place in range(26):
        month = (2025 + place // 12) * 100 + place % 12 + 1
        fill = (0.35 if place == 25 else 0.8 if place == 24 else 1.0) * (0.55 if place == 6 else 1.0)
        for kind, usual, paid in TYPES:
            claims = int(usual * fill * random.uniform(0.92, 1.08))
            rows.append(
                {
                    "source_id": "A9901",
                    "delivery_id": "0123456789abcdef",
                    "claim_type_code": kind,
                    "service_month": month,
                    "claims": claims,
                    "lines": claims * 2,
                    "people": int(claims * 0.6) or 1,
                    "paid_amount": round(claims * paid * random.uniform(0.95, 1.05), 2),
                }
            )
    return rows

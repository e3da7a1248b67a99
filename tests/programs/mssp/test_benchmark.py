"""The benchmark against arithmetic of its own, for ACOs drawn at random; and its caps."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corridor.law import Rules, load_rules
from corridor.programs.mssp.by_type import TYPE_QUANTITIES, TYPES
from corridor.programs.mssp.compute import reconcile
from corridor.programs.mssp.model import PROGRAMS

SPEND, RATIO, YEARS = st.floats(2_000, 120_000), st.floats(0.8, 1.3), st.floats(1, 50_000)
KINDS = {
    name: YEARS if "person_years" in name
    else RATIO if any(word in name for word in ("score", "ratio", "trend", "update"))
    else st.floats(0, 1) if name == "market_share"
    else SPEND
    for name in TYPE_QUANTITIES
}  # fmt: skip
ACO = st.fixed_dictionaries({f"{name}_{kind}": KINDS[name] for name in TYPE_QUANTITIES for kind in TYPES})


@pytest.fixture(scope="module")
def rules() -> Rules:
    return load_rules(PROGRAMS)


def by_hand(a: dict[str, float], first: bool, present: bool, times: int) -> dict[str, float]:
    """mssp.md 5, type by type in plain Python, without prior savings or population adjustment."""
    w1, w2, w3 = (0.1, 0.3, 0.6) if first else (1 / 3, 1 / 3, 1 / 3)
    below, above = {1: (0.35, 0.15), 2: (0.5, 0.25), 3: (0.5, 0.35), 4: (0.5, 0.5)}[times]
    historical, region = {}, {}
    for t in TYPES:
        w = a[f"market_share_{t}"]
        grown = 0.0
        for year, weight in ((1, w1), (2, w2)):
            risk = a[f"by3_risk_score_{t}"] / a[f"by{year}_risk_score_{t}"]
            national, regional = a[f"national_trend_by{year}_{t}"], a[f"regional_trend_by{year}_{t}"]
            trend = w * national + (1 - w) * regional
            grown += weight * a[f"by{year}_per_capita_{t}"] * risk * trend
        historical[t] = grown + w3 * a[f"by3_per_capita_{t}"]
    people = {t: a[f"by3_person_years_{t}"] for t in TYPES}
    total = sum(people.values())

    def mean(values: dict[str, float]) -> float:
        return sum(people[t] * values[t] for t in TYPES) / total

    difference = {t: a[f"regional_by3_{t}"] - historical[t] for t in TYPES}
    weight = below if mean(difference) >= 0 else above
    for t in TYPES:
        national = a[f"national_by3_{t}"]
        least = -0.015 if present else -0.05
        amount = max(min(weight * difference[t], 0.05 * national), least * national)
        region[t] = amount * (1 - 0.3) if present and amount < 0 else amount  # dual share 0.2, mean risk 1.1
    if present and mean(region) <= 0:
        region = dict.fromkeys(TYPES, 0.0)
    adjusted = {t: historical[t] + region[t] for t in TYPES}
    ratio = {t: a[f"py_risk_score_{t}"] / a[f"by3_risk_score_{t}"] for t in TYPES}
    weights = {t: adjusted[t] * a[f"py_person_years_{t}"] for t in TYPES}
    cap = sum(weights[t] * a[f"demographic_ratio_{t}"] for t in TYPES) / sum(weights.values()) + 0.03
    if not present:
        ratio = {t: min(ratio[t], 1.03) for t in TYPES}
    elif sum(weights[t] * ratio[t] for t in TYPES) / sum(weights.values()) > cap:
        ratio = {t: min(ratio[t], cap) for t in TYPES}
    benchmark = 0.0
    for t in TYPES:
        w = a[f"market_share_{t}"]
        blend = w * a[f"national_update_{t}"] + (1 - w) * a[f"regional_update_{t}"]
        update = 2 / 3 * blend + 1 / 3 * a[f"acpt_ratio_{t}"] if present else blend
        benchmark += weights[t] * ratio[t] * update
    return {"historical_benchmark_per_capita": mean(adjusted), "benchmark_expenditure": benchmark}


@settings(max_examples=20)
@given(aco=ACO, first=st.booleans(), present=st.booleans(), times=st.integers(1, 4))
def test_the_benchmark_is_that_of_plain_arithmetic(
    rules: Rules, aco: dict[str, float], first: bool, present: bool, times: int
) -> None:
    given: dict[str, Any] = {
        **aco, "track": "E", "assigned_beneficiaries": 10_000, "elected_savings_rate": 0.01,
        "quality_standard_met": 1, "agreement_start_year": 2024 if present else 2022,
        "agreement_period": 1 if first else 2, "regional_times": times, "dual_share": 0.2,
        "mean_risk_score": 1.1,
    }  # fmt: skip
    found = reconcile(given, rules, 2024)
    for name, expected in by_hand(aco, first, present, times).items():
        assert float(np.ravel(found[name])[0]) == pytest.approx(expected, rel=1e-9), name
    added = found["historical_benchmark_per_capita"] - _before(found)
    assert float(np.ravel(added)[0]) <= float(np.ravel(found["adjustment_limit"])[0]) * (1 + 1e-9)


def _before(found: Any) -> Any:
    people = np.ravel(found["by3_person_years"])
    return np.sum(people * np.ravel(found["historical_by_type"])) / people.sum()

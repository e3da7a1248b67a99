"""Many clinicians in one call against each of them worked out alone, by another hand."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from corridor.law import load_rules
from corridor.programs.mips.compute import score
from corridor.programs.mips.inputs import Facts
from tests.programs.mips import oracle

RULES = load_rules(["mips", "qp"])
CLINICIANS = 250


def drawn(seed: int) -> tuple[list[list[oracle.Sent]], dict[str, Any]]:
    draw = np.random.default_rng(seed)
    kinds = []
    for number in range(20):
        cuts = tuple(float(c) for c in np.sort(np.round(draw.choice([draw.uniform(0, 100, 11),
                     np.repeat(draw.uniform(20, 100, 4), 3)[:11]][number % 2], 11), 2)))  # fmt: skip
        kinds.append({
            "measure": f"{number:03d}", "cuts": None if number == 7 else cuts, "inverse": number % 3 == 0,
            "capped": number % 5 == 0, "suppressed": number == 11, "outcome": number % 4 == 0,
            "age": 1 if number == 3 else 2 if number == 5 else 8,
        })  # fmt: skip
    sent = []
    for _ in range(CLINICIANS):
        chosen = draw.choice(20, int(draw.integers(0, 10)), replace=False)
        sent.append([
            oracle.Sent(rate=float(round(draw.uniform(0, 100), 2)), cases=int(draw.choice([5, 19, 20, 90])),
                        completeness=float(draw.choice([40, 74.99, 75, 100])), **kinds[n])
            for n in chosen.tolist()
        ])  # fmt: skip
    cost = np.where(
        draw.uniform(size=CLINICIANS) < 0.3, np.nan, np.round(draw.uniform(10, 100, CLINICIANS), 2)
    )
    promoting = np.where(
        draw.uniform(size=CLINICIANS) < 0.4, np.nan, np.round(draw.uniform(0, 100, CLINICIANS))
    )
    return sent, {
        "tin": ["T"] * CLINICIANS, "npi": [str(n) for n in range(CLINICIANS)],
        "small_practice": (draw.uniform(size=CLINICIANS) < 0.5).astype(float), "cost_percent": cost,
        "improvement_activities_attested": draw.integers(0, 4, CLINICIANS).astype(float),
        "promoting_interoperability_percent": promoting, "scaling_factor": np.full(CLINICIANS, 0.1167),
    }  # fmt: skip


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_clinician_of_a_call_has_the_score_worked_out_alone(seed: int) -> None:
    sent, clinicians = drawn(seed)
    rows = [(n, one) for n, some in enumerate(sent) for one in some]
    np.random.default_rng(seed).shuffle(rows)  # type: ignore[arg-type]
    book = {
        (one.measure, "mipscqm"): Facts(one.measure, "mipscqm", "quality", one.cuts, one.inverse, one.capped,
                                        one.suppressed, one.outcome, False, one.age)
        for _, one in rows
    }  # fmt: skip
    results = {
        "clinician": np.array([n for n, _ in rows]), "measure_id": [one.measure for _, one in rows],
        "collection_type": ["mipscqm"] * len(rows), "rate": [one.rate for _, one in rows],
        "eligible_cases": [float(one.cases) for _, one in rows],
        "data_completeness": [one.completeness for _, one in rows],
    }  # fmt: skip
    columns = score(results, book, clinicians, RULES, 2025).columns()
    for n, some in enumerate(sent):
        small = bool(clinicians["small_practice"][n])
        cost, promoting = (
            None if np.isnan(value) else Decimal(repr(float(value)))
            for value in (clinicians["cost_percent"][n], clinicians["promoting_interoperability_percent"][n])
        )
        percent = oracle.quality(some, small)
        assert columns["quality_percent"][n] == pytest.approx(float(percent), abs=1e-9), (n, some)
        activities = int(clinicians["improvement_activities_attested"][n])
        known = some or cost is not None or promoting is not None
        final = oracle.final(percent, cost, activities, promoting, small)
        assert columns["final_score"][n] == float(final), (n, known)
        expected = oracle.adjustment(final, Decimal("0.1167"))
        assert columns["payment_adjustment_factor"][n] == pytest.approx(float(expected), abs=1e-15)

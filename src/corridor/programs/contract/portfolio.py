"""Infusions of an outcomes-based agreement simulated: what open time points may bring, cohort by cohort.

Failing and being observed are drawn apart. Patients of one product fail together to a degree the user states:
a common factor of the product beside the chance of each patient (one-factor probit).
"""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import Any

import numpy as np

from corridor.errors import CorridorError
from corridor.programs.contract.outcomes import Array, Outcomes
from corridor.programs.contract.schema_drug import OutcomesTerms

PIECE = 500  # draws at a time: memory stays small whatever their number
QUANTILES = {"p10": 0.10, "p50": 0.50, "p90": 0.90}
Row = dict[str, Any]


def portfolio(found: Outcomes, draws: int, correlation: float | None, seed: int) -> dict[str, Any]:
    """The distribution of outcome rebates and net cost by year of infusion.

    correlation  of the latent health of two patients of the product, 0 to below 1; has no default
    Raises CONTRACT-REQUIRED without it, or where an open time point has no probability of failing.
    """
    terms = found.contract.terms_on(found.contract.head.term.start)
    assert isinstance(terms, OutcomesTerms)
    if correlation is None or not 0 <= correlation < 1:
        raise _required(found, "correlation", "Give --correlation, 0 to below 1, as the evidence")
    chances = _chances(found, terms)
    years = [row["infusion_date"].year for row in found.episodes]
    cohorts = sorted(set(years))
    inside = np.array([[year == cohort for year in years] for cohort in cohorts], dtype=np.float64)
    outcome, net = [], []
    generator = np.random.default_rng(seed)
    for start in range(0, draws, PIECE):
        values = found.drawn(_due(found, terms, chances, correlation, generator, min(PIECE, draws - start)))
        outcome.append(inside @ values["outcome_rebate"])
        net.append(inside @ values["net_cost"])
    rebates, costs = np.hstack(outcome), np.hstack(net)
    gross = inside @ np.asarray(found.values["gross_spend"], dtype=np.float64)
    rows = [
        _row(str(cohort), int(inside[at].sum()), float(gross[at]), rebates[at], costs[at])
        for at, cohort in enumerate(cohorts)
    ]
    together = _row("all", len(years), float(gross.sum()), rebates.sum(axis=0), costs.sum(axis=0))
    return {
        "program": "contract",
        "contract": found.contract.name,
        "title": found.contract.head.title,
        "fictitious": found.contract.head.fictitious,
        "year": None,
        "draws": draws,
        "seed": seed,
        "correlation": correlation,
        "rows": [*rows, together],
        "assumptions": found.values.assumptions(),
        "warnings": found.warnings,
    }


def _row(cohort: str, infusions: int, gross: float, rebates: Array, costs: Array) -> Row:
    row: Row = {"cohort": cohort, "infusions": infusions, "gross_spend": gross}
    for name, values in (("outcome_rebate", rebates), ("net_cost", costs)):
        row[f"{name}_mean"] = float(values.mean())
        row[f"{name}_standard_error"] = float(values.std(ddof=1) / math.sqrt(len(values)))
        for word, share in QUANTILES.items():
            row[f"{name}_{word}"] = float(np.quantile(values, share, method="inverted_cdf"))
    return row


def _chances(found: Outcomes, terms: OutcomesTerms) -> Array:
    """Of each time point: open, the threshold of failing, the chance of being observed."""
    chances = []
    for points in found.points:
        for one, point in zip(terms.outcomes, points, strict=True):
            if point["status"] == "open" and one.failure_probability is None:
                raise _required(
                    found, f"failure_probability of {one.code}", "Add it to the outcome, as the evidence"
                )
            chance = one.failure_probability or 0.0
            threshold = (
                NormalDist().inv_cdf(chance) if 0 < chance < 1 else (-math.inf if chance == 0 else math.inf)
            )
            seen = 1.0 if one.observed_probability is None else one.observed_probability
            imputed = chance if terms.missing_rule == "imputed" else 0.0
            chances.append((point["status"] == "open", threshold, seen, imputed, point["due_share"]))
    return np.array(chances, dtype=np.float64).reshape(-1, 5)


def _due(
    found: Outcomes,
    terms: OutcomesTerms,
    chances: Array,
    correlation: float,
    generator: np.random.Generator,
    draws: int,
) -> Array:
    """Time points x draws: the share due, drawn where open, as it stands where not."""
    products = [row["ndc9"] for row in found.episodes for _ in terms.outcomes]
    place = {product: at for at, product in enumerate(sorted(set(products)))}
    common = generator.standard_normal((len(place), draws))[[place[one] for one in products]]
    own = generator.standard_normal((len(products), draws))
    seen = generator.random((len(products), draws)) < chances[:, 2:3]
    failed = math.sqrt(correlation) * common + math.sqrt(1 - correlation) * own < chances[:, 1:2]
    drawn = np.where(seen, failed.astype(np.float64), chances[:, 3:4])
    return np.where(chances[:, :1] > 0, drawn, chances[:, 4:5])


def _required(found: Outcomes, name: str, todo: str) -> CorridorError:
    return CorridorError(
        "CONTRACT-REQUIRED",
        f"A portfolio needs {name}.",
        why="How likely patients fail, and how much together, decides the tail; nothing published states it.",
        todo=f"{todo} on the product supports.",
        file=found.contract.file,
        field=name.split(" ", maxsplit=1)[0],
    )

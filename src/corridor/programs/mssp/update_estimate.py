"""CMS's steps of estimating the updated benchmark from its own workbooks, letter by letter.

The letters are those of the steps: a quarterly report (QEXPU) gives national and regional expenditure of
the year so far and the person-years, the benchmark report (BNMRK) the historical benchmark and the
prospective trend, the annual report of the third benchmark year (AEXPU) what the nation cost then. One row an
enrollment type;
``aco`` groups the rows of one estimate. The estimate does not adjust for this year's risk scores.
"""

from __future__ import annotations

import numpy as np

from corridor.formulas import Model, formula
from corridor.formulas.columns import Floats

STEPS = "CMS's steps of the updated benchmark estimate; 42 CFR 425.652(b)"


@formula(cite=STEPS, unit="ratio")
def national_growth(national_current: Floats, national_base: Floats) -> Floats:
    """[C] What the nation's assignable people cost now, against the third benchmark year: [B] / [A]."""
    return national_current / national_base


@formula(cite=STEPS, unit="ratio")
def regional_growth(regional_current: Floats, regional_base: Floats) -> Floats:
    """[F] What the region costs now, against the third benchmark year: [E] / [D]."""
    return regional_current / regional_base


@formula(cite=STEPS, unit="ratio")
def blended_growth(
    national_growth: Floats, national_weight: Floats, regional_growth: Floats, regional_weight: Floats
) -> Floats:
    """[I] The nation and the region by the ACO's share of its region: [C][G] + [F][H]."""
    return national_growth * national_weight + regional_growth * regional_weight


@formula(cite=STEPS, unit="ratio")
def update_factor(
    blended_growth: Floats, prospective_trend: Floats, prospective_trend_weight: float
) -> Floats:
    """[K] The three-way blend: two thirds of [I] and one third of [J]."""
    return (1 - prospective_trend_weight) * blended_growth + prospective_trend_weight * prospective_trend


@formula(cite=STEPS, unit="dollars")
def updated_benchmark(update_factor: Floats, historical_benchmark: Floats) -> Floats:
    """[M] The historical benchmark of the type carried to the performance year: [K][L]."""
    return update_factor * historical_benchmark


@formula(cite=STEPS, unit="fraction")
def type_share(type_person_years: Floats, total_person_years: Floats) -> Floats:
    """[O] The type's share of person-years, of the total CMS prints: [N] / [N] total."""
    return type_person_years / total_person_years


@formula(cite=STEPS, unit="dollars")
def share_of_benchmark(type_share: Floats, updated_benchmark: Floats) -> Floats:
    """What the type brings to the benchmark of all: [O][M]; nothing where nobody is of the type."""
    return np.asarray(np.where(type_share == 0, 0, type_share * updated_benchmark))


@formula(cite=STEPS, unit="dollars", group="aco", statistic="sum")
def updated_benchmark_per_capita(share_of_benchmark: Floats) -> Floats:
    """[P] The updated benchmark for a person-year: the sum of [O][M] over the types."""
    return np.asarray(share_of_benchmark.sum(axis=0))


@formula(cite=STEPS, unit="fraction")
def projected_savings_rate(updated_benchmark_per_capita: Floats, expenditure_per_capita: Floats) -> Floats:
    """[R] What expenditure stays under the benchmark, as a share of it: ([P] - [Q]) / [P]."""
    return (updated_benchmark_per_capita - expenditure_per_capita) / updated_benchmark_per_capita


ESTIMATE = Model(
    "mssp_estimate",
    [
        national_growth, regional_growth, blended_growth, update_factor, updated_benchmark, type_share,
        share_of_benchmark, updated_benchmark_per_capita, projected_savings_rate,
    ],
    {"prospective_trend_weight": "mssp.prospective_trend_weight"},
    units={
        "national_base": "dollars", "national_current": "dollars", "regional_base": "dollars",
        "regional_current": "dollars", "national_weight": "fraction", "regional_weight": "fraction",
        "prospective_trend": "ratio", "historical_benchmark": "dollars", "type_person_years": "person-years",
        "total_person_years": "person-years", "expenditure_per_capita": "dollars",
    },
    abouts={
        "national_base": "[A] National assignable expenditure of the third benchmark year (AEXPU).",
        "national_current": "[B] National assignable expenditure of the year so far (QEXPU).",
        "regional_base": "[D] Regional expenditure of the third benchmark year (QEXPU Table 2).",
        "regional_current": "[E] Regional expenditure of the newest quarter (QEXPU Table 2).",
        "national_weight": "[G] Weight of the nation (QEXPU Table 2).",
        "regional_weight": "[H] Weight of the region (QEXPU Table 2).",
        "prospective_trend": "[J] Accountable Care Prospective Trend as a ratio (BNMRK Table 6, section F).",
        "historical_benchmark": "[L] Historical benchmark after adjustment (BNMRK Table 1).",
        "type_person_years": "[N] Person-years of the type (QEXPU Table 1).",
        "total_person_years": "[N] Person-years in total, as printed (QEXPU Table 1).",
        "expenditure_per_capita": "[Q] The ACO's own expenditure for a person-year.",
    },
)  # fmt: skip

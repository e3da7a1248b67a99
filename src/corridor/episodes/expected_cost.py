"""The cost model of chronic-condition episodes: installed coefficients, or least squares on what is there."""

from __future__ import annotations

from typing import Any

import numpy as np

from corridor.engine import StepContext, python_step
from corridor.episodes.least_squares import fit
from corridor.errors import CorridorError

Columns = dict[str, np.ndarray[Any, Any]]


@python_step(
    step="episodes.chronic_coefficient",
    makes="one row per performance year, cohort, subgroup and term of the cost model",
    key=["performance_year", "cohort", "subgroup", "term"],
    reads=[
        "episodes.chronic_risk_factor",
        "episodes.chronic_observed",
        "reference.episode_cost_coefficient",
    ],
    rules=["asm.episode_model_minimum_episodes", "asm.episode_model_minimum_term"],
    cites="42 CFR 512.730; ASM specification 2.2(8)",
    evidence="episodes.chronic_risk_factor(performance_year, cohort, subgroup)",
)
def chronic_coefficient(ctx: StepContext) -> tuple[Columns, dict[str, str]]:
    """Coefficients in dollars a year: installed where a vintage names the cohort and subgroup, else fitted.

    Ordinary least squares of the scaled observed cost on indicators, one model per performance year, cohort
    and subgroup. Terms that too few episodes carry, and terms that are a mix of others, are left out. A
    subgroup with too few episodes gets its mean.
    """
    fewest = int(ctx.force.scalar("asm.episode_model_minimum_episodes"))
    fewest_with_term = int(ctx.force.scalar("asm.episode_model_minimum_term"))
    rows: list[tuple[int, str, str, str, float, str, int, float | None]] = []
    groups = ctx.numpy(
        "select distinct performance_year, cohort, subgroup from episodes.chronic_risk_factor "
        "order by performance_year, cohort, subgroup"
    )
    for year, cohort, subgroup in zip(groups["performance_year"], groups["cohort"], groups["subgroup"]):
        where = f"where performance_year = {int(year)} and cohort = '{cohort}' and subgroup = '{subgroup}'"
        installed = _installed(ctx, cohort, subgroup)
        cost = ctx.numpy(
            "select episode_id, observed_cost from episodes.chronic_observed where episode_id in "
            f"(select episode_id from episodes.chronic_risk_factor {where}) order by episode_id"
        )
        episodes = len(cost["episode_id"])
        if installed:
            rows += [(year, cohort, subgroup, t, c, "installed", episodes, None) for t, c in installed]
            continue
        observed = np.asarray(cost["observed_cost"], dtype=float)
        terms = ["intercept"]
        if episodes >= fewest:
            common = ctx.numpy(
                f"select term, count(*) as episodes from episodes.chronic_risk_factor {where} "
                "group by term order by term"
            )
            carried = zip(common["term"], common["episodes"])
            terms += [t for t, n in carried if t != "intercept" and n >= fewest_with_term]
        carrying = ctx.numpy(
            "with numbered as (select episode_id, row_number() over (order by episode_id) - 1 as place "
            f"from episodes.chronic_risk_factor {where} and term = 'intercept') "
            "select numbered.place, factor.term from numbered join episodes.chronic_risk_factor as factor "
            "on factor.episode_id = numbered.episode_id order by numbered.place, factor.term"
        )
        design = np.zeros((episodes, len(terms)))
        column = {term: at for at, term in enumerate(terms)}
        at = np.array([column.get(term, -1) for term in carrying["term"]], dtype=int)
        kept = at >= 0
        design[np.asarray(carrying["place"], dtype=int)[kept], at[kept]] = 1
        model = fit(design, observed)
        origin = "fitted" if len(terms) > 1 else "mean"
        rows += [
            (year, cohort, subgroup, term, float(value), origin, episodes, model.r_squared)
            for term, value, used in zip(terms, model.coefficients, model.used)
            if used
        ]
    return _columns(rows)


def _installed(ctx: StepContext, cohort: str, subgroup: str) -> list[tuple[str, float]]:
    """The newest installed coefficients of a cohort and subgroup; a model without a subgroup serves both."""
    found = ctx.numpy(
        "select term, coefficient from reference.episode_cost_coefficient as listed "
        f"where cohort = '{cohort}' and coalesce(subgroup, '{subgroup}') = '{subgroup}' and vintage = ("
        f"select max(vintage) from reference.episode_cost_coefficient where cohort = '{cohort}') "
        "order by term"
    )
    terms = [str(term) for term in found["term"]]
    twice = sorted({term for term in terms if terms.count(term) > 1})
    if twice:
        raise CorridorError(
            "EPISODE-COEFFICIENT-TWICE",
            f"The installed cost coefficients of {cohort}, {subgroup}, name {twice[0]} twice.",
            why="An episode that carries the term would be expected to cost the sum of both.",
            todo="Install a file in which each cohort, subgroup and term stands once.",
            rule="reference.episode_cost_coefficient",
        )
    return [(term, float(value)) for term, value in zip(terms, found["coefficient"])]


def _columns(
    rows: list[tuple[int, str, str, str, float, str, int, float | None]],
) -> tuple[Columns, dict[str, str]]:
    types = {
        "performance_year": "INTEGER",
        "cohort": "VARCHAR",
        "subgroup": "VARCHAR",
        "term": "VARCHAR",
        "coefficient": "DOUBLE",
        "origin": "VARCHAR",
        "episodes": "BIGINT",
        "r_squared": "DOUBLE",
    }
    kinds: dict[str, Any] = {"INTEGER": np.int64, "BIGINT": np.int64, "DOUBLE": float, "VARCHAR": object}
    columns: Columns = {}
    for at, (name, kind) in enumerate(types.items()):
        values = [np.nan if row[at] is None else row[at] for row in rows]
        columns[name] = np.array(values, dtype=kinds[kind])
    return columns, types

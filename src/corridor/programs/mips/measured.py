"""Results scored: each result against its benchmark, a benchmark at a time, and which of them count."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from corridor.formulas import Children, Model
from corridor.programs.mips.inputs import (
    APP_PATHWAYS,
    Array,
    Book,
    Facts,
    base_measure,
)
from corridor.programs.mips.scored_rows import score_rows
from corridor.programs.mips.select import app_sets, codes_of, foundation_measures, measure_codes, picked
from corridor.programs.mips.survey import with_survey

if TYPE_CHECKING:
    from corridor.law import RulesInForce

# What is left of a result once it is scored: what the sums of its clinician read.
COUNTED = Model("mips counted results", [])
PROGRAMS = {"traditional": "mips", "app": "app1", "app_plus": "appPlus"}


@dataclass
class Measured:
    """Scored results, ordered by clinician.

    columns      the results, with points, slots, organization_points, result, picked, is_provisional
    facts        by ``fact_code``, what the book knows of the result's measure
    asked        measures asked for of each clinician in the APP; NaN elsewhere
    submitted    whether each clinician sent a quality result (CMS's own do not count)
    assumptions  parameters under the points that are not codified or official
    """

    columns: dict[str, Array]
    asked: Array
    submitted: Array
    facts: list[Facts | None]
    assumptions: list[dict[str, Any]]
    warnings: list[str]

    def children(self, force: RulesInForce) -> Children:
        """The results as rows under those who are scored."""
        names = ("points", "slots", "organization_points", "category", "picked")
        counted = COUNTED.evaluate({name: self.columns[name] for name in names}, force)
        return Children(counted, self.columns["clinician"])


def measured(
    results: Mapping[str, Array], book: Book, clinicians: Mapping[str, Array], force: RulesInForce
) -> Measured:
    """Score every result and choose those that count."""
    size = len(clinicians["tin"])
    assumptions: dict[str, dict[str, Any]] = {}
    columns = with_survey(dict(results), book, clinicians, force, assumptions)
    columns, foreign = _in_app_sets(columns, clinicians, force)
    columns, asked = _with_app_sets(columns, clinicians, force)
    columns, facts, warnings = _with_book(columns, book, clinicians)
    warnings = [*foreign, *warnings]
    clinician = columns["clinician"]
    columns |= score_rows(columns, facts, clinicians, force, assumptions)
    columns["picked"] = _picked(columns, clinicians, asked, force).astype(np.float64)
    sent = (
        (columns["category"] == "quality") & ~columns["from_claims"] & (columns["result"] != "not_reported")
    )
    submitted = np.bincount(clinician[sent], minlength=size) > 0
    return Measured(columns, asked, submitted, facts, list(assumptions.values()), warnings)


def _in_app_sets(
    columns: dict[str, Array], clinicians: Mapping[str, Array], force: RulesInForce
) -> tuple[dict[str, Array], list[str]]:
    """Leave out quality measures that are not of the set of their APP: they would count beside it."""
    pathway = clinicians["pathway"]
    sets = {name: {measure for measure, _ in ones} for name, ones in app_sets(force).items()}
    kept = np.ones(len(columns["clinician"]), dtype=bool)
    told: dict[str, None] = {}
    in_app = np.isin(pathway, list(sets))[columns["clinician"]]
    for row in np.flatnonzero(in_app & (columns["category"] == "quality")).tolist():
        plan, measure = pathway[columns["clinician"][row]], str(columns["measure_id"][row])
        if base_measure(measure) not in sets[plan]:
            kept[row] = False
            told[f"measure {measure} is not in the set of {plan} in this year: left out"] = None
    return ({name: values[kept] for name, values in columns.items()} if told else columns), list(told)


def _with_app_sets(
    columns: dict[str, Array], clinicians: Mapping[str, Array], force: RulesInForce
) -> tuple[dict[str, Array], Array]:
    """Add a row for each measure of an APP set that was not sent; and how many measures the set has."""
    pathway = clinicians["pathway"]
    asked = clinicians["app_measures_asked"].copy()
    sets = app_sets(force)
    surveyed = {str(r["participation"]) for r in force.rows("mips.survey_participation")} if sets else set()
    extra: list[tuple[int, str, str]] = []
    sent: dict[int, set[str]] = {}
    in_app = np.isin(pathway, APP_PATHWAYS)
    if not in_app.any():
        return columns, asked
    for row in np.flatnonzero(in_app[columns["clinician"]] & (columns["category"] == "quality")).tolist():
        measure = base_measure(str(columns["measure_id"][row]))
        sent.setdefault(int(columns["clinician"][row]), set()).add(measure)
    kinds = {"clinical": "ecqm", "survey": "cahps", "claims": "administrative_claims"}
    given = ~np.isnan(clinicians["quality_percent"]) | ~np.isnan(clinicians["quality_points"])
    for one in np.flatnonzero(in_app).tolist():
        participation = clinicians["participation"][one]
        wanted = [(m, k) for m, k in sets.get(pathway[one], ()) if k != "survey" or participation in surveyed]
        if np.isnan(asked[one]):
            asked[one] = len(wanted)
        if not given[one]:
            extra += [(one, m, kinds[k]) for m, k in wanted if m not in sent.get(one, ())]
    if extra:
        columns = _longer(columns, extra)
    return columns, asked


def _longer(columns: dict[str, Array], extra: list[tuple[int, str, str]]) -> dict[str, Array]:
    more: dict[str, Any] = {
        "clinician": np.array([one for one, _, _ in extra], dtype=np.int64),
        "measure_id": np.array([measure for _, measure, _ in extra], dtype=object),
        "collection_type": np.array([kind for _, _, kind in extra], dtype=object),
        "category": np.full(len(extra), "quality", dtype=object),
    }
    joined = {
        name: np.concatenate([values, more.get(name, np.full(len(extra), np.nan))])
        for name, values in columns.items()
    }
    order = np.argsort(joined["clinician"], kind="stable")
    return {name: values[order] for name, values in joined.items()}


def _with_book(
    columns: dict[str, Array], book: Book, clinicians: Mapping[str, Array]
) -> tuple[dict[str, Array], list[Facts | None], list[str]]:
    """Look every result up; leave out measures that the pathway of their clinician does not have."""
    codes, measures = codes_of(columns["measure_id"])
    types, names = codes_of(columns["collection_type"])
    pairs, fact_code = np.unique(codes * max(len(names), 1) + types, return_inverse=True)
    keys = [(measures[p // max(len(names), 1)], names[p % max(len(names), 1)]) for p in pairs.tolist()]
    facts = [book.get(key) or _without_type(book, *key) for key in keys]
    columns["fact_code"] = fact_code.reshape(-1)
    columns["measure_code"] = measure_codes(codes, measures)
    filled = np.array(
        [*(f.collection_type if f else k[1] for k, f in zip(keys, facts, strict=True)), ""], dtype=object
    )
    columns["collection_type"] = filled[:-1][columns["fact_code"]]
    keys = list(zip((k[0] for k in keys), filled[:-1].tolist(), strict=True))
    kept, warnings = _in_pathway(columns, keys, facts, clinicians)
    claims = [key[1] == "administrative_claims" for key in keys]
    columns["from_claims"] = np.array([*claims, False], dtype=bool)[:-1][columns["fact_code"]]
    if not kept.all():
        columns = {name: values[kept] for name, values in columns.items()}
    provisional = [one is not None and one.provisional is not None for one in facts]
    columns["is_provisional"] = np.array([*provisional, False], dtype=bool)[:-1][columns["fact_code"]]
    for name, attribute in (("is_outcome", "outcome"), ("is_high_priority", "high_priority")):
        looked_up = np.array(
            [
                np.nan if one is None or getattr(one, attribute) is None else getattr(one, attribute)
                for one in facts
            ]
            + [np.nan],
            dtype=np.float64,
        )[:-1][columns["fact_code"]]
        own = columns.get(name)
        columns[name] = looked_up if own is None else np.where(np.isnan(own), looked_up, own)
    return columns, facts, warnings


def _without_type(book: Book, measure: str, collection_type: str) -> Facts | None:
    """The facts of a measure with one collection type, where the result names none."""
    if collection_type:
        return None
    found = [facts for (one, _), facts in book.items() if one == measure]
    return found[0] if len(found) == 1 else None


def _in_pathway(
    columns: Mapping[str, Array],
    keys: list[tuple[str, str]],
    facts: list[Facts | None],
    clinicians: Mapping[str, Array],
) -> tuple[Array, list[str]]:
    pathway, mvp = clinicians["pathway"], clinicians["mvp_id"]
    kept = np.ones(len(columns["clinician"]), dtype=bool)
    warnings = []
    plans, plan_names = codes_of(
        np.array(
            [mvp[n] if p == "mvp" else PROGRAMS.get(p, p) for n, p in enumerate(pathway.tolist())],
            dtype=object,
        )
    )
    order = np.argsort(columns["fact_code"], kind="stable")
    bounds = np.searchsorted(columns["fact_code"][order], np.arange(len(keys) + 1))
    for number, one in enumerate(facts):
        if one is None or not one.programs:
            continue
        outside = [n for n, program in enumerate(plan_names) if program and program not in one.programs]
        if not outside:
            continue
        rows = order[bounds[number] : bounds[number + 1]]
        left = rows[np.isin(plans[columns["clinician"][rows]], outside)]
        if len(left):
            kept[left] = False
            where = ", ".join(
                sorted({str(plan_names[plans[columns["clinician"][r]]]) for r in left.tolist()})
            )
            warnings.append(
                f"measure {one.measure_id} ({one.collection_type}) is not in {where} in this year: left out"
            )
    return kept, warnings


def _picked(
    columns: dict[str, Array], clinicians: Mapping[str, Array], asked: Array, force: RulesInForce
) -> Array:
    clinician, quality = columns["clinician"], columns["category"] == "quality"
    pathway = clinicians["pathway"]
    counts = {str(r["pathway"]): float(r["measures"]) for r in force.rows("mips.quality_measures_required")}
    wanted = np.full(len(pathway), np.nan)
    for name, number in counts.items():
        wanted[pathway == name] = number
    wanted = np.where(np.isnan(clinicians["measures_asked"]), wanted, clinicians["measures_asked"])
    wanted = np.where(np.isnan(wanted), np.nan_to_num(asked), wanted)
    claims = columns["from_claims"].copy()
    in_mvp = (pathway == "mvp")[clinician] & claims & quality
    if in_mvp.any():
        health = np.isin(columns["measure_id"], list(foundation_measures(force)))
        own = in_mvp & ~health
        # an MVP's own measure of claims is one of those asked for; of population health the best is added
        columns["slots"] = np.where(own, np.minimum(columns["slots"], 0), columns["slots"])
        claims &= ~own
        code = np.where(in_mvp & health, -1, columns["measure_code"])
    else:
        code = columns["measure_code"]
    return picked(
        clinician, code, columns["points"], columns["slots"], quality, claims, columns["is_outcome"],
        columns["is_high_priority"], pathway, wanted, force,
    )  # fmt: skip

"""From the inputs of any door to scored and settled clinicians: the models evaluated together.

Results are scored a benchmark at a time and the weights of the categories once for each combination of what
decides them, so that a million clinicians fit into memory; the formulas are those of the derivation.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from corridor.formulas import Evaluation, Model
from corridor.programs.mips.doubts import doubts
from corridor.programs.mips.inputs import (
    Array,
    Book,
    MipsInputs,
    answer_columns,
    clinician_columns,
    result_columns,
)
from corridor.programs.mips.measured import Measured, measured
from corridor.programs.mips.model import CLINICIANS, SETTLEMENT_RULES, WEIGHTS
from corridor.programs.mips.reported import Reported, reported
from corridor.programs.mips.result import Result
from corridor.programs.mips.score import practice
from corridor.programs.mips.scored_rows import merge_assumption
from corridor.programs.mips.settle import SETTLE_FORMULAS

if TYPE_CHECKING:
    from corridor.law import Rules, RulesInForce

SETTLEMENT = Model("mips settlement", SETTLE_FORMULAS, SETTLEMENT_RULES)
PERCENTS = (
    "quality_percent", "cost_percent", "improvement_activities_percent", "promoting_interoperability_percent",
)  # fmt: skip
WEIGHT_NAMES = (
    "quality_weight", "cost_weight", "improvement_activities_weight", "promoting_interoperability_weight",
)  # fmt: skip
DECIDERS = ("framework", "practice", "no_quality", "no_cost", "no_improvement", "no_interoperability")
PARTS = (
    "quality_points", "quality_available", "quality_bonus", "organization_adjustment",
    "quality_achievement_percent", "quality_improvement", "cost_points", "cost_measures_scored",
    "cost_improvement", *PERCENTS,
)  # fmt: skip
KNOWN = ("final_score", "cost_percent", "improvement_activities_attested", "facility_quality_percent")
EXCUSES = ("quality_reweighted", "improvement_reweighted", "interoperability_reweighted")
SCORED = (
    "quality_contribution", "cost_contribution", "improvement_activities_contribution",
    "promoting_interoperability_contribution", "complex_patient_bonus", "final_score",
)  # fmt: skip


@dataclass(frozen=True)
class Scored:
    """Category percents, weights and final scores; what they were computed from, for the derivation."""

    inputs: dict[str, Any]
    evaluation: Evaluation
    weights: dict[str, Array]
    measured: Measured
    reported: Reported
    facility: Array
    excused: dict[str, Array]
    statements: Array


def score(
    submissions: Mapping[str, Any] | None,
    measures: Book,
    clinicians: Mapping[str, Any],
    rules: Rules,
    year: int,
    *,
    interoperability: Mapping[str, Any] | None = None,
    whole_cohort: bool = False,
    warnings: Sequence[str] = (),
) -> Result:
    """Score and settle everyone in ``clinicians`` for a performance year.

    submissions       one value a result of a measure: ``clinician`` (the row it belongs to), measure_id,
                      collection_type, category (quality, cost), rate, eligible_cases, data_completeness,
                      or own_points; cut points p1 to p99, or measure_median and measure_deviation, beat
                      those of ``measures``
    measures          facts of measures by measure and collection type (``book.measure_book``)
    clinicians        one value a score: tin, npi, participation, pathway, statuses and given quantities
                      (``inputs.NUMBERS``); what is missing is absent
    interoperability  one value an answer: clinician, measure_id, numerator, denominator, answer
    whole_cohort      solve the scaling factor from these rows; else the published one
    Raises what the law raises for a year it does not know.
    """
    inputs = MipsInputs(
        clinician_columns(clinicians),
        result_columns(submissions),
        answer_columns(interoperability),
        warnings=list(warnings),
    )
    return settle(inputs, measures, rules, year, whole_cohort=whole_cohort)


def settle_file(file: Path, rules: Rules, year: int, home: Path | None, *, whole_cohort: bool) -> Result:
    """Read a calculator-door file and settle it, by the public data installed in the warehouse at ``home``.

    Raises what the door and the law raise.
    """
    from corridor.programs.mips.applicable import with_applicable
    from corridor.programs.mips.book import installed, measure_book
    from corridor.programs.mips.door import read_mips_file

    force = rules.in_force(year)
    qpp = installed(home, force)
    book = measure_book(qpp, force)
    inputs = with_applicable(read_mips_file(file, force, book), qpp.clusters, force)
    result = settle(inputs, book, rules, year, whole_cohort=whole_cohort)
    return replace(result, digests=dict(qpp.digests) if qpp.measures else {})


def settle(inputs: MipsInputs, book: Book, rules: Rules, year: int, *, whole_cohort: bool) -> Result:
    """Score and settle what a door handed over."""
    force = rules.in_force(year)
    scored = score_inputs(inputs, book, force)
    final = np.where(known(inputs, scored), scored.evaluation["final_score"], np.nan)
    # who is not eligible is scored, but no score adjusts payments
    eligible = inputs.clinicians["mips_eligible"] != 0
    counts = which_counts(inputs.clinicians, np.where(eligible, final, np.nan), force)
    settlement, warnings = settle_scores(inputs.clinicians, final, counts, force, whole_cohort)
    made = ~np.isnan(final) & np.isnan(inputs.clinicians["final_score"])
    said = doubts(scored.inputs, scored.excused, made, scored.statements)
    told = [*inputs.warnings, *scored.measured.warnings, *said, *warnings]
    return Result(inputs, force, scored, final, counts, settlement, told, book)


def score_inputs(inputs: MipsInputs, book: Book, force: RulesInForce) -> Scored:
    """Percents, weights and final scores of everyone, whatever was given of them."""
    given: dict[str, Any] = dict(inputs.clinicians)
    given["framework"] = np.where(np.isin(given["pathway"], ("app", "app_plus")), "app", "mips").astype(
        object
    )
    given["practice"] = np.asarray(practice(given["small_practice"])).astype(object)
    results = measured(inputs.results, book, given, force)
    answers = reported(inputs.answers, inputs.size, force)
    given["app_measures_asked"] = results.asked
    given["facility_based"] = np.zeros(inputs.size)
    _fill(given, "quality_submitted", _sent(given, results.submitted, ("quality_percent", "quality_points")))
    activities = ("improvement_activities_attested", "improvement_activities_high",
                  "improvement_activities_medium")  # fmt: skip
    attested = np.any([np.nan_to_num(given[name]) > 0 for name in activities], axis=0)
    attested |= given["patient_centered_medical_home"] > 0
    _fill(given, "improvement_submitted", _sent(given, attested, ("improvement_activities_percent",)))
    sent = _sent(given, answers.submitted > 0, ("promoting_interoperability_percent",))
    _fill(given, "interoperability_submitted", sent)
    statements = np.where(
        np.isnan(given["interoperability_statements_made"]), answers.statements_made,
        given["interoperability_statements_made"],
    )  # fmt: skip
    _fill(given, "interoperability_statements_made", np.nan_to_num(answers.statements_made))
    _fill(given, "interoperability_bonus_reported", np.nan_to_num(answers.bonus_reported))
    children = {"measure": results.children(force), "interoperability": answers.children}
    first = CLINICIANS.evaluate(
        _model_inputs(given), force, children=children, wanted=(*PARTS, *DECIDERS[2:], "categories_minimum")
    )
    weights, under_weights = _weights(given, first, force)
    second = _final(given, first, weights, force)
    facility = _facility(given, first, weights, second, force)
    given["facility_based"] = facility.astype(np.float64)
    if facility.any():
        floor = force.number("mips.facility_quality_floor")
        by_hospital = np.maximum(given["facility_quality_percent"], floor)
        better = {
            "quality_percent": np.where(facility, by_hospital, first["quality_percent"]),
            "cost_percent": np.where(facility, given["facility_cost_percent"], first["cost_percent"]),
        }  # fmt: skip
        weights, under_weights = _weights(given, first, force, facility)
        second = _final({**given, **better}, first, weights, force)
    found: dict[str, dict[str, Any]] = {}
    for record in (
        *results.assumptions,
        *first.assumptions(),
        *answers.evaluation.assumptions(),
        *under_weights,
        *second.assumptions(),
    ):
        merge_assumption(found, record)
    results.assumptions = list(found.values())
    excused = {name: np.broadcast_to(first[name], (inputs.size,)).astype(bool) for name in DECIDERS[2:]}
    return Scored(given, second, weights, results, answers, facility, excused, statements)


def known(inputs: MipsInputs, scored: Scored) -> Array:
    """Rows of which anything was given that a score is made of; the others have no score."""
    columns = scored.inputs
    sent = [columns[name] > 0 for name in ("quality_submitted", "improvement_submitted",
                                          "interoperability_submitted")]  # fmt: skip
    given = [~np.isnan(columns[name]) for name in KNOWN]
    rated = np.zeros(inputs.size, dtype=bool)
    reported_rows = scored.measured.columns["result"] != "not_reported"
    rated[scored.measured.columns["clinician"][reported_rows]] = True
    # excused of all that can be sent: the threshold is the score
    excused = np.all([columns[name] > 0 for name in EXCUSES], axis=0)
    found: Array = np.any([*sent, *given, rated, excused], axis=0)
    return found


def which_counts(clinicians: Mapping[str, Array], final: Array, force: RulesInForce) -> Array:
    """Flags of the score that counts for each TIN and NPI: by kind of participation, then the highest."""
    places = {str(r["participation"]): int(r["place"]) for r in force.rows("mips.score_priority")}
    last = max(places.values()) + 1
    place = np.array([places.get(p, last) for p in clinicians["participation"].tolist()], dtype=np.int64)
    scored = np.flatnonzero(~np.isnan(final))
    pairs = zip(clinicians["tin"][scored].tolist(), clinicians["npi"][scored].tolist(), strict=True)
    seen: dict[tuple[Any, Any], int] = {}
    who = np.fromiter((seen.setdefault(pair, len(seen)) for pair in pairs), dtype=np.int64, count=len(scored))
    counts = np.zeros(len(final), dtype=bool)
    order = np.lexsort((scored, -final[scored], place[scored], who))
    first = np.r_[True, np.diff(who[order]) != 0] if len(order) else np.zeros(0, dtype=bool)
    counts[scored[order[first]]] = True
    return counts


def settle_scores(
    clinicians: Mapping[str, Array], final: Array, counts: Array, force: RulesInForce, whole_cohort: bool
) -> tuple[Evaluation, list[str]]:
    """Adjustments and dollars of final scores, with the factor of the cohort or of the year."""
    warnings: list[str] = []
    paid = clinicians["part_b_paid"]
    payment_year = force.payment_year("mips")
    published = {int(r["payment_year"]) for r in force.rows("qp.mips_scaling_factor")}
    no_money = bool(np.isnan(paid).all())
    above = bool((final > force.number("qp.mips_threshold")).any())
    solves = whole_cohort and not (no_money and payment_year in published)
    if whole_cohort and solves:
        if no_money:
            warnings.append("no part_b_paid: everyone weighs alike in the scaling factor")
        elif np.isnan(paid[counts]).any():
            warnings.append("a blank part_b_paid weighs nothing in the scaling factor")
        warnings.append(
            "the scaling factor is solved among the rows of the file as if they were all of MIPS; "
            "--national takes the published one"
        )
    elif whole_cohort:
        warnings.append(f"no part_b_paid: the published scaling factor of {payment_year} is used")
    factor_year = payment_year
    if (
        not solves
        and payment_year not in published
        and above
        and np.isnan(clinicians["scaling_factor"]).any()
    ):
        said = "rewards are left open; give scaling_factor"
        if force.text("mips.unpublished_factor_rule") == "last_published":
            factor_year = max(published)
            said = f"that of {factor_year} stands in"
        warnings.append(f"no scaling factor of {payment_year} is published: {said}")
    names = ("part_b_paid", "part_b_paid_payment_year", "scaling_factor")
    settlement = SETTLEMENT.evaluate(
        {
            **{name: clinicians[name] for name in names},
            "part_b_paid": paid if no_money else np.where(np.isnan(paid), 0.0, paid) if solves else paid,
            "final_score": final,
            "counts": counts.astype(np.float64),
            "equal_charges": np.asarray(no_money),
            "solves_factor": np.asarray(solves),
            "factor_year": float(factor_year),
        },
        force,
        groups={"cohort": np.zeros(len(final), dtype=np.int64)},
    )
    return settlement, warnings


def _model_inputs(given: Mapping[str, Any]) -> dict[str, Any]:
    names = {*CLINICIANS.formulas, *CLINICIANS.inputs()}
    return {name: values for name, values in given.items() if name in names}


def _fill(given: dict[str, Any], name: str, computed: Array) -> None:
    given[name] = np.where(np.isnan(given[name]), computed.astype(np.float64), given[name])


def _sent(given: Mapping[str, Any], from_rows: Array, columns: Sequence[str]) -> Array:
    """Something was sent: rows of it, or the category's own figure, unless it is known that nothing was."""
    found: Array = np.asarray(from_rows, dtype=bool)
    for name in columns:
        found = found | ~np.isnan(given[name])
    return found


def _weights(
    given: Mapping[str, Any], first: Evaluation, force: RulesInForce, facility: Array | None = None
) -> tuple[dict[str, Array], list[dict[str, Any]]]:
    """Weights of the categories, once for each combination of what decides them; assumptions under them."""
    size = len(given["tin"])
    flags = {name: np.broadcast_to(first[name], (size,)).astype(bool) for name in DECIDERS[2:]}
    if facility is not None:
        for name in ("no_quality", "no_cost"):
            flags[name] = flags[name] & ~facility
    combination = (given["framework"] == "app") * 1 + (given["practice"] == "small") * (1 + 1)
    for name in DECIDERS[2:]:
        combination = combination * (1 + 1) + flags[name]
    _, rows, inverse = np.unique(combination, return_index=True, return_inverse=True)
    found = WEIGHTS.evaluate(
        {
            **{name: given[name][rows] for name in DECIDERS[:2]},
            **{name: flags[name][rows] for name in DECIDERS[2:]},
        },
        force,
        wanted=WEIGHT_NAMES,
    )
    weights = {
        name: np.where(np.isnan(given[name]), found[name][inverse.reshape(-1)], given[name])
        for name in WEIGHT_NAMES
    }
    given_everywhere = not np.isnan(np.stack([given[name] for name in WEIGHT_NAMES])).any()
    return weights, [] if given_everywhere else found.assumptions()


def _final(
    given: Mapping[str, Any], first: Evaluation, weights: Mapping[str, Array], force: RulesInForce
) -> Evaluation:
    percents = {name: first[name] for name in PERCENTS}
    inputs = {**_model_inputs(given), **{n: v for n, v in percents.items() if n not in given}, **weights}
    for name, values in percents.items():
        inputs[name] = np.where(np.isnan(inputs[name]), values, inputs[name])
    parts = {name: first[name] for name in PARTS if name not in PERCENTS}
    inputs |= parts
    return CLINICIANS.evaluate(inputs, force, wanted=SCORED)


def _facility(
    given: Mapping[str, Any], first: Evaluation, weights: Mapping[str, Array], second: Evaluation,
    force: RulesInForce,
) -> Array:  # fmt: skip
    """Rows whose score by their hospital's results is higher than their own."""
    both: Array = ~np.isnan(given["facility_quality_percent"]) & ~np.isnan(given["facility_cost_percent"])
    if not both.any():
        return both
    floor = force.number("mips.facility_quality_floor")
    by_hospital = {
        "quality_percent": np.where(both, np.maximum(given["facility_quality_percent"], floor), np.nan),
        "cost_percent": np.where(both, given["facility_cost_percent"], np.nan),
    }
    by_hospital["facility_based"] = both.astype(np.float64)
    other = _final({**given, **by_hospital}, first, _weights(given, first, force, both)[0], force)
    better: Array = both & (other["final_score"] > second["final_score"])
    return better

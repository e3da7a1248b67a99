"""The claims door of ASM: the tables of a run become the inputs of the models."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from corridor.programs.asm.inputs import NUMBER_QUANTITIES, Array, AsmInputs, empty_submissions

if TYPE_CHECKING:
    from corridor.engine.runs import Run
    from corridor.law import Rules, RulesInForce

CLINICIAN_QUERY = "select * from asm.clinician_input order by tin, npi"
MEASURE_QUERY = "select * from asm.measure_input order by tin, npi, measure_id, collection_type"
CLINICIAN_TABLE, MEASURE_TABLE = "asm.clinician_input", "asm.measure_input"


@dataclass(frozen=True)
class RunInputs:
    """What a complete run holds for ASM, with the law and the cohort it was settled under."""

    inputs: AsmInputs
    rules: Rules
    year: int
    national: bool
    run: Run


def open_run_inputs(home: Path | str | None = None) -> RunInputs:
    """The ASM inputs of the last complete run of a warehouse, under the law of that run.

    Raises NO-RUN where there is none, and ASM-NO-TABLE where the run did not reach ASM.
    """
    from corridor.engine.runs import open_run
    from corridor.engine.step import StepContext
    from corridor.errors import CorridorError
    from corridor.law import load_rules

    run = open_run(home)
    for table in (CLINICIAN_TABLE, MEASURE_TABLE):
        if not run.has(table):
            raise CorridorError(
                "ASM-NO-TABLE",
                f"The last complete run made no table {table}.",
                why="ASM is settled from it.",
                todo="Run again: corridor run.",
                file=run.home,
            )
    law = run.manifest["law"]
    known = law.get("as_known_on")
    rules = load_rules(
        ["asm"],
        as_known_on=date.fromisoformat(known) if known else None,
        proposed=bool(law.get("proposed", False)),
        overrides={n: v for n, v in law.get("overrides", {}).items() if n.startswith("asm.")},
    )
    year = int(run.manifest["setting"]["performance_year"])
    context = StepContext(run.con, None)
    inputs = inputs_from_tables(
        context.numpy(CLINICIAN_QUERY), context.numpy(MEASURE_QUERY), rules.in_force(year)
    )
    return RunInputs(inputs, rules, year, settles_nationally(run.manifest.get("settings", {})), run)


def settles_nationally(settings: Mapping[str, Any]) -> bool:
    """Whether own clinicians are set inside the national cohort: the default, unless cohort is "alone"."""
    return str(settings.get("cohort", "national")) != "alone"


def inputs_from_tables(
    clinicians: Mapping[str, Array], measures: Mapping[str, Array], force: RulesInForce
) -> AsmInputs:
    """Inputs from the columns of asm.clinician_input and asm.measure_input, clinicians in the given order.

    A category for which nothing of the practice is loaded is given the value of asm.unloaded_category.
    """
    rows = len(clinicians["tin"])
    made: dict[str, Array] = {name: _text(clinicians, name, rows) for name in ("tin", "npi", "cohort")}
    made["clinician_name"] = _text(clinicians, "clinician_name", rows)
    made |= {name: _numbers(clinicians, name, rows) for name in NUMBER_QUANTITIES}
    made |= {name: _numbers(clinicians, name, rows) for name in ("interval_low", "interval_high")}
    made["practice_class"] = np.full(rows, None, dtype=object)
    submissions = _submissions(made, measures)
    assumed = _assume_unloaded(made, submissions, force)
    made["reported"] = np.where(assumed["quality"], 1.0, made["reported"])
    names = sorted(assumed)
    made["assumed_categories"] = np.array(
        [", ".join(n for n in names if assumed[n][row]) or None for row in range(rows)], dtype=object
    )
    thin = _numbers(clinicians, "indicative", rows)
    made["indicative"] = (thin > 0) | (made["assumed_categories"] != None)  # noqa: E711
    warnings = [
        f"{name}: nothing loaded for the practices of {int(mask.sum())} clinicians; a typical value is taken"
        for name, mask in assumed.items()
        if mask.any()
    ]

    def where(row: int, quantity: str) -> str | None:
        if row >= rows:
            return None
        if quantity in made and quantity not in clinicians:
            return None
        return f"{CLINICIAN_TABLE} tin {made['tin'][row]}, npi {made['npi'][row]}, {quantity}"

    def where_submitted(row: int, quantity: str) -> str | None:
        clinician = int(submissions["clinician"][row])
        key = f"tin {made['tin'][clinician]}, npi {made['npi'][clinician]}"
        measure = f"measure {submissions['measure_id'][row]} {submissions['collection_type'][row]}"
        return f"{MEASURE_TABLE} {key}, {measure}, {quantity}"

    return AsmInputs(
        made,
        submissions,
        has_measures=~assumed["quality"],
        where=where,
        where_submitted=where_submitted,
        rules_used=_rules_used(clinicians, bool(warnings)),
        warnings=warnings,
    )


def _rules_used(clinicians: Mapping[str, Array], assumes: bool) -> tuple[str, ...]:
    """Rules by which a value stands where none was loaded: of a category, of payments by all of Medicare."""
    published = "published" in clinicians.get("part_b_origin", np.zeros(0, dtype=object)).tolist()
    stood_in = (("asm.unloaded_category", assumes), ("asm.part_b_base_source", published))
    return tuple(rule for rule, used in stood_in if used)


def _submissions(clinicians: Mapping[str, Array], measures: Mapping[str, Array]) -> dict[str, Array]:
    count = len(measures["tin"]) if "tin" in measures else 0
    if not count:
        return empty_submissions()
    keys = zip(clinicians["tin"], clinicians["npi"], strict=True)
    place = {key: row for row, key in enumerate(keys)}
    whose = [place.get(key, -1) for key in zip(measures["tin"], measures["npi"], strict=True)]
    owner = np.array(whose, dtype=np.int64)
    rate = _numbers(measures, "rate", count)
    kept = np.flatnonzero((owner >= 0) & ~np.isnan(rate))
    return {
        "clinician": owner[kept],
        "measure_id": _text(measures, "measure_id", count)[kept],
        "collection_type": _text(measures, "collection_type", count)[kept],
        "rate": rate[kept],
        "eligible_cases": _numbers(measures, "eligible_cases", count)[kept],
        "data_completeness": _numbers(measures, "data_completeness", count)[kept],
        "topped_out": np.full(len(kept), np.nan),
    }


def _assume_unloaded(
    clinicians: dict[str, Array], submissions: Mapping[str, Array], force: RulesInForce
) -> dict[str, Array]:
    """Give a typical value to each category of which nothing is loaded for a practice; returns who got it."""
    from_claims = {m["measure_id"] for m in force.rows("asm.quality_measure") if m["administrative_claims"]}
    sent = np.array([m not in from_claims for m in submissions["measure_id"]], dtype=bool)
    reporting = set(clinicians["tin"][submissions["clinician"][sent]].tolist())
    unreported = np.array([tin not in reporting for tin in clinicians["tin"]], dtype=bool)
    unknown = {
        "quality": unreported,
        "improvement activities": np.isnan(clinicians["improvement_activities_attested"]),
        "promoting interoperability": np.isnan(clinicians["promoting_interoperability_score"]),
    }
    assumed = {}
    for row in force.rows("asm.unloaded_category"):
        mask = unknown[row["category"]]
        current = clinicians.get(row["quantity"], np.full(len(mask), np.nan))
        clinicians[row["quantity"]] = np.where(mask & np.isnan(current), row["value"], current)
        assumed[row["category"]] = mask
    return assumed


def _numbers(columns: Mapping[str, Array], name: str, rows: int) -> Array:
    if name not in columns:
        return np.full(rows, np.nan)
    values = columns[name]
    if values.dtype.kind == "O":
        return np.array([np.nan if v is None else float(v) for v in values], dtype=np.float64)
    return values.astype(np.float64)


def _text(columns: Mapping[str, Array], name: str, rows: int) -> Array:
    if name not in columns:
        return np.full(rows, None, dtype=object)
    return np.array([None if v is None else str(v) for v in columns[name]], dtype=object)

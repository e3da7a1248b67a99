"""Interoperability as reported: which measures are required, and where the points of excluded ones go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from corridor.formulas import Children, Evaluation
from corridor.programs.mips.inputs import Array
from corridor.programs.mips.model import INTEROPERABILITY

if TYPE_CHECKING:
    from corridor.law import RulesInForce

YES_OPTIONS = ("B", "C")


@dataclass
class Reported:
    """Required measures as rows, and what each clinician said beside them (NaN where nothing was sent)."""

    evaluation: Evaluation
    clinician: Array
    submitted: Array
    statements_made: Array
    bonus_reported: Array

    @property
    def children(self) -> Children:
        return Children(self.evaluation, self.clinician)


@dataclass(frozen=True)
class _Law:
    measures: dict[str, dict[str, Any]]
    exclusions: dict[str, str]
    statements: frozenset[str]
    bonus: frozenset[str]
    moves: dict[str, dict[int, list[str]]]
    suppressed: frozenset[str]


def _law(force: RulesInForce) -> _Law:
    moves: dict[str, dict[int, list[str]]] = {}
    for row in force.rows("mips.interoperability_move"):
        moves.setdefault(row["measure_id"], {}).setdefault(int(row["place"]), []).append(row["receives"])
    suppressed = "mips.interoperability_suppressed"
    return _Law(
        {row["measure_id"]: row for row in force.rows("mips.interoperability_measure")},
        {row["exclusion_id"]: row["measure_id"] for row in force.rows("mips.interoperability_exclusion")},
        frozenset(row["measure_id"] for row in force.rows("mips.interoperability_attestation")),
        frozenset(row["measure_id"] for row in force.rows("mips.interoperability_bonus_measure")),
        moves,
        frozenset(row["measure_id"] for row in force.rows(suppressed))
        if suppressed in force
        else frozenset(),
    )


def reported(answers: Mapping[str, Array], size: int, force: RulesInForce) -> Reported:
    """Lay out the required measures of everyone who sent interoperability data, and score them."""
    law = _law(force)
    said: dict[int, dict[str, tuple[float, float, float]]] = {}
    names = ("measure_id", "numerator", "denominator", "answer")
    rows = zip(answers["clinician"].tolist(), *(answers[n].tolist() for n in names), strict=True)
    for clinician, measure, numerator, denominator, answer in rows:
        said.setdefault(clinician, {})[measure] = (numerator, denominator, answer)
    submitted = np.full(size, np.nan)
    statements, bonus = np.full(size, np.nan), np.full(size, np.nan)
    laid: list[tuple[int, str, float, float, float, float, float, float]] = []
    for clinician, known in said.items():
        yes = {measure for measure, (_, _, answer) in known.items() if answer > 0}
        submitted[clinician] = 1.0
        if law.statements & known.keys():
            statements[clinician] = float(law.statements <= yes)
        bonus[clinician] = float(bool(law.bonus & yes))
        excluded = {law.exclusions[one] for one in yes if one in law.exclusions}
        required = _required(known, yes, excluded, law)
        moved = _moved(required, excluded, law)
        for measure in required:
            numbers = known.get(measure, (np.nan, np.nan, np.nan))
            laid.append(
                (
                    clinician, measure, *numbers, moved[measure], float(measure in excluded),
                    float(measure in law.suppressed),
                )
            )  # fmt: skip
    columns = list(zip(*laid, strict=True)) if laid else [()] * 8
    keys = ("numerator", "denominator", "answer", "moved_points", "excluded", "suppressed")
    inputs: dict[str, Any] = {"measure_id": np.array(columns[1], dtype=object)}
    inputs |= {name: np.array(columns[n + 2], dtype=np.float64) for n, name in enumerate(keys)}
    evaluation = INTEROPERABILITY.evaluate(inputs, force, labels=[f"measure {m}" for m in columns[1]])
    return Reported(evaluation, np.array(columns[0], dtype=np.int64), submitted, statements, bonus)


def _required(known: Mapping[str, Any], yes: set[str], excluded: set[str], law: _Law) -> list[str]:
    """The measures that are asked for: of the options of one objective the one that was taken."""
    by_option: dict[str, list[str]] = {}
    for measure, row in law.measures.items():
        if row["option"] is not None:
            by_option.setdefault(row["option"], []).append(measure)
    taken = next((o for o in YES_OPTIONS if o in by_option and set(by_option[o]) <= yes), None)
    if taken is None and by_option:
        touched = [o for o, ones in by_option.items() if (known.keys() | excluded) & set(ones)]
        taken = touched[0] if touched else next(iter(by_option))
    return [m for m, row in law.measures.items() if row["option"] is None or row["option"] == taken]


def _moved(required: list[str], excluded: set[str], law: _Law) -> dict[str, float]:
    """Points each measure gets from excluded ones: those of the first place that is there, in equal parts."""
    moved = dict.fromkeys(required, 0.0)
    open_measures = [m for m in required if m not in excluded]
    for measure in required:
        if measure not in excluded or measure in law.suppressed:
            continue
        for place in sorted(law.moves.get(measure, {})):
            receivers = [m for m in law.moves[measure][place] if m in open_measures]
            if receivers:
                for one in receivers:
                    moved[one] += float(law.measures[measure]["points"]) / len(receivers)
                break
    return moved

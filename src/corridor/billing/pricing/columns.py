"""The formulas over the lines of a chunk: each input gathered from the rates, a batch at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from corridor.billing.pricing.codes import ASSISTANT_NONPHYSICIAN
from corridor.billing.pricing.formulas import MODEL
from corridor.billing.pricing.shape import Array, Law, Lines
from corridor.formulas import Evaluation

BATCH_ROWS = 1 << 16
"""Rows the formulas take at once: a handful of columns of them stay in the processor's cache."""

FIGURES = (
    "amount", "unit_amount", "opps_capped", "work_amount", "pe_amount", "mp_amount",
    "multiple_procedure_factor", "technical_factor", "assistant_factor", "co_surgeon_factor",
    "therapy_assistant_factor", "participation_factor",
)  # fmt: skip
ANSWERED = (
    "work_rvu", "pe_rvu", "mp_rvu", "bilateral_factor", "global_split_factor", "practitioner_factor",
)  # fmt: skip
# What a line without neighbours is given for the rules of a session.
ALONE: dict[str, Any] = {
    "technical_amount": 0.0, "technical_repeated": False, "professional_repeated": False,
    "endoscopy_base_amount": 0.0, "repeated_units": 0.0, "procedure_share": 1.0,
}  # fmt: skip


def rate_inputs(law: Law, rate: Array, facility: Array, locality: Array, qp: Any) -> dict[str, Any]:
    """The published numbers of some rows of the file, in a setting and a locality each."""
    values, places = law.rates.values, law.places
    inside = facility == 1
    return {
        "qp": qp,
        "work_rvu": values["work"][rate],
        "pe_rvu": np.where(inside, values["pe_facility"][rate], values["pe_non_facility"][rate]),
        "mp_rvu": values["mp"][rate],
        "work_gpci": places.work[locality],
        "pe_gpci": places.pe[locality],
        "mp_gpci": places.mp[locality],
        "opps_pe_rvu": np.where(
            inside, values["opps_pe_facility"][rate], values["opps_pe_non_facility"][rate]
        ),
        "opps_mp_rvu": values["opps_mp"][rate],
    }


def unit_amounts(law: Law, rate: Array, facility: Array, locality: Array, qp: Any) -> Array:
    """The schedule amount of one unit of some rows; 0 where there is no row."""
    found = MODEL.evaluate(rate_inputs(law, rate, facility, locality, qp), law.day, wanted=["unit_amount"])
    return np.where(rate < 0, 0.0, found["unit_amount"])


def evaluate(
    law: Law,
    lines: Lines,
    at: Any,
    wanted: Sequence[str] = FIGURES,
    evidence: Callable[[int, str], str | None] | None = None,
) -> Evaluation:
    """The formulas over the lines at some positions (a slice or an array)."""
    columns, combined = lines.columns, lines.combined
    rate, combination = columns["rate_id"][at], columns["combination_id"][at]
    role = _by(combined.assistant_role, combination)
    given = {name: lines.inputs[name][at] if name in lines.inputs else ALONE[name] for name in ALONE}
    return MODEL.evaluate(
        rate_inputs(law, rate, columns["facility"][at], columns["locality_id"][at], lines.qualifying(law, at))
        | given
        | {
            "kind": law.rates.kind[rate],
            "units": columns["units"][at],
            "film_reduction": _by(combined.film_reduction, combination),
            "bilateral_factor": np.where(combined.bilateral[combination], law.rates.bilateral[rate], 1.0)
            if combined.bilateral.any()
            else 1.0,
            "global_split_factor": lines.inputs["global_split_factor"][at]
            if combined.has_split.any()
            else 1.0,
            "assistant_role": role,
            "co_surgeon": _by(combined.co_surgeon, combination),
            "therapy_assistant": _by(combined.therapy_assistant, combination),
            # what AS takes off already holds the share of the practitioner
            "practitioner_factor": np.where(
                role == ASSISTANT_NONPHYSICIAN, 1.0, columns["practitioner_factor"][at]
            ),
            "participating": columns["participating"][at],
        },
        law.day,
        wanted=wanted,
        evidence=evidence,
    )


def _by(effect: Array, combination: Array) -> Any:
    """The effect of each line's modifiers; one value for all where no combination has any."""
    return effect[combination] if effect.any() else effect.dtype.type(0)


def figures(law: Law, lines: Lines, space: dict[str, Array]) -> dict[str, Any]:
    """What the formulas give for every line, and what they were given that is answered too.

    A column where a line may differ from another, a single value where none does. Columns lie in ``space``,
    which the next lines take over: fresh memory for each would cost more than the arithmetic.
    """
    size = len(lines)
    found: dict[str, Any] = {"limiting_charge": np.float64(0)}
    some_do_not_take_part = not bool(lines.columns["participating"].all())
    wanted = FIGURES + (("limiting_charge",) if some_do_not_take_part else ())
    for start in range(0, size, BATCH_ROWS):
        at = slice(start, min(start + BATCH_ROWS, size))
        batch = evaluate(law, lines, at, wanted)
        for name in (*wanted, *ANSWERED):
            _lay(found, space, name, np.asarray(batch.compute(name)).reshape(-1), at, size)
    return found


def _lay(
    found: dict[str, Any], space: dict[str, Array], name: str, values: Array, at: slice, size: int
) -> None:
    """Put the values of a batch where they belong; one value stands for all as long as it is the same."""
    single = len(values) == 1
    if single and (at.start == 0 or (not isinstance(found[name], np.ndarray) and found[name] == values[0])):
        found[name] = values[0]
        return
    if at.start == 0:
        found[name] = _room(space, name, values.dtype, size)
    elif not isinstance(found[name], np.ndarray):
        single_value = found[name]
        found[name] = _room(space, name, values.dtype, size)
        found[name][: at.start] = single_value
    found[name][at] = values


def _room(space: dict[str, Array], name: str, kind: Any, size: int) -> Array:
    """A column of the workspace, made anew where the one before is too short or of another kind."""
    if name not in space or len(space[name]) < size or space[name].dtype != kind:
        space[name] = np.empty(size, dtype=kind)
    return space[name][:size]

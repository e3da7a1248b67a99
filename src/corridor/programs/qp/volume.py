"""The low-volume test in words: each row's standing, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from corridor.formulas.walk import to_plain
from corridor.programs.qp.compute import evaluate_low_volume
from corridor.programs.qp.inputs import column, number
from corridor.programs.qp.model import LOW_VOLUME

if TYPE_CHECKING:
    from corridor.engine.tabular.form import Form
    from corridor.law import RulesInForce

NAMES = {"allowed_charges": "allowed charges", "patients": "patients", "services": "services"}
CRITERIA = {
    "allowed_charges": "exceeds_charges",
    "patients": "exceeds_patients",
    "services": "exceeds_services",
}
ENDINGS = {
    "required": "MIPS is required",
    "may_opt_in": "exempt, may opt in",
    "exempt": "exempt",
    "exempt_or_opt_in": "exempt; opting in may be open",
    "unknown": "cannot be told yet",
}


def why(standing: str, exceeds: dict[str, float | None], force: RulesInForce) -> str:
    """One line: which criteria are exceeded, which are not, which are not known."""
    most = {str(row["criterion"]): float(row["most"]) for row in force.rows("qp.low_volume")}
    parts = []
    for value, words in ((1, "above"), (0, "not above"), (None, "not known")):
        listed = [
            f"{NAMES[name]} ({most[name]:,.0f})" for name in CRITERIA if exceeds[CRITERIA[name]] == value
        ]
        if listed:
            parts.append(
                f"{words} {', '.join(listed)}" if value is not None else f"{words}: {', '.join(listed)}"
            )
    return f"{ENDINGS[standing]}: {'; '.join(parts)}"


def judge_volume(form: Form, force: RulesInForce) -> dict[str, Any]:
    """The answer of the door: one record a row of the file, in its order."""
    names = [f"{early}{name}" for name in NAMES for early in ("", "earlier_")]
    given = {name: column([number(row[name]) for row in form.rows]) for name in names}
    found = evaluate_low_volume(given, force)
    standing = [str(value) for value in found["standing"].tolist()]
    exceeds = {name: [to_plain(value) for value in found[name].tolist()] for name in CRITERIA.values()}
    practices = {
        row["tin"]: standing[at]
        for at, row in enumerate(form.rows)
        if row["npi"] is None and row["tin"] is not None
    }
    rows = []
    for at, row in enumerate(form.rows):
        flags = {name: values[at] for name, values in exceeds.items()}
        text = why(standing[at], flags, force)
        group = practices.get(row["tin"]) if row["npi"] is not None else None
        if group == "required" and standing[at] != "required":
            text += "; the practice is above all three, so it counts if the practice reports as a group"
        rows.append(
            {
                "npi": row["npi"],
                "tin": row["tin"],
                "standing": standing[at],
                "practice_standing": group,
                **{name: None if value is None else bool(value) for name, value in flags.items()},
                "why": text,
            }
        )
    return {
        "program": "low-volume",
        "year": force.performance_year,
        "rows": rows,
        "assumptions": force.assumptions(LOW_VOLUME.rule_names()),
        "warnings": form.warnings,
    }

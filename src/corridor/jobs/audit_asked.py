"""What may be asked of audits: their names as listed or as findings bear them, kinds, directions, certainty.

A misspelt filter must not look like a clean bill: it is refused with the names there are. A clinician,
practice or time of which the run holds no service is said.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from corridor.engine.runs import Run
from corridor.errors import CorridorError
from corridor.jobs.audits import AUDITS, WORDING_RULE, AuditSpec, Wanted, spec_of
from corridor.jobs.context import Context

DIRECTIONS = ("missed", "paid_in_error", "at_risk", "no_finding")
CERTAINTIES = ("sure", "review")
BORNE = {
    "conflicts": "conflict",
    "duplicates": "duplicate",
    "prior-auth": "prior_auth",
    "affirmations": "prior_auth",
}
"""Audits whose findings bear another name than the audit is asked for by."""
RESULTS = "wiser.result"
SERVICES = "claims.service_line"


def audit_named(name: str) -> AuditSpec:
    """The audit of a name, as it is listed or as findings bear it. Raises AUDIT-UNKNOWN."""
    if name in AUDITS:
        return AUDITS[name]
    return spec_of(next((listed for listed, borne in BORNE.items() if borne == name), name))


def finding_audit(name: str | None) -> str | None:
    """An audit as findings bear it; None for all of them. Raises AUDIT-UNKNOWN."""
    if name is None:
        return None
    listed = audit_named(name).name
    return None if listed == "all" else BORNE.get(listed, listed)


def kinds_of(context: Context, audit: str | None = None) -> list[str]:
    """Every kind of finding there can be; ``audit``: only of the one findings bear."""
    found: dict[str, str] = {}
    for rule in context.force.names():
        if rule.partition(".")[2] == WORDING_RULE:
            for value in context.force.history(rule):
                found |= {str(row["kind"]): str(row["audit"]) for row in value.value}
    if RESULTS in context.force:
        for value in context.force.history(RESULTS):
            found |= {str(row["kind"]): "prior_auth" for row in value.value}
    return sorted(kind for kind, of in found.items() if audit in (None, of))


def check(spec: AuditSpec, context: Context, wanted: Wanted, also: Iterable[str] = ()) -> None:
    """Raises AUDIT-FILTER for a kind, direction or certainty there is none of (``also``: kinds there are)."""
    check_kind(wanted.kind, {*kinds_of(context, finding_audit(spec.name)), *also}, spec.name)
    _one_of(wanted.direction, DIRECTIONS, "--direction", "direction")
    _one_of(wanted.certainty, CERTAINTIES, "--certainty", "certainty")


def check_kind(kind: str | None, known: Iterable[str], audit: str = "all") -> None:
    """Raises AUDIT-FILTER for a kind an audit has not."""
    what = "kind of finding" if audit == "all" else f"kind of finding of the audit {audit}"
    _one_of(kind, sorted(known), "--kind", what)


def _one_of(value: str | None, known: Iterable[str], field: str, what: str) -> None:
    choices = list(known)
    if value is None or value in choices:
        return
    near = get_close_matches(value, choices, 1)
    raise CorridorError(
        "AUDIT-FILTER",
        f"There is no {what} called {value!r}.",
        why="A filter that fits nothing would look like a clean bill.",
        todo=(f"Did you mean {near[0]}? " if near else "") + f"There are: {', '.join(choices)}.",
        field=field,
    )


def strangers(run: Run, wanted: Wanted) -> list[str]:
    """What is asked for and of which the run holds no service at all, in words."""
    if not run.has(SERVICES):
        return []
    said = []
    for value, column, words in (
        (wanted.npi, "npi", "of the NPI"),
        (wanted.tin, "tin", "of the TIN"),
        (wanted.year, "extract(year from service_date)", "in"),
        (wanted.month, "extract(year from service_date) * 100 + extract(month from service_date)", "in"),
    ):
        if value is not None and not run.query(
            f"select 1 from {SERVICES} where {column} = ? limit 1", [value]
        ):
            said.append(
                f"The run holds no service {words} {value}: that nothing is found of it says nothing."
            )
    return said

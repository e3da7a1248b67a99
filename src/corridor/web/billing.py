"""What the billing pages read: sums of findings in scope, and how they are called."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from corridor.jobs.audit_asked import BORNE
from corridor.jobs.audits import AUDITS, PRECISION_RULE
from corridor.web.guard import Visit
from corridor.web.making import Work
from corridor.web.viewer import Viewer

Row = dict[str, Any]

FINDINGS, LISTED = "panel.billing_finding", "panel.billing_listed"
PRICED, PRICED_OFF = "panel.billing_price", "panel.billing_price_off"
DIRECTIONS = {"missed": "Not billed", "paid_in_error": "Paid in error", "at_risk": "At risk"}
CERTAINTIES = {"sure": "sure", "review": "to be looked at"}
NAMES = {
    "apcm": "Advanced primary care management", "conflict": "Services that exclude one another",
    "g2211": "Visit complexity (G2211)", "wellness": "Wellness visits", "telehealth": "Telehealth",
    "duplicate": "Billed twice", "behavioral": "Behavioral health integration", "remote": "Remote monitoring",
    "prior_auth": "Prior authorization", "drugs": "Part B drugs", "skin-substitutes": "Skin substitutes",
}  # fmt: skip
UPPER = {"apcm": "APCM", "g2211": "G2211", "ccm": "CCM", "tcm": "TCM", "340b": "340B"}
_LISTED_AS = {BORNE.get(name, name): spec for name, spec in AUDITS.items() if name != "affirmations"}


def audit_name(audit: str) -> str:
    """The reader's name of an audit as findings bear it."""
    return NAMES.get(audit, kind_name(audit))


def audit_about(audit: str) -> str:
    """What an audit looks for, in a sentence."""
    return _LISTED_AS[audit].about if audit in _LISTED_AS else ""


def kind_name(kind: Any) -> str:
    """The reader's name of a kind of finding."""
    words = [UPPER.get(word, word) for word in str(kind).replace("-", "_").split("_")]
    text = " ".join(words)
    return text[:1].upper() + text[1:]


def made(visit: Visit, viewer: Viewer, table: str, about: str) -> Work:
    """A panel table of billing, made behind where it is not there yet; ``made`` says whether the run can."""
    key = ("panel", viewer.run_id, viewer.scope, viewer.patients, table)
    return visit.bench.making.get(key, about, lambda say: _open(viewer, table, say))


def _open(viewer: Viewer, table: str, say: Any) -> bool:
    say("Reading the findings of the last run" if "finding" in table else "Reading the priced lines")
    return viewer.has(table)


def precisions(visit: Visit) -> Mapping[str, Row]:
    """The measured precision of each kind of finding (rule billing.audit_precision)."""
    force = visit.bench.context().force
    if PRECISION_RULE not in force:
        return {}
    return {str(row["kind"]): dict(row) for row in force.rows(PRECISION_RULE)}


def precision_words(kinds: Sequence[tuple[str, int]], known: Mapping[str, Row]) -> str:
    """The share of findings that were right where the truth was known: ``94%``, ``55% to 99%``."""
    measured = [(known[kind], count) for kind, count in kinds if kind in known]
    total = sum(count for _, count in measured)
    if not total:
        return "not measured"
    low, high = (
        sum(float(row[name]) * count for row, count in measured) / total for name in ("precision", "at_most")
    )
    first, last = f"{low:.0%}", f"{high:.0%}"
    return first if first == last else f"{first} to {last}"


def by_kind(viewer: Viewer) -> list[Row]:
    """Findings in scope by audit, kind and direction, the most dollars first."""
    return viewer.query(
        f"select audit, kind, direction, sum(findings) as findings, "
        "sum(case when certainty = 'sure' then findings else 0 end) as sure, "
        "sum(case when certainty = 'sure' then dollars else 0 end) as sure_dollars, "
        "sum(without_amount) as without_amount, sum(dollars) as dollars, sum(paid_dollars) as paid_dollars, "
        f"sum(again_dollars) as again_dollars, min(month) as oldest, max(month) as newest from {FINDINGS} "
        "group by audit, kind, direction order by sum(dollars) desc, audit, kind, direction"
    )

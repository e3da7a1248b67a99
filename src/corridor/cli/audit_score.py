"""``corridor audit score``: recall and precision of the audits on a community whose errors are known."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from corridor.jobs.audit_score import Score, Scored
    from corridor.jobs.context import Context

SHEET = "Misses and false alarms"


def score(truth: Path | None, config: Path | None, out: Path | None, only: str | None, as_json: bool) -> None:
    """Print the scores of the last complete run against a truth, and write every case to ``out``.

    Raises AUDIT-TRUTH without a file, and what scoring raises.
    """
    from corridor.errors import CorridorError
    from corridor.jobs.audit_score import score as scored
    from corridor.jobs.context import open_context

    if truth is None:
        raise CorridorError(
            "AUDIT-TRUTH",
            "No list of known billing errors was named.",
            todo="Write one: corridor audit score community/billing_truth.csv",
            field="FILE",
        )
    context = open_context(config)
    only = _only(only, context)
    found = scored(truth, context, only)
    gaps = _gaps(context, {one.audit for one in found.scores})
    for gap in gaps:
        sys.stderr.write(f"warning: {gap}\n")
    if out is not None:
        _write(out, found)
    if as_json:
        rows: list[dict[str, Any]] = [one.to_dict() for one in found.scores]
        json.dump(
            {
                "program": "billing",
                "audit": "score",
                "year": None,
                "rows": rows,
                "not_in_truth": found.not_in_truth,
                "assumptions": [],
                "warnings": gaps,
            },
            sys.stdout,
            allow_nan=False,
        )
        sys.stdout.write("\n")
        return
    sys.stdout.write(_text(found))


def _only(name: str | None, context: Context) -> str | None:
    """An audit or kind as a truth names it. Raises AUDIT-FILTER for what is neither."""
    from corridor.jobs.audit_asked import check_kind, finding_audit, kinds_of
    from corridor.jobs.audits import AUDITS

    kinds = kinds_of(context)
    borne = {str(finding_audit(audit)) for audit in AUDITS if audit != "all"}
    if name in AUDITS:
        return finding_audit(name)
    check_kind(name, {*kinds, *borne})
    return name


def _gaps(context: Context, kinds: set[str]) -> list[str]:
    """What the run could not check, said where a score might be taken for one of the audit."""
    from corridor.engine.runs import open_run
    from corridor.jobs.audit_unchecked import unchecked

    return unchecked(open_run(context.warehouse.home), frozenset(kinds))


def _write(out: Path, found: Scored) -> None:
    from corridor.programs.writing import write_results

    columns = (
        "case",
        "audit",
        "kind",
        "npi",
        "tin",
        "claim_id",
        "claim_line_number",
        "service_date",
        "month",
    )
    sheets = {SHEET: found.cases, "Scores": [one.to_dict() for one in found.scores]}
    write_results(out, sheets, columns)
    sys.stderr.write(f"{len(found.cases):,} misses and false alarms in {out}\n")


def _text(found: Scored) -> str:
    if not found.scores:
        return "The truth lists nothing.\n"
    enough = len(found.scores) - len(found.below)
    lines = [
        f"{enough} of {len(found.scores)} kinds of finding have recall and precision of 95% or more.",
        "",
        f"{'audit':<11} {'kind':<28} {'seeded':>7} {'found':>7} {'recall':>7} {'findings':>9} {'right':>7} "
        f"{'precision':>9} {'at most':>8} {'if sure':>8}",
    ]
    lines += [_line(one, one in found.below) for one in found.scores]
    lines += [
        "",
        "recall: found of seeded (what must be found). precision: right of findings. at most: also what may",
        "be right by a record nobody wrote. if sure: right of the findings that are said to be sure.",
        "All of it on synthetic data.",
    ]
    elsewhere = sum(one.other_clinician for one in found.scores)
    if elsewhere:
        lines += [
            "",
            f"{elsewhere:,} findings are of a month of the truth, but name another clinician: not right.",
        ]
    again = sum(one.again for one in found.scores)
    if again:
        lines += ["", f"{again:,} findings name what another finding has named: not right."]
    if found.not_in_truth:
        named = ", ".join(f"{kind} {count:,}" for kind, count in sorted(found.not_in_truth.items()))
        lines += ["", f"Findings of kinds the truth knows nothing of: {named}."]
    lines += ["", "--out FILE writes every miss and false alarm.", ""]
    return "\n".join(lines)


def _line(one: Score, below: bool) -> str:
    shares = [
        _share(value) for value in (one.recall, one.precision, one.precision_possible, one.precision_sure)
    ]
    mark = "  below 95%" if below else ""
    return (
        f"{one.audit:<11} {one.kind:<28} {one.seeded:>7,} {one.found:>7,} {shares[0]:>7} {one.findings:>9,} "
        f"{one.right:>7,} {shares[1]:>9} {shares[2]:>8} {shares[3]:>8}{mark}"
    )


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.1%}"

"""One overpayment case on the screen, or as JSON."""

from __future__ import annotations

import json
import sys
from datetime import date
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from corridor.jobs.overpayment_case import Case

FLAGS = {"review": "those still to be looked at too", "all_practices": "several practices"}
DETAILS = (
    *("run_id", "begun", "concluded", "seed", "size", "stratify", "which", "amount"),
    *("claim_lines", "file", "sha256", "with_identifiers", "reason"),
)
"""What of an event is told beside its number and day."""
FIGURES = (
    "units",
    "sampled",
    "degrees_of_freedom",
    "point",
    "standard_error",
    "quantile",
    "low",
    "high",
    "one_sided_low",
    "found",
    "strata",
    "which",
    "amount",
)


def print_json(rows: list[dict[str, Any]], assumptions: list[dict[str, Any]]) -> None:
    """One object on standard output."""
    from corridor.programs.writing import plain

    found = {"program": "billing", "year": None, "rows": rows, "assumptions": assumptions}
    json.dump(plain(found), sys.stdout, allow_nan=False)
    sys.stdout.write("\n")


def show_case(case: Case, today: date, as_json: bool) -> None:
    """One case, for a reader or a machine."""
    from corridor.jobs.overpayment import summary_of

    row = summary_of(case, today)
    weak = [one for one in case.opened["law"] if one["status"] not in ("codified", "official")]
    extrapolated = case.last("extrapolated")
    if as_json:
        history = [
            {key: event[key] for key in ("number", "event", "on", *DETAILS) if key in event}
            for event in case.events
        ]
        figures = {name: value for name, value in (extrapolated or {}).items() if name in FIGURES} or None
        print_json(
            [
                {
                    **row,
                    "scope": case.opened["scope"],
                    "extrapolation": figures,
                    "history": history,
                    "lines": case.lines,
                }
            ],
            weak,
        )
        return
    lines = [f"{row['case']}: {row['state']}, {row['claim_lines']:,} claim lines", ""]
    lines.append(f"  scope           {_scope(case.opened['scope'])}")
    lines.append(
        f"  identified      {row['identified']} (standard: {case.opened['standard'].replace('_', ' ')})"
    )
    lines.append(f"  look-back from  {row['lookback_from']}")
    if row["suspended_until"]:
        lines.append(f"  suspended to    {row['suspended_until']}")
    left = "" if row["days_left"] is None else f" ({row['phase']}, {row['days_left']:,} days)"
    lines.append(f"  deadline        {row['deadline']}{left}")
    lines.append(f"  paid in error   {row['paid_dollars']:>14,.2f}")
    if extrapolated:
        lines += [
            f"  point estimate  {extrapolated['point']:>14,.2f}  standard error "
            f"{extrapolated['standard_error']:,.2f}, {extrapolated['sampled']:,} of "
            f"{extrapolated['units']:,} lines",
            f"  interval        {extrapolated['low']:>14,.2f}  to {extrapolated['high']:,.2f} (two-sided); "
            f"one-sided lower limit {extrapolated['one_sided_low']:,.2f}",
        ]
        lines.append(f"  to return       {row['amount']:>14,.2f}  {extrapolated['which'].replace('_', ' ')}")
    lines += ["", *(f"  {event['on']}  {event['event']}{_told(event)}" for event in case.events)]
    lines += ["", f"{len(weak)} parameters of this case are not codified or official; --json lists them.", ""]
    sys.stdout.write("\n".join(lines))


def _scope(scope: dict[str, Any]) -> str:
    """Which findings the case took up."""
    named = [f"{name} {scope[name]}" for name in ("audit", "kind", "npi", "tin", "year") if scope.get(name)]
    named += [words for name, words in FLAGS.items() if scope.get(name)]
    return ", ".join(named) or "every finding paid in error"


def _told(event: dict[str, Any]) -> str:
    """What an event says beside its day."""
    kind = event["event"]
    if kind == "opened":
        said = f"{len(event['lines']):,} claim lines of run {event['run_id']}"
    elif kind == "investigated":
        end = f"concluded {event['concluded']}" if event["concluded"] else "going on"
        said = f"begun {event['begun']}, {end}"
    elif kind == "sampled":
        by = f", stratified by {event['stratify']}" if event["stratify"] else ""
        said = f"{event['size']:,} claim lines, seed {event['seed']}{by}"
    elif kind == "extrapolated":
        said = f"{event['amount']:,.2f}, {str(event['which']).replace('_', ' ')}"
    elif kind == "refunded":
        marked = ", with identifiers" if event["with_identifiers"] else ""
        said = f"{event['amount']:,.2f}, {event['claim_lines']:,} claim lines, file {event['file']}{marked}, "
        said += f"sha256 {event['sha256'][:12]}"
    else:
        said = str(event.get("reason") or "")
    return f": {said}" if said else ""

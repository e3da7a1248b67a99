"""The tie-out as plain text for the terminal."""

from __future__ import annotations

import textwrap

from corridor.reports.tieout import TieOut
from corridor.reports.views.loads import EMPTY, lead_of
from corridor.reports.words import month_name, short_dollars, whole

WIDTH = 96
MARKS = {"yes": "yes", "partly": "partly", "no": "no", "unknown": "?"}


def tieout_text(tieout: TieOut) -> str:
    """One page of plain text, 100 columns at most."""
    if not tieout.deliveries:
        return EMPTY + "\n"
    lines = [*textwrap.wrap(lead_of(tieout), WIDTH), ""]
    lines.append(
        f"{'Source':<14}{'format':<10}{'file date':<12}{'files':>6}{'rows in':>14}{'kept':>14}{'aside':>10}"
    )
    for row in tieout.deliveries:
        lines.append(
            f"{row['source_id'][:13]:<14}{row['fmt']:<10}{row['file_date'] or '':<12}{row['files']:>6}"
            f"{whole(row['rows_in']):>14}{whole(row['rows_kept']):>14}{whole(row['rows_aside']):>10}"
        )
    if tieout.asides:
        lines += ["", "Set aside"]
        for row in tieout.asides:
            reason = str(row["reason"] or row["reason_code"])
            words = f"{whole(row['rows'])} in {row['file']}, line {row['first_line']} first: {reason}"
            lines += textwrap.wrap(words, WIDTH, initial_indent="  ", subsequent_indent="    ")
    if tieout.months:
        lines += ["", "Dollars by claim type"]
        kinds: dict[str, float] = {}
        for row in tieout.months:
            kinds[row["claim_type"]] = kinds.get(row["claim_type"], 0.0) + (row["paid"] or 0.0)
        lines += [
            f"  {kind:<24}{short_dollars(paid):>12}"
            for kind, paid in sorted(kinds.items(), key=lambda i: -i[1])
        ]
        late = [row for row in tieout.completeness if row["standing"] != "complete"]
        if late:
            words = ", ".join(f"{month_name(row['service_month'])} ({row['standing']})" for row in late)
            lines += textwrap.wrap(f"Not complete: {words}", WIDTH, subsequent_indent="  ")
    source = ""
    for row in tieout.capability:
        if row["source"] != source:
            source = row["source"]
            lines += ["", f"What {source} can carry"]
        head = f"  {MARKS[row['answer']]:<8}{row['result']}: "
        lines += textwrap.wrap(head + row["why"], WIDTH, subsequent_indent=" " * 10)
    for row in tieout.deliveries:
        for words in row["warnings"]:
            lines += ["", *textwrap.wrap(f"Warning: {words}", WIDTH, subsequent_indent="  ")]
    return "\n".join(lines) + "\n"

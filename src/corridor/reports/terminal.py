"""The summary in the terminal: who, dollars, top movers, where the report is; plain text, 100 columns at
most.
"""

from __future__ import annotations

import statistics
import textwrap
from pathlib import Path

from corridor.reports.data import ReportData
from corridor.reports.tables import Row, key_of
from corridor.reports.views.index import Index
from corridor.reports.views.loads import lead_of
from corridor.reports.views.opening import opening
from corridor.reports.views.people import differs
from corridor.reports.words import SYNTHETIC, cohort_name, counted, dollars, plain, real, share

WIDTH = 96
MOVERS = 5


def terminal_summary(data: ReportData, report: Path | str | None = None) -> str:
    """A page of plain text that ends with a newline; `report` is the file to open."""
    index = Index(data)
    first = opening(index)
    lines = [SYNTHETIC, ""] if data.synthetic else []
    lines += [*_wrapped(f"{first.sentence} {first.second}".strip()), ""]
    lines += _people(index)
    lines += _years(index)
    lines += _movers(index)
    lines += _levers(index)
    if data.tieout is not None and data.tieout.deliveries:
        lines += [*_wrapped(f"Data: {lead_of(data.tieout)}", "      "), ""]
    for words in first.notes:
        lines += [*_wrapped(f"Note: {words}", "      "), ""]
    if data.assumptions:
        words = f"{counted(len(data.assumptions), 'parameter')} under these results not codified or official"
        lines += [f"Assumptions: {words}; the report lists them.", ""]
    if report is not None:
        lines.append(f"Report: {report}")
    return "\n".join(lines).rstrip() + "\n"


def _wrapped(words: str, indent: str = "") -> list[str]:
    return textwrap.wrap(words, WIDTH, subsequent_indent=indent, break_long_words=False)


def _people(index: Index) -> list[str]:
    rows = index.data.eligibility
    lines = []
    for cohort in index.data.cohorts():
        own = [row for row in index.data.clinicians if row.get("cohort") == cohort]
        scores = sorted(score for row in own if (score := real(row.get("final_score"))) is not None)
        middle = plain(statistics.median(scores), 0) if scores else "none"
        neutral = index.neutral(cohort)
        even = f", breaks even at {plain(neutral, 0)}" if neutral is not None else ""
        lines.append(
            f"  {cohort_name(cohort):<16}{len(own):>4} in, {len(scores)} scored, median score {middle}{even}"
        )
    outside = sum(not row.get("eligible") for row in rows)
    if rows:
        listed = sum(differs(row) for row in rows)
        words = f"  {'Out':<16}{outside:>4} of {len(rows)} considered"
        if any(row.get("listed_by_cms") is not None for row in rows):
            words += f"; CMS's list differs for {listed}"
        lines.append(words)
    return [*lines, ""] if lines else []


def _years(index: Index) -> list[str]:
    if not index.totals:
        return []
    lines = [f"  {'Payment year':<14}{'at risk':>14}{'expected':>14}{'low':>14}{'high':>14}"]
    for total in index.totals:
        risk = f"{share(total.risk_level, 0)} {dollars(total.at_risk)}" if total.at_risk is not None else ""
        lines.append(
            f"  {total.year:<14}{risk:>14}{dollars(total.dollars, signed=True):>14}"
            f"{dollars(total.low, signed=True):>14}{dollars(total.high, signed=True):>14}"
        )
    return [*lines, ""]


def _movers(index: Index) -> list[str]:
    """The clinicians who lose and gain most."""
    year = index.first_year
    rows = [row for row in index.data.clinicians if real(row.get("dollars"))]
    if year is None or not rows:
        return []
    rows.sort(key=lambda row: (real(row["dollars"]) or 0.0, key_of(row)))
    losers = [row for row in rows if (real(row["dollars"]) or 0.0) < 0][:MOVERS]
    gainers = [row for row in reversed(rows) if (real(row["dollars"]) or 0.0) > 0][:MOVERS]
    lines = []
    for words, chosen in ((f"  Lose most in {year}", losers), (f"  Gain most in {year}", gainers)):
        if chosen:
            lines += [words, *(_mover(index, row) for row in chosen)]
    return [*lines, ""]


def _mover(index: Index, row: Row) -> str:
    name = index.names[key_of(row)][:30]
    score = plain(row.get("final_score")) if real(row.get("final_score")) is not None else "no score"
    return f"    {name:<32}{row['npi']:<12}{score:>9}{dollars(row.get('dollars'), signed=True):>13}"


def _levers(index: Index) -> list[str]:
    sums: dict[str, float] = {}
    for row in index.data.levers:
        name = str(row.get("measure"))
        sums[name] = sums.get(name, 0.0) + (real(row.get("dollars")) or 0.0)
    if not sums:
        return []
    from corridor.reports.words import measure_label

    best = sorted(sums.items(), key=lambda item: (-item[1], item[0]))[:3]
    lines = ["  Levers, one step for everyone"]
    lines += [f"    {measure_label(name):<44}{dollars(value, signed=True):>13}" for name, value in best]
    return [*lines, ""]

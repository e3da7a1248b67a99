"""Under the results: every parameter that is not codified or official, and how the figures are made."""

from __future__ import annotations

from collections import Counter
from typing import Any

from corridor.reports.views.index import Index
from corridor.reports.views.page import Column, Section, Table, TableRow, text_cell
from corridor.reports.words import counted, listed

Row = dict[str, Any]

METHOD = (
    (
        "Score",
        "Quality and cost count half each; improvement activities and interoperability only take "
        "points away; complex "
        "patients, small and solo practices add some. The sum is held between 0 and 100.",
    ),
    (
        "Dollars",
        "The score goes through a logistic exchange function, is scaled so that the cohort is paid "
        "exactly its pool, "
        "and becomes a factor on every Part B payment of the payment year.",
    ),
    (
        "Peers",
        "CMS settles within the national cohort. Unless all of it is loaded, Corridor settles your "
        "clinicians inside a "
        "national cohort drawn from a stated distribution; the break-even score depends on it.",
    ),
    (
        "Range",
        "The midpoint of the logistic function is not published. Dollars are worked out for both "
        "readings, the median "
        "of the cohort and a fixed score; the range shows both. How well a clinician's cost is known is "
        "another matter: its interval stands beside the cost ratio, and is not part of this range.",
    ),
    (
        "Cost",
        "Standardized dollars assigned to an episode × 365 / days, over what the patients' "
        "conditions lead one to "
        "expect, averaged by episode days. By service: the same dollars against the other clinicians loaded, "
        "brought to the same expected cost. Limits of the funnel: 1.96 and 3.09 standard errors from "
        "the spread of the "
        "loaded episodes.",
    ),
    (
        "Levers",
        "One decile up in one measure, all else as it is, settled again in the same cohort. Levers "
        "do not add up.",
    ),
    (
        "Small cells",
        "Counts of people, episodes or cases from 1 to 10 are shown as <11. Episodes carry a running "
        "number and days "
        "from their start, never a date or an identifier.",
    ),
)


def assumptions_section(index: Index) -> Section:
    """The parameters under the results with status and source."""
    title = "Assumptions under these results"
    rows = index.data.assumptions
    if not rows:
        return Section("assumptions", title, "Every parameter under these results is codified or official.")
    counts = Counter(str(row.get("status")) for row in rows)
    parts = [f"{count} {status}" for status, count in sorted(counts.items())]
    lead = (
        f"{counted(len(rows), 'parameter is', 'parameters are')} not codified or official: {listed(parts)}. "
        "Override any of them in corridor.toml and run again."
    )
    columns = (
        Column("Parameter"),
        Column("Value"),
        Column("Unit"),
        Column("Status"),
        Column("Source"),
        Column("What it is"),
    )
    body = [
        TableRow(
            (
                text_cell(row.get("rule")),
                text_cell(shown_value(row.get("value"))),
                text_cell(row.get("unit")),
                text_cell(row.get("status")),
                text_cell(row.get("cite")),
                text_cell(row.get("about")),
            ),
            id=f"rule-{row.get('rule')}",
        )
        for row in rows
    ]
    return Section("assumptions", title, lead, (), [Table("assumptions", "Assumptions", columns, body)])


def shown_value(value: Any) -> str:
    """A rule value in a cell: a scalar as it is, a table by its number of rows."""
    if isinstance(value, list):
        return f"table of {counted(len(value), 'row')}"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value == int(value):
        return f"{int(value)}"
    return "–" if value is None else str(value)

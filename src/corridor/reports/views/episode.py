"""Episodes of one clinician: the costliest against expectation, the first of them open to their services."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from markupsafe import Markup

from corridor.reports.charts.timeline import Service, shapes_of, timeline
from corridor.reports.tables import Row, key_of
from corridor.reports.views.index import Index
from corridor.reports.views.page import Cell, Column, Table, TableRow, amount_cell
from corridor.reports.words import dollars, people, plain, real, share, short_dollars

CATEGORIES = {
    "part_d": "Part D drugs",
    "inpatient": "Inpatient stays",
    "inpatient_visits": "Visits in hospital",
    "emergency": "Emergency care",
    "post_acute": "Post-acute care",
    "visits": "Office visits",
}
"""Service categories of the code table whose own words do not suffice."""
LISTED_SERVICES = 12
"""Services in the table behind a timeline, the largest first."""


def episodes_table(index: Index, row: Row) -> Table | None:
    """The table of a clinician's episodes; None where none may be listed."""
    found = index.episodes.get(key_of(row))
    if not found or not index.depth.episodes:
        return None
    columns = (
        Column("Episode"),
        Column("Days", "number"),
        Column("Assigned", "number", "Standardized dollars"),
        Column("Observed a year", "number", "Assigned × 365 / days"),
        Column("Expected", "number"),
        Column("Ratio", "number"),
        Column("Imputed", "number"),
    )
    body = []
    for item in found[: index.depth.episodes]:
        opens, summary = _opened(index, row, item)
        body.append(
            TableRow(
                (
                    Cell(str(item["number"]), float(item["number"])),
                    amount_cell(f"{int(item['episode_days']):,}", float(item["episode_days"])),
                    amount_cell(dollars(item["assigned_cost"]), real(item["assigned_cost"])),
                    amount_cell(dollars(item["observed_cost"]), real(item["observed_cost"])),
                    amount_cell(dollars(item["expected_cost"]), real(item["expected_cost"])),
                    amount_cell(plain(item["ratio"], 2), real(item["ratio"])),
                    amount_cell(share(item["imputed_share"], 0), real(item["imputed_share"])),
                ),
                opens=opens,
                summary=summary,
            )
        )
    note = "Numbered here, from the highest ratio down. All of them, with their claims:"
    command = f"corridor explain asm {row['npi']} --claims"
    caption = f"Episodes: the {len(body)} costliest against expectation of {people(len(found))}"
    return Table(f"episodes-{row['npi']}", caption, columns, body, note=note, command=command)


def _opened(index: Index, row: Row, item: Row) -> tuple[str, str]:
    """The timeline of an episode and the table behind it, as markup that opens below the row."""
    lines = index.data.services.get((row["tin"], row["npi"], item["number"]))
    if not lines or not index.depth.timelines:
        return "", ""
    services = [
        Service(
            int(line.get("day") or 0),
            category_name(line["service_category"]),
            real(line["standardized_amount"]) or 0.0,
        )
        for line in lines
    ]
    days = int(item["episode_days"])
    shapes = shapes_of(services)
    first = next(iter(shapes), "")
    finding = f"Episode {item['number']}: {first.lower()} cost most of {short_dollars(item['assigned_cost'])}"
    drawn = timeline(
        f"{index.anchors[key_of(row)]}-e{item['number']}", finding, services, days, show=short_dollars
    )
    largest = sorted(services, key=lambda one: (-one.amount, one.day, one.category))[:LISTED_SERVICES]
    rows = Markup("").join(
        Markup(
            "<tr><td class=number>{}</td><td><span class=mark>{}</span>{}</td><td class=number>{}</td></tr>"
        ).format(one.day, shapes[one.category], one.category, dollars(one.amount))
        for one in sorted(largest, key=lambda one: (one.day, one.category, -one.amount))
    )
    rest = services_rest(services, largest)
    markup = Markup(
        "<figure><figcaption>{}</figcaption>{}</figure>"
        "<table class=slim><caption>{}</caption><thead><tr><th scope=col class=number>Day</th>"
        "<th scope=col>Service</th><th scope=col "
        "class=number>Standardized</th></tr></thead><tbody>{}</tbody></table>"
    ).format(
        finding, Markup(drawn.svg), f"The {len(largest)} largest of {len(services)} services{rest}", rows
    )
    return str(markup), f"Timeline of {len(services)} services"


def services_rest(services: Sequence[Service], largest: Sequence[Service]) -> str:
    """What the services that are not listed come to, so that the table adds up to the episode."""
    if len(largest) == len(services):
        return ""
    rest = sum(one.amount for one in services) - sum(one.amount for one in largest)
    return f"; the other {len(services) - len(largest)} come to {dollars(rest)}"


def category_name(category: Any) -> str:
    """A service category as words."""
    key = str(category or "other_services")
    words = CATEGORIES.get(key, key.replace("_", " ").strip())
    return words[:1].upper() + words[1:]

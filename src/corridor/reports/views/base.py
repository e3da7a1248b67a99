"""What a clinician's dollars stand on: the Part B payments and their origin, and the ranges around them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from corridor.reports.views.page import Cell
from corridor.reports.words import counted, dollars, listed, real, share, short_dollars

Row = Mapping[str, Any]

ORIGINS = {"published": "CMS's published file", "loaded claims": "the loaded claims"}
SHORT = {"published": "published", "loaded claims": "claims"}


def base_of(row: Row) -> float | None:
    """Part B payments the factor falls on, US dollars; those of the payment year where they are given."""
    later = real(row.get("part_b_paid_payment_year"))
    return later if later is not None else real(row.get("part_b_paid"))


def origin_of(row: Row) -> str:
    """`published`, `loaded claims`, or empty where the run does not say."""
    return str(row.get("part_b_origin") or "")


def base_words(row: Row) -> str:
    """Where the Part B payments come from, for the middle of a sentence."""
    words = "taken as those of the performance year"
    origin = origin_of(row)
    if origin:
        words += f", from {ORIGINS.get(origin, origin)}"
        published_in = row.get("part_b_published_year") or row.get("published_year")
        year = published_in if origin == "published" else row.get("part_b_year")
        words += f" of {year}" if year else ""
    loaded = real(row.get("part_b_paid_loaded"))
    published = real(row.get("part_b_paid_published"))
    if origin == "published" and loaded is not None:
        words += f" (the loaded claims hold {dollars(loaded)})"
    elif origin == "loaded claims" and published is not None:
        words += f" (CMS published {dollars(published)})"
    return words


def base_cell(row: Row) -> Cell:
    """The source of the Part B payments as a table cell."""
    origin = origin_of(row)
    return Cell(SHORT.get(origin, origin) or "–", origin or None)


def has_origin(rows: Sequence[Row]) -> bool:
    """Whether the run says where Part B payments come from."""
    return any(origin_of(row) for row in rows)


def base_note(rows: Sequence[Row]) -> str:
    """One sentence on where the Part B payments of the report come from; empty where the run does not say."""
    counts = Counter(origin for row in rows if (origin := origin_of(row)))
    if not counts:
        return ""
    parts = [
        f"{ORIGINS.get(origin, origin)} for {counted(count, 'clinician')}"
        for origin, count in sorted(counts.items())
    ]
    return f"Part B payments come from {listed(parts)}."


def part_seen(rows: Sequence[Row]) -> str:
    """What the loaded claims hold of the Part B payments CMS publishes, where dollars rest on the claims."""
    both = [
        (held, published)
        for row in rows
        if origin_of(row) != "published"
        and (published := real(row.get("part_b_paid_published"))) is not None
        and (held := real(row.get("part_b_paid"))) is not None
    ]
    total = sum(published for _, published in both)
    held = sum(one for one, _ in both)
    if total <= 0 or held >= 0.95 * total:
        return ""
    return (
        f"The loaded claims hold {short_dollars(held)}, {share(held / total, 0)} of the "
        f"{short_dollars(total)} in Part B payments that CMS's file has for {counted(len(both), 'clinician')}"
        ": with all of them, the dollars of this report grow accordingly."
    )


def unpaid(row: Row) -> bool:
    """Whether a factor falls on no payments, because none are loaded for the clinician."""
    factor = real(row.get("payment_adjustment_factor")) or 0.0
    return share(factor, 2) != share(0.0, 2) and base_of(row) == 0


def cost_range(row: Row) -> tuple[float | None, float | None]:
    """Dollars at both ends of the interval of the cost estimate, where the run worked them out."""
    ends = [end for name in ("low", "high") if (end := real(row.get(f"dollars_cost_{name}"))) is not None]
    return (min(ends), max(ends)) if len(ends) == 2 else (None, None)


def span_of(low: float, high: float) -> str:
    """Both ends of a range in words; once where they read the same."""
    first, last = short_dollars(low, signed=True), short_dollars(high, signed=True)
    return first if first == last else f"{first} to {last}"


def tags_of(row: Row, short: bool = False) -> tuple[str, str]:
    """The tag of a clinician's result and the reason it opens; empty where it stands on full data.

    `short`: the coverage alone, for the tables of a large group.
    """
    if not row.get("indicative"):
        return "", ""
    if short and (part := real(row.get("panel_coverage"))) is not None:
        return "indicative", f"{share(part, 0)} of the panel loaded."
    reasons = []
    assumed = str(row.get("assumed_categories") or "")
    if assumed:
        reasons.append(f"Nothing is loaded for {assumed} of this practice: a typical value is taken.")
    covered = real(row.get("panel_coverage"))
    if covered is not None:
        wanted = real(row.get("coverage_wanted"))
        asked = f" ({share(wanted, 0)} asked for)" if wanted is not None else ""
        reasons.append(
            f"{share(covered, 0)} of the patients CMS counts for this clinician are loaded{asked}; the rest "
            "of the panel is not seen, so cost and score may differ from CMS's."
        )
    return "indicative", " ".join(reasons) or "The loaded data cover this clinician only in part."

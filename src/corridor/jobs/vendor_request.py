"""A request to the vendor of a record: what of a measure is not captured, apart from what is not met."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from corridor.engine.runs import Run
    from corridor.law import RulesInForce

_COUNTS = ("denominator", "not_met", "not_captured")
_NEWEST = """
with newest as (
  select result.*, row_number() over (
    partition by source_id, performance_year, period_start, participation, tin, npi, entity_id, site_id,
      measure_id, collection_type, stratum
    order by period_end desc
  ) as place
  from claims.measure_result as result
  where performance_year = ?
)
select
  source_id, coalesce(min(software), '') as software, site_id, measure_id, collection_type, stratum,
  max(period_end) as period_end, sum(denominator)::bigint as denominator, sum(not_met)::bigint as not_met,
  sum(not_captured)::bigint as not_captured, bool_or(captured_known) as captured_known
from newest
where place = 1 and (? = '' or source_id = ?)
group by source_id, site_id, measure_id, collection_type, stratum
order by source_id, site_id, measure_id, collection_type, stratum
"""
_ELEMENTS = """
select source_id, site_id, measure_id, coalesce(missing_element, '') as missing_element, count(*) as patients
from quality.care_gap
where performance_year = ? and gap = 'not_captured' and level <> 'clinician'
group by source_id, site_id, measure_id, coalesce(missing_element, '')
order by source_id, site_id, measure_id, patients desc, missing_element
"""
_HEAD = """# Request: data of quality measures that are not captured

To: vendor of {system}
From: [practice, name, telephone]
Date: [date]
About: performance year {year}, results as of {day}

We report the measures below from your system. For some patients it holds nothing that would let them count,
or does not tell such patients from those of whom the measure is not met. Not captured and not met are
different things: the first is a matter of the export or of where data is entered, the second one of care.
"""
_ASK = """
Please answer for each measure:

1. From which fields of the record is it calculated, and which codes do those fields export?
2. Is data entered elsewhere (scanned letters, outside results, free text, another module) read? If not, how
   do we enter it so that it is?
3. Can the export state patients without data apart from patients who are not met, by patient and by site?
4. By what date can the missing data be read again for the whole year, so that our results are corrected
   before they are due?

Counts below {least} are not shown. Please send no patient data by e-mail; we give lists of patients over the
secured way that our agreement names.
"""


def requests(run: Run, force: RulesInForce, year: int, source: str = "") -> list[dict[str, Any]]:
    """One record a source, site, measure and rate with data that is not captured, or not told apart.

    ``asks``: ``missing`` where patients without data are known, ``tell_apart`` where the source does not say
    which of its patients not met have none. Small counts are blanked, each alone: these rows leave, and they
    hold no total of which one of them could be the rest.
    """
    least = force.number("claims.cell_size_minimum")
    elements: dict[tuple[str, ...], list[str]] = {}
    for row in run.query(_ELEMENTS, [year]):
        if row["missing_element"] and row["patients"] >= least:  # what one patient lacks may say who it is
            key = (row["source_id"], row["site_id"], row["measure_id"])
            elements.setdefault(key, []).append(row["missing_element"])
    asked = []
    for row in run.query(_NEWEST, [year, source, source]):
        if not row["not_captured"] and (row["captured_known"] or not row["not_met"]):
            continue
        key = (row["source_id"], row["site_id"], row["measure_id"])
        row["asks"] = "missing" if row["not_captured"] else "tell_apart"
        row["elements"] = ", ".join(dict.fromkeys(elements.get(key, [])))
        few = [name for name in _COUNTS if 0 < row[name] < least]
        asked.append({**row, **dict.fromkeys(few), "suppressed": bool(few)})
    return asked


def letter(rows: list[dict[str, Any]], year: int, least: float) -> str:
    """The request as text, one section a system; empty brackets are for the sender to fill."""
    parts = []
    for source in dict.fromkeys(row["source_id"] for row in rows):
        mine = [row for row in rows if row["source_id"] == source]
        systems = [row["software"] for row in mine if row["software"]]
        day = max(row["period_end"] for row in mine)
        parts.append(
            _HEAD.format(system=systems[0] if systems else f"[system of {source}]", year=year, day=day)
        )
        parts.append(
            "| measure | collected as | site | eligible | not met | not captured | what is missing |"
        )
        parts.append("| --- | --- | --- | --- | --- | --- | --- |")
        for row in mine:
            name = row["measure_id"] + (f", rate {row['stratum']}" if row["stratum"] else "")
            cells = [name, row["collection_type"], row["site_id"] or "not stated"]
            cells += [_count(row[column], least) for column in ("denominator", "not_met")]
            told = row["asks"] == "missing"
            cells.append(_count(row["not_captured"], least) if told else "not told apart")
            cells.append(row["elements"] or "please say")
            parts.append("| " + " | ".join(cells) + " |")
        parts.append(_ASK.format(least=int(least)))
    return "\n".join(parts)


def _count(value: int | None, least: float) -> str:
    return f"fewer than {int(least)}" if value is None else f"{value:,}"

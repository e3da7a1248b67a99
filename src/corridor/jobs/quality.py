"""What the commands about quality results share: the law of the run, and small counts that do not leave."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from corridor.engine.runs import Run
    from corridor.law import RulesInForce

_PROGRAMS = ("asm", "claims", "mips", "qp")
# Counts of patients in rows about measures; the rest of a row follows from them.
COUNTS = (
    "gaps", "not_met", "not_captured", "inverse_met", "closable", "case_count", "denominator", "numerator",
    "exclusion", "exception", "captured", "patients",
)  # fmt: skip
_FOLLOWS = (
    "rate", "rate_closed", "completeness", "completeness_closed", "captured_share", "measure_points",
    "measure_points_closed", "score_points", "dollars", "dollars_per_gap", "patients_short", "cases_short",
)  # fmt: skip


def rules_of_run(run: Run, year: int) -> RulesInForce:
    """The rules that quality results rest on, as they stood in the run, for a performance year."""
    from datetime import date

    from corridor.law import load_rules, programs_with_rules

    law = run.manifest.get("law", {})
    known = law.get("as_known_on")
    rules = load_rules(
        [program for program in _PROGRAMS if program in programs_with_rules()],
        as_known_on=date.fromisoformat(known) if known else None,
        proposed=bool(law.get("proposed", False)),
        overrides={
            name: value
            for name, value in (law.get("overrides") or {}).items()
            if name.partition(".")[0] in _PROGRAMS
        },
    )
    return rules.in_force(performance_year=year)


def without_small_counts(rows: Sequence[Mapping[str, Any]], force: RulesInForce) -> list[dict[str, Any]]:
    """Rows as they may leave: where a count is of few patients, all counts of the row and what follows from
    them are blanked, so that no difference gives it away."""
    least = force.number("claims.cell_size_minimum")
    kept = []
    for row in rows:
        few = any(0 < int(row[name]) < least for name in COUNTS if row.get(name) is not None)
        blank = (*COUNTS, *_FOLLOWS) if few else ()
        kept.append({**{n: None if n in blank else v for n, v in row.items()}, "suppressed": few})
    return kept


_COMPLETENESS = """
with chosen as (
  select *, max(month) over (
    partition by tin, npi, entity_id, site_id, measure_id, collection_type, stratum, participation
  ) as newest_month
  from quality.completeness
  where performance_year = ? and (? = '' or tin = ?) and (? = '' or npi = ?) and (? = '' or measure_id = ?)
)
select * exclude (newest_month)
from chosen
where ? or month = newest_month
order by patients_short desc, measure_id, tin, npi, site_id, collection_type, stratum, month
"""


def completeness_rows(
    run: Run, year: int, *, tin: str = "", npi: str = "", measure: str = "", months: bool = False
) -> list[dict[str, Any]]:
    """Rows of quality.completeness, the largest reporting gap first; the newest month alone by default."""
    return run.query(_COMPLETENESS, [year, tin, tin, npi, npi, measure, measure, months])

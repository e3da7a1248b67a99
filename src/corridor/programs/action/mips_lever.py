"""What each category and measure still lacks of a MIPS score that counts, in dollars of the payment year."""

from __future__ import annotations

from typing import Any

import numpy as np

from corridor.engine import StepContext, python_step
from corridor.formulas.walk import to_plain
from corridor.programs.mips.compute import settle_scores
from corridor.programs.mips.inputs import clinician_columns
from corridor.programs.mips.model import RULE_NAMES
from corridor.programs.qp.status import laid

TYPES = {
    "action_id": "VARCHAR", "kind": "VARCHAR", "measure": "VARCHAR", "npi": "VARCHAR", "tin": "VARCHAR",
    "ccn": "VARCHAR", "aco_id": "VARCHAR", "detail": "VARCHAR", "todo": "VARCHAR", "items": "BIGINT",
    "people": "BIGINT", "dollars": "DOUBLE", "dollars_low": "DOUBLE", "dollars_high": "DOUBLE",
    "ceiling_dollars": "DOUBLE", "family": "VARCHAR", "alternative": "BOOLEAN",
    "aco_share_of_dollars": "DOUBLE", "evidence_table": "VARCHAR", "evidence_key": "VARCHAR",
}  # fmt: skip
CATEGORIES = ("cost", "improvement_activities", "promoting_interoperability")
OF_CATEGORY = """
select npi, tin, '{name}' as category, '' as measure_id, final_score, scaling_factor,
  cast(part_b_paid as double) as part_b_paid, 100 * {name}_weight - {name}_contribution as lacking
from mips.score
where performance_year = (select performance_year from run.setting) and counts and adjusts
  and {name}_weight > 0 and {name}_percent is not null
"""
# a measure without a benchmark, or one that CMS suppressed, earns the same points at any rate
OF_MEASURE = """
with unit as (
  select *, case when entity_id <> '' then entity_id when npi <> '' then concat(tin, ' ', npi)
    else tin end as unit
  from mips.measure_points
  where performance_year = (select performance_year from run.setting) and counted and points is not null
    and category = 'quality' and result not in ('no_benchmark', 'suppressed')
),
score as (
  select *, case when entity_id <> '' then entity_id
    when participation = 'individual' then concat(tin, ' ', npi) else tin end as unit
  from mips.score
  where performance_year = (select performance_year from run.setting) and counts and adjusts
)
select score.npi, score.tin, 'quality' as category, unit.measure_id, score.final_score, score.scaling_factor,
  cast(score.part_b_paid as double) as part_b_paid,
  ({most} - unit.points) * 100 * cx_divide(score.quality_weight, score.quality_available) as lacking
from unit
join score on score.unit = unit.unit and score.participation = unit.participation
  and score.pathway = unit.pathway and score.mvp_id = unit.mvp_id
"""


@python_step(
    step="action.from_mips",
    makes="one row per clinician whose MIPS score counts and category or measure that lacks points",
    key=("action_id",),
    reads=("mips.score", "mips.measure_points", "run.setting"),
    rules=tuple(sorted({*RULE_NAMES, "mips.maximum_measure_points", "qp.mips_score_maximum"})),
    cites="42 CFR 414.1405; docs/mips.md; docs/next-best.md",
    evidence="mips.score(performance_year, tin, npi)", owner=("tin", "npi"),
)  # fmt: skip
def from_mips(ctx: StepContext) -> tuple[dict[str, Any], dict[str, str]]:
    """Each moved alone, all else as it is; all together no more than the best score is worth."""
    year, force = ctx.force.performance_year, ctx.force
    if "mips.maximum_measure_points" not in force or "qp.mips_threshold" not in force:
        return laid([], TYPES)
    parts = [OF_CATEGORY.format(name=name) for name in CATEGORIES]
    parts.append(OF_MEASURE.format(most=force.number("mips.maximum_measure_points")))
    found = ctx.numpy(
        f"select * from ({' union all '.join(f'({part})' for part in parts)}) "
        "where lacking > 0 and final_score is not null order by tin, npi, category, measure_id"
    )
    size = len(found["npi"])
    if not size:
        return laid([], TYPES)
    score, highest = _real(found["final_score"]), force.number("qp.mips_score_maximum")
    columns = clinician_columns(
        {name: np.asarray(found[name], dtype=object) for name in ("part_b_paid", "scaling_factor")}
    )
    counts = np.ones(size, dtype=bool)
    before, after, best = (
        np.asarray(settle_scores(columns, final, counts, force, False)[0]["dollars"], dtype=np.float64)
        for final in (
            score,
            np.minimum(score + _real(found["lacking"]), highest),
            np.full(size, highest),
        )
    )
    rows = []
    for place in np.flatnonzero(after - before > 0):
        npi, tin = str(found["npi"][place]), str(found["tin"][place])
        category, measure = str(found["category"][place]), str(found["measure_id"][place])
        gain = to_plain(after[place] - before[place])
        rows.append(
            {
                "action_id": ":".join(["mips", str(year), measure or category, npi, tin]),
                "kind": f"mips_{category}", "measure": measure, "npi": npi, "tin": tin, "ccn": None,
                "aco_id": None, "detail": f"measure {measure}" if measure else None,
                "todo": f"{float(found['lacking'][place]):.2f} points of the final score are lacking",
                "items": 1, "people": None, "dollars": gain, "dollars_low": gain, "dollars_high": gain,
                "ceiling_dollars": to_plain(best[place] - before[place]), "family": f"mips:{year}",
                "alternative": False, "aco_share_of_dollars": 0.0, "evidence_table": "mips.score",
                "evidence_key": f"performance_year={year}&tin={tin}&npi={npi}",
            }
        )  # fmt: skip
    unique = {row["action_id"]: row for row in rows}
    return laid([unique[name] for name in sorted(unique)], TYPES)


def _real(values: Any) -> Any:
    return np.array(
        [np.nan if value is None else value for value in np.ma.filled(values, np.nan)], dtype=float
    )

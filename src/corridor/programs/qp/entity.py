"""The step that says of each APM entity whether it is an Advanced APM, under the law of each year."""

from __future__ import annotations

from typing import Any

from corridor.engine import StepContext, python_step
from corridor.programs.qp.inputs import track_of
from corridor.programs.qp.status import TRACK_RULES, Columns, laid, rows_of

TYPES = {
    "performance_year": "INTEGER", "apm_entity_id": "VARCHAR", "advanced": "BOOLEAN",
    "left_entity": "BOOLEAN",
}  # fmt: skip
QUERY = """
select performance_year, apm_entity_id, max(case when is_reach then 1 else 0 end) as is_reach,
  max(case when left_entity then 1 else 0 end) as left_entity
from qp.member group by performance_year, apm_entity_id order by performance_year, apm_entity_id
"""


@python_step(
    step="qp.entity",
    makes="one row per year and APM entity: an Advanced APM or not (null: not known), and whether it left",
    key=("performance_year", "apm_entity_id"), reads=("qp.member",), rules=TRACK_RULES,
    cites="42 CFR 414.1410, 414.1425; docs/qp.md", evidence="qp.member(apm_entity_id)",
)  # fmt: skip
def qp_entity(ctx: StepContext) -> tuple[Columns, dict[str, str]]:
    """Absent where neither the list nor the settings name the track."""
    found: list[dict[str, Any]] = []
    for row in rows_of(ctx, QUERY):
        force = ctx.force.rules.in_force(int(row["performance_year"]))
        known = "qp.advanced_track" in force
        stated = track_of(str(row["apm_entity_id"]), force, bool(row["is_reach"])) if known else float("nan")
        found.append(
            {
                **row,
                "advanced": None if stated != stated else bool(stated),
                "left_entity": bool(row["left_entity"]),
            }
        )
    return laid(found, TYPES)

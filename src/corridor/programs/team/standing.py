"""Which windows stand: in order of their start, one that begins inside an open window does not open."""

from __future__ import annotations

from typing import Any

import numpy as np

from corridor.engine import StepContext, python_step


@python_step(
    step="team.standing",
    makes="one row per trigger: its window stands, lies inside one that is open, or is joined to a stay",
    key=("trigger_id",),
    reads=("team.opened_window",),
    rules=("team.overlap_policy",),
    cites="team.md 2.2 (no rule for a trigger in an open window was seen); docs/team.md",
    evidence="team.opened_window(trigger_id)",
)
def team_standing(ctx: StepContext) -> tuple[dict[str, Any], dict[str, str]]:
    """A chain of windows cannot be settled by comparing pairs: the first keeps, and what it keeps out opens
    nothing. That is one pass over windows in order of person and start."""
    assert ctx.force.text("team.overlap_policy") == "first_keeps"
    found = ctx.numpy(
        """select trigger_id, dense_rank() over (order by definition_set, person_id) as chain,
          is_absorbed, can_open, cx_days_between(date '1900-01-01', episode_start) as start_day,
          cx_days_between(date '1900-01-01', episode_end) as end_day
        from team.opened_window
        order by definition_set, person_id, episode_start, trigger_id"""
    )
    standing = np.empty(len(found["trigger_id"]), dtype=object)
    chain_before, open_until = -1, 0
    for place, (chain, absorbed, opens, start, end) in enumerate(
        zip(
            found["chain"].tolist(),
            found["is_absorbed"].tolist(),
            found["can_open"].tolist(),
            found["start_day"].tolist(),
            found["end_day"].tolist(),
            strict=True,
        )
    ):
        if absorbed:
            standing[place] = "joined_to_a_stay"
            continue
        if not opens:  # falls away by itself, for a reason of its own
            standing[place] = "stands"
            continue
        if chain == chain_before and start <= open_until:
            standing[place] = "inside_open_episode"
            continue
        standing[place], chain_before, open_until = "stands", chain, end
    return {"trigger_id": found["trigger_id"], "standing": standing}, {
        "trigger_id": "VARCHAR",
        "standing": "VARCHAR",
    }

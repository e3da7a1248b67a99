"""What counsel may ask of a plan: terms that follow referrals, a plan adopted late, no quality gate.

Nothing here says that a plan is lawful or not. Which words a term carries stands in the rule
distribution.term, with its status.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from corridor.law import RulesInForce
    from corridor.programs.distribution.plan import ReadPlan

Row = dict[str, Any]
MERITS = ("quality_score", "panel_quality", "cost_score", "attributed_savings")
REFERRAL = (
    "A question for counsel under the physician self-referral law (42 U.S.C. 1395nn) and the anti-kickback "
    "statute (42 U.S.C. 1320a-7b(b)): whether an exception, safe harbor or program waiver covers it."
)


def flags(read: ReadPlan, force: RulesInForce, amounts: Mapping[str, float]) -> list[Row]:
    """One record a term or trait of the plan that someone should look at."""
    known = {str(row["term"]): row for row in force.rows("distribution.term")}
    found = []
    for place, pool in enumerate(read.plan.pools):
        gated = False
        amount = amounts.get(pool.pool, pool.amount)
        for at, step in enumerate(pool.steps):
            gated = gated or bool(step.gates)
            if step.gates and amount is not None and amount < 0:
                words = "who fails the gate bears nothing of the loss, and those who pass it bear more"
                if step.forfeited == "retain":
                    words = "who fails the gate bears nothing of the loss, and the organization bears it"
                found.append(_trait(pool.pool, "gate on a loss", words))
            for one in step.weights:
                if amount is not None and amount < 0 and one.by in MERITS:
                    words = "of a loss, who scores better would bear more"
                    found.append(_trait(pool.pool, one.by, words))
                row = known.get(one.by)
                if row is None or not row["concern"]:
                    continue
                follows = bool(row["follows_referrals"])
                found.append(
                    {
                        "pool": pool.pool,
                        "term": one.by,
                        "share": one.share,
                        "level": "follows referrals" if follows else "note",
                        "words": f"{row['concern']}. {REFERRAL}" if follows else row["concern"],
                        "line": read.line("pools", place, "steps", at, "weights"),
                    }
                )
        if not gated and (amount is None or amount > 0):
            found.append(_trait(pool.pool, "no quality gate", "nothing of the split asks for quality"))
    if read.plan.adopted > date(read.plan.year, 1, 1):
        found.append(
            _trait(
                "",
                "adopted late",
                f"adopted {read.plan.adopted}, after {read.plan.year} began: arrangements are usually "
                "expected to be set out in writing in advance",
            )
        )
    return found


def _trait(pool: str, term: str, words: str) -> Row:
    return {"pool": pool, "term": term, "share": None, "level": "note", "words": words, "line": None}

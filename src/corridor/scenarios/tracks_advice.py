"""Which option to take, by the risk the reader will bear: a filter, then the highest mean, nothing weighed.

The appetite is stated, never assumed. Options that break it fall out with the reason; of the rest the highest
mean is taken; those whose mean the draws cannot tell from it are level with it, and of them the smallest tail
decides. docs/track-choice.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from corridor.formulas.columns import Floats
from corridor.scenarios.tracks_risk import expected_shortfall, mean, probability

LEVEL_ERRORS = 2.0
"""Options are level where their means differ by no more than so many standard errors of the difference."""


@dataclass(frozen=True)
class Appetite:
    """What the reader will bear over the whole agreement; None: no such bound.

    loss_above    dollars: owing more than this is what ``at_most`` bounds
    at_most       the largest acceptable probability of it
    tail_budget   dollars: the largest acceptable mean of the worst ``tail_share`` of outcomes
    """

    loss_above: float = 0.0
    at_most: float | None = None
    tail_budget: float | None = None
    tail_share: float = 0.05

    @property
    def stated(self) -> bool:
        return self.at_most is not None or self.tail_budget is not None

    def words(self) -> list[str]:
        """What was stated, one line a bound."""
        found = []
        if self.at_most is not None:
            found.append(
                f"the probability of owing more than ${self.loss_above:,.0f} over the agreement is at most "
                f"{self.at_most:.1%}"
            )
        if self.tail_budget is not None:
            worst = f"the worst {self.tail_share:.0%} of outcomes"
            found.append(f"{worst} owe at most ${self.tail_budget:,.0f} in the mean")
        return found


@dataclass(frozen=True)
class Advice:
    """The option taken (its place; None: none fits, or no appetite was stated), and how the others stand.

    broken  of each option, the bounds it breaks, in words; empty where it fits
    level   places of options whose mean cannot be told from the highest
    behind  of each option, the mean and the standard error of its paired difference to the highest mean
    """

    chosen: int | None
    highest: int | None
    level: tuple[int, ...]
    broken: tuple[tuple[str, ...], ...]
    behind: tuple[tuple[float, float] | None, ...]


def advise(totals: Sequence[Floats], appetite: Appetite) -> Advice:
    """The advice on options by their draws of dollars over the agreement, paired by draw."""
    broken = tuple(_broken(total, appetite) for total in totals)
    fits = [place for place, faults in enumerate(broken) if not faults]
    if not appetite.stated or not fits:
        return Advice(None, None, (), broken, (None,) * len(totals))
    highest = max(fits, key=lambda place: (float(totals[place].mean()), -place))
    behind = []
    for total in totals:
        difference = mean(totals[highest] - total)
        behind.append((difference.value, difference.error))
    level = tuple(place for place in fits if behind[place][0] <= LEVEL_ERRORS * behind[place][1])
    chosen = min(
        level, key=lambda place: (expected_shortfall(totals[place], appetite.tail_share).value, place)
    )
    return Advice(chosen, highest, level, broken, tuple(behind))


def _broken(total: Floats, appetite: Appetite) -> tuple[str, ...]:
    """The bounds an option breaks. A bound holds where the estimate itself keeps it, however blurred."""
    found = []
    if appetite.at_most is not None:
        share = probability(np.asarray(total < -appetite.loss_above)).value
        if share > appetite.at_most:
            found.append(f"owes more than ${appetite.loss_above:,.0f} in {share:.1%} of the draws")
    if appetite.tail_budget is not None:
        tail = expected_shortfall(total, appetite.tail_share).value
        if tail > appetite.tail_budget:
            found.append(f"the worst {appetite.tail_share:.0%} owe ${tail:,.0f} in the mean")
    return tuple(found)

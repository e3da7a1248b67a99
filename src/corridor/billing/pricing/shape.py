"""What serves the lines of a chunk, and the lines themselves as columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from corridor.billing.pricing.day import RulesOnDay
from corridor.billing.pricing.modifiers import Combinations, ModifierLaw
from corridor.billing.pricing.rates import Edition, Localities, Rates

Array = npt.NDArray[Any]


@dataclass
class Law:
    """What serves the lines of one chunk: rules of the day, rates and how they are named, localities.

    qp      whether the lines are of qualifying participants; None where some are and some are not
    served  the edition for others (False) and for qualifying participants (True)
    """

    day: RulesOnDay
    rates: Rates
    places: Localities
    modifiers: ModifierLaw
    served: dict[bool, Edition]
    qp: bool | None = None


@dataclass
class Lines:
    """The lines of one chunk as columns, one position a line.

    columns   what was resolved of the request: ids of rate, locality and modifiers, units, charge
    reason    why a line is not priced (codes.REASON), 0 where it is
    inputs    what the formulas are given beside the rates, by quantity; filled as the rules are applied
    """

    columns: dict[str, Array]
    combined: Combinations
    reason: npt.NDArray[np.int16]
    inputs: dict[str, Array]

    def qualifying(self, law: Law, at: Any) -> Any:
        """Whether the lines at some positions are of qualifying participants; one value where all agree."""
        return self.columns["qp"][at] if law.qp is None else np.bool_(law.qp)

    def __len__(self) -> int:
        return len(self.reason)

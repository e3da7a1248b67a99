"""What the community was made to hold: control totals and designed episodes, for tests to compare with."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from corridor.synth.days import month_of
from corridor.synth.identifiers import Ints


@dataclass
class Totals:
    """Running totals over blocks; small whatever the size of the community.

    net_cents: delivery -> claim type -> month (yyyymm) -> signed sum of paid amounts in cents.
    counts: name -> number (people, deaths, identifier_changes, claims and lines by kind, ...).
    """

    net_cents: dict[str, dict[str, dict[str, int]]] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)

    def count(self, name: str, number: int) -> None:
        """Add to a count."""
        self.counts[name] = self.counts.get(name, 0) + int(number)

    def dollars(self, claim_type: str, day: Ints, signed_cents: Ints, delivery: str) -> None:
        """Add signed amounts by the month of their day."""
        if not len(day):
            return
        month = month_of(day)
        low = int(month.min())
        sums = np.bincount(month - low, weights=signed_cents.astype(np.float64))
        counts = np.bincount(month - low)
        table = self.net_cents.setdefault(delivery, {}).setdefault(claim_type, {})
        for place in np.flatnonzero(counts):
            year, month_number = divmod(low + int(place), 12)
            name = f"{year}{month_number + 1:02d}"
            table[name] = table.get(name, 0) + round(float(sums[place]))

    def to_dict(self) -> dict[str, Any]:
        """For truth.json: dollars as decimal text, so that nothing is rounded."""
        return {
            "counts": dict(sorted(self.counts.items())),
            "net_paid_by_delivery_claim_type_and_month": {
                delivery: {
                    kind: {month: dollars(cents) for month, cents in sorted(months.items())}
                    for kind, months in sorted(kinds.items())
                }
                for delivery, kinds in sorted(self.net_cents.items())
            },
        }


def dollars(cents: int) -> str:
    """Cents as exact dollars: 123456 is "1234.56"."""
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100}.{abs(cents) % 100:02d}"


def to_json(value: Any) -> str:
    """JSON as this room writes it."""
    return json.dumps(value, indent=1, ensure_ascii=True)

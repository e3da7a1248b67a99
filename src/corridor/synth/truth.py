"""What the community was made to hold: control totals and designed episodes, for tests to compare with."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from corridor.synth.days import month_of
from corridor.synth.draws import Flags
from corridor.synth.identifiers import Ints


@dataclass
class Totals:
    """Running totals over blocks; small whatever the size of the community.

    net_cents: delivery -> claim type -> month (yyyymm) -> signed sum of paid amounts in cents.
    counts: name -> number (people, deaths, identifier changes, ...).
    cohorts: cohort -> year -> sums over the designed episodes.
    """

    net_cents: dict[str, dict[str, dict[str, int]]] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    cohorts: dict[str, dict[str, dict[str, float]]] = field(default_factory=dict)

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

    def episodes(self, rows: list[dict[str, Any]]) -> None:
        """Add the designed episodes of a block to the sums by cohort and year."""
        for row in rows:
            table = self.cohorts.setdefault(row["cohort"], {}).setdefault(str(row["performance_year"]), {})
            added = {
                "attributed_episodes": row["attributed_episodes"],
                "episode_days": row["episode_days"],
                "annual_cost_by_days": row["cost_per_episode_year"] * row["episode_days"],
                "clinicians": 1,
                "eligible_clinicians": int(row["eligible"]),
                "eligible_in_small_practices": int(row["eligible"] and row["small_practice"]),
            }
            for name, value in added.items():
                table[name] = table.get(name, 0) + value

    def removed(self, substance_use: Flags, days: int) -> None:
        """Count claims that CMS would take out: about two a year for each person with such care."""
        people = int(substance_use.sum())
        self.count("people with substance-use care", people)
        self.count("substance-use claims removed (never written)", people * 2 * days // 365)

    def to_dict(self) -> dict[str, Any]:
        """For truth.json: dollars as decimal text, so that nothing is rounded."""
        return {
            "counts": dict(sorted(self.counts.items())),
            "episodes": {
                cohort: {year: _summary(table) for year, table in sorted(years.items())}
                for cohort, years in sorted(self.cohorts.items())
            },
            "net_paid_by_delivery_claim_type_and_month": {
                delivery: {
                    kind: {month: dollars(cents) for month, cents in sorted(months.items())}
                    for kind, months in sorted(kinds.items())
                }
                for delivery, kinds in sorted(self.net_cents.items())
            },
        }


def _summary(table: dict[str, float]) -> dict[str, float]:
    """Sums of a cohort and year, with the mean cost weighted by days."""
    days = table["episode_days"]
    mean = round(table["annual_cost_by_days"] / days, 2) if days else 0.0
    kept = {name: int(value) for name, value in table.items() if name != "annual_cost_by_days"}
    return {**kept, "mean_cost_per_episode_year": mean}


def dollars(cents: int) -> str:
    """Cents as exact dollars: 123456 is "1234.56"."""
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100}.{abs(cents) % 100:02d}"


def write_truth(folder: Path, facts: dict[str, Any]) -> None:
    """Write truth.json: the facts, and the clinicians that were collected line by line in truth.part.

    The clinicians are copied as text, so that memory does not grow with their number.
    """
    part, target = folder / "truth.part", folder / "truth.json"
    with target.with_suffix(".new").open("w", encoding="ascii") as out:
        out.write(json.dumps(facts, indent=1)[:-2])
        out.write(',\n "clinicians": [')
        with part.open(encoding="ascii") as rows:
            for number, row in enumerate(rows):
                out.write(("," if number else "") + "\n  " + row.rstrip("\n"))
        out.write("\n ]\n}\n")
    part.unlink()
    target.with_suffix(".new").rename(target)


def read_truth(folder: Path) -> dict[str, Any]:
    """The truth.json of a community."""
    value: dict[str, Any] = json.loads((folder / "truth.json").read_text(encoding="ascii"))
    return value

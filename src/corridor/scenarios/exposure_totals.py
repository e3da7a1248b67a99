"""Dollars added draw by draw: by program, entity, clinician, year and in all, beside the sum of the parts."""

from __future__ import annotations

from typing import Any

import numpy as np

from corridor.formulas.columns import Floats

Row = dict[str, Any]
SCOPES = ("system", "performance_year", "payment_year", "program", "entity", "clinician")


def figures(values: Floats | None, tail: float) -> Row:
    """Mean and ends of draws; of one that stands still all are the same."""
    if values is None:
        return dict.fromkeys(("expected", "downside", "upside", "probability_of_loss"))
    low, high = np.quantile(values, [tail, 1 - tail])
    # adding equal draws up leaves binary dust that a settlement does not have
    mean = float(values[0]) if (values == values[0]).all() else float(values.mean())
    return {
        "expected": mean,
        "downside": float(low),
        "upside": float(high),
        "probability_of_loss": float((values < 0).mean()),
    }


class Totals:
    """Sums by scope. Dollars that another program sets aside are a part, and no part of the whole."""

    def __init__(self, draws: int, tail: float) -> None:
        self.draws, self.tail = draws, tail
        self._whole: dict[tuple[str, str, int | None], Floats] = {}
        self._parts: dict[tuple[str, str, int | None], list[float]] = {}

    def add(self, row: Row, values: Floats) -> None:
        """Count a row's draws wherever it belongs."""
        for key in _keys(row):
            whole = self._whole.setdefault(key, np.zeros(self.draws))
            parts = self._parts.setdefault(key, [0.0, 0.0, 0.0, 0.0])
            parts[0] += row["expected"]
            parts[3] += 1
            if row["set_aside_by"] is None:
                whole += values
                parts[1] += row["downside"]
                parts[2] += row["upside"]

    def rows(self, names: dict[str, str]) -> list[Row]:
        """One record a total.

        sum_of_expected   of all parts, also those set aside
        sum_of_downsides  of the parts that count, as if all went wrong at once; upsides likewise
        diversification   what the joint downside is better than that sum
        interaction       expected dollars of the whole less those of the parts: what programs set aside
        """
        found = []
        for key in sorted(self._whole, key=lambda one: (SCOPES.index(one[0]), one[1], one[2] or 0)):
            scope, name, year = key
            own = figures(self._whole[key], self.tail)
            expected, downside, upside, count = self._parts[key]
            found.append(
                {
                    "scope": scope,
                    "key": name or None,
                    "name": names.get(name) if scope == "entity" else None,
                    "year": year,
                    **own,
                    "rows": int(count),
                    "sum_of_expected": expected,
                    "sum_of_downsides": downside,
                    "sum_of_upsides": upside,
                    "diversification": own["downside"] - downside,
                    "interaction": own["expected"] - expected,
                }
            )
        return found


def _keys(row: Row) -> list[tuple[str, str, int | None]]:
    year = row["performance_year"]
    keys: list[tuple[str, str, int | None]] = [
        ("system", "", None),
        ("performance_year", "", year),
        ("payment_year", "", row["payment_year"]),
        ("program", row["program"], None),
        ("program", row["program"], year),
        ("entity", row["entity"], None),
        ("entity", row["entity"], year),
    ]
    return keys if row["npi"] is None else [*keys, ("clinician", row["npi"], None)]

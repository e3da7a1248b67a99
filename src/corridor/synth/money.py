"""What services cost: fee schedule amounts, cost sharing and sequestration, in whole cents.

Regulatory amounts come from rules/synth by calendar year.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from corridor.law import load_rules
from corridor.synth.catalogue import Catalogue
from corridor.synth.draws import Flags, Floats, cents
from corridor.synth.identifiers import Ints

_NAMES = (
    "part_b_deductible",
    "inpatient_deductible",
    "skilled_nursing_coinsurance",
    "skilled_nursing_full_days",
    "coinsurance_share",
    "sequestration_share",
    "nonphysician_share",
    "conversion_factor",
)


@dataclass(frozen=True)
class Amounts:
    """Regulatory amounts by calendar year; ``first_year`` is the year of place 0 of every array."""

    first_year: int
    table: dict[str, Floats]

    def of(self, name: str, year: Ints) -> Floats:
        """The amount of each year; years outside the table take its nearest."""
        values = self.table[name]
        return values[np.clip(year - self.first_year, 0, len(values) - 1)]


def load_amounts(years: tuple[int, ...]) -> Amounts:
    """Read rules/synth for the years of a period."""
    rules = load_rules(["synth"])
    table: dict[str, list[float]] = {name: [] for name in _NAMES}
    for year in years:
        force = rules.in_force(performance_year=year)
        for name in _NAMES:
            table[name].append(float(force.scalar(f"synth.{name}")))
    return Amounts(years[0], {name: np.array(values) for name, values in table.items()})


def fee(
    data: Catalogue,
    amounts: Amounts,
    service: Ints,
    units: Ints,
    facility: Flags,
    nonphysician: Flags,
    year: Ints,
    area: Ints,
) -> tuple[Ints, Ints]:
    """Allowed amount where it is furnished, and the same at national prices (indices 1), in cents."""
    services = data.services
    indices = {name: np.array([one[name] for one in data.areas]) for name in ("work", "pe", "mp")}
    pe = np.where(facility, services.pe_facility[service], services.pe[service])
    factor = amounts.of("conversion_factor", year) * np.where(
        nonphysician, amounts.of("nonphysician_share", year), 1.0
    )
    local = services.work[service] * indices["work"][area] + pe * indices["pe"][area]
    local = local + services.mp[service] * indices["mp"][area]
    national = services.work[service] + pe + services.mp[service]
    flat = services.flat[service]
    has_flat = flat > 0
    allowed = cents(np.where(has_flat, flat, local * factor)) * units
    standard = cents(np.where(has_flat, flat, national * factor)) * units
    return allowed, standard


def deductible(person_year: Ints, allowed: Ints, limit: Ints) -> Ints:
    """The part of each allowed amount that meets the yearly deductible; rows sorted by ``person_year``.

    ``person_year``: a number of person and year, ascending; ``limit``: cents a year.
    """
    before = np.cumsum(allowed) - allowed
    first = (
        np.flatnonzero(np.r_[True, person_year[1:] != person_year[:-1]]) if len(allowed) else np.empty(0, int)
    )
    counts = np.diff(np.r_[first, len(allowed)])
    base = np.repeat(before[first], counts) if len(allowed) else before
    return np.minimum(np.maximum(limit - (before - base), 0), allowed)


def share(amount: Ints, part: Floats) -> Ints:
    """A share of cents, half up."""
    return np.floor(amount * part + 0.5).astype(np.int64)

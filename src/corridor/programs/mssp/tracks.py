"""What a track is: its parameters, level or former track, and which levels an ACO may take (mssp.md 3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from corridor.formulas import Banded, Formula, Keyed, formula
from corridor.formulas.bindings import Binding
from corridor.formulas.columns import Flags, Floats

if TYPE_CHECKING:
    from corridor.law import RulesInForce

BY_TRACK = {"track": "track"}
TRACK_NUMBERS = (
    "sharing_rate", "payment_limit", "loss_rate", "least_loss_rate", "largest_loss_rate",
    "revenue_loss_limit", "benchmark_loss_limit", "two_sided",
)  # fmt: skip
TRACK_CITE = "42 CFR 425.605(d), 425.610(d) to (g)"


@formula(cite=TRACK_CITE, unit="flag")
def two_sided(level_two_sided: Flags, former_two_sided: Flags) -> Flags:
    """The ACO may owe losses."""
    return level_two_sided | former_two_sided


@formula(cite=TRACK_CITE, unit="fraction")
def track_sharing_rate(level_sharing_rate: Floats, former_sharing_rate: Floats) -> Floats:
    """The largest share of savings of the track."""
    return np.where(np.isnan(level_sharing_rate), former_sharing_rate, level_sharing_rate)


@formula(cite=TRACK_CITE, unit="fraction")
def track_payment_limit(level_payment_limit: Floats, former_payment_limit: Floats) -> Floats:
    """The most that is paid, of the updated benchmark."""
    return np.where(np.isnan(level_payment_limit), former_payment_limit, level_payment_limit)


@formula(cite=TRACK_CITE, unit="fraction")
def fixed_loss_rate(level_loss_rate: Floats, former_loss_rate: Floats) -> Floats:
    """The share of losses where it does not hang on quality."""
    return np.where(np.isnan(level_loss_rate), former_loss_rate, level_loss_rate)


@formula(cite=TRACK_CITE, unit="fraction")
def least_loss_rate(level_least_loss_rate: Floats, former_least_loss_rate: Floats) -> Floats:
    """The least share of losses where it hangs on quality."""
    return np.where(np.isnan(level_least_loss_rate), former_least_loss_rate, level_least_loss_rate)


@formula(cite=TRACK_CITE, unit="fraction")
def largest_loss_rate(level_largest_loss_rate: Floats, former_largest_loss_rate: Floats) -> Floats:
    """The largest share of losses where it hangs on quality."""
    return np.where(np.isnan(level_largest_loss_rate), former_largest_loss_rate, level_largest_loss_rate)


@formula(cite=TRACK_CITE, unit="fraction")
def track_revenue_loss_limit(level_revenue_loss_limit: Floats, former_revenue_loss_limit: Floats) -> Floats:
    """The most that is owed, of the participants' revenue."""
    return np.where(np.isnan(level_revenue_loss_limit), former_revenue_loss_limit, level_revenue_loss_limit)


@formula(cite=TRACK_CITE, unit="fraction")
def track_benchmark_loss_limit(
    level_benchmark_loss_limit: Floats, former_benchmark_loss_limit: Floats
) -> Floats:
    """The most that is owed, of the updated benchmark."""
    return np.where(
        np.isnan(level_benchmark_loss_limit), former_benchmark_loss_limit, level_benchmark_loss_limit
    )


TRACK_FORMULAS: list[Formula] = [
    two_sided, track_sharing_rate, track_payment_limit, fixed_loss_rate, least_loss_rate, largest_loss_rate,
    track_revenue_loss_limit, track_benchmark_loss_limit,
]  # fmt: skip
TRACK_RULES: dict[str, str | Binding] = {
    **{f"level_{name}": Keyed("mssp.track", BY_TRACK, name) for name in TRACK_NUMBERS},
    **{f"former_{name}": Keyed("mssp.former_track", BY_TRACK, name) for name in TRACK_NUMBERS},
    "basic": Keyed("mssp.track", BY_TRACK, "basic"),
    "band_first": Banded("mssp.minimum_savings_schedule", "assigned_beneficiaries", "at_least"),
    "band_highest": Banded("mssp.minimum_savings_schedule", "assigned_beneficiaries", "highest"),
    "rate_at_first": Banded("mssp.minimum_savings_schedule", "assigned_beneficiaries", "rate_at_least"),
    "rate_at_highest": Banded("mssp.minimum_savings_schedule", "assigned_beneficiaries", "rate_at_highest"),
}
ADVANCED = "qp.advanced_track"


def advanced_apms(force: RulesInForce) -> dict[str, bool]:
    """Track -> whether it is an Advanced APM, by the rule of qualifying participants; none before 2019."""
    if ADVANCED not in force:
        return {}
    known = {row["track"]: bool(row["advanced"]) for row in force.rows(ADVANCED)}
    return {row["track"]: known[row["apm_track"]] for row in force.rows("mssp.track")}

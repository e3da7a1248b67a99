"""The formulas of an outcomes-based agreement: one infusion, its time points, its volume tiers."""

from __future__ import annotations

from typing import Any

import numpy as np

from corridor.formulas import Model, formula

SCHEDULE = "schedule of the agreement"
IDENTITY = "CGT Access: order of operations (docs/drug-contracts.md)"


@formula(cite=SCHEDULE, unit="dollars")
def outcome_value(by_share: Any, share: Any, gross: Any, amount: Any) -> Any:
    """What this time point is worth if the therapy has failed."""
    return np.where(by_share > 0, share * gross, amount)


@formula(cite=SCHEDULE, unit="dollars")
def rebate_of_outcome(outcome_value: Any, due_share: Any) -> Any:
    """What is due for this time point by what was observed, or by the rule for who could not be."""
    return outcome_value * due_share


@formula(cite=SCHEDULE, unit="dollars")
def expected_of_outcome(
    outcome_value: Any, is_open: Any, failure_probability: Any, observed_probability: Any
) -> Any:
    """What is to be expected while the time point is open: failing, and being there to be measured."""
    return outcome_value * is_open * failure_probability * observed_probability


@formula(cite=SCHEDULE, unit="fraction")
def share_of_tier(patient_counted: Any, from_patient: Any, below_patient: Any, tier_share: Any) -> Any:
    """The share of this tier, where the patient falls in it."""
    return np.where((patient_counted >= from_patient) & ~(patient_counted >= below_patient), tier_share, 0)


@formula(cite=IDENTITY, unit="dollars")
def gross_spend(units: Any, amount_per_unit: Any) -> Any:
    """What was paid for the drug."""
    return units * amount_per_unit


@formula(cite=SCHEDULE, unit="dollars")
def guaranteed_rebate(
    guaranteed_by_share: Any, guaranteed_share: Any, guaranteed_amount: Any, net_basis: Any, gross_spend: Any,
    statutory_rebate: Any,
) -> Any:  # fmt: skip
    """The rebate that is due whatever happens."""
    basis = np.where(net_basis > 0, gross_spend - statutory_rebate, gross_spend)
    return np.where(guaranteed_by_share > 0, guaranteed_share * basis, guaranteed_amount)


@formula(cite=SCHEDULE, unit="fraction", over="tiers", statistic="sum")
def volume_share(share_of_tier: Any) -> Any:
    """The share of the tier this patient falls in."""
    return share_of_tier


@formula(cite=SCHEDULE, unit="dollars")
def volume_rebate(volume_share: Any, gross_spend: Any) -> Any:
    """The rebate for volume on this patient."""
    return volume_share * gross_spend


@formula(cite=SCHEDULE, unit="dollars", over="outcomes", statistic="sum")
def outcomes_due(rebate_of_outcome: Any) -> Any:
    """Rebates of all time points."""
    return rebate_of_outcome


@formula(cite=SCHEDULE, unit="dollars")
def outcome_rebate(outcomes_due: Any, outcomes_share_cap: Any, gross_spend: Any) -> Any:
    """The same, at most the schedule's cap on outcomes."""
    return np.fmin(outcomes_due, outcomes_share_cap * gross_spend)


@formula(cite=SCHEDULE, unit="dollars", over="outcomes", statistic="sum")
def outcomes_expected(expected_of_outcome: Any) -> Any:
    """What open time points are expected to bring."""
    return expected_of_outcome


@formula(cite=SCHEDULE, unit="fraction")
def rebate_cap_share(assumed_cap: Any) -> Any:
    """The most all rebates together may be, as a share of gross."""
    return assumed_cap


@formula(cite=IDENTITY, unit="dollars")
def total_rebate(
    statutory_rebate: Any, guaranteed_rebate: Any, volume_rebate: Any, outcome_rebate: Any,
    rebate_cap_share: Any, gross_spend: Any,
) -> Any:  # fmt: skip
    """All rebates, at most the cap."""
    together = statutory_rebate + guaranteed_rebate + volume_rebate + outcome_rebate
    return np.fmin(together, rebate_cap_share * gross_spend)


@formula(cite=IDENTITY, unit="dollars")
def supplemental_rebate(total_rebate: Any, statutory_rebate: Any) -> Any:
    """What the agreement adds to the statutory rebate."""
    return np.fmax(total_rebate - statutory_rebate, 0)


@formula(cite=IDENTITY, unit="dollars")
def net_cost(gross_spend: Any, total_rebate: Any) -> Any:
    """What the drug costs state and federal government together."""
    return gross_spend - total_rebate


@formula(cite=IDENTITY, unit="dollars")
def expected_outcome_rebate(
    outcomes_expected: Any, outcomes_due: Any, outcomes_share_cap: Any, total_rebate: Any,
    rebate_cap_share: Any, gross_spend: Any,
) -> Any:  # fmt: skip
    """What open time points are expected to add, within the caps."""
    room = np.fmin(
        outcomes_share_cap * gross_spend - outcomes_due, rebate_cap_share * gross_spend - total_rebate
    )
    return np.fmin(outcomes_expected, np.fmax(room, 0))


@formula(cite=IDENTITY, unit="dollars")
def expected_net_cost(net_cost: Any, expected_outcome_rebate: Any) -> Any:
    """Net cost if open time points bring what is expected of them."""
    return net_cost - expected_outcome_rebate


@formula(cite="CGT Access: federal share of the quarter of receipt", unit="dollars")
def federal_net_cost(net_cost: Any, federal_share: Any) -> Any:
    """The federal part of the net cost; absent where no federal share is given."""
    return net_cost * federal_share


@formula(cite="CGT Access: federal share of the quarter of receipt", unit="dollars")
def state_net_cost(net_cost: Any, federal_share: Any) -> Any:
    """The state's part of the net cost."""
    return net_cost * (1 - federal_share)


TIME_POINTS = Model(
    "outcomes agreement, time points",
    [outcome_value, rebate_of_outcome, expected_of_outcome],
    units={"gross": "dollars", "share": "fraction", "due_share": "fraction"},
    abouts={
        "due_share": "1 where failed, 0 where met or open; else what the rule for the unobserved says.",
        "gross": "What was paid for the drug.",
    },
)
TIERS = Model(
    "outcomes agreement, volume tiers",
    [share_of_tier],
    abouts={"patient_counted": "The patient's number in the period; where retroactive, how many there are."},
)
EPISODES = Model(
    "outcomes agreement",
    [
        gross_spend, guaranteed_rebate, volume_share, volume_rebate, outcomes_due, outcome_rebate,
        outcomes_expected, rebate_cap_share, total_rebate, supplemental_rebate, net_cost,
        expected_outcome_rebate, expected_net_cost, federal_net_cost, state_net_cost,
    ],
    {"assumed_cap": "cgt.rebate_cap"},
    units={"statutory_rebate": "dollars", "federal_share": "fraction"},
    abouts={"statutory_rebate": "The statutory rebate of these units, from CMS."},
)  # fmt: skip

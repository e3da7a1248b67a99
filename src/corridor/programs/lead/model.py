"""The formulas of LEAD bound to the law: cohorts under ACOs."""

from __future__ import annotations

from dataclasses import replace

from corridor.formulas import Formula, Keyed, Model
from corridor.programs.lead.benchmark import COHORT_FORMULAS
from corridor.programs.lead.settle import ACO_FORMULAS
from corridor.programs.reach.benchmark import SUM_FORMULAS, benchmark_all_aligned
from corridor.programs.reach.corridor import SHARING_FORMULAS

YEAR, ENTRY = {"performance_year": "performance_year"}, {"entry": "entry"}
ARRANGEMENT = {"risk_arrangement": "risk_arrangement"}
SIZE = {"size_class": "size_class", **YEAR}


def _cited(cite: str, *formulas: Formula) -> list[Formula]:
    """The arithmetic of ACO REACH where LEAD's is the same, with LEAD's own source."""
    return [replace(one, cite=cite) for one in formulas]


COHORTS = Model(
    "lead cohorts",
    COHORT_FORMULAS,
    {
        "by1_weight": Keyed("lead.base_year_weight", ENTRY, "by1"),
        "by2_weight": Keyed("lead.base_year_weight", ENTRY, "by2"),
        "by3_weight": Keyed("lead.base_year_weight", ENTRY, "by3"),
        "efficiency_share": "lead.efficiency_share",
        "efficiency_cap": Keyed("lead.efficiency_cap", {"adjustment_class": "adjustment_class"}, "cap"),
        "adjustment_cap": "lead.adjustment_cap",
        "published_above": Keyed("lead.guardrail", YEAR, "above"),
        "published_below": Keyed("lead.guardrail", YEAR, "below"),
        "prospective_share": "lead.prospective_share",
        "risk_growth_cap": Keyed("lead.risk_growth_cap", {"population": "population"}, "cap"),
        "suspect_billing_excluded": "lead.suspect_billing_excluded",
        "skin_substitute_excluded": "lead.skin_substitute_excluded",
    },
)

ACOS = Model(
    "lead",
    [
        *_cited("aco-reach.md B3", *SUM_FORMULAS, benchmark_all_aligned),
        *_cited("LEAD finance paper, as noted (aco-reach.md B2)", *SHARING_FORMULAS),
        *ACO_FORMULAS,
    ],
    {
        "professional_discount": "lead.professional_discount",
        "global_discount": Keyed("lead.global_discount", {"spending": "spending", **YEAR}, "discount"),
        "quality_at_risk": "lead.quality_at_risk",
        "first_edge": Keyed("lead.corridor", ARRANGEMENT, "first_edge"),
        "second_edge": Keyed("lead.corridor", ARRANGEMENT, "second_edge"),
        "third_edge": Keyed("lead.corridor", ARRANGEMENT, "third_edge"),
        "published_first_rate": Keyed("lead.corridor", ARRANGEMENT, "first_rate"),
        "loss_first_rate": Keyed("lead.loss_first_rate", ARRANGEMENT, "rate"),
        "second_rate": Keyed("lead.corridor", ARRANGEMENT, "second_rate"),
        "third_rate": Keyed("lead.corridor", ARRANGEMENT, "third_rate"),
        "fourth_rate": Keyed("lead.corridor", ARRANGEMENT, "fourth_rate"),
        "sequestration_share": "lead.sequestration_share",
        "add_on_share": "lead.add_on_share",
        "high_needs_share": "lead.high_needs_share",
        "minimum_beneficiaries": Keyed("lead.minimum_beneficiaries", SIZE, "least"),
        "minimum_claims_aligned": Keyed("lead.minimum_beneficiaries", SIZE, "least_claims_aligned"),
        "guarantee_least": "lead.least_guarantee",
        "guarantee_most": "lead.largest_guarantee",
    },
)

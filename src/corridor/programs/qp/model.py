"""The formulas of qualifying participants bound to the law, in three models."""

from __future__ import annotations

from corridor.formulas import Keyed, Model
from corridor.programs.qp.consequence import DOLLAR_FORMULAS, STATUS_FORMULAS
from corridor.programs.qp.low_volume import LOW_VOLUME_FORMULAS
from corridor.programs.qp.score import SCORE_FORMULAS

MEDICARE, ALL_PAYER = {"option": "medicare_option"}, {"option": "all_payer_option"}
QUALIFYING, PARTIAL = {"standing": "qualifying_standing"}, {"standing": "partial_standing"}
# Names of rows of rule tables, handed to the models as quantities that are the same for every row.
OPTIONS = {
    "medicare_option": "medicare",
    "all_payer_option": "all_payer",
    "qualifying_standing": "qualifying",
    "partial_standing": "partial",
}
CRITERIA = {
    "charges_criterion": "allowed_charges",
    "patients_criterion": "patients",
    "services_criterion": "services",
}

SCORES = Model(
    "qp scores",
    SCORE_FORMULAS,
    {
        "individual_counts": "qp.individual_counts",
        "visit_basis_counts": "qp.visit_basis_counts",
        "status_stands": "qp.status_stands",
        "qualifying_payment": Keyed("qp.threshold", MEDICARE, "qualifying_payment"),
        "qualifying_patient": Keyed("qp.threshold", MEDICARE, "qualifying_patient"),
        "partial_payment": Keyed("qp.threshold", MEDICARE, "partial_payment"),
        "partial_patient": Keyed("qp.threshold", MEDICARE, "partial_patient"),
        "combined_qualifying_payment": Keyed("qp.threshold", ALL_PAYER, "qualifying_payment"),
        "combined_qualifying_patient": Keyed("qp.threshold", ALL_PAYER, "qualifying_patient"),
        "combined_partial_payment": Keyed("qp.threshold", ALL_PAYER, "partial_payment"),
        "combined_partial_patient": Keyed("qp.threshold", ALL_PAYER, "partial_patient"),
        "least_payment": Keyed("qp.all_payer_minimum", QUALIFYING, "payment"),
        "least_patient": Keyed("qp.all_payer_minimum", QUALIFYING, "patient"),
        "least_partial_payment": Keyed("qp.all_payer_minimum", PARTIAL, "payment"),
        "least_partial_patient": Keyed("qp.all_payer_minimum", PARTIAL, "patient"),
        "snapshot_decides": Keyed("qp.snapshot", {"snapshot": "snapshot"}, "decides_qp"),
    },
    units={
        "attributed_payments": "dollars", "eligible_payments": "dollars", "attributed_patients": "patients",
        "eligible_patients": "patients", "other_attributed_payments": "dollars",
        "other_eligible_payments": "dollars", "other_attributed_patients": "patients",
        "other_eligible_patients": "patients", "advanced": "flag", "left_entity": "flag",
        "own_score_counts": "flag", "is_last_snapshot": "flag",
    },
    abouts={
        "attributed_payments": "Covered professional services for beneficiaries attributed to the entity.",
        "eligible_payments": "The same for beneficiaries who could be attributed.",
        "attributed_patients": "Attributed beneficiaries with such a service.",
        "eligible_patients": "Beneficiaries with such a service who could be attributed.",
        "other_attributed_payments": "Payments of other payers under their Advanced APMs.",
        "other_eligible_payments": "All payments of other payers that count.",
        "other_attributed_patients": "Patients of other payers under their Advanced APMs.",
        "other_eligible_patients": "All patients of other payers that count.",
        "advanced": "Whether the entity is an Advanced APM; absent where it is not known.",
        "left_entity": "Whether the entity, or the clinician, left the APM in the period.",
        "own_score_counts": "On an affiliated practitioner list, or in several entities.",
        "is_last_snapshot": "The last snapshot of the year that is given.",
        "level": "entity, or individual.",
        "basis": "visits, covered, or given (not said).",
        "snapshot": "1 to March, 2 to June, 3 to August.",
    },
)  # fmt: skip

CLINICIANS = Model(
    "qp",
    [*STATUS_FORMULAS, *DOLLAR_FORMULAS],
    {
        "incentive_share": Keyed("qp.incentive", {"payment_year": "payment_year"}, "share"),
        "qualifying_update": Keyed(
            "qp.yearly_update", {"first_payment_year": "first_year_of_update"}, "qualifying"
        ),
        "other_update": Keyed("qp.yearly_update", {"first_payment_year": "first_year_of_update"}, "other"),
        "mips_threshold": "qp.mips_threshold",
        "mips_largest_cut": "qp.mips_largest_cut",
        "mips_lowest_quarter": "qp.mips_lowest_quarter",
        "mips_score_maximum": "qp.mips_score_maximum",
        "mips_scaling_factor": Keyed("qp.mips_scaling_factor", {"payment_year": "payment_year"}, "factor"),
    },
    units={
        "part_b_paid": "dollars", "part_b_allowed": "dollars", "covered_services_prior_year": "dollars",
        "qualifying_factor": "dollars", "other_factor": "dollars", "mips_score": "points",
        "asm_participant": "flag", "all_scored": "flag", "payment_year": "year", "years_of_update": "years",
    },
    abouts={
        "part_b_paid": "Medicare payments for covered professional services in the payment year.",
        "part_b_allowed": "Their allowed charges at the lower conversion factor.",
        "covered_services_prior_year": "Covered professional services of the year before the payment year.",
        "qualifying_factor": "Conversion factor of qualifying participants in the payment year.",
        "other_factor": "Conversion factor of everyone else.",
        "mips_score": "MIPS final score, where there is one.",
        "asm_participant": "Whether ASM applies in the performance year.",
        "low_volume": "How the clinician stands to the low-volume threshold.",
        "all_scored": "Whether each entity that may be an Advanced APM has a score that counts, or was left.",
        "payment_year": "The year the status is paid in.",
        "years_of_update": "Years for which the two conversion factors have been updated apart.",
    },
)  # fmt: skip

LOW_VOLUME = Model(
    "low volume",
    LOW_VOLUME_FORMULAS,
    {
        "most_charges": Keyed("qp.low_volume", {"criterion": "charges_criterion"}, "most"),
        "most_patients": Keyed("qp.low_volume", {"criterion": "patients_criterion"}, "most"),
        "most_services": Keyed("qp.low_volume", {"criterion": "services_criterion"}, "most"),
        "opt_in_allowed": "qp.low_volume_opt_in",
    },
    units={
        "allowed_charges": "dollars", "earlier_allowed_charges": "dollars", "patients": "patients",
        "earlier_patients": "patients", "services": "services", "earlier_services": "services",
    },
    abouts={
        "allowed_charges": "Allowed charges for covered professional services.",
        "patients": "Part B patients with such a service.",
        "services": "Covered professional services.",
        "earlier_allowed_charges": "The charges of the earlier segment; absent for who is new.",
        "earlier_patients": "The patients of the earlier segment.",
        "earlier_services": "The services of the earlier segment.",
        "earlier_is_open": "1 where an absent earlier segment is not known, not one of who is new.",
    },
)  # fmt: skip

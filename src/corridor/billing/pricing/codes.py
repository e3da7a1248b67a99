"""The small whole numbers that stand for words while columns are worked on; words come back at the end."""

from __future__ import annotations

# Rules for several services of one session, by the multiple-procedure indicator.
KINDS = ("none", "procedure", "endoscopy", "imaging", "therapy", "cardiovascular", "ophthalmology")
NONE, PROCEDURE, ENDOSCOPY, IMAGING, THERAPY, CARDIOVASCULAR, OPHTHALMOLOGY = range(7)

# Treatment by the status code of the relative value file (pfs.status_treatment).
TREATMENTS = ("payable", "alone", "contractor", "anesthesia", "not_paid")
PAYABLE, ALONE, CONTRACTOR, ANESTHESIA, NOT_PAID = range(5)

# Who assists at surgery.
NOBODY, ASSISTANT, ASSISTANT_NONPHYSICIAN = range(3)

# To whom a service is not paid for patients of a hospital (pfs.pctc_not_payable).
REFUSED = ("nobody", "anyone", "private_therapist")

NON_FACILITY, FACILITY, NO_SETTING = 0, 1, -1
SETTINGS = ("non_facility", "facility")

PRICED, NOT_PRICED, CONTRACTOR_PRICED = "priced", "not_priced", "contractor_priced"

# reason -> the status it goes with; a reason beside `priced` tells why the amount is nothing.
REASONS: tuple[tuple[str | None, str], ...] = (
    (None, PRICED),
    ("unknown_date", NOT_PRICED),
    ("no_schedule", NOT_PRICED),
    ("unknown_code", NOT_PRICED),
    ("unknown_modifier", NOT_PRICED),
    ("modifier_without_row", NOT_PRICED),
    ("contradictory_modifiers", NOT_PRICED),
    ("unknown_place", NOT_PRICED),
    ("unknown_locality", NOT_PRICED),
    ("no_units", NOT_PRICED),
    ("assistant_not_paid", NOT_PRICED),
    ("co_surgeon_not_paid", NOT_PRICED),
    ("team_not_paid", NOT_PRICED),
    ("incident_to_in_hospital", NOT_PRICED),
    ("no_global_split", NOT_PRICED),
    ("no_anesthesia_base_units", NOT_PRICED),
    ("no_anesthesia_minutes", NOT_PRICED),
    ("no_anesthesia_factor", NOT_PRICED),
    ("no_relative_values", CONTRACTOR_PRICED),
    ("by_report_modifier", CONTRACTOR_PRICED),
    ("by_report_53", CONTRACTOR_PRICED),
    ("by_report_multiple", CONTRACTOR_PRICED),
    ("endoscopy_base_included", PRICED),
    ("status_T_bundled", PRICED),
    ("status_C", CONTRACTOR_PRICED),
    *((f"status_{letter}", NOT_PRICED) for letter in "BDEFGHIJKLMNOPQSUVWXYZ"),
    ("status_unknown", NOT_PRICED),
)
REASON = {reason: place for place, (reason, _) in enumerate(REASONS)}

MEANING: dict[str, str] = {
    "unknown_date": "no date of service",
    "no_schedule": "no fee schedule of that date: no conversion factor, or no relative value file "
    "installed; corridor reference add installs CMS's files, corridor reference list shows which are there",
    "unknown_code": "codes that are not in the relative value file of the day: check the code and the year; "
    "drugs are paid by their payment limits (ASP), laboratory tests by the clinical laboratory fee schedule",
    "unknown_modifier": "a modifier in none of the lists of modifiers: correct it, or leave it out",
    "modifier_without_row": "26 or TC on a code that has no such component: price the code without it",
    "contradictory_modifiers": "26 and TC on one line: it is one half of the service or the other",
    "unknown_place": "no place of service, or one not in the list: give two digits, or the setting",
    "unknown_locality": "a contractor and locality that are not in the index file: check both, give the ZIP "
    "code instead, or neither for the national amount",
    "no_units": "units that are not above zero",
    "assistant_not_paid": "an assistant where the indicator allows none",
    "co_surgeon_not_paid": "two surgeons where the indicator allows none",
    "team_not_paid": "a team of surgeons (66) where the indicator allows none",
    "incident_to_in_hospital": "services that for patients of a hospital are paid to it alone",
    "no_global_split": "a part of a global fee (54, 55, 56, 78) where the file gives it no share; codes "
    "with a global period of the day itself have none, and what 78 pays on them is not in the file",
    "no_relative_values": "codes whose row holds no relative values: the contractor prices them; ask it, or "
    "take what it allowed before",
    "no_anesthesia_base_units": "anesthesia without installed base units: install CMS's file of them",
    "no_anesthesia_minutes": "anesthesia without minutes: give them with --minutes, or in the column minutes",
    "no_anesthesia_factor": "anesthesia without a conversion factor of the locality: corridor reference add "
    "installs CMS's file; give contractor and locality",
    "by_report_modifier": "a modifier paid by report (22, 52, 66)",
    "by_report_53": "a discontinued procedure without a row of its own, paid by report",
    "by_report_multiple": "procedures beyond the last rank of the session, paid by report",
    "endoscopy_base_included": "the base endoscopy beside another of its family: nothing more is paid",
    "status_T_bundled": "a service paid only where it is the only one of the day: nothing more is paid",
    "status_C": "codes the contractor prices: ask it, or take what it allowed before",
    "status_B": "bundled: paid within another service, never alone",
    "status_E": "excluded from this schedule by regulation; most drugs are, and are paid by their payment "
    "limits (ASP): corridor audit drugs holds claims against them",
    "status_I": "not valid for Medicare: another code of the same service is",
    "status_N": "not covered by Medicare",
    "status_P": "bundled or excluded: no payment of its own",
    "status_X": "no physicians' service by law: laboratory tests are paid by the clinical laboratory fee "
    "schedule, which Corridor does not price; ambulance and others by schedules of theirs",
}

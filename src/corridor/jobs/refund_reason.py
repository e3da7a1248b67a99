"""Why a claim line is returned: plain words for the payer, and of the citation what anyone can look up."""

from __future__ import annotations

import re

PLAIN = {
    "apcm_with_care_management": "Care management advanced primary care management of the month includes.",
    "apcm_with_communication": "A communication service that advanced primary care management includes.",
    "apcm_twice": "Advanced primary care management billed a second time in the calendar month.",
    "addon_without_apcm": "An add-on to advanced primary care management without that service in the month.",
    "addon_with_integration": "An integration add-on beside the stand-alone integration code of the month.",
    "tcm_twice": "Transitional care management billed a second time within its days after one discharge.",
    "remote_device_twice": "Two device codes of remote monitoring for the same days.",
    "remote_time_twice": "Two codes for the first time of remote monitoring in the month.",
    "ccm_twice": "Care management of the month that another practitioner was paid for.",
    "monthly_twice": "A monthly service billed a second time in the month.",
    "monthly_units": "More than one unit of a service that counts once a month.",
    "g2211_with_25": "The visit-complexity add-on with a visit under modifier 25 for a service not excepted.",
    "g2211_without_visit": "The visit-complexity add-on without the visit it adds to.",
    "g2211_home_early": "The visit-complexity add-on with a home visit, before it was payable there.",
    "g2211_excluded_place": "The visit-complexity add-on in a place where it is not payable.",
    "assessment_too_soon": "The risk assessment again, before it is due.",
    "assessment_old_meaning": "The assessment billed under what its code no longer means.",
    "wellness_too_soon": "A yearly wellness visit before it is due.",
    "wellness_first_twice": "The first wellness visit billed a second time.",
    "wellness_first_late": "The first wellness visit after one had been paid.",
    "wellness_after_welcome": "A wellness visit within the first year of Part B.",
    "telehealth_code_not_payable": "A telehealth code Medicare does not pay.",
    "telehealth_not_listed": "A service by telehealth that is not on the list of telehealth services.",
    "telehealth_lapsed": "A service by telehealth on a day the law did not allow it there.",
    "telehealth_place_missing": "A telehealth modifier beside the place of an in-person service.",
    "duplicate_line": "The line was paid twice.",
    "duplicate_claim": "The claim was paid twice.",
    "apcm_level_too_high": "Advanced primary care management of a higher level than the patient has.",
    "drug_price_off": "A drug paid above its limit.",
    "skin_substitute_wastage_billed": "Discarded product that is not paid apart in 2026.",
    "skin_substitute_price_off": "A skin substitute paid above the rate of the day.",
    "skin_substitute_without_application": "A skin substitute without a covered application that day.",
}
# what only this project holds: its notes, its pages, its memory, its own bounds
_OURS = re.compile(r"\bnotes\b|\bdocs/|from memory|\bown bound\b|\.md\b|\bas installed\b")
_HEARSAY = re.compile(r",? as (?:cited|quoted|transcribed|the [a-z-]+ (?:code )?notes\b.*)$")


def plain_reason(kind: str) -> str:
    """A kind of finding in one sentence; an unlisted one in the words of its name."""
    return PLAIN.get(kind) or kind.replace("_", " ").capitalize() + "."


def public_citation(cite: str) -> str | None:
    """Of a citation the parts anyone can look up; None where there is none."""
    parts = [_HEARSAY.sub("", part.strip()) for part in cite.split(";")]
    kept = [part for part in parts if part and not _OURS.search(part)]
    return "; ".join(kept) or None

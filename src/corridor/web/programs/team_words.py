"""Names and questions that the views of hospital episodes share."""

from __future__ import annotations

from typing import Any

from corridor.reports.words import SMALLEST_CELL, dollars, real, share
from corridor.web.viewer import Viewer

SETS = {"team": "TEAM, 30 days", "shadow_bundles": "CMS's shadow bundles, 90 days"}
CATEGORIES = {
    "lejr": "Joint replacement of the leg",
    "shfft": "Hip and femur fracture",
    "spinal_fusion": "Spinal fusion",
    "cabg": "Coronary bypass",
    "major_bowel": "Major bowel procedure",
}
# A part of the spending -> its name, in the order of care.
PARTS = {
    "anchor": "Anchor stay or procedure",
    "readmission": "Readmission",
    "rehabilitation": "Rehabilitation and long-term hospital",
    "snf": "Skilled nursing facility",
    "home_health": "Home health",
    "outpatient": "Outpatient",
    "professional": "Professional services",
    "other": "Hospice, equipment, other",
}
STAGES = {
    **PARTS,
    "rehabilitation": "Rehabilitation hospital",
    "long_term_care": "Long-term care hospital",
    "hospice": "Hospice",
    "dme": "Equipment",
    "other": "Other",
    "inpatient": "Inpatient",
}
LEFT = {
    "not_an_ipps_hospital": "Not an acute care hospital paid by case",
    "excluded_state": "State outside the model",
    "anchor_too_long": "Anchor stay too long",
    "death_in_anchor": "Death in the anchor stay",
    "transfer_chain": "One leg of a transfer",
    "claims_end_first": "Claims end before the window does",
    "not_enrolled_throughout": "Not in Parts A and B throughout",
    "esrd_entitlement": "Entitled by renal disease",
    "other_primary_payer": "Another payer was first",
    "inside_open_episode": "Inside an open episode",
    "joined_to_a_stay": "Joined to a stay of its category",
}


def category(value: Any) -> str:
    """The reader's name of a category."""
    text = str(value)
    return CATEGORIES.get(text, text if " " in text else text.replace("_", " ").capitalize())


def stage(value: Any) -> str:
    """The reader's name of a place of care."""
    return STAGES.get(str(value), str(value).replace("_", " ").capitalize())


def known_sets(viewer: Viewer) -> list[str]:
    """The sets of definitions with episodes in what is seen, TEAM first."""
    if not viewer.has("panel.team_quarter"):
        return []
    rows = viewer.query("select distinct definition_set as one from panel.team_quarter order by one desc")
    return [str(row["one"]) for row in rows]


def chosen_set(known: list[str], show: str) -> str:
    """The set that is asked for, else TEAM, else what there is."""
    return show if show in known else "team" if "team" in known or not known else known[0]


def set_choices(known: list[str], chosen: str) -> list[tuple[str, str, bool]]:
    """The sets to choose from; none where there is one."""
    return [(one, SETS.get(one, one), one == chosen) for one in known] if len(known) > 1 else []


def few(count: Any) -> bool:
    """Whether a figure rests on fewer people than may be told."""
    return (real(count) or 0) < SMALLEST_CELL


def told(people: Any, value: Any, *, signed: bool = False) -> str:
    """Dollars, where they rest on enough people."""
    return "–" if few(people) else dollars(value, signed=signed)


def told_share(people: Any, some: Any, value: Any) -> str:
    """A share of people, where neither the some nor all but the some are few."""
    whole, part = real(people) or 0, real(some) or 0
    hidden = few(whole) or 0 < part < SMALLEST_CELL or 0 < whole - part < SMALLEST_CELL
    return "–" if hidden else share(value, 0)


FEW = f"A dash stands where a figure would rest on fewer than {SMALLEST_CELL} people, or on all but so few."

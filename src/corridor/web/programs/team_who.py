"""Hospitals, surgeons and facilities after discharge side by side, and the episodes one by one."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import Response

from corridor.reports.words import SMALLEST_CELL, counted, people, plain, short_dollars
from corridor.web.guard import Visit
from corridor.web.listing import Listing, Shown, open_listing
from corridor.web.programs.shape import Ask, Panel, Stand, Whose
from corridor.web.programs.stands import evidence
from corridor.web.programs.team_words import CATEGORIES, FEW, SETS, chosen_set, few, known_sets, set_choices
from corridor.web.viewer import Viewer

NONE = "No hospital episode is in what you may see"
NAMED = (
    "case category " + " ".join(f"when '{key}' then '{name}'" for key, name in CATEGORIES.items())
) + " else replace(category, '_', ' ') end"
# A figure that rests on few people, or a share of few or of all but few, is blank; the sort key is blank too.
ENOUGH = f"case when people >= {SMALLEST_CELL} then {{value}} end"
SHARE = (
    f"case when people >= {SMALLEST_CELL} and {{some}} not between 1 and {SMALLEST_CELL - 1} "
    f"and people - {{some}} not between 1 and {SMALLEST_CELL - 1} then {{value}} end"
)


def _enough(value: str) -> str:
    return ENOUGH.format(value=value)


def _share(value: str, some: str) -> str:
    return SHARE.format(value=value, some=some)


HOSPITALS = """
select facility_ccn, episodes, people, spending / episodes as mean_spend,
       capped_spending / nullif(loaded_spending, 0) as ratio, after_anchor / episodes as after_anchor,
       readmitted / episodes as readmission_share, readmission_people, to_snf / episodes as snf_share,
       snf_people
from panel.team_hospital where definition_set = ?
"""
HOSPITAL = (
    Shown("facility_ccn", "Hospital (CCN)"),
    Shown("episodes", "Episodes", "people"),
    Shown("people", "People", "people"),
    Shown("mean_spend", "Spending an episode", "dollars", _enough("mean_spend")),
    Shown(
        "ratio", "Beside the mean", "ratio", _enough("ratio"), about="1: as all loaded episodes of the price"
    ),
    Shown("after_anchor", "After the anchor", "dollars", _enough("after_anchor")),
    Shown("readmission_share", "Readmitted", "share", _share("readmission_share", "readmission_people")),
    Shown("snf_share", "To nursing facility", "share", _share("snf_share", "snf_people")),
)
SURGEONS = """
select hospital_ccn, npi, category, episodes, people, mean_spend, mean_loaded_ratio, readmission_share,
       readmission_people, snf_share, snf_people,
       cast(post_acute_spend as double) / episodes as post_acute_spend
from team.surgeon where definition_set = ?
"""
SURGEON = (
    Shown("npi", "Surgeon (NPI)", link="/clinicians/{npi}"),
    Shown("hospital_ccn", "Hospital"),
    Shown("category", "Category", sql=NAMED),
    Shown("episodes", "Episodes", "people"),
    Shown("people", "People", "people"),
    Shown("mean_spend", "Spending an episode", "dollars", _enough("mean_spend")),
    Shown("mean_loaded_ratio", "Beside the mean", "ratio", _enough("mean_loaded_ratio")),
    Shown("readmission_share", "Readmitted", "share", _share("readmission_share", "readmission_people")),
    Shown("snf_share", "To nursing facility", "share", _share("snf_share", "snf_people")),
    Shown("post_acute_spend", "Post-acute an episode", "dollars", _enough("post_acute_spend")),
)
FACILITIES = """
select hospital_ccn, provider_ccn, setting, category, episodes, people, cast(spend as double) as spend,
       mean_days from team.post_acute where definition_set = ?
"""
FACILITY = (
    Shown("provider_ccn", "Facility (CCN)"),
    Shown("setting", "Place of care", "words"),
    Shown("hospital_ccn", "After hospital"),
    Shown("category", "Category", sql=NAMED),
    Shown("episodes", "Episodes", "people"),
    Shown("people", "People", "people"),
    Shown("mean_days", "Days an episode", "number", _enough("mean_days")),
    Shown("spend", "Spending", "dollars", _enough("spend")),
)
# What is compared: key -> words, table, its rows, columns, what a row is told by, what is searched.
SHOWN = {
    "": ("Hospitals", "panel.team_hospital", HOSPITALS, HOSPITAL, ("facility_ccn",)),
    "surgeon": ("Surgeons", "team.surgeon", SURGEONS, SURGEON, ("npi", "hospital_ccn", "category")),
    "facility": (
        "Facilities after discharge", "team.post_acute", FACILITIES, FACILITY,
        ("provider_ccn", "hospital_ccn", "setting", "category"),
    ),
}  # fmt: skip
COUNTED = {
    "": ("hospital", "hospitals"),
    "surgeon": ("surgeon and category", "surgeons and categories"),
    "facility": ("facility, hospital and category", "facilities, hospitals and categories"),
}
BUNDLES = "-bundles"
# The mean of few people's episodes would tell of theirs whoever has one of them.
EPISODES_SEEN = (
    f"select * replace (case when loaded_people >= {SMALLEST_CELL} then loaded_mean end as loaded_mean) "
    "from panel.team_episode"
)
EPISODES = f"{EPISODES_SEEN} where definition_set = ?"
EPISODE = (
    Shown("anchor_end", "Discharged", link="/programs/team/episodes/{episode_key}"),
    Shown("facility_ccn", "Hospital"),
    Shown("category", "Category", sql=NAMED),
    Shown("code", "Code"),
    Shown("npi", "Surgeon", link="/clinicians/{npi}"),
    Shown("spending", "Spending", "dollars", link="/programs/team/episodes/{episode_key}"),
    Shown("loaded_mean", "Mean of its price", "dollars"),
    Shown("after_anchor", "After the anchor", "dollars"),
    Shown("readmitted", "Readmitted", "flag"),
    Shown("to_snf", "Nursing facility", "flag"),
    Shown("episode_key", "Episode"),
)


OF_SURGEON = """
select sum(episodes) as episodes, sum(people) as people,
       sum(mean_spend * episodes) / sum(episodes) as mean_spend,
       sum(mean_spend * episodes)
         / nullif(sum(mean_spend * episodes / nullif(mean_loaded_ratio, 0)), 0) as ratio
from team.surgeon where definition_set = 'team' and npi = ?
"""


def of(visit: Visit, viewer: Viewer, whose: Whose) -> Sequence[Stand]:
    """Where one surgeon stands: own episodes beside the mean of the same prices. A practice has none."""
    if not whose.npi or not viewer.has("team.surgeon"):
        return []
    row = viewer.query(OF_SURGEON, [whose.npi])[0]
    if not row["episodes"]:
        return []
    status, why = f"surgeon of {people(row['episodes'])} episodes", ""
    if not few(row["people"]) and row["ratio"] is not None:
        mean = short_dollars(row["mean_spend"])
        why = f"{mean} each, {plain(row['ratio'], 2)} of the mean of the same procedures"
    return [
        Stand(
            "team", "TEAM, hospital episodes", status, why,
            link=f"/programs/team?view=who&show=surgeon&q={whose.npi}",
            explain=evidence("team.surgeon", npi=whose.npi), signed=False,
        )
    ]  # fmt: skip


def who(visit: Visit, viewer: Viewer, ask: Ask) -> Panel | Response:
    """Hospitals, surgeons or facilities after discharge, in pages."""
    known = known_sets(viewer)
    bundles = ask.show.endswith(BUNDLES) and "shadow_bundles" in known
    kind = ask.show.removesuffix(BUNDLES).removeprefix("hospital")
    kind = kind if kind in SHOWN else ""
    words, table, rows, columns, key = SHOWN[kind]
    chosen = "shadow_bundles" if bundles or "team" not in known else "team"
    choices = [
        ((one or "hospital") + ending, name + (", 90-day bundles" if ending else ""),
         one == kind and bool(ending) == bundles)
        for ending in ("", *((BUNDLES,) if len(known) > 1 else ()))
        for one, (name, *_) in SHOWN.items()
    ]  # fmt: skip
    if not viewer.has(table):
        return Panel(
            NONE if not known else "The last run does not hold this comparison",
            "" if not known else "It is older than this table. Run again: corridor run.",
            choices=choices, choice_name="Compare",
        )  # fmt: skip
    it = Listing(
        f"team-{kind or 'hospital'}", words, columns, rows, "episodes", key, key,
        "CCN" if kind != "surgeon" else "NPI, CCN or category", down=True,
        empty="None in what you may see.", key=key,
    )  # fmt: skip
    found = open_listing(visit, viewer, it, ask.asked, [chosen])
    if isinstance(found, Response):
        return found
    return Panel(
        f"{counted(found.found, *COUNTED[kind])} side by side, by {SETS.get(chosen, chosen)}",
        "Those with most episodes first. Beside the mean: 1 costs as all loaded episodes of the price.",
        notes=[FEW],
        listed=found,
        choices=choices,
        choice_name="Compare",
    )


def episodes(visit: Visit, viewer: Viewer, ask: Ask) -> Panel | Response:
    """Every episode that counts, the costliest first; for roles that work with patients."""
    known = known_sets(viewer)
    chosen = chosen_set(known, ask.show)
    if not viewer.has("panel.team_episode"):
        return Panel(
            "Single episodes are shown to roles that work with patients",
            "Sums by hospital, category and place of care are in the other views.",
        )
    it = Listing(
        "team-episodes", "Episodes", EPISODE, EPISODES, "spending", ("episode_key",),
        ("facility_ccn", "npi", "code", "category"), "CCN, NPI, code or category", down=True,
        empty="No episode in what you may see.", key=("episode_key",),
    )  # fmt: skip
    found = open_listing(visit, viewer, it, ask.asked, [chosen])
    if isinstance(found, Response):
        return found
    visit.note("team_episodes", f"{chosen}, {len(found.rows)} rows")
    return Panel(
        f"{counted(found.found, 'episode')}, the costliest first",
        "Open one to follow it day by day. The mean of its price is of loaded episodes, no target of CMS.",
        listed=found,
        choices=set_choices(known, chosen),
        choice_name="Definitions",
    )

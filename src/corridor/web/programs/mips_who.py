"""Every clinician with every MIPS score, which of them counts, and those who have none."""

from __future__ import annotations

from fastapi import Response

from corridor.web.guard import Visit
from corridor.web.listing import Listing, Shown, open_listing
from corridor.web.programs.mips_years import choices, chosen, nobody, notes_of, said, unscored_said
from corridor.web.programs.shape import Ask, Panel
from corridor.web.viewer import Viewer

NOBODY = "(select null as npi, null as tin, null as clinician_name where false)"
MISSING = "replace(replace(missing, 'improvement ', ''), 'promoting ', '')"  # as the columns are headed
EXPLAIN = "/explain/mips/{npi}?tin={tin}&year={performance_year}"
# What is shown: key -> words and condition over the joined rows.
SHOWN = {
    "": ("Scores that count", "score.counts"),
    "cut": ("Who loses", "score.counts and score.status in ('cut', 'largest_cut')"),
    "reward": ("Who gains", "score.counts and score.status = 'reward'"),
    "all": ("Every score", "score.npi is not null"),
    "none": ("Without a score", "who.npi is not null"),
}
SCORES = """
select score.*, coalesce(person.clinician_name, 'NPI ' || score.npi) as clinician_name,
       concat(score.participation, case when score.entity_id <> '' then ' ' else '' end, score.entity_id)
         as level
from mips.score as score
left join (
  select npi, tin, any_value(clinician_name) as clinician_name from {roster} group by npi, tin
) as person
    on person.npi = score.npi and person.tin = score.tin
where score.performance_year = ? and {kept}
"""
NONE = """
select who.npi, who.tin, coalesce(person.clinician_name, 'NPI ' || who.npi) as clinician_name, who.reporting,
       who.clinician_type, who.mips_status, who.reason, who.performance_year
from mips.eligibility as who
left join (
  select npi, tin, any_value(clinician_name) as clinician_name from {roster} group by npi, tin
) as person
    on person.npi = who.npi and person.tin = who.tin
left join (select distinct performance_year, tin, npi from mips.score) as score
    on score.performance_year = who.performance_year and score.tin = who.tin and score.npi = who.npi
where who.performance_year = ? and who.npi <> '' and score.npi is null
"""
WHOSE = (
    Shown("clinician_name", "Clinician", link="/clinicians/{npi}"),
    Shown("npi", "NPI", link="/clinicians/{npi}"),
    Shown("tin", "TIN", link="/practices/{tin}"),
)
COLUMNS = (
    *WHOSE,
    Shown("status", "Result", "words"),
    Shown("final_score", "Score", "ratio", link=EXPLAIN + "&quantity=final_score"),
    Shown(
        "payment_adjustment_factor",
        "Adjustment",
        "signed_share",
        link=EXPLAIN + "&quantity=payment_adjustment_factor",
    ),
    Shown("dollars", "Dollars", "signed", link=EXPLAIN + "&quantity=dollars"),
    Shown("quality_percent", "Quality", "number", about="Percent of the category; a dash: no weight"),
    Shown("cost_percent", "Cost", "number"),
    Shown("improvement_activities_percent", "Activities", "number"),
    Shown("promoting_interoperability_percent", "Interoperability", "number"),
    Shown("level", "Reported by", "words"),
    Shown("pathway", "Pathway", "words"),
    Shown("missing", "Nothing sent for", sql=MISSING),
    Shown("performance_year", "Year"),
)
UNSCORED = (
    *WHOSE,
    Shown("clinician_type", "Type", "words"),
    Shown("reporting", "Reporting", "words"),
    Shown("reason", "Why", "reason"),
    Shown("performance_year", "Year"),
)


def who(visit: Visit, viewer: Viewer, ask: Ask) -> Panel | Response:
    """Every clinician of a year, in pages."""
    row, rows = chosen(visit, viewer, ask)
    if row is None:
        return nobody(visit, viewer)
    year = int(row["performance_year"])
    show = ask.show if ask.show in SHOWN and (ask.show != "none" or viewer.has("mips.eligibility")) else ""
    words, kept = SHOWN[show]
    roster = "asm.roster" if viewer.has("asm.roster") else NOBODY
    scored = show != "none"
    it = Listing(
        "mips-scores" if scored else "mips-without-score",
        f"{words}, {year}",
        COLUMNS if scored else UNSCORED,
        SCORES.format(roster=roster, kept=kept) if scored else NONE.format(roster=roster),
        "dollars" if scored else "clinician_name",
        ("npi", "tin", "level", "pathway") if scored else ("npi", "tin"),
        ("clinician_name", "npi", "tin"),
        empty="Nobody of yours.",
        key=("npi", "tin", "performance_year"),
    )
    found = open_listing(visit, viewer, it, ask.asked, [year])
    if isinstance(found, Response):
        return found
    force = visit.bench.law(("qp",)).in_force(year)
    base = f"/programs/mips?view=who&year={year}"
    return Panel(
        said(row),
        unscored_said(row, force),
        notes=notes_of(row) if scored else [],
        links=tuple(
            (base + (f"&show={key}" if key else ""), name)
            for key, (name, _) in SHOWN.items()
            if key != show and (key != "none" or viewer.has("mips.eligibility"))
        ),
        listed=found,
        choices=choices(rows, row),
        choice_name="Year",
    )

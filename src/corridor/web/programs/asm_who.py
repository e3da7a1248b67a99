"""Who is in the Ambulatory Specialty Model and why: everybody considered, in pages."""

from __future__ import annotations

from fastapi import Response

from corridor.reports.charts.bars import Bar
from corridor.reports.tables import columns_of
from corridor.reports.views.people import CRITERIA
from corridor.reports.words import cohort_name, counted, listed, whole
from corridor.web.guard import Visit
from corridor.web.listing import Listing, Shown, open_listing
from corridor.web.programs.drawing import bar_picture
from corridor.web.programs.shape import Ask, Panel
from corridor.web.viewer import Viewer

CHOICES = {
    "": ("Everybody considered", "true"),
    "in": ("In the model", "eligible"),
    "out": ("Out", "not eligible"),
    "differs": ("CMS's list differs", "listed_by_cms <> eligible"),
}
COLUMNS = (
    Shown("clinician_name", "Clinician", link="/clinicians/{npi}"),
    Shown("npi", "NPI", link="/clinicians/{npi}"),
    Shown("tin", "TIN", link="/practices/{tin}"),
    Shown("cohort", "Cohort", "words"),
    Shown("eligible", "In", "flag"),
    Shown("reason", "Why", "reason"),
    Shown("attributed_episodes", "Episodes", "people", about="Attributed episodes of the year"),
    Shown("final_score", "Final score", "number", link="/explain/asm/{npi}?tin={tin}&quantity=final_score"),
    Shown("dollars", "Dollars", "signed", link="/explain/asm/{npi}?tin={tin}"),
)
SOURCE = """
select one.npi, one.tin, one.cohort, one.eligible, one.reason, one.attributed_episodes, one.listed_by_cms,
       coalesce(one.clinician_name, 'NPI ' || one.npi) as clinician_name, result.final_score, result.dollars
from asm.eligibility as one
left join asm.result as result on result.npi = one.npi and result.tin = one.tin and result.cohort = one.cohort
where one.performance_year = ? and {kept}
"""


def who(visit: Visit, viewer: Viewer, ask: Ask) -> Panel | Response:
    """Everybody considered, and why those who are out are out."""
    if not viewer.has("asm.eligibility"):
        return Panel(
            "Who was considered is not known for this run.",
            notes=["Load claims and a roster, or install CMS's participant list, then `corridor run`."],
        )
    year = int(viewer.manifest["setting"]["performance_year"])
    show = ask.show if ask.show in CHOICES else ""
    it = Listing(
        "asm-who", "Everybody considered", COLUMNS, SOURCE.format(kept=CHOICES[show][1]), "dollars",
        ("npi", "tin", "cohort"), ("clinician_name", "npi", "tin"),
        empty="Nobody you may see was considered.", key=("npi", "tin", "cohort"),
    )  # fmt: skip
    found = open_listing(visit, viewer, it, ask.asked, [year])
    if isinstance(found, Response):
        return found
    made = visit.bench.made(viewer, "asm who", lambda: _head(viewer, year))
    return Panel(
        made.sentence, made.second, pictures=made.pictures, notes=made.notes, listed=found,
        choices=[(key, words, key == show) for key, (words, _) in CHOICES.items()],
        choice_name="Shown",
    )  # fmt: skip


def _head(viewer: Viewer, year: int) -> Panel:
    present = columns_of(viewer, "asm.eligibility")
    criteria = [(column, words) for column, words, _ in CRITERIA if column in present]
    wrong = {column: str(bad).lower() for column, _, bad in CRITERIA}
    misses = ", ".join(
        f"count(*) filter (where not eligible and {column} is {wrong[column]}) as {column}"
        for column, _ in criteria
    )
    rows = viewer.query(
        "select cohort, count(*) as considered, count(*) filter (where eligible) as inside, "
        "count(*) filter (where listed_by_cms <> eligible) as differing, "
        f"bool_or(listed_by_cms is not null) as has_list, {misses} "
        "from asm.eligibility where performance_year = ? group by cohort order by cohort",
        [year],
    )
    considered = sum(int(row["considered"]) for row in rows)
    inside = sum(int(row["inside"]) for row in rows)
    if not considered:
        return Panel(f"Nobody you may see was considered for {year}")
    sentence = f"{inside:,} of {counted(considered, 'clinician')} considered are in the model in {year}"
    second = listed(
        [f"{row['inside']:,} in {cohort_name(row['cohort']).lower()}" for row in rows if row["inside"]]
    )
    differing = sum(int(row["differing"]) for row in rows)
    notes = []
    if any(row["has_list"] for row in rows):
        words = f"differs for {counted(differing, 'clinician')}" if differing else "agrees with all of them"
        notes.append(f"CMS's list {words}.")
    else:
        notes.append("CMS's participant list is not installed: `corridor reference add FILE`.")
    reasons = sorted(
        ((name, sum(int(row[column]) for row in rows)) for column, name in criteria),
        key=lambda item: (-item[1], item[0]),
    )
    ranked = [item for item in reasons if item[1]]
    pictures = []
    if len(ranked) > 1:
        pictures.append(
            bar_picture(
                "reasons",
                f"{ranked[0][0]}: {ranked[0][1]:,} of the {considered - inside:,} who are out",
                [Bar(name, float(count)) for name, count in ranked],
                show=whole, gains=False,
                note="Some are out for several reasons, so the bars may add up to more.",
            )
        )  # fmt: skip
    return Panel(
        sentence, f"{second[:1].upper()}{second[1:]}." if second else "", pictures=pictures, notes=notes
    )

"""What the views of MIPS share: the years of the run, the one asked for, and what is said of it."""

from __future__ import annotations

from typing import Any

from corridor.reports.views.page import Figure
from corridor.reports.words import counted, listed, plain, real, share, short_dollars
from corridor.web.guard import Visit
from corridor.web.programs.shape import Ask, Panel
from corridor.web.viewer import Viewer

NOBODY = "Nobody you may see has a MIPS score"
LOAD = (
    "Load results of quality measures (`corridor load quality-results FILE`) or rates (`corridor load "
    "quality FILE`), attestations (`corridor load attestation FILE`) and CMS's files of measures and "
    "benchmarks (`corridor reference add FOLDER`), then `corridor run`."
)
CLAIMED = (
    "Dollars are shares of the Part B payments in the loaded claims: claims of an ACO hold its own people, "
    "so the whole payment adjustment is larger."
)
OUTCOMES = (("cut", "lose"), ("reward", "gain"), ("neutral", "break even"))
ONE = (("cut", "loses"), ("reward", "gains"), ("neutral", "breaks even"))
# One score of a clinician (TIN and NPI) counts; the others adjust nothing.
BY_YEAR = """
select performance_year, payment_year, count(distinct concat(tin, ' ', npi)) as clinicians,
       count(*) filter (where counts) as scored,
       count(*) filter (where counts and status in ('cut', 'largest_cut')) as cut,
       count(*) filter (where counts and status = 'largest_cut') as largest_cut,
       count(*) filter (where counts and status = 'neutral') as neutral,
       count(*) filter (where counts and status = 'reward') as reward,
       median(final_score) filter (where counts) as middle,
       quantile_cont(final_score, 0.1) filter (where counts) as low,
       quantile_cont(final_score, 0.9) filter (where counts) as high,
       count(*) filter (where counts and adjusts is null) as open,
       sum(dollars) filter (where counts) as dollars,
       sum(dollars) filter (where counts and dollars < 0) as lost,
       sum(dollars) filter (where counts and dollars > 0) as gained,
       sum(part_b_paid) filter (where counts) as paid,
       count(*) filter (where counts and provisional) as provisional,
       count(*) filter (where counts and is_proxy) as proxy
from mips.score group by performance_year, payment_year order by performance_year
"""
REQUIRED = """
select who.performance_year, count(*) as required, count(*) filter (where score.npi is null) as unscored,
       sum(paid.part_b_paid) filter (where score.npi is null) as paid
from mips.eligibility as who
left join (select distinct performance_year, tin, npi from mips.score where counts) as score
    on score.performance_year = who.performance_year and score.tin = who.tin and score.npi = who.npi
left join (
  select performance_year, tin, npi, max(part_b_paid) as part_b_paid from qp.status group by all
) as paid
    on paid.performance_year = who.performance_year and paid.tin = who.tin and paid.npi = who.npi
where who.npi <> '' and who.reporting = 'required' group by who.performance_year
"""


def years(visit: Visit, viewer: Viewer) -> list[dict[str, Any]]:
    """The years in which somebody has a score, with how many gain and lose how much."""

    def made() -> list[dict[str, Any]]:
        if not viewer.has("mips.score"):
            return []
        rows = [row for row in viewer.query(BY_YEAR) if row["clinicians"]]
        known = viewer.has("mips.eligibility") and viewer.has("qp.status")
        required = {row["performance_year"]: row for row in viewer.query(REQUIRED)} if known else {}
        for row in rows:
            found = required.get(row["performance_year"], {})
            row |= {name: found.get(name) for name in ("required", "unscored")}
            row["unscored_paid"] = found.get("paid")
        return rows

    return visit.bench.made(viewer, "mips years", made)


def chosen(visit: Visit, viewer: Viewer, ask: Ask) -> tuple[dict[str, Any] | None, list[dict[str, Any]]]:
    """The year asked for; else the latest in which a score counts and has dollars, else the latest."""
    rows = years(visit, viewer)
    if not rows:
        return None, rows
    known = [row for row in rows if row["dollars"] is not None] or [row for row in rows if row["scored"]]
    return next((row for row in rows if row["performance_year"] == ask.year), (known or rows)[-1]), rows


def choices(rows: list[dict[str, Any]], row: dict[str, Any]) -> list[tuple[str, str, bool]]:
    """The years to choose from."""
    return [(str(one["performance_year"]), str(one["performance_year"]), one is row) for one in rows]


def nobody(visit: Visit, viewer: Viewer) -> Panel:
    """What to load where there is no score."""
    return Panel(NOBODY, notes=[LOAD])


def said(row: dict[str, Any]) -> str:
    """A year in a sentence: who gains, who loses, and how much together."""
    year, paid = row["performance_year"], row["payment_year"]
    if not row["scored"]:
        many = counted(row["clinicians"], "clinician")
        return f"No MIPS score of {year} counts: of {many} with results none is known to be adjusted"
    parts = [f"{row[key]:,} {word}" for key, word in OUTCOMES if row[key]]
    together = ""
    if row["dollars"] is not None:
        verb = "a loss" if row["dollars"] < 0 else "a gain"
        together = f", together {verb} of {short_dollars(abs(row['dollars']))} in {paid}"
    if row["scored"] == 1:
        verb = next((word for key, word in ONE if row[key]), "has no result")
        worth = "" if row["dollars"] is None else f": {short_dollars(row['dollars'], signed=True)} in {paid}"
        return f"The one clinician scored for MIPS {year} {verb}{worth}"
    alone = next((word for key, word in OUTCOMES if row[key] == row["scored"]), "")
    if alone:
        return f"All {row['scored']:,} clinicians scored for MIPS {year} {alone}{together}"
    return f"Of {counted(row['scored'], 'clinician')} scored for MIPS {year}, {listed(parts)}{together}"


def unscored_said(row: dict[str, Any], force: Any) -> str:
    """Those who must report and of whom nothing is loaded, and what silence would cost them."""
    if not row.get("unscored"):
        return ""
    who = counted(row["unscored"], "clinician who must report has", "clinicians who must report have")
    words = f"{who} no score, because nothing that was sent for them is loaded"
    paid = real(row.get("unscored_paid"))
    if paid and "qp.mips_largest_cut" in force:
        cut = force.number("qp.mips_largest_cut")
        words += f": without a report they would lose {share(cut, 0)}, {short_dollars(cut * paid)}"
    return words + "."


def figures_of(row: dict[str, Any], force: Any) -> list[Figure]:
    """What the year is worth, and where the scores lie."""
    figures = []
    tag, why = tag_of(row)
    if row["dollars"] is not None:
        figures.append(
            Figure(
                short_dollars(row["dollars"], signed=True), f"expected in {row['payment_year']}",
                f"{short_dollars(row['gained'] or 0)} gained, "
                f"{short_dollars(abs(row['lost'] or 0))} lost",
                "gain" if row["dollars"] > 0 else "loss" if row["dollars"] < 0 else "", tag, why,
            )
        )  # fmt: skip
    if row["middle"] is not None:
        beside = "no threshold is known"
        if "qp.mips_threshold" in force:
            beside = f"{plain(force.number('qp.mips_threshold'), 0)} breaks even"
        figures.append(Figure(plain(row["middle"]), "median final score", beside))
    if row.get("required"):
        figures.append(
            Figure(
                f"{row['unscored'] or 0:,} of {row['required']:,}", "must report and have no score",
                "nothing sent for them is loaded",
            )
        )  # fmt: skip
    return figures


def tag_of(row: dict[str, Any]) -> tuple[str, str]:
    """What a reader must know beside the dollars of a year."""
    reasons = []
    if row["provisional"]:
        reasons.append(
            f"{counted(row['provisional'], 'score rests', 'scores rest')} on placeholder benchmarks"
        )
    if row["proxy"]:
        holds = counted(row["proxy"], "score holds", "scores hold")
        reasons.append(f"{holds} a result of claims that is a proxy of CMS's")
    reasons.append("several parameters of MIPS are not settled: see Assumptions")
    return "assumed", listed(reasons)[:1].upper() + listed(reasons)[1:] + "."


def notes_of(row: dict[str, Any]) -> list[str]:
    """What to know of the dollars: which payments they are of, and of whom it is open whether they are in."""
    if not row["open"]:
        return [CLAIMED]
    return [
        f"For {row['open']:,} of {row['scored']:,} scores it is not known whether MIPS adjusts the "
        "clinician, because the QP status or the low-volume criteria are open: they are taken as adjusted.",
        CLAIMED,
    ]

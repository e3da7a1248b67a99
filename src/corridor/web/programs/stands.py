"""Where one clinician or practice stands under each program: the rows of their pages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from corridor.reports.words import cohort_name, counted, people, plain, real, share, short_dollars
from corridor.web.guard import Visit
from corridor.web.programs.shape import MINE, Stand, Whose
from corridor.web.viewer import Viewer

MONTHS = 12  # of a whole year
REPORTED_BY = {
    "individual": "the clinician", "group": "the group", "subgroup": "a subgroup",
    "virtual_group": "a virtual group", "apm_entity": "the APM entity",
}  # fmt: skip


def evidence(table: str, **keys: Any) -> str:
    """The address that opens the rows of a table down to claim lines; no key of a person may stand in it."""
    return f"/evidence/{table}?" + urlencode(
        {key: value for key, value in keys.items() if value not in ("", None)}
    )


def asm(visit: Visit, viewer: Viewer, whose: Whose) -> Sequence[Stand]:
    """The result under the Ambulatory Specialty Model, else why there is none."""
    name = "Ambulatory Specialty Model"
    rows = (
        viewer.query(
            "select cohort, count(distinct npi) as npis, sum(dollars) as dollars, "
            "median(final_score) as score, any_value(npi) as npi, any_value(tin) as tin from asm.result "
            f"where {MINE} group by cohort order by cohort",
            whose.given,
        )
        if viewer.has("asm.result")
        else []
    )
    paid_in = viewer.manifest["setting"].get("payment_year", "")
    if rows:
        return [
            Stand(
                "asm",
                f"{name}, {cohort_name(row['cohort']).lower()}",
                f"{counted(int(row['npis']), 'clinician')} in, median score {plain(row['score'])}"
                if not whose.npi
                else f"in, score {plain(row['score'])}",
                "",
                real(row["dollars"]),
                f"expected in {paid_in}",
                "/programs/asm",
                f"/explain/asm/{row['npi']}?tin={row['tin']}"
                if whose.npi
                else evidence("asm.result", tin=whose.tin),
                said=_said(row["dollars"], f"expected in {paid_in} in ASM"),
            )
            for row in rows
        ]
    if not viewer.has("asm.eligibility"):
        return []
    found = viewer.query(
        f"select reason from asm.eligibility where {MINE} and reason is not null limit 1", whose.given
    )
    why = str(found[0]["reason"]) if found else "the specialty is not one of its cohorts"
    return [Stand("asm", name, "not in", why, link="/programs/asm?view=who")]


def qp(visit: Visit, viewer: Viewer, whose: Whose) -> Sequence[Stand]:
    """QP status and MIPS of the newest year whose worth is known, else of the newest."""
    if not viewer.has("qp.status") or not viewer.has("qp.clinician_year"):
        return []
    rows = viewer.query(
        "select one.performance_year, one.payment_year, one.status, min(one.reason) as reason, "
        "count(distinct one.npi) as npis, sum(one.worth) as worth, any_value(one.npi) as npi, "
        "any_value(one.tin) as tin from qp.status as one "
        f"where {MINE} group by one.performance_year, one.payment_year, one.status "
        "order by one.performance_year desc, npis desc",
        whose.given,
    )
    if not rows:
        return []
    known = [row for row in rows if row["worth"] is not None] or rows
    year = known[0]["performance_year"]
    mine = [row for row in rows if row["performance_year"] == year]
    worth = [row["worth"] for row in mine if row["worth"] is not None]
    said = ", ".join(
        str(row["status"]).replace("_", " ")
        if whose.npi
        else f"{row['npis']:,} {str(row['status']).replace('_', ' ')}"
        for row in mine
    )
    found = [
        Stand(
            "qp",
            f"QP status {year}",
            said,
            str(mine[0]["reason"] or ""),
            sum(worth) if worth else None,
            f"worth if qualifying, paid in {mine[0]['payment_year']}" if worth else "",
            f"/programs/qp?view=who&year={year}&q={whose.npi or whose.tin}",
            f"/explain/qp/{mine[0]['npi']}?tin={mine[0]['tin']}&year={year}"
            if whose.npi
            else evidence("qp.status", tin=whose.tin, performance_year=year),
            signed=False,
            said=_said(sum(worth), "if they were qualifying participants") if worth else "",
        )
    ]
    beside = viewer.query(
        "select payment_year, mips_status, min(mips_reason) as reason, count(distinct npi) as npis, "
        "sum(adjustment_lowest * part_b_paid) as worst, min(adjustment_lowest) as lowest from "
        "qp.clinician_year "
        f"where {MINE} and performance_year = ? group by payment_year, mips_status order by npis desc",
        [*whose.given, year],
    )
    for row in beside:
        words = str(row["mips_status"]).replace("_", " ")
        found.append(
            Stand(
                "qp",
                f"MIPS {year}",
                words if whose.npi else f"{row['npis']:,} {words}",
                str(row["reason"] or ""),
                real(row["worst"]),
                f"at worst in {row['payment_year']} ({share(row['lowest'], 0, signed=True)})"
                if row["lowest"] is not None
                else "",
                "/programs/qp",
                evidence("qp.clinician_year", npi=whose.npi, tin=whose.tin, payment_year=row["payment_year"]),
            )
        )
    return found


def mips(visit: Visit, viewer: Viewer, whose: Whose) -> Sequence[Stand]:
    """The score that counts, of the newest year that has one; of a practice the median and the sum."""
    if not viewer.has("mips.score"):
        return []
    rows = viewer.query(
        "select performance_year, payment_year, count(*) as clinicians, median(final_score) as score, "
        "sum(dollars) as dollars, any_value(npi) as npi, any_value(tin) as tin, any_value(participation) as "
        f"level, any_value(missing) as missing from mips.score where {MINE} and counts "
        "group by performance_year, payment_year order by performance_year desc limit 1",
        whose.given,
    )
    if not rows:
        return [Stand("mips", "MIPS score", "no score that counts", link="/programs/mips?view=who&show=none")]
    row = rows[0]
    year, paid_in = row["performance_year"], row["payment_year"]
    return [
        Stand(
            "mips",
            f"MIPS score {year}",
            f"score {plain(row['score'])}, reported by {REPORTED_BY.get(row['level'], row['level'])}"
            if whose.npi
            else f"{counted(int(row['clinicians']), 'clinician')} scored, median {plain(row['score'])}",
            f"nothing sent for {row['missing']}" if whose.npi and row["missing"] else "",
            real(row["dollars"]),
            f"expected in {paid_in}" if row["dollars"] is not None else "",
            f"/programs/mips?view=who&year={year}&q={whose.npi or whose.tin}",
            f"/explain/mips/{row['npi']}?tin={row['tin']}&year={year}&quantity=dollars"
            if whose.npi
            else evidence("mips.score", tin=whose.tin, performance_year=year),
            said=_said(row["dollars"], f"expected in {paid_in} in MIPS")
            if row["dollars"] is not None
            else "",
        )
    ]


def part_year(year: int, loaded: int | None) -> str:
    """A year, with its months where the run holds only some of them."""
    return f"{year} ({counted(int(loaded), 'month')} loaded)" if loaded and loaded < MONTHS else str(year)


def mssp(visit: Visit, viewer: Viewer, whose: Whose) -> Sequence[Stand]:
    """Whose ACO, how many people it answers for within it, and what their care costs."""
    if not viewer.has("panel.answer"):
        return []
    rows = viewer.query(
        "select aco_id, sum(people) as people, sum(loss_risk) / nullif(sum(with_risk), 0) as risk from "
        "panel.answer "
        f"where {MINE} and aco_id is not null group by aco_id order by people desc",
        whose.given,
    )
    listed = (
        viewer.query("select aco_id from attribution.participant where tin = ?", [whose.tin])
        if whose.tin and viewer.has("attribution.participant")
        else []
    )
    if not rows and not listed:
        return [
            Stand("mssp", "Shared Savings Program", "nobody is assigned through it", link="/programs/mssp")
        ]
    aco = str((rows or listed)[0]["aco_id"])
    count = int(rows[0]["people"]) if rows else 0
    year = int(viewer.manifest["setting"].get("data_year") or viewer.manifest["setting"]["performance_year"])
    spent = (
        viewer.query(
            "select sum(expenditure) as expenditure, max(loaded_months) as loaded from panel.aco_year "
            f"where {MINE} and year = ? and aco_id = ?",
            [*whose.given, year, aco],
        )[0]
        if viewer.has("panel.aco_year")
        else {"expenditure": None, "loaded": None}
    )
    return [
        Stand(
            "mssp",
            "Shared Savings Program",
            f"{aco}: {people(count)} people of the ACO",
            f"mean loss risk {share(rows[0]['risk'], 0)}" if rows and rows[0]["risk"] is not None else "",
            real(spent["expenditure"]),
            f"cost of their care in {part_year(year, spent['loaded'])}"
            if spent["expenditure"] is not None
            else "",
            f"/programs/mssp?view=who&q={whose.tin}",
            evidence("attribution.person", tin=whose.tin, npi=whose.npi),
            signed=False,
        )
    ]


def reach(visit: Visit, viewer: Viewer, whose: Whose) -> Sequence[Stand]:
    """Whether an ACO of REACH, or a trial of it, has the practice."""
    if not viewer.has("attribution.reach_participant"):
        return []
    rows = viewer.query(
        "select aco_id, bool_and(is_trial) as is_trial, count(distinct npi) as npis from "
        f"attribution.reach_participant where {MINE} group by aco_id order by aco_id",
        whose.given,
    )
    if not rows:
        return [Stand("reach", "ACO REACH", "on no participant list", link="/programs/reach")]
    row = rows[0]
    words = (
        f"{row['aco_id']}: as a trial, no ACO of REACH is listed" if row["is_trial"] else str(row["aco_id"])
    )
    return [Stand("reach", "ACO REACH", words, link="/programs/reach")]


def wiser(visit: Visit, viewer: Viewer, whose: Whose) -> Sequence[Stand]:
    """Services that the prior authorization model asks for."""
    if not viewer.has("panel.prior_auth"):
        return []
    rows = viewer.query(
        "select sum(lines) as lines, sum(lines) filter (where result_when_active in ('PA_RECOMMENDED', "
        "'NEEDS_REVIEW')) "
        "as asked, sum(dollars) filter (where result_when_active in ('PA_RECOMMENDED', 'NEEDS_REVIEW')) as "
        "dollars "
        f"from panel.prior_auth where {MINE}",
        whose.given,
    )
    row = rows[0]
    if not row["lines"]:
        return [
            Stand(
                "wiser", "Prior authorization (WISeR)", "no line with a listed code", link="/programs/wiser"
            )
        ]
    if not row["asked"]:
        words = f"{row['lines']:,} lines with a listed code, none asked for"
        return [Stand("wiser", "Prior authorization (WISeR)", words, link="/programs/wiser")]
    return [
        Stand(
            "wiser",
            "Prior authorization (WISeR)",
            f"{row['asked']:,} lines that the model asks for",
            "",
            real(row["dollars"]),
            "allowed charges exposed",
            f"/programs/wiser?view=who&q={whose.npi or whose.tin}",
            evidence("billing.prior_auth_exposure", npi=whose.npi, tin=whose.tin),
            signed=False,
        )
    ]


def billing(visit: Visit, viewer: Viewer, whose: Whose) -> Sequence[Stand]:
    """What billing audits found, by direction; not a program, but dollars all the same."""
    if not viewer.has("panel.billing_finding"):
        return []
    rows = viewer.query(
        # a claim line that several findings of a direction name counts once
        "select direction, sum(findings) as findings, sum(dollars - again_dollars) as dollars, "
        "sum(findings) filter (where certainty = 'sure') as sure from panel.billing_finding "
        f"where {MINE} group by direction order by direction",
        whose.given,
    )
    words = {"missed": "not billed", "paid_in_error": "paid in error", "at_risk": "at risk"}
    link = "/billing?" + urlencode(
        {key: value for key, value in (("tin", whose.tin), ("npi", whose.npi)) if value}
    )
    found = []
    for row in sorted(
        rows, key=lambda one: list(words).index(str(one["direction"])) if one["direction"] in words else 9
    ):
        amount = real(row["dollars"])
        sign = 1.0 if row["direction"] == "missed" else -1.0
        found.append(
            Stand(
                "billing",
                f"Billing: {words.get(str(row['direction']), str(row['direction']))}",
                f"{counted(int(row['findings']), 'finding')}, {int(row['sure'] or 0):,} sure",
                "",
                None if amount is None else sign * amount,
                "over the loaded claims",
                link,
                link,
                said=_said(None if amount is None else sign * amount, words.get(str(row["direction"]), "")),
            )
        )
    return found


def _said(amount: Any, words: str) -> str:
    """Dollars in a few words; nothing of nothing."""
    found = real(amount)
    return f"{short_dollars(found, signed=True)} {words}" if found and words else ""

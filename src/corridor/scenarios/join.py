"""One practice before it joins an ACO: QP status and its worth, MIPS avoided, its share, its downside, dates.

Nothing is computed here that a program computes: statuses come from the models of QP, dollars of MIPS from
the run, assignment from the steps, the ACO's savings from track choice or from the settlement of the what-if.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from corridor.errors import CorridorError
from corridor.programs.calendar.windows import year_dates
from corridor.programs.qp.status import QUERIES, result_of
from corridor.scenarios import tracks_risk as risk
from corridor.scenarios.asm import overlaid
from corridor.scenarios.rerun import needed
from corridor.scenarios.tracks_path import VARIABLE

if TYPE_CHECKING:
    from corridor.engine.runs import Run
    from corridor.law import Rules
    from corridor.scenarios.participants import Change
    from corridor.scenarios.tracks import Choice

FIRST_SNAPSHOT = 1
QP_TABLES = ("qp.service", "qp.member", "qp.score", "claims.period")
STATED = (
    "The ACO's own QP scores stand as they are; the practice that joins would move them a little.",
    "The practice is taken to be on the participant list at the first snapshot.",
    "MIPS dollars are those of the run, for the practice as it reports now.",
    "Dates are of the first performance year that has not begun: the list of a year stands from its start.",
    "Its share is by assigned people; what the ACO really passes on is in the agreement with it.",
)


@dataclass
class Joining:
    """What joining comes to: figures one a record, clinicians, dates, what is lacking, what is assumed."""

    tin: str
    aco_id: str
    year: int
    rows: list[dict[str, Any]] = field(default_factory=list)
    clinicians: list[dict[str, Any]] = field(default_factory=list)
    dates: list[dict[str, Any]] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    assumptions: list[dict[str, Any]] = field(default_factory=list)

    def add(self, quantity: str, unit: str, value: float | str | None, basis: str) -> None:
        """One figure, and where it comes from."""
        self.rows.append({"quantity": quantity, "unit": unit, "value": value, "basis": basis})


@dataclass(frozen=True)
class Terms:
    """What the practice would agree to; None: not stated.

    track         the ACO's level, A to E or EN
    pass_through  share of earned savings the ACO passes on to its practices, by assigned people
    loss_share    share of losses owed that they bear, likewise
    election      the ACO's minimum savings rate: variable, or a fraction such as 0.01
    """

    track: str
    election: str = VARIABLE
    pass_through: float | None = None
    loss_share: float | None = None


def election_of(rules: Rules, year: int, written: str) -> str:
    """A minimum savings rate as options name it: ``1%`` and ``0.010`` are 0.01. Raises JOIN-ELECTION."""
    if written == VARIABLE:
        return written
    known = [f"{row['rate']:g}" for row in rules.in_force(year).rows("mssp.minimum_savings_election")]
    try:
        bare = written.strip().removesuffix("%")
        rate = f"{float(bare) / (1 if bare == written.strip() else 100):g}"
    except ValueError:
        rate = ""
    if rate not in known:
        raise CorridorError(
            "JOIN-ELECTION",
            f"{written!r} is no minimum savings rate an ACO may elect.",
            todo=f"Use one of: {', '.join(known)}, {VARIABLE}.",
            field="--election",
        )
    return rate


def joining(
    run: Run, rules: Rules, change: Change, terms: Terms, year: int, *, earned: float | None = None,
    choice: Choice | None = None, today: date | None = None,
) -> Joining:  # fmt: skip
    """What a practice gains and risks.

    change  the what-if of its joining (participation)
    earned  the ACO's savings or losses of a year with it, where they are settled (told)
    choice  the ACO's choice of track, where a case of it is given: mean and tail over the agreement
    year    performance year of QP and MIPS
    today   the day dates are seen from (default: today)
    Raises JOIN-TRACK for a track there is not, JOIN-BILLING where the practice bills nothing in the year.
    """
    found = Joining(change.tin, change.aco_id, year)
    _qp(found, run, rules, terms.track)
    _mips(found, run)
    whole = change.after.years.get((change.year, "all"))
    share = change.own_after / whole.people if whole else 0.0
    found.add("assigned_people", "people", change.own_after, f"assigned through it, claims of {change.year}")
    found.add("share_of_the_aco", "fraction", share, "of the ACO's people with it")
    _savings(found, terms, share, earned, choice)
    known = {one["rule"]: one for one in (*found.assumptions, *(choice.assumptions if choice else ()))}
    found.assumptions = [known[name] for name in sorted(known)]
    found.dates = _dates(rules, today or date.today())
    found.missing.append(
        "the ACO's own deadline for changes of its participant list: CMS's application calendar of the year, "
        "which no rule file holds; ask the ACO"
    )
    return found


def _dates(rules: Rules, today: date) -> list[dict[str, Any]]:
    """The dates still ahead of the first performance year that has not begun: a list changes for that one."""
    return [
        {
            "date": one.day.isoformat() if one.day else None,
            "when": one.when(),
            "what": one.what,
            "program": one.program,
            "year": today.year + 1,
            "status": one.status,
        }
        for one in year_dates(rules, today.year + 1)
        if one.program in ("qp", "mssp") and (one.day is None or one.day >= today)
    ]


def _qp(found: Joining, run: Run, rules: Rules, track: str) -> None:
    """The status the practice's clinicians would have in the ACO, by the models of QP, and what it pays."""
    force = rules.in_force(found.year)
    names = {str(row["track"]): str(row["apm_track"]) for row in force.rows("mssp.track")}
    if track not in names:
        raise CorridorError(
            "JOIN-TRACK",
            f"There is no track {track!r}.",
            todo=f"Use one of: {', '.join(names)}.",
            field="--track",
        )
    needed(run, QP_TABLES)
    tables = [run.query(query) for query in QUERIES]
    mine = [row for row in tables[0] if row["tin"] == found.tin and int(row["year"]) == found.year]
    if not mine:
        raise CorridorError(
            "JOIN-BILLING",
            f"The practice {found.tin} bills no covered professional service in {found.year}.",
            why="Its Part B payments are what a QP status and MIPS move.",
            todo="Check the TIN, or name another --year of loaded claims.",
            field="TIN",
        )
    members = [
        {
            "performance_year": found.year, "tin": found.tin, "npi": row["npi"],
            "apm_entity_id": found.aco_id, "first_snapshot": FIRST_SNAPSHOT, "left_entity": False,
            "is_reach": False,
        }
        for row in mine
    ]  # fmt: skip
    scores = [row for row in tables[2] if row["level"] == "entity" and row["subject"] == found.aco_id]
    inside = overlaid(rules, {"qp.entity_track": [{"apm_entity_id": found.aco_id, "track": names[track]}]})
    result = result_of([mine, members, scores, tables[3]], inside, found.year)
    if result is None:
        found.missing.append(f"QP status: the law of {found.year} is not known here")
        return
    statuses = result.rows()
    found.assumptions = result.assumptions()
    found.clinicians = [
        {name: row[name] for name in ("npi", "status", "reason", "dollars", "worth", "conversion_factor")}
        for row in statuses
    ]
    words = ", ".join(sorted({str(row["status"]) for row in statuses}))
    found.add("qp_status", "status", words, str(statuses[0]["reason"]))
    billed = sum(float(row["part_b_paid"]) for row in mine)
    found.add(
        "part_b_paid", "dollars", billed, f"covered professional services of {found.year}, loaded claims"
    )
    paid = f"by status, payment year {result.payment_year}"
    for name, basis in (("dollars", paid), ("worth", "if all of them qualified")):
        found.add(f"qp_{name}", "dollars", _sum(row[name] for row in statuses), basis)
    if words == "unknown":
        found.missing.append(f"QP status: {statuses[0]['reason']}")


def _mips(found: Joining, run: Run) -> None:
    """What MIPS pays or takes now, and what of it falls away with the status."""
    rows = []
    if run.has("mips.score"):
        rows = run.query(
            "select npi, dollars from mips.score where tin = ? and performance_year = ? and counts "
            "and adjusts order by npi",
            [found.tin, found.year],
        )
    if not rows:
        found.missing.append(
            f"MIPS: the run has no score of the practice that adjusts payments for {found.year}"
        )
        return
    now = _sum(row["dollars"] for row in rows)
    found.add("mips_dollars_now", "dollars", now, f"run, performance year {found.year}")
    qualifying = {row["npi"] for row in found.clinicians if row["status"] == "qp"}
    gone = _sum(row["dollars"] for row in rows if row["npi"] in qualifying)
    found.add(
        "mips_avoided", "dollars", None if gone is None else -gone, "of those who would be out of MIPS as QPs"
    )


def _savings(
    found: Joining, terms: Terms, share: float, earned: float | None, choice: Choice | None
) -> None:  # fmt: skip
    """The practice's part of what the ACO earns or owes: a year settled, or a choice of track with chance."""
    if terms.pass_through is None:
        found.missing.append("share of savings: --pass-through, from the agreement the ACO offers")
    if terms.loss_share is None:
        found.missing.append("share of losses: --loss-share, from the agreement the ACO offers")
    if choice is not None:
        _by_chance(found, terms, share, choice)
    elif earned is None:
        found.missing.append("the ACO's savings: a case of track choice (--case), or its terms and benchmark")
    else:
        found.add("aco_earned", "dollars", earned, "settled with the practice in it, one year, no chance")
        kept = terms.pass_through if earned >= 0 else terms.loss_share
        found.add("expected_share", "dollars", None if kept is None else earned * share * kept, "one year")


def _by_chance(found: Joining, terms: Terms, share: float, choice: Choice) -> None:
    """A year's share in the mean of the draws, and the tail of what it would bear, over the agreement."""
    options = [
        one
        for one in choice.settings.options
        if one.levels[0] == terms.track and one.election == terms.election
    ]
    if not options:
        found.missing.append(
            f"the ACO's savings: no way of its agreement starts at {terms.track} with the minimum savings "
            f"rate {terms.election}"
        )
        return
    option = options[0]
    years = choice.by_year(option)
    basis = f"{option.name}, {choice.case.years} years, {years.shape[1]:,} draws"
    found.add("aco_earned_mean", "dollars", float(years.mean()), f"a year; {basis}")
    if terms.pass_through is not None:
        gains = float(years.clip(min=0).mean()) * share * terms.pass_through
        found.add("expected_share", "dollars", gains, f"of savings, a year; {basis}")
    if terms.loss_share is not None:
        tail = choice.appetite.tail_share
        borne = years.clip(max=0).sum(axis=0) * share * terms.loss_share
        mean = -risk.mean(borne).value / choice.case.years
        found.add("expected_loss_share", "dollars", mean, f"a year; {basis}")
        found.add("downside_tail", "dollars", risk.expected_shortfall(borne, tail).value,
                  f"mean of the worst {tail:.0%} over the agreement; {basis}")  # fmt: skip
        found.add(
            "probability_of_loss",
            "fraction",
            risk.probability(np.asarray((years < 0).any(axis=0))).value,
            f"of any in the agreement; {basis}",
        )


def _sum(values: Any) -> float | None:
    """The sum of dollars; None where one of them is not known."""
    known: Sequence[float | None] = list(values)
    return (
        None
        if any(one is None for one in known)
        else float(sum(float(one) for one in known if one is not None))
    )

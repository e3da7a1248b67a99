"""What needs attention, ranked: dollars at stake by program, findings, work that is late, loads, old "
"results."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from corridor.programs.calendar import Deadline
from corridor.reports.words import counted, real, short_dollars
from corridor.web.guard import Visit
from corridor.web.programs.registry import PROGRAMS
from corridor.web.roles import DATA, PATIENTS, RESULTS
from corridor.web.viewer import Viewer

SOON_DAYS = 60
# A claim line that several findings of a direction name counts once.
FINDINGS = """
select direction, sum(findings) as findings, sum(dollars - again_dollars) as dollars
from panel.billing_finding group by direction order by direction
"""
DIRECTIONS = {
    "missed": "of services look billable and were not billed",
    "paid_in_error": "paid in error, as billing audits say",
    "at_risk": "at risk in an audit",
}


@dataclass(frozen=True)
class Item:
    """One thing to look at: the finding, why it matters, where it leads, and what it is worth.

    rank  0 is what stops results from being right, 1 what is late or soon due, 2 dollars
    """

    rank: int
    words: str
    why: str
    link: str
    dollars: float = 0.0
    day: date = date.max  # by which it is due, where a day is known

    @property
    def order(self) -> tuple[int, float, date, str]:
        """The urgent first, then by dollars, what is due sooner first."""
        return self.rank, -self.dollars, self.day, self.words


def attention(visit: Visit, viewer: Viewer, ahead: list[Deadline], today: date) -> list[Item]:
    """Everything of the account that needs a look, the most urgent first."""
    found: list[Item] = []
    if visit.who.any_of(DATA) and visit.who.scope.every_row:
        found += _loads(visit, viewer)
    found += _soon(ahead, today)
    if visit.who.any_of(PATIENTS):
        found += _late(visit, today)
    if visit.who.any_of(RESULTS):
        found += _programs(visit, viewer)
        found += _findings(viewer)
    return sorted(found, key=lambda one: one.order)


def _programs(visit: Visit, viewer: Viewer) -> list[Item]:
    """Dollars at stake by program."""
    found = []
    for one in PROGRAMS:
        if not one.there(visit, viewer):
            continue
        card = one.card(visit, viewer)
        if card.at_stake:
            words = f"{short_dollars(card.at_stake)} at stake: {one.name}"
            expected = (
                f"{short_dollars(card.dollars, signed=True)} {card.what}. "
                if card.dollars is not None and card.dollars != card.at_stake
                else ""
            )
            found.append(Item(2, words, f"{expected}{card.status}", f"/programs/{one.key}", card.at_stake))
    return found


def _findings(viewer: Viewer) -> list[Item]:
    """What billing audits found, by direction."""
    if not viewer.has("panel.billing_finding"):
        return []
    found = []
    for row in viewer.query(FINDINGS):
        amount = abs(real(row["dollars"]) or 0.0)
        said = DIRECTIONS.get(str(row["direction"]))
        if amount and said:
            words = f"{short_dollars(amount)} {said}"
            count = counted(int(row["findings"]), "finding")
            found.append(
                Item(
                    2,
                    words,
                    f"{count} over the loaded claims",
                    f"/billing?direction={row['direction']}",
                    amount,
                )
            )
    return found


def _soon(ahead: list[Deadline], today: date) -> list[Item]:
    """What must be done within SOON_DAYS."""
    return [
        Item(
            1, f"{one.what}: {one.when()}", f"In {counted((one.day - today).days, 'day')}", one.link,
            day=one.day,
        )
        for one in ahead
        if one.due and one.day is not None and 0 <= (one.day - today).days <= SOON_DAYS
    ]  # fmt: skip


def _late(visit: Visit, today: date) -> list[Item]:
    """Work of one's own that is past its date; of everybody for an account that sees every row.

    Without dollars: what an item's dollars are differs by list, so they are no sum.
    """
    mine = "" if visit.who.scope.every_row else "and assignee_id = ?"
    with visit.bench.state.reading() as con:
        row = con.execute(
            "select count(*) as items from work_item "
            f"where status in ('open', 'assigned') and due <> '' and due < ? {mine}",
            [today.isoformat(), *([] if visit.who.scope.every_row else [visit.who.account_id])],
        ).fetchone()
    if row is None or not row["items"]:
        return []
    return [
        Item(
            1, f"{counted(int(row['items']), 'work item is', 'work items are')} past the due date",
            "Yours, or of your team" if not mine else "Assigned to you", "/work",
        )
    ]  # fmt: skip


def _loads(visit: Visit, viewer: Viewer) -> list[Item]:
    """Loads that failed, rows that were set aside, and claims newer than the results."""
    found = []
    run_at = str(viewer.manifest.get("started") or viewer.manifest.get("finished") or "")
    newer, aside = 0, 0
    for one in visit.bench.warehouse.deliveries():
        record: dict[str, Any] = one.record
        newer += bool(run_at and str(record.get("loaded_at") or "") > run_at)
        aside += int((record.get("rejects") or {}).get("rows") or 0) > 0
    if newer:
        words = f"{counted(newer, 'delivery was', 'deliveries were')} loaded after the last run"
        found.append(Item(0, words, "The results do not hold them yet: corridor run", "/data"))
    if aside:
        words = f"Rows of {counted(aside, 'delivery', 'deliveries')} were set aside"
        found.append(Item(0, words, "Data health says which and why", "/data"))
    with visit.bench.state.reading() as con:
        failed = con.execute(
            "select count(*) as n from job where state = 'failed' and coalesce(finished_at, created_at) > ?",
            [run_at],
        ).fetchone()
    if failed is not None and failed["n"]:
        words = f"{counted(int(failed['n']), 'job')} failed since the last run"
        found.append(Item(0, words, "A load or run that stopped changed nothing", "/load"))
    return found

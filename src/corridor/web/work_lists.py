"""The work lists: the question each answers, what its columns are called, and the query that finds its items.

An item is one patient and one subject (a year, a condition, a line). Who sees it is decided where every row
is: by the viewer. The queries are the SQL files of ``worklists``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from importlib import resources

from corridor.errors import CorridorError
from corridor.web.billing import kind_name

_READS = re.compile(r"^-- reads: *(.+)$", re.MULTILINE)

STATUS = {
    "open": "Open",
    "assigned": "Assigned",
    "done": "Done",
    "not_applicable": "Not applicable",
    "resolved": "Resolved by the data",
}
KEPT = ("open", "assigned", "done", "not_applicable")
"""What somebody can set; the last of STATUS is what a later run says."""

KINDS = {
    "wellness_visit": "Wellness visit due",
    "primary_care_visit": "Primary care visit due",
    "high_need": "High need",
    "rising": "Rising need",
    "high_cost": "High cost",
    "g2211_missed": "G2211 not billed",
}


@dataclass(frozen=True)
class WorkList:
    """One list.

    question   what it answers, one sentence
    lead       the finding after "412 patients "; the dollars follow
    dollars    what the dollars are, a column heading and a few words
    n, day, kind, words   headings of its other columns; "" where it has none
    short      whether a row of the table shows its words to the first period only
    unpriced   what to install where the run could not price it
    empty      what to do where nothing is on it
    tag, why   how sure its dollars are
    """

    key: str
    name: str
    question: str
    lead: str
    lead_one: str
    worth: str
    dollars: str
    kind: str
    words: str
    todo: str
    n: str = ""
    day: str = ""
    unpriced: str = ""
    empty: str = "Nothing is to do here: the last run found no patient for this list in what you may see."
    tag: str = ""
    why: str = ""
    short: bool = False

    @cached_property
    def sql(self) -> str:
        """The query of its items."""
        folder = resources.files("corridor.web") / "worklists"
        return (folder / f"{self.key.replace('-', '_')}.sql").read_text(encoding="utf-8")

    @cached_property
    def reads(self) -> tuple[str, ...]:
        """The tables of a run it needs."""
        found = _READS.search(self.sql)
        assert found is not None, self.key
        return tuple(part.strip() for part in found[1].split(","))


FEE_SCHEDULE = "No price: the fee schedule is not installed (corridor reference add FILES of the year)."

LISTS: dict[str, WorkList] = {
    one.key: one
    for one in (
        WorkList(
            "apcm",
            "Advanced primary care",
            "Who can be billed for advanced primary care management (APCM) and is not?",
            "could have been billed for advanced primary care management (APCM) and were not",
            "could have been billed for advanced primary care management (APCM) and was not",
            "worth {dollars} at the fee schedule so far this year",
            "Worth so far",
            "Code",
            "What it takes",
            "Ask for consent where none is on file, see that every element of the service is available, bill "
            "from this month on. Denied lines are not in claim files: see first that it was not billed and "
            "denied.",
            n="Months missed",
            day="Last seen",
            unpriced=FEE_SCHEDULE,
        ),
        WorkList(
            "care-gaps",
            "Care gaps",
            "Who is due for a wellness visit, or was not seen in primary care at all?",
            "are due for a visit",
            "is due for a visit",
            "worth {dollars} at what such visits were allowed here",
            "Worth",
            "Due",
            "Why",
            "Call and schedule. A visit paid for by another program, or declined, does not show in claims.",
            day="Last seen",
            tag="indicative",
            why="The mean allowed amount of such visits in the last year loaded, no price for this patient.",
        ),
        WorkList(
            "high-need",
            "High need and high cost",
            "Who needs care management most, and what do they cost?",
            "have high or rising need, or high cost",
            "has high or rising need, or high cost",
            "and cost {dollars} in the measured year",
            "Cost of the year",
            "Why listed",
            "Reason",
            "Offer care management: a plan of care, a call after each discharge, a named contact.",
            n="Criteria",
            day="Last seen",
        ),
        WorkList(
            "recapture",
            "Conditions to confirm",
            "Whose chronic conditions of the measured year are on no claim of the last year?",
            "have a chronic condition of the measured year that no claim of the last year carries",
            "has a chronic condition of the measured year that no claim of the last year carries",
            "which stand for {dollars} of expected cost",
            "Expected cost",
            "Category",
            "Condition",
            "See the patient. Document the condition where it is still there and treated, and only there; "
            "where it is not, mark the item not applicable.",
            empty="Nothing is listed. Risk scores need CMS's HCC tables (corridor reference add FOLDER), and "
            "the list needs claims of a year after the measured one; then run again: corridor run.",
            tag="indicative",
            why="The weight of the category times the mean cost per person-year here, before normalization "
            "and coding adjustments: it ranks patients, it is no payment.",
        ),
        WorkList(
            "missed-items",
            "Missed items",
            "Which services were given and not billed?",
            "have services that were given and not billed",
            "has services that were given and not billed",
            "worth {dollars} in the last year loaded",
            "Worth",
            "What",
            "",
            "",
            n="Times",
            day="Last time",
            unpriced=FEE_SCHEDULE,
        ),
        WorkList(
            "findings",
            "Lines to correct",
            "Which billed lines should be taken back or looked at?",
            "have billed lines that an audit finds paid in error or at risk",
            "has billed lines that an audit finds paid in error or at risk",
            "which put {dollars} at stake",
            "At stake",
            "Finding",
            "Found to be",
            "",
            day="Date of service",
            short=True,
            tag="indicative",
            why="A line that two findings name counts in both; what is at risk may turn out right.",
        ),
    )
}  # fmt: skip


def work_list(key: str) -> WorkList:
    """A list by its key. Raises WEB-WORK-LIST."""
    found = LISTS.get(key)
    if found is None:
        raise CorridorError(
            "WEB-WORK-LIST",
            "There is no such work list.",
            todo="Open one from the page Work, or ask /api/v1/work for their names.",
            field="list",
        )
    return found


def kind_words(kind: str) -> str:
    """What a kind of item is called."""
    if kind in KINDS:
        return KINDS[kind]
    return kind_name(kind) if "_" in kind else kind

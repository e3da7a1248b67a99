"""A one-page letter to each clinician in plain language: score, drivers, three actions, dollars."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from corridor.reports.charts import svg
from corridor.reports.charts.strip import Landmark, OwnPoint, strip
from corridor.reports.charts.svg import Chart
from corridor.reports.tables import key_of
from corridor.reports.views.dollars import tags_of
from corridor.reports.views.index import Index
from corridor.reports.views.scores import direction, rank_of
from corridor.reports.words import (
    cohort_name,
    is_small,
    magnitude,
    plain,
    real,
    share,
    short_dollars,
    spelled,
)

Row = dict[str, Any]

ACTIONS = {
    "492": (
        "Call heart failure patients within a week of a hospital stay, and see those who gain "
        "weight the same week."
    ),
    "008": "List patients with reduced ejection fraction and no beta-blocker; start one, or record why not.",
    "005": (
        "List patients with reduced ejection fraction and no ACE inhibitor, ARB or ARNI; start "
        "one, or record "
        "why not."
    ),
    "236": "Recheck a high blood pressure at the same visit, and book a follow-up within four weeks.",
    "377": "Have patients fill in the functional status form at the first visit and again within the year.",
    "238": "Review high-risk medications of patients over 65 at each visit and stop what is not needed.",
    "134": "Screen for depression at least once a year and record the follow-up plan the same day.",
    "128": "Record body mass index at each visit, with a plan when it is outside the normal range.",
    "220": "Have patients fill in the low back function form at the start and at the end of treatment.",
    "cost": (
        "Look at your costliest episodes in the report: hospital stays and post-acute care drive "
        "them more than "
        "visits do."
    ),
    "improvement_activities": (
        "Attest both improvement activities: the link to primary care, and a signed collaborative "
        "care arrangement."
    ),
    "promoting_interoperability": (
        "Close the gaps in electronic prescribing, information exchange and patient access."
    ),
}
"""What a clinician can do about each measure; our words, a starting point for the practice's own."""


@dataclass(frozen=True)
class Letter:
    """One letter: paragraphs, actions with what each is worth, a small chart."""

    id: str
    name: str
    npi: str
    tin: str
    subject: str
    paragraphs: list[str]
    drivers: list[tuple[str, str]]
    actions: list[tuple[str, str]]
    chart: Chart | None
    fine_print: list[str]


def letter(index: Index, row: Row) -> Letter:
    """The letter of one clinician."""
    key = key_of(row)
    parts = index.parts.get(key)
    score = real(row.get("final_score"))
    drivers = []
    if parts is not None:
        drivers = [(part.name, f"{plain(-part.amount)} points lost") for part in parts.losses()[:3]]
    fine = [
        f"Estimated from the loaded data for performance year {index.data.performance_year}. CMS's own "
        "figures decide what is paid.",
    ]
    tag, why = tags_of(row)
    if tag:
        fine.append(f"This result is {tag}. {why}")
    if index.data.assumptions:
        fine.append(
            "Some parameters of the rule are not published or not confirmed; the report lists them "
            "under Assumptions."
        )
    return Letter(
        id=f"letter-{index.anchors[key].removeprefix('npi-')}",
        name=index.names[key],
        npi=key[1],
        tin=key[0],
        subject=_subject(index, row, score),
        paragraphs=_paragraphs(index, row, score),
        drivers=drivers,
        actions=_actions(index, row),
        chart=_chart(index, row, score),
        fine_print=fine,
    )


def _subject(index: Index, row: Row, score: float | None) -> str:
    amount = real(row.get("dollars"))
    if score is None or amount is None or round(amount) == 0:
        return (
            f"Your Medicare payments in {index.first_year or 'the payment year'} are not expected to change"
        )
    verb = "lower" if amount < 0 else "higher"
    return f"Your Medicare payments in {index.first_year} are likely to be {magnitude(amount)} {verb}"


def _paragraphs(index: Index, row: Row, score: float | None) -> list[str]:
    cohort = cohort_name(row.get("cohort")).lower()
    first = (
        f"Medicare's Ambulatory Specialty Model (ASM) compares you with other specialists who treat "
        f"{cohort}. "
        f"{_weights(index)}; activities, electronic records, patient complexity and practice size add "
        f"or take points."
    )
    if score is None:
        return [
            first,
            "You have no final score this year because too few episodes or quality results count. Your "
            "payments stay as they are, and the work you do now counts as soon as the numbers suffice.",
        ]
    peers = index.data.national.get(str(row.get("cohort")), np.empty(0))
    above = rank_of(score, peers)
    neutral = index.neutral(str(row.get("cohort")))
    words = f"Your final score is {plain(score, 0)} of 100"
    words += f", above {above} of 100 specialists in the national cohort." if above is not None else "."
    if neutral is not None:
        gap = neutral - score
        words += (
            f" Payments break even at about {plain(neutral, 0)}: you are {plain(abs(gap), 0)} points "
            f"{'short of' if gap > 0 else 'above'} it."
        )
    amount, base = real(row.get("dollars")), real(row.get("part_b_paid"))
    second = ""
    if amount is not None and index.first_year is not None:
        verb = "loss" if amount < 0 else "gain"
        second = f"For {index.first_year} that means an expected {verb} of {magnitude(amount)}"
        if base:
            factor = share(row.get("payment_adjustment_factor"), 1, signed=True)
            second += f", or {factor} of {short_dollars(base)} in Part B payments"
        second += "."
        rows = index.dollars.get(key_of(row), [])
        if len(rows) > 1 and rows[-1]["dollars"] is not None:
            last = rows[-1]
            later = "loss" if last["dollars"] < 0 else "gain"
            second += (
                f" If nothing changes, the {later} in {last['payment_year']} would be "
                f"{magnitude(last['dollars'])}, "
                "because the share of payments at risk grows."
            )
    return [first, words, second] if second else [first, words]


def _weights(index: Index) -> str:
    quality, cost = index.data.law.get("quality_weight"), index.data.law.get("cost_weight")
    if quality is None or cost is None:
        return "The score is made of quality and the cost of your patients' episodes"
    half = f"{share(quality, 0)} of the score is quality"
    return f"{half}, {share(cost, 0)} is the cost of your patients' episodes"


def _actions(index: Index, row: Row) -> list[tuple[str, str]]:
    """Three actions, the most valuable lever first; what each is worth where it is known."""
    chosen: list[tuple[str, str]] = []
    for item in index.levers.get(key_of(row), []):
        words = ACTIONS.get(str(item.get("measure")).removeprefix("q"))
        value = real(item.get("dollars"))
        if words is None or value is None or value < 0.5:
            continue
        chosen.append(
            (
                words,
                f"{_cap(str(item.get('change')).replace('_', ' '))}: about {short_dollars(value)} a year",
            )
        )
        if len(chosen) == 3:
            return chosen
    missing = [
        item
        for item in index.measures.get(key_of(row), [])
        if item.get("reported") is False and str(item.get("measure_id")) in ACTIONS
    ]
    if missing:
        chosen.append(
            (
                f"Report all quality measures: {spelled(len(missing))} of yours are missing, and a "
                f"measure that "
                "is not reported earns no points.",
                "",
            )
        )
    if is_small(row.get("attributed_episodes")):
        chosen.append(
            (
                "Check that your NPI and practice number (TIN) stand on every claim you bill, so "
                "that episodes "
                "are counted for you.",
                "",
            )
        )
    for measure in ("improvement_activities", "cost"):
        if len(chosen) < 3 and not any(words == ACTIONS[measure] for words, _ in chosen):
            chosen.append((ACTIONS[measure], ""))
    for item in index.measures.get(key_of(row), []):
        words = ACTIONS.get(str(item.get("measure_id")), "")
        if len(chosen) < 3 and words and not any(words == held for held, _ in chosen):
            chosen.append((words, ""))
    return chosen[:3]


def _cap(words: str) -> str:
    return words[:1].upper() + words[1:]


def _chart(index: Index, row: Row, score: float | None) -> Chart | None:
    peers = index.data.national.get(str(row.get("cohort")), np.empty(0))
    if score is None or not peers.size:
        return None
    neutral = index.neutral(str(row.get("cohort")))
    marks = [Landmark(neutral, f"breaks even at {neutral:.0f}", strong=True)] if neutral is not None else []
    finding = f"You are above {rank_of(score, peers)}% of your peers"
    return strip(
        f"letter-{index.anchors[key_of(row)]}",
        finding,
        peers,
        [OwnPoint(score, f"you, {score:.0f}", direction(row))],
        axis="Final score",
        landmarks=marks,
        width=svg.NARROW,
    )

"""A one-page letter to each clinician in plain language: score, drivers, three actions, dollars."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from corridor.reports.charts import svg
from corridor.reports.charts.strip import Landmark, OwnPoint, at_zero, strip
from corridor.reports.charts.svg import Chart
from corridor.reports.tables import key_of
from corridor.reports.views.base import cost_range, span_of, tags_of, unpaid
from corridor.reports.views.index import Index
from corridor.reports.views.scores import direction, rank_of
from corridor.reports.views.spending import cost_action, few_episodes
from corridor.reports.words import (
    SYNTHETIC,
    cohort_name,
    listed,
    lower_first,
    magnitude,
    measure_label,
    measure_name,
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
    "improvement_activities": (
        "Attest both improvement activities: the link to primary care, and a signed collaborative "
        "care arrangement."
    ),
    "promoting_interoperability": (
        "Close the gaps in electronic prescribing, information exchange and patient access."
    ),
}
"""What a clinician can do about each measure; our words, a starting point for the practice's own."""
BOTH = 2
COST = "cost"
"""The lever whose words come from the clinician's own episodes."""


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
    tag: str = ""


def letter(index: Index, row: Row) -> Letter:
    """The letter of one clinician."""
    key = key_of(row)
    parts = index.parts.get(key)
    score = real(row.get("final_score"))
    drivers = []
    if parts is not None:
        drivers = [(part.name, f"{plain(-part.amount)} points lost") for part in parts.losses()[:3]]
    fine = [SYNTHETIC] if index.data.synthetic else []
    fine += [
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
        tag=tag,
    )


def _subject(index: Index, row: Row, score: float | None) -> str:
    amount = real(row.get("dollars"))
    if score is not None and unpaid(row):
        factor = real(row.get("payment_adjustment_factor")) or 0.0
        verb = "lower" if factor < 0 else "higher"
        return f"Your Medicare payments in {index.first_year} are likely to be {share(abs(factor), 1)} {verb}"
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
    if score <= 0:
        above = None
    words += f", above {above} of 100 specialists in the national cohort." if above is not None else "."
    if neutral is not None:
        gap = neutral - score
        words += (
            f" Payments break even at about {plain(neutral, 0)}: you are {plain(abs(gap), 0)} points "
            f"{'short of' if gap > 0 else 'above'} it."
        )
    amount, base = real(row.get("dollars")), real(row.get("part_b_paid"))
    second = ""
    if unpaid(row):
        factor = share(row.get("payment_adjustment_factor"), 1, signed=True)
        second = (
            f"Every Medicare Part B payment to you in {index.first_year} is expected to change by {factor}; "
            "your own payments are not loaded, so there is no amount."
        )
    elif amount is not None and index.first_year is not None:
        verb = "loss" if amount < 0 else "gain"
        second = f"For {index.first_year} that means an expected {verb} of {magnitude(amount)}"
        if base:
            factor = share(row.get("payment_adjustment_factor"), 1, signed=True)
            second += f", or {factor} of {short_dollars(base)} in Part B payments"
        second += f".{_ranges(index, row)}"
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


def _ranges(index: Index, row: Row) -> str:
    """How far the dollars may lie from that: over the readings of the rule, and over the cost estimate."""
    first = next(
        (item for item in index.dollars.get(key_of(row), []) if item["payment_year"] == index.first_year), {}
    )
    words = ""
    low, high = real(first.get("low")), real(first.get("high"))
    if low is not None and high is not None and span_of(low, high) != span_of(low, low):
        words += f" A part of the rule is not published yet: by its two readings, {span_of(low, high)}."
    low, high = cost_range(row)
    if low is not None and high is not None and span_of(low, high) != span_of(low, low):
        words += f" As your cost is estimated from few episodes: {span_of(low, high)}."
    return words


def _weights(index: Index) -> str:
    quality, cost = index.data.law.get("quality_weight"), index.data.law.get("cost_weight")
    if quality is None or cost is None:
        return "The score is made of quality and the cost of your patients' episodes"
    half = f"{share(quality, 0)} of the score is quality"
    return f"{half}, {share(cost, 0)} is the cost of your patients' episodes"


def _actions(index: Index, row: Row) -> list[tuple[str, str]]:
    """Three actions, the most valuable lever first; what each is worth where it is known."""
    chosen: list[tuple[str, str]] = []
    cost = cost_action(index, row)
    missing = [
        item
        for item in index.measures.get(key_of(row), [])
        if (_unreported(item) or _incomplete(item)) and str(item.get("measure_id")) in ACTIONS
    ]
    silent = {str(item.get("measure_id")) for item in missing}
    if missing:
        chosen.append(_reporting(index, row, missing))
    for item in index.levers.get(key_of(row), []):
        measure = str(item.get("measure")).removeprefix("q")
        words = cost if measure == COST else ACTIONS.get(measure)
        value = real(item.get("dollars"))
        if words is None or value is None or value < 0.5 or measure in silent:
            continue
        chosen.append(
            (
                words,
                f"{_cap(str(item.get('change')).replace('_', ' '))}: about {short_dollars(value)} a year",
            )
        )
        if len(chosen) == 3:
            return chosen
    if few_episodes(index, row):
        chosen.append(
            (
                "Check that your NPI and practice number (TIN) stand on every claim you bill, so "
                "that episodes "
                "are counted for you.",
                "",
            )
        )
    attested = real(row.get("improvement_activities_attested")) == BOTH
    attested = attested or real(row.get("improvement_activities_adjustment")) == 0
    for words in ([] if attested else [ACTIONS["improvement_activities"]]) + [cost]:
        if len(chosen) < 3 and not any(words == held for held, _ in chosen):
            chosen.append((words, ""))
    for item in index.measures.get(key_of(row), []):
        words = ACTIONS.get(str(item.get("measure_id")), "")
        if len(chosen) < 3 and words and not any(words == held for held, _ in chosen):
            chosen.append((words, ""))
    return chosen[:3]


def _unreported(item: Row) -> bool:
    return item.get("reported") is False or item.get("outcome") == "not reported"


def _incomplete(item: Row) -> bool:
    return item.get("outcome") == "incomplete"


def _reporting(index: Index, row: Row, missing: list[Row]) -> tuple[str, str]:
    """What is not reported comes first: no step on a rate is worth anything before that."""
    silent = [item for item in missing if _unreported(item)]
    thin = [item for item in missing if not _unreported(item)]
    phrases = [_lacking(silent, "missing"), _lacking(thin, "too incomplete to count")]
    words = "Report every quality measure in full: " + "; ".join(one for one in phrases if one)
    parts = index.parts.get(key_of(row))
    wanted = {measure_name(item.get("measure_id")) for item in missing}
    lost = -sum(part.amount for part in parts.parts if part.name in wanted) if parts is not None else 0.0
    return (
        f"{words}.",
        f"They earn 0 points: {plain(lost)} points of your score are lost to it" if lost else "",
    )


def _lacking(items: list[Row], what: str) -> str:
    """Which measures lack something: by name up to two, else how many."""
    if not items:
        return ""
    names = [lower_first(measure_label(item.get("measure_id"))) for item in items]
    if len(names) > 2:
        return f"{spelled(len(names))} are {what}"
    return f"{listed(names)} {'is' if len(names) == 1 else 'are'} {what}"


def _cap(words: str) -> str:
    return words[:1].upper() + words[1:]


def _chart(index: Index, row: Row, score: float | None) -> Chart | None:
    peers = index.data.national.get(str(row.get("cohort")), np.empty(0))
    if score is None or not peers.size:
        return None
    neutral = index.neutral(str(row.get("cohort")))
    marks = [Landmark(neutral, f"breaks even at {neutral:.0f}", strong=True)] if neutral is not None else []
    finding = f"You are above {rank_of(score, peers)}% of your peers"
    if score <= 0:
        finding = f"You stand at 0, with {share(at_zero(peers) / peers.size, 0)} of your peers"
    return strip(
        f"letter-{index.anchors[key_of(row)]}",
        finding,
        peers,
        [OwnPoint(score, f"you, {score:.0f}", direction(row))],
        axis="Final score",
        landmarks=marks,
        width=svg.NARROW,
    )

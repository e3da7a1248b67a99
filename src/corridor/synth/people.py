"""The beneficiaries of one block: who they are, what they have, and when they are enrolled."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from corridor.synth.catalogue import Catalogue
from corridor.synth.days import NEVER, Period, month_start
from corridor.synth.draws import DAYS_A_YEAR, Flags, Floats, share_of, weighted, weighted_codes
from corridor.synth.identifiers import Bytes, Ints, mbi


@dataclass
class People:
    """Arrays by person. Days are day numbers, NEVER where there is none; codes are text or catalogue indices.

    start, end: first and last day in fee-for-service inside the period (what claims can exist for).
    opt_out, identifier_change: the day of it.
    away_from, away_to: in a Medicare Advantage plan (inclusive).
    dx: condition name -> diagnosis index, -1 without the condition.
    """

    number: Ints
    current_mbi: Bytes
    previous_mbi: Bytes
    identifier_change: Ints
    birth: Ints
    death: Ints
    female: Flags
    race: list[str]
    area: Ints
    zip_place: Ints
    given: Ints
    family: Ints
    disabled: Flags
    renal: Flags
    dual: list[str]
    entitled: Ints
    part_b: Flags
    part_d: Flags
    away_from: Ints
    away_to: Ints
    start: Ints
    end: Ints
    hospice_from: Ints
    hospice_to: Ints
    opt_out: Ints
    substance_use: Flags
    other_payer: Flags
    severity: Floats
    risk: Floats
    dx: dict[str, Ints]
    heart_failure: Flags
    heart_failure_acute: Ints
    low_back_pain: Flags
    low_back_pain_side: Ints

    def __len__(self) -> int:
        return len(self.birth)

    def enrolled(self, person: Ints, day: Ints) -> Flags:
        """Whether claims can exist for these people on these days."""
        away = (day >= self.away_from[person]) & (day <= self.away_to[person])
        return (day >= self.start[person]) & (day <= self.end[person]) & ~away


def make_people(
    rng: np.random.Generator,
    data: Catalogue,
    size: int,
    first_number: int,
    areas: list[int],
    period: Period,
    first_delivery: int,
) -> People:
    """Draw ``size`` people with numbers from ``first_number`` on."""
    rules = data.people
    disabled = share_of(rng, rules["disabled"], size)
    old = 65 + np.minimum(34.0, rng.gamma(1.7, 6.2, size))
    age = np.where(disabled, rng.uniform(38, 64, size), old)
    newly = share_of(rng, rules["newly_entitled"], size) & ~disabled
    entry_month = rng.integers(1, max(2, period.months - 6), size)
    entry = np.array([month_start(period.first_year, period.first_month + int(m)) for m in entry_month])
    birth = np.where(
        newly,
        entry - round(65 * DAYS_A_YEAR) + rng.integers(0, 27, size),
        period.start - (age * DAYS_A_YEAR).astype(np.int64),
    )
    age = (period.start - birth) / DAYS_A_YEAR
    tilt = np.exp(0.045 * (np.clip(age, 45, 95) - 74))
    heart = share_of(rng, np.minimum(rules["heart_failure"] * tilt / tilt.mean(), 0.95), size)
    with_heart = rules["both"] * 3
    rest = (rules["low_back_pain"] - rules["heart_failure"] * with_heart) / (1 - rules["heart_failure"])
    back = share_of(rng, np.where(heart, with_heart, rest), size)
    female = share_of(rng, rules["female"], size)
    dx = _conditions(rng, data, size, heart, female)
    score = _score(data, dx, heart)
    severity = np.exp(0.75 * (score - score.mean())) * np.exp(
        rules["frailty_sigma"] * rng.standard_normal(size) - rules["frailty_sigma"] ** 2 / 2
    )
    unseen = rng.lognormal(-1.0, 0.7, size)  # illness outside the listed conditions
    risk = 0.38 + 0.011 * np.clip(age - 65, 0, 35) + score + unseen + np.where(disabled, 0.12, 0.0)
    death = _deaths(rng, rules["death"], age, heart, severity, period)
    entitled = np.where(newly, entry, _month_of_turning(birth, disabled, period, rng))
    death = np.where(newly, np.maximum(death, entry + 40), death)
    away_from, away_to = _away(rng, rules, size, period)
    start = np.maximum(period.start, entitled)
    hospice_from, hospice_to = _hospice(rng, rules["death"]["hospice"], death, start, period)
    numbers = first_number + np.arange(size, dtype=np.int64)
    change_day = _identifier_change(rng, rules["identifier_change"], size, period, first_delivery)
    dual = _dual(rng, rules["dual"], disabled, size)
    race = list(rules["race"])
    drawn_race = weighted(rng, list(rules["race"].values()), size)
    return People(
        number=numbers,
        current_mbi=mbi(numbers * 2 + 1),
        previous_mbi=mbi(numbers * 2),
        identifier_change=change_day,
        birth=birth,
        death=death,
        female=female,
        race=[race[int(i)] for i in drawn_race],
        area=np.array(areas)[weighted(rng, [data.areas[a]["weight"] for a in areas], size)],
        zip_place=rng.integers(0, 2, size),
        given=rng.integers(0, len(rules["given_names"]), size),
        family=rng.integers(0, len(rules["family_names"]), size),
        disabled=disabled,
        renal=dx["end_stage_renal"] >= 0,
        dual=dual,
        entitled=entitled,
        part_b=~share_of(rng, 0.006, size),
        part_d=share_of(rng, rules["part_d"], size),
        away_from=away_from,
        away_to=away_to,
        start=start,
        end=np.minimum(period.end, death),
        hospice_from=hospice_from,
        hospice_to=hospice_to,
        opt_out=_opt_out(rng, rules["opt_out"], size, period, first_delivery),
        substance_use=share_of(rng, rules["substance_use"], size),
        other_payer=share_of(rng, rules["primary_payer_other"], size),
        severity=severity,
        risk=risk,
        dx=dx,
        heart_failure=heart,
        heart_failure_acute=weighted_codes(
            rng, data.raw_diagnoses["heart_failure"]["acute"], data.diagnoses, size
        ),
        low_back_pain=back,
        low_back_pain_side=weighted_codes(
            rng, data.raw_diagnoses["low_back_pain"]["side"], data.diagnoses, size
        ),
    )


def _conditions(
    rng: np.random.Generator, data: Catalogue, size: int, heart: Flags, female: Flags
) -> dict[str, Ints]:
    dx: dict[str, Ints] = {}
    for name, condition in data.conditions.items():
        without, among = condition["prevalence"]
        has = share_of(rng, np.where(heart, among, without), size)
        codes = weighted_codes(rng, condition["codes"], data.diagnoses, size)
        if name == "cancer":
            codes = np.where(female, data.diagnoses["C50919"], data.diagnoses["C61"])
        dx[name] = np.where(has, codes, -1)
    # a hypertensive heart disease code stands for hypertension with heart failure
    dx["hypertension"] = np.where(dx["hypertensive_heart"] >= 0, -1, dx["hypertension"])
    for name, group in (("heart_failure", heart), ("low_back_pain", None)):
        codes = weighted_codes(rng, data.raw_diagnoses[name]["codes"], data.diagnoses, size)
        dx[name] = codes if group is None else np.where(group, codes, -1)
    return dx


def _score(data: Catalogue, dx: dict[str, Ints], heart: Flags) -> Floats:
    """What the conditions add to a risk score."""
    score = np.where(heart, data.raw_diagnoses["heart_failure"]["score"], 0.0)
    for name, condition in data.conditions.items():
        score = score + np.where(dx[name] >= 0, condition.get("score", 0.0), 0.0)
    return score


def _deaths(
    rng: np.random.Generator,
    rules: dict[str, float],
    age: Floats,
    heart: Flags,
    severity: Floats,
    period: Period,
) -> Ints:
    """The day of death (always a day; far after the period for most)."""
    yearly = rules["at_75"] * rules["per_year_of_age"] ** (np.clip(age, 40, 100) - 75)
    yearly = yearly * np.where(heart, rules["heart_failure"], 0.8) * np.clip(severity, 0.3, 3.0)
    wait = rng.exponential(1.0, len(age)) / np.clip(yearly, 0.002, 0.6) * DAYS_A_YEAR
    return np.minimum(period.start + 1 + wait.astype(np.int64), NEVER)


def _month_of_turning(birth: Ints, disabled: Flags, period: Period, rng: np.random.Generator) -> Ints:
    """Entitlement begins in the month of turning 65, or at a random month before the period if disabled."""
    turning = (birth + round(65 * DAYS_A_YEAR)).astype("datetime64[D]").astype("datetime64[M]")
    aged = turning.astype("datetime64[D]").astype(np.int64)
    years = rng.integers(1, 9, len(birth))
    early = (
        (period.start - (years * DAYS_A_YEAR).astype(np.int64))
        .astype("datetime64[D]")
        .astype("datetime64[M]")
    )
    begun = early.astype("datetime64[D]").astype(np.int64)
    return np.minimum(np.where(disabled, begun, aged), period.start)


def _away(rng: np.random.Generator, rules: dict[str, float], size: int, period: Period) -> tuple[Ints, Ints]:
    """Months in a Medicare Advantage plan: plans are entered and left on 1 January."""
    januaries = [month_start(year, 1) for year in period.years if month_start(year, 1) > period.start]
    from_day = np.full(size, NEVER, dtype=np.int64)
    to_day = np.full(size, NEVER, dtype=np.int64)
    if not januaries:
        return from_day, to_day
    turn = np.array(januaries)[rng.integers(0, len(januaries), size)]
    drawn = rng.random(size)
    leaves = drawn < rules["medicare_advantage_leavers"]
    joins = ~leaves & (drawn < rules["medicare_advantage_leavers"] + rules["medicare_advantage_joiners"])
    from_day = np.where(leaves, turn, np.where(joins, 0, from_day))
    return from_day, np.where(joins, turn - 1, to_day)


def _hospice(
    rng: np.random.Generator, share: float, death: Ints, start: Ints, period: Period
) -> tuple[Ints, Ints]:
    length = np.minimum(4 + rng.exponential(45.0, len(death)).astype(np.int64), 240)
    enters = (death <= period.end + 60) & share_of(rng, share, len(death))
    begin = np.maximum(death - length, start)
    enters &= begin <= period.end
    return np.where(enters, begin, NEVER), np.where(enters, death, NEVER)


def _dual(rng: np.random.Generator, rules: dict[str, float], disabled: Flags, size: int) -> list[str]:
    is_dual = share_of(rng, np.where(disabled, rules["disabled"], rules["aged"]), size)
    full = share_of(rng, rules["full"], size)
    kinds = rng.random(size)
    codes = []
    for dual, whole, kind in zip(is_dual.tolist(), full.tolist(), kinds.tolist(), strict=True):
        if not dual:
            codes.append("NA")
        elif whole:
            codes.append("02" if kind < 0.8 else "08")
        else:
            codes.append("01" if kind < 0.3 else "03" if kind < 0.75 else "06")
    return codes


def _opt_out(rng: np.random.Generator, share: float, size: int, period: Period, first_delivery: int) -> Ints:
    """The day of declining data sharing: mostly long ago, a quarter between the last two deliveries."""
    declines = share_of(rng, share, size)
    late = share_of(rng, 0.25, size)
    day = np.where(late, first_delivery + 8, period.start - rng.integers(30, 400, size))
    return np.where(declines, day, NEVER)


def _identifier_change(
    rng: np.random.Generator, share: float, size: int, period: Period, first_delivery: int
) -> Ints:
    """The day a new MBI was given; a third of them between the last two monthly deliveries."""
    day = period.start + 60 + (rng.random(size) * max(period.days - 90, 1)).astype(np.int64)
    day = np.where(share_of(rng, 0.33, size), first_delivery + 5, day)
    return np.where(share_of(rng, share, size), day, NEVER)

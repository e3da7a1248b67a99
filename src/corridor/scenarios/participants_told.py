"""An ACO before and after a practice joins or leaves: size, cost, risk, revenue, benchmark, dollars."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from corridor.programs.mssp.benchmark import historical_by_type
from corridor.programs.mssp.compute import reconcile
from corridor.scenarios.participants import TYPES, Change, Side, rules_used

if TYPE_CHECKING:
    from corridor.engine.runs import Run
    from corridor.law import Rules, RulesInForce

ALL = "all"
PARTS = (
    "select year from mssp.expenditure where aco_id = ? and tin = '' and not whole_year and year >= ? "
    "and year < ? group by year order by year"
)
# What a track shares is asked only where it is known what the ACO's track is.
SETTLED = (
    "payment_limit", "loss_limit", "repayment_mechanism", "generated_savings_or_losses", "shared_savings",
    "shared_losses", "earned_savings_or_losses",
)  # fmt: skip
STATED = (
    "Both sides are assigned by claims, in every loaded year, whatever list of CMS's is loaded.",
    "Patients of a practice that joins who are in no loaded claims cannot be seen: CCLF holds those "
    "of the ACO. What joins is at least what is shown.",
    "Participants' revenue in loaded claims is a part of it: where the terms state it, the stated figure "
    "moves by the same share; where they do not, no limit and no security is taken from it.",
    "The benchmark of a type moves with the ACO's own cost in the loaded base years; regional adjustment, "
    "update and prior savings stay, and this year's risk scores do not move it.",
)


@dataclass(frozen=True)
class Told:
    """Figures before and after, one record a figure; what is lacking for more, in words."""

    rows: list[dict[str, Any]]
    missing: list[str]
    assumptions: list[dict[str, Any]]


@dataclass
class _Figures:
    change: Change
    rows: list[dict[str, Any]] = field(default_factory=list)

    def add(
        self, quantity: str, unit: str, before: Any, after: Any, year: int | None = None, kind: str = ALL,
        people: int | None = None,
    ) -> None:  # fmt: skip
        change = None
        about_people = unit not in ("practices", "level")
        if isinstance(before, int | float) and not isinstance(before, bool) and after is not None:
            change = after - before
        self.rows.append(
            {
                "aco_id": self.change.aco_id, "quantity": quantity, "enrollment_type": kind, "year": year,
                "unit": unit, "before": before, "after": after, "change": change, "rests_on": people,
                "moved": self.change.moved(year, kind) if about_people else None,
            }
        )  # fmt: skip


def told(
    change: Change, run: Run, rules: Rules, performance_year: int, *, stated: Mapping[str, Any] | None = None
) -> Told:
    """The change in figures; with the terms and the benchmark of the run also in benchmark and dollars.

    performance_year  the year of the law (sizes of minimum savings rates, the low-revenue share)
    stated            terms by name that stand instead of the loaded ones (track, minimum_savings_election)
    """
    found = _Figures(change)
    year, before, after = change.year, change.before, change.after
    fewest = min(len(before.assigned), len(after.assigned))
    found.add(
        "assigned_beneficiaries", "people", len(before.assigned), len(after.assigned), year, people=fewest
    )
    found.add("people_gained", "people", 0, change.gained, year, people=change.gained)
    found.add("people_lost", "people", 0, change.lost, year, people=change.lost)
    for of, kind in sorted({*before.years, *after.years}):
        one, other = before.years.get((of, kind)), after.years.get((of, kind))
        people = min(two.people for two in (one, other) if two)
        for name, unit in (
            ("person_years", "person-years"),
            ("per_capita", "dollars"),
            ("risk_score", "score"),
        ):
            found.add(name, unit, getattr(one, name, None), getattr(other, name, None), of, kind, people)
    found.add("participants", "practices", before.participants, after.participants, year)
    terms, benchmark = {**_terms(run, change), **(stated or {})}, _benchmark(run, change)
    missing = _settled(found, change, terms, benchmark, rules, performance_year)
    if any(row.get("updated_benchmark") is not None for row in benchmark.values()):
        missing += _in_part(run, change, terms, rules.in_force(performance_year))
    settled = reconcile({"track": _track(terms), "assigned_beneficiaries": 1.0}, rules, performance_year)
    force = rules.in_force(performance_year)
    known = {one["rule"]: one for one in settled.assumptions()}
    known |= {one["rule"]: one for one in force.assumptions(name for name in rules_used() if name in force)}
    return Told(found.rows, missing, [known[name] for name in sorted(known)])


def _settled(
    found: _Figures, change: Change, terms: Mapping[str, Any], benchmark: Mapping[str, Mapping[str, Any]],
    rules: Rules, performance_year: int,
) -> list[str]:  # fmt: skip
    """Revenue category, minimum savings rate, benchmark and dollars, by the program's formulas."""
    year = change.year
    missing = []
    force = rules.in_force(performance_year)
    moved, why = _history(change, terms, force)
    per_capita = _updated(change.before, year, benchmark, {}), _updated(change.after, year, benchmark, moved)
    if any(value is None for value in per_capita):
        lacking = (
            benchmark.get(ALL, {}).get("missing") or "none is loaded (corridor load aco-report, aco-terms)"
        )
        missing.append(f"updated benchmark: {lacking}")
    elif why:
        missing.append(why)
    sides = []
    for side, benchmark_per_capita in zip((change.before, change.after), per_capita, strict=True):
        whole = side.years.get((year, ALL))
        if whole is None:
            return [*missing, "nobody is assigned on one of the sides"]
        inputs: dict[str, Any] = {
            "track": _track(terms),
            "assigned_beneficiaries": float(len(side.assigned)),
            "person_years": whole.person_years,
            "performance_per_capita": whole.per_capita,
            **_revenue(side, change, terms),
            "updated_benchmark_per_capita": np.nan if benchmark_per_capita is None else benchmark_per_capita,
        }
        for name in ("minimum_savings_election", "agreement_start_year", "quality_score",
                     "quality_standard_met", "alternative_standard_met"):  # fmt: skip
            if terms.get(name) is not None:
                inputs[name] = terms[name]
        sides.append((inputs, reconcile(inputs, rules, performance_year)))
    (first, one), (second, other) = sides
    if terms.get("participant_revenue") is None:
        missing.append(_partial(found, change, (one, other), first["revenue_category"]))
    else:
        found.add(
            "participant_revenue",
            "dollars",
            first["participant_revenue"],
            second["participant_revenue"],
            year,
        )
        for name, unit in (("revenue_share", "fraction"), ("low_revenue", "flag")):
            found.add(name, unit, _plain(one[name]), _plain(other[name]), year)
    for name, unit in (("variable_minimum_savings_rate", "fraction"), ("below_minimum_population", "flag"),
                       ("performance_expenditure", "dollars")):  # fmt: skip
        found.add(name, unit, _plain(one[name]), _plain(other[name]), year)
    if None in per_capita:
        return missing
    found.add("updated_benchmark_per_capita", "dollars", *per_capita, year)
    found.add("benchmark_expenditure", "dollars", _plain(one["benchmark_expenditure"]),
              _plain(other["benchmark_expenditure"]), year)  # fmt: skip
    found.add("savings_rate", "fraction", _plain(one["savings_rate"]), _plain(other["savings_rate"]), year)
    if not terms.get("track"):
        return [*missing, "track and election: load the ACO's terms (corridor load aco-terms FILE)"]
    found.add("track", "level", terms["track"], terms["track"], year)
    rates = (_plain(one["minimum_savings_rate"]), _plain(other["minimum_savings_rate"]))
    found.add("minimum_savings_rate", "fraction", *rates, year)
    for name in SETTLED:
        found.add(name, "dollars", _plain(one[name]), _plain(other[name]), year)
    return missing


def _revenue(side: Side, change: Change, terms: Mapping[str, Any]) -> dict[str, Any]:
    """Revenue and its category of a side: the stated figure moved as claims move; else not known, for what
    loaded claims hold is a part of it. CMS's own category stands until a stated revenue says otherwise."""
    stated, category = terms.get("participant_revenue"), terms.get("revenue_category")
    if stated is None:
        return {"participant_revenue": np.nan, "revenue_category": _text(category)}
    ratio = side.revenue / change.before.revenue if change.before.revenue else 1.0
    kept = category if side is change.before else None
    return {"participant_revenue": float(stated) * ratio, "revenue_category": _text(kept)}


def _partial(found: _Figures, change: Change, settled: Sequence[Any], category: Any) -> str:
    """Revenue as far as loaded claims hold it, which proves no low revenue; and what is lacking for more."""
    year = change.year
    revenue = change.before.revenue, change.after.revenue
    found.add("revenue_in_claims", "dollars", *revenue, year)
    first, second = (
        value / cost if (cost := _plain(one["performance_expenditure"])) else None
        for value, one in zip(revenue, settled, strict=True)
    )
    found.add("revenue_share_at_least", "fraction", first, second, year)
    if category[0] is not None:
        found.add(
            "low_revenue", "flag", _plain(settled[0]["low_revenue"]), _plain(settled[1]["low_revenue"]), year
        )
    return (
        "participants' revenue: claims of others' patients are not loaded, so low revenue cannot be told "
        "from it; state participant_revenue or revenue_category (corridor load aco-terms FILE). Until then "
        "losses are limited by the benchmark alone, and nothing is shared below the minimum rate unless CMS "
        "says low"
    )


def _history(change: Change, terms: Mapping[str, Any], force: RulesInForce) -> tuple[dict[str, float], str]:
    """By type, how the ACO's own cost in the loaded base years moves, after over before; and what is lacking.

    Base years are the three before the agreement, or before the measured year where the start is not known.
    They weigh as the rule says; one that is not loaded, or nobody's on a side, weighs nothing.
    """
    start = int(terms.get("agreement_start_year") or change.year)
    base = range(start - int(force.number("mssp.base_year_count")), start)
    weights = _weights(int(terms.get("agreement_period") or 1), force)
    moved = {}
    for kind in TYPES:
        keys = [(of, kind) for of in base]
        known = [key in change.before.years and key in change.after.years for key in keys]
        counted = [np.array([weight if there else 0.0]) for weight, there in zip(weights, known, strict=True)]
        before, after = (
            historical_by_type(
                *(np.array([[side.years[key].per_capita if key in side.years else 0.0]]) for key in keys),
                *counted,
            )[0, 0]
            for side in (change.before, change.after)
        )
        if before > 0:
            moved[kind] = float(after / before)
    loaded = {of for of, _ in change.before.years}
    absent = [str(of) for of in base if of not in loaded]
    if not absent:
        return moved, ""
    rest = "moves with the others alone" if moved else "stays as it is"
    return moved, f"base years {', '.join(absent)} are not loaded: the benchmark {rest}"


def _in_part(run: Run, change: Change, terms: Mapping[str, Any], force: RulesInForce) -> list[str]:
    """Base years of which some months alone are loaded: they move the benchmark, and less surely."""
    if not run.has("mssp.expenditure"):
        return []
    start = int(terms.get("agreement_start_year") or change.year)
    first = start - int(force.number("mssp.base_year_count"))
    rows = run.query(PARTS, [change.aco_id, first, start])
    years = ", ".join(str(row["year"]) for row in rows)
    return [f"base years {years} are loaded in part: the benchmark moves by those months"] if years else []


def _weights(period: int, force: RulesInForce) -> list[float]:
    """What the base years weigh in this agreement period."""
    for row in force.rows("mssp.base_year_weight"):
        if row["at_least"] <= period and (row["below"] is None or period < row["below"]):
            return [float(row[name]) for name in ("by1", "by2", "by3")]
    return []


def _updated(
    side: Side, year: int, benchmark: Mapping[str, Mapping[str, Any]], moved: Mapping[str, float]
) -> float | None:
    """Updated benchmark a person-year, in the mix of types of the side; None where a type's is not known."""
    total = years = 0.0
    for kind in TYPES:
        one = side.years.get((year, kind))
        if one is None:
            continue
        value = benchmark.get(kind, {}).get("updated_benchmark")
        if value is None:
            return None
        total += float(value) * moved.get(kind, 1.0) * one.person_years
        years += one.person_years
    return total / years if years else None


def _terms(run: Run, change: Change) -> dict[str, Any]:
    """The ACO's own terms of the newest year up to the measured one, or of the first after it."""
    if not run.has("mssp.terms"):
        return {}
    rows = run.query(
        "select * from mssp.terms where aco_id = ? order by performance_year > ?, abs(performance_year - ?)",
        [change.aco_id, change.year, change.year],
    )
    return rows[0] if rows else {}


def _benchmark(run: Run, change: Change) -> dict[str, dict[str, Any]]:
    if not run.has("mssp.benchmark"):
        return {}
    rows = run.query(
        "select * from mssp.benchmark where aco_id = ? and year = ?", [change.aco_id, change.year]
    )
    return {str(row["enrollment_type"]): row for row in rows}


def _track(terms: Mapping[str, Any]) -> Any:
    return _text(terms.get("track") or "A")


def _text(value: Any) -> Any:
    return np.array([value], dtype=object)


def _plain(values: Any) -> Any:
    value = np.asarray(values).reshape(-1)[0]
    if isinstance(value, np.bool_):
        return bool(value)
    return None if value != value else float(value)

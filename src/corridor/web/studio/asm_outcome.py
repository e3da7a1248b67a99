"""What an ASM scenario comes to, beside the run: sentence, figures, clinicians, cohorts, payment years."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import numpy as np
import numpy.typing as npt

from corridor.formulas.columns import Floats
from corridor.programs.asm.settlement import Settlement
from corridor.reports.words import cohort_name, short_dollars
from corridor.scenarios.asm_chance import Chance
from corridor.scenarios.inputs import Value
from corridor.scenarios.outcome import Figure, Grid, Outcome, between, figure_of, worst

LISTED = 50
STATED = (
    "The whole cohort is settled anew: midpoint, pool and scaling factor move with the change.",
    "Chance, drawn from the run's own figures with one seed: the standard error of each clinician's cost "
    "an episode, the cases behind each reported rate, and the rest of the country as another sample of it.",
    "Activities, interoperability, bonuses and payments do not vary by chance, nor does the measure CMS "
    "works out from claims. Clinicians vary independently of each other.",
    "A change of a rate applies to those who reported the measure, however much of the year is left for it.",
    "Bands hold eight draws of ten.",
)


@dataclass(frozen=True)
class Both:
    """The run and the scenario, settled and drawn, for the same clinicians."""

    base: Settlement
    settled: Settlement
    rows: npt.NDArray[np.int64]
    before: Chance
    after: Chance

    def sides(self, quantity: str) -> tuple[Floats, Floats]:
        """A quantity of the chosen clinicians, in the run and in the scenario."""
        return tuple(np.array(one.clinicians[quantity][self.rows]) for one in (self.base, self.settled))  # type: ignore[return-value]

    @property
    def risk(self) -> float:
        """The risk level of the scenario."""
        return self.settled.force.number("asm.risk_level")


def told(both: Both, changed: Mapping[str, Value]) -> Outcome:
    """The outcome."""
    figures = _figures(both)
    main = figures[0]
    acts = [name for name in changed if name != "who"]
    return Outcome(
        _sentence(both, main, bool(acts)),
        _second(both, main, bool(acts)),
        figures,
        both.before.total,
        both.after.total,
        f"dollars in {both.base.payment_year}",
        [_clinicians(both, changed), _years(both), _cohorts(both)],
        stated=STATED,
        rules=both.settled.assumptions(),
        warnings=both.settled.warnings,
    )


def _figures(both: Both) -> list[Figure]:
    now, then = both.sides("dollars")
    paid_now, paid_then = both.sides("part_b_paid_payment_year")
    score_now, score_then = both.sides("final_score")
    total, after = float(np.nansum(now)), float(np.nansum(then))
    scored = ~np.isnan(score_now)
    base_now, base_then = float(np.nansum(paid_now[scored])), float(np.nansum(paid_then[scored]))
    year = both.base.payment_year
    return [
        figure_of("dollars", f"Adjustment in {year}", "dollars", total, after, both.before.total,
                  both.after.total, about="Before sequestration."),
        figure_of("factor", "Of Part B payments", "share", _per(total, base_now), _per(after, base_then),
                  _shares(both.before.total, base_now), _shares(both.after.total, base_then)),
        figure_of("final_score", "Mean final score", "points", _mean(score_now), _mean(score_then),
                  both.before.scores, both.after.scores),
        Figure("gaining", "Clinicians who gain", "count", float((now > 0).sum()), float((then > 0).sum())),
        Figure("losing", "Clinicians who lose", "count", float((now < 0).sum()), float((then < 0).sum()),
               better=-1),
        Figure("worst", "Mean of the worst twentieth", "dollars", worst(both.before.total),
               worst(both.after.total)),
    ]  # fmt: skip


def _clinicians(both: Both, changed: Mapping[str, Value]) -> Grid:
    """Each clinician now and then; those who change most first."""
    known = both.base.inputs.clinicians
    now, then = both.sides("dollars")
    score_now, score_then = both.sides("final_score")
    moved = np.nan_to_num(then - now)
    order = np.lexsort((known["npi"][both.rows].astype(str), -np.abs(moved)))[:LISTED]
    rows: list[dict[str, Any]] = []
    for place in order.tolist():
        row = int(both.rows[place])
        link = {"program": "asm", **changed, "npi": known["npi"][row], "tin": known["tin"][row]}
        rows.append(
            {
                "name": known["clinician_name"][row] or f"NPI {known['npi'][row]}",
                "npi": known["npi"][row],
                "tin": known["tin"][row],
                "score_now": _plain(score_now[place]),
                "score": _plain(score_then[place]),
                "dollars_now": _plain(now[place]),
                "dollars": _plain(then[place]),
                "low": float(both.after.low[place]),
                "high": float(both.after.high[place]),
                "change": float(moved[place]),
                "link": f"/scenarios/explain?{urlencode(link)}",
            }
        )
    more = len(both.rows) - len(rows)
    return Grid(
        "clinicians",
        "Each clinician, those who change most first",
        {
            "name": ("Clinician", "text"), "npi": ("NPI", "text"), "tin": ("TIN", "text"),
            "score_now": ("Score now", "points"), "score": ("Score then", "points"),
            "dollars_now": ("Dollars now", "dollars"), "dollars": ("Dollars then", "dollars"),
            "low": ("Low", "dollars"), "high": ("High", "dollars"), "change": ("Change", "change"),
        },
        rows,
        f"The {LISTED} who change most, and {more:,} more." if more > 0 else "",
        ("npi", "tin"),
    )  # fmt: skip


def _years(both: Both) -> Grid:
    """Every payment year with these scores: an adjustment is in proportion to the risk level of its year."""
    law = both.base.force
    total_now, total_then = (float(np.nansum(side)) for side in both.sides("dollars"))
    low, high = between(both.after.total)
    own, scenario = law.number("asm.risk_level"), both.risk
    rows = []
    for span in law.rows("asm.performance_years"):
        if span["performance_year"] < both.base.year:
            continue
        level = law.rules.in_force(span["performance_year"]).number("asm.risk_level")
        then = scenario if span["performance_year"] == both.base.year else level
        rows.append(
            {
                "year": int(span["payment_year"]), "level": then, "now": total_now * level / own,
                "then": total_then * then / scenario,
                "low": None if low is None else low * then / scenario,
                "high": None if high is None else high * then / scenario,
                "change": total_then * then / scenario - total_now * level / own,
            }
        )  # fmt: skip
    return Grid(
        "years",
        "Every payment year, the final scores held",
        {
            "year": ("Paid in", "year"), "level": ("Risk level", "share"), "now": ("As now", "dollars"),
            "then": ("This scenario", "dollars"), "low": ("Low", "dollars"), "high": ("High", "dollars"),
            "change": ("Change", "change"),
        },
        rows,
        "Later years take the risk level of the rule.",
    )  # fmt: skip


def _cohorts(both: Both) -> Grid:
    """What the change does to the cohorts themselves."""
    sides = [{row["cohort"]: row for row in one.cohorts()} for one in (both.base, both.settled)]
    mine = set(both.base.inputs.clinicians["cohort"][both.rows].tolist())
    rows = [
        {
            "cohort": cohort_name(name), "size": before["scored"],
            "midpoint_now": before["midpoint"], "midpoint": sides[1][name]["midpoint"],
            "neutral_now": before["neutral_score"], "neutral": sides[1][name]["neutral_score"],
            "scaling_now": before["scaling_factor"], "scaling": sides[1][name]["scaling_factor"],
        }
        for name, before in sides[0].items()
        if name in mine
    ]  # fmt: skip
    return Grid(
        "cohorts",
        "What it does to the cohort",
        {
            "cohort": ("Cohort", "text"), "size": ("Scored", "count"),
            "midpoint_now": ("Midpoint now", "points"), "midpoint": ("Midpoint then", "points"),
            "neutral_now": ("Breaks even now", "points"), "neutral": ("Breaks even then", "points"),
            "scaling_now": ("Scaling now", "factor"), "scaling": ("Scaling then", "factor"),
        },
        rows,
        "",
        ("scaling_now", "scaling"),
    )  # fmt: skip


def _whose(both: Both) -> str:
    if len(both.rows) > 1:
        return f"your {len(both.rows):,} clinicians"
    row = int(both.rows[0])
    known = both.base.inputs.clinicians
    return str(known["clinician_name"][row] or f"NPI {known['npi'][row]}")


def _sentence(both: Both, main: Figure, changed: bool) -> str:
    year, who = both.base.payment_year, _whose(both)
    many = len(both.rows) > 1
    value = main.value or 0.0
    verb = ("gain" if value > 0 else "lose") + ("" if many else "s")
    size = short_dollars(abs(value))
    if not changed:
        return f"As it stands, {who} {verb} {size} in {year}"
    change = main.change or 0.0
    if short_dollars(abs(change)) == "$0":
        return f"With these changes, {who} {verb} {size} in {year}, as without them"
    words = "better" if change > 0 else "worse"
    return f"With these changes, {who} {verb} {size} in {year}: {short_dollars(abs(change))} {words} than now"


def _second(both: Both, main: Figure, changed: bool) -> str:
    if main.low is None or main.high is None:
        return "Nobody of them has a final score, so no dollar moves."
    spread = f"{short_dollars(main.low, signed=True)} and {short_dollars(main.high, signed=True)}"
    if not changed:
        return (
            f"Chance alone puts it between {spread}, eight times in ten. Move a slider to see what changes."
        )
    if main.change_low is None or main.change_high is None:
        return f"Between {spread}, eight times in ten."
    moved = (
        f"{short_dollars(main.change_low, signed=True)} and {short_dollars(main.change_high, signed=True)}"
    )
    return f"The change is worth between {moved}; the adjustment lies between {spread}, eight times in ten."


def _per(amount: float, base: float) -> float | None:
    return amount / base if base else None


def _shares(draws: Floats, base: float) -> Floats:
    return draws / base if base else np.zeros(0)


def _mean(values: Floats) -> float | None:
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else None


def _plain(value: float) -> float | None:
    return None if np.isnan(value) else float(value)

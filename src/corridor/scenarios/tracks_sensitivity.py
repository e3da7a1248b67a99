"""How a recommendation hangs on what was assumed: each assumption moved by its own stated deviation, alone.

Nothing is added by hand: a trend moves by the deviation stated for it, up and down, and the same draws are
settled again. An assumption without a deviation is not moved.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from corridor.scenarios import tracks_risk as risk
from corridor.scenarios.tracks import Choice, choose

if TYPE_CHECKING:
    from corridor.law import Rules
    from corridor.scenarios.tracks_case import TrackCase

# assumption -> its deviation, and the ends it stays within
MOVED = {
    "expenditure_trend": ("expenditure_trend_sd", None),
    "benchmark_trend": ("benchmark_trend_sd", None),
    "risk_trend": ("risk_trend_sd", None),
    "quality_score": ("quality_score_sd", (0.0, 1.0)),
}


def sensitivity(base: Choice, rules: Rules, seed: int) -> list[dict[str, Any]]:
    """One record an assumption and side: what is recommended then, and how the option recommended now stands.

    Empty where nothing is recommended, or nothing has a deviation.
    """
    if base.advice.chosen is None:
        return []
    chosen = base.settings.options[base.advice.chosen]
    rows = []
    for name, value, case in _moved(base.case):
        found = choose(case, rules, draws=base.futures.draws, seed=seed, appetite=base.appetite)
        place = found.settings.options.index(chosen)
        total, advice = found.totals[place], found.advice
        rows.append(
            {
                "aco_id": case.aco_id,
                "assumption": name,
                "stated": getattr(base.case, name),
                "moved_to": value,
                "recommended": None if advice.chosen is None else found.settings.options[advice.chosen].name,
                "same": advice.chosen == place,
                "option": chosen.name,
                "fits": not advice.broken[place],
                "level_with_highest": place in advice.level,
                "mean": risk.mean(total).value,
                "probability_of_loss": risk.probability(total < 0).value,
                "tail_mean": risk.expected_shortfall(total, base.appetite.tail_share).value,
            }
        )
    return rows


def _moved(case: TrackCase) -> list[tuple[str, float, TrackCase]]:
    found = []
    for name, (deviation, ends) in MOVED.items():
        step = float(getattr(case, deviation))
        for sign in (-1, 1) if step > 0 else ():
            value = float(getattr(case, name)) + sign * step
            changed: Any = {name: value}
            if ends is None or ends[0] < value < ends[1]:
                found.append((name, value, replace(case, **changed)))
    return found

"""What a choice of track comes to in the studio: sentence, figures, years, every option."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from corridor.reports.words import short_dollars
from corridor.scenarios import tracks_risk as risk
from corridor.scenarios.outcome import Figure, Grid, Outcome, between, figure_of
from corridor.scenarios.tracks import STATED, Choice
from corridor.scenarios.tracks_path import Option
from corridor.web.studio.words import likely

LISTED = 40
TAIL = 0.05
ALSO = (
    "Trends and deviations stand at nought, and quality as the ACO's terms say (else at the full score), "
    "until you set them: without them only people vary. They have no default in the law.",
    "The alternative quality standard is met where the standard is not.",
    "Bands hold eight draws of ten.",
)
Side = tuple[Choice, Option]


def told(before: Side, after: Side, aco: str) -> Outcome:
    """The outcome; both sides are settled on the same draws."""
    now, then = _total(before), _total(after)
    years = after[0].case.years
    main = figure_of("total", f"Earned or owed in {years} years", "dollars", float(now.mean()),
                     float(then.mean()), now, then, about="Mean of the draws.")  # fmt: skip
    main = replace(main, line="the mean of the draws")
    figures = [
        main,
        Figure("loss", "Probability of a loss", "chance", risk.probability(now < 0).value,
               risk.probability(then < 0).value, better=-1, about="Over the whole agreement."),
        Figure("tail", "Mean of the worst twentieth", "dollars", -risk.expected_shortfall(now, TAIL).value,
               -risk.expected_shortfall(then, TAIL).value, about="The tail of the agreement."),
        Figure("security", "Repayment mechanism", "amount", before[0].security(before[1]),
               after[0].security(after[1]), better=-1, about="The largest of the years; assumed."),
    ]  # fmt: skip
    verb = "earns" if then.mean() >= 0 else "owes"
    size = short_dollars(abs(float(then.mean())))
    return Outcome(
        f"{aco} {verb} {size} over {years} years on {after[1].name}, in the mean",
        f"{likely(main.low, main.high, 'dollars', signed=True)}. It loses in "
        f"{risk.probability(then < 0).value:.1%} of the draws.",
        figures, now, then, f"dollars over {years} years",
        [_years(before, after), _options(after[0], after[1])], None, (*STATED, *ALSO), after[0].assumptions,
        after[0].notes(),
    )  # fmt: skip


def _total(side: Side) -> Any:
    choice, option = side
    return choice.totals[choice.settings.options.index(option)]


def _years(before: Side, after: Side) -> Grid:
    """Each performance year: level, the mean now and then, the band, how often it loses."""
    choice, option = after
    now, then = before[0].by_year(before[1]), choice.by_year(option)
    rows = []
    for place, level in enumerate(option.levels):
        low, high = between(then[place])
        rows.append(
            {
                "year": choice.case.agreement_start_year + place, "level": level,
                "now": float(now[place].mean()), "then": float(then[place].mean()), "low": low, "high": high,
                "loss": risk.probability(then[place] < 0).value,
            }
        )  # fmt: skip
    return Grid(
        "years",
        "Year by year",
        {
            "year": ("Year", "year"), "level": ("Level", "text"), "now": ("As now", "dollars"),
            "then": ("This scenario", "dollars"), "low": ("Low", "dollars"), "high": ("High", "dollars"),
            "loss": ("P(loss)", "share"),
        },
        rows,
    )  # fmt: skip


def _options(choice: Choice, chosen: Option) -> Grid:
    """Every option on these draws, the highest mean first; those that are alike once."""
    seen: set[bytes] = set()
    rows = []
    for place in sorted(
        range(len(choice.totals)), key=lambda place: (-float(choice.totals[place].mean()), place)
    ):
        total, option = choice.totals[place], choice.settings.options[place]
        security = choice.security(option)
        mark = total.tobytes() + repr(security).encode()
        if mark in seen and option != chosen:
            continue
        seen.add(mark)
        rows.append(
            {
                "option": option.name + (" (this scenario)" if option == chosen else ""),
                "mean": float(total.mean()), "error": risk.mean(total).error,
                "loss": risk.probability(total < 0).value,
                "var": -risk.value_at_risk(total, TAIL).value,
                "tail": -risk.expected_shortfall(total, TAIL).value, "security": security,
            }
        )  # fmt: skip
    more = len(rows) - LISTED
    return Grid(
        "options",
        "Every level and minimum savings rate, the highest mean first",
        {
            "option": ("Levels and rate", "text"), "mean": ("Mean", "dollars"),
            "error": ("Its error", "amount"),
            "loss": ("P(loss)", "share"), "var": ("One in twenty at worst", "dollars"),
            "tail": ("Worst twentieth", "dollars"), "security": ("Repayment mechanism", "amount"),
        },
        rows[:LISTED],
        f"{more} more with lower means." if more > 0 else "",
        ("error",),
    )  # fmt: skip

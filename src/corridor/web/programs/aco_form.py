"""What an ACO's year earns or owes, from the account's last answer to the form of its model."""

from __future__ import annotations

from corridor.reports.charts.bars import Bar
from corridor.reports.words import counted, real, share, short_dollars
from corridor.web.guard import Visit
from corridor.web.programs.answered import answer_figures, last_answer
from corridor.web.programs.drawing import bar_picture
from corridor.web.programs.of_form import assumed, life, links_of, nothing, sheet, sheet_table
from corridor.web.programs.shape import Panel
from corridor.web.state import now

EARNED = "earned_savings_or_losses"
ASKS = (
    "Benchmarks, discounts and quality come from CMS reports; claims alone do not hold them. Fill in what a "
    "report says, and what is missing is asked for by name."
)
MOST = 20
MONEY = ("benchmark_expenditure", "performance_expenditure")
COLUMNS = (
    "aco_id", "risk_arrangement", *MONEY, "savings_share", "generated_savings_or_losses", EARNED,
)  # fmt: skip
SEGMENTS = (
    "aco_id", "segment", "benchmark", "benchmark_expenditure", "expenditure", "performance_expenditure",
    "beneficiary_months", "risk_score",
)  # fmt: skip


def settled(visit: Visit, form: str, name: str, model: str) -> Panel:
    """Earned or owed by ACO, the way from benchmark to it for one, and the segments it was made of."""
    when = life(visit, model, now().date())
    kept = last_answer(visit, (form,))
    if kept is None:
        return nothing(name, form, ASKS, ((f"/rules?program={form}", "The rules"),), when)
    rows = kept.rows
    total = kept.total(EARNED)
    one = rows[0] if len(rows) == 1 else None
    who = f"ACO {one['aco_id']}" if one else counted(len(rows), "ACO")
    verb = "earns" if one else "earn"
    if total is not None and total < 0:
        verb = "owes" if one else "owe"
    sentence = f"{who} {verb} {short_dollars(abs(total))}" if total is not None else f"{who}: not settled"
    if one and real(one.get("savings_rate")) is not None:
        sentence += f", having spent {share(abs(real(one['savings_rate']) or 0.0))} "
        sentence += "less than" if (real(one["savings_rate"]) or 0.0) >= 0 else "more than"
        sentence += " the benchmark"
    bars = (
        [
            Bar(words, value)
            for words, key in (
                ("Benchmark less expenditure", "generated_savings_or_losses"),
                ("Earned or owed", EARNED),
            )
            if (value := real(one.get(key))) is not None
        ]
        if one
        else [
            Bar(f"ACO {row['aco_id']}", real(row.get(EARNED)) or 0.0)
            for row in sorted(rows, key=lambda row: -abs(real(row.get(EARNED)) or 0.0))[:MOST]
        ]
    )
    listed = [{**row, "savings_share": row.get("savings_rate")} for row in rows]
    tables = [sheet_table(listed, f"{form}-acos", "ACOs", COLUMNS, COLUMNS[-2:], money=MONEY)]
    if segments := sheet(kept, "Segments"):
        columns = tuple(one for one in SEGMENTS if any(row.get(one) is not None for row in segments))
        tables.append(sheet_table(segments, f"{form}-segments", "By segment", columns, money=MONEY))
    finding = "What sharing, limits and quality leave of it" if one else "Earned or owed by ACO"
    return Panel(
        sentence, when, answer_figures(kept, EARNED, "earned or owed, from your form"),
        [bar_picture(f"{form}-earned", finding, bars)] if bars else [], tables, assumed(kept), links_of(kept),
    )  # fmt: skip

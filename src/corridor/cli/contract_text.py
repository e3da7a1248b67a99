"""A settlement of a contract for a reader: an opening sentence, the parts, the scorecard."""

from __future__ import annotations

from typing import Any

Row = dict[str, Any]


def settlement_text(found: dict[str, Any]) -> str:
    """The settlement of a contract of any kind."""
    lines = []
    if found["kind"] == "value":
        for row in found["rows"]:
            lines += _year_lines(found, row)
    elif found["kind"] == "outcomes_based_agreement":
        lines += _outcome_lines(found)
    else:
        lines += _reference_lines(found)
    if found["fictitious"]:
        lines += ["", "This contract is labeled fictitious: its parties and figures are invented."]
    assumed = found["assumptions"]
    if assumed:
        lines += ["", f"{len(assumed)} parameters under these results are not codified or official:"]
        lines += [f"  {one['status']:<10} {one['rule']} ({one['cite']})" for one in assumed]
    return "\n".join(lines)


def money(amount: float | None, sign: bool = False) -> str:
    """Dollars and cents; a loss with its sign."""
    if amount is None:
        return "-"
    return f"{amount:+,.2f}" if sign else f"{amount:,.2f}"


_PARTS = (
    ("benchmark_expenditure", "Benchmark"),
    ("performance_expenditure", "Expenditure that counts"),
    ("generated_savings_or_losses", "Savings (losses negative)"),
    ("shared_savings", "Shared savings"),
    ("shared_losses", "Shared losses"),
    ("bonus_dollars", "Pay for performance"),
    ("settlement_dollars", "Settlement"),
    ("care_management_paid", "Paid per member month"),
    ("contract_dollars", "The contract in all"),
)


def _year_lines(found: dict[str, Any], row: Row) -> list[str]:
    amount = row["settlement_dollars"]
    verb = "pays" if amount >= 0 else "is owed"
    lines = [
        f"{found['title']}",
        f"{row['performance_year']}: the payer {verb} ${abs(amount):,.2f}; {row['reason']}.",
        "",
    ]
    lines += [f"  {words:<28} {money(row[name]):>18}" for name, words in _PARTS]
    rate = row["savings_rate"]
    lines.append(f"  {'Savings rate':<28} {'-' if rate is None else format(rate, '.3%'):>18}")
    measures = [one for one in found["measures"] if one["performance_year"] == row["performance_year"]]
    if measures:
        score = row["quality_score"]
        lines += ["", f"  Scorecard: {'no score' if score is None else format(score, '.1%')}"]
        for one in measures:
            rate_text = "no result" if one["rate"] is None else f"{one['rate']:.1%}"
            note = "" if one["counted"] else "  does not count"
            lines.append(
                f"    {one['measure']:<14.14} {rate_text:>9}  {one['earned_points']:>6.2f} of "
                f"{one['possible_points']:g} points{note}"
            )
    return [*lines, ""]


def _outcome_lines(found: dict[str, Any]) -> list[str]:
    return []


def _reference_lines(found: dict[str, Any]) -> list[str]:
    return []

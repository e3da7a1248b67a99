"""A settlement of a contract for a reader: an opening sentence, the parts, the scorecard."""

from __future__ import annotations

from typing import Any

from corridor.words import counted

Row = dict[str, Any]
SHOWN_ROWS = 40


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
        number = counted(len(assumed), "parameter")
        verb = "is" if len(assumed) == 1 else "are"
        lines += ["", f"{number} under these results {verb} not codified or official:"]
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
    rows, totals = found["rows"], found["totals"]
    inside = [row for row in rows if row["in_agreement"]]
    lines = [
        found["title"],
        f"{len(inside):,} of {len(rows):,} infusions are in the agreement; it adds "
        f"${totals['supplemental_rebate']:,.2f} to the statutory rebate; net cost "
        f"${totals['net_cost']:,.2f}.",
        "",
        f"  {'infusion':<12} {'gross':>14} {'statutory':>13} {'guaranteed':>13} {'volume':>12} "
        f"{'outcomes':>14} {'net cost':>15} {'expected net':>15}",
    ]
    for row in rows[:SHOWN_ROWS]:
        if not row["in_agreement"]:
            lines.append(f"  {row['episode']:<12.12} {row['reason']}")
            continue
        lines.append(
            f"  {row['episode']:<12.12} {money(row['gross_spend']):>14} {money(row['statutory_rebate']):>13} "
            f"{money(row['guaranteed_rebate']):>13} {money(row['volume_rebate']):>12} "
            f"{money(row['outcome_rebate']):>14} {money(row['net_cost']):>15} "
            f"{money(row['expected_net_cost']):>15}"
        )
        states = ", ".join(f"{one['code']} {one['status']}" for one in row["outcomes"])
        if states:
            lines.append(f"  {'':<12} {states}")
    return lines + _more(rows)


def _reference_lines(found: dict[str, Any]) -> list[str]:
    rows = found["rows"]
    total = sum(row["invoice_dollars"] for row in rows)
    lines = [found["title"], f"Invoices together ${total:,.2f}.", ""]
    lines.append(f"  {'NDC':<10} {'country':<8} {'net price':>12} {'factor':>8} {'adjusted':>12}  rank")
    for one in found["prices"][:SHOWN_ROWS]:
        lines.append(
            f"  {one['ndc9']:<10} {one['country']:<8} {one['net_price']:>12,.2f} "
            f"{one['price_adjuster']:>8.3f} {one['adjusted_price']:>12,.2f}  {one['rank']}"
        )
    for ndc, countries in found["missing_countries"].items():
        if countries:
            lines.append(f"  {ndc:<10} no price of {', '.join(countries)}")
    lines += ["", f"  {'invoice':<24} {'WAC':>10} {'URA':>9} {'rebate':>9} {'units':>11} {'dollars':>15}"]
    for row in rows[:SHOWN_ROWS]:
        notes = [
            *(["reported later"] if row["retroactive"] else []),
            *(["no rebate beyond the statutory one"] if row["floor_binds"] else []),
            *([] if row["true_up_dollars"] is None else [f"true-up {money(row['true_up_dollars'], True)}"]),
        ]
        lines.append(
            f"  {row['invoice']:<24.24} {row['wac']:>10,.2f} {row['ura']:>9,.2f} "
            f"{row['rebate_per_unit']:>9,.2f} {row['invoiced_units']:>11,.0f} "
            f"{row['invoice_dollars']:>15,.2f}" + (f"  {'; '.join(notes)}" if notes else "")
        )
    return lines + _more(rows)


def _more(rows: list[Row]) -> list[str]:
    rest = len(rows) - SHOWN_ROWS
    return [f"... and {rest:,} more; --json or --out hold all of them"] if rest > 0 else []

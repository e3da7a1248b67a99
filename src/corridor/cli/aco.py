"""corridor aco: how an ACO of the Shared Savings Program stands, and how sure that is."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from corridor.jobs.aco import Standing
    from corridor.jobs.context import Context
    from corridor.programs.mssp.backtest import Answer

app = typer.Typer()

HELP = """How an ACO of the Shared Savings Program stands: benchmark, expenditure, projection, variance, gap.

From the last run: what the year is projected to cost and save as of its newest month, with an interval;
what it would earn or owe under the terms of the ACO (corridor load aco-terms); what makes up the difference
to the benchmark; and what separates figures from claims and those of CMS.
With --back-test: how often the interval holds
the truth, over made-up years of the ACO's own people.

Example: corridor aco A9999 --year 2027

Example: corridor aco A9999 --month 202706 --derive

Example: corridor aco A9999 --back-test 2000
"""
DRIVERS = {
    "price": "price (dollars a claim)", "volume": "volume (claims a person)",
    "mix_of_services": "mix of services", "mix_of_people": "mix of enrollment types", "risk": "risk scores",
    "assignment_churn": "people who came and left", "benchmark": "benchmark against last year's cost",
    "other": "other (truncation, adjustments)", "total": "total",
}  # fmt: skip


@app.command(help=HELP)
def aco(
    identifier: str = typer.Argument("", metavar="[ACO]", help="An ACO such as A1234; without one, all."),
    year: int | None = typer.Option(None, "--year", help="The performance year; default: the newest loaded."),
    month: int | None = typer.Option(None, "--month", metavar="YYYYMM", help="As of this month."),
    derive: bool = typer.Option(
        False, "--derive", help="Derive what one ACO would earn, and CMS's estimate of its benchmark."
    ),
    back_test: int = typer.Option(
        0, "--back-test", min=0, metavar="N", help="Project N made-up years instead."
    ),
    people: int = typer.Option(2000, "--people", min=50, help="With --back-test: people a made-up year."),
    seed: int = typer.Option(1, "--seed", help="With --back-test: the same seed, the same years."),
    config: str | None = typer.Option(None, "--config", help="Settings file; default: ./corridor.toml."),
    as_json: bool = typer.Option(False, "--json", help="One JSON object on standard output."),
) -> None:
    """Hand over to the job; the help text stands in HELP."""
    from corridor.jobs.aco import standings
    from corridor.jobs.context import open_context

    context = open_context(config)
    if back_test:
        _back_test(context, identifier, back_test, people, seed, as_json)
        return
    found = standings(context, identifier, year, month)
    if derive:
        for one in found:
            _derive(context, one, as_json and len(found) == 1)
        return
    if as_json:
        _json(
            {
                "program": "mssp",
                "year": found[0].year if len({one.year for one in found}) == 1 else None,
                "rows": [one.to_dict() for one in found],
                "assumptions": _assumed(context, found),
            }
        )
        return
    for one in found:
        sys.stdout.write(_text(one) + "\n")
    if not found:
        sys.stdout.write("no ACO: load the participants (corridor load participants FILE), run again\n")


def _derive(context: Context, one: Standing, as_json: bool) -> None:
    from corridor.explain import assumptions_of, assumptions_text, tree_text
    from corridor.jobs.aco import estimate_of
    from corridor.jobs.aco_settle import derived

    found = derived(context, one, estimate_of(context, one))
    assumed = assumptions_of(node for _, node in found)
    if as_json:
        rows = [{"aco_id": one.aco_id, "of": title, "derivation": node.to_dict()} for title, node in found]
        _json({"program": "mssp", "year": one.year, "rows": rows, "assumptions": assumed})
        return
    sys.stdout.write(f"{one.aco_id}, performance year {one.year}\n\n")
    for title, node in found:
        sys.stdout.write(f"{title}\n{tree_text(node)}\n\n")
    sys.stdout.write(assumptions_text(assumed) + "\n")


def _assumed(context: Context, found: list[Standing]) -> list[dict[str, Any]]:
    """Parameters under the tables, and under what each would earn, that are not codified or official."""
    from corridor.jobs.aco import TABLES
    from corridor.jobs.tables import rules_of

    names = {name for table in TABLES for name in rules_of(table)}
    rules = context.rules
    force = rules.in_force(max((one.year for one in found), default=context.performance_year))
    records = force.assumptions(name for name in names if name in force)
    own = {record["rule"] for record in records}
    for one in found:
        for record in one.settlement.get("assumptions", []):
            if record["rule"] not in own:
                own.add(record["rule"])
                records.append(record)
    return records


def _json(answer: dict[str, Any]) -> None:
    from corridor.programs.writing import plain

    json.dump(plain(answer), sys.stdout, ensure_ascii=False, allow_nan=False)
    sys.stdout.write("\n")


def _text(one: Standing) -> str:
    lines = [f"{one.aco_id}, performance year {one.year}", ""]
    lines += [f"  {'':<16}{'people':>8} {'person-years':>13} {'dollars a year':>15} {'benchmark':>12}"]
    held = {row["enrollment_type"]: row for row in one.benchmark}
    for row in one.expenditure:
        mark = held.get(row["enrollment_type"], {}).get("updated_benchmark")
        lines.append(
            f"  {row['enrollment_type'].replace('_', ' '):<16}{_whole(row['people']):>8} "
            f"{_whole(row['person_years'], 1):>13} {_whole(row['per_capita']):>15} {_whole(mark):>12}"
        )
    lines += ["", *_projected(one), "", *_varied(one), "", "What separates this from CMS's own figure:"]
    for row in one.gap:
        dollars = "" if row["dollars"] is None else f" {row['dollars']:+,.0f} dollars:"
        lines.append(f"  {row['item'].replace('_', ' ')}:{dollars} {row['words']}")
    return "\n".join([*lines, ""])


def _projected(one: Standing) -> list[str]:
    found = one.projection
    if found is None:
        return ["No projection: the whole year before must be loaded, and payments of this one."]
    if found["per_capita"] is None:
        return ["No projection is shown: so few people are assigned that nothing of them is told."]
    lines = [
        f"As of {found['as_of_month']} ({found['months_seen']} months seen), the year comes to "
        f"{_whole(found['per_capita'])} dollars for each person and year, {found['level']:.0%} "
        f"between {_whole(found['per_capita_low'])} and {_whole(found['per_capita_high'])}.",
    ]
    if found["benchmark"] is None:
        return [*lines, "No savings are shown: the updated benchmark is not known (see below)."]
    lines.append(
        f"Against a benchmark of {_whole(found['benchmark'])} dollars that saves {_whole(found['savings'])}, "
        f"between {_whole(found['savings_low'])} and {_whole(found['savings_high'])}."
    )
    done = one.settlement
    if done["missing"]:
        needed = [f"  {name}" for name in done["missing"]]
        return [*lines, "What it would earn is not shown; it needs:", *needed]
    lines.append(
        f"It would earn {_whole(done['earned_expected'])} as expected, between {_whole(done['earned_low'])} "
        f"and {_whole(done['earned_high'])}; chance of shared savings {done['chance_of_savings']:.0%}, "
        f"of losses {done['chance_of_losses']:.0%} (minimum savings rate {done['minimum_savings_rate']:.2%})."
    )
    return lines


def _varied(one: Standing) -> list[str]:
    if not one.variance:
        return ["No drivers: two whole years must be loaded."]
    against = one.variance[0]["against"]
    head = "its updated benchmark" if against == "benchmark" else "the year before"
    lines = [f"What makes the year dearer (+) or cheaper (-) than {head}, in dollars:"]
    order = list(DRIVERS)
    for row in sorted(one.variance, key=lambda row: order.index(row["driver"])):
        amount = "-" if row["dollars"] is None else f"{row['dollars']:+,.2f}"
        if row["driver"] != "benchmark" or against == "benchmark":
            lines.append(f"  {DRIVERS[row['driver']]:<36}{amount:>18}")
    return lines


def _whole(value: Any, digits: int = 0) -> str:
    return "-" if value is None else f"{float(value):,.{digits}f}"


def _back_test(context: Context, identifier: str, years: int, people: int, seed: int, as_json: bool) -> None:
    from corridor.cli.progress import Progress
    from corridor.jobs.aco import back_tested, standings

    name = identifier or next((one.aco_id for one in standings(context)), "")
    with Progress(quiet=as_json) as progress:
        answer = back_tested(
            context, name, years, people, seed, lambda done, of: progress("made-up years", done, of, "")
        )
    if not as_json:
        sys.stdout.write(back_test_text(answer, name, people))
        return
    _json(
        {
            "program": "mssp", "year": None,
            "rows": [
                {"months": row.as_of, "years": row.years, "covered": row.covered,
                 "coverage": row.covered / row.years, "bias": row.bias, "half_width": row.width}
                for row in answer.rows
            ],
            "aco_id": name, "level": answer.level, "years": answer.years, "coverage": answer.coverage,
            "standard_error": answer.error, "standard_errors_off": answer.errors_off,
            "assumptions": _assumed(context, []),
        }
    )  # fmt: skip


def back_test_text(answer: Answer, name: str, people: int) -> str:
    """The back-test for a reader."""
    lines = [
        f"{answer.years:,} made-up years of {people:,} people of {name}, projected and compared with what "
        "they came to:",
        f"  {'as of month':<12}{'years':>8}{'covered':>10}{'bias':>10}{'half width':>12}",
    ]
    for row in answer.rows:
        share = f"{row.covered / row.years:.1%}"
        lines.append(f"  {row.as_of:<12}{row.years:>8,}{share:>10}{row.bias:>+10.2%}{row.width:>12.2%}")
    lines.append(
        f"The {answer.level:.0%} interval holds the truth in {answer.coverage:.2%} of years: "
        f"{answer.errors_off:+.2f} standard errors ({answer.error:.2%}) from its level."
    )
    return "\n".join(lines) + "\n"

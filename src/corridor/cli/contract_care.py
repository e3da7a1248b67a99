"""corridor contract: triangle, statement, renewal, dispute; what a contract needs between settlements."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import typer

from corridor.cli.contract import app, day_of, say
from corridor.words import counted


@app.command()
def triangle(
    file: Path | None = typer.Argument(
        None, metavar="[FILE]", help="Payments by month of service; absent: the last run's claims."
    ),
    tin: str | None = typer.Option(None, "--tin", help="Only this practice."),
    as_known_on: datetime | None = typer.Option(
        None, "--as-known-on", formats=["%Y-%m-%d"], help="Only what was paid by the month of a day."
    ),
    out: Path | None = typer.Option(None, "--out", help="Also write .xlsx, .csv, .parquet or .json."),
    config: Path | None = typer.Option(None, "--config", help="corridor.toml, for the last run's claims."),
    as_json: bool = typer.Option(False, "--json", help="One JSON object on stdout."),
) -> None:
    """What is still to be paid for services of the past (IBNR), with a range: chain ladder and Mack.

    Example: corridor contract triangle payments.csv
    """
    from corridor.jobs.contract import triangle_of

    found, assumed = triangle_of(file, tin, day_of(as_known_on), config)
    answer = found.to_dict(assumed)
    if out is not None:
        from corridor.programs.writing import write_results

        cells = [
            {
                "service_month": row["service_month"],
                **{f"lag {n}": one for n, one in enumerate(row["cumulative"])},
            }
            for row in answer["triangle"]
        ]
        write_results(out, {"Months": answer["rows"], "Triangle": cells, "Assumptions": assumed})
    if as_json:
        say(answer)
        return
    lines = [
        f"Still to come: ${answer['ibnr']:,.0f}, range ${answer['ibnr_low']:,.0f} to "
        f"${answer['ibnr_high']:,.0f} ({answer['confidence']:.0%}); paid so far ${answer['paid']:,.0f}.",
        "",
        f"  {'service':<8} {'lag':>4} {'paid':>15} {'to the end':>11} {'still to come':>15} {'error':>13}",
    ]
    lines += [
        f"  {row['service_month']:<8} {row['lag']:>4} {row['paid']:>15,.0f} {row['factor_to_end']:>11.4f} "
        f"{row['ibnr']:>15,.0f} {row['standard_error']:>13,.0f}"
        for row in answer["rows"]
    ]
    typer.echo("\n".join(lines))


@app.command()
def statement(
    contract: Path = typer.Argument(..., metavar="CONTRACT", help="The contract (YAML)."),
    file: Path | None = typer.Argument(
        None, metavar="[FILE]", help="Figures by month; absent: the last run."
    ),
    quality: Path | None = typer.Option(None, "--quality", help="Results of the scorecard's measures."),
    payments: Path | None = typer.Option(
        None, "--payments", help="Payments by month of service: completes the months, with a range."
    ),
    month: int | None = typer.Option(
        None, "--month", help="Through this month, such as 202606; default: last."
    ),
    tin: str | None = typer.Option(None, "--tin", help="Only this practice; default: the contract and each."),
    log: Path | None = typer.Option(None, "--log", help="The dispute log; default: under the warehouse."),
    as_known_on: datetime | None = typer.Option(
        None, "--as-known-on", formats=["%Y-%m-%d"], help="Terms, figures, payments, disputes of a day."
    ),
    out: Path | None = typer.Option(None, "--out", metavar="DIR", help="Write PDF and Excel to this folder."),
    config: Path | None = typer.Option(None, "--config", help="corridor.toml."),
    as_json: bool = typer.Option(False, "--json", help="One JSON object on stdout."),
) -> None:
    """The monthly statement of a contract and of each practice: PDF, Excel, or on the screen.

    Example: corridor contract statement contract.yaml figures.csv --payments payments.csv --out statements
    """
    from corridor.jobs.contract_care import assumed_in, statements_of, write_statements

    found = statements_of(contract, file, quality, payments, month, tin, log, day_of(as_known_on), config)
    written = write_statements(found, out) if out is not None else []
    if as_json:
        say(
            {
                "program": "contract",
                "year": found[0]["year"],
                "rows": found,
                "files": [str(path) for path in written],
                "assumptions": assumed_in(found),
            }
        )
    else:
        typer.echo(_statement_text(found[0]))
    if written:
        typer.echo(f"{len(written):,} files in {out}", err=True)


def _statement_text(found: dict[str, Any]) -> str:
    from corridor.cli.contract_text import money

    settled = next(one for one in found["parts"] if one["part"] == "settlement_dollars")
    span = "" if settled["low"] is None else f", range {money(settled['low'])} to {money(settled['high'])}"
    lines = [
        found["title"],
        f"Through {found['month']}: the settlement would be {money(settled['dollars'])}{span}; "
        f"{found['reason']}.",
        "",
        f"  {'month':<8} {'members':>10} {'expenditure':>16} {'benchmark':>16} {'difference':>15}",
    ]
    for row in found["monthly"]:
        if row["small"]:
            lines.append(f"  {row['month']:<8} not shown: too few members")
            continue
        lines.append(
            f"  {row['month']:<8} {row['member_months']:>10,.0f} {row['expenditure']:>16,.0f} "
            f"{row['benchmark']:>16,.0f} {row['difference']:>+15,.0f}"
        )
    return "\n".join(lines)


@app.command()
def renewal(
    contract: Path = typer.Argument(..., metavar="CONTRACT", help="The contract (YAML)."),
    file: Path | None = typer.Argument(
        None, metavar="[FILE]", help="Figures; absent: the last run's claims."
    ),
    quality: Path | None = typer.Option(None, "--quality", help="Results of the scorecard's measures."),
    year: int | None = typer.Option(None, "--year", help="Performance year; default: the latest."),
    as_known_on: datetime | None = typer.Option(
        None, "--as-known-on", formats=["%Y-%m-%d"], help="Terms and figures as they were known on a day."
    ),
    config: Path | None = typer.Option(None, "--config", help="corridor.toml."),
    as_json: bool = typer.Option(False, "--json", help="One JSON object on stdout."),
) -> None:
    """What the scorecard brings at renewal: each level settled on this year's figures, and the way to it.

    Example: corridor contract renewal contract.yaml figures.csv --quality scorecard.csv
    """
    from corridor.cli.contract_text import money
    from corridor.jobs.contract_care import renewal_of

    found = renewal_of(contract, file, quality, year, day_of(as_known_on), config)
    if as_json:
        say(found)
        return
    score = found["quality_score"]
    lines = [
        found["title"],
        f"{found['year']}: the score is {'not known' if score is None else format(score, '.1%')}; "
        f"the settlement is {money(found['settlement_dollars'])}.",
        "",
    ]
    for row in found["rows"]:
        holds = " (holds)" if row["holds"] else ""
        lines.append(
            f"  from {row['at_least']:.0%}{holds}: {row['about']}; this year's settlement would be "
            f"{money(row['settlement_dollars'])} ({money(row['difference'], True)})"
        )
        if row["points_short"]:
            lines.append(f"    {row['points_short']:.2f} points short; any one of these would do:")
        lines += [
            f"      {way['measure']} at {way['rate_needed']:.1%}"
            + ("" if way["rate"] is None else f" (now {way['rate']:.1%})")
            for way in row["ways"]
        ]
    typer.echo("\n".join(lines))


@app.command()
def portfolio(
    contract: Path = typer.Argument(..., metavar="CONTRACT", help="An outcomes-based agreement (YAML)."),
    file: Path = typer.Argument(..., metavar="FILE", help="Infusions (form contract_episodes)."),
    followup: Path | None = typer.Option(None, "--followup", help="What was observed so far."),
    correlation: float | None = typer.Option(
        None, "--correlation", help="How much patients of a product fail together, 0 to below 1; no default."
    ),
    draws: int = typer.Option(10_000, "--draws", min=100, help="How many futures to draw."),
    seed: int = typer.Option(1, "--seed", help="The same seed gives the same futures."),
    as_known_on: datetime | None = typer.Option(
        None, "--as-known-on", formats=["%Y-%m-%d"], help="Terms and observations as known on a day."
    ),
    as_json: bool = typer.Option(False, "--json", help="One JSON object on stdout."),
) -> None:
    """What open time points may bring, by year of infusion: mean, P10, P50, P90 of rebates and net cost.

    Example: corridor contract portfolio agreement.yaml infusions.csv --correlation 0.1
    """
    from corridor.jobs.contract_care import portfolio_of

    found = portfolio_of(contract, file, followup, draws, correlation, seed, day_of(as_known_on))
    for warning in found["warnings"]:
        typer.echo(f"warning: {warning}", err=True)
    if as_json:
        say(found)
        return
    lines = [
        found["title"],
        f"{found['draws']:,} futures, correlation {found['correlation']:g}",
        "",
        f"  {'cohort':<7} {'infusions':>9} {'rebates P10':>14} {'P50':>14} {'P90':>14} {'mean':>14} "
        f"{'net cost mean':>16}",
    ]
    for row in found["rows"]:
        lines.append(
            f"  {row['cohort']:<7} {row['infusions']:>9,} {row['outcome_rebate_p10']:>14,.0f} "
            f"{row['outcome_rebate_p50']:>14,.0f} {row['outcome_rebate_p90']:>14,.0f} "
            f"{row['outcome_rebate_mean']:>14,.0f} {row['net_cost_mean']:>16,.0f}"
        )
    if found["fictitious"]:
        lines += ["", "This contract is labeled fictitious: its parties and figures are invented."]
    typer.echo("\n".join(lines))


@app.command()
def dispute(
    contract: Path = typer.Argument(..., metavar="CONTRACT", help="The contract (YAML)."),
    about: str = typer.Option("", "--about", help="Open a dispute: what it is about (no patient's name)."),
    number: str | None = typer.Option(None, "--dispute", help="News of this dispute, such as D001."),
    status: str = typer.Option("open", "--status", help="open, answered, settled, rejected or withdrawn."),
    year: int | None = typer.Option(None, "--year", help="The performance year it is about."),
    dollars: float | None = typer.Option(None, "--dollars", help="How much is disputed, or was settled."),
    note: str = typer.Option("", "--note", help="What was said or decided."),
    on: datetime | None = typer.Option(None, "--on", formats=["%Y-%m-%d"], help="The day; default: today."),
    log: Path | None = typer.Option(None, "--log", help="The log; default: under the warehouse."),
    as_known_on: datetime | None = typer.Option(
        None, "--as-known-on", formats=["%Y-%m-%d"], help="The disputes as they stood on a day."
    ),
    config: Path | None = typer.Option(None, "--config", help="corridor.toml."),
    as_json: bool = typer.Option(False, "--json", help="One JSON object on stdout."),
) -> None:
    """The disputes of a contract: listed, opened, carried on. The log is only ever added to.

    Example: corridor contract dispute contract.yaml --about "March eligibility" --dollars 41200
    """
    from datetime import date

    from corridor.cli.contract_text import money
    from corridor.jobs.contract_care import disputes_of, log_path
    from corridor.programs.contract.dispute import add_entry
    from corridor.programs.contract.read import read_contract

    read = read_contract(contract)
    if about or number:
        add_entry(
            log_path(read, log, config),
            read.name,
            day_of(on) or date.today(),
            dispute=number,
            status=status,
            about=about,
            year=year,
            dollars=dollars,
            note=note,
        )
    kept = disputes_of(read, log, config)
    rows = kept.disputes(day_of(as_known_on))
    if as_json:
        state = {"entries": len(kept.entries), "seal": kept.seal}
        head = {"program": "contract", "contract": read.name, "year": year}
        say({**head, "rows": rows, **state, "assumptions": []})
        return
    if not rows:
        typer.echo("No dispute has been opened.")
    for row in rows:
        typer.echo(f"{row['dispute']}  {row['status']:<9} {money(row['dollars']):>15}  {row['about']}")
        for one in row["notes"]:
            typer.echo(f"      {one}")
    if rows:
        number = counted(len(kept.entries), "entry", "entries")
        typer.echo(f"\nThe log has {number}; the seal of the latest is {kept.seal}")


__all__ = ["app"]

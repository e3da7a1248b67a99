"""corridor contract: contracts as data, checked, settled, explained; statements, triangles, disputes."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

import typer

HELP = """Contracts written as data: check, settle, explain, statements, triangles, renewal, disputes.

Example: corridor contract settle contract.yaml figures.csv --quality scorecard.csv
"""
app = typer.Typer(add_completion=False, rich_markup_mode=None, no_args_is_help=True, help=HELP)


def say(found: dict[str, Any]) -> None:
    """One JSON object on stdout."""
    from corridor.programs.writing import plain

    typer.echo(json.dumps(plain(found), ensure_ascii=False, allow_nan=False))


def day_of(known: datetime | None) -> date | None:
    """The day of an option."""
    return None if known is None else known.date()


@app.command()
def check(
    files: list[Path] = typer.Argument(..., metavar="CONTRACT...", help="Contract files (YAML)."),
    as_json: bool = typer.Option(False, "--json", help="One JSON object on stdout."),
) -> None:
    """Read contracts strictly and say what they hold; the first fault is named with file, line and key.

    Example: corridor contract check contract.yaml
    """
    rows = [_summary(path) for path in files]
    if as_json:
        say({"program": "contract", "year": None, "rows": rows, "assumptions": []})
        return
    for row in rows:
        typer.echo(_summary_text(row))


@app.command("list")
def list_contracts(
    folder: Path = typer.Argument(Path(), metavar="[DIR]", help="A folder of contracts; default: here."),
    as_json: bool = typer.Option(False, "--json", help="One JSON object on stdout."),
) -> None:
    """The contracts of a folder: who with, of what kind, for how long, in how many versions.

    Example: corridor contract list contracts
    """
    from corridor.errors import CorridorError

    if not folder.is_dir():
        raise CorridorError(
            "CONTRACT-FILE", "There is no such folder.", todo="Name a folder of YAML files.", file=folder
        )
    rows = [
        _summary(path)
        for path in sorted(folder.glob("*.yaml"))
        if path.read_text(encoding="utf-8", errors="replace").find("contract:") >= 0
    ]
    if as_json:
        say({"program": "contract", "year": None, "rows": rows, "assumptions": []})
        return
    if not rows:
        typer.echo("No contract here: a contract is a YAML file (docs/contracts.md).")
    for row in rows:
        typer.echo(_summary_text(row))


def _summary(path: Path) -> dict[str, Any]:
    from corridor.programs.contract.read import read_contract

    contract = read_contract(path)
    head = contract.head
    return {
        "contract": contract.name,
        "file": path.name,
        "kind": head.kind,
        "title": head.title,
        "fictitious": head.fictitious,
        "payer": head.payer.name,
        "line": head.payer.line,
        "from": head.term.start,
        "through": head.term.through,
        "versions": len(contract.versions),
        "latest_known": max(one.known for one in contract.versions),
    }


def _summary_text(row: dict[str, Any]) -> str:
    words = {
        "value": "value-based",
        "outcomes_based_agreement": "outcomes-based agreement",
        "reference_price": "reference price",
    }
    versions = f"{row['versions']} version" + ("" if row["versions"] == 1 else "s")
    return (
        f"{row['contract']}  {words[row['kind']]}{', fictitious' if row['fictitious'] else ''}\n"
        f"  {row['title']}\n"
        f"  {row['from']} through {row['through']}, {versions} of its terms, "
        f"the latest known {row['latest_known']}"
    )


@app.command()
def settle(
    contract: Path = typer.Argument(..., metavar="CONTRACT", help="The contract (YAML)."),
    file: Path | None = typer.Argument(
        None, metavar="[FILE]", help="Figures; for drugs: patients, or prices. Absent: the last run's claims."
    ),
    quality: Path | None = typer.Option(None, "--quality", help="Results of the scorecard's measures."),
    followup: Path | None = typer.Option(None, "--followup", help="Outcomes agreements: what was observed."),
    units: Path | None = typer.Option(None, "--units", help="Reference prices: units by state and quarter."),
    year: int | None = typer.Option(None, "--year", help="Performance year; default: all in the file."),
    as_known_on: datetime | None = typer.Option(
        None, "--as-known-on", formats=["%Y-%m-%d"], help="Terms and figures as they were known on a day."
    ),
    out: Path | None = typer.Option(None, "--out", help="Also write .xlsx, .csv, .parquet or .json."),
    config: Path | None = typer.Option(None, "--config", help="corridor.toml, for settling from claims."),
    as_json: bool = typer.Option(False, "--json", help="One JSON object on stdout."),
) -> None:
    """Settle a contract: what was saved or lost, what quality makes of it, what is paid or owed.

    Example: corridor contract settle contract.yaml figures.csv --quality scorecard.csv --json
    """
    from corridor.cli.contract_text import settlement_text
    from corridor.jobs.contract import settle_contract

    found = settle_contract(contract, file, quality, followup, units, year, day_of(as_known_on), config)
    for warning in found["warnings"]:
        typer.echo(f"warning: {warning}", err=True)
    if out is not None:
        from corridor.cli.settle import check_out
        from corridor.jobs.contract import shown_measures
        from corridor.programs.writing import write_results

        if file is not None:
            check_out(out, file)
        sheets = {"Results": found["rows"]}
        leaving = {**found, "measures": shown_measures(found.get("measures", []))}
        sheets |= {
            name.capitalize(): leaving[name]
            for name in ("measures", "prices", "invoices")
            if leaving.get(name)
        }
        write_results(out, {**sheets, "Assumptions": found["assumptions"]})
    if as_json:
        say(found)
    else:
        typer.echo(settlement_text(found))
    if out is not None:
        typer.echo(f"written: {out}", err=True)


@app.command()
def explain(
    contract: Path = typer.Argument(..., metavar="CONTRACT", help="The contract (YAML)."),
    file: Path = typer.Argument(..., metavar="FILE", help="Figures; for drugs: patients, or prices."),
    identifier: str = typer.Option("", "--id", help="Which row: a year, an episode, an NDC; default: first."),
    quantity: str = typer.Option("", "--quantity", help="What to derive; default: what is paid."),
    quality: Path | None = typer.Option(None, "--quality-file", help="Results of the scorecard's measures."),
    followup: Path | None = typer.Option(None, "--followup", help="Outcomes agreements: what was observed."),
    units: Path | None = typer.Option(None, "--units", help="Reference prices: units by state and quarter."),
    as_known_on: datetime | None = typer.Option(
        None, "--as-known-on", formats=["%Y-%m-%d"], help="Terms and figures as they were known on a day."
    ),
    depth: int | None = typer.Option(None, "--depth", help="Levels of the tree to print; default: all."),
    full: bool = typer.Option(False, "--full", help="Derive conditions too, and every step in between."),
    as_json: bool = typer.Option(False, "--json", help="One JSON object on stdout."),
) -> None:
    """Derive a settlement: each formula with its values, the terms it rests on, the lines of the files.

    Example: corridor contract explain contract.yaml figures.csv --id 2026 --quality-file scorecard.csv
    """
    from corridor.explain import assumptions_of, assumptions_text, tree_text
    from corridor.jobs.contract import explain_contract

    row, node = explain_contract(
        contract, file, identifier, quantity, quality, followup, units, day_of(as_known_on)
    )
    assumed = assumptions_of([node])
    if as_json:
        rows = [{**row, "derivation": node.to_dict()}]
        say(
            {"program": "contract", "year": row.get("performance_year"), "rows": rows, "assumptions": assumed}
        )
        return
    typer.echo(tree_text(node, depth=depth, full=full) + "\n")
    typer.echo(assumptions_text(assumed))

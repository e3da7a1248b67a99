"""corridor explain: one result, derived down to the rules, the inputs, and the claims."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from corridor.formulas import Node
    from corridor.programs.asm.settlement import Settlement

app = typer.Typer(add_completion=False, rich_markup_mode=None)
# Program -> the module of this package whose ``explain_file`` derives it.
OTHER_TREES = {
    "mips": "explain_mips",
    "mssp": "explain_mssp",
    "reach": "explain_reach",
    "lead": "explain_reach",
    "team": "explain_team",
    "iota": "explain_form",
    "ahead": "explain_form",
    "wiser": "explain_form",
}


@app.command()
def explain(
    program: str = typer.Argument(..., metavar="PROGRAM", help="asm, mips, mssp, reach or lead."),
    npi: str = typer.Argument(..., metavar="ID", help="The clinician's NPI, or the ACO, as in the file."),
    file: Path | None = typer.Option(None, "--file", help="A calculator-door file; default: the last run."),
    tin: str | None = typer.Option(None, "--tin", help="Only under this TIN; default: every one."),
    quantity: str = typer.Option("dollars", "--quantity", help="What to derive, for instance final_score."),
    year: int | None = typer.Option(None, "--year", help="Performance year, with --file."),
    national: bool = typer.Option(False, "--national", help="With --file: set it in the national cohort."),
    claims: bool = typer.Option(False, "--claims", help="Open one of the episodes to its claim lines."),
    episode: int | None = typer.Option(None, "--episode", help="With --claims: which; the costliest is 1."),
    depth: int | None = typer.Option(None, "--depth", help="Levels of the tree to print; default: all."),
    full: bool = typer.Option(False, "--full", help="Derive conditions too, and every step in between."),
    html: Path | None = typer.Option(None, "--html", help="Also write one self-contained page."),
    overrides: list[str] = typer.Option(
        [], "--set", metavar="RULE=VALUE", help="With --file: use another value of a rule; repeatable."
    ),
    config: Path | None = typer.Option(None, "--config", help="corridor.toml."),
    as_json: bool = typer.Option(False, "--json", help="One JSON object on stdout."),
) -> None:
    """Derive a clinician's result: formulas, values, rules with source and status, inputs with their place.

    Example: corridor explain asm 1234567893 --file scores.csv --national --html why.html
    """
    from corridor.cli.settle import refuse_without_file
    from corridor.explain import assumptions_of, assumptions_text, tree_text

    if file is not None:  # as corridor settle does
        from corridor.cli.settle_year import refuse_ended_model

        refuse_ended_model(program, file, year, overrides, config)
    if program in OTHER_TREES:
        import importlib

        tree = importlib.import_module(f"corridor.cli.{OTHER_TREES[program]}")
        asked = (npi, file, tin, quantity, year, national, depth, full, html, overrides, config, as_json)
        tree.explain_file(program, *asked)
        return
    if file is None:
        refuse_without_file(year, national, overrides)
    settlement = (
        settled_file(program, file, year, overrides, config, national)
        if file is not None
        else settled_run(program, config)
    )
    rows = _rows_of(settlement, npi, tin, quantity)
    trees = [(row, settlement.explain(row, quantity)) for row in rows]
    under = {record["rule"]: record for record in settlement.assumptions_of_inputs()}
    under |= {record["rule"]: record for record in assumptions_of(node for _, node in trees)}
    assumed = [under[name] for name in sorted(under)]
    opened = _claims(npi, episode, config) if claims else None
    for warning in settlement.warnings:
        typer.echo(f"warning: {warning}", err=True)
    if html is not None:
        _write_page(html, settlement, trees, assumed, quantity)
    if as_json:
        import json

        answer: dict[str, Any] = {
            "program": program,
            "year": settlement.year,
            "payment_year": settlement.payment_year,
            "rows": [_record(settlement, row, quantity, node) for row, node in trees],
            "assumptions": assumed,
            "warnings": settlement.warnings,
            "claims": opened.to_dict() if opened else None,
        }
        typer.echo(json.dumps(answer, ensure_ascii=False, allow_nan=False, default=str))
    else:
        for row, node in trees:
            typer.echo(_heading(settlement, row) + "\n")
            typer.echo(tree_text(node, depth=depth, full=full) + "\n")
        if opened:
            typer.echo(opened.text())
        typer.echo(assumptions_text(assumed))
    if html is not None:
        typer.echo(f"written: {html}", err=True)


def settled_file(
    program: str, file: Path, year: int | None, overrides: list[str], config: Path | None, national: bool
) -> Settlement:
    """The settlement of a calculator-door file."""
    from corridor.cli.settle import chosen_rules
    from corridor.programs.asm.compute import settle
    from corridor.programs.asm.door import read_asm_file

    rules, performance_year = chosen_rules(program, year, overrides, config)
    inputs = read_asm_file(file, rules.in_force(performance_year), national=national)
    return settle(inputs, rules, performance_year, national=national)


def settled_run(program: str, config: Path | None) -> Settlement:
    """The settlement of the last complete run, computed again from the inputs it left."""
    from corridor.cli.settle import check_program
    from corridor.programs.asm.compute import settle
    from corridor.programs.asm.run_inputs import open_run_inputs
    from corridor.settings import load_settings

    check_program(program)
    found = open_run_inputs(load_settings(config).home_folder())
    return settle(found.inputs, found.rules, found.year, national=found.national)


def _claims(npi: str, episode: int | None, config: Path | None) -> Any:
    from corridor.engine.runs import open_run
    from corridor.explain.asm_claims import episode_claims
    from corridor.law import load_rules
    from corridor.settings import load_settings

    run = open_run(load_settings(config).home_folder())
    year = int(run.manifest["setting"]["performance_year"])
    days = load_rules(["asm"]).in_force(year).number("asm.annualisation_days")
    return episode_claims(run, npi, episode, int(days))


def _rows_of(settlement: Settlement, npi: str, tin: str | None, quantity: str) -> list[int]:
    """The clinician's rows, one a TIN. Raises EXPLAIN-NOT-FOUND and EXPLAIN-QUANTITY."""
    import difflib

    from corridor.errors import CorridorError

    known = settlement.inputs.clinicians
    rows = [
        row
        for row, (one, other) in enumerate(zip(known["npi"], known["tin"], strict=True))
        if one == npi and tin in (None, other)
    ]
    if not rows:
        near = difflib.get_close_matches(npi, [str(one) for one in known["npi"]], n=3)
        raise CorridorError(
            "EXPLAIN-NOT-FOUND",
            f"There is no clinician {npi}" + (f" under TIN {tin}." if tin else "."),
            why=f"{settlement.own} clinicians were settled.",
            todo=f"Did you mean {', '.join(near)}?" if near else "Check the NPI; --file names another file.",
            file=settlement.inputs.file,
            field="npi",
        )
    if quantity not in settlement.clinicians.model.formulas:
        names = list(settlement.clinicians.model.formulas)
        near = difflib.get_close_matches(quantity, names, n=3)
        raise CorridorError(
            "EXPLAIN-QUANTITY",
            f"ASM computes no {quantity!r}.",
            todo=f"Did you mean {', '.join(near)}?" if near else "Try dollars, final_score or quality_score.",
            field="quantity",
        )
    return rows


def _record(settlement: Settlement, row: int, quantity: str, node: Node) -> dict[str, Any]:
    known = settlement.inputs.clinicians
    identity = {name: known[name][row] for name in ("tin", "npi", "cohort")}
    return {**identity, "quantity": quantity, "value": node.value, "tree": node.to_dict()}


def _heading(settlement: Settlement, row: int) -> str:
    known = settlement.inputs.clinicians
    dollars = settlement.clinicians["dollars"][row]
    factor = float(settlement.clinicians["payment_adjustment_factor"][row])
    named = known["clinician_name"][row] or f"NPI {known['npi'][row]}"
    worth = "" if dollars != dollars else f", ${abs(dollars):,.0f}"
    verb = "gains" if factor > 0 else "loses" if factor < 0 else "neither gains nor loses:"
    frame = "in the national cohort" if settlement.national else "in a cohort of this file alone"
    return (
        f"{named} (TIN {known['tin'][row]}, {known['cohort'][row].replace('_', ' ')}) {verb} "
        f"{abs(factor):.4%} of Part B in {settlement.payment_year}{worth}, {frame}."
    )


def _write_page(
    path: Path,
    settlement: Settlement,
    trees: list[tuple[int, Node]],
    assumed: list[dict[str, Any]],
    quantity: str,
) -> None:
    from corridor.errors import CorridorError
    from corridor.explain import derivation_page

    if not path.resolve().parent.is_dir():
        raise CorridorError("DOOR-OUTPUT", "The folder does not exist.", todo="Make it first.", file=path)
    headings = [_heading(settlement, row) for row, _ in trees]
    lead = (
        f"How this result ({quantity.replace('_', ' ')}) comes about, performance year {settlement.year}. "
        "Open a line to see what it was made of; each rule names its source and how sure it is."
    )
    several = len(trees) > 1
    page = derivation_page(
        f"{len(trees)} results of one clinician" if several else headings[0],
        lead,
        [(heading if several else "", node) for heading, (_, node) in zip(headings, trees, strict=True)],
        assumed,
    )
    path.write_text(page, encoding="utf-8")

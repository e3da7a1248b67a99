"""corridor explain mips: a score of a file or the last run, derived down to rules, inputs, cut points."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from corridor.formulas import Node
    from corridor.programs.mips.result import Result


def explain_file(
    program: str,
    npi: str,
    file: Path | None,
    tin: str | None,
    quantity: str,
    year: int | None,
    national: bool,
    depth: int | None,
    full: bool,
    html: Path | None,
    overrides: list[str],
    config: Path | None,
    as_json: bool,
) -> None:
    """Derive every score of a clinician (``program`` is mips) in a calculator-door file, or of the last run.

    Raises EXPLAIN-NOT-FOUND, EXPLAIN-QUANTITY, and what the door raises.
    """
    from corridor.cli.settle_mips import settled_file
    from corridor.explain import assumptions_of, assumptions_text, derivation_page, tree_text

    if file is None:
        found, rows, quantity = _of_run(npi, tin, quantity, year, config)
    else:
        found = settled_file(file, year, national, overrides, config=config)
        rows = _rows_of(found, npi, tin, quantity)
    trees = [(row, found.explain(row, quantity)) for row in rows]
    assumed = assumptions_of(node for _, node in trees)
    for warning in found.warnings:
        typer.echo(f"warning: {warning}", err=True)
    if html is not None:
        page = derivation_page(
            _heading(found, rows[0]),
            f"How this result ({quantity.replace('_', ' ')}) comes about, performance year {found.year}.",
            [(_heading(found, row), node) for row, node in trees],
            assumed,
        )
        html.write_text(page, encoding="utf-8")
        typer.echo(f"written: {html}", err=True)
    if as_json:
        answer: dict[str, Any] = {
            "program": "mips", "year": found.year, "payment_year": found.payment_year,
            "rows": [_record(found, row, quantity, node) for row, node in trees],
            "assumptions": assumed, "warnings": found.warnings,
        }  # fmt: skip
        typer.echo(json.dumps(answer, ensure_ascii=False, allow_nan=False, default=str))
        return
    for row, node in trees:
        typer.echo(_heading(found, row) + "\n")
        typer.echo(tree_text(node, depth=depth, full=full) + "\n")
    typer.echo(assumptions_text(assumed))


def _of_run(
    npi: str, tin: str | None, quantity: str, year: int | None, config: Path | None
) -> tuple[Result, list[int], str]:
    """The newest scored year of the last run (or ``year``), the units whose score the clinician has.

    What a unit has is a score: where dollars are asked for, which are a clinician's, it is derived instead.
    """
    from corridor.errors import CorridorError
    from corridor.programs.mips.run_result import open_run_results
    from corridor.settings import load_settings

    years = [one for one in open_run_results(load_settings(config).home_folder()) if one.rows_of(npi, tin)]
    years = [one for one in years if year in (None, one.year.year)]
    if not years:
        raise CorridorError(
            "EXPLAIN-NOT-FOUND",
            f"The last run has no MIPS score of {npi}" + (f" under TIN {tin}." if tin else "."),
            why="A score needs quality results of the clinician, the practice or the entity.",
            todo="Check the NPI and the year; or name a file with --file.",
            field="npi",
        )
    last = years[-1]
    wanted = "final_score" if quantity == "dollars" else quantity
    _known_quantity(wanted)
    return last.result, last.rows_of(npi, tin), wanted


def _known_quantity(quantity: str) -> None:
    """Raises EXPLAIN-QUANTITY for what MIPS does not compute."""
    import difflib

    from corridor.errors import CorridorError
    from corridor.programs.mips.model import CLINICIANS

    if quantity not in CLINICIANS.formulas:
        near = difflib.get_close_matches(quantity, list(CLINICIANS.formulas), n=3)
        raise CorridorError(
            "EXPLAIN-QUANTITY",
            f"MIPS computes no {quantity!r}.",
            todo=f"Did you mean {', '.join(near)}?"
            if near
            else "Try dollars, final_score or quality_percent.",
            field="quantity",
        )


def _rows_of(found: Result, npi: str, tin: str | None, quantity: str) -> list[int]:
    import difflib

    from corridor.errors import CorridorError

    known = found.inputs.clinicians
    pairs = zip(known["npi"].tolist(), known["tin"].tolist(), strict=True)
    rows = [row for row, (one, other) in enumerate(pairs) if one == npi and tin in (None, other)]
    if not rows:
        near = difflib.get_close_matches(npi, [str(one) for one in known["npi"].tolist()], n=3)
        raise CorridorError(
            "EXPLAIN-NOT-FOUND",
            f"There is no clinician {npi}" + (f" under TIN {tin}." if tin else "."),
            todo=f"Did you mean {', '.join(near)}?" if near else "Check the NPI; --file names another file.",
            file=found.inputs.file,
            field="npi",
        )
    _known_quantity(quantity)
    return rows


def _record(found: Result, row: int, quantity: str, node: Node) -> dict[str, Any]:
    known = found.inputs.clinicians
    names = ("tin", "npi", "participation", "pathway")
    return {
        **{n: known[n][row] for n in names},
        "quantity": quantity,
        "value": node.value,
        "tree": node.to_dict(),
    }


def _heading(found: Result, row: int) -> str:
    known, score = found.inputs.clinicians, found.final_score[row]
    named = known["clinician_name"][row] or f"NPI {known['npi'][row]}"
    level = str(known["participation"][row]).replace("_", " ")
    shown = "no score" if score != score else f"final score {score:.2f}"
    return f"{named} (TIN {known['tin'][row]}, {level}, {known['pathway'][row]}): {shown} in {found.year}."

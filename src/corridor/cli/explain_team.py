"""corridor explain team: a figure of a hospital in a file, derived down to rules and inputs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import typer


def explain_file(
    program: str,
    ccn: str,
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
    """Derive ``quantity`` of a hospital (default: what it is paid or repays) in a calculator-door file.

    Raises TEAM-NEEDS-FILE, EXPLAIN-NOT-FOUND, EXPLAIN-QUANTITY, and what the door raises.
    """
    from corridor.cli.settle_team import settled_file
    from corridor.errors import CorridorError
    from corridor.explain import assumptions_of, assumptions_text, derivation_page, tree_text

    if file is None:
        raise CorridorError(
            "TEAM-NEEDS-FILE",
            "A settlement of TEAM is derived from a file.",
            why="Target prices and quality scores are CMS's: claims alone do not settle it.",
            todo="corridor explain team CCN --file FILE",
            field="--file",
        )
    wanted = "final_amount" if quantity == "dollars" else quantity
    _known_quantity(wanted)
    found = settled_file(file, year, overrides, config, wanted=(wanted,))
    row = _row(found.ids, ccn, file.name)
    tree = found.explain(row, wanted)
    assumed = assumptions_of([tree])
    for warning in found.warnings:
        typer.echo(f"warning: {warning}", err=True)
    shown = f"{tree.value:,.2f}" if isinstance(tree.value, float) else str(tree.value)
    heading = f"{ccn}, TEAM {found.year}: {wanted.replace('_', ' ')} {shown}."
    if html is not None:
        lead = f"How this figure comes about, performance year {found.year}."
        html.write_text(derivation_page(heading, lead, [(heading, tree)], assumed), encoding="utf-8")
        typer.echo(f"written: {html}", err=True)
    if as_json:
        record: dict[str, Any] = {"ccn": ccn, "quantity": wanted, "value": tree.value}
        answer = {
            "program": "team",
            "year": found.year,
            "rows": [{**record, "tree": tree.to_dict()}],
            "assumptions": assumed,
            "warnings": found.warnings,
        }
        typer.echo(json.dumps(answer, ensure_ascii=False, allow_nan=False, default=str))
        return
    typer.echo(heading + "\n")
    typer.echo(tree_text(tree, depth=depth, full=full) + "\n")
    typer.echo(assumptions_text(assumed))


def _row(ids: list[str], ccn: str, file: str) -> int:
    """The place of the hospital in the file. Raises EXPLAIN-NOT-FOUND."""
    import difflib

    from corridor.errors import CorridorError

    if ccn in ids:
        return ids.index(ccn)
    near = difflib.get_close_matches(ccn, ids, n=3)
    raise CorridorError(
        "EXPLAIN-NOT-FOUND",
        f"There is no hospital {ccn}.",
        why=f"{len(ids)} hospitals were settled.",
        todo=f"Did you mean {', '.join(near)}?" if near else "Check the CCN.",
        file=file,
        field="ccn",
    )


def _known_quantity(quantity: str) -> None:
    """Raises EXPLAIN-QUANTITY for what the model does not compute of a hospital."""
    import difflib

    from corridor.errors import CorridorError
    from corridor.programs.team.model import HOSPITALS

    if quantity not in HOSPITALS.formulas:
        near = difflib.get_close_matches(quantity, list(HOSPITALS.formulas), n=3)
        raise CorridorError(
            "EXPLAIN-QUANTITY",
            f"team computes no {quantity!r} of a hospital.",
            todo=f"Did you mean {', '.join(near)}?" if near else "Try final_amount.",
            field="quantity",
        )

"""corridor explain iota and ahead: a figure of a row of the form, derived down to rules and inputs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from corridor.programs.one_form import Settled


def explain_file(
    program: str,
    name: str,
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
    """Derive ``quantity`` (default: the main one of its part) of every row of ``name`` in a file.

    Raises SETTLE-NEEDS-FORM, EXPLAIN-NOT-FOUND, EXPLAIN-QUANTITY, and what the door raises.
    """
    from corridor.cli.settle_form import settled_file
    from corridor.errors import CorridorError
    from corridor.explain import assumptions_of, assumptions_text, derivation_page, tree_text

    if file is None:
        raise CorridorError(
            "SETTLE-NEEDS-FORM",
            f"A settlement of {program} is derived from a file.",
            why="A run does not settle it: claims do not hold what CMS's notices do.",
            todo=f"corridor explain {program} ID --file FILE",
            field="--file",
        )
    found = settled_file(program, file, year, overrides, config)
    trees = []
    for row in _rows(found, name):
        part = found.program.parts[found.part_of(row)]
        wanted = part.main if quantity == "dollars" else quantity
        _known_quantity(found, row, wanted)
        trees.append((row, wanted, found.explain(row, wanted)))
    assumed = assumptions_of([tree for _, _, tree in trees])
    for warning in found.warnings:
        typer.echo(f"warning: {warning}", err=True)
    headings = [
        f"{name}, {found.program.title} {found.year}: {wanted.replace('_', ' ')} {_shown(tree.value)}."
        for _, wanted, tree in trees
    ]
    if html is not None:
        lead = f"How this figure comes about, performance year {found.year}."
        pages = [(heading, tree) for heading, (_, _, tree) in zip(headings, trees, strict=True)]
        html.write_text(derivation_page(headings[0], lead, pages, assumed), encoding="utf-8")
        typer.echo(f"written: {html}", err=True)
    if as_json:
        rows: list[dict[str, Any]] = [
            {found.program.id_column: name, "quantity": wanted, "value": tree.value, "tree": tree.to_dict()}
            for _, wanted, tree in trees
        ]
        answer = {
            "program": program,
            "year": found.year,
            "rows": rows,
            "assumptions": assumed,
            "warnings": found.warnings,
        }
        typer.echo(json.dumps(answer, ensure_ascii=False, allow_nan=False, default=str))
        return
    for heading, (_, _, tree) in zip(headings, trees, strict=True):
        typer.echo(heading + "\n")
        typer.echo(tree_text(tree, depth=depth, full=full) + "\n")
    typer.echo(assumptions_text(assumed))


def _shown(value: Any) -> str:
    return f"{value:,.2f}" if isinstance(value, float) else str(value)


def _rows(found: Settled, name: str) -> list[int]:
    """The rows of that name. Raises EXPLAIN-NOT-FOUND."""
    import difflib

    from corridor.errors import CorridorError

    rows = [row for row, one in enumerate(found.ids) if one == name]
    if rows:
        return rows
    near = difflib.get_close_matches(name, found.ids, n=3)
    raise CorridorError(
        "EXPLAIN-NOT-FOUND",
        f"There is no {name}.",
        why=f"{len(found.ids)} rows were settled.",
        todo=f"Did you mean {', '.join(near)}?" if near else "Check the identifier.",
        file=found.form.file,
        field=found.program.id_column,
    )


def _known_quantity(found: Settled, row: int, quantity: str) -> None:
    """Raises EXPLAIN-QUANTITY for what the model does not compute of the row."""
    import difflib

    from corridor.errors import CorridorError

    part = found.program.parts[found.part_of(row)]
    names = list(part.model.formulas)
    if quantity not in names:
        near = difflib.get_close_matches(quantity, names, n=3)
        raise CorridorError(
            "EXPLAIN-QUANTITY",
            f"{found.program.name} computes no {quantity!r} of this row.",
            todo=f"Did you mean {', '.join(near)}?" if near else f"Try {part.main}.",
            field="quantity",
        )

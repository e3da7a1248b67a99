"""corridor explain reach and lead: a figure of an ACO in a file, derived down to rules and inputs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from corridor.programs.reach.settling import Settlement


def explain_file(
    program: str,
    aco: str,
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
    """Derive ``quantity`` of an ACO (default: what it earns or owes) in a calculator-door file.

    Raises REACH-NEEDS-FILE, EXPLAIN-NOT-FOUND, EXPLAIN-QUANTITY, and what the door
    raises.
    """
    from corridor.cli.settle_reach import settled_file
    from corridor.errors import CorridorError
    from corridor.explain import assumptions_of, assumptions_text, derivation_page, tree_text

    if file is None:
        raise CorridorError(
            "REACH-NEEDS-FILE",
            f"A settlement of {program} is derived from a file.",
            why="A run does not settle it: claims do not hold what CMS's benchmark report does.",
            todo=f"corridor explain {program} ACO --file FILE",
            field="--file",
        )
    wanted = "earned_savings_or_losses" if quantity == "dollars" else quantity
    _known_quantity(program, wanted)
    found = settled_file(program, file, year, overrides, config, wanted=(wanted,), only=aco)
    row = _row(found, aco)
    tree = found.explain(row, wanted)
    assumed = assumptions_of([tree])
    for warning in found.warnings:
        typer.echo(f"warning: {warning}", err=True)
    heading = f"{aco}, {found.program.title} {found.year}: {wanted.replace('_', ' ')} {_shown(tree.value)}."
    if html is not None:
        lead = f"How this figure comes about, performance year {found.year}."
        html.write_text(derivation_page(heading, lead, [(heading, tree)], assumed), encoding="utf-8")
        typer.echo(f"written: {html}", err=True)
    if as_json:
        record: dict[str, Any] = {"aco_id": aco, "quantity": wanted, "value": tree.value}
        answer = {
            "program": program,
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


def _shown(value: Any) -> str:
    return f"{value:,.2f}" if isinstance(value, float) else str(value)


def _row(found: Settlement, aco: str) -> int:
    """The place of the ACO in the file. Raises EXPLAIN-NOT-FOUND."""
    import difflib

    from corridor.errors import CorridorError

    if aco in found.ids:
        return found.ids.index(aco)
    near = difflib.get_close_matches(aco, found.ids, n=3)
    raise CorridorError(
        "EXPLAIN-NOT-FOUND",
        f"There is no ACO {aco}.",
        why=f"{len(found.ids)} ACOs were settled.",
        todo=f"Did you mean {', '.join(near)}?" if near else "Check the identifier.",
        file=found.form.file,
        field="aco_id",
    )


def _known_quantity(program: str, quantity: str) -> None:
    """Raises EXPLAIN-QUANTITY for what the model does not compute of an ACO."""
    import difflib

    from corridor.cli.settle_reach import program_of
    from corridor.errors import CorridorError

    names = list(program_of(program).acos.formulas)
    if quantity not in names:
        near = difflib.get_close_matches(quantity, names, n=3)
        raise CorridorError(
            "EXPLAIN-QUANTITY",
            f"{program} computes no {quantity!r} of an ACO.",
            todo=f"Did you mean {', '.join(near)}?" if near else "Try earned_savings_or_losses.",
            field="quantity",
        )

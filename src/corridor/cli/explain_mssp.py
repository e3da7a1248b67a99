"""corridor explain mssp: an ACO's result of a file, derived down to rules and inputs."""

from __future__ import annotations

import difflib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from corridor.programs.mssp.result import Result

DEFAULT = "earned_savings_or_losses"


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
    """Derive one quantity of an ACO in a calculator-door file; ``program`` is mssp.

    Raises EXPLAIN-NEEDS-FILE, EXPLAIN-NOT-FOUND, EXPLAIN-QUANTITY, and what the door raises.
    """
    from corridor.cli.settle_mssp import settled_file
    from corridor.errors import CorridorError
    from corridor.explain import assumptions_of, assumptions_text, derivation_page, tree_text

    if file is None:
        raise CorridorError(
            "EXPLAIN-NEEDS-FILE",
            f"Which file holds the ACO {aco} is not said.",
            why="A settlement is derived from the figures it was made of.",
            todo=f"Name it: corridor explain {program} {aco} --file FILE.",
            field="--file",
        )
    found = settled_file(file, year, overrides, config=config)
    row = _row_of(found, aco)
    wanted = DEFAULT if quantity == "dollars" else quantity
    refuse_unknown(found, wanted)
    node = found.explain(row, wanted)
    assumed = assumptions_of([node])
    heading = _heading(found, row)
    if html is not None:
        if not html.resolve().parent.is_dir():
            raise CorridorError("DOOR-OUTPUT", "The folder does not exist.", todo="Make it first.", file=html)
        lead = f"How this result ({wanted.replace('_', ' ')}) comes about, performance year {found.year}."
        html.write_text(derivation_page(heading, lead, [(heading, node)], assumed), encoding="utf-8")
        typer.echo(f"written: {html}", err=True)
    if as_json:
        answer: dict[str, Any] = {
            "program": program, "year": found.year,
            "rows": [{"aco_id": aco, "quantity": wanted, "value": node.value, "tree": node.to_dict()}],
            "assumptions": assumed, "warnings": found.warnings,
        }  # fmt: skip
        typer.echo(json.dumps(answer, ensure_ascii=False, allow_nan=False, default=str))
        return
    typer.echo(heading + "\n")
    typer.echo(tree_text(node, depth=depth, full=full) + "\n")
    typer.echo(assumptions_text(assumed))


def _row_of(found: Result, aco: str) -> int:
    from corridor.errors import CorridorError

    acos = found.inputs.aco_ids
    if aco in acos:
        return acos.index(aco)
    near = difflib.get_close_matches(aco, acos, n=3)
    raise CorridorError(
        "EXPLAIN-NOT-FOUND",
        f"There is no ACO {aco} in the file.",
        why=f"{len(acos):,} ACOs were settled.",
        todo=f"Did you mean {', '.join(near)}?" if near else "Check the ACO; --file names another file.",
        file=found.inputs.file,
        field="aco_id",
    )


def refuse_unknown(found: Result, quantity: str) -> None:
    """Raises EXPLAIN-QUANTITY for what MSSP does not compute."""
    from corridor.errors import CorridorError

    names = found.quantities()
    if quantity not in names:
        near = difflib.get_close_matches(quantity, names, n=3)
        raise CorridorError(
            "EXPLAIN-QUANTITY",
            f"MSSP computes no {quantity!r}.",
            todo=f"Did you mean {', '.join(near)}?" if near else f"Try {DEFAULT} or savings_rate.",
            field="quantity",
        )


def _heading(found: Result, row: int) -> str:
    earned = float(found.settlement.column(DEFAULT)[row])
    verb = "earns" if earned > 0 else "owes" if earned < 0 else "neither earns nor owes"
    amount = f" ${abs(earned):,.0f}" if earned else ""
    if earned != earned:
        verb, amount = "cannot be settled", ""
    named = f" ({found.inputs.names[row]})" if found.inputs.names[row] else ""
    track = found.settlement.column("track")[row]
    return f"{found.inputs.aco_ids[row]}{named}, track {track}, {verb}{amount} in {found.year}."

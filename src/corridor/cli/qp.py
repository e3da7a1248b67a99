"""corridor qp: every status of a clinician side by side, and how one came about."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import typer

app = typer.Typer()

HELP = """Every status of a clinician, practice and payment year: ASM, MIPS, QP, conversion factor.

The statuses are not exclusive. With --derive, an NPI and --year (the performance year): the scores under the
status, the thresholds, and the rules with their sources; with --file from a form of corridor settle qp.

Example: corridor qp --payment-year 2028

Example: corridor qp 9000000015 --derive --year 2026
"""
SHOWN = 40


@app.command(help=HELP)
def qp(
    identifier: str = typer.Argument("", metavar="[ID]", help="An NPI or a TIN; without one, everyone."),
    payment_year: int | None = typer.Option(None, "--payment-year", help="Only this payment year."),
    derive: bool = typer.Option(
        False, "--derive", help="Derive one clinician's result; needs ID and --year."
    ),
    year: int | None = typer.Option(None, "--year", help="With --derive: the performance year."),
    quantity: str = typer.Option("status", "--quantity", help="With --derive: status, dollars, worth, ..."),
    file: Path | None = typer.Option(None, "--file", help="With --derive: a form instead of the last run."),
    limit: int = typer.Option(SHOWN, "--limit", min=0, help="How many rows to show."),
    out: Path | None = typer.Option(None, "--out", metavar="FILE", help="Write all rows to this file."),
    config: Path | None = typer.Option(None, "--config", help="Settings file; default: ./corridor.toml."),
    as_json: bool = typer.Option(False, "--json", help="One JSON object on standard output."),
) -> None:
    """Hand over to the job; the help text stands in HELP."""
    from corridor.errors import CorridorError
    from corridor.jobs.context import open_context
    from corridor.jobs.qp import statuses

    context = open_context(config)
    if derive or file is not None:
        if not identifier or year is None:
            raise CorridorError(
                "QP-DERIVE",
                "A derivation is of one clinician in one performance year.",
                todo="Write for instance: corridor qp 9000000015 --derive --year 2026",
                field="--derive",
            )
        _derive(context, identifier, year, quantity, file, as_json)
        return
    rows = statuses(context, identifier, payment_year)
    if out is not None:
        from corridor.programs.writing import write_results

        write_results(out, {"Statuses": rows})
        sys.stderr.write(f"{len(rows):,} rows in {out}\n")
    if as_json:
        _json(context, payment_year, rows if out is None else [{"rows": len(rows), "file": str(out)}])
    elif out is None:
        sys.stdout.write(_text(rows, limit))


def _derive(context: Any, npi: str, year: int, quantity: str, file: Path | None, as_json: bool) -> None:
    from corridor.explain import assumptions_of, assumptions_text, tree_text
    from corridor.jobs.qp import derived
    from corridor.programs.writing import plain

    found = derived(context, npi, year, quantity, file)
    assumed = assumptions_of(node for _, node in found)
    if as_json:
        rows = [{**row, "derivation": node.to_dict()} for row, node in found]
        json.dump(
            plain({"program": "qp", "year": year, "rows": rows, "assumptions": assumed}),
            sys.stdout,
            allow_nan=False,
        )
        sys.stdout.write("\n")
        return
    for row, node in found:
        sys.stdout.write(f"NPI {row['npi']} under TIN {row['tin'] or '-'}: {row['reason']}\n\n")
        sys.stdout.write(tree_text(node, full=quantity == "status") + "\n\n")
    sys.stdout.write(assumptions_text(assumed) + "\n")


def _json(context: Any, payment_year: int | None, rows: list[dict[str, Any]]) -> None:
    from corridor.jobs.qp import STATUSES
    from corridor.jobs.tables import rules_of
    from corridor.programs.writing import plain

    assumed = context.force.assumptions(name for name in rules_of(STATUSES) if name in context.force)
    found = {
        "program": "qp",
        "year": None,
        "payment_year": payment_year,
        "rows": rows,
        "assumptions": assumed,
    }
    json.dump(plain(found), sys.stdout, allow_nan=False)
    sys.stdout.write("\n")


def _text(rows: list[dict[str, Any]], limit: int) -> str:
    from corridor.jobs.qp import hint

    if not rows:
        return "no rows\n"
    lines = [
        f"{'NPI':<12} {'TIN':<12} {'pays':>4}  {'ASM':<5} {'MIPS':<27} {'QP':<11} {'factor':>8} "
        f"{'adjusts':>9}"
    ]
    for row in rows[:limit]:
        asm = {None: "?", True: "in", False: "out"}[row["asm_participant"]]
        factor = "-" if row["conversion_factor"] is None else f"{row['conversion_factor']:.4f}"
        adjusts = "-" if row["adjustment"] is None else f"{row['adjustment']:+.3%}"
        lines.append(
            f"{row['npi']:<12} {row['tin']:<12} {row['payment_year']:>4}  {asm:<5} {row['mips_status']:<27} "
            f"{row['qp_status']:<11} {factor:>8} {adjusts:>9}"
        )
        if len({one["npi"] for one in rows}) == 1:
            for name in ("asm_reason", "mips_reason", "qp_reason", "adjustment_reason"):
                lines.append(f"    {name.removesuffix('_reason')}: {row[name]}")
    if len(rows) > limit:
        lines.append(f"{len(rows) - limit:,} more: --limit shows them, --out writes them")
    if told := hint(rows):
        lines += ["", *told]
    return "\n".join([*lines, ""])

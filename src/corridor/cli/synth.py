"""corridor synth: write a synthetic community in CCLF layout."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import typer

app = typer.Typer()


@app.command()
def synth(
    out: Path = typer.Option(..., "--out", help="Folder to write to; it must be new or empty."),
    beneficiaries: int = typer.Option(2_500, "--beneficiaries", "-n", help="How many people."),
    seed: int = typer.Option(1, "--seed", help="The same seed and size give the same bytes."),
    start: str = typer.Option("2024-07", "--start", help="First month of service, YYYY-MM."),
    months: int = typer.Option(42, "--months", help="How many months of service."),
    delivery: str = typer.Option(
        "single",
        "--delivery",
        help="single: one file set. monthly: all but the last month, then the last month.",
    ),
    layout: str = typer.Option(
        "cclf",
        "--layout",
        help="cclf, with every list; or tuva: three tables of the Tuva input layer, Parquet.",
    ),
    as_json: bool = typer.Option(False, "--json", help="Print what was written as one JSON object."),
) -> None:
    """Write a synthetic community: claims in CCLF layout, and every list that goes with them.

    The default period, July 2024 to December 2027, holds the ASM eligibility year 2025 and the
    performance year 2027.

    Example: corridor synth --beneficiaries 2500 --seed 1 --out community
    """
    from corridor.errors import CorridorError
    from corridor.synth.community import write_community
    from corridor.synth.order import check_order

    order = check_order(beneficiaries, seed, start, months, delivery, out)
    if layout not in ("cclf", "tuva"):
        raise CorridorError(
            "SYNTH-LAYOUT",
            f"There is no layout {layout!r} to write a community in.",
            todo="Use --layout cclf or --layout tuva.",
            field="--layout",
        )
    if layout == "tuva" and order.monthly:
        raise CorridorError(
            "SYNTH-DELIVERY",
            "Tables of the Tuva input layer have no monthly delivery.",
            why="They hold every claim once, in its final form.",
            todo="Leave --delivery out, or use --layout cclf.",
            field="--delivery",
        )
    began = last = time.monotonic()

    def progress(done: int, of: int) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last > 2 and done < of:
            last = now
            sys.stderr.write(f"  {done:,} of {of:,} people\n")

    if layout == "tuva":
        from corridor.jobs.synth_tuva import write_tuva_community

        _say_tables(
            write_tuva_community(order, progress), beneficiaries, out, time.monotonic() - began, as_json
        )
        return
    written = write_community(order, progress)
    seconds = time.monotonic() - began
    if as_json:
        found = {"folder": str(out), "rows": written.pop("files"), **written}
        json.dump({"program": None, "year": None, "assumptions": [], **found}, sys.stdout)
        sys.stdout.write("\n")
        return
    typer.echo(
        f"A community of {beneficiaries:,} people is in {out} ({seconds:.1f} s). Nobody in it is real."
    )
    typer.echo(f"README.txt there lists the files; load them with: corridor load cclf {out / 'cclf'}")


def _say_tables(rows: dict[str, int], people: int, out: Path, seconds: float, as_json: bool) -> None:
    if as_json:
        tables = [{"table": name, "rows": count} for name, count in rows.items()]
        json.dump({"folder": str(out), "beneficiaries": people, "rows": tables}, sys.stdout)
        sys.stdout.write("\n")
        return
    typer.echo(f"A community of {people:,} people is in {out} ({seconds:.1f} s). Nobody in it is real.")
    typer.echo(f"Load it with: corridor load tuva {out}")

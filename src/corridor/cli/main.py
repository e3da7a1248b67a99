"""The entry point: a group that imports a command's module only when it is called."""

from __future__ import annotations

import importlib
import json
import os
import sys
import traceback
from pathlib import Path
from typing import Any, NoReturn

import typer
from typer.core import TyperGroup

from corridor import __version__
from corridor.errors import CorridorError

# command -> (module with an `app`, one line of help)
COMMANDS: dict[str, tuple[str, str]] = {
    "demo": ("corridor.cli.demo", "A synthetic community, loaded, run and reported."),
    "init": ("corridor.cli.init", "Write a commented corridor.toml."),
    "load": ("corridor.cli.load", "Load claim files and rosters."),
    "run": ("corridor.cli.run", "Compute every table and program named in corridor.toml."),
    "table": ("corridor.cli.table", "The tables of the last complete run, listed, shown, written."),
    "export": ("corridor.cli.export", "The claims of the last complete run in the layout of others."),
    "performance": (
        "corridor.cli.performance",
        "How clinicians, practices and ACOs compare, with reliability.",
    ),
    "quality": ("corridor.cli.quality", "How complete quality results are, and what to ask a vendor for."),
    "asm-pack": ("corridor.cli.asm_pack", "What ASM asks a practice to have, item by item, and what lacks."),
    "gaps": ("corridor.cli.gaps", "Patients of a measure that do not count yet, and what they are worth."),
    "next-best": ("corridor.cli.next_best", "What to do next over all programs, net of their overlap."),
    "qp": ("corridor.cli.qp", "Every status of a clinician: ASM, MIPS, QP, conversion factor."),
    "aco": ("corridor.cli.aco", "How an ACO stands: benchmark, projection, variance, what claims lack."),
    "settle": ("corridor.cli.settle", "The calculator door: a spreadsheet in, dollars out."),
    "exposure": ("corridor.cli.exposure", "Every program of a health system, every year, jointly."),
    "tracks": ("corridor.cli.tracks", "Which track of the Shared Savings Program, with how much at risk."),
    "what-if": ("corridor.cli.what_if", "A practice joins or leaves the ACO: people, dollars, category."),
    "join-aco": (
        "corridor.cli.join_aco",
        "What joining the ACO is worth to one practice, and what it risks.",
    ),
    "team": ("corridor.cli.team", "Hospital episodes: open ones from a schedule, those of the last run."),
    "risk": ("corridor.cli.risk", "Risk scores for a list of people and their diagnoses."),
    "risk-integrity": (
        "corridor.cli.risk_integrity",
        "Risk scores against their cap, recapture with evidence, signs of coding growth.",
    ),
    "impact": ("corridor.cli.impact", "What another schedule, status or scenario changes, by cause."),
    "apcm": ("corridor.cli.apcm", "What primary care management is worth beside what is billed now."),
    "audit": ("corridor.cli.audit", "What is billed against the rules, and what is left unbilled."),
    "agree": ("corridor.cli.agree", "CMS's feedback beside our own figures, the difference by cause."),
    "submit": ("corridor.cli.submit", "A validated submission and its audit package."),
    "contract": (
        "corridor.cli.contract_care",
        "Contracts written as data: settled, explained, stated, disputed.",
    ),
    "distribute": (
        "corridor.cli.distribute",
        "Savings, losses and adjustments split by a plan, to the cent.",
    ),
    "best-mix": ("corridor.cli.best_mix", "The measures and pathway with the highest MIPS score."),
    "calendar": ("corridor.cli.calendar", "What is due when, and what is still missing for it."),
    "template": ("corridor.cli.template", "An Excel form for everything that takes a file."),
    "price-file": (
        "corridor.cli.price_file",
        "A hospital's or payer's published prices beside what was paid.",
    ),
    "overpayment": ("corridor.cli.overpayment", "What was paid in error: cases, clocks, samples, refunds."),
    "price": ("corridor.cli.price", "What Medicare pays for a service, and why."),
    "explain": ("corridor.cli.explain", "Derive one result, down to the rule and the claims."),
    "iota": ("corridor.cli.iota", "A transplant hospital's own lists: counts, notices due."),
    "models": ("corridor.cli.models", "Every model: its days, its state, its successor."),
    "overlap": ("corridor.cli.overlap", "One entity under every program at once; which may coexist."),
    "rules": ("corridor.cli.rules", "The law in force, with sources and status."),
    "reference": ("corridor.cli.reference", "Install and list public reference files."),
    "roster": ("corridor.cli.roster", "What a clinician who joins or leaves carries along."),
    "lookup": ("corridor.cli.lookup", "One NPI or TIN in installed public files."),
    "synth": ("corridor.cli.synth", "Write a synthetic community in CCLF layout."),
    "changes": ("corridor.cli.changes", "What the newest delivery changed."),
    "program-effect": ("corridor.cli.program_effect", "What a care program changed."),
    "serve": ("corridor.cli.serve", "The application in the browser: pages, API, accounts."),
    "audit-log": (
        "corridor.cli.audit_log",
        "Whether the application's audit log is whole; the log as a file.",
    ),
    "tieout": ("corridor.cli.tieout", "What the loaded files hold, lack and can carry."),
}


class LazyGroup(TyperGroup):
    """Imports a command when it is asked for, so that --help stays instant.

    Typer carries its own copy of click under a private name, so the overridden methods take and give Any.
    """

    def list_commands(self, ctx: Any) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(COMMANDS[cmd_name][0])
        module.app.rich_markup_mode = None  # plain help, one look for every command
        module.app._add_completion = False
        command = typer.main.get_command(module.app)
        command.name = cmd_name
        return command

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, about) for name, (_, about) in COMMANDS.items()])


app = typer.Typer(cls=LazyGroup, add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)


@app.callback(invoke_without_command=True)
def root(
    context: typer.Context,
    version: bool = typer.Option(False, "--version", help="Print the version and stop."),
) -> None:
    """Corridor: claims in, every clinician's Medicare dollars out, each one explained.

    Example: corridor demo

    Example: corridor load cclf FOLDER

    Example: corridor run
    """
    if version:
        typer.echo(f"corridor {__version__}")
        raise typer.Exit()
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


def main() -> None:
    """Run the command line; a CorridorError becomes text (or JSON under --json) and status 1."""
    try:
        app()
    except CorridorError as error:
        _fail(error)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except OSError as error:
        _fail(
            CorridorError(
                "FILE-SYSTEM",
                f"A file or folder was refused: {error.strerror or error.__class__.__name__}.",
                why="What was complete before is unharmed.",
                todo="Check that the path exists, that it may be written, and that the disk is not full.",
                file=error.filename,
            )
        )
    except Exception as error:  # a defect: its message may quote a file, so only its kind and place are shown
        if os.environ.get("CORRIDOR_TRACEBACK"):
            raise
        place = traceback.extract_tb(error.__traceback__)[-1]
        _fail(
            CorridorError(
                "UNEXPECTED-ERROR",
                f"Corridor met a {error.__class__.__name__} it does not know "
                f"({Path(place.filename).name}, line {place.lineno}).",
                why="That is a defect of Corridor, or a file damaged in a way it did not foresee.",
                todo="Report it with the command. CORRIDOR_TRACEBACK=1 shows details; they may quote data.",
            )
        )


def _fail(error: CorridorError) -> NoReturn:
    if "--json" in sys.argv:
        json.dump({"error": error.to_dict()}, sys.stdout)
        sys.stdout.write("\n")
    sys.stderr.write(error.text() + "\n")
    sys.exit(1)


if __name__ == "__main__":
    main()

"""``corridor quality``: completeness of quality results, the request to the vendor, the eCQM engine."""

from __future__ import annotations

import json
import sys
from datetime import date
from pathlib import Path
from typing import Any

import typer

from corridor.errors import CorridorError
from corridor.words import counted

HELP = """Quality results of the last run: how complete they are, and what to ask the vendor of a record for.

Example: corridor quality completeness --npi 9000000001
"""
app = typer.Typer(add_completion=False, rich_markup_mode=None, no_args_is_help=True, help=HELP)
SHOWN = 30
_COLUMNS = (
    "month", "tin", "npi", "site_id", "measure_id", "collection_type", "stratum", "denominator", "captured",
    "not_captured", "captured_share", "completeness", "patients_short", "cases_short", "standing",
)  # fmt: skip
_CONFIG = typer.Option(None, "--config", help="Settings file; default: ./corridor.toml.")
_JSON = typer.Option(False, "--json", help="One JSON object on standard output.")


@app.command()
def completeness(
    tin: str = typer.Option("", "--tin", help="One practice."),
    npi: str = typer.Option("", "--npi", help="One clinician."),
    measure: str = typer.Option("", "--measure", help="One measure, such as 236."),
    year: int | None = typer.Option(None, "--year", help="Performance year (default: that of the run)."),
    months: bool = typer.Option(False, "--months", help="Every month, not the newest alone."),
    limit: int = typer.Option(SHOWN, "--limit", min=0, help="How many rows to show."),
    config: Path | None = _CONFIG,
    as_json: bool = _JSON,
) -> None:
    """How much of what is eligible is reported, by measure, clinician and site, and what lacks to count.

    What clinicians of the roster have sent nothing at all of stands in the table quality.not_delivered.

    Example: corridor quality completeness --measure 236 --months
    """
    from corridor.jobs.quality import completeness_rows, rules_of_run, without_small_counts

    run, of_year = _run(config, year)
    force = rules_of_run(run, of_year)
    rows = completeness_rows(run, of_year, tin=tin, npi=npi, measure=measure, months=months)
    if as_json:
        names = ["mips.data_completeness_minimum", "mips.case_minimum", "mips.measure_patients"]
        assumptions = force.assumptions(names)
        _write_json(of_year, run.run_id, without_small_counts(rows, force), assumptions)
        return
    if not rows:
        sys.stdout.write("no results\n")
        return
    # an entity is shown where there is one: without it its rows look alike
    entities = ("entity_id",) if any(row["entity_id"] for row in rows) else ()
    heads = (*_COLUMNS[:3], *entities, *_COLUMNS[3:])
    cells = [[_text(row[head]) for head in heads] for row in rows[:limit]]
    widths = [max(len(head), *(len(line[at]) for line in cells), 0) for at, head in enumerate(heads)]
    for line in [list(heads), *cells]:
        sys.stdout.write("  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip() + "\n")
    if len(rows) > limit:
        sys.stdout.write(f"{len(rows) - limit:,} more: --limit shows them\n")


@app.command("vendor-request")
def vendor_request(
    source: str = typer.Option("", "--source", help="One source, as named with --source-id at load."),
    year: int | None = typer.Option(None, "--year", help="Performance year (default: that of the run)."),
    out: Path | None = typer.Option(None, "--out", metavar="FILE", help="Write the letter to this file."),
    config: Path | None = _CONFIG,
    as_json: bool = _JSON,
) -> None:
    """A letter to the vendor of a record: what is not captured, apart from what is not met.

    It holds counts alone, and none of few patients.

    Example: corridor quality vendor-request --source north --out request.md
    """
    from corridor.jobs.quality import rules_of_run
    from corridor.jobs.vendor_request import letter, requests

    run, of_year = _run(config, year)
    force = rules_of_run(run, of_year)
    rows = requests(run, force, of_year, source)
    if as_json:
        _write_json(of_year, run.run_id, rows, [])
        return
    if not rows:
        of = f" of {source}" if source else ""
        sys.stdout.write(
            f"Nothing to ask{of}: there is no result of {of_year}, or every one says what is not "
            "captured, and nothing is.\n"
        )
        return
    text = letter(rows, of_year, force.number("claims.cell_size_minimum"))
    if out is None:
        sys.stdout.write(text)
        return
    if not out.resolve().parent.is_dir():
        raise CorridorError(
            "QUALITY-OUTPUT", "The folder does not exist.", todo="Make it first.", file=out, field="--out"
        )
    out.write_text(text, encoding="utf-8")
    sys.stderr.write(f"{counted(len(rows), 'row')} asked about in {out}\n")


def _run(config: Path | None, year: int | None) -> tuple[Any, int]:
    from corridor.engine.runs import open_run
    from corridor.engine.warehouse import Warehouse
    from corridor.jobs.gaps import year_of
    from corridor.settings import load_settings

    run = open_run(Warehouse.open(load_settings(config).home_folder()).home)
    return run, year_of(run, year)


def _write_json(
    year: int, run_id: str, rows: list[dict[str, Any]], assumptions: list[dict[str, Any]]
) -> None:
    from corridor.programs.writing import plain

    found = {"program": None, "year": year, "run_id": run_id, "rows": rows, "assumptions": assumptions}
    json.dump(plain(found), sys.stdout, allow_nan=False)
    sys.stdout.write("\n")


def _text(value: Any) -> str:
    if value is None or value == "":
        return "-"
    return f"{value:,.1f}" if isinstance(value, float) else str(value)


@app.command()
def ecqm(
    measure: Path = typer.Argument(..., metavar="MEASURE", help="Bundle: Measure, Libraries, value sets."),
    patients: list[Path] = typer.Argument(..., metavar="PATIENTS...", help="Patient bundles, or folders."),
    year: int = typer.Option(..., "--year", help="The performance year: the measurement period."),
    out: Path = typer.Option(..., "--out", metavar="FILE", help="Where to write the reports, a line each."),
    tin: str = typer.Option("", "--tin", help="The practice the reports are of."),
    npi: str = typer.Option("", "--npi", help="The clinician the reports are of."),
    engine: Path | None = typer.Option(
        None, "--engine", metavar="DIR", help="Folder that holds node_modules with fqm-execution."
    ),
    any_profile: bool = typer.Option(
        False, "--any-profile", help="Records carry no meta.profile; reasons for not doing are then not seen."
    ),
    as_json: bool = _JSON,
) -> None:
    """Calculate a FHIR measure with the public engine fqm-execution, where Node and it are installed.

    The reports are then loaded with corridor load quality-results. FHIR measures are drafts of CMS.

    Example: corridor quality ecqm measure.json patients --year 2026 --out reports.ndjson --engine node
    """
    from corridor.jobs.ecqm_engine import calculate

    for path in (measure, *patients):
        if not path.exists():
            raise CorridorError(
                "LOAD-NO-SUCH-FILE", "This file or folder does not exist.", todo="Check the path.", file=path
            )
    if not out.resolve().parent.is_dir():
        raise CorridorError(
            "QUALITY-OUTPUT", "The folder does not exist.", todo="Make it first.", file=out, field="--out"
        )
    period = (date(year, 1, 1), date(year, 12, 31))
    whose = {"tin": tin, "npi": npi}
    done = calculate(measure, patients, out, period=period, engine=engine, any_profile=any_profile, **whose)
    row = {"reports": done.reports, "failed": done.failed, "file": str(done.file)}
    if as_json:
        found = {"program": None, "year": year, "rows": [row], "assumptions": []}
        sys.stdout.write(json.dumps(found) + "\n")
        return
    sys.stdout.write(f"{counted(done.reports, 'report')} in {done.file}\n")
    sys.stderr.write("One line a patient: keep this file inside the organization.\n")
    if done.failed:
        sys.stderr.write(f"warning: {counted(done.failed, 'bundle')} could not be calculated\n")
